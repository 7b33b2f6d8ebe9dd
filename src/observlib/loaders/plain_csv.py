"""A tidy table written as CSV by hand or by a script: the way in for any other source.

The format
----------
- UTF-8 (a BOM is allowed), cells separated by commas, semicolons or tabs, whichever the first
  line uses; quotes as usual in CSV.
- The first line names columns of the tidy table that the device's catalogue entry gives as
  `table` (`observlib.catalogue.contract.schema` describes them), in any order. Columns that may be
  empty may be left out; a column that the table does not have is an error.
- `device`, `product` and `channel` may be left out, or empty: they are then the device's.
  `device` must be the device's id, `product` an id of `data/catalogue/products.yml`, `channel`
  one of the catalogue's channels.
- Days are written `2026-03-31`, moments `2026-03-31 14:30:00` in UTC; whole numbers with digits,
  maybe with thousands set apart by spaces; other numbers with a point, or with a comma where
  cells are separated by semicolons or tabs (`1.234` and `1,234` are refused where either may be
  meant); yes or no as true/false, 1/0 or oui/non.
- In a table of counts by day or month, such as `audience` (it has the column `complete`), a
  column `month` (`2026-03`) may stand for `start` and `end`, and without `end` each row is the one
  day `start`. `complete` may be left out, or empty: a row is then complete if it ended before the
  device's `extracted`, where given, and before today. `true` is refused for a period that has
  not ended.

For a device whose `table` is `audience`::

    month;visits;visitors
    2026-02;12 450;9 310
    2026-03;13 020;9 877
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from observlib.base import personal
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Device, contract, outside_margins, tables
from observlib.catalogue.contract import reject
from observlib.loaders import Loaded, _text
from observlib.loaders._rows import day_fault, days, is_complete, period_fault, settle
from observlib.loaders._text import PIECE

_DEFAULTED = ("device", "product", "channel")
_FLAGS = {"true": True, "1": True, "oui": True, "false": False, "0": False, "non": False}
_WANTED = {
    "day": "a day such as 2026-03-31",
    "moment": "a moment in UTC such as 2026-03-31 14:30:00",
    "count": "a whole number such as 1234",
    "number": "a number such as 7.5",
    "flag": "true, false, 1, 0, oui or non",
}
_LONGEST_SHOWN = 60
# what a total would stand among as if it were one of them
_PARTS = ("area", "list", "title_id", "title", "option", "task", "label", "procedure")
_Fault = tuple[str, str, str]  # column, value, reason


def load_plain_csv(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
    """Read a file of the format above into the device's `table`, a piece after the other."""
    if device.table is None:
        raise ObservError(
            f"device {device.id!r}: the loader plain_csv needs the key `table`; "
            f"tables are {', '.join(tables.TABLES)}"
        )
    whole, kinds = device.table == "responses", _kinds(device.table)
    lines = _text.lines_in(path)
    delimiter = _text.find_delimiter(next((line for line in lines() if line.strip()), ""), ",;\t")
    below = _text.csv_rows(path, lines(), delimiter)
    header = [cell.strip() for cell in next(below)[1]]
    problems = list(_header_problems(path, header, device.table))
    rows = _text.held_rows(path, below) if whole else dict(islice(below, PIECE))
    if not rows:
        problems.append(f"{path}: no row under the header; export or fill the file again")
    if problems:
        raise ObservError(*problems)
    seen = tables.Seen(device.table) if len(rows) == PIECE and not whole else None
    while rows:
        loaded = _piece(path, header, rows, device, catalogue, kinds, delimiter != ",", seen)
        notices = tuple(_unweighted(loaded.rows, catalogue)) if whole else ()
        yield replace(loaded, notices=notices)
        rows = dict(islice(below, PIECE))


