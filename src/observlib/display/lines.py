"""The line chart: one indicator over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, panels, select, style
from observlib.display.output import Output, study_method
from observlib.language import french, words
from observlib.language.words import rounded_estimates
from observlib.records.sheets import Action

_TOGETHER = 4  # more lines than this cross too often to be followed
_RATIO = 5  # a line this many times lower than another lies flat on the axis
_HEIGHT, _PANEL = 150.0, 62.0  # of axes that all lines share, and of those of one
_BETWEEN = 14.0  # two panels
_Series = dict[str, pd.DataFrame]  # a line's name, and its estimates on every period of the axis


class _Lines(NamedTuple):
    """The lines of a chart, and what is seen with them."""

    chart: charts.Chart
    series: _Series
    unit: str  # of all lines; empty where each has its own
    periods: list[str]
    behind: _Series  # what lines are seen against, by their name
    begins: bool  # whether it is marked where that begins
    notes: list[str]
    marks: panels.EventMarks  # what happened to lines, by their name

    def axis_name(self, unit: str) -> str:
        """What an axis of a unit shows; nothing where lines share none."""
        return charts.axis_name(self.chart.indicator, unit, self.periods) if unit else ""

    def unit_of(self, rows: pd.DataFrame) -> str:
        """The unit of a line."""
        return self.unit or str(rows["unit"].dropna().iat[0])


@study_method("lines")
def line_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    behind: pd.DataFrame | None = None,
    behind_label: str = "",
    behind_from: str = "",
    events: Sequence[Action] = (),
) -> Output:
    """Lines in time, one a product or other column `by`, with their intervals.

    What happened to a line (`actions`) is marked on it and named. A partial period is a hollow
    marker on a dotted segment; a withheld or absent one leaves a gap; intervals are bands, or
    vertical lines at points alone.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject and quarter, month or year.
    by
        The column that names the lines.
    behind, behind_label
        Estimates drawn in grey behind each line, and what they are: "valeurs brutes".
    behind_from
        What a grey line begins with, such as "mois de l'action".

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> marks = study.comparable(study.estimates("satisfaction", indicator="satisfaction_10"))
    >>> print(study.lines(marks, "Les notes bougent peu").content["caption"])
    Les notes bougent peu
    """
    by = select.named_by(frame, by, "period")
    apart = frame["unit"].nunique() > 1 and bool((frame.groupby(by)["unit"].nunique() == 1).all())
    chart = charts.chart_input(
        frame, catalogue, caption, "line_chart", [by, "period"], one_unit=not apart, care=True
    )
    frame, unit = chart.frame, "" if apart else chart.unit
    behind = frame.head(0) if behind is None else _seen_against(behind, chart, by)
    apart = apart or len(behind) > 0
    every = estimates.combine([frame, behind])
    periods = panels.axis_periods(every["period"])
    grey = _series(behind, by, catalogue, periods)
    series, absent = _with_values(_series(frame, by, catalogue, periods))
    apart = apart or len(series) > _TOGETHER or _differ(series, unit)
    marks = panels.event_marks(series, periods, events)
    intervals = "\n".join(panels.interval_notes([*series.values(), *grey.values()]))
    hidden = any(map(panels.suppressed, series.values()))
    told = ([*frame["status"]], intervals, chart.indicator, behind_label if grey else "")
    lettered = panels.each_event(marks)
    notes = charts.chart_notes("line_notes", *told, behind_from, hidden, lettered)
    notes += [*absent, chart.care]
    lines = _Lines(chart, series, unit, periods, grey, bool(behind_from), notes, marks)
    alt = " ".join([_alt(lines, apart, behind_label), *absent, *panels.events_described(marks)])
    draw = _apart if apart else _together
    return panels.carrying(charts.output(chart, lambda: draw(lines), alt, every), marks)


def _seen_against(behind: pd.DataFrame, chart: charts.Chart, by: str) -> pd.DataFrame:
    """What lines are seen against, rounded as they are, if each is in the unit of its line."""
    select.unique(behind, [by, "period"], "line_chart, behind")
    behind = rounded_estimates(behind, chart.catalogue)
    own, grey = (set(rows[[by, "unit"]].itertuples(index=False)) for rows in (chart.frame, behind))
    if not grey <= own:
        raise ObservError(
            f"line_chart: what is behind is in {bounded(behind['unit'].unique())}, and the "
            f"lines in {bounded(chart.frame['unit'].unique())}; give both in one unit"
        )
    return behind


def _series(frame: pd.DataFrame, by: str, catalogue: Catalogue, periods: list[str]) -> _Series:
    """The estimates of each subject on every period, by the name that readers see."""
    parts = charts.by_subject(frame, by, catalogue)
    return {name: rows.set_index("period").reindex(periods) for name, rows in parts}


def _with_values(series: _Series) -> tuple[_Series, list[str]]:
    """The lines that have a value, if one has; and what tells of the others."""
    empty = {name: _why(rows) for name, rows in series.items() if rows["estimate"].isna().all()}
    if len(empty) == len(series):
        return series, []
    names: dict[str, list[str]] = {}
    for name, why in empty.items():
        names.setdefault(why, []).append(name)
    absent = [f"{french.join(own)} : {why}." for why, own in names.items()]
    return {name: rows for name, rows in series.items() if name not in empty}, absent


def _why(rows: pd.DataFrame) -> str:
    """Why a line has no value of a whole period."""
    found = set(rows["status"].dropna())
    return next(words.STATUS_WORDS[s] for s in ("partial", *words.WITHHELD) if s in found)


def _differ(series: _Series, unit: str) -> bool:
    """Whether some counts would lie flat beside others."""
    tops = [float(rows["estimate"].max()) for rows in series.values()]
    tops = [top for top in tops if top > 0]
    return words.is_count(unit) and len(tops) > 1 and max(tops) > _RATIO * min(tops)


def _together(lines: _Lines) -> style.Figure:
    """All lines on one panel, each named at its right end, or else by a sample of it."""
    series, unit, several = lines.series, lines.unit, len(lines.series) > 1
    names = [
        f"{style.wrapped_name(name, style.part(104))}\n" * several + _last_value(rows, lines, unit)
        for name, rows in series.items()
    ]
    y_ticks = charts.ticks(pd.concat(list(series.values())), unit, 5)
    left, top = panels.tick_width(y_ticks, unit), style.LINE + 8
    ends = [_end(rows) for rows in series.values()]
    places = panels.place_labels(names, [y for _, y, _ in ends], y_ticks, _HEIGHT)
    box = panels.Box(left, top, style.width() - left - panels.labels_width(names), places.height)
    partial = set().union(*map(_partial, series.values()))
    time = panels.TimeAxis(lines.periods, box.width)
    below = 8 + (time.lines + bool(partial)) * style.LINE
    fig = charts.new_figure(
        top + box.height + below, [*lines.notes, *charts.chart_notes("cut_axis", y_ticks)]
    )
    style.write_label(fig, 0, 2, lines.axis_name(lines.unit), color=style.GREY)
    ax = panels.new_axes(fig, box, time.ends, time.labels(), y_ticks, unit)
    for i, (line, rows) in enumerate(series.items()):
        panels.draw_line(ax, rows, i, marked=16)
        panels.draw_events(ax, rows, lines.marks[line], style.PALETTE[i] if several else "")
        _keep_values(ax, line, rows, lines.chart.indicator)
    panels.mark_suppressed(ax, *series.values())
    labels = [
        panels.LineLabel(name, *end, {"marker": marker, "markersize": 4.7})
        for name, end, marker in zip(names, ends, style.MARKERS, strict=False)
    ]
    panels.draw_labels(fig, ax, box, labels, places)
    panels.name_partial(ax, time, partial, left, style.width() - left - box.width)
    return fig


def _end(rows: pd.DataFrame) -> tuple[float, float, bool]:
    """Where a line ends, and whether that is at the last period, be it partial; or NaN."""
    known = [x for x, there in enumerate(panels.complete(rows)) if there]
    if not known:
        return math.nan, math.nan, False
    reaching = (rows["status"].iloc[known[-1] + 1 :] == "partial").all()
    return known[-1], rows["estimate"].iat[known[-1]], bool(reaching)


def _apart(lines: _Lines) -> style.Figure:
    """A panel for each line, two or three in a row, each a count from its own zero."""
    across = 2 if style.narrow() or len(lines.series) in (2, 4) else 3
    units, scales = _scales(lines)
    left = max(map(panels.tick_width, scales, units))
    # the last mark of a line reaches past its axes
    width = (style.width() - (across - 1) * _BETWEEN - 3) / across - left
    time = panels.TimeAxis(lines.periods, width)
    names = [style.wrapped_name(name, left + width, weight="bold") for name in lines.series]
    partial = [_partial(rows) for rows in lines.series.values()]
    axis = lines.axis_name(lines.unit)
    tops, feet = _rows_of_panels(names, partial, across, style.LINE + 8 if axis else 2.0)
    below = 8 + (time.lines + any(partial[-across:])) * style.LINE
    cut = [note for places in scales for note in charts.chart_notes("cut_axis", places)]
    fig = charts.new_figure(feet[-1] + below, [*lines.notes, *cut[:1]])
    style.write_label(fig, 0, 2, axis, color=style.GREY)
    for i, (line, rows) in enumerate(lines.series.items()):
        x, unit = i % across * (left + width + _BETWEEN), units[i]
        thing = f"{unit} : " * (not lines.unit and unit not in ("%", "s", "€"))
        value = thing + _last_value(rows, lines, unit, always=True)
        under = tops[i] + (names[i].count("\n") + 1) * style.LINE
        style.write_label(fig, x, tops[i], names[i], weight="bold")
        style.write_label(fig, x, under, value, color=style.GREY)
        last = i + across >= len(names)
        box = panels.Box(x + left, feet[i] - _PANEL, width, _PANEL)
        ax = panels.new_axes(fig, box, time.ends, time.labels(last), scales[i], unit)
        if line in lines.behind:
            panels.draw_background(ax, lines.behind[line], begins=lines.begins)
        panels.draw_line(ax, rows, 0, marked=6)
        panels.draw_events(ax, rows, lines.marks[line])
        _keep_values(ax, line, rows, lines.chart.indicator)
        panels.mark_suppressed(ax, rows)
        panels.name_partial(ax, time, partial[i], left, 4, written=last)
    return fig


def _scales(lines: _Lines) -> tuple[list[str], list[list[float]]]:
    """The unit and the ticks of each line; marks and shares are compared across panels."""
    units = [lines.unit_of(rows) for rows in lines.series.values()]
    drawn = [
        pd.concat([rows, lines.behind[name]]) if name in lines.behind else rows
        for name, rows in lines.series.items()
    ]
    shared = {
        unit: pd.concat([rows for rows, of in zip(drawn, units, strict=True) if of == unit])
        for unit in set(units)
        if not words.is_count(unit)
    }
    scales = [
        charts.ticks(shared.get(unit, rows), unit, 3 if unit in shared else 2)
        for rows, unit in zip(drawn, units, strict=True)
    ]
    return units, scales


def _rows_of_panels(
    names: Sequence[str], partial: Sequence[set[str]], across: int, y: float
) -> tuple[list[float], list[float]]:
    """Where each panel's names start, and where it ends."""
    tops, feet = list[float](), list[float]()
    for i in range(0, len(names), across):
        y += 0.0 if not i else 24.0 if any(partial[i - across : i]) else 12.0
        tops += [y] * across
        lines = max(name.count("\n") for name in names[i : i + across]) + 2
        y += lines * style.LINE + 6 + _PANEL
        feet += [y] * across
    return tops, feet


