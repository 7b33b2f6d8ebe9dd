"""The panorama of the demonstration: each headline stands under what it is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from observlib import Study, overview
from observlib.catalogue import Catalogue


@pytest.fixture(scope="module")
def shown(demonstration: Path) -> dict[str, pd.DataFrame]:
    return overview.headlines(Study("2026-T3", str(demonstration)))


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
