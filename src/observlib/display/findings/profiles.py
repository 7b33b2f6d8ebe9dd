"""Findings of profiles: who answers, who is missing, and what that does not say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.display.words import SEMICOLON

RESERVATION = (
    "Ces profils sont ceux des répondants d'un dispositif, qui ont choisi de répondre : ils ne "
    "sont ni ceux de tous les usagers du produit, ni comparables à eux."
)
_GROUPED = "Autres"  # how the row of several small categories begins
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


def underrepresented(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Who is less present among respondents than in the population, by device.

    A category is told where its whole 95 % interval is below the population's share, and not one
    of several that were grouped because they are few.

    Parameters
    ----------
    frame
        Estimates of `representation`.
    """
    indicator = words.indicator_of("representation", catalogue)
    shown = frame[(frame["status"] == "published") & frame["ci_high"].notna()]
    if shown.empty:
        return "Aucun profil ne peut être rapporté à la population."
    lines = []
    for device, rows in shown.groupby("device", sort=False):
        low = rows[(rows["ci_high"] < 1) & ~rows["group_value"].str.startswith(_GROUPED)]
        low = low.sort_values("estimate", kind="stable")
        name = words.label({"device": device}, "device", catalogue)
        said = [
            f"« {row['group_value']} » ({words.value(row, indicator)}{SEMICOLON}"
            f"{words.interval(row, indicator)})"
            for row in low.to_dict("records")
        ]
        lines.append(
            f"**{name}** : moins présents que dans la population, {french.join(said)}."
            if said
            else f"**{name}** : aucune catégorie n'est nettement moins présente que dans la "
            "population."
        )
    return "\n\n".join(lines)


def most_absent(frame: pd.DataFrame, catalogue: Catalogue, variable: str = "age") -> str:
    """Which category of a variable each device hears least, against the population.

    Categories that are grouped for want of respondents are not named. Nothing is said where no
    device asks.

    Parameters
    ----------
    frame
        Estimates of `representation`.
    """
    indicator = words.indicator_of("representation", catalogue)
    asked = frame[frame["group"] == variable]
    shown = asked[(asked["status"] == "published") & asked["ci_high"].notna()]
    if asked.empty:
        return ""
    what = _OF.get(variable, variable)
    if shown.empty:
        return f"Pour {what}, trop peu de réponses pour une comparaison avec la population."
    rows = shown[(shown["ci_high"] < 1) & ~shown["group_value"].str.startswith(_GROUPED)]
    if rows.empty:
        return f"Pour {what}, aucune catégorie n'est nettement moins entendue que sa part."
    least = rows.sort_values("estimate", kind="stable").drop_duplicates("device")
    told = [
        f"« {row['group_value']} » ({words.label(row, 'device', catalogue)} : "
        f"{words.value(row, indicator)} fois sa part dans la population)"
        for row in least.to_dict("records")
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