def _keep_values(ax: style.Axes, line: str, rows: pd.DataFrame, indicator: Indicator) -> None:
    for x, (period, row) in enumerate(rows.to_dict("index").items()):
        when = french.period_label(str(period))
        charts.keep_values(ax, x, row["estimate"], row, indicator, line, when)


def _partial(rows: pd.DataFrame) -> set[str]:
    return {str(period) for period in rows.index[rows["status"] == "partial"]}


def _last_value(rows: pd.DataFrame, lines: _Lines, unit: str, always: bool = False) -> str:
    """The latest value of a whole period, with its period where asked or a later one is drawn."""
    known = rows[panels.complete(rows)]
    if known.empty:
        return _why(rows)
    text = charts.brief(float(known["estimate"].iat[-1]), lines.chart.indicator, unit)
    period, last = str(known.index[-1]), lines.periods[-1]
    return f"{text} ({panels.dated(period, last)})" if always or period != last else text


def _alt(lines: _Lines, apart: bool, behind_label: str) -> str:
    """Say what the chart is, and of each line where it starts and ends, and its extremes."""
    told, several = list[dict[str, Any]](), len(lines.series) <= _TOGETHER
    for name, rows in lines.series.items():
        unit, grey = lines.unit_of(rows), lines.behind.get(name)
        thing = "" if lines.unit else lines.axis_name(unit)
        course = _course(rows, lines, unit, several)
        seen = None if grey is None else _course(grey, lines, unit, extremes=False)
        told.append({"name": name, "thing": thing, "course": course, "grey": seen})
    span = french.period_range(lines.periods[0], lines.periods[-1])
    return charts.in_words("lines", told, apart, lines.chart.indicator, span, behind_label)


