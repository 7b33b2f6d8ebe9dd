"""The table in an export, whatever surrounds it: its header, and its rows as texts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Format, Layout
from observlib.loaders import _columns, _mbox
from observlib.loaders._columns import in_columns
from observlib.loaders._csv import Lines, csv_rows, decoded, held, lines_in, lines_of, read_text
from observlib.loaders._records import need_room, read_records
from observlib.loaders._text import short
from observlib.loaders._workbook import sheets, text_of

# --- The events of Asterisk's queue log, put together to calls

QUEUE_LOG_HEADER = ["call", "entered", "outcome", "wait", "talk", "queue"]
_LEFT = ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY")
_ENDED = ("COMPLETEAGENT", "COMPLETECALLER")
_TRANSFERRED = ("TRANSFER", "ATTENDEDTRANSFER", "BLINDTRANSFER")


def read_queue_log(path: Path, text: str) -> tuple[list[str], dict[int, list[str]]]:
    """The header and a row a call and queue, under the line of its first event.

    A call that still waits where the log ends is in no row: its outcome is not known. One that was
    answered and still talks has no `talk`. Its number is that of the log, with `:` for the point.
    """
    calls: dict[tuple[str, str], tuple[int, list[str]]] = {}
    done: list[tuple[int, list[str]]] = []
    for line, event in enumerate(text.splitlines(), 1):
        if not event.strip():
            continue
        cells = event.rstrip("\r").split("|")
        if len(cells) < 5 or not cells[0].isdigit():
            raise ObservError(
                f"{path}:{line}: is no event of a queue log (epoch|call|queue|agent|event|…); "
                "give the file /var/log/asterisk/queue_log as it is"
            )
        moment, call, queue, _, name, *data = cells
        key = (call, queue)
        if name == "ENTERQUEUE":
            if key in calls:  # the same call, in the same queue again
                done.append(calls.pop(key))
            # a number of 13 or 15 digits, however set apart, may be read as somebody's
            calls[key] = line, [call.replace(".", ":"), moment, "", "", "", queue]
        elif key in calls:
            _tell(calls[key][1], int(moment), name, data)
    rows = sorted(row for row in (*done, *calls.values()) if row[1][2])
    if not rows:
        raise ObservError(f"{path}: holds no call that entered a queue; give another period's log")
    return QUEUE_LOG_HEADER, _with_keys(dict(rows))


def _tell(row: list[str], moment: int, name: str, data: list[str]) -> None:
    """What an event tells of its call."""
    waited = str(moment - int(row[1]))
    if name == "CONNECT" and not row[2]:
        row[2:4] = ["answered", data[0] if data else waited]
    elif name == "ABANDON" and not row[2]:
        row[2:4] = ["abandoned", data[2] if len(data) > 2 else waited]
    elif name in _LEFT and not row[2]:
        row[2:4] = ["abandoned", waited]
    elif name in _ENDED and row[2] == "answered" and len(data) > 1:
        row[4] = data[1]
    elif name in _TRANSFERRED and row[2] == "answered":
        row[4] = str(moment - int(row[1]) - int(row[3] or 0))


def _with_keys(rows: dict[int, list[str]]) -> dict[int, list[str]]:
    """The rows, with a call's own key where it came in several queues, or twice in one."""
    seen: dict[str, int] = {}
    for cells in rows.values():
        seen[cells[0]] = seen.get(cells[0], 0) + 1
        if seen[cells[0]] > 1:
            cells[0] = f"{cells[0]}/{seen[cells[0]]}"
    return rows


_MOST_BYTES = 500_000_000  # of all of an archive's texts
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
_AGAIN = "export it again"
# What stands under the question itself, where columns stand under questions.
_ITSELF = frozenset({"response", "open-ended response", "reponse", "reponse ouverte"})


Others = tuple[tuple[str, ...], ...]  # more names of each column, where several rows head them
Rows = Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class Grid:
    """The header of a table, and its rows by the line (sheet row, record) at which each starts.

    `zone` is what the file says of its moments, `made_on` of the day on which it was made; `around`
    are the keys of what a list of records stands in.
    """

    header: list[str]
    rows: Rows
    zone: str = ""
    made_on: date | None = None
    others: Others = ()
    around: tuple[str, ...] = ()


Pieces = Callable[[], Iterator[Grid]]  # of an export, from the first each time


def pieces(path: Path, form: Format, most: int) -> Pieces:
    """The table of an export in pieces of so many rows; one at least, and maybe without a row."""
    if not in_pieces(path, form):
        return partial(iter, [read_grid(path, form)])
    lines = lines_in(path, form.layout.encodings)

    def read() -> Iterator[Grid]:
        header, others, below = _csv(path, lines, form)
        empty = Grid(header, {}, others=others)
        found = in_columns(path, *below, len(header), most)
        yield replace(empty, rows=next(found, {}))
        yield from (replace(empty, rows=rows) for rows in found)

    return read


