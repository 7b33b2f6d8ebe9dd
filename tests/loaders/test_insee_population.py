"""INSEE's workbooks: the population that respondents are held against, whole and counted once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib import loaders
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.demo.formats import workbook
from observlib.loaders import Loaded, insee_population
from observlib.pipeline.project import reference

AGES = ["0 à 4 ans", "5 à 9 ans", "10 ans et plus", "Total"]
AIN = ["01", "Ain", 20, 40, 60, 120, 10, 21, 29, 60, 10, 19, 31, 60]
GUADELOUPE = [971.0, "Guadeloupe ", 2, 4, 6, 12, 1, 2, 3, 6, 1, 2, 3, 6]
METROPOLE = ["France métropolitaine ", "", *AIN[2:]]
DOM = ["DOM", "", *GUADELOUPE[2:]]
FRANCE = ["France métropolitaine et DOM", "", 22, 44, 66, 132, 11, 23, 32, 66, 11, 21, 34, 66]
FOOTNOTE = ["Source : Insee - Estimations de population (résultats provisoires)"]


def sheet(*rows: Sequence[Any], year: int = 2022, kind: str = "Départements") -> list[list[Any]]:
    """A sheet as INSEE lays it out, with its rows where areas stand."""
    lead = ["", ""] if kind == "Départements" else [""]
    sexes = [kind, *lead[1:], "Ensemble", *[""] * 3, "Hommes", *[""] * 3, "Femmes", *[""] * 3]
    head = [
        ["Estimation de population au 1er janvier, par sexe et âge"],
        [f"Année {year}"],
        [],
        sexes,
        [*lead, *AGES * 3],
    ]
    width = len(sexes)
    return [[*row, *[""] * (width - len(row))] for row in [*head, *rows]]


@pytest.fixture
def load(tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load sheets by their names."""

    def loaded(**sheets: list[list[Any]]) -> Loaded:
        monkeypatch.setattr(insee_population, "sheets", lambda path, mend: iter(sheets.items()))
        path = tmp_path / "estim-pop-test.xlsx"
        return insee_population.load(path, catalogue.devices["insee-population"], catalogue)

    return loaded


def people(found: Loaded) -> dict[tuple[str, str, int], int]:
    rows = found.rows
    return dict(
        zip(
            zip(rows["area"], rows["sex"], rows["age_low"], strict=True),
            rows["people"],
            strict=True,
        )
    )


def test_areas_are_rows_and_titles_totals_and_footnotes_are_not(load):
    found = load(**{"2022": sheet(AIN, METROPOLE, GUADELOUPE, DOM, FRANCE, [], FOOTNOTE)})
    assert found.rejects.empty and found.notices == ()
    assert len(found.rows) == 2 * 2 * 3 and found.rows["people"].sum() == 132
    assert people(found)["01", "M", 5] == 21 and people(found)["971", "F", 10] == 3
    assert set(found.rows["start"]) == {pd.Timestamp("2022-01-01")} == set(found.rows["end"])
    last = found.rows[found.rows["age_low"] == 10]
    assert last["age_high"].isna().all() and set(found.rows["area_kind"]) == {"departement"}


def test_a_real_workbook_file_is_read_by_the_loader_of_its_name(tmp_path, catalogue):
    path = tmp_path / "estim-pop-dep-sexe-aq-2022.xlsx"
    path.write_bytes(workbook("2022", sheet(AIN, METROPOLE, FOOTNOTE)))
    device = catalogue.devices["insee-population"]
    assert path.match(device.pattern)
    assert loaders.load(path, device, catalogue).rows["people"].sum() == 120


def test_every_year_is_loaded_and_the_sheet_that_explains_them_is_passed_over(load):
    remarks = [["Quelques remarques"], [""], ["Données actualisées au 19 janvier 2022"]]
    found = load(**{"À savoir": remarks, "2022": sheet(AIN), "2021": sheet(AIN, year=2021)})
    assert sorted(found.rows["start"].dt.year.unique()) == [2021, 2022]