def _course(rows: pd.DataFrame, lines: _Lines, unit: str, extremes: bool) -> str:
    """The first and last value of whole periods, the extremes between them, the last interval."""
    known, indicator = rows[panels.complete(rows)], lines.chart.indicator
    text = panels.describe_lines(
        [(float(x), french.period_label(str(p))) for p, x in known["estimate"].items()],
        lambda x, decimals: charts.brief(x, indicator, unit, decimals),
        start=french.period_label(lines.periods[0]),
        extremes=extremes,
    )
    ends = words.interval({**known.iloc[-1], "unit": unit}, indicator) if text else ""
    return text + charts.in_words("last_interval", ends)


# --- The curve chart: an indicator against a number, such as the months since a subscription

_CURVE_HEIGHT = 170.0
_CURVE_NAME = 105.0  # widest name of a curve, in points
_CALENDAR = ("mois", "heure")  # counted by threes and sixes
_NEAR = 0.1  # a start that is nearer to zero than this part of the axis is drawn from zero
_Curves = dict[str, pd.DataFrame]  # a curve's name, and its estimates from left to right


@study_method("curves")
def curve_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    x_label: str,
    by: str = "product",
) -> Output:
    """Curves over days or months since a beginning, with their intervals.

    Each is named at its end, or where curves differ most, with its value there. Low bases and
    partial periods are hollow marks; a withheld value leaves a gap, which is explained.

    Parameters
    ----------
    frame
        Estimates of one indicator, of at most six subjects; `group_value` is the number.
    x_label
        What the number is, with its unit: "mois depuis l'inscription".
    by
        The column that names the curves.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> stays = study.estimates("subscriptions", indicator="subscription_survival")
    >>> shown = study.curves(stays, "Combien restent", x_label="mois depuis l'inscription")
    >>> print(shown.content["alt"][:7])
    Courbes
    """
    by = select.named_by(frame, by, "group_value")
    chart = charts.chart_input(frame, catalogue, caption, "curve_chart", [by, "group_value"])
    frame = chart.frame
    places = pd.to_numeric(frame["group_value"].str.replace(",", "."), errors="coerce")
    if (wrong := ~places.between(-1e12, 1e12)).any():
        raise ObservError(
            f"curve_chart: group_value {bounded(frame.loc[wrong, 'group_value'])} is no "
            "number; draw it with bar_chart or dot_chart"
        )
    keys = select.ordered(frame, by, catalogue)
    if len(keys) > len(style.PALETTE):
        raise (select.Crowded if frame["device"].nunique() > 1 else ObservError)(
            f"curve_chart: {len(keys)} curves ({bounded(keys)}); at most {len(style.PALETTE)} can "
            "be labels apart; keep some of them"
        )
    parts = charts.by_subject(frame.assign(x=places), by, catalogue)
    curves = {name: rows.sort_values("x") for name, rows in parts}
    courses = {name: _curve_course(own, chart.indicator) for name, own in curves.items()}
    alt = charts.in_words("curves", courses, chart.indicator, x_label)
    return charts.output(chart, lambda: _curve_figure(chart, curves, x_label), alt)


