"""The committed notebooks are executed in place, all or none, without traces of the run."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from observlib.base.errors import ObservError
from observlib.edition import new_study as module
from observlib.edition.execute import Outcome
from observlib.edition.plan import Page

Refresh = Callable[..., list[Path]]


def run_of(make: Any) -> Any:
    """A notebook as papermill leaves it."""
    notebook = make.notebook(make.finding(), make.markdown("Fin."))
    notebook.metadata["papermill"] = {"duration": 1.5, "input_path": "/home/someone/a.ipynb"}
    for cell in notebook.cells:
        cell.metadata["papermill"] = {"start_time": "2026-11-24T10:00:00"}
        if cell.cell_type == "code":
            cell.execution_count = 4
    return notebook


def test_a_tidied_notebook_keeps_tags_and_outputs_and_nothing_of_the_run(make):
    found = module.tidy(run_of(make))
    nbformat.validate(found)
    text = nbformat.writes(found)
    for trace in ("papermill", "10:00", "/home", "3.11.7"):
        assert trace not in text
    # numbered in their order, as nbval takes a cell without a number for one never run
    assert [cell.execution_count for cell in found.cells if cell.cell_type == "code"] == [1, 2]
    assert found.cells[2].outputs[0].execution_count == 2
    assert [cell.metadata.get("tags") for cell in found.cells] == [
        None,
        ["parameters"],
        ["finding"],
        None,
    ]
    assert found.cells[2].outputs[0].data["text/markdown"] == "Douze visites."


def test_tidying_twice_changes_nothing_more(make):
    once = module.tidy(run_of(make))
    text = nbformat.writes(once)
    assert nbformat.writes(module.tidy(once)) == text


@pytest.fixture
def refresh(tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch) -> Refresh:
    def run(**errors: str) -> list[Path]:
        for name in ("a", "b"):
            make.write(tmp_path / "notebooks" / f"{name}.ipynb", make.markdown("Avant."))

        def execute(pages: list[Page], folder: Path, root: Path) -> list[Outcome]:
            assert all(page.parameters == {} for page in pages)  # their own
            outcomes = []
            for page in pages:
                nbformat.write(run_of(make), folder / f"{page.name}.ipynb")
                path = folder / f"{page.name}.ipynb"
                outcomes.append(Outcome(page, path, errors.get(page.name, "")))
            return outcomes

        monkeypatch.setattr(module, "execute", execute)
        monkeypatch.setattr(module, "standing", lambda root: {"the library": "a"})
        return module.refresh(tmp_path)

    return run


def test_notebooks_are_executed_in_place(refresh, tmp_path):
    written = refresh()
    assert written == [tmp_path / "notebooks" / name for name in ("a.ipynb", "b.ipynb")]
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert "Avant." not in text and "Douze visites." in text and "papermill" not in text
        assert text.endswith("}\n")


def test_one_failure_leaves_every_notebook_as_it_was(refresh, tmp_path):
    with pytest.raises(ObservError, match=r"b\.ipynb: cell 3: ValueError: no"):
        refresh(b="cell 3: ValueError: no")
    for name in ("a", "b"):
        text = (tmp_path / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "Avant." in text and "Douze visites." not in text


def test_a_notebook_with_a_mistake_in_its_header_stops_it_before_anything_runs(refresh, tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copy(__file__, tmp_path / "notebooks" / "c.ipynb")
    with pytest.raises(ObservError, match=r"c\.ipynb: is no notebook"):
        refresh()
    assert "Avant." in (tmp_path / "notebooks" / "a.ipynb").read_text(encoding="utf-8")