def test_regions_are_known_by_their_names_however_they_are_written(load):
    rows = [
        ["Centre-Val-de-Loire", *AIN[2:]],
        ["La Réunion (*)", *GUADELOUPE[2:]],
        ["France métropolitaine", *AIN[2:]],
    ]
    found = load(**{"2020": sheet(*rows, year=2020, kind="Régions")})
    assert set(found.rows["area"]) == {"24", "04"} and found.notices == ()
    assert set(found.rows["area_kind"]) == {"region"}


def test_the_loader_and_the_reference_table_name_the_same_regions():
    regions = reference("regions").drop_duplicates("region")
    for row in regions.itertuples():
        assert insee_population._area([row.region_name], "region") == row.region
    assert len(regions) == len(insee_population._REGIONS)
    every = reference("regions")["departement"]
    assert all(insee_population._area([code], "departement") == code for code in every)


def test_overseas_ages_of_the_nineties_have_header_rows_of_their_own(load):
    second = sheet(kind="Départements")[3:5]
    second[0][0] = ""
    second[1] = ["", "", *["0 à 4 ans", "5 ans et plus", "", "Total"] * 3]
    rows = [AIN, METROPOLE, [""], *second]
    rows += [[972, "Martinique", 3, 5, "", 8, 1, 2, "", 3, 2, 3, "", 5]]
    found = load(**{"1995": sheet(*rows, year=1995)})
    assert found.rejects.empty and found.notices == ()
    assert people(found)["972", "F", 5] == 3
    assert people(found)["01", "F", 10] == 31


def test_a_total_that_is_not_the_sum_of_its_parts_is_told_and_the_areas_are_kept(load):
    wrong = ["France métropolitaine", "", *METROPOLE[2:9], 61, *METROPOLE[10:]]
    short = [*AIN[:13], 59]
    found = load(**{"2022": sheet(short, wrong)})
    (notice,) = found.notices
    assert "2022: Hommes, Total of « France métropolitaine » is 61, and the areas add up" in notice
    assert "Femmes, Total of 01 is 59, and its parts add up to 60" in notice
    assert len(found.rows) == 6


def test_thousands_set_apart_and_words_in_cells(load):
    spaced = ["02", "Aisne", "1 020", 40, 60, "1\u202f120", 510, 20, 30, 560, "510", 20, 30, 560]
    secret = ["03", "Allier", *AIN[2:6], "s", *AIN[7:]]
    half = ["04", "Alpes", *AIN[2:6], 10.5, *AIN[7:]]
    minus = ["05", "Hautes-Alpes", *AIN[2:6], -10, *AIN[7:]]
    found = load(**{"2022": sheet(spaced, secret, half, minus)})
    assert people(found)["02", "M", 0] == 510 and set(found.rows["area"]) == {"02"}
    assert found.rejects[["row", "column", "value"]].values.tolist() == [
        [7, "2022, Hommes, 0 à 4 ans", "s"],
        [8, "2022, Hommes, 0 à 4 ans", "10.5"],
        [9, "2022, Hommes, 0 à 4 ans", "-10"],
    ]


