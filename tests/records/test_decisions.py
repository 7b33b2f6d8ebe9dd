"""Decisions on tasks are read whole and right, or every mistake in them is told at once."""

from pathlib import Path

import pytest
import yaml
from tests.copies import DEMO

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.pipeline import frame
from observlib.records.decisions import Decision, standing

ACTIONS = ["refonte-des-reponses", "suivi-des-demandes"]
GOOD = {
    "id": "suivi-t2", "task": "suivi", "quarter": "2026-T2", "date": "2026-07-10",
    "decision": "will_do", "answer": "Le statut sera affiché.", "due": "2026-12-31",
    "role": "pôle des démarches",
}  # fmt: skip
DONE = {"decision": "done", "due": ..., "action": "refonte-des-reponses"}
REFUSED = {"decision": "refused", "due": ...}


def write(folder: Path, name: str = "suivi-t2", **keys: object) -> None:
    content = {key: value for key, value in {**GOOD, **keys}.items() if value is not ...}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path = folder / Decision.FOLDER / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def faults(folder: Path, catalogue: Catalogue) -> str:
    with pytest.raises(ObservError) as caught:
        Decision.load(folder, catalogue, action=ACTIONS)
    return str(caught.value)


def test_its_delay_is_counted_from_the_end_of_the_quarter_that_it_answers(catalogue, tmp_path):
    write(tmp_path)
    (one,) = Decision.load(tmp_path, catalogue, action=ACTIONS)
    assert one.days == 10
    assert Decision.load(tmp_path / "absent", catalogue, action=ACTIONS) == ()


@pytest.mark.parametrize(
    "keys", [DONE, REFUSED, {"decision": "partner", "due": ..., "partner": "agence-des-titres"}]
)
def test_each_kind_of_decision_is_whole_with_what_it_needs(catalogue, tmp_path, keys):
    write(tmp_path, **keys)
    assert Decision.load(tmp_path, catalogue, action=ACTIONS)[0].decision == keys["decision"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"task": "suivre"}, "unknown task 'suivre'; allowed: papiers, carte-grise"),
        ({**DONE, "action": "refonte"}, "unknown action 'refonte'; allowed: refonte-des-reponses"),
        ({**DONE, "action": ...}, "done needs 'action'"),
        ({"due": ...}, "will_do needs 'due'"),
        ({"partner": "agence-des-titres"}, "will_do has no 'partner'; leave it out"),
        ({**REFUSED, "due": "2026-12-31"}, "refused has no 'due'; leave it out"),
        ({"decision": "partner", "due": ..., "partner": "agence"}, "unknown partner 'agence'"),
        ({"decision": "partner", "due": ...}, "partner needs 'partner'"),
        ({"decision": "maybe"}, "decision is 'maybe'"),
        ({"date": "2026-06-30"}, "its date 2026-06-30 is not after 2026-06-30"),
        ({"due": "2026-07-01"}, "it is due on 2026-07-01, before its date 2026-07-10"),
        ({"quarter": "T2 2026"}, "quarter is 'T2 2026'"),
        ({"role": "Mme Zoé Martin"}, "names a person"),
        ({"answer": "Appeler le 01 99 00 12 34."}, "holds a telephone number"),
        ({"answer": "Une <b>page</b>."}, "which a page reads as markup"),
        ({"id": "other"}, "id is 'other', and the file's name says 'suivi-t2'"),
        ({"raison": "x"}, "unknown key 'raison'; allowed: id, task, quarter, date"),
    ],
)
def test_each_mistake_is_one_line_with_its_file(catalogue, tmp_path, keys, said):
    write(tmp_path, **keys)
    found = faults(tmp_path, catalogue)
    assert said in found and "suivi-t2.yml" in found and len(found.splitlines()) == 1


def test_the_latest_decision_on_a_task_stands(catalogue, tmp_path):
    write(tmp_path)
    write(tmp_path, "b", id="b", date="2026-08-01", **REFUSED)
    found = Decision.load(tmp_path, catalogue, action=ACTIONS)
    assert {task: one.decision for task, one in standing(found).items()} == {"suivi": "refused"}


def test_what_was_decided_after_the_quarter_is_not_told_in_it():
    told = frame.decisions(DEMO, Quarter(2026, 2))
    assert {one.task for one in told} == {"papiers", "compte"}
