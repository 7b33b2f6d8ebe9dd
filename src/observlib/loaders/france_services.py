"""The list of *France services* counters, as the ANCT publishes it: one row a counter.

The list holds addresses, telephone numbers and e-mail addresses of the counters: only the
counter's number, name, département and format are read.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._figures import Fault, rejected
from observlib.loaders._periods import day_named
from observlib.loaders._rows import days, settle
from observlib.loaders._sheet import Sheet, read_sheet
from observlib.loaders._text import parse_day

_NEEDED = ("id_fs", "insee_dep", "lib_fs")
_HEADERS = {
    "id_fs": ("id fs",),
    "insee_dep": ("insee dep", "code departement"),
    "lib_fs": ("lib fs",),
    "format_fs": ("format fs",),
}
_MEND = "download the list of France services counters again, as CSV"
# Codes of INSEE: Corsica's are 2A and 2B, overseas 971 to 978 and 984 to 988.
_DEPARTEMENT = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-8]|98[4-8]", re.A)
_LONGEST_NAME = 150


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a list of counters into the table `counters`.

    The list's day is the device's `period` or else in the file's name (`liste-fs-20240801.csv`
    or `…2024-08-01…`). A département `1`, whose zero a spreadsheet took, is `01`; a notice says
    how many were mended.

    Raises
    ------
    ObservError
        For a file that is no text, lacks a column or has no row; where nothing tells its day.
    """
    sheet = read_sheet(path, _HEADERS, _NEEDED, _MEND)
    day = _day(path, device)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; {_MEND}")
    rows: dict[int, dict[str, str | None]] = {}
    rejects, mended = [], 0
    for line in sheet.rows:
        why = sheet.fault(line)
        fault = ("", "", why) if why else _fault(sheet, line)
        if fault is not None:
            rejects.append(rejected(path.name, line, fault))
            continue
        written = sheet.cell(line, "insee_dep")
        mended += len(written) == 1
        rows[line] = {
            "counter_id": sheet.cell(line, "id_fs"),
            "name": " ".join(sheet.cell(line, "lib_fs").split()),  # some hold a line break
            "departement": _departement(written),
            "format": sheet.cell(line, "format_fs").replace("_", " ") or None,
        }
    lost = "département had lost its" if mended == 1 else "départements had lost their"
    notices = [f"{mended} {lost} leading zero, put back"] if mended else []
    columns = ("counter_id", "name", "departement", "format")
    frame = pd.DataFrame(
        {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            "date": days([day] * len(rows)),
            **{
                name: pd.Series([row[name] for row in rows.values()], dtype=object).to_numpy()
                for name in columns
            },
        },
        index=list(rows),
    )
    return settle(path, "counters", frame, rejects, notices)


def _departement(text: str) -> str:
    """The code of a département as INSEE writes it, if it is one.

    Examples
    --------
    >>> _departement("1"), _departement("2a"), _departement("974")
    ('01', '2A', '974')
    """
    return text.upper().zfill(2)


def _fault(sheet: Sheet, line: int) -> Fault | None:
    for name in _NEEDED:
        if not sheet.cell(line, name):
            return sheet.title[name], "", "is empty"
    code = sheet.cell(line, "insee_dep")
    if not _DEPARTEMENT.fullmatch(_departement(code)):
        reason = "is no département of INSEE, such as 01, 2A or 974"
        return sheet.title["insee_dep"], code, reason
    for name in ("id_fs", "lib_fs", "format_fs"):
        if len(" ".join(sheet.cell(line, name).split())) > _LONGEST_NAME:
            return sheet.title[name], "", "is too long; check the columns"
    return None


def _day(path: Path, device: Device) -> date:
    """The day of the list that the device or the file's name tells."""
    if device.period and (day := parse_day(f"{device.period}-01"[:10])) is not None:
        return day
    if match := re.search(r"(?<!\d)((?:19|20)\d{6})(?!\d)", path.stem, re.A):
        try:
            return datetime.strptime(match[1], "%Y%m%d").date()
        except ValueError:
            pass
    if (named := day_named(path.stem)) is not None:
        return named
    raise ObservError(
        f"{path}: the file's name does not tell the day of the list; "
        "name it such as liste-fs-20240801.csv, or set the device's period"
    )
