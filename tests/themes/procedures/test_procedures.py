import statistics
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import procedures

LAST = Quarter("2026-T3")
OWN, PEER, OTHER = "AGENCE-FICTIVE", "CAISSE-FICTIVE", "MINISTERE-FICTIF"


def published(*rows: tuple[str, Any], edition: str = "2026-T3", **more: Any) -> pd.DataFrame:
    """One edition: an administration and its mark, or the state in place of one."""
    quarter = Quarter(edition)
    frame = pd.DataFrame(
        [
            {
                "device": "qualite-demarches", "channel": "web", "edition": edition,
                "start": pd.Timestamp(quarter.start), "end": pd.Timestamp(quarter.end),
                "procedure_id": f"{edition}-{i}", "procedure": f"Démarche fictive n° {i}",
                "administration": administration, "indicator": "satisfaction",
                "state": given if isinstance(given, str) else "value",
                "value": None if isinstance(given, str) else float(given), **more,
            }
            for i, (administration, given) in enumerate(rows)
        ]
    )  # fmt: skip
    kept, rejects = contract.conform(frame, "procedures", "test")
    assert rejects.empty
    return kept.assign(source="qualite-demarches@1")


def each(out: pd.DataFrame) -> pd.DataFrame:
    return out[out["indicator"] == "procedure_satisfaction"]


def medians(out: pd.DataFrame) -> dict[str, float]:
    rows = out[out["indicator"] == "procedure_satisfaction_median"]
    return dict(zip(rows["product"] + rows["group_value"], rows["estimate"], strict=True))


def test_only_the_agency_and_its_peers_are_named(catalogue):
    table = published((OWN, 9), (PEER, 6), (OTHER, 1))
    out = procedures.satisfaction(table, catalogue, LAST)
    rows = each(out)
    marks = rows.set_index("product")["estimate"].to_dict()
    assert marks == {"agence-fictive": 9, "caisse-fictive": 6}
    assert rows["group_value"].tolist() == ["Démarche fictive n° 0", "Démarche fictive n° 1"]
    assert set(rows["group"]) == {"procedure"} and set(out["unit"]) == {"sur 10"}
    none = out[["ci_low", "ci_high", "n", "n_eff"]]
    assert none.isna().all().all(), "no interval or base is made up"


@pytest.mark.parametrize(
    ("state", "status"),
    [("too_few_answers", "suppressed"), ("to_come", "missing"), ("not_applicable", "missing"),
     ("none", "missing")],
)  # fmt: skip
def test_a_mark_that_is_not_published_says_why_and_moves_no_median(state, status, catalogue):
    table = published((OWN, 9), (OWN, state), (PEER, state))
    out = procedures.satisfaction(table, catalogue, LAST)
    rows = each(out).set_index("group_value")
    assert rows["status"].tolist() == ["published", status, status]
    assert rows["estimate"].notna().tolist() == [True, False, False]
    assert medians(out) == {"agence-fictive": 9, procedures.EVERYONE: 9}
    assert medians(procedures.satisfaction(published((OWN, state)), catalogue, LAST)) == {}


def test_the_latest_edition_up_to_the_quarter_is_used(catalogue):
    marks = {"2026-T1": 5, "2026-T2": 6, "2026-T3": 9}
    table = pd.concat([published((OWN, mark), edition=one) for one, mark in marks.items()])
    for quarter, period, mark in (
        (LAST, "2026-T3", 9), (Quarter("2027-T2"), "2026-T3", 9),
        (Quarter("2026-T2"), "2026-T2", 6), (Quarter("2026-T1"), "2026-T1", 5),
    ):  # fmt: skip
        out = procedures.satisfaction(table, catalogue, quarter)
        assert set(out["period"]) == {period}
        assert each(out)["estimate"].tolist() == [mark]
    assert procedures.satisfaction(table, catalogue, Quarter("2025-T4")).empty


def test_other_indicators_of_the_publisher_are_not_marks(catalogue):
    other = published((OWN, 0.5), indicator="autonomy")
    both = procedures.satisfaction(pd.concat([published((OWN, 9)), other]), catalogue, LAST)
    assert medians(both) == {"agence-fictive": 9, procedures.EVERYONE: 9}
    assert procedures.satisfaction(other, catalogue, LAST).empty


@examples(15)
@given(st.lists(st.tuples(st.sampled_from([OWN, PEER, OTHER]), st.floats(0, 10)), min_size=1))
def test_every_mark_counts_once(catalogue, rows):
    found = medians(procedures.satisfaction(published(*rows), catalogue, LAST))
    expected = {procedures.EVERYONE: statistics.median(value for _, value in rows)}
    for code, peer in ((OWN, "agence-fictive"), (PEER, "caisse-fictive")):
        if marks := [value for administration, value in rows if administration == code]:
            expected[peer] = statistics.median(marks)
    assert found == pytest.approx(expected)
