"""Findings of what goes with satisfaction, the other answers being alike."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, words

CAUTION = (
    "Aller ensemble n'est pas causer : un usager satisfait peut juger plus clair le même site, et "
    "une raison qui n'est pas demandée peut expliquer les deux réponses."
)


def strongest(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """What goes most with satisfaction, then what else does, of one survey.

    Only what has an interval on one side of 0 is told; where nothing has, that is said.

    Parameters
    ----------
    frame
        Estimates of `driver_effect`.
    """
    if frame.empty:
        return "L'enquête ne demande pas la satisfaction, ou rien qui puisse aller avec elle."
    shown = frame[~frame["status"].isin(words.WITHHELD)]
    if shown.empty:
        n = frame["n"].max()
        found = "moins de onze" if pd.isna(n) else french.number(n)
        return (
            f"Trop peu de réponses complètes ({found}) ou de réponses différentes pour dire ce qui "
            "va avec la satisfaction."
        )
    sure = _sure(shown)
    if sure.empty:
        return (
            "Rien de ce qui est demandé ne va nettement avec la satisfaction : tous les "
            "intervalles à 95 % contiennent 0."
        )
    indicator = words.indicator_of("driver_effect", catalogue)
    told = [
        f"« {row['group_value']} » ({words.value(row, indicator)} sur 10{words.SEMICOLON}"
        f"{words.interval(row, indicator)})"
        for row in sure.to_dict("records")
    ]
    said = (
        f"L'écart de satisfaction le plus grand est mesuré pour {told[0]} : il sépare la réponse "
        "la plus haute de la plus basse, les autres réponses étant égales."
    )
    if not told[1:]:
        return said
    return f"{said} D'autres sont établis : {french.join(told[1:])}."


def caption(frame: pd.DataFrame) -> str:
    """Caption: what goes most with satisfaction, and what its chart measures."""
    sure = _sure(frame[~frame["status"].isin(words.WITHHELD)])
    what = "Points de satisfaction, sur 10, de la réponse la plus basse à la plus haute"
    if sure.empty:
        return f"{what} : aucun écart net"
    return f"{what} : l'écart le plus grand est pour « {sure['group_value'].iat[0]} »"


def _sure(frame: pd.DataFrame) -> pd.DataFrame:
    """The effects whose interval is on one side of 0, from the largest."""
    sure = frame[(frame["ci_low"] > 0) | (frame["ci_high"] < 0)]
    return sure.sort_values("estimate", key=abs, ascending=False, kind="stable")
