"""Marks and shades: dots on one axis, the small lines of pages, and the heat chart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, select, style
from observlib.display.output import Output, study_method
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, attribute_text, joined, markdown, one_line


@study_method("dots")
def dot_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    sort: bool = True,
) -> Output:
    """Dots with their intervals, one a product or other column `by`, with their values and bases.

    A low base has a hollow point, a withheld value words. Beside other administrations, grey, the
    agency is in blue and bold. The indicator's thresholds (`good`, `poor`) are shown where it has
    both.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject.
    by
        The column that names the dots.
    sort
        From the best (or highest) down; else in the catalogue's order.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> marks = study.comparable(study.estimates("satisfaction", indicator="satisfaction_10"))
    >>> shown = study.dots(marks, period="2026-T3")
    >>> print(shown.content["alt"][:19])
    Graphique en points
    """
    by = select.told_apart(frame, [by])[-1]
    chart = charts.chart_input(frame, catalogue, caption, "dot_chart", [by], care=True)
    ours, blue = _ours(chart.frame, by, catalogue), style.PALETTE[0]
    records = charts.ranked_rows(chart, by, sort=sort, lowest=chart.indicator.better == "lower")
    for row in records:
        row["strong"] = row[by] in ours
        row["colour"] = blue if row["strong"] or not ours else style.GREY
    alt = charts.described(records, catalogue, "Graphique en points")
    return charts.output(chart, lambda: _figure(chart, records), alt)


def _ours(frame: pd.DataFrame, by: str, catalogue: Catalogue) -> list[str]:
    """What is the agency's own, where other administrations stand beside it."""
    peers = frame["product"].isin(list(catalogue.peers))
    products = frame["product"].isin(list(catalogue.products))
    own = frame["product"].isin([peer.id for peer in catalogue.peers.values() if peer.own])
    ours = products if products.any() else own
    return list(frame.loc[ours, by]) if (peers & ~ours).any() else []


def _figure(chart: charts.Chart, records: Sequence[estimates.Row]) -> style.Figure:
    unit, indicator = records[0]["unit"], chart.indicator
    place = charts.column_widths(charts.rows_with_names(records, indicator))
    zones = indicator.good is not None and indicator.poor is not None
    limits = _limits(chart.frame, indicator, unit, zones)
    notes = charts.row_notes(records, indicator, "Marque creuse", "(p)")
    notes += [*charts.chart_notes("cut_axis", limits), chart.care]
    top = 4 + style.LINE * zones
    fig, ax, middles = charts.draw_rows(
        place, notes, tall=style.LINE, top=top, chart=chart, ticks=limits
    )
    if zones:
        _zones(ax, indicator, limits, place.width)
    _draw(ax, charts.keep_rows(ax, records, middles, indicator))
    return fig


def _draw(ax: style.Axes, shown: Sequence[tuple[estimates.Row, float]]) -> None:
    """Draw points with their intervals; where none has one, each stands at the end of a stem."""
    import seaborn as sns

    if not shown:
        return
    known = [pair for pair in shown if pair[0]["ci_low"] == pair[0]["ci_low"]]
    start, end = ("ci_low", "ci_high") if known else ("zero", "estimate")
    lines = [(y, row.get(start, 0.0), row[end], row["colour"]) for row, y in known or shown]
    ys, starts, ends, colours = zip(*lines, strict=True)
    # intervals are given, where seaborn computes its own
    ax.hlines(ys, starts, ends, colors=colours, linewidth=2.2 if known else 1.2)
    sns.scatterplot(
        x=[row["estimate"] for row, _ in shown], y=[y for _, y in shown], s=49, linewidth=1.6,
        clip_on=False, zorder=4, legend=False, ax=ax,
    )  # fmt: skip
    points, care = ax.collections[-1], ("low_base", "partial")
    points.set_edgecolor([row["colour"] for row, _ in shown])
    points.set_facecolor(["white" if row["status"] in care else row["colour"] for row, _ in shown])


def _limits(frame: pd.DataFrame, indicator: Indicator, unit: str, zones: bool) -> list[float]:
    """Axis ticks: the scale of a mark or share, with its thresholds; else from 0. Of a mark whose
    points all have intervals, the half below the lowest is not drawn."""
    if unit.startswith("sur "):
        top = estimates.best_end(unit)
        inner = {indicator.poor, indicator.good} if zones else {top / 2}
        lowest = frame["ci_low"].fillna(frame["estimate"]).min()
        stems = frame["ci_low"].isna().all()  # which start from zero
        start = 0.0 if stems or zones is False else max(0.0, min(lowest, *inner) - top / 10) // 1
        return sorted({start, top, *(x for x in inner if x is not None and start < x < top)})
    if unit == "%" and not words.is_change(indicator.id):
        return [0.0, 50.0, 100.0]
    return charts.ticks(frame, unit, 3)


