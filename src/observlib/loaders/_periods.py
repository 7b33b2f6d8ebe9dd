"""Periods as exports and names of files tell them: days, months, quarters, years, ranges of them.

They are read in ISO form and in English, French and German words. Days in digits alone such as
`01/03/2026` are not: they are one day for some and another for others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.base.text import fold
from observlib.catalogue import Column, Device
from observlib.loaders._moments import MONTHS
from observlib.loaders._rows import day_fault
from observlib.loaders._text import parse_count, parse_month

# --- Days that people write with slashes: the French way, unless their column shows another

_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/\d{4}(?!\d)", re.ASCII)


def french_day(text: str) -> date | None:
    """A day written `dd/mm/yyyy` (a time of day may follow), or `None`.

    Examples
    --------
    >>> french_day("08/04/2022"), french_day("31/02/2022")
    (datetime.date(2022, 4, 8), None)
    """
    match = re.fullmatch(r"(\d{2}/\d{2}/\d{4})(?: \d{2}:\d{2}(?::\d{2})?)?", text, re.ASCII)
    try:
        return datetime.strptime(match[1], "%d/%m/%Y").date() if match else None
    except ValueError:
        return None


def months_first(texts: Mapping[int, str]) -> dict[int, str]:
    """Why days such as `05/06/2026` cannot be read: another of their column has its month first.

    One such day shows that the column was written, at least in part, by a tool set to English.

    Examples
    --------
    >>> months_first({2: "05/06/2026", 3: "3/31/2026", 4: "28/02/2026"})
    {2: 'may have its month first, as row 3 has; write YYYY-MM-DD'}
    >>> months_first({2: "05/06/2026", 3: "31/03/2026"})
    {}
    """
    parts = {
        line: (int(match[1]), int(match[2]))
        for line, text in texts.items()
        if (match := _SLASHED.match(text))
    }
    shows = next((line for line, (a, b) in parts.items() if 1 <= a <= 12 < b <= 31), None)
    if shows is None:
        return {}
    why = f"may have its month first, as row {shows} has; write YYYY-MM-DD"
    return {line: why for line, (a, b) in parts.items() if a != b and max(a, b) <= 12}


# --- Durations that exports write: a clock, words in some languages, or numbers of a unit

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


Span = tuple[date, date]
_WEEKDAYS = {
    name
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun",
        "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so",
    )
    for name in names.split()
}
_RANGE = re.compile(
    r"(?:(?:from|de|du|von|week|semaine|woche) )?(.+?) ?(?: to | au | a | bis | - |[–—/]) ?(.+)"
)
_YEARS = re.compile(r"([12]\d{3})-([12]\d{3})", re.ASCII)
_NAMED = re.compile(
    r"(?<!\d)\d{4}-(?:T[1-4]|(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)(?!-?\d)", re.ASCII
)


def parse_period(text: str) -> Span | None:
    """First and last day of a period, or `None`; the last may be before the first.

    Examples
    --------
    >>> [str(day) for day in parse_period("From 2009-12-28 to 2010-01-03")]
    ['2009-12-28', '2010-01-03']
    >>> parse_period("1er mars 2010") == parse_period("Monday, March 1, 2010")
    True
    >>> [str(day) for day in parse_period("2026-T3")], parse_period("01/03/2010")
    (['2026-07-01', '2026-09-30'], None)
    """
    if len(text) > 100:
        return None
    text = fold(text)
    if (single := _single(text)) is not None:
        return single
    pair = text.split(",") if text.count(",") == 1 else None
    if pair is None and (match := _YEARS.fullmatch(text) or _RANGE.fullmatch(text)):
        pair = [match[1], match[2]]
    if pair is None:
        return None
    first, last = _single(pair[0].strip()), _single(pair[1].strip())
    return (first[0], last[1]) if first and last else None


def month_of(text: str) -> Span | str:
    """First and last day of a month, or why it is none that a device can have counted.

    A month is `2026-03`, `03/2026`, `mars 2026` or its first day in ISO.

    Examples
    --------
    >>> [str(month_of(text)[0]) for text in ("2026-03", "03/2026", "Février 2024", "2026-03-01")]
    ['2026-03-01', '2026-03-01', '2024-02-01', '2026-03-01']
    >>> month_of("13/2026"), month_of("02/0024")
    ('is no month; write 2026-03, 03/2026 or mars 2026', 'is in the year 0024; check the year')
    """
    text = re.sub(r"^(\d{2})/(\d{4})$", r"\2-\1", text.strip(), flags=re.A)
    span = _single(fold(re.sub(r"^(\d{4}-\d{2})-01$", r"\1", text, flags=re.A)))
    if span is None or not 27 <= (span[1] - span[0]).days <= 30:
        return "is no month; write 2026-03, 03/2026 or mars 2026"
    return day_fault(span[0]) or span


def _single(text: str) -> Span | None:
    """A day, month, quarter or year of folded text."""
    if (month := parse_month(text)) is not None:
        return month
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.A):
        year, number, day = map(int, text.split("-"))
        return _day(year, number, day)
    if re.fullmatch(r"[12]\d{3}-t[1-4]", text, re.A):
        quarter = Quarter(int(text[:4]), int(text[-1]))
        return quarter.start, quarter.end
    if re.fullmatch(r"[12]\d{3}", text, re.A):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    if not re.fullmatch(r"[a-z0-9 .,]+", text, re.A):
        return None
    words = re.findall(r"[a-z]+|\d+", re.sub(r"\b1(er|st)\b", "1", text))
    if len(words) == 4 and words[0] in _WEEKDAYS:
        words = words[1:]
    if len(words) not in (2, 3) or not re.fullmatch(r"\d{4}", words[-1]):
        return None
    names = [word for word in words[:-1] if word in MONTHS]
    numbers = [word for word in words[:-1] if re.fullmatch(r"\d{1,2}", word)]
    if len(names) != 1 or len(names) + len(numbers) != len(words) - 1:
        return None
    if numbers:
        return _day(int(words[-1]), MONTHS[names[0]], int(numbers[0]))
    return parse_month(f"{words[-1]}-{MONTHS[names[0]]:02d}")


def _day(year: int, month: int, day: int) -> Span | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found


def day_named(text: str) -> date | None:
    """The day, or the first day of the month or quarter, that a text names last.

    Examples
    --------
    >>> day_named("tests_2026-T3"), day_named("sus_2026-09-14"), day_named("tests_v2")
    (datetime.date(2026, 7, 1), datetime.date(2026, 9, 14), None)
    """
    found = _NAMED.findall(text)
    span = parse_period(found[-1]) if found else None
    return span[0] if span and 1900 <= span[0].year < 2100 else None


def period_named(stem: str) -> str | None:
    """The last month, quarter or day of a file name; two that stand side by side are a range.

    Examples
    --------
    >>> period_named("matomo_demo_2026-03"), period_named("visites 2026-03-01_2026-03-15")
    ('2026-03', '2026-03-01,2026-03-15')
    """
    found = list(_NAMED.finditer(stem))
    if len(found) > 1:
        between = stem[found[-2].end() : found[-1].start()]
        if re.fullmatch(r"[\W_]*(?:to|au|a|à|bis)?[\W_]*", between):
            return f"{found[-2][0]},{found[-1][0]}"
    return found[-1][0] if found else None


def given_period(path: Path, device: Device, rows: int) -> str:
    """The period of an export whose rows do not say it: the device's, or of the file's name."""
    how = (
        "give it as `period: 2026-03` in the device's catalogue entry, or name the file with it, "
        "such as matomo_demo_2026-03.csv; or export with dates"
    )
    if rows > 1:
        raise ObservError(
            f"{path}: {rows} records, and no column or key that says their period (date, "
            "period…); export with dates"
        )
    period = device.period or period_named(path.stem)
    if period is None:
        raise ObservError(f"{path}: the export does not say its period; {how}")
    if parse_period(period) is None:
        raise ObservError(f"{path}: period {period!r} does not exist; {how}")
    return period


def day_made(path: Path) -> date | None:
    """The day on which an export was made, where its file's name ends with one."""
    found = re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", path.stem, re.ASCII)
    day = parse_period(found[-1]) if found else None
    if found and (day is None or day[0] > date.today()):
        raise ObservError(
            f"{path}: the day {found[-1]} of the file's name does not exist or lies in the future; "
            "it tells when the dump was made; rename the file"
        )
    return day[0] if day else None
