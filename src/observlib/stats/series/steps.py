"""Whether a step of a series is one: how often errors that follow one another make one alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from observlib.stats.series.regression import Array, fit, whitening

_BEYOND = 10  # drawn series go beyond the given one where a step is just not sure
_AT_ONCE = 250  # series that are drawn together
_SPANNED = 1e-6  # the share of a step that other columns leave, below which they make it up
_SEED = 1963  # the same series are drawn of the same regression each time


def chance(
    values: Array,
    columns: Array,
    times: NDArray[np.int64],
    start: int,
    dates: NDArray[np.int64],
    sure: float,
) -> float:
    """How often a step as likely as that of `start` is found in series that have none: a p value.

    Series are drawn from the regression of `values` on `columns`, without the step, with normal
    errors of first-order autocorrelation: each time another one, as often as the data make it
    likely, one time in two once the step is taken out. In each a step is looked for at every date,
    as it was in the data. How likely one is, is how much more probable it makes a series,
    coefficients, variance and autocorrelation being integrated out (as in `regression.fit`): so
    what a search of dates finds by chance, and what errors that last long make look like a step,
    is taken into account. Drawing ends once the p value is above `sure` for certain.

    Source: D. W. K. Andrews, "Tests for parameter instability and structural change with unknown
    change point", *Econometrica* 61 (1993), 821–856 (the best of all dates); R. Lund et al.,
    "Changepoint detection in periodic and autocorrelated time series", *Journal of Climate* 20
    (2007), 5178–5190; A. C. Davison and D. V. Hinkley, *Bootstrap methods and their application*
    (1997), chapter 4; J. Besag and P. Clifford, "Sequential Monte Carlo p-values", *Biometrika* 78
    (1991), 301–304.

    Parameters
    ----------
    values
        One number a period.
    columns
        Of the regression without the step, of full rank: trend, season, other steps.
    times
        Whole numbers, the rank of each period.
    start, dates
        The period of the step, and those at which one was looked for.
    sure
        What the p value is compared with, between 0 and 1.

    Examples
    --------
    >>> times = np.arange(40)
    >>> errors, level = np.random.default_rng(1).normal(size=40), np.ones((40, 1))
    >>> chance(errors + 3 * (times >= 20), level, times, 20, times[6:35], 0.01)
    0.001
    >>> chance(errors, level, times, 20, times[6:35], 0.01) > 0.01
    True
    """
    step = (times >= start).astype(float)
    search = _search(columns, (times[:, None] >= dates).astype(float), times)
    own = float(_likelier(_search(columns, step[:, None], times), values[:, None])[0])
    weights = fit(values, columns, times).weights / 2
    weights += fit(values, np.column_stack([columns, step]), times).weights / 2
    whiten, _ = whitening(times)
    lower = np.linalg.inv(whiten)
    random = np.random.default_rng(_SEED)
    drawn, beyond, least = 0, 0, math.ceil(_BEYOND / sure) - 1
    while drawn < least and beyond <= _BEYOND:
        number = min(_AT_ONCE, least - drawn)
        errors = random.normal(size=(len(times), number))
        which = random.choice(len(weights), size=number, p=weights)
        for one in np.unique(which):
            errors[:, which == one] = lower[one] @ errors[:, which == one]
        beyond += int((_likelier(search, errors) >= own).sum())
        drawn += number
    return (beyond + 1) / (drawn + 1)


class _Search(NamedTuple):
    """What is looked for in each series: steps, by autocorrelation and free of other columns.

    `likely` and `with_step` are what the logarithms of probabilities add to those of squares.
    """

    whiten: Array
    others: Array
    steps: Array
    likely: Array
    with_step: Array
    degrees: int


def _search(columns: Array, steps: Array, times: NDArray[np.int64]) -> _Search:
    whiten, logs = whitening(times)
    q, r = np.linalg.qr(whiten @ columns)
    whitened = whiten @ steps
    free = whitened - q @ (q.transpose(0, 2, 1) @ whitened)
    lengths = np.sqrt((free**2).sum(axis=1))
    spanned = lengths < _SPANNED * np.sqrt((whitened**2).sum(axis=1))
    lengths = np.where(spanned, 1.0, lengths)
    volume = np.log(np.abs(np.diagonal(r, axis1=1, axis2=2))).sum(axis=1)
    likely = logs - volume
    with_step = np.where(spanned, -np.inf, likely[:, None] - np.log(lengths))
    degrees = columns.shape[0] - columns.shape[1]
    return _Search(whiten, q, free / lengths[:, None, :], likely, with_step, degrees)


def _likelier(search: _Search, series: Array) -> Array:
    """How much more probable its best step makes each series, one a column: a logarithm."""
    whitened = search.whiten @ series
    left = whitened - search.others @ (search.others.transpose(0, 2, 1) @ whitened)
    squares = (left**2).sum(axis=1)
    squares = np.maximum(squares, 1e-24 * (whitened**2).sum(axis=1) + 1e-300)
    without = search.likely[:, None] - search.degrees / 2 * np.log(squares)
    taken = (search.steps.transpose(0, 2, 1) @ left) ** 2
    rest = np.maximum(squares[:, None, :] - taken, 1e-12 * squares[:, None, :])
    with_step = search.with_step[:, :, None] - (search.degrees - 1) / 2 * np.log(rest)
    best = np.logaddexp.reduce(with_step, axis=0).max(axis=0)
    found: Array = best - np.logaddexp.reduce(without, axis=0)
    return found
