"""The method page tells how whole, punctual and comparable an edition is, worked out by hand."""

import re
from datetime import date
from typing import Any

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.edition import notices, staging
from observlib.publish.record import Planned, days_missed
from observlib.records.sheets import Action

T3 = Quarter("2026-T3")
SURVEY = "enquete-legifrance"
ROW = {"product": "legifrance", "channel": "web", "device": SURVEY, "source": "a@1"}
ROW |= {"period": "2026-T3", "unit": "sur 10"}


def rows(*told: dict[str, Any]) -> pd.DataFrame:
    return estimates.make([{**ROW, **one} for one in told])


def mark(indicator: str, n: float | None, **more: Any) -> dict[str, Any]:
    return {"indicator": indicator, "estimate": 7.0, "n": n, **more}


BEGUN = {"indicator": "survey_funnel", "group": "step", "group_value": "Réponse commencée",
         "unit": "réponses", "estimate": 200.0, "n": 200.0}  # fmt: skip


def test_figures_that_are_withheld_or_of_another_quarter_make_no_edition_less_whole():
    told = rows(
        mark("satisfaction_10", 150),
        mark("clarity_10", 20, status="low_base"),
        mark("nps", None, status="missing", estimate=None),
        mark("ces_10", None, status="suppressed", estimate=None),
        mark("satisfaction_10", None, status="missing", estimate=None, period="2026-T2"),
    )
    assert staging.completeness_rate(told, T3) == (2, 3)


def held(**devices: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(name.replace("_", "-"), "ratings", *span) for name, span in devices.items()],
        columns=["device", "table", "start", "end"],
    )


def change(day: date, **words: Any) -> Action:
    told = {"id": "x", "title": "x", "product": "legifrance", "date": day, "done": "x"}
    told |= {"kind": "measure", "contact": "pôle", "expected": EXPECTED}
    return Action.model_validate({**told, **words})


EXPECTED = [{"indicator": "satisfaction_10", "direction": "up"}]


@pytest.mark.parametrize(("start", "actions", "length"), [
    ("2025-07-01", [], 5),
    ("2025-07-02", [], 4),  # whose first quarter is not whole
    ("2026-07-01", [], 1),
    ("2025-07-01", [change(date(2026, 4, 1))], 2),
    ("2025-07-01", [change(date(2026, 4, 2))], 1),
    ("2025-07-01", [change(date(2026, 4, 1), device="jdma-legifrance")], 2),
    ("2025-07-01", [change(date(2026, 4, 1), device="matomo-legifrance")], 5),
    ("2025-07-01", [change(date(2026, 4, 1), product="boamp")], 5),
    ("2025-07-01", [change(date(2026, 4, 1), kind="action")], 5),
])  # fmt: skip
def test_a_series_is_as_long_as_the_same_thing_is_measured(catalogue, start, actions, length):
    found = held(jdma_legifrance=(start, "2026-09-30"))
    assert staging.lengths(found, actions, catalogue, T3) == [length]


def test_a_series_without_a_whole_quarter_or_that_ended_before_has_no_length(catalogue):
    found = held(
        jdma_legifrance=("2026-08-01", "2026-09-30"),
        jdma_entreprendre=("2025-01-01", "2026-06-30"),
        jdma_vie_publique=("2026-01-01", "2026-09-30"),
        jdma_service_public=("2025-01-01", "2026-09-30"),
    )
    assert staging.lengths(found, [], catalogue, T3) == [3, 7]


def test_who_gave_no_mark_is_counted_of_who_began_and_from_what_is_published_alone():
    told = rows(
        BEGUN, mark("satisfaction_10", 165), mark("nps", 145),
        mark("ces_10", None, status="suppressed", estimate=None),
        mark("satisfaction_10", 20, group="region", group_value="Corse"),
        mark("satisfaction_10", 20, period="2026-T2"),
    )  # fmt: skip
    (found,) = staging.unanswered_shares(told).items()
    assert found == (SURVEY, pytest.approx((17.5, 27.5)))


def test_the_table_names_each_indicator_by_its_european_code():
    planned = Planned(quarter="2026-T3", date=date(2026, 11, 16))
    told = rows(BEGUN, mark("satisfaction_10", 165), mark("nps", 145))
    complete, left = (
        staging.completeness_rate(told, T3),
        staging.unanswered_shares(told)[SURVEY],
    )
    late, surveys = days_missed(planned, date(2026, 11, 18)), {"Enquête Légifrance": left}
    text = notices.PAGES("quality", complete, (40, 41), 49, late, (4, 9, 15), surveys)
    text = text.replace("\xa0", " ")
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert [value for _, value in lines[2:]] == [
        *("100 %", "40 sur 41", "49 jours", "2 jours après"),
        *("9 trimestres", "4 à 15 trimestres", "18 à 28 % selon la question"),
    ]
    codes = [re.findall(r"\((\w+)\)", label) for label, _ in lines[2:]]
    assert codes == [["R1"], [], ["TP1"], ["TP3"], ["CC2"], ["CC2"], ["A5"]]
    assert "Enquête Légifrance" in lines[-1][0]
