"""What the page of the method says was found by drawing: alarms, breaks, effects and more."""

import math
import re
from pathlib import Path

import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import load_catalogue
from observlib.estimates import make_comparisons
from observlib.indicators import pairs
from observlib.pipeline.project import reference as table
from tools.coverage import (
    alarms,
    counts,
    edition,
    effects,
    equivalence,
    fragile,
    lasting,
    nonresponse,
    planning,
    power,
)
from tools.coverage.__main__ import ALONE

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
PLANNED = (75, 85)  # power, in %, of whatever marks
# one drawing of each part, by what its `drawn` is asked for


@pytest.mark.parametrize("name", ALONE)
def test_the_page_of_the_method_shows_the_committed_table(name):
    part, text = ALONE[name], (ROOT / "reports" / "methode.qmd").read_text(encoding="utf-8")
    shown = text.partition(part.BEGIN)[2].partition(part.END)[0]
    assert shown.strip() == part.markdown(table(name)).strip(), "run python -m tools.coverage.page"
    label = re.findall(r"\{#(tbl-[\w-]+)\}", shown)
    assert len(label) == 1 and f"@{label[0]}" in text, "no sentence of the page names its table"
    known = table(name)
    assert len(known) == len(part.CASES) and (known["repetitions"] == part.REPETITIONS).all()


def test_where_no_level_changes_one_series_in_a_hundred_at_most_is_said_to_break():
    found = table("breaks")
    still = found[found["what"] != "level"]
    assert len(still) == 12 and (still["low"] <= 1).all(), "more than the page promises"
    assert still["share"].mean() <= 1, "more than the page promises"
    least = found[found["what"] == "level"].groupby("size")["share"].min()
    assert least[-0.3] >= 95 and least[-0.2] >= 45


def test_where_the_action_does_nothing_no_more_than_one_in_twenty_is_said_to_have_an_effect():
    found = table("effects")
    still = found[found["what"].isin(effects.STILL)].set_index(["what", "judged"])
    whole = still.xs(effects.WHOLE, level="judged")
    assert (whole["low"] <= 5).all() and whole["share"].mean() <= 5, "more than the page promises"
    assert still.at[("trend", effects.TEST), "low"] > 20, "the test alone needs no placebos"
    assert found.set_index(["what", "judged"])["share"]["fall_20", effects.WHOLE] >= 90


def test_the_more_people_answer_the_better_or_worse_they_think_the_truth_is_between_the_bounds():
    share = table("nonresponse").pivot(index="what", columns="judged", values="share")
    one_end = [f"mean_{nonresponse.UNHAPPY}_{n}" for n in (nonresponse.FEW, nonresponse.MANY)]
    holds = share.loc[[*(f"mean_{phi}" for phi in nonresponse.PHIS), *one_end]]
    assert (holds[nonresponse.BAND] >= 94).all(), "less than the page promises"
    opinions = holds.loc[["mean_0.5", "mean_1.0", *one_end], nonresponse.WEIGHTS]
    assert (opinions < 60).all(), "weights alone need no bounds"


def test_a_true_fall_of_the_mark_is_seen_half_as_often_again_at_the_same_error():
    share = table("power").set_index(["what", "order"])["share"]
    assert share["nothing", power.FIRST] <= 5 and share["nothing", power.EQUAL] <= 5
    for what in ("headline", "all"):
        assert share[what, power.FIRST] >= 1.5 * share[what, power.EQUAL]


def test_where_counts_change_as_usual_hardly_a_page_says_that_one_rises_or_falls():
    table_ = table("counts")
    still = table_[table_["rise"] == 0]
    in_blocks = still["alike"] == counts.YEAR
    usual = still["alike"] <= 0.5
    assert (still.loc[usual, "share"] <= 2).all(), "the page says that it holds by far"
    assert (still.loc[~in_blocks, "share"] <= 8).all(), "the page says that it holds nearly"
    assert (still.loc[in_blocks, "share"] <= 15).all(), "more than the page admits"
    seen = table_[table_["rise"] == 0.2].set_index(["years", "spread"])["share"]
    assert seen[5, 0.01] >= 95 and seen[5, 0.03] >= 80


