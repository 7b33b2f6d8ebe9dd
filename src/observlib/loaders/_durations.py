"""Durations that exports write: a clock, words in some languages, or numbers of a unit."""

from __future__ import annotations

import re
from collections.abc import Callable

from observlib.base.text import fold
from observlib.catalogue import Column
from observlib.loaders._text import parse_count

UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600}
_DAY = 24 * 3600
_WORDS_OF_TIME = {
    word: seconds
    for seconds, words in {
        _DAY: "d day days j jour jours tag tage",
        3600: "h hr hrs hour hours heure heures std stunde stunden",
        60: "m min mins minute minutes minuten",
        1: "s sec secs second seconds seconde secondes sek sekunde sekunden",
    }.items()
    for word in words.split()
}
_LONGEST = 10**12  # of all visits of a month
_CLOCK = re.compile(
    r"(?:(?:(\d{1,5}) ?(?:d|days?|j|jours?|tage?) )?(\d{1,6}):)?(\d{1,4}):([0-5]\d)", re.ASCII
)
_SPOKEN = re.compile(r"(\d{1,9}) ?([a-z]+)\.?", re.ASCII)


def duration_reader(column: Column) -> Callable[[str], int]:
    """A reader of durations in whole seconds: of a clock, or of numbers of the column's unit."""

    def read(text: str) -> int:
        if column.unit in (None, "clock"):
            seconds = parse_seconds(text, bool(column.thousands))
        else:
            found = re.fullmatch(r"\d{1,12}(?:[.,]\d{1,9})?", text, re.ASCII)
            told = float(text.replace(",", ".")) * UNITS[column.unit or "s"] if found else None
            seconds = None if told is None else round(told)
        if seconds is None:
            raise ValueError("is no time; write seconds or hh:mm:ss")
        return seconds

    return read


def short_time(read: Callable[[str], int]) -> Callable[[str], int]:
    """The same reader, for what lasts no longer than a day."""

    def within(text: str) -> int:
        try:
            seconds = read(text)
        except ValueError:
            seconds = -1
        if not 0 <= seconds <= _DAY:
            raise ValueError("is no time up to a day; write seconds or mm:ss")
        return seconds

    return within


def parse_seconds(text: str, commas: bool = False) -> int | None:
    """A duration in whole seconds: a number, a clock or words in some languages; else `None`.

    Examples
    --------
    >>> [parse_seconds(text) for text in ("95", "1:35", "00:01:35", "1 min 35 s", "-5", "1:75")]
    [95, 95, 95, 95, None, None]
    >>> parse_seconds("2 heures 3 min"), parse_seconds("1 day 02:00:01"), parse_seconds("3 s 1 min")
    (7380, 93601, None)
    """
    if (number := parse_count(text, commas)) is not None:
        return None if text.lstrip().startswith("-") or number > _LONGEST else number
    text = fold(text) if len(text) <= 60 else ""
    if match := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        seconds += _DAY * days + 3600 * hours + 60 * minutes
        return None if match[2] and minutes > 59 else seconds
    told = _SPOKEN.findall(text)
    units = [_WORDS_OF_TIME.get(word, 0) for _, word in told]
    ordered = units and 0 not in units and sorted(set(units), reverse=True) == units
    if not ordered or _SPOKEN.sub("", text).strip():
        return None
    return sum(int(number) * unit for (number, _), unit in zip(told, units, strict=True))
