"""What a series is regressed on: its season, its working days, and steps at given moments."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from observlib.working_days import working_day_deviation

Array = NDArray[np.float64]


def position(period: str) -> int:
    """The rank of a month `YYYY-MM` or quarter `YYYY-Tn` among those of all time.

    Raises
    ------
    ValueError
        Where the text is neither.

    Examples
    --------
    >>> position("2026-01") - position("2025-12"), position("2026-T1") - position("2025-T4")
    (1, 1)
    """
    match = re.fullmatch(r"(\d{4})-(?:(0[1-9]|1[0-2])|T([1-4]))", period, re.ASCII)
    if match is None:
        raise ValueError(f"{period!r}: a series is of months YYYY-MM or of quarters YYYY-Tn")
    year, month, quarter = match.groups()
    return int(year) * 12 + int(month) - 1 if month else int(year) * 4 + int(quarter) - 1


def cycle(period: str) -> int:
    """How many periods a year has: 12 months or 4 quarters.

    Examples
    --------
    >>> cycle("2026-01"), cycle("2026-T1")
    (12, 4)
    """
    return 4 if "T" in period else 12


def positions(periods: Sequence[str]) -> NDArray[np.int64]:
    """The rank of each period of a series.

    Raises
    ------
    ValueError
        Where months and quarters are mixed, or periods do not follow one another.
    """
    ranks = np.array([position(period) for period in periods], dtype=np.int64)
    if len({cycle(period) for period in periods}) > 1 or (np.diff(ranks) <= 0).any():
        raise ValueError(f"periods are of one kind, each once, oldest first: {list(periods)[:5]}")
    return ranks


def season(periods: Sequence[str], pairs: int) -> Array:
    """Columns of the year's first harmonics: a cosine and a sine of each.

    With as many pairs as half a year's periods, they fit every figure that repeats each year, as
    one indicator a month would; with one pair, a single smooth wave.

    Examples
    --------
    >>> season(["2026-01", "2026-02"], 6).shape, season(["2026-T1", "2026-T2"], 1).shape
    ((2, 11), (2, 2))
    """
    if not periods or pairs == 0:
        return np.empty((len(periods), 0))
    length = cycle(periods[0])
    angles = 2 * np.pi * (positions(periods) % length) / length
    columns = []
    for harmonic in range(1, min(pairs, length // 2) + 1):
        columns.append(np.cos(harmonic * angles))
        if 2 * harmonic < length:  # at the last, the sine is zero
            columns.append(np.sin(harmonic * angles))
    return np.column_stack(columns)


def working(months: Sequence[str]) -> Array:
    """One column: the working days of each month, less what that calendar month usually has."""
    return np.array([[working_day_deviation(month)] for month in months])


def step_and_ramp(times: NDArray[np.int64], start: int) -> Array:
    """Two columns: 1 from `start` on, and the periods gone since then (0 at `start`).

    Examples
    --------
    >>> step_and_ramp(np.array([1, 2, 3, 4]), 3).tolist()
    [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    """
    since = (times >= start).astype(float)
    return np.column_stack([since, np.maximum(times - start, 0.0)])
