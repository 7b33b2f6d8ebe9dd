"""What anyone knows of the devices beside their figures, and what a publication told."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.linear_programme import Programme, Sum
from observlib.estimates.rounding import base

# --- Series told in wide steps, of which somebody could else compute how many gave each mark

_MANY = 500  # answers: what they tell has no wide step
Series = tuple[str, str, str, str, int]  # device, product, channel, question, months of a period


def is_many(n: float) -> bool:
    """Whether a base, exact or as it is told, is of so many answers that nothing is widened.

    Examples
    --------
    >>> is_many(498.0), is_many(490.0), is_many(float("nan"))
    (True, False, True)
    """
    return math.isnan(n) or base(n) >= _MANY


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


PLACE = ["device", "product", "channel"]
WITHHELD = ("all answers", "having it", "count")  # cells of figures that are not published
# Device, product, month, and what gave other values to the answers of many people in it.
Amended = tuple[str, str, str, str]


@dataclass(frozen=True)
class Knowledge:
    """What anyone knows of the devices beside their figures.

    `marks` are those that a question of a device can be given: `device`, `question`, `value`,
    `scale_min`, `scale_max`. `amended` is what was corrected of the data.
    """

    catalogue: Catalogue
    marks: pd.DataFrame
    amended: Collection[Amended] = ()

    def few(self, device: str) -> int:
        """Below how many people a device's figures are withheld."""
        known = self.catalogue.devices.get(device)  # a device may have left it since
        return known.minimum_people if known else estimates.MINIMUM_PEOPLE

    def decimals(self, indicator: str) -> int:
        """How many decimals an indicator is told with."""
        return self.catalogue.indicators[indicator].decimals

    def marks_of(self, device: str, question: str) -> list[list[float]]:
        """Each mark of a question, from worst to best, with the ends of its scale."""
        of = (self.marks["device"] == device) & (self.marks["question"] == question)
        known = self.marks.loc[of, ["value", "scale_min", "scale_max"]].drop_duplicates()
        marks: list[list[float]] = known.sort_values("value").to_numpy(float).tolist()
        return marks


class Published(NamedTuple):
    """What a publication told: its estimates, rounded, and the series told in wide steps.

    `amended` is what had been corrected of the data by then.
    """

    estimates: pd.DataFrame
    wide: Collection[Series]
    amended: Collection[Amended] = ()


class Block(NamedTuple):
    """A programme of its own, and the cells that are tried in it, by their names.

    `open` are the unknowns that the last edition tells and may withhold, each with the places of
    what it tells of it among the sums of the programme.
    """

    programme: Programme
    cells: list[tuple[dict[str, Any], Sum]]
    open: dict[int, list[int]]
