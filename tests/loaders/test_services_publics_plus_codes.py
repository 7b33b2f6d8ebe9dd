"""Stories that students read: their codes, and every cell that is none."""

from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.base.personal import HIDDEN
from observlib.catalogue.contract import columns
from observlib.loaders import Loaded, load

HEADER = "ID;annotateur;date;Description;Titre;q1_injustice;q2_compensation;q3_colere;q4_retorsion"
REAL = "sp_plus_annotated_2019_2022_pseudonymised.csv"


@pytest.fixture
def device(catalogue):
    loader = "services_publics_plus_codes"
    return catalogue.devices["sp-plus"].model_copy(update={"loader": loader})


@pytest.fixture
def read(tmp_path: Path, catalogue, device):
    def loaded(*lines: str, header: str = HEADER) -> Loaded:
        path = tmp_path / "lus.csv"
        path.write_text("\n".join([header, *lines]), encoding="utf-8")
        return load(path, device, catalogue)

    return loaded


def test_what_is_asked_is_kept_and_the_story_is_not(read):
    found = read("7;A01;24/09/2019;Une histoire inventée.;Un titre;1.0;0.0;0;1.0")
    assert found.table == "codes" and list(found.rows.columns) == columns("codes")
    assert found.rows[["answer_id", "coder", "variable", "code"]].values.tolist() == [
        ["7", "A01", "injustice", "yes"],
        ["7", "A01", "anger", "no"],
    ]
    assert "inventée" not in found.rows.to_csv() and found.rejects.empty


def test_a_cell_that_is_neither_is_refused_with_its_line_and_the_others_are_kept(read):
    found = read("7;A01;24/09/2019;x;y;1.0;;0 et 1;", "8;A01;25/09/2019;x;y;;;;")
    assert found.rows["variable"].tolist() == ["injustice"]
    told = found.rejects[["row", "column", "value", "reason"]].values.tolist()
    assert told == [[2, "q3_colere", HIDDEN, "is neither 0 nor 1"]]


def test_an_identifier_of_several_stories_tells_of_none(read):
    rows = [f"{number};A01;24/09/2019;x;y;1;0;1;0" for number in (7, 7, 8)]
    found = read(*rows)
    assert set(found.rows["answer_id"]) == {"8"}
    assert found.rejects["row"].tolist() == [2, 3]


def test_rows_that_cannot_be_read_are_refused_and_say_nothing_of_anybody(read):
    story = "ma voisine est partie"
    found = read(
        f"7;A01;{story};x;y;1;0;1;0", f"8;A01;24/09/2019;x;y;{story};0;1;0", "9;A01", ";A;;;;;;;"
    )
    assert found.rejects["row"].tolist() == [2, 3, 4, 5]
    assert story not in found.rejects.to_csv() and len(found.rows) == 1


def test_another_file_is_refused(read):
    with pytest.raises(ObservError, match="missing column"):
        read("7;A01", header="ID;annotateur")


def test_the_real_file_gives_its_codes_and_tells_the_cell_that_is_none(
    shared_data, catalogue, device
):
    found = load(shared_data / "services_publics_plus" / REAL, device, catalogue)
    cells = found.rejects[found.rejects["column"] == "q3_colere"]
    assert cells["value"].tolist() == [HIDDEN]
    shared = found.rejects[found.rejects["column"] == "ID"]
    assert len(shared) == 22 and set(shared["value"]) == {"279406"}
    undated = found.rejects[found.rejects["column"] == "date"]
    assert set(undated["reason"]) == {"is empty"} and len(undated) == 2
    assert len(found.rejects) == 25
    assert len(found.rows) > 11_000
