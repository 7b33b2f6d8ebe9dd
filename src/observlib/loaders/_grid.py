"""The table in an export, whatever surrounds it: its header, its rows as texts, and which count."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial
from itertools import chain, count, islice, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Format
from observlib.catalogue.formats import Keep, Layout
from observlib.loaders import _kinds, _text
from observlib.loaders._kinds import need_room, read_records, text_of, workbook_sheets

# --- The rows of a long CSV by column: a cell that comes again is kept, and later read, once

_LONGEST_LINE = 100_000  # of a longer one Python's reader tells what is wrong
_Coded = tuple[np.ndarray, Sequence[str]]  # of each cell the place of its text, and the texts


class ColumnCells(Mapping[int, Sequence[str]]):
    """Rows of one width, each under its line; what needs them one by one has them as lists."""

    def __init__(self, lines: np.ndarray, columns: Sequence[_Coded]) -> None:
        self.lines, self.columns = lines, columns

    def where(self, kept: np.ndarray) -> ColumnCells:
        """The rows of which something holds."""
        return ColumnCells(
            self.lines[kept], [(codes[kept], texts) for codes, texts in self.columns]
        )

    @cached_property
    def _rows(self) -> dict[int, list[str]]:
        rows = map(list, zip(*(of_texts(*column) for column in self.columns), strict=True))
        return dict(zip(self.lines.tolist(), rows, strict=True))

    def __getitem__(self, line: int) -> Sequence[str]:
        return self._rows[line]

    def __iter__(self) -> Iterator[int]:
        return iter(self.lines.tolist())

    def __len__(self) -> int:
        return len(self.lines)


def coded(rows: Mapping[int, Sequence[str]], at: int) -> _Coded:
    """The cells of a column of rows."""
    if isinstance(rows, ColumnCells):
        return rows.columns[at]
    return pd.factorize(np.array([cells[at] for cells in rows.values()], dtype=object))


def of_texts(codes: np.ndarray, made: Iterable[object], dtype: type = object) -> np.ndarray:
    """What is made of the text of each cell, once for each text."""
    return np.array([*made], dtype=dtype)[codes]


def in_columns(
    path: Path, lines: Iterator[str], line: int, sign: str, width: int, most: int
) -> Iterator[Mapping[int, Sequence[str]]]:
    """Rows of a CSV below its header, `most` at a time."""
    while block := [*islice(lines, most)]:
        if (columns := _parsed(block, sign, width)) is not None:
            yield ColumnCells(np.arange(line, line + len(block)), columns)
            line += len(block)
            continue
        lines, read = chain(block, lines), count()
        counted = (text for text, _ in zip(lines, read, strict=False))
        if rows := dict(islice(_text.csv_rows(path, counted, sign, line), most)):
            yield rows
        line += next(read)


def _parsed(block: list[str], sign: str, width: int) -> list[_Coded] | None:
    """The columns of lines that are a row each, of as many cells as the header; else none."""
    text = "".join(block)
    quoted = '"' in text
    if quoted and not _is_plainly_quoted(text, sign):
        return None
    if max(map(len, block)) > _LONGEST_LINE or text.count("\r") != text.count("\r\n"):
        return None
    raw, names = text.encode(), [str(at) for at in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(raw),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(raw) + 1),
            pyarrow.csv.ParseOptions(
                delimiter=sign, quote_char='"' if quoted else False, ignore_empty_lines=False
            ),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(block):
        return None
    found, blank = [], np.ones(len(block), dtype=bool)
    for column in table.columns:
        encoded = column.combine_chunks().dictionary_encode()
        codes, texts = (part.to_numpy(False) for part in (encoded.indices, encoded.dictionary))
        found.append((codes, texts))
        if blank.any():
            blank &= of_texts(codes, (not text.strip() for text in texts), bool)
    return None if blank.any() else found


def _is_plainly_quoted(text: str, sign: str) -> bool:
    """Whether each quote of some lines begins or ends a cell, which lies within its line."""
    cell = rf'(?:^|(?<={re.escape(sign)}))"[^"\r\n]*"(?={re.escape(sign)}|\r?$)'
    return '"' not in re.sub(cell, "", text, flags=re.MULTILINE)


# --- The table of an export in each layout, and its rows that count

_MOST_BYTES = 500_000_000  # of all of an archive's texts
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
_AGAIN = "export it again"
# What stands under the question itself, where columns stand under questions.
_ITSELF = frozenset({"response", "open-ended response", "reponse", "reponse ouverte"})
_Others = tuple[tuple[str, ...], ...]  # more names of each column, where several rows head them
_Rows = Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class Grid:
    """The header of a table, and its rows by the line (sheet row, record) at which each starts."""

    header: list[str]
    rows: _Rows
    zone: str = ""  # of its moments, as the file says
    made_on: date | None = None
    others: _Others = ()
    around: tuple[str, ...] = ()  # the keys of what a list of records stands in


Pieces = Callable[[], Iterator[Grid]]  # of an export, from the first each time


def grid_pieces(path: Path, form: Format, most: int) -> Pieces:
    """The table of an export in pieces of so many rows; one at least, and maybe without a row."""
    if not in_pieces(path, form):
        return partial(iter, [read_grid(path, form)])
    lines = _text.lines_in(path, form.layout.encodings)

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
    far = layout.section or layout.footer or form.made_on or form.zone_from
    return _is_text(path, form.layout) and not far


def _is_text(path: Path, layout: Layout) -> bool:
    is_book = path.suffix.lower() in (".xlsx", ".xls", ".ods")
    return layout.kind == "text" or (layout.kind == "table" and not is_book)


def read_grid(path: Path, form: Format) -> Grid:
    """The whole table of an export in a format."""
    layout = form.layout
    if layout.kind == "queue_log":
        return Grid(*_kinds.read_queue_log(path, _text.read_export_text(path)))
    if layout.kind == "mbox":
        return Grid(*_kinds.read_mbox(path, layout.addresses))
    if in_pieces(path, form):
        header, others, below = _csv(path, _text.lines_in(path, layout.encodings), form)
        return Grid(header, _held(path, below), others=others)
    if _is_text(path, layout):
        text = _text.read_export_text(path, layout.encodings)
        section = _section(path, text, layout)
        header, others, below = _csv(path, partial(_text.lines_of_text, section), form)
        grid = Grid(header, _held(path, below), others=others)
        if form.made_on and (told := re.search(form.made_on, text)):
            with suppress(ValueError):
                grid = replace(grid, made_on=date.fromisoformat(told[1]))
    elif layout.kind == "json":
        header, whole, around = read_records(path, layout)
        grid = Grid(header, whole, around=tuple(around))
    else:
        grid = (_archive if layout.kind == "archive" else _workbook)(path, form)
    if form.zone_from:  # which a cell tells, maybe of the header or footer
        pattern, cells = form.zone_from, chain(grid.header, *grid.rows.values())
        zone = next((found[1] for cell in cells if (found := re.search(pattern, cell))), None)
        if zone is None:
            raise ObservError(f"{path}: does not tell the zone of its moments; {_AGAIN}")
        grid = replace(grid, zone=zone)
    if footer := layout.footer:
        above = takewhile(
            lambda row: not (row[1] and re.match(footer, row[1][0])), grid.rows.items()
        )
        grid = replace(grid, rows=dict(above))
    return grid


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

    >>> _delimiter("Identifiant Avis;Oui, ou non, ou rien ?;satisfaction", ",;", ["satisfaction"])
    ';'
    """
    folded = {fold_label(name) for name in known}

    def headers(sign: str) -> tuple[int, int]:
        parts = line.split(sign)
        return sum(fold_label(part.strip(' "\r')) in folded for part in parts), len(parts)

    return max(signs, key=headers)


