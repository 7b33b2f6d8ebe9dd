"""Regression with errors that follow one another: against statsmodels, and against simulation."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from observlib.stats.series import regression
from observlib.stats.series.regression import (
    LEAST_REVISIONS,
    averaged,
    bias,
    contrast,
    fit,
)

TIMES = np.arange(40)
LINE = np.column_stack([np.ones(40), TIMES - 20.0, TIMES >= 25])


@pytest.fixture
def drawn() -> np.ndarray:
    return np.random.default_rng(1).normal(size=40) + LINE @ [3, 0.1, 1]


def test_without_autocorrelation_it_is_weighted_least_squares(monkeypatch, drawn):
    monkeypatch.setattr(regression, "CORRELATIONS", np.array([0.0]))
    weights = np.random.default_rng(2).uniform(1, 9, 40)
    oracle = sm.WLS(drawn, LINE, weights).fit()
    for place in range(3):
        found = contrast(fit(drawn, LINE, TIMES, weights), np.eye(3)[place])
        assert found.estimate == pytest.approx(oracle.params[place])
        assert (found.low, found.high) == pytest.approx(tuple(oracle.conf_int()[place]), rel=1e-6)
        assert found.p == pytest.approx(oracle.pvalues[place])


def test_under_one_autocorrelation_it_is_generalised_least_squares(monkeypatch, drawn):
    monkeypatch.setattr(regression, "CORRELATIONS", np.array([0.5]))
    kept = np.delete(TIMES, [7, 8, 30])  # periods may be absent
    between = 0.5 ** np.abs(np.subtract.outer(kept, kept))
    oracle = sm.GLS(drawn[kept], LINE[kept], between).fit()
    found = contrast(fit(drawn[kept], LINE[kept], kept), [0, 0, 1])
    assert found.estimate == pytest.approx(oracle.params[2])
    assert (found.low, found.high) == pytest.approx(tuple(oracle.conf_int()[2]), rel=1e-6)


def test_autocorrelation_is_found_and_widens_the_interval():
    source = np.random.default_rng(3)
    errors = source.normal(size=90)
    for i in range(1, 90):
        errors[i] += 0.7 * errors[i - 1]
    columns, times = np.ones((90, 1)), np.arange(90)
    fitted = fit(errors, columns, times)
    assert fitted.weights @ regression.CORRELATIONS == pytest.approx(0.7, abs=0.15)
    shuffled = fit(source.permutation(errors), columns, times)
    (_, low, high, _), (_, near, far, _) = contrast(fitted, [1]), contrast(shuffled, [1])
    assert high - low > 1.5 * (far - near)


def test_an_exact_line_has_its_slope_and_finite_ends():
    found = contrast(fit(2.0 * TIMES, np.column_stack([np.ones(40), TIMES]), TIMES), [0, 1])
    assert found.estimate == pytest.approx(2)
    assert np.isfinite(found).all() and found.low <= 2 + 1e-9 and found.high >= 2 - 1e-9


def test_columns_that_the_data_make_likelier_count_for_more_and_a_search_costs_a_degree(drawn):
    right, wrong = (fit(drawn, np.column_stack([LINE[:, :2], at <= TIMES]), TIMES)
                    for at in (25, 10))  # fmt: skip
    both = averaged([right, wrong], 1)
    grid = len(right.weights)
    assert both.weights.sum() == pytest.approx(1) and both.weights[:grid].sum() > 0.5
    odds = both.weights[:grid].sum() / both.weights[grid:].sum()
    assert np.log(odds) == pytest.approx(right.evidence - wrong.evidence)
    plain, costly = (contrast(averaged([right], k), [0, 0, 1]) for k in (0, 1))
    assert plain == pytest.approx(contrast(right, [0, 0, 1]))
    assert costly.high - costly.low > plain.high - plain.low


def test_revisions_that_always_go_up_lean_and_few_have_no_test():
    assert bias([0.2, 0.3, 0.1, 0.25] * 6).p_value < 0.001
    assert bias([0.2] * 20)[2:] == (0.0, 0.0)
    assert bias([0.0] * 20)[2:] == (0.0, 1.0)
    # few have a mean and no test
    found = bias([0.1, 0.3] * (LEAST_REVISIONS // 2 - 1))
    assert found.mean == pytest.approx(0.2)
    assert math.isnan(found.error) and math.isnan(found.p_value)


def test_what_cannot_be_regressed_is_refused_with_its_reason():
    alike = np.ones((40, 2)), np.random.default_rng(0).normal(size=(40, 40))
    for columns in alike:
        with pytest.raises(ValueError, match="too few, or columns"):
            fit(np.zeros(40), columns, TIMES)
    with pytest.raises(ValueError, match=r"write 0\.95"):
        contrast(fit(2.0 * TIMES, LINE, TIMES), [0, 1, 0], 95)
