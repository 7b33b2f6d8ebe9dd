"""Regression of a series on time, with errors that follow one another."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# the distribution alone: all of scipy.stats takes a second to import
from scipy.special import stdtr, stdtrit

from observlib.base.period import working_day_deviation
from observlib.stats.survey.intervals import checked_level

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Times = NDArray[np.int64]  # the rank of each period
# Autocorrelations that are weighed: closer than this to 1 a series is a walk, of which no
# regression on time says anything.
CORRELATIONS = np.round(np.arange(-0.3, 0.96, 0.05), 2)


class Fit(NamedTuple):
    """Coefficients under each of `CORRELATIONS`, and how likely the data make it (`weights`).

    `evidence`: the logarithm of how likely they make the columns, to compare as many other columns
    by.
    """

    weights: Array
    coefficients: Array
    covariances: Array
    degrees: int
    evidence: float


class Effect(NamedTuple):
    """An estimate with its interval, and the two-sided p value of no effect."""

    estimate: float
    low: float
    high: float
    p: float


def fit(
    y: ArrayLike, columns: ArrayLike, times: ArrayLike, weights: ArrayLike | None = None
) -> Fit:
    """Regression with errors of first-order autocorrelation, which is not taken as known.

    Generalised least squares under each of a grid of autocorrelations, weighed by the restricted
    likelihood and Jeffreys' prior (1 − ρ²)^−½: what is said of a coefficient is a mixture of t
    distributions. Newey–West errors would be far too narrow on a few dozen months; what these cover
    is in `data/reference/coverage.csv`. Variances are in inverse proportion to `weights`.

    Source: A. Zellner and G. C. Tiao, *JASA* 59 (1964), 763–778; the prior: A. Zellner, *An
    Introduction to Bayesian Inference in Econometrics* (1971), ch. 7; REML for short series: S. L.
    Turner et al., *BMC Medical Research Methodology* 21 (2021), 181.
    """
    response, matrix = np.asarray(y, dtype=float), np.asarray(columns, dtype=float)
    n, p = matrix.shape
    if n <= p or np.linalg.matrix_rank(matrix) < p:
        raise ValueError(f"{n} values for {p} coefficients: too few, or columns that say the same")
    root = np.sqrt(np.ones(n) if weights is None else np.asarray(weights, dtype=float))
    stacked = np.column_stack([matrix, response]) * root[:, None]
    whiten, logs = whitening(times)
    whitened = whiten @ stacked
    matrix, response = whitened[:, :, :-1], whitened[:, :, -1:]
    q, r = np.linalg.qr(matrix)
    projected = q.transpose(0, 2, 1) @ response
    coefficients = np.linalg.solve(r, projected)[:, :, 0]
    squares = np.sum((response - q @ projected) ** 2, axis=(1, 2))
    least = 1e-24 * np.sum(response**2, axis=(1, 2))  # an exact fit
    squares = np.maximum(np.maximum(squares, least), 1e-300)
    inverse = np.linalg.inv(r)
    covariances = (squares / (n - p))[:, None, None] * (inverse @ inverse.transpose(0, 2, 1))
    volume = np.log(np.abs(np.diagonal(r, axis1=1, axis2=2))).sum(axis=1)
    likely = logs - volume - (n - p) / 2 * np.log(squares)
    relative = np.exp(likely - likely.max())
    evidence = float(likely.max() + np.log(relative.sum()))
    return Fit(relative / relative.sum(), coefficients, covariances, n - p, evidence)


def whitening(times: ArrayLike) -> tuple[Array, Array]:
    """By autocorrelation, what makes errors independent, and its prior logarithmic likelihood."""
    return _whitening(tuple(map(int, np.asarray(times))), tuple(map(float, CORRELATIONS)))


@lru_cache(maxsize=16)
def _whitening(times: tuple[int, ...], correlations: tuple[float, ...]) -> tuple[Array, Array]:
    apart = np.abs(np.subtract.outer(times, times))
    lower = np.linalg.cholesky([np.power(one, apart) for one in correlations])  # 0 ** 0 is 1
    whiten: Array = np.asarray(np.linalg.inv(lower), dtype=float)
    logs: Array = np.log(np.diagonal(whiten, axis1=1, axis2=2)).sum(axis=1)
    logs = logs - np.log1p(-np.square(correlations)) / 2
    return whiten, logs


def averaged(fits: Sequence[Fit], searched: int) -> Fit:
    """Regressions of the same values, each weighed by how likely the data make its columns.

    Each of the `searched` things, such as dates, costs a degree of freedom. Source: J. A. Hoeting
    and others, "Bayesian model averaging: a tutorial", *Statistical Science* 14 (1999), 382–417.
    """
    degrees = fits[0].degrees - searched
    evidence = np.array([one.evidence for one in fits])
    relative = np.exp(evidence - evidence.max())
    share = relative / relative.sum()
    return Fit(
        np.concatenate([part * one.weights for part, one in zip(share, fits, strict=True)]),
        np.concatenate([one.coefficients for one in fits]),
        np.concatenate([one.covariances for one in fits]) * fits[0].degrees / degrees,
        degrees,
        float(evidence.max() + np.log(relative.mean())),
    )


def contrast(fitted: Fit, combination: ArrayLike, level: float = 0.95) -> Effect:
    """A combination of coefficients, such as one of them, with its interval."""
    shares = ((1 - checked_level(level)) / 2, (1 + level) / 2)
    row = np.asarray(combination, dtype=float)
    centres = fitted.coefficients @ row
    spreads = np.sqrt(np.einsum("i,gij,j->g", row, fitted.covariances, row))
    spreads = np.maximum(spreads, 1e-12)
    mean = float(fitted.weights @ centres)

    def share_below(value: float) -> float:
        share = fitted.weights @ stdtr(fitted.degrees, (value - centres) / spreads)
        return float(np.clip(share, 0, 1))  # weights sum to 1 but for their last digits

    def quantile(share: float) -> float:
        """Of the mixture, by bisection between those of its parts."""
        parts = centres + spreads * stdtrit(fitted.degrees, share)
        low, high = float(parts.min()), float(parts.max())
        for _ in range(40):  # as near as numbers are told apart
            middle = (low + high) / 2
            low, high = (middle, high) if share_below(middle) < share else (low, middle)
        return (low + high) / 2

    (low, high), below = map(quantile, shares), share_below(0.0)
    return Effect(mean, min(low, mean), max(high, mean), 2 * min(below, 1 - below))


# --- What a series is regressed on: its season, its working days, and steps at given moments

YEAR = 12


def position(month: str) -> int:
    """The rank of a month `YYYY-MM` among those of all time; a `ValueError` where it is none."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month, re.ASCII)
    if match is None:
        raise ValueError(f"{month!r}: a series is of months YYYY-MM")
    return int(match[1]) * YEAR + int(match[2]) - 1


