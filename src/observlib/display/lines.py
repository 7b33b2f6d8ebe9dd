"""The line chart: one indicator over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, strokes, style, words
from observlib.display.courses import Point, course
from observlib.display.output import Output, caption_of
from observlib.display.rounding import as_told
from observlib.display.timeline import axis_periods, dated, short, ticks
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TOGETHER = 4  # more lines than this cross too often to be followed
_RATIO = 5  # a line this many times lower than another lies flat on the axis
_PANEL = 62.0
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
    facets: bool | None = None,
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
        Estimates of one indicator, one for each subject and quarter, month or year. Subjects that
        are not all in one unit have a panel each.
    caption
        The answer that the chart shows, in one line.
    by
        The column that names the lines.
    facets
        A panel for each line, each with its own scale; by default where there are more than
        four lines, or where some would lie flat beside others.
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
    facets = apart or facets
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
        every, facets = estimates.combine([frame, behind]), True
    periods = axis_periods(every["period"])
    series = _series(frame, by, catalogue, periods)
    hidden = {name: _why(rows) for name, rows in series.items() if rows["estimate"].isna().all()}
    if len(hidden) < len(series):
        series = {name: rows for name, rows in series.items() if name not in hidden}
    else:
        hidden = {}
    if facets is None:
        facets = len(series) > _TOGETHER or _differ(series, unit)
    if not facets and len(series) > len(style.PALETTE):
        raise ObservError(
            f"line_chart: {len(series)} lines on one panel; at most {len(style.PALETTE)} are "
            "allowed; leave `facets` out, or keep fewer subjects"
        )
    secret = any(
        (rows["status"] == "suppressed").any() and rows["estimate"].notna().any()
        for rows in series.values()
    )
    grey = {} if every is frame else _series(behind, by, catalogue, periods)
    context = _Context(
        frame, indicator, unit, periods, secret, hidden, grey, behind_label, behind_from
    )
    alt = f"{_alt(series, context, facets)} {charts.withheld_words(frame)}"
    with style.theme():
        fig = (_panels if facets else _together)(series, context)
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
    alone = len(series) == 1
    names = []
    for name, rows in series.items():
        lines = [] if alone else [style.named(name, 104)]
        names.append("\n".join([*lines, *_last_value(rows, context)]))
    block = max((name.count("\n") + 1) * style.LINE for name in names) + 3
    height = max(150.0, block * len(names) + 10)
    y_ticks = charts.scale(*_range(context.frame, context.unit), context.unit, 5)
    left = _tick_width(y_ticks, context.unit)
    gap = 4.0 if alone else 20.0
    width = style.WIDTH - left - max(map(style.text_width, names)) - gap - 4
    top = style.LINE + 8
    partial = set().union(*map(_partial, series.values()))
    fig, foot = _figure(series, top + height, width, context, bool(partial))
    style.write(fig, 0, 2, _axis_name(context), color=style.GREY)
    ax = style.axes(fig, left, top, width, height)
    _axes(ax, context, y_ticks, width)
    ends = []
    for i, rows in enumerate(series.values()):
        strokes.draw(ax, rows, style.PALETTE[i], style.DASHES[i], style.MARKERS[i], marked=16)
        whole = rows["estimate"].where(rows["status"] != "partial").reset_index(drop=True).dropna()
        ends.append((whole.index[-1], whole.iloc[-1]) if len(whole) else (len(rows), y_ticks[0]))
    reaching = [_reaches_end(rows) for rows in series.values()]
    span = y_ticks[-1] - y_ticks[0]
    wanted = [(y - y_ticks[0]) / span * height for _, y in ends]
    for i, place in enumerate(style.spread(wanted, block, block / 2 - 6, height - block / 2 + 6)):
        line = {"arrowstyle": "-", "color": style.PALETTE[i], "linewidth": 0.8, "shrinkB": 5}
        ax.annotate(
            names[i],
            ends[i],
            (width + gap, place),
            textcoords="axes points",
            va="center",
            linespacing=1.15,
            annotation_clip=False,
            arrowprops=(
                {**line, "shrinkA": 0, "relpos": (0, 0.5)} if reaching[i] and not alone else None
            ),
        )
        if not reaching[i] and not alone:  # a rule to its end would cross the others as a line
            first = top + height - place - names[i].count("\n") * style.LINE / 2
            style.key(fig, left + width + 2, first, i, marker=style.MARKERS[i], markersize=4.7)
    _partial_words(ax, partial, context, (left, width, style.WIDTH - left - width))
    charts.write_foot(fig, foot)
    return fig


def _reaches_end(rows: pd.DataFrame) -> bool:
    """Whether a line is drawn up to the last period, be it partial."""
    found = strokes.runs(rows)
    return bool(found) and bool((rows["status"].iloc[found[-1][-1] + 1 :] == "partial").all())


def _panels(series: Series, context: _Context) -> Figure:
    """A panel for each line, two in a row, each a count from its own zero."""
    own = [_own(rows, context) for rows in series.values()]
    drawn_in = [pd.concat([rows, *_grey(name, context)]) for name, rows in series.items()]
    scales = []
    for rows, one in zip(drawn_in, own, strict=True):
        if words.is_count(one.unit):
            scales.append(charts.scale(*_range(rows, one.unit), one.unit, 2))
        else:  # marks and shares are compared from one panel to the next
            alike = [r for r, other in zip(drawn_in, own, strict=True) if other.unit == one.unit]
            scales.append(charts.scale(*_range(pd.concat(alike), one.unit), one.unit, 3))
    left = max(_tick_width(scale, one.unit) for scale, one in zip(scales, own, strict=True))
    gap = 14.0
    width = (style.WIDTH - gap - 3) / 2 - left  # the last mark of a line reaches past its axes
    heads = []
    for (name, rows), one in zip(series.items(), own, strict=True):
        wrapped = style.named(name, left + width, weight="bold")
        value = _last_value(rows, one, always=True)[0]
        thing = "" if context.unit or one.unit in ("%", "s", "€") else one.unit
        heads.append((wrapped, f"{thing} : {value}" if thing else value))
    row_count = (len(heads) + 1) // 2
    head = [
        (max(h[0].count("\n") for h in heads[2 * r : 2 * r + 2]) + 2) * style.LINE + 6
        for r in range(row_count)
    ]
    partial = [_partial(rows) for rows in series.values()]
    above = [0.0] + [
        24.0 if any(partial[2 * r : 2 * r + 2]) else 12.0 for r in range(row_count - 1)
    ]
    top = style.LINE + 8 if _axis_name(context) else 2.0
    drawn = top + sum(head) + row_count * _PANEL + sum(above)
    fig, foot = _figure(series, drawn, width, context, any(partial[-2:]))
    style.write(fig, 0, 2, _axis_name(context), color=style.GREY)
    for i, (line, rows) in enumerate(series.items()):
        r, column = divmod(i, 2)
        x = column * (left + width + gap)
        y = top + sum(head[:r]) + r * _PANEL + sum(above[: r + 1])
        name, value = heads[i]
        style.write(fig, x, y, name, weight="bold")
        style.write(fig, x, y + (name.count("\n") + 1) * style.LINE, value, color=style.GREY)
        ax = style.axes(fig, x + left, y + head[r], width, _PANEL)
        last = i + 2 >= len(heads)
        _axes(ax, own[i], scales[i], width, labelled=last)
        for grey in _grey(line, context):
            strokes.draw_behind(ax, grey, begins=bool(context.behind_from))
        strokes.draw(ax, rows, style.PALETTE[0], "solid", "o", marked=6)
        _partial_words(ax, partial[i], context, (left, width, 4), labelled=last)
    charts.write_foot(fig, foot)
    return fig


def _own(rows: pd.DataFrame, context: _Context) -> _Context:
    """The context of one line, with its unit."""
    return context._replace(unit=context.unit or str(rows["unit"].dropna().iat[0]))


def _figure(
    series: Series, drawn: float, width: float, context: _Context, partial: bool
) -> tuple[Figure, str]:
    """A figure with room under the drawing for the time axis and the notes, and the notes."""
    notes = strokes.interval_notes([*series.values(), *context.behind.values()])
    if context.behind:
        notes.insert(0, f"Trait gris : {context.behind_label}.")
    if context.behind_from:
        notes.insert(1, f"Tireté vertical : {context.behind_from}.")
    notes += charts.low_base_note(context.frame, context.indicator)
    if context.secret:
        notes.append("s : secret statistique.")
    notes += _told_hidden(context)
    foot = charts.footer(notes)
    rows = _tick_lines(context, width) + partial
    below = 8 + rows * style.LINE + charts.foot_height(foot)
    return style.figure(drawn + below), foot


def _grey(name: str, context: _Context) -> list[pd.DataFrame]:
    """What a line is seen against, if anything."""
    return [context.behind[name]] if name in context.behind else []


def _told_hidden(context: _Context) -> list[str]:
    return [
        f"{french.join(name for name, why in context.hidden.items() if why == reason)} : {reason}."
        for reason in dict.fromkeys(context.hidden.values())
    ]


def _axes(
    ax: Axes, context: _Context, y_ticks: list[float], width: float, labelled: bool = True
) -> None:
    count = len(context.periods)
    ax.set_xlim(-0.5, count - 0.5)
    ax.set_ylim(y_ticks[0], y_ticks[-1])
    ax.set_yticks(y_ticks, charts.tick_labels(y_ticks, context.unit))
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8, clip_on=False)
    ax.set_axisbelow(True)
    if y_ticks[0] < 0:
        ax.axhline(0, color=style.GREY, linewidth=0.8)
        ax.spines["bottom"].set_visible(False)
    marks = ticks(context.periods, width / count)
    # all of two lines, or first lines do not stand level
    texts = [text if "\n" in text else f"{text}\n " for _, text in marks]
    ax.set_xticks([i for i, _ in marks], texts if labelled else [""] * len(marks))


def _partial(rows: pd.DataFrame) -> set[str]:
    return {str(period) for period in rows.index[rows["status"] == "partial"]}


def _partial_words(
    ax: Axes,
    partial: set[str],
    context: _Context,
    room: tuple[float, float, float],
    labelled: bool = True,
) -> None:
    """Write "(partiel)" under partial periods, once under neighbours.

    The period is named where the axis does not name it. `room` are the widths before, of and
    after the axes.
    """
    before, width, after = room
    step = width / len(context.periods)
    marks = ticks(context.periods, step)
    ticked = {i for i, text in marks if text.split("\n")[0] == short(context.periods[i])}
    places = [i for i, period in enumerate(context.periods) if period in partial]
    down = 6 + _tick_lines(context, width) * style.LINE if labelled else 7
    free = -before
    for start in (i for i in places if i - 1 not in places):
        end = start
        while end + 1 in places:
            end += 1
        names = dict.fromkeys(short(context.periods[i]) for i in (start, end))
        named = labelled and {start, end} <= ticked
        for text in ["(partiel)"] if named else [f"{'–'.join(names)} (partiel)", "(partiel)"]:
            half = style.text_width(text, style.SMALL) / 2
            centre = min(((start + end) / 2 + 0.5) * step, width + after - half)
            centre = max(centre, half - before)
            if centre - half < free:
                continue
            free = centre + half + 4
            ax.annotate(text, (centre, -down), xycoords="axes points",
                        ha="center", va="top", size=style.SMALL, color=style.GREY,
                        annotation_clip=False)  # fmt: skip
            break


def _tick_lines(context: _Context, width: float) -> int:
    marks = ticks(context.periods, width / len(context.periods))
    return 1 + any("\n" in text for _, text in marks)


def _range(rows: pd.DataFrame, unit: str) -> tuple[float, float]:
    """The least and the most to draw; the whole scale where nothing is."""
    values = rows[["estimate", "ci_low", "ci_high"]]
    low, high = float(values.min().min()), float(values.max().max())
    if not math.isnan(low):
        return low, high
    if unit.startswith("sur "):
        return 0.0, float(unit[4:].replace(",", "."))
    return 0.0, 100.0 if unit == "%" else 1.0


def _tick_width(y_ticks: list[float], unit: str) -> float:
    return max(map(style.text_width, charts.tick_labels(y_ticks, unit))) + 6


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


def _alt(series: Series, context: _Context, facets: bool) -> str:
    """Say what the chart is, and of each line where it starts and ends, and its extremes."""
    kind = "Une courbe par graphique" if facets else "Graphique en courbes"
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
