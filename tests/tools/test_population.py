"""The margins that respondents are held against are INSEE's, and those that are committed."""

import pandas as pd
import pytest

from observlib import loaders
from observlib.pipeline import project
from tools.population import AGES, margins, people


def table(**columns: object) -> pd.DataFrame:
    rows = {"area_kind": "departement", "area": "75", "sex": "F", "age_low": [15], "people": 5}
    return pd.DataFrame(rows | {"start": pd.Timestamp("2022-01-01")} | columns)


@pytest.mark.slow
def test_the_committed_margins_are_what_insee_s_workbook_gives(shared_data, catalogue, tmp_path):
    path = shared_data / "insee_population" / "estim-pop-dep-sexe-aq-1975-2022.xlsx"
    written = tmp_path / "estim-pop-2022.csv"
    people(path, 2022).to_csv(written, index=False)
    found = loaders.load(written, catalogue.devices["insee-population"], catalogue)
    assert found.rejects.empty and found.rows["area"].nunique() == 101
    made = margins(found.rows, project.reference("regions"), 2022)
    committed = project.root() / "data" / "reference" / "margins.csv"
    assert made.to_csv(index=False, lineterminator="\n") == committed.read_text(encoding="utf-8")


def test_committed_margins_hold_the_same_people_of_age():
    known = project.reference("margins")
    assert known.groupby("variable")["people"].sum().nunique() == 1
    assert known[known["variable"] == "age"]["category"].tolist() == list(AGES)
    assert len(known[known["variable"] == "region"]) == 18
    assert known["url"].str.startswith("https://www.insee.fr/").all()
    young = table(age_low=[5, 15, 20, 95], people=[1, 2, 4, 8])
    other = table(start=pd.Timestamp("2021-01-01"), people=100)
    regions = pd.DataFrame({"departement": ["75"], "region_name": ["Île-de-France"]})
    made = margins(pd.concat([young, other]), regions, 2022).set_index("category")["people"]
    assert made["15 à 24 ans"] == 6 and made["75 ans et plus"] == 8
    assert made["Île-de-France"] == 14


def test_a_region_edition_alone_or_a_departement_without_region_gives_no_margins():
    regions = pd.DataFrame({"departement": ["01"], "region_name": ["x"]})
    with pytest.raises(ValueError, match="no département on 1 January 2022"):
        margins(table(area_kind="region"), regions, 2022)
    with pytest.raises(ValueError, match="no region is known for 75"):
        margins(table(), regions, 2022)
