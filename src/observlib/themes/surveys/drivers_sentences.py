"""Findings of what goes with satisfaction, the other answers being alike."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.comparison.sentences import and_detectable, inconclusive
from observlib.display import french, words

_CAUTION = (
    "Aller ensemble n'est pas causer : un usager satisfait peut juger plus clair le même site, et "
    "une raison qui n'est pas demandée peut expliquer les deux réponses."
)


def established(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """What goes with satisfaction, of one survey.

    Only what is established is told, by the tests of the whole study; then what may go with it
    and could not be seen, or does not matter. Effects are not ranked: none is tested against
    another.

    Parameters
    ----------
    frame
        Estimates of `driver_effect`.
    compared
        The same beside 0 (`pairs.with_nothing`), with the results of their whole family.
    """
    if frame.empty:
        return "L'enquête ne demande pas la satisfaction, ou rien qui puisse aller avec elle."
    shown = frame[~frame["status"].isin(words.WITHHELD)]
    if shown.empty and (frame["status"] == "suppressed").any():
        return "Ce qui va avec la satisfaction n'est pas publié (secret statistique)."
    if shown.empty:
        n = frame["n"].max()
        found = "moins de onze" if pd.isna(n) else french.number(n)
        return (
            f"Trop peu de réponses complètes ({found}) ou de réponses différentes pour dire ce qui "
            "va avec la satisfaction."
        )
    indicator = words.indicator_of("driver_effect", catalogue)
    parts = [
        f"« {row['group_value']} » ({words.value(row, indicator)} sur 10{words.SEMICOLON}"
        f"{words.interval(row, indicator)})"
        for row in _established(compared).to_dict("records")
    ]
    sentences = ["Rien de ce qui est demandé ne va de façon établie avec la satisfaction."]
    if parts:
        sentences = [
            f"Écarts de satisfaction établis entre la réponse la plus haute et la plus basse, les "
            f"autres réponses étant égales : {french.join(parts)}."
        ]
    alike = compared.loc[compared["verdict"] == "stable", "group_value"]
    if len(alike):
        named = french.join(f"« {name} »" for name in alike)
        sentences.append(f"L'écart est trop petit pour compter pour {named}.")
    unknown = inconclusive(compared)
    if len(unknown):
        named = french.join(f"« {name} »" for name in unknown["group_value"])
        least = f"compte tenu de tout ce que l'étude compare{and_detectable(unknown, catalogue)}"
        sentences.append(f"On ne peut pas conclure pour {named}, {least}.")
    return " ".join(sentences)


def caution(effects: pd.DataFrame) -> str:
    """That going together is no cause; nothing where no effect is told."""
    return _CAUTION if len(effects) else ""


def caption(frame: pd.DataFrame, compared: pd.DataFrame) -> str:
    """Caption: what goes with satisfaction, and what its chart measures.

    Parameters
    ----------
    frame, compared
        Those of `established`.
    """
    what = "Points de satisfaction, sur 10, de la réponse la plus basse à la plus haute"
    if frame.empty or frame["status"].isin(words.WITHHELD).all():
        return what
    sure = _established(compared)
    if sure.empty:
        return f"{what} : aucun écart établi"
    named = french.join(f"« {name} »" for name in sure["group_value"])
    return f"{what}, écarts établis : {named}"


def _established(compared: pd.DataFrame) -> pd.DataFrame:
    """The effects that are established, from the largest."""
    sure = compared[compared["verdict"].isin(["rise", "fall"])]
    return sure.sort_values("estimate", key=abs, ascending=False, kind="stable")
