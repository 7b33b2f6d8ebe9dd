"""Findings of actions: what followed each, and what that cannot prove."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from observlib.actions import (
    BEFORE_AFTER,
    COMPARABLE,
    CONTROLLED,
    SEEN,
    Action,
    Expected,
    subject,
)
from observlib.catalogue import Catalogue
from observlib.display import french, words
from observlib.display.output import Output, text
from observlib.display.words import SEMICOLON
from observlib.series.interrupted import NEEDED

CAUTION = (
    "Une évolution au même moment n'est pas une preuve : une autre cause, survenue le même mois, "
    "aurait le même effet. Les produits comparables n'écartent que ce qui les touche aussi. "
    "Inversement, une évolution qui n'est pas établie peut exister, trop petite pour être vue."
)
_BEFORE, _AFTER, _ = NEEDED
_VERDICTS = {
    "established": "Évolution établie, dans le sens attendu",
    "contrary": "Évolution établie, en sens contraire de ce qui était attendu",
    "shared": "Évolution qui n'est pas établie face aux produits comparables",
    "alone": "Évolution mesurée sans les produits comparables, donc pas établie",
    "none": "Aucune évolution n'est établie",
    "early": "Trop tôt pour conclure",
    "short": "Passé trop court pour conclure",
    "seasons": "Trop peu de mois de chaque saison pour conclure",
}
_TOLD = {
    "established": "une évolution est établie, dans le sens attendu,",
    "contrary": "une évolution est établie, en sens contraire,",
    "shared": "l'évolution n'est pas établie face aux produits comparables",
    "alone": "l'évolution n'a pas pu être comparée à celle des produits comparables",
    "none": "aucune évolution n'est établie",
    "early": "il est trop tôt pour conclure",
    "short": "le passé est trop court pour conclure",
    "seasons": "les mois sont trop peu nombreux pour conclure",
}
_WAYS = {"up": "une hausse", "down": "une baisse"}


class _Followed(NamedTuple):
    title: str
    action: Action
    expected: Expected
    rows: dict[str, dict[str, Any]]  # of `action_effect`, by comparison
    months: dict[str, float]  # of `action_months`


def overview(frame: pd.DataFrame, actions: Sequence[Action], catalogue: Catalogue) -> str:
    """How many actions are followed, what is established of each, and that it is no proof.

    Parameters
    ----------
    frame
        Estimates of `action_effect` and `action_months`.
    actions
        Those that the estimates are of, or more.
    """
    followed = _followed(frame, actions, catalogue)
    if not followed:
        none = "Aucune action n'est suivie."
        return f"{none} {unfollowed(frame, actions, catalogue)}".strip()
    told: dict[str, list[str]] = {}
    for one in followed:
        size = ""
        if (verdict := _verdict(one)) in ("established", "contrary"):
            size = f", {_value(_main(one), catalogue)}"
        told.setdefault(verdict, []).append(f"« {one.title} » ({_product(one, catalogue)}{size})")
    clauses = [
        f"{_TOLD[verdict]} après {french.join(told[verdict])}"
        for verdict in _TOLD
        if verdict in told
    ]
    count = french.count(len(followed), "action est suivie", "actions sont suivies")
    return (
        f"{count} : {SEMICOLON.join(clauses)}. Une évolution au même moment n'est pas une preuve."
    )


def each(frame: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue) -> Output:
    """What was done, when, and what followed, action by action."""
    said = []
    for one in _followed(frame, actions, catalogue):
        day = french.day_label(one.action.date)
        wanted = catalogue.indicators[one.expected.indicator].label.lower()
        said.append(
            f"**{one.title}** ({_product(one, catalogue)}, {day}). {one.action.done}\n\n"
            f"Attendu : {_WAYS[one.expected.direction]} ({wanted}). {_sentence(one, catalogue)}"
        )
    return text("\n\n".join(said) or "Aucune action n'est suivie.", frame)


def table_columns(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The effects by the comparison that heads their column, for `dashboard`."""
    rows = frame[frame["indicator"] == "action_effect"]
    return {
        name: rows[rows["group_value"] == name] for name in (BEFORE_AFTER, COMPARABLE, CONTROLLED)
    }


