"""Differences and families of them: scipy, statsmodels and R, and what must hold."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from observlib.stats.survey.differences import (
    adjust,
    common_level,
    detectable_of_interval,
    difference_of_intervals,
    difference_of_means,
    difference_of_shares,
    equivalence_p_value,
    error_of_paired_shares,
    halves,
    levels,
)
from observlib.stats.survey.intervals import wilson

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.9994])


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


def test_a_share_of_a_whole_population_brings_no_chance():
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
    p = difference_of_means(m1, se1, n1 - 1, m2, se2, n2 - 1)[3]
    assert p == pytest.approx(expected.pvalue, rel=1e-7, abs=1e-300)


ESTIMATES = st.floats(0, 1000).map(lambda x: round(x, 3))
REACHES = st.floats(0.1, 300)


SIDES = {  # what is told of one of two estimates, by how their difference is judged
    difference_of_intervals: st.tuples(ESTIMATES, REACHES, REACHES).map(
        lambda one: (one[0], (one[0] - one[1], one[0] + one[2]))
    ),
    difference_of_shares: _counts().map(lambda one: (one[0] / one[1], one[1])),
    difference_of_means: st.tuples(
        ESTIMATES, st.floats(0.001, 100), st.floats(1, 1e5) | st.just(math.inf)
    ),
}


@pytest.mark.parametrize("judged", SIDES, ids=lambda one: one.__name__)
@given(data=st.data(), level=LEVELS)
def test_estimates_swap_and_their_p_value_agrees_with_their_interval(judged, data, level):
    one, two = data.draw(SIDES[judged]), data.draw(SIDES[judged])
    found = judged(*one, *two, level)
    assert judged is not difference_of_shares or (found[1] >= -1 and found[2] <= 1)
    _swaps_and_agrees(found, judged(*two, *one, level), level)


def _swaps_and_agrees(found: tuple, swapped: tuple, level: float) -> None:
    difference, low, high, p = found
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert all(math.isfinite(x) for x in found) and 0 <= p <= 1
    assert low <= difference + slack and difference - slack <= high
    assert swapped[:3] == pytest.approx((-difference, -high, -low), rel=1e-9, abs=slack)
    assert swapped[3] == pytest.approx(p, rel=1e-6, abs=1e-12)
    if abs(p - (1 - level)) > 1e-6 and min(abs(low), abs(high)) > slack:
        assert (p < 1 - level) == (low > 0 or high < 0)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
def test_paired_shares_have_the_statistic_of_mcnemar(one, two, others):
    from statsmodels.stats.contingency_tables import mcnemar

    n = one + two + others
    table = [[others, one], [two, 0]]
    expected = mcnemar(table, exact=False, correction=False).statistic
    error = error_of_paired_shares(one, two, n)
    assert ((one - two) / n / error) ** 2 == pytest.approx(expected)


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


FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values=FAMILIES, more=FAMILIES)
def test_a_longer_family_never_makes_a_rise_appear(p_values, more):
    alone = adjust(p_values)
    assert (adjust(p_values + more)[: len(alone)] >= alone - 1e-12).all()
    assert common_level(p_values + more) >= common_level(p_values) - 1e-12


def test_a_correction_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    chance = np.random.default_rng(4)
    mixed = [*chance.beta(0.5, 5, 15), 0.02, 0.02, 0.0, 1.0]
    assert adjust(mixed) == pytest.approx(multipletests(mixed, method="holm")[1])


@given(p_values=FAMILIES)
def test_what_was_not_tested_is_no_member_of_the_family(p_values):
    holed = adjust([math.nan, *p_values, math.nan])
    assert np.isnan(holed[[0, -1]]).all()
    assert holed[1:-1] == pytest.approx(adjust(p_values))
    assert common_level([math.nan, *p_values]) == common_level(p_values)


@given(p_values=FAMILIES, level=st.sampled_from([0.9, 0.95, 0.99]))
def test_an_interval_at_the_common_level_says_what_the_corrected_test_says(p_values, level):
    critical = 1 - common_level(p_values, level)
    assert critical <= 1 - level + 1e-12
    for p, adjusted in zip(p_values, adjust(p_values), strict=True):
        if abs(p - critical) > 1e-9:
            assert (p < critical) == (adjusted <= 1 - level)


FEW = st.lists(st.tuples(st.floats(0, 0.2), st.booleans()), min_size=1, max_size=7)


@given(FEW)
def test_a_headline_first_rejects_what_closed_testing_does_and_keeps_to_the_error(tests):
    """Of all sets of tests at once, weighted Bonferroni tests (Marcus, Peritz, Gabriel 1976)."""
    p_values, first = (np.array(part) for part in zip(*tests, strict=True))
    weights = halves(first, p_values)

    def rejects(some: tuple[int, ...]) -> bool:
        shares = weights[list(some)] / weights[list(some)].sum()
        return bool((p_values[list(some)] <= 0.05 * shares + 1e-15).any())

    every = range(len(p_values))
    sets = [some for size in every for some in combinations(every, size + 1)]
    closed = [all(rejects(some) for some in sets if i in some) for i in every]
    assert (adjust(p_values, weights=weights) <= 0.05 + 1e-12).tolist() == closed


@given(FEW)
def test_an_interval_of_a_weighted_family_says_what_the_corrected_test_says(tests):
    p_values, first = (np.array(part) for part in zip(*tests, strict=True))
    weights = halves(first, p_values)
    critical = 1 - levels(p_values, weights=weights)
    assert (critical <= 0.05 + 1e-12).all()
    for p, limit, adjusted in zip(
        p_values, critical, adjust(p_values, weights=weights), strict=True
    ):
        if abs(p - limit) > 1e-9:
            assert (p < limit) == (adjusted <= 0.05)


def test_the_headline_s_half_is_shared_by_the_headlines_that_are_tested():
    p_values = np.array([0.01, math.nan, 0.2, 0.3, 0.4])
    assert halves([True, True, False, False, False], p_values)[[0, 2]] == pytest.approx([2, 2 / 3])
    # where headlines are half of the family or more, or there is none, all weigh the same
    assert set(halves([True, True, True, False, False], p_values)) == {1.0}
    assert set(halves([False] * 5, p_values)) == {1.0}


def test_of_no_test_there_is_no_correction():
    assert adjust([]).tolist() == [] and np.isnan(adjust([math.nan])).all()
    for alone in ([], [math.nan], [0.3]):
        assert common_level(alone) == pytest.approx(0.95)
    assert common_level([0.3] * 8) == pytest.approx(1 - 0.05 / 8)


def test_estimates_of_endless_degrees_of_freedom_have_the_normal_test():
    normal = pytest.approx((1.0, 0.02, 1.98, 0.0455), abs=1e-4)
    assert difference_of_means(8.0, 0.3, math.inf, 7.0, 0.4, math.inf) == normal
    one, two = (8 - 0.588, 8 + 0.588), (7 - 0.784, 7 + 0.784)
    assert difference_of_intervals(8.0, one, 7.0, two) == normal


def test_the_smallest_change_is_that_of_bloom_s_multipliers():
    # Bloom (1995): 2.49 for a one-sided test at 0.05 and a power of 0.80; 2.80 for a two-sided one
    for level, multiple in ((0.90, 2.49), (0.95, 2.80)):
        reach = float(ndtri((1 + level) / 2))  # of a standard error of 1
        assert detectable_of_interval(-reach, reach, level) == pytest.approx(multiple, abs=5e-3)


REFUSED = {
    "no spread": [
        (difference_of_means, (10, 0, 11, 9, 0, 11)),
        (difference_of_shares, (0.5, math.inf, 0.4, math.inf)),
        (difference_of_intervals, (30, (30, 45), 20, (10, 20))),  # ties hide the near sides
        (difference_of_intervals, (30, (30, 30), 30, (30, 30))),
    ],
    "shares": [
        (difference_of_shares, case)
        for case in ((1.2, 10, 0.5, 10), (0.5, 0, 0.5, 10), (math.nan, 10, 0.5, 10))
    ],
    "se >= 0": [
        (difference_of_means, (*case, 1, 0.1, 5))
        for case in ((1, -0.1, 5), (1, 0.1, 0), (1, math.nan, 5))
    ],
    "no intervals": [(difference_of_intervals, (5, (6, 7), 5, (4, 6)))],
    "n > 0": [(error_of_paired_shares, case) for case in ((-1, 2, 10), (1, -2, 10), (1, 2, 0))],
    "p values are between 0 and 1": [(adjust, ([0.2, 1.3],))],
    r"write 0\.95": [
        (function, (*case, level))
        for level in (95, 0, 1, math.nan)
        for function, case in (
            (difference_of_means, (8, 0.1, 40, 7, 0.1, 40)),
            (difference_of_shares, (0.5, 40, 0.4, 40)),
            (difference_of_intervals, (5, (4, 6), 4, (3, 5))),
            (detectable_of_interval, (4, 6)),
            (common_level, ([0.2],)),
        )
    ],
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_compared_is_refused_with_its_reason(why):
    for function, given_ in REFUSED[why]:
        with pytest.raises(ValueError, match=why):
            function(*given_)
