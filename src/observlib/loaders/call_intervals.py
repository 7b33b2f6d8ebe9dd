"""Calls counted by half hour, as a call centre's supervision exports them.

The format
----------
- CSV in UTF-8 or UTF-16, separated by semicolons, commas or tabs; headers in French or English.
- `start` (`début`), in Paris time, of a half hour (or quarter, or hour); rows in order of time,
  so that the hour which the end of summer time repeats can be told.
- `offered` (`présentés`), `answered` (`décrochés`), `abandoned` (`abandonnés`): calls.
- `wait` (`attente totale`) and `talk` (`conversation totale`) of the answered calls, in seconds
  or `hh:mm:ss`, may be empty or left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle
from observlib.loaders._sheet import Fault, Sheet, read_sheet, take
from observlib.loaders._text import parse_count, without_persons
from observlib.loaders._time import paris_day, parse_seconds, read_moments

_HEADERS = {
    "start": ("start", "debut", "tranche", "tranche horaire", "intervalle", "interval", "date"),
    "offered": ("offered", "presentes", "appels presentes", "recus", "appels recus", "calls"),
    "answered": ("answered", "decroches", "appels decroches", "repondus", "traites"),
    "abandoned": ("abandoned", "abandonnes", "appels abandonnes", "abandons"),
    "wait": ("wait", "attente", "attente totale", "temps d'attente total", "total wait"),
    "talk": ("talk", "conversation", "conversation totale", "total talk"),
}
_COUNTS, _TIMES = ("offered", "answered", "abandoned"), ("wait", "talk")
_MEND = "the columns are start, offered, answered, abandoned, and wait and talk where known"


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read calls by half hour into the table `call_intervals`.

    Raises
    ------
    ObservError
        For a file that is no text, or lacks a column.
    """
    sheet = read_sheet(path, _HEADERS, ["start", *_COUNTS], _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export the calls again")
    starts = {line: sheet.cell(line, "start") for line in sheet.whole()}
    moments, unread = read_moments(starts, in_order=True)

    def read(line: int) -> tuple[dict[str, Any], Fault | None]:
        if line in unread:
            return {}, _bad(sheet, line, "start", unread[line])
        row, fault = _read(sheet, line)
        return {"moment": moments[line], "date": paris_day(moments[line]), **row}, fault

    rows, rejects = take(sheet, path.name, read)
    frame = pd.DataFrame(
        {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            **{name: days([row[name] for row in rows.values()]) for name in ("date", "moment")},
            **{
                name: pd.array([row[name] for row in rows.values()], dtype="Int64")
                for name in (*_COUNTS, *_TIMES)
            },
        },
        index=list(rows),
    )
    return settle(path, "call_intervals", frame, rejects)


def _bad(sheet: Sheet, line: int, field: str, reason: str) -> Fault:
    shown = without_persons(sheet.cell(line, field), 40, "number")
    return sheet.title[field], shown, reason if shown else "is empty"


def _read(sheet: Sheet, line: int) -> tuple[dict[str, Any], Fault | None]:
    row: dict[str, Any] = dict.fromkeys((*_COUNTS, *_TIMES))
    for field in _COUNTS:
        row[field] = parse_count(sheet.cell(line, field))
        if row[field] is None:
            return row, _bad(sheet, line, field, "is no whole number of calls")
    for field in _TIMES:
        if written := sheet.cell(line, field):
            row[field] = parse_seconds(written)
            if row[field] is None:
                return row, _bad(sheet, line, field, "is no time; write seconds or hh:mm:ss")
    return row, None
