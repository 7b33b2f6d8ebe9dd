"""Months freed of their season and of their calendar, and what is then out of line in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Literal

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
    outlying: Booleans
    changes: tuple[tuple[int, Effect], ...]


def decompose(values: Array, months: Sequence[str], search: bool, together: int = 1) -> Parts:
    """Take a series apart, again after each change of level that was found and taken out.

    `values` are NaN where there is none, never at an end; those `together` are one searched family.
    """
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
        other = np.column_stack(
            [regression.season(named, regression.YEAR // 2), regression.working(named)]
        )
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
    """A first season, of which no change of level and no month that stands alone is a part.

    It is what the median changes from each calendar month to the next add up to, less the mean
    of these changes, which is the trend: a change of level is in a single one.
    """
    steps = np.where(there[1:] & there[:-1], np.diff(np.where(there, values, 0.0)), np.nan)
    calendar = np.arange(1, len(values)) % regression.YEAR
    usual = np.zeros(regression.YEAR)
    for month in range(regression.YEAR):
        seen = steps[calendar == month]
        seen = seen[np.isfinite(seen)]
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
        month = start - 1
        while (
            month >= 0
            and outlying[month]
            and abs(adjusted[month] - level) < abs(change.estimate) / 4
        ):
            found[month] = True
            month -= 1
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
    """A series without its season, or the reason why it has none.

    `status` is `published`, or `missing` with a `reason`: `short` (fewer than 24 complete
    months), `gaps` (more than a tenth of the months absent or partial) or `irregular` (a
    month would have to be doubled or halved to stand alone).

    `months` has one row a month: `month`, `value`, `adjusted`, `trend`, `seasonal`, `calendar`,
    `remainder` and `status` (`published`, `partial`, `missing`). Value, adjusted and trend are in
    the unit of the values: value = trend × seasonal × calendar × remainder, and adjusted =
    value / (seasonal × calendar). A month that is not `published` has no adjusted value and no
    remainder.

    `changes` (`month`, `size`, `ci_low`, `ci_high`) are changes of level: the first month of the
    new one, and its distance from the old; `outliers` (`month`, `size`) are months that stand
    alone, and their distance from what was expected. Sizes are in %. Both are looked for from 36
    complete months on: `searched` says whether they were.

    `working_day` is what one more working day changes in a month's value, in %.
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

    1. Months that are partial or absent are set aside; inside the series they are filled by what
       is expected of them, which decides nothing. A count of 0 has no logarithm: it is set aside
       too, and told as an outlier of −100 %.
    2. The others are taken as logarithms, less the number of days of the month.
    3. STL with a season that is the same each year; between its passes, the effect of a working
       day is the slope of what is left of the values on what is left of the number of working
       days (Speckman).
    4. Months farther than 4.5 standard deviations from their neighbours, once season and calendar
       are out, stand alone (`breaks.distances`): the farthest is set aside as in 1, and 3 done
       again, until there is none. Beyond 3.5 standard deviations of the final remainders too, it
       is an outlier. (STL's own robust weights would make the rest look too regular.)
    5. Changes of level are looked for in what is left (`breaks.candidates`), and measured and
       confirmed on the values themselves (`breaks.confirmed`). They are taken out, and 3 to 5
       done again.
    6. All is left as it is where 3.5 standard deviations of the final remainders are more
       than a doubling: so far apart, odd months pass for ordinary ones and mask one another, and
       the season is mostly that of two or three such months.

    Source: R. B. Cleveland et al., "STL: A seasonal-trend decomposition procedure based on
    loess", *Journal of Official Statistics* 6 (1990), 3–73; P. Speckman, "Kernel smoothing in
    partial linear models", *Journal of the Royal Statistical Society* B 50 (1988), 413–436.

    Months are `YYYY-MM`, oldest first, and follow one another; `partial` ones are not complete.
    Series `together` are searched for changes of level as one family: the more, the surer each must
    be.

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
        (inside[start], size(found.estimate), size(found.low), size(found.high))
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
    if np.isinf(numbers).any() or (numbers < 0).any():
        raise ValueError("counts are finite and not negative")
    months = list(months_between(given[0], given[-1])) if given else []
    value = numbers.reindex(months).to_numpy()
    state = np.where(np.isnan(value), "missing", "published").astype(object)
    if partial is not None:
        cut = pd.Series(partial.to_numpy(dtype=bool), [str(month) for month in partial.index])
        state[cut.reindex(months, fill_value=False).to_numpy() & ~np.isnan(value)] = "partial"
    return months, value, state
