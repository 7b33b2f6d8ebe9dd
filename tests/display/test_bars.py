"""Bars, funnels and shares: what a reader of each relies on."""

import re

import pytest
from tests.display import drawn
from tests.display.conftest import luminance
from tests.words import alt_of

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.display import bars, charts, style

STATES = {"Peu": "low_base", "Encore": "partial"}
BARS = {"A": 60.0, "Peu": 30.0, "Encore": 20.0, "Autres motifs": 70.0, "B": "suppressed",
        "C": "missing", "Un nom assez long pour tenir sur plusieurs lignes": 3.25}  # fmt: skip
STEPS = {"A": 100.0, "Peu": 50.0, "B": "suppressed", "Encore": 0.04, "D": 25.0}


def parts(grouped, number):
    whole = {f"Part {i}": 100.0 / number for i in range(number)}
    hidden = dict.fromkeys(whole, 100.0 / number) | {"Part 0": "suppressed"}
    return estimates.combine([grouped(whole, device="a", states={"Part 1": "low_base"}),
                              grouped(hidden, device="b", n=35)])  # fmt: skip


CASES: drawn.Cases = {
    **{f"bars in {unit}": ("bar_chart", lambda f, unit=unit: f["grouped"](
        BARS, unit, half=2.0, states=STATES), {}) for unit in ("%", "appels", "s", "€", "jours")},
    "few bars": ("bar_chart", lambda f: f["grouped"](BARS), {"limit": 2}),
    "bars in order": ("bar_chart", lambda f: f["grouped"](BARS), {"sort": False}),
    "steps": ("funnel_chart", lambda f: f["grouped"](STEPS, "appels", states=STATES), {}),
    "bars below each other": ("bar_chart", lambda f: f["grouped"](
        {"A": 12.0, "B": 3.5, "C": 0.2, "Autres": 40.0}, half=0.1), {"limit": 1}),
    "few steps": ("funnel_chart", lambda f: f["grouped"](
        {"A": 1000.0, "B": 99.0, "C": 0.0, "D": 0.0}, "appels"), {}),
    "steps that lose most at first": ("funnel_chart", lambda f: f["grouped"](
        {"A": 10_000.0, "B": 5.0, "C": 4.0}, "appels"), {}),
    "parts of long names": ("share_chart", lambda f: f["grouped"](
        {"M" * 30: 20.0, "M" * 60: 30.0, "Non": 50.0}), {"by": "indicator"}),
    "small steps": ("funnel_chart", lambda f: f["grouped"](
        {"Un nom d'étape assez long pour deux lignes": 86e6, "B": 224.0}, "appels"), {}),
    "withheld steps": ("funnel_chart", lambda f: f["grouped"](
        {"A": "suppressed", "B": "missing"}, "appels"), {}),
    "withheld bars": ("bar_chart", lambda f: f["grouped"]({"A": "suppressed", "B": "missing"}), {}),
    "two units": ("funnel_chart", lambda f: f["grouped"]({"A": 9.0, "B": 1.0}, "appels").assign(
        unit=["appels", "réponses"]), {}),
    **{f"{n} parts": ("share_chart", lambda f, n=n: parts(f["grouped"], n), {"by": "device"})
       for n in (2, 3, 5)},
}  # fmt: skip
test_bars_are_drawn_as_they_are_known = drawn.test(CASES)


def test_a_withheld_bar_is_told_in_words_and_has_no_value_anywhere(grouped, draw, written, figure):
    made = draw("bar", grouped({"A": 60.0, "B": "suppressed", "C": "missing"}))
    assert "1 valeur sous secret statistique et 1 valeur non disponible" in alt_of(made)
    assert re.search(r"\| B \|.*secret statistique", made.content["data_markdown"])
    assert {"secret statistique", "donnée non disponible"} <= set(written())
    assert len(figure().axes[0].patches) == 1  # and no bar of no height


def test_no_share_is_made_of_a_withheld_or_partial_step(grouped, draw, figure):
    steps = {"A": 100.0, "B": "suppressed", "C": 50.0, "D": 25.0}
    said = alt_of(draw("funnel", grouped(steps, "appels", states={"D": "partial"})))
    assert "B : secret statistique. C : 50 appels, soit 50 % de la première étape." in said
    assert "D : 25 appels." in said and "perte" not in said
    assert len(figure().axes[0].patches) == 3


def test_a_withheld_part_is_not_told_by_the_rest_of_its_bar(feelings, draw):
    rows = feelings({"boamp": (61, 14, 25)}).to_dict("records")
    rows[1] |= {"estimate": None, "n": None, "status": "suppressed"}
    chart = draw("share", estimates.make(rows))
    assert chart.shown["image/svg+xml"].count("fill:#e4655f") == 1  # the legend's
    assert not re.search(r"61|14|25", chart.content["alt"])


@pytest.mark.parametrize(("chart", "values", "unit", "told"), [
    ("bar", {"A": -5.0}, "points", "below zero"), ("funnel", {"A": -5.0}, "appels", "below zero"),
    ("share", {"A": 100.0}, "appels", "unit is 'appels'"),
    ("share", {f"{i}": 10.0 for i in range(10)}, "%", "10 parts; at most"),
    *(("funnel", {"A": 5.0}, unit, "steps are counts") for unit in ("%", "s", "points")),
    ("share", {"A": 60.0, "B": 42.0}, "%", r"'boamp' sum to 102\.0 %"),
])  # fmt: skip
def test_what_would_be_drawn_wrong_is_refused(chart, values, unit, told, grouped, draw):
    with pytest.raises(ObservError, match=told):
        draw(chart, grouped(values, unit, product="boamp"))


def test_colours_stand_out_on_white_and_red_is_for_a_sixth_line_only():
    negative = bars._FILLS[3][2][0]
    assert all(1.05 / (luminance(colour) + 0.05) >= 3 for colour in (*style.PALETTE, negative))
    assert (luminance(negative) + 0.05) / (luminance(style.INK) + 0.05) >= 4.5
    assert style.PALETTE[-1] == "#E91719" and charts.LONG == 100_000
