"""The months on which an effect is measured: nothing else that changed is taken for it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.series.drivers import drivers

from observlib.series import design, window
from observlib.series.interrupted import interrupted, stands

TIMES = np.arange(design.position("2019-01"), design.position("2027-01"))
KNOWN = np.ones(len(TIMES), dtype=bool)
DAY = date(2025, 1, 1)
FIRST = design.position("2025-01")


def months(*others: date, day: date = DAY) -> tuple[int, int, tuple[int, ...]]:
    """How many before the day and from it on, and the steps among them."""
    found = window.around(TIMES, KNOWN, day, others)
    before = int((found.used & (TIMES < FIRST)).sum())
    return before, int((found.used & (TIMES >= FIRST)).sum()), found.steps


def test_five_years_before_and_two_after_count_and_no_older_or_later_month():
    assert months() == (60, 24, ())


def test_the_window_begins_with_the_last_change_before_and_ends_before_the_next():
    assert months(date(2021, 1, 1), date(2022, 7, 1), date(2025, 10, 1)) == (30, 9, ())


def test_a_change_too_near_before_stays_as_a_step_for_what_came_before_it_to_count():
    before, after, steps = months(date(2023, 1, 1), date(2024, 9, 1))
    assert (before, after) == (24, 24) and steps == (design.position("2024-09"),)


def test_months_that_the_day_or_a_change_cuts_in_two_are_left_out():
    assert months(day=date(2024, 12, 9)) == (60, 24, ())
    found = window.around(TIMES, KNOWN, date(2024, 12, 9), [date(2024, 9, 9)])
    cut = [FIRST - 1, design.position("2024-09")]
    assert not found.used[np.isin(TIMES, cut)].any()


@examples(50)
@given(ranks=st.lists(st.integers(-70, 30), max_size=4))
def test_no_other_change_is_ever_inside_without_a_step_of_its_own(ranks):
    starts = [FIRST + rank for rank in ranks]
    others = [date(at // 12, at % 12 + 1, 1) for at in starts]
    found = window.around(TIMES, KNOWN, DAY, others)
    used = TIMES[found.used]
    for at in starts:
        inside = len(used) and used.min() < at <= used.max()
        assert not inside or at in found.steps
    assert found.used.any()


def test_an_action_with_another_on_the_same_day_or_just_after_is_not_told_apart(synthetic):
    series = synthetic(1, n=60, change=(40, -0.3))
    day = date(2026, 5, 1)
    for other in (day, date(2026, 7, 1)):
        (found,) = interrupted(series, day, others=[other]).effects.to_dict("records")
        assert (found["status"], found["reason"]) == ("missing", "others")


def test_what_another_recorded_change_did_is_not_given_to_the_action(synthetic):
    series = synthetic(3, n=60, change=(36, -0.3))
    day = date(2026, 8, 1)  # seven months after the fall
    free = interrupted(series, day, others=[date(2026, 1, 1)]).effects.iloc[0]
    assert free["ci_low"] < 0 < free["ci_high"]
    assert free["ci_high"] - free["ci_low"] < 60


def test_the_level_of_a_mark_that_fell_before_is_found_and_the_action_s_own_is_not_another():
    months_ = [f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(60)]
    source = np.random.default_rng(1)
    marks = [7 - 0.6 * (i >= 24) + 0.5 * (i >= 48) + 0.08 * source.normal() for i in range(60)]
    found = window.other_breaks(pd.Series(marks, months_), date(2025, 1, 1), counts=False)
    assert found == [date(2023, 1, 1)]
    assert window.other_breaks(pd.Series(marks[:20], months_[:20]), DAY, counts=False) == []


# --- The law on seat belts, and dates on which nothing was done -------------------------------


def test_fewer_drivers_were_hurt_after_the_law_on_seat_belts_than_placebos_give():
    (found,) = interrupted(drivers(), date(1983, 1, 31)).effects.to_dict("records")
    assert found["ci_high"] < -8 and found["ci_low"] > -25 and found["p"] < 0.001
    assert found["placebos"] > 40 and stands(found["placebos"], found["as_clear"])


@pytest.mark.parametrize("year", range(1975, 1979))
def test_years_after_the_fuel_crisis_show_no_effect_of_what_nobody_did(year):
    before_the_law = drivers().loc[:"1982-12"]
    day = date(year, 7, 1)
    others = window.other_breaks(before_the_law, day, counts=True)
    (found,) = interrupted(before_the_law, day, others=others).effects.to_dict("records")
    assert found["ci_low"] < 0 < found["ci_high"]


def test_a_trend_that_bends_is_told_for_what_it_is_by_the_placebos(synthetic):
    told, alone = 0, 0
    for seed in range(20):
        past = np.arange(60) / 60
        series = synthetic(seed, n=60, correlation=0.3) * np.exp(0.5 * (2 * past - 1) ** 2)
        (found,) = interrupted(series, date(2026, 9, 1)).effects.to_dict("records")
        alone += found["p"] < 0.05
        told += found["p"] < 0.05 and stands(found["placebos"], found["as_clear"])
    assert alone >= 8 and told <= alone / 4
