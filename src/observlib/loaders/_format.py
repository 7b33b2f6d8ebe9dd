"""Reading an export by its format: from the cells of its columns to rows of a tidy table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import FIELDS, Catalogue, Column, Device, Format, tables
from observlib.catalogue.tables import reject
from observlib.loaders import Loaded, _cells, _responses, _settled
from observlib.loaders._columns import Columns, coded, lines_of, of_texts
from observlib.loaders._faults import Faults
from observlib.loaders._grid import Grid, Pieces, in_pieces, pieces, read_grid
from observlib.loaders._kept_rows import kept_rows, needed_places, places_of, rule_of
from observlib.loaders._moments import Written, read_moments, written
from observlib.loaders._periods import day_made, given_period
from observlib.loaders._readers import reader_of
from observlib.loaders._rows import rejects_of, settle
from observlib.loaders._settled import summed
from observlib.loaders._text import (
    header_label,
    is_formula_error,
    need_columns,
    short,
    width_fault,
    without_persons,
)
from observlib.loaders._verbatims import ID_OF, texts_in, with_texts

# --- Where the fields of a format stand in an export, and the texts of their cells


def titles_of(path: Path, grid: Grid, form: Format) -> dict[str, str]:
    """The header of each field that the table has; the first, where several give it."""
    folded = [header_label(title) for title in grid.header]
    titles: dict[str, str] = {}
    missing = []
    for field, column in form.columns.items():
        wanted = {header_label(name) for name in column.headers}
        places = [at for at, name in enumerate(folded) if name in wanted]
        if len(places) > 1 and not (column.first_of or column.parts):
            one, other = (short(grid.header[at]) for at in places[:2])
            raise ObservError(
                f"{path}: columns {one!r} and {other!r} both give {field!r}; keep one"
            )
        if places:
            titles[field] = grid.header[places[0]]
        elif column.headers and not column.optional:
            first = column.headers[0]
            missing.append(field if header_label(first) == header_label(field) else first)
    mend = form.mend or f"the columns are {', '.join(form.columns)}"
    if missing and grid.others:  # of several rows one may be missing, and the next tell of somebody
        raise ObservError(
            f"{path}: missing column {', '.join(map(repr, missing))} in row "
            f"{form.layout.header_row}; {form.mend or 'export it again'}"
        )
    if missing:
        need_columns(path, grid.header, list(dict.fromkeys(missing)), mend)
    return titles


def texts_of(
    path: Path, grid: Grid, form: Format, titles: Mapping[str, str], faults: Faults
) -> pd.DataFrame:
    """The cells of each field, without spaces around them, of the rows that fit the header."""
    places = {
        field: places_of(grid.header, column.headers)
        for field, column in form.columns.items()
        if field in titles
    }
    whole = grid.rows if isinstance(grid.rows, Columns) else _whole(grid, faults)
    lines = lines_of(whole)
    texts = pd.DataFrame(index=pd.Index(lines, dtype="int64"))
    for field, column in form.columns.items():
        if field not in titles:
            texts[field] = column.value or ""
            continue
        at, *more = places[field]
        codes, known = coded(whole, at)
        known = [*map(str.strip, known)]
        wrong = [n for n, cell in enumerate(known) if cell[:1] == "#" and is_formula_error(cell)]
        for place in np.flatnonzero(np.isin(codes, wrong)) if wrong else ():
            what = (
                f"holds {known[codes[place]]} in {short(titles[field])!r}, the error of a formula"
            )
            faults.add(int(lines[place]), "", f"{what}; mend the cell")
        if column.pattern and not more:
            known = [_text(column, [cell]) for cell in known]
        cells = of_texts(codes, known)
        if more:
            parts = zip(*(of_texts(*coded(whole, one)) for one in (at, *more)), strict=True)
            cells = _column([_text(column, part) for part in parts])
        if column.same:
            cells = _column(_repeated(cells, column.same))
            reason = "repeats the cell above, and there is none; write it out"
            faults.add_all(field, dict.fromkeys(lines[cells == column.same].tolist(), reason))
        if column.empty:
            nothing = {fold_label(word) for word in column.empty}
            codes, known = pd.factorize(cells)
            cells = of_texts(codes, ("" if fold_label(cell) in nothing else cell for cell in known))
        texts[field] = pd.Series(cells, index=texts.index, dtype=object)
        if rule := column.only_if:
            (by,) = needed_places(path, grid, [rule.header])
            codes, known = coded(whole, by)
            wanted = of_texts(codes, map(rule_of(rule), known), bool)
            texts[field] = texts[field].where(wanted, "")
            if not column.optional:
                faults.where(field, (texts[field] == "") & wanted, "is empty")
    return texts[~texts.index.isin(list(faults.by_line))] if faults.by_line else texts


def _whole(grid: Grid, faults: Faults) -> dict[int, Sequence[str]]:
    """The rows that fit the header; the others are faults."""
    width, whole = len(grid.header), dict(grid.rows)
    for line, cells in grid.rows.items():
        if len(cells) != width and (fault := width_fault(cells, width)):
            faults.add(line, "", fault)
            del whole[line]
    return whole


def _column(cells: Sequence[str]) -> np.ndarray:
    return np.array(cells, dtype=object)


def _repeated(cells: Iterable[str], word: str) -> list[str]:
    """The cells of a column, where a word stands for the cell above."""
    found: list[str] = []
    for cell in cells:
        again = fold_label(cell) == fold_label(word)
        found.append((found[-1] if found else word) if again else cell)
    return found


def _text(column: Column, cells: Sequence[str]) -> str:
    """The text of a field: of its first cell that is not empty, or of all where they are parts."""
    filled = [text for cell in cells if (text := cell.strip())]
    text = (_cells.APART.join(filled) if column.parts else filled[0]) if filled else ""
    if column.pattern and text:
        found = re.fullmatch(column.pattern, text)
        return found[1] if found else text
    return text


PIECE = 100_000  # rows that are read at once, where others do not tell how to read them
_FORMS = ("iso", "%d/%m/%Y %H:%M[:%S]")
# What of each table stays empty where it is not told, and would else be read as "not" or 0.
_UNTOLD = {
    "calls": ("wait",),
    "sales": ("returns",),
    "subscriptions": ("leaves",),
    "tickets": ("answered", "closed", "reopened"),
}


def batches(path: Path, device: Device, catalogue: Catalogue, form: Format) -> Iterator[Loaded]:
    """Read an export of a format into its table, a piece at a time where rows stand alone.

    The last is without rows, and holds the notices.
    """
    if form.refused:
        raise ObservError(f"{path}: is an export of {form.label}; {form.refused}")
    if form.table == "tickets":  # a fetch writes when it saw each
        known = {"extracted": Column(headers=("extracted",), optional=True), **form.columns}
        form = form.model_copy(update={"columns": known})
    again = pieces(path, form, PIECE)
    grid = next(again())
    for header, name in form.instead.items():
        if (other := catalogue.formats.get(name)) and places_of(grid.header, [header]):
            yield from batches(path, device, catalogue, other)
            return
    if form.made_named:
        device = device.model_copy(update={"extracted": day_made(path) or device.extracted})
    if grid.made_on:
        device = device.model_copy(update={"extracted": grid.made_on})
    for header, instead in form.other_exports.items():
        if places_of([*grid.header, *grid.around], [header]):
            raise ObservError(f"{path}: has a column {header!r}: {instead}")
    if not any(grid.header):
        raise ObservError(f"{path}: no row under the header; export it again")
    titles = titles_of(path, grid, form)
    if not grid.rows:
        raise ObservError(f"{path}: no row under the header; export it again")
    form = _with_period(path, grid, _with_untold(form, titles), titles, device)
    long = len(grid.rows) == PIECE and in_pieces(path, form)
    if long and not _stand_alone(form, device, titles):
        grid, long = read_grid(path, form), False
    if not long:
        again = partial(iter, [grid])
    how = _written(path, again, form, device, titles)
    zone = _zone(path, form, device, grid.zone)
    left: Counter[str] = Counter()
    seen = tables.Seen(form.table) if long else None
    more: list[str] = []
    before: dict[str, pd.Timestamp] = {}
    parts = pd.DataFrame()
    for grid in again():
        grid = kept_rows(path, grid, form, left)
        faults = Faults(titles, grid.header, grid.rows)
        texts = texts_of(path, grid, form, titles, faults)
        values = {
            field: _read(texts, field, form, how.get(field), zone, before, catalogue, faults)
            for field in form.columns
        }
        frame = faults.without(pd.DataFrame(values, index=texts.index))
        ids: dict[int, str] = {}
        if form.table == "responses":
            found = _responses.answered(path, grid, frame, form, titles, device, catalogue, faults)
        elif form.sums and form.table == "audience":  # held to its contract once it is whole
            frame, told = _settled.SETTLED[form.table](path, frame, form, device, faults)
            parts = summed(pd.concat([parts, frame])) if len(parts) else summed(frame)
            none = tables.empty(form.table)
            found = Loaded(form.table, none, tables.no_rejects(), tuple(told), added=len(frame))
        else:
            frame, told = _settled.SETTLED[form.table](path, frame, form, device, faults)
            found = settle(path, form.table, frame, (), told, seen)
            if device.verbatims and form.texts:
                ids = frame[ID_OF[form.table]].astype(str).groupby(level=0).first().to_dict()
        if device.verbatims and form.texts:
            columns = dict(texts_in(grid, form))
            if not columns:
                headers = ", ".join(header for names in form.texts.values() for header in names)
                more.append(f"no column of texts ({headers}): no text is loaded")
            cells = {
                question: {line: row[at] for line, row in grid.rows.items() if at < len(row)}
                for question, at in columns.items()
            }
            found = with_texts(path, found, device, ids, cells)
        more += found.notices
        rejects = [
            reject(path.name, line, titles.get(field, ""), _shown(texts, line, field), reason)
            for line, field, reason in faults.told()
        ]
        found = replace(found, rejects=rejects_of(rejects, found.rejects), notices=())
        yield found
    if len(parts):
        yield settle(path, form.table, parts, ())
    unknown = [f"{field} is left unknown: {why}" for field, why in form.unknown.items()]
    notices = (*(_left_out(*one) for one in (+left).items()), *more, *unknown)
    texts_ = None if found.texts is None else found.texts[:0]
    last = replace(found, rows=found.rows[:0], rejects=found.rejects[:0], texts=texts_)
    yield replace(last, notices=notices, added=0)


def _stand_alone(form: Format, device: Device, titles: Mapping[str, str]) -> bool:
    """Whether a row can be read without those far from it."""
    if form.latest or form.carry_down or form.every_day or form.last_partial:
        return False
    if form.sums and form.table != "audience":
        return False
    if any(column.same for column in form.columns.values()):
        return False
    return {
        "calls": True,
        "call_intervals": True,
        "audience": True,
        "ratings": "answer_id" in titles,  # else it is a place among those of one moment
        "tickets": "extracted" in titles or device.extracted is not None,  # else the latest moment
    }.get(form.table, False)


def _left_out(why: str, count: int) -> str:
    return f"{count} {'row does' if count == 1 else 'rows do'} not count: {why}"


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


def _with_period(
    path: Path, grid: Grid, form: Format, titles: dict[str, str], device: Device
) -> Format:
    """The format, with the period of an export that does not say it."""
    column = form.columns.get("period")
    if column is None:
        return form
    told: dict[str, object] = {"optional": False}  # a cell of it
    if "period" not in titles:
        records = 1 if "section" in titles else len(grid.rows)  # a period has many sections
        told |= {"headers": (), "value": given_period(path, device, records)}
    columns = {**form.columns, "period": column.model_copy(update=told)}
    return form.model_copy(update={"columns": columns})


def _written(
    path: Path,
    again: Pieces,
    form: Format,
    device: Device,
    titles: Mapping[str, str],
) -> dict[str, Written]:
    """How each field of moments or days is written, told over all that may be so alike."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for field, column in form.columns.items():
        if _is_dated(form, field):
            alike.setdefault(column.forms or _FORMS, []).append(field)
    found: dict[str, Written] = {}
    for forms, fields in alike.items():
        told = device.date_form if device.date_form in forms else ""
        days = FIELDS[form.table][fields[0]].startswith("day")
        try:
            how = written(_columns(path, again, form, titles, fields), forms, days, told or "")
        except ObservError as error:
            raise ObservError(f"{path}: column {fields[0]!r}: {error}") from error
        found |= dict.fromkeys(fields, how)
    return found


