"""Findings of weighting: what a mark would be with the population's profile, and what is not told.

A weighted figure stands beside the raw one, to check it.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.comparison.sentences import detectable
from observlib.display import french, phrases, words
from observlib.display.changes import gap, level
from observlib.estimates import REFERENCE

_RESERVATION = (
    "Ce calcul ne prouve pas que la population donnerait cette note : ceux qui répondent l'ont "
    "choisi, les usagers d'un site ne sont pas la population, et, à profil égal, ils peuvent "
    "différer de ceux qui ne répondent pas. Il vérifie la note brute et ne la remplace pas."
)
_MARGINS = {"age": "l'âge", "sex": "le sexe", "region": "la région"}
_OF = {"age": "de l'âge", "sex": "du sexe", "region": "de la région"}


def reservation(weighed: pd.DataFrame) -> str:
    """What no weighted mark proves; nothing where there is none."""
    return _RESERVATION if len(weighed) else ""


def conclusion(
    compared: pd.DataFrame, report: pd.DataFrame, everyone: pd.DataFrame, catalogue: Catalogue
) -> str:
    """What satisfaction would be with the population's profile, or why it is not told.

    Parameters
    ----------
    compared
        Pairs of `weighted.pairs` of one survey, with the results of their whole family.
    report
        Estimates of how its weights came out.
    everyone
        Estimates on all the answers of the same period, whose profile may be unknown.
    """
    if report.empty:
        return (
            "Aucune réponse ne dit l'âge, le sexe ou la région : elles ne peuvent pas être "
            "redressées."
        )
    used = [name for name in _MARGINS if name in set(report["group"])]
    own = report[report["indicator"] == "weighting_own_effect"]
    made = used or own["estimate"].notna().any()
    if not made and (report["status"] == "suppressed").any():
        return "Les réponses ne sont pas redressées (secret statistique)."
    if not made:
        n = report["n"].max()
        found = "moins de onze" if pd.isna(n) else french.number(n)
        if len(own):
            return (
                f"Les réponses ne sont pas redressées : trop peu de répondants ({found}) ont un "
                "poids et disent tout leur profil, ou ces poids ne peuvent pas leur donner celui "
                "de la population."
            )
        return (
            f"Les réponses ne sont pas redressées : trop peu de répondants ({found}) disent tout "
            "leur profil, ou aucun poids ne leur donne celui de la population."
        )
    profile = french.join(_MARGINS[name] for name in used)
    rows = estimates.records(compared[compared["indicator"] == "satisfaction_10"])
    if not rows or rows[0]["status"] in (*words.WITHHELD, "low_base"):
        weighting = f"{profile} de la population" if used else "les poids de l'enquête"
        text = f"La satisfaction ne peut pas être dite avec {weighting}."
    else:
        marks = everyone[everyone["indicator"] == "satisfaction_10"].to_dict("records")
        text = _compared(rows[0], profile, marks[0] if marks else {}, catalogue)
    if not used:
        return f"{text} Ces poids corrigent ce dont a tenu compte qui a fait l'enquête."
    start = ["Le calcul part des poids que l'enquête donne elle-même."] if len(own) else []
    return " ".join([text, *start, *_left_out(used)])


def _compared(
    row: dict[str, Any], profile: str, every: dict[Any, Any], catalogue: Catalogue
) -> str:
    indicator = words.indicator_of("satisfaction_10", catalogue)
    known = "profil" if profile else "poids"
    start = (
        f"Si les {french.number(row['n'])} répondants dont tout le profil est connu avaient "
        f"{profile} de la population, leur satisfaction serait de "
        if profile
        else f"Avec les poids de l'enquête, la satisfaction de ses {french.number(row['n'])} "
        f"répondants qui en ont un est de "
    )
    raw = row[REFERENCE + "estimate"]
    if pd.isna(raw):
        return f"{start}{words.value(row, indicator)} ({words.interval(row, indicator)})."
    finer = phrases.fine(row["estimate"], raw, indicator)
    phrase = f"{start}{words.value(row, finer)} au lieu de {words.figure(raw, finer)}"
    if every and every["status"] not in words.WITHHELD and every["n"] > row["n"]:
        mark, n = words.figure(every["estimate"], indicator), french.number(every["n"])
        phrase += f" ({mark} pour les {n} qui ont donné une note, {known} connu ou non)"
    if math.isnan(row["difference_low"]):
        return f"{phrase}, sans que l'écart ait pu être testé."
    at = level(pd.DataFrame([row]))
    moved = f"écart de {gap(row, indicator)}, intervalle à {at} entre parenthèses"
    if row["verdict"] == "stable":
        margin = french.number(indicator.matters or 0.0, indicator.decimals)
        return f"{phrase}. La note change trop peu pour compter (moins de {margin}) : {moved}."
    if row["verdict"] == "unknown":
        text = f"{moved}{words.SEMICOLON}{detectable(pd.DataFrame([row]), indicator, 'un écart')}"
        return f"{phrase}. On ne peut pas dire si le redressement change la note : {text}."
    return f"{phrase}. Le redressement change donc la note : {moved}."


def _left_out(used: list[str]) -> list[str]:
    """A sentence where a part of the profile is not in the weights."""
    names = [_OF[name] for name in _MARGINS if name not in used]
    if not names:
        return []
    return [
        f"Le calcul ne tient pas compte {french.join(names)}, que l'enquête ne demande pas ou que "
        "trop peu de réponses distinguent."
    ]


def margins(report: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption: which category the weights move most, from which share to which.

    Parameters
    ----------
    report
        The estimates of shares before and after, of one survey.
    """
    wide = report[report["status"].isin(["published", "low_base", "partial"])].pivot(
        index="group_value", columns="indicator", values="estimate"
    )
    if not {"weighting_before", "weighting_after"} <= set(wide):
        return "Profil des répondants avant et après redressement"
    moved = (wide["weighting_after"] - wide["weighting_before"]).abs()
    name = moved.idxmax()
    indicator = words.indicator_of("weighting_before", catalogue)
    before, after = (
        words.figure(wide.loc[name, column], indicator)
        for column in ("weighting_before", "weighting_after")
    )
    return f"« {name} » est la catégorie que les poids changent le plus : de {before} à {after}"


def cost(report: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption: how many respondents of equal weights would tell as much."""
    rows = report[report["indicator"] == "weighting_effective_n"]
    if rows.empty:
        return ""
    row = estimates.records(rows)[0]
    if row["status"] == "suppressed":
        return "Poids non publiés (secret statistique)"
    if row["status"] in words.WITHHELD:
        return "Aucun poids n'a pu être calculé"
    n = phrases.rounded_count(
        {**row, "estimate": row["n"]}, words.indicator_of(row["indicator"], catalogue)
    )
    return f"{n} aux poids inégaux en valent {french.number(row['estimate'])} de même poids"
