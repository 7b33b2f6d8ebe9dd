"""Exports saved as .ods or .xls are read as those in .xlsx are."""

from datetime import datetime

import pytest
from tests.formats.test_samples import device
from tests.loaders.books import ods, xls

from observlib.base.errors import ObservError
from observlib.catalogue import Format
from observlib.loaders import load
from observlib.loaders._workbook import workbook_sheets

BOTH = pytest.mark.parametrize("name", ["e.ods", "e.xls"])
CALLS = Format.model_validate({
    "id": "classeur", "label": "Classeur", "table": "calls", "layout": {"kind": "table"},
    "columns": {
        "call_id": "N°", "moment": "Début", "wait": "Attente", "area": "Département",
        "outcome": {
            "headers": ["Décroché"], "words": {"answered": ["true"], "abandoned": ["false"]},
        },
    },
})  # fmt: skip
HEADER = ["N°", "Début", "Attente", "Décroché", "Département", None]
ROW = ["a1", datetime(2026, 3, 2, 10, 30), 12.0, True, "01", None]


@pytest.fixture
def write(tmp_path):
    def written(name, *rows):
        path = tmp_path / name
        path.write_bytes((ods if name.endswith(".ods") else xls)(*rows))
        return path

    return written


@BOTH
def test_an_export_in_an_older_or_open_workbook_gives_its_rows(write, catalogue, name):
    known = catalogue.model_copy(update={"formats": {"classeur": CALLS}})
    other = ["b2", datetime(2026, 3, 2, 11), 0.0, False, "2A", None]
    found = load(write(name, HEADER, ROW, other), device("classeur"), known)
    assert found.rejects.empty
    columns = ["call_id", "moment", "outcome", "wait", "area"]
    assert found.rows[columns].astype(str).to_numpy().tolist() == [
        ["a1", "2026-03-02 09:30:00", "answered", "12", "01"],
        ["b2", "2026-03-02 10:00:00", "abandoned", "0", "2A"],
    ]


def test_the_error_of_a_formula_in_an_open_workbook_is_no_empty_cell(write, catalogue):
    known = catalogue.model_copy(update={"formats": {"classeur": CALLS}})
    bad = ["b2", datetime(2026, 3, 2, 11), 0.0, False, "#N/A", None]
    found = load(write("e.ods", HEADER, ROW, bad), device("classeur"), known)
    assert len(found.rows) == 1 and "the error of a formula" in found.rejects["reason"][0]


def test_cells_that_repeat_are_as_many_as_they_say(tmp_path):
    cell = '<table:table-cell table:number-columns-repeated="3" office:value-type="float" ' \
           'office:value="7"/>'  # fmt: skip
    row = f'<table:table-row table:number-rows-repeated="2">{cell}</table:table-row>'
    path = tmp_path / "e.ods"
    path.write_bytes(ods(content=f'<table:table table:name="A">{row}</table:table>'))
    assert list(workbook_sheets(path, "mend")) == [("A", [[7.0] * 3] * 2)]


@BOTH
def test_half_a_workbook_is_one_line_of_error(write, name):
    path = write(name, HEADER, ROW)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ObservError, match=r"e\.(ods|xls): is no workbook") as caught:
        list(workbook_sheets(path, "save it again"))
    assert "\n" not in str(caught.value)
