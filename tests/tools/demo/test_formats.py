"""The exports must read like the real ones, whatever cells they hold."""

import csv
import io
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
