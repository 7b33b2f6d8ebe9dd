"""Families of estimates: declared once, and what they read and give is checked."""

from collections.abc import Iterator

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.indicators import families
from observlib.indicators.families import DECLARED, family
from observlib.pipeline import frame
from observlib.study import Study

ROW = {"indicator": "visits", "period": "2026-T3", "unit": "visites", "estimate": 12.0}


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    """What a test declares is declared for it alone."""
    frame.families()
    before = dict(DECLARED)
    yield
    DECLARED.clear()
    DECLARED.update(before)
    frame.families.cache_clear()


def test_a_family_comes_after_those_that_it_reads():
    order = list(frame.families())
    for name, found in frame.families().items():
        assert all(order.index(other) < order.index(name) for other in found.families)


def test_what_reads_nothing_that_there_is_or_itself_in_a_circle_is_told_with_what_it_may_read():
    @family("egg")
    def egg(hen: pd.DataFrame) -> pd.DataFrame:
        return hen

    frame.families.cache_clear()
    with pytest.raises(ValueError, match=r"'egg' reads 'hen', which is no tidy table"):
        frame.families()

    @family("hen")
    def hen(egg: pd.DataFrame) -> pd.DataFrame:
        return egg

    frame.families.cache_clear()
    with pytest.raises(ValueError, match="egg → hen → egg"):
        frame.families()


def test_two_themes_cannot_give_one_name_to_two_families():
    with pytest.raises(ValueError, match="two families are called 'visits'"):
        family("visits")(lambda: estimates.make([]))


def test_what_a_family_gives_keeps_the_contracts_or_stops_it():
    @family("few")
    def few() -> pd.DataFrame:
        return estimates.make([ROW]).assign(n=7.0)  # fewer than eleven people

    with pytest.raises(ValueError, match="a value on fewer than 11 people"):
        DECLARED["few"].give({})
    given = families.Family("one", lambda: estimates.make([ROW]), None, False).give({})
    assert len(given.estimates) == 1 and given.comparisons.empty and given.words == {}


@pytest.mark.parametrize(
    "few", [("visits", "followed", "contacts"), pytest.param((), id="all", marks=pytest.mark.slow)]
)
def test_no_quantity_of_an_edition_has_two_values(demonstration, few):
    study = Study("2026-T3", str(demonstration))
    held = set() if few else set(study.estimates("surveys")["device"])
    rows = []
    for name in few or frame.families():
        found = frame.family_named(name)
        for survey in sorted(held) if found.each_survey else [""]:
            given = frame.given(demonstration, Quarter("2026-T3"), name, survey)
            rows.append(given.estimates.assign(family=name))
    every = pd.concat(rows, ignore_index=True)
    key = ["indicator", "product", "channel", "device", "period", "group", "group_value"]
    told = every[every["indicator"] != "difference_level"].drop_duplicates([*key, "family"])
    twice = told[told.duplicated(key, keep=False) & told["estimate"].notna()]
    spread = twice.groupby(key)["estimate"].agg(lambda x: x.max() - x.min())
    assert len(twice) > 100 and (spread < 1e-9).all(), spread[spread >= 1e-9]
