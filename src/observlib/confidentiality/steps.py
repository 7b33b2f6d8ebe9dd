"""Series told in wide steps, of which somebody could else compute how many gave each mark.

With a mean, a share and their intervals, each told to its last digit, anyone has the counts of a
question of three marks. Where an edition's own attack finds some of few people (see `attack`), a
whole series is told with less: all its periods of one length, so that a wide step tells nothing of
the period in which it stands. The mean keeps its digits, which is what readers follow.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.estimates.rounding import base

MANY = 500  # answers: what they tell has no wide step
Series = tuple[str, str, str, str, int]  # device, product, channel, question, months of a period


def is_many(n: float) -> bool:
    """Whether a base, exact or as it is told, is of so many answers that nothing is widened.

    Examples
    --------
    >>> is_many(498.0), is_many(490.0), is_many(float("nan"))
    (True, False, True)
    """
    return math.isnan(n) or base(n) >= MANY


def wide_step(unit: str) -> float:
    """The step of the ends of an interval, in a series told in wide steps.

    Examples
    --------
    >>> wide_step("sur 10"), wide_step("points")
    (0.5, 10.0)
    """
    return 10.0 if unit == "points" else 0.5


def widened(rows: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Estimates of one indicator in a series told in wide steps; those of many stay as they are.

    Shares are withheld. The ends of a mean's interval are rounded away from it, so that it holds
    what it held.

    Examples
    --------
    >>> row = {"indicator": "satisfaction_10", "period": "2026-07", "unit": "sur 10", "n": 60.0}
    >>> mark = estimates.make([{**row, "estimate": 8.44, "ci_low": 7.83, "ci_high": 9.05}])
    >>> widened(mark, 1)[estimates.NUMBERS[:3]].values.tolist()
    [[8.4, 7.5, 9.5]]
    >>> widened(mark.assign(unit="%"), 0)["status"].tolist()
    ['suppressed']
    """
    found = [_widened(row, decimals) for row in estimates.records(rows)]
    return estimates.check(pd.DataFrame(found, columns=rows.columns, index=rows.index))


def _widened(row: dict[str, Any], decimals: int) -> dict[str, Any]:
    if row["status"] in estimates.WITHHELD or is_many(row["n"]):
        return row
    if row["unit"] == "%":
        return row | dict.fromkeys(estimates.NUMBERS, math.nan) | {"status": "suppressed"}
    if math.isnan(row["ci_low"]):
        return row
    step, value = wide_step(row["unit"]), round(row["estimate"], decimals)
    least, most = (-100.0, 100.0) if row["unit"] == "points" else (0.0, estimates.best(row["unit"]))
    low = max(least, step * math.floor(row["ci_low"] / step + 1e-9))
    high = min(most, step * math.ceil(row["ci_high"] / step - 1e-9))
    return row | {"estimate": value, "ci_low": min(value, low), "ci_high": max(value, high)}
