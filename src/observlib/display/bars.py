"""The bar chart: ranked subjects along a common axis that starts at zero."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.display.rounding import as_told
from observlib.errors import ObservError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAR, _GAP = 15.0, 7.0
_NAME = 150.0  # widest name of a bar, in points
_LEAST = 90.0  # the bars keep a fourth of the drawing's width


def bar_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "group_value",
    most: int = 12,
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
    most
        How many bars are drawn; what is left out is told under the drawing, and is in its data.
    sort
        From the highest down, "Autres" last; else in the catalogue's or the frame's order.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, has two estimates for a bar, or a
        value below zero.
    """
    caption = caption_of(caption, "bar_chart")
    indicator = select.one_indicator(frame, catalogue, "bar_chart")
    select.unique(frame, [by], "bar_chart")
    frame = as_told(frame, catalogue)
    if (frame["estimate"] < 0).any():
        raise ObservError(
            "bar_chart: a value is below zero, and a bar starts there; draw it with dot_chart"
        )
    place = {key: i for i, key in enumerate(select.ordered(frame, by, catalogue))}
    rows = frame.assign(place=frame[by].map(place)).sort_values("place", kind="stable")
    if sort:
        rest = rows[by].str.match(r"autres?\b", flags=re.IGNORECASE)
        value = rows["estimate"].mask(rest, -1.0).fillna(-2.0)
        rows = rows.loc[value.sort_values(ascending=False, kind="stable").index]
    records = [
        {**{str(k): v for k, v in row.items()}, "name": words.label(row, by, catalogue)}
        for row in rows.to_dict("records")
    ]
    left_out = _left_out(records[most:], indicator)
    alt = f"{_alt(records[:most], indicator)} {left_out} {charts.withheld_words(frame)}"
    with style.theme():
        fig = _figure(records[:most], rows.head(most), indicator, left_out)
        return charts.finish(fig, frame, catalogue, caption, alt)


def _left_out(records: Sequence[dict[str, Any]], indicator: Indicator) -> str:
    """How many bars are not drawn, and between which values they lie."""
    if not records:
        return ""
    found = sorted(row["estimate"] for row in records if row["status"] not in words.WITHHELD)
    ends = list(dict.fromkeys(words.value(x, indicator) for x in found[:1] + found[-1:]))
    between = f", {'de' if len(ends) > 1 else 'à'} {' à '.join(ends)}" if ends else ""
    others = french.count(len(records), "autre", "autres")
    return f"Et {others}{between}, dans les données de la figure."


def _notes(frame: pd.DataFrame, indicator: Indicator, bases: set[float]) -> list[str]:
    notes = ["Trait : intervalle à 95 %."] if frame["ci_low"].notna().any() else []
    if len(bases) == 1:
        notes.append(f"{words.based(next(iter(bases)), indicator)}.")
    elif bases:
        notes.append(charts.base_note(indicator))
    notes += charts.low_base_note(frame, indicator, "Barre hachurée")
    if (frame["status"] == "partial").any():
        notes.append("(p) et bord en tirets : période incomplète.")
    return notes


