"""Calls, as a call centre exports them: one row a call that entered the queue.

The format
----------
- CSV in UTF-8 or UTF-16, separated by semicolons, commas or tabs; headers in French or English.
- `call_id` (`identifiant`); `start` (`début`), in Paris time; `outcome` (`issue`): answered
  (`décroché`, `répondu`) or abandoned (`abandonné`, `raccroché`).
- `wait` (`attente`): seconds, `mm:ss` or `hh:mm:ss`; `talk` (`conversation`) and `theme`
  (`thème`) may be empty or left out.

Callers' numbers and agents' names are never read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle
from observlib.loaders._sheet import Fault, Sheet, need_themes, read_sheet, read_theme, take
from observlib.loaders._text import without_persons
from observlib.loaders._time import paris_day, parse_seconds, read_moments
from observlib.text import fold_label

_HEADERS = {
    "call_id": ("call id", "id", "identifiant", "identifiant d'appel", "id appel", "uuid"),
    "start": ("start", "debut", "date", "date et heure", "date appel", "horodatage", "started at"),
    "outcome": ("outcome", "issue", "resultat", "statut", "status", "etat"),
    "wait": ("wait", "attente", "temps d'attente", "duree d'attente", "queue time"),
    "talk": ("talk", "conversation", "temps de conversation", "duree de conversation", "talk time"),
    "theme": ("theme", "motif", "qualification"),
}
_OUTCOMES = {
    "answered": ("answered", "repondu", "decroche", "traite", "pris en charge", "servi"),
    "abandoned": ("abandoned", "abandonne", "abandon", "raccroche", "perdu"),
}
_OUTCOME_OF = {word: name for name, words in _OUTCOMES.items() for word in words}
_COLUMNS = (
    "device", "product", "channel", "call_id", "date", "moment", "outcome", "wait", "talk", "theme",
)  # fmt: skip
_MEND = "the columns are call_id, start, outcome, wait, and talk and theme where they are known"
_LONGEST = 24 * 3600


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read calls into the table `calls`.

    Raises
    ------
    ObservError
        For a file that is no text, or lacks a column.
    """
    sheet = read_sheet(path, _HEADERS, ["call_id", "start", "outcome", "wait"], _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export the calls again")
    moments, unread = read_moments({line: sheet.cell(line, "start") for line in sheet.whole()})
    about = {"device": device.id, "product": device.product, "channel": device.channel}

    def read(line: int) -> tuple[dict[str, Any], Fault | None]:
        if line in unread:
            return {}, _bad(sheet, line, "start", unread[line])
        row, fault = _read(sheet, line)
        return {**row, **about, "moment": moments[line], "date": paris_day(moments[line])}, fault

    rows, rejects = take(sheet, path.name, read)
    need_themes(path, [row["theme"] for row in rows.values()])
    frame = pd.DataFrame(rows.values(), index=list(rows), columns=list(_COLUMNS))
    for name in ("date", "moment"):
        frame[name] = days([row[name] for row in rows.values()])
    for name in ("wait", "talk"):
        frame[name] = pd.array([row[name] for row in rows.values()], dtype="Int64")
    return settle(path, "calls", frame, rejects)


def _bad(sheet: Sheet, line: int, field: str, reason: str) -> Fault:
    shown = without_persons(sheet.cell(line, field), 40, "name or number")
    return sheet.title[field], shown, reason if shown else "is empty"


def _read(sheet: Sheet, line: int) -> tuple[dict[str, Any], Fault | None]:
    """A row without its place in time, and what is wrong with its first bad cell."""
    row: dict[str, Any] = {
        "call_id": sheet.cell(line, "call_id"),
        "outcome": _OUTCOME_OF.get(fold_label(sheet.cell(line, "outcome"))),
        "wait": parse_seconds(sheet.cell(line, "wait")),
        "talk": None,
    }
    if not row["call_id"]:
        return row, _bad(sheet, line, "call_id", "is empty")
    if row["outcome"] is None:
        return row, _bad(sheet, line, "outcome", "is no outcome; write décroché or abandonné")
    if row["wait"] is None or row["wait"] > _LONGEST:
        return row, _bad(sheet, line, "wait", "is no time up to a day; write seconds or mm:ss")
    if written := sheet.cell(line, "talk"):
        row["talk"] = parse_seconds(written)
        if row["talk"] is None or row["talk"] > _LONGEST:
            return row, _bad(sheet, line, "talk", "is no time up to a day; write seconds or mm:ss")
        if row["outcome"] == "abandoned" and row["talk"] > 0:
            return row, _bad(sheet, line, "talk", "is not 0 and the call was abandoned")
    row["theme"], why = read_theme(sheet.cell(line, "theme"))
    if why is not None:
        return row, _bad(sheet, line, "theme", why)
    return row, None
