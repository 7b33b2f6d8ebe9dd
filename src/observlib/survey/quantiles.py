"""Quantiles of a sample, with an interval that supposes nothing of their distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import bdtr


def quantile_interval(
    values: Sequence[float], p: float, level: float = 0.95
) -> tuple[float, float, float]:
    """A quantile and its interval between two order statistics.

    Source: W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed. (1999), section 3.2: the
    number of values at or below the quantile is binomial. The quantile itself is the smallest
    value that at least a share `p` of the sample does not exceed (definition 1 of Hyndman and
    Fan, 1996).

    Parameters
    ----------
    values
        At least one number.
    p
        A share between 0 and 1, such as 0.9.
    level
        Least confidence of the interval, between 0 and 1.

    Returns
    -------
    value, ci_low, ci_high
        Ends are NaN where the sample is too small for them.

    Examples
    --------
    >>> quantile_interval(range(1, 101), 0.5)
    (50.0, 40.0, 61.0)
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    if n == 0 or not 0 < p < 1:
        raise ValueError(f"n = {n}, p = {p}: a quantile needs values, and 0 < p < 1")
    value = float(ordered[max(0, math.ceil(n * p - 1e-9) - 1)])
    tail = (1 - level) / 2
    below = bdtr(np.arange(n), n, p)  # chances that at most k values lie at or below it
    low = int(np.searchsorted(below, tail, side="right"))  # largest rank r with P(B < r) <= tail
    high = int(np.searchsorted(below, 1 - tail)) + 1  # smallest rank s with P(B < s) >= 1 - tail
    return (
        value,
        float(ordered[low - 1]) if low >= 1 else math.nan,
        float(ordered[high - 1]) if high <= n else math.nan,
    )