def courses(frame: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is seen, and what was expected without the action, of series in one unit."""
    rows = frame[(frame["indicator"] == "action_course") & (frame["unit"] == unit)]
    seen = rows["group_value"] == SEEN
    return rows[seen], rows[~seen]


def unfollowed(frame: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue) -> str:
    """Which actions have no monthly series of what they were to move, and so are not followed."""
    known = set(frame["group"])
    told = [
        f"« {action.title} » ({catalogue.indicators[expected.indicator].label.lower()})"
        for action in actions
        for expected in action.expected
        if subject(action, expected, catalogue) not in known
    ]
    if not told:
        return ""
    return (
        f"Faute de suite mensuelle de ce qu'on en attendait, rien n'est dit de {french.join(told)}."
    )


def _followed(
    frame: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue
) -> list[_Followed]:
    effects = frame[frame["indicator"] == "action_effect"]
    months = frame[frame["indicator"] == "action_months"]
    found = []
    for action in actions:
        for expected in action.expected:
            title = subject(action, expected, catalogue)
            rows = effects[effects["group"] == title].to_dict("records")
            if rows:
                counted = months[months["group"] == title]
                numbers = dict(zip(counted["group_value"], counted["estimate"], strict=True))
                by_comparison = {str(row["group_value"]): row for row in rows}
                found.append(_Followed(title, action, expected, by_comparison, numbers))
    return found


def _main(one: _Followed) -> dict[str, Any]:
    """The comparison that decides: with comparable products where there is one."""
    controlled = one.rows.get(CONTROLLED)
    if controlled is not None and controlled["status"] == "published":
        return controlled
    return one.rows[BEFORE_AFTER]


def _clear(row: dict[str, Any]) -> bool:
    return bool(row["status"] == "published" and (row["ci_low"] > 0 or row["ci_high"] < 0))


def _verdict(one: _Followed) -> str:
    main = _main(one)
    if main["status"] != "published":
        name = main["group_value"]
        if one.months[f"{name}, après"] < _AFTER:
            return "early"
        return "short" if one.months[f"{name}, avant"] < _BEFORE else "seasons"
    if not _clear(main):
        return "shared" if _clear(one.rows[BEFORE_AFTER]) else "none"
    if one.action.controls and main is one.rows[BEFORE_AFTER]:
        return "alone"
    return (
        "established" if (main["estimate"] > 0) == (one.expected.direction == "up") else "contrary"
    )


def _sentence(one: _Followed, catalogue: Catalogue) -> str:
    verdict, main = _verdict(one), _main(one)
    name = str(main["group_value"])
    before, after = (one.months[f"{name}, {side}"] for side in ("avant", "après"))
    counted = f"{french.count(before, 'mois', 'mois')} avant l'action, {french.number(after)} après"
    if main["status"] != "published":
        asked = f"il en faut au moins {_BEFORE} avant et {_AFTER} après"
        if verdict == "seasons":
            asked += ", et deux de chaque mois de l'année"
        return f"**{_VERDICTS[verdict]}** : {counted}{SEMICOLON}{asked}."
    told = [_with_ends(main, catalogue)]
    if main is not one.rows[BEFORE_AFTER]:
        told.append(_with_ends(one.rows[BEFORE_AFTER], catalogue))
    said = f"**{_VERDICTS[verdict]}** : {SEMICOLON.join(told)}. Mois comparés : {counted}."
    others = one.rows.get(COMPARABLE)
    if others is not None and _clear(others):
        said += f" Les produits comparables ont eux aussi évolué : {_with_ends(others, catalogue)}."
    if verdict == "alone":
        said += " Les produits comparables n'ont pas de suite assez longue de ce que l'on mesure."
    if verdict in ("none", "shared"):
        half = (float(main["ci_high"]) - float(main["ci_low"])) / 2
        unit = "%" if main["unit"] == "%" else french.plural(half, "point", "points")
        said += (
            f" Une évolution plus petite que {french.number(half, 1)}\xa0{unit} environ ne se "
            "distinguerait pas des variations ordinaires."
        )
    return said


def _value(row: dict[str, Any], catalogue: Catalogue) -> str:
    return words.value(row, words.indicator_of("action_effect", catalogue))


def _with_ends(row: dict[str, Any], catalogue: Catalogue) -> str:
    end = "\xa0%" if row["unit"] == "%" else ""
    low, high = french.signed(row["ci_low"], 1), french.signed(row["ci_high"], 1)
    return (
        f"{_value(row, catalogue)} {str(row['group_value']).lower()} "
        f"(intervalle à 95\xa0% : {low} à {high}{end})"
    )


def _product(one: _Followed, catalogue: Catalogue) -> str:
    return catalogue.label(one.action.product)
