"""The tasks that most need work are named in their order, each with its decision or none."""

import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.pipeline import frame
from observlib.records.decisions import Decision
from observlib.themes.follow_up import follow_up, strongest

NOW = Quarter(2026, 3)
YEAR = NOW.back(4)
TASK = {"group": "task", "unit": "%", "period": "2025-10/2026-09"}
DONE = Decision(
    id="d", task="suivi", quarter="2026-T2", date="2026-07-10", decision="done",
    answer="C'est fait.", action="a", role="pôle",
)  # fmt: skip


def priority(label, value, **more):
    return {**TASK, "indicator": "task_priority", "group_value": label, "estimate": value, **more}


@pytest.fixture
def labels(catalogue):
    return [task.label for task in catalogue.tasks.values()]


def test_they_are_the_third_whose_probability_is_highest_in_that_order(labels):
    told = estimates.make(priority(label, 5.0 * i) for i, label in enumerate(labels))
    assert strongest(told, YEAR) == labels[::-1][:6]
    many = estimates.make(priority(f"Tâche {i:02}", 99.0 - i) for i in range(40))
    assert strongest(many, YEAR) == [f"Tâche {i:02}" for i in range(10)]


def test_where_no_probability_is_known_they_are_those_most_heard_of(labels):
    heard = {"indicator": "task_texts", "unit": "textes", "period": "2026-T3"}
    rows = [priority(label, i, **heard) for i, label in enumerate(labels[:3], 20)]
    rows.append(priority(labels[0], 900.0, **{**heard, "period": "2024-T1"}))
    rows.append(priority(labels[3], None, **heard, status="suppressed"))
    assert strongest(estimates.make(rows), YEAR) == [labels[2], labels[1], labels[0]]


def test_each_task_has_its_delay_and_the_counts_add_up_to_them(catalogue, labels):
    suivi = catalogue.tasks["suivi"].label
    told = estimates.make(priority(label, float(label == suivi)) for label in labels)
    made = follow_up(told, [DONE], catalogue, NOW)
    days = made[made["indicator"] == "task_decision_days"].set_index("group_value")
    assert len(days) == 6
    assert days.loc[suivi, "estimate"] == 10
    assert (days.drop(suivi)["status"] == "missing").all()
    counts = made[made["indicator"] == "task_decisions"].set_index("group_value")["estimate"]
    assert counts.sum() == 6 and counts["Fait"] == 1 and counts["Sans réponse"] == 5


def test_where_nothing_is_known_of_any_task_nothing_is_told(catalogue):
    assert follow_up(estimates.make([]), [DONE], catalogue, NOW).empty


def test_the_demonstration_names_what_is_promised_and_what_nobody_answered(demonstration):
    found = frame.given(demonstration, NOW, "follow_up").estimates
    counts = found[found["indicator"] == "task_decisions"].set_index("group_value")["estimate"]
    assert counts.sum() == 5 and counts["Prévu"] > 0 and counts["Sans réponse"] > 0
