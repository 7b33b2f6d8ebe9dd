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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pandas as pd

from observlib.base import personal
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Device, contract, tables
from observlib.catalogue.questionnaires import outside_margins
from observlib.loaders import Loaded, _text
from observlib.loaders._cells import read_each
from observlib.loaders._rows import (
    Faults,
    are_complete,
    day_fault,
    days,
    period_fault,
    settle,
    texts_of_rows,
)  # fmt: skip
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
_SPAN = "start, end"


def load_plain_csv(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
    """Read a CSV of tidy rows into the device's `table`, a piece after the other."""
    if device.table is None:
        raise ObservError(
            f"device {device.id!r}: the loader plain_csv needs the key `table`; "
            f"tables are {', '.join(tables.TABLES)}"
        )
    whole = device.table == "responses"
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
        loaded = _piece(path, header, rows, device, catalogue, delimiter != ",", seen)
        notices = tuple(_unweighted(loaded.rows, catalogue)) if whole else ()
        yield replace(loaded, notices=notices)
        rows = dict(islice(below, PIECE))


def _piece(
    path: Path,
    header: Sequence[str],
    lines: Mapping[int, Sequence[str]],
    device: Device,
    catalogue: Catalogue,
    decimal_comma: bool,
    seen: tables.Seen | None,
) -> Loaded:
    table, faults = str(device.table), Faults()
    texts = texts_of_rows(lines, len(header), faults).set_axis([*header], axis=1)
    rows = pd.DataFrame(index=texts.index)
    for name in _required(table, header):
        faults.where(name, texts[name] == "", "is empty")
    for name in header:
        filled = texts.loc[texts[name] != "", name]
        values, why = read_each(filled, _reader(name, table, decimal_comma))
        rows[name] = values.reindex(rows.index)
        faults.add_all(name, why)
    for name in (*_DEFAULTED, "area"):
        own = getattr(device, "id" if name == "device" else name)
        texts[name] = texts[name].where(texts[name] != "", own) if name in texts else own
        rows[name] = texts[name]
    _check_place(rows, faults, device, catalogue)
    rows = faults.without(rows)
    if _by_month(table):
        rows = _with_period(rows, texts, faults, device)
    of_time = [name for name, column in _columns(table).items() if column.kind in ("day", "moment")]
    for name in (name for name in of_time if name in rows):
        rows[name] = _as_days(rows[name])

    def shown(name: str, cell: str) -> str:
        return _text.without_persons(cell, _LONGEST_SHOWN, "comment", name)

    rejects = faults.rejects(path, {name: name for name in texts}, texts, shown)
    return settle(path, table, rows, rejects, seen=seen)


def _as_days(values: pd.Series) -> pd.Series:
    return pd.Series(days([*values.astype(object).where(values.notna(), None)]), values.index)


def _unweighted(responses: pd.DataFrame, catalogue: Catalogue) -> Iterator[str]:
    """Categories that are none of the population's, of a survey that no questionnaire declares."""
    for variable, given in responses.dropna(subset="category").groupby("variable")["category"]:
        if told := outside_margins(str(variable), list(given.unique()), catalogue.margins):
            yield told


def _columns(table: str) -> dict[str, tables.Column]:
    return tables.TABLES[table].columns


def _by_month(table: str) -> bool:
    """Whether a table's rows count days of one month, and say whether those are over."""
    return "complete" in _columns(table)


def _required(table: str, header: Sequence[str]) -> list[str]:
    """The columns that a header must have and whose cells must not be empty."""
    columns = _columns(table).items()
    needed = [name for name, one in columns if name not in _DEFAULTED and not one.optional]
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


def _reader(name: str, table: str, decimal_comma: bool) -> Callable[[str], object]:
    """What reads a cell of a column that is not empty."""
    if name == "month":
        return _month
    kind, is_scaled = _columns(table)[name].kind, "scale_max" in _columns(table)

    def read(text: str) -> object:
        if (why := _text_fault(name, text)) is not None:
            raise ValueError(why)
        # no thousand lies on the scale that a row gives
        if kind == "number" and not is_scaled and _text.may_be_thousands(text):
            raise ValueError("is one for some and a thousand for others; write 1234 or 1.2340")
        value = _parse(text, kind, decimal_comma)
        if value is None:
            raise ValueError(f"cannot be read; write {_WANTED[kind]}")
        if isinstance(value, date) and (why := day_fault(value)) is not None:
            raise ValueError(why)
        return value

    return read


def _month(text: str) -> tuple[date, date]:
    if (span := _text.parse_month(text)) is None:
        raise ValueError("is no month; write a month such as 2026-03")
    return span


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


def _text_fault(name: str, text: str) -> str | None:
    """Why a cell is no text or number of its column, although it could be read as one."""
    if _text.is_formula_error(text):
        return "is the error of a spreadsheet's formula; mend it or leave the cell empty"
    if name in _PARTS and _text.is_total(text):
        return "is a total, which would count beside its parts; take the row away"
    if name.endswith("_id") and "@" in text:
        return "is no identifier: it may be an address; write a number or a code"
    return personal.personal_fault(text, names=False)  # a number to call is none of a measure


def _check_place(rows: pd.DataFrame, faults: Faults, device: Device, catalogue: Catalogue) -> None:
    """Refuse rows of another device, or whose product or channel there is not."""
    other = f"is not {device.id!r}, the device of this file"
    faults.where("device", rows["device"] != device.id, other)
    unknown = rows["product"].notna() & ~rows["product"].isin(catalogue.products)
    known = f"is no product of the catalogue; known: {bounded(catalogue.products)}"
    faults.where("product", unknown, known)
    unknown = ~rows["channel"].isin(CHANNEL_LABELS)
    faults.where("channel", unknown, f"is not one of {', '.join(CHANNEL_LABELS)}")


def _with_period(
    rows: pd.DataFrame, texts: pd.DataFrame, faults: Faults, device: Device
) -> pd.DataFrame:
    """Rows of counts with their `end` and `complete` by the rule; none of an impossible period."""
    if "month" in rows:
        rows = rows.assign(start=rows["month"].str[0], end=rows["month"].str[1])
    ends = rows["end"].fillna(rows["start"]) if "end" in rows else rows["start"]
    rows = rows.assign(start=_as_days(rows["start"]), end=_as_days(ends))
    spans = dict(
        zip(rows.index, zip(rows["start"].dt.date, rows["end"].dt.date, strict=True), strict=True)
    )
    texts[_SPAN] = pd.Series({line: f"{start}; {end}" for line, (start, end) in spans.items()})
    faults.add_all(_SPAN, {line: period_fault(*span) for line, span in spans.items()})
    rows = faults.without(rows)
    by_rule = are_complete(rows["end"], device.extracted)
    complete = rows["complete"].fillna(by_rule) if "complete" in rows else by_rule
    for line, end in rows.loc[complete.eq(True) & ~are_complete(rows["end"], None), "end"].items():
        texts.loc[line, "complete"] = "true"
        faults.add(line, "complete", f"is true, and the period ends on {end.date()}; write false")
    return faults.without(rows.assign(complete=complete))
