"""Who watches is seldom alarmed for nothing, and hears soon of what changed for good."""

from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stats.series.conftest import noise as correlated

from observlib.stats.series import breaks
from observlib.stats.series.breaks import candidates, confirmed, distances, in_counts, in_means

FIVE_YEARS = 5 * 365
BEGIN = pd.Timestamp("2024-01-01")


def daily(values, n=100, variance=6.0):
    days = pd.date_range(BEGIN, periods=len(values))
    return pd.DataFrame({"value": values, "n": n, "variance": variance}, index=days)


def noise(count, seed, deviation=1.0):
    return np.random.default_rng(seed).normal(0, deviation, count)


def told(changes):
    """Of each change, the ranks of the days on which it began and was seen, and its size."""
    days = [(one.began, one.seen) for one in changes]
    ranks = [tuple((pd.Timestamp(day) - BEGIN).days for day in two) for two in days]
    return [(*rank, round(one.size, 4)) for rank, one in zip(ranks, changes, strict=True)]


def test_alarms_are_what_they_were_where_one_in_twenty_days_is_allowed():
    """As first computed: a digit that moves is an alarm of another day, or another size."""
    chance, day = np.random.default_rng(4), np.arange(1600)
    season = np.sin(2 * np.pi * day / 365.25)
    marks = 7.4 + 0.2 * season + 0.1 * (day % 7 == 6) + chance.normal(0, 0.25, 1600)
    marks += -0.5 * (day >= 1000) + 0.8 * (day >= 1200)
    n = chance.integers(0, 90, 1600)
    frame = daily(np.where(n > 0, marks, np.nan), n, chance.uniform(4, 8, 1600))
    assert told(in_means(frame, 1, 20)) == [
        (344, 349, 0.2986), (655, 658, 0.2791), (729, 738, 0.1522), (943, 943, 0.3415),
        (1087, 1087, 0.4169), (1200, 1202, 0.718), (1590, 1590, 0.4135),
    ]  # fmt: skip
    assert told(in_means(frame, -1, 20)) == [
        (135, 137, -0.461), (530, 531, -0.3445), (618, 618, -0.7157), (834, 841, -0.1841),
        (999, 1001, -0.4201), (1272, 1274, -0.1238), (1402, 1402, -0.3651),
    ]  # fmt: skip
    rate = 200 * (1 + 0.3 * season) * np.where(day % 7 > 4, 0.3, 1)
    rate *= np.where(day > 1300, 1.3, 1) * np.where(day > 1500, 0.6, 1)
    counts = pd.Series(chance.poisson(rate), frame.index, dtype=float)
    counts[::50] = np.nan
    assert told(in_counts(counts, 1, 20)) == [(1301, 1304, 0.2215), (1552, 1571, -0.0844)]
    assert told(in_counts(counts, -1, 20)) == [
        (615, 615, -0.3372), (1272, 1272, -0.2997), (1420, 1420, -0.1924), (1501, 1501, -0.371),
    ]  # fmt: skip


def test_evidence_is_the_sum_of_the_products_of_all_that_may_have_begun():
    """Shiryaev and Roberts: R(t) = (R(t−1) + 1) e(t): here 2, 1.5, 7.5, 34."""
    won = np.array([[2.0], [0.5], [3.0], [4.0]])
    found = [breaks._first_above(won, threshold) for threshold in (2, 7.5, 7.6, 34, 35)]
    assert found == [0, 2, 3, 3, None]


def test_who_has_a_season_every_year_is_not_alarmed_when_it_comes_again():
    wave = 7.4 + 0.25 * np.sin(2 * np.pi * np.arange(2000) / 365.25)
    years = [daily(wave + noise(2000, seed, 0.16), n=400) for seed in range(6)]
    assert sum(len(in_means(one, -1, 2 * FIVE_YEARS)) for one in years) <= 2


@pytest.mark.parametrize(("times", "sign"), [(2, 1), (0.5, -1)])
def test_in_its_first_year_a_steady_line_that_doubles_or_halves_is_told_within_a_month(times, sign):
    counts = np.random.default_rng(9).poisson(300, 230).astype(float)
    counts[200:] = np.round(counts[200:] * times)
    series = pd.Series(counts, pd.date_range(BEGIN, periods=230))
    ((began, seen, _),) = told(in_counts(series, sign, 3 * FIVE_YEARS))
    assert began == 200 and seen < 230 and in_counts(series, -sign, 3 * FIVE_YEARS) == []


