"""Findings of actions: what followed each, and what that cannot prove.

A verdict is never made here: sentences tell those of `actions.estimates`, which has tested all
actions of a study together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from observlib.actions import BEFORE_AFTER, COMPARABLE, CONTROLLED, KINDS, SEEN, Action
from observlib.catalogue import Catalogue
from observlib.display import french, phrases
from observlib.display.output import Output, text
from observlib.display.prose import Markdown, joined, markdown
from observlib.display.words import SEMICOLON
from observlib.period import Quarter
from observlib.series.interrupted import NEEDED
from observlib.themes.actions import effects
from observlib.themes.actions.effects import effect_table as effect_table
from observlib.themes.actions.estimates import followed_since

_CAUTION = (
    "Une évolution au même moment n'est pas une preuve : une autre cause, survenue le même mois, "
    "aurait le même effet. Les produits comparables n'écartent que ce qui les touche aussi. "
    "Inversement, une évolution qui n'est pas établie peut exister, trop petite pour être vue."
)
_BEFORE, _AFTER, _ = NEEDED
_WAYS = {"up": "une hausse", "down": "une baisse"}
_WAY = {"rise": "up", "fall": "down"}
_NONE = "Aucune action n'est suivie."


def overview(verdicts: pd.DataFrame, catalogue: Catalogue) -> str:
    """How many actions are followed, what came after each, and that it is no proof.

    Parameters
    ----------
    verdicts
        Of `actions.estimates.effects`.
    """
    followed = verdicts[verdicts["reason"] != "series"]
    if followed.empty:
        return f"{_NONE} {without_series(verdicts, catalogue)}".strip()
    by_clause: dict[str, list[str]] = {}
    for row in followed.to_dict("records"):
        size = ""
        if row["verdict"] in _WAY:
            size = f" : {effects.size(row, row['verdict'])}"
        elif row["reason"] == "precision":
            size = f" : visible à partir de {effects.least(row)}"
        what = f"{catalogue.label(row['product'])}, {_named(row, catalogue)}{size}"
        clause = phrases.capital(_clause(row))
        by_clause.setdefault(clause, []).append(f"« {row['title']} » ({what})")
    first, *others = (
        (clause, f"après {_some(by_clause[clause], clause)}")
        for clause in sorted(by_clause, key=_rank)
    )
    clauses = [f"{_with_subject(first[0])} {first[1]}"]
    clauses += [f"{phrases.small(clause)} {after}" for clause, after in others]
    n = followed["action"].nunique()
    count = french.count(n, "action est suivie", "actions sont suivies")
    return f"{count}. {SEMICOLON.join(clauses)}. Une évolution au même moment n'est pas une preuve."


def each(
    verdicts: pd.DataFrame, frame: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue
) -> Output:
    """What was done, when, and what followed, action by action.

    Parameters
    ----------
    verdicts, frame
        Of `actions.estimates.effects`: the verdicts, and the estimates.
    actions
        Those recorded until then, among which those that they are of: where a comparable product
        had one too, or the same product another, that is told.
    """
    actions = tuple(actions)
    by_id = {action.id: action for action in actions}
    sentences = []
    told: list[str] = []
    for row in verdicts[verdicts["reason"] != "series"].to_dict("records"):
        action = by_id[row["action"]]
        place = f"{catalogue.label(action.product)}, {french.day_label(action.date)}"
        if action.kind != "action":
            place = f"{KINDS[action.kind]}, {place}"
        source = catalogue.devices.get(row["device"])
        by = f" Source : {source.label}." if source else ""
        way = _WAYS[row["direction"]]
        name = markdown("[**{}**]{{#action-{}}}", row["group"], Markdown(action.id))
        if action.id in told:  # an address is of one place
            name = markdown("**{}**", row["group"])
        told.append(action.id)
        sentences.append(markdown("{} ({}). {}", name, place, action.done))
        paragraph = (
            f"Attendu : {way} ({_named(row, catalogue)}).{by}",
            _sentence(row, frame, catalogue),
            _also_changed(row, actions, catalogue),
            _also_meant(row, actions),
        )
        sentences.append(joined(filter(None, paragraph), " "))
    made = text(joined(sentences, "\n\n") or _NONE).carrying([frame], catalogue)
    return Output(made.shown, {**made.content, "tells": list(dict.fromkeys(told))})


def observed_and_expected(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is seen, and what was expected without the action, of all that is followed."""
    rows = frame[frame["indicator"] == "action_course"]
    seen = rows["group_value"] == SEEN
    return rows[seen], rows[~seen]


def caution(effects: pd.DataFrame) -> str:
    """What no effect proves; nothing where none is told."""
    return _CAUTION if len(effects) else ""


