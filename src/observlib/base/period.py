"""Quarters, and the arithmetic that an observatory needs of them; the French working days."""

from __future__ import annotations

import math
import os
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

from observlib.base.errors import UsageError


def today() -> date:
    """The day of the work: this machine's, or that of `SOURCE_DATE_EPOCH` where it is set.

    That variable makes a build of a day again on another one: a number of seconds since 1970, of
    which the day in UTC counts (https://reproducible-builds.org/specs/source-date-epoch/).
    """
    moment = os.environ.get("SOURCE_DATE_EPOCH")
    if not moment:
        return date.today()
    try:
        return datetime.fromtimestamp(int(moment), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"SOURCE_DATE_EPOCH={moment}: is no number of seconds since 1970; unset it, or write "
            "such as `$(date -d 2026-11-15 +%s)`"
        ) from error


def epoch(day: date) -> int:
    """The seconds since 1970 at which a day begins in UTC, as `SOURCE_DATE_EPOCH` has them.

    >>> epoch(date(2026, 11, 16))
    1794787200
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def edition_day(published: str, revisions: Iterable[str]) -> date:
    """The day that an edition bears: of its last revision, or else of its publication.

    >>> edition_day("2026-11-16", ["2026-12-01"]).isoformat()
    '2026-12-01'
    """
    return date.fromisoformat([published, *revisions][-1])


class Period(str):
    """A span of days, written as an estimate's period: a year, quarter, month, day, or first/last.

    A source's own words for when are a period of no kind, whose days are not known.

    Examples
    --------
    >>> [Period(one).kind for one in ("2026", "2026-T3", "2026-07", "2026-07-14", "été 2026")]
    ['year', 'quarter', 'month', 'day', '']
    >>> winter = Period("2025-11/2026-02")
    >>> winter.kind, winter.first, winter.last, str(winter.end)
    ('span', '2025-11', '2026-02', '2026-02-28')
    """

    @property
    def kind(self) -> str:
        """`year`, `quarter`, `month`, `day`, `span` or `""`."""
        if not self.days:
            return ""
        if "/" in self:
            return "span"
        return "quarter" if "T" in self else {4: "year", 7: "month", 10: "day"}[len(self)]

    @property
    def first(self) -> Period:
        """What it begins with: itself, where it is no span."""
        return Period(self.partition("/")[0])

    @property
    def last(self) -> Period:
        """What it ends with: itself, where it is no span."""
        return Period(self.partition("/")[2] or self)

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day; none where they are not known."""
        try:
            return _ends(self.first)[0], _ends(self.last)[1]
        except ValueError:
            return None

    @property
    def start(self) -> date:
        """First day."""
        return _ends(self.first)[0]

    @property
    def end(self) -> date:
        """Last day."""
        return _ends(self.last)[1]

    @property
    def months(self) -> tuple[str, ...]:
        """Its months as `YYYY-MM`: those of a quarter, a month or a span of months, else none.

        >>> Period("2026-T3").months, Period("2026-11/2027-01").months, Period("2026").months
        (('2026-07', '2026-08', '2026-09'), ('2026-11', '2026-12', '2027-01'), ())
        """
        return _months(self)


