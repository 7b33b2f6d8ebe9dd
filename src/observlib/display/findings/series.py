"""Findings of months freed of season and calendar: changes of level, odd months, pace."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.display.words import SEMICOLON

STABLE = 2.0  # % a year: a pace surely within this of zero is none
_VERBS = {"rise": "augmentent", "fall": "baissent", "stable": "sont stables"}


def breaks(frame: pd.DataFrame, catalogue: Catalogue, by: str = "product") -> str:
    """Which counts changed level, when and by how much; nothing where none did.

    Parameters
    ----------
    frame
        Estimates of `level_change`, those that could not be searched for being `missing`.
    by
        What the subjects are called by: `product`, or `channel` on a product's page.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib import estimates
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "level_change", "product": "legifrance", "period": "2025-03"}
    >>> ends = {"estimate": -30.2, "ci_low": -30.9, "ci_high": -29.5, "unit": "%"}
    >>> known = load_catalogue(Path("data/catalogue"))
    >>> print(breaks(estimates.make([{**row, **ends}]), known).replace("\\xa0", " "))
    Corrigées des saisons, les visites changent de niveau : Légifrance, −30,2 % en mars 2025
    (de −30,9 à −29,5 %).
    """
    found = _shown(frame, "level_change")
    if found.empty:
        return ""
    told = [
        f"{row['name']}, {_size(row, catalogue)} {french.when(str(row['period']))} ({_ends(row)})"
        for row in phrases.named(found, catalogue, by).to_dict("records")
    ]
    return f"Corrigées des saisons, les visites changent de niveau : {SEMICOLON.join(told)}."


def searched(frame: pd.DataFrame, catalogue: Catalogue, by: str = "product") -> str:
    """The changes of level, and that there is no other: the answer that a chart shows.

    Parameters
    ----------
    frame
        The whole of what was adjusted, of the months shown.
    by
        As for `breaks`.
    """
    if told := breaks(frame, catalogue, by):
        return f"{told[:-1]}{SEMICOLON}aucune autre rupture n'est établie."
    if not _were_searched(frame):
        return "Aucune série n'est assez longue pour qu'une rupture y soit cherchée."
    return "Corrigées des saisons et du calendrier, les visites ne montrent aucune rupture établie."


def no_odd(frame: pd.DataFrame) -> str:
    """That no month stands alone, or that none could be looked for."""
    if not _were_searched(frame):
        return "Aucune série n'est assez longue pour qu'un mois atypique y soit cherché."
    return (
        "Aucun mois ne s'écarte de ce que l'on attendait de lui au-delà des variations ordinaires."
    )


def odd(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which months stand alone, and how far from what was expected of them."""
    found = _shown(frame, "outlier")
    if found.empty:
        return ""
    told = [
        f"{french.period_label(str(row['period']))} ({row['name']}, {_size(row, catalogue)})"
        for row in phrases.named(found, catalogue, "product").to_dict("records")
    ]
    return f"S'écartent de ce que l'on attendait : {french.join(told)}."


def short(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which series could not be adjusted, or not searched for changes, and why."""
    said = []
    for indicator, what in (
        (f"{_measure(frame)}_adjusted", "Visites non corrigées"),
        ("level_change", "Ni rupture ni mois atypique cherchés"),
        ("pace", "Rythme non estimé"),
    ):
        rows = phrases.named(_missing(frame, indicator), catalogue, "product")
        told = [
            f"{french.join(same['name'])} ({reason})"
            for reason, same in rows.groupby("group_value", sort=False)
        ]
        if told:
            said.append(f"{what} : {SEMICOLON.join(told)}.")
    return " ".join(said)


def verdict(row: dict[str, Any]) -> str:
    """What a pace says: `rise`, `fall`, `stable` or `unknown`.

    Stable where the whole interval is within 2 % a year of zero; a rise or a fall where the
    interval is on one side of zero; else nothing can be concluded.

    Examples
    --------
    >>> ends = [(0.4, 1.7), (0.4, 4.0), (-3.0, -1.0), (-3.0, 4.0)]
    >>> [verdict({"ci_low": low, "ci_high": high}) for low, high in ends]
    ['stable', 'rise', 'fall', 'unknown']
    """
    low, high = float(row["ci_low"]), float(row["ci_high"])
    if low >= -STABLE and high <= STABLE:
        return "stable"
    if low > 0:
        return "rise"
    return "fall" if high < 0 else "unknown"


def paces(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """At which pace counts rise or fall once season and calendar are out, by rule."""
    found = phrases.named(_shown(frame, "pace"), catalogue, "product")
    records = found.sort_values("estimate", ascending=False, kind="stable").to_dict("records")
    told: dict[str, list[str]] = {}
    for row in records:
        said_of = verdict(row)
        size = "" if said_of == "unknown" else f" ({_size(row, catalogue)})"
        told.setdefault(said_of, []).append(f"{row['name']}{size}")
    clauses = [
        f"{verb} pour {french.join(told[name])}" for name, verb in _VERBS.items() if name in told
    ]
    said = []
    if clauses:
        said.append(
            "Au rythme annuel des deux dernières années au plus, les visites corrigées "
            f"{SEMICOLON.join(clauses)}."
        )
    if "unknown" in told:
        said.append(f"Rien ne peut être conclu pour {french.join(told['unknown'])}.")
    return " ".join(said)


def _were_searched(frame: pd.DataFrame) -> bool:
    """Whether changes were looked for in some series."""
    adjusted = _shown(frame, f"{_measure(frame)}_adjusted")
    return bool(set(adjusted["device"]) - set(_missing(frame, "level_change")["device"]))


def _measure(frame: pd.DataFrame) -> str:
    """The count that a frame of `adjusted` is about."""
    names = frame.loc[frame["indicator"].str.endswith("_adjusted"), "indicator"]
    return str(names.iat[0]).removesuffix("_adjusted") if len(names) else "visits"


def _shown(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    rows = frame[(frame["indicator"] == indicator) & (frame["status"] == "published")]
    return rows.sort_values("period", kind="stable")


def _missing(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return frame[(frame["indicator"] == indicator) & (frame["group"] == "reason")]


def _size(row: dict[str, Any], catalogue: Catalogue) -> str:
    return words.value(row, words.indicator_of(str(row["indicator"]), catalogue))


def _ends(row: dict[str, Any]) -> str:
    low, high = french.signed(row["ci_low"], 1), french.percent(row["ci_high"], 1, sign=True)
    return f"de {low} à {high}"
