"""What invented neighbours publish comes through the whole chain as it was published."""

import statistics
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.pipeline import project
from observlib.themes import counters, peers, satisfaction

LAST = Quarter(2026, 3)


@pytest.fixture(scope="module")
def truths(truths: dict[str, Any]) -> list[dict[str, Any]]:
    return list(truths["peers"])


@pytest.fixture(scope="module")
def table(demonstration: Path) -> pd.DataFrame:
    return store.read(demonstration, "figures", last=LAST)


def of_kind(truths: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    found = [truth for truth in truths if truth["kind"] == kind]
    assert found
    return found


def test_every_true_share_is_in_the_interval_that_is_published(table, truths, catalogue):
    named = peers.known(table, catalogue, LAST)
    published = peers.published(named)
    peer_of = {code: peer.id for peer in catalogue.peers.values() for code in peer.codes}
    for truth in of_kind(truths, "share"):
        (row,) = published[
            (published["product"] == peer_of[truth["organisation"]])
            & (published["period"] == truth["period"])
            & (published["group_value"] == f"Usagers satisfaits, {truth['subject']}")
        ].to_dict("records")
        assert row["ci_low"] <= 100 * truth["share"] <= row["ci_high"]
        assert (row["estimate"], row["n"]) == (truth["published"], truth["answers"])


def test_the_yearly_rate_is_the_line_that_was_written(table, truths, catalogue):
    line = peers.series(peers.known(table, catalogue, LAST), catalogue)
    written = {truth["period"]: truth["published"] for truth in of_kind(truths, "yearly")}
    assert dict(zip(line["period"], line["estimate"], strict=True)) == written


def test_the_spread_of_areas_is_that_of_the_values_written(table, truths, catalogue):
    (truth,) = of_kind(truths, "areas")
    out = peers.areas(table, catalogue, LAST).set_index("group_value")
    assert set(out["period"]) == {truth["period"]}
    values = truth["published"]
    assert out.loc["Médiane", "estimate"] == pytest.approx(statistics.median(values))
    assert out.loc["Minimum", "estimate"] == min(values)
    assert out.loc["Maximum", "estimate"] == max(values)


def test_counters_are_exactly_those_listed_and_older_editions_see_the_older_list(
    demonstration, truths
):
    lists = store.read(demonstration, "counters")
    regions, people = project.reference("regions"), contract.empty("population")
    names = regions.set_index("departement")["departement_name"]
    for truth, quarter in zip(of_kind(truths, "counters"), (LAST - 1, LAST), strict=True):
        out = counters.by_area(lists, people, regions, quarter)
        assert set(out["period"]) == {truth["period"]}
        found = out[out["group"] == "departement"].set_index("group_value")["estimate"]
        assert out.loc[out["group"] == "", "estimate"].tolist() == [truth["counters"]]
        assert found.to_dict() == {names[k]: v for k, v in truth["by_departement"].items()}


def test_ours_and_theirs_stand_on_one_scale(demonstration, table, catalogue):
    own = satisfaction.quarterly(store.read(demonstration, "ratings"), [LAST])
    named = peers.graded(peers.known(table, catalogue, LAST), own, catalogue)
    for indicator, theirs in (("satisfaction_10", 2), ("satisfied_share", 2)):
        out = peers.compared(own, named, catalogue, indicator)
        assert out["product"].isin(catalogue.peers).sum() == theirs < len(out)
        assert out["unit"].nunique() == 1 and out["group_value"].is_unique
        assert "web" not in set(out["channel"])  # theirs were asked on the telephone, or on site
