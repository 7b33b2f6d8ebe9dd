"""What is wrong with the rows of an export, found while they are read and settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from observlib.catalogue import Device, Format


@dataclass
class Faults:
    """The first fault of each row, as the field and the reason, by the row's line."""

    titles: Mapping[str, str]  # the header of each field that the table has
    header: Sequence[str] = ()
    rows: Mapping[int, Sequence[str]] = field(default_factory=dict)  # the cells of all rows
    by_line: dict[int, tuple[str, str]] = field(default_factory=dict)
    cells: list[tuple[int, str, str]] = field(default_factory=list)  # refused without their rows

    def add(self, line: int, field: str, reason: str) -> None:
        """One fault more, unless its row has one."""
        self.by_line.setdefault(line, (field, reason))

    def add_all(self, field: str, reasons: Mapping[int, str]) -> None:
        """The faults of a field's cells."""
        for line, reason in reasons.items():
            self.add(line, field, reason)

    def told(self) -> Iterator[tuple[int, str, str]]:
        """The line, field and reason of all that is refused."""
        yield from ((line, *why) for line, why in self.by_line.items())
        yield from (cell for cell in self.cells if cell[0] not in self.by_line)

    def cell(self, line: int, name: str) -> str:
        """What stands for a field in any row, refused or not; empty where nothing does."""
        if name not in self.titles:
            return ""
        cells, place = self.rows[line], self.header.index(self.titles[name])
        return cells[place].strip() if place < len(cells) else ""

    def without(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that have no fault."""
        return rows[~rows.index.isin(list(self.by_line))] if self.by_line else rows

    def where(self, field: str, wrong: pd.Series, reason: str) -> None:
        """One fault for all rows of which something holds."""
        self.add_all(field, dict.fromkeys(wrong.index[wrong.fillna(False).astype(bool)], reason))


Settled = tuple[pd.DataFrame, list[str]]  # rows with the table's columns, and notices
Settle = Callable[[Path, pd.DataFrame, Format, Device, Faults], Settled]


def about(frame: pd.DataFrame, device: Device) -> pd.DataFrame:
    """The rows with their device and channel, and product and area: their own, or the device's."""
    told = {}
    for name, value in (("product", device.product), ("area", device.area)):
        own = frame[name] if name in frame else pd.Series(None, frame.index, dtype=object)
        told[name] = own.where(own.notna(), value)
    return frame.assign(device=device.id, channel=device.channel, **told)
