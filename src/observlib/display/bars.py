"""The bar chart: ranked subjects along a common axis that starts at zero."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, grades, keyboard, layout, style
from observlib.display.output import Output
from observlib.language import french, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAR = 15.0
_NAME = 150.0  # widest name of a bar, in points


def bar_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "group_value",
    limit: int = 12,
    sort: bool = True,
) -> Output:
    """Draw counts or shares as bars from zero, each with its interval, value and base.

    A low base has a hatched bar, a partial period a dashed one; a withheld value has words in
    place of a bar.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject.
    caption
        The answer that the chart shows, in one line.
    by
        The column that names the bars.
    limit
        How many bars are drawn; what is left out is told under the drawing, and is in its data.
    sort
        From the highest down, "Autres" last; else in the catalogue's or the frame's order.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, has two estimates for a bar, or a
        value below zero.
    """
    caption, indicator, frame = charts.checked(frame, catalogue, caption, "bar_chart", [by])
    if (frame["estimate"] < 0).any():
        raise ObservError(
            "bar_chart: a value is below zero, and a bar starts there; draw it with dot_chart"
        )
    records = layout.ranked(frame, by, catalogue, sort=sort)
    left_out = _left_out(records[limit:], indicator)
    care = grades.care(frame, catalogue)
    alt = f"{_alt(records[:limit], indicator)} {left_out} {charts.withheld_words(frame)} {care}"
    return charts.output(
        lambda: _figure(records[:limit], indicator, left_out, care), frame, catalogue, caption, alt
    )


def _left_out(records: Sequence[dict[str, Any]], indicator: Indicator) -> str:
    """How many bars are not drawn, and between which values they lie."""
    if not records:
        return ""
    found = sorted(row["estimate"] for row in records if row["status"] not in words.WITHHELD)
    ends = list(dict.fromkeys(words.value(x, indicator) for x in found[:1] + found[-1:]))
    between = f", {'de' if len(ends) > 1 else 'à'} {' à '.join(ends)}" if ends else ""
    others = french.count(len(records), "autre", "autres")
    return f"Et {others}{between}, dans les données de la figure."


def _figure(
    records: Sequence[dict[str, Any]], indicator: Indicator, left_out: str, care: str
) -> Figure:
    unit = records[0]["unit"]
    place = layout.columns(layout.rows_of(records, indicator), widest=_NAME)
    ticks = charts.ticks(pd.DataFrame(records), unit, 3 if place.width > 130 else 2, zero=True)
    name = charts.axis_name(indicator, unit, [row["period"] for row in records])
    notes = layout.notes_of(
        records, indicator, low_base="Barre hachurée", partial="(p) et bord en tirets"
    )
    fig, ax, middles = layout.draw_rows(
        place, [left_out, *notes, care], tall=_BAR, axis=layout.Axis(ticks, unit, name)
    )
    draw(ax, records, middles, _BAR)
    for row, y in zip(records, middles, strict=True):
        keyboard.keep(ax, row["estimate"], y, row, indicator, row["name"])
    return fig


def draw(ax: Axes, records: Sequence[dict[str, Any]], middles: list[float], tall: float) -> None:
    """Draw values as bars from zero, their states in edges and fillings, and their intervals."""
    import seaborn as sns

    pairs = zip(records, middles, strict=True)
    shown = [(row, y) for row, y in pairs if row["status"] not in words.WITHHELD]
    if not shown:
        return
    blue, ys = style.PALETTE[0], [y for _, y in shown]
    step = min((b - a for a, b in pairwise(ys)), default=1.0)  # of which seaborn's width is a part
    sns.barplot(
        x=[row["estimate"] for row, _ in shown], y=ys, orient="y", native_scale=True,
        width=tall / step, errorbar=None, color=blue, saturation=1, edgecolor=blue,
        linewidth=1.2, ax=ax,
    )  # fmt: skip
    for patch, (row, _) in zip(ax.patches, shown, strict=True):
        if row["status"] in ("low_base", "partial"):
            patch.set_facecolor("white")
            patch.set_hatch("////" if row["status"] == "low_base" else "")
            patch.set_linestyle((0, (3, 2)) if row["status"] == "partial" else "solid")
    # intervals are given, where seaborn computes its own; a white edge parts them from the bar
    spans = [(y, row["ci_low"], row["ci_high"]) for row, y in shown]
    known = [span for span in spans if span[1] == span[1]]
    for colour, wide in (("white", 4), (style.GREY, 1.8)) if known else ():
        ax.hlines(*zip(*known, strict=True), color=colour, linewidth=wide)


def _alt(records: Sequence[dict[str, Any]], indicator: Indicator) -> str:
    """Say what the chart is, its bars in their order, and the extremes where they are not ends."""
    sentences = [charts.head("Graphique en barres", indicator.label, records)]
    shown = [row for row in records if row["status"] not in words.WITHHELD]
    if not shown:
        return f"{sentences[0]} {charts.NOTHING}"
    by_value = sorted(shown, key=lambda row: -row["estimate"])
    ranked = by_value == shown
    if ranked and len(shown) > 1:
        sentences[0] = f"{sentences[0][:-1]}, de la valeur la plus haute à la plus basse."
    sentences += [f"{row['name']}\xa0: {words.value(row, indicator)}." for row in shown]
    if not ranked:
        for word, row in (("haute", by_value[0]), ("basse", by_value[-1])):
            sentences.append(f"Valeur la plus {word}\xa0: {row['name']}.")
    return " ".join(sentences)
