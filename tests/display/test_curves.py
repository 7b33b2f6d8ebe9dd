"""Curves against a number: where they start, where they end, and why they stop."""

import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from tests.words import alt_of, plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import lines

MONTHS = "mois depuis l’inscription"


def written(texts, figures) -> list[str]:
    return [plain(text).replace("\n", " ") for text in texts(figures[-1])]


def several(grouped, products, **more) -> pd.DataFrame:
    """Curves that fall side by side."""
    return estimates.combine(
        grouped(
            {str(m): 100 - m * (1 + i / 10) for m in range(25)}, product=product, half=0.0, **more
        )
        for i, product in enumerate(products)
    )


def test_a_curve_says_where_it_starts_and_ends_and_that_it_only_falls(grouped, invented):
    frame = grouped({"0": 100.0, "12": 62.0, "6": 80.0}, product="legifrance")
    said = alt_of(display.curve_chart(frame, invented, caption="C", x_label=MONTHS))
    assert f"En abscisse : {MONTHS}. " in said
    assert "Légifrance : de 100 % (à 0) à 62 % (à 12), sans jamais remonter." in said


def test_a_curve_that_turns_says_its_extremes(grouped, invented):
    frame = grouped({"8": 200.0, "13": 60.0, "18": 185.0}, "s", product="legifrance")
    said = alt_of(display.curve_chart(frame, invented, caption="C", x_label="heure"))
    assert "de 3 min 20 s (à 8) à 3 min 05 s (à 18), minimum 1 min (à 13)." in said


def test_each_curve_is_named_with_its_last_value_and_tells_itself_by_more_than_colour(
    grouped, invented, texts, figures, assert_readable
):
    frame = several(grouped, list(invented.products)[:6])
    display.curve_chart(frame, invented, caption="C", x_label=MONTHS)
    assert_readable()
    told = written(texts, figures)
    assert "Service-public.fr 76 %" in told and "Journal officiel 64 %" in told
    lines = [line for line in figures[-1].axes[0].lines if len(line.get_xdata()) == 25]
    assert len({str(line._dash_pattern) for line in lines}) == 6


def test_a_withheld_end_is_a_gap_that_is_explained(grouped, invented, texts, figures):
    frame = estimates.combine(
        [
            grouped({"0": 90.0, "1": 80.0, "2": "suppressed"}, product="legifrance"),
            grouped({"0": "missing", "1": "missing"}, product="boamp"),
        ]
    )
    made = display.curve_chart(frame, invented, caption="C", x_label=MONTHS)
    assert "BOAMP : aucune valeur ne peut être montrée." in alt_of(made)
    told = written(texts, figures)
    assert "Légifrance 80 %" in told and "BOAMP donnée non disponible" in told
    assert "Courbe interrompue : secret statistique." in told


def test_thin_and_partial_points_have_their_own_marks(grouped, invented, texts, figures):
    states = {"1": "low_base", "2": "partial"}
    frame = grouped({"0": 90.0, "1": 80.0, "2": 70.0}, half=3.0, states=states)
    display.curve_chart(frame, invented, caption="C", x_label=MONTHS)
    [marks] = [x for x in figures[-1].axes[0].collections if isinstance(x, PathCollection)]
    assert list(marks.get_offsets()[:, 0]) == [1, 2] and (marks.get_facecolor() == 1).all()
    solid, dotted = figures[-1].axes[0].lines
    assert list(solid.get_xdata()) == [0, 1] and list(dotted.get_xdata()) == [1, 2]
    assert dotted.get_linestyle() != solid.get_linestyle()
    notes = " ".join(written(texts, figures))
    assert "Marque creuse : faible effectif (moins de 30 appels)." in notes
    assert "(p) et pointillé : période incomplète." in notes and "70 % (p)" in notes


def test_a_point_between_two_gaps_is_still_seen(grouped, invented, figures):
    frame = grouped({"0": 90.0, "1": "missing", "2": 70.0})
    display.curve_chart(frame, invented, caption="C", x_label=MONTHS)
    marks = [line for line in figures[-1].axes[0].lines if line.get_marker() == "o"]
    assert [list(mark.get_xdata()) for mark in marks] == [[0], [2]]


