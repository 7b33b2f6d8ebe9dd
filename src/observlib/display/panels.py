"""The one layout of panels: lines on axes, with their names beside. Lengths are in points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from string import ascii_uppercase
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Period
from observlib.display import charts, style
from observlib.display.output import Output
from observlib.language import french
from observlib.records.sheets import KINDS, Action, touches

# --- A time axis in French: every period in turn, and the few of them that are labelled


_STEPS = {"quarter": ("Q", "%Y-T%q"), "month": ("M", "%Y-%m"), "year": ("Y", "%Y")}


class TimeAxis(NamedTuple):
    """Periods along axes of a width, in points, and which of them are labelled, and how."""

    periods: list[str]
    width: float

    @property
    def marks(self) -> list[tuple[int, str]]:
        """The places that are labelled, and how."""
        return period_ticks(self.periods, self.width / len(self.periods))

    @property
    def lines(self) -> int:
        """How many lines its labels have."""
        return 1 + any("\n" in text for _, text in self.marks)

    @property
    def ends(self) -> tuple[float, float]:
        """Half a period before the first and after the last."""
        return -0.5, len(self.periods) - 0.5

    def labels(self, written: bool = True) -> tuple[list[int], list[str]]:
        """Places and labels; empty ones where another panel's axis has them written."""
        # all of two lines, or first lines do not stand level
        texts = [text if "\n" in text else f"{text}\n " for _, text in self.marks]
        return [i for i, _ in self.marks], texts if written else [""] * len(texts)


def axis_periods(found: Iterable[str]) -> list[str]:
    """Every period from the first to the last, so that an absent one leaves a gap."""
    periods = sorted(set(found))
    kinds = {Period(period).kind for period in periods}
    if len(kinds) > 1 or not kinds <= _STEPS.keys():
        raise ObservError(
            f"line_chart: periods {bounded(periods)} are not on one axis; "
            "allowed: quarters (2026-T3), or months (2026-08), or years (2026)"
        )
    step, form = _STEPS[kinds.pop()]
    ends = (end.replace("T", "Q") for end in (periods[0], periods[-1]))
    return list(pd.period_range(*ends, freq=step).strftime(form))


def _short(period: str) -> str:
    """The period without its year: `T3`, `août`; a year is itself."""
    if "-T" in period:
        return period[-2:]
    return french.month_label(period, short=True) if "-" in period else period


def dated(period: str, last: str) -> str:
    """The period in brief (`T2`), with its year where that is not that of the axis's last one."""
    alone = "-" not in period or period[:4] == last[:4]
    return _short(period) if alone else f"{_short(period)} {period[:4]}"


def period_ticks(periods: list[str], step_width: float) -> list[tuple[int, str]]:
    """Which places of an axis are labelled, a period taking `step_width` points; years below."""
    if "-" not in periods[0]:
        every = math.ceil(34 / step_width)
        return [(i, p) for i, p in enumerate(periods) if (len(periods) - 1 - i) % every == 0]
    quarters = "-T" in periods[0]
    a_year, needed, steps = (4, 20, (1, 2)) if quarters else (12, 34, (1, 2, 3))
    number = [int(p[6:] if quarters else p[5:]) for p in periods]
    step = next((s for s in steps if s * step_width >= needed), None)
    years = [(i, p[:4]) for i, p in enumerate(periods) if number[i] == 1]
    if years and (step is None or (step > 1 and len(periods) > 3 * a_year)):
        every = math.ceil(30 / (a_year * step_width))
        return years[(len(years) - 1) % every :: every]
    at = [i for i in range(len(periods)) if step and (number[i] - 1) % step == 0] or [0]
    made = []
    for i, before, after in zip(at, [None, *at], [*at[1:], None], strict=False):
        year = periods[i][:4]
        new = before is None or periods[before][:4] != year
        # the first year is left out where the second would run into it
        soon = after is not None and periods[after][:4] != year and (after - i) * step_width < 30
        named = new and not (before is None and soon)
        made.append((i, _short(periods[i]) + (f"\n{year}" if named else "")))
    return made


