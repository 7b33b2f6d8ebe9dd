"""A page is made again for what it was made from; the edition's frame has each row once."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from observlib.base import kept
from observlib.edition import make as making
from observlib.edition.execute import Outcome
from observlib.edition.make import KeptPages, MadePage, used_inputs
from observlib.edition.plan import Page

NOW = {
    "the library/a.py": "1", "the data/kind": "real", "the data/ratings": "1",
    "the data/calls": "1", "the library/themes/polls/sentences.py": "1",
    "the library/themes/surveys/sentences.py": "1",
}  # fmt: skip
USED = ("the data/ratings", "the library/themes/surveys/sentences.py")
MADE = MadePage("{}", "Douze avis.", USED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "pages"


@pytest.fixture
def page(tmp_path: Path, folder: Path, make: Any) -> Page:
    cells = (make.markdown("Avant."), "1 + 1", make.markdown("Après."), "2 + 2")
    path = make.write(tmp_path / "notebooks" / "avis.ipynb", *cells)
    found: Page = make.page(path, quarter="2026-T3")
    KeptPages(folder, NOW).keep(found, MADE)
    return found


@pytest.mark.parametrize(("changed", "told"), [
    ({}, []),
    ({"the data/calls": "2"}, []),  # whose table it does not read
    ({"the data/polls": "1"}, []),
    ({"the data/ratings": "2"}, ["the data (ratings)"]),
    ({"the data/kind": "demonstration"}, ["the data (kind)"]),
    ({"the library/a.py": "2"}, ["the library (a.py)"]),
    ({"the library/themes/polls/sentences.py": "2"}, []),  # which it does not say
    (
        {"the library/themes/surveys/sentences.py": "2"},
        ["the library (themes/surveys/sentences.py)"],
    ),
    (
        {"the library/themes/sales/sentences.py": "1"},  # whose name it may see
        ["the library (themes/sales/sentences.py)"],
    ),
    ({"the library/themes/polls/__init__.py": "2"}, ["the library (themes/polls/__init__.py)"]),
])  # fmt: skip
def test_what_changed_runs_the_pages_that_read_or_say_it_and_no_other(folder, page, changed, told):
    now = NOW | changed
    assert KeptPages(folder, now).recall(page) == (None if told else MADE)
    assert KeptPages(folder, now).why(page) == told


def test_sentences_that_others_import_are_said_with_them_and_all_where_none_is_known():
    both = used_inputs(["ratings"], ["observlib.themes.satisfaction.sentences"])
    assert both[0] == "the data/ratings"
    names = [name for name in both if name.endswith("satisfaction/sentences.j2")]
    assert names == ["the library/themes/satisfaction/sentences.j2"]
    every = [*Path(kept.__file__).parents[1].glob("themes/[!_]*/*sentences.*")]
    assert len(both) < len(used_inputs([], None)) == len(every)


def test_going_back_to_former_data_finds_the_page_that_was_made_of_them(folder, page):
    later, polls = NOW | {"the data/ratings": "2"}, {"the data/polls": "1"}
    made = MadePage("{}", "Aucun sondage.", ("the data/polls", "the data/ratings"))
    KeptPages(folder, later).keep(page, made)
    assert KeptPages(folder, NOW).recall(page) == MADE
    assert KeptPages(folder, later).recall(page) == made
    assert KeptPages(folder, later | polls).recall(page) is None
    assert KeptPages(folder, later | polls).why(page) == ["the data (polls)"]


@pytest.fixture
def ran(tmp_path: Path, page: Page, folder: Path) -> Outcome:
    """The page, as papermill leaves it, kept."""
    notebook = nbformat.read(page.study.path, as_version=4)
    tags = {"tags": ["injected-parameters"]}
    notebook.cells.insert(2, new_code_cell('quarter = "2026-T3"', metadata=tags))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            result = {"text/plain": f"result of {cell.source}"}
            cell.outputs = [nbformat.v4.new_output("execute_result", result)]
    notebook.metadata["observlib_used"] = {"tables": ["ratings"], "memory": 12}
    outcome = Outcome(page, tmp_path / "avis.ipynb")
    nbformat.write(notebook, outcome.path)
    made = MadePage(outcome.path.read_text(encoding="utf-8"), "", ("the data/ratings",))
    KeptPages(folder, NOW).executions.keep(page, made)
    return outcome


def change(page: Page, edit: Any) -> None:
    notebook = nbformat.read(page.study.path, as_version=4)
    edit(notebook)
    nbformat.write(notebook, page.study.path)


def executions(folder: Path, page: Page, shared: kept.Inputs = NOW) -> list[Outcome]:
    target = folder.with_name("made")
    target.mkdir(parents=True, exist_ok=True)
    return making.kept_outcomes(KeptPages(folder, shared).executions, [page], target)


def add_text(notebook: Any) -> None:
    notebook.cells[2].source = "Avant, mieux dit."
    notebook.cells.insert(4, new_markdown_cell("Entre-temps."))
    del notebook.cells[5]  # what came after
    notebook.cells.append(new_markdown_cell("Fin."))
    notebook.cells[0].source = notebook.cells[0].source.replace("Essai", "Essais")


def test_the_text_of_now_stands_between_what_the_code_gave_and_is_not_kept_twice(folder, page, ran):
    change(page, add_text)
    (outcome,) = executions(folder, page)
    made = nbformat.read(outcome.path, as_version=4)
    assert [cell.source for cell in made.cells[1:]] == [
        'quarter = "2026-T3"\ndata = "data"', 'quarter = "2026-T3"', "Avant, mieux dit.", "1 + 1",
        "Entre-temps.", "2 + 2", "Fin.",
    ]  # fmt: skip
    assert "title: Essais" in made.cells[0].source
    shown = [cell.outputs[0].data["text/plain"] for cell in made.cells if cell.get("outputs")]
    assert shown[2:] == ["result of 1 + 1", "result of 2 + 2"]
    assert made.metadata["observlib_used"] == {"tables": ["ratings"], "memory": 12}
    assert outcome.is_kept


@pytest.mark.parametrize("edit", [
    lambda notebook: notebook.cells[3].update(source="1 + 2"),
    lambda notebook: notebook.cells[3].metadata.update(tags=["finding"]),
    lambda notebook: notebook.cells.append(new_code_cell("3 + 3")),
    lambda notebook: notebook.cells.insert(3, notebook.cells.pop(5)),
    lambda notebook: notebook.metadata.kernelspec.update(name="python4"),
])  # fmt: skip
def test_code_that_changed_in_any_way_is_run(folder, page, ran, edit):
    change(page, edit)
    assert not executions(folder, page)


def test_code_is_run_for_other_data_parameters_or_library_only(folder, page, ran, make):
    for name in ("the library/a.py", "the data/kind", "the data/ratings"):
        assert not executions(folder, page, NOW | {name: "2"})
    assert not executions(folder, make.page(page.study.path, quarter="2026-T2"))
    (outcome,) = executions(folder, page)
    assert nbformat.read(outcome.path, 4) == nbformat.read(ran.path, 4)


def test_code_that_is_saved_meanwhile_is_run(folder, page, ran, monkeypatch):
    find = KeptPages.recall

    def find_and_save(*words: Any) -> Any:
        found = find(*words)
        change(page, lambda notebook: notebook.cells.pop(3))
        return found

    monkeypatch.setattr(KeptPages, "recall", find_and_save)
    assert not executions(folder, page)
