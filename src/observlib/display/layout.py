"""The one layout of rows: a name, a mark on axes that all share, a value and a base; in points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from observlib import estimates
from observlib.catalogue import Indicator
from observlib.display import charts, select, style
from observlib.language import words

_GAP = 7.0  # between two rows
_NAME = 130.0  # widest name beside the axes
_LEAST = 90.0  # narrowest axes
_SPACE = 10.0  # between names, axes and values
_EDGE = 5.0  # around axes as wide as the figure: half a mark


class ChartRow(NamedTuple):
    """What is written of a row; where its value is withheld, `value` says why."""

    name: str
    value: str = ""
    base: str = ""
    withheld: bool = False
    strong: bool = False
    under: str = ""


class Axis(NamedTuple):
    """The ticks of the axis under all rows, the unit that they are written in, and its name."""

    ticks: list[float]
    unit: str
    name: str = ""


class _Columns(NamedTuple):
    """Rows with their names in lines, and where their axes and values stand."""

    rows: Sequence[ChartRow]
    names: list[str]
    left: float
    width: float
    values: float  # the right end of the values
    over: bool  # whether names stand over the marks


def ranked_rows(
    chart: charts.Chart, by: str, *, sort: bool, lowest: bool = False
) -> list[estimates.Row]:
    """Estimates as records with the `name` that the column `by` gives, in their order.

    With `sort`, from the highest value down, or from the `lowest` up; what brings others together
    and what is withheld come last. Else it is the catalogue's or the frame's.
    """
    place = {key: i for i, key in enumerate(select.ordered(chart.frame, by, chart.catalogue))}
    records = [
        {**row, "name": words.label(row, by, chart.catalogue)}
        for row in estimates.records(chart.frame)
    ]

    def key(row: estimates.Row) -> tuple[float, ...]:
        if not sort:
            return (place[row[by]],)
        withheld, x = row["status"] in words.WITHHELD, row["estimate"]
        rest = re.match(r"autres?\b", row[by], re.IGNORECASE) is not None
        return withheld, rest, 0.0 if withheld else x if lowest else -x, place[row[by]]

    return sorted(records, key=key)


def rows_with_names(records: Sequence[estimates.Row], indicator: Indicator) -> list[ChartRow]:
    """The rows of estimates that have a `name`; a base that several share is in their notes."""
    shared = _shared_base(records) is not None
    bases = [None if shared else words.base_of(record) for record in records]
    return [
        ChartRow(
            record["name"],
            charts.value_text(record, indicator, record["unit"]),
            "" if n is None else words.n_equals(n),
            record["status"] in words.WITHHELD,
            record.get("strong", False),
        )
        for record, n in zip(records, bases, strict=True)
    ]


def shown_at(
    records: Sequence[estimates.Row], middles: Sequence[float]
) -> list[tuple[estimates.Row, float]]:
    """The estimates that are not withheld, each with its height."""
    pairs = zip(records, middles, strict=True)
    return [(row, y) for row, y in pairs if row["status"] not in words.WITHHELD]


def _shared_base(records: Sequence[estimates.Row]) -> float | None:
    """The base that several estimates share, if they do."""
    known = [n for n in map(words.base_of, records) if n is not None]
    return known[0] if len(known) > 1 and len(set(known)) == 1 else None


def column_widths(
    rows: Sequence[ChartRow], *, widest: float = _NAME, over: bool | None = None
) -> _Columns:
    """Share the width among names, axes, values and bases: axes have what the others leave."""
    shown = [row.value for row in rows if not row.withheld]
    value = max((style.text_width(text, weight="bold") for text in shown), default=20.0)
    base = max(style.text_width(row.base, style.SMALL) for row in rows)
    right = (value + _SPACE if value else 0.0) + (base + 8 if base else 0.0) + 2
    free = style.width() - right - _SPACE - _LEAST
    if over or (over is None and style.narrow() and _longest(rows) > free):
        end = style.width() - 1 - (base + 8 if base else 0.0)
        room = [end - 15 - style.text_width(row.value, weight="bold") for row in rows]
        names = [style.wrapped_name(r.name, w, "bold") for r, w in zip(rows, room, strict=True)]
        return _Columns(rows, names, _EDGE, style.width() - 2 * _EDGE, end, over=True)
    widest = min(style.part(widest), free)
    names = [style.wrapped_name(row.name, widest, _weight(row)) for row in rows]
    left = max(style.text_width(n, weight=_weight(r)) for n, r in zip(names, rows, strict=True))
    left += _SPACE * (left > 0)
    width = style.width() - left - right
    return _Columns(rows, names, left, width, left + width + _SPACE + value, over=False)


def _longest(rows: Sequence[ChartRow]) -> float:
    """The width of the longest name, on one line."""
    return max(style.text_width(style.clipped(row.name), weight=_weight(row)) for row in rows)


def draw_rows(
    place: _Columns,
    notes: Sequence[str],
    *,
    tall: float,
    gap: float = _GAP,
    top: float = 0.0,
    bottom: float = 0.0,
    axis: Axis | None = None,
) -> tuple[style.Figure, style.Axes, list[float]]:
    """A figure with everything but the marks, its axes, and the heights of the marks' middles.

    Axes count points down from their top, so that a mark is as `tall` as it says.
    """
    lines = [(name.count("\n") + 1) * style.LINE for name in place.names]
    heads, feet = [0.0] * len(lines), [0.0] * len(lines)
    marks = [max(tall, height) + gap for height in lines]
    if place.over:
        heads = [height + 4 for height in lines]
        marks = [0.0 if row.withheld else tall for row in place.rows]
        feet = [12.0 * bool(row.under) + gap + 1 for row in place.rows]
    starts = [0.0, *accumulate(map(sum, zip(heads, marks, feet, strict=True)))]
    height = starts.pop()
    middles = [a + b + c / 2 for a, b, c in zip(starts, heads, marks, strict=True)]
    bottom += 8 + style.LINE * (1 + bool(axis.name)) if axis else 0.0
    fig = charts.new_figure(top + height + bottom + 2, notes)
    ax = style.axes(fig, place.left, top, place.width, height)
    ax.set_ylim(height, 0)
    if axis:
        _draw_axis(ax, axis, place)
        below = top + height + 6 + style.LINE
        style.write_label(fig, place.left + place.width / 2, below, axis.name,
                          ha="center", color=style.GREY)  # fmt: skip
    else:
        ax.set_axis_off()
    for row, name, start, middle in zip(place.rows, place.names, starts, middles, strict=True):
        _write_row(fig, place, row, name, top + start, top + middle, tall)
    return fig, ax, middles


def _draw_axis(ax: style.Axes, axis: Axis, place: _Columns) -> None:
    """The axis under all rows: its ends alone are labelled where labels would touch."""
    ax.set_xlim(axis.ticks[0], axis.ticks[-1])
    labels = charts.tick_labels(axis.ticks, axis.unit)
    step = place.width * min(b - a for a, b in pairwise(axis.ticks))
    if step < (axis.ticks[-1] - axis.ticks[0]) * (max(map(style.text_width, labels)) + 4):
        labels[1:-1] = [""] * (len(labels) - 2)
    ax.set_xticks(axis.ticks, labels)
    if place.over:  # what stands under both ends has no room beside them
        ends = ax.get_xticklabels()
        ends[0].set_horizontalalignment("left")
        ends[-1].set_horizontalalignment("right")
    ax.set_yticks([])
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    if axis.ticks[0] < 0:
        ax.axvline(0, color=style.GREY, linewidth=0.8)


def _write_row(
    fig: style.Figure, place: _Columns, row: ChartRow, name: str, top: float, y: float, tall: float
) -> None:
    """Write the name, value and base of a row whose mark has its middle at `y`."""
    grey = {"color": style.GREY}
    aligned: dict[str, Any] = {"va": "center", "ha": "right"}
    if place.over:
        below = y + tall / 2 * (not row.withheld) + 1
        style.write_label(fig, 0, top, name, weight="bold")
        style.write_label(fig, 0, below, row.under, size=style.SMALL, **grey)
        y, aligned["va"] = top, "top"
    else:
        style.write_label(fig, 0, y, name, va="center", weight=_weight(row))
    if row.withheld and not place.over:
        style.write_label(fig, place.left + 3, y, row.value, va="center", **grey)
    else:
        look = grey if row.withheld else {"weight": "bold"}
        style.write_label(fig, place.values, y, row.value, **aligned, **look)
    style.write_label(fig, style.width() - 1, y, row.base, size=style.SMALL, **aligned, **grey)


def row_notes(
    records: Sequence[estimates.Row], indicator: Indicator, low_base: str, partial: str
) -> list[str]:
    """What explains rows: intervals, bases, and how low bases and partial periods look."""
    intervals = any(row["ci_low"] == row["ci_low"] for row in records)
    told = (records, indicator, intervals, _shared_base(records), low_base, partial)
    return charts.chart_notes("row_notes", *told)


def _weight(row: ChartRow) -> str:
    return "bold" if row.strong else "normal"
