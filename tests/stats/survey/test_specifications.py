"""A change computed in every defensible way: the published one is among them, and chance is not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import brunnermunzel
from tests.examples import examples

from observlib.estimates import REFERENCE
from observlib.indicators.answers import mean_of_marks, share
from observlib.stats.survey.comparison import compare
from observlib.stats.survey.specifications import OPTIONS, changes_by_specification

MARGINS = {"mean": 0.5, "share": 5.0, "rank": 5.0}
PUBLISHED = {choice: options[0] for choice, options in OPTIONS.items()}
NOW, THEN = (pd.date_range(f"{year}-07-01", f"{year}-09-30") for year in (2026, 2025))
STEPS = [0.0, 2.5, 5.0, 7.5, 10.0]
marks = st.lists(st.sampled_from(STEPS), min_size=30, max_size=120)


def answers(days, marks) -> pd.DataFrame:
    """One answer a mark, in turn on each of the days."""
    return pd.DataFrame({"date": np.resize(days, len(marks)), "mark": marks, "times": 1})


def drawn(days, chances, n, seed) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    return answers(chance.choice(days, n), chance.choice(STEPS, n, p=chances))


def specified(now, then, level=0.975) -> pd.DataFrame:
    return changes_by_specification(now, then, level, MARGINS, satisfied=7.5)


def taken(found: pd.DataFrame, **options: str) -> pd.Series:
    """The one specification that takes some options, and what is published elsewhere."""
    asked = PUBLISHED | options
    (row,) = found[(found[list(asked)] == list(asked.values())).all(axis=1)].to_dict("records")
    return pd.Series(row)


@given(marks, marks)
@examples(60)
def test_what_is_published_is_the_first_specification_with_its_interval_and_verdict(now, then):
    found = specified(answers(NOW, now), answers(THEN, then))
    first = found.iloc[0]
    assert first[list(OPTIONS)].to_dict() == PUBLISHED
    sides = [pd.Series(values, dtype=float) for values in (now, then)]
    for measure, kind, made in (
        ("mean", "mean", [mean_of_marks("m", side, (0, 10)) for side in sides]),
        ("share", "share", [share("m", side >= 7.5) for side in sides]),
    ):
        row = {"period": "q", "status": "published"}
        pair = made[0] | row | {REFERENCE + name: x for name, x in (made[1] | row).items()}
        plain = compare(pd.DataFrame([pair]), {"m": kind}, {"m": MARGINS[measure]}, level=0.95)
        its_level = plain["level"].fillna(0.95).iat[0]
        one = taken(specified(answers(NOW, now), answers(THEN, then), its_level), measure=measure)
        assert one["verdict"] == plain["verdict"].iat[0]
        if plain["level"].notna().all():
            expected = plain.loc[0, ["difference", "difference_low", "difference_high"]]
            assert list(one[["difference", "low", "high"]]) == pytest.approx(list(expected))


@given(marks, marks)
@examples(40)
def test_ranks_are_told_as_scipy_s_test_of_brunner_and_munzel_tells_them(now, then):
    found = taken(specified(answers(NOW, now), answers(THEN, then)), measure="rank", method="alone")
    if np.isnan(found["low"]):  # every answer of a side is above the other
        return
    p = brunnermunzel(then, now).pvalue
    assert (found["low"] > 0 or found["high"] < 0) == (p < 0.05)


def test_no_specification_stands_twice_and_each_keeps_thirty_answers_on_each_side():
    found = specified(drawn(NOW, [0.2] * 5, 60, 1), drawn(THEN, [0.2] * 5, 60, 2))
    assert not found.duplicated(list(OPTIONS)).any()
    few = specified(drawn(NOW, [0.2] * 5, 29, 1), drawn(THEN, [0.2] * 5, 60, 2))
    assert few.empty
    some = specified(drawn(NOW, [0.2] * 5, 36, 1), drawn(THEN, [0.2] * 5, 60, 2))
    assert "recent" not in set(some["window"])  # of which there are some twenty-four


def test_a_fall_of_two_points_on_many_answers_holds_however_it_is_computed():
    now = drawn(NOW, [0.12, 0.2, 0.23, 0.25, 0.2], 600, 1)
    found = specified(now, drawn(THEN, [0.02, 0.08, 0.15, 0.35, 0.4], 600, 2))
    assert len(found) >= 32 and set(found["verdict"]) == {"fall"}


def test_a_rise_that_one_day_s_flood_of_best_marks_made_does_not_hold():
    same = [0.1, 0.2, 0.3, 0.2, 0.2]
    flood = answers(pd.to_datetime(["2026-08-05"]), [10.0] * 120)
    now = pd.concat([drawn(NOW, same, 300, 1), flood], ignore_index=True)
    found = specified(now, drawn(THEN, same, 300, 2))
    assert found["verdict"].iat[0] == "rise"
    assert taken(found, days="calm")["verdict"] != "rise"
    assert taken(found, method="days")["verdict"] != "rise"  # one day tells nothing of the others
    assert (found["verdict"] == "rise").mean() < 0.8


def test_months_and_profiles_weigh_as_they_say_and_an_unknown_profile_not_at_all():
    # a crowd of July gives 10, and as many months give 0
    days = pd.to_datetime(["2026-07-06", "2026-08-10", "2026-09-14"])
    now = pd.DataFrame({"date": days, "mark": [10.0, 0.0, 5.0], "times": [80, 20, 20]})
    now = pd.concat([now, now.assign(date=days + pd.Timedelta(days=1))], ignore_index=True)
    then = now.assign(date=now["date"] - pd.DateOffset(years=1), mark=[5.0, 4.0, 6.0] * 2)
    found = specified(now.assign(profile=[1.0, 8.0, 0.0] * 2), then.assign(profile=1.0))
    then_alike = (80 * 5 + 20 * 4 + 20 * 6) / 120
    expected = {"none": 900 / 120 - then_alike, "months": 0.0, "profile": 800 / 240 - then_alike}
    for weights, difference in expected.items():
        assert taken(found, weights=weights)["difference"] == pytest.approx(difference)
    # a respondent of unknown profile is in no weighted specification
    now = drawn(NOW, [0.2] * 5, 200, 1).assign(profile=1.0)
    then = drawn(THEN, [0.2] * 5, 200, 2).assign(profile=1.0)
    lost = answers(NOW, [0.0] * 100).assign(profile=np.nan)
    apart = specified(pd.concat([now, lost], ignore_index=True), then)
    kept = taken(specified(now, then), weights="profile")
    assert taken(apart, weights="profile")["difference"] == pytest.approx(kept["difference"])
