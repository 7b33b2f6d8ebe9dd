"""A lasting change, seen in daily figures while they come in, with few false alarms over years.

Each day is held against those before it. What it bears as evidence of a change is an e-value: how
much a bet on a change of some size would have won on that day, divided by what it wins on average
on the day itself and those of half a year before. If days can be exchanged with one another, such
a bet is fair, whatever the distribution: it keeps its stake on average. The evidence of all changes
that may have begun on any day so far is the sum of their products (the Shiryaev–Roberts form); it
grows by one a day where nothing changes, so that it is above `threshold` days once in as many days
at most, at whatever day one looks. Days of the week, the season of the years before and what one
day owes to the day before are taken out first; where no year before is known, no season is, and a
wider margin stands for it. What slow changes then leave is less than a margin, on which nobody
bets. Marks are also held against the half year that ended a quarter ago, once their season is
known: a small fall adds up for months before that level falls with it.

Sources: J. Shin, A. Ramdas and A. Rinaldo, "E-detectors: a nonparametric framework for sequential
change detection", *The New England Journal of Statistics in Data Science* 2 (2024), 229–260; bets
on exchangeable values: V. Vovk, A. Gammerman and G. Shafer, *Algorithmic Learning in a Random
World*, 2nd ed. (2022), part III; how often it errs with seasons and days that follow each other is
measured (`tools/coverage/alarms.py`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.typing import Rolling

from observlib.base.period import public_holidays

LEVEL, HALF_YEAR, LEAST = 56, 182, 28  # days that tell a level, and how days differ; known of them
LAG = 10  # last days that tell neither: a change of these days is not yet a part of what it leaves
_STAKES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)  # standard deviations: sizes of changes that are bet on
_FARTHEST = 4.0  # standard deviations: no single day says more
MEANS, FIRST_YEAR = 0.05, 0.15  # margins of marks on ten: the season is known, or is not
COUNTS, COLLAPSE = 0.1, 0.35  # of the logarithm of counts: likewise
MONTH, QUARTER = 29, 91  # days that tell the season; that a slow change may have lasted
_YEAR = 364  # days, 52 weeks

Sign = Literal[1, -1]  # a rise, or a fall


class LastingChange(NamedTuple):
    """A lasting change: its likeliest first day, the day on which it was seen, its size.

    `size` is the mean distance from what was expected since it began: in the unit of means, and of
    counts the ratio less one.
    """

    began: date
    seen: date
    size: float


def in_means(daily: pd.DataFrame, sign: Sign, threshold: float) -> list[LastingChange]:
    """Lasting changes of a daily mean: the level before and the season tell what is expected.

    Of each day in order, `daily` has `value` (the mean of its marks, on ten), `n` of them, and
    their `variance` (none where `n` is below 2). `sign` is 1 for rises, −1 for falls; one false
    alarm at most is allowed in `threshold` days.
    """
    n = daily["n"].where(daily["n"] > 0)
    value = daily["value"] - _weekdays(daily["value"])
    several = n.where(n > 1) - 1
    month = _around(n * value, MONTH).sum() / _around(n, MONTH).sum()
    looks = []
    for days, lag in ((LEVEL, LAG), (HALF_YEAR, QUARTER)):
        level = _sum(n * value, lag, days) / _sum(n, lag, days)
        years = _years(month - level, sign)
        cautious = years.fillna({2: 0, 3: np.inf})  # one year alone may have been an odd one
        season = sign * cautious.median(axis=1).where(years[1].notna())
        away = value - level - (season.fillna(0) if days == LEVEL else season)
        within = _sum(several * daily["variance"], lag) / _sum(several, lag)
        between = _sum(n * away**2, lag) - _sum(within.where(away.notna()), lag)
        spread = np.sqrt(within / n + (between / _sum(n, lag)).clip(lower=0))
        margin = pd.Series(np.where(season.isna(), FIRST_YEAR, MEANS), daily.index)
        looks.append(_Look(away, _won(sign * away, spread, margin, lag), days + lag))
    return _changes(looks, threshold)


def in_counts(daily: pd.Series, sign: Sign, threshold: float) -> list[LastingChange]:
    """Lasting changes of daily counts, or of what ratios tell of, such as waits in seconds.

    What is expected of a day follows from the last two months, and from what the same season did in
    the three years before. Where no earlier year is known, a line that falls silent is told within
    days; that it halved or doubled is told within a month only where days differ little.
    Public holidays say nothing, and neither do days without a value.
    """
    days = pd.DatetimeIndex(daily.index)
    years = range(days[0].year, days[-1].year + 1)
    closed = days.isin(pd.DatetimeIndex([day for year in years for day in public_holidays(year)]))
    value = np.log(daily.where(~closed) + 0.5)
    value -= _weekdays(value)
    level = _before(value.rolling(LEVEL, min_periods=LEAST).mean())
    season = sign * _years(_around(value, 7).mean() - level, sign).median(axis=1)
    away = value - level - season.fillna(0)
    spread = np.sqrt(_before((away**2).rolling(HALF_YEAR, min_periods=LEAST).mean()))
    margin = pd.Series(np.where(season.isna(), COLLAPSE, COUNTS), days)
    look = _Look(away, _won(sign * away, spread, margin), LEVEL)
    found = _changes([look], threshold)
    return [one._replace(size=float(np.expm1(one.size))) for one in found]


def _before(values: pd.Series, lag: int = LAG) -> pd.Series:
    """What was known of each day `lag` days before it."""
    return values.shift(lag + 1)


def _sum(values: pd.Series, lag: int, days: int = HALF_YEAR) -> pd.Series:
    return _before(values.rolling(days, min_periods=LEAST).sum(), lag)


def _around(values: pd.Series, days: int) -> Rolling:
    return values.rolling(days, center=True, min_periods=days // 2 + 1)


def _years(then: pd.Series, sign: Sign) -> pd.DataFrame:
    """The farthest that ± 7 days stood from their level on a change's side, 1 to 3 years before."""
    farthest = _around(sign * then, 15).max()
    return pd.concat({years: farthest.shift(_YEAR * years) for years in (1, 2, 3)}, axis=1)


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


