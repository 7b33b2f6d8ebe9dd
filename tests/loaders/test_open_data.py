"""Open data of two programmes: every kind of cell, both layouts, torn records, no story told."""

import csv
import io
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.examples import examples
from tests.loaders.books import xlsx

from observlib.base.errors import ObservError
from observlib.catalogue.contract import REJECT_COLUMNS, columns
from observlib.catalogue.tables import TABLES
from observlib.loaders import Loaded, load

TOLD = yaml.safe_load(Path(__file__).with_name("open_data.yml").read_text(encoding="utf-8"))
HEADER: list[str] = TOLD["header"]
SECRET = "Zoé, 06 00 00 00 00"
DEVICE = "sp-plus"


def record(number: int = 1, **cells: str) -> list[str]:
    """The fields of one experience; keywords name columns by their first word."""
    values = dict.fromkeys(HEADER, "") | {
        "ID expérience": str(number), "Etat expérience": "Traitées",
        "Statut de l'expérience": "Expérience avec réponse",
        "Date de publication": "2026-03-12T09:30:00", "Pseudonyme usager": SECRET,
        "Titre": "Mon récit", "Description": f"C'est {SECRET}",
        "Posté comme": "La personne concernée", "Ressenti usager": "Négatif",
        "Intitulé Typologie 1": "Préfecture", "Intitulé structure 1": "Préfecture de l'Inventé",
        "Accessibilité": "Positif",
    }  # fmt: skip
    for key, value in cells.items():
        name = next(name for name in HEADER if name.split()[0].casefold() == key.casefold())
        values[name] = value
    return list(values.values())


def official(*records: list[str], header: list[str] = HEADER, end: str = "\n") -> str:
    """An export as the programme writes it: nothing is escaped."""
    return "\ufeff" + end.join(";".join(fields) for fields in [header, *records]) + end


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("story", [
    "sur\ndeux lignes", "12;rue Haute\n13;rue Basse", "12;rue Haute;75001;Paris\nmerci",
    "le\n\n\n3 mars; puis le 4; puis rien", 'elle a dit "non"; puis "oui"',
    "\"Non\" est tout ce qu'on m'a dit; voilà", '"guillemet jamais fermé;\nensuite',
    "99999;Traitées;x;2026-01-01T00:00:00;presque un début\net la suite", "1;2;3", ";" * 15,
])  # fmt: skip
def test_a_torn_story_loses_neither_its_row_nor_its_neighbours(read, story, end):
    text = official(record(1), record(2, Description=story, Ressenti="Neutre"), record(3), end=end)
    loaded = read(text)
    assert loaded.rejects.empty
    assert loaded.rows["experience_id"].tolist() == ["1", "2", "3"]
    assert loaded.rows["feeling"].tolist() == ["negative", "neutral", "negative"]


def test_a_quoted_export_is_read_too(read):
    rows = [record(1, Description='il a dit "12;non"\n13;rien'), record(2)]
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    loaded = read(out.getvalue(), encoding="utf-8-sig")
    assert loaded.rows["experience_id"].tolist() == ["1", "2"] and loaded.rejects.empty


@pytest.mark.parametrize("left", (1, 5, 9, 12, 19))
def test_a_damaged_record_takes_no_other_one_with_it(read, left):
    torn = [*record(2)[:left], ""] if left == 1 else record(2)[:left]
    loaded = read(official(record(1), torn, record(3, Ressenti="Positif")))
    assert loaded.rows["experience_id"].tolist() == ["1", "3"]
    assert loaded.rejects["row"].tolist() == [3]
    assert "Zoé" not in loaded.rejects.to_csv()


@pytest.mark.parametrize("shift", [-2, 1, 3])
def test_a_story_that_slips_into_another_column_is_not_shown(read, shift):
    fields = record(1)
    shifted = fields[shift:] + fields[:shift]
    text = ",".join(HEADER) + "\n" + ",".join(f'"{cell}"' for cell in shifted) + "\n"
    loaded = read(text)
    assert "06 00" not in loaded.rows.to_csv() + loaded.rejects.to_csv()


FALSE_START = "\n3;a;b;2026-01-01T00:00:00;"
BITS = [*'\n\n;;"123 é', "\n12;", FALSE_START, "Positif", "Négatif;", ";;"]
STORY = st.lists(st.sampled_from(BITS), max_size=25).map("".join)


