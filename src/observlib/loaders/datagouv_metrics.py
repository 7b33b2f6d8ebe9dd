"""The monthly audience of a data set on data.gouv.fr, as its metrics are published (JSON).

An object with `monthlyStats`: a list of `{"month": "2026-03", "visits": 5639, "downloads": 487}`.

The list goes up to the day of the dump, so that its last month is only a part: read as a whole
month it would look like a collapse. The last month is complete only if the day of the dump is
known and later than the month's end; that day is the last `YYYY-MM-DD` of the file's name, else
the device's `extracted`. Any other month is complete if it ended before the dump and before today.

The place of a row is the position of its month in the list, from 1.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._csv import read_text
from observlib.loaders._rows import audience, is_complete, period_fault
from observlib.loaders._text import (
    cell_text,
    parse_count,
    parse_day,
    parse_month,
    read_json,
    without_persons,
)
from observlib.tables import reject


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read one dump into the `audience` table, with the months it rejects.

    Raises
    ------
    ObservError
        For a file that is no JSON, has no list `monthlyStats` or is not of one data set, and for
        a file name whose day lies in the future.
    """
    data = read_json(path, read_text(path))
    if isinstance(data, dict) and "totalDatasets" in data:
        raise ObservError(
            f"{path}: the metrics of all of data.gouv.fr; export those of one data set"
        )
    months = data.get("monthlyStats") if isinstance(data, dict) else None
    if not isinstance(months, list) or not months:
        raise ObservError(
            f"{path}: no list `monthlyStats` of months; "
            "export the data set's metrics of data.gouv.fr again"
        )
    extracted = _day_of_name(path) or device.extracted
    spans: dict[int, tuple[date, date]] = {}
    rows: dict[int, dict[str, object]] = {}
    rejects: list[dict[str, object]] = []
    for position, month in enumerate(months, 1):
        fault = None
        row: dict[str, object] = {}
        if not isinstance(month, dict):
            fault = ("", cell_text(month), "is no month with its visits")
        elif (span := parse_month(cell_text(month.get("month")))) is None:
            text = cell_text(month.get("month"))
            fault = (
                "month",
                text,
                "is no month; months are such as 2026-03" if text else "is empty",
            )
        elif (why := period_fault(*span)) is not None:
            fault = ("month", cell_text(month["month"]), why)
        else:
            spans[position] = span
            for column in ("visits", "downloads"):
                text = cell_text(month.get(column))
                row[column] = parse_count(text)
                if text and row[column] is None:
                    fault = fault or (column, text, "cannot be read as a count")
        if fault is None:
            rows[position] = row
        else:
            column, text, reason = fault
            shown = without_persons(text, 60, "comment")
            rejects.append(reject(path.name, position, column, shown, reason))
    last = max((end for _, end in spans.values()), default=None)
    for position, row in rows.items():
        start, end = spans[position]
        whole = is_complete(end, extracted) and (end != last or extracted is not None)
        row.update(start=start, end=end, complete=whole)
    return audience(path, device, rows, rejects)


def _day_of_name(path: Path) -> date | None:
    """The day of the dump, where the file's name ends with it."""
    found = re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", path.stem, re.ASCII)
    day = parse_day(found[-1]) if found else None
    if found and (day is None or day > date.today()):
        raise ObservError(
            f"{path}: the day {found[-1]} of the file's name does not exist or lies in the future; "
            "it tells when the dump was made; rename the file"
        )
    return day
