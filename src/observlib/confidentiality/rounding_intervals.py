"""What a published number says of the exact one: the inverse of rounding, as anyone can do it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from scipy.special import stdtrit

from observlib.estimates.rounding import STEP, base

_SLACK = 1e-6


@cache
def people(told: float) -> tuple[int, int]:
    """The least and the most people whom a rounded base stands for (see `rounding.base`).

    Examples
    --------
    >>> people(15), people(25), people(340)
    ((11, 17), (23, 29), (338, 342))
    """
    near = range(max(0, int(told) - 2 * STEP), int(told) + 2 * STEP + 1)
    found = [n for n in near if base(n) == told]
    return (found[0], found[-1]) if found else (int(told), int(told))


def value(row: Mapping[str, Any], step: float) -> tuple[float, float]:
    """Between what a value lies that is told in steps.

    Examples
    --------
    >>> [round(end, 3) for end in value({"estimate": 7.5}, 0.1)]
    [7.45, 7.55]
    """
    return row["estimate"] - step / 2 - _SLACK, row["estimate"] + step / 2 + _SLACK


def half_width(
    row: Mapping[str, Any], steps: tuple[float, float], scale: tuple[float, float]
) -> tuple[float, float] | None:
    """Between what half the interval of a mean lies; None where neither end tells it.

    An end's distance from the value is rounded up to a step (see `words.rounded_interval`); a wide
    step is that of the end itself. An end of the scale tells nothing: the interval was cut there.

    Parameters
    ----------
    steps
        Of the value, and of the ends.

    Examples
    --------
    >>> row = {"estimate": 6.4, "ci_low": 5.5, "ci_high": 7.3}
    >>> [round(end, 3) for end in half_width(row, (0.1, 0.1), (0, 10))]
    [0.8, 0.9]
    >>> [round(end, 3) for end in half_width({**row, "ci_high": 7.5}, (0.1, 0.5), (0, 10))]
    [0.55, 0.95]
    """
    distances = [
        abs(row["estimate"] - end)
        for end, cut in ((row["ci_low"], scale[0]), (row["ci_high"], scale[1]))
        if not math.isnan(end) and abs(end - cut) > _SLACK
    ]
    if not distances:
        return None
    unknown = 0.0 if steps[0] == steps[1] else steps[0] / 2
    low, high = max(distances) - steps[1] - unknown, min(distances) + unknown
    return max(0.0, low) - _SLACK, high + _SLACK


def deviation(width: tuple[float, float], n: tuple[int, int]) -> tuple[float, float]:
    """Between what the variance of marks lies, by half of Student's interval of their mean.

    Examples
    --------
    >>> [round(end, 2) for end in deviation((0.8, 0.9), (60, 60))]
    [9.59, 12.14]
    """
    low, high = (
        float(count * (end / stdtrit(max(count - 1, 1), 0.975)) ** 2)
        for end, count in zip(width, n, strict=True)
    )
    return low, high


def people_of_share(row: Mapping[str, Any], step: float, n: tuple[int, int]) -> tuple[int, int]:
    """How many people a share can rest on, by its rounded base and its interval of Wilson.

    Examples
    --------
    A share of 45 people, of whom 31 have the property:

    >>> people_of_share({"estimate": 69.0, "ci_low": 54.0, "ci_high": 81.0}, 1.0, (43, 47))
    (45, 45)
    """
    if math.isnan(row["ci_low"]) or row["ci_low"] <= 0 or row["ci_high"] >= 100:
        return n
    least, most = (end / 100 for end in value(row, step))
    below, above = row["estimate"] - row["ci_low"], row["ci_high"] - row["estimate"]

    def fits(count: int) -> bool:
        for having in range(math.ceil(least * count), math.floor(most * count) + 1):
            low, high = _wilson(min(max(having, 0), count), count)
            share = 100 * having / count
            if _rounds_up(share - low, below, step) and _rounds_up(high - share, above, step):
                return True
        return False

    found = [count for count in range(n[0], n[1] + 1) if fits(count)]
    return (found[0], found[-1]) if found else n


@cache
def _wilson(having: int, count: int) -> tuple[float, float]:
    """The ends of Wilson's interval of a share, in %."""
    from statsmodels.stats.proportion import proportion_confint  # a second to import

    low, high = proportion_confint(having, count, method="wilson")
    return 100 * low, 100 * high


def _rounds_up(exact: float, told: float, step: float) -> bool:
    return told - step - _SLACK <= exact <= told + _SLACK
