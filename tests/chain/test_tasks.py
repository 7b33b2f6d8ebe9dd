"""Tasks give back, through the whole chain, what was hidden in five ways of listening."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import estimates, store
from observlib.base.period import Quarter
from observlib.catalogue.partners import leads_to_task
from observlib.estimates import base
from observlib.pipeline import frame
from observlib.themes import tasks

LAST = Quarter(2026, 3)
YEAR = LAST.back(4)
INDICATORS = {
    "success": "task_success_share",
    "ease": "task_ease",
    "failure_demand": "task_failure_demand_share",
}


@pytest.fixture(scope="module")
def found(demonstration: Path) -> pd.DataFrame:
    return frame.given(demonstration, LAST, "tasks").estimates


def measures(truths: dict[str, Any], rows: pd.DataFrame) -> Iterator[tuple[dict[str, Any], Any]]:
    """What is true of each task and survey, and what is told of it."""
    told = rows.set_index(["indicator", "device", "group_value"])
    for truth in truths["tasks"]:
        if truth["kind"] in INDICATORS:
            name = INDICATORS[truth["kind"]]
            yield truth, told.loc[(name, truth["device"], truth["task"])]


def test_every_truth_of_the_last_edition_is_in_the_interval_that_is_published(truths, found):
    wrong = [
        truth
        for truth, row in measures(truths, found)
        if not row["ci_low"] <= truth["value"] <= row["ci_high"]
    ]
    assert wrong == [] and len([*measures(truths, found)]) == 70


def test_intervals_hold_the_truth_about_as_often_as_they_say(demonstration, truths, catalogue):
    read = {
        device: partial(store.read, demonstration, "responses", device=device)
        for device in ("enquete-demarches", "enquete-demarches-3939")
    }
    people = tasks.every_survey(read, catalogue)
    hits = []
    for end in (LAST, LAST - 4):
        rows = tasks.told(people, catalogue, end.back(4))
        hits += [
            row["ci_low"] <= truth["value"] <= row["ci_high"]
            for truth, row in measures(truths, rows)
        ]
    assert len(hits) == 140 and 0.9 <= sum(hits) / len(hits) <= 1


def test_the_visits_of_each_task_are_those_of_its_sections(truths, catalogue, found):
    leads = leads_to_task("sections", catalogue.tasks)
    wanted: Counter[tuple[str, str]] = Counter()
    for truth in truths["sections"]:
        wanted[leads(truth["section"]), truth["quarter"]] += truth["value"]
    rows = found[(found["indicator"] == "task_visits") & (found["device"] == "")]
    told = rows.set_index(["group_value", "period"])["estimate"].to_dict()
    assert len(told) == 80 and told == {key: wanted[key] for key in told}


@pytest.mark.parametrize(("table", "kind"), [("calls", "call"), ("tickets", "ticket")])
def test_each_contact_written_is_counted_for_its_task(truths, catalogue, found, table, kind):
    leads = leads_to_task("themes", catalogue.tasks)
    wanted: Counter[tuple[str, str, str]] = Counter()
    for truth in truths[table]:
        if truth["kind"] == "theme":
            wanted[truth["device"], truth["quarter"], leads(truth["theme"])] += truth["count"]
    rows = found[(found["indicator"] == f"task_{kind}s") & found["estimate"].notna()]
    told = rows.set_index(["device", "period", "group_value"])["estimate"].to_dict()
    assert len(told) >= 30 and told == {place: base(wanted[place]) for place in told}


def test_the_tasks_that_were_made_hard_are_told_before_those_that_were_made_easy(found):
    told = found[found["indicator"] == "task_priority"].set_index("group_value")["estimate"]
    hard = ["Immatriculer un véhicule ou refaire son permis", "Demander un titre de séjour"]
    chance = 100 * 5 / len(told)
    easy = ["Joindre un service public", "Trouver et remplir le bon formulaire"]
    assert told[hard].min() > chance > 20 > told[easy].max()
    assert estimates.MINIMUM_PEOPLE < len(told) <= 18 and told.sum() == pytest.approx(500)
