"""Regression with errors that follow one another: against statsmodels, and against simulation."""

import json
import math
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from tests.stats.series.conftest import SEASON, noise
from tests.stats.series.drivers import BELTS, FUEL, drivers

from observlib.stats.series import breaks, regression
from observlib.stats.series.adjustment import Adjustment, seasonally_adjusted
from observlib.stats.series.breaks import candidates, confirmed, distances
from observlib.stats.series.regression import (
    LEAST_REVISIONS,
    averaged,
    bias,
    contrast,
    fit,
    positions,
    step_and_ramp,
)

TIMES = np.arange(40)
LINE = np.column_stack([np.ones(40), TIMES - 20.0, TIMES >= 25])


@pytest.fixture
def drawn() -> np.ndarray:
    return np.random.default_rng(1).normal(size=40) + LINE @ [3, 0.1, 1]


def test_without_autocorrelation_it_is_weighted_least_squares(monkeypatch, drawn):
    monkeypatch.setattr(regression, "CORRELATIONS", np.array([0.0]))
    weights = np.random.default_rng(2).uniform(1, 9, 40)
    oracle = sm.WLS(drawn, LINE, weights).fit()
    for place in range(3):
        found = contrast(fit(drawn, LINE, TIMES, weights), np.eye(3)[place])
        assert found.estimate == pytest.approx(oracle.params[place])
        assert (found.low, found.high) == pytest.approx(tuple(oracle.conf_int()[place]), rel=1e-6)
        assert found.p == pytest.approx(oracle.pvalues[place])


def test_under_one_autocorrelation_it_is_generalised_least_squares(monkeypatch, drawn):
    monkeypatch.setattr(regression, "CORRELATIONS", np.array([0.5]))
    kept = np.delete(TIMES, [7, 8, 30])  # periods may be absent
    between = 0.5 ** np.abs(np.subtract.outer(kept, kept))
    oracle = sm.GLS(drawn[kept], LINE[kept], between).fit()
    found = contrast(fit(drawn[kept], LINE[kept], kept), [0, 0, 1])
    assert found.estimate == pytest.approx(oracle.params[2])
    assert (found.low, found.high) == pytest.approx(tuple(oracle.conf_int()[2]), rel=1e-6)


def test_autocorrelation_is_found_and_widens_the_interval():
    source = np.random.default_rng(3)
    errors = source.normal(size=90)
    for i in range(1, 90):
        errors[i] += 0.7 * errors[i - 1]
    columns, times = np.ones((90, 1)), np.arange(90)
    fitted = fit(errors, columns, times)
    assert fitted.weights @ regression.CORRELATIONS == pytest.approx(0.7, abs=0.15)
    shuffled = fit(source.permutation(errors), columns, times)
    (_, low, high, _), (_, near, far, _) = contrast(fitted, [1]), contrast(shuffled, [1])
    assert high - low > 1.5 * (far - near)


def test_an_exact_line_has_its_slope_and_finite_ends():
    found = contrast(fit(2.0 * TIMES, np.column_stack([np.ones(40), TIMES]), TIMES), [0, 1])
    assert found.estimate == pytest.approx(2)
    assert np.isfinite(found).all() and found.low <= 2 + 1e-9 and found.high >= 2 - 1e-9


def test_columns_that_the_data_make_likelier_count_for_more_and_a_search_costs_a_degree(drawn):
    right, wrong = (fit(drawn, np.column_stack([LINE[:, :2], at <= TIMES]), TIMES)
                    for at in (25, 10))  # fmt: skip
    both = averaged([right, wrong], 1)
    grid = len(right.weights)
    assert both.weights.sum() == pytest.approx(1) and both.weights[:grid].sum() > 0.5
    odds = both.weights[:grid].sum() / both.weights[grid:].sum()
    assert np.log(odds) == pytest.approx(right.evidence - wrong.evidence)
    plain, costly = (contrast(averaged([right], k), [0, 0, 1]) for k in (0, 1))
    assert plain == pytest.approx(contrast(right, [0, 0, 1]))
    assert costly.high - costly.low > plain.high - plain.low


def test_revisions_that_always_go_up_lean_and_few_have_no_test():
    assert bias([0.2, 0.3, 0.1, 0.25] * 6).p_value < 0.001
    assert bias([0.2] * 20)[2:] == (0.0, 0.0)
    assert bias([0.0] * 20)[2:] == (0.0, 1.0)
    # few have a mean and no test
    found = bias([0.1, 0.3] * (LEAST_REVISIONS // 2 - 1))
    assert found.mean == pytest.approx(0.2)
    assert math.isnan(found.error) and math.isnan(found.p_value)


REFUSED = {
    "too few, or columns": [
        lambda: fit(np.zeros(40), np.ones((40, 2)), TIMES),
        lambda: fit(np.zeros(40), np.random.default_rng(0).normal(size=(40, 40)), TIMES),
    ],
    r"write 0\.95": [
        lambda level=level: contrast(fit(2.0 * TIMES, LINE, TIMES), [0, 1, 0], level)
        for level in (95, 0.0, 1.0, float("nan"))
    ],
    "oldest first": [
        lambda months=months: positions(months)
        for months in (["2024-02", "2024-01"], ["2024-01", "2024-01"])
    ],
    "months YYYY-MM": [
        lambda month=month: positions([month])
        for month in ("2024", "2024-13", "2024-01-01", "2024-T2")
    ],
    "revisions are numbers": [
        lambda wrong=wrong: bias(wrong) for wrong in ([], [0.1, float("nan")], [float("inf")])
    ],
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_regressed_is_refused_with_its_reason(why):
    for call in REFUSED[why]:
        with pytest.raises(ValueError, match=why):
            call()


# --- Known seasons, changes and odd months come back; nothing is found where there is nothing


SEEDS = range(12)  # of the many of tools/coverage/breaks.py
MONTHS = np.arange(60)
LEVEL = np.ones((60, 1))
DATES = MONTHS[6:55]


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
    return breaks.chance(values, columns, MONTHS, start, DATES, sure)


def best(values: np.ndarray) -> int:
    return int(max(DATES, key=lambda date: abs(values[date:].mean() - values[:date].mean())))


@pytest.mark.slow
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
