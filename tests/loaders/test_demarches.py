"""The Observatoire's workbook: every kind of cell, the edition, and workbooks to refuse."""

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.loaders.books import xlsx

from observlib.base.errors import ObservError
from observlib.catalogue.contract import REJECT_COLUMNS, columns
from observlib.catalogue.tables import PROCEDURE_STATES
from observlib.loaders import Loaded

CELLS = {
    "Nom Démarche": "Demande inventée", "ID Démarche": 12,
    "Périmètre ministériel (AC/SG)": "Invention", "Réf Administration": "AGENCE-FICTIVE",
    "Statut En ligne": "Oui", "Volumétrie Totale": 1200, "Volumétrie En Ligne": 900,
    "% Recours au Numérique": 0.75, "Note Satisfaction": 8.4,
    "Prise en compte Handicap": "Partielle", "Taux Audit RGAA": 0.76,
    "Date Publication Déclaration\n(rouge : périmée ;\norange : bientôt périmée)": "08/04/2025",
    "Note Clarté Langage": 7.9, "Niveau Autonomie": 0.8, "Aide Joignable": 0.6,
    "Aide Efficace": 6.5, "FranceConnect": "FranceConnect +", "Score DLNUF": 3,
    "Taux Dispo": 0.998, "Tps Moy Chargement": 420,
}  # fmt: skip
HEADER = list(CELLS)
SHEET = "Chiffres VDE T3-25 (octobre-25)"
INDICATORS = 16
DEVICE, FILE, KEYS = "qualite-demarches", "observatoire.xlsx", {"period": None}


def procedure(**cells: Any) -> list[Any]:
    """The cells of one procedure; a keyword names a column by the start of its header."""
    values = dict(CELLS)
    for key, value in cells.items():
        values[next(name for name in HEADER if name.startswith(key.replace("_", " ")))] = value
    return list(values.values())


@pytest.fixture
def published(read: Any) -> Any:
    return lambda *rows: read(xlsx((SHEET, [HEADER, *rows])))


def one(loaded: Loaded, indicator: str) -> tuple[Any, ...]:
    """State, value, day and label of the only row of an indicator."""
    rows = loaded.rows[loaded.rows["indicator"] == indicator]
    assert len(rows) == 1
    row = rows.iloc[0]
    return tuple(None if pd.isna(row[name]) else row[name] for name in columns("procedures")[-4:])


def test_a_procedure_makes_one_row_an_indicator(published):
    loaded = published(procedure())
    assert loaded.table == "procedures" and loaded.rejects.empty
    assert list(loaded.rows.columns) == columns("procedures")
    assert len(loaded.rows) == loaded.rows["indicator"].nunique() == INDICATORS
    first = loaded.rows.iloc[0]
    assert (first["procedure_id"], first["procedure"]) == ("12", "Demande inventée")
    assert (first["administration"], first["edition"]) == ("AGENCE-FICTIVE", "2025-T3")
    assert (f"{first['start']:%F}", f"{first['end']:%F}") == ("2025-07-01", "2025-09-30")
    assert one(loaded, "satisfaction") == ("value", 8.4, None, None)
    assert one(loaded, "volume_total") == ("value", 1200, None, None)
    assert one(loaded, "accessibility_statement")[2] == pd.Timestamp("2025-04-08")
    assert one(loaded, "franceconnect") == ("value", None, None, "FranceConnect +")


@pytest.mark.parametrize(("column", "cell", "indicator", "expected"), [
    ("Note Satisfaction", "À venir", "satisfaction", ("to_come", None, None, None)),
    ("Note Satisfaction", "–", "satisfaction", ("none", None, None, None)),
    ("Note Satisfaction", "", "satisfaction", ("none", None, None, None)),
    ("Note Satisfaction", "8,5", "satisfaction", ("value", 8.5, None, None)),
    ("Note Satisfaction", 0, "satisfaction", ("value", 0, None, None)),
    ("Aide Joignable", "Nombre d’avis insuffisant", "help_reachable",
     ("too_few_answers", None, None, None)),
    ("Aide Joignable", "85\u00a0%", "help_reachable", ("value", 0.85, None, None)),
    ("Score DLNUF", "Non applicable", "dlnuf_score", ("not_applicable", None, None, None)),
    ("Taux Audit", "Non", "accessibility_audit", ("none", None, None, None)),
    ("Taux Audit", "Démarche proactive", "accessibility_audit", ("proactive",) + (None,) * 3),
    ("Volumétrie Totale", "1\u202f234", "volume_total", ("value", 1234, None, None)),
    ("Statut En ligne", "Non", "online_status", ("value", None, None, "Non")),
    ("Prise en compte", "non conforme", "disability", ("value", None, None, "Non conforme")),
    ("Date Publication", date(2024, 12, 10), "accessibility_statement",
     ("value", None, pd.Timestamp("2024-12-10"), None)),
    ("Date Publication", "08/04/2022\n(périmée)\n", "accessibility_statement",
     ("expired", None, pd.Timestamp("2022-04-08"), None)),
    ("Date Publication", "08/04/2022 (bientôt périmée)", "accessibility_statement",
     ("value", None, pd.Timestamp("2022-04-08"), None)),
])  # fmt: skip
def test_each_kind_of_cell_says_its_state_and_value(published, column, cell, indicator, expected):
    loaded = published(procedure(**{column: cell}))
    assert loaded.rejects.empty
    assert one(loaded, indicator) == expected