def _columns(
    path: Path,
    again: Pieces,
    form: Format,
    titles: Mapping[str, str],
    fields: Sequence[str],
) -> Iterator[list[pd.Series]]:
    """The cells of some fields that are not empty, of a piece after the other."""
    part = form.model_copy(update={"columns": {name: form.columns[name] for name in fields}})
    for grid in again():
        kept = kept_rows(path, grid, form, Counter())
        texts = texts_of(path, kept, part, titles, Faults({}))
        yield [texts.loc[texts[field] != "", field] for field in fields]


def _is_dated(form: Format, field: str) -> bool:
    kind = FIELDS[form.table][field].rstrip("?")
    return kind in ("moment", "day") and not form.columns[field].after


def _zone(path: Path, form: Format, device: Device, told: str) -> ZoneInfo:
    """The zone of moments that tell none: the file's own, the device's or the format's."""
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
    how: Written | None,
    zone: ZoneInfo,
    before: dict[str, pd.Timestamp],
    catalogue: Catalogue,
    faults: Faults,
) -> pd.Series:
    """The values of a field; cells that cannot be read are faults of their rows."""
    column, cells = form.columns[field], texts[field]
    kind = FIELDS[form.table][field]
    alone = kind.endswith("~")
    optional = kind.endswith(("?", "~")) or column.optional
    kind = kind.rstrip("?~")
    filled = cells != ""
    if any("" in told for told in column.words.values()):
        filled |= True  # a word stands for an empty cell
    elif not optional:
        faults.add_all(field, dict.fromkeys(cells.index[~filled], "is empty"))
    there = cells[filled]
    if not _is_dated(form, field):
        found, why = _cells.each(there, reader_of(kind, field, column, catalogue))
    elif there.empty:
        found, why = there.astype("datetime64[us]"), {}
    else:
        forms = column.forms or _FORMS
        last = before.get(field)
        found, why = read_moments(there, forms, zone, kind == "day", form.in_order, how, last)
        if found.notna().any():
            before[field] = found.dropna().iloc[-1]
    if alone:
        faults.cells += ((line, field, reason) for line, reason in why.items())
    else:
        faults.add_all(field, why)
    return found.reindex(cells.index)


def _shown(texts: pd.DataFrame, line: int, field: str) -> str:
    """The refused cell, unless it may tell of a person."""
    if not field or field == "answer_id" or line not in texts.index:
        return ""
    if field == "participant":
        return "(not shown: it may be a name)"
    cell = re.sub(r"\s+", " ", str(texts.at[line, field]))
    return short(without_persons(cell, 60, "name or number", field)) if cell else ""
