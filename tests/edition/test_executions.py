"""A study whose text changed is published without running its code again; else it is run."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from observlib.edition import executions
from observlib.edition.execute import Outcome
from observlib.edition.plan import Page

NOW = {"the library/a.py": "1", "the data/kind": "real", "the data/ratings": "1"}
USED = ("the data/ratings",)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "pages"


@pytest.fixture
def page(tmp_path: Path, make: Any) -> Page:
    cells = (make.markdown("Avant."), "1 + 1", make.markdown("Après."), "2 + 2")
    found: Page = make.page(
        make.write(tmp_path / "notebooks" / "avis.ipynb", *cells), quarter="2026-T3"
    )
    return found


@pytest.fixture
def ran(tmp_path: Path, page: Page, pages: Path) -> Outcome:
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
    executions.keep(pages, outcome, NOW, USED)
    return outcome


def change(page: Page, edit: Any) -> None:
    notebook = nbformat.read(page.study.path, as_version=4)
    edit(notebook)
    nbformat.write(notebook, page.study.path)


def recalled(pages: Path, page: Page, folder: Path, shared: dict[str, str] = NOW) -> Any:
    folder.mkdir()
    outcomes = executions.recalled(pages, [page], shared, folder)
    return nbformat.read(outcomes[0].path, as_version=4) if outcomes else None


def add_text(notebook: Any) -> None:
    notebook.cells[2].source = "Avant, mieux dit."
    notebook.cells.insert(4, new_markdown_cell("Entre-temps."))
    del notebook.cells[5]  # what came after
    notebook.cells.append(new_markdown_cell("Fin."))
    notebook.cells[0].source = notebook.cells[0].source.replace("Essai", "Essais")


def test_the_text_of_now_stands_between_what_the_code_gave(tmp_path, pages, page, ran):
    change(page, add_text)
    made = recalled(pages, page, tmp_path / "made")
    assert [cell.source for cell in made.cells[1:]] == [
        'quarter = "2026-T3"\ndata = "data"',
        'quarter = "2026-T3"',
        "Avant, mieux dit.",
        "1 + 1",
        "Entre-temps.",
        "2 + 2",
        "Fin.",
    ]
    assert "title: Essais" in made.cells[0].source
    shown = [cell.outputs[0].data["text/plain"] for cell in made.cells if cell.get("outputs")]
    assert shown[2:] == ["result of 1 + 1", "result of 2 + 2"]
    assert made.metadata["observlib_used"] == {"tables": ["ratings"], "memory": 12}


def test_an_execution_without_changes_is_given_as_it_was(tmp_path, pages, page, ran):
    made = recalled(pages, page, tmp_path / "made")
    assert made == nbformat.read(ran.path, as_version=4)


@pytest.mark.parametrize(
    "edit",
    [
        lambda notebook: notebook.cells[3].update(source="1 + 2"),
        lambda notebook: notebook.cells[3].metadata.update(tags=["finding"]),
        lambda notebook: notebook.cells.append(new_code_cell("3 + 3")),
        lambda notebook: notebook.cells.pop(3),
        lambda notebook: notebook.cells.insert(3, notebook.cells.pop(5)),
        lambda notebook: notebook.metadata.kernelspec.update(name="python4"),
    ],
)
def test_code_that_changed_in_any_way_is_run(tmp_path, pages, page, ran, edit):
    change(page, edit)
    assert recalled(pages, page, tmp_path / "made") is None


@pytest.mark.parametrize("name", ["the library/a.py", "the data/kind", "the data/ratings"])
def test_code_is_run_where_data_or_the_library_changed(tmp_path, pages, page, ran, name):
    assert recalled(pages, page, tmp_path / "made", NOW | {name: "2"}) is None


def test_code_is_run_for_other_parameters(tmp_path, pages, page, ran, make):
    other = make.page(page.study.path, quarter="2026-T2")
    assert recalled(pages, other, tmp_path / "made") is None


def test_code_that_is_saved_meanwhile_is_run(tmp_path, pages, page, ran, monkeypatch):
    find = executions.find

    def find_and_save(*words: Any) -> Any:
        found = find(*words)
        change(page, lambda notebook: notebook.cells.pop(3))
        return found

    monkeypatch.setattr(executions, "find", find_and_save)
    assert recalled(pages, page, tmp_path / "made") is None


def test_what_was_recalled_is_not_kept_twice(tmp_path, pages, page, ran):
    change(page, add_text)
    (tmp_path / "made").mkdir()
    (outcome,) = executions.recalled(pages, [page], NOW, tmp_path / "made")
    kept = {path: path.read_bytes() for path in pages.parent.rglob("*") if path.is_file()}
    executions.keep(pages, outcome, NOW, USED)
    assert {p: p.read_bytes() for p in pages.parent.rglob("*") if p.is_file()} == kept