def positions(months: Sequence[str]) -> Times:
    """The rank of each month of a series; a `ValueError` where they do not follow one another."""
    ranks = np.array([position(month) for month in months], dtype=np.int64)
    if (np.diff(ranks) <= 0).any():
        raise ValueError(f"months stand each once, oldest first: {list(months)[:5]}")
    return ranks


def season(months: Sequence[str], pairs: int) -> Array:
    """Columns of the year's first harmonics, a cosine and a sine of each: six fit any season.

    >>> season(["2026-01", "2026-02"], 6).shape, season(["2026-01", "2026-02"], 1).shape
    ((2, 11), (2, 2))
    """
    angles = 2 * np.pi * (positions(months) % YEAR) / YEAR
    waves = [wave(k * angles) for k in range(1, pairs + 1) for wave in (np.cos, np.sin)]
    return np.column_stack(waves[: YEAR - 1])  # the sixth sine is zero


def working(months: Sequence[str]) -> Array:
    """One column: the working days of each month, less what that calendar month usually has."""
    return np.array([[working_day_deviation(month)] for month in months])


def step_and_ramp(times: Times, start: int) -> Array:
    """Two columns: 1 from `start` on, and the months gone since then (0 at `start`)."""
    since = (times >= start).astype(float)
    return np.column_stack([since, np.maximum(times - start, 0.0)])


# --- Whether revisions lean one way: their mean against zero, however alike neighbours are

LEAST_REVISIONS = 20  # periods, under which a robust error says too little


class Bias(NamedTuple):
    """The mean of revisions, of their sizes, the mean's error and p value (both NaN of too few)."""

    mean: float
    absolute: float
    error: float
    p_value: float


def bias(revisions: Sequence[float] | np.ndarray) -> Bias:
    """The mean of revisions, in the order of their periods, and the robust test that it is zero.

    Sources: R. McKenzie and M. Gamba, *Interpreting the results of revision analyses*,
    OECD/Eurostat, 2008; W. K. Newey and K. D. West, *Econometrica* 55 (1987), 703–708; 4
    (n/100)^(2/9) lags: the same, *Review of Economic Studies* 61 (1994), 631–653.
    """
    found = np.asarray(revisions, dtype=float)
    if not found.size or not np.isfinite(found).all():
        raise ValueError("revisions are numbers, one at least")
    mean, absolute = float(found.mean()), float(np.abs(found).mean())
    if len(found) < LEAST_REVISIONS:
        return Bias(mean, absolute, math.nan, math.nan)
    if np.ptp(found) < 1e-12 * max(1.0, absolute):  # each is the mean: no error, and no doubt
        return Bias(mean, absolute, 0.0, 1.0 if absolute == 0 else 0.0)
    from statsmodels.regression.linear_model import OLS  # a second to import

    lags = math.floor(4 * (len(found) / 100) ** (2 / 9))
    words = {"maxlags": lags, "use_correction": True}
    fitted = OLS(found, np.ones(len(found))).fit(cov_type="HAC", cov_kwds=words, use_t=True)
    return Bias(mean, absolute, float(fitted.bse[0]), float(fitted.pvalues[0]))