@examples(40)
@given(
    told=st.lists(
        st.tuples(STORY, STORY, st.sampled_from(["Positif", "Neutre", "Négatif"])),
        min_size=1,
        max_size=5,
    )
)
@example(told=[(";;;Négatif;", ";;;Négatif;Négatif;;;;\n12;", "Négatif")])
@example(told=[(";;;", ";Négatif;Négatif;;;;Positif;;;;;\n12;", "Positif")])
def test_whatever_people_write_a_row_comes_back_right_or_is_rejected(read, told):
    feelings = {"Positif": "positive", "Neutre": "neutral", "Négatif": "negative"}
    for title, story, _ in told:
        # more separators in one record than the header has are given up
        assume((title + story).count(";") < len(HEADER) - 1)
        # a line of a story that makes a whole record with what follows is taken for one
        assume((title + story).partition(FALSE_START)[2].count(";") < 2)
    records = [
        record(1000 + place, Titre=title, Description=story, Ressenti=feeling)
        for place, (title, story, feeling) in enumerate(told)
    ]
    loaded = read(official(*records))
    found = dict(zip(loaded.rows["experience_id"], loaded.rows["feeling"], strict=True))
    truth = {str(1000 + place): feelings[feeling] for place, (_, _, feeling) in enumerate(told)}
    assert found.items() <= truth.items()
    assert len(found) + len(loaded.rejects) >= len(truth)
    if not any('"' in title + story for title, story, _ in told):
        assert found == truth
    assert set(loaded.rows["accessibility"].dropna()) <= {"positive"}


def test_the_published_extract_is_read_whole(shared_data, catalogue):
    path = shared_data / "services_publics_plus" / "sp_plus_experiences_subset.csv"
    loaded = load(path, catalogue.devices["sp-plus-extrait"], catalogue)
    assert loaded.rejects.empty and len(loaded.rows) == 1200
    feelings = loaded.rows["feeling"].value_counts().to_dict()
    assert feelings == dict.fromkeys(("positive", "neutral", "negative"), 400)
    marks = loaded.rows["accessibility"].value_counts().to_dict()
    assert marks == {"negative": 391, "positive": 330, "neutral": 66}
    assert (loaded.rows["product"] == "service-public").sum() == 49
    regions = loaded.rows["region"].value_counts().to_dict()
    assert (regions["11"], regions["01"]) == (75, 7)
    texts = loaded.rows[["organisation", "told_by"]].stack().str.cat()
    assert "l’Europe" in texts and not re.search("[\x80-\x9f]", texts)


def test_the_published_extract_without_any_escape_is_the_same(shared_data, tmp_path, catalogue):
    path = shared_data / "services_publics_plus" / "sp_plus_experiences_subset.csv"
    device = catalogue.devices["sp-plus-extrait"]
    with path.open(encoding="utf-8", newline="") as text:
        header, *records = [row[1:] for row in csv.reader(text)]
    place = header.index("Date de publication")
    for row in records:
        day, month, year, hour = re.fullmatch(r"(..)/(..)/(....) (.*)", row[place]).groups()  # type: ignore[union-attr]
        row[place] = f"{year}-{month}-{day}T{hour}:00"
    file = tmp_path / "export-experiences.csv"
    file.write_text(official(*records, header=header), encoding="utf-8", newline="")
    again = load(file, device, catalogue)
    assert again.rejects.empty
    pd.testing.assert_frame_equal(again.rows, load(path, device, catalogue).rows)


CELLS: dict[str, Any] = TOLD["cells"]
COLUMNS = list(CELLS)
SHEET = "Chiffres VDE T3-25 (octobre-25)"
INDICATORS = 16
LATER = date.today() + timedelta(days=9)


def procedure(**cells: Any) -> list[Any]:
    """The cells of one procedure; a keyword names a column by the start of its header."""
    values = dict(CELLS)
    for key, value in cells.items():
        values[next(name for name in COLUMNS if name.startswith(key.replace("_", " ")))] = value
    return list(values.values())


@pytest.fixture
def book(read: Any) -> Any:
    def loaded(content: Any, name: str = "observatoire.xlsx", **keys: Any) -> Loaded:
        return read(content, name, **{"loader": "demarches", "period": None, **keys})  # type: ignore[no-any-return]

    return loaded


@pytest.fixture
def published(book: Any) -> Any:
    return lambda *rows: book(xlsx((SHEET, [COLUMNS, *rows])))


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


@pytest.mark.parametrize(("column", "cell", "indicator", "expected"), TOLD["kinds"])
def test_each_kind_of_cell_says_its_state_and_value(published, column, cell, indicator, expected):
    loaded = published(procedure(**{column: cell}))
    state, value, day, label = expected
    assert loaded.rejects.empty
    assert one(loaded, indicator) == (state, value, day and pd.Timestamp(day), label)


@pytest.mark.parametrize(
    ("column", "title", "cell", "reason"),
    [
        *TOLD["refused"],
        ["Date Publication", "Date Publication Déclaration", LATER, "in the future"],
    ],
)
def test_a_cell_that_is_not_understood_is_rejected_alone(published, column, title, cell, reason):
    bad = procedure(**{"ID Démarche": 13, column: cell})
    loaded = published(procedure(), bad)
    assert loaded.rejects[["row", "column"]].to_numpy().tolist() == [[3, title]]
    assert reason in loaded.rejects["reason"][0]
    assert loaded.rejects["value"][0] != "" and "zoe" not in loaded.rejects["value"][0]
    assert len(loaded.rows) == 2 * INDICATORS - 1