_Below = tuple[Iterator[str], int, str]  # the lines, the number of the first, what separates cells


def _held(path: Path, below: _Below) -> _Rows:
    lines, line, sign = below
    return _text.held_rows(path, _text.csv_rows(path, lines, sign, line))


def _csv(path: Path, lines: _text.LineReader, form: Format) -> tuple[list[str], _Others, _Below]:
    """The header of a text, what else its columns are called, and what stands below."""
    layout = form.layout
    place = max(layout.header_row - 1, 0)
    filled = (line for line in lines() if line.strip())
    told = next(islice(filled, place, None), "")
    known = [name for column in form.columns.values() for name in column.headers]
    sign, source, read = _delimiter(told, layout.delimiters, known), lines(), count()
    if layout.header_row == 0:
        return list(layout.names), (), (source, 1, sign)
    counted = (line for line, _ in zip(source, read, strict=False))
    rows = _text.csv_rows(path, counted, sign)
    top = [
        [cell.strip() for cell in cells]
        for _, cells in islice(rows, layout.header_row + layout.skip_rows)
    ]
    if len(top) <= place:
        raise ObservError(f"{path}: has no header in row {layout.header_row}; {_AGAIN}")
    if layout.skipped and not (len(top) > place and re.match(layout.skipped, top[-1][0])):
        raise ObservError(f"{path}: lacks one of its rows of headers; {_AGAIN}")
    header, others = _headed(top, layout)
    return header, others, (source, next(read) + 1, sign)


