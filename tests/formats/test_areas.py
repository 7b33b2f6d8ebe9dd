"""Counts and calls that carry a place: as text, never a total, never somebody's address."""

import pytest
from tests.formats.test_samples import device

from observlib.catalogue import Format
from observlib.loaders import load

VISITS = Format.model_validate({
    "id": "villes", "label": "Villes", "table": "audience",
    "columns": {"month": "mois", "visits": "visites", "area": ["ville"]},
})  # fmt: skip


@pytest.fixture
def read(tmp_path, catalogue):
    """The areas and the rejected rows of visits by `ville`, or of another format's export."""

    def loaded(*cells: str, header: str = "mois;visites;ville", form: str = "villes", **keys: str):
        known = catalogue.model_copy(update={"formats": {**catalogue.formats, "villes": VISITS}})
        path = tmp_path / "e.csv"
        path.write_text("\n".join([header, *cells]) + "\n", encoding="utf-8")
        return load(path, device(form, **keys), known)

    return loaded


def test_a_place_is_a_text_of_its_row_or_of_its_device(read):
    codes = ["01", "2A", "971", "01004", "2A004", "69001", "L'Haÿ-les-Roses", "Inconnu"]
    loaded = read(*(f"2026-01;{10 + at};{code}" for at, code in enumerate(codes)))
    assert loaded.rejects.empty and loaded.rows["area"].tolist() == codes
    loaded = read("2026-01;10;", "2026-02;11;", area="01")
    assert loaded.rows["area"].tolist() == ["01", "01"] and loaded.rejects.empty
    assert read("2026-01;10;2A", area="01").rows["area"].tolist() == ["2A"]


@pytest.mark.parametrize(("cell", "why"), [
    ("Total", "is the total of the areas"), ("France entière", "is the total of the areas"),
    ("1.0", "was made a number by a spreadsheet"), ("12 bis, rue Haute", "may tell of somebody"),
    ("Mme Zoé Martin", "may tell of somebody"), ("06 12 34 56 78", "may tell of somebody"),
])  # fmt: skip
def test_what_is_no_place_is_refused_with_its_count(read, cell, why):
    loaded = read("2026-01;10;Lyon", f"2026-01;99;{cell}")
    assert loaded.rows["visits"].tolist() == [10]
    assert why in loaded.rejects["reason"][0] and "Zoé" not in loaded.rejects.to_csv()


def test_a_call_from_no_place_that_can_be_read_is_still_a_call(read):
    rows = ["1a;2026-03-02 10:00;répondu;5;75", "2b;2026-03-02 10:05;abandonné;9;12 rue Haute"]
    header = "id;date;statut;attente;département"
    loaded = read(*rows, header=header, form="calls")
    assert loaded.rows["area"].fillna("").tolist() == ["75", ""]
    assert loaded.rejects["column"].tolist() == ["département"]


def test_two_towns_answers_of_one_moment_have_identifiers_of_their_own(read):
    header = "creation date,path or service name,feedback,service satisfaction rating,type"
    row = "2026-03-02 10:00:00,/x,,4,service-feedback"
    ids = [
        read(row, header=header, form="govuk_feedback", area=area).rows["answer_id"][0]
        for area in ("Lyon", "Saint-Étienne")
    ]
    assert ids == ["20260302T100000-lyon-1", "20260302T100000-saint-etienne-1"]