def test_a_procedure_twice_is_kept_once_and_a_lost_column_told(published, book):
    loaded = published(procedure(), [], procedure(Note_Satisfaction=2))
    assert loaded.rejects["reason"].tolist() == ["repeats the procedure of row 2; keep one"]
    assert loaded.rejects["row"].tolist() == [4]
    assert one(loaded, "satisfaction")[1] == 8.4
    place = COLUMNS.index("Taux Dispo")
    rows = [[*cells[:place], *cells[place + 1 :]] for cells in (COLUMNS, procedure())]
    loaded = book(xlsx((SHEET, rows)))
    assert loaded.rejects[["row", "column"]].to_numpy().tolist() == [[1, "Taux Dispo"]]
    assert "column is missing, availability is not loaded" in loaded.rejects["reason"][0]
    assert len(loaded.rows) == INDICATORS - 1


def test_headers_are_known_however_written_and_alone_give_an_empty_table(book, published):
    header = [f" {name.upper()} \n(en 2025)" for name in reversed(COLUMNS)]
    rows = [header, list(reversed(procedure()))]
    loaded = book(xlsx(("Lisez-moi", [["Bonjour"]]), (SHEET, rows)))
    assert loaded.rejects.empty and len(loaded.rows) == INDICATORS
    loaded = published()
    assert loaded.rows.empty and loaded.rejects.empty
    assert list(loaded.rows.columns) == columns("procedures")


@pytest.mark.parametrize(("sheet", "period", "name", "edition"), TOLD["editions"])
def test_the_edition_is_of_the_sheet_else_device_else_file(book, sheet, period, name, edition):
    content = xlsx((sheet, [COLUMNS, procedure()]))
    if edition is None:
        with pytest.raises(ObservError, match="edition"):
            book(content, f"{name}.xlsx", period=period)
    else:
        assert set(book(content, f"{name}.xlsx", period=period).rows["edition"]) == {edition}


def test_a_part_that_understates_its_size_cannot_fill_the_memory(book):
    content = bytearray(xlsx((SHEET, [COLUMNS, procedure()])))
    place = content.rindex(b"xl/sharedStrings.xml") - 46  # its record in the list of parts
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    with pytest.raises(ObservError, match=r"its part 'xl/sharedStrings\.xml' is damaged"):
        book(bytes(content))


def test_workbooks_that_cannot_be_used_are_refused_in_one_line(book, tmp_path):
    whole = xlsx((SHEET, [COLUMNS, procedure()]))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as parts:
        parts.writestr("hello.txt", "hello")
    bad = {
        "empty file": b"", "no zip": b"Nom;ID\n1;2\n", "truncated": whole[: len(whole) // 2],
        "no workbook": archive.getvalue(),
        "header not first": xlsx((SHEET, [["Titre"], COLUMNS, procedure()])),
        "empty sheet": xlsx(("Feuil1", []))
    }  # fmt: skip
    for what, raw in bad.items():
        with pytest.raises(ObservError) as caught:
            book(raw)
        assert "\n" not in str(caught.value) and "observatoire.xlsx" in str(caught.value), what
    with pytest.raises(ObservError, match="cannot be read"):
        book(tmp_path / "absent.xlsx")


FUZZ = examples(10)
ANY_CELL = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 2000), st.dates(date(1900, 3, 1), date(2200, 1, 1)),
    st.sampled_from(["À venir", "–", "Non", "08/04/2022\n(périmée)", "1e999", "Oui"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(
        lambda text: not text.startswith("=")
    ),
)  # fmt: skip


@FUZZ
@given(body=st.lists(st.lists(ANY_CELL, max_size=len(COLUMNS) + 1), max_size=3))
def test_any_table_gives_rows_of_known_states_or_one_plain_error(published, body):
    for row in body:
        row[:4] = ["Demande", len(row), "", "AGENCE-FICTIVE"][: len(row)]
    loaded = published(*body)
    assert set(loaded.rows["state"]) <= set(TABLES["procedures"].columns["state"].allowed)
    marks = loaded.rows.loc[loaded.rows["indicator"] == "satisfaction", "value"].dropna()
    assert marks.between(0, 10).all()
    assert list(loaded.rejects.columns) == REJECT_COLUMNS


def test_every_cell_of_the_published_edition_is_understood(book, shared_data):
    (path,) = (shared_data / "observatoire_demarches").glob("*.xlsx")
    loaded = book(path)
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
