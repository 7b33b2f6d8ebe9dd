from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.survey.intervals import student, wilson


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven
# methods", Statistics in Medicine 17 (1998), 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_what_newcombe_published(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels_and_holds_the_share(case):
    from statsmodels.stats.proportion import proportion_confint

    successes, n = case
    low, high = wilson(successes, n)
    expected = proportion_confint(successes, n, method="wilson")
    assert (low, high) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert 0 <= low <= successes / n <= high <= 1


@given(st.lists(st.floats(0, 10), min_size=2, max_size=60))
def test_student_agrees_with_statsmodels(values):
    import numpy as np
    from statsmodels.stats.weightstats import DescrStatsW

    expected = DescrStatsW(values).tconfint_mean()
    found = student(float(np.mean(values)), float(np.std(values, ddof=1)), len(values))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("case", [(1, 0), (-1, 5), (6, 5), (math.inf, math.inf)])
def test_wilson_refuses_what_is_no_share(case):
    with pytest.raises(ValueError, match="successes"):
        wilson(*case)


def test_student_refuses_a_single_answer():
    with pytest.raises(ValueError, match="2 answers"):
        student(5.0, 0.0, 1)


def test_student_refuses_what_is_unknown_and_levels_in_percent():
    for mean, sd in ((math.nan, 1.0), (5.0, math.nan), (math.inf, 1.0)):
        with pytest.raises(ValueError, match="a t interval needs"):
            student(mean, sd, 10)
    for asked in (lambda: student(5.0, 1.0, 10, level=95), lambda: wilson(8, 10, level=95)):
        with pytest.raises(ValueError, match=r"write 0\.95"):
            asked()


@pytest.mark.parametrize(("mean", "sd", "n"), [(5, math.inf, 9), (5, -1, 9), (5, 1, 1),
                                               (math.nan, 1, 9)])  # fmt: skip
def test_what_has_no_spread_or_no_mean_has_no_interval(mean, sd, n):
    with pytest.raises(ValueError, match="a t interval needs 2 answers"):
        student(mean, sd, n)
