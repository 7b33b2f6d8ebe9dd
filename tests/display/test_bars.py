"""Bars: what a reader of a ranking relies on."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.words import alt_of

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import style

LONG = "Renouvellement d'une autorisation provisoire de séjour et changement d'adresse"
PALETTE = {colour.lower() for colour in style.PALETTE}


def written(texts, figures) -> str:
    return "\n".join(texts(figures[-1])).replace("\xa0", " ").replace("\u202f", " ")


def test_bars_are_ranked_and_those_left_out_are_told_and_kept_in_the_data(
    grouped, invented, texts, figures
):
    frame = grouped({"Peu": 10.0, "Assez": 20.0, "Guère": 4.0, "Surtout": 60.0})
    made = display.bar_chart(frame, invented, caption="C", limit=2)
    assert "de la valeur la plus haute à la plus basse. Surtout : 60 %. Assez : 20 %" in alt_of(
        made
    )
    told = "Et 2 autres, de 4 % à 10 %, dans les données de la figure."
    assert told in alt_of(made) and told in written(texts, figures).replace("\n", " ")
    assert "Peu" in made.content["data_markdown"] and "Peu" not in texts(figures[-1])


def test_what_is_brought_together_comes_last_whatever_its_size(grouped, invented):
    said = alt_of(
        display.bar_chart(
            grouped({"Autres motifs": 50.0, "A": 20.0, "B": 30.0}), invented, caption="C"
        )
    )
    assert said.index("B :") < said.index("A :") < said.index("Autres motifs :")
    assert "à la plus basse" not in said.split("Valeur")[0]
    assert "Valeur la plus haute : Autres motifs." in said
    assert (
        "Autrement"
        in alt_of(
            display.bar_chart(grouped({"A": 2.0, "Autrement": 5.0}), invented, caption="C")
        ).split("A :")[0]
    )


def test_a_withheld_bar_is_told_in_words_and_has_no_value_anywhere(
    grouped, invented, texts, figures
):
    made = display.bar_chart(
        grouped({"A": 60.0, "B": "suppressed", "C": "missing"}), invented, caption="C"
    )
    assert "1 valeur sous secret statistique et 1 valeur non disponible" in alt_of(made)
    assert re.search(r"\| B \|.*secret statistique", made.content["data_markdown"])
    assert {"secret statistique", "donnée non disponible"} <= set(texts(figures[-1]))
    assert len(figures[-1].axes[0].patches) == 1  # and no bar of no height
    nothing = display.bar_chart(grouped({"B": "suppressed"}), invented, caption="C")
    assert "Aucune valeur ne peut être montrée" in alt_of(nothing)


def test_a_bar_to_read_with_care_differs_by_more_than_its_colour(grouped, invented, texts, figures):
    states = {"Peu": "low_base", "Encore": "partial"}
    frame = grouped({"A": 60.0, "Peu": 30.0, "Encore": 20.0}, half=2.0, states=states)
    display.bar_chart(frame, invented, caption="C")
    whole, thin, partial = figures[-1].axes[0].patches
    assert thin.get_hatch() and not whole.get_hatch() and not partial.get_hatch()
    assert partial.get_linestyle() != whole.get_linestyle()
    notes = written(texts, figures).replace("\n", " ")
    assert "Barre hachurée : faible effectif (moins de 30 appels)." in notes
    assert "20 % (p)" in notes and "(p) et bord en tirets : période incomplète." in notes
    assert "Trait : intervalle à 95 %. 400 appels." in notes


def test_bases_that_differ_stand_beside_each_bar(grouped, invented, texts, figures):
    frame = estimates.combine([grouped({"A": 60.0}, n=1200), grouped({"B": 40.0}, n=35)])
    display.bar_chart(frame, invented, caption="C")
    notes = written(texts, figures)
    assert "n = 1 200" in notes and "n = 35" in notes and "n : nombre d’appels." in notes


def test_a_bar_below_zero_is_refused_as_it_would_be_drawn_wrong(grouped, invented):
    with pytest.raises(ObservError, match="below zero"):
        display.bar_chart(grouped({"A": -5.0}, "points"), invented, caption="C")


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [
        ("€", 60_299.0, "60 299 €"),
        ("€", 1_234_567.0, "1,2 M€"),
        ("s", 185.0, "3 min 05 s"),
        ("jours", 3.25, "3,3"),
        ("appels", 1_613.0, "1 613"),
    ],
)
def test_each_unit_is_written_as_people_write_it(
    unit, value, said, grouped, invented, texts, figures
):
    display.bar_chart(grouped({"A": value}, unit), invented, caption="C")
    assert said in written(texts, figures).split("\n")


@pytest.mark.parametrize("unit", ["%", "appels", "s", "€"])
def test_the_longest_names_and_values_stay_clear_of_the_bars(
    unit, grouped, invented, texts, figures, assert_readable
):
    values: dict[str, float | str] = {LONG: 40.0 if unit == "%" else 4e5, "B": 3.0, "C": "missing"}
    frame = estimates.combine(
        [grouped(values, unit, half=2.0), grouped({"D": 12.0}, unit, n=123_456)]
    )
    display.bar_chart(frame, invented, caption="C", limit=3)
    assert_readable()
    drawn = figures[-1].axes[0].get_window_extent()
    names = [box for name, (box, *_) in texts(figures[-1]).items() if "autorisation" in name]
    assert names and all(box.x1 <= drawn.x0 for box in names)
    assert drawn.width > figures[-1].bbox.width / 5


words = st.lists(st.sampled_from(["Carte", "renouvellement", "d'une", "de", "l'information", "—"]))


@examples(12)
@given(
    st.lists(words.map(" ".join).filter(bool), min_size=1, max_size=6, unique=True),
    st.floats(0, 1e9),
)
def test_no_text_is_cut_whatever_the_names(
    grouped, invented, figures, assert_readable, names, value
):
    figures.clear()
    display.bar_chart(grouped(dict.fromkeys(names, value), "appels"), invented, caption="C")
    display.funnel_chart(grouped(dict.fromkeys(names, value), "appels"), invented, caption="C")
    assert_readable()


@pytest.mark.parametrize("chart", ["bar_chart", "funnel_chart", "heat_chart", "curve_chart"])
def test_the_same_estimates_give_the_same_bytes_in_the_palette(chart, grouped, invented):
    names = ("0", "1") if chart == "curve_chart" else ("a · 1", "a · 2")
    frame = grouped(dict(zip(names, (40.0, 90.0), strict=True)), "appels")
    more = {"x_label": "mois"} if chart == "curve_chart" else {}
    draw = getattr(display, chart)
    one, other = (
        draw(frame, invented, caption="C", **more).shown["image/svg+xml"] for _ in range(2)
    )
    assert one == other and 'role="img"' in one
    used = set(re.findall(r"#[0-9a-f]{6}", one.lower())) - {"#ffffff", "#000000"}
    plain = {style.INK.lower(), style.GREY, style.FAINT.lower()}
    if chart != "heat_chart":  # which mixes shades of the first
        assert used <= PALETTE | plain


@pytest.mark.parametrize("chart", ["bar_chart", "funnel_chart", "heat_chart", "curve_chart"])
def test_an_empty_frame_or_caption_is_an_error_that_says_what_to_do(chart, grouped, invented):
    more = {"x_label": "mois"} if chart == "curve_chart" else {}
    draw = getattr(display, chart)
    with pytest.raises(ObservError, match="no estimate to show"):
        draw(estimates.make([]), invented, caption="C", **more)
    with pytest.raises(ObservError, match="write the answer"):
        draw(grouped({"1": 5.0}), invented, caption=" ", **more)
    twice = estimates.combine([grouped({"1": 5.0}, "appels")] * 2)
    with pytest.raises(ObservError, match="2 estimates for"):
        draw(twice, invented, caption="C", **more)
