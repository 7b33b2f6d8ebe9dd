"""The line chart: one indicator over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, panels, select, strokes, style, words
from observlib.display.courses import Point, course
from observlib.display.output import Output, caption_of
from observlib.display.rounding import as_told
from observlib.display.timeline import TimeAxis, axis_periods, dated, name_partial, time_axis
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOGETHER = 4  # more lines than this cross too often to be followed
_RATIO = 5  # a line this many times lower than another lies flat on the axis
_HEIGHT, _PANEL = 150.0, 62.0  # of axes that all lines share, and of those of one
_DESCRIBED = 12  # lines that an alternative text tells one by one

Series = dict[str, pd.DataFrame]  # a line's name, and its estimates on every period of the axis


class _Context(NamedTuple):
    frame: pd.DataFrame
    indicator: Indicator
    unit: str  # of all lines; empty where each has its own
    periods: list[str]
    secret: bool  # some line has a value withheld beside values that are drawn
    hidden: dict[str, str]  # subjects without a line, beside others that have one, and why
    behind: Series  # what lines are seen against, by their name
    behind_label: str
    behind_from: str


def line_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    behind: pd.DataFrame | None = None,
    behind_label: str = "",
    behind_from: str = "",
) -> Output:
    """Draw an indicator over time, a line for each product or other subject.

    A partial period is a hollow marker on a dotted segment, named "(partiel)"; a withheld or
    absent one leaves a gap; intervals are bands, or strokes at points alone. A subject of which
    no value is shown is told under the drawing.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject and quarter, month or year. Subjects have
        a panel each where they are more than four, are not all in one unit, or where some would
        lie flat beside others.
    caption
        The answer that the chart shows, in one line.
    by
        The column that names the lines.
    behind, behind_label
        Estimates of the same subjects and unit, drawn thin and grey behind each line, which then
        has a panel of its own; and what they are, such as "valeurs brutes".
    behind_from
        What a grey line begins with, such as "mois de l'action": a vertical stroke marks it.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators, kinds of period or the units of a subject, or
        has two estimates for one point.
    """
    caption = caption_of(caption, "line_chart")
    apart = frame["unit"].nunique() > 1 and bool((frame.groupby(by)["unit"].nunique() == 1).all())
    indicator = select.one_indicator(frame, catalogue, "line_chart", one_unit=not apart)
    select.unique(frame, [by, "period"], "line_chart")
    frame = as_told(frame, catalogue)
    unit = "" if apart else str(frame["unit"].iat[0])
    every = frame
    if behind is not None and len(behind):
        select.unique(behind, [by, "period"], "line_chart, behind")
        behind = as_told(behind, catalogue)
        lines, grey_lines = (
            set(rows[[by, "unit"]].itertuples(index=False)) for rows in (frame, behind)
        )
        if not grey_lines <= lines:
            raise ObservError(
                f"line_chart: what is behind is in {bounded(behind['unit'].unique())}, and the "
                f"lines in {bounded(frame['unit'].unique())}; give both in one unit"
            )
        every, apart = estimates.combine([frame, behind]), True
    periods = axis_periods(every["period"])
    series = _series(frame, by, catalogue, periods)
    hidden = {name: _why(rows) for name, rows in series.items() if rows["estimate"].isna().all()}
    if len(hidden) < len(series):
        series = {name: rows for name, rows in series.items() if name not in hidden}
    else:
        hidden = {}
    apart = apart or len(series) > _TOGETHER or _differ(series, unit)
    secret = any(
        (rows["status"] == "suppressed").any() and rows["estimate"].notna().any()
        for rows in series.values()
    )
    grey = {} if every is frame else _series(behind, by, catalogue, periods)
    context = _Context(
        frame, indicator, unit, periods, secret, hidden, grey, behind_label, behind_from
    )
    alt = f"{_alt(series, context, apart)} {charts.withheld_words(frame)}"
    with style.theme():
        fig = (_apart if apart else _together)(series, context)
        return charts.finish(fig, every, catalogue, caption, alt)


def _series(frame: pd.DataFrame, by: str, catalogue: Catalogue, periods: list[str]) -> Series:
    """The estimates of each subject on every period, by the name that readers see."""
    series: Series = {}
    for key in select.ordered(frame, by, catalogue):
        rows = frame[frame[by] == key]
        name = words.label(rows.iloc[0].to_dict(), by, catalogue)
        series[name] = rows.set_index("period").reindex(periods)
    return series


def _why(rows: pd.DataFrame) -> str:
    """Why a line has no value of a whole period."""
    found = set(rows["status"].dropna())
    return next(words.STATUS_WORDS[s] for s in ("partial", *words.WITHHELD) if s in found)


def _differ(series: Series, unit: str) -> bool:
    if not words.is_count(unit):
        return False
    tops = [float(rows["estimate"].max()) for rows in series.values()]
    tops = [top for top in tops if top > 0]
    return len(tops) > 1 and max(tops) > _RATIO * min(tops)


def _together(series: Series, context: _Context) -> Figure:
    """All lines on one panel, each named at its right end, or else by a sample of it."""
    names = []
    for name, rows in series.items():
        lines = [] if len(series) == 1 else [style.named(name, 104)]
        names.append("\n".join([*lines, *_last_value(rows, context)]))
    y_ticks = charts.scale(*_range(context.frame, context.unit), context.unit, 5)
    left, top = panels.tick_width(y_ticks, context.unit), style.LINE + 8
    ends = [_last_whole(rows) for rows in series.values()]
    beside = panels.beside(names, [y for _, y in ends], y_ticks, _HEIGHT)
    box = panels.Box(left, top, style.WIDTH - left - panels.names_width(names), beside.height)
    partial = set().union(*map(_partial, series.values()))
    time = time_axis(context.periods, box.width)
    fig, foot = _figure(series, top + box.height, time, context, bool(partial))
    style.write(fig, 0, 2, _axis_name(context), color=style.GREY)
    ax = panels.drawn(fig, box, _ends(time), time.labels(), y_ticks, context.unit)
    for i, rows in enumerate(series.values()):
        strokes.draw(ax, rows, i, marked=16)
    told = [
        panels.Name(name, x, y, _reaches_end(rows), {"marker": marker, "markersize": 4.7})
        for name, (x, y), rows, marker in zip(
            names, ends, series.values(), style.MARKERS, strict=False
        )
    ]
    panels.write_names(fig, ax, box, told, beside)
    name_partial(ax, time, partial, left, style.WIDTH - left - box.width)
    charts.write_foot(fig, foot)
    return fig


def _last_whole(rows: pd.DataFrame) -> tuple[float, float]:
    """The place and value of the last whole period that has one; NaN where there is none."""
    known = [x for x, there in enumerate(strokes.whole(rows)) if there]
    return (known[-1], rows["estimate"].iat[known[-1]]) if known else (math.nan, math.nan)


def _reaches_end(rows: pd.DataFrame) -> bool:
    """Whether a line is drawn up to the last period, be it partial."""
    found = strokes.runs(strokes.whole(rows))
    return bool(found) and bool((rows["status"].iloc[found[-1][-1] + 1 :] == "partial").all())


def _ends(time: TimeAxis) -> tuple[float, float]:
    return -0.5, len(time.periods) - 0.5


def _apart(series: Series, context: _Context) -> Figure:
    """A panel for each line, two in a row, each a count from its own zero."""
    own = [_own(rows, context) for rows in series.values()]
    drawn_in = [pd.concat([rows, *_grey(name, context)]) for name, rows in series.items()]
    units = [one.unit for one in own]
    shared = {  # marks and shares are compared from one panel to the next
        unit: pd.concat([rows for rows, of in zip(drawn_in, units, strict=True) if of == unit])
        for unit in set(units)
        if not words.is_count(unit)
    }
    scales = [
        charts.scale(*_range(shared.get(unit, rows), unit), unit, 3 if unit in shared else 2)
        for rows, unit in zip(drawn_in, units, strict=True)
    ]
    left = max(map(panels.tick_width, scales, units))
    gap = 14.0
    width = (style.WIDTH - gap - 3) / 2 - left  # the last mark of a line reaches past its axes
    time = time_axis(context.periods, width)
    heads = []
    for (name, rows), one in zip(series.items(), own, strict=True):
        wrapped = style.named(name, left + width, weight="bold")
        value = _last_value(rows, one, always=True)[0]
        thing = "" if context.unit or one.unit in ("%", "s", "€") else one.unit
        heads.append((wrapped, f"{thing} : {value}" if thing else value))
    partial = [_partial(rows) for rows in series.values()]
    y = style.LINE + 8 if _axis_name(context) else 2.0
    tops, feet = list[float](), list[float]()
    for i in range(0, len(heads), 2):
        y += 0.0 if not i else 24.0 if any(partial[i - 2 : i]) else 12.0
        tops += [y, y]
        y += (max(name.count("\n") for name, _ in heads[i : i + 2]) + 2) * style.LINE
        y += 6 + _PANEL
        feet += [y, y]
    fig, foot = _figure(series, y, time, context, any(partial[-2:]))
    style.write(fig, 0, 2, _axis_name(context), color=style.GREY)
    for i, (line, rows) in enumerate(series.items()):
        name, value = heads[i]
        x = i % 2 * (left + width + gap)
        box = panels.Box(x + left, feet[i] - _PANEL, width, _PANEL)
        style.write(fig, x, tops[i], name, weight="bold")
        under = tops[i] + (name.count("\n") + 1) * style.LINE
        style.write(fig, x, under, value, color=style.GREY)
        last = i + 2 >= len(heads)
        ax = panels.drawn(fig, box, _ends(time), time.labels(last), scales[i], units[i])
        for grey in _grey(line, context):
            strokes.draw_behind(ax, grey, begins=bool(context.behind_from))
        strokes.draw(ax, rows, 0, marked=6)
        name_partial(ax, time, partial[i], left, 4, written=last)
    charts.write_foot(fig, foot)
    return fig


def _own(rows: pd.DataFrame, context: _Context) -> _Context:
    """The context of one line, with its unit."""
    return context._replace(unit=context.unit or str(rows["unit"].dropna().iat[0]))


def _figure(
    series: Series, drawn: float, time: TimeAxis, context: _Context, partial: bool
) -> tuple[Figure, str]:
    """A figure with room under the drawing for the time axis and the notes, and the notes."""
    notes = strokes.interval_notes([*series.values(), *context.behind.values()])
    if context.behind:
        notes.insert(0, f"Trait gris : {context.behind_label}.")
    if context.behind_from:
        notes.insert(1, f"Tireté vertical : {context.behind_from}.")
    notes += charts.low_base_note(context.frame["status"], context.indicator)
    notes += ["s : secret statistique."] * context.secret
    foot = charts.footer(notes + _told_hidden(context))
    below = 8 + (time.lines + partial) * style.LINE + charts.foot_height(foot)
    return style.figure(drawn + below), foot


def _grey(name: str, context: _Context) -> list[pd.DataFrame]:
    """What a line is seen against, if anything."""
    return [context.behind[name]] if name in context.behind else []


def _told_hidden(context: _Context) -> list[str]:
    return [
        f"{french.join(name for name, why in context.hidden.items() if why == reason)} : {reason}."
        for reason in dict.fromkeys(context.hidden.values())
    ]


def _partial(rows: pd.DataFrame) -> set[str]:
    return {str(period) for period in rows.index[rows["status"] == "partial"]}


def _range(rows: pd.DataFrame, unit: str) -> tuple[float, float]:
    """The least and the most to draw; the whole scale where nothing is."""
    values = rows[["estimate", "ci_low", "ci_high"]]
    low, high = float(values.min().min()), float(values.max().max())
    if not math.isnan(low):
        return low, high
    if unit.startswith("sur "):
        return 0.0, float(unit[4:].replace(",", "."))
    return 0.0, 100.0 if unit == "%" else 1.0


def _axis_name(context: _Context) -> str:
    """What an axis shows; nothing where each line has its own."""
    unit = context.unit
    return charts.axis_name(context.indicator, unit, context.periods) if unit else ""


def _last_value(rows: pd.DataFrame, context: _Context, always: bool = False) -> list[str]:
    """The latest value of a whole period, with its period where asked or a later one is drawn."""
    whole = rows[rows["estimate"].notna() & (rows["status"] != "partial")]
    if whole.empty:
        return [_why(rows)]
    text = charts.brief(float(whole["estimate"].iat[-1]), context.indicator, context.unit)
    period = str(whole.index[-1])
    last = context.periods[-1]
    return [f"{text} ({dated(period, last)})" if always or period != last else text]


def _alt(series: Series, context: _Context, apart: bool) -> str:
    """Say what the chart is, and of each line where it starts and ends, and its extremes."""
    kind = "Une courbe par graphique" if apart else "Graphique en courbes"
    span = french.span(context.periods[0], context.periods[-1])
    said = [f"{kind}\xa0: {context.indicator.label}, {span}."]
    for name, rows in list(series.items())[:_DESCRIBED]:
        own = _own(rows, context)
        thing = _axis_name(own) if not context.unit else ""
        told = f"{name} ({thing})" if thing else name
        said.append(f"{told}\xa0: {_course(rows, own, len(series) <= _TOGETHER)}.")
        for grey in _grey(name, context):
            last = _course(grey, own, extremes=False)
            said.append(f"En gris, {context.behind_label}\xa0: {last}.")
    if len(series) > _DESCRIBED:
        rest = french.count(len(series) - _DESCRIBED, "autre courbe", "autres courbes")
        said.append(f"Et {rest}, dont les valeurs sont dans le tableau des données.")
    said += _told_hidden(context)
    return " ".join(said)


def _course(rows: pd.DataFrame, context: _Context, extremes: bool) -> str:
    """The first and last value of whole periods, the extremes between them, the last interval."""
    whole = rows[rows["estimate"].notna() & (rows["status"] != "partial")]
    if whole.empty:
        return "aucune valeur d'une période complète"

    points = [
        Point(float(x), french.period_label(str(period))) for period, x in whole["estimate"].items()
    ]
    said = course(
        points,
        lambda x, decimals: charts.brief(x, context.indicator, context.unit, decimals),
        start=french.period_label(context.periods[0]),
        extremes=extremes,
    )
    ends = words.interval({**whole.iloc[-1], "unit": context.unit}, context.indicator)
    return (
        f"{said}{words.SEMICOLON}dernier intervalle à 95{french.NBSP}% : {ends}" if ends else said
    )
