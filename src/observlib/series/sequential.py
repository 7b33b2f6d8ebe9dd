"""A lasting change, seen in daily figures while they come in, with few false alarms over years.

Each day is held against those before it. What it bears as evidence of a change is an e-value: how
much a bet on a change of some size would have won on that day, divided by what it wins on average
on the day itself and those of half a year before. If days can be exchanged with one another, such
a bet is fair, whatever the distribution: it keeps its stake on average. The evidence of all changes
that may have begun on any day so far is the sum of their products (the Shiryaev–Roberts form); it
grows by one a day where nothing changes, so that it is above `threshold` days once in as many days
at most, at whatever day one looks. Days of the week, the season of the years before and what one
day owes to the day before are taken out first. What slow changes then leave is less than a margin,
on which nobody bets.

Sources: J. Shin, A. Ramdas and A. Rinaldo, "E-detectors: a nonparametric framework for sequential
change detection", *The New England Journal of Statistics in Data Science* 2 (2024), 229–260; bets
on exchangeable values: V. Vovk, A. Gammerman and G. Shafer, *Algorithmic Learning in a Random
World*, 2nd ed. (2022), part III; how often it errs with seasons and days that follow each other is
measured (`tools/coverage/alarms.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from observlib.working_days import public_holidays

LEVEL, HALF_YEAR, LEAST = 56, 182, 28  # days that tell a level, and how days differ; known of them
LAG = 10  # last days that tell neither: a change of these days is not yet a part of what it leaves
STAKES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)  # sizes of changes that are bet on, in standard deviations
FARTHEST = 4.0  # standard deviations: no single day says more
MEANS, COUNTS, COLLAPSE = 0.05, 0.1, 0.7  # margins: of marks on ten, of the logarithm of counts
_YEAR = 364  # days, 52 weeks

Sign = Literal[1, -1]  # a rise, or a fall


class Change(NamedTuple):
    """A lasting change: its likeliest first day, the day on which it was seen, its size.

    `size` is the mean distance from what was expected since it began: in the unit of means, and of
    counts the ratio less one.
    """

    began: date
    seen: date
    size: float


def in_means(daily: pd.DataFrame, sign: Sign, threshold: float) -> list[Change]:
    """Lasting changes of a daily mean.

    Parameters
    ----------
    daily
        Indexed by all days in order: `value` (the mean of a day's marks, on ten), `n` of them, and
        their `variance` (none where `n` is below 2).
    sign
        1 for rises, −1 for falls.
    threshold
        Days in which one false alarm at most is allowed.

    Examples
    --------
    >>> days = pd.date_range("2026-01-01", periods=200)
    >>> marks = [8.0, 8.2, 7.8, 8.1, 7.9, 8.0] * 31 + [7.2] * 14
    >>> daily = pd.DataFrame({"value": marks, "n": 60, "variance": 4.0}, index=days)
    >>> [(str(one.began), round(one.size, 1)) for one in in_means(daily, -1, 3650)]
    [('2026-07-06', -0.8)]
    """
    n = daily["n"].where(daily["n"] > 0)
    value = daily["value"] - _weekdays(daily["value"])
    several = n.where(n > 1) - 1
    level = _sum(n * value, LEVEL) / _sum(n, LEVEL)
    within = _sum(several * daily["variance"]) / _sum(several)
    away = value - level
    between = (_sum(n * away**2) - _sum(within.where(away.notna()))) / _sum(n)
    spread = np.sqrt(within / n + between.clip(lower=0))
    return _changes(away, spread, pd.Series(MEANS, daily.index), sign, threshold)


def in_counts(daily: pd.Series, sign: Sign, threshold: float) -> list[Change]:
    """Lasting changes of daily counts, or of what ratios tell of, such as waits in seconds.

    What is expected of a day follows from the last two months, and from what the same season did in
    the three years before; where no earlier year is known, only a collapse or a doubling is told.
    Public holidays say nothing, and neither do days without a value.

    Parameters
    ----------
    daily
        Indexed by all days in order; 0 or more.
    sign, threshold
        As for `in_means`.

    Examples
    --------
    >>> days = pd.date_range("2026-01-01", periods=200)
    >>> daily = pd.Series([40, 44, 38, 42, 40] * 38 + [0] * 10, days)
    >>> [(str(one.began), str(one.seen)) for one in in_counts(daily, -1, 3650)]
    [('2026-07-10', '2026-07-11')]
    """
    days = pd.DatetimeIndex(daily.index)
    years = range(days[0].year, days[-1].year + 1)
    closed = days.isin(pd.DatetimeIndex([day for year in years for day in public_holidays(year)]))
    value = np.log(daily.where(~closed) + 0.5)
    value -= _weekdays(value)
    level = _before(value.rolling(LEVEL, min_periods=LEAST).mean())
    then = value.rolling(7, center=True, min_periods=4).mean() - level
    farthest = sign * (sign * then).rolling(15, center=True, min_periods=8).max()
    season = pd.concat([farthest.shift(_YEAR * k) for k in (1, 2, 3)], axis=1).median(axis=1)
    away = value - level - season.fillna(0)
    spread = np.sqrt(_before((away**2).rolling(HALF_YEAR, min_periods=LEAST).mean()))
    margin = pd.Series(np.where(season.isna(), COLLAPSE, COUNTS), days)
    found = _changes(away, spread, margin, sign, threshold)
    return [one._replace(size=float(np.expm1(one.size))) for one in found]


def _before(values: pd.Series) -> pd.Series:
    """What was known of each day `LAG` days before it."""
    return values.shift(LAG + 1)


def _sum(values: pd.Series, days: int = HALF_YEAR) -> pd.Series:
    return _before(values.rolling(days, min_periods=LEAST).sum())


def _weekdays(value: pd.Series) -> pd.Series:
    """How much higher than others each day's weekday was over half a year; 0 before it is known."""
    weekday = pd.DatetimeIndex(value.index).day_of_week
    own = [
        _before(value.where(weekday == day).rolling(HALF_YEAR, min_periods=8).mean().ffill())
        for day in range(7)
    ]
    table = pd.concat(own, axis=1)
    theirs = table.to_numpy()[np.arange(len(value)), weekday]
    return pd.Series(theirs - table.mean(axis=1).to_numpy(), value.index).fillna(0)


def _changes(
    away: pd.Series, spread: pd.Series, margin: pd.Series, sign: Sign, threshold: float
) -> list[Change]:
    """The changes that days bear evidence of; a new one is looked for once its level is known."""
    won = _won(sign * away, spread, margin)
    days, logs = pd.DatetimeIndex(away.index), np.log(won)
    found, begins = [], 0
    while (seen := _first_above(won[begins:], threshold)) is not None:
        seen += begins
        best = int(np.argmax(np.nansum(logs[begins : seen + 1], axis=0)))
        sums = np.cumsum(np.nan_to_num(logs[begins : seen + 1, best][::-1]))
        began = seen - int(np.argmax(sums))
        size = float(away.iloc[began : seen + 1].mean())
        found.append(Change(days[began].date(), days[seen].date(), size))
        begins = seen + LEVEL
    return found


def _won(away: pd.Series, spread: pd.Series, margin: pd.Series) -> np.ndarray:
    """What bets on each of `STAKES` win on each day (days × stakes); nothing is known: NaN."""
    spread = spread.where(spread > 0)
    score, beyond = (
        (distance / spread).clip(-FARTHEST, FARTHEST) for distance in (away, away - margin)
    )
    last = score.shift(1)
    echo = (_sum(score * last) / _sum(score**2)).clip(0, 0.9).where(last.notna()).fillna(0)
    heard, alone = echo * last.fillna(0), np.sqrt(1 - echo**2)
    own, bet = (
        ((one - part) / alone).clip(-FARTHEST, FARTHEST)
        for one, part in ((score, heard), (beyond, heard - echo * (score - beyond)))
    )
    known = _sum(own.notna().astype(float))
    columns = []
    for stake in STAKES:
        gain = np.exp(stake * own)
        fair = (_sum(gain) + gain) / (known + 1)
        columns.append(np.exp(stake * bet) / fair)
    return pd.concat(columns, axis=1).to_numpy()


def _first_above(won: np.ndarray, threshold: float) -> int | None:
    """The first day on which the evidence of all changes so far is above a threshold."""
    evidence = np.zeros(won.shape[1])
    for day, gains in enumerate(won):
        if not np.isnan(gains).any():
            evidence = (evidence + 1) * gains
            if evidence.mean() >= threshold:
                return day
    return None