def _piece(
    path: Path,
    header: Sequence[str],
    lines: Mapping[int, Sequence[str]],
    device: Device,
    catalogue: Catalogue,
    kinds: Mapping[str, str],
    decimal_comma: bool,
    seen: tables.Seen | None,
) -> Loaded:
    rows: dict[int, dict[str, object]] = {}
    rejects: list[dict[str, object]] = []
    for line, cells in lines.items():
        fault: _Fault | None
        if (short_of := _text.width_fault(cells, len(header))) is not None:
            fault = ("", "", short_of)
        else:
            given = {
                name: cell.strip()
                for name, cell in zip(header, cells, strict=False)
                if cell.strip()
            }
            row, fault = _read(given, header, kinds, device, catalogue, decimal_comma)
        if fault is None:
            rows[line] = row
        else:
            column, value, reason = fault
            shown = _text.without_persons(value, _LONGEST_SHOWN, "comment", column)
            rejects.append(reject(path.name, line, column, shown, reason))
    return settle(path, str(device.table), _frame(rows, kinds), rejects, seen=seen)


def _unweighted(responses: pd.DataFrame, catalogue: Catalogue) -> Iterator[str]:
    """Categories that are none of the population's, of a survey that no questionnaire declares."""
    for variable, given in responses.dropna(subset="category").groupby("variable")["category"]:
        if told := outside_margins(str(variable), list(given.unique()), catalogue.margins):
            yield told


def _kinds(table: str) -> dict[str, str]:
    """Each column of a tidy table with the kind of its cells."""
    names = contract.columns(table)  # an error where the table does not exist
    return {name: tables.TABLES[table].columns[name].kind for name in names}


def _by_month(table: str) -> bool:
    """Whether a table's rows count days of one month, and say whether those are over."""
    return "complete" in tables.TABLES[table].columns


def _required(table: str, header: Sequence[str]) -> list[str]:
    """The columns that a header must have and whose cells must not be empty."""
    needed = [
        name
        for name, column in tables.TABLES[table].columns.items()
        if name not in _DEFAULTED and not column.optional
    ]
    if _by_month(table):
        needed.remove("complete")
        if "month" in header:
            needed = ["month", *(name for name in needed if name not in ("start", "end"))]
        elif "end" not in header:
            needed.remove("end")
    return needed


def _header_problems(path: Path, header: Sequence[str], table: str) -> Iterator[str]:
    allowed = [*contract.columns(table), *(["month"] if _by_month(table) else [])]
    listed = f"columns of the table {table} are {', '.join(allowed)}"
    counts = Counter(header)
    unknown = [name for name in counts if name not in allowed]
    twice = [name for name, count in counts.items() if count > 1]
    missing = [name for name in _required(table, header) if name not in counts]
    if unknown:
        shown = bounded(_text.headers_shown(unknown, header))
        yield f"{path}: unknown column{'s' if len(unknown) > 1 else ''} {shown}; {listed}"
    if twice:
        shown = bounded(_text.headers_shown(twice, header))
        yield f"{path}: column{'s' if len(twice) > 1 else ''} {shown} given twice; keep one"
    if missing:
        shown = ", ".join(repr(name) for name in missing)
        instead = " (or 'month' instead)" if _by_month(table) and "start" in missing else ""
        yield f"{path}: missing column{'s' if len(missing) > 1 else ''} {shown}{instead}; {listed}"
    if _by_month(table) and "month" in counts and ("start" in counts or "end" in counts):
        yield f"{path}: both 'month' and 'start' or 'end'; keep 'month', or 'start' and 'end'"


