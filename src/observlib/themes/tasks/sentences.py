"""Findings of tasks: which most need work, how sure that is, and what nobody knows of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import french, phrases, wording, words
from observlib.display.output import Output, text
from observlib.display.prose import joined, markdown
from observlib.sentences import published

TEXTS = wording.beside(__file__)
SURE, UNSURE = 80, 20  # in %: who is above the first is among the ten, below the second is not
_KNOWN = ("task_visits", "task_success_share", "task_calls_per_thousand", "task_blocked_share")


def overview(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which tasks are almost surely among those that most need work, and of how many none is sure.

    Parameters
    ----------
    frame
        Estimates of `task_priority`.
    """
    rows = _by_priority(frame)
    if not rows:
        return ""
    name = words.indicator_of("task_priority", catalogue)
    sure = [row for row in rows if row["estimate"] >= SURE]
    open_ = [row for row in rows if UNSURE <= row["estimate"] < SURE]
    sentences = [TEXTS["none_sure"]]
    if sure:
        first, *more = phrases.shared_out(_quoted(row["group_value"] for row in sure))
        count = phrases.capital(french.spelled(len(sure), "une"))
        kind = french.plural(len(sure), "one", "several")
        sentences = [TEXTS[f"first.{kind}"].format(count=count, tasks=first)]
        sentences += [TEXTS["too"].format(tasks=part) for part in more]
    else:
        (task,) = _quoted([rows[0]["group_value"]])
        share = words.value(rows[0], name)
        sentences.append(TEXTS["leading"].format(task=task, share=share))
    if open_:
        kind = french.plural(len(open_), "one", "several")
        told = {"count": french.spelled(len(open_)), "low": words.value(open_[0], name)}
        sentences.append(TEXTS[f"unsure.{kind}"].format(**told))
    else:
        sentences.append(TEXTS["settled"])
    return " ".join(sentences)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The estimates of tasks, in the order of their priority; those that have none come last."""
    rank = {row["group_value"]: place for place, row in enumerate(_by_priority(frame))}
    place = frame["group_value"].map(rank).fillna(len(rank))
    return frame.assign(place=place).sort_values("place", kind="stable").drop(columns="place")


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each task and indicator one estimate: of all devices, else of that which knows most."""
    told = frame.assign(known=frame["n"].where(frame["device"] != "", float("inf")))
    told = told.sort_values("known", ascending=False, kind="stable").drop(columns="known")
    key = ["indicator", "period", "group_value"]
    return frame.loc[told.drop_duplicates(key).index.sort_values()].reset_index(drop=True)


def unknown(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """What is not known of which tasks; what is known of none is said once.

    Parameters
    ----------
    frame
        Estimates of the family.
    """
    labels = [task.label for task in catalogue.tasks.values()]
    never, sentences = [], []
    for name in _KNOWN:
        known = set(published(frame, name)["group_value"])
        lacking = [label for label in labels if label not in known]
        if not known:
            never.append(TEXTS[f"unknown.{name}"])
        elif lacking:
            tasks = phrases.join_few(_quoted(lacking))
            sentences.append(TEXTS["lacking"].format(what=TEXTS[f"unknown.{name}"], tasks=tasks))
    if len(never) > 1:
        what = ", ni ".join(never)
        sentences.insert(0, TEXTS["nothing_of"].format(what=what))
    elif never:
        sentences.insert(0, TEXTS["nothing_of_one"].format(what=never[0]))
    return " ".join(sentences) if labels else TEXTS["no_task"]


def unowned(catalogue: Catalogue) -> str:
    """For which tasks no department answers; nothing where one does for each.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> known = load_catalogue(Path("data/catalogue"))
    >>> unowned(known)
    ''
    """
    labels = [task.label for task in catalogue.tasks.values() if task.owner is None]
    if not labels:
        return ""
    kind = french.plural(len(labels), "one", "several")
    count, tasks = french.spelled(len(labels), "une"), phrases.join_few(_quoted(labels))
    return TEXTS[f"owned.{kind}"].format(count=count, tasks=tasks)


def routes(catalogue: Catalogue) -> Output:
    """Who answers for each task, and what leads to it."""
    lines = []
    for task in catalogue.tasks.values():
        owner = catalogue.departments[task.owner].label if task.owner else ""
        partner = catalogue.partners[task.partner].label if task.partner else ""
        parts = [TEXTS["routes.owner"].format(given=owner) if owner else TEXTS["routes.nobody"]]
        parts += [
            TEXTS[f"routes.{what}"].format(given=", ".join(given))
            for what, given in (
                ("partner", [partner] if partner else []),
                ("sections", task.sections),
                ("themes", task.themes),
                ("answers", task.answers),
                ("tests", task.tests),
                ("words", task.words),
            )
            if given
        ]
        lines.append(markdown("- **{}**. {}", task.label, " ".join(parts)))
    return text(joined(lines, "\n") if lines else TEXTS["no_task"])


def criteria() -> str:
    """By what tasks are told apart, and that no weight is fixed."""
    return TEXTS["criteria"]


def _by_priority(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = published(frame, "task_priority").sort_values("estimate", ascending=False, kind="stable")
    return estimates.records(rows)


def _quoted(labels: Iterable[str]) -> list[str]:
    return [TEXTS["quoted"].format(task=french.inner_quotes(label)) for label in labels]
