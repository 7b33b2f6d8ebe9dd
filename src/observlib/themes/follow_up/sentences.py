"""What users are answered: how many tasks had a decision, which, by when, and who answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Task
from observlib.catalogue.partners import TASK
from observlib.display import tables
from observlib.display.output import Output, text
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.actions import Action
from observlib.records.decisions import Decision, standing_decisions
from observlib.themes.follow_up import DECISION, NONE, STATE_WORDS, state_of

_TEXTS = wording.load_texts(__file__)


def progress(
    frame: pd.DataFrame,
    ranked: pd.DataFrame,
    decisions: Iterable[Decision],
    catalogue: Catalogue,
    quarter: str,
) -> str:
    """Of the tasks that most need work, how many are done, promised, late, and unanswered.

    Of the family `follow_up`; without `ranked` (`task_priority`), the tasks most heard of.
    """
    rows = frame[(frame["group"] == DECISION) & (frame["estimate"] > 0)]
    count = {row["group_value"]: int(row["estimate"]) for row in estimates.records(rows)}
    if not count:
        return ""
    total = sum(count.values())
    parts = [
        _TEXTS.of(f"state.{state}", n).format(count=french.spelled(n, "une"))
        for state in STATE_WORDS
        if state != NONE and (n := count.get(STATE_WORDS[state], 0))
    ]
    which = _TEXTS["which.heard" if ranked.empty else "which.first"]
    of = _TEXTS.of("of", total).format(total=french.spelled(total, "une"), which=which)
    said = [f"{of}, {french.join(parts)}." if parts else f"{of}, {_TEXTS['nothing']}"]
    if silent := count.get(STATE_WORDS[NONE], 0) if parts else 0:
        said.append(_TEXTS.of("silent", silent).format(count=_first(silent)))
    tasks = _tasks(frame, catalogue)
    stands = standing_decisions(decisions)
    if late := sum(_late(stands.get(task.id), quarter) for task in tasks):
        said.append(_TEXTS.of("late", late).format(count=_first(late)))
    if nobody := sum(_owner(task, catalogue) == "" for task in tasks):
        said.append(_TEXTS.of("unowned", nobody).format(count=_first(nobody)))
    return " ".join(said)


def _first(n: int) -> str:
    """A count that begins a sentence."""
    return words.capital(french.spelled(n, "une"))


def _tasks(frame: pd.DataFrame, catalogue: Catalogue) -> list[Task]:
    """The tasks of the family, in its order."""
    own = {task.label: task for task in catalogue.tasks.values()}
    return [own[label] for label in frame.loc[frame["group"] == TASK, "group_value"]]


def _owner(task: Task, catalogue: Catalogue) -> str:
    """Who answers for a task: a department, else another administration, or nobody."""
    if task.owner:
        return catalogue.departments[task.owner].label
    return catalogue.partners[task.partner].label if task.partner else ""


def _late(one: Decision | None, quarter: str) -> bool:
    return bool(one and one.decision == "will_do" and one.due and one.due <= Quarter(quarter).end)


def answers_table(
    frame: pd.DataFrame,
    decisions: Iterable[Decision],
    catalogue: Catalogue,
    quarter: str,
) -> Output:
    """The table of the tasks: who answers for each, what is decided, by when, how long it took."""
    stands = standing_decisions(decisions)
    tasks = _tasks(frame, catalogue)
    due = {task.label: _due(stands.get(task.id), quarter) for task in tasks}
    columns: dict[str, dict[str, str]] = {
        _TEXTS["head.owner"]: {t.label: _owner(t, catalogue) or _TEXTS["nobody"] for t in tasks},
        _TEXTS["head.state"]: {t.label: STATE_WORDS[state_of(stands.get(t.id))] for t in tasks},
    }
    if any(due.values()):
        columns[_TEXTS["head.due"]] = due
    rows = frame[frame["indicator"] == "task_decision_days"]
    return tables.register(
        rows, catalogue, caption=_TEXTS["caption"], texts=columns, rows="group_value"
    )


def _due(one: Decision | None, quarter: str) -> str:
    if one is None or one.due is None:
        return ""
    day = french.day_label(one.due)
    return _TEXTS["overdue"].format(day=day) if _late(one, quarter) else day


def decisions_by_task(
    frame: pd.DataFrame,
    decisions: Iterable[Decision],
    actions: Iterable[Action],
    planned: Iterable[Action],
    catalogue: Catalogue,
    page: Callable[[str, str], str],
) -> Output:
    """What is answered on each task that had a decision, in the order of the family."""
    known = {action.id: (action, "done") for action in actions}
    known |= {action.id: (action, "planned") for action in planned}
    stands = standing_decisions(decisions)
    lines = []
    for task in _tasks(frame, catalogue):
        one = stands.get(task.id)
        if one is None:
            continue
        when = _TEXTS["when"].format(day=french.day_label(one.date), role=one.role)
        parts = [markdown("- **{}** ({}). {} {}", task.label, STATE_WORDS[one.decision].lower(),
                          one.answer, when)]  # fmt: skip
        if one.partner:
            label = catalogue.partners[one.partner].label
            link = f"{page('partenaires', '')}.ipynb"
            parts.append(markdown(f"[{{}}]({link}).", _TEXTS["partner"].format(partner=label)))
        if one.action in known:
            action, when = known[one.action]
            said = _TEXTS[f"action.{when}"].format(title=action.title)
            link = f"{page('actions', action.product)}.ipynb"
            parts.append(markdown(f"[{{}}]({link}).", said))
        lines.append(joined(parts, " "))
    if not lines:
        return text(_TEXTS["no_answer"])
    return text(joined(lines, "\n")).carrying([frame], catalogue)


def tasks_without_decision(
    frame: pd.DataFrame, decisions: Iterable[Decision], catalogue: Catalogue
) -> Markdown | str:
    """The tasks without a decision, by who answers for them; those of nobody come last."""
    stands = standing_decisions(decisions)
    by_owner: dict[str, list[str]] = {}
    tasks = _tasks(frame, catalogue)
    for task in tasks:
        if task.id not in stands:
            by_owner.setdefault(_owner(task, catalogue), []).append(words.in_quotes(task.label))
    if not by_owner:
        return _TEXTS["all_answered"] if tasks else ""
    order = sorted(by_owner, key=lambda owner: owner == "")
    lines = [
        markdown("- **{}** : {}.", owner or _TEXTS["nobody"], french.join(by_owner[owner]))
        for owner in order
    ]
    return joined(lines, "\n")