def test_what_is_drawn_of_counts_is_what_a_page_says_of_them():
    now, catalogue = Quarter("2026-T3"), load_catalogue(ROOT / "data" / "catalogue")
    for repetition, years in enumerate((2, 3, 6)):
        page = counts.drawn((0.2, years, "grows", 0.5, 10_000.0, 0.03), 1, repetition)
        visits = {"indicator": "visits", "unit": "visites", "channel": "web", "product": "boamp"}
        rows = [
            {**visits, "device": f"d{place}", "period": quarter, "estimate": count, "n": count}
            for place, counted_ in enumerate(page.to_numpy())
            for quarter, count in zip(now.back(len(counted_)), counted_, strict=True)
        ]
        found = make_comparisons(
            pairs.tested(catalogue, pairs.counted_pairs(estimates.make(rows), now))
        )
        said = ["" if x in ("unknown", "stable") else x for x in found["verdict"]]
        assert said == counts.established(page)


def test_wherever_every_change_just_matters_one_page_in_twenty_at_most_calls_one_stable():
    found = table("equivalence").set_index(["what", "judged"])
    wrong = found.xs(equivalence.WRONG, level="judged")
    named = wrong.index == "tens_88_1000_2.5_5"  # where the page says that it does not hold
    assert (wrong.loc[~named, "low"] <= 5).all(), "more than promised"
    assert wrong["share"].mean() <= 5, "more than promised"
    assert (wrong.loc[named, "share"] < 10).all(), "more than is said of tens of unequal weights"


def test_a_small_fall_that_lasts_is_found_by_the_year_and_fewer_are_false():
    share = table("lasting").pivot(index="what", columns="judged", values="share")
    looks = range(1, lasting.LOOKS + 1)
    alone, both = (
        share[[f"{how}_{look}" for look in looks]].set_axis(range(1, 5), axis=1)
        for how in (lasting.ALONE, lasting.TOGETHER)
    )
    still = [what for what, cell in lasting.CELLS.items() if cell.size == cell.wander == 0]
    assert both.loc[still, 4].max() <= 18
    assert both.loc[still, 4].mean() < alone.loc[still, 4].mean() - 2
    falls = [f"{shape}_{lasting.FEW}_0.2_0.0_1" for shape in ("usual", "camps", "tens_88")]
    assert (both.loc[falls, 3] >= 88).all() and (both.loc[falls, 4] >= 95).all()
    assert both.loc[falls, 3].mean() > alone.loc[falls, 3].mean()
    wandering = [what for what, cell in lasting.CELLS.items() if cell.size == 0 < cell.wander]
    assert (both.loc[wandering, 4] > 20).all(), "the page says that it does not hold there"


def test_where_nothing_changes_the_front_page_is_wrong_once_in_twenty_and_an_edition_oftener():
    found = table("edition").set_index(["what", "judged"])
    assert (found.xs(edition.FRONT, level="judged")["low"] <= 5).all()
    assert (found.xs(edition.ANYWHERE, level="judged")["share"] > 20).all(), "the page says so"
    # a true fall is not called fragile, and what a day or a month made is
    share = table("fragile").pivot(index="what", columns="judged", values="share")
    among = share[fragile.FRAGILE] / share[fragile.FOUND]
    assert (among[[*fragile.TRUE, "late"]] <= 0.03).all()
    assert among["flood"] >= 0.95 and among["month"] >= 0.75


def test_a_device_gives_less_than_one_false_alarm_in_five_years():
    """Of alarms that come at any time, a share p of devices with some is −log(1 − p) a device."""
    share = table("alarms").set_index(["what", "size"])["share"]
    for device in ("marks", "calls", "mail"):
        (some,) = share[f"{alarms.FALSE}_{device}"]
        assert -math.log(1 - some / 100) < 1
    assert share["marks", 200] >= 80 and share["silence", 3] >= 80  # within ten days


def test_of_the_answers_advised_the_difference_that_matters_is_found_eight_times_in_ten():
    found = table("planning").set_index(["what", "family"])
    power = found.drop(planning.UNSURE, level="family")
    assert power["high"].ge(PLANNED[0]).all() and power["low"].le(PLANNED[1]).all()
    assert 78 <= power["share"].mean() <= 84, "more or less than the how-to and the page promise"
    assert found["share"].xs(planning.UNSURE, level="family").between(90, 100).all()
