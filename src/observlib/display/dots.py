"""The dot chart: subjects side by side, each with its interval and its base."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.display.rounding import as_told
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 19.0


def dot_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    highlight: Sequence[str] | None = None,
    sort: bool = True,
) -> Output:
    """Draw an indicator for each product or other subject: point, interval, value and base.

    A low base has a hollow point; a withheld value has words in place of one. The indicator's
    thresholds (`good`, `poor`) are shown where the catalogue gives both.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject.
    caption
        The answer that the chart shows, in one line.
    by
        The column that names the rows.
    highlight
        Values of that column that are drawn in blue and bold; the others become grey.
    sort
        From the best (or highest) down; else in the catalogue's or the frame's order.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, or has two estimates for a subject;
        where a highlighted subject is not in it.
    """
    caption = caption_of(caption, "dot_chart")
    indicator = select.one_indicator(frame, catalogue, "dot_chart")
    select.unique(frame, [by], "dot_chart")
    frame = as_told(frame, catalogue)
    if highlight is None:
        highlight = _ours(frame, by, catalogue)
    absent = [key for key in highlight if key not in set(frame[by])]
    if absent:
        raise ObservError(
            f"dot_chart: highlight {bounded(absent)} is not in column {by}; "
            f"allowed: {bounded(frame[by].unique())}"
        )
    place = {key: i for i, key in enumerate(select.ordered(frame, by, catalogue))}
    rows = frame.assign(place=frame[by].map(place))
    if sort:
        lowest_first = indicator.better == "lower"
        rows = rows.sort_values(
            ["estimate", "place"], ascending=[lowest_first, True], kind="stable"
        )
    else:
        rows = rows.sort_values("place", kind="stable")
    records: list[dict[str, Any]] = [
        {
            **{str(k): v for k, v in row.items()},
            "name": words.label(row, by, catalogue),
            "strong": row[by] in highlight,
            "colour": style.PALETTE[0] if row[by] in highlight or not highlight else style.GREY,
        }
        for row in rows.to_dict("records")
    ]
    alt = f"{_alt(records, indicator)} {charts.withheld_words(frame)}"
    with style.theme():
        fig = _figure(records, frame, indicator)
        return charts.finish(fig, frame, catalogue, caption, alt)


def _ours(frame: pd.DataFrame, by: str, catalogue: Catalogue) -> list[str]:
    """What is the agency's own, where other administrations stand beside it."""
    peers = frame["product"].isin(list(catalogue.peers))
    products = frame["product"].isin(list(catalogue.products))
    own = frame["product"].isin([peer.id for peer in catalogue.peers.values() if peer.own])
    ours = products if products.any() else own
    return list(frame.loc[ours, by]) if (peers & ~ours).any() else []


def _figure(records: list[dict[str, Any]], frame: pd.DataFrame, indicator: Indicator) -> Any:
    unit = str(frame["unit"].iat[0])
    bases = [words.base(row) for row in records]
    values = [charts.beside(row, indicator, unit) for row in records]
    sizes = ["" if n is None else f"n\xa0=\xa0{french.number(n)}" for n in bases]
    names = [
        style.named(r["name"], 130, weight="bold" if r["strong"] else "normal") for r in records
    ]
    heights = [max(_ROW, (name.count("\n") + 1) * style.LINE + 6) for name in names]
    left = max(
        style.text_width(name, weight="bold" if row["strong"] else "normal")
        for name, row in zip(names, records, strict=True)
    )
    shown = [v for v, r in zip(values, records, strict=True) if r["status"] not in words.WITHHELD]
    value_width = max((style.text_width(v, weight="bold") for v in shown), default=0.0)
    size_width = max(style.text_width(text, style.SMALL) for text in sizes)
    right = value_width + 8 + (size_width + 10 if size_width else 0)
    width = style.WIDTH - left - 12 - right
    zones = indicator.good is not None and indicator.poor is not None
    limits = _limits(frame, indicator, unit, zones)
    notes = []
    if frame["ci_low"].notna().any():
        notes.append("Trait : intervalle à 95 %.")
    if size_width:
        notes.append(charts.base_note(indicator))
    notes += charts.low_base_note(frame, indicator)
    if (frame["status"] == "partial").any():
        notes.append("(p) : période incomplète.")
    foot = charts.footer(notes)
    top = 4.0 + style.LINE * bool(zones)
    height = sum(heights)
    name = charts.axis_name(indicator, unit, list(frame["period"]))
    below = 8 + style.LINE * (1 + bool(name)) + charts.foot_height(foot)
    fig = style.figure(top + height + below)
    ax = style.axes(fig, left + 12, top, width, height)
    ax.set_xlim(limits[0], limits[-1])
    ax.set_ylim(height, 0)
    ax.set_xticks(limits, charts.tick_labels(limits, unit))
    ax.set_yticks([])
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    if name:
        middle = left + 12 + width / 2
        style.write(fig, middle, top + height + 6 + style.LINE, name, ha="center", color=style.GREY)
    if zones:
        _zones(ax, indicator, limits, width)
    if limits[0] < 0:
        ax.axvline(0, color=style.GREY, linewidth=0.8)
    y = 0.0
    for i, row in enumerate(records):
        centre = y + heights[i] / 2
        weight = "bold" if row["strong"] else "normal"
        style.write(fig, 0, top + centre, names[i], va="center", weight=weight)
        _point(ax, row, centre, frame["ci_low"].isna().all(), values[i])
        if row["status"] not in words.WITHHELD:
            x = left + 12 + width + 8 + value_width
            style.write(fig, x, top + centre, values[i], va="center", ha="right", weight="bold")
        style.write(
            fig, style.WIDTH - 1, top + centre, sizes[i],
            va="center", ha="right", size=style.SMALL, color=style.GREY,
        )  # fmt: skip
        y += heights[i]
    charts.write_foot(fig, foot)
    return fig


