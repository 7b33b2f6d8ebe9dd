"""The heat chart: one indicator over two categories, such as the hours of each weekday."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, layout, style
from observlib.display.output import Output, study_method
from observlib.language import words
from observlib.language.prose import one_line

_ROW, _TALL = 22.0, 32.0  # a cell's height, and that of one whose value has a mark under it
_NAMES = (120.0, 95.0)  # widest names of rows, in points: narrower where columns need the room
_LETTER = 12.0  # the height of a line of small text
_MARKS = {"low_base": "(f)", "partial": "(p)", "suppressed": "s", "missing": "nd"}
_NARROW = {"low_base": "f", "partial": "p", "suppressed": "s", "missing": "×"}


class _Heads(NamedTuple):
    """Columns' names as they are written: wrapped, turned, or only some of them."""

    texts: list[str]
    height: float
    turned: bool = False


@study_method("heatmap")
def heat_chart(frame: pd.DataFrame, catalogue: Catalogue, *, caption: str) -> Output:
    """A grid of shades, such as days and hours.

    Parameters
    ----------
    frame
        Estimates of one indicator; `group_value` is "row · column", such as "lundi · 9 h".

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> hours = study.estimates("contacts", indicator="calls_an_hour")
    >>> shown = study.heatmap(hours, "Quand ils appellent", group="weekday_hour")
    >>> print(shown.content["alt"][:6])
    Grille
    """
    chart = charts.chart_input(frame, catalogue, caption, "heat_chart", ["group_value"])
    parts = chart.frame["group_value"].str.split(words.BETWEEN, n=1)
    wrong = chart.frame.loc[parts.str.len() != 2, "group_value"]
    if len(wrong):
        raise ObservError(f"heat_chart: group_value {bounded(wrong)} is not “row · column”")
    rows, columns = (parts.str[i].map(one_line) for i in (0, 1))
    cells = chart.frame.assign(row=rows, column=columns)
    shown = estimates.records(cells[cells["estimate"].notna()])
    alt = charts.in_words("grid", rows.unique(), columns.unique(), shown, chart.indicator)
    return charts.output(chart, lambda: _figure(chart, cells), alt)


def _figure(chart: charts.Chart, cells: pd.DataFrame) -> style.Figure:
    import seaborn as sns

    indicator, unit = chart.indicator, chart.unit
    rows, columns = list(dict.fromkeys(cells["row"])), list(dict.fromkeys(cells["column"]))
    for widest in _NAMES:
        place = layout.column_widths(
            [layout.ChartRow(name) for name in rows], widest=widest, over=False
        )
        cell = place.width / len(columns)
        heads = _heads(columns, cell)
        if not heads.turned:
            break
    records = estimates.records(cells)
    shown = cells.loc[cells["estimate"].notna(), "estimate"]
    low, high = _ends(shown)
    if unit != "s" and (shown.abs() >= 100).any():
        indicator = indicator.model_copy(update={"decimals": 0})
    texts, marks = _texts(records, indicator, unit, cell)
    lines = 1 + max(name.count("\n") for name in place.names)
    tall = max(_TALL if any("\n" in text for text in texts) else _ROW, lines * style.LINE + 6)
    top, legend = heads.height + 4, 20.0 * (len(shown) > 0) + 2
    empty = len(cells) < len(rows) * len(columns)
    notes = charts.chart_notes("grid_notes", marks, [*cells["status"]], empty)
    fig, ax, _ = layout.draw_rows(place, notes, tall=tall, gap=0, top=top, bottom=legend)
    grid = cells.drop_duplicates(["row", "column"]).pivot(
        index="row", columns="column", values="estimate"
    )
    shades = sns.blend_palette(style.GRADES, as_cmap=True)
    sns.heatmap(grid.loc[rows, columns], vmin=low, vmax=high, cmap=shades, cbar=False,
                linewidths=1.2, linecolor="white", ax=ax)  # fmt: skip
    ax.set_axis_off()
    for row, text in zip(records, texts, strict=True):
        share = (row["estimate"] - low) / (high - low)
        # seaborn writes nothing in a withheld cell, and numbers in white on shades too light for it
        ink = _ink(shades(share)) if share == share else style.GREY
        x, y = columns.index(row["column"]) + 0.5, rows.index(row["row"]) + 0.5
        ax.text(x, y, text, ha="center", va="center", color=ink, size=style.SMALL,
                linespacing=1.05)  # fmt: skip
        charts.keep_values(ax, x, y, row, indicator, row["row"], row["column"])
    for i, text in enumerate(heads.texts):
        middle = place.left + cell * (i + 0.5)
        style.write_label(fig, middle, top - 4, text, ha="center", va="bottom",
                          size=style.SMALL, rotation=90 if heads.turned else 0)  # fmt: skip
    if len(shown):
        _legend(fig, (low, high), top + tall * len(rows) + 6, indicator, unit, shades)
    return fig


