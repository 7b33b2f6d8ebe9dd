"""Files that people filled in: their words taken, and what is none told with its line."""

from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.base.personal import HIDDEN
from observlib.catalogue.contract import columns
from observlib.loaders import Loaded, load

DEVICE = "sp-plus"
HEADER = "Identifiant;Date;Texte;Ressenti;Colère;Injustice"
ROW = "7;2026-08-01;« Bonjour ; merci »;{};{};{}"
NAME = f"codage_{DEVICE}_2026-T3_codeur-2.csv"


@pytest.fixture
def read(tmp_path: Path, catalogue):
    def loaded(*lines: str, name: str = NAME, encoding: str = "utf-8-sig") -> Loaded:
        path = tmp_path / name
        path.write_text("\r\n".join(lines), encoding=encoding)
        device = catalogue.devices[DEVICE].model_copy(update={"loader": "code_sheet"})
        return load(path, device, catalogue)

    return loaded


def test_each_filled_cell_is_a_code_of_its_coder(read):
    found = read(HEADER, ROW.replace(" ; ", " ").format("Négatif", "OUI", ""))
    assert found.table == "codes" and found.rejects.empty
    assert list(found.rows.columns) == columns("codes")
    assert found.rows[["answer_id", "coder", "variable", "code"]].values.tolist() == [
        ["7", "2", "feeling", "negative"],
        ["7", "2", "anger", "yes"],
    ]
    assert found.rows["device"].unique().tolist() == [DEVICE]


@pytest.mark.parametrize(
    ("header", "row", "encoding"),
    [
        ("identifiant,date,texte,colere", "7,01/08/2026,un texte,oui", "utf-8"),
        ("IDENTIFIANT;DATE;TEXTE;COLÈRE", "7;1/8/2026;un été;Oui", "cp1252"),
        ("Identifiant;Date;anger", "7;2026-08-01;yes", "utf-8"),
    ],
)
def test_what_spreadsheets_make_of_the_file_is_read_alike(read, header, row, encoding):
    rows = read(header, row, encoding=encoding).rows
    assert rows[["variable", "code"]].values.tolist() == [["anger", "yes"]]
    assert str(rows["date"].iat[0].date()) == "2026-08-01"


def test_a_word_that_is_not_allowed_is_refused_alone_with_its_line(read):
    found = read(HEADER, "7;2026-08-01;un texte;négatif;0 et 1;oui", "8;2026-08-02;autre;;oui;")
    assert len(found.rows) == 3
    told = found.rejects[["row", "column", "value", "reason"]].values.tolist()
    assert told == [[2, "Colère", HIDDEN, "is none of oui, non"]]


def test_a_text_put_in_the_wrong_cell_is_not_repeated(read):
    words = "ma voisine est partie sans payer"
    found = read(HEADER, f"7;2026-08-01;un texte;négatif;{words};oui", f"8;{words};x;;oui;")
    assert len(found.rejects) == 2 and words not in found.rejects.to_csv()


def test_rows_without_identifier_day_or_cells_are_refused(read):
    found = read(HEADER, ";2026-08-01;x;négatif;;", "7;;x;négatif;;", "8;2026-08-01")
    assert found.rows.empty and found.rejects["row"].tolist() == [2, 3, 4]
    assert found.rejects["column"].tolist() == ["Identifiant", "Date", ""]


def test_a_text_that_is_coded_twice_in_a_file_is_told(read):
    found = read(HEADER, "7;2026-08-01;x;négatif;;", "7;2026-08-01;x;positif;;")
    assert len(found.rejects) and found.rejects["row"].iat[0] == 3


def test_a_file_that_nobody_filled_in_yet_gives_nothing_and_says_so(read):
    found = read(HEADER, "7;2026-08-01;x;;;")
    assert found.rows.empty and found.rejects.empty
    assert found.notices == ("nothing is filled in yet",)


def test_a_file_that_is_none_is_refused(read):
    with pytest.raises(ObservError, match="missing column 'identifiant'"):
        read("Date;Colère", "2026-08-01;oui")
    with pytest.raises(ObservError, match=r"no column of a question \(Ressenti"):
        read("Identifiant;Date;Texte", "7;2026-08-01;x")
    with pytest.raises(ObservError, match="not named as"):
        read(HEADER, "7;2026-08-01;x;;;", name="codage.csv")
