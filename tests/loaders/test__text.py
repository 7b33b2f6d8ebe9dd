"""Reading text: what would put wrong numbers, or a traceback, before an analyst."""

from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.base.personal import held
from observlib.base.text import fold
from observlib.loaders import _text
from observlib.loaders._grid import ColumnCells, in_columns
from observlib.loaders._text import (
    csv_rows,
    lines_in,
    lines_of_text,
    need_columns,
    parse_count,
    parse_day,
    parse_month,
    read_export_text,
    read_json,
    short,
    without_persons,
)


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(("raw", "says"), [
    (b" \n", "empty file"), (b"\xff\xfe", "empty file"), (b"a\x00b", "NUL"),
    (b"\xff\xfea", "not UTF-16"),
])  # fmt: skip
def test_what_is_no_text_is_told_in_one_line(tmp_path, raw, says):
    with pytest.raises(ObservError, match=says) as caught:
        read_export_text(written(tmp_path, raw))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("text", "says"), [
    ("{", r"x\.json:1: not JSON: .* at column"), ("[" * 100_000, "nested too deeply"),
    ("[" + "9" * 10_000 + "]", "number too long"),
])  # fmt: skip
def test_broken_json_is_told_in_one_line(text, says):
    with pytest.raises(ObservError, match=says):
        read_json(Path("x.json"), text)


@pytest.mark.parametrize(("text", "count"), [
    (" 1 234 ", 1234), ("1\u00a0234\u00a0567", 1_234_567), ("12\u202f345", 12_345), ("-5", -5),
    ("542.0", 542), ("1,234", None), ("1.234", None), ("1.000", None), ("12 34", None),
    ("100%", None), ("", None), ("٣", None), (str(2**63), None),
])  # fmt: skip
def test_a_count_is_read_as_meant_or_not_at_all(text, count):
    assert parse_count(text) == count


@given(st.integers(0, 2**63 - 1), st.sampled_from([" ", "\u00a0", "\u202f"]))
def test_grouped_thousands_come_back_whole(number, space):
    assert parse_count(f"{number:,}".replace(",", space)) == number
    assert parse_count(f"{number:,}", comma_groups=True) == number


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)))
def test_days_and_months_come_back(day):
    assert parse_day(day.isoformat()) == day
    span = parse_month(day.isoformat()[:7])
    assert span is not None and span[0] <= day <= span[1]
    assert span[0].day == 1 and (span[0].month == span[1].month)


@given(st.text())
def test_any_text_is_parsed_or_refused_without_an_exception(text):
    parse_count(text)
    parse_day(text)
    parse_month(text)
    fold(text)
    assert len(short(text)) <= 60 and "\n" not in short(text)


@pytest.mark.parametrize("cell", [
    "06 12 34 56 78", "06\u00a012\u00a034\u00a056\u00a078", "06\u202f12\u202f34\u202f56\u202f78",
    "06.12.34.56.78", "06-12-34-56-78", "+33 6 12 34 56 78", "zoe@exemple.invalid", "a\nb",
])  # fmt: skip
def test_no_way_of_writing_a_number_to_call_shows_it(cell):
    assert without_persons(cell, 60, "comment").startswith("(not shown")
    assert held(cell) or "\n" in cell


def lines(tmp_path, content, *encodings):
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    return list(lines_in(path, encodings or ("utf-8",))())


def why(tmp_path, content, *encodings):
    with pytest.raises(ObservError) as caught:
        lines(tmp_path, content, *encodings)
    return str(caught.value).removeprefix(str(tmp_path / "export.csv"))


