"""Bars, curves, funnels and grids: what a reader of each relies on."""

import re

import pandas as pd
import pytest
import seaborn as sns
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from tests.display.conftest import luminance
from tests.examples import examples
from tests.words import alt_of

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import dots, lines, style

LONG = "Renouvellement d'une autorisation provisoire de séjour et changement d'adresse"
MONTHS = "mois depuis l’inscription"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
PALETTE = {colour.lower() for colour in style.PALETTE}
EACH = pytest.mark.parametrize("chart", ["bar_chart", "funnel_chart", "heat_chart", "curve_chart"])


@pytest.fixture
def draw(invented):
    """Draw estimates as bars, or as another chart, of the invented catalogue."""

    def drawn(frame, chart="bar_chart", **more):
        more = {"x_label": MONTHS} | more if chart == "curve_chart" else more
        return getattr(display, chart)(frame, invented, **{"caption": "C"} | more)

    return drawn


def pair(chart: str) -> tuple[str, str]:
    return ("0", "1") if chart == "curve_chart" else ("a · 1", "a · 2")


@EACH
def test_the_same_estimates_give_the_same_bytes_in_the_palette(chart, grouped, draw):
    frame = grouped(dict(zip(pair(chart), (40.0, 90.0), strict=True)), "appels")
    one, other = (draw(frame, chart).shown["image/svg+xml"] for _ in range(2))
    assert one == other and 'role="img"' in one
    used = set(re.findall(r"#[0-9a-f]{6}", one.lower())) - {"#ffffff", "#000000"}
    plain = {style.INK.lower(), style.GREY, style.FAINT.lower()}
    if chart != "heat_chart":  # which mixes shades of the first
        assert used <= PALETTE | plain


@EACH
def test_an_empty_frame_or_caption_is_an_error_that_says_what_to_do(chart, grouped, draw):
    with pytest.raises(ObservError, match="no estimate to show"):
        draw(estimates.make([]), chart)
    with pytest.raises(ObservError, match="write the answer"):
        draw(grouped({"1": 5.0}), chart, caption=" ")
    with pytest.raises(ObservError, match="2 estimates for"):
        draw(estimates.combine([grouped({"1": 5.0}, "appels")] * 2), chart)


@pytest.mark.parametrize(("chart", "values", "unit", "told"), [
    ("bar_chart", {"A": -5.0}, "points", "below zero"),
    ("curve_chart", {"A": 5.0}, "%", "is no number; draw it with bar_chart"),
    ("curve_chart", {"nan": 5.0}, "%", "is no number; draw it with bar_chart"),
    ("curve_chart", {"inf": 5.0}, "%", "is no number; draw it with bar_chart"),
    *(("funnel_chart", {"A": 5.0}, unit, "steps are counts") for unit in ("%", "s", "points")),
    ("heat_chart", {"lundi": 40.0}, "%", "lundi is not “row · column”"),
    ("heat_chart", {f"rang · colonne {'x' * n}": 5.0 for n in range(1, 60)}, "%",
     "59 columns named in words; at most"),
])  # fmt: skip
def test_what_would_be_drawn_wrong_is_refused(chart, values, unit, told, grouped, draw):
    with pytest.raises(ObservError, match=told):
        draw(grouped(values, unit), chart)


def test_bars_are_ranked_and_those_left_out_are_told_and_kept_in_the_data(grouped, draw, written):
    made = draw(grouped({"Peu": 10.0, "Assez": 20.0, "Guère": 4.0, "Surtout": 60.0}), limit=2)
    order = "de la valeur la plus haute à la plus basse. Surtout : 60 %. Assez : 20 %"
    told = "Et 2 autres, de 4 % à 10 %, dans les données de la figure."
    assert order in alt_of(made) and told in alt_of(made) and told in " ".join(written())
    assert "Peu" in made.content["data_markdown"] and "Peu" not in written()


def test_what_is_brought_together_comes_last_whatever_its_size(grouped, draw):
    said = alt_of(draw(grouped({"Autres motifs": 50.0, "A": 20.0, "B": 30.0})))
    assert said.index("B :") < said.index("A :") < said.index("Autres motifs :")
    assert "à la plus basse" not in said.split("Valeur")[0]
    assert "Valeur la plus haute : Autres motifs." in said
    assert "Autrement" in alt_of(draw(grouped({"A": 2.0, "Autrement": 5.0}))).split("A :")[0]


