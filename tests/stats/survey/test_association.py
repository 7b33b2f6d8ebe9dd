"""Tests and regressions of designed samples, ranking, and what non-response may change."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.integrate import quad
from scipy.stats import norm

from observlib.base.errors import ObservError
from observlib.stats.survey.association import (
    BOTH,
    OPINION,
    PROFILE,
    Chance,
    among_worst,
    difference,
    independence,
    pattern_mixture,
    places_named,
    regression,
    shrunk,
    weighting_effect,
)
from observlib.stats.survey.design import design, within_domain
from observlib.stats.survey.weighting import Calibration, calibrate

CASES = yaml.safe_load(Path(__file__).with_name("samples.yml").read_text(encoding="utf-8"))
SHARES = {"age": pd.Series({"old": 0.25, "young": 0.75})}


def test_a_table_without_a_test_says_so():
    for a, b in (("xxxx", "uvuv"), (["x", None, "y"], ["u", "v", None]), ("xyz", "uvw")):
        found = independence(design(pd.DataFrame({"a": list(a), "b": list(b)})), "a", "b")
        assert found.status == "missing" and np.isnan(found.f)
    frame = pd.DataFrame({"a": list("xxyy") * 15, "b": list("uvuuv") * 12})
    found = independence(within_domain(design(frame), frame.index < 30), "a", "b")
    assert (found.n, found.ndf) == (30, pytest.approx(1)) and found.ddf == pytest.approx(29)


def drawn(seed: int, n: int = 120) -> pd.DataFrame:
    """A sample in which the old, twice too many, are two points happier."""
    chance = np.random.default_rng(seed)
    old = chance.random(n) < 0.5
    mark = chance.normal(6, 1.5, n) + 2 * old
    return pd.DataFrame({"age": np.where(old, "old", "young"), "mark": mark})


def effect(frame: pd.DataFrame) -> Any:
    weights = calibrate(frame, SHARES, population=float(len(frame)))
    return weighting_effect(design(frame, calibration=weights), design(frame), "mark")


def test_the_error_of_what_weights_change_is_that_of_a_jackknife_that_weighs_each_time():
    frame = drawn(1)
    n = len(frame)
    left = [effect(frame.drop(index=i).reset_index(drop=True)).estimate for i in range(n)]
    jackknife = np.sqrt((n - 1) / n * np.sum((left - np.mean(left)) ** 2))
    found = effect(frame)
    assert found.se == pytest.approx(jackknife, rel=0.02)
    # of two samples, the error would be thrice that one: weights would seem to change nothing
    apart = np.hypot(*[frame["mark"].std() / np.sqrt(n)] * 2)
    assert found.se < 0.7 * apart
    assert found.estimate < 0 and found.p < 1e-4


def test_the_first_category_is_what_others_are_compared_with():
    size = pd.Categorical(["m", "s", "l", "m", "s", "l"], categories=["s", "m", "l"])
    made = design(pd.DataFrame({"y": [3.0, 1, 6, 5, 2, 9], "size": size}))
    found = regression(made, "y", ["size"])
    assert found["value"].tolist() == ["", "m", "l"]
    assert found["estimate"].tolist() == pytest.approx([1.5, 2.5, 6.0])


@pytest.mark.parametrize(("outcome", "drivers", "told"), CASES["models"])
def test_models_that_cannot_be_fitted_say_why(outcome, drivers, told):
    answers = pd.DataFrame(CASES["drivers"], index=range(6))
    with pytest.raises(ObservError, match=told):
        regression(design(answers), outcome, drivers)


@pytest.mark.parametrize(("frame", "estimate", "n"), [
    ({"y": [1, 2, 3], "g": list("aaa")}, np.nan, 3),
    ({"y": [1, 2, 3], "g": list("bbb")}, np.nan, 0),
    ({"y": [1, 2, None], "g": list("aab")}, np.nan, 2),
    ({"y": [1, 1, 0, 0], "g": list("aabb")}, 1.0, 4),
    ({"y": [2, 3], "g": list("ab")}, -1.0, 2),
])  # fmt: skip
def test_a_difference_without_a_test_says_so(frame, estimate, n):
    found = difference(design(pd.DataFrame(frame)), "y", "g", "a", "b")
    assert found.status == ("missing" if np.isnan(estimate) else "no_interval")
    assert np.isnan([found.se, found.ci_low, found.ci_high, found.p]).all()
    assert found.estimate == pytest.approx(estimate, nan_ok=True)
    assert found.n == n and found.df >= 0


def test_the_error_of_weighting_rests_on_known_answers_alone():
    chance = np.random.default_rng(5)
    y, w = chance.normal(6, 2, 40), chance.lognormal(0, 0.5, 40)
    y[::4] = np.nan
    frame = pd.DataFrame({"y": y, "w": w})
    found = weighting_effect(design(frame, weights="w"), design(frame), "y")
    known = ~np.isnan(y)
    means = np.average(y[known], weights=w[known]), y[known].mean()
    scores = np.zeros(40)  # of who did not answer too, who are of the sample
    scores[known] = w[known] * (y[known] - means[0]) / w[known].sum()
    scores[known] -= (y[known] - means[1]) / known.sum()
    assert found.estimate == pytest.approx(means[0] - means[1])
    assert found.se == pytest.approx(np.sqrt(40 / 39 * np.sum((scores - scores.mean()) ** 2)))
    assert (found.n, found.df) == (30, 39)


# --- Ranking: what is known badly is not told as if it were known well, and nothing is left out


# Effects of courses in eight schools, and their standard errors: table 5.2 of Gelman and others,
# *Bayesian Data Analysis*, 3rd edition.
EFFECTS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
ERRORS = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def of_one(values: np.ndarray, errors: np.ndarray, draws: int) -> np.ndarray:
    """Draws of things by one criterion."""
    return shrunk(values[:, None], errors[:, None], draws, Chance(1))[:, :, 0]


@pytest.fixture(scope="module")
def eight() -> np.ndarray:
    return of_one(EFFECTS, ERRORS, 120_000)


def test_the_means_are_those_of_an_integral_over_the_spread(eight):
    def parts(tau: float) -> tuple[float, float, float]:
        precision = 1 / (ERRORS**2 + tau**2)
        mu = (precision * EFFECTS).sum() / precision.sum()
        likelihood = norm.pdf(EFFECTS, mu, 1 / np.sqrt(precision)).prod() / precision.sum() ** 0.5
        return likelihood, mu, tau**2 / (ERRORS[0] ** 2 + tau**2)

    def of_first(tau: float) -> float:
        likelihood, mu, believed = parts(tau)
        return likelihood * (mu + believed * (EFFECTS[0] - mu))

    whole = quad(lambda tau: parts(tau)[0], 0, np.inf, limit=200)[0]
    mean = quad(of_first, 0, np.inf, limit=200)[0] / whole
    assert eight[:, 0].mean() == pytest.approx(mean, abs=0.15)


def test_what_nobody_measured_is_as_uncertain_as_any_thing_and_neither_best_nor_worst(eight):
    found = of_one(np.append(EFFECTS, np.nan), np.append(ERRORS, np.nan), 40_000)
    assert found[:, -1].mean() == pytest.approx(eight.mean(), abs=0.5)
    assert found[:, -1].std() > eight.std(axis=0).max()


@pytest.mark.parametrize(("things", "named"), [(2, 0), (5, 1), (16, 5), (30, 10), (200, 10)])
def test_a_third_is_named_first_and_ten_at_the_most(things, named):
    assert places_named(things) == named
    values = np.arange(float(things))[:, None]
    found = among_worst(values, np.full((things, 1), 0.1), draws=200)
    assert np.nansum(found) == pytest.approx(named)


def pairs(things: int, correlation: float) -> np.ndarray:
    """Values of things by two criteria, of mean 0 and variance 1."""
    rng = np.random.default_rng(7)
    root = np.linalg.cholesky([[1, correlation], [correlation, 1]])
    return rng.normal(size=(things, 2)) @ root.T


def test_what_is_not_known_of_a_thing_is_drawn_as_its_other_criteria_foretell():
    values = pairs(200, 0.8)
    slope, level = np.polyfit(*values[3:].T, 1)
    values[:3, 1] = np.nan
    values[:3, 0] = [-2, 0, 2]
    found = shrunk(values, np.full(values.shape, 0.01), 8000, Chance(1))[:, :3, 1]
    assert found.mean(axis=0) == pytest.approx(level + slope * np.array([-2, 0, 2]), abs=0.05)
    rest = values[3:, 1] - level - slope * values[3:, 0]
    assert found.std(axis=0) == pytest.approx(np.full(3, rest.std()), rel=0.1)


@pytest.mark.parametrize("correlation", [-0.7, 0.0, 0.7])
def test_errors_that_the_same_answers_share_are_not_taken_for_tasks_that_go_together(correlation):
    truth, noise = pairs(300, 0.0), pairs(600, correlation)[300:]
    shared = np.array([[1, correlation], [correlation, 1]])
    found = shrunk(truth + noise, np.ones((300, 2)), 2000, Chance(1), shared)
    each = [np.corrcoef(one.T)[0, 1] for one in found[::20]]
    assert np.mean(each) == pytest.approx(np.corrcoef(truth.T)[0, 1], abs=0.12)


# --- What those who did not answer may change, as by the program of the method's authors


PROFILES = {
    "sex": pd.Series({"F": 0.5, "H": 0.5}),
    "age": pd.Series({"young": 0.4, "old": 0.6}),
}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """Six thousand marks, of whom men and the old give better ones and answer more."""
    cells = {("F", "young"): (800, 0), ("F", "old"): (1600, 1)}
    cells |= {("H", "young"): (1000, 2), ("H", "old"): (2600, 4)}
    rows = [(*cell, least + i % 7) for cell, (n, least) in cells.items() for i in range(n)]
    return pd.DataFrame(rows, columns=["sex", "age", "mark"]).assign(start=1.0)


def weighed(answers: pd.DataFrame) -> Calibration:
    return calibrate(answers, PROFILES, population=float(len(answers)))


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
    own = calibrate(few, PROFILES, population=6000.0, weights="start")
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
