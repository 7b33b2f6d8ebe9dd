"""Sentences on user tests: who succeeds, and what blocks.

Tests have few participants: values on a low base are told here, each with its interval and base.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.survey.small_samples import SUS_AVERAGE, sus_grade


def tests(results: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What share of tasks succeeds in the tests of a period, from the least to the most.

    Tests on a low base are told, each with its interval, only where no other was held.

    Parameters
    ----------
    results
        Estimates of user tests.
    """
    rows = _whole(results, "task_success", period)
    when = phrases.capital(french.when(period))
    if rows.empty:
        held = results[(results["period"] == period) & (results["status"] != "missing")]
        if held.empty:
            return f"{when}, aucun test n'est connu."
        return f"{when}, aucun test n'a réuni assez de participants pour être publié."
    enough = rows[rows["status"] == "published"]
    if enough.empty:
        parts = [
            f"{_said(row, catalogue)} ({_name(row, catalogue)})" for row in estimates.records(rows)
        ]
        return f"{when}, part des tâches de test réussies : {_listed(parts)}."
    aside = ", hors faibles effectifs" if len(enough) < len(rows) else ""
    known = words.indicator_of("task_success", catalogue)
    start = f"{when}{aside}, les participants aux tests réussissent"
    if len(enough) == 1:
        (only,) = estimates.records(enough)
        share = words.value(only, known)
        precision = phrases.precision(enough, known, _name(only, catalogue))
        return f"{start} {share} de leurs tâches{precision}."
    share, precision = phrases.ends(enough, known), phrases.precision(enough, known)
    return f"{start} de {share} de leurs tâches, selon le produit{precision}."


def span(results: pd.DataFrame, indicator: str, catalogue: Catalogue, period: str) -> str:
    """From what to what a result of all tasks goes, in few words for a caption.

    Those on a low base count only where there is no other.
    """
    rows = _whole(results, indicator, period)
    known = words.indicator_of(indicator, catalogue)
    start = f"{known.label}, {french.period_label(period)}"
    if rows.empty:
        return f"{start} : aucun résultat ne peut être publié"
    enough = rows[rows["status"] == "published"]
    aside = ", hors faibles effectifs" if 0 < len(enough) < len(rows) else ""
    shown = rows if enough.empty else enough
    if len(shown) == 1:
        (only,) = estimates.records(shown)
        precision = phrases.precision(shown, known, _name(only, catalogue))
        return f"{start}{aside} : {words.value(only, known)}{precision}"
    precision = phrases.precision(shown, known)
    return f"{start}{aside} : de {phrases.ends(shown, known)} selon le produit{precision}"


def scale(results: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """The usability that participants perceive, with the grade of each device's score."""
    rows = _whole(results, "sus_mean", period)
    if rows.empty:
        return "Aucun score d'utilisabilité ne repose sur assez de participants pour être publié."
    parts = [
        f"{_name(row, catalogue)}, {_said(row, catalogue)}, {grade(row)}"
        for row in estimates.records(rows)
    ]
    return (
        f"Scores du questionnaire d'utilisabilité (SUS) : {_listed(parts)}. La moyenne des études "
        f"publiées est de {SUS_AVERAGE}."
    )


def grade(row: dict[str, Any]) -> str:
    """The grade of a mean score, and those of its interval where they differ.

    Examples
    --------
    >>> grade({"estimate": 70.0, "ci_low": 66.0, "ci_high": 70.9})
    'note C'
    >>> print(grade({"estimate": 70.0, "ci_low": 62.0, "ci_high": 78.0}))
    note C (de D à B+ avec l'intervalle)
    """
    letter = sus_grade(row["estimate"])
    low, high = sus_grade(max(0.0, row["ci_low"])), sus_grade(min(100.0, row["ci_high"]))
    between = "" if low == high else f" (de {low} à {high} avec l'intervalle)"
    return f"note {letter}{between}"


def blocking(results: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How many problems of the highest severity, blocking or else major, and one of them.

    Parameters
    ----------
    results
        Estimates of user tests. The problem that most of a test's participants met is named, and
        not said to be more frequent than others, which no test tells.
    """
    rows = results[(results["indicator"] == "problem_share") & (results["period"] == period)]
    rows = rows[rows["estimate"].notna()].sort_values("estimate", ascending=False, kind="stable")
    for severity in ("bloquant", "majeur"):
        found = estimates.records(rows[rows["group_value"].str.endswith(f"({severity})")])
        if not found:
            continue
        label = found[0]["group_value"].rpartition(" (")[0]
        named = f"« {label} », sur {_name(found[0], catalogue)} : {_said(found[0], catalogue)}."
        if len(found) == 1:
            return f"Un problème {severity} est relevé, {named}"
        many = {"bloquant": "bloquants", "majeur": "majeurs"}[severity]
        return f"{french.number(len(found))} problèmes {many} sont relevés, dont {named}"
    return ""


def withheld(now: pd.DataFrame, year: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which tests of a period had too few participants, and whether a year gathers enough.

    Parameters
    ----------
    now, year
        Estimates of user tests, of the period and of the year that ends with it.
    """
    rows = now[(now["indicator"] == "test_participants") & (now["period"] == period)]
    few = rows[rows["status"] == "suppressed"]
    if few.empty:
        return ""
    names = french.join(words.label(row, "device", catalogue) for row in estimates.records(few))
    text = (
        f"{names} : moins de onze participants {french.when(period)}. Un test aussi petit aide "
        "l'équipe à voir ce qui bloque ; ses résultats ne sont pas publiés, pour que personne ne "
        "puisse y être reconnu."
    )
    enough = year[(year["indicator"] == "test_participants") & year["estimate"].notna()]
    if set(few["device"]) <= set(enough["device"]):
        text += " Les tests d'une année, réunis, le sont plus bas."
    return text


def _whole(results: pd.DataFrame, indicator: str, period: str) -> pd.DataFrame:
    """The values of an indicator that are of all tasks of a device."""
    rows = results[(results["indicator"] == indicator) & (results["period"] == period)]
    return rows[(rows["group"] == "") & rows["estimate"].notna()]


def _name(row: dict[str, Any], catalogue: Catalogue) -> str:
    return words.label(row, "product", catalogue)


def _said(row: dict[str, Any], catalogue: Catalogue) -> str:
    return words.sentence(row, catalogue)


def _listed(parts: list[str]) -> str:
    """Clauses that hold brackets and commas, set apart by semicolons."""
    return words.SEMICOLON.join(parts)
