"""A figure of an analyst's own: it looks and reads as others do, and tells no more digits."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from tests.display import drawn

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.language.words import rounded_estimates


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    with plt.rc_context():
        plt.switch_backend("agg")
        yield
    plt.close("all")


def stripped(rows: pd.DataFrame) -> Any:
    return sns.stripplot(rows, x="estimate", y="product", hue="channel")


def barred(rows: pd.DataFrame) -> Any:
    ax = sns.barplot(rows, x="estimate", y="product")
    ax.set_title("A title that the caption makes needless")
    return ax


def heated(rows: pd.DataFrame) -> Any:
    grid = rows.pivot(index="product", columns="period", values="estimate")
    return sns.heatmap(grid, annot=True)


def written(rows: pd.DataFrame) -> Any:
    fig = plt.figure()
    fig.text(0.1, 0.1, f"Note : {rows['estimate'].iat[0]:.4f}")
    return fig


def spread(rows: pd.DataFrame) -> Any:
    return sns.scatterplot(rows, x="estimate", y="n", hue="channel")


def faceted(rows: pd.DataFrame) -> Any:
    return sns.relplot(rows, x="period", y="estimate", col="product", col_wrap=2, kind="line")


CASES: drawn.Cases = {
    f"a custom figure, {draw.__name__}": (partial(display.custom_chart, draw), lambda f: (
        estimates.combine([f["marks"].assign(period=x) for x in ("2026-T2", "2026-T3")])), {})
    for draw in (barred, heated, spread, faceted)
}  # fmt: skip
test_custom_figures_are_drawn_as_they_are_known = drawn.test(CASES)


def test_it_is_in_the_style_of_the_house_and_shown_once(marks, catalogue):
    def made() -> str:
        return display.custom_chart(barred, marks, catalogue, caption="C").shown["image/svg+xml"]

    ours = made()
    sns.set_theme()
    assert made() == ours
    assert not plt.get_fignums()  # or a notebook would show it a second time


def test_panels_that_share_an_axis_keep_the_right_number_at_each_place(marks, catalogue, figure):
    rows = [marks.assign(period=f"2026-T{q}", estimate=marks["estimate"] - q / 10) for q in (1, 2)]
    frame = estimates.combine(rows)
    display.custom_chart(faceted, frame, catalogue, caption="C")
    for ax in figure().axes:
        names = {catalogue.label(name).replace(" ", "") for name in frame["product"]}
        assert ax.get_title().replace("\n", "").replace(" ", "") in names
        for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=False):
            if label.get_text():
                assert float(label.get_text().replace(",", ".")) == pytest.approx(place)


@pytest.mark.parametrize("draw", [stripped, barred, heated, written])
def test_no_figure_shows_more_digits_than_a_page_tells(draw, marks, catalogue):
    drawn = []
    for rows in (rounded_estimates(marks, catalogue), marks):
        np.random.seed(0)  # a strip plot jitters
        chart = display.custom_chart(draw, rows, catalogue, caption="C")
        drawn.append(chart.shown["image/svg+xml"])
    assert drawn[0] == drawn[1]


def test_what_is_no_figure_no_estimates_or_no_answer_is_refused(marks, catalogue):
    for draw, rows, caption, told in (
        (lambda rows: "a.png", marks, "C", "gives a str; return a figure, its axes or a grid"),
        (stripped, pd.DataFrame({"x": [1]}), "C", "not estimates"),
        (stripped, marks.head(0), "C", "no estimate to show"),
        (stripped, marks, " ", "write the answer"),
    ):
        with pytest.raises(ObservError, match=told):
            display.custom_chart(draw, rows, catalogue, caption=caption)
