"""The committed notebooks only read, ask `observlib` and comment."""

import ast
import copy
import io
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from observlib import estimates
from observlib.base import kept
from observlib.display import charts
from observlib.edition.new_study import made_of, tidy
from observlib.edition.plan import load_studies

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MIMES = {estimates.MIME, "text/plain", "text/markdown", "text/html", "image/svg+xml", charts.NARROW}
MACHINE = r"(?<![\w.)/])/(?:home|Users|root|tmp|work|private|mnt|opt|srv|var)/|\b[A-Z]:\\\\?\w"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Any:
    return nbformat.read(request.param, as_version=4)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook: Any, tag: str) -> list[Any]:
    return [cell for cell in code(notebook) if tag in cell.metadata.get("tags", [])]


def test_it_has_one_parameters_cell_and_one_finding_that_was_shown(notebook):
    (parameters,) = tagged(notebook, "parameters")
    assert re.search(r'(?m)^data = "data/demo"$', parameters.source)
    (finding,) = tagged(notebook, "finding")
    assert any(output.data.get("text/markdown", "").strip() for output in finding.outputs)


def test_its_code_only_asks_observlib_and_is_read_at_a_glance(notebook):
    imported = set()
    for cell in code(notebook):
        most = 15 if "Study(quarter, data" in cell.source else 12
        assert cell.source.count("\n") < most, cell.source
        for node in ast.walk(ast.parse(cell.source)):  # a magic or a shell line is no Python
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
            elif isinstance(node, ast.Name):
                assert node.id not in ("open", "exec", "eval", "__import__", "len", "any", "all")
            elif isinstance(node, ast.Attribute):
                assert node.attr not in ("empty", "notna", "isna", "any", "all", "head", "loc")
    assert imported == {"observlib"}


def test_every_chart_and_table_has_a_label_of_its_sort_and_no_other_cell_has_one(notebook):
    labels = []
    for cell in code(notebook):
        found = re.findall(r"(?m)^#\| label: (.*)$", cell.source)
        kinds = [output.data[estimates.MIME]["kind"] for output in cell.outputs]
        wanted = [{"chart": "fig", "table": "tbl"}[kind] for kind in kinds if kind != "text"]
        if wanted:
            assert [label.partition("-")[0] for label in found] == wanted
        assert all(re.fullmatch(r"(fig|tbl)-[a-z0-9]+(-[a-z0-9]+)*", label) for label in found)
        labels += found
    assert len(set(labels)) == len(labels)


def test_each_notebook_is_a_study_and_the_code_of_all_is_read_in_an_hour():
    assert set(load_studies(ROOT / "notebooks")) == {path.stem for path in NOTEBOOKS}
    cells = [
        cell
        for path in NOTEBOOKS
        for cell in code(nbformat.read(path, as_version=4))
        if "parameters" not in cell.metadata.get("tags", [])  # the same in most
    ]
    lines = [line.strip() for cell in cells for line in cell.source.split("\n")]
    assert sum(not line.startswith("#") for line in lines if line) <= 700


def test_what_it_points_at_is_in_it_and_no_path_is_absolute(notebook):
    text = "\n".join(cell.source for cell in notebook.cells)
    labels = set(re.findall(r"(?m)^#\| label: (.*)$", text))
    labels |= set(re.findall(r"\blabel=\"([\w-]+)\"", text))
    assert set(re.findall(r"(?:@|\bsee\(\")((?:fig|tbl)-[\w-]+)", text)) <= labels
    text = nbformat.writes(notebook)
    assert re.findall(MACHINE, text) == []
    assert str(ROOT) not in text
    for path in ("/home/someone/x", "lu dans /tmp/x", r"C:\\Users\\x"):
        assert re.search(MACHINE, path)


def test_its_headings_start_at_the_second_level_and_jump_none(notebook):
    level = 1
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for marks in re.findall(r"(?m)^(#+) ", cell.source):
                assert 2 <= len(marks) <= level + 1
                level = len(marks)


def test_all_it_shows_is_of_a_type_that_pages_hold_and_has_its_estimates_beside(notebook):
    shown = 0
    for cell in code(notebook):
        for output in cell.outputs:
            assert output.output_type in ("execute_result", "display_data")  # no warning, no print
            assert set(output.data) <= MIMES
            assert estimates.MIME in output.data and len(output.data) > 1
            shown += 1
    assert shown > 2


def test_it_is_as_make_notebooks_has_executed_and_left_it(notebook):
    told = notebook.metadata[kept.MADE_OF]
    now = made_of(notebook, {}, [])
    assert now == {name: told[name] for name in ("its code", "its outputs")}
    assert notebook == tidy(copy.deepcopy(notebook))
    counts = [cell.execution_count for cell in code(notebook)]
    assert counts == list(range(1, len(counts) + 1))  # in order: nothing was run twice or skipped


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_file_is_written_as_jupyter_writes_it_so_that_changes_are_read_easily(path):
    text = path.read_text(encoding="utf-8")
    assert nbformat.writes(nbformat.read(path, as_version=4)) + "\n" == text
    assert "\r" not in text


def passed(path: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    """A notebook as Quarto has it, of the filter that `_quarto.yml` names."""
    settings = yaml.safe_load((FOLDER / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["project"]["output-dir"] == "_rendered" and not settings["execute"]["enabled"]
    (name,) = settings["ipynb-filters"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(path.read_text(encoding="utf-8")))
    monkeypatch.setattr(sys, "stdout", written := io.StringIO())
    runpy.run_path(str(FOLDER / name), run_name="__main__")
    return nbformat.reads(written.getvalue(), 4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_chart_and_table_has_its_caption_and_no_output_brings_a_script(path, monkeypatch):
    notebook = passed(path, monkeypatch)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [(cell.source, o.data) for cell in cells for o in cell.outputs if "data" in o]
    for source, data in shown:
        assert "text/html" not in data
        if "image/svg+xml" in data:
            assert "#| fig-cap: " in source and "#| fig-alt: " in source
        if "<table" in data.get("text/markdown", "") and "#| label: tbl-" in source:
            assert "#| tbl-cap: " in source
    assert shown
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert sum("Données de démonstration" in text for text in texts) == 1
    assert "\nsubtitle: " in notebook.cells[0].source
