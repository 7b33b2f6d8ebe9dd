"""Counters by département and région, and for so many inhabitants."""

from typing import Any

import pandas as pd
import pytest

from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import counters

LAST = Quarter("2026-T3")
NOBODY = contract.empty("population")
REGIONS = pd.DataFrame(
    {"departement": ["01", "2A", "2B", "75"],
     "departement_name": ["Ain", "Corse-du-Sud", "Haute-Corse", "Paris"],
     "region_name": ["Auvergne-Rhône-Alpes", "Corse", "Corse", "Île-de-France"]}
)  # fmt: skip


def listed(counts: dict[str, int], day: str = "2026-09-01") -> pd.DataFrame:
    codes = [code for code, count in counts.items() for _ in range(count)]
    frame = pd.DataFrame(
        {"device": "france-services", "channel": "in_person", "date": pd.Timestamp(day),
         "counter_id": [f"{i}" for i in range(len(codes))], "name": "Guichet fictif",
         "departement": codes}
    )  # fmt: skip
    kept, rejects = contract.conform(frame, "counters", "test")
    assert rejects.empty
    return kept.assign(source="france-services@1")


def people(counts: dict[str, int], year: int = 2022) -> pd.DataFrame:
    """People of each département, half women and half men."""
    rows: list[dict[str, Any]] = [
        {
            "device": "insee-population", "channel": "open_data",
            "start": pd.Timestamp(year, 1, 1), "end": pd.Timestamp(year, 1, 1),
            "area_kind": "departement", "area": area, "sex": sex, "age_low": 0,
            "people": count // 2,
        }
        for area, count in counts.items()
        for sex in "FM"
    ]  # fmt: skip
    kept, rejects = contract.conform(pd.DataFrame(rows), "population", "test")
    assert rejects.empty
    return kept


def values(out: pd.DataFrame, indicator: str, group: str) -> dict[str, float]:
    rows = out[(out["indicator"] == indicator) & (out["group"] == group)]
    return dict(zip(rows["group_value"], rows["estimate"], strict=True))


def test_departements_add_up_to_regions_and_to_the_whole_list():
    out = counters.by_area(listed({"01": 3, "2A": 2, "2B": 4}), NOBODY, REGIONS, LAST)
    assert values(out, "counters", "departement") == {
        "Ain": 3, "Corse-du-Sud": 2, "Haute-Corse": 4, "Paris": 0,
    }  # fmt: skip
    assert values(out, "counters", "region") == {
        "Auvergne-Rhône-Alpes": 3, "Corse": 6, "Île-de-France": 0,
    }  # fmt: skip
    assert values(out, "counters", "") == {"": 9}
    assert set(out["indicator"]) == {"counters"}  # and no rate without a population
    assert set(out["period"]) == {"2026-09-01"} and out[["n", "ci_low"]].isna().all().all()


def test_a_rate_is_of_the_departements_whose_people_are_known_and_of_no_others():
    table = listed({"01": 3, "2A": 2, "2B": 4, "978": 5})
    known = people({"01": 600_000, "2A": 100_000})
    out = counters.by_area(table, known, REGIONS, LAST)
    assert values(out, "counters_per_100k", "departement") == {"Ain": 0.5, "Corse-du-Sud": 2}
    assert values(out, "counters_per_100k", "region")["Corse"] == 2
    assert values(out, "counters_per_100k", "")[""] == pytest.approx(100_000 * 5 / 700_000)
    assert values(out, "counters", "")[""] == 14
    assert values(out, "counters", "region")["Saint-Martin"] == 5


def test_the_latest_list_and_the_latest_people_before_it_count():
    table = pd.concat([listed({"01": 1}, "2025-09-01"), listed({"01": 3}, "2026-09-01")])
    known = pd.concat([people({"01": 100_000}, 2021), people({"01": 200_000}, 2022)])
    later = pd.concat([known, people({"01": 2}, 2027)])
    now = counters.by_area(table, later, REGIONS, LAST)
    assert values(now, "counters_per_100k", "") == {"": 1.5}
    before = counters.by_area(table, known, REGIONS, Quarter("2026-T2"))
    assert values(before, "counters", "") == {"": 1} and set(before["period"]) == {"2025-09-01"}
