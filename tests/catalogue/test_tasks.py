"""Tasks: what leads to each is said once, and what an entry names exists, or its line is told."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import Task, load_catalogue
from observlib.catalogue.partners import leads_to_task

ROOT = Path(__file__).parents[2]
PAPERS = {"id": "papers", "label": "Refaire ses papiers", "themes": ["Papiers"]}
COURT = {"id": "court", "label": "Saisir un tribunal", "words": ["tribunal"]}


def loaded(place: Path, *entries: dict[str, Any]) -> dict[str, Task]:
    folder = copy_catalogue(place)
    text = yaml.safe_dump(list(entries), allow_unicode=True, sort_keys=False)
    (folder / "tasks.yml").write_text(text, encoding="utf-8")
    return load_catalogue(folder).tasks


def told(place: Path, *entries: dict[str, Any]) -> list[str]:
    with pytest.raises(ObservError) as error:
        loaded(place, *entries)
    return [problem.rsplit("/", 1)[-1] for problem in error.value.problems]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"owner": "nobody"}, "tasks.yml:9: 'court': unknown owner 'nobody'; allowed: rens"),
        ({"partner": "nobody"}, "tasks.yml:9: 'court': unknown partner 'nobody'; allowed: caisse"),
        ({"answers": ["Rien"]}, "'Rien' is no category of the variable reason; allowed: Autre"),
        ({"label": "REFAIRE ses papiers"}, "label 'REFAIRE ses papiers' is that of 'papers'"),
        ({"themes": ["papiers"]}, "'papiers' leads to 'papers' already; leave it to one"),
        ({"words": []}, "nothing leads to it; give sections, themes, answers, tests or words"),
        ({"section": ["x"]}, "unknown key 'section'; allowed: id, label, label_en, owner, partner"),
    ],
)
def test_what_tasks_say_against_each_other_or_of_nothing_is_told(tmp_path, keys, said):
    found = told(tmp_path, PAPERS, {**COURT, **keys})
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize("route", ["sections", "themes", "tests", "words"])
def test_a_contact_is_never_counted_of_two_tasks(tmp_path, route):
    found = told(tmp_path, {**PAPERS, route: ["L’un"]}, {**COURT, route: ["l'UN"]})
    assert [problem.partition(": ")[2] for problem in found] == [
        "'court': \"l'UN\" leads to 'papers' already; leave it to one"
    ]


def test_all_mistakes_are_told_at_once(tmp_path):
    wrong = {**COURT, "owner": "nobody", "partner": "nobody", "answers": ["Rien"]}
    assert len(told(tmp_path, {**PAPERS, "label": "Saisir un tribunal"}, wrong)) == 4


def test_an_agency_without_tasks_has_a_whole_catalogue(tmp_path):
    folder = copy_catalogue(tmp_path)
    (folder / "tasks.yml").unlink()
    assert load_catalogue(folder).tasks == {}


def test_no_figure_of_the_demonstration_is_told_of_a_real_task(catalogue):
    real = load_catalogue(ROOT / "data" / "catalogue").tasks
    assert len(real) >= 12 and len(catalogue.tasks) == 18
    assert {task.partner for task in catalogue.tasks.values()} - {None} <= set(catalogue.partners)


def test_what_leads_nowhere_leads_to_no_task():
    leads = leads_to_task("themes", {"papers": Task(**PAPERS)})
    assert leads("PAPIERS") == "Refaire ses papiers" and leads("Famille") is None
