"""What happened to a line: an action, a change of measure, an outage, marked where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import bounds
from observlib.display import style
from observlib.display.output import Output
from observlib.language import french
from observlib.records.actions import KINDS, Action, touches

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


def marks(
    series: Mapping[str, pd.DataFrame], periods: Sequence[str], events: Sequence[Action]
) -> Marks:
    """What happened to each line while it is seen, with a letter each, the oldest first.

    Parameters
    ----------
    series
        The estimates of each line, by its name.
    periods
        Those of the time axis, in turn.
    events
        What happened, to these lines and to others.
    """
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


def notes(found: Marks) -> list[str]:
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


def draw(ax: Axes, rows: pd.DataFrame, own: Sequence[Mark], colour: str = "") -> None:
    """Mark what happened to a line: across its axes or, where others share them, on the line.

    Parameters
    ----------
    colour
        Of the line, where others share its axes.
    """
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