@settings(max_examples=25)
@given(st.lists(st.integers(0, 60) | st.none(), min_size=1, max_size=400), st.sampled_from([1, -1]))
def test_any_counts_give_changes_within_their_days_in_order(counts, sign):
    days = pd.date_range(BEGIN, periods=len(counts))
    found = told(in_counts(pd.Series(counts, days, dtype=float), sign, FIVE_YEARS))
    assert all(0 <= began <= seen < len(days) and size >= -1 for began, seen, size in found)
    assert found == sorted(found, key=lambda one: one[1])


def test_weekdays_a_slow_drift_and_a_holiday_without_calls_are_no_change():
    weekdays = np.tile([0.3, 0.2, 0, 0, 0, -0.2, -0.3], 200)
    marks = 7 + weekdays - np.arange(1400) * 0.1 / 365 + noise(1400, 5, 0.25)
    assert in_means(daily(marks), -1, FIVE_YEARS) == []
    days = pd.date_range("2023-01-01", periods=900)
    counts = pd.Series(np.random.default_rng(9).poisson(200, 900).astype(float), days)
    counts[["2024-05-01", "2024-05-08", "2024-05-09", "2024-05-20"]] = 0
    assert in_counts(counts, -1, FIVE_YEARS) == []


# --- Changes of level among months

MONTHS = np.arange(60)
LEVEL = np.ones((60, 1))
DATES = MONTHS[6:55]


@given(st.integers(3, 20), st.floats(5, 50))
def test_a_change_of_level_makes_no_month_stand_apart(at, size):
    values = np.random.default_rng(at).normal(size=24) + size * (np.arange(24) >= at)
    assert distances(values, np.ones(24, dtype=bool)).max() < 4.5


@settings(max_examples=50)
@given(st.integers(11, 26), st.integers(0, 10**6), st.floats(0, 3))
def test_no_division_into_lines_is_better_than_the_one_found(n, seed, by):
    random = np.random.default_rng(seed)
    times = np.arange(n)
    values = random.normal(size=n) + by * (times[:, None] >= random.integers(n, size=2)).sum(axis=1)

    @cache
    def squares(start: int, end: int) -> float:
        return np.polyfit(times[start:end], values[start:end], 1, full=True)[1].item()

    def criterion(starts: tuple[int, ...]) -> float:
        pieces = list(pairwise([0, *starts, n]))
        spread = np.log(sum(squares(*piece) for piece in pieces) / n)
        return n * spread + 3 * len(pieces) * np.log(n)

    divisions = [
        starts
        for changes in range(n // 12 + 1)
        for starts in combinations(range(6, n - 5), changes)
        if all(later - former >= 6 for former, later in pairwise(starts))
    ]
    assert candidates(values) == list(min(divisions, key=criterion))


def test_a_step_is_dated_where_it_is_and_a_change_of_pace_is_none():
    steps = noise(60, 2, 0.1) + 0.5 * (MONTHS >= 20) + 0.02 * np.maximum(MONTHS - 40, 0)
    other = np.cos(MONTHS)[:, None]
    ((start, size),) = confirmed(steps, other, MONTHS, [19, 40])
    assert start == 20 and size.p == pytest.approx(3.8258223e-07, rel=1e-4)
    assert size[:3] == pytest.approx([0.54160899, 0.40608438, 0.68478597], rel=1e-5)
    pace = 0.02 * np.maximum(MONTHS - 30, 0) + noise(60, 1, 0.01)
    assert confirmed(pace, np.empty((60, 0)), MONTHS, [30]) == []
    assert confirmed(steps, other, MONTHS, []) == []


def chance(values: np.ndarray, start: int, sure: float = 0.05):
    return breaks.chance(values, LEVEL, MONTHS, start, DATES, sure)


def test_the_chance_of_a_step_is_counted_until_it_is_above_what_is_sure_for_certain():
    values = 0.3 * noise(60, 1) + 0.4 * (MONTHS >= 20)
    assert [chance(values, 20, sure) for sure in (0.05, 0.5)] == pytest.approx([0.01, 0.05])
    assert chance(values, 40) > 0.05


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_errors_that_last_make_no_step_more_often_than_promised(correlation):
    def best(values: np.ndarray) -> int:
        return int(max(DATES, key=lambda at: abs(values[at:].mean() - values[:at].mean())))

    drawn = [correlated(i, 60, correlation) for i in range(25)]
    assert sum(chance(own, best(own)) <= 0.05 for own in drawn) <= 4  # at 5 %, of 25
