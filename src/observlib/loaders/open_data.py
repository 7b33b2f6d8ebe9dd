"""Open data of two programmes of the State that no format describes.

The *Observatoire de la qualité des démarches en ligne*: one workbook an edition, one row a
procedure. Columns are known by how their header begins, whatever its case, accents and spaces.

Experiences told on *Services Publics +*: commas, dates `dd/mm/yyyy HH:MM` and C1 control characters
for punctuation; or semicolons, ISO dates and free texts in which nothing is escaped. Titles and
stories are kept where the device has `verbatims`, redacted; pseudonyms and answers never.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate, combinations
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.base.text import fold, fold_label
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue, Device
from observlib.catalogue.contract import reject
from observlib.catalogue.tables import TELLERS
from observlib.loaders import Loaded, _text, of_device, settle, with_texts
from observlib.loaders._cells import parse_number
from observlib.loaders._kinds import ERROR, Cell, text_of, workbook_sheets
from observlib.loaders._moments import PARIS, french_day, months_first
from observlib.loaders._text import header_shown, parse_day, short, without_persons

_TOLD = load_data(__file__)

# --- The Observatoire's workbook

_NAME, _NUMBER, _ADMINISTRATION = "Nom Démarche", "ID Démarche", "Réf Administration"
_NEEDED = (_NAME, _NUMBER, _ADMINISTRATION, "Note Satisfaction")


_Kind = Mapping[str, Any]
_KINDS: dict[str, _Kind] = _TOLD["indicators"]
_STATES = _TOLD["states"]
_WORDS = '"Non applicable", "À venir", "Nombre d\'avis insuffisant", "Démarche proactive", "–"'
# "T3-25" or "T3 2025", but not the day of "T3 11 octobre 2025"
_QUARTER_FIRST = re.compile(
    r"(?<![a-z0-9])t([1-4])[ _-]*(?:20)?(\d\d)(?!\d)"
    r"(?![ _-]*(?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec))",
    re.ASCII,
)
_EARLIEST = date(1995, 1, 1)
_DOWNLOAD = "download the edition's workbook again from data.gouv.fr"
_READ = ("state", "value", "day", "label")  # of each cell
_PROCEDURES = ["procedure_id", "procedure", "administration", "indicator", *_READ]
_Read = tuple[str, float | None, date | None, str | None]


def load_demarches(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read an edition's workbook into the table `procedures`: a row a procedure and indicator.

    Marks are on 0-10, shares on 0-1, `loading_ms` in milliseconds. An indicator whose column is
    missing is told among the rejects of row 1.
    """
    sheet, header, records = _procedures(path)
    quarter = _edition(path, sheet, device)
    rejects: list[dict[str, object]] = []

    def refuse(line: int, column: str, value: str, reason: str) -> None:
        rejects.append(reject(path.name, line, column, value, reason))

    columns: dict[str, int] = {}
    for name, kind in _KINDS.items():
        if (place := _find(header, kind["header"])) is not None:
            columns[name] = place
        else:
            refuse(1, kind["header"], "", f"column is missing, {name} is not loaded; {_DOWNLOAD}")
    key = {name: _find(header, name) or 0 for name in (_NUMBER, _NAME, _ADMINISTRATION)}
    first: dict[str, int] = {}
    rows: list[tuple[object, ...]] = []
    lines: list[int] = []
    for line, cells in records:
        told = {name: text_of(cells[place]) for name, place in key.items()}
        missing = [name for name in _NEEDED[:3] if told[name] in ("", ERROR)]
        if missing:
            refuse(line, ", ".join(missing), "", "is empty, or the error of a formula")
            continue
        if (earlier := first.setdefault(told[_NUMBER], line)) != line:
            refuse(line, _NUMBER, "", f"repeats the procedure of row {earlier}; keep one")
            continue
        for name, place in columns.items():
            try:
                rows.append((*told.values(), name, *_read_cell(cells[place], name, _KINDS[name])))
                lines.append(line)
            except ValueError as error:
                shown = without_persons(short(str(cells[place])), 60, "remark")
                refuse(line, _KINDS[name]["header"], shown, str(error))
    frame = of_device(pd.DataFrame(rows, columns=_PROCEDURES, index=lines), device)
    frame = frame.assign(edition=quarter, start=quarter.start, end=quarter.end)
    return settle(path, "procedures", frame.astype({"value": float}), rejects)