def _zones(ax: style.Axes, indicator: Indicator, limits: list[float], width: float) -> None:
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


# --- Points: numbers set large, each with its verdict and a small line of two years

_TEXTS = wording.load_texts(__file__)
_WIDTH, _HEIGHT, _MARGIN = 220, 48, 5


def points(blocks: Iterable[Markdown]) -> Markdown:
    """Points side by side, where the page is wide enough."""
    return joined([markdown(":::: {{.points}}"), *blocks, markdown("::::")], "\n\n")


def point(
    title: str, number: str, details: Iterable[str], picture: str, told: str, verdict: str = ""
) -> Markdown:
    """One point, as a part of a page: its title, number, details, small line and text."""
    told = attribute_text(told)
    made = charts.in_words("point", title, number, [*details], picture, told, verdict)
    return Markdown(made.strip("\n"))


def line_told(series: pd.DataFrame, catalogue: Catalogue) -> str:
    """What a small line shows, in words."""
    rows = series[series["estimate"].notna()]
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    low, high = rows["estimate"].min(), rows["estimate"].max()
    first, last = (french.period_label(rows["period"].iat[place]) for place in (0, -1))
    ends = {"first": first, "last": last}
    if words.is_count(indicator.unit) and high >= charts.LONG:  # as charts shorten it
        least, most = (charts.brief(x, indicator, indicator.unit) for x in (low, high))
        unit = words.capital(indicator.unit)
        return _TEXTS["line_counted"].format(unit=unit, low=least, high=most, **ends)
    least, most = words.figure(low, indicator), words.value(high, indicator)
    return _TEXTS["line"].format(low=least, high=most, **ends)


def small_line(values: Iterable[float]) -> str:
    """Values in time as a small line (SVG), the last point marked; a gap where one is absent."""
    known = pd.Series(list(values), dtype=float)
    low, spread = known.min(), (known.max() - known.min()) or 1.0
    across = (_WIDTH - 2 * _MARGIN) / max(len(known) - 1, 1)
    up = (known - low) / spread * (_HEIGHT - 2 * _MARGIN)
    places = [
        "" if pd.isna(y) else f"{_MARGIN + across * x:.0f},{_HEIGHT - _MARGIN - y:.0f}"
        for x, y in enumerate(up)
    ]
    runs = [run.split() for run in " ".join(place or "|" for place in places).split("|")]
    x, y = next((place for place in reversed(places) if place), "0,0").split(",")
    lines = [" ".join(run) for run in runs if run]
    size = {"width": _WIDTH, "height": _HEIGHT}
    colours = {"day": style.ACCENT, "night": style.ACCENT_AT_NIGHT}
    return charts.in_words("small_line", lines, x, y, size, colours) + "\n"


# --- The heat chart

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
    return charts.output(chart, lambda: _heat_figure(chart, cells), alt)


def _heat_figure(chart: charts.Chart, cells: pd.DataFrame) -> style.Figure:
    import seaborn as sns

    indicator, unit = chart.indicator, chart.unit
    rows, columns = list(dict.fromkeys(cells["row"])), list(dict.fromkeys(cells["column"]))
    for widest in _NAMES:
        place = charts.column_widths(
            [charts.ChartRow(name) for name in rows], widest=widest, over=False
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
    fig, ax, _ = charts.draw_rows(place, notes, tall=tall, gap=0, top=top, bottom=legend)
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
        of = {"unit": unit, "status": ""}
        least, most = (words.value({"estimate": x, **of}, indicator) for x in (low, high))
        _legend(fig, least, most, top + tall * len(rows) + 6, shades)
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


def _legend(fig: style.Figure, least: str, most: str, y: float, shades: Any) -> None:
    """Shades from the lightest to the darkest, between the values that they stand for."""
    x = 8 + style.text_width(least, style.SMALL)
    for i in range(6):
        style.legend_patch(fig, x + 14 * i, y + 1, 14, facecolor=shades(i / 5), linewidth=0)
    for at, text in ((2, least), (x + 90, most)):
        style.write_label(fig, at, y + 6, text, va="center", color=style.GREY, size=style.SMALL)


def _ink(shade: Sequence[float]) -> str:
    """Black or white, whichever stands out more: 4.5 to 1 at least on any shade (WCAG 2.2)."""
    from seaborn.utils import relative_luminance

    luminance = relative_luminance(shade)
    dark = (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05)
    return "#000000" if dark else "#FEFEFE"  # and not white, which is dark on dark pages
