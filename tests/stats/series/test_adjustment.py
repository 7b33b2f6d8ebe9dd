"""Known seasons, changes and odd months come back; nothing is found where there is nothing."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.stats.series.conftest import SEASON

from observlib.stats.series.adjustment import Adjustment, seasonally_adjusted

SEEDS = range(12)  # of the many of tools/coverage/breaks.py


# --- What is known ----------------------------------------------------------------------------
def test_season_growth_and_working_day_are_those_that_made_the_series(synthetic):
    found = seasonally_adjusted(synthetic(1, sd=0.002))
    season = found.months["seasonal"].head(12).to_numpy()
    assert season / season.mean() == pytest.approx(np.exp(SEASON), abs=0.006)
    assert found.working_day == pytest.approx(1.6, abs=0.1)
    trend = found.months["trend"].to_numpy()
    assert trend[-1] / trend[0] == pytest.approx(np.exp(0.04 * 44 / 12), abs=0.01)


def test_a_value_is_the_product_of_its_parts(synthetic):
    months = seasonally_adjusted(synthetic(2)).months
    product = months[["trend", "seasonal", "calendar", "remainder"]].prod(axis=1)
    assert product.to_numpy() == pytest.approx(months["value"].to_numpy())


def test_where_nothing_changed_nothing_is_found(synthetic):
    found = [seasonally_adjusted(synthetic(seed)) for seed in SEEDS]
    assert sum(len(one.changes) > 0 for one in found) <= 1
    assert sum(len(one.outliers) > 0 for one in found) <= 2


def test_a_loss_of_a_fifth_is_found_in_its_month_with_its_size(synthetic):
    near = held = 0
    for seed in range(30):
        values = synthetic(seed, change=(26, -0.2))
        changes = seasonally_adjusted(values).changes
        hits = changes[changes["month"].isin(values.index[25:28])]
        near += len(hits) == 1 == len(changes)
        held += len(hits) and hits.iloc[0]["ci_low"] <= -20 <= hits.iloc[0]["ci_high"]
    assert near >= 24 and held >= 0.9 * near


@pytest.mark.parametrize("at", [15, 23, 44])
def test_an_odd_month_is_an_outlier_and_no_change_of_level(synthetic, at):
    for seed in range(5):
        found = seasonally_adjusted(synthetic(seed, odd=(at, -0.4)))
        month = synthetic(seed).index[at]
        sizes = dict(found.outliers.itertuples(index=False))
        assert sizes[month] == pytest.approx(-40, abs=7)
        assert found.changes.empty


# --- What is not whole ------------------------------------------------------------------------
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


def test_a_month_without_any_visit_is_an_outlier_of_minus_100(synthetic):
    values = synthetic(4)
    values.iloc[20] = 0
    found = seasonally_adjusted(values)
    assert found.outliers.values.tolist() == [["2024-09", -100.0]]
    assert found.months["adjusted"].iloc[20] == 0


@pytest.mark.parametrize("n", [0, 1, 23])
def test_fewer_than_two_seasons_are_a_status_and_no_number(synthetic, n):
    found = seasonally_adjusted(synthetic(1).head(n))
    assert (found.status, found.reason, len(found.months)) == ("missing", "short", n)
    assert found.months["adjusted"].isna().all() and found.changes.empty


def test_between_two_and_three_seasons_it_adjusts_and_looks_for_nothing(synthetic):
    found = seasonally_adjusted(synthetic(1, odd=(20, -0.6)).head(30))
    assert found.status == "published" and not found.searched and found.outliers.empty


def test_too_many_gaps_are_a_status(synthetic):
    values = synthetic(1)
    found = seasonally_adjusted(values.drop(values.index[10:15]))
    assert (found.status, found.reason) == ("missing", "gaps")


def test_what_is_no_monthly_count_is_refused(synthetic):
    good = synthetic(1)
    for wrong in (-good, good.replace(good.iloc[3], np.inf), good.iloc[::-1]):
        with pytest.raises(ValueError):
            seasonally_adjusted(wrong)
    with pytest.raises(ValueError, match="months YYYY-MM"):
        seasonally_adjusted(pd.Series([1.0, 2.0], ["2024-T1", "2024-T2"]))


def test_months_so_irregular_that_a_doubled_one_would_pass_are_left_as_they_are(synthetic):
    found = seasonally_adjusted(synthetic(1, sd=0.6))
    assert (found.status, found.reason) == ("missing", "irregular")
    assert found.months["adjusted"].isna().all() and found.changes.empty and found.outliers.empty
    regular = [seasonally_adjusted(synthetic(seed, sd=0.1)).status for seed in range(5)]
    assert regular == ["published"] * 5


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
    short = seasonally_adjusted(
        pd.Series([row["visites"] for row in rows], [row["date"] for row in rows])
    )
    assert (short.status, short.searched, len(short.months)) == ("published", False, 26)


def test_a_month_left_out_is_missing_and_told(synthetic):
    found = seasonally_adjusted(synthetic(3).drop("2024-06")).months.set_index("month")
    assert found.at["2024-06", "status"] == "missing"
    assert found.drop("2024-06")["adjusted"].notna().all()
