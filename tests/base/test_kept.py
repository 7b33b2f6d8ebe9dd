"""What is kept is given back whole or not at all, by all that it was made of, and says why not."""

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from observlib.base import kept
from observlib.edition import make
from observlib.pipeline import frame

SOURCE = Path(kept.__file__).parent
FILES = {"page.html": "é".encode(), "page_files/fig.svg": b"\x00\xff" * 50}
OF = {"the data/calls": "1", "the library/a.py": "1"}
FOR_CALLS = {"the data/calls": "2"}


# Entries
def test_an_entry_is_given_back_byte_by_byte_for_what_it_was_made_of(tmp_path):
    folder = tmp_path / "new" / "folder"
    assert kept.made(folder, "page", OF, lambda: FILES) == FILES
    assert kept.made(folder, "page", OF, lambda: pytest.fail("made twice")) == FILES
    assert kept.get(folder, "page", dict(reversed(OF.items()))) == FILES
    for other in (OF | FOR_CALLS, {**OF, "more": ""}, {}):
        assert kept.get(folder, "page", other) is None and not kept.has(folder, "page", other)
    assert kept.get(folder, "pages", OF) is None is kept.get(tmp_path / "nowhere", "page", OF)


def test_without_a_folder_or_where_none_can_be_written_what_is_made_is_there_all_the_same(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for place in (None, tmp_path / "file"):
        assert kept.made(place, "page", OF, lambda: FILES) == FILES


def test_it_is_told_what_differs_from_the_entry_that_was_made_of_the_most_like(tmp_path):
    assert kept.why(tmp_path, "page", OF) == ["never made"]
    kept.put(tmp_path, "page", OF, FILES)
    kept.put(tmp_path, "page", {"the library/a.py": "9"}, FILES)
    kept.put(tmp_path, "pages", OF | FOR_CALLS, FILES)  # of another name
    assert kept.why(tmp_path, "page", OF) == []
    assert kept.why(tmp_path, "page", OF | FOR_CALLS) == ["the data (calls)"]
    assert kept.differing(tmp_path, "page", {}) == {"the library/a.py"}


def test_what_is_known_to_be_used_only_once_it_is_made_is_compared_too(tmp_path):
    kept.put(tmp_path, "page", OF, {"made": b"1"}, used={"polls": "1", "gone": ""})
    kept.put(tmp_path, "page", OF, {"made": b"2"}, used={"polls": "2"})
    for now, expected in ({"polls": "1"}, b"1"), ({"polls": "2", "sales": "1"}, b"2"):
        assert kept.get(tmp_path, "page", OF, now) == {"made": expected}
    assert kept.get(tmp_path, "page", OF, {"polls": "3"}) is None
    assert kept.why(tmp_path, "page", OF, {"polls": "3", "gone": "1"}) == ["polls"]


@given(st.data())
def test_whatever_is_wrong_with_an_entry_it_is_as_if_it_were_not_there(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("kept")
    kept.put(folder, "page", OF, FILES)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[place] ^ data.draw(st.integers(1, 255))])
    for damaged in (whole[:place] + flipped + whole[place + 1 :], whole[:place], whole + b"x"):
        path.write_bytes(damaged)
        assert kept.get(folder, "page", OF) is None
        assert kept.why(folder, "page", OF) == ["never made"]
    assert kept.made(folder, "page", OF, lambda: FILES) == FILES == kept.get(folder, "page", OF)


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/outside"])
def test_no_entry_leads_out_of_the_folder_it_is_unpacked_into(tmp_path, name):
    kept.put(tmp_path, "page", OF, {**FILES, name: b"x"})
    assert kept.get(tmp_path, "page", OF) is None


def test_what_was_of_no_use_for_longest_is_pruned_first_and_this_run_s_own_never(tmp_path):
    names = ["used", "newest", "old", ".old-half", "oldest", "used-oldest"]
    for age, name in enumerate(names):
        kept.put(tmp_path / "pages", name, {}, {"x": os.urandom(1000)}, {"y": ""})
        moment = time.time() - 1000 * (age + 1)
        for path in (tmp_path / "pages").glob(f"{name}.*"):
            os.utime(path, (moment, moment))
    began, size = time.time() - 1, path.stat().st_size
    assert kept.get(tmp_path / "pages", "used-oldest", {}, {})  # of use now

    def left() -> set[str]:
        return {path.name.partition(".")[0] for path in (tmp_path / "pages").iterdir()}

    kept.prune(tmp_path, 3 * size + 100)
    assert left() == {"used", "newest", "used-oldest"}
    kept.prune(tmp_path, 0, began)
    assert left() == {"used-oldest"}


# What things are made of
def study() -> Any:
    cells = [
        new_code_cell("x = 1\ny = 2", metadata={"tags": ["finding"]}),
        new_markdown_cell("Un."),
    ]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def digests(tmp_path: Path, notebook: Any) -> tuple[str, str]:
    path = tmp_path / "study.ipynb"
    nbformat.write(notebook, path)
    return kept.notebook(path), kept.notebook(path, ("code",))


