"""What surrounds a table in its file: titles, footers, sheets, archives, a second file."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.loaders.books import xlsx

from observlib.base.errors import ObservError
from observlib.catalogue import Format
from observlib.loaders._grid import read_grid


def form(**layout):
    keys = {key: layout.pop(key) for key in ("zone_from",) if key in layout}
    entry = {"id": "f", "label": "F", "table": "calls", "columns": {"wait": ["A"]}}
    return Format.model_validate({**entry, **keys, "layout": layout})


def of(tmp_path, content, name="export.csv", **layout):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_grid(path, form(**layout))


AB = ["A", "B"]
GLUED = "".join(json.dumps({"A": n, "in": {"B": [1, "x"], "C": None}}) for n in (1, 2))
LAYOUTS: dict[str, tuple[str | bytes, dict[str, Any], list[str], Any, Any]] = {
    "a title and a line of types": ("Tickets, 1 avril\n\nA;B\ntext;int\n1;2\n",
        {"header_row": 2, "skip_rows": 1}, AB, {5: ["1", "2"]}, ()),
    "no header": ("1,2\n3,4\n",
        {"header_row": 0, "names": ("A", "B")}, AB, {1: ["1", "2"], 2: ["3", "4"]}, ()),
    "an old tool's encoding": ("é;B\n1;2\n".encode("cp1252"),
        {"encodings": ("utf-8", "cp1252")}, ["é", "B"], {2: ["1", "2"]}, ()),
    "records that follow each other without an end": (GLUED + "\n",
        {"kind": "json"}, ["A", "in.B", "in.C"], {1: ["1", "1 x", ""], 2: ["2", "1 x", ""]}, ()),
    "a row of other names below": ("Q1;Q2\nWhy?;\nint;int\n1;2\n",
        {"names_row": 2, "skip_rows": 2}, ["Q1", "Q2"], {4: ["1", "2"]}, (("Why?",), ())),
    "a row of other names above": ("V1;Q1\nId;Why?\n1;2\n",
        {"header_row": 2, "names_row": 1}, ["Id", "Why?"], {3: ["1", "2"]}, (("V1",), ("Q1",))),
}  # fmt: skip


@pytest.mark.parametrize("what", LAYOUTS)
def test_what_surrounds_a_table_is_no_row_of_it(tmp_path, what):
    content, layout, header, rows, others = LAYOUTS[what]
    grid = of(tmp_path, content, **layout)
    assert (grid.header, dict(grid.rows), grid.others) == (header, rows, others)


@pytest.mark.parametrize(("text", "why"), [
    ('{"a": 1}{"a": ', "not JSON"), ("[1, 2]", "holds no records"),
    ('{"a": 1, "a": 2}', "given twice"), (" " * 30_000_000 + "{}", "more than 20 MB"),
], ids=["cut", "no records", "a key twice", "large"])  # fmt: skip
def test_a_json_that_is_no_export_is_refused_in_one_line(tmp_path, text, why):
    with pytest.raises(ObservError, match=why) as caught:
        of(tmp_path, text, kind="json")
    assert "\n" not in str(caught.value)


def test_one_sheet_a_year_is_one_table_and_another_header_is_refused(tmp_path):
    sheets = {"2025": [["A", "B"], [1, 2]], "notes": [["x"]], "2026": [["A", "B"], [3, 4]]}
    grid = of(tmp_path, xlsx(*sheets.items()), "e.xlsx", kind="workbook", sheets=r"\d{4}")
    assert list(grid.rows.values()) == [["1", "2"], ["3", "4"]]
    sheets["2026"] = [["B", "A"], [3, 4]]
    with pytest.raises(ObservError, match="'2025' and '2026' have other headers"):
        of(tmp_path, xlsx(*sheets.items()), "e.xlsx", kind="workbook", sheets=r"\d{4}")
    with pytest.raises(ObservError, match="no sheet named as"):
        of(tmp_path, xlsx(("x", [["A"]])), "e.xlsx", kind="workbook", sheets=r"\d{4}")


def test_a_footer_tells_the_zone_and_is_no_row(tmp_path):
    text = "A;B\n1;2\nTimezone: Europe/Madrid;\n"
    grid = of(tmp_path, text, footer="Timezone", zone_from="Timezone: (.+)")
    assert (grid.zone, list(grid.rows.values())) == ("Europe/Madrid", [["1", "2"]])
    with pytest.raises(ObservError, match="does not tell the zone"):
        of(tmp_path, "A;B\n1;2\n", footer="Timezone", zone_from="Timezone: (.+)")


def archive(tmp_path: Path, files):
    # a number stands for so many zeros, which no run holds in memory from its beginning
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():
            book.writestr(name, bytes(content) if isinstance(content, int) else content)
    return path.read_bytes()


def test_the_files_of_an_archive_are_one_table_under_all_their_headers(tmp_path):
    content = archive(tmp_path, {"in/a_1.csv": "A,B\n1,2\n", "a_2.csv": "A,C\n3,4\n", "x": "?"})
    grid = of(tmp_path, content, "e.zip", kind="archive", members=(r"a_\d\.csv",))
    assert grid.header == ["A", "B", "C"]
    assert list(grid.rows.values()) == [["1", "2", ""], ["3", "", "4"]]


@pytest.mark.parametrize(("files", "why"), [
    ({"x.csv": "A\n"}, "holds none of a_"), ({"a_1.csv": 600_000_000}, "holds more than 500 MB"),
    ({f"a_{n}.csv": "A\n" for n in range(101)}, "holds more than"),
], ids=["others", "a bomb", "many"])  # fmt: skip
def test_an_archive_that_is_none_of_the_tool_is_refused_in_one_line(tmp_path, files, why):
    content = archive(tmp_path, files)
    with pytest.raises(ObservError, match=why):
        of(tmp_path, content, "e.zip", kind="archive", members=(r"a_\d+\.csv",))


def test_a_damaged_archive_is_refused_in_one_line(tmp_path):
    content = archive(tmp_path, {"a_1.csv": "A,B\n" + "1,2\n" * 1000})
    for broken in (content[:100], b"PK\x03\x04" + b"\0" * 50, content.replace(b"a_1", b"a_2", 1)):
        with pytest.raises(ObservError, match=r"no archive that can be read|holds none of"):
            of(tmp_path, broken, "e.zip", kind="archive", members=(r"a_\d+\.csv",))


@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_equal_headers_under_two_questions_are_told_apart(tmp_path, kind):
    rows = [["Id", "By?", "", "About?", ""], ["", "Phone", "Desk", "Phone", "Law"], list("12345")]
    content = "\n".join(map(";".join, rows)) if kind == "text" else xlsx(("S", rows))
    grid = of(tmp_path, content, kind=kind, header_row=2, nested=True)
    assert grid.header == ["Id", "Phone", "Desk", "Phone", "Law"]
    names = [None, "By? [Phone]", "By? [Desk]", "About? [Phone]", "About? [Law]"]
    assert grid.others == tuple((name,) if name else () for name in names)
    assert list(grid.rows.values()) == [list("12345")]