def _headed(top: list[list[str]], layout: Layout) -> tuple[list[str], _Others]:
    """The header among the first rows, and what the others of them call each of its columns."""
    place = layout.header_row - 1
    header = top[place]
    if layout.nested:
        return _nested(top[place - 1], header)
    if layout.names_row and layout.names_row <= len(top):
        names = top[layout.names_row - 1]
        return header, tuple((name,) if name else () for name in _as_wide(names, header))
    return header, ()


def _nested(above: list[str], below: list[str]) -> tuple[list[str], _Others]:
    """The header of columns under questions, and their names `Question [Option]`.

    A question of one column, and what stands under "Response", also have its own name.
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
    named = header
    others: _Others = ()
    rows: dict[int, list[str]] = {}
    first, before, found = "", 0, 0
    for name, cells in workbook_sheets(path, _AGAIN):
        if layout.sheets and not re.fullmatch(layout.sheets, name):
            continue
        found += 1
        texts = [[_cell(cell) for cell in row] for row in cells]
        top = texts[layout.header_row - 1] if len(texts) >= layout.header_row else []
        if header and top and top != header:
            raise ObservError(
                f"{path}: sheets {_text.short(first)!r} and {_text.short(name)!r} have other "
                f"headers; {_AGAIN}"
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
    members = re.compile("|".join(f"(?:{name})" for name in layout.members))
    grids = []
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            parts = [p for p in book.infolist() if members.fullmatch(Path(p.filename).name)]
            if sum(part.file_size for part in parts) > _MOST_BYTES or len(parts) > 100:
                raise ObservError(f"{path}: holds more than {_MOST_BYTES // 10**6} MB; {_AGAIN}")
            for part in parts:
                with book.open(part) as stream:
                    content = stream.read(part.file_size + 1)
                text = _text.decoded(path, content, layout.encodings)
                header, others, below = _csv(path, partial(_text.lines_of_text, text), form)
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


# --- The rows of an export that count, as its format says, and where its columns stand


def places_of(header: Sequence[str], names: Sequence[str]) -> list[int]:
    """Where all columns of these names stand, in the names' order."""
    folded = [_text.header_label(title) for title in header]
    wanted = dict.fromkeys(map(_text.header_label, names))
    return [at for name in wanted for at, own in enumerate(folded) if own == name]


def kept_rows(path: Path, grid: Grid, form: Format, left: Counter[str]) -> Grid:
    """The rows that count; why others do not, and how many, goes to `left`."""
    rows = grid.rows
    if carried := form.carry_down:
        rows = _carried(path, grid, carried.key, carried.headers)
    if latest := form.latest:
        key, by = needed_places(path, grid, [latest.key, latest.by])
        whole = {line: cells for line, cells in rows.items() if len(cells) > max(key, by)}
        last: dict[str, int] = {}
        for line, cells in sorted(whole.items(), key=lambda row: row[1][by]):
            last[cells[key]] = line
        left["another version of a row came later"] += len(whole) - len(last)
        rows = {n: c for n, c in rows.items() if n not in whole or last[c[key]] == n}
    for rule in form.keep:
        (at,) = needed_places(path, grid, [rule.header])
        holds = rule_of(rule)
        kept: _Rows
        if isinstance(rows, ColumnCells):
            codes, texts = rows.columns[at]
            kept = rows.where(of_texts(codes, map(holds, texts), bool))
        else:
            kept = {n: c for n, c in rows.items() if len(c) <= at or holds(c[at])}
        what = "is none of" if rule.words else "is one of"
        told = ", ".join(word or "(empty)" for word in rule.words or rule.but)
        left[rule.why or f"{rule.header} {what} {told}"] += len(rows) - len(kept)
        rows = kept
    return replace(grid, rows=rows)


def rule_of(rule: Keep) -> Callable[[str], bool]:
    """Whether a row counts, by its cell."""
    words = {fold_label(word) for word in rule.words or rule.but}
    return lambda cell: (fold_label(cell) in words) == bool(rule.words)


def needed_places(path: Path, grid: Grid, names: list[str]) -> list[int]:
    known = {_text.header_label(name): name for name in names}
    _text.need_columns(
        path, [known.get(_text.header_label(title), title) for title in grid.header], names
    )
    return [places_of(grid.header, [name])[0] for name in names]


def _carried(path: Path, grid: Grid, key: str, headers: tuple[str, ...]) -> dict[int, list[str]]:
    """The rows, with what only the first of several with one key holds (or the key left blank)."""
    at, *places = needed_places(path, grid, [key, *headers])
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
