"""Bars, funnels, curves and grids: what a reader of one of them relies on."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

from observlib import display, estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import bars, charts, grids, style
from observlib.errors import ObservError

PERIOD = "2026-T3"


@pytest.fixture
def known(catalogue: Catalogue) -> Catalogue:
    def entry(name: str, unit: str) -> Indicator:
        return Indicator(id=name, label=name.capitalize(), unit=unit, method="M", better="neither")

    more = {"part": entry("part", "%"), "appels": entry("appels", "appels")}
    return catalogue.model_copy(update={"indicators": {**catalogue.indicators, **more}})


def shares(values: dict[str, float | None], **more: Any) -> pd.DataFrame:
    return estimates.make(
        {
            "indicator": "part",
            "period": PERIOD,
            "unit": "%",
            "group": "theme",
            "group_value": name,
            **(
                {"status": "suppressed"}
                if value is None
                else {"estimate": value, "ci_low": value - 1, "ci_high": value + 1, "n": 400}
            ),
            **more,
        }
        for name, value in values.items()
    )


def counts(values: dict[str, float]) -> pd.DataFrame:
    return estimates.make(
        {
            "indicator": "appels",
            "period": PERIOD,
            "unit": "appels",
            "group": "step",
            "group_value": name,
            "estimate": value,
            "n": max(value, 11),
        }
        for name, value in values.items()
    )


def alt(output: display.Output) -> str:
    return str(output.content["alt"]).replace("\xa0", " ").replace("\u202f", " ")


def test_bars_are_ranked_and_those_left_out_are_told_and_kept_in_the_data(known) -> None:
    made = display.bar_chart(
        shares({"Peu": 10.0, "Assez": 20.0, "Surtout": 60.0}), known, caption="C", most=2
    )
    assert alt(made).index("Surtout") < alt(made).index("Assez")
    assert "Et 1 autre" in alt(made)
    assert "Peu" in made.content["data_markdown"]


def test_a_withheld_bar_is_told_in_words_and_has_no_value_anywhere(known) -> None:
    made = display.bar_chart(shares({"A": 60.0, "B": None}), known, caption="C")
    assert "1 valeur sous secret statistique" in alt(made)
    assert re.search(r"\| B \|.*secret statistique", made.content["data_markdown"])
    nothing = display.bar_chart(shares({"B": None}), known, caption="C")
    assert "Aucune valeur ne peut être montrée" in alt(nothing)


def test_a_bar_below_zero_is_refused_as_it_would_be_drawn_wrong(known) -> None:
    frame = shares({"A": -5.0})
    with pytest.raises(ObservError, match="below zero"):
        display.bar_chart(frame, known, caption="C")


def test_a_funnel_says_the_share_of_the_step_before(known) -> None:
    made = display.funnel_chart(
        counts({"Invités": 1000, "Commencés": 200, "Terminés": 150}), known, caption="C"
    )
    assert "Commencés : 200 (20 %)" in alt(made) and "Terminés : 150 (75 %)" in alt(made)


def test_a_curve_says_where_it_starts_and_where_it_ends(known) -> None:
    frame = shares({"0": 100.0, "6": 80.0, "12": 62.0}, product="legifrance")
    made = display.curve_chart(frame, known, caption="C", x_label="mois depuis l'inscription")
    assert "Légifrance : de 100 % (0) à 62 % (12)" in alt(made)


def test_a_curve_over_words_is_refused_with_the_chart_to_use(known) -> None:
    with pytest.raises(ObservError, match="A is no number; draw it with bar_chart"):
        display.curve_chart(shares({"A": 5.0}), known, caption="C", x_label="mois")


def test_more_curves_than_can_be_told_apart_are_refused(known) -> None:
    frames = [shares({"0": 50.0}, device=f"d{i}") for i in range(7)]
    frame = estimates.combine(frames)
    with pytest.raises(ObservError, match="7 curves"):
        display.curve_chart(frame, known, caption="C", x_label="mois", by="device")


def test_a_grid_tells_its_highest_and_lowest_cell(known) -> None:
    frame = counts({"lundi · 9 h": 40, "lundi · 10 h": 90, "mardi · 9 h": 12})
    made = display.heat_chart(frame, known, caption="C")
    assert "Au plus haut : 90 appels (lundi, 10 h)" in alt(made)
    assert "Au plus bas : 12 appels (mardi, 9 h)" in alt(made)
    assert "2 lignes et 2 colonnes" in alt(made)


def test_a_grid_needs_rows_and_columns(known) -> None:
    with pytest.raises(ObservError, match="lundi is not “row · column”"):
        display.heat_chart(counts({"lundi": 40}), known, caption="C")


@given(st.floats(0, 1))
def test_a_number_can_be_read_on_every_shade(share: float) -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted([luminance(grids._ink(share)), luminance(grids._shade(share))])
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("chart", ["bar_chart", "funnel_chart", "heat_chart"])
def test_the_same_estimates_give_the_same_bytes(chart: str, known) -> None:
    frame = counts({"a · 1": 40, "a · 2": 90})
    draw = getattr(display, chart)
    one, other = (draw(frame, known, caption="C").shown["image/svg+xml"] for _ in range(2))
    assert one == other and 'role="img"' in one


@pytest.mark.parametrize("chart", ["bar_chart", "funnel_chart", "heat_chart"])
def test_an_empty_frame_is_an_error_that_says_what_to_do(chart: str, known) -> None:
    with pytest.raises(ObservError, match="no estimate to show"):
        getattr(display, chart)(estimates.make([]), known, caption="C")


@pytest.mark.parametrize("unit", ["%", "appels"])
def test_the_longest_names_stay_inside_the_drawing_and_clear_of_the_bars(unit: str, known) -> None:
    long = "Renouvellement d'une autorisation provisoire de séjour et changement d'adresse"
    frame = shares({long: 40.0, "Court": 3.0}) if unit == "%" else counts({long: 4e6, "B": 12})
    rows = [{**row, "name": row["group_value"]} for row in frame.to_dict("records")]
    indicator = known.indicators["part" if unit == "%" else "appels"]
    with style.theme():
        values = [charts.beside(row, indicator, unit) for row in rows]
        fig = bars._figure(rows, values, indicator, unit, ["Une note."])
        renderer = FigureCanvasAgg(fig).get_renderer()
        boxes = [text.get_window_extent(renderer) for text in fig.texts if text.get_text()]
        bar_area = fig.axes[0].get_window_extent(renderer)
        right = fig.get_window_extent(renderer).x1
    assert all(box.x0 >= -1 and box.x1 <= right + 1 for box in boxes)
    names = [box for box in boxes if box.x0 < 1]
    assert names and all(box.x1 <= bar_area.x0 for box in names)
