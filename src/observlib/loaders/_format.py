"""Reading an export by its format: from the cells of its columns to rows of a tidy table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from observlib.catalogue import FIELDS, Catalogue, Column, Device, Format
from observlib.errors import ObservError
from observlib.loaders import Loaded, _cells, _settled
from observlib.loaders._faults import Faults
from observlib.loaders._grid import Grid, read_grid
from observlib.loaders._moments import read_moments
from observlib.loaders._rows import settle
from observlib.loaders._text import (
    is_formula_error,
    need_columns,
    short,
    width_fault,
    without_persons,
)
from observlib.tables import reject
from observlib.text import fold_label

_FORMS = ("iso", "%d/%m/%Y %H:%M[:%S]")
_WHAT = {
    "outcome": "no outcome",
    "format": "no known format",
    "nature": "no known nature",
    "success": "neither oui nor non",
}


def load(path: Path, device: Device, catalogue: Catalogue, form: Format) -> Loaded:
    """Read an export of a format into its table.

    Raises
    ------
    ObservError
        For a file that is not of the format, or cannot feed its table.
    """
    if form.refused:
        raise ObservError(f"{path}: is an export of {form.label}; {form.refused}")
    grid = read_grid(path, form)
    if not grid.rows:
        raise ObservError(f"{path}: no row under the header; export it again")
    for header, instead in form.other_exports.items():
        if _places(grid.header, [header]):
            raise ObservError(f"{path}: has a column {header!r}: {instead}")
    titles = _titles(path, grid, form)
    grid, notices = _kept(path, grid, form)
    faults = Faults(titles, grid.header, grid.rows)
    texts = _texts(grid, form, titles, faults)
    values = {
        field: _read(path, texts, field, form, device, catalogue, grid.zone, faults)
        for field in form.columns
    }
    frame = faults.without(pd.DataFrame(values, index=texts.index))
    frame, more = _settled.SETTLED[form.table](path, frame, form, device, faults)
    told = [(line, *why) for line, why in faults.by_line.items()]
    told += [cell for cell in faults.cells if cell[0] not in faults.by_line]
    rejects = [
        reject(path.name, line, titles.get(field, ""), _shown(texts, line, field), reason)
        for line, field, reason in told
    ]
    unknown = [f"{form.label} does not tell {field}: {why}" for field, why in form.unknown.items()]
    return settle(path, form.table, frame, rejects, (*notices, *more, *unknown))


def _titles(path: Path, grid: Grid, form: Format) -> dict[str, str]:
    """The header of each field that the table has; the first, where several give it."""
    folded = [_folded(title) for title in grid.header]
    titles: dict[str, str] = {}
    found = [*grid.header]
    for field, column in form.columns.items():
        wanted = {_folded(name) for name in column.headers}
        places = [at for at, name in enumerate(folded) if name in wanted]
        if len(places) > 1 and not column.first_of:
            one, other = (short(grid.header[at]) for at in places[:2])
            raise ObservError(
                f"{path}: columns {one!r} and {other!r} both give {field!r}; keep one"
            )
        if places:
            titles[field] = grid.header[places[0]]
            for at in places:
                found[at] = field
    given = {name: column for name, column in form.columns.items() if column.value is None}
    needed = [name for name, column in given.items() if not column.optional]
    columns = ", ".join(form.columns)
    need_columns(path, found, needed, form.mend or f"the columns are {columns}")
    return titles


def _folded(title: str) -> str:
    return fold_label(title).replace("_", " ")


def _places(header: Sequence[str], names: Sequence[str]) -> list[int]:
    """Where the columns of these names stand, in the names' order."""
    folded = [_folded(title) for title in header]
    return [folded.index(name) for name in map(_folded, names) if name in folded]


def _kept(path: Path, grid: Grid, form: Format) -> tuple[Grid, list[str]]:
    """The rows that count, and what is to be told of the others."""
    rows, notices = dict(grid.rows), []
    if carried := form.carry_down:
        rows = _carried(path, grid, carried.key, carried.headers)
    if latest := form.latest:
        key, by = _needed(path, grid, [latest.key, latest.by])
        last: dict[str, int] = {}
        for line, cells in sorted(rows.items(), key=lambda row: row[1][by]):
            last[cells[key]] = line
        if again := len(rows) - len(last):
            notices.append(f"{again} rows are earlier versions of others, which alone count")
        rows = {line: cells for line, cells in rows.items() if last[cells[key]] == line}
    for rule in form.keep:
        (place,) = _needed(path, grid, [rule.header])
        words = {fold_label(word) for word in rule.words or rule.but}
        kept = {
            line: cells
            for line, cells in rows.items()
            if len(cells) <= place or (fold_label(cells[place]) in words) == bool(rule.words)
        }
        if left := len(rows) - len(kept):
            what = "is none of" if rule.words else "is one of"
            told = ", ".join(word or "(empty)" for word in rule.words or rule.but)
            why = rule.why or f"{rule.header} {what} {told}"
            notices.append(f"{left} rows do not count: {why}")
        rows = kept
    return Grid(grid.header, rows, grid.zone), notices


def _needed(path: Path, grid: Grid, names: list[str]) -> list[int]:
    known = {_folded(name): name for name in names}
    need_columns(path, [known.get(_folded(title), title) for title in grid.header], names)
    return _places(grid.header, names)


