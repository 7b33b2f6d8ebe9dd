"""Quantiles, with intervals that suppose nothing of the distribution of values.

`quantile_interval` is exact for a simple sample; `quantiles` is for a design. Both take the
smallest value that at least a share p does not exceed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from observlib.stats.survey.design import Design, Floats
from observlib.stats.survey.estimation import Domains, domains, means, numbers, weighted_sums
from observlib.stats.survey.intervals import checked


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

    Parameters
    ----------
    values
        At least one number.
    p
        A share between 0 and 1, such as 0.9.
    level
        Least confidence of the interval, between 0 and 1.
    times
        How often each value was seen; once where absent.

    Returns
    -------
    value, ci_low, ci_high
        Both ends are NaN where the sample is too small for one of them.

    Examples
    --------
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

    value, outside = ranked(max(1, math.ceil(n * p - 1e-9))), (1 - checked(level)) / 2
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
    design
        What `design.design` or `design.within` gave.
    variable
        Column of numbers; rows without one are left out.
    p
        One or more shares between 0 and 1.
    by
        Columns whose values make the domains.
    level
        Confidence level, between 0 and 1.

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
    values, groups = numbers(design, variable), domains(design, by, "p")
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
