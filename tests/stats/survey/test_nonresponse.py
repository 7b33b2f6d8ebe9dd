"""What those who did not answer may change, as by the program of the method's authors."""

import math

import numpy as np
import pandas as pd
import pytest

from observlib.stats.survey.association import BOTH, OPINION, PROFILE, pattern_mixture
from observlib.stats.survey.weighting import Calibration, calibrate

SEXES, AGES = {"F": 0.5, "H": 0.5}, {"young": 0.4, "old": 0.6}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """Six thousand marks, of whom men and the old give better ones and answer more."""
    cells = {("F", "young"): (800, 0), ("F", "old"): (1600, 1)}
    cells |= {("H", "young"): (1000, 2), ("H", "old"): (2600, 4)}
    rows = [(*cell, least + i % 7) for cell, (n, least) in cells.items() for i in range(n)]
    return pd.DataFrame(rows, columns=["sex", "age", "mark"]).assign(start=1.0)


def weighed(answers: pd.DataFrame, **options: str) -> Calibration:
    margins = {"sex": pd.Series(SEXES), "age": pd.Series(AGES)}
    return calibrate(answers, margins, population=float(len(answers)), **options)


# SMUB by `nisb` of github.com/bradytwest/IndicesOfNISB, run on these answers by R 4.5
@pytest.mark.parametrize(
    ("phi", "smub"), [(PROFILE, 0.168392330793), (BOTH, 0.276992630534), (OPINION, 0.455631898486)]
)
def test_the_bias_of_a_mean_is_that_of_the_program_of_its_authors(answers, phi, smub):
    marks = answers["mark"].to_numpy(float)
    (found,) = pattern_mixture(marks, weighed(answers), phi)
    bias = (marks.mean() - found.estimate) / marks.std(ddof=1)
    assert bias == pytest.approx(smub, rel=1e-9 if phi == PROFILE else 1e-3)  # they take r² raw


def test_unequal_start_weights_stand_for_as_many_people(answers):
    few = answers.groupby(["sex", "age", "mark"]).head(1).reset_index(drop=True)
    times = answers.groupby(["sex", "age", "mark"]).size()
    few["start"] = times.loc[pd.MultiIndex.from_frame(few[["sex", "age", "mark"]])].to_numpy()
    margins = {"sex": pd.Series(SEXES), "age": pd.Series(AGES)}
    own = calibrate(few, margins, population=6000.0, weights="start")
    (found,) = pattern_mixture(few["mark"].to_numpy(float), own, PROFILE)
    (whole,) = pattern_mixture(answers["mark"].to_numpy(float), weighed(answers), PROFILE)
    assert found.estimate == pytest.approx(whole.estimate, rel=1e-12)
    assert found.ci_high - found.ci_low > 5 * (whole.ci_high - whole.ci_low), "28 people"


def test_who_did_not_answer_the_question_is_left_out(answers):
    marks = answers["mark"].to_numpy(float, copy=True)
    silent = np.arange(len(marks)) % 3 == 0
    marks[silent] = np.nan
    part = answers[~silent]
    (found,) = pattern_mixture(marks, weighed(answers), OPINION)
    (expected,) = pattern_mixture(part["mark"].to_numpy(float), weighed(part), OPINION)
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_profile_or_marks_that_say_nothing_bound_nothing():
    sample = pd.DataFrame({"sex": ["F"] * 80 + ["H"] * 120, "age": ["young", "old"] * 100})
    marks = np.array([4.0, 4, 8, 8] * 50)  # as good in each category
    profile, opinion = pattern_mixture(marks, weighed(sample), PROFILE, OPINION)
    assert all(map(math.isnan, opinion)) and math.isfinite(profile.ci_high)
    # nor do marks all alike, or none
    for marks in [[5.0] * 6, [math.nan] * 6, [1.0, math.nan] + [math.nan] * 4]:
        sample = pd.DataFrame({"sex": ["F", "H"] * 3, "age": ["young"] * 3 + ["old"] * 3})
        (found,) = pattern_mixture(np.array(marks), weighed(sample), BOTH)
        assert all(map(math.isnan, found))


def test_a_phi_outside_0_to_1_or_values_of_other_rows_are_refused(answers):
    marks = answers["mark"].to_numpy(float)
    with pytest.raises(ValueError, match=r"phi 1\.5"):
        pattern_mixture(marks, weighed(answers), 1.5)
    with pytest.raises(ValueError, match="one value for each of 6000 people"):
        pattern_mixture(marks[1:], weighed(answers), BOTH)
