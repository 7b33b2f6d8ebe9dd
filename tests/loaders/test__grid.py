"""What surrounds a table in its file: titles, footers, sheets, archives and glued documents."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from observlib.base.errors import ObservError
from observlib.base.personal import held
from observlib.catalogue import Format
from observlib.loaders._grid import read_grid, read_queue_log


def form(**layout):
    keys = {key: layout.pop(key) for key in ("zone_from",) if key in layout}
    entry = {"id": "f", "label": "F", "table": "calls", "columns": {"wait": ["A"]}}
    return Format.model_validate({**entry, **keys, "layout": layout})


def workbook(sheets):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(rows):
                sheet.write_row(at, 0, cells)
    return out.getvalue()


def of(tmp_path, content, name="export.csv", **layout):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_grid(path, form(**layout))


def test_a_title_and_a_line_of_types_are_no_rows(tmp_path):
    grid = of(tmp_path, "Tickets, 1 avril\n\nA;B\ntext;int\n1;2\n", header_row=2, skip_rows=1)
    assert (grid.header, grid.rows) == (["A", "B"], {5: ["1", "2"]})


def test_a_table_without_a_header_has_the_names_of_its_format(tmp_path):
    grid = of(tmp_path, "1,2\n3,4\n", header_row=0, names=("A", "B"))
    assert (grid.header, list(grid.rows.values())) == (["A", "B"], [["1", "2"], ["3", "4"]])


def test_an_old_tool_s_encoding_is_read_where_its_format_says_so(tmp_path):
    grid = of(tmp_path, "été;B\n1;2\n".encode("cp1252"), encodings=("utf-8", "cp1252"))
    assert grid.header == ["été", "B"]


def test_records_that_follow_each_other_without_an_end_are_all_read(tmp_path):
    text = "".join(json.dumps({"A": n, "in": {"B": [1, "x"], "C": None}}) for n in (1, 2))
    grid = of(tmp_path, text + "\n", kind="json")
    assert grid.header == ["A", "in.B", "in.C"]
    assert list(grid.rows.values()) == [["1", "1 x", ""], ["2", "1 x", ""]]


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
    grid = of(tmp_path, workbook(sheets), "e.xlsx", kind="workbook", sheets=r"\d{4}")
    assert list(grid.rows.values()) == [["1", "2"], ["3", "4"]]
    sheets["2026"] = [["B", "A"], [3, 4]]
    with pytest.raises(ObservError, match="'2025' and '2026' have other headers"):
        of(tmp_path, workbook(sheets), "e.xlsx", kind="workbook", sheets=r"\d{4}")
    with pytest.raises(ObservError, match="no sheet named as"):
        of(tmp_path, workbook({"x": [["A"]]}), "e.xlsx", kind="workbook", sheets=r"\d{4}")


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
    ({"x.csv": "A\n"}, "holds none of a_"),
    ({"a_1.csv": 600_000_000}, "holds more than 500 MB"),
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


def test_a_row_of_other_names_is_no_row_and_its_names_are_kept(tmp_path):
    grid = of(tmp_path, "Q1;Q2\nWhy?;\nint;int\n1;2\n", names_row=2, skip_rows=2)
    assert (grid.header, grid.others) == (["Q1", "Q2"], (("Why?",), ()))
    assert grid.rows == {4: ["1", "2"]}
    grid = of(tmp_path, "V1;Q1\nId;Why?\n1;2\n", header_row=2, names_row=1)
    assert (grid.header, grid.others) == (["Id", "Why?"], (("V1",), ("Q1",)))


@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_equal_headers_under_two_questions_are_told_apart(tmp_path, kind):
    rows = [["Id", "By?", "", "About?", ""], ["", "Phone", "Desk", "Phone", "Law"], list("12345")]
    content = "\n".join(map(";".join, rows)) if kind == "text" else workbook({"S": rows})
    grid = of(tmp_path, content, kind=kind, header_row=2, nested=True)
    assert grid.header == ["Id", "Phone", "Desk", "Phone", "Law"]
    names = [None, "By? [Phone]", "By? [Desk]", "About? [Phone]", "About? [Law]"]
    assert grid.others == tuple((name,) if name else () for name in names)
    assert list(grid.rows.values()) == [list("12345")]


def calls(*events):
    """Call, outcome, wait and talk of each call of a log, each event at its second."""
    lines = [f"{1774857000 + second}|{rest}" for second, rest in events]
    _, rows = read_queue_log(Path("queue_log"), "\n".join(lines))
    return [[cells[0], *cells[2:5]] for cells in rows.values()]


ENTER = (0, "c1|support|NONE|ENTERQUEUE||0199000001|1")


def test_who_still_waits_where_the_log_ends_is_neither_answered_nor_abandoned():
    done = [(3, "c2|support|NONE|ENTERQUEUE||x|1"), (9, "c2|support|NONE|ABANDON|1|1|6")]
    assert calls(ENTER, *done) == [["c2", "abandoned", "6", ""]]


def test_who_still_talks_was_answered_and_for_how_long_is_not_known():
    assert calls(ENTER, (7, "c1|support|A|CONNECT|7|x|2")) == [["c1", "answered", "7", ""]]


@pytest.mark.parametrize("end", ["EXITWITHTIMEOUT|1|1|20", "EXITEMPTY|1|1|20", "EXITWITHKEY|5|1"])
def test_who_leaves_a_queue_unanswered_counts_as_abandoned_after_the_wait(end):
    assert calls(ENTER, (20, f"c1|support|NONE|{end}")) == [["c1", "abandoned", "20", ""]]


def test_old_logs_without_positions_give_the_wait_by_the_clock():
    assert calls(ENTER, (8, "c1|support|NONE|ABANDON|1")) == [["c1", "abandoned", "8", ""]]


def test_a_call_whose_number_has_as_many_digits_as_somebody_s_is_counted():
    number = "1778460186.76631"  # of 15 digits, with the key of a social security number
    assert held(number) == "a social security number"
    enter = (0, f"{number}|support|NONE|ENTERQUEUE||0199000001|1")
    ((call, *_),) = calls(enter, (9, f"{number}|support|NONE|ABANDON|1|1|9"))
    assert call == "1778460186:76631" and held(call, identifier=True) is None


def test_a_transfer_ends_the_talk():
    events = [ENTER, (5, "c1|support|A|CONNECT|5|x|2"), (65, "c1|support|A|TRANSFER|6000|default")]
    assert calls(*events) == [["c1", "answered", "5", "60"]]


def test_a_call_that_comes_twice_in_one_queue_is_two_calls():
    again = (30, "c1|support|NONE|ENTERQUEUE||x|1")
    ends = [(9, "c1|support|NONE|ABANDON|1|1|9"), again, (31, "c1|support|NONE|ABANDON|1|1|1")]
    assert calls(ENTER, *ends) == [["c1", "abandoned", "9", ""], ["c1/2", "abandoned", "1", ""]]


@pytest.mark.parametrize("text", ["a;b;c", "1774857600|NONE|NONE", "x|c|q|a|ENTERQUEUE"])
def test_what_is_no_event_is_told_with_its_line(text):
    with pytest.raises(ObservError, match="queue_log:1: is no event of a queue log"):
        read_queue_log(Path("queue_log"), text)


def test_a_log_without_a_call_says_so():
    with pytest.raises(ObservError, match="holds no call that entered a queue"):
        read_queue_log(Path("queue_log"), "1774857600|NONE|NONE|NONE|QUEUESTART|")
