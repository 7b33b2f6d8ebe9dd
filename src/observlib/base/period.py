"""Quarters, and the arithmetic that an observatory needs of them."""

from __future__ import annotations

import os
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

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


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter, written `2026-T3` (*trimestre*).

    Examples
    --------
    >>> q = Quarter.parse("2026-T3")
    >>> str(q), q.start.isoformat(), q.end.isoformat()
    ('2026-T3', '2026-07-01', '2026-09-30')
    >>> str(q - 4), str(q + 2)
    ('2025-T3', '2027-T1')
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4 or not 1 <= self.year <= 9998:
            raise ValueError(f"no quarter {self.number} of {self.year}")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read `2026-T3`; any other spelling raises `UsageError` with the nearest right one."""
        match = re.fullmatch(r"(\d{4})-T([1-4])", str(text).strip(), re.ASCII)
        if match and 1900 <= int(match[1]) <= 2999:
            return cls(int(match[1]), int(match[2]))
        near = re.fullmatch(r"(\d{4})[-\s]?[QT]([1-4])", str(text).strip().upper(), re.ASCII)
        hint = f"; write {near[1]}-T{near[2]}" if near else ""
        raise UsageError(
            f"quarter {str(text)!r}: not a quarter; "
            f"quarters are YYYY-T1 to YYYY-T4, such as 2026-T3{hint}"
        )

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that holds a day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def last_complete(cls, today: date) -> Quarter:
        """The latest quarter that had ended before `today`."""
        return cls.of(today) - 1

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """Last day."""
        return (self + 1).start - timedelta(days=1)

    @property
    def months(self) -> tuple[str, str, str]:
        """The three months as `YYYY-MM`."""
        first = 3 * self.number - 2
        one, two, three = (f"{self.year:04d}-{first + i:02d}" for i in range(3))
        return one, two, three

    def back(self, count: int) -> list[Quarter]:
        """The `count` quarters that end with this one, oldest first."""
        return [self - i for i in reversed(range(count))]

    def __str__(self) -> str:
        return f"{self.year:04d}-T{self.number}"

    def __add__(self, quarters: int) -> Quarter:
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def __sub__(self, quarters: int) -> Quarter:
        return self + -quarters


def month_days(month: str) -> int:
    """Number of days of a month written `YYYY-MM`."""
    year, number = map(int, month.split("-"))
    return monthrange(year, number)[1]


def months_between(first: str, last: str) -> Iterator[str]:
    """Every month from `first` to `last`, both included, as `YYYY-MM`."""
    year, number = map(int, first.split("-"))
    while (current := f"{year:04d}-{number:02d}") <= last:
        yield current
        year, number = year + number // 12, number % 12 + 1


def bounds(period: str) -> tuple[date, date]:
    """First and last day of the period of an estimate, in whatever form (see `period_label`).

    >>> [str(day) for day in bounds("2026-T3")], [str(day) for day in bounds("2025-10/2026-02")]
    (['2026-07-01', '2026-09-30'], ['2025-10-01', '2026-02-28'])
    """
    first, _, last = period.partition("/")
    return _ends(first)[0], _ends(last or first)[1]


def _ends(period: str) -> tuple[date, date]:
    found = re.fullmatch(r"(\d{4})(?:-(?:T([1-4])|(\d\d)(?:-(\d\d))?))?", period, re.ASCII)
    if found is None:
        raise ValueError(f"{period!r} is no period")
    if found[2]:
        quarter = Quarter(int(found[1]), int(found[2]))
        return quarter.start, quarter.end
    year, month, day = (int(part) if part else 0 for part in found.group(1, 3, 4))
    last = date(year, month or 12, 1)
    return date(year, month or 1, day or 1), last.replace(
        day=day or monthrange(year, last.month)[1]
    )
