"""What the page of the method says was found by drawing: alarms, breaks, effects and more."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import project
from tools.coverage import (
    alarms,
    breaks,
    edition,
    effects,
    equivalence,
    fragile,
    nonresponse,
    planning,
    power,
    ranking,
)
from tools.coverage.__main__ import ALONE
from tools.coverage.simulate import how_often

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
# one drawing of each part, by what its `drawn` is asked for
CASES: dict[str, Any] = {
    "alarms": "marks",
    "breaks": ("season", 0.6, 0.0),
    "edition": "usual_8",
    "effects": "season",
    "equivalence": ("tens_88_1000_2.5_5", "wrong"),
    "fragile": "month",
    "nonresponse": "share_1.0",
    "planning": ("weighted_mean", "other"),
    "power": "all",
    "ranking": "0_20",
}


def table(name: str) -> pd.DataFrame:
    return project.reference(name)


@pytest.mark.parametrize("name", ALONE)
def test_the_page_of_the_method_shows_the_committed_table(name):
    part, text = ALONE[name], (ROOT / "reports" / "methode.qmd").read_text(encoding="utf-8")
    shown = text.partition(part.BEGIN)[2].partition(part.END)[0]
    assert shown.strip() == part.markdown(table(name)).strip(), "run python -m tools.coverage.page"
    label = re.findall(r"\{#(tbl-[\w-]+)\}", shown)
    assert len(label) == 1 and f"@{label[0]}" in text, "no sentence of the page names its table"


@pytest.mark.parametrize("name", ALONE)
def test_all_cases_were_drawn_as_often_as_the_page_says(name):
    known, part = table(name), ALONE[name]
    assert len(known) == len(part.CASES) and (known["repetitions"] == part.REPETITIONS).all()


@pytest.mark.parametrize("name", ALONE)
def test_the_same_seed_draws_the_same_and_another_seed_something_else(name):
    def drawn(seed: int, repetition: int) -> pd.Series | pd.DataFrame:
        found = ALONE[name].drawn(CASES[name], seed, repetition)
        return found.sample if name == "nonresponse" else found

    first = drawn(3, 0)
    assert first.equals(drawn(3, 0))
    assert not first.equals(drawn(4, 0)) and not first.equals(drawn(3, 1))


def test_where_no_level_changes_one_series_in_a_hundred_at_most_is_said_to_break():
    found = table("breaks")
    still = found[found["what"] != "level"]
    assert len(still) == 12 and (still["share"] <= 1).all(), "more than the page promises"


def test_a_level_that_falls_by_a_third_is_found_and_by_a_fifth_once_in_two_at_the_least():
    found = table("breaks")
    least = found[found["what"] == "level"].groupby("size")["share"].min()
    assert least[-0.3] >= 95 and least[-0.2] >= 45


def test_where_the_action_does_nothing_no_more_than_one_in_twenty_is_said_to_have_an_effect():
    found = table("effects")
    still = found[found["what"].isin(effects.STILL)].set_index(["what", "judged"])
    whole = still.xs(effects.WHOLE, level="judged")
    assert (whole["low"] <= 5).all() and whole["share"].mean() <= 5, "more than the page promises"
    assert still.at[("trend", effects.TEST), "low"] > 20, "the test alone needs no placebos"


def test_an_effect_of_a_fifth_is_found_nine_times_in_ten():
    assert table("effects").set_index(["what", "judged"])["share"]["fall_20", effects.WHOLE] >= 90


def test_whatever_answering_depends_on_the_truth_lies_between_the_bounds():
    share = table("nonresponse").pivot(index="what", columns="judged", values="share")
    assert (share[nonresponse.BAND] >= 95).all(), "less than the page promises"
    opinions = share.loc[["mean_0.5", "mean_1.0", "share_0.5", "share_1.0"], nonresponse.WEIGHTS]
    assert (opinions < 60).all(), "weights alone need no bounds"


def test_bounds_that_are_told_are_no_matter_of_course():
    share = table("nonresponse").pivot(index="what", columns="judged", values="share")
    assert share[nonresponse.BOUNDED].between(30, 95).all()


def test_a_true_fall_of_the_mark_is_seen_half_as_often_again_at_the_same_error():
    share = table("power").set_index(["what", "order"])["share"]
    assert share["nothing", power.FIRST] <= 5 and share["nothing", power.EQUAL] <= 5
    for what in ("headline", "all"):
        assert share[what, power.FIRST] >= 1.5 * share[what, power.EQUAL]


def test_wherever_every_change_just_matters_one_page_in_twenty_at_most_calls_one_stable():
    found = table("equivalence").set_index(["what", "judged"])
    wrong = found.xs(equivalence.WRONG, level="judged")
    named = wrong.index == "tens_88_1000_2.5_5"  # where the page says that it does not hold
    assert (wrong.loc[~named, "low"] <= 5).all() and wrong["share"].mean() <= 5, (
        "more than promised"
    )
    assert (wrong.loc[named, "share"] < 10).all(), (
        "more than the page says of nearly all tens of unequal weights"
    )


def test_a_mark_that_does_not_change_is_called_stable_where_many_answer():
    share = table("equivalence").set_index(["what", "judged"])["share"]
    still = share.xs(equivalence.STILL, level="judged")
    assert still["usual_400_1.0_1"] >= 50 and still["usual_1000_1.0_5"] >= 80
    assert still["usual_400_1.0_5"] >= 10 > still["camps_400_1.0_5"]


def test_a_true_fall_is_not_called_fragile_and_what_a_day_or_a_month_made_is():
    share = table("fragile").pivot(index="what", columns="judged", values="share")
    among = share[fragile.FRAGILE] / share[fragile.FOUND]
    assert (among[[*fragile.TRUE, "late"]] <= 0.03).all()
    assert among["flood"] >= 0.95 and among["month"] >= 0.75


def test_where_nothing_changes_the_front_page_is_wrong_once_in_twenty_and_an_edition_oftener():
    found = table("edition").set_index(["what", "judged"])
    assert (found.xs(edition.FRONT, level="judged")["low"] <= 5).all()
    assert (found.xs(edition.ANYWHERE, level="judged")["share"] > 20).all(), "the page says so"


def test_a_device_gives_less_than_one_false_alarm_in_five_years():
    """Of alarms that come at any time, a share p of devices with some is −log(1 − p) a device."""
    share = table("alarms").set_index(["what", "size"])["share"]
    for device in ("marks", "calls", "mail"):
        (some,) = share[f"{alarms.FALSE}_{device}"]
        assert -math.log(1 - some / 100) < 1


def test_a_fall_of_half_a_point_and_a_silence_are_seen_within_ten_days():
    share = table("alarms").set_index(["what", "size"])["share"]
    assert share["marks", 200] >= 80 and share["silence", 3] >= 80


def test_few_repetitions_tell_a_silence_from_nothing():
    few = [sum(alarms.found(case, 1, i) for i in range(6)) for case in alarms.CASES]
    share = dict(zip(alarms.CASES, few, strict=True))
    assert share["silence", 30] == 6 > 3 >= share[f"{alarms.FALSE}_calls", 300]


def test_of_the_answers_advised_the_difference_that_matters_is_found_eight_times_in_ten():
    share = table("planning").set_index(["what", "family"])["share"]
    assert share.between(78, 82).all(), "more or less than the how-to and the page promise"


def test_the_measures_that_are_drawn_change_by_just_what_matters():
    for name, one in planning.MEASURES.items():
        assert sum(one.before) == pytest.approx(1) == sum(one.now)
        scale = 100 if one.kind == "share" else 1
        falls = scale * sum(v * (b - n) for v, b, n in zip(*one[1:4], strict=True))
        assert falls == pytest.approx(one.matters), name


def test_few_repetitions_find_less_where_fewer_answer_than_advised(monkeypatch):
    advised = planning.advised
    enough = how_often(planning, 1, repetitions=20)["share"].mean()
    monkeypatch.setattr(planning, "advised", lambda *case: advised(*case) // 4)
    assert enough >= 70 > 50 > how_often(planning, 1, repetitions=20)["share"].mean()


def test_few_repetitions_tell_a_fall_of_a_third_from_nothing():
    few = how_often(breaks, 1, repetitions=2).set_index(["what", "size"])["share"]
    assert few["level", -0.3].mean() >= 75 > 25 >= few["nothing", 0.0].mean()


def test_few_repetitions_tell_an_effect_of_a_fifth_from_nothing():
    few = how_often(effects, 1, repetitions=3).set_index(["what", "judged"])["share"]
    assert few["fall_20", effects.WHOLE] >= 66 > 34 >= few["nothing", effects.WHOLE]


def test_few_repetitions_tell_the_bounds_from_weights_where_opinions_decide():
    few = how_often(nonresponse, 1, repetitions=9).set_index(["what", "judged"])["share"]
    assert few["mean_1.0", nonresponse.BAND] >= 88 > 45 > few["mean_1.0", nonresponse.WEIGHTS]


def test_few_repetitions_tell_a_headline_that_falls_from_nothing():
    few = how_often(power, 1, repetitions=20).set_index(["what", "order"])["share"]
    assert few["headline", power.FIRST] > few["nothing", power.FIRST]


@pytest.mark.parametrize("band", ranking.BANDS)
def test_of_tasks_told_with_a_probability_about_as_many_are_truly_among_the_ten(band):
    row = table("ranking").set_index(["what", "judged"]).loc[band, ranking.TOLD]
    low, high = map(float, band.split("_"))
    assert low <= row["low"] and row["high"] <= high, "the probability is not what it says"


def test_the_ten_that_are_named_by_their_probability_are_no_worse_than_by_raw_values():
    share = table("ranking").set_index(["what", "judged"]).loc[ranking.NAMED]
    assert share.at[ranking.TOLD, "low"] > share.at[ranking.RAW, "share"]
