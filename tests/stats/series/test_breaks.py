"""A step is told where there is one, and chance makes one as seldom as the page promises."""

from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stats.series.conftest import noise
from tests.stats.series.drivers import BELTS, FUEL, drivers

from observlib.stats.series import breaks
from observlib.stats.series.adjustment import seasonally_adjusted
from observlib.stats.series.breaks import candidates, confirmed, distances
from observlib.stats.series.regression import contrast, fit, step_and_ramp


@given(st.integers(3, 20), st.floats(5, 50))
def test_a_change_of_level_makes_no_month_stand_apart(at, size):
    values = np.random.default_rng(at).normal(size=24)
    values[at:] += size
    worst = distances(values, np.ones(24, dtype=bool)).max()
    assert worst < 4.5


@pytest.mark.parametrize("at", [0, 12, 23])
def test_one_month_stands_apart_even_at_an_end(at):
    values = np.random.default_rng(5).normal(size=24)
    values[at] += 20
    far = distances(values, np.ones(24, dtype=bool))
    assert far.argmax() == at and far[at] > 8


def test_a_straight_line_however_steep_has_no_change():
    values = 0.2 * np.arange(48) + np.random.default_rng(7).normal(size=48)
    assert candidates(values) == [] or not confirmed(
        values, np.empty((48, 0)), np.arange(48), candidates(values)
    )
    assert candidates(np.arange(8.0)) == []  # too short to divide


@pytest.mark.parametrize("value", [0.8, 14.7, 1739.9999999999998])
def test_a_level_that_never_moves_has_no_change(value):
    """Which rounding alone had divided."""
    assert [candidates(np.full(n, value)) for n in range(12, 100)] == [[]] * 88


@given(st.integers(12, 26), st.integers(0, 10**6), st.floats(0, 3))
def test_no_division_into_lines_is_better_than_the_one_found(n, seed, by):
    random = np.random.default_rng(seed)
    times = np.arange(n)
    values = random.normal(size=n) + by * (times[:, None] >= random.integers(n, size=2)).sum(axis=1)

    @cache
    def squares(start: int, end: int) -> float:
        return np.polyfit(times[start:end], values[start:end], 1, full=True)[1].item()

    def criterion(starts: tuple[int, ...]) -> float:
        pieces = list(pairwise([0, *starts, n]))
        return n * np.log(sum(squares(*piece) for piece in pieces) / n) + 3 * len(pieces) * np.log(
            n
        )

    divisions = [
        starts
        for changes in range(n // 12 + 1)
        for starts in combinations(range(6, n - 5), changes)
        if all(later - former >= 6 for former, later in pairwise(starts))
    ]
    assert candidates(values) == list(min(divisions, key=criterion))


def test_a_change_of_pace_is_no_change_of_level():
    times = np.arange(60)
    values = 0.02 * np.maximum(times - 30, 0) + 0.01 * np.random.default_rng(1).normal(size=60)
    assert confirmed(values, np.empty((60, 0)), times, [30]) == []


def test_a_step_is_dated_where_it_is_though_suspected_elsewhere():
    times = np.arange(60)
    values = -0.3 * (times >= 31) + 0.02 * np.random.default_rng(2).normal(size=60)
    ((start, size),) = confirmed(values, np.empty((60, 0)), times, [29])
    assert start == 31 and size.low <= -0.3 <= size.high and size.high < -0.25


def test_a_date_that_is_not_sure_widens_the_interval_of_the_size():
    """The mean over dates leaves in doubt what the best date alone would say for sure."""
    times = np.arange(60)
    values = -0.3 * (times >= 31) + 0.02 * np.random.default_rng(2).normal(size=60)
    values[30] = -0.15  # half-way: the change may be of this month or of the next
    ((start, size),) = confirmed(values, np.empty((60, 0)), times, [31])
    trend = np.column_stack([np.ones(60), times])
    alone = fit(values, np.column_stack([step_and_ramp(times, start), trend]), times)
    _, low, high, _ = contrast(alone, [1, 0, 0, 0])
    assert start in (30, 31) and size.high - size.low > 1.1 * (high - low)


TIMES = np.arange(60)
LEVEL = np.ones((60, 1))
DATES = TIMES[6:55]


def chance(values: np.ndarray, start: int, columns: np.ndarray = LEVEL, sure: float = 0.05):
    return breaks.chance(values, columns, TIMES, start, DATES, sure)


def errors(seed: int, correlation: float) -> np.ndarray:
    return noise(seed, 60, correlation)


def best(values: np.ndarray) -> int:
    return int(max(DATES, key=lambda date: abs(values[date:].mean() - values[:date].mean())))


def test_fewer_drivers_were_hurt_after_the_fuel_crisis_and_after_the_law_on_seat_belts():
    changes = seasonally_adjusted(drivers()).changes.set_index("month")
    assert changes.index.tolist() == [FUEL, BELTS]
    assert changes.at[BELTS, "ci_low"] < -23 < changes.at[BELTS, "ci_high"] < -10
    assert -25 < changes.at[FUEL, "size"] < -15


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_errors_that_last_make_no_step_more_often_than_promised(correlation):
    found = [chance(own, best(own)) <= 0.05 for own in (errors(i, correlation) for i in range(60))]
    assert sum(found) <= 8  # of 60: more in one draw of 200, at 5 %


def test_a_step_that_other_columns_already_make_is_none():
    with_step = np.column_stack([LEVEL, TIMES >= 30]).astype(float)
    values = errors(2, 0.0) + 9 * (TIMES >= 30)
    assert chance(values, 20, with_step) > 0.05


def test_the_surer_one_must_be_the_more_series_are_drawn():
    values = errors(4, 0.0) + 9 * (TIMES >= 30)
    assert chance(values, 30, sure=0.001) < 0.001 / 5 < 0.01 / 10 == chance(values, 30, sure=0.01)
