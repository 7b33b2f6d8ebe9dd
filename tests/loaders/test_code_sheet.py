"""Codes that people gave to texts, in our files or in the real one: what is none is told."""

from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.base.personal import HIDDEN
from observlib.catalogue.contract import columns
from observlib.loaders import Loaded, load

HEADER = "Identifiant;Date;Texte;Ressenti;Colère;Injustice"
NAME = "codage_sp-plus_2026-T3_codeur-2.csv"
STORIES = "services_publics_plus_codes"
ASKED = "ID;annotateur;date;Description;Titre;q1_injustice;q2_compensation;q3_colere;q4_retorsion"
REAL = "sp_plus_annotated_2019_2022_pseudonymised.csv"
UNSHOWN = "(not shown: it may be a text)"
TOLD = ["row", "column", "value", "reason"]


@pytest.fixture
def read(tmp_path: Path, catalogue):
    def loaded(
        *lines: str, name: str = NAME, encoding: str = "utf-8-sig", loader: str = "code_sheet"
    ) -> Loaded:
        path = tmp_path / name
        path.write_text("\r\n".join(lines), encoding=encoding)
        device = catalogue.devices["sp-plus"].model_copy(update={"loader": loader})
        return load(path, device, catalogue)

    return loaded


@pytest.fixture
def told(read):
    return lambda *lines, header=ASKED: read(header, *lines, loader=STORIES)


def codes(found: Loaded) -> list[list[str]]:
    assert found.table == "codes" and list(found.rows.columns) == columns("codes")
    return found.rows[["answer_id", "coder", "variable", "code"]].values.tolist()


def test_each_filled_cell_is_its_coder_s_and_an_empty_file_says_so(read):
    found = read(HEADER, "7;2026-08-01;« Bonjour merci »;Négatif;OUI;")
    assert codes(found) == [["7", "2", "feeling", "negative"], ["7", "2", "anger", "yes"]]
    assert found.rejects.empty and found.rows["device"].unique().tolist() == ["sp-plus"]
    found = read(HEADER, "7;2026-08-01;x;;;")
    assert found.rows.empty and found.rejects.empty
    assert found.notices == ("nothing is filled in yet",)


@pytest.mark.parametrize(("header", "row", "encoding"), [
    ("identifiant,date,texte,colere", "7,01/08/2026,un texte,oui", "utf-8"),
    ("IDENTIFIANT;DATE;TEXTE;COLÈRE", "7;1/8/2026;un été;Oui", "cp1252"),
    ("Identifiant;Date;anger", "7;2026-08-01;yes", "utf-8"),
])  # fmt: skip
def test_what_spreadsheets_make_of_the_file_is_read_alike(read, header, row, encoding):
    rows = read(header, row, encoding=encoding).rows
    assert rows[["variable", "code"]].values.tolist() == [["anger", "yes"]]
    assert str(rows["date"].iat[0].date()) == "2026-08-01"


def test_a_word_that_is_not_allowed_is_refused_alone_with_its_line_and_not_repeated(read):
    words = "ma voisine est partie sans payer"
    found = read(HEADER, f"7;2026-08-01;x;négatif;{words};oui", f"8;{words};x;;oui;",
                 "9;2026-08-02;autre;;oui;")  # fmt: skip
    assert len(found.rows) == 3 and words not in found.rejects.to_csv()
    assert found.rejects[TOLD].values.tolist()[0] == [2, "Colère", UNSHOWN, "is none of oui, non"]
    assert found.rejects["row"].tolist() == [2, 3]


def test_rows_without_identifier_day_or_cells_and_texts_coded_twice_are_refused(read):
    found = read(HEADER, ";2026-08-01;x;négatif;;", "7;;x;négatif;;", "8;2026-08-01")
    assert found.rows.empty and found.rejects["row"].tolist() == [2, 3, 4]
    assert found.rejects["column"].tolist() == ["Identifiant", "Date", ""]
    found = read(HEADER, "7;2026-08-01;x;négatif;;", "7;2026-08-01;x;positif;;")
    assert len(found.rejects) and found.rejects["row"].iat[0] == 3


def test_a_file_that_is_none_is_refused(read, told):
    with pytest.raises(ObservError, match="missing column 'identifiant'"):
        read("Date;Colère", "2026-08-01;oui")
    with pytest.raises(ObservError, match=r"no column of a question \(Ressenti"):
        read("Identifiant;Date;Texte", "7;2026-08-01;x")
    with pytest.raises(ObservError, match="not named as"):
        read(HEADER, "7;2026-08-01;x;;;", name="codage.csv")
    with pytest.raises(ObservError, match="missing column"):
        told("7;A01", header="ID;annotateur")


def test_of_a_story_what_is_asked_is_kept_and_nobody_told(told):
    found = told("7;A01;24/09/2019;Une histoire inventée.;Un titre;1.0;0.0;0;1.0")
    assert codes(found) == [["7", "A01", "injustice", "yes"], ["7", "A01", "anger", "no"]]
    assert "inventée" not in found.rows.to_csv() and found.rejects.empty
    story = "ma voisine est partie"
    rows = (f"7;A01;{story};x;y;1;0;1;0", f"8;A01;24/09/2019;x;y;{story};0;1;0", "9;A01")
    found = told(*rows, ";A;;;;;;;")
    assert found.rejects["row"].tolist() == [2, 3, 4, 5]
    assert story not in found.rejects.to_csv() and len(found.rows) == 1


def test_a_story_s_bad_cell_is_refused_alone_and_one_of_several_tells_none(told):
    found = told("7;A01;24/09/2019;x;y;1.0;;0 et 1;", "8;A01;25/09/2019;x;y;;;;")
    assert found.rows["variable"].tolist() == ["injustice"]
    assert found.rejects[TOLD].values.tolist() == [[2, "q3_colere", HIDDEN, "is neither 0 nor 1"]]
    found = told(*(f"{number};A01;24/09/2019;x;y;1;0;1;0" for number in (7, 7, 8)))
    assert set(found.rows["answer_id"]) == {"8"} and found.rejects["row"].tolist() == [2, 3]


def test_the_real_file_gives_its_codes_and_tells_the_cell_that_is_none(shared_data, catalogue):
    device = catalogue.devices["sp-plus"].model_copy(update={"loader": STORIES})
    found = load(shared_data / "services_publics_plus" / REAL, device, catalogue)
    of = {name: rows for name, rows in found.rejects.groupby("column")}
    assert of["q3_colere"]["value"].tolist() == [HIDDEN]
    assert len(of["ID"]) == 22 and set(of["ID"]["value"]) == {"279406"}
    assert of["date"]["reason"].tolist() == ["is empty"] * 2
    assert len(found.rejects) == 25 and len(found.rows) > 11_000
