"""From parsed cells to what a loader returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from observlib.catalogue import tables
from observlib.loaders import Loaded


def is_complete(end: date, extracted: date | None, today: date | None = None) -> bool:
    """Whether a period that ends on `end` was over when its export was made.

    It was if it ended before the day of the export, where that day is known, and in any case
    before today: the day of an export is never complete.

    Examples
    --------
    >>> last = date(2026, 3, 31)
    >>> is_complete(last, date(2026, 4, 1)), is_complete(last, last)
    (True, False)
    """
    return end < (today or date.today()) and (extracted is None or end < extracted)


def are_complete(ends: pd.Series, extracted: date | None) -> pd.Series:
    """Whether each of many periods, by its last day, was over when its export was made.

    Examples
    --------
    >>> are_complete(pd.Series(pd.to_datetime(["2026-03-31"])), date(2026, 4, 1)).tolist()
    [True]
    """
    return ends.map({day: is_complete(day.date(), extracted) for day in ends.dropna().unique()})


def day_fault(day: date) -> str | None:
    """Why a day is no day that a device can have heard, or `None` where it may be.

    Days that are merely too old or in the future are for `tables.conform` to tell; those refused
    here are beyond what a pandas timestamp in nanoseconds can hold.

    Examples
    --------
    >>> day_fault(date(206, 3, 1))
    'is in the year 0206; check the year'
    """
    return None if 1900 <= day.year <= 2200 else f"is in the year {day.year:04d}; check the year"


def period_fault(start: date, end: date) -> str | None:
    """Why an audience row cannot cover this period, or `None` where it can.

    Examples
    --------
    >>> period_fault(date(2026, 3, 30), date(2026, 4, 5))
    'covers more than one month; export by day or by month'
    """
    if (fault := day_fault(start) or day_fault(end)) is not None:
        return fault
    if end < start:
        return "ends before it starts"
    if (start.year, start.month) != (end.year, end.month):
        return "covers more than one month; export by day or by month"
    return None


def days(values: Sequence[date | None]) -> np.ndarray:
    """Days as pandas keeps them in the tidy tables: any year, `None` as NaT."""
    return np.array(values, dtype="datetime64[us]")


def settle(
    path: Path,
    table: str,
    frame: pd.DataFrame,
    rejects: Sequence[Mapping[str, Any]],
    notices: Sequence[str] = (),
    seen: tables.Seen | None = None,
) -> Loaded:
    """Hold a frame to its table's contract, and join both kinds of rejected rows by place."""
    kept, more = tables.conform(frame, table, path.name, seen)
    return Loaded(table, kept, rejects_of(rejects, more), tuple(notices))


def rejects_of(own: Sequence[Mapping[str, Any]], more: pd.DataFrame) -> pd.DataFrame:
    """Rejected rows and more of them, by their place in the file."""
    frame = pd.DataFrame(own, columns=tables.REJECT_COLUMNS)
    return pd.concat([frame, more]).sort_values("row", kind="stable", ignore_index=True)
