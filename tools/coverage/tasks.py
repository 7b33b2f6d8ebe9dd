"""What people say of the demonstration's tasks, wait for and fail at, in answers drawn again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import TASK, leads_to_task
from observlib.pipeline import project
from observlib.themes import tasks as theme
from tools.coverage.draws import table
from tools.coverage.truth import DEMO, Truths, drawn_again, parts
from tools.demo import calendar, tasks, user_tests
from tools.demo import calls as phone
from tools.demo.chance import stream

_YEAR = calendar.LAST.back(4)
_SUCCESS = {"A1": 1.0, "A2": 0.5, "A3": 0.0}
_TRIED = {"A1": theme.YES, "A2": "Non"}


def estimate(seed: int, repetitions: Sequence[int]) -> Iterator[pd.DataFrame]:
    """The estimates of a year of each survey of tasks."""
    catalogue = project.catalogue(DEMO)
    for i in repetitions:
        for device in tasks.SURVEYS:
            rows = (
                row
                for quarter in _YEAR
                for row in _answers(device, i, quarter, stream(seed, "coverage", device,
                                                               quarter, str(i)))
            )  # fmt: skip
            people = theme.answered(table("responses", rows), catalogue)
            yield theme.task_marks(people, catalogue, _YEAR)


def _answers(
    device: str, repetition: int, quarter: Quarter, source: Random
) -> Iterator[tuple[Any, ...]]:
    """`responses`: a quarter of a survey of tasks."""
    product, *_ = tasks.SURVEYS[device]
    channel = "phone" if "3939" in device else "web"
    labels = [told.label for told in tasks.TASKS]
    for number, one in enumerate(tasks.drawn(device, quarter, source)):
        head = (drawn_again(device, repetition), product, channel, f"{quarter}-{number}",
                one["begun"][:10], one["finished"])  # fmt: skip
        at = int(one["Q01"][1:] or 0) - 1 if one["Q01"] else -1
        if 0 <= at < len(labels):
            yield (*head, "reason", labels[at], None, None, None, None)
        if one["Q02"]:
            yield (*head, "task_success", None, _SUCCESS[one["Q02"]], 0.0, 1.0, None)
        if one["Q03"]:
            yield (*head, "ces", None, float(one["Q03"]), 1.0, 5.0, None)
        if one["Q05"] and channel == "phone":
            yield (*head, "tried_online", _TRIED[one["Q05"]], None, None, None, None)


def true_values() -> Truths:
    """What is true of each task in each survey."""
    found: Truths = {}
    for place, device in enumerate(tasks.SURVEYS):
        told = tasks.TASKS
        success = {one.label: float(one.success[place]) for one in told}
        found[theme.SUCCESS, device, TASK] = parts(success)
        found[theme.EASE, device, TASK] = parts({one.label: _ease(one) for one in told})
        tried = {one.label: float(one.tried) for one in told}
        found[theme.TRIED, device, TASK] = parts(tried)
    return found


def _ease(told: tasks.Told) -> float:
    return 2.5 * sum(at * chance for at, chance in enumerate(told.ease)) / sum(told.ease)


def waited(logged: pd.DataFrame) -> pd.DataFrame:
    """The median wait of the calls of each task, in the last quarter of logs drawn again."""
    return theme.waits(theme.task_contacts(logged, project.catalogue(DEMO)), [calendar.LAST])


def true_waits() -> Truths:
    """Waits do not depend on what is asked."""
    leads = leads_to_task("themes", project.catalogue(DEMO).tasks)
    tasks = {task for theme in phone.THEMES if (task := leads(theme))}
    middle = float(phone.wait_quantile(50))
    return {("task_wait", phone.LOGGED, TASK): parts(dict.fromkeys(tasks, middle))}


def blocked(tested: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Who is stopped, in tests drawn again."""
    return theme.blocked(theme.attempts(tested, project.catalogue(DEMO)), quarters)


def true_failures() -> Truths:
    """Of tests that lead to one task, each is tried as often."""
    leads = leads_to_task("tests", project.catalogue(DEMO).tasks)
    found: Truths = {}
    for device, campaign in user_tests.CAMPAIGNS.items():
        lost: dict[str, list[float]] = {}
        for name, (success, _) in campaign.tasks.items():
            if task := leads(name):
                lost.setdefault(task, []).append(100.0 - success)
        means = {task: sum(shares) / len(shares) for task, shares in lost.items()}
        found["task_blocked_share", device, TASK] = parts(means)
    return found
