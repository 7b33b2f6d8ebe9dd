"""Reading text: what would put wrong numbers, or a traceback, before an analyst."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.base.personal import held
from observlib.base.text import fold
from observlib.loaders._text import (
    find_delimiter,
    need_columns,
    parse_count,
    parse_day,
    parse_month,
    read_csv,
    read_json,
    read_text,
    short,
    without_persons,
)


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_exports_of_every_tool_read_the_same(tmp_path, encoding):
    path = written(tmp_path, "é;ü\n1;2\n".encode(encoding))
    assert read_text(path) == "é;ü\n1;2\n"


def test_a_latin1_export_is_refused_with_the_line_of_the_byte(tmp_path):
    path = written(tmp_path, b"a\nb\nt\xe9l\xe9\n")
    with pytest.raises(ObservError, match=r"export\.csv:3: not UTF-8 \(byte 0xe9 .*save the file"):
        read_text(path)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty file"),
        (b" \n\n", "empty file"),
        (b"\xff\xfe", "empty file"),
        (b"a\x00b", "NUL"),
        (b"\xff\xfea", "not UTF-16"),
    ],
)
def test_what_is_no_text_is_told_in_one_line(tmp_path, raw, says):
    with pytest.raises(ObservError, match=says) as caught:
        read_text(written(tmp_path, raw))
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_is_told_and_not_traced(tmp_path):
    with pytest.raises(ObservError, match="cannot be read"):
        read_text(tmp_path / "absent.csv")


def test_rows_stand_at_the_line_where_an_editor_shows_them():
    text = 'a,b\n\n1,"two\nlines"\n3,4\n'
    header, rows = read_csv(Path("x.csv"), text, ",")
    assert header == ["a", "b"]
    assert rows == {3: ["1", "two\nlines"], 5: ["3", "4"]}


def test_a_quote_that_never_closes_is_told_with_its_line():
    with pytest.raises(ObservError, match=r"x\.csv:2: not a CSV row"):
        read_csv(Path("x.csv"), 'a,b\n1,"2\n3,4\n', ",")


def test_every_missing_column_is_told_at_once_and_a_huge_header_stays_short():
    with pytest.raises(ObservError, match="missing columns 'a', 'b'") as caught:
        need_columns(Path("x.csv"), ["z" * 10_000], ["a", "b"])
    assert len(str(caught.value)) < 300


def test_a_key_given_twice_never_loses_its_first_value_silently():
    with pytest.raises(ObservError, match="'2026-03' is given twice"):
        read_json(Path("x.json"), '{"2026-03": 1, "2026-03": 2}')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", r"x\.json:1: not JSON: .* at column"),
        ("[" * 100_000, "nested too deeply"),
        ("[" + "9" * 10_000 + "]", "number too long"),
    ],
)
def test_broken_json_is_told_in_one_line(text, says):
    with pytest.raises(ObservError, match=says):
        read_json(Path("x.json"), text)


def test_the_delimiter_is_the_one_of_the_header_not_of_the_cells():
    assert find_delimiter("\n a;b\n1,5;2,5\n", ",;") == ";"
    assert find_delimiter("a\n1;2", ",;") == ","


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1234", 1234),
        (" 1 234 ", 1234),
        ("1\u00a0234\u00a0567", 1_234_567),
        ("12\u202f345", 12_345),
        ("-5", -5),
        ("542.0", 542),
        ("1,234", None),
        ("1.234", None),
        ("1.000", None),
        ("12 34", None),
        ("1 234,567", None),
        ("100%", None),
        ("NaN", None),
        ("", None),
        ("٣", None),
        (str(2**63), None),
    ],
)
def test_a_count_is_read_as_meant_or_not_at_all(text, count):
    assert parse_count(text) == count


def test_english_thousands_are_read_only_where_asked_for():
    assert parse_count("1,234,567", comma_groups=True) == 1_234_567
    assert parse_count("1,23", comma_groups=True) is None
    assert parse_count("1,234 567", comma_groups=True) is None


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


@pytest.mark.parametrize(
    "cell",
    ["06 12 34 56 78", "06\u00a012\u00a034\u00a056\u00a078", "06\u202f12\u202f34\u202f56\u202f78",
     "06.12.34.56.78", "06-12-34-56-78", "+33 6 12 34 56 78", "zoe@exemple.invalid", "a\nb"],
)  # fmt: skip
def test_no_way_of_writing_a_number_to_call_shows_it(cell):
    assert without_persons(cell, 60, "comment").startswith("(not shown")
    assert held(cell) or "\n" in cell
