"""Sentences on the marks of procedures, ours beside all those published."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, select, words
from observlib.display.words import SEMICOLON
from observlib.themes.procedures.estimates import EVERYONE


def standing(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The median of the agency's procedures beside those of all procedures and of peers.

    Parameters
    ----------
    frame
        Estimates of medians of one period: one a peer (`product`), one for all procedures.
    """
    rows = frame[frame["status"] == "published"]
    peers = rows[rows["product"] != ""].sort_values("estimate", ascending=False, kind="stable")
    whole = rows[rows["group_value"] == EVERYONE]
    if peers.empty or whole.empty:
        return ""
    indicator = select.one_indicator(rows, catalogue, "standing")
    of_all = whole.iloc[0].to_dict()
    when = phrases.capital(french.when(of_all["period"]))
    own = {peer.id for peer in catalogue.peers.values() if peer.own}
    ours = peers[peers["product"].isin(own)]
    alone = len(ours) == 1
    others = [
        f"{words.label(row, 'product', catalogue)} ({words.figure(row['estimate'], indicator)})"
        for row in (peers.drop(ours.index) if alone else peers).to_dict("records")
    ]
    if alone:
        our = ours.iloc[0].to_dict()
        name = words.label(our, "product", catalogue)
        phrase = (
            f"{when}, la note médiane de nos démarches est de {words.value(our, indicator)} "
            f"({name}), contre {words.figure(of_all['estimate'], indicator)} "
            "pour l'ensemble des démarches publiées"
        )
    else:
        phrase = (
            f"{when}, la note médiane de l'ensemble des démarches publiées est de "
            f"{words.value(of_all, indicator)}"
        )
    listed = f"{SEMICOLON}{'organismes voisins' if alone else 'par organisme'} : "
    text = f"{phrase}{listed}{french.join(others)}" if others else phrase
    return f"{text}{SEMICOLON}publiées sans effectif, ces notes ne peuvent être départagées."
