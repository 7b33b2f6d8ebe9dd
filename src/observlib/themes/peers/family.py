"""Other administrations: what an edition tells of what they publish, beside our own marks."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.comparison.pairs import tested
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.peers import estimates as peers

COMPARED = ("satisfaction_10", "satisfied_share", "nps")


@family("peers")
def peers_(
    figures: pd.DataFrame,
    satisfaction: pd.DataFrame,
    surveys: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    """Each published figure, those that compare with ours beside ours, their years and areas."""
    named = peers.known(figures, catalogue, quarter)
    own = estimates.combine([satisfaction, surveys])
    now = (own["period"] == str(quarter)) & (own["group"] == "") & (own["status"] != "missing")
    own = own[now]
    beside = estimates.combine(peers.compared(own, named, catalogue, name) for name in COMPARED)
    rows = [
        peers.published(named),
        beside,
        peers.series(named, catalogue),
        peers.areas(figures, catalogue, quarter),
    ]
    pairs = tested(catalogue, peers.with_peers(beside, catalogue))
    return estimates.combine(rows), pairs, {"named": named}
