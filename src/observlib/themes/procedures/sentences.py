"""Sentences on the marks of procedures, ours beside all those published."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.language import french, wording, words
from observlib.themes.procedures import EVERYONE

_TEXTS = wording.load_texts(__file__)


def standing(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The median of the agency's procedures beside those of all procedures and of peers."""
    rows = frame[frame["status"] == "published"]
    peers = rows[rows["product"] != ""].sort_values("estimate", ascending=False, kind="stable")
    whole = rows[rows["group_value"] == EVERYONE]
    if peers.empty or whole.empty:
        return ""
    indicator = select.one_indicator(rows, catalogue, "standing")
    of_all = whole.iloc[0].to_dict()
    when = words.capital(french.when(of_all["period"]))
    own = {peer.id for peer in catalogue.peers.values() if peer.own}
    ours = peers[peers["product"].isin(own)]
    alone = len(ours) == 1
    names = [
        _TEXTS["peer"].format(
            peer=words.label(row, "product", catalogue),
            mark=words.figure(row["estimate"], indicator),
        )
        for row in (peers.drop(ours.index) if alone else peers).to_dict("records")
    ]
    if alone:
        own_row = ours.iloc[0].to_dict()
        first = _TEXTS["ours"].format(
            when=when,
            peer=words.label(own_row, "product", catalogue),
            mark=words.value(own_row, indicator),
            every=words.figure(of_all["estimate"], indicator),
        )
    else:
        first = _TEXTS["every"].format(when=when, mark=words.value(of_all, indicator))
    others = words.shared_out(names)[:1]
    listed = _TEXTS["neighbours" if alone else "peers"].format(peers=others[0]) if others else ""
    return " ".join(part for part in (first, listed, _TEXTS["no_base"]) if part)
