"""What invented neighbours publish comes through the whole chain as it was published."""

from pathlib import Path

import pandas as pd
import pytest
from tests.chain.conftest import of_kind

from observlib import Study, store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators import pairs as told
from observlib.pipeline import disclosed, frame
from observlib.stats.survey.comparison import OPTIONS
from observlib.study import overview
from observlib.themes import peers, satisfaction

LAST = Quarter("2026-T3")


@pytest.fixture(scope="module")
def table(demonstration: Path) -> pd.DataFrame:
    return store.read(demonstration, "figures", last=LAST)


def test_every_true_share_is_in_the_interval_that_is_published(table, truths, catalogue):
    named = peers.known(table, catalogue, LAST)
    published = peers.published_figures(named)
    peer_of = {code: peer.id for peer in catalogue.peers.values() for code in peer.codes}
    for truth in of_kind(truths["peers"], "share"):
        (row,) = published[
            (published["product"] == peer_of[truth["organisation"]])
            & (published["period"] == truth["period"])
            & (published["group_value"] == f"Usagers satisfaits, {truth['subject']}")
        ].to_dict("records")
        assert row["ci_low"] <= 100 * truth["share"] <= row["ci_high"]
        assert (row["estimate"], row["n"]) == (truth["published"], truth["answers"])


def test_ours_and_theirs_stand_on_one_scale(demonstration, table, catalogue):
    own = satisfaction.quarterly_marks(store.read(demonstration, "ratings"), [LAST])
    named = peers.graded(peers.known(table, catalogue, LAST), own, catalogue)
    for indicator, theirs in (("satisfaction_10", 2), ("satisfied_share", 2)):
        out = peers.compared(own, named, catalogue, indicator)
        assert out["product"].isin(catalogue.peers).sum() == theirs < len(out)
        assert out["unit"].nunique() == 1 and out["group_value"].is_unique
        assert "web" not in set(out["channel"])  # theirs were asked on the telephone, or on site


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
def rated(demonstration: Path, catalogue: Catalogue):
    marks = store.alike(demonstration, "ratings_by_mark", LAST - 8, LAST)
    rows, compared = satisfaction.satisfaction_(marks, catalogue, LAST)
    days = store.alike(demonstration, "ratings_by_day", LAST - 4, LAST)
    found, _, words = satisfaction.specifications_(days, rows, catalogue, LAST)
    return compared, found, words


def test_each_rating_has_its_published_verdict_among_32_to_128_calculations(rated):
    compared, found, words = rated
    assert first(words) == published(compared) and len(published(compared)) >= 4
    assert told.calculation_counts(found)["made"].between(32, 128).all()


@pytest.fixture(scope="module")
def study(demonstration: Path) -> Study:
    return Study("2026-T3", str(demonstration))


@pytest.fixture(scope="module")
def shown(study: Study) -> dict[str, pd.DataFrame]:
    """The headlines as families give them: what an edition withholds besides takes a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disclosed, "disclosed_family", frame.given)
        return overview.headlines(study)


def test_an_answer_that_was_asked_for_is_not_a_mark_left_by_who_clicked_a_button(shown, catalogue):
    asked = {"ratings": "feedback", "asked": "consultation", "surveys": "consultation"}
    for name, family in asked.items():
        assert {catalogue.devices[device].family for device in shown[name]["device"]} == {family}


def test_visits_of_data_sets_are_beside_sites_or_told_where_none_is_measured(shown):
    assert set(shown["visits"]["channel"]) == {"web"}
    assert set(shown["open_visits"]["channel"]) == {"open_data"}
    assert "bodacc" in set(shown["open_visits"]["product"])
    for name, rows in shown.items():
        assert name == "polls" or rows["product"].is_unique, name
    assert overview.main_channel(shown["visits"]) == "web"
    assert overview.main_channel(shown["visits"].head(0)) == "open_data"


def test_the_panorama_says_that_all_is_complete_only_where_it_is(shown, study):
    whole = "Toutes les périodes sont complètes et toutes les valeurs sont publiées."
    elsewhere = "Ce qui manque est dit à sa place, plus haut."
    only = {name: study.select(rows, status="published") for name, rows in shown.items()}
    assert only["onsite_visits"].empty
    assert overview.completeness(only) == whole
    partial = only["visits"].assign(status="partial")
    assert overview.completeness(only, partial) == elsewhere
    assert overview.completeness({**only, "calls": only["calls"].head(0)}) == elsewhere
