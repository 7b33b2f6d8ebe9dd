"""The demonstration's headlines, computed in every defensible way, are those of its edition."""

from pathlib import Path

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators import counts
from observlib.indicators import specifications as told
from observlib.pipeline import project
from observlib.stats.survey.specifications import OPTIONS
from observlib.themes import satisfaction
from observlib.themes.surveys import survey_

LAST = Quarter(2026, 3)


def published(compared: pd.DataFrame) -> dict[str, str]:
    """The verdict of each headline that was tested, by device."""
    of = (compared["indicator"] == told.HEADLINE) & (compared["against"] == "before")
    rows = compared[of & (compared["group"] == "") & compared["level"].notna()]
    return dict(zip(rows["device"], rows["verdict"], strict=True))


def first(words: dict[str, pd.DataFrame]) -> dict[str, str]:
    """The verdict of the calculation that makes every published choice, by device."""
    each = words["specifications"]
    plain = each[(each[list(OPTIONS)] == [of[0] for of in OPTIONS.values()]).all(axis=1)]
    return dict(zip(plain["device"], plain["verdict"], strict=True))


@pytest.fixture(scope="module")
def ratings(demonstration: Path, catalogue: Catalogue):
    marks = store.alike(demonstration, "ratings_by_mark", LAST - 8, LAST)
    rows, compared = satisfaction.satisfaction_(marks, catalogue, LAST)
    days = store.alike(demonstration, "ratings_by_day", LAST - 4, LAST)
    found, _, words = satisfaction.specifications_(days, rows, catalogue, LAST)
    return compared, found, words


def test_each_rating_has_its_published_verdict_among_32_to_128_calculations(ratings):
    compared, found, words = ratings
    assert len(first(words)) >= 4
    assert first(words) == published(compared)
    assert told.counts(found)["made"].between(32, 128).all()


def test_a_survey_has_its_published_verdict_and_calculations_with_the_population_s_profile(
    demonstration, catalogue
):
    survey = "enquete-service-public"
    responses = store.read(demonstration, "responses", LAST - 8, LAST, device=survey)
    invitations, visits = (
        store.read(demonstration, name, LAST - 8, LAST) for name in ("invitations", "audience")
    )
    _, compared, words = survey_(
        responses,
        invitations,
        counts.quarterly(visits, LAST.back(5)),
        project.reference("margins"),
        catalogue,
        LAST,
    )
    assert first(words) == published(compared) != {}
    assert "profile" in set(words["specifications"]["weights"])
