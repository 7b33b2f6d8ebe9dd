"""The tasks that most need work, each with its decision or none, and what users read of it."""

from datetime import date

import pytest
from tests import said
from tests.records import sheets

from observlib import estimates
from observlib.base.period import Quarter
from observlib.records.sheets import Decision
from observlib.themes import templates
from observlib.themes.follow_up import follow_up, strongest

sentences = templates.narrative("follow_up")

NOW = Quarter("2026-T3")
YEAR = NOW.back(4)
TASK = {"group": "task", "unit": "%", "period": "2025-10/2026-09"}
DONE = Decision(id="d", task="suivi", quarter="2026-T2", date="2026-07-10", decision="done",
                answer="C'est fait.", action="a", role="pôle")  # fmt: skip


def priority(label, value, **more):
    return {**TASK, "indicator": "task_priority", "group_value": label, "estimate": value, **more}


@pytest.fixture
def labels(catalogue):
    return [task.label for task in catalogue.tasks.values()]


def test_they_are_the_likeliest_third_or_those_most_heard_of(labels):
    told = estimates.make(priority(label, 5.0 * i) for i, label in enumerate(labels))
    assert strongest(told, YEAR) == labels[::-1][:6]
    many = estimates.make(priority(f"Tâche {i:02}", 99.0 - i) for i in range(40))
    assert strongest(many, YEAR) == [f"Tâche {i:02}" for i in range(10)]
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
    assert follow_up(told[:0], [DONE], catalogue, NOW).empty


PERIOD = "2026-T3"
ABOUT = {"quarter": "2026-T2", "date": date(2026, 8, 3), "role": "pôle des suites"}


def decided(task, decision, answer="Voici.", **more):
    return Decision(id=f"d-{task}", task=task, decision=decision, answer=answer, **ABOUT, **more)


DECISIONS = [
    decided("papiers", "done", "Les fiches sont refaites.", action="fiches"),
    decided("suivi", "will_do", "Le statut sera affiché.", due="2027-01-12", action="statut"),
    decided("compte", "will_do", "Un code suffira.", due="2026-09-15"),
    decided("logement", "refused", "Un simulateur existe déjà."),
    decided("carte-grise", "partner", "Cela dépend d'elle.", partner="agence-des-titres"),
]
DAYS = {"fiches": ("Fiches refaites", "2026-01-01"), "statut": ("Statut", "2027-01-12")}
ACTIONS = {
    name: sheets.action(id=name, title=title, product="service-public", date=day)
    for name, (title, day) in DAYS.items()
}


def found(catalogue, decisions=DECISIONS):
    """What follows tasks, of which twice as many more are unknown to the catalogue."""
    labels = [one.label for one in catalogue.tasks.values()]  # a third of all are first
    labels += [f"Tâche {i}" for i in range(2 * len(labels))]
    told = estimates.make(priority(label, 90.0 - i) for i, label in enumerate(labels))
    return follow_up(told, decisions, catalogue, NOW)


def overview(decisions=DECISIONS, rows=slice(None), known=slice(None)):
    def of(c):
        frame = found(c, decisions)
        return sentences.progress(frame[rows], frame[known], decisions, c, PERIOD)

    return of


def each(c):
    actions = [ACTIONS["fiches"]], [ACTIONS["statut"]]
    return sentences.decisions_by_task(
        found(c), DECISIONS, *actions, c, lambda study, product: f"{study}-{product}"
    )


NONE = slice(0, 0)
CASES: said.Cases = {
    "what is done, promised, late, refused and silent": overview(),
    "no decision": lambda c: [
        overview([])(c), sentences.decisions_by_task(found(c, []), [], (), (), c, str)],
    "no task": lambda c: [
        overview(rows=NONE, known=NONE)(c),
        sentences.tasks_without_decision(found(c)[:0], DECISIONS, c)],
    # `impots` has neither a department nor a partner
    "what nobody owns comes last": lambda c: sentences.tasks_without_decision(
        found(c), DECISIONS, c),
    "each answer leads to its action or partner": each,
}  # fmt: skip
test_what_is_said_of_decisions = said.test("follow_up", CASES)
