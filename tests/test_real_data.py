"""The chain on real open data, where it is beside the project."""

from pathlib import Path

import pandas as pd
import pytest
from tests.copies import ROOT

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import notes
from observlib.indicators import counts
from observlib.pipeline import disclosed, project
from observlib.study import narratives
from observlib.themes import experiences

pytestmark = pytest.mark.slow  # reading a country's open data takes half a minute


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The agency's own, which has what anyone can download."""
    return project.catalogue(Path("data"), ROOT)


@pytest.fixture(scope="module")
def real(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> tuple[Path, store.Ingested]:
    data = tmp_path_factory.mktemp("real")
    return data, store.ingest(shared_data, data, catalogue)


def test_every_claimed_file_loads_and_every_other_is_named(real, shared_data):
    data, done = real
    assert not done.problems and store.kind(data) == "real"
    # one code is no code, two stories have no day, and 22 have one identifier
    assert len(done.rejects) == 25
    assert done.rejects["file"].str.startswith("sp_plus_annotated").all()
    assert set(done.devices["device"]) == {
        "barometre-indicateur", "barometre-resultats", "datagouv-annuaire", "datagouv-bodacc",
        "datagouv-fiches", "france-services", "qualite-demarches",
        "sp-plus-extrait", "sp-plus-lu",
    }  # fmt: skip
    files = [path for path in shared_data.rglob("*") if path.is_file()]
    assert len(done.unclaimed) + int(done.devices["files"].sum()) == len(files)


def test_four_days_of_december_2025_are_never_a_fall(real):
    table = store.read(real[0], "audience")
    months = counts.monthly_counts(table, "2025-11", "2025-12").set_index(["device", "period"])
    for device in set(table["device"]):
        assert months.loc[(device, "2025-11"), "status"] == "published"
        assert months.loc[(device, "2025-12"), "status"] == "partial"
    quarters = counts.quarterly_counts(table, Quarter("2025-T4").back(5))
    assert set(quarters[quarters["period"] == "2025-T4"]["status"]) == {"partial"}
    years = counts.change_on_year(quarters)
    assert set(years["status"]) == {"missing"} and years["estimate"].isna().all()


def test_the_balanced_subset_is_never_shown_without_its_reservation(real, catalogue):
    table = store.read(real[0], "experiences")
    shares = experiences.estimate_feelings(table, catalogue, Quarter("2025-T3"))
    assert shares["n"].unique().tolist() == [1200.0]
    assert shares["estimate"].round(6).tolist() == [33.333333] * 3
    sentence = "n'est pas un échantillon aléatoire"
    assert sentence in narratives.experiences.feelings(shares, catalogue).replace("’", "'")
    assert sentence in repr(notes(shares, catalogue)).replace("’", "'")


def test_no_count_of_few_people_can_be_worked_back_from_an_edition_of_real_exports(real):
    report = disclosed.disclosure_report(
        disclosed.disclosure_decisions(real[0], Quarter("2022-T4"))
    )
    assert report["tried"] > 80 and report["pinned"] == 0


INSEE = "insee_population/estim-pop-dep-sexe-aq-1975-2022.xlsx"


def test_answers_are_weighted_to_the_people_that_insee_counts(shared_data):
    """Its ages are by five years, so that the youngest group begins at 15."""
    how = {"sheet_name": "2022", "header": [3, 4], "index_col": 0, "engine": "calamine"}
    sheet = pd.read_excel(shared_data / INSEE, **how)
    sheet.index = sheet.index.astype(str).str.removesuffix(".0")
    departements = sheet[sheet.index.str.fullmatch(r"\d[\dAB]\d?")]
    sexes = departements[["Femmes", "Hommes"]].drop(columns="Total", level=1)
    cells = sexes.melt(ignore_index=False, var_name=["sex", "age"], value_name="people")
    low = cells["age"].str.extract(r"(\d+)")[0].astype(int)
    cells = cells.assign(low=low)[low >= 15]
    margins = project.reference("margins")
    ages = margins.loc[margins["variable"] == "age", "category"]
    ends = [*ages.str[:2].astype(int), 999]
    regions = project.reference("regions").set_index("departement")["region_name"]
    for variable, groups in (
        ("age", pd.cut(cells["low"], ends, right=False, labels=ages)),
        ("sex", cells["sex"].str.removesuffix("s")),
        ("region", cells.index.map(regions)),
    ):
        committed = margins[margins["variable"] == variable].set_index("category")["people"]
        assert cells.groupby(groups, observed=True)["people"].sum().to_dict() == {**committed}
