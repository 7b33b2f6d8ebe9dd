"""What of a design's strata stands in a domain, and what does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observlib.stats.survey.design import design
from observlib.stats.survey.estimation import (
    covariance,
    degrees_of_freedom,
    effective_units,
    sampled_fraction,
    variances,
    without_error,
)
from observlib.stats.survey.weighting import calibrate


def test_rows_of_no_domain_have_no_part_in_its_sampling_fraction():
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


def by_hand(totals: np.ndarray, strata: np.ndarray, others: np.ndarray | None = None) -> float:
    """Σ n / (n − 1) Σ (t − t̄)(u − ū) over strata, of the totals of all their sampled units."""
    others, found = totals if others is None else others, 0.0
    for stratum in np.unique(strata):
        t, u = totals[strata == stratum], others[strata == stratum]
        found += len(t) / (len(t) - 1) * ((t - t.mean()) * (u - u.mean())).sum()
    return found


def test_units_without_a_row_in_a_domain_have_a_total_of_0_in_its_variance():
    chance = np.random.default_rng(11)
    frame = pd.DataFrame({"w": chance.lognormal(0, 0.5, 40), "s": [1] * 38 + [2] * 2})
    made = design(frame, weights="w", strata="s")
    scores, other = chance.normal(0, 1, 40), chance.normal(0, 1, 40)
    codes = chance.integers(-1, 3, 40)
    weights, strata = frame["w"].to_numpy(), frame["s"].to_numpy()
    found = variances(made, scores, codes, 3)
    for domain in range(3):
        inside = np.where(codes == domain, weights * scores, 0.0)
        assert found[domain] == pytest.approx(by_hand(inside, strata))
    both = covariance(made, np.column_stack([scores, other]))
    assert (
        both[0, 1]
        == both[1, 0]
        == pytest.approx(by_hand(weights * scores, strata, weights * other))
    )
    assert both[1, 1] == pytest.approx(by_hand(weights * other, strata))


def test_with_a_calibration_the_residuals_of_all_rows_count_in_each_domain():
    chance = np.random.default_rng(12)
    frame = pd.DataFrame({"w": chance.lognormal(0, 0.5, 40), "sex": np.repeat(["F", "H"], 20)})
    found = calibrate(frame, {"sex": pd.Series({"F": 30, "H": 20})}, weights="w")
    made = design(frame, calibration=found)
    scores, codes = chance.normal(0, 1, 40), chance.integers(0, 2, 40)
    told = variances(made, scores, codes, 2)
    for domain in (0, 1):
        inside = pd.Series(np.where(codes == domain, scores, 0.0))
        mean = [np.average(inside[frame["sex"] == s], weights=found.start[frame["sex"] == s])
                for s in frame["sex"]]  # fmt: skip
        assert told[domain] == pytest.approx(
            by_hand(found.weights * (inside - mean).to_numpy(), np.ones(40))
        )


def test_effective_units_and_degrees_of_freedom_are_those_of_a_domain_s_own_rows():
    frame = pd.DataFrame({"who": list("aabbccdd"), "w": [1.0, 1, 1, 1, 2, 2, 3, 0]})
    made = design(frame, weights="w", clusters="who")
    codes = np.array([-1, -1, 0, 0, 0, 0, 1, 1])
    assert effective_units(made, codes, 2).tolist() == pytest.approx([36 / (4 + 16), 1])
    assert degrees_of_freedom(made, codes, 2).tolist() == [1, 0]
    assert degrees_of_freedom(made, np.zeros(8, dtype=int), 1).tolist() == [3]


def test_a_stratum_of_one_unit_adds_what_was_chosen():
    chance = np.random.default_rng(13)
    frame = pd.DataFrame({"s": [1] * 5 + [2] * 5 + [3]})
    scores, codes = chance.normal(3, 1, 11), np.zeros(11, dtype=int)
    others = by_hand(scores[:10], frame["s"].to_numpy()[:10])
    expected = {
        "certainty": others,
        "average": others * 3 / 2,
        "adjust": others + (scores[10] - scores.mean()) ** 2,
    }
    for lonely, variance in expected.items():
        made = design(frame, strata="s", lonely=lonely)  # type: ignore[arg-type]
        assert variances(made, scores, codes, 1)[0] == pytest.approx(variance), lonely
