"""Dots, grids of shades and the small lines of pages."""

import math
import re
from xml.etree import ElementTree

import pandas as pd
import pytest
import seaborn as sns
from hypothesis import given
from hypothesis import strategies as st
from tests.display import drawn
from tests.display.conftest import luminance
from tests.display.test_bars import BARS, STATES
from tests.words import plain

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.display import dots, style

GRID = {f"{day} · {hour} h": 100.0 - 3 * abs(13 - hour) for day in ("lundi", "mardi")
        for hour in range(8, 19)}  # fmt: skip
WIDE = {f"{day} · {hour} h": 40.0 + hour for day in ("lundi", "mardi") for hour in range(33)}
HOLES = {"lundi · 8 h": "low_base", "lundi · 9 h": "partial"}
CASES: drawn.Cases = {
    "a grid": ("heat_chart", lambda f: f["grouped"](
        GRID | {"mardi · 9 h": "missing"}, "appels", states=HOLES), {}),
    "a wide grid": ("heat_chart", lambda f: f["grouped"](
        WIDE | {"mardi · 9 h": "suppressed"}, "appels", states=HOLES), {}),
    "marks": ("dot_chart", lambda f: f["marks"], {}),
    "shares as dots": ("dot_chart", lambda f: f["grouped"](BARS, half=2.0, states=STATES),
                       {"by": "group_value", "sort": False}),
    "marks without intervals": ("dot_chart", lambda f: f["marks"].assign(
        ci_low=float("nan"), ci_high=float("nan")), {}),
    "low marks": ("dot_chart", lambda f: f["marks"].assign(
        **{x: f["marks"][x] - 4.5 for x in ("estimate", "ci_low", "ci_high")}), {}),
    **{f"dots in {unit}": ("dot_chart", lambda f, unit=unit: f["grouped"](
        BARS, unit, half=2.0, states=STATES), {"by": "group_value"})
       for unit in ("s", "€", "jours", "sur 10")},
    "a grid of seconds": ("heat_chart", lambda f: f["grouped"](
        {f"{a} · {b}": 37.0 * i * j for i, a in enumerate(("Un long nom de ligne de grille", "B"))
         for j, b in enumerate(("Trouve l'information cherchée", "Non", "Peut-être"))}, "s"), {}),
    "a grid of shares": ("heat_chart", lambda f: f["grouped"](
        {f"L{a} · C{b}": 1.5 * a + 4 * b for a in range(3) for b in range(12) if a != b},
        states=dict.fromkeys(("L0 · C1", "L1 · C4"), "low_base")), {}),
    "a grid of one shade": ("heat_chart", lambda f: f["grouped"](
        {"A · B": 0.0, "A · C": 0.0}, "jours"), {}),
    "a grid of what is withheld": ("heat_chart", lambda f: f["grouped"](
        {"A · B": "suppressed", "A · C": "missing"}), {}),
    "a grid of turned heads": ("heat_chart", lambda f: f["grouped"](
        {f"{a} · Motif assez long numéro {b}": 5.0 for a in "AB" for b in "abcdefghijkl"}), {}),
    "dots of what is withheld": (
        "dot_chart", lambda f: f["marks"][f["marks"]["status"] == "suppressed"], {}),
    "dots of two devices": ("dot_chart", lambda f: estimates.combine(
        [f["marks"], f["marks"].iloc[:1].assign(device="sp-plus")]), {}),
    "dots of what is better when low": ("dot_chart", lambda f: f["grouped"](
        {"A": 5.0, "Autres": 90.0, "B": "suppressed", "C": 70.0, "Autrement": 60.0}).assign(
        indicator="abandonment_rate"), {"by": "group_value"}),
    "balances as dots": ("dot_chart", lambda f: f["grouped"](
        {"A": -5.0, "B": 12.0}, "points", half=8.0), {"by": "group_value"}),
}  # fmt: skip
test_dots_and_grids_are_drawn_as_they_are_known = drawn.test(CASES)


@pytest.mark.parametrize(("change", "message"), [
    ({"indicator": "clarity_10"}, "2 values of indicator"),
    ({"product": "entreprendre", "device": "jdma-entreprendre"}, "2 estimates for entreprendre"),
])  # fmt: skip
def test_estimates_that_do_not_belong_together_are_refused(change, message, marks, draw):
    rows = marks.to_dict("records")
    rows[0] |= change
    with pytest.raises(ObservError, match=message):
        draw("dot", estimates.make(rows))
    with pytest.raises(ObservError, match="cannot arrange estimates by 'produit'"):
        draw("dot", marks, by="produit")


def test_near_values_look_near():
    assert dots._ends(pd.Series([98.0, 99.0])) == (98 - 23.75, 99.0)
    assert dots._ends(pd.Series([10.0, 99.0])) == (10.0, 99.0)
    assert dots._ends(pd.Series([0.0, 0.0])) == (0.0, 1.0)
    assert dots._ends(pd.Series([], dtype=float)) == (0.0, 1.0)


@given(st.floats(0, 1))
def test_a_number_can_be_read_on_every_shade(share):
    shade = sns.blend_palette(style.GRADES, as_cmap=True)(share)
    low, high = sorted([luminance(dots._ink(shade)), luminance(shade)])
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize(("values", "told"), [
    ({"lundi": 40.0}, "lundi is not “row · column”"),
    ({f"rang · colonne {'x' * n}": 5.0 for n in range(1, 60)}, "59 columns named in words"),
])  # fmt: skip
def test_what_is_no_grid_is_refused(values, told, grouped, draw):
    with pytest.raises(ObservError, match=told):
        draw("heat", grouped(values))


@pytest.mark.parametrize(("values", "points"), [
    ([1, 2, 3], ["5,43 110,24 215,5"]), ([7, 7], ["5,43 215,43"]), ([5], ["5,43"]),
    ([1, math.nan, 3, 2], ["5,43", "145,5 215,24"]), ([math.nan], []),
])  # fmt: skip
def test_a_small_line_has_each_value_at_its_place_and_its_last_marked(values, points):
    picture = dots.small_line(values)
    assert re.findall(r'points="([^"]*)"', picture) == points
    x, y = points[-1].split()[-1].split(",") if points else ("0", "0")
    assert f'<circle cx="{x}" cy="{y}" r="3"/>' in picture and 'viewBox="0 0 220 48"' in picture
    ElementTree.fromstring(picture)


@pytest.mark.parametrize(("values", "told"), [
    ([100_000.0, 99_000.0, 3e6], "Visites du 2025 au 2027, entre 99 000 et 3 M."),
    ([1.0, 99_999.0, 5.0], "Du 2025 au 2027, entre 1 et 99 999 visites."),
])  # fmt: skip
def test_a_small_line_says_its_least_and_most(values, told, catalogue):
    rows = [{"indicator": "visits", "unit": "visites", "period": f"{2025 + i}", "estimate": x}
            for i, x in enumerate(values)]  # fmt: skip
    assert plain(dots.line_told(estimates.make(rows), catalogue)) == told
