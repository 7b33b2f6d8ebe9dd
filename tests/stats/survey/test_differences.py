"""Differences, families and answers needed: those of scipy, statsmodels, R and an exact count."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln, ndtri, xlogy
from scipy.stats import ttest_ind_from_stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import ttost_ind

from observlib.stats.survey import differences
from observlib.stats.survey.differences import (
    adjust,
    answers_needed,
    common_level,
    detectable_of_interval,
    difference_of_intervals,
    difference_of_means,
    difference_of_shares,
    equivalence_p_value,
    error_of_paired_shares,
    halves,
    least_levels,
    levels,
    power,
    smallest_found,
)
from observlib.stats.survey.intervals import score_ends

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.9994])
FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
FEW = st.lists(st.tuples(st.floats(0, 0.2), st.booleans()), min_size=1, max_size=7)
COUNTS = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS, LEVELS)
def test_shares_agree_with_statsmodels(first, second, level):
    expected = confint_proportions_2indep(*first, *second, method="newcomb", alpha=1 - level)
    (one, n), (two, m) = first, second
    found = difference_of_shares(one / n, n, two / m, m, level)
    assert found[1:3] == pytest.approx(expected, rel=1e-7, abs=1e-9)


@given(
    means=st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
    sds=st.tuples(st.floats(0.01, 50), st.floats(0.01, 50)),
    bases=st.tuples(st.integers(2, 5000), st.integers(2, 5000)),
)
def test_means_agree_with_scipy(means, sds, bases):
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
    difference_of_shares: COUNTS.map(lambda one: (one[0] / one[1], one[1])),
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
    difference, low, high, p = found
    swapped, slack = judged(*two, *one, level), 1e-9 * max(1.0, abs(low), abs(high))
    assert all(math.isfinite(x) for x in found) and 0 <= p <= 1
    assert low <= difference + slack and difference - slack <= high
    assert swapped[:3] == pytest.approx((-difference, -high, -low), rel=1e-9, abs=slack)
    assert swapped[3] == pytest.approx(p, rel=1e-6, abs=1e-12)
    if abs(p - (1 - level)) > 1e-6 and min(abs(low), abs(high)) > slack:
        assert (p < 1 - level) == (low > 0 or high < 0)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
def test_paired_shares_have_the_statistic_of_mcnemar(one, two, others):
    n = one + two + others
    expected = mcnemar([[others, one], [two, 0]], exact=False, correction=False).statistic
    assert ((one - two) / n / error_of_paired_shares(one, two, n)) ** 2 == pytest.approx(expected)


@given(st.integers(0, 2**32 - 1), st.floats(0.2, 2.0))
def test_equivalence_is_judged_as_by_statsmodels_two_one_sided_tests(seed, margin):
    rng = np.random.default_rng(seed)
    now, then = rng.normal(7, 2, 80), rng.normal(7.1, 3, 50)
    errors = [x.std(ddof=1) / len(x) ** 0.5 for x in (now, then)]
    sides = (now.mean(), errors[0], 79, then.mean(), errors[1], 49)
    found = equivalence_p_value(lambda level: difference_of_means(*sides, level)[1:3], margin)
    expected = ttost_ind(now, then, -margin, margin, usevar="unequal")[0]
    assert found == pytest.approx(expected if expected < 0.5 else 1.0, rel=1e-6)


def test_what_is_far_within_a_margin_at_every_level_or_beyond_it_at_none_is_as_sure_as_can_be():
    assert equivalence_p_value(lambda level: (-0.1, 0.1), 5.0) == pytest.approx(6.22e-16, rel=0.01)
    assert equivalence_p_value(lambda level: (6.0, 6.1), 5.0) == 1.0
    # of two normal estimates: (1.96 + 0.84) standard errors
    assert detectable_of_interval(1.0, 1.0 + 2 * 1.959964) == pytest.approx(2.801585)


def test_a_correction_is_that_of_statsmodels():
    chance = np.random.default_rng(4)
    mixed = [*chance.beta(0.5, 5, 15), 0.02, 0.02, 0.0, 1.0]
    assert adjust(mixed) == pytest.approx(multipletests(mixed, method="holm")[1])
    assert adjust([0.0, 1.0]).tolist() == [0, 1]


@given(p_values=FAMILIES)
def test_what_was_not_tested_is_no_member_of_the_family(p_values):
    holed = adjust([math.nan, *p_values, math.nan])
    assert np.isnan(holed[[0, -1]]).all()
    assert holed[1:-1] == pytest.approx(adjust(p_values))
    assert common_level([math.nan, *p_values]) == common_level(p_values)


@given(FEW)
def test_a_headline_first_rejects_what_closed_testing_does_and_its_interval_agrees(tests):
    """Of all sets of tests at once, weighted Bonferroni tests (Marcus, Peritz, Gabriel 1976)."""
    p_values, first = (np.array(part) for part in zip(*tests, strict=True))
    weights = halves(first, p_values)

    def rejects(some: tuple[int, ...]) -> bool:
        shares = weights[list(some)] / weights[list(some)].sum()
        return bool((p_values[list(some)] <= 0.05 * shares + 1e-15).any())

    every = range(len(p_values))
    sets = [some for size in every for some in combinations(every, size + 1)]
    closed = [all(rejects(some) for some in sets if i in some) for i in every]
    corrected = adjust(p_values, weights=weights)
    assert (corrected <= 0.05 + 1e-12).tolist() == closed
    critical = 1 - levels(p_values, weights=weights)
    assert (critical <= 0.05 + 1e-12).all()
    for p, limit, adjusted in zip(p_values, critical, corrected, strict=True):
        assert abs(p - limit) <= 1e-9 or (p < limit) == (adjusted <= 0.05)


def test_levels_are_those_of_the_last_rejection_also_of_a_p_value_at_the_limit():
    assert levels([0.25, 0.5], 0.5).tolist() == [0.5, 0.5]
    assert levels([0.25, 0.75], 0.5).tolist() == [0.75, 0.75]
    assert levels([math.nan], 0.9).tolist() == [0.9] and common_level([], 0.9) == 0.9
    # where those tested first are half of all, none goes first
    p_values = np.array([0.01, 0.2, math.nan])
    assert halves([True, False, True], p_values).tolist() == [1, 1, 1]
    assert halves([False, False, True], p_values).tolist() == [1, 1, 1]
    assert halves([True, False, False], np.array([0.01, 0.2, 0.5])).tolist() == [1.5, 0.75, 0.75]


def test_a_headline_and_the_others_have_each_half_of_the_error_and_one_alone_all_of_it():
    found = least_levels([True, True] + 18 * [False])
    assert (found[0], found[-1]) == pytest.approx((1 - 0.05 / 2 / 2, 1 - 0.05 / 2 / 18))
    assert least_levels([True]) == [0.95] and least_levels([]) == []


# --- The answers that a verdict needs


# R 4: power.t.test(delta = d, sd = s, power = .8, sig.level = a)$n
@pytest.mark.parametrize(("difference", "sd", "error", "n"), [
    (0.5, 1.0, 0.05, 63.765764), (1.0, 1.0, 0.05, 16.714768), (0.5, 2.5, 0.05, 393.40666),
    (0.5, 2.9, 0.025 / 19, 1108.3959),
])  # fmt: skip
def test_means_need_the_answers_that_r_says(difference, sd, error, n):
    assert answers_needed(difference, sd=sd, level=1 - error) == math.ceil(n)
    assert power(n, difference, sd=sd, level=1 - error) == pytest.approx(0.8, abs=1e-6)
    wide = {"sd": sd, "level": 1 - error, "design_effect": 2.0}
    assert power(2 * n, difference, **wide) == pytest.approx(0.8, abs=1e-6)
    assert answers_needed(difference, **wide) == math.ceil(2 * n)


def test_power_and_the_smallest_difference_of_means_are_those_of_r():
    # power.t.test(n = 300, delta = .5, sd = 2.9, sig.level = .025)$power, and of n = 5
    assert power(300, 0.5, sd=2.9, level=0.975) == pytest.approx(0.44661882, abs=1e-6)
    assert power(5, 2.0, sd=1.0) == pytest.approx(0.79054163, abs=1e-6)
    # power.t.test(n = 300, sd = 2.9, power = .8, sig.level = .025)$delta
    assert smallest_found(300, sd=2.9, level=0.975) == pytest.approx(0.73154665, abs=1e-5)
    # 29 / qchisq(c(.975, .025), 29), the variance of marks that are about normal
    assert differences.variance_ends(0.05, 0.5, 30) == pytest.approx((0.63427, 1.80717), rel=1e-4)


# R 4: power.prop.test(p1 = p, p2 = p - .05, power = .8, sig.level = a)$n, of the pooled z test
@pytest.mark.parametrize(("share", "error", "n"), [
    (0.5, 0.05, 1564.6721), (0.7, 0.05, 1376.2989), (0.85, 0.05, 905.36578),
    (0.5, 0.025 / 19, 3277.2769), (0.85, 0.025 / 19, 1896.6515),
])  # fmt: skip
def test_shares_need_about_what_r_says_of_another_test(share, error, n):
    assert answers_needed(0.05, share=share, level=1 - error) == pytest.approx(n, rel=0.003)


def exact(n: int, share: float, moved: float, level: float) -> float:
    """The chance of each pair of counts whose interval leaves out 0 on the right side, added up."""
    counts = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    shares = (max(share, moved), min(share, moved))
    chances = [np.exp(ways + xlogy(counts, p) + xlogy(n - counts, 1 - p)) for p in shares]
    low, high = score_ends(counts / n, float(n), float(ndtri((1 + level) / 2)))
    one, other = np.meshgrid(counts, counts, indexing="ij")
    reach = np.hypot((one / n) - low[one], high[other] - (other / n))
    return float(np.sum(np.outer(*chances)[(one - other) / n > reach]))


@pytest.mark.parametrize(("share", "difference", "level"), [
    (0.5, 0.15, 0.95), (0.85, 0.1, 0.95), (0.97, 0.07, 0.95), (0.1, 0.12, 0.975), (0.7, 0.2, 0.998),
])  # fmt: skip
def test_the_power_of_shares_is_that_of_every_pair_of_counts(share, difference, level):
    n = answers_needed(difference, share=share, level=level)
    moved = share - difference if share >= 0.5 else share + difference
    assert exact(n, share, moved, level) == pytest.approx(0.8, abs=0.015)
