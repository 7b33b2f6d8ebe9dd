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


def test_bars_are_ranked_and_those_left_out_are_told_and_kept_in_the_data(grouped, draw, written):
    made = draw(
        "bar", grouped({"Peu": 10.0, "Assez": 20.0, "Guère": 4.0, "Surtout": 60.0}), limit=2
    )
    order = "de la valeur la plus haute à la plus basse. Surtout : 60 %. Assez : 20 %"
    told = "Et 2 autres, de 4 % à 10 %, dans les données de la figure."
    assert order in alt_of(made) and told in alt_of(made) and told in " ".join(written())
    assert "Peu" in made.content["data_markdown"] and "Peu" not in written()


def test_a_withheld_bar_is_told_in_words_and_has_no_value_anywhere(grouped, draw, written, figure):
    made = draw("bar", grouped({"A": 60.0, "B": "suppressed", "C": "missing"}))
    assert "1 valeur sous secret statistique et 1 valeur non disponible" in alt_of(made)
    assert re.search(r"\| B \|.*secret statistique", made.content["data_markdown"])
    assert {"secret statistique", "donnée non disponible"} <= set(written())
    assert len(figure().axes[0].patches) == 1  # and no bar of no height
    assert "Aucune valeur ne peut être montrée" in alt_of(draw("bar", grouped({"B": "suppressed"})))


def test_no_share_is_made_of_a_withheld_or_partial_step(grouped, draw, written, figure):
    steps = {"A": 100.0, "B": "suppressed", "C": 50.0, "D": 25.0}
    said = alt_of(draw("funnel", grouped(steps, "appels", states={"D": "partial"})))
    assert "B : secret statistique. C : 50 appels, soit 50 % de la première étape." in said
    assert "D : 25 appels." in said and "perte" not in said
    assert "25 (p)" in written() and len(figure().axes[0].patches) == 3


@pytest.mark.parametrize(("steps", "told"), [
    ({"A": 500.0, "B": 50.0}, "B : 50 appels, soit 10 %"), ({"A": 0.0, "B": 0.0}, "B : 0 appel."),
    ({"A": 1000.0, "B": 99.0}, "soit 9,9 %"),
    ({"A": 10_000.0, "B": 5.0}, "soit 0,1 % de l’étape précédente"),
    ({"A": 86e6, "B": 224.0}, "soit moins de 0,1 % de l’étape précédente"),
    ({"A": 100.0, "B": 50.0, "C": 40.0}, "entre « A » et « B »"),
])  # fmt: skip
def test_steps_are_shares_of_the_one_before(steps, told, grouped, draw):
    assert told in alt_of(draw("funnel", grouped(steps, "appels")))


def test_steps_of_two_units_say_what_each_counts(grouped, draw, written):
    frame = grouped({"Proposée": 500.0, "Répondue": 50.0}, "appels")
    said = alt_of(draw("funnel", frame.assign(unit=["appels", "réponses"])))
    assert "Proposée : 500 appels. Répondue : 50 réponses, soit 10 %" in said
    assert "appels" not in written()  # a heading of the whole would be wrong


def test_shares_fill_their_bar_or_are_refused_and_hide_a_withheld_part(feelings, draw):
    chart = draw("share", feelings({"boamp": (60, 15, 25), "bodacc": (50, 8.4, 43)}))
    assert "BOAMP : Positif 60 %, Neutre 15 %, Négatif 25 %." in alt_of(chart)
    with pytest.raises(ObservError, match=r"'boamp' sum to 102\.0 %"):
        draw("share", feelings({"boamp": (60, 15, 26.6)}))
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
])  # fmt: skip
def test_what_would_be_drawn_wrong_is_refused(chart, values, unit, told, grouped, draw):
    with pytest.raises(ObservError, match=told):
        draw(chart, grouped(values, unit))


def test_names_of_parts_stand_in_rows_in_the_order_of_bars():
    with style.theme():
        places, height = bars._legend_places(["Oui", "Non"], 100.0)
        wide = style.text_width("Oui")
        assert (places, height) == ([(100.0, 0.0), (100 + 15 + wide + 14, 0.0)], style.LINE + 2)
        places, height = bars._legend_places(["M" * 30, "M" * 30 + "\nM", "Non"], 100.0)
    assert [x for x, _ in places] == [0.0, 0.0, pytest.approx(29 + style.text_width("M" * 30))]
    assert [y for _, y in places] == [0.0, 15.0, 15.0] and height == 15 + 2 * style.LINE + 2


def test_colours_stand_out_on_white_and_red_is_for_a_sixth_line_only():
    negative = bars._FILLS[3][2][0]
    assert all(1.05 / (luminance(colour) + 0.05) >= 3 for colour in (*style.PALETTE, negative))
    assert (luminance(negative) + 0.05) / (luminance(style.INK) + 0.05) >= 4.5
    assert style.PALETTE[-1] == "#E91719" and charts.LONG == 100_000
