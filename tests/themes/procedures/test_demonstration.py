"""The workbooks of procedures of the demonstration: its truths are those of the files."""

import re
from collections import defaultdict
from datetime import date
from statistics import median

import pytest
from python_calamine import CalamineWorkbook

from observlib.themes.procedures import demonstration as procedures


def test_workbooks_have_the_columns_of_the_real_one(exports, shared_data):
    (real,) = (shared_data / "observatoire_demarches").glob("*.xlsx")
    made = exports.folder / "observatoire" / "observatoire_edition_2026-T3.xlsx"
    headers = [
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]
        for path in (real, made)
    ]
    assert headers[0] == headers[1]


def test_procedure_marks_are_those_of_the_workbooks(exports):
    truth = exports.truths["procedures"]
    recount: dict[tuple[str, str], list[float]] = defaultdict(list)
    for path in exports.folder.glob("observatoire/*.xlsx"):
        header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        for row in rows:
            cells = dict(zip(header, row, strict=True))
            marks = recount[path.stem[-7:], str(cells["Réf Administration"])]
            if isinstance(cells["Note Satisfaction"], float):
                marks.append(cells["Note Satisfaction"])
    assert {key: sorted(marks) for key, marks in recount.items()} == {
        (r["quarter"], r["administration"]): r["marks"] for r in truth
    }
    for record in truth:
        if record["administration"] in ("AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"):
            assert 0 < median(record["marks"]) < 10


def test_administrations_are_peers_of_the_catalogue(catalogue):
    codes = {code for peer in catalogue.peers.values() for code in peer.codes}
    assert {"AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"} <= codes
    named = {name for name, _, _ in procedures._ADMINISTRATIONS if name in codes}
    assert named == {"AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"}


@pytest.mark.parametrize(
    ("edition", "sheet"),
    [
        ("2025-T4", "Chiffres VDE T4-25 (janvier-26)"),
        ("2026-T1", "Chiffres VDE T1-26 (avril-26)"),
        ("2026-T2", "Chiffres VDE T2-26 (juillet-26)"),
        ("2026-T3", "Chiffres VDE T3-26 (octobre-26)"),
    ],
)
def test_workbooks_have_the_mixed_cells_of_the_real_one(exports, edition, sheet):
    path = exports.folder / "observatoire" / f"observatoire_edition_{edition}.xlsx"
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == [sheet]
    _, *rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 40
    cells = [cell for row in rows for cell in row]
    texts = {cell for cell in cells if isinstance(cell, str)}
    assert {"À venir", "–", "Nombre d'avis insuffisant", "Non applicable", ""} <= texts
    assert "Démarche proactive" in texts
    assert any(re.fullmatch(r"\d\d/\d\d/\d{4}\n\(périmée\)", text) for text in texts)
    assert any(isinstance(cell, date) for cell in cells)
