"""Whether revisions lean one way: their mean against zero, however alike neighbours are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ENOUGH = 20  # periods, under which a robust error says too little


class Bias(NamedTuple):
    """The mean of revisions, their mean absolute size, the error of the mean, and its p value.

    Error and p value are NaN where there are too few revisions.
    """

    mean: float
    absolute: float
    error: float
    p_value: float


def bias(revisions: Sequence[float] | np.ndarray) -> Bias:
    """The mean of revisions, and the test that it is zero.

    A revision is what was told last less what was told first, of one period; the error of their
    mean is robust to heteroskedasticity and autocorrelation (Bartlett's weights).

    Sources: R. McKenzie and M. Gamba, *Interpreting the results of revision analyses: recommended
    summary statistics*, OECD/Eurostat, 2008 (mean revision, mean absolute revision, robust t test);
    W. K. Newey and K. D. West, "A simple, positive semi-definite, heteroskedasticity and
    autocorrelation consistent covariance matrix", *Econometrica* 55 (1987), 703–708; the number of
    lags is 4 (n/100)^(2/9), after the same, *Review of Economic Studies* 61 (1994), 631–653.

    Parameters
    ----------
    revisions
        In the order of their periods.

    Examples
    --------
    >>> found = bias([0.1, -0.2, 0.1] * 8)
    >>> round(found.absolute, 3), found.p_value > 0.9
    (0.133, True)
    >>> bias([0.1, 0.3]).p_value
    nan
    """
    found = np.asarray(revisions, dtype=float)
    if not found.size or not np.isfinite(found).all():
        raise ValueError("revisions are numbers, one at least")
    mean, absolute = float(found.mean()), float(np.abs(found).mean())
    if len(found) < ENOUGH:
        return Bias(mean, absolute, math.nan, math.nan)
    if np.ptp(found) < 1e-12 * max(1.0, absolute):  # each is the mean: no error, and no doubt
        return Bias(mean, absolute, 0.0, 1.0 if absolute == 0 else 0.0)
    from statsmodels.regression.linear_model import OLS  # a second to import

    lags = math.floor(4 * (len(found) / 100) ** (2 / 9))
    words = {"maxlags": lags, "use_correction": True}
    fitted = OLS(found, np.ones(len(found))).fit(cov_type="HAC", cov_kwds=words, use_t=True)
    return Bias(mean, absolute, float(fitted.bse[0]), float(fitted.pvalues[0]))