def name_partial(
    ax: style.Axes,
    axis: TimeAxis,
    partial: set[str],
    before: float,
    after: float,
    written: bool = True,
) -> None:
    """Write "(partiel)" under partial periods, once under neighbours, with names if wanted."""
    step = axis.width / len(axis.periods)
    ticked = {i for i, text in axis.marks if text.split("\n")[0] == _short(axis.periods[i])}
    places = [i for i, period in enumerate(axis.periods) if period in partial]
    down = 6 + axis.lines * style.LINE if written else 7
    free = -before
    for start in (i for i in places if i - 1 not in places):
        end = start
        while end + 1 in places:
            end += 1
        names = dict.fromkeys(_short(axis.periods[i]) for i in (start, end))
        named = written and {start, end} <= ticked
        for text in ["(partiel)"] if named else [f"{'–'.join(names)} (partiel)", "(partiel)"]:
            half = style.text_width(text, style.SMALL) / 2
            centre = min(((start + end) / 2 + 0.5) * step, axis.width + after - half)
            centre = max(centre, half - before)
            if centre - half < free:
                continue
            free = centre + half + 4
            ax.annotate(text, (centre, -down), xycoords="axes points",
                        ha="center", va="top", size=style.SMALL, color=style.GREY,
                        annotation_clip=False)  # fmt: skip
            break


# --- What happened to a line: an action, a change of measure, an outage, marked where it was

_DASHES = {"action": (0, (4, 3)), "measure": (0, (6, 2, 1, 2)), "outage": (0, (1, 2))}
_NEAR = 10.0  # between a line and the letter of what happened to it, in points


class _Mark(NamedTuple):
    """What happened, the letter by which a drawing names it, and where it is on the time axis."""

    letter: str
    x: float
    event: Action

    @property
    def words(self) -> str:
        """What happened, of which kind it is, and when: "Une lettre (action, 1er mars 2025)"."""
        event = self.event
        return f"{event.title} ({KINDS[event.kind]}, {french.day_label(event.date)})"


EventMarks = dict[str, list[_Mark]]  # by the name of the line


def event_marks(
    series: Mapping[str, pd.DataFrame], periods: Sequence[str], events: Sequence[Action]
) -> EventMarks:
    """What happened to each line while it is seen, with a letter each, the oldest first."""
    marks: EventMarks = {name: [] for name in series}
    letters = iter(ascii_uppercase)
    for event in sorted(events, key=lambda event: (event.date, event.id)):
        place = _place(event.date, periods)
        touched = [name for name, rows in series.items() if _touches(event, rows)]
        if place is not None and touched and (letter := next(letters, None)):
            for name in touched:
                marks[name].append(_Mark(letter, place, event))
    return marks


def _touches(event: Action, rows: pd.DataFrame) -> bool:
    """Whether something happened to a line, by what its devices measure."""
    keys = ["indicator", "product", "device"]
    told = rows.dropna(subset=["indicator"]).drop_duplicates(keys)[keys]
    return any(touches(event, row) for row in estimates.records(told))


def _place(day: date, periods: Sequence[str]) -> float | None:
    """Where a day is among periods, each a step wide; nothing where no period is before it."""
    for i, period in enumerate(map(Period, periods)):
        if period.start <= day <= period.end:
            length = (period.end - period.start).days + 1
            place = i - 0.5 + (day - period.start).days / length
            return place if place > -0.5 else None
    return None


def each_event(found: EventMarks) -> list[_Mark]:
    """What happened to some line, in the order of their letters."""
    return sorted({mark.letter: mark for own in found.values() for mark in own}.values())


def events_described(found: EventMarks) -> list[str]:
    """What happened to lines, for an alternative text."""
    told = []
    for mark in each_event(found):
        names = " et ".join(name for name, own in found.items() if mark in own)
        told.append(f"{names}, repère {mark.letter} : {mark.words}.")
    return told


