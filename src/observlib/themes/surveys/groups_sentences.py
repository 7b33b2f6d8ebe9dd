"""Sentences on the marks of categories of people beside those of all others.

A verdict is never made here: see `comparison.sentences`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.comparison.sentences import and_detectable, value_against, why_untested
from observlib.display import french
from observlib.display.words import SEMICOLON

_PLACES = {"rise": "plus haute", "fall": "plus basse"}


def categories(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which ages or sexes are more satisfied than all others, or less, and what cannot be told.

    Parameters
    ----------
    compared
        Pairs of `groups.pairs` of one survey, with the results of their whole family.
    """
    if compared.empty:
        return ""
    clauses = []
    for place, rows in _placed(compared):
        named = [f"« {row['group_value']} » ({value_against(row, catalogue)})" for row in rows]
        clauses.append(f"{place} pour {french.join(named)}")
    alike = compared.loc[compared["verdict"] == "stable", "group_value"]
    if len(alike):
        clauses.append(f"équivalente pour {french.join(f'« {name} »' for name in alike)}")
    least = and_detectable(compared, catalogue)
    if not clauses and not least:
        why = why_untested(compared)
        return f"Les catégories de répondants ne peuvent pas être comparées entre elles ({why})."
    if not clauses:
        return (
            "On ne peut dire d'aucune catégorie de répondants que sa satisfaction diffère de celle "
            f"des autres{least}."
        )
    text = f"Par rapport aux autres répondants, la satisfaction est {SEMICOLON.join(clauses)}."
    return f"{text} Ailleurs, on ne peut pas conclure{least}." if least else text


def caption(compared: pd.DataFrame) -> str:
    """Caption of categories' marks: those that differ from the others, where that is established.

    They are not ranked: only their differences to the others are tested.
    """
    parts = [
        f"{place} pour {french.join('« ' + row['group_value'] + ' »' for row in rows)}"
        for place, rows in _placed(compared)
    ]
    text = SEMICOLON.join(parts) or "aucun écart établi"
    return f"Satisfaction par rapport à celle des autres répondants : {text}"


def _placed(compared: pd.DataFrame) -> Iterator[tuple[str, list[dict[Any, Any]]]]:
    """The categories above the others, then those below, where some are established."""
    for verdict, place in _PLACES.items():
        rows = compared[compared["verdict"] == verdict]
        if len(rows):
            yield place, rows.to_dict("records")
