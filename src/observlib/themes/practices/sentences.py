"""Findings of practice sheets: how many there are, what they say to redo, what they are about."""

from __future__ import annotations

import pandas as pd

from observlib.display import french, phrases
from observlib.display.words import SEMICOLON
from observlib.practices import Practices
from observlib.themes.practices.sheet_list import sheet_list as sheet_list


def overview(frame: pd.DataFrame) -> str:
    """How many sheets are shared and where they come from, what their verdicts are.

    Parameters
    ----------
    frame
        Estimates of `practices`.

    Examples
    --------
    >>> from observlib import estimates
    >>> row = {"indicator": "practices", "period": "2026-T3", "unit": "fiches"}
    >>> frame = estimates.make(
    ...     [
    ...         {**row, "estimate": 3.0},
    ...         {**row, "group": "origin", "group_value": "Nos équipes", "estimate": 3.0},
    ...         {**row, "group": "verdict", "group_value": "à refaire", "estimate": 1.0},
    ...         {**row, "group": "verdict", "group_value": "à éviter", "estimate": 2.0},
    ...     ]
    ... )
    >>> print(overview(frame).replace("\\u202f", " ").replace("\\xa0", " "))
    3 fiches sont partagées (nos équipes : 3) ; verdicts : 1 à refaire et 2 à éviter.
    """
    total = float(frame[frame["group"] == ""]["estimate"].sum())
    if not total:
        return "Aucun retour d'expérience n'est partagé."
    sheets = french.count(total, "fiche est partagée", "fiches sont partagées")
    origins = " ; ".join(f"{name.lower()} : {n}" for name, n in _counts(frame, "origin"))
    verdicts = french.join(f"{n} {name}" for name, n in _counts(frame, "verdict"))
    return f"{sheets} ({origins}){SEMICOLON}verdicts : {verdicts}."


def lessons(practices: Practices) -> str:
    """What the sheets teach first: the latest to redo, and the latest to avoid, by their titles."""
    sentences = []
    for verdict in ("à refaire", "à éviter"):
        sheets = [sheet for sheet in practices.sheets if sheet.verdict == verdict]
        if sheets:
            latest = max(sheets, key=lambda sheet: (sheet.date, sheet.title))
            title = latest.title.replace("« ", "“").replace(" »", "”")  # quotes inside quotes
            sentences.append(f"{phrases.capital(verdict)} : « {title} ».")
    return " ".join(sentences)


def _counts(frame: pd.DataFrame, group: str) -> list[tuple[str, str]]:
    rows = frame[frame["group"] == group]
    return [
        (str(name), french.number(n))
        for name, n in zip(rows["group_value"], rows["estimate"], strict=True)
    ]