def test_a_withheld_bar_is_told_in_words_and_has_no_value_anywhere(grouped, draw, written, figures):
    made = draw(grouped({"A": 60.0, "B": "suppressed", "C": "missing"}))
    assert "1 valeur sous secret statistique et 1 valeur non disponible" in alt_of(made)
    assert re.search(r"\| B \|.*secret statistique", made.content["data_markdown"])
    assert {"secret statistique", "donnée non disponible"} <= set(written())
    assert len(figures[-1].axes[0].patches) == 1  # and no bar of no height
    assert "Aucune valeur ne peut être montrée" in alt_of(draw(grouped({"B": "suppressed"})))


def test_a_bar_of_care_differs_beyond_colour_and_tells_its_base(grouped, draw, written, figures):
    states = {"Peu": "low_base", "Encore": "partial"}
    draw(grouped({"A": 60.0, "Peu": 30.0, "Encore": 20.0}, half=2.0, states=states))
    whole, thin, partial = figures[-1].axes[0].patches
    assert thin.get_hatch() and not whole.get_hatch() and not partial.get_hatch()
    assert partial.get_linestyle() != whole.get_linestyle()
    notes = " ".join(written())
    assert "Barre hachurée : faible effectif (moins de 30 appels)." in notes
    assert "20 % (p)" in notes and "(p) et bord en tirets : période incomplète." in notes
    assert "Trait : intervalle à 95 %. 400 appels." in notes
    draw(estimates.combine([grouped({"A": 60.0}, n=1200), grouped({"B": 40.0}, n=35)]))
    notes = " ".join(written())
    assert "n = 1 200" in notes and "n = 35" in notes and "n : nombre d’appels." in notes


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [("€", 60_299.0, "60 299 €"), ("€", 1_234_567.0, "1,2 M€"), ("s", 185.0, "3 min 05 s"),
     ("jours", 3.25, "3,3"), ("appels", 1_613.0, "1 613")],
)  # fmt: skip
def test_each_unit_is_written_as_people_write_it(unit, value, said, grouped, draw, written):
    draw(grouped({"A": value}, unit))
    assert said in written()


@pytest.mark.parametrize("unit", ["%", "appels", "s", "€"])
def test_long_names_and_values_clear_bars(unit, grouped, draw, texts, figures, assert_readable):
    values = {LONG: 40.0 if unit == "%" else 4e5, "B": 3.0, "C": "missing"}
    more = grouped({"D": 12.0}, unit, n=123_456)
    draw(estimates.combine([grouped(values, unit, half=2.0), more]), limit=3)
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
def test_no_text_is_cut_whatever_the_names(grouped, draw, figures, assert_readable, names, value):
    figures.clear()
    for chart in ("bar_chart", "funnel_chart"):
        draw(grouped(dict.fromkeys(names, value), "appels"), chart)
    assert_readable()


def test_curves_are_told_beyond_colour(grouped, invented, draw, written, figures, assert_readable):
    falls = [{str(m): 100 - m * (1 + i / 10) for m in range(25)} for i in range(6)]
    named = zip(falls, invented.products, strict=False)
    draw(estimates.combine(grouped(x, product=one, half=0.0) for x, one in named), "curve_chart")
    assert_readable()
    assert "Service-public.fr 76 %" in written() and "Journal officiel 64 %" in written()
    drawn = [line for line in figures[-1].axes[0].lines if len(line.get_xdata()) == 25]
    assert len({str(line._dash_pattern) for line in drawn}) == 6


def test_a_withheld_end_is_a_gap_that_is_explained(grouped, draw, written):
    cut = grouped({"0": 90.0, "1": 80.0, "2": "suppressed"}, product="legifrance")
    none = grouped({"0": "missing", "1": "missing"}, product="boamp")
    made = draw(estimates.combine([cut, none]), "curve_chart")
    assert "BOAMP : aucune valeur ne peut être montrée." in alt_of(made)
    assert "Légifrance 80 %" in written() and "BOAMP donnée non disponible" in written()
    assert "Courbe interrompue : secret statistique." in written()


def test_thin_partial_and_lone_points_have_their_own_marks(grouped, draw, written, figures):
    states = {"1": "low_base", "2": "partial"}
    draw(grouped({"0": 90.0, "1": 80.0, "2": 70.0}, half=3.0, states=states), "curve_chart")
    [marks] = [x for x in figures[-1].axes[0].collections if isinstance(x, PathCollection)]
    assert list(marks.get_offsets()[:, 0]) == [1, 2] and (marks.get_facecolor() == 1).all()
    solid, dotted = figures[-1].axes[0].lines
    assert list(solid.get_xdata()) == [0, 1] and list(dotted.get_xdata()) == [1, 2]
    assert dotted.get_linestyle() != solid.get_linestyle()
    notes = " ".join(written())
    assert "Marque creuse : faible effectif (moins de 30 appels)." in notes
    assert "(p) et pointillé : période incomplète." in notes and "70 % (p)" in notes
    draw(grouped({"0": 90.0, "1": "missing", "2": 70.0}), "curve_chart")
    marks = [line for line in figures[-1].axes[0].lines if line.get_marker() == "o"]
    assert [list(mark.get_xdata()) for mark in marks] == [[0], [2]]