def _procedures(path: Path) -> tuple[str, list[str], list[tuple[int, list[Cell]]]]:
    """Name, header and rows (each with its sheet row) of the first sheet that has the headers."""
    names = []
    for name, rows in workbook_sheets(path, _DOWNLOAD):
        header = [str(cell) for cell in rows[0]] if rows else []
        if all(_find(header, needed) is not None for needed in _NEEDED):
            records = enumerate(rows[1:], 2)
            return name, header, [row for row in records if any(map(text_of, row[1]))]
        names.append(header_shown(name))
    raise ObservError(
        f"{path}: no sheet has in its first row the columns {', '.join(map(repr, _NEEDED))}; "
        f"its sheets are {bounded(names) or 'none'}; {_DOWNLOAD}"
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
        raise ObservError(f"{path}: edition {quarter} has not begun or is before 1995; {_DOWNLOAD}")
    return quarter


def _quarter(text: str) -> Quarter | None:
    """The quarter that a text tells, if it does."""
    plain = fold(text)
    if match := re.search(r"(?<!\d)20(\d\d)[ _-]*t([1-4])(?!\d)", plain, re.ASCII):
        return Quarter(f"20{match[1]}-T{match[2]}")
    if match := _QUARTER_FIRST.search(plain):
        return Quarter(f"20{match[2]}-T{match[1]}")
    return None


def _read_cell(cell: Cell, indicator: str, kind: _Kind) -> _Read:
    """State, value, day and label of a cell; `ValueError` says why it is rejected."""
    text = fold_label(text_of(cell))
    if text in _STATES:
        return _STATES[text], None, None, None
    if indicator == "accessibility_audit" and text == "non":
        return "none", None, None, None
    if "labels" in kind:
        known = {fold_label(label): label for label in kind["labels"]}
        if text not in known:
            raise ValueError(f"is none of {', '.join(kind['labels'])}, {_WORDS}")
        return "value", None, None, known[text]
    if "day" in kind:
        day, expired = _read_day(cell)
        return "expired" if expired else "value", None, day, None
    return "value", _read_number(cell, kind), None, None


def _read_number(cell: Cell, kind: _Kind) -> float:
    most, whole = kind.get("most"), "whole" in kind
    value = _number(cell, most) if isinstance(cell, str) else None
    if type(cell) in (int, float):
        value = float(cell)
    allowed = "whole number" if whole else "number"
    allowed += " of 0 or more" if most is None else f" of 0 to {most:g}"
    if value is None:
        raise ValueError(f"is no {allowed}, nor one of {_WORDS}")
    if not 0 <= value <= (most or 1e15) or (whole and value != int(value)):
        raise ValueError(f"is not a {allowed}")
    return value


def _number(text: str, most: float | None) -> float | None:
    """A number that a cell holds as text; no thousand can be meant where there is a `most`."""
    plain = text.strip()
    if most == 1 and plain.endswith("%"):
        value = parse_number(plain.removesuffix("%").rstrip())
        return None if value is None else value / 100
    if most is not None and re.fullmatch(r"\d{1,2}[.,]\d{3}", plain, re.ASCII):
        return float(plain.replace(",", "."))
    return parse_number(plain)


def _read_day(cell: Cell) -> tuple[date, bool]:
    """A day, and whether it is marked as expired."""
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
    return day, expired


# --- Experiences told on Services Publics +

_COLUMNS: dict[str, str] = _TOLD["columns"]
_ASPECTS: dict[str, str] = _TOLD["aspects"]
_FEELINGS: dict[str, str] = _TOLD["feelings"]
_ID, _DATE, _FEELING, _REGION, _TOLD_BY, *_ORGANISATIONS = _COLUMNS.values()
_KEPT = (*_COLUMNS.values(), *_ASPECTS.values())
_TELLERS = {fold(teller): teller for teller in TELLERS}
_NAMES = ["date", "experience_id", "organisation", "feeling", "region", "told_by", *_ASPECTS]
_MEND = "it is no export of experiences of Services Publics +; download it again"
_START = re.compile(r'"?\d+"?;', re.ASCII)
# Bounds that keep a damaged file from taking for ever: within one record, the lines that look
# like the start of another one, and the bare separators of its free texts.
_MOST_FALSE_STARTS = 30
_MOST_SURPLUS = 200
_LONGEST_SHOWN = 30
_SOUND, _SURE = 1, 2  # a record that can be read, and one that shows that it was read right
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_Columns = dict[str, int]
_Fault = tuple[str, str, str]  # column, value, reason


def load_services_publics_plus(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read an export of told experiences into the table `experiences`."""
    header, columns, records = _read(path)
    rows: dict[int, dict[str, object]] = {}
    faults: dict[int, _Fault] = {}
    whole: dict[int, list[str]] = {}
    for line, record in records:
        if record is None or len(record) != len(header):
            what = "is no whole experience" if record is None else f"has {len(record)} cells"
            mend = "mend the line in the export"
            faults[line] = ("", "", f"{what}, the header has {len(header)}; {mend}")
            continue
        whole[line] = record
        rows[line], fault = _row(record, columns)
        if fault is not None:
            faults[line] = fault
    written = {line: record[columns[_DATE]] for line, record in whole.items()}
    for line, why in months_first(written).items():
        faults.setdefault(line, (_DATE, _shown(written[line]), why))
    rows = {line: row for line, row in rows.items() if line not in faults}
    frame = pd.DataFrame([*rows.values()], index=[*rows], columns=_NAMES, dtype=object)
    products = {fold(product.label): product.id for product in catalogue.products.values()}
    frame["product"] = frame["organisation"].map(lambda name: products.get(fold(str(name or ""))))
    frame = of_device(frame, device)
    others, known = int((frame["told_by"] == TELLERS[-1]).sum()), ", ".join(TELLERS[:-1])
    notice = f"{others} experiences are told by none of {known}: kept as « Autre »"
    rejects = [reject(path.name, line, *fault) for line, fault in faults.items()]
    found = settle(path, "experiences", frame, rejects, [notice] if others else [])
    if not device.verbatims:
        return found
    texts: dict[str, dict[int, str]] = {}
    for place, name in enumerate(map(fold, map(_clean, header))):
        if question := _TOLD["texts"].get(name):
            texts.setdefault(question, {}).update((n, _clean(whole[n][place])) for n in rows)
    return with_texts(path, found, device, frame["experience_id"].map(str).to_dict(), texts)


def _read(path: Path) -> tuple[list[str], _Columns, Iterator[tuple[int, list[str] | None]]]:
    """The header of an export, where its columns stand, and its records by line."""
    text = _text.read_export_text(path)
    delimiter = _text.find_delimiter(text, ",;")
    if delimiter == ",":
        header, cells = _text.read_csv(path, text, delimiter)
        return header, _columns(path, header), iter(cells.items())
    lines = re.split(r"\r\n|\r|\n", text)
    first = next(place for place, line in enumerate(lines) if line.strip())
    try:
        header = next(csv.reader([lines[first]], delimiter=";"))
    except csv.Error as error:
        raise ObservError(f"{path}:{first + 1}: no header: {error}; {_MEND}") from error
    columns = _columns(path, header)
    return header, columns, _records(lines, first + 1, columns, _free(header), len(header))


def _columns(path: Path, header: list[str]) -> _Columns:
    """Where the columns that are kept stand; `ObservError` when one that is needed is missing."""
    names = {fold(name): name for name in _KEPT}
    found = [names.get(fold(_clean(cell)), cell) for cell in header]
    _text.need_columns(path, found, [_ID, _DATE, _FEELING], _MEND)
    return {name: found.index(name) for name in _KEPT if name in found}


def _clean(text: str) -> str:
    """A text as it was meant: punctuation for C1 controls, without what a mangled BOM leaves."""
    return text.translate(_WINDOWS).strip('\ufeff" \t\r\n')


def _row(record: list[str], columns: _Columns) -> tuple[dict[str, object], _Fault | None]:
    """The tidy row of a record; and the column, value and reason for which it is rejected."""
    cell = {name: _clean(record[place]) for name, place in columns.items()}
    row: dict[str, object] = {"experience_id": cell[_ID], "told_by": None, "region": None}
    if teller := cell.get(_TOLD_BY):
        row["told_by"] = _TELLERS.get(fold(teller), TELLERS[-1])
    row["organisation"] = next((cell[name] for name in _ORGANISATIONS if cell.get(name)), None)
    row["date"] = _moment(cell[_DATE])
    for name, text in cell.items():
        if _text.is_formula_error(text):
            return row, (name, text, "is the error of a formula; mend it or leave the cell empty")
    if not re.fullmatch(r"\d{1,20}", cell[_ID], re.ASCII):
        return row, (_ID, "", "is no identifier (a whole number)")
    if row["date"] is None:
        allowed = "is no date since 1995 written dd/mm/yyyy HH:MM or yyyy-mm-ddTHH:MM"
        return row, (_DATE, _shown(cell[_DATE]), allowed if cell[_DATE] else "is empty")
    for key, name in {"feeling": _FEELING, **_ASPECTS}.items():
        row[key] = _FEELINGS.get(fold(cell.get(name, "")))
        if row[key] is None and (cell.get(name) or key == "feeling"):
            reason = "is not one of Positif, Neutre, Négatif" if cell[name] else "is empty"
            return row, (name, _shown(cell[name]), reason)
    if region := cell.get(_REGION):
        match = re.fullmatch(r"(\d{1,2})(?:\.0)?", region, re.ASCII)
        if match is None:
            return row, (_REGION, _shown(region), "is no INSEE code of a region, such as 53")
        row["region"] = match[1].zfill(2)
    return row, None


def _shown(cell: str) -> str:
    return _text.without_persons(cell, _LONGEST_SHOWN, "story")


def _moment(text: str) -> datetime | None:
    """Local time of a date in either layout, or `None`."""
    moment = None
    try:
        if re.fullmatch(r"\d{2}/\d{2}/\d{4}( \d{2}:\d{2})?", text, re.ASCII):
            moment = datetime.strptime(f"{text} 00:00"[:16], "%d/%m/%Y %H:%M")
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.{0,24})?", text, re.ASCII):
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(PARIS).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return moment if moment and 1995 <= moment.year < 2200 else None


def _free(header: list[str]) -> list[int]:
    """Where the columns of free text stand, the story first: it is where most separators are."""
    names = [fold(_clean(name)) for name in header]
    free = [at for at, name in enumerate(names) if name.startswith(tuple(_TOLD["free"]))]
    return sorted(free, key=lambda at: names[at] != "description")


def _records(
    lines: list[str], first: int, columns: _Columns, free: list[int], width: int
) -> Iterator[tuple[int, list[str] | None]]:
    """Records of a text whose line breaks and separators are not escaped, by line (from 1).

    A record starts at a line that starts with a number and a separator. It goes on over the next
    such lines until it holds all the fields of the header, unless one of these begins a record that
    is whole and sound by itself. `None` stands for what makes no record, and for one that may end
    elsewhere.
    """
    starts = [place for place in range(first, len(lines)) if _START.match(lines[place])]
    ends = [*starts[1:], len(lines)]
    lost = next(
        (place for place in range(first, (starts or ends)[0]) if lines[place].strip()), None
    )
    if lost is not None:
        yield lost + 1, None
    separators = list(accumulate((line.count(";") for line in lines), initial=0))

    def record(start: int, end: int) -> tuple[list[str], int] | None:
        if separators[end] - separators[start] < width - 1:
            return None
        return _fields("\n".join(lines[start:end]).rstrip("\n"), columns, free, width)

    position = 0
    while position < len(starts):
        following, best, sure = position + 1, None, -1
        for stop in range(position, min(position + _MOST_FALSE_STARTS, len(starts))):
            found = record(starts[position], ends[stop])
            if found is not None and found[1] > sure:
                (best, sure), following = found, stop + 1
            if sure == _SURE:
                break
            after = record(starts[stop + 1], ends[stop + 1]) if stop + 1 < len(starts) else None
            if after is not None and after[1]:
                break
        if sure == _SOUND and following < len(starts):
            best = best if record(starts[following], ends[following]) else None
        yield starts[position] + 1, best
        position = following


def _fields(
    text: str, columns: _Columns, free: list[int], width: int
) -> tuple[list[str], int] | None:
    """The fields of one record and how sound they are; `None` if they cannot be told apart.

    Quotes are first taken as those of a CSV, then as plain characters. A surplus of fields goes to
    as few of the free texts as makes the record sound; in two ways that differ, it is given up.
    """
    found: list[tuple[list[str], int]] = []
    plain, quoted = text.split(";"), _split_quoted(text)
    for split in (quoted, plain) if quoted != plain else (plain,):
        surplus = len(split) - width
        fields: list[str] | None = None if surplus else split
        if 0 < surplus < min(width - 1, _MOST_SURPLUS):
            fields = _absorb(split, columns, free, surplus)
        if fields:
            found.append((fields, _soundness(fields, columns)))
    return max(found, key=itemgetter(1), default=None)


def _soundness(fields: list[str], columns: _Columns) -> int:
    """How sound a record of the header's width is: `_SURE` where who tells stands in its column."""
    if _row(fields, columns)[1] is not None:
        return 0
    known = _TOLD_BY not in columns or fold(_clean(fields[columns[_TOLD_BY]])) in _TELLERS
    return _SURE if known else _SOUND


def _absorb(split: list[str], columns: _Columns, free: list[int], surplus: int) -> list[str] | None:
    """A record made sound by giving its surplus fields to one or two free texts, if one can."""
    words = [fold(_clean(field)) for field in split]
    if _FEELINGS.keys().isdisjoint(words):
        return None
    for number in (1, 2):
        sound: dict[tuple[str, ...], list[str]] = {}
        for shares in _shares(free, surplus, number):
            moved = {
                name: column + sum(more for place, more in shares.items() if place < column)
                for name, column in columns.items()
                if name in (_FEELING, _TOLD_BY)
            }
            if words[moved[_FEELING]] not in _FEELINGS or (
                _TOLD_BY in moved and words[moved[_TOLD_BY]] not in _TELLERS
            ):
                continue
            fields, place = [], 0
            for column in range(len(split) - surplus):
                taken = 1 + shares.get(column, 0)
                fields.append(";".join(split[place : place + taken]))
                place += taken
            if _row(fields, columns)[1] is None:
                sound[tuple(fields[kept] for kept in columns.values())] = fields
        if sound:
            return next(iter(sound.values())) if len(sound) == 1 else None
    return None


def _shares(free: list[int], surplus: int, number: int) -> Iterator[dict[int, int]]:
    """Ways to share a surplus among so many of the free columns, one or two."""
    if number == 1:
        yield from ({column: surplus} for column in free)
        return
    for one, two in combinations(free, 2):
        yield from ({one: part, two: surplus - part} for part in range(1, surplus))


def _split_quoted(text: str) -> list[str]:
    """The fields of a text whose quotes are those of a CSV, line breaks kept."""
    fields: list[str] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
            joined = [f"{fields.pop()}\n{''.join(row[:1])}"] if fields else row[:1]
            fields += [*joined, *row[1:]]
    except csv.Error:
        return []
    return fields