def test_an_unknown_or_repeated_area_is_rejected_with_its_place(load):
    unknown = ["99", "Nulle part", *AIN[2:]]
    found = load(**{"2022": sheet(AIN, unknown, AIN)})
    assert found.rejects["row"].tolist() == [7, *[8] * 6]
    assert "not shown" in found.rejects["value"].iat[0]  # a name that is no area's: anyone's
    assert "repeats row 6" in found.rejects["reason"].iat[-1]
    assert len(found.rows) == 6


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ({}, "its sheets are none"),
        ({"2022": [["Bonjour"]]}, "no sheet has ages such as '0 à 4 ans'"),
        ({"Feuil1": [row for row in sheet(AIN) if row[0] != "Année 2022"]}, "tell its year"),
        ({"2021": sheet(AIN)}, "has the title « Année 2022 »"),
        ({"2022": sheet(AIN), "2022 ": sheet(AIN)}, "are both of 2022"),
        ({"2022": [["" if c == "Femmes" else c for c in row] for row in sheet(AIN)]}, "Femmes"),
        ({"2022": [["" if c == "Départements" else c for c in row] for row in sheet(AIN)]},
         "'Départements' or 'Régions'"),
    ],
)  # fmt: skip
def test_what_is_no_such_workbook_is_told_in_one_line(load, sheets, told):
    with pytest.raises(ObservError) as caught:
        load(**sheets)
    (problem,) = caught.value.problems
    assert told in problem and "\n" not in problem and "estim-pop-test.xlsx" in problem


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx", b"PK\x03\x04zz"])
def test_a_damaged_file_is_told_in_one_line(tmp_path, catalogue, content):
    path = tmp_path / "estim-pop-x.xls"
    path.write_bytes(content)
    with pytest.raises(ObservError, match=r"estim-pop-x\.xls"):
        loaders.load(path, catalogue.devices["insee-population"], catalogue)


CELLS = st.one_of(
    st.sampled_from(["", *AGES, "Ensemble", "Hommes", "Femmes", "Départements", "Régions", "01",
                     "Année 2022", "France métropolitaine", "Corse", 971.0, 5, 5.5, -3, "1 234"]),
    st.text(max_size=8),
    st.floats(),
    st.booleans(),
    st.dates(),
)  # fmt: skip


@examples(60)
@given(
    st.lists(st.lists(CELLS, max_size=16), max_size=8), st.sampled_from(["2022", "À savoir", "x"])
)
def test_any_table_is_loaded_or_refused_and_nothing_else(load, rows, name):
    for cells in (rows, sheet(*rows), [*sheet(AIN), *rows]):
        try:
            assert isinstance(load(**{name: cells}), Loaded)
        except ObservError as error:
            assert error.problems


@pytest.fixture(scope="module")
def real(shared_data: Path, catalogue: Catalogue) -> dict[str, Loaded]:
    device = catalogue.devices["insee-population"]
    folder = shared_data / "insee_population"
    return {
        kind: loaders.load(folder / name, device, catalogue)
        for kind, name in {
            "departement": "estim-pop-dep-sexe-aq-1975-2022.xlsx",
            "region": "estim-pop-nreg-sexe-aq-1975-2020.xls",
        }.items()
    }


@pytest.mark.slow
def test_real_workbooks_load_whole_and_every_total_of_every_year_is_met(real):
    for found in real.values():
        assert found.rejects.empty and found.notices == ()
    rows = real["departement"].rows
    years = rows.groupby(rows["start"].dt.year)
    assert sorted(years.groups) == list(range(1975, 2023))
    assert years["area"].nunique().loc[[1975, 1990, 2013, 2014, 2022]].tolist() == [
        96, 100, 100, 101, 101,
    ]  # fmt: skip
    # as published for 1 January 2022 (metropolitan France and overseas départements)
    assert years["people"].sum()[2022] == 67_813_396
    regions = real["region"].rows
    assert regions["area"].nunique() == 18 and regions["start"].dt.year.nunique() == 46


def test_both_editions_agree_on_each_region_of_a_year_that_is_final(real):
    region_of = reference("regions").set_index("departement")["region"]
    for year in (1980, 1995, 2005, 2015):
        by_kind = {}
        for kind, found in real.items():
            rows = found.rows[found.rows["start"].dt.year == year]
            area = rows["area"].map(region_of) if kind == "departement" else rows["area"]
            by_kind[kind] = rows.groupby(area)["people"].sum()
        assert by_kind["departement"].astype(int).to_dict() == by_kind["region"].to_dict()
