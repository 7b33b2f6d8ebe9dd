"""Open data as it was published: every row is read, or told; where it is beside the project."""

import json
from pathlib import Path

import pytest

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.personal import HIDDEN
from observlib.loaders import load

DEVICE = "audience-boamp"
KEYS = {"table": None, "extracted": None, "zone": None, "period": None}
FIGURES = Path(__file__).parents[2] / "data" / "reference" / "published" / "published_figures.csv"


def test_every_row_of_the_published_files_is_a_result_or_told(shared_data, catalogue):
    folder = shared_data / "barometre_resultats"
    found = {}
    for path in (*folder.glob("*-detail-*.csv"), folder / "ind-246.csv"):
        (device,) = [d for d in catalogue.devices.values() if path.match(d.pattern)]
        found[path.stem.rsplit("detail-")[-1]] = load(path, device, catalogue)
    assert all(loaded.rejects.empty for loaded in found.values())
    national, regional, one = (found[name] for name in ("national", "regional", "ind-246"))
    assert (len(national.rows), len(regional.rows), len(one.rows)) == (119, 1814, 503)
    assert one.notices == (
        "220 rows do not count: an initial value, a target or nothing stands there, and no actual "
        "value",
    )
    rate = national.rows[
        national.rows["organisation"] == "tx-satisfaction-usagers-services-publics"
    ]
    assert rate["value"].tolist() == [72, 71, 74, 76, 73, 71]
    assert rate["start"].dt.year.tolist() == list(range(2017, 2023))
    assert regional.rows["area"].nunique() == 18
    corsica = one.rows[one.rows["area"].isin(["2A", "2B"])]
    assert set(corsica["area"]) == {"2A", "2B"} and one.rows["area"].nunique() == 100


def test_every_counter_of_the_published_list_loads(read, shared_data):
    (path,) = (shared_data / "france_services").glob("liste-fs-*.csv")
    loaded = read(path, loader="france_services")
    assert loaded.rejects.empty and len(loaded.rows) == 2845 and loaded.notices == ()
    counts = loaded.rows["departement"].value_counts()
    assert len(counts) == 102
    assert {"01", "2A", "2B", "971", "976", "978"} <= set(counts.index)
    assert not loaded.rows["name"].str.contains("\n").any()


def test_the_real_file_gives_its_codes_and_tells_the_cell_that_is_none(shared_data, catalogue):
    name = "sp_plus_annotated_2019_2022_pseudonymised.csv"
    device = catalogue.devices["sp-plus"].model_copy(
        update={"loader": "services_publics_plus_codes"}
    )
    found = load(shared_data / "services_publics_plus" / name, device, catalogue)
    of = {name: rows for name, rows in found.rejects.groupby("column")}
    assert of["q3_colere"]["value"].tolist() == [HIDDEN]
    assert len(of["ID"]) == 22 and set(of["ID"]["value"]) == {"279406"}
    assert of["date"]["reason"].tolist() == ["is empty"] * 2
    assert len(found.rejects) == 25 and len(found.rows) > 11_000


def test_the_real_total_of_a_data_set_is_the_sum_of_its_months(read, shared_data):
    path = shared_data / "datagouv_metrics" / "dila_BODACC_monthly.json"
    loaded = read(path, loader="datagouv_metrics")
    told = json.loads(path.read_text(encoding="utf-8"))
    assert loaded.rows["visits"].sum() == told["totalVisits"]
    assert loaded.rows["downloads"].sum() == told["totalDownloads"]


@pytest.mark.parametrize("name", [
    "test_csvExport_xp0__VisitsSummary.get_day.csv",
    "test_csvExport_xp1_inner0_trans-en__VisitsSummary.get_day.csv",
    "test_csvExport_xp1_inner1_trans-de__VisitsSummary.get_day.csv",
])  # fmt: skip
def test_real_exports_of_one_day(read, shared_data, name):
    loaded = read(shared_data / "matomo" / name, loader="matomo_csv", period="2010-01-03")
    assert loaded.rejects.empty and len(loaded.rows) == 1
    row = loaded.rows.iloc[0]
    assert (row["visits"], row["visitors"], row["bounces"], row["seconds"]) == (2, 2, 2, 542)
    with pytest.raises(ObservError, match="does not say its period"):
        read(shared_data / "matomo" / name, loader="matomo_csv")


def test_the_real_monthly_series_of_a_public_service(read, shared_data):
    path = shared_data / "matomo" / "mon-entreprise_matomoVisitHistory.json"
    loaded = read(path, loader="matomo_json")
    assert loaded.rejects.empty and len(loaded.rows) == 26
    assert loaded.rows["visits"].sum() == sum(
        month["visites"] for month in json.loads(path.read_text(encoding="utf-8"))
    )
    assert loaded.rows["complete"].all()


@pytest.mark.parametrize(("name", "says"), [
    ("pagesStats.json", "gives no visits by period"),
    ("visit.json", "personal data and is not read"),
    ("exportDataSubject_oneVisitGiven.json", "personal data and is not read"),
])  # fmt: skip
def test_real_answers_that_are_refused(read, shared_data, name, says):
    with pytest.raises(ObservError, match=says):
        read(shared_data / "matomo" / name, loader="matomo_json")


def test_a_figure_of_ours_is_comparable_in_its_indicator_s_unit_or_says_why_not(read, catalogue):
    rows = read(FIGURES, loader="published_figures").rows
    assert rows["reservation"].notna().all()
    for row in rows[rows["comparable_with"].notna()].to_dict("records"):
        assert catalogue.indicators[row["comparable_with"]].unit == row["unit"]


def test_the_project_s_reference_folder_is_read_into_a_real_store(tmp_path, catalogue):
    done = store.ingest(FIGURES.parent, tmp_path, catalogue)
    assert not done.problems and done.rejects.empty and store.kind(tmp_path) == "real"
    assert not done.unclaimed, "the folder that docs/how-to/peer.md names holds nothing else"
    assert done.devices["device"].tolist() == ["published-figures"]
    rows = store.read(tmp_path, "figures")
    assert len(rows) == 26
    assert rows["source"].str.startswith("published-figures@").all()  # and the titles are beside
    assert rows["source_title"].nunique() > 10
