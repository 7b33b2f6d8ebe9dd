"""Proportions of a designed sample, with intervals that stay between 0 and 1; quantiles, durations.

Frames have the columns of `estimation`, and `method`: the interval that was taken. Where all or
none of a domain have the property, where it has no degree of freedom, or where its units are alike
within each stratum, the variance says nothing; then, whatever was asked for, it is `wilson` on the
effective number of sampled units. So it is, on the lesser of that and of p(1 − p)/v, where a
stratum has no case, or none but cases; and, on the lesser of Kish's effective number of answers and
of that, where weights are unequal and cases, or others, are rare (under a fifth, and fewer than 20
effective ones): p and v are too small at once.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, cast, get_args

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri, stdtrit

from observlib.base.errors import ObservError
from observlib.stats.survey import estimation, intervals
from observlib.stats.survey.design import Codes, Design, Floats, Mask, numeric_column, require
from observlib.stats.survey.estimation import Domains

IntervalMethod = Literal["logit", "wilson"]
_RARE, _FEW = 0.2, 20  # share of cases, and effective ones: see the module


def proportion(
    design: Design,
    variable: str,
    of: object,
    by: str | Sequence[str] | None = None,
    *,
    method: IntervalMethod = "logit",
    level: float = 0.95,
) -> pd.DataFrame:
    """The proportion of one answer, or of any of several, among known answers.

    Intervals, with t of the domain's degrees of freedom:

    - `logit`: Student's of the log odds, as R's `svyciprop(method="xlogit")`;
    - `wilson`: Wilson's on the effective sample size p(1 − p)/v: N. Dean and M. Pagano, *Journal of
      Survey Statistics and Methodology* 3 (2015), 484–503.

    Parameters
    ----------
    of
        An answer, or a list, tuple or set of answers.
    by
        Columns whose values make the domains.

    Returns
    -------
    DataFrame
        One row a domain, with proportions between 0 and 1: see the module.
    """
    require(design.frame, [variable])
    answers = design.frame[variable]
    chosen = list(of) if isinstance(of, (list, tuple, set, frozenset)) else [of]
    has = np.where(answers.notna(), answers.isin(chosen), np.nan).astype(float)
    return _interval(design, estimation.domains(design, by, "method"), has, method, level)


def proportions(
    design: Design,
    variable: str,
    by: str | Sequence[str] | None = None,
    *,
    method: IntervalMethod = "logit",
    level: float = 0.95,
) -> pd.DataFrame:
    """The proportion of each answer: as `proportion`, one row a domain and answer.

    Answers are those of the frame, sorted; of a categorical column, all its categories in order.
    The column `value` has the answer.

    >>> from observlib.stats.survey.design import design
    >>> answers = design(pd.DataFrame({"sport": ["yes", "no", "yes", "yes", None]}))
    >>> proportions(answers, "sport")[["value", "estimate"]].values.tolist()
    [['no', 0.25], ['yes', 0.75]]
    """
    require(design.frame, [variable])
    answers = design.frame[variable]
    groups = estimation.domains(design, by, "method", "value")
    codes, values = pd.factorize(answers, sort=True)
    if isinstance(answers.dtype, pd.CategoricalDtype):
        codes, values = answers.cat.codes.to_numpy(), answers.cat.categories
    frames = []
    for code, value in enumerate(values):
        has = np.where(codes >= 0, codes == code, np.nan)
        frame = _interval(design, groups, has, method, level)
        frame.insert(len(groups.labels.columns), "value", value)
        frames.append(frame)
    if not frames:
        raise ObservError(f"column {variable}: no row has an answer")
    together = pd.concat(frames).sort_index(kind="stable")
    return together.reset_index(drop=True)


def _interval(
    design: Design, groups: Domains, has: Floats, method: IntervalMethod, level: float
) -> pd.DataFrame:
    if method not in get_args(IntervalMethod):
        raise ValueError(f"method is one of {', '.join(get_args(IntervalMethod))}, not {method!r}")
    frame = estimation.means(design, groups, has, level)
    share, se, df, n = (frame[name].to_numpy(float) for name in ("estimate", "se", "df", "n"))
    exists = frame["status"].to_numpy() != "missing"
    telling = (frame["status"] == "published").to_numpy() & (df >= 1) & (share > 0) & (share < 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = share * (1 - share)
        # how much wider intervals are for the few degrees of freedom of the variance
        few = (_t(n - 1, level) / _t(df, level)) ** 2
        size = odds / se**2 * few
        if method == "logit":
            half = estimation.half_width(se / odds, df, level)
            low, high = expit(logit(share) - half), expit(logit(share) + half)
        else:
            low, high = intervals.wilson_of_share(share, size, level)
        inside = np.where(np.isnan(has), -1, groups.codes)
        units = estimation.effective_units(design, inside, groups.count)
        units = np.where(df >= 1, units * few, units)
        untold = telling & _without_cases(design, inside, has, groups.count)
        units = np.where(untold, np.minimum(units, size), units)
        answers = estimation.kish(design.weights[inside >= 0], inside[inside >= 0], groups.count)
        least = np.minimum(answers, size)
        cases = np.minimum(share, 1 - share)
        rare = telling & ~untold & (cases < _RARE) & (cases * least < _FEW)
        rare &= answers < n * (1 - estimation.ROUNDING)
        units = np.where(rare, least, units)
        scores = intervals.wilson_of_share(share, units, level)
    kinds = [telling & ~(untold | rare), exists]
    frame["ci_low"] = np.select(kinds, [low, scores[0]], np.nan)
    frame["ci_high"] = np.select(kinds, [high, scores[1]], np.nan)
    frame["method"] = np.select(kinds, [method, "wilson"], "")
    frame["status"] = np.where(exists, "published", "missing")
    return frame


def _without_cases(design: Design, codes: Codes, has: Floats, count: int) -> Mask:
    """The domains of which a stratum has no case, or nothing but cases (count,)."""
    rows = (codes >= 0) & (design.weights > 0)
    keys = design.stratum[design.psu[rows]] * count + codes[rows]
    cell, cells = pd.factorize(keys)
    share = np.bincount(cell, has[rows], len(cells)) / np.bincount(cell, minlength=len(cells))
    found = np.zeros(count, dtype=bool)
    found[cells[(share == 0) | (share == 1)] % count] = True
    return found


def _t(df: Floats, level: float) -> Floats:
    return cast(Floats, stdtrit(np.maximum(df, 1), (1 + level) / 2))


# --- Durations of which some have not ended yet: Kaplan and Meier's estimate, and its quantiles


def kaplan_meier(
    durations: Sequence[float], observed: Sequence[bool], weights: Sequence[float] | None = None
) -> pd.DataFrame:
    """Share of cases that have not ended after each duration.

    Sources: E. L. Kaplan and P. Meier, *JASA* 53 (1958), 457–481; Greenwood's variance (1926);
    interval on the log(−log) scale: J. D. Kalbfleisch and R. L. Prentice, *The Statistical Analysis
    of Failure Time Data*, 2nd ed. (2002), section 1.4.

    Parameters
    ----------
    durations
        How long each case lasted, or has lasted so far (0 or more).
    observed
        Whether the end was seen; a case without its end is censored at its duration.
    weights
        How many like cases each stands for; 1 where absent.

    Returns
    -------
    DataFrame
        One row a duration at which something ended, ascending: `time`, `at_risk` just before,
        `events`, `survival` after it, `ci_low`, `ci_high` (NaN where nothing is left).

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
    """The duration within which a share `p` of the cases has ended, and its interval, or NaN.

    Source: R. Brookmeyer and J. Crowley, *Biometrics* 38 (1982), 29–41.

    >>> quantile(kaplan_meier([1, 2, 3, 4], [True] * 4), 0.5)[0]
    2.0
    """

    def first(share: str) -> float:
        reached = curve.loc[curve[share] <= 1 - p + 1e-12, "time"]
        return float(reached.iloc[0]) if len(reached) else math.nan

    return first("survival"), first("ci_low"), first("ci_high")