@pytest.mark.parametrize(("column", "title", "cell", "reason"), [
    ("Note Satisfaction", "Note Satisfaction", 11, "is not a number of 0 to 10"),
    ("Aide Joignable", "Aide Joignable", "120 %", "is not a number of 0 to 1"),
    ("Note Satisfaction", "Note Satisfaction", "bonne", '"À venir"'),
    ("Note Satisfaction", "Note Satisfaction", True, "is no number of 0 to 10"),
    ("Note Satisfaction", "Note Satisfaction", date(2025, 1, 1), "is no number of 0 to 10"),
    ("Note Satisfaction", "Note Satisfaction", "=NA()", "is no number of 0 to 10"),
    ("Volumétrie Totale", "Volumétrie Totale", 12.5, "whole number"),
    ("Tps Moy", "Tps Moy Chargement", "1.234", "is no number of 0 or more"),
    ("Note Satisfaction", "Note Satisfaction", "voir zoe@exemple.invalid", "is no number"),
    ("Prise en compte", "Prise en compte Handicap", "Oui", "Totale, Partielle, Non conforme"),
    ("Date Publication", "Date Publication Déclaration", "31/02/2022", "is no day"),
    ("Date Publication", "Date Publication Déclaration", "08/04/1022", "is before 1995"),
    ("Date Publication", "Date Publication Déclaration", date.today() + timedelta(days=9),
     "in the future"),
])  # fmt: skip
def test_a_cell_that_is_not_understood_is_rejected_alone(published, column, title, cell, reason):
    bad = procedure(**{"ID Démarche": 13, column: cell})
    loaded = published(procedure(), bad)
    assert loaded.rejects[["row", "column"]].to_numpy().tolist() == [[3, title]]
    assert reason in loaded.rejects["reason"][0]
    assert loaded.rejects["value"][0] != "" and "zoe" not in loaded.rejects["value"][0]
    assert len(loaded.rows) == 2 * INDICATORS - 1


def test_a_procedure_twice_is_kept_once_and_a_lost_column_told(published, read):
    loaded = published(procedure(), [], procedure(Note_Satisfaction=2))
    assert loaded.rejects["reason"].tolist() == ["repeats the procedure of row 2; keep one"]
    assert loaded.rejects["row"].tolist() == [4]
    assert one(loaded, "satisfaction")[1] == 8.4
    place = HEADER.index("Taux Dispo")
    rows = [[*cells[:place], *cells[place + 1 :]] for cells in (HEADER, procedure())]
    loaded = read(xlsx((SHEET, rows)))
    assert loaded.rejects[["row", "column"]].to_numpy().tolist() == [[1, "Taux Dispo"]]
    assert "column is missing, availability is not loaded" in loaded.rejects["reason"][0]
    assert len(loaded.rows) == INDICATORS - 1


def test_headers_are_known_however_written_and_alone_give_an_empty_table(read, published):
    header = [f" {name.upper()} \n(en 2025)" for name in reversed(HEADER)]
    rows = [header, list(reversed(procedure()))]
    loaded = read(xlsx(("Lisez-moi", [["Bonjour"]]), (SHEET, rows)))
    assert loaded.rejects.empty and len(loaded.rows) == INDICATORS
    loaded = published()
    assert loaded.rows.empty and loaded.rejects.empty
    assert list(loaded.rows.columns) == columns("procedures")


