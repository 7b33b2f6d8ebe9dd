"""Dates as French readers expect them, without asking the system for its locale."""

from __future__ import annotations

from datetime import date

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def long_date(day: date) -> str:
    """A date in full.

    Examples
    --------
    >>> long_date(date(2026, 11, 24)), long_date(date(2026, 4, 1))
    ('24\\xa0novembre\\xa02026', '1er\\xa0avril\\xa02026')
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"