def share_ended(curve: pd.DataFrame, time: float) -> tuple[float, float, float]:
    """The share of the cases that has ended within a duration, and its interval; 0 before any.

    >>> share_ended(kaplan_meier([1, 2, 3, 4], [True] * 4), 3)[0]
    0.75
    """
    reached = curve[curve["time"] <= time]
    if reached.empty:
        return 0.0, math.nan, math.nan
    survival, high, low = map(float, reached[["survival", "ci_high", "ci_low"]].iloc[-1])
    return 1 - survival, 1 - high, 1 - low


def quantile_interval(
    values: Sequence[float], p: float, level: float = 0.95, times: Sequence[int] | None = None
) -> tuple[float, float, float]:
    """A quantile of values seen `times`, and its interval between order statistics; NaN: too few.

    Source: W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed. (1999), section 3.2;
    definition 1 of Hyndman and Fan (1996).

    >>> quantile_interval(range(1, 101), 0.5)
    (50.0, 40.0, 61.0)
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

    value = ranked(max(1, math.ceil(n * p - 1e-9)))
    outside = (1 - intervals.checked_level(level)) / 2
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
    R. S. Woodruff, *JASA* 47 (1952), 635–646. As R's `svyquantile(qrule="math",
    interval.type="mean")`, but that a share which is reached but for rounding is reached.

    Parameters
    ----------
    p
        One or more shares between 0 and 1.
    by
        Columns whose values make the domains.

    Returns
    -------
    DataFrame
        One row a domain and share: the domain's columns, `p`, and those of `estimation`; `se` is
        the interval's length in units of t, `n_eff` and `deff` are of the share up to the quantile.
        `status` is `no_interval` where an end is unknown: half an interval would be read as whole.

    >>> from observlib.stats.survey.design import design
    >>> waits = design(pd.DataFrame({"minutes": range(1, 101)}))
    >>> found = quantiles(waits, "minutes", [0.5, 0.9])
    >>> found[["p", "estimate", "ci_low", "ci_high"]].values.tolist()
    [[0.5, 50.0, 41.0, 60.0], [0.9, 90.0, 85.0, 96.0]]
    """
    shares = [p] if isinstance(p, (int, float)) else list(p)
    if not shares or not all(0 < share < 1 for share in shares):
        raise ValueError(f"p = {p}: shares lie between 0 and 1")
    values, groups = numeric_column(design, variable), estimation.domains(design, by, "p")
    known = ~np.isnan(values)
    groups = Domains(groups.labels, np.where(known, groups.codes, -1))
    at = _distribution(design, groups, values)
    frames = []
    for share in shares:
        found = at(np.full(groups.count, share))
        below = np.where(known, values <= found[groups.codes], np.nan).astype(float)
        frame = estimation.means(design, groups, below, level)
        # where no value lies above the quantile, all shares are 1, and their status says it
        low, high = (at(frame[end].to_numpy(float)) for end in ("ci_low", "ci_high"))
        half_known = np.isnan(low) | np.isnan(high)
        low[half_known] = high[half_known] = np.nan
        status = frame["status"].mask(half_known & (frame["status"] == "published"), "no_interval")
        se = (high - low) / (2 * _t(frame["df"].to_numpy(float), level))
        frame = frame.assign(estimate=found, se=se, ci_low=low, ci_high=high, status=status)
        frame.insert(len(groups.labels.columns), "p", share)
        frames.append(frame)
    return pd.concat(frames).sort_index(kind="stable").reset_index(drop=True)


def _distribution(design: Design, groups: Domains, values: Floats) -> Callable[[Floats], Floats]:
    """Gives the smallest value of each domain that its share does not exceed; else NaN."""
    rows = np.flatnonzero((groups.codes >= 0) & (design.weights > 0))
    rows = rows[np.lexsort((values[rows], groups.codes[rows]))]
    ordered, cumulated = values[rows], np.cumsum(design.weights[rows])
    size = estimation.weighted_sums(design, groups, np.ones(len(values)))
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
