"""What a page depends on: all that matters to it, and nothing that does not."""

import ast
import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from observlib.base import inputs

SOURCE = Path(inputs.__file__).parents[1]


def study() -> Any:
    cells = [
        new_code_cell("x = 1\ny = 2", metadata={"tags": ["finding"]}),
        new_markdown_cell("Un."),
    ]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def digest(tmp_path: Path, notebook: Any) -> str:
    path = tmp_path / "study.ipynb"
    nbformat.write(notebook, path)
    return inputs.notebook(path)


def test_a_notebook_that_was_only_executed_is_the_same(tmp_path):
    before = digest(tmp_path, study())
    run = study()
    run.cells[0].execution_count = 7
    run.cells[0].outputs = [new_output("stream", text="12")]
    run.cells[0].id = "other"
    run.metadata[inputs.MADE_OF] = {"its code": "a"}
    assert digest(tmp_path, run) == before


def test_sources_as_texts_or_as_lines_are_the_same(tmp_path):
    before = digest(tmp_path, study())
    path = tmp_path / "study.ipynb"
    raw = json.loads(path.read_text(encoding="utf-8"))
    for cell in raw["cells"]:
        cell["source"] = "".join(cell["source"])
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert inputs.notebook(path) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda n: n.cells[0].update(source="x = 2"),
        lambda n: n.cells[0].metadata.update(tags=["finding", "raises-exception"]),
        lambda n: n.cells[1].update(source="Deux."),
        lambda n: n.cells[1].update(cell_type="raw"),
        lambda n: n.cells[1].update(attachments={"a.png": {"image/png": "AAAA"}}),
        lambda n: n.cells.reverse(),
        lambda n: n.cells.pop(),
        lambda n: n.metadata.update(kernelspec={"name": "other"}),
    ],
)
def test_a_notebook_whose_words_code_or_settings_changed_is_another(tmp_path, change):
    before, other = digest(tmp_path, study()), study()
    change(other)
    assert digest(tmp_path, other) != before


def test_a_folder_is_its_files_and_neither_bytecode_nor_hidden_ones(tmp_path):
    for name in (
        "a.py",
        "room/b.css",
        "__pycache__/a.pyc",
        ".hidden",
        ".git/x",
        "made/c",
        "room/made/d",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    found = inputs.tree("it", tmp_path, {"made"})
    assert list(found) == ["it/a.py", "it/room/b.css", "it/room/made/d"]
    (tmp_path / "room" / "b.css").write_text("other", encoding="utf-8")
    assert inputs.changes(found, inputs.tree("it", tmp_path, {"made"})) == ["it (room/b.css)"]
    assert inputs.tree("it", tmp_path / "nowhere") == {}


def test_what_no_page_can_see_of_the_library_is_there_under_these_names():
    parts = (path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*"))
    assert {part.removesuffix(".py") for part in parts} >= inputs.UNSEEN


def test_no_code_that_a_study_can_run_is_out_of_sight():
    seen = {
        name.removeprefix("the library/")
        for name in inputs.within(inputs.library(), inputs.UNSEEN, inside=False)
    }
    assert {
        "pipeline/project.py",
        "estimates/__init__.py",
        "display/charts.py",
        "store/reading.py",
    } <= seen
    assert {"edition/finalise.py", "edition/engine.py", "confidentiality/disclosure.py"} <= seen
    assert not [name for name in seen if name.startswith(("cli/", "review/", "loaders/"))]


def test_an_updated_package_is_another_input_and_the_first_on_the_path_counts(
    tmp_path, monkeypatch
):
    for place, version in (("first", "1.0"), ("second", "2.0")):
        (tmp_path / place / f"some_package-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(
        sys, "path", [str(tmp_path / "first"), str(tmp_path / "second"), str(tmp_path / "no.zip")]
    )
    found = inputs.installed()
    assert found["the packages/some_package"] == "1.0"
    (tmp_path / "first" / "some_package-1.0.dist-info").rename(
        tmp_path / "first" / "some_package-1.1.dist-info"
    )
    assert inputs.changes(found, inputs.installed()) == ["the packages (some_package)"]


def test_no_import_of_the_library_is_missed_or_a_change_there_would_leave_a_page_as_it_was():
    for name in inputs.within(inputs.library(), inputs.UNSEEN, inside=False):
        path = SOURCE / name.removeprefix(f"{inputs.LIBRARY}/")
        if path.suffix != ".py":
            continue
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                wanted |= {f"{node.module}.{alias.name}" for alias in node.names}
        own = {one for one in wanted if one.startswith("observlib.")}
        assert {*inputs._imports(name)} == own, name
