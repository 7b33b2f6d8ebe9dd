"""Marks as they would be if answering depended on opinions, and nothing told of few people."""

import pandas as pd
import pytest
from tests.themes.surveys.people import MARGINS, YEAR, responses
from tests.themes.surveys.test_weighted import of, sample, weigh

from observlib.stats.survey.weighting import BOTH, OPINION
from observlib.themes.surveys import weighted

AGES = {"jeune": 40, "adulte": 100, "vieux": 260}  # the happy answer more


def marks(people: pd.DataFrame, catalogue) -> pd.DataFrame:
    return weighted.bounds(weigh(responses(people), catalogue))


def test_where_the_happy_answer_more_opinions_lower_the_mark_further_than_the_profile(catalogue):
    people = sample(AGES)
    profile = weighted.marks(weigh(responses(people), catalogue))
    found = marks(people, catalogue)
    bounds = [of(found, weighted.DEPENDS[phi]) for phi in (BOTH, OPINION)]
    told = [of(profile, weighted.WEIGHTED), *bounds]
    values = [row["estimate"] for row in told]
    assert values == sorted(values, reverse=True) and values[-1] > 0
    for row in told:
        assert row["ci_low"] <= row["estimate"] <= row["ci_high"]
    assert set(found["group"]) == {"weighting"} and (found["n"] == 400).all()


def test_an_interval_stays_within_its_scale_and_no_share_has_bounds_that_one_end_may_belie(
    catalogue,
):
    found = marks(sample(AGES).assign(nps=lambda people: people.satisfaction), catalogue)
    told = found[found["status"] == "published"]
    assert {*found["indicator"]} == {"satisfaction_10", "nps"} == {*told["indicator"]}
    for unit, (least, most) in {"sur 10": (0, 10), "points": (-100, 100)}.items():
        own = told[told["unit"] == unit]
        assert own["ci_low"].ge(least).all() and own["ci_high"].le(most).all(), unit


def test_opinions_that_the_profile_says_nothing_of_are_not_bounded(catalogue):
    people = sample(AGES).assign(satisfaction=[4, 4, 8, 8] * 100)
    found = marks(people, catalogue)
    assert {*found["status"]} == {"missing"} and found["estimate"].isna().all()


def test_where_the_raw_mark_is_withheld_nothing_tells_it_in_a_roundabout_way(catalogue):
    people = sample(AGES)
    silent = pd.DataFrame({"satisfaction": [2.0, 3, 4, 5, 6]})  # five whose profile is unknown
    table = responses(pd.concat([people, silent], ignore_index=True))
    surveys = weighted.weighed(table, MARGINS, catalogue, YEAR)
    assert of(weighted.marks(surveys), weighted.RAW)["status"] == "suppressed"
    found = weighted.bounds(surveys)
    assert {*found["status"]} == {"suppressed"} and found["estimate"].isna().all()


def test_a_survey_without_weights_has_no_bounds(catalogue):
    assert weighted.bounds(weigh(responses(sample({"jeune": 30, "vieux": 30})), catalogue)).empty


@pytest.mark.parametrize("depends", list(weighted.DEPENDS.values()))
def test_each_bound_is_named_in_french_as_a_calculation(depends):
    assert depends.startswith("Si l'avis compte")
