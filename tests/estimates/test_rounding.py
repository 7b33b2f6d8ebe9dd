"""Bases and marks of few people are told in steps that hide one of them."""

from __future__ import annotations

import numpy as np
import pytest

from observlib.estimates import LEAST, base, mark


@pytest.mark.parametrize(
    ("people", "told"),
    [(0, 0), (10, 10), (11, 15), (12, 15), (17, 15), (18, 20), (27, 25), (28, 25), (29, 25),
     (30, 30), (32, 30), (33, 35), (12_343, 12_345)],
)  # fmt: skip
def test_a_base_is_told_to_the_nearest_five_and_never_as_one_that_is_withheld(people, told):
    assert base(people) == told and isinstance(base(people), float)
    assert LEAST == 15


def test_marks_of_few_are_told_to_half_a_point_and_scores_to_five():
    assert mark(7.2, "sur 10") == 7.0 and mark(7.3, "sur 10") == 7.5
    assert mark(12.4, "points") == 10 and mark(-12.6, "points") == -15
    assert str(mark(np.array([-0.1]), "sur 10")[0]) == "0.0"  # no minus before a zero
