"""Intervals of shares, means and scores: those of scipy, statsmodels and papers, and on scales."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

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


@pytest.mark.parametrize(("mean", "error", "df"), [
    (10, 0.1, 9), (0, 0.1, 9), (5, 0, 9), (5, 1, 0), (math.nan, 1, 9), (5, math.nan, 9),
])  # fmt: skip
def test_marks_that_are_alike_or_that_nothing_tells_the_error_of_have_no_interval(mean, error, df):
    assert all(map(math.isnan, bounded_intervals(mean, error, df, (0, 10))))


def test_the_geometric_mean_and_its_interval_are_scipy_s():
    times = [94, 95, 113, 121, 132, 139, 148, 161, 217, 254]
    logs = np.log(times)
    ends = stats.t.interval(0.95, 9, logs.mean(), stats.sem(logs))
    assert geometric_mean(times) == pytest.approx((stats.gmean(times), *np.exp(ends)))


def test_a_score_is_brooke_s_by_hand_and_a_grade_is_that_of_sauro_and_lewis():
    # an odd item gives its answer less 1, an even one 5 less its answer
    odd, even = (4 + 1 + 1 + 1 + 3), (1 + 4 + 2 + 1 + 0)
    assert sus_score([5, 4, 2, 1, 2, 3, 2, 4, 4, 5]) == 2.5 * (odd + even) == 45.0
    least = {84.1: "A+", 80.8: "A", 78.9: "A−", 77.2: "B+", 74.1: "B", 72.6: "B−", 71.1: "C+",
             65.0: "C", 62.7: "C−", 51.7: "D", 0: "F"}  # fmt: skip
    assert [sus_grade(score) for score in least] == [*least.values()]
    assert [sus_grade(score - 0.1) for score in [*least][:-1]] == [*least.values()][1:]
    assert sus_grade(100) == "A+"


# texts, read, share, and how good the machine is at texts that hold it and at others
@pytest.mark.parametrize(("texts", "n", "share", "finds", "spares"), [
    (400, 50, 0.05, 0.6, 0.9), (400, 50, 0.3, 0.8, 0.8), (3000, 100, 0.02, 0.6, 0.6),
    (3000, 100, 0.3, 0.9, 0.9), (3000, 100, 0.5, 0.5, 0.5), (120, 100, 0.3, 0.9, 0.9),
])  # fmt: skip
def test_nineteen_intervals_in_twenty_hold_the_share_of_the_texts(texts, n, share, finds, spares):
    source, held = np.random.default_rng(7), 0
    for _ in range(800):
        true = source.random(texts) < share
        guess = source.random(texts) < np.where(true, finds, 1 - spares)
        found = prevalence(true[:n], guess[:n], guess.sum(), texts)
        held += found.low - 1e-12 <= true.mean() <= found.high + 1e-12
    assert 0.93 - 0.02 <= held / 800 <= 0.97 + 0.02


def test_in_large_samples_it_is_the_interval_of_the_papers():
    source = np.random.default_rng(11)
    true = source.random(1_000_000) < 0.3
    guess = np.where(true, source.random(1_000_000) < 0.85, source.random(1_000_000) < 0.1)
    y, f, rest = true[:4000] * 1.0, guess[:4000] * 1.0, guess[4000:] * 1.0
    # PPI++, equations (3) and (9) for a mean, its texts apart from those that were read
    n, more = len(y), len(rest)
    tuned = np.cov(y, f)[0, 1] / ((1 + n / more) * np.var(guess, ddof=1))
    middle = tuned * rest.mean() + (y - tuned * f).mean()
    error = np.sqrt(tuned**2 * rest.var() / more + (y - tuned * f).var() / n)
    found = prevalence(y, f, guess.sum(), len(true))
    assert found.estimate == pytest.approx(middle, abs=3e-4)
    theirs = float(ndtri(0.975)) * error  # of all texts to come
    assert (found.high - found.low) / 2 == pytest.approx(theirs, rel=0.02)
    assert found.tuning == pytest.approx(tuned, rel=0.03)


def test_it_is_the_share_of_each_part_that_the_machine_makes_and_a_doubt_counts_as_half():
    codes = [1] * 12 + [0] * 3 + [1] * 2 + [0] * 33
    found = prevalence(codes, [1] * 15 + [0] * 35, guessed=250, texts=1000)
    assert found[:4:3] == pytest.approx((0.25 * 12 / 15 + 0.75 * 2 / 35, 14 / 50))
    ends = (0.17307905, 0.32955544), (0.17686644, 0.41309155)  # as first computed, and so n_eff
    assert (*found[1:3], *found[4:6]) == pytest.approx((*ends[0], *ends[1]))
    assert found[6:] == pytest.approx((12 / 15 - 2 / 35, 50, 101.553139))
    halves = prevalence([1, 0.5, 0, 0] * 10, [1, 0, 0, 0] * 10, guessed=250, texts=1000)
    assert halves.estimate == pytest.approx(0.25 + 0.75 / 6)
    # nothing tells how the other part errs; and all are read
    alone = prevalence([1, 0, 0], [0, 0, 0], guessed=0, texts=9)
    assert (alone.low, alone.high, alone.tuning) == (alone.hand_low, alone.hand_high, 0)
    every = prevalence([1, 0, 0], [1, 1, 0], guessed=2, texts=3)
    assert (every.low, every.high) == pytest.approx((1 / 3, 1 / 3))


def test_kappa_is_that_of_scikit_learn_and_unknown_where_all_is_alike():
    one, other = list("abcabbca") * 5, list("abbacbcb") * 5
    found = cohens_kappa(one, other)
    assert found.kappa == pytest.approx(metrics.cohen_kappa_score(one, other))
    assert found.low < found.kappa < found.high and found.n == 40
    alike = cohens_kappa(["no"] * 50, ["no"] * 50)
    assert math.isnan(alike.kappa) and alike.n == 50
    never = cohens_kappa(["yes", "no"] * 20, ["no", "yes"] * 20)
    assert never.kappa == pytest.approx(-1) and -1 <= never.low <= never.high <= 1


@pytest.mark.parametrize(("counts", "share", "base"), [
    # shares 2/2, 1/2, 0/2, 1/2: residuals 1, 0, -1, 0; variance 4/3 * 2 / 64; 0.25 / that is 6
    ([(2, 2), (1, 2), (0, 2), (1, 2)], 0.5, 6.0), ([(3, 3)] * 8 + [(0, 3)] * 8, 0.5, 16.0),
    ([(4, 4)] * 5, 1.0, 5.0), ([(0, 4)] * 5, 0.0, 5.0), ([(1, 2)], 0.5, 1.0),
    ([(1, 2)] * 6, 0.5, 12.0),
])  # fmt: skip
def test_attempts_of_one_participant_are_worth_fewer_than_as_many_participants(counts, share, base):
    assert clustered_share(counts) == pytest.approx((share, base))
