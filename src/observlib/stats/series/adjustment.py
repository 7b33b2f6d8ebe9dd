"""Months freed of their season and of their calendar, and what is then out of line in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observlib.base.period import months_between
from observlib.base.working_days import length_deviation
from observlib.stats.series import breaks, regression
from observlib.stats.series.regression import Array, Booleans, Effect

# --- The parts of a monthly series: trend with its steps, season, working days, and what is left

_ROUNDS = 3  # of every alternation: what changes afterwards is far below the noise
_Regular = Callable[[Booleans], Array]
_APART = 4.5  # standard deviations beyond which a month stands alone
_LEFT = 3.5  # standard deviations, in the end, of what is left of the others
_MOST = 8  # one month in eight at the most stands alone


class Parts(NamedTuple):
    """value = trend + seasonal + slope × working + remainder, the trend with its `changes`.

    `working`: working days less the calendar month's usual; `changes`: first positions and sizes.
    """

    trend: Array
    seasonal: Array
    slope: float
    working: Array
    remainder: Array
    outlying: Booleans
    changes: tuple[tuple[int, Effect], ...]


def decompose(values: Array, months: Sequence[str], search: bool, together: int = 1) -> Parts:
    """Take a series apart, again after each change of level that was found and taken out."""
    whole = np.isfinite(values)
    times = np.arange(len(values))
    working = regression.working(months)[:, 0]
    steps = np.zeros(len(values))
    outlying = np.zeros(len(values), dtype=bool)
    changes: list[tuple[int, Effect]] = []

    def smoothly(there: Booleans) -> Array:
        _, seasonal, slope = _smooth(values - steps, working, there)
        return seasonal + slope * working

    @cache  # most passes suspect the same dates as the one before
    def confirmed(kept: tuple[int, ...], starts: tuple[int, ...]) -> list[tuple[int, Effect]]:
        named, places = [months[i] for i in kept], np.array(kept)
        season = regression.season(named, regression.YEAR // 2)
        other = np.column_stack([season, regression.working(named)])
        return breaks.confirmed(values[places], other, places, [*starts], together)

    def changed(adjusted: Array, there: Booleans) -> list[tuple[int, Effect]]:
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
    outlying &= np.abs(remainder) > _LEFT * breaks.deviation(remainder[rest])
    return Parts(trend, seasonal, slope, working, remainder, outlying, tuple(changes))


def _smooth(values: Array, working: Array, there: Booleans) -> tuple[Array, Array, float]:
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
    found = STL(values, regression.YEAR, seasonal=10 * len(values) + 1, seasonal_deg=0).fit()
    return found.trend, found.seasonal, found.resid


def _pilot(values: Array, there: Booleans) -> Array:
    """A first season, of medians of changes between months: one change of level moves none."""
    steps = np.where(there[1:] & there[:-1], np.diff(np.where(there, values, 0.0)), np.nan)
    calendar = np.arange(1, len(values)) % regression.YEAR
    usual = np.zeros(regression.YEAR)
    for month in range(regression.YEAR):
        seen = steps[(calendar == month) & np.isfinite(steps)]
        usual[month] = np.median(seen) if len(seen) else 0.0
    season = np.cumsum(usual - usual.mean())
    return np.resize(season - season.mean(), len(values))


def _outlying(values: Array, regular: _Regular, whole: Booleans) -> Booleans:
    """Months that stand alone, the farthest taken out first: it biases the season of the others."""
    outlying = np.zeros(len(values), dtype=bool)
    for _ in range(len(values) // _MOST):
        adjusted = np.where(whole, values, 0.0) - regular(whole & ~outlying)
        far = np.zeros(len(values))
        far[whole] = breaks.distances(adjusted[whole], ~outlying[whole])
        outlying = outlying & (far > _APART)
        far[outlying] = 0.0
        if far.max() <= _APART:
            break
        outlying[np.argmax(far)] = True
    return outlying


def _heralds(adjusted: Array, outlying: Booleans, changes: list[tuple[int, Effect]]) -> Booleans:
    """Months that seemed to stand alone just before a change of level, and are at the new level."""
    found = np.zeros(len(adjusted), dtype=bool)
    for start, change in changes:
        level = float(np.nanmedian(adjusted[start : start + breaks.HOLDS]))
        near = outlying & (np.abs(adjusted - level) < abs(change.estimate) / 4)
        apart = np.flatnonzero(~near[:start])
        found[apart.max(initial=-1) + 1 : start] = True
    return found


TWO_SEASONS = 24  # complete months, without which no season is told from chance
THREE_SEASONS = 36  # without which nothing says which of two same months is the odd one
_ABSENT = 0.1  # share of a series' months that may be absent
TWICE = float(np.log(2))  # what is beyond it is more than doubled, or less than half

Reason = Literal["", "short", "gaps", "irregular"]
_COLUMNS = (
    "month", "value", "adjusted", "trend", "seasonal", "calendar", "remainder", "status",
)  # fmt: skip
_CHANGE = ("month", "size", "ci_low", "ci_high")
_OUTLIER = ("month", "size")


@dataclass(frozen=True)
class Adjustment:
    """A series without its season, or the `reason` why it has none.

    `reason`: `short` (fewer than 24 complete months), `gaps` (more than a tenth absent or partial),
    `irregular` (a month would have to be doubled or halved to stand alone). `months` has value =
    trend × seasonal × calendar × remainder. `changes` are the first months of new levels;
    `outliers` months that stand alone; both with sizes in %, from 36 complete months on
    (`searched`). `working_day` is what one more working day changes in a month's value, in %.
    """

    months: pd.DataFrame
    changes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*_CHANGE]))
    outliers: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*_OUTLIER]))
    working_day: float = 0.0
    searched: bool = False
    status: Literal["published", "missing"] = "published"
    reason: Reason = ""


def seasonally_adjusted(
    values: pd.Series, partial: pd.Series | None = None, together: int = 1
) -> Adjustment:
    """Take season and calendar out of a monthly series of counts, and say what is out of line.

    STL of logarithms, less the days of each month, with a season that is the same each year;
    working days by Speckman's partial regression; months that stand alone (`breaks.distances`, 4.5
    standard deviations, 3.5 of the remainders) are set aside as partial ones and zeros are; then
    changes of level are confirmed (`breaks.confirmed`) and all is done again. STL's own robust
    weights would make the rest look too regular. `together`: how many series are searched as one
    family.

    Source: R. B. Cleveland et al., *Journal of Official Statistics* 6 (1990), 3–73; P. Speckman,
    *Journal of the Royal Statistical Society* B 50 (1988), 413–436.

    >>> months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(36)]
    >>> visits = pd.Series([1000.0 + 300 * (i % 12 == 8) for i in range(36)], months)
    >>> adjusted = seasonally_adjusted(visits)
    >>> adjusted.status, round(float(adjusted.months["seasonal"][8]), 1)
    ('published', 1.3)
    """
    months, value, state = _read(values, partial)
    usable = (state == "published") & (value > 0)
    frame = pd.DataFrame({"month": months, "value": value, "status": state})
    frame = frame.reindex(columns=list(_COLUMNS))
    known = np.flatnonzero(usable)
    if len(known) < TWO_SEASONS:
        return Adjustment(frame, status="missing", reason="short")
    span = slice(known[0], known[-1] + 1)
    if (~usable[span]).mean() > _ABSENT:
        return Adjustment(frame, status="missing", reason="gaps")

    inside, there = months[span], usable[span]
    length = np.array([length_deviation(month) for month in inside])
    logs = np.log(np.where(there, value[span], np.nan)) - length
    searched = len(known) >= THREE_SEASONS
    parts = decompose(logs, inside, searched, together)
    ordinary = parts.remainder[there & ~parts.outlying]
    if _LEFT * breaks.deviation(ordinary) > TWICE:
        return Adjustment(frame, status="missing", reason="irregular")

    def size(difference: float) -> float:
        return 100 * float(np.expm1(difference))

    rows = frame.index[span]
    frame.loc[rows, "trend"] = np.exp(parts.trend)
    frame.loc[rows, "seasonal"] = np.exp(parts.seasonal)
    frame.loc[rows, "calendar"] = np.exp(parts.slope * parts.working + length)
    told = frame["value"].where(frame["status"] == "published")
    frame["adjusted"] = told / (frame["seasonal"] * frame["calendar"])
    frame["remainder"] = frame["adjusted"] / frame["trend"]
    none = told.to_numpy()[span] == 0
    outliers = [
        (inside[i], -100.0 if none[i] else size(parts.remainder[i]))
        for i in np.flatnonzero(searched & (parts.outlying | none))
    ]
    changes = [
        (inside[start], *map(size, (found.estimate, found.low, found.high)))
        for start, found in parts.changes
    ]
    steps = pd.DataFrame(changes, columns=[*_CHANGE])
    alone = pd.DataFrame(outliers, columns=[*_OUTLIER])
    return Adjustment(frame, steps, alone, size(parts.slope), searched)


def _read(
    values: pd.Series, partial: pd.Series | None
) -> tuple[list[str], Array, NDArray[np.object_]]:
    """Every month from the first to the last, its value, and whether it is whole."""
    given = [str(month) for month in values.index]
    regression.positions(given)
    numbers = pd.Series(values.to_numpy(dtype=float), given)
    if (np.isinf(numbers) | (numbers < 0)).any():
        raise ValueError("counts are finite and not negative")
    months = list(months_between(given[0], given[-1])) if given else []
    value = numbers.reindex(months).to_numpy()
    state = np.where(np.isnan(value), "missing", "published").astype(object)
    if partial is not None:
        cut = pd.Series(partial.to_numpy(dtype=bool), [str(month) for month in partial.index])
        state[cut.reindex(months, fill_value=False).to_numpy() & ~np.isnan(value)] = "partial"
    return months, value, state
