"""Intervals, differences and families: those of scipy, statsmodels and R, and what must hold."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri
from scipy.stats import ttest_ind_from_stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import DescrStatsW, ttost_ind

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
from observlib.stats.survey.intervals import (
    adjusted_wald,
    bounded_intervals,
    clustered_share,
    cohens_kappa,
    geometric_mean,
    prevalence,
    student,
    sus_grade,
    sus_score,
    wilson,
)

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.9994])
FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
FEW = st.lists(st.tuples(st.floats(0, 0.2), st.booleans()), min_size=1, max_size=7)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels_and_holds_the_share(case):
    successes, n = case
    low, high = wilson(successes, n)
    expected = proportion_confint(successes, n, method="wilson")
    assert (low, high) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert 0 <= low <= successes / n <= high <= 1
    ends = adjusted_wald(successes, n)
    assert 0 <= ends[0] <= low + 1e-12 and high - 1e-12 <= ends[1] <= 1


@given(st.lists(st.floats(0, 10), min_size=2, max_size=60))
def test_student_agrees_with_statsmodels(values):
    expected = DescrStatsW(values).tconfint_mean()
    found = student(float(np.mean(values)), float(np.std(values, ddof=1)), len(values))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(st.floats(-1, 1), st.floats(1e-3, 3), st.integers(1, 500))
def test_an_interval_of_marks_holds_the_mean_and_stays_on_the_scale_either_way(mean, error, df):
    if abs(mean) == 1:
        assert all(map(math.isnan, bounded_intervals(mean, error, df, (-1, 1))))
        return
    low, high = bounded_intervals(mean, error, df, (-1, 1))
    assert -1 <= low <= mean <= high <= 1
    assert bounded_intervals(-mean, error, df, (-1, 1)) == pytest.approx((-high, -low), abs=1e-9)


@pytest.mark.parametrize(("mean", "error", "df"), [(10, 0.1, 9), (0, 0.1, 9), (5, 0, 9), (5, 1, 0),
                                                   (math.nan, 1, 9), (5, math.nan, 9)])  # fmt: skip
def test_marks_that_are_alike_or_that_nothing_tells_the_error_of_have_no_interval(mean, error, df):
    assert all(map(math.isnan, bounded_intervals(mean, error, df, (0, 10))))


def test_the_geometric_mean_and_its_interval_are_scipy_s():
    times = [94, 95, 113, 121, 132, 139, 148, 161, 217, 254]
    mean, low, high = geometric_mean(times)
    assert mean == pytest.approx(stats.gmean(times))
    logs = [math.log(time) for time in times]
    expected = stats.t.interval(0.95, 9, stats.tmean(logs), stats.sem(logs))
    assert (low, high) == pytest.approx(tuple(math.exp(end) for end in expected))


def test_a_score_is_brooke_s_by_hand():
    # an odd item gives its answer less 1, an even one 5 less its answer
    answers = [5, 4, 2, 1, 2, 3, 2, 4, 4, 5]
    odd, even = (4 + 1 + 1 + 1 + 3), (1 + 4 + 2 + 1 + 0)
    assert sus_score(answers) == 2.5 * (odd + even) == 45.0
    # grades begin where Sauro and Lewis say
    least = {84.1: "A+", 80.8: "A", 78.9: "A−", 77.2: "B+", 74.1: "B", 72.6: "B−", 71.1: "C+",
             65.0: "C", 62.7: "C−", 51.7: "D", 0: "F"}  # fmt: skip
    assert [sus_grade(score) for score in least] == [*least.values()]
    assert [sus_grade(score - 0.1) for score in [*least][:-1]] == [*least.values()][1:]
    assert sus_grade(100) == "A+"


def _measured(
    texts: int, n: int, share: float, finds: float, spares: float, draws: int, seed: int = 7
) -> tuple[float, float]:
    """How often intervals hold the truth, and their width over that of the sample alone."""
    source = np.random.default_rng(seed)
    # how many texts hold it or not, as the machine says or not; and of those that are read
    chances = [share * finds, share * (1 - finds), (1 - share) * (1 - spares), (1 - share) * spares]
    of_all = source.multinomial(texts, chances, size=draws)
    read, rest = np.zeros_like(of_all), np.full(draws, n)
    for kind in range(4):
        others = of_all[:, kind + 1 :].sum(axis=1)
        read[:, kind] = source.hypergeometric(of_all[:, kind], others, rest)
        rest = rest - read[:, kind]
    seen = np.column_stack([read, of_all[:, 0] + of_all[:, 2], of_all[:, 0] + of_all[:, 1]])
    held, width, alone = 0, 0.0, 0.0
    drawn = zip(*np.unique(seen, axis=0, return_counts=True), strict=True)
    for (*own, guessed, holding), times in drawn:
        true, guess = np.repeat([1, 1, 0, 0], own), np.repeat([1, 0, 1, 0], own)
        found = prevalence(true, guess, guessed, texts)
        held += times * (found.low - 1e-12 <= holding / texts <= found.high + 1e-12)
        width += times * (found.high - found.low)
        alone += times * (found.hand_high - found.hand_low)
    return held / draws, width / alone


# texts, read, share, and how good the machine is at texts that hold it and at others
CASES = [
    (400, 50, 0.05, 0.6, 0.9), (400, 50, 0.1, 0.9, 0.9), (400, 50, 0.3, 0.8, 0.8),
    (3000, 100, 0.02, 0.6, 0.6), (3000, 100, 0.05, 0.8, 0.98), (3000, 100, 0.3, 0.9, 0.9),
    (3000, 100, 0.5, 0.5, 0.5), (120, 100, 0.3, 0.9, 0.9),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_nineteen_intervals_in_twenty_hold_the_share_of_the_texts(case):
    held, _ = _measured(*case, draws=2000)
    assert 0.93 <= held <= 0.97 + 3 * (0.03 * 0.97 / 2000) ** 0.5


def test_in_large_samples_it_is_the_interval_of_the_papers():
    source = np.random.default_rng(11)
    true = source.random(1_000_000) < 0.3
    guess = np.where(true, source.random(1_000_000) < 0.85, source.random(1_000_000) < 0.1)
    y, f = true[:4000].astype(float), guess[:4000].astype(float)
    rest = guess[4000:].astype(float)
    # PPI++, equations (3) and (9) for a mean, its texts apart from those that were read
    n, more = len(y), len(rest)
    tuned = np.cov(y, f)[0, 1] / ((1 + n / more) * np.var(guess, ddof=1))
    middle = tuned * rest.mean() + (y - tuned * f).mean()
    error = np.sqrt(tuned**2 * rest.var() / more + (y - tuned * f).var() / n)
    found = prevalence(y, f, guess.sum(), len(true))
    assert found.estimate == pytest.approx(middle, abs=3e-4)
    half, theirs = (found.high - found.low) / 2, float(ndtri(0.975)) * error
    assert half == pytest.approx(theirs, rel=0.02)  # theirs is of all texts to come
    assert found.tuning == pytest.approx(tuned, rel=0.03)


def test_it_is_the_share_of_each_part_that_the_machine_makes_and_a_doubt_counts_as_half():
    codes = [1] * 12 + [0] * 3 + [1] * 2 + [0] * 33
    found = prevalence(codes, [1] * 15 + [0] * 35, guessed=250, texts=1000)
    assert found.estimate == pytest.approx(0.25 * 12 / 15 + 0.75 * 2 / 35)
    assert found.hand == pytest.approx(14 / 50)
    halves = prevalence([1, 0.5, 0, 0] * 10, [1, 0, 0, 0] * 10, guessed=250, texts=1000)
    assert halves.estimate == pytest.approx(0.25 + 0.75 / 6)


def test_kappa_is_that_of_scikit_learn_and_unknown_where_all_is_alike():
    one = ["a", "b", "c", "a", "b", "b", "c", "a"] * 5
    other = ["a", "b", "b", "a", "c", "b", "c", "b"] * 5
    found = cohens_kappa(one, other)
    assert found.kappa == pytest.approx(metrics.cohen_kappa_score(one, other))
    assert found.low < found.kappa < found.high and found.n == 40
    alike = cohens_kappa(["no"] * 50, ["no"] * 50)
    assert math.isnan(alike.kappa) and alike.n == 50
    never = cohens_kappa(["yes", "no"] * 20, ["no", "yes"] * 20)
    assert never.kappa == pytest.approx(-1) and -1 <= never.low <= never.high <= 1


def test_attempts_of_one_participant_are_worth_fewer_than_as_many_participants():
    # shares 2/2, 1/2, 0/2, 1/2: residuals 1, 0, -1, 0; variance 4/3 * 2 / 64; 0.25 / that is 6
    assert clustered_share([(2, 2), (1, 2), (0, 2), (1, 2)]) == pytest.approx((0.5, 6.0))
    assert clustered_share([(3, 3)] * 8 + [(0, 3)] * 8) == (0.5, 16.0)
    assert clustered_share([(4, 4)] * 5) == (1.0, 5.0)
    assert clustered_share([(0, 4)] * 5) == (0.0, 5.0)


REFUSED = {
    "successes": [(wilson, case) for case in ((1, 0), (-1, 5), (6, 5), (math.inf, math.inf))]
    + [(adjusted_wald, case) for case in ((0, 0), (3, 2), (-1, 5), (1, math.inf))],
    "a t interval needs 2 answers": [
        (student, case)
        for case in ((5, 0, 1), (math.nan, 1, 10), (5, math.nan, 10), (math.inf, 1, 10),
                     (5, math.inf, 9), (5, -1, 9))
    ],
    r"write 0\.95": [(student, (5.0, 1.0, 10, 95)), (wilson, (8, 10, 95)),
                     (bounded_intervals, (5, 1, 9, (0, 10), 95))],
    "attempt": [(clustered_share, (case,)) for case in ([], [(1, 0)], [(3, 2)])],
    "two values": [
        (geometric_mean, (case,))
        for case in ([5], [], [3, 0], [3, -1], [3, math.nan], [3, math.inf])
    ],
    "ten answers": [(sus_score, (case,)) for case in ([3] * 9, [3] * 9 + [6], [3] * 9 + [2.5])],
    "no score": [(sus_grade, (101,))],
    "no sample": [
        (prevalence, case)
        for case in (([1, 0], [1], 5, 10), ([], [], 5, 10), ([1, 0, 1], [1, 1, 1], 2, 10),
                     ([1, 0, 1], [0, 0, 0], 9, 10), ([1, 0, 1], [1, 0, 1], 2, 2),
                     ([1, 0, 1], [1, 0.3, 1], 5, 10))
    ],
    "codes lie between": [(prevalence, ([1, 2, 1], [1, 0, 1], 5, 10))],
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_has_no_interval_is_refused_with_what_is_allowed(why):
    for function, given_ in REFUSED[why]:
        with pytest.raises(ValueError, match=why):
            function(*given_)


def _counts(least: int = 1) -> st.SearchStrategy[tuple[int, int]]:
    bases = st.integers(least, 3000)
    return bases.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(first=_counts(), second=_counts(), level=LEVELS)
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
    table = [[others, one], [two, 0]]
    expected = mcnemar(table, exact=False, correction=False).statistic
    error = error_of_paired_shares(one, two, n)
    assert ((one - two) / n / error) ** 2 == pytest.approx(expected)


@given(st.integers(0, 2**32 - 1), st.floats(0.2, 2.0))
def test_equivalence_is_judged_as_by_statsmodels_two_one_sided_tests(seed, margin):
    rng = np.random.default_rng(seed)
    now, then = rng.normal(7, 2, 80), rng.normal(7.1, 3, 50)
    sides = [(x.mean(), x.std(ddof=1) / math.sqrt(len(x)), len(x) - 1) for x in (now, then)]
    found = equivalence_p_value(
        lambda level: difference_of_means(*sides[0], *sides[1], level)[1:3], margin
    )
    expected = ttost_ind(now, then, -margin, margin, usevar="unequal")[0]
    assert found == pytest.approx(expected if expected < 0.5 else 1.0, rel=1e-6)
    # far within what matters at every level, and beyond it at none
    assert equivalence_p_value(lambda level: (-0.1, 0.1), 5.0) < 1e-14
    assert equivalence_p_value(lambda level: (6.0, 6.1), 5.0) == 1.0


def test_a_correction_is_that_of_statsmodels():
    chance = np.random.default_rng(4)
    mixed = [*chance.beta(0.5, 5, 15), 0.02, 0.02, 0.0, 1.0]
    assert adjust(mixed) == pytest.approx(multipletests(mixed, method="holm")[1])


@given(p_values=FAMILIES)
def test_what_was_not_tested_is_no_member_of_the_family(p_values):
    holed = adjust([math.nan, *p_values, math.nan])
    assert np.isnan(holed[[0, -1]]).all()
    assert holed[1:-1] == pytest.approx(adjust(p_values))
    assert common_level([math.nan, *p_values]) == common_level(p_values)


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
    corrected = adjust(p_values, weights=weights)
    for p, limit, adjusted in zip(p_values, critical, corrected, strict=True):
        if abs(p - limit) > 1e-9:
            assert (p < limit) == (adjusted <= 0.05)


INCOMPARABLE = {
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


@pytest.mark.parametrize("why", INCOMPARABLE)
def test_what_cannot_be_compared_is_refused_with_its_reason(why):
    for function, given_ in INCOMPARABLE[why]:
        with pytest.raises(ValueError, match=why):
            function(*given_)
