"""A committed notebook that no longer shows what its code makes says so, and why."""

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.copies import copy_catalogue

from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.edition import new_study
from observlib.edition.new_study import refresh

READS = """from IPython.display import Markdown
from observlib.pipeline import project
from observlib import store
rows = len(store.read(project.data_folder(data), "calls"))
Markdown(f"{rows > 0}")"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory, demonstration: Path, make: Any) -> Path:
    """A project whose one notebook, which reads calls, was executed in place."""
    root = tmp_path_factory.mktemp("project")
    copy_catalogue(root)
    shutil.copytree(demonstration / "store", root / new_study.DATA / "store")
    parameters = f'quarter = "2026-T3"\ndata = "{new_study.DATA}"'
    make.write(root / "notebooks" / "essai.ipynb", READS, parameters=parameters)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        refresh(root)
    return root


@pytest.fixture
def path(executed: Path, tmp_path: Path) -> Path:
    """The same notebook, to be written over."""
    return Path(shutil.copy(executed / "notebooks" / "essai.ipynb", tmp_path))


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def test_what_make_notebooks_has_executed_is_fresh(executed):
    assert new_study.states(executed) == {"essai": "fresh"}


def test_who_executes_it_again_without_a_change_has_nothing_to_commit(executed, monkeypatch):
    monkeypatch.chdir(executed)
    (path,) = (executed / "notebooks").iterdir()
    before = path.read_bytes()
    assert refresh(executed) == [path]
    assert path.read_bytes() == before


def test_it_holds_one_short_line_for_each_thing_and_for_each_table_that_it_reads(path):
    held = read(path).metadata[kept.MADE_OF]
    assert list(held) == sorted(held) and set(map(len, held.values())) == {12}
    assert {name for name in held if name.startswith("the data/")} == {"the data/calls"}
    assert {"its code", "its outputs", "the library", "the catalogue"} <= set(held)
    assert not [name for name in held if "package" in name or "Python" in name]


@pytest.mark.parametrize(
    ("of", "name", "told"),
    [
        ("loaded", "the library/display/charts.py", "the library"),
        ("loaded", "the library/cli/new.py", "fresh"),  # which no page can see
        ("digests", "calls", "the data (calls)"),
        ("digests", "polls", "fresh"),  # which it does not read
    ],
)
def test_a_change_of_what_it_sees_of_the_library_or_the_data_is_told(
    executed, monkeypatch, of, name, told
):
    where, args = (kept, ()) if of == "loaded" else (new_study.store, (executed / new_study.DATA,))
    changed = {**getattr(where, of)(*args), name: "other"}
    monkeypatch.setattr(where, of, lambda *_: changed)
    assert new_study.states(executed) == {"essai": told}


def test_a_changed_entry_of_the_catalogue_is_told(executed, path):
    now = new_study.standing(executed)
    products = executed / "data" / "catalogue" / "products.yml"
    before = products.read_bytes()
    try:
        products.write_bytes(before + b"# more\n")
        assert new_study.state(read(path), new_study.standing(executed)) == "the catalogue"
    finally:
        products.write_bytes(before)
    assert new_study.state(read(path), now) == "fresh"


def saved(notebook: Any) -> None:
    """As JupyterLab does."""
    notebook.metadata.language_info.version = "3.13.0"
    notebook.metadata.kernelspec.display_name = "Python 3 (ipykernel)"
    for cell in notebook.cells:
        cell.metadata["trusted"] = True
        if cell.cell_type == "code":
            cell.execution_count = 12
            for output in cell.outputs:
                output.execution_count = 12


def other_outputs(notebook: Any) -> None:
    notebook.cells[2].outputs[0].data["text/markdown"] = "False"


def no_record(notebook: Any) -> None:
    del notebook.metadata[kept.MADE_OF]


def wrong_record(notebook: Any) -> None:
    notebook.metadata[kept.MADE_OF] = "fresh"


def cleared(notebook: Any) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)


NOT_KNOWN = "executed outside `make notebooks`: not known"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda n: n.cells[2].update(source="1"), "its code"),
        (lambda n: n.cells.append(nbformat.v4.new_code_cell("2 + 2")), "its code"),
        (lambda n: n.cells[2].metadata.update(tags=["finding"]), "its code"),
        (lambda n: n.cells.append(nbformat.v4.new_markdown_cell("Et après ?")), "fresh"),
        (saved, "fresh"),
        (other_outputs, NOT_KNOWN),
        (no_record, NOT_KNOWN),
        (wrong_record, NOT_KNOWN),
        (cleared, "never executed"),
    ],
)
def test_what_was_changed_by_hand_is_told_and_never_called_fresh_without_reason(
    executed, path, change, told
):
    notebook = read(path)
    change(notebook)
    assert new_study.state(notebook, new_study.standing(executed)) == told


def test_all_that_changed_is_told_at_once(executed, path):
    notebook = read(path)
    notebook.cells[2].source = "1"
    now = {**new_study.standing(executed), "the library": "other", "the data/calls": "other"}
    assert new_study.state(notebook, now) == "its code, the data (calls), the library"


def test_without_demonstration_data_it_is_a_line_that_says_what_is_missing(tmp_path):
    copy_catalogue(tmp_path)
    with pytest.raises(ObservError, match="store"):
        new_study.states(tmp_path)
