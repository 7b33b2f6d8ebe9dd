"""Findings of tasks: which most need work, how sure that is, and what nobody knows of them."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.language import french, wording, words
from observlib.language.prose import joined, markdown
from observlib.stats.survey.ranking import places_named
from observlib.themes.sentences import published

_TEXTS = wording.load_texts(__file__)
SURE, UNSURE = 80, 20  # in %: who is above the one is among the first, below the other is not
_KNOWN = ("task_visits", "task_success_share", "task_calls_per_thousand",
          "task_tickets_per_thousand", "task_blocked_share")  # fmt: skip


def probable_priorities(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which tasks are almost surely among the first (`task_priority`), and what chance gives."""
    rows = _by_priority(frame)
    if not rows:
        return ""
    sure = [row for row in rows if row["estimate"] >= SURE]
    unsure = [row for row in rows if UNSURE <= row["estimate"] < SURE]
    sentences = [_TEXTS["none_sure"]]
    if sure:
        count = words.capital(french.spelled(len(sure), "une"))
        sentences = [_TEXTS.of("sure", len(sure)).format(count=count)]
    indicator, most = words.indicator_of("task_priority", catalogue), places_named(len(rows))
    share = words.value(rows[0], indicator)
    first, *others = [words.in_quotes(row["group_value"]) for row in rows[:3]]
    sentences.append(_TEXTS["leading"].format(task=first, share=share))
    if others:
        sentences.append(_TEXTS.of("next", len(others)).format(tasks=french.join(others)))
    unsure_of = _TEXTS.of("unsure", len(unsure)) if unsure else _TEXTS["settled"]
    sentences.append(unsure_of.format(count=french.spelled(len(unsure), "une")))
    times, things = french.spelled(most, "une"), french.number(len(rows))
    chance = _TEXTS.of("chance", most)
    sentences.append(chance.format(most=words.capital(times), things=things, times=times))
    return " ".join(sentences)


def most_written(frame: pd.DataFrame, period: str) -> str:
    """Of which tasks texts speak most (`task_texts`), where no more is known; else nothing."""
    rows = published(frame, "task_texts", period).sort_values(
        ["estimate", "group_value"], ascending=[False, True]
    )
    labels = rows.loc[rows["estimate"] > 0, "group_value"].head(2).tolist()
    if not labels:
        return ""
    return _TEXTS["most_written"].format(tasks=french.join(map(words.in_quotes, labels)))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The estimates of tasks, in the order of their priority; those that have none come last."""
    rank = {row["group_value"]: place for place, row in enumerate(_by_priority(frame))}
    place = frame["group_value"].map(rank).fillna(len(rank))
    return frame.assign(place=place).sort_values("place", kind="stable").drop(columns="place")


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each task and indicator one estimate: of all devices, else of the device that knows most.

    An indicator has one channel in all tasks, that of most answers: channels do not compare.
    """
    told = frame.assign(known=frame["n"].where(frame["device"] != "", float("inf")))
    answers = told.groupby(["indicator", "channel"])["known"].transform("sum")
    most = answers.where(frame["device"] != "").groupby(frame["indicator"]).transform("max")
    told = told[~(answers < most)].sort_values("known", ascending=False, kind="stable")
    told = told.drop_duplicates(["indicator", "period", "group_value"]).drop(columns="known")
    return told.sort_index().reset_index(drop=True)


def unknown(frame: pd.DataFrame, catalogue: Catalogue) -> Output:
    """What is not known, and of which tasks: how they fare, and who answers for them."""
    tasks = catalogue.tasks.values()
    known = {name: set(published(frame, name)["group_value"]) for name in _KNOWN}
    known["owner"] = {task.label for task in tasks if task.owner}
    lines = []
    for what, of in known.items():
        lacking = [task.label for task in tasks if task.label not in of]
        said = _some(lacking)
        said = _TEXTS["of_some"].format(tasks=said) if of else _TEXTS["of_none"]
        if lacking:
            lines.append(markdown("- **{}** : {}.", _TEXTS[f"unknown.{what}"], said))
    if not tasks:
        return text(_TEXTS["no_task"])
    return text(joined(lines, "\n") if lines else _TEXTS["all_known"])


def owners_and_routes(catalogue: Catalogue) -> Output:
    """Who answers for each task, and what leads to it."""
    lines = []
    for task in catalogue.tasks.values():
        owner = catalogue.departments[task.owner].label if task.owner else ""
        parts = [_TEXTS["routes.owner"].format(given=owner) if owner else _TEXTS["routes.nobody"]]
        if task.partner:
            partner = catalogue.partners[task.partner].label
            parts.append(_TEXTS["routes.partner"].format(given=partner))
        parts += [
            _TEXTS[f"routes.{what}"].format(given=", ".join(given))
            for what in ("sections", "themes", "answers", "tests", "words")
            if (given := getattr(task, what))
        ]
        lines.append(markdown("- **{}**. {}", task.label, " ".join(parts)))
    return text(joined(lines, "\n") if lines else _TEXTS["no_task"])


def criteria() -> str:
    """By what tasks are told apart, and that no weight is fixed."""
    return _TEXTS["criteria"]


def _by_priority(frame: pd.DataFrame) -> list[estimates.Row]:
    rows = published(frame, "task_priority").sort_values("estimate", ascending=False, kind="stable")
    return estimates.records(rows)


def _some(labels: list[str]) -> str:
    """Two tasks by their names, which are long, and how many others."""
    named, more = [*map(words.in_quotes, labels[:2])], len(labels) - 2
    if more > 0:
        named.append(_TEXTS.of("others", more).format(count=french.spelled(more, "une")))
    return french.join(named)
