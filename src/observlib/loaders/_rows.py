"""From parsed cells to what a loader returns: faults, the contract of a table, redacted texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from observlib.base import personal
from observlib.catalogue import Device, Format, contract, tables
from observlib.confidentiality.redaction import Names, Unreadable, redact
from observlib.loaders import Loaded
from observlib.loaders._text import width_fault

# --- What is wrong with the rows of an export, found while they are read and settled


@dataclass(kw_only=True)
class Faults:
    """The first fault of each row, as the field and the reason, by the row's line."""

    by_line: dict[int, tuple[Any, str]] = field(default_factory=dict)
    cells: list[tuple[int, Any, str]] = field(default_factory=list)  # refused without their rows

    def add(self, line: int, field: Any, reason: str) -> None:
        """One fault more, unless its row has one."""
        self.by_line.setdefault(line, (field, reason))

    def add_all(self, field: Any, reasons: Mapping[int, str | None]) -> None:
        """The faults of a field's cells; none where there is no reason."""
        for line, reason in reasons.items():
            if reason:
                self.add(line, field, reason)

    def where(self, field: Any, wrong: pd.Series, reason: str) -> None:
        """One fault for all rows of which something holds."""
        self.add_all(field, dict.fromkeys(wrong.index[wrong.fillna(False).astype(bool)], reason))

    def told(self) -> Iterator[tuple[int, Any, str]]:
        """The line, field and reason of all that is refused."""
        yield from ((line, *why) for line, why in self.by_line.items())
        yield from (cell for cell in self.cells if cell[0] not in self.by_line)

    def without(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that have no fault."""
        return rows[~rows.index.isin(list(self.by_line))] if self.by_line else rows

    def rejects(
        self,
        path: Path,
        titles: Mapping[Any, str],
        texts: pd.DataFrame,
        shown: Callable[[Any, str], str],
    ) -> list[dict[str, object]]:
        """What is refused: its column's header, and its cell as far as it may be shown."""

        def cell(line: int, field: Any) -> str:
            is_known = field in texts and line in texts.index
            return shown(field, str(texts.at[line, field])) if is_known else ""

        return [
            contract.reject(path.name, line, titles.get(field, ""), cell(line, field), reason)
            for line, field, reason in self.told()
        ]


@dataclass(kw_only=True)
class Reading(Faults):
    """A piece of an export as its format reads it, with what is wrong with its rows."""

    path: Path
    form: Format
    device: Device
    titles: Mapping[str, str]  # the header of each field that the table has
    header: Sequence[str] = ()
    rows: Mapping[int, Sequence[str]] = field(default_factory=dict)  # the cells of all rows

    def piece(self, header: Sequence[str], rows: Mapping[int, Sequence[str]]) -> Reading:
        """The same of some rows, of which nothing wrong is known yet."""
        return replace(self, header=header, rows=rows, by_line={}, cells=[])

    def cell(self, line: int, name: str) -> str:
        """What stands for a field in any row, refused or not; empty where nothing does."""
        if name not in self.titles:
            return ""
        cells, place = self.rows[line], self.header.index(self.titles[name])
        return cells[place].strip() if place < len(cells) else ""

    def about(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows with their device and channel, and product and area: their own, or the device's."""
        told = {}
        for name, value in (("product", self.device.product), ("area", self.device.area)):
            own = frame[name] if name in frame else pd.Series(None, frame.index, dtype=object)
            told[name] = own.where(own.notna(), value)
        return frame.assign(device=self.device.id, channel=self.device.channel, **told)


Settled = tuple[pd.DataFrame, list[str]]  # rows with the table's columns, and notices
Settle = Callable[[pd.DataFrame, Reading], Settled]


def is_complete(end: date, extracted: date | None, today: date | None = None) -> bool:
    """Whether a period that ends on `end` was over when its export was made, and is before today.

    >>> last = date(2026, 3, 31)
    >>> is_complete(last, date(2026, 4, 1)), is_complete(last, last)
    (True, False)
    """
    return end < (today or date.today()) and (extracted is None or end < extracted)


def are_complete(ends: pd.Series, extracted: date | None) -> pd.Series:
    """Whether each of many periods, by its last day, was over when its export was made."""
    return ends.map({day: is_complete(day.date(), extracted) for day in ends.dropna().unique()})


def day_fault(day: date) -> str | None:
    """Why a day is beyond what a pandas timestamp can hold, or `None` (see `contract.conform`)."""
    return None if 1900 <= day.year <= 2200 else f"is in the year {day.year:04d}; check the year"


def period_fault(start: date, end: date) -> str | None:
    """Why an audience row cannot cover this period, or `None` where it can."""
    if (fault := day_fault(start) or day_fault(end)) is not None:
        return fault
    if end < start:
        return "ends before it starts"
    if (start.year, start.month) != (end.year, end.month):
        return "covers more than one month; export by day or by month"
    return None


def days(values: Sequence[date | None]) -> np.ndarray:
    """Days as pandas keeps them in the tidy tables: any year, `None` as NaT."""
    return np.array(values, dtype="datetime64[us]")


def ends_of(periods: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The first and the last days of periods."""
    ends = zip(*periods, strict=True) if len(periods) else ((), ())
    start, end = (pd.Series(days([*each]), periods.index) for each in ends)
    return start, end


def settle(
    path: Path,
    table: str,
    frame: pd.DataFrame,
    rejects: Sequence[Mapping[str, Any]],
    notices: Sequence[str] = (),
    seen: tables.Seen | None = None,
) -> Loaded:
    """Hold a frame to its table's contract, and join both kinds of rejected rows by place."""
    kept, more = contract.conform(frame, table, path.name, seen)
    return Loaded(table, kept, rejects_of(rejects, more), tuple(notices))


def rejects_of(own: Sequence[Mapping[str, Any]], more: pd.DataFrame) -> pd.DataFrame:
    """Rejected rows and more of them, by their place in the file."""
    frame = pd.DataFrame(own, columns=contract.REJECT_COLUMNS)
    return pd.concat([frame, more]).sort_values("row", kind="stable", ignore_index=True)


def texts_of_rows(rows: Mapping[int, Sequence[str]], width: int, faults: Faults) -> pd.DataFrame:
    """The cells by place, without spaces around them, of rows as wide as their header."""
    for line, cells in rows.items():
        if fault := width_fault(cells, width):
            faults.add(line, "", fault)
    whole = {
        n: [*map(str.strip, cells[:width])] for n, cells in rows.items() if n not in faults.by_line
    }
    return pd.DataFrame.from_dict(whole, orient="index", columns=range(width), dtype=object)


# --- Texts that people wrote beside what they answered: redacted before anything else sees them


def id_of(table: str) -> str:
    """The column of a table by which its texts are known: what identifies what one person did."""
    return next(name for name, column in tables.TABLES[table].columns.items() if column.person)


def with_texts(
    path: Path,
    found: Loaded,
    device: Device,
    ids: Mapping[int, str],
    texts: Mapping[str, Mapping[int, str]],
) -> Loaded:
    """What a file holds, with the texts of the rows that are kept, redacted.

    A text that still holds what the store refuses, or that is too long to be redacted, is rejected.
    """
    names = _names(device)
    key = id_of(found.table)
    about = found.rows.drop_duplicates(key).set_index(key)[["device", "product", "channel", "date"]]
    known = about.to_dict("index")
    rows, lines, refused = [], [], []
    for question, cells in texts.items():
        for line, cell in cells.items():
            if cell.strip() and (told := known.get(ids.get(line, ""))):
                try:
                    text = redact(cell.strip(), names)
                except Unreadable as why:
                    row = contract.reject(path.name, line, question, personal.HIDDEN, str(why))
                    refused.append(row)
                    continue
                rows.append({**told, "answer_id": ids[line], "question": question, "text": text})
                lines.append(line)
    frame = pd.DataFrame(rows, index=lines) if rows else contract.empty("verbatims")
    kept, rejects = contract.conform(frame, "verbatims", path.name)
    both = pd.concat([found.rejects, rejects])
    return replace(found, texts=kept, rejects=rejects_of(refused, both))


def _names(device: Device) -> Names | None:
    if device.verbatims != "redacted_with_names":
        return None
    from observlib.confidentiality.redaction.names import model_spans

    return model_spans