def carrying(made: Output, found: EventMarks) -> Output:
    """The output of a chart, which says what its letters mark: id, and words of it."""
    told = [
        {"id": mark.event.id, "title": mark.event.title, "words": mark.words}
        for mark in each_event(found)
    ]
    return Output(made.shown, {**made.content, "events": told}) if told else made


def draw_events(ax: style.Axes, rows: pd.DataFrame, own: Sequence[_Mark], colour: str = "") -> None:
    """Mark what happened to a line: across its axes or, where others share them, on the line."""
    low, high = ax.get_ylim()
    values = rows["estimate"].to_numpy(float)
    known = np.flatnonzero(~np.isnan(values))
    for mark in own:
        if not colour:
            right = mark.x > 0.9 * len(rows)
            ax.axvline(mark.x, color=style.GREY, linewidth=0.9, linestyle=_DASHES[mark.event.kind])
            ax.annotate(mark.letter, (mark.x, high), (-3 if right else 3, 0),
                        textcoords="offset points", ha="right" if right else "left", va="top",
                        size=style.SMALL, weight="bold")  # fmt: skip
        elif len(known):
            y = float(np.interp(mark.x, known, values[known]))
            up = -1 if y > low + 0.8 * (high - low) else 1
            rule = {"arrowstyle": "-", "color": colour, "linewidth": 1.4, "shrinkA": 0,
                    "shrinkB": 0, "linestyle": _DASHES[mark.event.kind]}  # fmt: skip
            ax.annotate(mark.letter, (mark.x, y), (0, up * _NEAR), textcoords="offset points",
                        ha="center", va="bottom" if up > 0 else "top", size=style.SMALL,
                        weight="bold", arrowprops=rule)  # fmt: skip


_ALONE, _SEVERAL = 8.0, 22.0  # between axes and the names of one line, or of several


class Box(NamedTuple):
    """Where axes stand, from the figure's upper left corner."""

    left: float
    top: float
    width: float
    height: float


class LineLabel(NamedTuple):
    """What names a line beside its axes, and the point that it names; NaN where none is shown."""

    text: str
    x: float
    y: float
    leader: bool  # a rule leads to the point; else a sample of the line stands before it
    style: dict[str, Any]  # of the sample


class LabelPlaces(NamedTuple):
    """Names beside axes: the axes' height, and each name's above their foot."""

    height: float
    places: list[float]
    crowded: bool  # whether one is farther from its line than the tallest name is high


def new_axes(
    fig: style.Figure,
    box: Box,
    x_ends: tuple[float, float],
    x_ticks: tuple[Sequence[float], Sequence[str]],
    y_ticks: Sequence[float],
    unit: str,
) -> style.Axes:
    """Axes without a line yet: places and labels along their foot, values along their side."""
    ax = style.axes(fig, *box)
    ax.set_xlim(*x_ends)
    ax.set_ylim(y_ticks[0], y_ticks[-1])
    ax.set_xticks(*x_ticks)
    ax.set_yticks(y_ticks, charts.tick_labels(y_ticks, unit))
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8, clip_on=False)
    if y_ticks[0] < 0:
        ax.axhline(0, color=style.GREY, linewidth=0.8)
        ax.spines["bottom"].set_visible(False)
    return ax


def tick_width(y_ticks: Sequence[float], unit: str) -> float:
    """The room that values need beside axes."""
    return max(map(style.text_width, charts.tick_labels(y_ticks, unit))) + 6


def labels_width(texts: Sequence[str]) -> float:
    """The room that names need beside axes, with what leads to their lines."""
    gap = _SEVERAL if len(texts) > 1 else _ALONE
    return max(map(style.text_width, texts)) + gap + 4


