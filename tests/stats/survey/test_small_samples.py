"""Small samples: published examples, statsmodels, scipy, and a real file of SUS answers."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.stats.survey.intervals import student, wilson
from observlib.stats.survey.small_samples import (
    adjusted_wald,
    bootstrap_interval,
    clopper_pearson,
    clustered_share,
    geometric_mean,
    sus_grade,
    sus_score,
)


def test_the_published_example_of_four_successes_in_five():
    # T. Tullis, "Calculating a confidence interval for task completion" (2008), z rounded to 1.96
    assert adjusted_wald(4, 5) == pytest.approx((0.3596, 0.9796), abs=2e-4)


@pytest.mark.parametrize(("won", "n"), [(0, 5), (4, 5), (9, 11), (11, 11), (7, 20), (80, 100)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_adjusted_wald_interval_is_that_of_statsmodels(won, n, level):
    from statsmodels.stats.proportion import proportion_confint

    expected = proportion_confint(won, n, alpha=1 - level, method="agresti_coull")
    assert adjusted_wald(won, n, level) == pytest.approx(expected)


@given(n=st.integers(1, 300), data=st.data())
def test_it_holds_wilson_s_interval_and_the_share(n, data):
    won = data.draw(st.integers(0, n))
    low, high = adjusted_wald(won, n)
    inner = wilson(won, n)
    assert 0 <= low <= inner[0] + 1e-12 and inner[1] - 1e-12 <= high <= 1


def test_a_proportion_of_nothing_is_refused():
    for successes, n in ((0, 0), (3, 2), (-1, 5), (1, math.inf)):
        for interval in (adjusted_wald, clopper_pearson):
            with pytest.raises(ValueError, match="successes"):
                interval(successes, n)  # type: ignore[operator]


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven
# methods", Statistics in Medicine 17 (1998), 857-872, table I, method 5.
@pytest.mark.parametrize(
    ("won", "n", "low", "high"),
    [
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_the_exact_interval_is_what_newcombe_published(won, n, low, high):
    assert clopper_pearson(won, n) == pytest.approx((low, high), abs=5e-5)


@given(n=st.integers(1, 200), level=st.sampled_from([0.8, 0.95, 0.99]), data=st.data())
def test_the_exact_interval_is_that_of_statsmodels(n, level, data):
    from statsmodels.stats.proportion import proportion_confint

    won = data.draw(st.integers(0, n))
    expected = proportion_confint(won, n, alpha=1 - level, method="beta")
    assert clopper_pearson(won, n, level) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_exact_interval_covers_at_least_as_often_as_it_says():
    from scipy.stats import binom

    n = 12
    ends = [clopper_pearson(won, n) for won in range(n + 1)]
    for share in np.linspace(0.01, 0.99, 99):
        chances = binom.pmf(range(n + 1), n, share)
        held = [low <= share <= high for low, high in ends]
        assert chances[held].sum() >= 0.95


def test_attempts_that_are_alike_within_participants_are_worth_fewer():
    alike = [(3, 3)] * 8 + [(0, 3)] * 8
    mixed = [(3, 3), (2, 3), (1, 3), (0, 3)] * 4
    assert clustered_share(alike) == (0.5, 16.0)
    assert clustered_share(mixed)[0] == 0.5
    assert 16 < clustered_share(mixed)[1] < 48


def test_the_linearised_variance_is_that_done_by_hand():
    # shares 2/2, 1/2, 0/2, 1/2: residuals 1, 0, -1, 0; variance 4/3 * 2 / 64; 0.25 / that is 6
    assert clustered_share([(2, 2), (1, 2), (0, 2), (1, 2)]) == pytest.approx((0.5, 6.0))


def test_where_all_succeed_a_participant_counts_for_one():
    assert clustered_share([(4, 4)] * 5) == (1.0, 5.0)
    assert clustered_share([(0, 4)] * 5) == (0.0, 5.0)
    for wrong in ([], [(1, 0)], [(3, 2)]):
        with pytest.raises(ValueError, match="attempt"):
            clustered_share(wrong)


def test_the_geometric_mean_and_its_interval_are_scipy_s():
    from scipy import stats

    times = [94, 95, 113, 121, 132, 139, 148, 161, 217, 254]
    mean, low, high = geometric_mean(times)
    assert mean == pytest.approx(stats.gmean(times))
    logs = [math.log(time) for time in times]
    expected = stats.t.interval(0.95, 9, stats.tmean(logs), stats.sem(logs))
    assert (low, high) == pytest.approx(tuple(math.exp(end) for end in expected))
    for wrong in ([5], [], [3, 0], [3, -1], [3, math.nan], [3, math.inf]):
        with pytest.raises(ValueError, match="two values"):
            geometric_mean(wrong)


def test_a_score_is_brooke_s_by_hand():
    # an odd item gives its answer less 1, an even one 5 less its answer
    answers = [5, 4, 2, 1, 2, 3, 2, 4, 4, 5]
    odd, even = (4 + 1 + 1 + 1 + 3), (1 + 4 + 2 + 1 + 0)
    assert sus_score(answers) == 2.5 * (odd + even) == 45.0


def test_a_score_of_fewer_items_or_of_other_answers_is_refused():
    for wrong in ([3] * 9, [3] * 9 + [6], [3] * 9 + [2.5]):
        with pytest.raises(ValueError, match="ten answers"):
            sus_score(wrong)


@pytest.fixture(scope="module")
def real_scores(shared_data: Path) -> list[float]:
    with (shared_data / "sus" / "hcitools_SUSresponses.csv").open(encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    return [sus_score([int(cell) for cell in row]) for row in rows]


def test_the_real_answers_have_their_known_mean_and_deviation(real_scores):
    mean, spread = np.mean(real_scores), np.std(real_scores, ddof=1)
    assert (len(real_scores), round(mean, 2), round(spread, 2)) == (45, 50.11, 11.22)


@pytest.mark.parametrize("method", ["BCa", "percentile"])
def test_the_bootstrap_of_real_scores_is_near_student_s_interval(real_scores, method):
    mean, low, high = bootstrap_interval(
        real_scores, np.mean, np.random.default_rng(7), method=method
    )
    expected = student(mean, float(np.std(real_scores, ddof=1)), len(real_scores))
    assert (low, high) == pytest.approx(expected, abs=0.5)


def test_the_same_seed_gives_the_same_interval_on_every_run():
    times = [94.0, 95, 113, 121, 132, 139, 148, 161, 217, 254]

    def again(seed: int) -> tuple[float, float, float]:
        rng = np.random.default_rng(seed)
        return bootstrap_interval(times, np.median, rng, method="percentile", resamples=500)

    assert again(1) == again(1)
    assert again(1) != again(2)
    value, low, high = again(1)
    assert low <= value == 135.5 <= high


@pytest.mark.parametrize("method", ["BCa", "percentile"])
def test_answers_all_alike_have_no_bootstrap_interval_rather_than_one_of_no_width(method):
    rng = np.random.default_rng(1)
    value, *ends = bootstrap_interval([70.0] * 12, np.mean, rng, method=method)
    assert value == 70 and all(math.isnan(end) for end in ends)
    value, *ends = bootstrap_interval([1.0] * 19 + [2], np.median, rng, method=method)
    assert value == 1 and all(math.isnan(end) for end in ends)
    for wrong in ([], [5.0], [5.0, math.nan]):
        with pytest.raises(ValueError, match="two values"):
            bootstrap_interval(wrong, np.mean, rng)


@pytest.mark.parametrize(
    ("least", "grade"),
    [(84.1, "A+"), (80.8, "A"), (78.9, "A−"), (77.2, "B+"), (74.1, "B"), (72.6, "B−"),
     (71.1, "C+"), (65.0, "C"), (62.7, "C−"), (51.7, "D"), (0, "F")],
)  # fmt: skip
def test_grades_begin_where_sauro_and_lewis_say(least, grade):
    assert sus_grade(least) == grade
    if least:
        assert sus_grade(least - 0.1) != grade


def test_a_score_out_of_the_scale_has_no_grade():
    with pytest.raises(ValueError, match="no score"):
        sus_grade(101)
    assert sus_grade(100) == "A+"
