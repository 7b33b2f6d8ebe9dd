"""What the sentences on answers tell, and the table of the tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import TASK, Catalogue, entries
from observlib.display import output, tables
from observlib.records.sheets import Action, Decision, standing_decisions
from observlib.themes import follow_up, templates


def _counts(frame: pd.DataFrame) -> dict[str, int]:
    """How many tasks are in each state that there is, in the order of the states."""
    rows = frame[(frame["group"] == follow_up.DECISION) & (frame["estimate"] > 0)]
    count = dict(zip(rows["group_value"], rows["estimate"].astype(int), strict=True))
    return {state: count[words] for state, words in follow_up.STATE_WORDS.items() if words in count}


def _tasks(frame: pd.DataFrame, catalogue: Catalogue) -> list[entries.Task]:
    """The tasks of the family, in its order."""
    own = {task.label: task for task in catalogue.tasks.values()}
    return [own[label] for label in frame.loc[frame["group"] == TASK, "group_value"]]


def _owner(task: entries.Task, catalogue: Catalogue) -> str:
    """Who answers for a task: a department, else another administration, or nobody."""
    if task.owner:
        return catalogue.departments[task.owner].label
    return catalogue.partners[task.partner].label if task.partner else ""


def _late(one: Decision | None, quarter: str) -> bool:
    return bool(one and one.decision == "will_do" and one.due and one.due <= Quarter(quarter).end)


def _late_tasks(
    frame: pd.DataFrame, decisions: Iterable[Decision], quarter: str, catalogue: Catalogue
) -> int:
    """How many promises have passed their day."""
    stands = standing_decisions(decisions)
    return sum(_late(stands.get(task.id), quarter) for task in _tasks(frame, catalogue))


def answers_table(
    frame: pd.DataFrame,
    decisions: Iterable[Decision],
    catalogue: Catalogue,
    quarter: str,
) -> output.Output:
    """The table of the tasks: who answers for each, what is decided, by when, how long it took."""
    stands = standing_decisions(decisions)
    tasks = _tasks(frame, catalogue)
    due = {task.label: _due(stands.get(task.id), quarter) for task in tasks}
    state = {t.label: follow_up.STATE_WORDS[follow_up.state_of(stands.get(t.id))] for t in tasks}
    columns: dict[str, dict[str, str]] = {
        "Qui en répond": {t.label: _owner(t, catalogue) or "Personne" for t in tasks},
        "Ce qu'il en est": state,
    }
    if any(due.values()):
        columns["Pour le"] = due
    rows = frame[frame["indicator"] == "task_decision_days"]
    caption = "Qui répond de chaque tâche, et ce qu'il en est"
    return tables.register_with_texts(
        rows, catalogue, caption=caption, texts=columns, rows="group_value"
    )


def _due(one: Decision | None, quarter: str) -> str:
    if one is None or one.due is None:
        return ""
    return str(templates.narrative("follow_up")._due(one.due, _late(one, quarter)))


def decisions_by_task(
    frame: pd.DataFrame,
    decisions: Iterable[Decision],
    actions: Iterable[Action],
    planned: Iterable[Action],
    catalogue: Catalogue,
    page: Callable[[str, str], str],
) -> output.Output:
    """What is answered on each task that had a decision, in the order of the family."""
    known: dict[str | None, tuple[Action, str]] = {one.id: (one, "done") for one in actions}
    known |= {one.id: (one, "planned") for one in planned}
    stands = standing_decisions(decisions)
    answered = [
        (task, stands[task.id], *(known.get(stands[task.id].action) or (None, "")))
        for task in _tasks(frame, catalogue)
        if task.id in stands
    ]
    words = output.text(templates.narrative("follow_up")._decisions(answered, page, catalogue))
    return words.carrying([frame], catalogue) if answered else words


def _open_tasks(
    frame: pd.DataFrame, decisions: Iterable[Decision], catalogue: Catalogue
) -> dict[str, list[str]]:
    """The tasks without a decision, by who answers for them; those of nobody come last."""
    stands = standing_decisions(decisions)
    by_owner: dict[str, list[str]] = {}
    for task in _tasks(frame, catalogue):
        if task.id not in stands:
            by_owner.setdefault(_owner(task, catalogue), []).append(task.label)
    return dict(sorted(by_owner.items(), key=lambda known: known[0] == ""))
