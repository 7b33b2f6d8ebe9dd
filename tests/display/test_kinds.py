"""Bars, curves, funnels and grids: what a reader of each relies on."""

import re

import pandas as pd
import pytest
import seaborn as sns
from hypothesis import given
from hypothesis import strategies as st
from tests.display.conftest import luminance
from tests.examples import examples
from tests.words import alt_of

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import dots, lines, style

LONG = "Renouvellement d'une autorisation provisoire de séjour et changement d'adresse"
MONTHS = "mois depuis l’inscription"
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


def test_a_withheld_bar_is_told_in_words_and_has_no_value_anywhere(grouped, draw, written, figures):
    made = draw(grouped({"A": 60.0, "B": "suppressed", "C": "missing"}))
    assert "1 valeur sous secret statistique et 1 valeur non disponible" in alt_of(made)
    assert re.search(r"\| B \|.*secret statistique", made.content["data_markdown"])
    assert {"secret statistique", "donnée non disponible"} <= set(written())
    assert len(figures[-1].axes[0].patches) == 1  # and no bar of no height
    assert "Aucune valeur ne peut être montrée" in alt_of(draw(grouped({"B": "suppressed"})))


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


def test_shares_are_drawn_from_zero_and_too_many_curves_refused(grouped, draw, figures):
    made = draw(near(grouped), "curve_chart", x_label="jours depuis la réception")
    assert figures[-1].axes[0].get_xlim() == (0, 30)
    assert "(à 30)" in alt_of(made) and len(estimates.from_json(made.content)) == 12
    frame = estimates.combine([grouped({"0": 50.0}, device=f"d{i}") for i in range(7)])
    with pytest.raises(ObservError, match="7 curves"):
        draw(frame, "curve_chart", by="device")


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
