"""A file that was made to be slow or huge is told in a line, and stops no review."""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter

from observlib.review import comparison as chunks
from observlib.review.comparison import compare, told

HEAVY = ("the whole file", "cannot be compared (too large or too slow to read)")


def pdf(drawn: bytes) -> bytes:
    """A PDF of one page, which draws something: small, however long that is."""
    packed = zlib.compress(drawn, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = b"xref\n0 6\n0000000000 65535 f \n" + table
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(content)
    return content + start + end


def workbook(row: int, column: int) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Notes")
        sheet.write(0, 0, 7.9)
        sheet.write(row, column, 1)
    return packed.getvalue()


def archive(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.csv", b"0" * size)
    return packed.getvalue()


def found(folder: Path, name: str, published: bytes, remade: bytes) -> list[tuple[str, str]]:
    for part, content in (("a", published), ("b", remade)):
        (folder / part).mkdir()
        (folder / part / name).write_bytes(content)
    return [
        (told(one.where), told(one.published))
        for one in compare(folder / "a", folder / "b", name)
        if not one.is_close
    ]


TEXT = b"BT /F 9 Tf (7,9) Tj ET "


def test_a_pdf_and_a_workbook_as_editions_have_them_are_read(tmp_path):
    assert ("page 1", "7,9") in found(tmp_path, "a.pdf", pdf(TEXT), pdf(TEXT.replace(b"9)", b"8)")))
    other = workbook(1, 1)
    (tmp_path / "x").mkdir()
    assert found(tmp_path / "x", "a.xlsx", workbook(2, 1), other)[0][0].startswith("sheet Notes, ")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bound no memory")
@pytest.mark.parametrize(
    ("name", "bomb"), [("a.pdf", pdf(b" " * 300_000_000)), ("a.xlsx", workbook(1_048_575, 16_383))]
)
def test_a_bomb_of_memory_is_told_in_a_line(tmp_path, name, bomb):
    assert len(bomb) < 1_000_000
    small = pdf(TEXT) if name == "a.pdf" else workbook(1, 1)
    assert found(tmp_path, name, bomb, small) == [HEAVY]


def test_a_pdf_that_takes_for_ever_is_told_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "_SECONDS", 4)
    assert found(tmp_path, "a.pdf", pdf(TEXT * 1_000_000), pdf(TEXT)) == [HEAVY]


@pytest.mark.parametrize("tag", ["<a ", "<a b=", '<a "', "<!--", "</a", "<?", "<!"])
def test_tags_without_end_are_read_once_and_not_from_each_of_them_again(tag):
    """The standard parser begins again at each: what it read grew by the square of their number."""
    page = f"<p>7,9</p>{tag * 10_000}"
    assert len(chunks.pieces("a.html", page.encode())) <= 4


def test_json_that_repeats_a_long_way_to_each_leaf_is_told_in_a_line(tmp_path, monkeypatch):
    """Each leaf is told with its whole way: 4 MB would be gigabytes of names."""
    monkeypatch.setattr(chunks, "MOST_BYTES", 10_000)
    deep = b"[" * 200 + b"0," * 20 + b"0" + b"]" * 200
    assert found(tmp_path, "a.json", deep, b"0") == [HEAVY]


@pytest.mark.parametrize("name", ["a.zip", "a.docx"])
def test_an_archive_that_unpacks_to_too_much_is_told_in_a_line(tmp_path, monkeypatch, name):
    monkeypatch.setattr(chunks, "MOST_BYTES", 1_000)
    assert found(tmp_path, name, archive(1_001), archive(9)) == [HEAVY]


def test_a_file_that_is_too_large_or_holds_too_much_is_told_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[compare.__module__], "MOST_BYTES", 1_000)
    assert found(tmp_path, "a.csv", b"0" * 1_001, b"0") == [HEAVY]
    monkeypatch.setattr(chunks, "_MOST_PIECES", 10)
    (tmp_path / "x").mkdir()
    assert found(tmp_path / "x", "a.csv", b"0\n" * 20, b"0") == [HEAVY]


def test_archives_in_an_archive_are_told_by_their_bytes_alone(tmp_path):
    """Else one that holds itself would never end."""
    packed = []
    for size in (3, 4):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as outer:
            outer.writestr("in.zip", archive(size))
        packed.append(made.getvalue())
    (one,) = found(tmp_path, "a.zip", *packed)
    assert one[0] == "in.zip: its bytes"


def test_what_changed_in_an_archive_is_told_however_much_in_it_did_not(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "_MOST_PIECES", 20)
    packed = []
    for value in (7, 9):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as outer:
            outer.writestr("long.csv", "n\n" + "0\n" * 100)
            outer.writestr("short.csv", f"n\n{value}\n")
        packed.append(made.getvalue())
    (one,) = found(tmp_path, "a.zip", *packed)
    assert one[0].startswith("short.csv: line 2")
