"""The *Observatoire de la qualité des démarches en ligne*: one workbook an edition.

One row a procedure. Cells mix numbers, days and words, and headers hold line breaks: columns are
known by how their header begins, whatever its case, accents and spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.base.text import fold, fold_label
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue, Device
from observlib.catalogue.contract import reject
from observlib.loaders import Loaded
from observlib.loaders._cells import parse_number
from observlib.loaders._moments import french_day
from observlib.loaders._rows import days, settle
from observlib.loaders._text import header_shown, parse_day, short, without_persons
from observlib.loaders._workbook import ERROR, Cell, text_of, workbook_sheets

_NAME = "Nom Démarche"
_ID = "ID Démarche"
_ADMINISTRATION = "Réf Administration"
_NEEDED = (_NAME, _ID, _ADMINISTRATION, "Note Satisfaction")


@dataclass(frozen=True)
class _Kind:
    """What the cells of an indicator hold: numbers up to `most`, days, or one of `labels`.

    Its column's header is, or begins with, `header`.
    """

    header: str = ""
    most: float | None = None
    whole: bool = False
    labels: tuple[str, ...] = ()
    day: bool = False


_TOLD = load_data(__file__)
_KINDS = {name: _Kind(**told) for name, told in _TOLD["indicators"].items()}
_STATES = _TOLD["states"]
_WORDS = '"Non applicable", "À venir", "Nombre d\'avis insuffisant", "Démarche proactive", "–"'
# "T3-25" or "T3 2025", but not the day of "T3 11 octobre 2025"
_QUARTER_FIRST = re.compile(
    r"(?<![a-z0-9])t([1-4])[ _-]*(?:20)?(\d\d)(?!\d)"
    r"(?![ _-]*(?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec))",
    re.ASCII,
)
_EARLIEST = date(1995, 1, 1)
_MEND = "download the edition's workbook again from data.gouv.fr"
_COLUMNS = [
    *("procedure_id", "procedure", "administration", "indicator"),
    *("state", "value", "day", "label"),
]
_Read = tuple[str, float | None, date | None, str | None]  # the last four


def load_demarches(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read an edition's workbook into the table `procedures`: a row a procedure and indicator.

    Marks are on 0-10, shares on 0-1, `loading_ms` in milliseconds. `state` tells why there is no
    value: "–" and an empty cell say nothing (`none`), as does "Non" for the audit; an accessibility
    statement that is marked "(périmée)" is `expired`. An indicator whose column is missing is told
    among the rejects of row 1. The edition is in the sheet's name ("T3-25"), else it is the quarter
    of the device's `period`, else it is in the file's name.
    """
    sheet, header, records = _procedures(path)
    quarter = _edition(path, sheet, device)
    rejects: list[dict[str, object]] = []

    def refuse(line: int, column: str, value: str, reason: str) -> None:
        rejects.append(reject(path.name, line, column, value, reason))

    places = {indicator: _find(header, kind.header) for indicator, kind in _KINDS.items()}
    for indicator, place in places.items():
        if place is None:
            reason = f"column is missing, {indicator} is not loaded; {_MEND}"
            refuse(1, _KINDS[indicator].header, "", reason)
    columns = {indicator: place for indicator, place in places.items() if place is not None}
    key = {name: _find(header, name) or 0 for name in (_ID, _NAME, _ADMINISTRATION)}
    first: dict[str, int] = {}
    rows: list[tuple[object, ...]] = []
    lines: list[int] = []
    for line, cells in records:
        told = {name: text_of(cells[place]) for name, place in key.items()}
        missing = [name for name in (_NAME, _ID, _ADMINISTRATION) if told[name] in ("", ERROR)]
        if missing:
            refuse(line, ", ".join(missing), "", "is empty, or the error of a formula")
        elif first.setdefault(told[_ID], line) != line:
            refuse(line, _ID, "", f"repeats the procedure of row {first[told[_ID]]}; keep one")
        else:
            for indicator, place in columns.items():
                try:
                    read = _read(cells[place], indicator, _KINDS[indicator])
                except ValueError as error:
                    shown = without_persons(short(str(cells[place])), 60, "remark")
                    refuse(line, _KINDS[indicator].header, shown, str(error))
                else:
                    rows.append((*told.values(), indicator, *read))
                    lines.append(line)
    frame = pd.DataFrame(rows, columns=_COLUMNS, index=lines)
    frame = frame.assign(device=device.id, product=device.product, channel=device.channel)
    start, end = (days([day] * len(rows)) for day in (quarter.start, quarter.end))
    frame = frame.assign(edition=quarter, start=start, end=end, day=days([*frame["day"]]))
    return settle(path, "procedures", frame.astype({"value": float}), rejects)


