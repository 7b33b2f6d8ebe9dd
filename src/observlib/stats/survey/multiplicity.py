"""Many tests at once: p values corrected for their number, and intervals that agree with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from observlib.stats.survey.intervals import checked

Method = Literal["holm", "bh"]


def adjust(
    p_values: Sequence[float] | np.ndarray,
    method: Method = "holm",
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """The p values of a family, corrected for their number.

    Sources: S. Holm, "A simple sequentially rejective multiple test procedure", *Scandinavian
    Journal of Statistics* 6 (1979), 65–70; Y. Benjamini and Y. Hochberg, "Controlling the false
    discovery rate", *Journal of the Royal Statistical Society B* 57 (1995), 289–300.
    Holm's holds whatever the dependence of the tests, Benjamini and Hochberg's where they are
    independent or lean the same way.

    Parameters
    ----------
    p_values
        Between 0 and 1; NaN, for what was not tested, is no member of the family.
    method
        `holm`, or `bh` (Benjamini and Hochberg's).
    weights
        With `holm`, the share of the error of each test, its mean 1 (see `halves`).

    Examples
    --------
    >>> adjust([0.01, 0.04, float("nan"), 0.03]).round(2).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    if method not in get_args(Method):
        raise ValueError(f"no method {method!r}: {', '.join(get_args(Method))}")
    if weights is not None and method != "holm":
        raise ValueError("weights are of the method 'holm'; leave them out")
    family = ~np.isnan(p)
    if not ((p[family] >= 0) & (p[family] <= 1)).all():
        raise ValueError(f"p values are between 0 and 1: {p[family].tolist()}")
    weight = np.ones(p.shape) if weights is None else weights
    order = np.argsort(p / weight, kind="stable")[: int(family.sum())]  # NaN sorts last
    # not statsmodels' multipletests: a second to import, and it collects garbage at each call
    if method == "holm":
        left = np.cumsum(weight[order][::-1])[::-1]  # of the weights, at each step
        corrected = np.maximum.accumulate(p[order] * left / weight[order])
    else:
        ranks = np.arange(1, len(order) + 1)
        corrected = np.minimum.accumulate((p[order] * len(order) / ranks)[::-1])[::-1]
    adjusted = np.full(p.shape, math.nan)
    adjusted[order] = np.minimum(corrected, 1.0)
    return adjusted


def halves(first: Sequence[bool] | np.ndarray, p_values: np.ndarray) -> np.ndarray:
    """The weights by which some tests of a family share half of its error, and the others half.

    A headline measure is thus not drowned by all that is looked at beside it. Where those tested
    first are more than the others, all weigh the same. The family keeps to its error whatever the
    dependence of the tests: S. Holm (1979, see `adjust`), section 4.

    Parameters
    ----------
    first
        Which are tested first.
    p_values
        NaN where there is no test.

    Examples
    --------
    >>> halves([True, False, False, False], np.array([0.01, 0.2, 0.3, 0.9])).round(2).tolist()
    [2.0, 0.67, 0.67, 0.67]
    """
    chosen = np.asarray(first, dtype=bool)
    family = ~np.isnan(p_values)
    heads, tests = int((chosen & family).sum()), int(family.sum())
    if not 0 < heads < tests / 2:
        return np.ones(len(p_values))
    return np.where(chosen, tests / 2 / heads, tests / 2 / (tests - heads))


def levels(
    p_values: Sequence[float] | np.ndarray,
    method: Method = "holm",
    level: float = 0.95,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """The level at which an interval leaves out 0 exactly where its corrected test rejects.

    It is one less the critical value of each test at the last rejection, by which tests of one
    weight share theirs; at the first test where none is rejected, and the interval is then
    Bonferroni's. With `bh` it is Benjamini and Yekutieli's. None is below `level`.

    Examples
    --------
    >>> levels([0.001, 0.002, 0.3, 0.9], "bh").tolist()
    [0.975, 0.975, 0.975, 0.975]
    >>> p_values = np.array([0.03, 0.2, 0.3, 0.9])
    >>> levels(p_values, weights=halves([True, False, False, False], p_values)).round(4).tolist()
    [0.975, 0.9917, 0.9917, 0.9917]
    """
    p, error = np.asarray(p_values, dtype=float), 1 - checked(level)
    tests = int((~np.isnan(p)).sum())
    if not tests:
        return np.full(p.shape, level)
    weight = np.ones(p.shape) if weights is None else weights
    corrected = adjust(p, method, weights)
    last = max(1, int((corrected <= error).sum()))
    if method == "bh":
        return np.full(p.shape, 1 - error * last / tests)
    order = np.argsort(p / weight, kind="stable")[:tests]
    shares = weight / weight[order[last - 1 :]].sum()
    return np.asarray(1 - error * np.minimum(shares, 1.0))


def common_level(
    p_values: Sequence[float] | np.ndarray, method: Method = "holm", level: float = 0.95
) -> float:
    """The level that tests which weigh the same share (see `levels`).

    Examples
    --------
    >>> common_level([0.001, 0.2, 0.3, 0.9])
    0.9875
    """
    found = levels(p_values, method, level)
    return float(found[0]) if len(found) else level
