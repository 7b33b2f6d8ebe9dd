"""The quarters that the demonstration covers, and the shape of a year in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from observlib.base.period import Quarter, month_days, months_between

FIRST, LAST = Quarter("2023-T1"), Quarter("2026-T3")
YEARS = f"{FIRST.year}-{LAST.year}"
QUARTERS = LAST.back(15)
MONTHS = list(months_between(FIRST.months[0], LAST.months[2]))
MONTH_FACTORS = (1.10, 1.00, 1.06, 1.02, 0.98, 0.94, 0.86, 0.78, 1.12, 1.10, 1.04, 1.00)


def days_of(month: str) -> Iterator[date]:
    """Every day of a month written `YYYY-MM`."""
    first = date.fromisoformat(f"{month}-01")
    for i in range(month_days(month)):
        yield first + timedelta(days=i)


def quarter_of(period: str) -> str:
    """The quarter of a day, or of a month written `YYYY-MM`."""
    return str(Quarter.of(date.fromisoformat(f"{period[:7]}-01")))