def run(notebook: Any) -> None:
    notebook.cells[0].update(execution_count=7, id="other")
    notebook.cells[0].outputs = [new_output("stream", text="12")]
    notebook.metadata[kept.MADE_OF] = {"its code": "a"}


@pytest.mark.parametrize(("change", "changed"), [
    (run, (False, False)),
    (lambda n: n.cells[0].update(source="x = 2"), (True, True)),
    (lambda n: n.cells[0].metadata.update(tags=["raises-exception"]), (True, True)),
    (lambda n: n.metadata.update(kernelspec={"name": "other"}), (True, True)),
    (lambda n: n.cells[1].update(source="Deux."), (True, False)),
    (lambda n: n.cells[1].update(cell_type="raw"), (True, False)),
    (lambda n: n.cells[1].update(attachments={"a.png": {"image/png": "AA"}}), (True, False)),
    (lambda n: n.cells.reverse(), (True, False)),
    (lambda n: n.cells.pop(), (True, False)),
])  # fmt: skip
def test_a_notebook_is_its_words_code_and_settings_and_no_trace_of_a_run(tmp_path, change, changed):
    before, other = digests(tmp_path, study()), study()
    change(other)
    after = digests(tmp_path, other)
    assert tuple(one != two for one, two in zip(before, after, strict=True)) == changed
    path = tmp_path / "study.ipynb"
    raw = json.loads(path.read_text(encoding="utf-8"))
    for cell in raw["cells"]:
        cell["source"] = "".join(cell["source"])  # a text in place of its lines
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert (kept.notebook(path), kept.notebook(path, ("code",))) == after


def test_a_folder_is_its_files_and_neither_bytecode_nor_hidden_ones(tmp_path):
    seen = ["a.py", "room/b.css", "room/made/d"]
    for name in (*seen, "__pycache__/a.pyc", ".hidden", ".git/x", "made/c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    found = kept.tree("it", tmp_path, {"made"})
    assert list(found) == [f"it/{name}" for name in seen]
    (tmp_path / "room" / "b.css").write_text("other", encoding="utf-8")
    assert kept.difference_words(found, kept.tree("it", tmp_path, {"made"})) == ["it (room/b.css)"]
    assert kept.tree("it", tmp_path / "nowhere") == {}


def parts(inputs: kept.Inputs) -> set[str]:
    return {name.removeprefix(f"{kept.LIBRARY}/") for name in inputs}


def test_pages_and_families_depend_on_what_they_can_run_and_on_nothing_else(tmp_path):
    seen = parts(make.page_library(tmp_path))
    assert {"pipeline/project.py", "estimates/__init__.py", "display/charts.py"} <= seen
    assert {"store/__init__.py", "dataset/__init__.yml"} <= seen
    assert {"edition/finalise.py", "edition/engine.py", "confidentiality/disclosure.py"} <= seen
    assert {"themes/polls/sentences.j2", "themes/easy/common_words.txt"} <= seen
    assert "study/overview.py" not in seen
    nbformat.write(
        new_notebook(cells=[new_code_cell("import observlib.study.overview")]), tmp_path / "a.ipynb"
    )
    assert "study/overview.py" in parts(make.page_library(tmp_path))
    seen = seen.union(*map(parts, map(frame._code, frame.families())))
    rooms = ("cli/", "publish/", "review/", "loaders/")
    assert not [name for name in seen if name.startswith(rooms)]


def test_no_import_of_the_library_is_missed_or_a_change_there_would_leave_a_page_as_it_was():
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                wanted |= {f"{node.module}.{alias.name}" for alias in node.names}
        assert {*kept.imported_modules(text)} >= {
            one for one in wanted if one.startswith("observlib.")
        }, path


def test_a_file_that_is_written_under_an_open_notebook_is_like_no_other(tmp_path):
    shutil.copytree(SOURCE.parent, tmp_path / "observlib", ignore=shutil.ignore_patterns("*.pyc"))
    code = """
import json, pathlib, time
from observlib.base import kept
time.sleep(0.05)
pathlib.Path(kept.__file__).with_name("text.py").write_text("new = 1")
now = kept.library_files()
print(json.dumps({name: one for name, one in kept.loaded().items() if one != now[name]}))
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = [sys.executable, "-c", code]
    first, second = (
        json.loads(subprocess.run(run, env=environment, capture_output=True, check=True).stdout)
        for _ in range(2)
    )
    assert first.keys() == second.keys() == {"the library/base/text.py"}
    assert first != second  # what one has made of former code, another finds nowhere


def test_a_run_killed_while_it_stores_leaves_no_entry_and_the_former_one_whole(tmp_path):
    kept.put(tmp_path, "page", OF, {"page.html": b"former"})
    script = f"""
import os
from pathlib import Path
from observlib.base import kept
os.fsync = lambda number: os.kill(os.getpid(), 9)
kept.put(Path({str(tmp_path)!r}), "page", {{}}, {{"page.html": b"new"}})
"""
    for of in (OF, FOR_CALLS):
        code = script.replace("{}", repr(of), 1)
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert kept.get(tmp_path, "page", OF) == {"page.html": b"former"}
    assert kept.get(tmp_path, "page", FOR_CALLS) is None
