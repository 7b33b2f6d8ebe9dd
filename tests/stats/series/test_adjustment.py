"""Known seasons, changes and odd months come back; nothing is found where there is nothing."""

import json
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stats.series.conftest import SEASON, noise
from tests.stats.series.drivers import BELTS, FUEL, drivers

from observlib.stats.series import breaks
from observlib.stats.series.adjustment import Adjustment, seasonally_adjusted
from observlib.stats.series.breaks import candidates, confirmed, distances
from observlib.stats.series.regression import contrast, fit, step_and_ramp

SEEDS = range(12)  # of the many of tools/coverage/breaks.py
TIMES = np.arange(60)
LEVEL = np.ones((60, 1))
DATES = TIMES[6:55]


def test_season_growth_and_working_day_are_those_that_made_the_series(synthetic):
    found = seasonally_adjusted(synthetic(1, sd=0.002))
    season = found.months["seasonal"].head(12).to_numpy()
    assert season / season.mean() == pytest.approx(np.exp(SEASON), abs=0.006)
    assert found.working_day == pytest.approx(1.6, abs=0.1)
    trend = found.months["trend"].to_numpy()
    assert trend[-1] / trend[0] == pytest.approx(np.exp(0.04 * 44 / 12), abs=0.01)
    months = seasonally_adjusted(synthetic(2)).months
    product = months[["trend", "seasonal", "calendar", "remainder"]].prod(axis=1)
    assert product.to_numpy() == pytest.approx(months["value"].to_numpy())


def test_where_nothing_changed_nothing_is_found(synthetic):
    found = [seasonally_adjusted(synthetic(seed)) for seed in SEEDS]
    assert sum(len(one.changes) > 0 for one in found) <= 1
    assert sum(len(one.outliers) > 0 for one in found) <= 2


@pytest.mark.parametrize("at", [15, 23, 44])
def test_an_odd_month_is_an_outlier_and_no_change_of_level(synthetic, at):
    for seed in range(5):
        found = seasonally_adjusted(synthetic(seed, odd=(at, -0.4)))
        month = synthetic(seed).index[at]
        sizes = dict(found.outliers.itertuples(index=False))
        assert sizes[month] == pytest.approx(-40, abs=7)
        assert found.changes.empty


def test_a_month_in_progress_and_an_outage_move_nothing(synthetic):
    whole = synthetic(3)
    cut = whole.copy()
    cut.iloc[[20, 44]] *= 0.1
    partial = pd.Series(True, cut.index[[20, 44]])
    found = seasonally_adjusted(cut, partial).months.set_index("month")
    assert found.loc[partial.index, "status"].tolist() == ["partial", "partial"]
    assert found.loc[partial.index, ["adjusted", "remainder"]].isna().all(axis=None)
    rest = found.index.difference(partial.index)
    expected = seasonally_adjusted(whole).months.set_index("month")["adjusted"]
    assert found.loc[rest, "adjusted"].to_numpy() == pytest.approx(expected[rest], rel=0.02)


def test_a_month_of_none_is_an_outlier_but_among_irregular_ones(synthetic):
    values = synthetic(4)
    values.iloc[20] = 0
    found = seasonally_adjusted(values)
    assert found.outliers.values.tolist() == [["2024-09", -100.0]]
    assert found.months["adjusted"].iloc[20] == 0
    found = seasonally_adjusted(synthetic(1, sd=0.6))
    assert (found.status, found.reason) == ("missing", "irregular")
    assert found.months["adjusted"].isna().all() and found.changes.empty and found.outliers.empty
    regular = [seasonally_adjusted(synthetic(seed, sd=0.1)).status for seed in range(5)]
    assert regular == ["published"] * 5


def test_below_three_seasons_nothing_is_looked_for_and_below_two_there_is_no_number(synthetic):
    found = seasonally_adjusted(synthetic(1, odd=(20, -0.6)).head(30))
    assert found.status == "published" and not found.searched and found.outliers.empty
    # fewer than two are a status
    for n in [0, 1, 23]:
        found = seasonally_adjusted(synthetic(1).head(n))
        assert (found.status, found.reason, len(found.months)) == ("missing", "short", n)
        assert found.months["adjusted"].isna().all() and found.changes.empty


def test_what_is_no_monthly_count_is_refused(synthetic):
    good = synthetic(1)
    for wrong in (-good, good.replace(good.iloc[3], np.inf), good.iloc[::-1]):
        with pytest.raises(ValueError):
            seasonally_adjusted(wrong)
    with pytest.raises(ValueError, match="months YYYY-MM"):
        seasonally_adjusted(pd.Series([1.0, 2.0], ["2024-T1", "2024-T2"]))