@pytest.mark.parametrize(("sheet", "period", "name", "edition"), [
    ("Chiffres VDE T3-25 (octobre-25)", "2024-01", "x_2023-T1", "2025-T3"),
    ("T4 2024", None, "x", "2024-T4"), ("Feuil1", "2025-11", "x_2023-T1", "2025-T4"),
    ("Feuil1", None, "observatoire_2025-T3", "2025-T3"),
    ("Feuil1", None, "observatoire-T3-2025", "2025-T3"),
    ("Lot3-25", None, "observatoire-2-edition-11-octobre-2025-", None),
    ("T3-2088", None, "x", None),
])  # fmt: skip
def test_the_edition_is_of_the_sheet_else_device_else_file(read, sheet, period, name, edition):
    book = xlsx((sheet, [HEADER, procedure()]))
    if edition is None:
        with pytest.raises(ObservError, match="edition"):
            read(book, f"{name}.xlsx", period=period)
    else:
        assert set(read(book, f"{name}.xlsx", period=period).rows["edition"]) == {edition}


def test_a_part_that_understates_its_size_cannot_fill_the_memory(read):
    content = bytearray(xlsx((SHEET, [HEADER, procedure()])))
    place = content.rindex(b"xl/sharedStrings.xml") - 46  # its record in the list of parts
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    with pytest.raises(ObservError, match=r"its part 'xl/sharedStrings\.xml' is damaged"):
        read(bytes(content))


def test_workbooks_that_cannot_be_used_are_refused_in_one_line(read, tmp_path):
    whole = xlsx((SHEET, [HEADER, procedure()]))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as parts:
        parts.writestr("hello.txt", "hello")
    torn = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(torn, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part[: len(part) // 2] if "sheet1" in name else part)
    bad = {
        "empty file": b"", "no zip": b"Nom;ID\n1;2\n", "truncated": whole[: len(whole) // 2],
        "no workbook": archive.getvalue(), "torn sheet": torn.getvalue(),
        "no header": xlsx(("Feuil1", [[1, 2], ["a"]])),
        "header not first": xlsx((SHEET, [["Titre"], HEADER, procedure()])),
        "empty sheet": xlsx(("Feuil1", []))
    }  # fmt: skip
    for what, raw in bad.items():
        with pytest.raises(ObservError) as caught:
            read(raw)
        assert "\n" not in str(caught.value) and "observatoire.xlsx" in str(caught.value), what
    with pytest.raises(ObservError, match="cannot be read"):
        read(tmp_path / "absent.xlsx")


FUZZ = examples(40)
ANY_CELL = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 2000), st.dates(date(1900, 3, 1), date(2200, 1, 1)),
    st.sampled_from(["À venir", "–", "Non", "08/04/2022\n(périmée)", "1e999", "Oui"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(
        lambda text: not text.startswith("=")
    ),
)  # fmt: skip


@FUZZ
@given(body=st.lists(st.lists(ANY_CELL, max_size=len(HEADER) + 1), max_size=3))
def test_any_table_gives_rows_of_known_states_or_one_plain_error(published, body):
    for row in body:
        row[:4] = ["Demande", len(row), "", "AGENCE-FICTIVE"][: len(row)]
    loaded = published(*body)
    assert set(loaded.rows["state"]) <= set(PROCEDURE_STATES)
    marks = loaded.rows.loc[loaded.rows["indicator"] == "satisfaction", "value"].dropna()
    assert marks.between(0, 10).all()
    assert list(loaded.rejects.columns) == REJECT_COLUMNS


WHOLE = xlsx((SHEET, [HEADER, procedure()]))


def test_every_cell_of_the_published_edition_is_understood(read, shared_data):
    (path,) = (shared_data / "observatoire_demarches").glob("*.xlsx")
    loaded = read(path)
    assert loaded.rejects.empty
    assert len(loaded.rows) == 246 * INDICATORS
    assert set(loaded.rows["edition"]) == {"2025-T3"}
    states = loaded.rows.groupby("indicator")["state"].value_counts()
    told = {"value": 175, "to_come": 32, "too_few_answers": 31, "none": 8}
    assert states["satisfaction"].to_dict() == told
    assert states["accessibility_statement"].to_dict() == {"value": 195, "none": 28, "expired": 23}
    own = loaded.rows[(loaded.rows["procedure_id"] == "1656")].set_index("indicator")
    assert own["administration"].unique().tolist() == ["DILA"]
    assert own.loc["satisfaction", "value"] == 9.0 and own.loc["clarity", "value"] == 8.7
    assert own.loc["accessibility_statement", "day"] == pd.Timestamp("2023-03-23")
    assert (loaded.rows["administration"] == "DILA").sum() == 3 * INDICATORS
