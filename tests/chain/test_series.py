"""What the demonstration hides in time, and what its actions did, is in what is published."""

from pathlib import Path

import pandas as pd
import pytest
from tests.copies import DEMO

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators import counts
from observlib.pipeline import frame
from observlib.records import sheets
from observlib.records.sheets import CONTROLLED, Action
from observlib.study import narratives
from observlib.themes import actions as followed
from observlib.themes import audience as series
from tools.demo import audience
from tools.demo import satisfaction as ratings

LAST = Quarter("2026-T3")


@pytest.fixture(scope="module")
def visits(demonstration: Path) -> pd.DataFrame:
    table = store.read(demonstration, "audience", last=LAST)
    return counts.monthly_counts(table[table["channel"] == "web"], "2023-01", LAST.months[2])


@pytest.fixture(scope="module")
def corrected(visits: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return series.adjusted(visits, catalogue)


@pytest.fixture(scope="module")
def done(catalogue: Catalogue) -> tuple[Action, ...]:
    known = Action.load(DEMO, catalogue)
    return tuple(action for action in known if action.date <= LAST.end)  # others are planned


@pytest.fixture(scope="module")
def effects(demonstration: Path) -> followed.Effects:
    found = frame.given(demonstration, LAST, "actions")
    return followed.Effects(found.words["verdicts"], found.estimates)


def true_change(action: Action) -> float:
    """What the demonstration made happen on the day of an action, in the unit of its effect."""
    if action.product == audience.SITES[audience.BREAK["device"]].product:
        return 100 * (audience.BREAK_FACTOR - 1)
    if action.product == ratings.RATED[ratings.CHANGE["device"]].product:
        quarter = Quarter.of(action.date)
        before, after = (
            ratings.mean_10(ratings.CHANGE["device"], "satisfaction", q)
            for q in (quarter - 1, quarter)
        )
        return after - before
    return 0.0


def test_the_only_break_in_traffic_is_in_its_interval(corrected, truths, catalogue):
    (broken,) = (item for item in truths["changes"] if item["kind"] == "traffic")
    (row,) = corrected[corrected["indicator"] == "level_change"].to_dict("records")
    assert (row["device"], row["period"]) == (broken["device"], broken["from_month"])
    assert row["ci_low"] <= 100 * (broken["factor"] - 1) <= row["ci_high"]
    said = narratives.audience.breaks_or_none(corrected, catalogue).replace("\xa0", " ")
    assert "Légifrance, −30" in said and "en mars 2025" in said and "aucune autre" in said


def test_the_growth_that_was_written_is_in_the_interval_of_the_pace(corrected):
    paces = corrected[corrected["indicator"] == "pace"].set_index("device")
    assert len(paces) == 6
    for device, row in paces.iterrows():
        first, last = row["period"].split("/")
        growth = audience.SITES[str(device)].growth
        level = [
            1 + growth * ((int(m[:4]) - 2023) * 12 + int(m[5:]) - 1) / 12 for m in (first, last)
        ]
        years = (int(last[:4]) - int(first[:4])) + (int(last[5:]) - int(first[5:])) / 12
        yearly = 100 * ((level[1] / level[0]) ** (1 / years) - 1)
        assert row["ci_low"] - 0.1 <= yearly <= row["ci_high"] + 0.1  # growth is linear, not a rate


def test_what_each_action_truly_did_is_in_the_interval_that_is_published(effects, done, catalogue):
    rows = effects.estimates
    found = rows[rows["indicator"] == "action_effect"].set_index(["group", "group_value"])
    assert len(found) == 3 * len(done)
    for action in done:
        title = sheets.subject(action, action.expected[0], catalogue)
        for comparison, true in (
            (sheets.BEFORE_AFTER, true_change(action)),
            (sheets.COMPARABLE, 0.0),
            (CONTROLLED, true_change(action)),
        ):
            row = found.loc[(title, comparison)]
            assert row["ci_low"] <= true <= row["ci_high"]


def test_no_action_is_said_to_be_followed_by_a_change_that_was_not_made(effects, catalogue):
    by_product = effects.verdicts.set_index("product")
    said = by_product["verdict"]
    # its visits fell, but its 13 placebos are too few to say so
    assert (said["legifrance"], by_product.at["legifrance", "reason"]) == ("unknown", "few")
    assert said["boamp"] in ("stable", "unknown")  # its action changed nothing
    assert said["service-public"] in ("rise", "unknown")  # its mark rose
    assert "n'est pas une preuve" in narratives.actions.followed_actions(
        effects.verdicts, catalogue
    )