def place_labels(
    texts: Sequence[str], values: Sequence[float], y_ticks: Sequence[float], least: float
) -> LabelPlaces:
    """Where names stand, level with values; at the foot where there is none; axes may grow."""
    block = max((text.count("\n") + 1) * style.LINE for text in texts) + 3
    height = max(least, block * len(texts) + 10)
    span = y_ticks[-1] - y_ticks[0]
    wanted = [(y - y_ticks[0]) / span * height if y == y else 0.0 for y in values]
    places = style.spread(wanted, block, block / 2 - 6, height - block / 2 + 6)
    moved = [abs(a - b) for a, b, y in zip(wanted, places, values, strict=True) if y == y]
    return LabelPlaces(height, places, max(moved, default=0.0) > block)


def draw_labels(
    fig: style.Figure, ax: style.Axes, box: Box, names: Sequence[LineLabel], found: LabelPlaces
) -> None:
    """Write names beside axes; a rule to the end of a line would cross others like a line."""
    several = len(names) > 1
    gap = _SEVERAL if several else _ALONE
    for i, (name, place) in enumerate(zip(names, found.places, strict=True)):
        rule = {"arrowstyle": "-", "color": style.PALETTE[i], "linewidth": 0.8, "shrinkA": 0,
                "shrinkB": 5, "relpos": (0, 0.5)}  # fmt: skip
        shown = name.y == name.y
        ax.annotate(
            name.text, (name.x, name.y) if shown else (ax.get_xlim()[1], ax.get_ylim()[0]),
            (box.width + gap, place), textcoords="axes points", va="center", linespacing=1.15,
            annotation_clip=False, color=style.INK if shown else style.GREY,
            arrowprops=rule if name.leader and several else None,
        )  # fmt: skip
        if several and not name.leader:
            first = box.top + box.height - place - name.text.count("\n") * style.LINE / 2
            style.legend_line(fig, box.left + box.width + 3, first, i, **name.style)


# --- How a line is drawn on its axes: lines, bands, points, and what has none

_MARKER = 4.7


def _line(ax: style.Axes, x: Any, y: Any, **look: Any) -> None:
    """A line through values that follow each other, as matplotlib's `look` says."""
    import seaborn as sns

    look = {"markersize": _MARKER, "markeredgewidth": 1.2, "clip_on": False, **look}
    sns.lineplot(x=x, y=y, estimator=None, errorbar=None, legend=False, ax=ax, **look)


def _runs(known: Sequence[bool]) -> list[list[int]]:
    """The places of what is known and follows each other, each run as a list."""
    parts = groupby(range(len(known)), key=lambda x: known[x])
    return [[*places] for there, places in parts if there]


def complete(rows: pd.DataFrame) -> list[bool]:
    """Which periods have a value, and are not partial."""
    pairs = zip(rows["estimate"], rows["status"], strict=True)
    return [value == value and status != "partial" for value, status in pairs]


def interval_notes(series: list[pd.DataFrame]) -> list[str]:
    """Explain how intervals are drawn: as bands along lines, as vertical lines at points alone."""
    banded = any(_known(rows, r) for rows in series for r in _runs(complete(rows)) if len(r) > 1)
    alone = any(_known(rows, _isolated(rows)) for rows in series)
    return charts.chart_notes("interval_notes", banded, alone)


def _isolated(rows: pd.DataFrame) -> list[int]:
    """The places whose interval no band can show: without neighbours, or of a partial period."""
    lone = [run[0] for run in _runs(complete(rows)) if len(run) == 1]
    partial = [x for x, status in enumerate(rows["status"]) if status == "partial"]
    return sorted([*lone, *partial])


def _known(rows: pd.DataFrame, places: list[int]) -> bool:
    return bool(rows["ci_low"].iloc[places].notna().any())


