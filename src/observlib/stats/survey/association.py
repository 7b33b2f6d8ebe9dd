"""Tests of a designed sample: two groups, two sets of weights, the association of two answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtr

from observlib.stats.survey.design import Design, Floats, require, within
from observlib.stats.survey.estimation import (
    ROUNDING,
    covariance,
    degrees_of_freedom,
    domains,
    half_width,
    means,
    numbers,
    without_error,
)

# --- How far two people who read the same texts agree, beyond what chance makes agree


class Agreement(NamedTuple):
    """Cohen's kappa with its interval, and on how many texts; not a number where all are alike."""

    kappa: float
    low: float
    high: float
    n: int


def cohens_kappa(one: Sequence[str], other: Sequence[str]) -> Agreement:
    """Cohen's kappa of the codes that two people gave the same texts, with its 95 % interval.

    Sources: J. Cohen, "A coefficient of agreement for nominal scales", *Educational and
    Psychological Measurement* 20 (1960), 37–46; its variance is that of J. L. Fleiss, J. Cohen,
    B. S. Everitt, *Psychological Bulletin* 72 (1969), 323–327, as statsmodels computes it.

    Where both give every text one and the same code, nothing tells whether they would agree on
    another: kappa is not a number.

    Examples
    --------
    >>> one = ["yes"] * 20 + ["no"] * 30
    >>> found = cohens_kappa(one, ["yes"] * 15 + ["no"] * 25 + ["yes"] * 10)
    >>> round(found.kappa, 3), round(found.low, 3), round(found.high, 3), found.n
    (0.4, 0.151, 0.649, 50)
    """
    from statsmodels.stats.inter_rater import cohens_kappa as of_table  # a second to import

    codes = sorted({*one, *other})
    if len(codes) < 2:
        return Agreement(math.nan, math.nan, math.nan, len(one))
    pairs = [pd.Categorical(each, codes) for each in (one, other)]
    found = of_table(pd.crosstab(*pairs, dropna=False).to_numpy())
    low, high = max(float(found.kappa_low), -1.0), min(float(found.kappa_upp), 1.0)
    return Agreement(float(found.kappa), low, high, len(one))