@given(st.text(alphabet='ab;"\n\ré\u2028\x0b', min_size=1).filter(str.strip))
def test_a_file_has_the_lines_of_its_text_whatever_ends_them(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("csv") / "export.csv"
    path.write_bytes(text.encode())
    assert list(lines_in(path)()) == list(lines_of_text(read_export_text(path)))


def test_a_byte_of_another_encoding_far_below_is_told_with_its_line(tmp_path, monkeypatch):
    monkeypatch.setattr(_text, "_CHUNK", 16)
    content = b"a;b\n" * 30 + "été\n".encode("cp1252")
    assert why(tmp_path, content).startswith(":31: not UTF-8 (byte 0xe9 at 120); export or save")
    assert lines(tmp_path, content, "utf-8", "cp1252")[-1] == "été\n"
    assert lines(tmp_path, ("a" * 15 + "é\n").encode())[0] == "a" * 15 + "é\n"


def test_rows_are_given_as_they_are_read_and_a_broken_one_below_stops_only_there(tmp_path):
    path = tmp_path / "export.csv"
    rows = csv_rows(path, iter(["a;b\n", "\n", '1;"x\n', 'y"\n', '2;"z\n']), ";")
    assert [next(rows), next(rows)] == [(1, ["a", "b"]), (3, ["1", "x\ny"])]
    with pytest.raises(ObservError, match=r"export\.csv:5: not a CSV row"):
        next(rows)


CELLS = st.one_of(
    st.text(st.sampled_from('a1é "\t,#'), max_size=4),
    st.sampled_from(['"a;b"', '"a\nb"', '"a""b"', '"a"b', "\u00a0", "", '"']),
)
LINES = st.lists(st.tuples(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from("\n\r")))


def read_by_one(path, lines):
    try:
        return dict(csv_rows(path, iter(lines), ";", 2))
    except ObservError as error:
        return str(error)


@examples(150)
@given(LINES, st.integers(1, 6))
def test_a_piece_holds_the_rows_and_their_lines_that_one_by_one_are_read(tmp_path, rows, most):
    text = "".join(";".join(cells) + ("\r\n" if end == "\r" else end) for cells, end in rows)
    lines = text.splitlines(keepends=True)
    try:
        pieces = [*in_columns(tmp_path, iter(lines), 2, ";", 2, most)]
        found = {line: [*cells] for line, cells in chain(*(piece.items() for piece in pieces))}
    except ObservError as error:
        found = str(error)
    assert found == read_by_one(tmp_path, lines)


@pytest.mark.parametrize("line", ['"a;b";c\n', "a;b\r\n", 'a;"b"\n'])
def test_quotes_around_whole_cells_do_not_make_a_long_export_slow(tmp_path, line):
    (piece,) = in_columns(tmp_path, iter([line] * 3), 2, ";", 2, 10)
    assert isinstance(piece, ColumnCells) and [*piece] == [2, 3, 4]


def test_rows_that_are_kept_have_their_own_lines_and_cells(tmp_path):
    (piece,) = in_columns(tmp_path, iter(["a;1\n", "b;2\n", "a;3\n"]), 2, ";", 2, 10)
    kept = piece.where(piece.lines != 3)
    assert dict(kept) == {2: ["a", "1"], 4: ["a", "3"]}


def test_headers_in_capitals_are_shown_where_a_column_is_missing():
    titles = ["Unique Visitors", "Date Début", "Nb Visites", "Bounce Rate"]
    with pytest.raises(ObservError) as caught:
        need_columns(Path("a.csv"), titles, ["visits"])
    assert all(title in str(caught.value) for title in titles)


@pytest.mark.parametrize("value", ["2026-03-01 10:20", "01/03/2026", "12", "1 234,5", "z@exe.fr"])
def test_a_row_that_stands_for_the_header_shows_no_name(value):
    names = ["Zoé Martin", "MARTIN Zoé", "Martin, Zoé"]
    with pytest.raises(ObservError) as caught:
        need_columns(Path("a.csv"), [*names, "Logement", "Bien", "Oui", "Web", value], ["visits"])
    assert not any(name in str(caught.value) for name in names)
    assert "'Logement'" in str(caught.value)


@pytest.mark.parametrize("most", ["MOST_ROWS", "MOST_CELLS"])
def test_more_rows_or_cells_than_may_be_read_say_to_export_parts(monkeypatch, most):
    monkeypatch.setattr(_text, most, 4)
    text = "a\n" + "1\n" * 3
    assert len(_text.read_csv(Path("a.csv"), text, ",")[1]) == 3
    with pytest.raises(ObservError, match="export a shorter period"):
        _text.read_csv(Path("a.csv"), text + "1\n1\n", ",")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_end_as_they_did_whatever_their_end(end):
    text = end.join(["a,b", "1,2", "", '"x\u2028y\x0bz","p' + end + 'q"', "3,4"])
    _, rows = _text.read_csv(Path("a.csv"), text, ",")
    assert rows == {2: ["1", "2"], 4: ["x\u2028y\x0bz", f"p{end}q"], 6: ["3", "4"]}
