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
from observlib.themes import audience as series
from observlib.themes import experiences, procedures

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


def test_real_months_are_adjusted_without_the_four_days_of_december_2025(real, catalogue):
    months = counts.monthly_counts(store.read(real[0], "audience"), "2000-01", "2025-12")
    found = series.adjusted(months, catalogue)
    shown = found[(found["indicator"] == "visits_adjusted") & (found["status"] == "published")]
    assert len(shown) and shown["period"].max() == "2025-11"
    told = found[found["indicator"].isin(["level_change", "outlier"])]
    assert not (told["estimate"].notna() & (told["period"] == "2025-12")).any()
    # months that double and halve say nothing of a pace, and no useless number is published
    irregular = found[found["group_value"] == "mois trop irréguliers"].set_index("device")
    assert irregular["indicator"].to_dict() == {
        "datagouv-annuaire": "pace", "datagouv-fiches": "visits_adjusted",
    }  # fmt: skip
    paces = found[(found["indicator"] == "pace") & (found["status"] == "published")]
    assert (paces["ci_high"] < 100).all()


def test_a_whole_quarter_of_real_traffic_is_the_sum_that_was_published(real):
    table = store.read(real[0], "audience")
    quarters = counts.quarterly_counts(table, [Quarter("2025-T3")]).set_index("product")
    # July to September 2025 in dila_BODACC_monthly.json
    in_time = table["start"].dt.strftime("%Y-%m").isin(Quarter("2025-T3").months)
    bodacc = table[(table["product"] == "bodacc") & in_time]
    assert len(bodacc) == 3
    assert quarters.loc["bodacc", "estimate"] == bodacc["visits"].sum() == 15582
    assert str(store.latest_quarter(real[0], pd.Timestamp("2026-01-15").date())) == "2025-T3"


def test_the_balanced_subset_is_never_shown_without_its_reservation(real, catalogue):
    table = store.read(real[0], "experiences")
    shares = experiences.estimate_feelings(table, catalogue, Quarter("2025-T3"))
    assert shares["n"].unique().tolist() == [1200.0]
    assert shares["estimate"].round(6).tolist() == [33.333333] * 3
    sentence = "n'est pas un échantillon aléatoire"
    assert sentence in narratives.experiences.feelings(shares, catalogue).replace("’", "'")
    assert sentence in repr(notes(shares, catalogue)).replace("’", "'")


def test_the_agency_and_its_peers_stand_among_the_state_s_procedures(real, catalogue):
    found = procedures.satisfaction(
        store.read(real[0], "procedures"), catalogue, Quarter("2025-T3")
    )
    marks = found[found["indicator"] == "procedure_satisfaction"].set_index("group_value")
    assert set(marks["product"]) == {"dila", "cnaf", "defenseur-des-droits"}
    assert marks.loc["Saisine du Défenseur des droits", "estimate"] == 9
    assert marks.loc["Recensement Citoyen Obligatoire", "estimate"] == 6.9
    assert marks.loc["Déclaration trimestrielle RSA", "estimate"] == 8.8
    medians = found[found["indicator"] == "procedure_satisfaction_median"].set_index("product")
    assert medians.loc["dila", "estimate"] == 7.9  # of 9, 7.9 and 6.9


def test_no_count_of_few_people_can_be_worked_back_from_an_edition_of_real_exports(real):
    report = disclosed.disclosure_report(
        disclosed.disclosure_decisions(real[0], Quarter("2022-T4"))
    )
    assert report["tried"] > 80 and report["pinned"] == 0