@dataclass(frozen=True)
class Difference:
    """A difference of two means: `estimate`, its interval, and the t test that it is 0.

    `n` are the rows of the two groups. `status` is `published`; `missing` where a group has no
    known value; `no_interval` where nothing tells the error of the estimate: no degree of freedom,
    or values that are all alike within their groups. What is then unknown is NaN. Of populations
    sampled as a whole the difference is known, its error 0, and there is nothing to test: t and p
    are NaN.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    t: float
    df: int
    p: float
    n: int
    status: str


@dataclass(frozen=True)
class Association:
    """A test that two answers are independent: `f` of `ndf` and `ddf` degrees of freedom.

    `n` are the rows where both are known. `status` is `published`, or `missing` where the table
    allows no test: a single row or column, or too many empty cells; then numbers are NaN.
    """

    f: float
    ndf: float
    ddf: float
    p: float
    n: int
    status: str


def difference(
    design: Design, variable: str, group: str, of: object, against: object, *, level: float = 0.95
) -> Difference:
    """The difference of the means of two groups, and Student's test that it is 0.

    As R's `svyttest(variable ~ group)` on the two groups: a regression on the group, with the
    degrees of freedom of the two groups, less 1.

    Parameters
    ----------
    design
        What `design.design` or `design.within` gave.
    variable
        Column of numbers, or of true and false; rows without one are left out.
    group
        Column of groups.
    of, against
        Two of its values; the difference is the mean of the first less that of the second.
    level
        Confidence level, between 0 and 1.

    Examples
    --------
    >>> from observlib.stats.survey.design import design
    >>> frame = pd.DataFrame({"mark": [8, 6, 7, 3, 4, 4], "site": list("aaabbb")})
    >>> test = difference(design(frame), "mark", "site", "a", "b")
    >>> round(test.estimate, 3), round(test.t, 2), test.df, round(test.p, 3)
    (3.333, 5.59, 4, 0.005)
    """
    if of == against:
        raise ValueError(f"a difference is of two groups, not of {of!r} and itself")
    values = numbers(design, variable)
    require(design.frame, [group])
    first = (design.frame[group] == of).fillna(False).to_numpy(dtype=bool)
    second = (design.frame[group] == against).fillna(False).to_numpy(dtype=bool)
    nan = float("nan")
    both = within(design, (first | second) & ~np.isnan(values))
    groups = domains(both, None)
    scores, estimates, n = np.zeros(len(values)), [], 0
    for rows, sign in ((first, 1), (second, -1)):
        found = means(both, groups, np.where(rows, values, np.nan), level).iloc[0]
        if found["status"] == "missing":
            return Difference(nan, nan, nan, nan, nan, 0, nan, n, "missing")
        estimates.append(float(found["estimate"]))
        rows = rows & both.domain
        scores[rows] = sign * (values[rows] - estimates[-1]) / both.weights[rows].sum()
        n += int(found["n"])
    estimate = estimates[0] - estimates[1]
    df = int(degrees_of_freedom(both, groups.codes, groups.count)[0]) - 1
    se = float(np.sqrt(covariance(both, scores[:, None])[0, 0]))
    if without_error(both, groups.codes, groups.count)[0]:
        return Difference(estimate, 0.0, estimate, estimate, nan, max(df, 0), nan, n, "published")
    return _tested(estimate, se, df, n, max(map(abs, estimates)), level)


def weighting_effect(
    weighted: Design, plain: Design, variable: str, *, level: float = 0.95
) -> Difference:
    """The mean of a variable with one set of weights less that with another, and its test.

    The two means rest on the same answers: their intervals may overlap where the weights surely
    change the mean. The error is that of the total, in the plain design, of the difference of
    the two linearised variables (see `linearisation`), each with its own weights.

    Parameters
    ----------
    weighted, plain
        What `design.design` gave of the same rows, units and strata.
    variable
        Column of numbers; rows without one are left out.
    level
        Confidence level, between 0 and 1.

    Raises
    ------
    ValueError
        Where the designs are of other rows, units or strata.

    Examples
    --------
    >>> from observlib.stats.survey.design import design
    >>> frame = pd.DataFrame({"mark": [8, 6, 7, 3, 5, 9], "w": [1, 1, 1, 3, 1, 1]})
    >>> found = weighting_effect(design(frame, weights="w"), design(frame), "mark")
    >>> round(found.estimate, 2), round(found.se, 2), found.df
    (-0.83, 0.48, 5)
    """
    for name in ("psu", "stratum", "domain"):
        if not np.array_equal(getattr(weighted, name), getattr(plain, name)):
            raise ValueError("the two designs are not of the same rows, units and strata")
    groups = domains(plain, None)
    values = numbers(plain, variable)
    known = ~np.isnan(values) & plain.domain
    scores, estimates = np.zeros(len(values)), []
    for design, sign in ((weighted, 1), (plain, -1)):
        found = means(design, groups, values, level).iloc[0]
        if found["status"] == "missing":
            nan = float("nan")
            return Difference(nan, nan, nan, nan, nan, 0, nan, int(found["n"]), "missing")
        estimates.append(float(found["estimate"]))
        own: Floats = np.where(known, values - estimates[-1], 0.0) / design.weights[known].sum()
        if design.calibration is not None:
            own = design.calibration.residuals(own)
        scores += sign * design.weights * own
    units = replace(plain, weights=np.ones(len(values)), calibration=None)
    se = float(np.sqrt(covariance(units, scores[:, None])[0, 0]))
    df = int(degrees_of_freedom(plain, groups.codes, groups.count)[0])
    scale = max(map(abs, estimates))
    return _tested(estimates[0] - estimates[1], se, df, int(found["n"]), scale, level)


def _tested(estimate: float, se: float, df: int, n: int, scale: float, level: float) -> Difference:
    """Student's test of a difference, where something tells its error."""
    if df < 1 or se <= ROUNDING * scale:
        nan = float("nan")
        return Difference(estimate, nan, nan, nan, nan, max(df, 0), nan, n, "no_interval")
    half = float(half_width(np.array(se), np.array(df), level))
    t = estimate / se
    p = 2 * float(stdtr(df, -abs(t)))
    return Difference(estimate, se, estimate - half, estimate + half, t, df, p, n, "published")


