"""Intervals of simple samples: those of statsmodels and scipy, and the truth held as promised."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from sklearn import metrics

from observlib.stats.survey.intervals import (
    adjusted_wald,
    bounded,
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


@given(st.floats(-1, 1), st.floats(1e-3, 3), st.integers(1, 500))
def test_an_interval_of_marks_holds_the_mean_and_stays_on_the_scale_either_way(mean, error, df):
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
def test_marks_that_are_alike_or_that_nothing_tells_the_error_of_have_no_interval(mean, error, df):
    assert all(map(math.isnan, bounded(mean, error, df, (0, 10))))


@given(n=st.integers(1, 300), data=st.data())
def test_it_holds_wilson_s_interval_and_the_share(n, data):
    won = data.draw(st.integers(0, n))
    low, high = adjusted_wald(won, n)
    inner = wilson(won, n)
    assert 0 <= low <= inner[0] + 1e-12 and inner[1] - 1e-12 <= high <= 1


def test_the_geometric_mean_and_its_interval_are_scipy_s():
    from scipy import stats

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


def _measured(
    texts: int, n: int, share: float, finds: float, spares: float, draws: int, seed: int = 7
) -> tuple[float, float]:
    """How often intervals hold the truth, and their width over that of the sample alone.

    The machine `finds` so many of the texts that hold it, and `spares` so many of the others.
    """
    source = np.random.default_rng(seed)
    # how many texts hold it or not, as the machine says or not; and of those that are read
    chances = [share * finds, share * (1 - finds), (1 - share) * (1 - spares), (1 - share) * spares]
    of_all = source.multinomial(texts, chances, size=draws)
    read, rest = np.zeros_like(of_all), np.full(draws, n)
    for kind in range(4):
        read[:, kind] = source.hypergeometric(
            of_all[:, kind], of_all[:, kind + 1 :].sum(axis=1), rest
        )
        rest = rest - read[:, kind]
    seen = np.column_stack([read, of_all[:, 0] + of_all[:, 2], of_all[:, 0] + of_all[:, 1]])
    held, width, alone = 0, 0.0, 0.0
    for (*own, guessed, holding), times in zip(
        *np.unique(seen, axis=0, return_counts=True), strict=True
    ):
        true, guess = np.repeat([1, 1, 0, 0], own), np.repeat([1, 0, 1, 0], own)
        found = prevalence(true, guess, guessed, texts)
        held += times * (found.low - 1e-12 <= holding / texts <= found.high + 1e-12)
        width += times * (found.high - found.low)
        alone += times * (found.hand_high - found.hand_low)
    return held / draws, width / alone


# texts, read, share, and how good the machine is at texts that hold it and at others
CASES = [
    (400, 50, 0.05, 0.6, 0.9),
    (400, 50, 0.1, 0.9, 0.9),
    (400, 50, 0.3, 0.8, 0.8),
    (3000, 100, 0.02, 0.6, 0.6),
    (3000, 100, 0.05, 0.8, 0.98),
    (3000, 100, 0.3, 0.9, 0.9),
    (3000, 100, 0.5, 0.5, 0.5),
    (120, 100, 0.3, 0.9, 0.9),
]


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
    half = (found.high - found.low) / 2
    assert half == pytest.approx(
        float(ndtri(0.975)) * error, rel=0.02
    )  # theirs is of all texts to come
    assert found.tuning == pytest.approx(tuned, rel=0.03)


def test_where_all_texts_are_read_nothing_is_uncertain():
    codes, guesses = [1, 0, 1, 0, 0] * 8, [1, 1, 1, 0, 0] * 8
    found = prevalence(codes, guesses, guessed=24, texts=40)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.4, 0.4, 0.4))
    assert found.n_eff == pytest.approx(40)


def test_a_machine_that_says_the_same_of_every_read_text_is_not_believed():
    codes = [1] * 5 + [0] * 45
    found = prevalence(codes, [0] * 50, guessed=300, texts=100_000)
    assert found.tuning == 0 and found.estimate == 0.1
    assert (found.low, found.high) == pytest.approx(wilson(5, 50), abs=1e-3)


@pytest.mark.parametrize(
    ("finds", "share", "most"),
    [(0.9, 0.5, 0.7), (0.9, 0.3, 0.7), (0.95, 0.1, 0.7), (0.5, 0.3, 1.01)],
)
def test_a_good_machine_narrows_the_interval_and_a_bad_one_widens_nothing(finds, share, most):
    assert most - 0.3 < _measured(3000, 100, share, finds, finds, draws=500)[1] <= most


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


def test_grades_begin_where_sauro_and_lewis_say():
    least = {84.1: "A+", 80.8: "A", 78.9: "A−", 77.2: "B+", 74.1: "B", 72.6: "B−", 71.1: "C+",
             65.0: "C", 62.7: "C−", 51.7: "D", 0: "F"}  # fmt: skip
    assert [sus_grade(score) for score in least] == [*least.values()]
    assert [sus_grade(score - 0.1) for score in [*least][:-1]] == [*least.values()][1:]
    assert sus_grade(100) == "A+"


REFUSED = {
    "successes": [(wilson, case) for case in ((1, 0), (-1, 5), (6, 5), (math.inf, math.inf))]
    + [(adjusted_wald, case) for case in ((0, 0), (3, 2), (-1, 5), (1, math.inf))],
    "a t interval needs 2 answers": [
        (student, case)
        for case in ((5, 0, 1), (math.nan, 1, 10), (5, math.nan, 10), (math.inf, 1, 10),
                     (5, math.inf, 9), (5, -1, 9))
    ],
    r"write 0\.95": [(student, (5.0, 1.0, 10, 95)), (wilson, (8, 10, 95)),
                     (bounded, (5, 1, 9, (0, 10), 95))],
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
