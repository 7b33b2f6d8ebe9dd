"""Designs and means: what has no error, and what is refused."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from observlib.base.errors import ObservError
from observlib.stats.survey.design import design, within_domain
from observlib.stats.survey.estimation import mean
from observlib.stats.survey.intervals import bounded_intervals
from observlib.stats.survey.weighting import calibrate

CASES = yaml.safe_load(Path(__file__).with_name("samples.yml").read_text(encoding="utf-8"))
FRAME = pd.DataFrame({"y": [1.0, 2, 4, 7, 5, 3], "w": [1.0, 2, 1, 3, 2, 1], "pool": list("aaabbb")})
FRAME = FRAME.assign(town=[1, 1, 2, 3, 4, 4])


def test_values_all_alike_leave_kish_s_effective_number_of_clusters():
    frame = pd.DataFrame({"y": 4.2, "town": [1, 1, 1, 2, 3], "w": [1.0, 1, 1, 2, 1]})
    found = mean(design(frame, weights="w", clusters="town"), "y").iloc[0]
    assert found["n_eff"] == pytest.approx(6**2 / (9 + 4 + 1))
    assert np.isnan(found["deff"]) and found["se"] < 1e-12
    # what margins explain has no error but for rounding
    frame = pd.DataFrame({"x": [0.0, 1, 1, 0, 1], "s": list("abbab")})
    margin = {"s": pd.Series({"a": 51.7, "b": 54.0})}
    found = mean(design(frame, calibration=calibrate(frame, margin)), "x").iloc[0]
    assert found["se"] == 0 and found["ci_low"] == found["estimate"] == pytest.approx(54 / 105.7)


def test_an_empty_domain_is_a_missing_row():
    frame = pd.DataFrame({"y": [1.0, 2.0, None, None], "g": list("aabb")})
    made = design(frame)
    found = mean(made, "y", by="g")
    assert found["status"].tolist() == ["published", "missing"]
    nobody = within_domain(made, frame["y"] > 5)
    empty = mean(nobody, "y", by="g")
    assert (empty["status"] == "missing").all()
    assert empty[["estimate", "se", "ci_low", "ci_high", "deff", "n_eff"]].isna().all(axis=None)


def test_answers_all_alike_do_not_pass_for_a_mean_without_error():
    frame = pd.DataFrame({"y": 0.1, "none": 0, "w": np.arange(1.0, 21.0)})
    for made in (design(frame), design(frame, weights="w")):
        for found in (mean(made, "y"), mean(made, "none")):
            assert found["status"].tolist() == ["no_interval"] and found["estimate"].notna().all()
            assert found[["ci_low", "ci_high"]].isna().all(axis=None) and found["se"][0] == 0


def test_marks_of_a_small_group_have_an_interval_on_their_scale_and_no_more_answers_than_kish():
    """One low mark of a small weight: Student's interval would pass the best mark, and be short."""
    frame = pd.DataFrame({"mark": [10.0] * 19 + [2.0], "w": [1.0, 3.0] * 9 + [3.0, 0.2], "g": "a"})
    sample = design(frame, weights="w")
    found, plain = mean(sample, "mark", by="g", ends=(0, 10)), mean(sample, "mark", by="g")
    same = ["estimate", "se", "df", "n_eff", "deff"]
    pd.testing.assert_frame_equal(found[same], plain[same])
    low, high = found.loc[0, ["ci_low", "ci_high"]]
    assert low < plain.loc[0, "ci_low"] and high < 10 < plain.loc[0, "ci_high"]
    known = frame["w"].sum() ** 2 / (frame["w"] ** 2).sum()
    error = plain.loc[0, "se"] * math.sqrt(plain.loc[0, "n_eff"] / known)
    assert (low, high) == pytest.approx(
        bounded_intervals(plain.loc[0, "estimate"], error, 19, (0, 10))
    )


@pytest.mark.parametrize(("asked", "why"), CASES["means"])
def test_what_has_no_mean_is_told(asked, why):
    made = design(pd.DataFrame(CASES["columns"], index=range(5)))
    with pytest.raises((ObservError, ValueError), match=why):
        mean(made, **asked)
    assert mean(made, "y", by="value")["value"].tolist() == ["a", "b"]


@pytest.mark.parametrize("case", CASES["designs"], ids=lambda case: case["told"])
def test_bad_designs_are_told_with_what_is_wrong(case):
    frame = FRAME.assign(**{name: pd.Series(x, range(6)) for name, x in case["change"].items()})
    with pytest.raises(ObservError, match=case["told"]):
        design(frame, **case["drawn"])


def test_rows_are_named_as_the_caller_s_frame_names_them_here_and_in_a_calibration():
    people = pd.DataFrame({"w": [1.0, -2, 3], "sex": list("FHH")}, index=["ann", "bob", "eve"])
    margin = {"sex": pd.Series({"F": 1, "H": 1})}
    for frame, named in ((people, "of index 'bob'"), (people.set_axis([7, 7, 8]), "at position 1")):
        with pytest.raises(ObservError, match=rf"rows {named} \(-2.0\)"):
            design(frame, weights="w")
        with pytest.raises(ObservError, match=rf"rows {named} \(-2.0\)"):
            calibrate(frame, margin, weights="w")


def test_domains_of_domains_are_their_intersection_and_unknown_is_outside():
    whole = design(FRAME)
    older = pd.Series([True, True, None, True, False, True], dtype="boolean")
    both = within_domain(within_domain(whole, older), FRAME["pool"] == "a")
    assert both.domain.tolist() == [True, True, False, False, False, False]
    with pytest.raises(ValueError, match="2 rows"):
        within_domain(whole, np.array([True, False]))


def test_a_calibration_of_other_rows_is_refused():
    class Other:
        weights = start = np.ones(2)

        def residuals(self, values: np.ndarray) -> np.ndarray:
            return values

    with pytest.raises(ValueError, match="2 rows, the frame has 6"):
        design(FRAME, calibration=Other())
    with pytest.raises(ValueError, match="leave the column"):
        design(FRAME, calibration=Other(), weights="w")