def _limits(frame: pd.DataFrame, indicator: Indicator, unit: str, zones: bool) -> list[float]:
    """Axis ticks: the whole scale of a mark or share, with its thresholds; else from 0."""
    values = frame[["estimate", "ci_low", "ci_high"]]
    low, high = float(values.min().min()), float(values.max().max())
    if math.isnan(low):
        low, high = 0.0, 1.0
    if unit.startswith("sur "):
        top = float(unit[4:].replace(",", "."))
        inner = {indicator.poor, indicator.good} if zones else {top / 2}
        return sorted({0.0, top, *(x for x in inner if x is not None and 0 < x < top)})
    if unit == "%" and not words.is_change(indicator.id):
        return [0.0, 50.0, 100.0]
    return charts.scale(low, high, unit, 3)


def _zones(ax: Axes, indicator: Indicator, limits: list[float], width: float) -> None:
    """Shade the thresholds' zones, and name them above the drawing."""
    assert indicator.good is not None and indicator.poor is not None
    low, high = sorted((indicator.good, indicator.poor))
    kinds = ["insuffisant", "moyen", "bon"]
    if indicator.good < indicator.poor:
        kinds.reverse()
    edges = [limits[0], low, high, limits[-1]]
    for kind, start, end in zip(kinds, edges, edges[1:], strict=False):
        if end <= start:
            continue
        if kind != "moyen":
            shade = "#F2F2F2" if kind == "insuffisant" else "#E8EDFF"
            ax.axvspan(start, end, color=shade, linewidth=0, zorder=0)
        room = (end - start) / (limits[-1] - limits[0]) * width
        if style.text_width(kind, style.SMALL) <= room + 8:
            ax.annotate(kind, ((start + end) / 2, 0), (0, 3), textcoords="offset points",
                        ha="center", va="bottom", size=style.SMALL, color=style.GREY,
                        annotation_clip=False)  # fmt: skip


def _point(ax: Axes, row: dict[str, Any], y: float, stem: bool, words_: str) -> None:
    if row["status"] in words.WITHHELD:
        start = ax.get_xlim()[0]
        ax.annotate(words_, (start, y), (3, 0), textcoords="offset points", va="center",
                    size=style.SMALL, color=style.GREY)  # fmt: skip
        return
    if not math.isnan(row["ci_low"]):
        ends = [row["ci_low"], row["ci_high"]]
        ax.plot(ends, [y, y], color=row["colour"], linewidth=2.2, solid_capstyle="butt")
    elif stem:
        ax.plot([0, row["estimate"]], [y, y], color=row["colour"], linewidth=1.2)
    hollow = row["status"] in ("low_base", "partial")
    ax.plot([row["estimate"]], [y], marker="o", markersize=7, markeredgecolor=row["colour"],
            markerfacecolor="white" if hollow else row["colour"], markeredgewidth=1.6,
            linestyle="none", clip_on=False, zorder=4)  # fmt: skip


def _alt(records: list[dict[str, Any]], indicator: Indicator) -> str:
    said = [f"Graphique en points\xa0: {indicator.label}"]
    periods = {row["period"] for row in records}
    said[0] += f", {french.period_label(periods.pop())}." if len(periods) == 1 else "."
    shown = [row for row in records if row["status"] not in words.WITHHELD]
    listed = shown if len(shown) <= 12 else []
    if not shown:
        return f"{said[0]} Aucune valeur ne peut être montrée."
    for row in listed:
        ends = words.interval(row, indicator)
        said.append(
            f"{row['name']}\xa0: {words.value(row, indicator)}"
            + (f" (intervalle {ends})." if ends else ".")
        )
    if not listed:
        by_value = sorted(shown, key=lambda row: row["estimate"])
        for word, row in (("haute", by_value[-1]), ("basse", by_value[0])):
            value = words.value(row, indicator)
            said.append(f"Valeur la plus {word}\xa0: {row['name']}, {value}.")
    return " ".join(said)
