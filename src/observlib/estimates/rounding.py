"""Rounding: how many people answered is told to the nearest five, and marks of few in steps.

With its exact base, a mean tells the sum of its marks, and a share its count. Of a quarter that is
published again, the two sums would then differ by the marks of the few who answered late. Under
thirty answers one of them moves a mean by more than its last digit: steps are wider there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from observlib import estimates

STEP = 5
LEAST = STEP * -(-estimates.MINIMUM_PEOPLE // STEP)  # never a base that would not be published


def base(people: float) -> float:
    """A number of people as it is told: to the nearest five, from 15 on, and 25 up to 29.

    Fewer than eleven stay as they are, to be withheld (see `disclosure.protect`).

    Examples
    --------
    >>> [base(n) for n in (11, 17, 18, 29, 342, 4)]
    [15.0, 15.0, 20.0, 25.0, 340.0, 4.0]
    """
    if people < estimates.MINIMUM_PEOPLE:
        return float(people)
    told = max(LEAST, STEP * round(people / STEP))
    # a thin base is told as such: 30 would tell 28 or 29
    return float(min(told, estimates.LOW_BASE - STEP) if people < estimates.LOW_BASE else told)


def mark(value: Any, unit: Any) -> Any:
    """A mean of few marks, or a column, as it is told: to half a point of its scale, 5 of a score.

    Examples
    --------
    >>> mark(np.array([7.26, -13.3, np.nan]), np.array(["sur 10", "points", "sur 10"])).tolist()
    [7.5, -15.0, nan]
    """
    step = np.where(unit == "points", mark_step("points"), mark_step("sur 10"))
    return step * np.round(value / step) + 0.0  # 0.0: no minus before a zero


def mark_step(unit: str) -> float:
    """The step in which a mean of few marks is told.

    Examples
    --------
    >>> mark_step("sur 5"), mark_step("points")
    (0.5, 5.0)
    """
    return 5.0 if unit == "points" else 0.5
