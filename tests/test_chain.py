"""The whole chain recovers what the demonstration hides in its exports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.estimates import base, mark
from observlib.indicators import counts
from observlib.study import narratives
from observlib.themes import experiences, procedures, satisfaction

ALL = Quarter("2026-T3").back(15)
MEASURED = {"satisfaction": ("satisfaction_10", "satisfied_share"), "clarity": ("clarity_10",)}
MEASURED |= {"help_reached": ("help_reached_share",)}


@pytest.fixture(scope="module")
def visits(demonstration: Path) -> pd.DataFrame:
    return counts.quarterly_counts(store.read(demonstration, "audience"), ALL)


@pytest.fixture(scope="module")
def marks(demonstration: Path) -> pd.DataFrame:
    return satisfaction.quarterly_marks(store.read(demonstration, "ratings"), ALL)


def change(truths: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    return (item for item in truths["changes"] if item["kind"] == kind)


def test_every_quarter_s_visits_are_exactly_those_written(visits, truths):
    found = visits.set_index(["device", "period"])
    compared = 0
    for truth in truths["visits_by_quarter"]:
        if truth["kind"] != "visits" or truth["quarter"] > str(ALL[-1]):
            continue
        row = found.loc[(truth["device"], truth["quarter"])]
        assert row["estimate"] == truth["value"]
        assert row["status"] == ("published" if truth["complete"] else "partial")
        compared += 1
    assert compared == len(found)


def test_the_outage_makes_one_partial_quarter_that_is_never_compared(visits, truths, demonstration):
    (outage,) = change(truths, "outage")
    partial = visits[visits["status"] == "partial"]
    assert partial[["device", "period"]].values.tolist() == [[outage["device"], "2026-T2"]]
    years = counts.change_on_year(visits).set_index(["device", "period"])
    assert years.loc[(outage["device"], "2026-T2"), "status"] == "missing"
    assert years.loc[(outage["device"], "2026-T3"), "status"] == "published"
    # nor is the month in progress, which is partial for each data set
    months = counts.monthly_counts(store.read(demonstration, "audience"), "2026-10", "2026-10")
    progress = {item["device"] for item in change(truths, "month_in_progress")}
    assert len(progress) == 3 and set(months["device"]) == progress
    assert set(months["status"]) == {"partial"}


def test_the_change_of_satisfaction_is_found_and_no_other_is(marks, truths, catalogue):
    (moved,) = change(truths, "satisfaction")
    compared = satisfaction.of_satisfaction(marks, catalogue, "2026-T3", "2025-T3")
    compared = compared[compared["against"] == "before"]
    told = compared[compared["verdict"].isin(["rise", "fall"])]
    found = told[["product", "indicator", "verdict"]].values.tolist()
    assert found == [[moved["product"], "satisfaction_10", "rise"]]
    own = compared[compared["indicator"] == "satisfaction_10"]
    said = narratives.comparisons.evolution(own, catalogue)
    assert f"est en hausse ({catalogue.label(moved['product'])}, " in said
    for product in set(compared["product"]) - {moved["product"]}:
        assert catalogue.label(product) not in said.replace(catalogue.label(moved["product"]), "")


def test_marks_shares_and_bases_are_those_of_the_answers_written(marks, truths):
    found = marks.set_index(["indicator", "device", "period"])
    for truth in truths["ratings"]:
        if not truth["answers"]:
            continue
        n, satisfied = truth["answers"], truth["satisfied"]
        for name in MEASURED.get(truth["question"], ()):
            row = found.loc[(name, truth["device"], truth["quarter"])]
            value = 100 * satisfied / n if name.endswith("_share") else truth["sum_10"] / n
            few = name.endswith("_share") and min(satisfied, n - satisfied) in range(1, 11)
            if n < 11 or few or (n < 30 and satisfied in (0, n)):
                assert row["status"] == "suppressed"
            else:
                if n < 30 and not name.endswith("_share"):
                    value = mark(value, row["unit"])
                assert (row["estimate"], row["n"]) == pytest.approx((value, base(n)))


def test_feelings_add_up_to_the_experiences_written(demonstration, truths, catalogue):
    told = store.read(demonstration, "experiences")
    shares = experiences.estimate_feelings(told, catalogue, Quarter("2026-T3"))
    year = [quarter for quarter in Quarter("2026-T3").back(4)]
    written = [t for t in truths["experiences"] if t["quarter"] in year]
    total = sum(truth["value"] for truth in written)
    labels = experiences.FEELING_LABELS
    for feeling, label in labels.items():
        count = sum(t["value"] for t in written if t["feeling"] == feeling)
        row = shares.set_index("group_value").loc[label]
        assert (row["estimate"], row["n"]) == pytest.approx((100 * count / total, total))


def test_medians_of_peers_are_those_of_the_marks_written(demonstration, truths, catalogue):
    table = store.read(demonstration, "procedures")
    found = procedures.satisfaction(table, catalogue, Quarter("2026-T3"))
    medians = found[found["indicator"] == "procedure_satisfaction_median"].set_index("product")
    peers = {code: peer.id for peer in catalogue.peers.values() for code in peer.codes}
    compared = 0
    for truth in truths["procedures"]:
        if truth["quarter"] == "2026-T3" and truth["administration"] in peers:
            marks = pd.Series(truth["marks"])
            assert medians.loc[peers[truth["administration"]], "estimate"] == marks.median()
            compared += 1
    assert compared == 3
