"""Findings of profiles: who answers, who is missing, and what that does not say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.comparison.sentences import and_detectable, inconclusive
from observlib.confidentiality.grouping import GROUPED
from observlib.display import french, phrases, words
from observlib.display.prose import Markdown, joined, markdown
from observlib.display.words import SEMICOLON
from observlib.estimates import REFERENCE
from observlib.sentences import value_of

_RESERVATION = (
    "Ces profils sont ceux des répondants d'un dispositif, qui ont choisi de répondre : ils ne "
    "sont ni ceux de tous les usagers du produit, ni comparables à eux."
)
_PLACES = {"fall": "moins présents", "rise": "plus présents"}
_OF = {
    "age": "l'âge",
    "sex": "le sexe",
    "region": "la région",
    "status": "la situation",
    "autonomy": "l'aisance en ligne",
}


def reservation(shares: pd.DataFrame) -> str:
    """Whose profiles these are, and whose they are not; nothing where none is told."""
    return _RESERVATION if len(shares) else ""


def respondents(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """The most frequent category of each variable, one paragraph a device, where one is.

    Parameters
    ----------
    frame
        Estimates of `profile_share`.
    compared
        Pairs of `leading_answer.pairs`, with the results of their whole family.
    """
    indicator = words.indicator_of("profile_share", catalogue)
    lines = []
    for device, rows in frame.groupby("device", sort=False):
        first: dict[str, Any] = rows.iloc[0].to_dict()
        sure, unsure, thin = [], [], []
        own = compared[compared["device"] == device]
        for variable, parts in rows.groupby("group", sort=False):
            name = _OF.get(str(variable), str(variable))
            shown = parts[(parts["status"] == "published") & ~parts["group_value"].isin(GROUPED)]
            ranked = estimates.records(
                shown.sort_values("estimate", ascending=False, kind="stable")
            )
            verdict = own.loc[own["group"] == variable, "verdict"]
            if len(ranked) < 2:
                why = "trop peu de réponses pour distinguer des catégories"
                if not (parts["status"] == "suppressed").any() and not ranked:
                    why = "trop peu de réponses ou une période incomplète"
                thin.append(f"pour {name}, {why}")
                continue
            clauses = [(f"« {row['group_value']} »", value_of(row, catalogue)) for row in ranked]
            base = words.base_text(ranked[0]["n"], indicator)
            if (verdict == "rise").any():
                sure.append(f"pour {name}, {clauses[0][0]} ({clauses[0][1]}{SEMICOLON}{base})")
            else:
                two = french.join(map(" à ".join, clauses[:2]))
                unsure.append(f"pour {name} ({two}{SEMICOLON}{base})")
        period = french.period_label(first["period"])
        sentences: list[str] = [
            markdown("**{}** ({}).", words.label(first, "device", catalogue), period)
        ]
        if sure:
            sentences.append(f"Catégorie la plus fréquente {SEMICOLON.join(sure)}.")
        if unsure:
            least = f"{french.join(unsure)}{and_detectable(own, catalogue)}"
            sentences.append(f"On ne peut pas dire laquelle est la plus fréquente {least}.")
        if thin:
            sentences.append(f"{phrases.capital(SEMICOLON.join(thin))}.")
        lines.append(joined(sentences, " "))
    return joined(lines, "\n\n")


def against_population(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Who is less and who is more present among respondents than in the population, by device.

    Parameters
    ----------
    compared
        Shares of respondents beside those of the population, and the results of the whole study.
    """
    tested = compared[compared["level"].notna()]
    if tested.empty:
        return "Aucun profil ne peut être rapporté à la population."
    lines = []
    for device, rows in tested.groupby("device", sort=False):
        name = words.label({"device": device}, "device", catalogue)
        clauses = []
        for verdict, place in _PLACES.items():
            apart = rows[rows["verdict"] == verdict].sort_values("difference", key=abs)
            sentences = [
                f"« {row['group_value']} » ({_beside(row, catalogue)})"
                for row in estimates.records(apart.iloc[::-1])
            ]
            if sentences:
                clauses.append(f"{place} que dans la population, {french.join(sentences)}")
        hidden = _hidden(compared[compared["device"] == device])
        apart_ = SEMICOLON.join(clauses) or (
            "l'écart n'est établi pour aucune catégorie"
            f"{' assez nombreuse pour être montrée' if hidden else ''}"
        )
        line: list[str] = [markdown("**{}** : {}.", name, apart_), *_unsure(rows, catalogue)]
        if hidden:
            line.append(
                "Celles de moins de onze répondants ne peuvent pas être testées : elles sont "
                "peut-être les moins entendues."
            )
        lines.append(joined(line, " "))
    return joined(lines, "\n\n")


