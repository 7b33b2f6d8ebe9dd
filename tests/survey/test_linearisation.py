"""What of a design's strata stands in a domain, and what does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observlib.survey.design import design
from observlib.survey.linearisation import sampled_fraction, without_error


def test_rows_of_no_domain_have_no_part_in_its_sampling_fraction() -> None:
    frame = pd.DataFrame({"pool": list("aabb"), "size": [2, 2, 8, 8]})
    made = design(frame, strata="pool", population="size")
    whole, part = np.array([0, 0, -1, -1]), np.array([-1, -1, 0, 0])
    assert sampled_fraction(made, whole, 1) == [1] and without_error(made, whole, 1).all()
    assert sampled_fraction(made, part, 1) == [0.25] and not without_error(made, part, 1).any()
    both = sampled_fraction(made, np.array([0, 0, 1, 1]), 2)
    assert both.tolist() == [1, 0.25]
    # of all: what 1 − f leaves, weighted by the squares of weights 1 and 4
    assert sampled_fraction(made, np.zeros(4, dtype=int), 1)[0] == pytest.approx(
        1 - 2 * 16 * 0.75 / (2 * 1 + 2 * 16)
    )
