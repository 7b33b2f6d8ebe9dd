"""What is out of line in a series: months that stand alone, and levels that change and stay."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.typing import Rolling

from observlib.base.period import public_holidays
from observlib.stats.series import regression
from observlib.stats.series.regression import Array, Booleans, Effect, Times, fit

# --- Whether a step of a series is one: how often errors that follow one another make one alone

_BEYOND = 10  # drawn series go beyond the given one where a step is just not sure
_AT_ONCE = 250  # series that are drawn together
_SPANNED = 1e-6  # the share of a step that other columns leave, below which they make it up
_SEED = 1963  # the same series are drawn of the same regression each time


def chance(
    values: Array, columns: Array, times: Times, start: int, dates: Times, sure: float
) -> float:
    """How often a step as likely as that of `start` is found in series that have none: a p value.

    Series are drawn from the regression of `values` on `columns`, with normal errors of first-order
    autocorrelation, one time in two without the step taken out; in each a step is looked for at
    every date, by how much more probable it makes the series (as in `regression.fit`). So what a
    search of dates finds by chance is taken into account. Drawing ends once p is above `sure` for
    certain.

    Source: D. W. K. Andrews, *Econometrica* 61 (1993), 821–856; R. Lund et al., *Journal of
    Climate* 20 (2007), 5178–5190; A. C. Davison and D. V. Hinkley, *Bootstrap methods and their
    application* (1997), chapter 4; J. Besag and P. Clifford, *Biometrika* 78 (1991), 301–304.
    """
    step = (times >= start).astype(float)
    likelier = _search(columns, (times[:, None] >= dates).astype(float), times)
    own = float(_search(columns, step[:, None], times)(values[:, None])[0])
    weights = fit(values, columns, times).weights / 2
    weights += fit(values, np.column_stack([columns, step]), times).weights / 2
    whiten, _ = regression.whitening(times)
    lower = np.linalg.inv(whiten)
    random = np.random.default_rng(_SEED)
    drawn, beyond, least = 0, 0, math.ceil(_BEYOND / sure) - 1
    while drawn < least and beyond <= _BEYOND:
        number = min(_AT_ONCE, least - drawn)
        errors = random.normal(size=(len(times), number))
        which = random.choice(len(weights), size=number, p=weights)
        for one in np.unique(which):
            errors[:, which == one] = lower[one] @ errors[:, which == one]
        beyond += int((likelier(errors) >= own).sum())
        drawn += number
    return (beyond + 1) / (drawn + 1)


def _search(columns: Array, steps: Array, times: Times) -> Callable[[Array], Array]:
    """Tells how much more probable its best step makes each series, one a column: a logarithm.

    Steps are looked for by autocorrelation, and free of the other columns.
    """
    whiten, logs = regression.whitening(times)
    others, r = np.linalg.qr(whiten @ columns)
    whitened = whiten @ steps
    free = whitened - others @ (others.transpose(0, 2, 1) @ whitened)
    lengths = np.sqrt((free**2).sum(axis=1))
    spanned = lengths < _SPANNED * np.sqrt((whitened**2).sum(axis=1))
    lengths = np.where(spanned, 1.0, lengths)
    along = (free / lengths[:, None, :]).transpose(0, 2, 1)
    volume = np.log(np.abs(np.diagonal(r, axis1=1, axis2=2))).sum(axis=1)
    likely = (logs - volume)[:, None]
    likely_step = np.where(spanned, -np.inf, likely - np.log(lengths))[:, :, None]
    degrees = columns.shape[0] - columns.shape[1]

    def likelier(series: Array) -> Array:
        whitened = whiten @ series
        left = whitened - others @ (others.transpose(0, 2, 1) @ whitened)
        squares = (left**2).sum(axis=1)
        squares = np.maximum(squares, 1e-24 * (whitened**2).sum(axis=1) + 1e-300)
        without = likely - degrees / 2 * np.log(squares)
        taken = (along @ left) ** 2
        rest = np.maximum(squares[:, None, :] - taken, 1e-12 * squares[:, None, :])
        with_step = likely_step - (degrees - 1) / 2 * np.log(rest)
        best: Array = np.logaddexp.reduce(with_step, axis=0).max(axis=0)
        return best - np.logaddexp.reduce(without, axis=0)

    return likelier


HOLDS = 6  # periods that a level holds, at the least, on each side of a change
_SURE = 0.01  # the error that a change of one series keeps to
_FAMILY = 0.05  # and that all series searched together keep to
_BESIDE = 3  # periods on each side with which one is compared
Term = tuple[int, int]  # of which date, and whether the step there or the change of slope
_STEP, _SLOPE = 0, 1  # as `step_and_ramp` has them
_Columns = Callable[[list[Term], list[int]], Array]  # of a regression, by terms and dates of steps
_NOTHING = 1e-3  # a standard deviation below this one is taken for this one
_NORMAL = 1.4826  # of a normal sample, standard deviation over median absolute deviation


def deviation(values: Array) -> float:
    """Standard deviation of the bulk of the values: 1.4826 median absolute deviations.

    Source: F. R. Hampel, *Journal of the American Statistical Association* 69 (1974), 383–393.
    """
    return _NORMAL * float(np.median(np.abs(values - np.median(values))))


def distances(values: Array, usual: Booleans) -> Array:
    """How far each value is from the median of its neighbours, in standard deviations.

    Neighbours are the `usual` values among three on each side, and itself; of an even number, the
    nearest of the two in the middle counts. Hampel's identifier: L. Davies and U. Gather, *Journal
    of the American Statistical Association* 88 (1993), 782–792.

    >>> values = np.array([1, 2.1, 0.9, 40, 1.2, 2, 1.1, 11, 12.1, 11, 12])
    >>> (distances(values, values < 40) > 5).nonzero()[0].tolist()
    [3]
    """
    away = np.zeros(len(values))
    for i, value in enumerate(values):
        beside = slice(max(0, i - _BESIDE), i + _BESIDE + 1)
        counted = usual[beside].copy()
        counted[i - beside.start] = True
        near = np.sort(values[beside][counted])
        away[i] = max(near[(len(near) - 1) // 2] - value, value - near[len(near) // 2], 0.0)
    return away / max(deviation(np.diff(values[usual])) / np.sqrt(2), _NOTHING)


def candidates(values: Array) -> list[int]:
    """Positions where a new line best begins, if the values are pieces of straight lines.

    Exact dynamic programming over pieces of six values at least; their number by the Bayesian
    information criterion, three parameters a piece. Source: J. Bai and P. Perron, *Journal of
    Applied Econometrics* 18 (2003), 1–22, section 3; Y.-C. Yao, *Statistics & Probability Letters*
    6 (1988), 181–189.
    """
    n = len(values)
    if n < 2 * HOLDS:
        return []
    squares = _squares(values)
    least = 1e-12 * float(np.var(values)) * n + 1e-300
    # of the first 0, 1 … n values: what their best division leaves, and where its pieces start
    left = np.where(np.arange(n + 1) == 0, 0.0, np.inf)
    starts: list[list[int]] = [[]] * (n + 1)
    found: list[tuple[float, list[int]]] = []
    for pieces in range(1, n // (2 * HOLDS) + 2):
        divided = left[:n, None] + squares
        left = divided.min(axis=0)
        starts = [[*starts[last], last] for last in divided.argmin(axis=0).tolist()]
        criterion = n * float(np.log(max(left[n], least) / n)) + 3 * pieces * float(np.log(n))
        found.append((criterion, starts[n][1:]))
    return min(found, key=lambda division: division[0])[1]


def _squares(values: Array) -> Array:
    """Sum of squares that a straight line leaves of `values[start:end]`, by start and by end.

    By recursive residuals, so that no digits are lost; infinite below six values. Source: R. L.
    Brown, J. Durbin and J. M. Evans, *Journal of the Royal Statistical Society* B 37 (1975),
    149–192, lemma 1.
    """
    n = len(values)
    squares = np.full((n, n + 1), np.inf)
    left, mean, product = np.zeros(n), values, np.zeros(n)  # product: of times by values, centred
    for length in range(1, n):
        new = values[length:]
        left, mean, product = (kept[: len(new)] for kept in (left, mean, product))
        away = (length + 1) / 2  # the new time, from the mean of those before it
        spread = length * (length**2 - 1) / 12  # squares of these times, centred
        if length > 1:
            wrong = new - mean - product / spread * away
            left = left + wrong**2 / (1 + 1 / length + away**2 / spread)
        product = product + away * (new - mean) * length / (length + 1)
        mean = mean + (new - mean) / (length + 1)
        if length + 1 >= HOLDS:
            start = np.arange(len(new))
            squares[start, start + length + 1] = left
    return squares


def confirmed(
    values: Array, other: Array, times: Times, starts: list[int], together: int = 1
) -> list[tuple[int, Effect]]:
    """Which of several suspected changes of level are changes of level, and their size.

    One regression measures a step and a change of slope of each, at the date within three periods
    that leaves the least. The least sure term is dropped until each is sure: p below 0.01; of a
    step, below 0.01, or 0.05 over the number of series, over that of the dates searched
    (Bonferroni). In the end a step stays where `chance` is below 0.01, or 0.05 over the number of
    series. A size is the step, with its 95 % interval, the slope after each kept step being free
    again.
    """
    trend = np.column_stack([np.ones(len(times)), times - times.mean(), other])
    searched = times[HOLDS : len(times) - HOLDS + 1]
    error = min(_SURE, _FAMILY / together)
    sure = (error / max(1, len(searched)), _SURE)  # of a step, of a change of slope
    starts = list(starts)

    def columns(terms: list[Term], dates: list[int]) -> Array:
        own = (regression.step_and_ramp(times, dates[i])[:, kind] for i, kind in terms)
        return np.column_stack([*own, trend])

    def doubt(terms: list[Term], i: int) -> float:
        others = [term for term in terms if term != (i, _STEP)]
        return chance(values, columns(others, starts), times, starts[i], searched, error)

    while True:
        terms = [(i, kind) for i in range(len(starts)) for kind in (_STEP, _SLOPE)]
        matrix = columns(terms, starts)
        if not starts or np.linalg.matrix_rank(matrix) == matrix.shape[1] < len(times) - 2:
            break
        starts.pop()  # too few values to tell so many apart
    while terms:
        starts = _dated(values, times, starts, terms, columns)
        fitted = fit(values, columns(terms, starts), times)
        unit = np.eye(fitted.coefficients.shape[1])
        found = [regression.contrast(fitted, unit[place]) for place in range(len(terms))]
        doubts = [effect.p / sure[kind] for effect, (_, kind) in zip(found, terms, strict=True)]
        worst = int(np.argmax(doubts))
        if doubts[worst] <= 1:
            break
        del terms[worst]
    while changed := [i for i, kind in terms if kind == _STEP]:
        every = [*terms, *((i, _SLOPE) for i in changed if (i, _SLOPE) not in terms)]
        doubts = [doubt(every, i) for i in changed]
        worst = int(np.argmax(doubts))
        if doubts[worst] <= error:
            return _sized(values, times, starts, every, columns)
        terms = [(i, kind) for i, kind in terms if i != changed[worst]]  # its slope bends for it
    return []


def _sized(
    values: Array, times: Times, starts: list[int], terms: list[Term], columns: _Columns
) -> list[tuple[int, Effect]]:
    """The sizes of the steps among the terms, over the dates that each may have."""
    found = []
    for place, (i, kind) in enumerate(terms):
        if kind == _STEP:
            possible = [columns(terms, dates) for dates in _near(times, starts, i)]
            width = possible[0].shape[1]
            fits = [fit(values, x, times) for x in possible if np.linalg.matrix_rank(x) == width]
            size = regression.contrast(regression.averaged(fits, len(starts)), np.eye(width)[place])
            found.append((starts[i], size))
    return sorted(found)


def _near(times: Times, starts: list[int], which: int) -> list[list[int]]:
    """The same dates, but for one, which is each of those within three periods of it."""
    before, after = starts[:which], starts[which + 1 :]
    return [
        [*before, int(date), *after]
        for date in times[HOLDS : len(times) - HOLDS + 1]
        if abs(date - starts[which]) <= _BESIDE
        and all(abs(date - other) >= HOLDS for other in (*before, *after))
    ] or [starts]


def _dated(
    values: Array, times: Times, starts: list[int], terms: list[Term], columns: _Columns
) -> list[int]:
    """The dates, each within three periods of the one given, that leave the least squares."""

    def left(dates: list[int]) -> float:
        matrix = columns(terms, dates)
        if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
            return float("inf")
        found = np.linalg.lstsq(matrix, values, rcond=None)[0]
        return float(np.sum((values - matrix @ found) ** 2))

    for i in range(len(starts)):
        starts = min(_near(times, starts, i), key=left)
    return starts


# --- A lasting change, seen in daily figures while they come in, with few false alarms over years


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
    """A lasting change: its likeliest first day, the day it was seen on, its mean size since.

    Sizes are in the unit of means; of counts, the ratio less one.
    """

    began: date
    seen: date
    size: float


def in_means(daily: pd.DataFrame, sign: Sign, threshold: float) -> list[LastingChange]:
    """Lasting changes of a daily mean: the level before and the season tell what is expected.

    Of each day in order, `daily` has the `value`, `n` and `variance` of its marks, on ten. One
    false alarm at most is allowed in `threshold` days.
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

    Expected is what follows from the last two months and the same season of three years before.
    Public holidays, and days without a value, say nothing.
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
    echo = (_sum(score * last, lag) / _sum(score**2, lag)).clip(0, 0.9)
    echo = echo.where(last.notna()).fillna(0)
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