@pytest.mark.parametrize("unit", ["%", "s", "points", "jours", "appels", "€"])
def test_a_long_axis_name_wraps_and_numbers_fit(unit, grouped, draw, assert_readable):
    label = "jours depuis la première fois que la personne a été interrogée par l'agence fictive"
    frame = grouped({"0": 12.0, "2500": 93.5}, unit, product="annuaire", half=8.0)
    for chosen in (frame, estimates.combine([frame, frame.assign(product="entreprendre")])):
        draw(chosen, "curve_chart", x_label=label)
    assert_readable()


def test_months_are_counted_by_years_and_times_by_whole_minutes(grouped, draw, written):
    assert lines._x_ticks(0, 24, "mois depuis") == [0, 6, 12, 18, 24]
    assert lines._x_ticks(8, 18, "jours") == [8, 10, 12, 14, 16, 18]
    assert lines._x_ticks(0, 1, "fraction") == [0, 1]
    assert lines._x_ticks(3, 3, "mois") == [3]
    draw(grouped({"0": 42.0, "1": 230.0}, "s"), "curve_chart", x_label="heure")
    assert {"1 min", "2 min", "3 min", "4 min"} <= set(written())


def near(grouped, **thin) -> pd.DataFrame:
    """Two curves that rise at their own pace to almost the same end."""
    days = ("1", "3", "5", "10", "20", "30")
    slow, fast = (20.0, 50.0, 80.0, 95.0, 99.0, 100.0), (50.0, 90.0, 95.0, 99.0, 100.0, 100.0)
    paces = (slow, {"product": "legifrance"}), (fast, {"product": "boamp", **thin})
    return estimates.combine(
        grouped(dict(zip(days, values, strict=True)), half=0.0, **of) for values, of in paces
    )


def test_curves_of_one_end_are_named_apart(grouped, draw, written, texts, figures, assert_readable):
    third = grouped({"1": 30.0, "3": 60.0, "5": 85.0, "10": 97.0, "20": 99.0}, product="bodacc")
    frame = estimates.combine([near(grouped), third])
    draw(frame, "curve_chart", x_label="jours depuis la réception")
    assert {"Légifrance 50 % (à 3 jours)", "BOAMP 90 % (à 3 jours)"} <= set(written())
    places = {text.split("\n")[0]: boxes[0].y0 for text, boxes in texts(figures[-1]).items()}
    assert places["BOAMP"] > places["BODACC"] > places["Légifrance"]
    assert len(figures[-1].artists) == 3  # a sample of each, and no tie
    assert_readable()


def test_shares_are_drawn_from_zero_and_too_many_curves_refused(grouped, draw, figures):
    made = draw(near(grouped), "curve_chart", x_label="jours depuis la réception")
    assert figures[-1].axes[0].get_xlim() == (0, 30)
    assert "(à 30)" in alt_of(made) and len(estimates.from_json(made.content)) == 12
    frame = estimates.combine([grouped({"0": 50.0}, device=f"d{i}") for i in range(7)])
    with pytest.raises(ObservError, match="7 curves"):
        draw(frame, "curve_chart", by="device")


def test_a_curve_of_low_bases_is_thin_and_bands_no_others(grouped, draw, written, figures):
    states = dict.fromkeys(("1", "3", "5", "10", "20", "30"), "low_base")
    draw(near(grouped, states=states), "curve_chart", x_label="jours")
    ax = figures[-1].axes[0]
    assert len(ax.collections) == 1
    assert sorted(x.get_linewidth() for x in ax.lines if len(x.get_xdata()) > 2) == [1, 1.8]
    thin = "Courbe fine, sans bande : faible effectif (moins de 30 appels)."
    assert thin in " ".join(written())


def test_no_share_is_made_of_a_withheld_or_partial_step(grouped, draw, written, figures):
    steps = {"A": 100.0, "B": "suppressed", "C": 50.0, "D": 25.0}
    said = alt_of(draw(grouped(steps, "appels", states={"D": "partial"}), "funnel_chart"))
    assert "B : secret statistique." in said
    assert "C : 50 appels, soit 50 % de la première étape." in said
    assert "D : 25 appels." in said and "perte" not in said
    assert "25 (p)" in written()
    assert len(figures[-1].axes[0].patches) == 3  # none for the withheld step