def _read(
    given: Mapping[str, str],
    header: Sequence[str],
    kinds: Mapping[str, str],
    device: Device,
    catalogue: Catalogue,
    decimal_comma: bool,
) -> tuple[dict[str, object], _Fault | None]:
    """A tidy row of the cells that are not empty, and what is wrong with the first bad one."""
    table = str(device.table)
    row: dict[str, object] = {
        "device": device.id,
        "product": device.product,
        "channel": device.channel,
        "area": device.area,
    }
    for name in _required(table, header):
        if name not in given:
            return row, (name, "", "is empty")
    for name, text in given.items():
        if name == "month":
            span = _text.parse_month(text)
            if span is None:
                return row, (name, text, "is no month; write a month such as 2026-03")
            row["start"], row["end"] = span
            continue
        if (why := _text_fault(name, text, kinds)) is not None:
            return row, (name, text, why)
        value = _parse(text, kinds[name], decimal_comma)
        if value is None:
            return row, (name, text, f"cannot be read; write {_WANTED[kinds[name]]}")
        if isinstance(value, date) and (why := day_fault(value)) is not None:
            return row, (name, text, why)
        row[name] = value
    fault = _wrong_place(row, device, catalogue)
    if fault is None and _by_month(table):
        fault = _finish_period(row, device)
    return row, fault


def _parse(text: str, kind: str, decimal_comma: bool) -> object:
    """A cell's value by its kind, or `None` where it cannot be read."""
    if kind == "day":
        return _text.parse_day(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.A) else None
    if kind == "moment":
        return _text.parse_moment(text)
    if kind == "count":
        return _text.parse_count(text)
    if kind == "flag":
        return _FLAGS.get(text.casefold())
    if kind == "number":
        text = text.replace(",", ".") if decimal_comma else text
        number = float(text) if re.fullmatch(r"[-+]?\d+(\.\d+)?", text, re.A) else math.nan
        return number + 0.0 if math.isfinite(number) else None  # no page shows a -0
    return text


def _text_fault(name: str, text: str, kinds: Mapping[str, str]) -> str | None:
    """Why a cell is no text or number of its column, although it could be read as one."""
    if _text.is_formula_error(text):
        return "is the error of a spreadsheet's formula; mend it or leave the cell empty"
    if name in _PARTS and _text.is_total(text):
        return "is a total, which would count beside its parts; take the row away"
    if name.endswith("_id") and "@" in text:
        return "is no identifier: it may be an address; write a number or a code"
    if (
        why := personal.personal_fault(text, names=False)
    ) is not None:  # a number to call is none of a measure
        return why
    # no thousand lies on the scale that a row gives
    if kinds[name] == "number" and "scale_max" not in kinds and _text.may_be_thousands(text):
        return "is one for some and a thousand for others; write 1234 or 1.2340"
    return None


def _wrong_place(row: Mapping[str, object], device: Device, catalogue: Catalogue) -> _Fault | None:
    """What is wrong with the device, product or channel that a row names."""
    if row["device"] != device.id:
        return "device", str(row["device"]), f"is not {device.id!r}, the device of this file"
    if row["product"] is not None and row["product"] not in catalogue.products:
        known = bounded(catalogue.products)
        return "product", str(row["product"]), f"is no product of the catalogue; known: {known}"
    if row["channel"] not in CHANNEL_LABELS:
        return "channel", str(row["channel"]), f"is not one of {', '.join(CHANNEL_LABELS)}"
    return None


def _finish_period(row: dict[str, object], device: Device) -> _Fault | None:
    """Give a row of counts its `end` and `complete` by the rule; tell a period it cannot have."""
    start, end = row["start"], row.setdefault("end", row["start"])
    assert isinstance(start, date) and isinstance(end, date)
    if (why := period_fault(start, end)) is not None:
        return "start, end", f"{start}; {end}", why
    if row.setdefault("complete", is_complete(end, device.extracted)) and not is_complete(
        end, None
    ):
        return "complete", "true", f"is true, and the period ends on {end}; write false"
    return None


def _frame(rows: Mapping[int, Mapping[str, object]], kinds: Mapping[str, str]) -> pd.DataFrame:
    columns: dict[str, object] = {}
    for name, kind in kinds.items():
        values: list[Any] = [row.get(name) for row in rows.values()]
        if kind in ("day", "moment"):
            columns[name] = days(values)
        elif kind == "count":
            columns[name] = pd.array(values, dtype="Int64")
        elif kind == "number":
            columns[name] = np.array(values, dtype=float)
        else:
            columns[name] = values
    return pd.DataFrame(columns, index=list(rows))
