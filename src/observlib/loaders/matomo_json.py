"""Matomo's JSON answer to `VisitsSummary.get` or `API.get`, by day, week or month.

Read are an object by period (`{"2026-03-01": {"nb_visits": 3}, "2026-03-02": []}`, where `[]`
means no visits), one object of metrics, and a list of objects with a `date` or `period` each.
Without a period in it the file holds one, given by the device's `period` or by the last month
or day of the file's name. When a row is complete: see `observlib.loaders._matomo`.

The place of a row is the position of its record in the file, from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._csv import read_text
from observlib.loaders._matomo import (
    MEND,
    Record,
    identify,
    load_records,
    no_visits,
    parse_period,
)
from observlib.loaders._text import cell_text, header_shown, read_json, short, without_persons
from observlib.personal import fault
from observlib.tables import reject


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read one answer into the `audience` table, with the records it rejects.

    Raises
    ------
    ObservError
        For a file that is no JSON, an error that Matomo sent, a file without visits by period,
        one with single visits (personal data), or one that does not say its period.
    """
    data = read_json(path, read_text(path))
    if isinstance(data, dict) and data.get("result") == "error":
        said = cell_text(data.get("message"))
        shown = header_shown(said) if fault(said) else repr(short(said, 120))
        raise ObservError(f"{path}: Matomo answered with an error: {shown}; {MEND} again")
    entries: list[tuple[str | None, object]]
    if isinstance(data, dict) and any(parse_period(key) for key in data):
        entries = [(short(key, 200), value) for key, value in data.items()]
    elif isinstance(data, dict):
        entries = [(None, data)]
    elif isinstance(data, list):
        if any(parse_period(key) for value in data if isinstance(value, dict) for key in value):
            raise ObservError(
                f"{path}: several answers in one file (API.getBulkRequest); {MEND}, one a file"
            )
        entries = [(None, value) for value in data]
    else:
        raise no_visits(path, [])
    records: list[Record] = []
    rejects: list[dict[str, object]] = []
    empty: dict[int, str] = {}
    for position, (key, value) in enumerate(entries, 1):
        if key is not None and value == []:
            empty[position] = key
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            identify(path, value[0])  # tells single visits and broken-down reports by name
            value = value[0] if len(value) == 1 else value
        if isinstance(value, dict):
            records.append(_record(path, position, key, value))
        else:
            reason = f"is no set of named metrics; {MEND}"
            shown = without_persons(cell_text(value), 60, "comment")
            rejects.append(reject(path.name, position, "", shown, reason))
    if not empty and not any("visits" in record.cells for record in records):
        raise no_visits(path, _keys(entries))
    there = {"visits"}.union(*(record.cells for record in records))
    records += [Record(place, key, dict.fromkeys(there, 0)) for place, key in empty.items()]
    return load_records(path, device, sorted(records), rejects)


def _record(path: Path, position: int, key: str | None, value: Mapping[str, object]) -> Record:
    columns = identify(path, value)
    name = columns.pop("period", None)
    if key is None and name is not None:
        key = cell_text(value[name])
    return Record(position, key, {column: value[name] for column, name in columns.items()})


def _keys(entries: list[tuple[str | None, object]]) -> list[str]:
    """What the first entry holds, to show in an error."""
    first = entries[0][1] if entries else None
    return list(first) if isinstance(first, dict) else []