class _Look(NamedTuple):
    """How far days stand from a level, what bets on each of `_STAKES` won, and its days."""

    away: pd.Series
    won: np.ndarray
    days: int  # after a change, until its level knows nothing of what was before


def _changes(looks: Sequence[_Look], threshold: float) -> list[LastingChange]:
    """The changes that days bear evidence of; a new one is looked for once its level is known."""
    won = np.hstack([look.won for look in looks])
    days, begins, found = pd.DatetimeIndex(looks[0].away.index), 0, []
    while (seen := _first_above(won[begins:], threshold)) is not None:
        seen += begins
        logs = np.nan_to_num(np.log(won[begins : seen + 1]))
        sums = np.cumsum(logs[::-1], axis=0)
        back, best = np.unravel_index(np.argmax(sums), sums.shape)
        began = seen - int(back)
        size = float(looks[int(best) // len(_STAKES)].away.iloc[began : seen + 1].mean())
        found.append(LastingChange(days[began].date(), days[seen].date(), size))
        begins = seen + 1
        for place, look in enumerate(looks):
            own = slice(place * len(_STAKES), (place + 1) * len(_STAKES))
            won[begins : seen + look.days, own] = np.nan
    return found


def _won(away: pd.Series, spread: pd.Series, margin: pd.Series, lag: int = LAG) -> np.ndarray:
    """What bets on each of `_STAKES` win on each day (days × stakes); nothing is known: NaN."""
    spread = spread.where(spread > 0)
    score, beyond = (
        (distance / spread).clip(-_FARTHEST, _FARTHEST) for distance in (away, away - margin)
    )
    last = score.shift(1)
    echo = (
        (_sum(score * last, lag) / _sum(score**2, lag)).clip(0, 0.9).where(last.notna()).fillna(0)
    )
    heard, alone = echo * last.fillna(0), np.sqrt(1 - echo**2)
    own, bet = (
        ((one - part) / alone).clip(-_FARTHEST, _FARTHEST)
        for one, part in ((score, heard), (beyond, heard - echo * (score - beyond)))
    )
    known = _sum(own.notna().astype(float), lag)
    # days may have stood off a level of long ago for months: to come back to it wins nothing
    back = (-_sum(own, lag) / known).clip(lower=0) if lag > LAG else 0
    columns = []
    for stake in _STAKES:
        gain = np.exp(stake * own)
        fair = np.exp(stake * back) * (_sum(gain, lag) + gain) / (known + 1)
        columns.append(np.exp(stake * bet) / fair)
    return pd.concat(columns, axis=1).to_numpy()


def _first_above(won: np.ndarray, threshold: float) -> int | None:
    """The first day on which the evidence of all changes so far is above a threshold."""
    evidence = np.zeros(won.shape[1])
    for day, gains in enumerate(won):
        evidence = np.where(np.isnan(gains), evidence, (evidence + 1) * gains)
        if evidence.mean() >= threshold:
            return day
    return None
