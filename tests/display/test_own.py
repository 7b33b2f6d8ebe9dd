"""A figure of an analyst's own: it looks and reads as others do, and tells no more digits."""

import re
from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import seaborn as sns
from tests.words import plain

from observlib import display, estimates
from observlib.catalogue import Catalogue
from observlib.display import style
from observlib.display.rounding import as_told
from observlib.errors import ObservError


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    with plt.rc_context():
        plt.switch_backend("agg")
        yield
    plt.close("all")


@pytest.fixture
def told(marks: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return as_told(marks, catalogue)


def test_a_seaborn_figure_has_the_words_table_and_estimates_of_any_chart(told, catalogue):
    drawn = sns.stripplot(told, x="estimate", y="product", hue="channel")
    chart = display.own_chart(drawn, told, catalogue, caption="Trois notes : bien")
    alt = plain(chart.content["alt"])
    assert alt.startswith("Graphique : Satisfaction sur 10, 3e trimestre 2026. ")
    assert "Service-public.fr : 8,4 sur 10 (intervalle 8,1 à 8,7)." in alt
    assert "1 valeur sous secret statistique" in alt
    assert chart.content["caption"] == "Trois notes\xa0: bien"
    assert chart.content["data_markdown"].count("| Service-public.fr |") == 1
    pd.testing.assert_frame_equal(estimates.from_json(chart.content), told)
    assert 'role="img"' in chart.shown["image/svg+xml"]
    assert not plt.get_fignums()  # or a notebook would show it a second time


def test_it_is_written_in_french_in_the_width_and_colours_of_the_house(
    told, catalogue, figures, texts
):
    sns.set_theme()
    drawn = sns.barplot(told, x="estimate", y="product")
    drawn.set_title("A title that the caption makes needless")
    svg = display.own_chart(drawn, told, catalogue, caption="C").shown["image/svg+xml"]
    said = {text.replace("\n", "") for text in texts(figures[-1])}
    said |= {drawn.get_xlabel(), drawn.get_ylabel(), drawn.get_title()}
    assert {"Légifrance", "Produit", "Satisfaction sur 10"} <= said
    assert not said & {"legifrance", "product", "estimate"} and "title" not in " ".join(said)
    assert f'width="{style.WIDTH:g}pt"' in svg
    used = set(re.findall(r"#[0-9a-f]{6}", svg))
    assert style.PALETTE[0] in used and not used & set(sns.color_palette().as_hex())


def test_panels_that_share_an_axis_keep_the_right_number_at_each_place(marks, catalogue, figures):
    rows = [marks.assign(period=f"2026-T{q}", estimate=marks["estimate"] - q / 10) for q in (1, 2)]
    told = as_told(estimates.combine(rows), catalogue)
    grid = sns.relplot(told, x="period", y="estimate", col="product", col_wrap=2, kind="line")
    display.own_chart(grid, told, catalogue, caption="C")
    for ax in figures[-1].axes:
        names = {catalogue.label(name).replace(" ", "") for name in told["product"]}
        assert ax.get_title().replace("\n", "").replace(" ", "") in names
        for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=False):
            if label.get_text():
                assert float(label.get_text().replace(",", ".")) == pytest.approx(place)


@pytest.mark.parametrize("kind", ["points", "bars", "lines", "heat", "words"])
def test_a_value_with_more_digits_than_a_page_tells_is_refused(kind, marks, catalogue):
    rows = marks.assign(estimate=marks["estimate"] + 0.0123)
    ax = plt.figure().add_subplot()
    if kind == "points":
        sns.stripplot(rows, x="estimate", y="product", ax=ax)
    elif kind == "bars":
        sns.barplot(rows, y="estimate", x="product", ax=ax)
    elif kind == "lines":
        sns.lineplot(rows, x="product", y="estimate", ax=ax)
    elif kind == "heat":
        sns.heatmap(rows.pivot(index="product", columns="period", values="estimate"), ax=ax)
    else:
        ax.text(0, 0, f"Note : {rows['estimate'].iat[0]:.4f}")
    with pytest.raises(ObservError, match=r"shows .*8\.4523.*draw what `study\.told\(rows\)`"):
        display.own_chart(ax, rows, catalogue, caption="C")


def test_what_is_no_figure_no_estimates_or_no_answer_is_refused(told, catalogue):
    fig = plt.figure()
    with pytest.raises(ObservError, match="is given a str; give a figure, its axes or a grid"):
        display.own_chart("a.png", told, catalogue, caption="C")
    with pytest.raises(ObservError, match="not estimates"):
        display.own_chart(fig, pd.DataFrame({"x": [1]}), catalogue, caption="C")
    with pytest.raises(ObservError, match="no estimate to show"):
        display.own_chart(fig, told.head(0), catalogue, caption="C")
    with pytest.raises(ObservError, match="write the answer"):
        display.own_chart(fig, told, catalogue, caption=" ")
