"""Who watches every day is seldom alarmed for nothing, and hears soon of what changed for good."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observlib.stats.series import breaks
from observlib.stats.series.breaks import in_counts, in_means

FIVE_YEARS = 5 * 365


def daily(values, n=100, variance=6.0, first="2024-01-01"):
    days = pd.date_range(first, periods=len(values))
    return pd.DataFrame({"value": values, "n": n, "variance": variance}, index=days)


def noise(count, seed, deviation=1.0):
    return np.random.default_rng(seed).normal(0, deviation, count)


@pytest.mark.parametrize("lag", [breaks.LAG, breaks.QUARTER])
def test_bets_win_no_more_than_they_stake_however_long_ago_days_were_learnt_from(lag):
    away = pd.Series(noise(20_000, 3), pd.date_range("1970-01-01", periods=20_000))
    won = np.nanmean(breaks._won(away, away * 0 + 1, away * 0, lag), axis=0)
    assert (won < 1.06).all() and (lag > breaks.LAG or (won > 0.94).all())


def test_evidence_is_the_sum_of_the_products_of_all_that_may_have_begun():
    """Shiryaev and Roberts: R(t) = (R(t−1) + 1) e(t)."""
    won = np.array([[2.0], [0.5], [3.0], [4.0]])
    sums = [sum(np.prod(won[k : t + 1]) for k in range(t + 1)) for t in range(4)]
    assert sums == [2, 1.5, 7.5, 34]
    assert breaks._first_above(won, 7.5) == 2
    assert breaks._first_above(won, 34) == 3
    assert breaks._first_above(won, 35) is None


def test_a_fall_is_told_with_its_day_and_size_and_a_rise_is_no_fall():
    marks = 7 + noise(400, 1, 0.25)
    marks[370:] -= 0.6
    (change,) = in_means(daily(marks), -1, FIVE_YEARS)
    assert abs((change.began - date(2025, 1, 5)).days) <= 3
    assert (change.seen - date(2025, 1, 5)).days < 10
    assert change.size == pytest.approx(-0.6, abs=0.3)
    assert in_means(daily(marks), 1, FIVE_YEARS) == []


def marked(days, seed, size=0.0, per_day=100):
    """Marks of so many people a day, whose level has a season of some size."""
    wave = size * np.sin(2 * np.pi * np.arange(days) / 365.25)
    return 7.4 + wave + noise(days, seed, np.sqrt(6 / per_day + 0.01))


def test_who_has_a_season_every_year_is_not_alarmed_when_it_comes_again():
    years = [daily(marked(2000, seed, 0.25, 400), n=400) for seed in range(6)]
    assert sum(len(in_means(one, -1, 2 * FIVE_YEARS)) for one in years) <= 2


def test_a_small_fall_that_two_months_would_have_learnt_is_found_within_half_a_year():
    found = 0
    for seed in range(6):
        marks = marked(1480, seed, 0.1, 50)
        marks[1300:] -= 0.3
        changes = in_means(daily(marks, n=50), -1, 2 * FIVE_YEARS)
        found += any(one.seen >= date(2027, 7, 24) for one in changes)
    assert found >= 5


def test_in_its_first_year_a_steady_line_that_doubles_or_halves_is_told_within_a_month():
    days = pd.date_range("2025-01-01", periods=230)
    counts = pd.Series(np.random.default_rng(9).poisson(300, 230).astype(float), days)
    for times, sign in ((2, 1), (0.5, -1)):
        changed = counts.where(days < "2025-07-20", np.round(counts * times))
        (change,) = in_counts(changed, sign, 3 * FIVE_YEARS)
        assert change.began == date(2025, 7, 20)


def test_the_season_of_the_years_before_is_expected_and_a_rise_beyond_it_told():
    days = pd.date_range("2022-01-01", periods=1400)
    chance = np.random.default_rng(8)
    season = 1 + 0.3 * np.sin(2 * np.pi * days.day_of_year.to_numpy() / 365.25)
    counts = pd.Series(chance.poisson(300 * season).astype(float), days)
    assert in_counts(counts, 1, FIVE_YEARS) == in_counts(counts, -1, FIVE_YEARS) == []
    counts[days >= "2025-09-01"] *= 1.6
    (change,) = in_counts(counts, 1, FIVE_YEARS)
    assert abs((change.began - date(2025, 9, 1)).days) <= 3
    assert 0.4 < change.size < 0.8


@settings(max_examples=40)
@given(st.lists(st.integers(0, 60) | st.none(), min_size=1, max_size=500), st.sampled_from([1, -1]))
def test_any_counts_give_changes_within_their_days_in_order(counts, sign):
    days = pd.date_range("2024-01-01", periods=len(counts))
    found = in_counts(pd.Series(counts, days, dtype=float), sign, FIVE_YEARS)
    for change in found:
        assert days[0].date() <= change.began <= change.seen <= days[-1].date()
        assert change.size >= -1
    assert found == sorted(found, key=lambda one: one.seen)


def test_weekdays_a_slow_drift_and_a_holiday_without_calls_are_no_change():
    weekdays = np.tile([0.3, 0.2, 0, 0, 0, -0.2, -0.3], 200)
    marks = 7 + weekdays - np.arange(1400) * 0.1 / 365 + noise(1400, 5, 0.25)
    assert in_means(daily(marks), -1, FIVE_YEARS) == []
    # a public holiday without calls says nothing
    days = pd.date_range("2023-01-01", periods=900)
    counts = pd.Series(np.random.default_rng(9).poisson(200, 900).astype(float), days)
    for day in ("2024-05-01", "2024-05-08", "2024-05-09", "2024-05-20"):
        counts[day] = 0
    assert in_counts(counts, -1, FIVE_YEARS) == []
