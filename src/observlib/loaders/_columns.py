"""The rows of a long CSV by column: a cell that comes again is kept, and later read, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from observlib.loaders._csv import csv_rows

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
    """Rows of a CSV below its header, `most` at a time.

    Parameters
    ----------
    lines
        Those below the header, with their ends.
    line
        The number of the first of them.
    sign, width
        What separates cells, and how many the header has.

    Raises
    ------
    ObservError
        As `csv_rows`.
    """
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
