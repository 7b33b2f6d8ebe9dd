"""The panorama of the demonstration: each headline stands under what it is."""

from pathlib import Path

import pandas as pd
import pytest

from observlib import Study, estimates
from observlib.study import overview

HEADS = {
    "uses": {"Visites des sites": "visits", "Messages": "tickets"},
    "opinions": {"Avis (sur 10)": "ratings", "Appels décrochés": "answer_rate"},
    "mobilisation": {"SUS (sur 100)": "sus", "Idées réalisées": "ideas_done"},
}


@pytest.fixture(scope="module")
def study(demonstration: Path) -> Study:
    return Study("2026-T3", str(demonstration))


@pytest.fixture(scope="module")
def shown(study: Study) -> dict[str, pd.DataFrame]:
    return overview.headlines(study)


def test_an_answer_that_was_asked_for_is_not_a_mark_left_by_who_clicked_a_button(shown, catalogue):
    families = {
        name: {catalogue.devices[device].family for device in shown[name]["device"]}
        for name in ("ratings", "asked", "surveys")
    }
    assert families == {
        "ratings": {"feedback"},
        "asked": {"consultation"},
        "surveys": {"consultation"},
    }


def test_visits_of_data_sets_stand_beside_those_of_sites_and_never_among_them(shown):
    assert set(shown["visits"]["channel"]) == {"web"}
    assert set(shown["open_visits"]["channel"]) == {"open_data"}
    assert "bodacc" in set(shown["open_visits"]["product"])
    for name, frame in shown.items():
        assert name == "polls" or frame["product"].is_unique, name


def test_those_who_come_in_person_are_counted_beside_the_visits_of_sites(
    demonstration, monkeypatch
):
    study = Study("2026-T3", str(demonstration))
    sites = study.estimates("visits")
    came = study.select(sites, product="legifrance", channel="web", period="2026-T3")
    came = came.assign(device="accueil", channel="in_person", estimate=1000.0, n=1000.0)
    came = came[came["indicator"] == "visits"]
    given = study._given("visits")._replace(estimates=estimates.combine([sites, came]))
    ask = study._given
    monkeypatch.setattr(study, "_given", lambda name: given if name == "visits" else ask(name))
    shown = overview.headlines(study)
    assert shown["onsite_visits"][["product", "channel"]].values.tolist() == [
        ["legifrance", "in_person"]
    ]
    assert shown["onsite_visits"]["estimate"].iat[0] < shown["visits"]["estimate"].min()


@pytest.mark.parametrize("name", ["uses", "opinions", "mobilisation"])
def test_each_column_of_a_dashboard_stands_under_what_it_is(shown, name):
    found = overview.dashboard(shown, name)
    assert len(found) >= 4 and all(found[head] is shown[what] for head, what in HEADS[name].items())


def test_the_panorama_says_that_all_is_complete_only_where_it_is(shown, study):
    whole = "Toutes les périodes sont complètes et toutes les valeurs sont publiées."
    elsewhere = "Ce qui manque est dit à sa place, plus haut."
    only = {name: study.select(rows, status="published") for name, rows in shown.items()}
    assert only["onsite_visits"].empty
    assert overview.completeness(only) == whole
    partial = only["visits"].assign(status="partial")
    assert overview.completeness(only, partial) == elsewhere
    assert overview.completeness({**only, "calls": only["calls"].head(0)}) == elsewhere


def test_where_no_site_is_measured_a_page_tells_of_data_sets(shown):
    assert overview.main_channel(shown["visits"]) == "web"
    assert overview.main_channel(shown["visits"].head(0)) == "open_data"