def without_series(verdicts: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which actions have no monthly series of what they were to move, and so are not followed."""
    rows = verdicts[verdicts["reason"] == "series"].to_dict("records")
    if not rows:
        return ""
    parts = [f"« {row['group']} » ({_named(row, catalogue)})" for row in rows]
    why = "Faute de suite mensuelle de ce qu'on en attendait"
    return f"{why}, rien n'est dit de {french.join(parts)}."


def too_old(actions: Iterable[Action], quarter: str, catalogue: Catalogue) -> str:
    """Which actions are too old to be followed here, which a page does not pass over in silence.

    Parameters
    ----------
    actions
        All those recorded.
    quarter
        The last of the years that are followed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> too_old([], "2026-T3", load_catalogue(Path("data/catalogue")))
    ''
    """
    since = followed_since(Quarter.parse(quarter))
    parts = [
        f"« {action.title} » ({catalogue.label(action.product)}, {french.day_label(action.date)})"
        for action in actions
        if action.date < since
    ]
    if not parts:
        return ""
    why = french.plural(
        len(parts),
        "N'est plus suivie ici, car elle date d'avant le",
        "Ne sont plus suivies ici, car elles datent d'avant le",
    )
    return f"{why} {french.day_label(since)} : {french.join(parts)}."


def _also_changed(row: Mapping[str, Any], actions: Iterable[Action], catalogue: Catalogue) -> str:
    """Which actions were to move the same measure of the products compared with."""
    if row["group_value"] != CONTROLLED or row["reason"] not in ("", "precision"):
        return ""
    parts = [
        f"{catalogue.label(action.product)} (« {action.title} », {french.day_label(action.date)})"
        for action in _others(row, actions, row["compared_with"])
    ]
    if not parts:
        return ""
    had = french.plural(len(parts), "a connu sa propre action", "ont connu leurs propres actions")
    return (
        f"Parmi les produits comparables, {french.join(parts)} {had}, dont l'effet fausserait la "
        "comparaison."
    )


def _also_meant(row: Mapping[str, Any], actions: Iterable[Action]) -> str:
    """Which other actions were to move the same measure of the same product."""
    if row["reason"] not in ("", "precision"):
        return ""
    parts = [
        f"« {action.title} » ({french.day_label(action.date)})"
        for action in _others(row, actions, (row["product"],))
    ]
    if not parts:
        return ""
    does = french.plural(len(parts), "visait", "visaient")
    return f"{french.join(parts)} {does} la même mesure : rien ne départage leurs effets."


def _others(
    row: Mapping[str, Any], actions: Iterable[Action], products: Collection[str]
) -> list[Action]:
    """The other actions that were to move a row's measure, of some products."""
    return [
        action
        for action in actions
        if action.product in products
        and action.id != row["action"]
        and any(expected.indicator == row["indicator"] for expected in action.expected)
    ]


def _named(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    return phrases.small(catalogue.indicators[row["indicator"]].label)


def _clause(row: Mapping[str, Any]) -> str:
    """A verdict in words; a rise or a fall with whether it is the one expected."""
    wording = effects.verdict(row)
    if row["verdict"] not in _WAY:
        return wording
    as_wished = _WAY[row["verdict"]] == row["direction"]
    return f"{wording}, " + (
        "comme attendu," if as_wished else "contrairement à ce qu'on attendait,"
    )


def _with_subject(clause: str) -> str:
    known = clause.startswith(("En ", "Stable"))
    return f"La mesure suivie est {phrases.small(clause)}" if known else clause


def _some(names: list[str], clause: str) -> str:
    """All that rose or fell, and of the others a few: each has its paragraph."""
    return french.join(names) if clause.startswith("En ") else phrases.join_few(names)


def _rank(clause: str) -> int:
    """Rises and falls first, then what is stable, then what cannot be told."""
    starts = ("En ", "Stable", "On ")
    return next((i for i, start in enumerate(starts) if clause.startswith(start)), len(starts))


def _sentence(row: Mapping[str, Any], frame: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    clause = markdown("**{}**", phrases.capital(_clause(row)).rstrip(","))
    before, after = french.number(row["before"]), french.number(row["after"])
    months = f"Mois comparés : {before} avant l'action, {after} après"
    if row["reason"] in ("before", "after", "seasons"):
        asked = f"il en faut au moins {_BEFORE} avant et {_AFTER} après"
        if row["reason"] == "seasons":
            asked += ", et deux de chaque mois de l'année"
        return markdown("{}. {}", clause, f"{months}{SEMICOLON}{asked}.")
    rows = frame[(frame["indicator"] == "action_effect") & (frame["group"] == row["group"])]
    found = {str(one["group_value"]): one for one in rows.to_dict("records")}
    alone = effects.value(found[BEFORE_AFTER])
    if row["reason"] == "spread":
        return markdown("{} : rien n'y dit ce que ferait le hasard. {}.", clause, months)
    if row["reason"] == "controls":
        phrase = (
            f"leur suite manque ou est trop courte. Avant/après, {alone}, ce qui n'établit rien."
        )
        return markdown("{} : {} {}.", clause, phrase, months)
    if row["group_value"] == BEFORE_AFTER:
        phrase = f"{effects.value(found[BEFORE_AFTER], at=row)} avant/après"
    else:
        others = french.join(catalogue.label(product) for product in row["compared_with"])
        phrase = (
            f"{effects.value(found[row['group_value']], at=row)} face aux produits "
            f"comparables ({others}). Pris à part, sur la même période : {alone} pour "
            f"{catalogue.label(row['product'])}, {effects.value(found[COMPARABLE])} pour les autres"
        )
    phrase += f". {months}."
    if row["reason"] == "precision":
        phrase += f" Une évolution de moins de {effects.least(row)} a pu passer inaperçue."
    return markdown("{} : {}", clause, phrase)