def in_pieces(path: Path, form: Format) -> bool:
    """Whether a table can be read in pieces: nothing far from a row tells how to read it."""
    layout = form.layout
    far = layout.section or layout.footer or layout.beside or form.made_on or form.zone_from
    return _is_text(path, form.layout) and not far


def _is_text(path: Path, layout: Layout) -> bool:
    of_either = layout.kind == "table" and not _is_book(path)
    return layout.kind == "text" or of_either


def read_grid(path: Path, form: Format) -> Grid:
    """The whole table of an export in a format."""
    layout = form.layout
    if layout.kind == "queue_log":
        return Grid(*read_queue_log(path, read_text(path)))
    if layout.kind == "mbox":
        return Grid(*_mbox.read(path, layout.addresses))
    if in_pieces(path, form):
        header, others, below = _csv(path, lines_in(path, layout.encodings), form)
        return Grid(header, _held(path, below), others=others)
    if _is_text(path, layout):
        text = read_text(path, layout.encodings)
        section = _section(path, text, layout)
        header, others, below = _csv(path, partial(lines_of, section), form)
        grid = Grid(header, _held(path, below), others=others)
        if form.made_on and (told := re.search(form.made_on, text)):
            grid = replace(grid, made_on=_day(told[1]))
    elif layout.kind == "json":
        header, whole, around = read_records(path, layout)
        grid = Grid(header, whole, around=tuple(around))
    else:
        grid = (_archive if layout.kind == "archive" else _workbook)(path, form)
    if layout.beside:
        plain = form.model_copy(update={"layout": layout.model_copy(update={"beside": None})})

        def table(of: Path) -> tuple[list[str], Rows]:
            other = read_grid(of, plain)
            return other.header, other.rows

        header, rows = _columns.joined(path, (grid.header, grid.rows), layout.beside, table)
        grid = replace(grid, header=header, rows=rows)
    if form.zone_from:
        grid = _with_zone(path, grid, form.zone_from)
    if layout.footer:
        grid = _above(grid, layout.footer)
    return grid


def _is_book(path: Path) -> bool:
    return path.suffix.lower() in (".xlsx", ".xls", ".ods")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _section(path: Path, text: str, layout: Layout) -> str:
    """The text of a file, or the lines of its section under their own numbers."""
    if layout.section is None:
        return text
    lines = text.splitlines()
    begin, end = layout.section
    first = next((at for at, line in enumerate(lines, 1) if re.fullmatch(begin, line)), None)
    if first is None:
        raise ObservError(f"{path}: has no line {begin}, where its table begins; {_AGAIN}")
    last = next((at for at in range(first, len(lines)) if re.fullmatch(end, lines[at])), None)
    if last is None:
        raise ObservError(
            f"{path}:{first}: no line {end} ends this table: the file is cut; {_AGAIN}"
        )
    if not any(line.strip() for line in lines[first:last]):
        raise ObservError(f"{path}:{first}: no row in this table; {_AGAIN}")
    return "\n" * first + "\n".join(lines[first:last])


def _delimiter(line: str, signs: str, known: Sequence[str]) -> str:
    """The sign that sets most known headers apart, then most parts: questions hold commas.

    Examples
    --------
    >>> _delimiter("Identifiant Avis;Oui, ou non, ou rien ?;satisfaction", ",;", ["satisfaction"])
    ';'
    """
    folded = {fold_label(name) for name in known}

    def headers(sign: str) -> tuple[int, int]:
        parts = line.split(sign)
        return sum(fold_label(part.strip(' "\r')) in folded for part in parts), len(parts)

    return max(signs, key=headers)


Below = tuple[Iterator[str], int, str]  # the lines, the number of the first, what separates cells


def _held(path: Path, below: Below) -> Rows:
    lines, line, sign = below
    return held(path, csv_rows(path, lines, sign, line))


def _csv(path: Path, lines: Lines, form: Format) -> tuple[list[str], Others, Below]:
    """The header of a text, what else its columns are called, and what stands below."""
    layout = form.layout
    place = max(layout.header_row - 1, 0)
    filled = (line for line in lines() if line.strip())
    told = next(islice(filled, place, None), "")
    known = [name for column in form.columns.values() for name in column.headers]
    sign, source, read = _delimiter(told, layout.delimiters, known), lines(), 0
    if layout.header_row == 0:
        return list(layout.names), (), (source, 1, sign)

    def counted() -> Iterator[str]:
        nonlocal read
        for line in source:
            read += 1
            yield line

    rows = csv_rows(path, counted(), sign)
    top = [
        [cell.strip() for cell in cells]
        for _, cells in islice(rows, layout.header_row + layout.skip_rows)
    ]
    if len(top) <= place:
        raise ObservError(f"{path}: has no header in row {layout.header_row}; {_AGAIN}")
    if layout.skipped and not (len(top) > place and re.match(layout.skipped, top[-1][0])):
        raise ObservError(f"{path}: lacks one of its rows of headers; {_AGAIN}")
    header, others = _headed(top, layout)
    return header, others, (source, read + 1, sign)


