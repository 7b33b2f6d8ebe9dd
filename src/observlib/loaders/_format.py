"""Reading an export by its format: from the cells of its columns to rows of a tidy table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from observlib.catalogue import FIELDS, Catalogue, Column, Device, Format, Keep
from observlib.errors import ObservError
from observlib.loaders import Loaded, _cells, _responses, _settled
from observlib.loaders._grid import Grid, read_grid
from observlib.loaders._moments import chosen, read_moments
from observlib.loaders._rows import rejects_of, settle
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
# What of each table stays empty where it is not told, and would else be read as "not" or 0.
_UNTOLD = {
    "calls": ("wait",),
    "sales": ("returns",),
    "subscriptions": ("leaves",),
    "tickets": ("answered", "closed", "reopened"),
}
_WHAT = {"outcome": "no outcome", "format": "no known format", "nature": "no known nature"}


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
    titles = _titles(path, grid, form)
    form = _with_untold(form, titles)
    grid, notices = _kept(path, grid, form)
    faults = _settled.Faults(titles)
    texts = _texts(path, grid, form, titles, faults)
    forms = _forms(path, texts, form, device)
    zone = _zone(path, form, device, grid.zone)
    values = {
        field: _read(texts, field, form, forms.get(field, ""), zone, catalogue, faults)
        for field in form.columns
    }
    frame = faults.without(pd.DataFrame(values, index=texts.index))
    unknown = [f"{field} is left unknown: {why}" for field, why in form.unknown.items()]
    found = None
    if form.table == "responses":
        found = _responses.answered(path, grid, frame, form, titles, device, catalogue, faults)
    else:
        frame, more = _settled.SETTLED[form.table](path, frame, form, device, faults)
    rejects = [
        reject(path.name, line, titles.get(field, ""), _shown(texts, line, field), reason)
        for line, (field, reason) in faults.by_line.items()
    ]
    if found is not None:
        every = rejects_of(rejects, found.rejects)
        return replace(found, rejects=every, notices=(*notices, *found.notices, *unknown))
    return settle(path, form.table, frame, rejects, (*notices, *more, *unknown))


def _titles(path: Path, grid: Grid, form: Format) -> dict[str, str]:
    """The header of each field that the table has; the first, where several give it."""
    folded = [_folded(title) for title in grid.header]
    titles: dict[str, str] = {}
    found = [*grid.header]  # and the fields that they, or the format, give
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
            found.append(field)
        elif column.value is not None:
            found.append(field)
    needed = [name for name, column in form.columns.items() if not column.optional]
    if set(needed) - set(found):
        if grid.others:  # of several rows one may be missing, and the next tell of somebody
            lacking = (form.columns[name].headers[0] for name in needed if name not in found)
            raise ObservError(
                f"{path}: missing column {', '.join(map(repr, lacking))} in row "
                f"{form.layout.header_row}; {form.mend or 'export it again'}"
            )
        known = {title: field for field, title in titles.items()}
        shown = [known.get(title, title) for title in grid.header]
        columns = ", ".join(form.columns)
        need_columns(path, shown, needed, form.mend or f"the columns are {columns}")
    return titles


def _with_untold(form: Format, titles: dict[str, str]) -> Format:
    """The format, with what this export does not tell, for want of a column, among the unknown."""
    untold = {
        field: "the export has no such column"
        for field in _UNTOLD.get(form.table, ())
        if field not in titles and field not in form.unknown
    }
    if "nature" in titles:  # returns are rows of their own
        untold.pop("returns", None)
    if "left" in titles:  # persons, of whom each tells it
        untold.pop("leaves", None)
    return form.model_copy(update={"unknown": {**form.unknown, **untold}})


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
        whole = {line: cells for line, cells in rows.items() if len(cells) > max(key, by)}
        last: dict[str, int] = {}
        for line, cells in sorted(whole.items(), key=lambda row: row[1][by]):
            last[cells[key]] = line
        if again := len(whole) - len(last):
            are = (
                "1 row is an earlier version"
                if again == 1
                else f"{again} rows are earlier versions"
            )
            notices.append(f"{are} of another, which alone counts")
        rows = {n: c for n, c in rows.items() if n not in whole or last[c[key]] == n}
    for rule in form.keep:
        (at,) = _needed(path, grid, [rule.header])
        kept = {n: c for n, c in rows.items() if len(c) <= at or _holds(rule, c[at])}
        if left := len(rows) - len(kept):
            what = "is none of" if rule.words else "is one of"
            told = ", ".join(word or "(empty)" for word in rule.words or rule.but)
            count = "1 row does" if left == 1 else f"{left} rows do"
            notices.append(f"{count} not count: {rule.header} {what} {told}")
        rows = kept
    return replace(grid, rows=rows), notices


def _holds(rule: Keep, cell: str) -> bool:
    """Whether a row with this cell counts."""
    words = {fold_label(word) for word in rule.words or rule.but}
    return (fold_label(cell) in words) == bool(rule.words)


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
        rows[line] = cells
        if len(cells) <= max(at, *places):  # a cut row, which is refused
            continue
        if above and cells[at] in ("", above[at]):
            for place in (at, *places):
                cells[place] = cells[place] or above[place]
        above = cells
    return rows


def _texts(
    path: Path, grid: Grid, form: Format, titles: dict[str, str], faults: _settled.Faults
) -> pd.DataFrame:
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
        rows = (grid.rows[line] for line in whole)
        cells = [
            next((cell for at in places[field] if (cell := row[at].strip())), "") for row in rows
        ]
        if column.empty:
            nothing = {fold_label(word) for word in column.empty}
            cells = ["" if fold_label(cell) in nothing else cell for cell in cells]
        texts[field] = pd.Series(cells, index=texts.index, dtype=object)
        if rule := column.only_if:
            (at,) = _needed(path, grid, [rule.header])
            holds = [_holds(rule, grid.rows[line][at]) for line in whole]
            texts[field] = texts[field].where(holds, "")
    return texts


def _headers_of(grid: Grid, column: Column) -> list[str]:
    """The headers of a column that a table has, in the order of the format."""
    there = {_folded(title) for title in grid.header}
    return [name for name in column.headers if _folded(name) in there]


def _forms(path: Path, texts: pd.DataFrame, form: Format, device: Device) -> dict[str, str]:
    """The form of each field of moments or days, chosen over all that may have the same.

    Raises
    ------
    ObservError
        Where it cannot be told which one it is.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for field, column in form.columns.items():
        if _is_dated(form, field):
            alike.setdefault(column.forms or _FORMS, []).append(field)
    found: dict[str, str] = {}
    for forms, fields in alike.items():
        cells = pd.concat([texts[field] for field in fields], ignore_index=True)
        cells = cells[cells != ""]
        if device.date_form in forms:
            told = device.date_form
        elif cells.empty:
            told = forms[0]
        else:
            days = FIELDS[form.table][fields[0]].startswith("day")
            try:
                told = chosen(cells, forms, days)
            except ObservError as error:
                raise ObservError(f"{path}: column {fields[0]!r}: {error}") from error
        found |= dict.fromkeys(fields, told)
    return found


