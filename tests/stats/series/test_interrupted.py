"""What an action changed: known effects come back, shared ones are not taken for its own."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.stats.series.drivers import drivers

from observlib.stats.series import regression
from observlib.stats.series.interrupted import (
    EFFECTS,
    LEAST_AFTER,
    breaks_before,
    interrupted,
    months_around,
    stands,
)
from observlib.stats.series.regression import position

ACTION = date(2025, 3, 1)
SEEDS = range(12)  # of the many of benchmarks/series_coverage.py
TIMES = np.arange(position("2019-01"), position("2027-01"))
KNOWN = np.ones(len(TIMES), dtype=bool)
DAY = date(2025, 1, 1)
FIRST = position("2025-01")


def row(effects: pd.DataFrame, comparison: str = "before_after"):
    return effects[effects["comparison"] == comparison].iloc[0]


def test_a_loss_of_a_fifth_is_in_its_interval_and_none_is_mostly_outside(synthetic):
    held, seen, nothing = 0, 0, 0
    for seed in SEEDS:
        found = row(interrupted(synthetic(seed, change=(26, -0.2)), ACTION).effects)
        held += found["ci_low"] <= -20 <= found["ci_high"]
        seen += found["p"] < 0.05
        nothing += row(interrupted(synthetic(seed), ACTION).effects)["p"] < 0.05
    assert held >= 10 and seen >= 11 and nothing <= 2


def test_what_happened_to_all_is_no_effect_of_the_action(synthetic):
    hit = np.where(np.arange(45) >= 26, 0.7, 1.0)
    mistaken = 0
    for seed in range(10):
        controls = pd.DataFrame({str(i): synthetic(seed + i) * hit for i in (100, 200, 300)})
        effects = interrupted(synthetic(seed) * hit, ACTION, controls=controls).effects
        assert row(effects)["ci_high"] < -15 and row(effects, "controls")["ci_high"] < -15
        mistaken += row(effects, "controlled")["p"] < 0.05
    assert mistaken <= 2


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_an_interval_of_any_level_leaves_out_no_effect_where_its_test_rejects(synthetic, level):
    for seed in SEEDS:
        series = synthetic(seed, change=(26, -0.04))
        found = row(interrupted(series, ACTION, level=level).effects)
        usual = row(interrupted(series, ACTION).effects)
        assert found[["estimate", "p"]].equals(usual[["estimate", "p"]])
        assert (found["ci_low"] < usual["ci_low"]) == (level > 0.95)
        assert (found["p"] < 1 - level) == (found["ci_low"] > 0 or found["ci_high"] < 0)


def test_the_lines_of_the_chart_part_at_the_action_by_the_effect(synthetic):
    found = interrupted(synthetic(3, change=(26, -0.2)), ACTION)
    lines, since = found.periods, found.periods["period"] >= "2025-03"
    assert lines.loc[~since, "fitted"].equals(lines.loc[~since, "expected"])
    parted = np.log(lines["fitted"] / lines["expected"])[since].mean()
    assert 100 * np.expm1(parted) == pytest.approx(row(found.effects)["estimate"])
    band = lines[since]
    assert (band["ci_low"] < band["expected"]).all() and (band["expected"] < band["ci_high"]).all()


@pytest.mark.parametrize(
    ("kept", "reason"),
    [(slice(0, 28), "after"), (slice(15, 45), "before"), (slice(14, 29), "seasons"),
     (slice(0, 26), "after"), (slice(26, 45), "before"), (slice(0, 0), "before")],
)  # fmt: skip
def test_too_few_periods_are_a_status_with_a_reason(synthetic, kept, reason):
    found = interrupted(synthetic(1).iloc[kept], ACTION)
    assert set(found.effects["status"]) == {"missing"} and found.periods.empty
    assert set(found.effects["reason"]) == {reason}
    assert found.effects[["estimate", "ci_low", "ci_high", "p"]].isna().all(axis=None)
    assert list(found.effects.columns) == list(EFFECTS)


def test_misuse_is_refused(synthetic):
    good = synthetic(1)
    with pytest.raises(ValueError, match="months YYYY-MM"):
        interrupted(pd.Series([1.0], ["2024-T1"]), ACTION)
    with pytest.raises(ValueError, match="not negative"):
        interrupted(-good, ACTION)
    with pytest.raises(ValueError, match="or for neither"):
        interrupted(good, ACTION, counts=False, answers=good, controls=pd.DataFrame({"a": good}))


def months(*others: date, day: date = DAY) -> tuple[int, int, tuple[int, ...]]:
    """How many before the day and from it on, and the steps among them."""
    found = months_around(TIMES, KNOWN, day, others)
    before = int((found.used & (TIMES < FIRST)).sum())
    return before, int((found.used & (TIMES >= FIRST)).sum()), found.steps


def test_five_years_before_and_two_after_count_in_whole_months_and_changes_are_steps():
    assert months() == (60, 24, ())
    assert months(date(2020, 3, 1)) == (58, 24, ())  # what came before is too short to tell
    steps = (regression.position("2021-01"), regression.position("2022-07"))
    # the window ends before the next change
    assert months(date(2021, 1, 1), date(2022, 7, 1), date(2025, 10, 1)) == (60, 9, steps)
    assert months(day=date(2024, 12, 9)) == (59, 24, ())
    found = months_around(TIMES, KNOWN, date(2024, 12, 9), [date(2024, 9, 9)])
    assert not found.used[np.isin(TIMES, [FIRST - 1, position("2024-09")])].any()


@examples(50)
@given(ranks=st.lists(st.integers(-70, 30), max_size=4))
def test_no_other_change_is_ever_inside_without_a_step_of_its_own(ranks):
    starts = [FIRST + rank for rank in ranks]
    others = [date(at // 12, at % 12 + 1, 1) for at in starts]
    found = months_around(TIMES, KNOWN, DAY, others)
    used = TIMES[found.used]
    for at in starts:
        inside = len(used) and used.min() < at <= used.max()
        assert not inside or any(0 <= at - step < LEAST_AFTER for step in found.steps)
    assert found.used.any() and (np.diff(found.steps) >= LEAST_AFTER).all()


def test_an_action_with_another_on_the_same_day_or_just_after_is_not_told_apart(synthetic):
    series = synthetic(1, n=60, change=(40, -0.3))
    day = date(2026, 5, 1)
    for other in (day, date(2026, 7, 1)):
        (found,) = interrupted(series, day, others=[other]).effects.to_dict("records")
        assert (found["status"], found["reason"]) == ("missing", "others")


def test_what_another_recorded_change_did_is_not_given_to_the_action(synthetic):
    series, fall = synthetic(3, n=60, change=(36, -0.3)), date(2026, 1, 1)
    before = date(2025, 7, 1)
    mistaken = interrupted(series, before).effects.iloc[0]
    apart = interrupted(series, before, others=[fall]).effects.iloc[0]
    assert mistaken["estimate"] < -15 and abs(apart["estimate"]) < 5
    assert (mistaken["until"], apart["until"]) == ("2027-06", "2025-12")
    lines = interrupted(series, before, others=[fall]).periods.set_index("period")
    assert lines["ci_low"].last_valid_index() == "2025-12"  # nothing is expected beyond


def test_fewer_drivers_were_hurt_after_the_law_on_seat_belts_than_placebos_give():
    (found,) = interrupted(drivers(), date(1983, 1, 31)).effects.to_dict("records")
    assert found["ci_high"] < -8 and found["ci_low"] > -25 and found["p"] < 0.001
    assert found["placebos"] > 40 and stands(found["placebos"], found["as_clear"])


@pytest.mark.parametrize("year", [1972, 1975, 1978])
def test_years_in_which_nobody_did_anything_show_no_effect(year):
    before_the_law = drivers().loc[:"1982-12"]
    day = date(year, 7, 1)
    before = breaks_before(before_the_law, day, counts=True)
    (found,) = interrupted(before_the_law, day, breaks=before).effects.to_dict("records")
    assert not (found["p"] < 0.05 and stands(found["placebos"], found["as_clear"]))


def placebos(series: pd.Series, **given: Any) -> tuple[int, int]:
    rows = interrupted(series, date(2026, 1, 1), **given).effects.to_dict("records")
    return rows[-1]["placebos"], rows[-1]["as_clear"]


def test_what_the_action_did_is_in_no_placebo(synthetic):
    count, _ = placebos(synthetic(5, n=45))
    hit = synthetic(5, n=45) * np.where(np.arange(45) >= 36, 3.0, 1.0)
    assert placebos(hit) == (count, 0) and count >= 15


def test_a_month_cut_in_two_by_the_action_and_one_without_value_are_left_out(synthetic):
    values = synthetic(2, change=(26, -0.2))
    values.iloc[[25, 40]] = [1.0, np.nan]  # 1 would spoil everything
    found = row(interrupted(values, date(2025, 2, 14)).effects)
    assert (found["before"], found["after"]) == (25, 18)
    assert found["estimate"] == pytest.approx(-20, abs=5)