def _headed(top: list[list[str]], layout: Layout) -> tuple[list[str], Others]:
    """The header among the first rows, and what the others of them call each of its columns."""
    place = layout.header_row - 1
    header = top[place]
    if layout.nested:
        return _nested(top[place - 1], header)
    if layout.names_row and layout.names_row <= len(top):
        names = top[layout.names_row - 1]
        return header, tuple((name,) if name else () for name in _as_wide(names, header))
    return header, ()


def _nested(above: list[str], below: list[str]) -> tuple[list[str], Others]:
    """The header of columns under questions, and their names `Question [Option]`.

    A question of one column, and what stands under "Response", also have the question's own name.

    Examples
    --------
    >>> _nested(["Id", "Means?", "", "All?"], ["", "Desk", "Phone", "Response"])[1]
    ((), ('Means? [Desk]',), ('Means? [Phone]',), ('All? [Response]', 'All?'))
    """
    question, header, others = "", [], []
    told = _as_wide(above, below)
    for at, (own, name) in enumerate(zip(told, below, strict=True)):
        question = own or question
        header.append(name or own)
        names = [f"{question} [{name}]"] if question and name else []
        alone = own and all(told[at + 1 : at + 2])
        if names and (alone or (own and fold_label(name) in _ITSELF)):
            names.append(question)
        others.append(tuple(names))
    return header, tuple(others)


def _as_wide(cells: list[str], header: list[str]) -> list[str]:
    return [*cells, *[""] * len(header)][: len(header)]


def _workbook(path: Path, form: Format) -> Grid:
    layout = form.layout
    header: list[str] = []
    named: list[str] = []
    others: Others = ()
    rows: dict[int, list[str]] = {}
    first, before, found = "", 0, 0
    for name, cells in sheets(path, _AGAIN):
        if layout.sheets and not re.fullmatch(layout.sheets, name):
            continue
        found += 1
        texts = [[_cell(cell) for cell in row] for row in cells]
        top = texts[layout.header_row - 1] if len(texts) >= layout.header_row else []
        if header and top and top != header:
            raise ObservError(
                f"{path}: sheets {short(first)!r} and {short(name)!r} have other headers; {_AGAIN}"
            )
        start = layout.header_row + layout.skip_rows
        if top and not header:
            header, first = top, name
            named, others = _headed(texts[:start], layout)
        for at, row in enumerate(texts[start:], start + 1):
            if any(cell.strip() for cell in row):
                rows[before + at] = row
        before += len(texts)
    if not found:
        raise ObservError(f"{path}: holds no sheet named as {layout.sheets}; {_AGAIN}")
    return Grid(named, rows, others=others)


def _cell(cell: Any) -> str:
    if isinstance(cell, str):  # with its lines, as in a CSV
        return cell
    return cell.isoformat(" ") if isinstance(cell, datetime) else text_of(cell)


def _archive(path: Path, form: Format) -> Grid:
    """The rows of all of an archive's texts, under all of their headers."""
    layout = form.layout
    raw = files.read_bytes(path, _MOST_BYTES, _AGAIN)
    grids = []
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            parts = [p for p in book.infolist() if _is_one_of(p.filename, layout.members)]
            if sum(part.file_size for part in parts) > _MOST_BYTES or len(parts) > 100:
                raise ObservError(f"{path}: holds more than {_MOST_BYTES // 10**6} MB; {_AGAIN}")
            for part in parts:
                with book.open(part) as stream:
                    content = stream.read(part.file_size + 1)
                text = decoded(path, content, layout.encodings)
                header, others, below = _csv(path, partial(lines_of, text), form)
                grids.append(Grid(header, _held(path, below), others=others))
    except _DAMAGED as error:
        raise ObservError(f"{path}: is no archive that can be read; {_AGAIN}") from error
    if not grids:
        raise ObservError(f"{path}: holds none of {', '.join(layout.members)}; {_AGAIN}")
    header = list(dict.fromkeys(name for grid in grids for name in grid.header))
    need_room(path, len(header), sum(len(grid.rows) for grid in grids))
    found: dict[int, list[str]] = {}
    before = 0
    for grid in grids:
        for line, cells in grid.rows.items():
            told = dict(zip(grid.header, cells, strict=False))
            found[before + line] = [told.get(name, "") for name in header]
        before += max(grid.rows, default=0)
    return Grid(header, found)


def _is_one_of(name: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(pattern, Path(name).name) for pattern in patterns)


def _with_zone(path: Path, grid: Grid, pattern: str) -> Grid:
    """The zone that a cell of the table tells, maybe of its header or footer."""
    for cells in (grid.header, *grid.rows.values()):
        for cell in cells:
            if found := re.search(pattern, cell):
                return replace(grid, zone=found[1])
    raise ObservError(f"{path}: does not tell the zone of its moments; {_AGAIN}")


def _above(grid: Grid, footer: str) -> Grid:
    """The rows above the first whose first cell is that of the footer."""
    rows: dict[int, Sequence[str]] = {}
    for line, cells in grid.rows.items():
        if cells and re.match(footer, cells[0]):
            break
        rows[line] = cells
    return replace(grid, rows=rows)