def _is_dated(form: Format, field: str) -> bool:
    kind = FIELDS[form.table][field].rstrip("?")
    return kind in ("moment", "day") and not form.columns[field].after


def _zone(path: Path, form: Format, device: Device, told: str) -> ZoneInfo:
    """The zone of moments that tell none: the file's own, the device's or the format's.

    Raises
    ------
    ObservError
        Where the file tells one that does not exist.
    """
    if not told:
        return ZoneInfo(device.zone or form.zone)
    try:
        return ZoneInfo(told)
    except (ValueError, KeyError, OSError) as error:
        raise ObservError(
            f"{path}: its zone {short(told)!r} is none that is known; give the device's `zone`, "
            "and export the file again"
        ) from error


def _read(
    texts: pd.DataFrame,
    field: str,
    form: Format,
    written: str,
    zone: ZoneInfo,
    catalogue: Catalogue,
    faults: _settled.Faults,
) -> pd.Series:
    """The values of a field; cells that cannot be read are faults of their rows."""
    column, cells = form.columns[field], texts[field]
    kind = FIELDS[form.table][field]
    optional = kind.endswith("?") or column.optional
    kind = kind.rstrip("?")
    filled = cells != ""
    if any("" in told for told in column.words.values()):
        filled |= True  # a word stands for an empty cell
    elif not optional:
        faults.add_all(field, dict.fromkeys(cells.index[~filled], "is empty"))
    there = cells[filled]
    if not _is_dated(form, field):
        found, why = _cells.each(there, _reader(kind, field, column, catalogue))
    elif there.empty:
        found, why = there.astype("datetime64[us]"), {}
    else:
        forms = column.forms or _FORMS
        found, why = read_moments(there, forms, zone, kind == "day", form.in_order, written)
    faults.add_all(field, why)
    return found.reindex(cells.index)


def _reader(kind: str, field: str, column: Column, catalogue: Catalogue) -> Callable[[str], object]:
    """What reads one cell of a kind, and raises a `ValueError` that says why it cannot."""

    def product(text: str) -> str:
        if text not in catalogue.products:
            raise ValueError("is no product of the catalogue; write its id")
        return text

    if column.words and kind != "flag":
        return _cells.word_reader(column.words, _WHAT.get(field, "no known word"))
    readers: dict[str, Callable[[str], object]] = {
        "text": str,
        "words": str,  # of a value that the format tells
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
    cell = re.sub(r"\s+", " ", str(texts.at[line, field]))
    return short(without_persons(cell, 60, "name or number", field)) if cell else ""
