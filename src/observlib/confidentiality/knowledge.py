"""What anyone knows of the devices beside their figures, and what a publication told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.linear_programme import Programme, Sum
from observlib.confidentiality.steps import Series

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
