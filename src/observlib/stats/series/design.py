"""What a series is regressed on: its season, its working days, and steps at given moments."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from observlib.base.working_days import working_day_deviation

YEAR = 12


def position(month: str) -> int:
    """The rank of a month `YYYY-MM` among those of all time.

    Raises
    ------
    ValueError
        Where the text is no month.

    Examples
    --------
    >>> position("2026-01") - position("2025-12")
    1
    """
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month, re.ASCII)
    if match is None:
        raise ValueError(f"{month!r}: a series is of months YYYY-MM")
    return int(match[1]) * YEAR + int(match[2]) - 1


def positions(months: Sequence[str]) -> NDArray[np.int64]:
    """The rank of each month of a series.

    Raises
    ------
    ValueError
        Where months do not follow one another.
    """
    ranks = np.array([position(month) for month in months], dtype=np.int64)
    if (np.diff(ranks) <= 0).any():
        raise ValueError(f"months stand each once, oldest first: {list(months)[:5]}")
    return ranks


def season(months: Sequence[str], pairs: int) -> Array:
    """Columns of the year's first harmonics: a cosine and a sine of each.

    Six pairs fit every figure that repeats each year, as one indicator a month would; one pair is
    a single smooth wave.

    Examples
    --------
    >>> season(["2026-01", "2026-02"], 6).shape, season(["2026-01", "2026-02"], 1).shape
    ((2, 11), (2, 2))
    """
    angles = 2 * np.pi * (positions(months) % YEAR) / YEAR
    columns = []
    for harmonic in range(1, pairs + 1):
        columns.append(np.cos(harmonic * angles))
        if 2 * harmonic < YEAR:  # at the last, the sine is zero
            columns.append(np.sin(harmonic * angles))
    return np.column_stack(columns)


def working(months: Sequence[str]) -> Array:
    """One column: the working days of each month, less what that calendar month usually has."""
    return np.array([[working_day_deviation(month)] for month in months])


def step_and_ramp(times: NDArray[np.int64], start: int) -> Array:
    """Two columns: 1 from `start` on, and the months gone since then (0 at `start`).

    Examples
    --------
    >>> step_and_ramp(np.array([1, 2, 3, 4]), 3).tolist()
    [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    """
    since = (times >= start).astype(float)
    return np.column_stack([since, np.maximum(times - start, 0.0)])