@pytest.mark.parametrize("unit", ["%", "s", "points", "jours", "appels", "€"])
def test_a_long_axis_name_wraps_and_numbers_fit(unit, grouped, invented, assert_readable):
    label = "jours depuis la première fois que la personne a été interrogée par l'agence fictive"
    frame = grouped({"0": 12.0, "2500": 93.5}, unit, product="annuaire", half=8.0)
    more = frame.assign(product="entreprendre")
    for chosen in (frame, estimates.combine([frame, more])):
        display.curve_chart(chosen, invented, caption="C", x_label=label)
    assert_readable()


def test_months_are_counted_by_years_and_their_parts():
    assert lines._x_ticks(0, 24, "mois depuis") == [0, 6, 12, 18, 24]
    assert lines._x_ticks(8, 18, "jours") == [8, 10, 12, 14, 16, 18]
    assert lines._x_ticks(0, 1, "fraction") == [0, 1]
    assert lines._x_ticks(3, 3, "mois") == [3]


def test_times_are_counted_by_whole_minutes(grouped, invented, texts, figures):
    frame = grouped({"0": 42.0, "1": 230.0}, "s")
    display.curve_chart(frame, invented, caption="C", x_label="heure")
    assert {"1 min", "2 min", "3 min", "4 min"} <= set(written(texts, figures))


@pytest.mark.parametrize("name", ["A", "nan", "inf", ""])
def test_a_curve_over_words_is_refused_with_the_chart_to_use(name, grouped, invented):
    frame = grouped({name or "x": 5.0})
    with pytest.raises(ObservError, match="is no number; draw it with bar_chart"):
        display.curve_chart(frame, invented, caption="C", x_label="mois")


def test_more_curves_than_can_be_told_apart_are_refused(grouped, invented):
    frame = estimates.combine([grouped({"0": 50.0}, device=f"d{i}") for i in range(7)])
    with pytest.raises(ObservError, match="7 curves"):
        display.curve_chart(frame, invented, caption="C", x_label="mois", by="device")


def near(grouped, **thin) -> pd.DataFrame:
    """Two curves that rise at their own pace to almost the same end."""
    slow = {"1": 20.0, "3": 50.0, "5": 80.0, "10": 95.0, "20": 99.0, "30": 100.0}
    fast = {"1": 50.0, "3": 90.0, "5": 95.0, "10": 99.0, "20": 100.0, "30": 100.0}
    return estimates.combine(
        [
            grouped(slow, product="legifrance", half=0.0),
            grouped(fast, product="boamp", half=0.0, **thin),
        ]
    )


def test_curves_with_one_end_are_named_where_they_differ_most(
    grouped, invented, texts, figures, assert_readable
):
    label = "jours depuis la réception"
    several = [
        near(grouped),
        grouped({"1": 30.0, "3": 60.0, "5": 85.0, "10": 97.0, "20": 99.0}, product="bodacc"),
    ]
    display.curve_chart(estimates.combine(several), invented, caption="C", x_label=label)
    told = written(texts, figures)
    assert "Légifrance 50 % (à 3 jours)" in told and "BOAMP 90 % (à 3 jours)" in told
    places = {text.split("\n")[0]: boxes[0].y0 for text, boxes in texts(figures[-1]).items()}
    assert places["BOAMP"] > places["BODACC"] > places["Légifrance"]
    assert len(figures[-1].artists) == 3  # a sample of each, and no tie
    assert_readable()


def test_shares_are_drawn_from_zero_where_they_begin_near_it(grouped, invented, figures):
    frame = near(grouped)
    made = display.curve_chart(frame, invented, caption="C", x_label="jours depuis la réception")
    assert figures[-1].axes[0].get_xlim() == (0, 30)
    assert "(à 30)" in alt_of(made) and len(estimates.from_json(made.content)) == len(frame)


def test_a_curve_of_low_bases_is_thin_and_has_no_band_over_the_others(
    grouped, invented, texts, figures
):
    states = dict.fromkeys(("1", "3", "5", "10", "20", "30"), "low_base")
    display.curve_chart(near(grouped, states=states), invented, caption="C", x_label="jours")
    ax = figures[-1].axes[0]
    assert len(ax.collections) == 1
    assert sorted(line.get_linewidth() for line in ax.lines if len(line.get_xdata()) > 2) == [
        1,
        1.8,
    ]
    assert "Courbe fine, sans bande : faible effectif (moins de 30 appels)." in " ".join(
        written(texts, figures)
    )