def _curve_figure(chart: charts.Chart, curves: _Curves, x_label: str) -> style.Figure:
    unit, indicator = chart.unit, chart.indicator
    y_ticks = charts.ticks(chart.frame, unit, 4)
    xs = pd.concat([rows["x"] for rows in curves.values()])
    start, end = float(xs.min()), float(xs.max())
    start = 0.0 if 0 < start <= _NEAR * end else start
    x_ticks = _x_ticks(start, end, x_label)
    decimals = next((d for d in (0, 1, 2) if all(round(x, d) == x for x in x_ticks)), 3)
    x_labels = [french.number(x, decimals) for x in x_ticks]
    names, places, at = _names(curves, indicator, unit, y_ticks, x_label)
    left = max(panels.tick_width(y_ticks, unit), style.text_width(x_labels[0]) / 2)
    notes = [*_curve_notes(curves, indicator), *charts.chart_notes("cut_axis", y_ticks)]
    head = style.wrap(words.headed(indicator, unit), style.width())
    top = (head.count("\n") + 1) * style.LINE + 8
    width = style.width() - left - panels.labels_width(names)
    box = panels.Box(left, top, width, places.height)
    middle, bottom = left + width / 2, top + box.height
    under = style.wrap(x_label, 2 * min(middle, style.width() - middle))
    axis = 10 + style.LINE * (under.count("\n") + 2)
    fig = charts.new_figure(bottom + axis + 2, notes)
    style.write_label(fig, 0, 0, head, color=style.GREY)
    x_ends = (start, end if end > start else start + 1)
    ax = panels.new_axes(fig, box, x_ends, (x_ticks, x_labels), y_ticks, unit)
    if at is not None and at < end:
        ax.axvline(at, color=style.GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        _name_place(ax, at, [_at(rows, at)["estimate"] for rows in curves.values()],
                    x_label)  # fmt: skip
    labels = []
    for i, ((curve, rows), text) in enumerate(zip(curves.items(), names, strict=True)):
        last, thin = _last_shown(rows), _thin(rows, curves)
        panels.draw_line(ax, rows, i, thin=thin)
        for row in rows.to_dict("records"):
            where = f"{_place(row['x'])} {x_label}"
            charts.keep_values(ax, row["x"], row["estimate"], row, indicator, curve, where)
        leader = at is None and last["estimate"] == last["estimate"]
        marked = {"marker": style.MARKERS[i], "markersize": 4.7}
        sample = {"linewidth": 1.0} if thin else marked
        labels.append(panels.LineLabel(text, last["x"], last["estimate"], leader, sample))
    panels.draw_labels(fig, ax, box, labels, places)
    style.write_label(fig, middle, bottom + 8 + style.LINE, under, ha="center", color=style.GREY)
    return fig


def _name_place(ax: style.Axes, at: float, values: list[float], x_label: str) -> None:
    """Write beside the line of a place which one it is, at the end that is far from curves."""
    low, high = ax.get_ylim()
    foot = sum(values) / len(values) > (low + high) / 2
    ax.annotate(f"{_place(at)} {x_label.partition(' depuis ')[0]}", (at, low if foot else high),
                (4, 4 if foot else -4), textcoords="offset points", size=style.SMALL,
                va="bottom" if foot else "top", color=style.GREY)  # fmt: skip


def _names(
    curves: _Curves, indicator: Indicator, unit: str, y_ticks: list[float], x_label: str
) -> tuple[list[str], panels.LabelPlaces, float | None]:
    """Names of curves at their ends; where those are too near, at a place where curves differ."""

    def named(rows: list[estimates.Row], there: str = "") -> tuple[list[str], panels.LabelPlaces]:
        values = [charts.value_text(row, indicator, unit) + there for row in rows]
        wide = style.part(_CURVE_NAME)
        heads = [f"{style.wrapped_name(name, wide)}\n" * (len(curves) > 1) for name in curves]
        texts = [f"{head}{style.wrap(x, wide)}" for head, x in zip(heads, values, strict=True)]
        ends = [row["estimate"] for row in rows]
        return texts, panels.place_labels(texts, ends, y_ticks, _CURVE_HEIGHT)

    lasts = [_last_shown(rows) for rows in curves.values()]
    texts, places = named(lasts)
    at = _widest(curves) if places.crowded else None
    if at is None:
        return texts, places, None
    of, since, _ = x_label.partition(" depuis ")
    there = f" (à {_place(at)} {of})" if since else f" (à {_place(at)})"
    if at == max(row["x"] for row in lasts):
        there = ""  # where all curves end
    return *named([_at(part, at) for part in curves.values()], there), at


def _widest(curves: _Curves) -> float | None:
    """Where the curves are farthest apart, of the places where all have a value."""
    values = [rows.set_index("x")["estimate"] for rows in curves.values()]
    table = pd.concat(values, axis=1).dropna()
    apart = table.max(axis=1) - table.min(axis=1)
    return float(apart.idxmax()) if len(apart) and apart.max() > 0 else None


def _at(rows: pd.DataFrame, x: float) -> estimates.Row:
    return estimates.records(rows[rows["x"] == x])[0]


def _place(x: float) -> str:
    return french.number(x, 0 if x == round(x) else 1)


def _thin(rows: pd.DataFrame, curves: _Curves) -> bool:
    """Whether a curve is of low bases only, beside others: its band would drown them."""

    def low(part: pd.DataFrame) -> bool:
        known = part[part["estimate"].notna()]
        return len(known) > 1 and bool((known["status"] == "low_base").all())

    return low(rows) and not all(map(low, curves.values()))


def _x_ticks(start: float, end: float, x_label: str) -> list[float]:
    """Round numbers between both ends, whole where the ends are."""
    from matplotlib.ticker import MaxNLocator

    if start == end:
        return [start]
    steps = [1, 2, 3, 6, 10] if x_label.lower().startswith(_CALENDAR) else [1, 2, 5, 10]
    whole = start == round(start) and end == round(end)
    axis = MaxNLocator(3 if style.narrow() else 5, steps=steps, integer=whole)
    return [float(x) for x in axis.tick_values(start, end) if start <= x <= end] or [start, end]


def _last_shown(rows: pd.DataFrame) -> estimates.Row:
    """The last value that is shown, or the first row of a curve that shows none."""
    known = rows[rows["estimate"].notna()]
    return estimates.records(known.tail(1) if len(known) else rows.head(1))[0]


def _curve_notes(curves: _Curves, indicator: Indicator) -> list[str]:
    thick = [rows for rows in curves.values() if not _thin(rows, curves)]
    broken = [rows for rows in curves.values() if rows["estimate"].notna().any()]
    found, interrupted, every = (
        {status for rows in part for status in rows["status"]}
        for part in (thick, broken, curves.values())
    )
    told = (found, len(thick) < len(curves), "partial" in every, interrupted, indicator)
    return panels.interval_notes(thick) + charts.chart_notes("curve_notes", *told)


def _curve_course(rows: pd.DataFrame, indicator: Indicator) -> str:
    """Where a curve starts and ends, how it goes and its extremes between."""
    known = estimates.records(rows[rows["estimate"].notna()])
    return panels.describe_lines(
        [(row["estimate"], f"à {_place(row['x'])}") for row in known],
        lambda x, _: words.value({**known[0], "estimate": x}, indicator),
        trend=True,
    )
