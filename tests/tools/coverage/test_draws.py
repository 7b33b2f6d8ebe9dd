"""What coverage draws again is what the loaders read in the demonstration's exports."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import tables
from observlib.pipeline import project
from observlib.themes.contacts import tickets
from observlib.themes.profiles import estimates as profiles
from observlib.themes.satisfaction import estimates as satisfaction
from observlib.themes.surveys import estimates as surveys
from tools import demo as folder
from tools.coverage import draws
from tools.demo import calendar, questions
from tools.demo import surveys as sites
from tools.demo import tickets as desks
from tools.demo.chance import stream

LAST = calendar.LAST
SAME = ["indicator", "device", "group", "group_value", "estimate", "ci_low", "ci_high", "n"]
Estimate = Callable[[pd.DataFrame], pd.DataFrame]


def stores(
    demonstration: Path, table: str, device: str, first: Quarter | None = LAST
) -> pd.DataFrame:
    return store.read(demonstration, table, first, LAST, device=device)


def agree(drawn: pd.DataFrame, read: pd.DataFrame, estimate: Estimate) -> None:
    mine, theirs = estimate(drawn), estimate(read)
    assert mine["ci_low"].notna().any()
    order = ["indicator", "device", "group", "group_value"]
    pd.testing.assert_frame_equal(
        mine[SAME].sort_values(order, ignore_index=True),
        theirs[SAME].sort_values(order, ignore_index=True),
    )


@pytest.mark.parametrize("device", ["jdma-service-public", "satisfaction-3939"])
def test_ratings(demonstration, device):
    drawn = draws.rated(device, device, LAST, stream(folder.SEED, device, str(LAST)))
    agree(
        draws.table("ratings", drawn),
        stores(demonstration, "ratings", device),
        lambda rows: satisfaction.quarterly(rows, [LAST]),
    )


@pytest.mark.parametrize("device", list(questions.SURVEYS))
def test_surveys(demonstration, catalogue, device):
    quarter = LAST - 1
    source = stream(folder.SEED, device, sites._SALT[device], str(quarter))
    ties = stream(folder.SEED, device, "ties", sites._LINK_SALT[device], str(quarter))
    drawn = draws.table("responses", draws.surveyed(device, device, quarter, source, ties))
    read = stores(demonstration, "responses", device, quarter)
    margins = project.reference("margins")
    for estimate in (
        lambda rows: surveys.quarterly(rows, catalogue, [quarter]),
        lambda rows: surveys.reasons(rows, catalogue, [quarter]),
        lambda rows: profiles.distribution(rows, catalogue, [quarter]),
        lambda rows: profiles.representation(rows, margins, catalogue, [quarter]),
    ):
        if len(estimate(read)):
            agree(drawn, read, estimate)


@pytest.mark.parametrize("device", sorted({*desks.DEVICES} - {"courriels-boutique"}))  # no answers
def test_tickets(demonstration, device):
    source = stream(folder.SEED, device, str(LAST), desks._SALT)
    drawn = draws.table("tickets", draws.written(device, device, LAST, source))
    read = stores(demonstration, "tickets", device)
    drawn["extracted"] = read["extracted"].max()  # of some tools only its day is known
    left_out = ["tickets_open"]  # which older tickets are in too
    left_out += ["reopened_share"] * bool(read["reopened"].isna().all())
    promised = {device: desks.DESKS[device].promise}

    def quarterly(rows: pd.DataFrame) -> pd.DataFrame:
        found = tickets.quarterly(rows, [LAST], promised)
        return found[~found["indicator"].isin(left_out)]

    agree(drawn, read, quarterly)
    agree(drawn, read, lambda rows: tickets.answers_in_time(rows, LAST))


def test_tables_drawn_again_keep_the_contract_of_the_tidy_tables():
    source = stream(1, "contract")
    frames = {
        "ratings": draws.rated("d", "jdma-legifrance", LAST, source),
        "responses": draws.surveyed("d", "enquete-legifrance", LAST, source, source),
        "calls": draws.called("d", LAST, source),
        "tickets": draws.written("d", "courriels-boutique", LAST, source),
        "polls": draws.voted("d", "sondages-reseau-federe", 1, LAST, source),
        "user_tests": draws.tested("d", "tests-legifrance", LAST, source),
        "workshops": draws.thought("d", "annuaire", Quarter(2026, 3), source),
        "subscriptions": draws.subscribed(
            "d", "abonnements-revue", "Dossiers fictifs", calendar.MONTHS[-6:], source
        ),
        "experiences": draws.felt("d", LAST, source),
    }
    for name, rows in frames.items():
        kept, rejects = tables.conform(draws.table(name, rows).drop(columns="source"), name, "x")
        assert len(kept) and rejects.empty, (name, rejects.head())
