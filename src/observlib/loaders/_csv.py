"""The text of an export: its encoding, its lines, and the rows of a CSV, however many."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.loaders._text import SPLIT

Lines = Callable[[], Iterator[str]]  # of a text, with their ends, from its first each time
_SEPARATOR_LINE = re.compile(r'\A\s*"?sep=[;,|\t]"?[ \t]*(?=[\r\n])', re.ASCII | re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MOST_BYTES = 500_000_000  # of an export in text
MOST_COLUMNS = 10_000
MOST_ROWS = 2_000_000  # a million tickets take a gigabyte
MOST_CELLS = 50_000_000
_LONGEST_ROW = 5_000_000  # characters
_CHUNK = 1 << 20  # bytes read at once
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx, .ods and .xls begin
WORKBOOK = (
    "is a workbook or an archive, whatever its name says, and a text is read here; export the "
    "data as text, or open the file in a spreadsheet and save its sheet as CSV in UTF-8"
)


def read_text(path: Path, encodings: Sequence[str] = ("utf-8",)) -> str:
    """The text of a file in UTF-8 (with or without BOM), UTF-16 with BOM or one of `encodings`.

    The line `sep=;` that spreadsheets write first is emptied: the header tells its separator.
    """
    return decoded(path, files.read_bytes(path, _MOST_BYTES, SPLIT), encodings)


def decoded(path: Path, raw: bytes, encodings: Sequence[str] = ("utf-8",)) -> str:
    """The text that the bytes of a file, or of a part of it, hold."""
    return _SEPARATOR_LINE.sub("", raw.decode(_encoding(path, io.BytesIO(raw), encodings)))


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, with their ends."""
    return (found[0] for found in _LINE.finditer(text))  # a StringIO would copy the text


def lines_in(path: Path, encodings: Sequence[str] = ("utf-8",)) -> Lines:
    """The lines of a text file of any size, which is never whole in memory."""
    if files.endless(path):
        raise ObservError(f"{path}: {files.ENDLESS}")
    try:
        with path.open("rb") as raw:
            encoding = _encoding(path, raw, encodings, _LONGEST_ROW)
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error

    def lines() -> Iterator[str]:
        with path.open(encoding=encoding, newline="") as stream:
            yield _SEPARATOR_LINE.sub("", stream.readline())
            yield from stream

    return lines


def _encoding(
    path: Path, stream: IO[bytes], encodings: Sequence[str], longest: float = math.inf
) -> str:
    """The first encoding in which a text can be read to its end."""
    start = stream.read(4)
    if start.startswith(_BOOKS):
        raise ObservError(f"{path}: {WORKBOOK}")
    utf_16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    tried = ["utf-16"] if utf_16 else [("utf-8-sig" if e == "utf-8" else e) for e in encodings]
    for encoding in tried:
        try:
            stream.seek(0)
            _read_through(path, stream, encoding, longest)
            return encoding
        except UnicodeDecodeError as error:
            if encoding == tried[-1]:
                place, line = _place(stream, error)
                raise ObservError(
                    f"{path}:{line}: not {encoding.removesuffix('-sig').upper()} (byte "
                    f"{error.object[error.start]:#04x} at {place}); export or save the file as "
                    "UTF-8"
                ) from error
    raise AssertionError("no encoding was given")


def _read_through(path: Path, stream: IO[bytes], encoding: str, longest: float) -> None:
    """Raise where a text cannot be read, is empty, or holds NUL or too long a line."""
    decoder = codecs.getincrementaldecoder(encoding)()
    empty, length, line = True, 0, 1  # of the line that is read
    while True:
        chunk = stream.read(_CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        if "\x00" in text:
            raise ObservError(f"{path}: holds NUL characters; it is no text file, export it again")
        ends = max(text.rfind("\n"), text.rfind("\r"))
        length = length + len(text) if ends < 0 else len(text) - ends - 1
        line += text.count("\n")
        if length > longest:
            raise ObservError(
                f"{path}:{line}: not a CSV row: more than {longest:,} characters; "
                "export the file again"
            )
        empty = empty and not text.strip()
        if not chunk:
            break
    if empty:
        raise ObservError(f"{path}: empty file; export it again")


def _place(stream: IO[bytes], error: UnicodeDecodeError) -> tuple[int, int]:
    """The byte, from 0, and the line of what could not be decoded."""
    place = stream.tell() - len(error.object) + error.start
    stream.seek(0)
    line, left = 1, place
    while left and (chunk := stream.read(min(left, _CHUNK))):
        line, left = line + chunk.count(b"\n"), left - len(chunk)
    return place, line


def read_csv(path: Path, text: str, delimiter: str) -> tuple[list[str], dict[int, list[str]]]:
    """Header and rows of a CSV text, each row under the line at which it starts (from 1)."""
    rows = csv_rows(path, lines_of(text), delimiter)
    _, header = next(rows)
    return [cell.strip() for cell in header], held(path, rows)


def csv_rows(
    path: Path, lines: Iterable[str], delimiter: str, line: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV, the header first, each with the line at which it starts.

    Blank lines are passed over. Rows may have more or fewer cells than the header. `line` is the
    number of the first line: what begins with a later one than 1 stands below its header.
    """
    row_size = 0

    def measured() -> Iterator[str]:
        nonlocal row_size
        for text in lines:
            row_size += len(text)
            if row_size > _LONGEST_ROW:
                raise csv.Error(f"more than {_LONGEST_ROW:,} characters")
            yield text

    reader = csv.reader(measured(), delimiter=delimiter, strict=True)
    before, headed = line - 1, line > 1
    try:
        for cells in reader:
            row_size = 0
            if not headed and len(cells) > MOST_COLUMNS:
                raise ObservError(
                    f"{path}:{line}: has {len(cells):,} columns, and an export no more than "
                    f"{MOST_COLUMNS:,}; export only those that are needed"
                )
            if any(map(str.strip, cells)):
                headed = True
                yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise ObservError(
            f"{path}:{line}: not a CSV row: {error}; export the file again"
        ) from error
    if not headed:
        raise ObservError(f"{path}: empty file; export it again")


def held(path: Path, rows: Iterable[tuple[int, list[str]]]) -> dict[int, list[str]]:
    """Rows in memory, of which there are no more than may be at once."""
    found: dict[int, list[str]] = {}
    count = 0
    for line, cells in rows:
        count += len(cells)
        if count > MOST_CELLS or len(found) >= MOST_ROWS:
            raise ObservError(
                f"{path}: has over {MOST_ROWS:,} rows or {MOST_CELLS:,} cells; {SPLIT}"
            )
        found[line] = cells
    return found
