"""What coverage draws again is what loaders read; intervals all hold where each of them does."""

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import satisfaction
from tools import demo as folder
from tools.coverage import draws
from tools.demo import calendar
from tools.demo.chance import stream

LAST = calendar.LAST
SAME = ["indicator", "device", "group", "group_value", "estimate", "ci_low", "ci_high", "n"]


@pytest.mark.parametrize("device", ["jdma-service-public", "satisfaction-3939"])
def test_ratings_drawn_again_have_the_estimates_of_those_that_were_read(demonstration, device):
    rows = draws.rated(device, device, LAST, stream(folder.SEED, device, LAST))
    read = store.read(demonstration, "ratings", LAST, LAST, device=device)
    mine, theirs = (
        satisfaction.quarterly_marks(one, [LAST])[SAME].sort_values(SAME[:4], ignore_index=True)
        for one in (draws.table("ratings", rows), read)
    )
    assert mine["ci_low"].notna().any()
    pd.testing.assert_frame_equal(mine, theirs)


def test_tables_drawn_again_keep_the_contract_of_the_tidy_tables():
    source, revue = stream(1, "contract"), ("d", "abonnements-revue", "Dossiers fictifs")
    frames = {
        "ratings": draws.rated("d", "jdma-legifrance", LAST, source),
        "responses": draws.surveyed("d", "enquete-legifrance", LAST, source, source),
        "calls": draws.called("d", LAST, source),
        "tickets": draws.written("d", "courriels-boutique", LAST, source),
        "polls": draws.voted("d", "sondages-reseau-federe", 1, LAST, source),
        "user_tests": draws.tested("d", "tests-legifrance", LAST, source),
        "workshops": draws.thought("d", "annuaire", Quarter("2026-T3"), source),
        "subscriptions": draws.subscribed(*revue, calendar.MONTHS[-6:], source),
        "experiences": draws.felt("d", LAST, source),
    }
    for name, rows in frames.items():
        kept, rejects = contract.conform(draws.table(name, rows).drop(columns="source"), name, "x")
        assert len(kept) and rejects.empty, (name, rejects.head())