def _carried(path: Path, grid: Grid, key: str, headers: tuple[str, ...]) -> dict[int, list[str]]:
    """The rows, with what only the first of several with one key holds (or the key left blank)."""
    at, *places = _needed(path, grid, [key, *headers])
    rows: dict[int, list[str]] = {}
    above: list[str] = []
    for line, cells in grid.rows.items():
        cells = [*cells]
        if above and len(cells) == len(above) and cells[at] in ("", above[at]):
            for place in (at, *places):
                cells[place] = cells[place] or above[place]
        rows[line] = above = cells
    return rows


def _texts(grid: Grid, form: Format, titles: dict[str, str], faults: Faults) -> pd.DataFrame:
    """The cells of each field, without spaces around them, of the rows that fit the header."""
    places = {
        field: _places(grid.header, _headers_of(grid, form.columns[field])) for field in titles
    }
    whole = []
    for line, cells in grid.rows.items():
        fault = width_fault(cells, len(grid.header))
        for field in titles if fault is None else ():
            if is_formula_error(cell := cells[places[field][0]].strip()):
                title = short(titles[field])
                fault = f"holds {cell} in {title!r}, the error of a formula; mend the cell"
                break
        if fault is None:
            whole.append(line)
        else:
            faults.add(line, "", fault)
    texts = pd.DataFrame(index=pd.Index(whole, dtype="int64"))
    for field, column in form.columns.items():
        if field not in titles:
            texts[field] = column.value or ""
            continue
        nothing = {fold_label(word) for word in column.empty}
        cells = [
            next((cell for at in places[field] if (cell := grid.rows[line][at].strip())), "")
            for line in whole
        ]
        texts[field] = pd.Series(
            [cell if fold_label(cell) not in nothing else "" for cell in cells]
            if nothing
            else cells,
            index=texts.index,
            dtype=object,
        )
    return texts


def _headers_of(grid: Grid, column: Column) -> list[str]:
    """The headers of a column that a table has, in the order of the format."""
    there = {_folded(title) for title in grid.header}
    return [name for name in column.headers if _folded(name) in there]


def _read(
    path: Path,
    texts: pd.DataFrame,
    field: str,
    form: Format,
    device: Device,
    catalogue: Catalogue,
    zone: str,
    faults: Faults,
) -> pd.Series:
    """The values of a field; cells that cannot be read are faults of their rows."""
    column, cells = form.columns[field], texts[field]
    kind = FIELDS[form.table][field]
    alone = kind.endswith("~")
    optional = kind.endswith(("?", "~")) or column.optional
    kind = kind.rstrip("?~")
    filled = cells != ""
    if not optional and "" not in [word for told in column.words.values() for word in told]:
        faults.add_all(field, dict.fromkeys(cells.index[~filled], "is empty"))
    elif kind in ("words", "flag") and column.words and not alone:
        filled |= True  # what stands for an empty cell
    there = cells[filled]
    if kind in ("moment", "day") and not column.after:
        found, why = _moments(path, there, field, column, kind == "day", form, device, zone)
    else:
        found, why = _cells.each(there, _reader(kind, field, column, catalogue))
    if alone:
        faults.cells += ((line, field, reason) for line, reason in why.items())
    else:
        faults.add_all(field, why)
    return found.reindex(cells.index)


def _moments(
    path: Path,
    there: pd.Series,
    field: str,
    column: Column,
    days: bool,
    form: Format,
    device: Device,
    told: str,
) -> _cells.Read:
    forms = column.forms or _FORMS
    if device.date_form and device.date_form in forms:
        forms = (device.date_form,)
    zone = form.where if not device.zone else ZoneInfo(device.zone)
    if told:
        try:
            zone = ZoneInfo(told)
        except (ValueError, KeyError, OSError) as error:
            raise ObservError(f"{path}: its zone {told!r} is none that is known") from error
    if there.empty:
        return there.astype("datetime64[us]"), {}
    try:
        return read_moments(there, forms, zone, days, form.in_order)
    except ObservError as error:
        raise ObservError(f"{path}: column {field!r}: {error}") from error


def _reader(kind: str, field: str, column: Column, catalogue: Catalogue) -> Callable[[str], object]:
    """What reads one cell of a kind, and raises a `ValueError` that says why it cannot."""

    def product(text: str) -> str:
        if text not in catalogue.products:
            raise ValueError("is no product of the catalogue; write its id")
        return text

    if column.html:
        return _cells.plain
    if column.words and kind != "flag":
        return _cells.word_reader(column.words, _WHAT.get(field, "no known word"))
    readers: dict[str, Callable[[str], object]] = {
        "text": str,
        "host": _cells.host,
        "participant": _cells.participant,
        "label": _cells.label,
        "task_time": _cells.task_time,
        "answer": _cells.answer,
        "product": product,
        "ticket": _cells.ticket,
        "theme": _cells.theme,
        "title": _cells.title,
        "title_id": _cells.title_id,
        "list": _cells.list_name,
        "month": _cells.month,
        "count": _cells.natural,
        "signed": _cells.count,
        "amount": _cells.amount,
        "flag": _cells.flag_reader(column),
        "time": _cells.short_time(_cells.duration_reader(column)),
        "times": _cells.duration_reader(column),
        "moment": _cells.duration_reader(column),  # after another
    }
    return readers[kind]


def _shown(texts: pd.DataFrame, line: int, field: str) -> str:
    """The refused cell, unless it may tell of a person."""
    if not field or line not in texts.index:
        return ""
    if field == "participant":
        return "(not shown: it may be a name)"
    cell = re.sub(r"\s+", " ", str(texts.at[line, field]))
    return short(without_persons(cell, 60, "name or number", field)) if cell else ""