def _procedures(path: Path) -> tuple[str, list[str], list[tuple[int, list[Cell]]]]:
    """Name, header and rows (each with its sheet row) of the first sheet that has the headers."""
    names = []
    for name, rows in workbook_sheets(path, _MEND):
        header = [str(cell) for cell in rows[0]] if rows else []
        if all(_find(header, needed) is not None for needed in _NEEDED):
            records = [
                (place, cells)
                for place, cells in enumerate(rows[1:], 2)
                if any(text_of(cell) for cell in cells)
            ]
            return name, header, records
        names.append(header_shown(name))
    raise ObservError(
        f"{path}: no sheet has in its first row the columns {', '.join(map(repr, _NEEDED))}; "
        f"its sheets are {bounded(names) or 'none'}; {_MEND}"
    )


def _find(header: list[str], name: str) -> int | None:
    """Where the column stands whose header is, or else begins with, a name."""
    folded = [fold_label(cell) for cell in header]
    starts = [place for place, cell in enumerate(folded) if cell.startswith(fold_label(name))]
    return min(starts, key=lambda place: len(folded[place])) if starts else None


def _edition(path: Path, sheet: str, device: Device) -> Quarter:
    """The edition that the sheet, the device or the file's name tells."""
    quarter = _quarter(sheet)
    if quarter is None and device.period:
        year, month = map(int, device.period.split("-")[:2])
        quarter = Quarter.of(date(year, month, 1)) if year else None
    quarter = quarter or _quarter(path.stem)
    if quarter is None:
        raise ObservError(
            f"{path}: sheet {header_shown(sheet)} does not tell the edition, nor does the file's "
            "name; name the file such as observatoire_2025-T3.xlsx, or set the device's period"
        )
    if not _EARLIEST <= quarter.start <= date.today():
        raise ObservError(f"{path}: edition {quarter} has not begun or is before 1995; {_MEND}")
    return quarter


def _quarter(text: str) -> Quarter | None:
    """The quarter that a text tells, if it does.

    Examples
    --------
    >>> _quarter("Chiffres VDE T3-25 (octobre-25)"), _quarter("observatoire_2025-T3")
    ('2025-T3', '2025-T3')
    """
    plain = fold(text)
    if match := re.search(r"(?<!\d)20(\d\d)[ _-]*t([1-4])(?!\d)", plain, re.ASCII):
        return Quarter(f"20{match[1]}-T{match[2]}")
    if match := _QUARTER_FIRST.search(plain):
        return Quarter(f"20{match[2]}-T{match[1]}")
    return None


def _read(cell: Cell, indicator: str, kind: _Kind) -> _Read:
    """State, value, day and label of a cell; `ValueError` says why it is rejected."""
    text = fold_label(text_of(cell))
    if text in _STATES:
        return _STATES[text], None, None, None
    if indicator == "accessibility_audit" and text == "non":
        return "none", None, None, None
    if kind.labels:
        label = next((label for label in kind.labels if fold_label(label) == text), None)
        if label is None:
            raise ValueError(f"is none of {', '.join(kind.labels)}, {_WORDS}")
        return "value", None, None, label
    if kind.day:
        return _read_day(cell)
    return _read_number(cell, kind)


def _read_number(cell: Cell, kind: _Kind) -> _Read:
    value = None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        value = float(cell)
    elif isinstance(cell, str):
        value = _number(cell, kind)
    allowed = "a whole number" if kind.whole else "a number"
    allowed += " of 0 or more" if kind.most is None else f" of 0 to {kind.most:g}"
    if value is None:
        raise ValueError(f"is no {allowed.removeprefix('a ')}, nor one of {_WORDS}")
    if not 0 <= value <= (kind.most or 1e15) or (kind.whole and value != int(value)):
        raise ValueError(f"is not {allowed}")
    return "value", value, None, None


def _number(text: str, kind: _Kind) -> float | None:
    """A number that a cell holds as text; no thousand can be meant where the kind has a `most`.

    Examples
    --------
    >>> _number("8,125", _Kind(most=10)), _number("85 %", _Kind(most=1)), _number("1 200", _Kind())
    (8.125, 0.85, 1200.0)
    >>> _number("1,200", _Kind())
    """
    plain = text.strip()
    if kind.most == 1 and plain.endswith("%"):
        value = parse_number(plain.removesuffix("%").rstrip())
        return None if value is None else value / 100
    if kind.most is not None and re.fullmatch(r"\d{1,2}[.,]\d{3}", plain, re.ASCII):
        return float(plain.replace(",", "."))
    return parse_number(plain)


def _read_day(cell: Cell) -> _Read:
    expired = False
    day = cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else None
    if isinstance(cell, str):
        written, _, remark = fold_label(cell).partition("(")
        expired = remark.startswith("perimee")
        if remark.rstrip(") ") in ("", "perimee", "bientot perimee"):
            day = french_day(written.strip()) or parse_day(written.strip())
    if day is None:
        what = 'is no day (such as 08/04/2022, with or without "(périmée)")'
        raise ValueError(f"{what}, nor one of {_WORDS}")
    if not _EARLIEST <= day <= date.today() + timedelta(days=1):
        raise ValueError("is before 1995 or in the future")
    return "expired" if expired else "value", None, day, None
