"""A page is made again for what it was made from; the edition's frame has each row once."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from tests.copies import demonstration_catalogue

from observlib import dataset, estimates
from observlib.base import kept
from observlib.base.period import Quarter
from observlib.confidentiality.disclosure import Published
from observlib.edition import make as making
from observlib.edition.execute import Outcome
from observlib.edition.make import KeptPages, MadePage, used_inputs
from observlib.edition.plan import Page, Request
from observlib.pipeline import archive, disclosed, frame
from observlib.pipeline.archive import Publication
from observlib.records.sheets import Practices

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


ROOT = Path(__file__).parents[2]
PACKAGE = (
    *("estimates.csv", "comparisons.csv", "dictionary.csv", "datapackage.json", "dataset.jsonld"),
    *("observatoire-2026-t3.xlsx", "observatoire-2026-t3.zip"),
)
FILES = (archive.ESTIMATES, archive.COMPARISONS)


@pytest.fixture
def request_(tmp_path: Path, demonstration: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """A request for the demonstration's edition, in a project where nothing is kept yet."""
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    monkeypatch.chdir(tmp_path)
    frame._given.cache_clear()
    return Request(
        root=tmp_path, data=demonstration, quarter=Quarter("2026-T3"), today=date(2026, 11, 24),
        kind="demonstration", digest="abc123", catalogue=demonstration_catalogue(),
        practices=Practices((), {}, {}), pages=(), wanted=frozenset(),
    )  # fmt: skip


def written(request: Request, folder: Path) -> dict[str, bytes]:
    """The files of the frame."""
    folder.mkdir()
    found = making.frame_files(request, request.today)
    assert set(found) == {*FILES, "disclosure.json", *(f"donnees/{name}" for name in PACKAGE)}
    for name, content in found.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return found


def test_a_package_marks_what_is_revised_and_the_frame_stays(request_, tmp_path, monkeypatch):
    monkeypatch.setattr(disclosed, "jobs", lambda _: [("visits", "")])
    first = written(request_, tmp_path / "first")
    rows = pd.read_parquet(tmp_path / "first" / archive.ESTIMATES)
    before = rows.assign(estimate=rows["estimate"].where(rows.index > 0, 1.0))
    earlier = Publication("0001-2026-T2", Published(before, []), "2026-08-17")
    monkeypatch.setattr(archive, "earlier", lambda _: [earlier])
    again = written(request_, tmp_path / "again")
    assert {name: again[name] for name in FILES} == {name: first[name] for name in FILES}
    flags = dataset.read_table(again["donnees/estimates.csv"])["flags"]
    assert flags[0] == "r" and not flags[1:].str.contains("r").any()


@pytest.mark.slow
def test_whatever_a_page_shows_is_a_row_of_the_frame_and_no_quantity_has_two(root: Path) -> None:
    edition = root / "reports" / "editions" / "2026-T3"
    rows, pairs = (pd.read_parquet(edition / name) for name in FILES)
    quantity = ["indicator", "product", "channel", "device", "period", "group", "group_value"]
    assert not rows.duplicated(quantity).any()
    known = {*estimates.csv_lines(rows), *estimates.csv_lines(pairs)}
    shown: list[str] = []
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                carried = output.get("data", {}).get(estimates.MIME, {})
                shown += carried.get("rows", [])
                shown += carried.get("comparisons", {}).get("rows", [])
    assert len(shown) > 1000 and set(shown) <= known
