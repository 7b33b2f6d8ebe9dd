"""What the page of the method says was found by drawing: alarms, breaks, effects and more."""

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


UNHAPPY = [f"mean_{nonresponse.UNHAPPY}_{n}" for n in (nonresponse.FEW, nonresponse.MANY)]
OPINIONS = f"what in {['mean_0.5', 'mean_1.0', *UNHAPPY]}"  # by which more, or fewer, answer
HELD = [*(f"mean_{phi}" for phi in nonresponse.PHIS), *UNHAPPY]
STILL = f"what in {effects.STILL} and judged == '{effects.WHOLE}'"
UNEQUAL = "tens_88_1000_2.5_5"  # tens of unequal weights, of which the page admits more
WRONG, ADVISED = f"judged == '{equivalence.WRONG}'", f"family != '{planning.UNSURE}'"
CLAIMS = [  # of some rows of a table, and what is told of them: at least and at most, in percent
    ("breaks", "what != 'level'", "low max", 0, 1),
    ("breaks", "what != 'level'", "share mean", 0, 1),
    ("breaks", "what == 'level' and size == -0.3", "share min", 95, 100),
    ("breaks", "what == 'level' and size == -0.2", "share min", 45, 100),
    ("effects", STILL, "low max", 0, 5),
    ("effects", STILL, "share mean", 0, 5),
    ("effects", f"what == 'trend' and judged == '{effects.TEST}'", "low min", 20, 100),
    ("effects", f"what == 'fall_20' and judged == '{effects.WHOLE}'", "share min", 90, 100),
    ("nonresponse", f"what in {HELD} and judged == '{nonresponse.BAND}'", "share min", 94, 100),
    ("nonresponse", f"{OPINIONS} and judged == '{nonresponse.WEIGHTS}'", "share max", 0, 60),
    ("power", "what == 'nothing'", "share max", 0, 5),
    ("counts", "rise == 0 and alike <= 0.5", "share max", 0, 2),
    ("counts", f"rise == 0 and alike < {counts.YEAR}", "share max", 0, 8),
    ("counts", f"rise == 0 and alike == {counts.YEAR}", "share max", 0, 15),
    ("counts", "rise == 0.2 and years == 5 and spread == 0.01", "share min", 95, 100),
    ("counts", "rise == 0.2 and years == 5 and spread == 0.03", "share min", 80, 100),
    ("equivalence", WRONG, "share mean", 0, 5),
    ("equivalence", f"{WRONG} and what != '{UNEQUAL}'", "low max", 0, 5),
    ("equivalence", f"{WRONG} and what == '{UNEQUAL}'", "share max", 0, 10),
    ("edition", f"judged == '{edition.FRONT}'", "low max", 0, 5),
    ("edition", f"judged == '{edition.ANYWHERE}'", "share min", 20, 100),
    # less than one false alarm in five years: of devices with some, a share of 1 - 1/e
    ("alarms", f"what.str.startswith('{alarms.FALSE}_')", "share max", 0, 63),
    ("alarms", "what == 'marks' and size == 200", "share min", 80, 100),
    ("alarms", "what == 'silence' and size == 3", "share min", 80, 100),
    ("planning", ADVISED, "high min", 75, 100),
    ("planning", ADVISED, "low max", 0, 85),
    ("planning", ADVISED, "share mean", 78, 84),
    ("planning", f"family == '{planning.UNSURE}'", "share min", 90, 100),
]


@pytest.mark.parametrize(("name", "rows", "told", "least", "most"), CLAIMS)
def test_what_the_method_and_how_tos_promise_was_found_by_drawing(name, rows, told, least, most):
    column, how = told.split()
    assert least <= table(name).query(rows)[column].agg(how) <= most, "the page promises otherwise"


def test_a_true_fall_of_the_mark_is_seen_half_as_often_again_at_the_same_error():
    share = table("power").set_index(["what", "order"])["share"]
    for what in ("headline", "all"):
        assert share[what, power.FIRST] >= 1.5 * share[what, power.EQUAL]


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


def test_a_true_fall_is_not_called_fragile_and_what_a_day_or_a_month_made_is():
    share = table("fragile").pivot(index="what", columns="judged", values="share")
    among = share[fragile.FRAGILE] / share[fragile.FOUND]
    assert (among[[*fragile.TRUE, "late"]] <= 0.03).all()
    assert among["flood"] >= 0.95 and among["month"] >= 0.75
