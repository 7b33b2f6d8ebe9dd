"""Findings of values beside others of the same moment: products, categories, answers.

A verdict is never made here: see `findings.changes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.display.changes import REASONS
from observlib.display.findings.changes import visible
from observlib.display.words import SEMICOLON
from observlib.estimates import REFERENCE

_PLACES = {"rise": "plus haute", "fall": "plus basse"}


def above(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which product is above which, where that is established.

    Parameters
    ----------
    compared
        Pairs of `changes.products` of one indicator, with the results of their whole family: the
        higher value is first, so that none falls.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "satisfaction_10", "unit": "sur 10", "product": "service-public"}
    >>> row |= {"estimate": 7.9, "reference_product": "legifrance", "reference_estimate": 6.4}
    >>> row |= {"status": "published", "verdict": "rise"}
    >>> said = above(pd.DataFrame([row]), load_catalogue(Path("data/catalogue")))
    >>> said.replace("\\xa0", " ")
    'Service-public.fr est au-dessus de Légifrance (7,9 contre 6,4 sur 10).'
    """
    clauses = [
        f"{catalogue.label(row['product'])} est au-dessus de "
        f"{catalogue.label(row[REFERENCE + 'product'])} ({_against(row, catalogue)})"
        for row in compared[compared["verdict"] == "rise"].to_dict("records")
    ]
    return f"{SEMICOLON.join(clauses)}." if clauses else ""


def products(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which product is above which, which are equivalent, and where one cannot tell.

    Parameters
    ----------
    compared
        Those of `above`.
    """
    if compared.empty:
        return ""
    indicator = words.indicator_of(compared["indicator"].iat[0], catalogue)
    said = [above(compared, catalogue)]
    for row in compared[compared["verdict"] == "stable"].to_dict("records"):
        two = french.join(catalogue.label(row[side + "product"]) for side in ("", REFERENCE))
        said.append(f"{two} sont équivalents ({_against(row, catalogue)}).")
    unknown = compared[(compared["verdict"] == "unknown") & (compared["reason"] == "precision")]
    if len(unknown):
        least = visible(unknown, indicator, "un écart")
        couples = french.count(len(unknown), "couple de produits", "couples de produits")
        said.append(f"Pour {couples}, on ne peut pas conclure : {least}.")
    told = " ".join(sentence for sentence in said if sentence)
    return told or f"Les produits ne peuvent pas être comparés entre eux ({_why(compared)})."


def categories(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which ages or sexes are more satisfied than all others, or less, and what cannot be told.

    Parameters
    ----------
    compared
        Pairs of `groups.pairs` of one survey, with the results of their whole family.
    """
    if compared.empty:
        return ""
    indicator = words.indicator_of(compared["indicator"].iat[0], catalogue)
    clauses = []
    for place, rows in _placed(compared):
        named = [f"« {row['group_value']} » ({_against(row, catalogue)})" for row in rows]
        clauses.append(f"{place} pour {french.join(named)}")
    alike = compared.loc[compared["verdict"] == "stable", "group_value"]
    if len(alike):
        clauses.append(f"équivalente pour {french.join(f'« {name} »' for name in alike)}")
    unknown = compared[(compared["verdict"] == "unknown") & (compared["reason"] == "precision")]
    if not clauses and unknown.empty:
        why = _why(compared)
        return f"Les catégories de répondants ne peuvent pas être comparées entre elles ({why})."
    least = f" : {visible(unknown, indicator, 'un écart')}" if len(unknown) else ""
    if not clauses:
        return (
            "On ne peut dire d'aucune catégorie de répondants que sa satisfaction diffère de celle "
            f"des autres{least}."
        )
    said = f"Par rapport aux autres répondants, la satisfaction est {SEMICOLON.join(clauses)}."
    return f"{said} Ailleurs, on ne peut pas conclure{least}." if least else said


def caption(compared: pd.DataFrame) -> str:
    """Caption of categories' marks: those that differ from the others, where that is established.

    They are not ranked: only their differences to the others are tested.
    """
    told = [
        f"{place} pour {french.join('« ' + row['group_value'] + ' »' for row in rows)}"
        for place, rows in _placed(compared)
    ]
    said = SEMICOLON.join(told) or "aucun écart établi"
    return f"Satisfaction par rapport à celle des autres répondants : {said}"


def undecided(pair: pd.DataFrame, second: str, catalogue: Catalogue, which: str) -> str:
    """What ends a sentence that names two answers, where the first is not said to lead.

    Parameters
    ----------
    pair
        The row of `leading.pairs`, with the results of its whole family; none where nothing could
        be tested.
    second
        The answer that the sentence names beside the first.
    which
        What cannot be told, such as "lequel l'est le plus".
    """
    said = f", sans qu'on puisse dire {which}"
    small = pair[(pair["verdict"] == "stable") & (pair[REFERENCE + "group_value"] == second)]
    if len(small):
        return f"{said} : l'écart est trop petit pour compter"
    unsure = pair[pair["reason"] == "precision"]
    if unsure.empty:
        return said
    indicator = words.indicator_of(unsure["indicator"].iat[0], catalogue)
    return f"{said} : {visible(unsure, indicator, 'un écart')}"


def _placed(compared: pd.DataFrame) -> Iterator[tuple[str, list[dict[Any, Any]]]]:
    """The categories above the others, then those below, where some are established."""
    for verdict, place in _PLACES.items():
        rows = compared[compared["verdict"] == verdict]
        if len(rows):
            yield place, rows.to_dict("records")


def _against(row: dict[Any, Any], catalogue: Catalogue) -> str:
    """A value against another, with as many decimals as tell them apart."""
    indicator = words.indicator_of(row["indicator"], catalogue)
    finer = phrases.fine(row["estimate"], row[REFERENCE + "estimate"], indicator)
    other = words.value({**row, "estimate": row[REFERENCE + "estimate"]}, finer)
    return f"{words.figure(row['estimate'], finer)} contre {other}"


def _why(compared: pd.DataFrame) -> str:
    return french.join(dict.fromkeys(REASONS[reason] for reason in compared["reason"]))
