"""Regression of a series on time, with errors that follow one another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# the distribution alone: all of scipy.stats takes a second to import, in each page's kernel
from scipy.special import stdtr, stdtrit

Array = NDArray[np.float64]
# Autocorrelations that are weighed, each as likely before the data: closer than this to 1 a
# series is a walk, of which no regression on time says anything.
_CORRELATIONS = np.round(np.arange(-0.3, 0.96, 0.05), 2)


class Fit(NamedTuple):
    """Coefficients under every autocorrelation, and how likely the data make each."""

    correlations: Array
    weights: Array
    coefficients: Array
    covariances: Array
    degrees: int

    @property
    def correlation(self) -> float:
        """The mean autocorrelation of the errors from one period to the next."""
        return float(self.weights @ self.correlations)


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

    Under each autocorrelation of a grid, generalised least squares; the grid's values are weighed
    by the likelihood that is left once coefficients and variance are integrated out. What is said
    of a coefficient is then a mixture of t distributions. Newey–West errors, which suppose long
    series, give far too narrow intervals on a few dozen months. What these ones cover is measured
    by `tests/benchmarks/series_coverage.py`.

    Source: A. Zellner and G. C. Tiao, "Bayesian analysis of the regression model with
    autocorrelated errors", *Journal of the American Statistical Association* 59 (1964), 763–778.
    The likelihood is the restricted one (REML), which S. L. Turner et al., "Evaluation of
    statistical methods used in the analysis of interrupted time series studies", *BMC Medical
    Research Methodology* 21 (2021), 181, recommend for short series.

    Parameters
    ----------
    y
        Values, one a period.
    columns
        Matrix of regressors, one row a value; of full rank, with fewer columns than rows.
    times
        Whole numbers, the period of each value: periods may be absent.
    weights
        Numbers to which the inverse variance of each value is proportional, such as the
        effective number of answers behind a mean. All alike where not given.

    Raises
    ------
    ValueError
        Where there are not more values than columns, or columns say the same thing.

    Examples
    --------
    >>> times = np.arange(8)
    >>> line = fit([1.1, 2.9, 5.2, 6.8, 9.1, 10.9, 13.2, 14.8], np.vander(times, 2), times)
    >>> [round(number, 2) for number in contrast(line, [1, 0])][:3]
    [1.98, 1.88, 2.07]
    """
    response, matrix = np.asarray(y, dtype=float), np.asarray(columns, dtype=float)
    n, p = matrix.shape
    if n <= p or np.linalg.matrix_rank(matrix) < p:
        raise ValueError(f"{n} values for {p} coefficients: too few, or columns that say the same")
    root = np.sqrt(np.ones(n) if weights is None else np.asarray(weights, dtype=float))
    response, matrix = response * root, matrix * root[:, None]
    apart = np.abs(np.subtract.outer(np.asarray(times), np.asarray(times)))
    likelihoods, coefficients, covariances = [], [], []
    for correlation in _CORRELATIONS:
        lower = np.linalg.cholesky(np.power(correlation, apart))  # 0 ** 0 is 1
        q, r = np.linalg.qr(np.linalg.solve(lower, matrix))
        whitened = np.linalg.solve(lower, response)
        found = np.linalg.solve(r, q.T @ whitened)
        squares = float(np.sum((whitened - q @ (q.T @ whitened)) ** 2))
        squares = max(squares, 1e-24 * float(whitened @ whitened), 1e-300)  # an exact fit
        inverse = np.linalg.inv(r)
        likelihoods.append(
            -np.log(np.diag(lower)).sum()
            - np.log(np.abs(np.diag(r))).sum()
            - (n - p) / 2 * np.log(squares)
        )
        coefficients.append(found)
        covariances.append(squares / (n - p) * inverse @ inverse.T)
    relative = np.exp(np.array(likelihoods) - max(likelihoods))
    return Fit(
        _CORRELATIONS,
        relative / relative.sum(),
        np.array(coefficients),
        np.array(covariances),
        n - p,
    )


def contrast(fitted: Fit, combination: ArrayLike, level: float = 0.95) -> Effect:
    """A combination of coefficients, such as one of them, with its interval.

    Parameters
    ----------
    fitted
        What `fit` gave.
    combination
        The multiple of each coefficient.
    level
        Confidence level, between 0 and 1.
    """
    row = np.asarray(combination, dtype=float)
    centres = fitted.coefficients @ row
    spreads = np.sqrt(np.einsum("i,gij,j->g", row, fitted.covariances, row))
    spreads = np.maximum(spreads, 1e-12)
    mean = float(fitted.weights @ centres)
    low, high = (
        _quantile(fitted, centres, spreads, share) for share in ((1 - level) / 2, (1 + level) / 2)
    )
    below = _share_below(fitted, centres, spreads, 0.0)
    return Effect(mean, min(low, mean), max(high, mean), 2 * min(below, 1 - below))


def _share_below(fitted: Fit, centres: Array, spreads: Array, value: float) -> float:
    return float(fitted.weights @ stdtr(fitted.degrees, (value - centres) / spreads))


def _quantile(fitted: Fit, centres: Array, spreads: Array, share: float) -> float:
    """The quantile of the mixture, by bisection between those of its parts."""
    parts = centres + spreads * stdtrit(fitted.degrees, share)
    low, high = float(parts.min()), float(parts.max())
    for _ in range(60):
        middle = (low + high) / 2
        if _share_below(fitted, centres, spreads, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2
