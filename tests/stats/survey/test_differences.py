"""Differences: Newcombe's table, Student's sleep data, scipy, statsmodels and R's survey."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from observlib.stats.survey.differences import (
    detectable_of_interval,
    difference_of_intervals,
    difference_of_means,
    difference_of_shares,
    equivalence_p_value,
    error_of_paired_shares,
    smallest_detectable,
)

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.9994])


# R. G. Newcombe, "Interval estimation for the difference between independent proportions:
# comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890, table II, method 10.
@pytest.mark.parametrize(
    ("won1", "n1", "won2", "n2", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_shares_have_the_interval_that_newcombe_published(won1, n1, won2, n2, low, high):
    found = difference_of_shares(won1 / n1, n1, won2 / n2, n2)
    assert found[1:3] == pytest.approx((low, high), abs=5e-5)


def _counts(least: int = 1) -> st.SearchStrategy[tuple[int, int]]:
    bases = st.integers(least, 3000)
    return bases.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(first=_counts(), second=_counts(), level=LEVELS)
def test_shares_agree_with_statsmodels(first, second, level):
    from statsmodels.stats.proportion import confint_proportions_2indep

    expected = confint_proportions_2indep(*first, *second, method="newcomb", alpha=1 - level)
    found = difference_of_shares(
        first[0] / first[1], first[1], second[0] / second[1], second[1], level
    )
    assert found[1:3] == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_the_p_value_of_shares_is_near_that_of_the_score_test_on_large_bases():
    from statsmodels.stats.proportion import proportions_ztest

    for won1, won2 in ((1250, 1200), (1290, 1200), (1330, 1200)):
        expected = proportions_ztest([won1, won2], [2000, 2000])[1]
        found = difference_of_shares(won1 / 2000, 2000, won2 / 2000, 2000)[3]
        assert found == pytest.approx(expected, rel=0.02)


def test_a_share_of_a_whole_population_brings_no_chance():
    from observlib.stats.survey.intervals import wilson

    low, high = wilson(60, 100)
    found = difference_of_shares(0.6, 100, 0.5, math.inf)
    assert found[1:3] == pytest.approx((low - 0.5, high - 0.5))
    # Wilson's interval is that of the score test, whose p value is known in closed form
    assert found[3] == pytest.approx(math.erfc(0.1 / math.sqrt(0.25 / 100) / math.sqrt(2)))


def test_means_have_the_interval_and_p_value_that_r_prints_for_student_s_sleep_data():
    # R's help page of t.test: t.test(extra ~ group, data = sleep), data of Student (1908)
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    args = [
        number
        for sample in (one, two)
        for number in (np.mean(sample), np.std(sample, ddof=1) / math.sqrt(10), 9)
    ]
    found = difference_of_means(*args)
    assert found == pytest.approx((-1.58, -3.3654832, 0.2054832, 0.07939), rel=1e-4)


@given(
    means=st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
    sds=st.tuples(st.floats(0.01, 50), st.floats(0.01, 50)),
    bases=st.tuples(st.integers(2, 5000), st.integers(2, 5000)),
)
def test_means_agree_with_scipy(means, sds, bases):
    from scipy.stats import ttest_ind_from_stats

    (m1, m2), (s1, s2), (n1, n2) = means, sds, bases
    expected = ttest_ind_from_stats(m1, s1, n1, m2, s2, n2, equal_var=False)
    se1, se2 = s1 / math.sqrt(n1), s2 / math.sqrt(n2)
    difference, low, high, p = difference_of_means(m1, se1, n1 - 1, m2, se2, n2 - 1)
    assert p == pytest.approx(expected.pvalue, rel=1e-7, abs=1e-300)
    assert (low, high) == pytest.approx(
        (difference - (high - low) / 2, difference + (high - low) / 2), abs=1e-9
    )


def test_a_known_mean_makes_it_r_s_one_sample_test(shared_data):
    known = shared_data.parent / "reference" / "survey_reference.json"
    rows = json.loads(known.read_text(encoding="utf-8"))
    rows = rows if isinstance(rows, list) else rows["results"]
    row = next(row for row in rows if row["id"] == "strat_ttest")
    se = row["estimate"] / row["extra"]["t"]
    found = difference_of_means(row["estimate"], se, row["extra"]["df"], 0.0, 0.0, math.inf)
    expected = (row["estimate"], row["ci_low"], row["ci_high"], row["extra"]["p"])
    assert found == pytest.approx(expected, rel=1e-6)


def test_two_means_of_large_designs_are_compared_by_the_normal_law():
    difference, low, high, p = difference_of_means(8.0, 0.3, math.inf, 7.0, 0.4, math.inf)
    assert (difference, low, high) == pytest.approx((1.0, 1 - 0.98, 1 + 0.98), abs=1e-4)
    assert p == pytest.approx(0.0455, abs=1e-4)


ESTIMATES = st.floats(0, 1000).map(lambda x: round(x, 3))
REACHES = st.floats(0.1, 300)


@given(
    values=st.tuples(ESTIMATES, ESTIMATES),
    ends=st.tuples(REACHES, REACHES, REACHES, REACHES),
    level=LEVELS,
)
def test_intervals_swap_and_their_p_value_agrees_with_them(values, ends, level):
    one = (values[0], (values[0] - ends[0], values[0] + ends[1]))
    two = (values[1], (values[1] - ends[2], values[1] + ends[3]))
    _swaps_and_agrees(
        difference_of_intervals(*one, *two, level),
        difference_of_intervals(*two, *one, level),
        level,
    )


@given(first=_counts(), second=_counts(), level=LEVELS)
def test_shares_swap_and_their_p_value_agrees_with_their_interval(first, second, level):
    one, two = ((won / n, n) for won, n in (first, second))
    found = difference_of_shares(*one, *two, level)
    assert found[1] >= -1 and found[2] <= 1
    _swaps_and_agrees(found, difference_of_shares(*two, *one, level), level)


@given(
    values=st.tuples(ESTIMATES, ESTIMATES),
    ses=st.tuples(st.floats(0, 100), st.floats(0, 100)),
    dfs=st.tuples(st.floats(1, 1e5) | st.just(math.inf), st.floats(1, 1e5)),
    level=LEVELS,
)
def test_means_swap_and_their_p_value_agrees_with_their_interval(values, ses, dfs, level):
    assume(max(ses) > 0)
    one, two = ((values[i], ses[i], dfs[i]) for i in (0, 1))
    _swaps_and_agrees(
        difference_of_means(*one, *two, level), difference_of_means(*two, *one, level), level
    )


def _swaps_and_agrees(found: tuple, swapped: tuple, level: float) -> None:
    difference, low, high, p = found
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert all(math.isfinite(x) for x in found) and 0 <= p <= 1
    assert low <= difference + slack and difference - slack <= high
    assert swapped[:3] == pytest.approx((-difference, -high, -low), rel=1e-9, abs=slack)
    assert swapped[3] == pytest.approx(p, rel=1e-6, abs=1e-12)
    if abs(p - (1 - level)) > 1e-6 and min(abs(low), abs(high)) > slack:
        assert (p < 1 - level) == (low > 0 or high < 0)


def test_intervals_that_are_symmetric_give_the_normal_test():
    found = difference_of_intervals(8.0, (8 - 0.588, 8 + 0.588), 7.0, (7 - 0.784, 7 + 0.784))
    assert found == pytest.approx((1.0, 0.02, 1.98, 0.0455), abs=1e-4)


def test_without_spread_there_is_no_test_rather_than_a_certainty():
    with pytest.raises(ValueError, match="no spread"):
        difference_of_means(10, 0, 11, 9, 0, 11)
    with pytest.raises(ValueError, match="no spread"):
        difference_of_shares(0.5, math.inf, 0.4, math.inf)
    with pytest.raises(ValueError, match="no spread"):
        difference_of_intervals(30, (30, 45), 20, (10, 20))  # ties hide the near sides
    with pytest.raises(ValueError, match="no spread"):
        difference_of_intervals(30, (30, 30), 30, (30, 30))


def test_what_is_no_estimate_is_refused():
    for shares in ((1.2, 10, 0.5, 10), (0.5, 0, 0.5, 10), (math.nan, 10, 0.5, 10)):
        with pytest.raises(ValueError, match="shares"):
            difference_of_shares(*shares)
    for means in ((1, -0.1, 5, 1, 0.1, 5), (1, 0.1, 0, 1, 0.1, 5), (1, math.nan, 5, 1, 0.1, 5)):
        with pytest.raises(ValueError, match="se >= 0"):
            difference_of_means(*means)
    with pytest.raises(ValueError, match="no intervals"):
        difference_of_intervals(5, (6, 7), 5, (4, 6))
    with pytest.raises(ValueError, match="se >= 0"):
        smallest_detectable(-1.0)


@pytest.mark.parametrize("level", [95, 0, 1, math.nan])
def test_a_level_in_percent_is_refused_and_makes_no_difference_without_ends(level):
    for difference in (
        lambda: difference_of_means(8, 0.1, 40, 7, 0.1, 40, level),
        lambda: difference_of_shares(0.5, 40, 0.4, 40, level),
        lambda: difference_of_intervals(5, (4, 6), 4, (3, 5), level),
        lambda: detectable_of_interval(4, 6, level),
    ):
        with pytest.raises(ValueError, match="level"):
            difference()


def test_the_smallest_change_is_that_of_bloom_s_multipliers():
    # Bloom (1995): 2.49 for a one-sided test at 0.05 and a power of 0.80; 2.80 for a two-sided one
    assert smallest_detectable(1.0, level=0.90) == pytest.approx(2.49, abs=5e-3)
    assert smallest_detectable(1.0) == pytest.approx(2.80, abs=5e-3)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
def test_paired_shares_have_the_statistic_of_mcnemar(one, two, others):
    from statsmodels.stats.contingency_tables import mcnemar

    n = one + two + others
    table = [[others, one], [two, 0]]
    expected = mcnemar(table, exact=False, correction=False).statistic
    error = error_of_paired_shares(one, two, n)
    assert ((one - two) / n / error) ** 2 == pytest.approx(expected)


def test_paired_shares_of_no_one_are_refused():
    for counts in ((-1, 2, 10), (1, -2, 10), (1, 2, 0)):
        with pytest.raises(ValueError, match="n > 0"):
            error_of_paired_shares(*counts)


@pytest.mark.parametrize(("power", "level"), [(0, 0.95), (1, 0.95), (0.8, 0), (0.8, 1)])
def test_no_change_is_seen_always_nor_surely(power, level):
    with pytest.raises(ValueError, match="power"):
        smallest_detectable(0.2, power=power, level=level)


@given(st.integers(0, 2**32 - 1), st.floats(0.2, 2.0))
def test_equivalence_is_judged_as_by_statsmodels_two_one_sided_tests(seed, margin):
    from statsmodels.stats.weightstats import ttost_ind

    rng = np.random.default_rng(seed)
    now, then = rng.normal(7, 2, 80), rng.normal(7.1, 3, 50)
    sides = [(x.mean(), x.std(ddof=1) / math.sqrt(len(x)), len(x) - 1) for x in (now, then)]
    found = equivalence_p_value(
        lambda level: difference_of_means(*sides[0], *sides[1], level)[1:3], margin
    )
    expected = ttost_ind(now, then, -margin, margin, usevar="unequal")[0]
    assert found == pytest.approx(expected if expected < 0.5 else 1.0, rel=1e-6)


def test_a_difference_far_within_what_matters_is_so_at_every_level_and_one_beyond_it_at_none():
    assert equivalence_p_value(lambda level: (-0.1, 0.1), 5.0) < 1e-14
    assert equivalence_p_value(lambda level: (6.0, 6.1), 5.0) == 1.0
