"""Texts of any size: their encoding is known before a row is read, and what is no text is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.loaders import _text
from observlib.loaders._text import csv_rows, lines_in, lines_of_text, read_text


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
    assert list(lines_in(path)()) == list(lines_of_text(read_text(path)))


def test_a_byte_of_another_encoding_far_below_is_told_with_its_line(tmp_path, monkeypatch):
    monkeypatch.setattr(_text, "_CHUNK", 16)
    content = b"a;b\n" * 30 + "été\n".encode("cp1252")
    assert why(tmp_path, content).startswith(":31: not UTF-8 (byte 0xe9 at 120); export or save")
    assert lines(tmp_path, content, "utf-8", "cp1252")[-1] == "été\n"
    assert lines(tmp_path, ("a" * 15 + "é\n").encode())[0] == "a" * 15 + "é\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty file"),
        (b" \n\t\n", "empty file"),
        (b"a;b\n" * 30 + b"c\x00d\n", "holds NUL characters"),
        (b"PK\x03\x04rest", "is a workbook or an archive"),
        (b"a;b\n" + b"x" * 6_000_000, "2: not a CSV row: more than 5,000,000 characters"),
    ],
)
def test_what_is_no_text_of_rows_is_told_before_any_row_is_read(tmp_path, content, told):
    assert told in why(tmp_path, content)


def test_rows_are_given_as_they_are_read_and_a_broken_one_below_stops_only_there(tmp_path):
    path = tmp_path / "export.csv"
    rows = csv_rows(path, iter(["a;b\n", "\n", '1;"x\n', 'y"\n', '2;"z\n']), ";")
    assert [next(rows), next(rows)] == [(1, ["a", "b"]), (3, ["1", "x\ny"])]
    with pytest.raises(ObservError, match=r"export\.csv:5: not a CSV row"):
        next(rows)