def test_steps_say_what_they_count_and_no_share_is_none(grouped, draw, written, assert_readable):
    frame = grouped({"Proposée": 500.0, "Répondue": 50.0}, "appels")
    said = alt_of(draw(frame.assign(unit=["appels", "réponses"]), "funnel_chart"))
    assert "Proposée : 500 appels. Répondue : 50 réponses, soit 10 %" in said
    assert "appels" not in written()  # a heading of the whole would be wrong
    few = grouped({"Visites": 86e6, "Réponses": 224.0}, "appels")
    assert "moins de 0,1 % de l’étape précédente" in alt_of(draw(few, "funnel_chart"))
    nobody = grouped({"A": 0.0, "B": 0.0}, "appels")
    assert "B : 0 appel." in alt_of(draw(nobody, "funnel_chart"))
    assert_readable()


def test_long_steps_wrap_and_stay_clear_of_their_counts(grouped, draw, written, assert_readable):
    long = "Idées discutées en comité de pilotage avec les départements concernés"
    steps = {long: 4e8, "Retenues": "suppressed", "Réalisées": 24.0}
    draw(grouped(steps, "appels", states={"Réalisées": "low_base"}), "funnel_chart")
    assert_readable()
    assert "Barre hachurée : faible effectif (moins de 30 appels)." in written()


def hours(first: int, last: int, top: float = 100.0) -> dict[str, float | str]:
    return {
        f"{day} · {hour} h": top - abs(13 - hour) * 3 - i
        for i, day in enumerate(DAYS)
        for hour in range(first, last)
    }


def test_a_grid_says_where_it_has_no_value_or_care(grouped, draw, assert_readable, written):
    made = draw(grouped({"a · b": "suppressed"}), "heat_chart")
    assert "1 ligne et 1 colonne. Aucune valeur ne peut être montrée." in alt_of(made)
    assert_readable()
    states = {"lundi · 9 h": "low_base", "mardi · 9 h": "partial"}
    cells = {"lundi · 9 h": 4.0, "mardi · 9 h": 9.0, "mardi · 8 h": "missing"}
    draw(grouped(cells, states=states), "heat_chart")
    assert {"4 % (f)", "9 % (p)", "nd"} <= set(written())
    assert any("Case vide : aucune mesure." in text for text in written())  # Monday at 8


def test_values_stand_in_cells_of_named_rows_and_columns(grouped, draw, written, assert_readable):
    draw(grouped(hours(8, 19), "appels"), "heat_chart")
    assert_readable()
    assert {"100", "85", *DAYS, "8 h", "18 h"} <= set(written())
    assert {"75 appels", "100 appels"} <= set(written())  # the ends of the shades


def test_narrow_cells_keep_their_shade_and_marks(grouped, draw, written, figures, assert_readable):
    cells = hours(0, 33, 5000.0) | {"lundi · 3 h": "missing", "lundi · 4 h": "suppressed"}
    states = {"mardi · 0 h": "low_base", "mardi · 2 h": "partial"}
    draw(grouped(cells, "appels", states=states), "heat_chart")
    assert_readable()
    assert {"×", "s", "f", "p", "0 h", "3 h"} <= set(written()) and "1 h" not in written()
    (grid,) = figures[-1].axes[0].collections
    assert grid.get_array().count() == 5 * 33 - 2  # and nothing where a value is withheld
    for note in ("f : faible effectif (moins de 30).", "× : donnée non disponible."):
        assert note in " ".join(written())


def test_long_names_wrap_or_turn_and_never_touch(grouped, draw, assert_readable):
    rows = ("Service-public.fr", "Direction de l'information légale et administrative")
    for columns in (
        ["Trouve l'information cherchée", "Démarche terminée en ligne"],
        [f"Motif assez long numéro {sign}" for sign in "abcdefghijkl"],
        [f"{n} h" for n in range(24)],
    ):
        cells = {f"{row} · {column}": 20.0 + len(column) for row in rows for column in columns}
        draw(grouped(cells), "heat_chart")
    assert_readable()


def test_near_values_look_near():
    low, high = dots._ends(pd.Series([98.0, 99.0]))
    assert low <= 75 and high == 99
    assert dots._ends(pd.Series([10.0, 99.0])) == (10.0, 99.0)
    assert dots._ends(pd.Series([0.0, 0.0])) == (0.0, 1.0)


@given(st.floats(0, 1))
def test_a_number_can_be_read_on_every_shade(share):
    shade = sns.blend_palette(style.GRADES, as_cmap=True)(share)
    low, high = sorted([luminance(dots._ink(shade)), luminance(shade)])
    assert (high + 0.05) / (low + 0.05) >= 4.5