def _figure(
    records: Sequence[dict[str, Any]], frame: pd.DataFrame, indicator: Indicator, left_out: str
) -> Figure:
    unit = str(frame["unit"].iat[0])
    values = [charts.beside(row, indicator, unit) for row in records]
    bases = [words.base(row) for row in records]
    known = {n for n in bases if n is not None}
    sizes = ["" if n is None or len(known) == 1 else f"n\xa0=\xa0{french.number(n)}" for n in bases]
    told = [v for v, r in zip(values, records, strict=True) if r["status"] not in words.WITHHELD]
    value_width = max((style.text_width(v, weight="bold") for v in told), default=60.0)
    size_width = max(style.text_width(text, style.SMALL) for text in sizes)
    right = value_width + 10 + (size_width + 8 if size_width else 0)
    widest = min(_NAME, style.WIDTH - right - 10 - _LEAST)
    names = [style.named(row["name"], widest) for row in records]
    heights = [max(_BAR, (name.count("\n") + 1) * style.LINE) + _GAP for name in names]
    left = max(map(style.text_width, names)) + 10
    width = style.WIDTH - left - right
    ends = frame[["estimate", "ci_high"]].max().max()
    most = float(ends) if ends == ends and ends > 0 else 1.0
    limits = charts.scale(0.0, most, unit, 3 if width > 130 else 2)
    if unit == "%":
        limits = [x for x in limits if x <= 100]
    labels = charts.tick_labels(limits, unit)
    name = charts.axis_name(indicator, unit, [str(row["period"]) for row in records])
    notes = [*([left_out] if left_out else []), *_notes(frame, indicator, known)]
    foot = charts.footer(notes)
    height = sum(heights)
    axis = 8 + style.LINE * (1 + bool(name))
    below = axis + charts.foot_height(foot) + 2
    fig = style.figure(height + below)
    ax = style.axes(fig, left, 0, width, height)
    ax.set_xlim(0, max(limits[-1], most))
    ax.set_ylim(height, 0)
    ax.set_yticks([])
    ax.set_xticks(limits, labels)
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    if name:
        style.write(fig, left + width / 2, height + 6 + style.LINE, name, ha="center",
                    color=style.GREY)  # fmt: skip
    y = 0.0
    for i, row in enumerate(records):
        centre = y + heights[i] / 2
        style.write(fig, 0, centre, names[i], va="center")
        if row["status"] in words.WITHHELD:
            style.write(fig, left + 3, centre, values[i], va="center", color=style.GREY)
        else:
            bar(ax, row, centre, _BAR)
            x = left + width + 10 + value_width
            style.write(fig, x, centre, values[i], va="center", ha="right", weight="bold")
            style.write(fig, style.WIDTH - 1, centre, sizes[i], va="center", ha="right",
                        size=style.SMALL, color=style.GREY)  # fmt: skip
        y += heights[i]
    charts.write_foot(fig, foot)
    return fig


def bar(ax: Axes, row: dict[str, Any], y: float, tall: float) -> None:
    """Draw a value as a bar from zero, its state in its edge and filling, and its interval."""
    status, blue = row["status"], style.PALETTE[0]
    hollow = status in ("low_base", "partial")
    ax.barh(
        [y], [row["estimate"]], height=tall, linewidth=1.2, edgecolor=blue,
        color="white" if hollow else blue, hatch="////" if status == "low_base" else None,
        linestyle=(0, (3, 2)) if status == "partial" else "solid",
    )  # fmt: skip
    if row["ci_low"] == row["ci_low"]:
        ends = [row["ci_low"], row["ci_high"]]
        # a white edge, or the line would be lost on the bar
        ax.plot(ends, [y] * 2, color="white", linewidth=4, solid_capstyle="butt")
        ax.plot(ends, [y] * 2, color=style.GREY, linewidth=1.8, solid_capstyle="butt")


def _alt(records: Sequence[dict[str, Any]], indicator: Indicator) -> str:
    """Say what the chart is, its bars in their order, and the extremes where they are not ends."""
    kind = "Graphique en barres"
    periods = {row["period"] for row in records}
    when = f", {french.period_label(periods.pop())}" if len(periods) == 1 else ""
    shown = [row for row in records if row["status"] not in words.WITHHELD]
    if not shown:
        return f"{kind}\xa0: {indicator.label}{when}. Aucune valeur ne peut être montrée."
    by_value = sorted(shown, key=lambda row: -row["estimate"])
    ranked = by_value == shown
    order = ", de la valeur la plus haute à la plus basse" if ranked and len(shown) > 1 else ""
    said = [f"{kind}\xa0: {indicator.label}{when}{order}."]
    said += [f"{row['name']}\xa0: {words.value(row, indicator)}." for row in shown]
    if not ranked:
        for word, row in (("haute", by_value[0]), ("basse", by_value[-1])):
            said.append(f"Valeur la plus {word}\xa0: {row['name']}.")
    return " ".join(said)