def draw_line(
    ax: style.Axes, rows: pd.DataFrame, i: int, marked: int = 0, thin: bool = False
) -> None:
    """The `i`-th line: solid between whole periods, dotted to a partial one, broken at gaps."""
    colour, marker, statuses = style.PALETTE[i], style.MARKERS[i], rows["status"].tolist()
    xs = rows["x"].to_numpy() if "x" in rows else np.arange(len(rows))
    values, low, high = rows[["estimate", "ci_low", "ci_high"]].to_numpy().T
    shown = [value == value for value in values]
    found = _runs(complete(rows))
    around = [False, *shown, False]
    filled = {
        x
        for run in found
        for x in run
        if statuses[x] != "low_base"
        and (len(values) <= marked or x == found[-1][-1] or not (around[x] or around[x + 2]))
    }
    for run in found:
        _line(ax, xs[run], values[run], color=colour, linestyle=style.DASHES[i],
             linewidth=1.0 if thin else 1.8, marker=marker, markeredgecolor=colour,
             markevery=[at for at, x in enumerate(run) if x in filled])  # fmt: skip
        if _known(rows, run) and not thin:
            ax.fill_between(xs[run], low[run], high[run], color=colour, alpha=0.15, linewidth=0)
    for pair in map(list, pairwise(range(len(values)))):
        if all(shown[x] for x in pair) and any(statuses[x] == "partial" for x in pair):
            ax.plot(xs[pair], values[pair], color=colour, linestyle=(0, (1, 2)), linewidth=1.5)
    if lone := [x for x in _isolated(rows) if low[x] == low[x]]:
        ax.vlines(xs[lone], low[lone], high[lone], color=colour, linewidth=1.4)
    marks = ("partial",) if thin else ("partial", "low_base")
    if hollow := [x for x, status in enumerate(statuses) if status in marks]:
        ax.scatter(xs[hollow], values[hollow], s=_MARKER**2, facecolor="white", edgecolor=colour,
                   linewidth=1.2, marker=marker, clip_on=False, zorder=4)  # fmt: skip


def suppressed(rows: pd.DataFrame) -> list[int]:
    """The places of withheld values of a line that has others."""
    found = [x for x, status in enumerate(rows["status"]) if status == "suppressed"]
    return found if rows["estimate"].notna().any() else []


def mark_suppressed(ax: style.Axes, *series: pd.DataFrame) -> None:
    """An "s" on the foot of axes under each withheld value, or several of one place."""
    for x in sorted({x for rows in series for x in suppressed(rows)}):
        ax.annotate("s", (x, ax.get_ylim()[0]), (0, 2), textcoords="offset points",
                    ha="center", size=style.SMALL, color=style.GREY)  # fmt: skip


def draw_background(ax: style.Axes, rows: pd.DataFrame, begins: bool = False) -> None:
    """A thin grey line, with its band, that another is seen against; where it `begins` is named."""
    found = _runs(complete(rows))
    for run in found:
        value, low, high = rows[["estimate", "ci_low", "ci_high"]].iloc[run].to_numpy().T
        ax.fill_between(run, low, high, color=style.GREY, alpha=0.25, linewidth=0)
        _line(ax, run, value, color=style.GREY, linewidth=0.9, alpha=0.8)
    if begins and found:
        at = found[0][0]
        ax.axvline(at, color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        left = at > len(rows) / 2
        ax.annotate(dated(str(rows.index[at]), ""), (at, ax.get_ylim()[0]), (-3 if left else 3, 3),
                    textcoords="offset points", ha="right" if left else "left", size=style.SMALL,
                    color=style.GREY)  # fmt: skip


# --- How a line goes, in words: where it starts and ends, and its extremes between


def describe_lines(
    points: Sequence[tuple[float, str]],
    write: Callable[[float, int], str],
    *,
    start: str = "",
    extremes: bool = True,
    trend: bool = False,
) -> str:
    """Say how a line goes by its values and their places, if any; none is said twice."""
    if not points:
        return ""
    values = [value for value, _ in points]
    fine = next((d for d in (1, 2, 3) if write(values[0], d) != write(values[-1], d)), 1)
    told = [{"estimate": x, "place": place, "text": write(x, fine)} for x, place in points]
    way = ""
    if trend and len(points) > 2:
        steps = [b - a for a, b in pairwise(values)]
        way = "baisser" if min(steps) >= 0 else "remonter" if max(steps) <= 0 else ""
    return charts.in_words("course", told, start, way, extremes).strip()
