"""What coverage draws again is what loaders read; intervals all hold where each of them does."""

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import satisfaction
from tools import demo as folder
from tools.coverage import changes, draws
from tools.coverage.truth import held
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


def whole(found: pd.DataFrame) -> pd.DataFrame:
    """By study, whether each difference holds and whether all are said to hold together."""
    told = held(found, changes.true_values())
    together = told["indicator"] == "differences_together"
    each = told[~together].groupby("repetition")["held"].all()
    return pd.DataFrame({"each": each, "all": told[together].set_index("repetition")["held"]})


def test_all_are_said_to_hold_exactly_where_each_does(monkeypatch):
    studies = whole(pd.concat(changes.estimate(1, range(4))))
    assert (studies["each"] == studies["all"]).all() and studies["all"].any()
    true = changes.rated

    def wrong(device: str, quarter: Quarter) -> dict[str, float]:
        """Truths of one device that no interval holds, and of others as they are."""
        more = 3.0 if device == "jdma-legifrance" and quarter == changes._NOW else 0.0
        return {name: value + more for name, value in true(device, quarter).items()}

    monkeypatch.setattr(changes, "rated", wrong)
    studies = whole(pd.concat(changes.estimate(1, range(4))))
    assert not studies["each"].any() and not studies["all"].any()
