from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.stats.survey.intervals import bounded, student, wilson


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


@given(st.floats(-1, 1), st.floats(1e-3, 3), st.integers(1, 500))
def test_an_interval_of_marks_holds_the_mean_and_stays_on_the_scale_whichever_way_it_is_read(
    mean, error, df
):
    if abs(mean) == 1:
        assert all(map(math.isnan, bounded(mean, error, df, (-1, 1))))
        return
    low, high = bounded(mean, error, df, (-1, 1))
    assert -1 <= low <= mean <= high <= 1
    assert bounded(-mean, error, df, (-1, 1)) == pytest.approx((-high, -low), abs=1e-9)


def test_an_interval_of_marks_of_0_or_1_is_that_of_a_proportion():
    import pandas as pd

    from observlib.stats.survey.design import design
    from observlib.stats.survey.proportions import proportion

    found = proportion(design(pd.DataFrame({"a": [1.0] * 30 + [0.0] * 12})), "a", 1.0).iloc[0]
    ends = bounded(found["estimate"], found["se"], found["df"], (0, 1))
    assert ends == pytest.approx((found["ci_low"], found["ci_high"]))


@pytest.mark.parametrize(("mean", "error", "df"), [(10, 0.1, 9), (0, 0.1, 9), (5, 0, 9), (5, 1, 0),
                                                   (math.nan, 1, 9), (5, math.nan, 9)])  # fmt: skip
def test_marks_that_are_all_alike_or_that_nothing_tells_the_error_of_have_no_interval(
    mean, error, df
):
    assert all(map(math.isnan, bounded(mean, error, df, (0, 10))))
