"""Quantiles, with intervals that suppose nothing of the distribution of values.

`quantile_interval` is exact for a simple sample; `quantiles` is for a design. Both take the
smallest value that at least a share p does not exceed.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from observlib.stats.survey.design import Design, Floats
from observlib.stats.survey.estimation import Domains, domains, means, numeric_column, weighted_sums
from observlib.stats.survey.intervals import checked_level

# --- Durations of which some have not ended yet: Kaplan and Meier's estimate, and its quantiles


def kaplan_meier(
    durations: Sequence[float],
    observed: Sequence[bool],
    weights: Sequence[float] | None = None,
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
        spread = ndtri(0.975) * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
    counted = {"time": found.surv_times, "at_risk": at_risk, "events": events}
    return pd.DataFrame({**counted, "survival": survival, "ci_low": low, "ci_high": high})


def quantile(curve: pd.DataFrame, p: float) -> tuple[float, float, float]:
    """The duration within which a share `p` of the cases has ended, and its interval.

    Source: R. Brookmeyer and J. Crowley, "A confidence interval for the median survival time",
    *Biometrics* 38 (1982), 29–41, with the curve's own interval.

    NaN where the curve of `kaplan_meier`, or the end of its interval, does not come down to 1 −
    `p`.

    >>> quantile(kaplan_meier([1, 2, 3, 4], [True] * 4), 0.5)[0]
    2.0
    """

    def first(share: str) -> float:
        reached = curve.loc[curve[share] <= 1 - p + 1e-12, "time"]
        return float(reached.iloc[0]) if len(reached) else math.nan

    return first("survival"), first("ci_low"), first("ci_high")


def share_ended(curve: pd.DataFrame, time: float) -> tuple[float, float, float]:
    """The share of the cases that has ended within a duration, and its interval.

    0 without an interval before anything ended.

    >>> share_ended(kaplan_meier([1, 2, 3, 4], [True] * 4), 3)[0]
    0.75
    """
    reached = curve[curve["time"] <= time]
    if reached.empty:
        return 0.0, math.nan, math.nan
    last = reached.iloc[-1]
    return 1 - float(last["survival"]), 1 - float(last["ci_high"]), 1 - float(last["ci_low"])


def quantile_interval(
    values: Sequence[float],
    p: float,
    level: float = 0.95,
    times: Sequence[int] | None = None,
) -> tuple[float, float, float]:
    """A quantile and its interval between two order statistics.

    Source: W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed. (1999), section 3.2: the
    number of values at or below the quantile is binomial. The quantile itself is the smallest
    value that at least a share `p` of the sample does not exceed (definition 1 of Hyndman and
    Fan, 1996).

    Values are seen `times`, once where absent. Both ends are NaN where the sample is too small for
    one of them.

    >>> quantile_interval(range(1, 101), 0.5)
    (50.0, 40.0, 61.0)
    >>> quantile_interval([1, 7], 0.5, times=[600, 400])
    (1.0, 1.0, 1.0)
    """
    from scipy.stats import binom  # a second to import

    given = np.asarray(values, dtype=float)
    order = np.argsort(given, kind="stable")
    last = np.cumsum(np.ones(len(given), int) if times is None else np.asarray(times)[order])
    n = int(last[-1]) if len(last) else 0
    if n == 0 or np.isnan(given).any() or not 0 < p < 1:
        raise ValueError(f"n = {n}, p = {p}: a quantile needs known values, and 0 < p < 1")

    def ranked(rank: int) -> float:
        return float(given[order[np.searchsorted(last, rank)]]) if 1 <= rank <= n else math.nan

    value, outside = ranked(max(1, math.ceil(n * p - 1e-9))), (1 - checked_level(level)) / 2
    law = binom(n, p)
    low, high = ranked(int(law.ppf(outside))), ranked(int(law.isf(outside)) + 1)
    whole = not (math.isnan(low) or math.isnan(high))
    return (value, low, high) if whole else (value, math.nan, math.nan)


def quantiles(
    design: Design,
    variable: str,
    p: float | Sequence[float] = 0.5,
    by: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Quantiles of a designed sample, by domain.

    The interval is that of the share of values up to the quantile, read back on the distribution:
    R. S. Woodruff, "Confidence intervals for medians and other position measures", *JASA* 47
    (1952), 635–646. As R's `svyquantile(qrule="math", interval.type="mean")`, but that a share
    which is reached but for rounding is reached: of 200 equal weights the tenth part is 20 values,
    whatever their size, where R may take 21.

    Parameters
    ----------
    variable
        Column of numbers; rows without one are left out.
    p
        One or more shares between 0 and 1.
    by
        Columns whose values make the domains.

    Returns
    -------
    DataFrame
        One row a domain and share: the domain's columns, `p`, `estimate`, `se` (the interval's
        length in units of t), `ci_low`, `ci_high`; `df` and `n` of known values; `n_eff` and
        `deff` of the share up to the quantile; `status`, as of `estimation`. It is `no_interval`,
        with `se` and both ends NaN, without a degree of freedom, where no value lies above the
        quantile, and where an end is beyond the smallest or largest value: half an interval
        would be read as a whole one.

    Examples
    --------
    >>> from observlib.stats.survey.design import design
    >>> waits = design(pd.DataFrame({"minutes": range(1, 101)}))
    >>> found = quantiles(waits, "minutes", [0.5, 0.9])
    >>> found[["p", "estimate", "ci_low", "ci_high"]].values.tolist()
    [[0.5, 50.0, 41.0, 60.0], [0.9, 90.0, 85.0, 96.0]]
    """
    shares = [p] if isinstance(p, (int, float)) else list(p)
    if not shares or not all(0 < share < 1 for share in shares):
        raise ValueError(f"p = {p}: shares lie between 0 and 1")
    values, groups = numeric_column(design, variable), domains(design, by, "p")
    known = ~np.isnan(values)
    groups = Domains(groups.labels, np.where(known, groups.codes, -1))
    at = _distribution(design, groups, values)
    frames = []
    for share in shares:
        found = at(np.full(groups.count, share))
        below = np.where(known, values <= found[groups.codes], np.nan).astype(float)
        frame = means(design, groups, below, level)
        # where no value lies above the quantile, all shares are 1, and their status says it
        low, high = (at(frame[end].to_numpy(float)) for end in ("ci_low", "ci_high"))
        half_known = np.isnan(low) | np.isnan(high)
        low[half_known] = high[half_known] = np.nan
        status = frame["status"].mask(half_known & (frame["status"] == "published"), "no_interval")
        df = np.maximum(frame["df"].to_numpy(float), 1)
        frames.append(
            groups.labels.assign(
                p=share,
                estimate=found,
                se=(high - low) / (2 * stdtrit(df, (1 + level) / 2)),
                ci_low=low,
                ci_high=high,
                df=frame["df"],
                n=frame["n"],
                n_eff=frame["n_eff"],
                deff=frame["deff"],
                status=status,
            )
        )
    return pd.concat(frames).sort_index(kind="stable").reset_index(drop=True)


def _distribution(design: Design, groups: Domains, values: Floats) -> Callable[[Floats], Floats]:
    """Gives the smallest value of each domain that its share does not exceed; else NaN."""
    rows = np.flatnonzero((groups.codes >= 0) & (design.weights > 0))
    rows = rows[np.lexsort((values[rows], groups.codes[rows]))]
    ordered, cumulated = values[rows], np.cumsum(design.weights[rows])
    size = weighted_sums(design, groups, np.ones(len(values)))
    start = np.concatenate([[0.0], np.cumsum(size)[:-1]])
    counts = np.bincount(groups.codes[rows], minlength=groups.count)
    last = np.cumsum(counts) - 1
    first = last - counts + 1

    def at(shares: Floats) -> Floats:
        found = np.full(len(shares), np.nan)
        able = (counts > 0) & (shares >= 0) & (shares <= 1)
        # a share that is reached but for rounding is reached
        target = start + (shares - 1e-10) * size
        index = np.searchsorted(cumulated, target[able])
        found[able] = ordered[np.clip(index, first[able], last[able])]
        return found

    return at
