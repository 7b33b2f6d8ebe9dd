"""The exports must read like the real ones, whatever cells they hold."""

import csv
import io
import zipfile
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tools.demo import formats

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"))


@given(
    st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=4), st.sampled_from(",;")
)
def test_a_csv_gives_back_its_cells(rows, delimiter):
    text = formats.table_csv(rows, delimiter=delimiter).decode("utf-8")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == rows


def test_matomo_csv_is_utf16_with_a_bom_and_without_a_last_newline():
    content = formats.matomo_csv([["Date", "Visites"], ["2026-03-01", 12]])
    assert content[:2] == b"\xff\xfe"
    assert content.decode("utf-16") == "Date,Visites\n2026-03-01,12"
    assert formats.matomo_csv([["Date"]], utf16=False) == b"Date"


def test_a_workbook_gives_back_texts_numbers_days_and_holes(tmp_path):
    rows: list[list[formats.Cell]] = [
        ["a\nb", " <&> \" ' ", "n° 1"],
        [7.9, None, date(2024, 2, 29)],
        ["", 0.997, 12.0],
    ]
    path = tmp_path / "book.xlsx"
    path.write_bytes(formats.workbook("Chiffres & (octobre)", rows))
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Chiffres & (octobre)"]
    assert book.get_sheet_by_index(0).to_python() == [
        ["a\nb", " <&> \" ' ", "n° 1"],
        [7.9, "", date(2024, 2, 29)],
        ["", 0.997, 12.0],
    ]


def test_a_workbook_holds_nothing_that_depends_on_the_machine_or_the_day():
    with zipfile.ZipFile(io.BytesIO(formats.workbook("f", [["x"]]))) as archive:
        for entry in archive.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.create_system, entry.external_attr) == (3, 0o644 << 16)
