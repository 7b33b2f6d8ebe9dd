"""A step is told where there is one, and chance makes one as seldom as the page promises."""

import numpy as np
import pytest
from tests.stats.series.conftest import noise
from tests.stats.series.drivers import BELTS, FUEL, drivers

from observlib.stats.series import breaks
from observlib.stats.series.adjustment import seasonally_adjusted

TIMES = np.arange(60)
LEVEL = np.ones((60, 1))
DATES = TIMES[6:55]


def chance(values: np.ndarray, start: int, columns: np.ndarray = LEVEL, sure: float = 0.05):
    return breaks.chance(values, columns, TIMES, start, DATES, sure)


def errors(seed: int, correlation: float) -> np.ndarray:
    return noise(seed, 60, correlation)


def best(values: np.ndarray) -> int:
    return int(max(DATES, key=lambda date: abs(values[date:].mean() - values[:date].mean())))


def test_the_nile_fell_in_1899():
    from statsmodels.datasets import nile

    flow = nile.load_pandas().data["volume"].to_numpy(float)
    ((year, size),) = breaks.confirmed(
        flow, np.empty((100, 0)), np.arange(100), breaks.candidates(flow)
    )
    assert 1871 + year in (1898, 1899) and -430 < size.low < -248 < size.high < -100


def test_fewer_drivers_were_hurt_after_the_fuel_crisis_and_after_the_law_on_seat_belts():
    changes = seasonally_adjusted(drivers()).changes.set_index("month")
    assert changes.index.tolist() == [FUEL, BELTS]
    assert changes.at[BELTS, "ci_low"] < -23 < changes.at[BELTS, "ci_high"] < -10
    assert -25 < changes.at[FUEL, "size"] < -15


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_errors_that_last_make_no_step_more_often_than_promised(correlation):
    found = [chance(own, best(own)) <= 0.05 for own in (errors(i, correlation) for i in range(60))]
    assert sum(found) <= 8  # of 60: more in one draw of 200, at 5 %


def test_a_step_that_everybody_would_see_is_one_however_errors_follow_one_another():
    for correlation in (0.0, 0.6):
        values = errors(1, correlation) + 9 * (TIMES >= 30)
        assert chance(values, 30) <= 0.05


def test_a_step_that_other_columns_already_make_is_none():
    with_step = np.column_stack([LEVEL, TIMES >= 30]).astype(float)
    values = errors(2, 0.0) + 9 * (TIMES >= 30)
    assert chance(values, 20, with_step) > 0.05


def test_whoever_asks_twice_is_told_the_same():
    values = errors(3, 0.3)
    assert chance(values, 30) == chance(values, 30)


def test_the_surer_one_must_be_the_more_series_are_drawn():
    values = errors(4, 0.0) + 9 * (TIMES >= 30)
    assert chance(values, 30, sure=0.001) < 0.001 / 5 < 0.01 / 10 == chance(values, 30, sure=0.01)
