"""The parts of a monthly series: trend with its steps, season, working days, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from observlib.stats.series import breaks, design
from observlib.stats.series.regression import Array, Effect

_ROUNDS = 3  # of every alternation: what changes afterwards is far below the noise
_Regular = Callable[[NDArray[np.bool_]], Array]
APART = 4.5  # standard deviations beyond which a month stands alone
LEFT = 3.5  # standard deviations, in the end, of what is left of the others
_MOST = 8  # one month in eight at the most stands alone


@dataclass(frozen=True)
class Parts:
    """value = trend + seasonal + slope × working + remainder, the trend with its `changes`.

    `working` is each month's working days less what that calendar month usually has; `changes`
    are the position of the first month of each new level, and its size. `remainder` is 0 where
    there is no value; `outlying` marks the months that stand alone.
    """

    trend: Array
    seasonal: Array
    slope: float
    working: Array
    remainder: Array
    outlying: NDArray[np.bool_]
    changes: tuple[tuple[int, Effect], ...]


def decompose(values: Array, months: Sequence[str], search: bool, together: int = 1) -> Parts:
    """Take a series apart, again after each change of level that was found and taken out.

    Parameters
    ----------
    values
        One number a month; NaN where there is none, never at an end.
    months
        `YYYY-MM`, every month of the series.
    search
        Whether changes of level and months that stand alone are looked for.
    together
        Series searched as one family, this one among them.
    """
    whole = np.isfinite(values)
    times = np.arange(len(values))
    working = design.working(months)[:, 0]
    steps = np.zeros(len(values))
    outlying = np.zeros(len(values), dtype=bool)
    changes: list[tuple[int, Effect]] = []

    def smoothly(there: NDArray[np.bool_]) -> Array:
        _, seasonal, slope = _smooth(values - steps, working, there)
        return seasonal + slope * working

    @cache  # most passes suspect the same dates as the one before
    def confirmed(kept: tuple[int, ...], starts: tuple[int, ...]) -> list[tuple[int, Effect]]:
        named, places = [months[i] for i in kept], np.array(kept)
        other = np.column_stack([design.season(named, design.YEAR // 2), design.working(named)])
        return breaks.confirmed(values[places], other, places, [*starts], together)

    def changed(adjusted: Array, there: NDArray[np.bool_]) -> list[tuple[int, Effect]]:
        kept = np.flatnonzero(there)
        starts = [int(kept[i]) for i in breaks.candidates(adjusted[kept])]
        return confirmed(tuple(kept.tolist()), tuple(starts))

    first: _Regular = partial(_pilot, values)
    passes: list[_Regular] = [first, *[smoothly] * _ROUNDS] if search else []
    for regular in passes:
        outlying = _outlying(values, regular, whole)
        before = [start for start, _ in changes]
        adjusted = values - regular(whole & ~outlying)
        changes = changed(adjusted, whole & ~outlying)
        heralds = _heralds(adjusted, outlying, changes)
        if heralds.any():
            outlying &= ~heralds
            changes = changed(adjusted, whole & ~outlying)
        steps = np.zeros(len(values))
        for start, change in changes:
            steps += change.estimate * (times >= start)
        if regular is not first and [start for start, _ in changes] == before:
            break
    trend, seasonal, slope = _smooth(values - steps, working, whole & ~outlying)
    trend = trend + steps
    remainder = np.where(whole, values - trend - seasonal - slope * working, 0.0)
    rest = whole & ~outlying
    outlying &= np.abs(remainder) > LEFT * breaks.deviation(remainder[rest])
    return Parts(trend, seasonal, slope, working, remainder, outlying, tuple(changes))


def _smooth(values: Array, working: Array, there: NDArray[np.bool_]) -> tuple[Array, Array, float]:
    """Trend, season, and the effect of a working day, of values that may have gaps."""
    times = np.arange(len(values))
    filled = np.interp(times, times[there], values[there])
    free = _stl(working)[2][there]  # what of it no trend or season can be
    slope = 0.0
    for _ in range(_ROUNDS):
        trend, seasonal, left = _stl(filled - slope * working)
        slope += float(left[there] @ free) / float(free @ free)
        filled = np.where(there, values, trend + seasonal + slope * working)
    trend, seasonal, _ = _stl(filled - slope * working)
    return trend, seasonal, slope


def _stl(values: Array) -> tuple[Array, Array, Array]:
    """Trend, season and remainder by STL; the season is the same each year."""
    from statsmodels.tsa.seasonal import STL

    # a season window far longer than the series, of degree 0, is each calendar month's mean
    found = STL(values, design.YEAR, seasonal=10 * len(values) + 1, seasonal_deg=0).fit()
    return found.trend, found.seasonal, found.resid


def _pilot(values: Array, there: NDArray[np.bool_]) -> Array:
    """A first season, of which no change of level and no month that stands alone is a part.

    It is what the median changes from each calendar month to the next add up to, less the mean
    of these changes, which is the trend: a change of level is in a single one.
    """
    steps = np.where(there[1:] & there[:-1], np.diff(np.where(there, values, 0.0)), np.nan)
    calendar = np.arange(1, len(values)) % design.YEAR
    usual = np.zeros(design.YEAR)
    for month in range(design.YEAR):
        seen = steps[calendar == month]
        seen = seen[np.isfinite(seen)]
        usual[month] = np.median(seen) if len(seen) else 0.0
    season = np.cumsum(usual - usual.mean())
    return np.resize(season - season.mean(), len(values))


def _outlying(values: Array, regular: _Regular, whole: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Months that stand alone, the farthest taken out first: it biases the season of the others.

    `regular` gives the season and calendar by which months do not stand alone, from those left.
    """
    outlying = np.zeros(len(values), dtype=bool)
    for _ in range(len(values) // _MOST):
        adjusted = np.where(whole, values, 0.0) - regular(whole & ~outlying)
        far = np.zeros(len(values))
        far[whole] = breaks.distances(adjusted[whole], ~outlying[whole])
        outlying = outlying & (far > APART)
        far[outlying] = 0.0
        if far.max() <= APART:
            break
        outlying[np.argmax(far)] = True
    return outlying


def _heralds(
    adjusted: Array, outlying: NDArray[np.bool_], changes: list[tuple[int, Effect]]
) -> NDArray[np.bool_]:
    """Months that seemed to stand alone just before a change of level, and are at the new level."""
    found = np.zeros(len(adjusted), dtype=bool)
    for start, change in changes:
        level = float(np.nanmedian(adjusted[start : start + breaks.HOLDS]))
        month = start - 1
        while (
            month >= 0
            and outlying[month]
            and abs(adjusted[month] - level) < abs(change.estimate) / 4
        ):
            found[month] = True
            month -= 1
    return found
