"""The panorama of the demonstration: each headline stands under what it is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from observlib import store
from observlib.catalogue import Catalogue
from observlib.indicators import overview
from observlib.period import Quarter

LAST = Quarter(2026, 3)


@pytest.fixture(scope="module")
def shown(demonstration: Path, catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    first = LAST.back(5)[0]
    tables = {name: store.read(demonstration, name, first, LAST) for name in overview.TABLES}
    return overview.overview(tables, catalogue, LAST)


def test_an_answer_that_was_asked_for_is_not_a_mark_left_by_who_clicked_a_button(
    shown: dict[str, pd.DataFrame], catalogue: Catalogue
) -> None:
    families = {
        name: {catalogue.devices[device].family for device in shown[name]["device"]}
        for name in ("ratings", "asked", "surveys")
    }
    assert families == {
        "ratings": {"feedback"},
        "asked": {"consultation"},
        "surveys": {"consultation"},
    }


def test_visits_of_data_sets_stand_beside_those_of_sites_and_never_among_them(
    shown: dict[str, pd.DataFrame],
) -> None:
    assert set(shown["visits"]["channel"]) == {"web"}
    assert set(shown["open_visits"]["channel"]) == {"open_data"}
    assert "bodacc" in set(shown["open_visits"]["product"])
    for name, frame in shown.items():
        assert name == "polls" or frame["product"].is_unique, name


def test_those_who_come_in_person_are_counted_beside_the_visits_of_sites(
    demonstration: Path, catalogue: Catalogue
) -> None:
    first = LAST.back(5)[0]
    tables = {name: store.read(demonstration, name, first, LAST) for name in overview.TABLES}
    visits = tables["audience"]
    came = visits[visits["product"] == "legifrance"].assign(
        device="accueil", channel="in_person", visits=1000
    )
    tables["audience"] = pd.concat([visits, came], ignore_index=True)
    shown = overview.overview(tables, catalogue, LAST)
    assert shown["onsite_visits"][["product", "channel"]].values.tolist() == [
        ["legifrance", "in_person"]
    ]
    assert shown["onsite_visits"]["estimate"].iat[0] < shown["visits"]["estimate"].min()
