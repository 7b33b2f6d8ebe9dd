"""Many tests at once: p values corrected for their number, and intervals that agree with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from observlib.survey.intervals import checked

Method = Literal["holm", "bh"]


def adjust(p_values: Sequence[float] | np.ndarray, method: Method = "holm") -> np.ndarray:
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

    Examples
    --------
    >>> adjust([0.01, 0.04, float("nan"), 0.03]).round(2).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    if method not in get_args(Method):
        raise ValueError(f"no method {method!r}: {', '.join(get_args(Method))}")
    family = ~np.isnan(p)
    if not ((p[family] >= 0) & (p[family] <= 1)).all():
        raise ValueError(f"p values are between 0 and 1: {p[family].tolist()}")
    order = np.argsort(p, kind="stable")[: int(family.sum())]  # NaN sorts last
    ranks = np.arange(1, len(order) + 1)
    # not statsmodels' multipletests: a second to import, and it collects garbage at each call
    if method == "holm":
        corrected = np.maximum.accumulate(p[order] * (len(order) + 1 - ranks))
    else:
        corrected = np.minimum.accumulate((p[order] * len(order) / ranks)[::-1])[::-1]
    adjusted = np.full(p.shape, math.nan)
    adjusted[order] = np.minimum(corrected, 1.0)
    return adjusted


def common_level(
    p_values: Sequence[float] | np.ndarray, method: Method = "holm", level: float = 0.95
) -> float:
    """The level at which intervals leave out 0 exactly where the corrected tests reject.

    It is one less the critical value of the last rejection; of the first test where none is
    rejected, and the interval is then Bonferroni's. With `bh` it is Benjamini and Yekutieli's.

    Examples
    --------
    >>> common_level([0.001, 0.2, 0.3, 0.9]), common_level([0.001, 0.002, 0.3, 0.9], "bh")
    (0.9875, 0.975)
    """
    p, error = np.asarray(p_values, dtype=float), 1 - checked(level)
    tests = int((~np.isnan(p)).sum())
    if not tests:
        return level
    last = max(1, int((adjust(p, method) <= error).sum()))
    share = 1 / (tests - last + 1) if method == "holm" else last / tests
    return 1 - error * share
