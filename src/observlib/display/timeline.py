"""A time axis in French: every period in turn, and the few of them that are labelled."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter, bounds, months_between
from observlib.display import style
from observlib.display.output import Output
from observlib.language import french
from observlib.records.actions import KINDS, Action, touches

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class TimeAxis(NamedTuple):
    """Periods along axes of a width, in points, and which of them are labelled, and how."""

    periods: list[str]
    width: float
    marks: list[tuple[int, str]]

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


def time_axis(periods: list[str], width: float) -> TimeAxis:
    """The axis of periods on axes that are `width` points wide."""
    return TimeAxis(periods, width, ticks(periods, width / len(periods)))


def axis_periods(found: Iterable[str]) -> list[str]:
    """Every period from the first to the last, so that an absent one leaves a gap.

    Examples
    --------
    >>> axis_periods(["2026-T1", "2025-T3"])
    ['2025-T3', '2025-T4', '2026-T1']
    """
    periods = sorted(set(found))
    if all(re.fullmatch(r"\d{4}-T[1-4]", p, re.ASCII) for p in periods):
        first, last = Quarter.parse(periods[0]), Quarter.parse(periods[-1])
        steps = 4 * (last.year - first.year) + last.number - first.number
        return [str(first + i) for i in range(steps + 1)]
    if all(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", p, re.ASCII) for p in periods):
        return list(months_between(periods[0], periods[-1]))
    if all(re.fullmatch(r"\d{4}", p, re.ASCII) for p in periods):
        return [f"{year:04d}" for year in range(int(periods[0]), int(periods[-1]) + 1)]
    raise ObservError(
        f"line_chart: periods {bounded(periods)} are not on one axis; "
        "allowed: quarters (2026-T3), or months (2026-08), or years (2026)"
    )


def short(period: str) -> str:
    """The period without its year: `T3`, `août`; a year is itself."""
    if "-T" in period:
        return period[-2:]
    return french.month_label(period, short=True) if "-" in period else period


def dated(period: str, last: str) -> str:
    """The period in brief, with its year where that is not the year of the axis's last period.

    Examples
    --------
    >>> dated("2026-T2", "2026-T3"), dated("2024-T4", "2026-T3"), dated("2025", "2026")
    ('T2', 'T4 2024', '2025')
    """
    alone = "-" not in period or period[:4] == last[:4]
    return short(period) if alone else f"{short(period)} {period[:4]}"


def ticks(periods: list[str], step_width: float) -> list[tuple[int, str]]:
    """Which positions of an axis are labelled, and how, where a period takes `step_width` points.

    A label has one or two lines; the second is the year, under the year's first label.

    Examples
    --------
    >>> ticks(["2025-T4", "2026-T1", "2026-T2"], step_width=30)
    [(0, 'T4\\n2025'), (1, 'T1\\n2026'), (2, 'T2')]
    >>> ticks(axis_periods(["2024-11", "2026-08"]), step_width=6)
    [(2, '2025'), (14, '2026')]
    """
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
        made.append((i, short(periods[i]) + (f"\n{year}" if named else "")))
    return made


def name_partial(
    ax: Axes, axis: TimeAxis, partial: set[str], before: float, after: float, written: bool = True
) -> None:
    """Write "(partiel)" under partial periods, once under neighbours.

    The period is named where the axis does not name it. There is room `before` and `after` axes.
    """
    step = axis.width / len(axis.periods)
    ticked = {i for i, text in axis.marks if text.split("\n")[0] == short(axis.periods[i])}
    places = [i for i, period in enumerate(axis.periods) if period in partial]
    down = 6 + axis.lines * style.LINE if written else 7
    free = -before
    for start in (i for i in places if i - 1 not in places):
        end = start
        while end + 1 in places:
            end += 1
        names = dict.fromkeys(short(axis.periods[i]) for i in (start, end))
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

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES = {"action": (0, (4, 3)), "measure": (0, (6, 2, 1, 2)), "outage": (0, (1, 2))}
_NEAR = 10.0  # between a line and the letter of what happened to it, in points


class Mark(NamedTuple):
    """What happened, the letter by which a drawing names it, and where it is on the time axis."""

    letter: str
    x: float
    event: Action


Marks = dict[str, list[Mark]]  # by the name of the line


def event_marks(
    series: Mapping[str, pd.DataFrame], periods: Sequence[str], events: Sequence[Action]
) -> Marks:
    """What happened to each line while it is seen, with a letter each, the oldest first."""
    rows = {name: _told(own) for name, own in series.items()}
    places = {event.id: _place(event.date, periods) for event in events}
    seen = [
        event
        for event in sorted(events, key=lambda event: (event.date, event.id))
        if places[event.id] is not None
        and any(touches(event, row) for told in rows.values() for row in told)
    ]
    letters = {event.id: chr(ord("A") + i) for i, event in enumerate(seen[:26])}
    return {
        name: [
            Mark(letters[event.id], float(places[event.id] or 0.0), event)
            for event in seen[:26]
            if any(touches(event, row) for row in told)
        ]
        for name, told in rows.items()
    }


def _told(rows: pd.DataFrame) -> list[dict[str, str]]:
    """What a line is of: one row of each device."""
    found = rows.dropna(subset=["indicator"]).drop_duplicates(["indicator", "product", "device"])
    return estimates.records(found[["indicator", "product", "device"]])


def _place(day: date, periods: Sequence[str]) -> float | None:
    """Where a day is among periods, each a step wide; nothing where no period is before it."""
    for i, (first, last) in enumerate(map(bounds, periods)):
        if first <= day <= last:
            place = i - 0.5 + (day - first).days / ((last - first).days + 1)
            return place if place > -0.5 else None
    return None


def in_words(event: Action) -> str:
    """What happened, of which kind it is, and when: "Une lettre (action, 1er mars 2025)"."""
    return f"{event.title} ({KINDS[event.kind]}, {french.day_label(event.date)})"


def _each(found: Marks) -> Iterator[Mark]:
    by_letter = {mark.letter: mark for own in found.values() for mark in own}
    return (by_letter[letter] for letter in sorted(by_letter))


def event_notes(found: Marks) -> list[str]:
    """The name of what each letter of a drawing marks."""
    return [f"{mark.letter} : {in_words(mark.event)}." for mark in _each(found)]


def described(found: Marks) -> list[str]:
    """What happened to lines, for an alternative text."""
    return [
        f"{' et '.join(name for name, own in found.items() if mark in own)}, repère "
        f"{mark.letter}\xa0: {in_words(mark.event)}."
        for mark in _each(found)
    ]


def carrying(made: Output, found: Marks) -> Output:
    """The output of a chart, which says what its letters mark: id, and words of it."""
    told = [
        {"id": mark.event.id, "title": mark.event.title, "words": in_words(mark.event)}
        for mark in _each(found)
    ]
    return Output(made.shown, {**made.content, "events": told}) if told else made


def draw_events(ax: Axes, rows: pd.DataFrame, own: Sequence[Mark], colour: str = "") -> None:
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