def independence(design: Design, rows: str, columns: str) -> Association:
    """Rao and Scott's test that two answers are independent.

    Pearson's statistic, corrected to the second order for the design, as an F. Source: J. N. K.
    Rao and A. J. Scott, "On chi-squared tests for multiway contingency tables with cell
    proportions estimated from survey data", *Annals of Statistics* 12 (1984), 46–60; F: D. R.
    Thomas and Rao, "Small-sample comparisons of level and power for simple goodness-of-fit
    statistics under cluster sampling", *JASA* 82 (1987), 630–636. As R's
    `svychisq(statistic="F")`; `ddf` counts the sampled units of the domain, as `df` does everywhere
    (R's `degf`), where `svychisq` itself adds those of weight 0 and, where weights are calibrated,
    those outside the domain.

    Parameters
    ----------
    design
        What `design.design` or `design.within` gave.
    rows, columns
        Columns of answers; rows where either is unknown are left out, and so are answers
        that nobody of a weight above 0 gave.

    Examples
    --------
    >>> from observlib.stats.survey.design import design
    >>> frame = pd.DataFrame({"a": list("xxxxyyyy") * 5, "b": list("uuuvuvvv") * 5})
    >>> test = independence(design(frame), "a", "b")
    >>> round(test.f, 2), test.ndf, test.ddf, round(test.p, 4)
    (9.75, 1.0, 39.0, 0.0034)
    """
    require(design.frame, [rows, columns])
    answered = within(design, design.frame[[rows, columns]].notna().all(axis=1))
    known = answered.domain & (design.weights > 0)
    codes = [pd.factorize(design.frame[name].where(known))[0] for name in (rows, columns)]
    shape = [int(code.max(initial=-1)) + 1 for code in codes]
    n = int(known.sum())
    nan = float("nan")
    impossible = Association(nan, nan, nan, nan, n, "missing")
    if min(shape) < 2:
        return impossible

    cell = np.where(known, codes[0] * shape[1] + codes[1], -1)
    cells = (cell[:, None] == np.arange(shape[0] * shape[1])).astype(float)
    size = design.weights[known].sum()
    shares = design.weights @ cells / size
    # covariance of the cells' shares, then of the interactions' contrasts
    scores = np.where(known[:, None], (cells - shares) / size, 0.0)
    spread = covariance(answered, scores)
    contrasts = _interactions(*shape)
    weighed = np.divide(
        contrasts, shares[:, None], out=np.zeros_like(contrasts), where=shares[:, None] > 0
    )
    simple = contrasts.T @ weighed
    if np.linalg.matrix_rank(simple) < len(simple):
        return impossible
    delta = np.linalg.solve(simple, weighed.T @ spread @ weighed)
    trace = float(np.trace(delta))
    nu = int(degrees_of_freedom(design, np.where(design.domain, 0, -1), 1)[0])
    if nu < 1 or trace <= 1e-20:
        return impossible
    table = shares.reshape(shape)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    f = float(((table - expected) ** 2 / expected).sum()) / trace
    ndf = trace**2 / float(np.trace(delta @ delta))
    return Association(f, ndf, ndf * nu, float(fdtrc(ndf, ndf * nu, f)), n, "published")


def _interactions(rows: int, columns: int) -> Floats:
    """Contrasts of the cells of a table, orthogonal to its margins: (cells, interactions)."""

    def centred(levels: int) -> Floats:
        return np.eye(levels)[:, 1:] - 1 / levels

    return np.kron(centred(rows), centred(columns))