class Quarter(Period):
    """A calendar quarter, written `2026-T3` (*trimestre*), from which others are counted.

    Any other spelling raises `UsageError` with the nearest right one.

    Examples
    --------
    >>> quarter = Quarter("2026-T3")
    >>> quarter.start.isoformat(), quarter.end.isoformat(), quarter.months[0]
    ('2026-07-01', '2026-09-30', '2026-07')
    >>> quarter - 4, quarter + 2
    ('2025-T3', '2027-T1')
    """

    def __new__(cls, text: str) -> Quarter:
        spelled = str(text).strip()
        if re.fullmatch(r"(19|2\d)\d\d-T[1-4]", spelled, re.ASCII):
            return super().__new__(cls, spelled)
        near = re.fullmatch(r"(\d{4})[-\s]?[QT]([1-4])", spelled.upper(), re.ASCII)
        hint = f"; write {near[1]}-T{near[2]}" if near else ""
        raise UsageError(
            f"quarter {str(text)!r}: not a quarter; "
            f"quarters are YYYY-T1 to YYYY-T4, such as 2026-T3{hint}"
        )

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that holds a day."""
        return str.__new__(cls, f"{day.year:04d}-T{(day.month + 2) // 3}")

    @classmethod
    def last_complete(cls, today: date) -> Quarter:
        """The latest quarter that had ended before `today`."""
        return cls.of(today) - 1

    @property
    def year(self) -> int:
        """The calendar year."""
        return int(self[:4])

    @property
    def number(self) -> int:
        """From 1 to 4."""
        return int(self[-1])

    def back(self, count: int) -> list[Quarter]:
        """The `count` quarters that end with this one, oldest first."""
        return [self - i for i in reversed(range(count))]

    def __add__(self, quarters: int) -> Quarter:  # type: ignore[override]
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter.of(date(index // 4, index % 4 * 3 + 1, 1))

    def __sub__(self, quarters: int) -> Quarter:
        return self + -quarters


def month_days(month: str) -> int:
    """Number of days of a month written `YYYY-MM`.

    >>> month_days("2024-02")
    29
    """
    return Period(month).end.day


def months_between(first: str, last: str) -> Iterator[str]:
    """Every month from `first` to `last`, both included, as `YYYY-MM`."""
    year, number = map(int, first.split("-"))
    while (current := f"{year:04d}-{number:02d}") <= last:
        yield current
        year, number = year + number // 12, number % 12 + 1


@lru_cache(4096)  # frames repeat few periods in many rows
def _months(period: Period) -> tuple[str, ...]:
    if period.kind == "quarter" or {period.first.kind, period.last.kind} == {"month"}:
        return tuple(months_between(f"{period.start:%Y-%m}", f"{period.end:%Y-%m}"))
    return ()


@lru_cache(4096)
def _ends(period: str) -> tuple[date, date]:
    """First and last day of a year, quarter, month or day."""
    found = re.fullmatch(r"(\d{4})(?:-(?:T([1-4])|(\d\d)(?:-(\d\d))?))?", period, re.ASCII)
    if found is None:
        raise ValueError(f"{period!r} is no period")
    year, quarter, month, day = (int(part or 0) for part in found.groups())
    first, last = (3 * quarter - 2, 3 * quarter) if quarter else (month or 1, month or 12)
    return date(year, first, day or 1), date(year, last, day or monthrange(year, last)[1])


# --- The French calendar: public holidays, and the working days of a month

# Every weekday falls on every date of the year in 28 years, leap days included.
_CYCLE = range(2000, 2028)


@cache
def public_holidays(year: int) -> tuple[date, ...]:
    """The days of a year that are public holidays in metropolitan France.

    Eleven now, and ten in 1948–1952 and 1959–1981 but 1965, when 8 May was none: law 53-225 of 20
    March 1953 made it one, decree 59-533 of 11 April 1959 moved the day to a Sunday, a decree of 1
    April 1965 gave it back for the twentieth anniversary alone, and law 81-893 of 2 October 1981
    for good.

    Sources: Code du travail, article L3133-1; of 8 May, the *Journal officiel* as told by
    https://menilmontant.typepad.fr/jorf/2013/05/9-mai-sans.html. The days that Alsace-Moselle
    (L3134-13) and the overseas départements add are not among them.
    """
    if not 1948 <= year <= 9998:
        raise ValueError(f"{year}: the list of public holidays is that of the years since 1948")
    from pandas.tseries.offsets import Easter  # who asks for a period alone need not wait for it

    easter = (datetime(year, 1, 1) + Easter()).date()
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    days = {date(year, month, day) for month, day in fixed}
    if year < 1953 or (1959 <= year < 1982 and year != 1965):
        days.remove(date(year, 5, 8))
    moving = {easter + timedelta(days=after) for after in (1, 39, 50)}  # Ascension is the second
    return tuple(sorted(days | moving))  # a set: in 2008, Ascension fell on 1 May


@cache
def working_days(month: str) -> int:
    """Days from Monday to Friday of a month `YYYY-MM` that are no public holiday."""
    year, number = map(int, month.split("-"))
    days = (date(year, number, day) for day in range(1, month_days(month) + 1))
    return sum(day.weekday() < 5 and day not in public_holidays(year) for day in days)


@cache
def usual_working_days(number: int) -> float:
    """Mean number of working days of a calendar month (1 to 12), over the 28 years 2000–2027.

    After 28 years each date has fallen on each weekday as often, Easter's days aside.

    >>> round(usual_working_days(5), 2), round(usual_working_days(10), 2)
    (19.25, 22.14)
    """
    return sum(working_days(f"{year}-{number:02d}") for year in _CYCLE) / len(_CYCLE)


def working_day_deviation(month: str) -> float:
    """Working days of a month `YYYY-MM` less those that the same calendar month usually has.

    What is left once the season is accounted for, so that the two are not confounded: the
    centring on long-term means that the *ESS guidelines on seasonal adjustment* (Eurostat, 2015)
    ask of calendar regressors.

    >>> round(working_day_deviation("2026-05"), 2)
    -2.25
    """
    return working_days(month) - usual_working_days(int(month[5:]))


def length_deviation(month: str) -> float:
    """Logarithm of a month's number of days over the mean of the same calendar month.

    Zero but in February, which has 28.25 days on average: a count grows with the days counted.

    >>> [round(length_deviation(month), 4) for month in ("2024-02", "2025-02", "2025-03")]
    [0.0262, -0.0089, 0.0]
    """
    usual = 28.25 if month.endswith("-02") else month_days(month)
    return math.log(month_days(month) / usual)
