"""Ranking: what is known badly is not told as if it were known well, and nothing is left out."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from observlib.stats.survey.ranking import LEAST_RANKED, Chance, among_worst, places_named, shrunk

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


def test_no_criterion_weighs_more_than_another_and_one_of_two_things_has_no_part():
    values = np.array([[1.0, 0], [0, 1], [-1, -1], [-2, -2], [-3, -3]])
    found = among_worst(values, np.full((5, 2), 1e-3), most=1)
    assert found[0] == pytest.approx(0.5, abs=0.03) and found[:2].sum() == 1
    # a criterion known of two things has no part
    one = np.linspace(0, 1, 6)
    other = np.array([9.0, 9, *[np.nan] * 4])
    errors = np.full((6, 1), 0.1)
    alone = among_worst(one[:, None], errors, 2)
    both = among_worst(np.column_stack([one, other]), np.full((6, 2), 0.1), 2)
    assert LEAST_RANKED == 3 and (alone == both).all()


def test_the_same_figures_give_the_same_digits_on_any_machine():
    values = np.column_stack([np.arange(12.0), np.arange(12.0)[::-1] ** 2])
    found = among_worst(values, np.ones((12, 2)), 4, draws=1000)
    known = [0.521, 0.504, 0.487, 0.459, 0.065, 0.066, 0.081, 0.179, 0.351, 0.414, 0.428, 0.445]
    assert found.round(3).tolist() == known


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
