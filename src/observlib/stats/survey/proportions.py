"""Proportions of a designed sample, by domain, with intervals that stay between 0 and 1.

Frames have the columns of `estimation`, and `method`: the interval that was taken. Each share that
exists has one, and is `published`. Where all or none of a domain have the property, where it has no
degree of freedom, or where its units are alike within each stratum, the variance says nothing;
then, whatever was asked for, it is

- `census`, the share itself, where the strata of the domain were sampled as a whole;
- `hypergeometric` where all or none have the property and the population is known: the largest
  share of others that such a sample would still meet none of, 1 time in 40 (at 0.95). The sample
  is taken as one of the effective number of units out of that over the sampling fraction. Source:
  W. G. Cochran, *Sampling Techniques*, 3rd ed. (1977), sections 3.5 and 3.6; continued between
  whole numbers, which never makes it shorter;
- `wilson` on the effective number of sampled units else.

So it is, too, where a stratum of the domain has no case, or none but cases: it adds nothing to the
variance, as if its share were known to be 0. Of a rare share in strata that are drawn at different
rates, intervals from that variance hold the truth two times in three. The size is then the lesser
of the effective number of units and of p(1 − p)/v.

So it is, lastly, where weights are unequal and cases, or others, are rare (under a fifth, and fewer
than 20 effective ones): by chance the few have small weights, and p and v are too small at once.
The size is then the lesser of Kish's effective number of answers and of p(1 − p)/v.
"""

from collections.abc import Sequence
from typing import Literal, cast, get_args

import numpy as np
import pandas as pd
from scipy.special import betaln, expit, logit, stdtrit

from observlib.base.errors import ObservError
from observlib.stats.survey import estimation
from observlib.stats.survey.design import Codes, Design, Floats, Mask, require
from observlib.stats.survey.intervals import clopper_pearson_of_share, wilson_of_share

IntervalMethod = Literal["logit", "beta", "wilson", "mean"]
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

    - `logit`: Student's of the log odds, as R's `svyciprop(method="xlogit")`, and as its
      `"logit"`, which has no finite ends at 1 degree of freedom;
    - `beta`: of Clopper and Pearson on the effective sample size p(1 − p)/v, corrected for the
      degrees of freedom: E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with
      small expected number of positive counts estimated from survey data", *Survey Methodology* 24
      (1998), 193–201. The n of that correction are the domain's known answers; R's
      `svyciprop(method="beta")` counts the unknown too, and those outside the domain where weights
      are calibrated;
    - `wilson`: Wilson's on the same size: N. Dean and M. Pagano, "Evaluating confidence interval
      methods for binomial proportions in clustered surveys", *Journal of Survey Statistics and
      Methodology* 3 (2015), 484–503;
    - `mean`: Student's, which may pass 0 or 1.

    Parameters
    ----------
    variable
        Column of answers; rows without one are left out.
    of
        An answer, or a list, tuple or set of answers.
    by
        Columns whose values make the domains.
    method, level
        Interval and its confidence level, between 0 and 1.

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

    Examples
    --------
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
    design: Design, groups: estimation.Domains, has: Floats, method: IntervalMethod, level: float
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
        if method == "mean":
            half = estimation.half_width(se, df, level)
            low, high = share - half, share + half
        elif method == "logit":
            half = estimation.half_width(se / odds, df, level)
            low, high = expit(logit(share) - half), expit(logit(share) + half)
        else:
            interval = clopper_pearson_of_share if method == "beta" else wilson_of_share
            low, high = interval(share, size, level)
            exact = telling & ~np.isfinite(size)  # no variance: a population known as a whole
            low, high = np.where(exact, share, low), np.where(exact, share, high)
        inside = np.where(np.isnan(has), -1, groups.codes)
        units = estimation.effective_units(design, inside, groups.count)
        units = np.where(df >= 1, units * few, units)
        untold = telling & _without_cases(design, inside, has, groups.count)
        units = np.where(untold, np.minimum(units, size), units)
        fraction = estimation.sampled_fraction(design, inside, groups.count)
        answers = estimation.kish(design.weights[inside >= 0], inside[inside >= 0], groups.count)
        least = np.minimum(answers / (1 - fraction), size)
        cases = np.minimum(share, 1 - share)
        rare = telling & ~untold & (cases < _RARE) & (cases * least < _FEW)
        rare &= answers < n * (1 - estimation.ROUNDING)
        units = np.where(rare, least, units)
        scores = wilson_of_share(share, units, level)
    alike = (share == 0) | (share == 1)
    whole = estimation.without_error(design, inside, groups.count) | (alike & (fraction == 1))
    drawn = exists & alike & (fraction > 0)
    others = np.zeros(len(share))
    others[drawn] = unseen(units[drawn], fraction[drawn], level)
    exact = np.where(share == 1, 1 - others, share), np.where(share == 0, others, share)
    kinds = [telling & ~(untold | rare), exists & whole, drawn, exists]
    names = [method, "census", "hypergeometric", "wilson"]
    frame["ci_low"] = np.select(kinds, [low, share, exact[0], scores[0]], np.nan)
    frame["ci_high"] = np.select(kinds, [high, share, exact[1], scores[1]], np.nan)
    frame["method"] = np.select(kinds, [np.full(len(share), name) for name in names], "")
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


def unseen(n: Floats, fraction: Floats, level: float = 0.95) -> Floats:
    """The largest share of a population that a sample without any of it leaves possible.

    The upper end of the exact interval of a share of 0: that at which a sample of n out of
    n / fraction, drawn without replacement, has none with a chance of (1 − level) / 2. See the
    module for its source.

    >>> unseen(np.array([18.0, 18.0, 18.0]), np.array([1.0, 0.9, 1e-9])).round(3).tolist()
    [0.0, 0.075, 0.185]
    """
    size = n / fraction
    left = size - n

    def chance(others: Floats) -> Floats:
        """log C(N − M, n) / C(N, n), by beta functions, which lose no digits to a large N."""
        return cast(
            Floats,
            np.log((size + 1) / (size - others + 1))
            + betaln(left + 1, n + 1)
            - betaln(left - others + 1, n + 1),
        )

    least, most = np.zeros_like(left), left.copy()  # of others
    for _ in range(60):
        middle = (least + most) / 2
        possible = chance(middle) >= np.log((1 - level) / 2)
        least, most = np.where(possible, middle, least), np.where(possible, most, middle)
    return cast(Floats, most / size)


def _t(df: Floats, level: float) -> Floats:
    return cast(Floats, stdtrit(np.maximum(df, 1), (1 + level) / 2))
