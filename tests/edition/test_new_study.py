"""A new study keeps every rule of the committed ones, from its first minute."""

import errno
import inspect
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.copies import copy_catalogue, share_kept
from tests.notebooks import test_conventions as conventions

from observlib.base import files, kept
from observlib.base.errors import ObservError, UsageError
from observlib.edition import new_study as module
from observlib.edition.execute import Outcome
from observlib.edition.new_study import new_study, refresh
from observlib.edition.plan import Page, load_studies

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, demonstration: Path) -> Path:
    made = tmp_path_factory.mktemp("project")
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, made / "data" / name)
    # as it stands in the project: what families give of it is kept there
    ignored = shutil.ignore_patterns("raw", "published")
    shutil.copytree(demonstration, made / "data" / "demo", ignore=ignored)
    (made / "reports").mkdir()
    share_kept(made)
    (made / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "frequentation.ipynb", made / "notebooks")
    return made


@pytest.fixture(scope="module")
def path(root: Path) -> Path:
    return new_study(root, "essai_un", "Un « essai » : premier", "Pourquoi ?")


def test_it_comes_after_other_studies_and_writes_over_none(root, path):
    studies = load_studies(root / "notebooks")
    assert list(studies) == ["frequentation", "essai_un"]
    assert studies["essai_un"].title == "Un « essai » : premier"
    assert studies["essai_un"].question == "Pourquoi ?"
    assert studies["essai_un"].order == studies["frequentation"].order + 2
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"notebooks/essai_un\.ipynb: exists already"):
        new_study(root, "essai_un")
    assert path.read_bytes() == before


def test_it_keeps_every_convention_of_the_committed_notebooks(path):
    asked = 0
    for name, check in vars(conventions).items():
        of_one = name.startswith("test_") and "search" not in name
        wanted = list(inspect.signature(check).parameters) if of_one else []
        if wanted == ["notebook"]:
            check(nbformat.read(path, as_version=4))
            asked += 1
        elif wanted == ["path"]:
            check(path)
            asked += 1
    assert asked >= 8


@pytest.mark.parametrize(("words", "said"), [
    ({"name": "Essai deux"}, "name 'Essai deux': allowed"), ({"name": "../essai"}, "allowed: a-z"),
    ({"name": "essai_deux", "title": " "}, "title ' ': is empty"),
    ({"name": "essai_deux", "question": ""}, "question '': is empty"),
])  # fmt: skip
def test_words_that_will_not_do_are_told(root, words, said):
    with pytest.raises(UsageError) as caught:
        new_study(root, **words)
    assert said in str(caught.value)


def test_without_demonstration_data_it_says_how_to_make_some(tmp_path):
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(ObservError, match=r"python -m tools\.demo data/demo/raw"):
        new_study(tmp_path, "essai")
    assert not list((tmp_path / "notebooks").iterdir())


@pytest.mark.parametrize("fault", ["disk", "run"])
def test_a_fault_leaves_no_half_study(root, monkeypatch, fault):
    def executed(studies: Any, root: Path) -> list[tuple[Any, Any]]:
        if fault == "run":
            raise ObservError("cell 3: no")
        (study,) = studies
        return [(study, nbformat.read(study.path, as_version=4))]

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("observlib.edition.new_study.executed", executed)
    monkeypatch.setattr(files.os, "fsync", fail)
    before = sorted((root / "notebooks").iterdir())
    with pytest.raises(ObservError, match={"disk": "no study was written", "run": "cell 3"}[fault]):
        new_study(root, "essai_deux")
    assert sorted((root / "notebooks").iterdir()) == before


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
    tags = [cell.metadata.get("tags") for cell in found.cells]
    assert tags == [None, ["parameters"], ["finding"], None]
    assert found.cells[2].outputs[0].data["text/markdown"] == "Douze visites."
    assert nbformat.writes(module.tidy(found)) == nbformat.writes(found)


@pytest.fixture
def refreshed(tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch) -> Refresh:
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
        monkeypatch.setattr(module, "notebook_inputs", lambda root: {"the library": "a"})
        return module.refresh(tmp_path)

    return run


def test_notebooks_are_executed_in_place_or_one_failure_leaves_all_as_they_were(
    refreshed, tmp_path
):
    paths = [tmp_path / "notebooks" / name for name in ("a.ipynb", "b.ipynb")]
    with pytest.raises(ObservError, match=r"b\.ipynb: cell 3: ValueError: no"):
        refreshed(b="cell 3: ValueError: no")
    assert ["Avant." in path.read_text(encoding="utf-8") for path in paths] == [True, True]
    assert refreshed() == paths
    texts = [path.read_text(encoding="utf-8") for path in paths]
    assert all("Douze visites." in text and text.endswith("}\n") for text in texts)
    assert not [text for text in texts if "Avant." in text or "papermill" in text]


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
    shutil.copytree(demonstration / "store", root / module.DATA / "store")
    parameters = f'quarter = "2026-T3"\ndata = "{module.DATA}"'
    make.write(root / "notebooks" / "essai.ipynb", READS, parameters=parameters)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        refresh(root)
    return root


@pytest.fixture
def committed(executed: Path, tmp_path: Path) -> Path:
    """The same notebook, to be written over."""
    return Path(shutil.copy(executed / "notebooks" / "essai.ipynb", tmp_path))


def reading(committed: Path) -> Any:
    return nbformat.read(committed, as_version=4)


def test_what_was_executed_is_fresh_and_again_without_a_change_the_same(executed, monkeypatch):
    assert module.states(executed) == {"essai": "fresh"}
    monkeypatch.chdir(executed)
    (committed,) = (executed / "notebooks").iterdir()
    before = committed.read_bytes()
    assert refresh(executed) == [committed]
    assert committed.read_bytes() == before


def test_a_changed_entry_of_the_catalogue_is_told_with_all_else_that_changed(executed, committed):
    now = module.notebook_inputs(executed)
    products = executed / "data" / "catalogue" / "products.yml"
    before = products.read_bytes()
    try:
        products.write_bytes(before + b"# more\n")
        assert module.state(reading(committed), module.notebook_inputs(executed)) == "the catalogue"
    finally:
        products.write_bytes(before)
    notebook = reading(committed)
    assert module.state(notebook, now) == "fresh"
    notebook.cells[2].source = "1"
    now |= {"the library": "other", "the data/calls": "other"}
    assert module.state(notebook, now) == "its code, the data (calls), the library"


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


@pytest.mark.parametrize(("change", "told"), [
    (lambda n: n.cells[2].update(source="1"), "its code"),
    (lambda n: n.cells.append(nbformat.v4.new_code_cell("2 + 2")), "its code"),
    (lambda n: n.cells[2].metadata.update(tags=["finding"]), "its code"),
    (lambda n: n.cells.append(nbformat.v4.new_markdown_cell("Et après ?")), "fresh"),
    (saved, "fresh"), (other_outputs, NOT_KNOWN), (no_record, NOT_KNOWN), (wrong_record, NOT_KNOWN),
    (cleared, "never executed"),
])  # fmt: skip
def test_what_was_changed_by_hand_is_called_fresh_for_a_reason(executed, committed, change, told):
    notebook = reading(committed)
    change(notebook)
    assert module.state(notebook, module.notebook_inputs(executed)) == told
