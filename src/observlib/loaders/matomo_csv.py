"""Matomo's CSV (or TSV) export of `VisitsSummary.get` or `API.get`, by day, week or month.

Matomo writes UTF-16LE with a BOM; UTF-8 is read too. Column names may be those of the API or in
English, French or German; metrics that the `audience` table does not have are passed over.
Without a date column the file holds one period, given by the device's `period` or by the last
month or day of the file's name. When a row is complete: see `observlib.loaders._matomo`.
"""

from __future__ import annotations

import re
from pathlib import Path

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._csv import read_csv, read_text
from observlib.loaders._matomo import Record, identify, load_records, names_visits, no_visits
from observlib.loaders._text import find_delimiter, width_fault
from observlib.tables import reject


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read one export into the `audience` table, with the rows it rejects.

    Raises
    ------
    ObservError
        For a file that is not text, has no visits by period, is a scheduled report, holds
        single visits (personal data), or does not say its period.
    """
    text = read_text(path)
    _refuse_scheduled_report(path, text)
    header, lines = read_csv(path, text, find_delimiter(text, ",;\t"))
    columns = identify(path, header)
    if "visits" not in columns:
        raise no_visits(path, header)
    if not lines:
        raise ObservError(f"{path}: no row under the header; export the report again")
    places = {column: header.index(name) for column, name in columns.items()}
    period = places.pop("period", None)
    records, rejects = [], []
    for line, cells in lines.items():
        if (reason := width_fault(cells, len(header))) is not None:
            rejects.append(reject(path.name, line, "", "", reason))
            continue
        records.append(
            Record(
                line,
                None if period is None else cells[period],
                {column: cells[place] for column, place in places.items()},
            )
        )
    return load_records(path, device, records, rejects)


def _refuse_scheduled_report(path: Path, text: str) -> None:
    """A scheduled report has a title above each of its tables."""
    lines = [line for line in text.splitlines() if line.strip()]
    if re.search(r"[,;\t]", lines[0]) or names_visits(lines[0]):
        return
    if any(names_visits(cell) for line in lines[1:] for cell in re.split(r"[,;\t]", line)):
        raise ObservError(
            f"{path}:1: a title and not a header: a scheduled report stacks several tables in "
            "one file and is not read; export one report, VisitsSummary.get, by day or by month"
        )