def _ends(shown: pd.Series) -> tuple[float, float]:
    """The values of the lightest and darkest shades: apart, so that near values look near."""
    if shown.empty:
        return 0.0, 1.0
    low, high = float(shown.min()), float(shown.max())
    low = min(low, high - max(abs(low), abs(high)) / 4)
    return (low, high) if high > low else (low, low + 1)


def _texts(
    records: Sequence[dict[Any, Any]], indicator: Indicator, unit: str, cell: float
) -> tuple[list[str], dict[str, str]]:
    """What is written in each cell, and the marks that were used."""
    shown = [row["estimate"] for row in records if row["estimate"] == row["estimate"]]
    values = {x: charts.brief(x, indicator, unit) for x in shown}
    for tried in (values, {x: text.removesuffix("\xa0%") for x, text in values.items()}, {}):
        if all(style.text_width(text, style.SMALL) <= cell - 4 for text in tried.values()):
            values = tried
            break
    marks = _MARKS if cell >= style.text_width(_MARKS["partial"], style.SMALL) + 3 else _NARROW
    texts = []
    for row in records:
        lines = [values.get(row["estimate"], ""), marks.get(row["status"], "")]
        texts.append("\n".join(line for line in lines if line))
    return texts, marks


def _heads(columns: Sequence[str], cell: float) -> _Heads:
    """Names over the columns, none over another: wrapped; every second or third; or turned."""
    small = style.SMALL
    columns = [style.clipped(head) for head in columns]
    wrapped = [style.wrap(head, cell - 4, small, cut=False) for head in columns]
    if all(style.text_width(text, small) <= cell - 4 for text in wrapped):
        lines = max(text.count("\n") for text in wrapped) + 1
        return _Heads(wrapped, lines * _LETTER)
    widest = max(style.text_width(head, small) for head in columns) + 4
    if widest <= 3 * cell and all(any(sign.isdigit() for sign in head) for head in columns):
        every = -(-int(widest) // max(1, int(cell)))  # hours or days: a reader counts on
        return _Heads([h if i % every == 0 else "" for i, h in enumerate(columns)], _LETTER)
    if cell < _LETTER and style.narrow():  # what the wide drawing has room for
        every = math.ceil(_LETTER / cell)
        kept = _heads([head if i % every == 0 else "" for i, head in enumerate(columns)], _LETTER)
        return kept._replace(turned=True)
    if cell < _LETTER:
        raise ObservError(
            f"heat_chart: {len(columns)} columns named in words; "
            f"at most {int(len(columns) * cell / _LETTER)} fit; keep some, or use a table"
        )
    room = int(cell // _LETTER)
    for length in (90.0, 140.0, 220.0):
        turned = [style.wrap(head, length, small) for head in columns]
        if all(text.count("\n") < room for text in turned):
            break
    turned = [style.shortened(text, room) for text in turned]
    longest = max(style.text_width(text, small) for text in turned)
    return _Heads(turned, 1.01 * longest, turned=True)  # renderers differ by a hundredth


def _legend(
    fig: style.Figure,
    ends: tuple[float, float],
    y: float,
    indicator: Indicator,
    unit: str,
    shades: Any,
) -> None:
    """Shades from the lightest to the darkest, between the values that they stand for."""
    least, most = (
        words.value({"estimate": x, "unit": unit, "status": ""}, indicator) for x in ends
    )
    x = 8 + style.text_width(least, style.SMALL)
    for i in range(6):
        style.legend_patch(fig, x + 14 * i, y + 1, 14, facecolor=shades(i / 5), linewidth=0)
    for at, text in ((2, least), (x + 90, most)):
        style.write_label(fig, at, y + 6, text, va="center", color=style.GREY, size=style.SMALL)


def _ink(shade: Sequence[float]) -> str:
    """Black or white, whichever stands out more: at least 4.5 to 1 on any shade.

    Source: Web Content Accessibility Guidelines 2.2, "contrast ratio".
    """
    from seaborn.utils import relative_luminance

    luminance = relative_luminance(shade)
    dark = (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05)
    return "#000000" if dark else "#FEFEFE"  # and not white, which is dark on dark pages
