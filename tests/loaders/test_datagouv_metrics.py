"""The data.gouv.fr metrics: above all, that a month cut short is never read as a collapse."""

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from observlib.base.errors import ObservError

DEVICE, FILE = "datagouv-bodacc", "d.json"
KEYS = {"loader": "datagouv_metrics", "extracted": None}


def month(name: str, visits: object = 100, downloads: object = 10) -> dict[str, object]:
    return {"month": name, "visits": visits, "downloads": downloads}


@pytest.fixture
def dump(read: Any) -> Any:
    return lambda months, *name, **keys: read(json.dumps({"monthlyStats": months}), *name, **keys)


LAST_YEAR = [month("2025-10"), month("2025-12", 3), month("2025-11")]


def test_the_last_or_current_month_is_partial_whatever_is_said(dump):
    loaded = dump(LAST_YEAR)
    assert loaded.rows["complete"].tolist() == [True, False, True]
    assert loaded.rows["end"].iat[1] == pd.Timestamp("2025-12-31")
    loaded = dump([month(f"{date.today():%Y-%m}")], extracted=date(9000, 1, 1))
    assert loaded.rows["complete"].tolist() == [False]


@pytest.mark.parametrize(("extracted", "name", "complete"), [
    (date(2025, 12, 4), "d.json", [True, False, True]),
    (date(2026, 1, 1), "d.json", [True, True, True]),
    (date(2025, 11, 30), "d.json", [True, False, False]),
    (None, "d_2026-01-01.json", [True, True, True]),
    (date(2026, 1, 1), "d_2025-12-04.json", [True, False, True]),
])  # fmt: skip
def test_the_day_of_the_dump_decides_first_by_the_file_s_name(dump, extracted, name, complete):
    loaded = dump(LAST_YEAR, name, extracted=extracted)
    assert loaded.rows["complete"].tolist() == complete


@pytest.mark.parametrize("name", ["d_2999-01-01.json", "d_2025-02-30.json"])
def test_a_mistyped_day_in_the_file_name_cannot_complete_a_month(dump, name):
    with pytest.raises(ObservError, match="rename the file"):
        dump(LAST_YEAR, name)


def test_a_bad_month_is_rejected_at_its_place_and_the_last_stays_partial(dump):
    months = [
        month("2025-10"), month("2025-10"), month("2025-13"), {"visits": 3}, 7,
        month("2025-09", None), month("2025-08", "12.5"), month("2025-07", True),
        month("2025-06", -1), month("1600-01"), month("2025-05", 3, None), month("2025-12", "??")
    ]  # fmt: skip
    loaded = dump(months)
    assert loaded.rows["visits"].tolist() == [100, 3]
    assert loaded.rows["downloads"].isna().tolist() == [False, True]
    assert loaded.rows["complete"].all(), "the rejected December is the month that was cut"
    assert loaded.rejects["row"].tolist() == [2, 3, 4, 5, 6, 7, 8, 9, 10, 12]


@pytest.mark.parametrize(("name", "visits", "downloads"), [
    ("dila_BODACC_monthly.json", 302, 26), ("dila_fiches_service_public_monthly.json", 68, 19),
    ("dila_annuaire_administration_monthly.json", 103, 54),
])  # fmt: skip
def test_four_real_days_of_december_are_no_fall(read, shared_data, name, visits, downloads):
    loaded = read(shared_data / "datagouv_metrics" / name)
    assert loaded.rejects.empty and len(loaded.rows) == 42
    december = loaded.rows.iloc[-1]
    assert (december["visits"], december["downloads"]) == (visits, downloads)
    assert december["start"] == pd.Timestamp("2025-12-01") and not december["complete"]
    assert loaded.rows["complete"].iloc[:-1].all()


def test_the_real_total_of_a_data_set_is_the_sum_of_its_months(read, shared_data):
    path = shared_data / "datagouv_metrics" / "dila_BODACC_monthly.json"
    loaded = read(path)
    told = json.loads(path.read_text(encoding="utf-8"))
    assert loaded.rows["visits"].sum() == told["totalVisits"]
    assert loaded.rows["downloads"].sum() == told["totalDownloads"]
