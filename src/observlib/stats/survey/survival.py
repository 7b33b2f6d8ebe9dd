"""Durations of which some have not ended yet: Kaplan and Meier's estimate, and its quantiles."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from observlib.stats.survey.intervals import checked

COLUMNS = ["time", "at_risk", "events", "survival", "ci_low", "ci_high"]


def kaplan_meier(
    durations: Sequence[float],
    observed: Sequence[bool],
    weights: Sequence[float] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of cases that have not ended after each duration.

    Sources: E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations",
    *Journal of the American Statistical Association* 53 (1958), 457–481; variance of Greenwood
    (1926); interval on the log(−log) scale, which stays between 0 and 1: J. D. Kalbfleisch and
    R. L. Prentice, *The Statistical Analysis of Failure Time Data*, 2nd ed. (2002), section 1.4.

    Parameters
    ----------
    durations
        How long each case lasted, or has lasted so far (0 or more).
    observed
        Whether the end was seen; a case without its end is censored at its duration.
    weights
        How many like cases each stands for (whole numbers of a grouped table); 1 where absent.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    DataFrame
        One row a duration at which something ended, ascending: `time`, `at_risk` just before,
        `events`, `survival` after it (0 to 1), `ci_low`, `ci_high`. Where nothing is left the
        interval is NaN. Empty where nothing ended.

    Raises
    ------
    ValueError
        For lengths that differ, a negative or missing duration, an end of which it is unknown
        whether it was observed, a weight that is negative or not finite.

    Examples
    --------
    >>> kaplan_meier([1, 2, 2, 4], [True, True, False, True])[["time", "survival"]].values.tolist()
    [[1.0, 0.75], [2.0, 0.5], [4.0, 0.0]]
    """
    if pd.isna(np.asarray(observed, dtype=object)).any():
        raise ValueError("whether each end was observed is true or false, and known")
    times = np.asarray(durations, dtype=float)
    ended = np.asarray(observed, dtype=bool)
    counts = np.ones(len(times)) if weights is None else np.asarray(weights, dtype=float)
    if not len(times) == len(ended) == len(counts):
        raise ValueError(f"{len(times)} durations, {len(ended)} ends, {len(counts)} weights")
    if not ((times >= 0) & (counts >= 0) & (counts < np.inf)).all():
        raise ValueError("durations and weights are numbers of 0 or more, weights finite")
    from statsmodels.duration.survfunc import SurvfuncRight  # a second to import

    found = SurvfuncRight(times, ended, freq_weights=counts)
    at_risk, events = found.n_risk, found.n_events
    # not surv_prob, whose logarithms lose a last digit, nor its error: Tsiatis' of weighted cases
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        spread = ndtri((1 + checked(level)) / 2) * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
    columns = (found.surv_times, at_risk, events, survival, low, high)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def quantile(curve: pd.DataFrame, p: float) -> tuple[float, float, float]:
    """The duration within which a share `p` of the cases has ended, and its interval.

    Source: R. Brookmeyer and J. Crowley, "A confidence interval for the median survival time",
    *Biometrics* 38 (1982), 29–41, with the curve's own interval.

    Parameters
    ----------
    curve
        What `kaplan_meier` gives.
    p
        A share between 0 and 1, such as 0.5 for the median.

    Returns
    -------
    value, ci_low, ci_high
        NaN where the curve, or the end of its interval, does not come down to 1 − `p`.

    Examples
    --------
    >>> quantile(kaplan_meier([1, 2, 3, 4], [True] * 4), 0.5)[0]
    2.0
    """

    def first(share: str) -> float:
        reached = curve.loc[curve[share] <= 1 - p + 1e-12, "time"]
        return float(reached.iloc[0]) if len(reached) else math.nan

    return first("survival"), first("ci_low"), first("ci_high")


def share_ended(curve: pd.DataFrame, time: float) -> tuple[float, float, float]:
    """The share of the cases that has ended within a duration, and its interval.

    Parameters
    ----------
    curve
        What `kaplan_meier` gives.
    time
        A duration, included.

    Returns
    -------
    value, ci_low, ci_high
        Shares between 0 and 1; 0 without an interval before anything ended.

    Examples
    --------
    >>> share_ended(kaplan_meier([1, 2, 3, 4], [True] * 4), 3)[0]
    0.75
    """
    reached = curve[curve["time"] <= time]
    if reached.empty:
        return 0.0, math.nan, math.nan
    last = reached.iloc[-1]
    return 1 - float(last["survival"]), 1 - float(last["ci_high"]), 1 - float(last["ci_low"])