def _unsure(rows: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """A sentence of the categories of which one cannot tell, and what could have been seen."""
    unsure = inconclusive(rows)
    if unsure.empty:
        return []
    pairs = french.count(len(unsure), "catégorie", "catégories")
    return [f"Pour {pairs}, on ne peut pas conclure{and_detectable(unsure, catalogue)}."]


def _hidden(compared: pd.DataFrame) -> bool:
    """Whether some category has too few respondents to be shown, and so to be tested."""
    return bool((compared["reason"] == "suppressed").any())


def gaps_by_category(compared: pd.DataFrame, catalogue: Catalogue, variable: str = "age") -> str:
    """Which categories of a variable each device hears less and more than the population has.

    Nothing is said where no device asks.

    Parameters
    ----------
    compared
        That of `against_population`.
    """
    asked = compared[compared["group"] == variable]
    tested = asked[asked["level"].notna()]
    if asked.empty:
        return ""
    what = _OF.get(variable, variable)
    if tested.empty:
        return f"Pour {what}, trop peu de réponses pour une comparaison avec la population."
    parts = []
    for device, rows in tested.groupby("device", sort=False):
        clauses = []
        for verdict, place in {"fall": "moins de", "rise": "plus de"}.items():
            names = rows.loc[rows["verdict"] == verdict, "group_value"]
            if len(names):
                clauses.append(f"{place} {french.join(f'« {name} »' for name in names)}")
        if clauses:
            name = words.label({"device": device}, "device", catalogue)
            parts.append(f"{', '.join(clauses)} ({name})")
    if parts:
        return f"Pour {what}, écarts établis avec la population : {SEMICOLON.join(parts)}."
    shown = " assez nombreuse pour être montrée" if _hidden(asked) else ""
    least = and_detectable(tested, catalogue)
    return (
        f"Pour {what}, l'écart à la population n'est établi pour aucune catégorie{shown}, "
        f"compte tenu de toutes celles qui sont testées{least}."
    )


def category(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption: from where to where the ratio of one category goes, over the devices.

    The ends are not named: no device is tested against another.

    Parameters
    ----------
    frame
        Estimates of `representation` of one category, one a device.
    """
    shown = frame[frame["status"] == "published"].sort_values("estimate", kind="stable")
    if shown.empty:
        return "Trop peu de réponses pour rapporter la catégorie à la population."
    ends = [value_of(row, catalogue) for row in estimates.records(shown.iloc[[0, -1]])]
    text = f"de {ends[0]} à {ends[1]} selon le dispositif" if ends[0] != ends[1] else ends[0]
    return f"{shown['group_value'].iat[0]} : {text}, pour 1 dans la population."


def devices_with_profiles(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """How many devices say who answers them, and when."""
    shown = frame[frame["status"] == "published"]
    if shown.empty:
        return "Aucun dispositif ne dit assez qui lui répond."
    names = [words.label({"device": d}, "device", catalogue) for d in shown["device"].unique()]
    count = french.count(len(names), "dispositif dit", "dispositifs disent")
    period = phrases.capital(french.when(shown["period"].iat[0]))
    return f"{period}, {count} qui répond : {french.join(names)}."


def _beside(row: dict[str, Any], catalogue: Catalogue) -> str:
    """A category's share of respondents, then of the population."""
    heard, known = row["estimate"], row[REFERENCE + "estimate"]
    indicator = phrases.fine(heard, known, words.indicator_of(row["indicator"], catalogue))
    shares = [words.value(share, indicator) for share in (heard, known)]
    return f"{shares[0]} des répondants, {shares[1]} de la population"
