"""The rows of a long CSV by column: a cell that comes again is kept, and later read, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from observlib.base.errors import ObservError
from observlib.catalogue import Beside, Catalogue, Device
from observlib.loaders._csv import csv_rows
from observlib.loaders._text import need_columns, short

_LONGEST_LINE = 100_000  # of a longer one Python's reader tells what is wrong


Coded = tuple[np.ndarray, Sequence[str]]  # of each cell the place of its text, and the texts


class Columns(Mapping[int, Sequence[str]]):
    """Rows of one width, each under its line; what needs them one by one has them as lists."""

    def __init__(self, lines: np.ndarray, columns: Sequence[Coded]) -> None:
        self.lines, self.columns = lines, columns

    def where(self, kept: np.ndarray) -> Columns:
        """The rows of which something holds."""
        return Columns(self.lines[kept], [(codes[kept], texts) for codes, texts in self.columns])

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


def lines_of(rows: Mapping[int, Sequence[str]]) -> np.ndarray:
    """The lines of rows."""
    return rows.lines if isinstance(rows, Columns) else np.fromiter(rows, np.int64, len(rows))


def coded(rows: Mapping[int, Sequence[str]], at: int) -> Coded:
    """The cells of a column of rows."""
    if isinstance(rows, Columns):
        return rows.columns[at]
    return pd.factorize(np.array([cells[at] for cells in rows.values()], dtype=object))


def of_texts(codes: np.ndarray, made: Iterable[object], dtype: type = object) -> np.ndarray:
    """What is made of the text of each cell.

    Examples
    --------
    >>> codes, texts = coded({2: ["a"], 3: ["b"], 4: ["a"]}, 0)
    >>> of_texts(codes, map(str.upper, texts)).tolist()
    ['A', 'B', 'A']
    """
    return np.array([*made], dtype=dtype)[codes]


def in_columns(
    path: Path, lines: Iterator[str], line: int, sign: str, width: int, most: int
) -> Iterator[Mapping[int, Sequence[str]]]:
    """Rows of a CSV below its header, `most` at a time."""
    while block := [*islice(lines, most)]:
        if (columns := _parsed(block, sign, width)) is not None:
            yield Columns(np.arange(line, line + len(block)), columns)
            line += len(block)
            continue
        read, lines = 0, chain(block, lines)

        def counted(lines: Iterator[str] = lines) -> Iterator[str]:
            nonlocal read
            for text in lines:
                read += 1
                yield text

        if rows := dict(islice(csv_rows(path, counted(), sign, line), most)):
            yield rows
        line += read


def _parsed(block: list[str], sign: str, width: int) -> list[Coded] | None:
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


# --- Joining an export with the file that lies beside it, where its format says so

Table = tuple[list[str], Mapping[int, Sequence[str]]]  # header, and rows by line


def files_of(path: Path, device: Device, known: Catalogue) -> list[Path]:
    """The files of an export: itself, and the one beside it where its format joins one."""
    form = known.formats.get(device.loader)
    other = form.layout.beside.of(path) if form and form.layout.beside else None
    return [path, other] if other else [path]


def joined(path: Path, table: Table, beside: Beside, read: Callable[[Path], Table]) -> Table:
    """The header and rows of an export with the columns of the file beside it.

    Of a row whose key the other file does not have, they are empty.
    """
    other = beside.of(path)
    if other is None:
        raise ObservError(f"{path}: its name is not {beside.file}, to tell which file is beside it")
    if not other.is_file() or other.is_symlink():
        raise ObservError(f"{path}: {other.name} is not beside it; put both into one folder")
    (header, rows), (more, more_rows) = table, read(other)
    at, there = _place(path, header, beside.key), _place(other, more, beside.other_key)
    by_key: dict[str, Sequence[str]] = {}
    for line, cells in more_rows.items():
        key = cells[there].strip() if len(cells) == len(more) else ""
        if not key or key in by_key:
            what = f"has no {beside.other_key}" if not key else "has the key of an earlier row"
            raise ObservError(f"{other}:{line}: {what}; export both files again")
        by_key[key] = cells
    none = [""] * len(more)
    found = {
        line: [*cells, *by_key.get(cells[at].strip(), none)]
        if len(cells) == len(header)
        else cells  # which is refused as it is
        for line, cells in rows.items()
    }
    if not any(cells[at].strip() in by_key for cells in rows.values() if len(cells) > at):
        raise ObservError(
            f"{path}: no {beside.key} of it is in {other.name}; export both for the same period"
        )
    return [*header, *(f"beside.{name}" for name in more)], found


def _place(path: Path, header: Sequence[str], name: str) -> int:
    need_columns(path, header, [name], f"{short(name)} joins the two files of the export")
    return header.index(name)
