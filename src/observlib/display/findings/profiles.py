"""Findings of profiles: who answers, who is missing, and what that does not say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.display.words import SEMICOLON
from observlib.estimates import REFERENCE

RESERVATION = (
    "Ces profils sont ceux des répondants d'un dispositif, qui ont choisi de répondre : ils ne "
    "sont ni ceux de tous les usagers du produit, ni comparables à eux."
)
_OF = {
    "age": "l'âge",
    "sex": "le sexe",
    "region": "la région",
    "status": "la situation",
    "autonomy": "l'aisance en ligne",
}


def respondents(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The most frequent category of each variable, one line a device.

    Parameters
    ----------
    frame
        Estimates of `profile_share`.
    """
    indicator = words.indicator_of("profile_share", catalogue)
    lines = []
    for _, rows in frame.groupby("device", sort=False):
        first: dict[str, Any] = rows.iloc[0].to_dict()
        told = []
        for variable, parts in rows.groupby("group", sort=False):
            shown = parts[parts["status"] == "published"]
            name = _OF.get(str(variable), str(variable))
            if len(shown):
                most: dict[str, Any] = shown.loc[shown["estimate"].idxmax()].to_dict()
                share = words.value(most, indicator)
                base = french.count(most["n"], "réponse", "réponses")
                told.append(f"pour {name}, « {most['group_value']} » ({share} ; {base})")
            elif (parts["status"] == "suppressed").any():
                told.append(f"pour {name}, trop peu de réponses pour distinguer des catégories")
            else:
                told.append(f"pour {name}, trop peu de réponses ou une période incomplète")
        said = SEMICOLON.join(told)
        period = french.period_label(first["period"])
        name = words.label(first, "device", catalogue)
        lines.append(f"**{name}** ({period}). Catégorie la plus fréquente {said}.")
    return "\n\n".join(lines)


def underrepresented(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Who is less present among respondents than in the population, by device.

    Parameters
    ----------
    compared
        Shares of respondents beside those of the population, and the results of the whole study.
    """
    tested = compared[compared["p_value"].notna()]
    if tested.empty:
        return "Aucun profil ne peut être rapporté à la population."
    lines = []
    for device, rows in tested.groupby("device", sort=False):
        low = rows[rows["verdict"] == "fall"].sort_values("difference", kind="stable")
        name = words.label({"device": device}, "device", catalogue)
        said = [f"« {row['group_value']} » ({_beside(row, catalogue)})" for row in _records(low)]
        hidden = _hidden(compared[compared["device"] == device])
        line = (
            f"**{name}** : moins présents que dans la population, {french.join(said)}."
            if said
            else f"**{name}** : l'écart n'est établi pour aucune catégorie"
            f"{' assez nombreuse pour être montrée' if hidden else ''}."
        )
        if unsure := int((rows["verdict"] == "unknown").sum()):
            pairs = french.count(unsure, "catégorie", "catégories")
            line += f" Pour {pairs}, on ne peut pas conclure."
        if hidden:
            line += (
                " Celles de moins de onze répondants ne peuvent pas être testées : elles sont "
                "peut-être les moins entendues."
            )
        lines.append(line)
    return "\n\n".join(lines)


def _hidden(compared: pd.DataFrame) -> bool:
    """Whether some category has too few respondents to be shown, and so to be tested."""
    return bool((compared["reason"] == "suppressed").any())


def most_absent(compared: pd.DataFrame, catalogue: Catalogue, variable: str = "age") -> str:
    """Which category of a variable each device hears least, against the population.

    Nothing is said where no device asks.

    Parameters
    ----------
    compared
        That of `underrepresented`.
    """
    asked = compared[compared["group"] == variable]
    tested = asked[asked["p_value"].notna()]
    if asked.empty:
        return ""
    what = _OF.get(variable, variable)
    if tested.empty:
        return f"Pour {what}, trop peu de réponses pour une comparaison avec la population."
    rows = tested[tested["verdict"] == "fall"]
    if rows.empty:
        shown = " assez nombreuse pour être montrée" if _hidden(asked) else ""
        return (
            f"Pour {what}, l'écart à la population n'est établi pour aucune catégorie{shown}, "
            "compte tenu de toutes celles qui sont testées."
        )
    least = rows.sort_values("difference", kind="stable").drop_duplicates("device")
    told = [
        f"« {row['group_value']} » ({words.label(row, 'device', catalogue)} : "
        f"{_beside(row, catalogue)})"
        for row in _records(least)
    ]
    return f"Pour {what}, la catégorie la moins entendue est {french.join(told)}."


def category(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption: from which to which device the ratio of one category goes.

    Parameters
    ----------
    frame
        Estimates of `representation` of one category, one a device.
    """
    shown = frame[frame["status"] == "published"].sort_values("estimate", kind="stable")
    if shown.empty:
        return "Trop peu de réponses pour rapporter la catégorie à la population."
    indicator = words.indicator_of("representation", catalogue)
    name = shown["group_value"].iat[0]
    ends = [
        f"{words.value(row, indicator)} ({words.label(row, 'device', catalogue)})"
        for row in shown.iloc[[0, -1]].to_dict("records")
    ]
    if len(shown) == 1:
        return f"{name} : {ends[0]}, pour 1 dans la population."
    return f"{name} : de {ends[0]} à {ends[1]}, pour 1 dans la population."


def heard(frame: pd.DataFrame, catalogue: Catalogue) -> str:
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


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