def test_real_visits_are_adjusted_unless_they_double_and_halve_from_month_to_month(shared_data):
    def read(path: str, key: str = "monthlyStats") -> list[dict]:
        found = json.loads((shared_data / path).read_text(encoding="utf-8"))
        return found[key] if isinstance(found, dict) else found

    def published(name: str) -> Adjustment:
        rows = read(f"datagouv_metrics/dila_{name}_monthly.json")
        values = pd.Series([row["visits"] for row in rows], [row["month"] for row in rows])
        return seasonally_adjusted(values, pd.Series(True, ["2025-12"]))  # four days are missing

    found = published("BODACC")
    months = found.months.set_index("month")
    assert found.status == "published" and months.at["2025-12", "status"] == "partial"
    assert np.isfinite(months.drop("2025-12").drop(columns="status").to_numpy(float)).all()
    assert found.outliers.set_index("month").at["2025-01", "size"] < -70  # its collapse is known
    irregular = published("fiches_service_public")
    assert (irregular.status, irregular.reason) == ("missing", "irregular")
    rows = read("matomo/mon-entreprise_matomoVisitHistory.json")
    visits = pd.Series([row["visites"] for row in rows], [row["date"] for row in rows])
    short = seasonally_adjusted(visits)
    assert (short.status, short.searched, len(short.months)) == ("published", False, 26)


def test_a_month_left_out_is_missing_and_told_and_too_many_are_a_status(synthetic):
    found = seasonally_adjusted(synthetic(3).drop("2024-06")).months.set_index("month")
    assert found.at["2024-06", "status"] == "missing"
    assert found.drop("2024-06")["adjusted"].notna().all()
    values = synthetic(1)
    found = seasonally_adjusted(values.drop(values.index[10:15]))
    assert (found.status, found.reason) == ("missing", "gaps")


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


def test_a_straight_line_however_steep_or_level_has_no_change():
    values = 0.2 * np.arange(48) + np.random.default_rng(7).normal(size=48)
    found = candidates(values)
    assert found == [] or not confirmed(values, np.empty((48, 0)), np.arange(48), found)
    assert candidates(np.arange(8.0)) == []  # too short to divide
    # nor a level that never moves, which rounding alone had divided
    for value in [0.8, 14.7, 1739.9999999999998]:
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
    times = np.arange(60)
    values = -0.3 * (times >= 31) + 0.02 * np.random.default_rng(2).normal(size=60)
    ((start, size),) = confirmed(values, np.empty((60, 0)), times, [29])
    assert start == 31 and size.low <= -0.3 <= size.high and size.high < -0.25
    # a change of pace is no change of level
    times = np.arange(60)
    values = 0.02 * np.maximum(times - 30, 0) + 0.01 * np.random.default_rng(1).normal(size=60)
    assert confirmed(values, np.empty((60, 0)), times, [30]) == []


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


def chance(values: np.ndarray, start: int, columns: np.ndarray = LEVEL, sure: float = 0.05):
    return breaks.chance(values, columns, TIMES, start, DATES, sure)


def best(values: np.ndarray) -> int:
    return int(max(DATES, key=lambda date: abs(values[date:].mean() - values[:date].mean())))


def test_fewer_drivers_were_hurt_after_the_fuel_crisis_and_after_the_law_on_seat_belts():
    changes = seasonally_adjusted(drivers()).changes.set_index("month")
    assert changes.index.tolist() == [FUEL, BELTS]
    assert changes.at[BELTS, "ci_low"] < -23 < changes.at[BELTS, "ci_high"] < -10
    assert -25 < changes.at[FUEL, "size"] < -15


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_errors_that_last_make_no_step_more_often_than_promised(correlation):
    drawn = [noise(i, 60, correlation) for i in range(60)]
    found = [chance(own, best(own)) <= 0.05 for own in drawn]
    assert sum(found) <= 8  # of 60: more in one draw of 200, at 5 %


def test_a_step_of_other_columns_is_none_and_more_series_ask_for_surer_ones():
    with_step = np.column_stack([LEVEL, TIMES >= 30]).astype(float)
    values = noise(2, 60, 0.0) + 9 * (TIMES >= 30)
    assert chance(values, 20, with_step) > 0.05
    values = noise(4, 60, 0.0) + 9 * (TIMES >= 30)
    assert chance(values, 30, sure=0.001) < 0.001 / 5 < 0.01 / 10 == chance(values, 30, sure=0.01)
