"""A page is made again for what it was made from, and for nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from observlib.base import disk_cache, inputs
from observlib.edition.page_cache import MadePage, changed_inputs, keep, recall, used
from observlib.edition.plan import Page

NOW = {
    "the library/a.py": "1",
    "the data/kind": "real",
    "the data/ratings": "1",
    "the data/calls": "1",
    "the library/themes/polls/sentences.py": "1",
    "the library/themes/surveys/groups_sentences.py": "1",
}
USED = ("the data/ratings", "the library/themes/surveys/groups_sentences.py")
MADE = MadePage("{}", "Douze avis.", USED)


@pytest.fixture
def page(tmp_path: Path, make: Any) -> Page:
    found: Page = make.page(make.write(tmp_path / "notebooks" / "avis.ipynb"), quarter="2026-T3")
    keep(tmp_path, found, NOW, MADE)
    return found


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"the data/calls": "2"}, []),  # whose table it does not read
        ({"the data/polls": "1"}, []),
        ({"the data/ratings": "2"}, ["the data (ratings)"]),
        ({"the data/kind": "demonstration"}, ["the data (kind)"]),
        ({"the library/a.py": "2"}, ["the library (a.py)"]),
    ],
)
def test_a_new_export_runs_the_pages_that_read_its_table_and_no_other(
    tmp_path, page, changed, told
):
    now = NOW | changed
    assert recall(tmp_path, page, now) == (None if told else MADE)
    assert changed_inputs(tmp_path, page, now) == told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"polls/sentences.py": "2"}, []),  # which it does not say
        (
            {"surveys/groups_sentences.py": "2"},
            ["the library (themes/surveys/groups_sentences.py)"],
        ),
        ({"sales/sentences.py": "1"}, ["the library (themes/sales/sentences.py)"]),  # whose name
        ({"polls/estimates.py": "2"}, ["the library (themes/polls/estimates.py)"]),
    ],
)
def test_a_changed_sentence_runs_the_pages_that_say_it_and_no_other(tmp_path, page, changed, told):
    now = NOW | {f"the library/themes/{name}": value for name, value in changed.items()}
    assert recall(tmp_path, page, now) == (None if told else MADE)
    assert changed_inputs(tmp_path, page, now) == told


def test_sentences_that_others_import_are_said_with_them_and_all_where_none_is_known(monkeypatch):
    first, other = (f"the library/themes/{name}/sentences.py" for name in ("polls", "sales"))
    words = first.replace(".py", ".yml")  # that it reads
    monkeypatch.setattr(inputs, "_seen", lambda: {first: "1", words: "1", other: "1"})
    monkeypatch.setattr(inputs, "_imports", lambda file: imports[file])
    imports = {first: ("observlib.themes.sales.sentences.told",), other: ()}
    assert used(["ratings"], ["observlib.themes.polls.sentences"]) == (
        "the data/ratings",
        first,
        words,
        other,
    )
    every = [*Path(inputs.__file__).parent.glob("themes/*/*sentences.*")]
    assert len(used([], None)) == len(every)


def test_a_page_that_a_former_version_kept_is_passed_over(tmp_path, page):
    (path,) = tmp_path.glob("avis.*.*")
    files = disk_cache.get(path.parent, path.name) or {}
    about = json.loads(files["about.json"])
    del about["used"]
    disk_cache.put(tmp_path, path.name, {**files, "about.json": json.dumps(about).encode()})
    assert recall(tmp_path, page, NOW) is None
    assert changed_inputs(tmp_path, page, NOW) == ["never made"]


def test_a_table_that_a_page_asked_for_in_vain_is_noticed_once_it_is_there(tmp_path, page):
    made = MadePage("{}", "Aucun sondage.", ("the data/polls", "the data/ratings"))
    keep(tmp_path, page, NOW, made)
    assert recall(tmp_path, page, NOW | {"the data/ratings": "2"}) is None
    assert recall(tmp_path, page, NOW | {"the data/polls": "1", "the data/ratings": "1"}) == MADE
    assert changed_inputs(
        tmp_path, page, NOW | {"the data/ratings": "2", "the data/polls": "1"}
    ) == ["the data (ratings)"]


def test_going_back_to_former_data_finds_the_page_made_of_them(tmp_path, page):
    later = NOW | {"the data/ratings": "2"}
    made = MadePage("{}", "Treize avis.", ("the data/ratings",))
    keep(tmp_path, page, later, made)
    assert recall(tmp_path, page, NOW) == MADE
    assert recall(tmp_path, page, later) == made
