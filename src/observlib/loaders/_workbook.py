"""Opening workbooks with python-calamine, whatever their bytes hold.

calamine lays a sheet out as a full rectangle and may panic on a damaged file. `_measure` goes over
the sheets first, to say which cell strays; what it does not see ends a process of its own.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.loaders import _sandbox
from observlib.loaders._sandbox import Failed, apart
from observlib.loaders._text import short

# --- Going over XML that comes from outside: as a stream, without document type, within bounds

MOST_XML = 100_000_000  # of what is unpacked: a survey of 100 questions and 40 000 responses
_DEEPEST = 50
_LONGEST = 1_000_000  # bytes of a tag, characters of a text
_Start = Callable[[str, dict[str, str]], None]
_End = Callable[[str, str], None]


class UnfitXml(Exception):
    """Why a text is no XML, or none of those that are read: the end of a sentence."""


def walk(
    stream: IO[bytes], most: int, elements: int, start: _Start, end: _End | None = None
) -> int:
    """Call `start` with each element and its attributes, and `end` with it and its text."""
    count = depth = length = size = 0
    texts: list[str] = []

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth, length
        count, depth, length = count + 1, depth + 1, 0
        if depth > _DEEPEST:
            raise UnfitXml(f"is nested more than {_DEEPEST} levels deep")
        if count > elements:
            raise UnfitXml("holds more elements than any export")
        if texts:
            texts.clear()
        start(tag, attributes)

    def closed(tag: str) -> None:
        nonlocal depth, length
        depth -= 1
        if end is not None:
            end(tag, "".join(texts))
            texts.clear()
            length = 0

    def more(text: str) -> None:
        nonlocal length
        length += len(text)
        if length > _LONGEST:
            raise UnfitXml(f"holds a text of more than {_LONGEST:,} characters")
        texts.append(text)

    def doctype(*_: object) -> None:
        raise UnfitXml("declares a document type, which is not read")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = doctype
    if end is not None:
        parser.CharacterDataHandler = more
    try:
        while piece := stream.read(1 << 16):
            size += len(piece)
            if size > most:
                raise UnfitXml(f"holds more than {most // 10**6} MB")
            parser.Parse(piece, False)
            if size - parser.CurrentByteIndex > _LONGEST:  # which would be read again each time
                raise UnfitXml(f"holds a tag of more than {_LONGEST:,} characters")
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnfitXml(f"is no whole XML ({error})") from error
    return count


# --- The sheets of an OpenDocument workbook (.ods): how far they span, before they are laid out

_CONTENT = "content.xml"  # the part that holds all sheets
_TIMES = re.compile(r"\d{1,9}", re.ASCII)
_TOO_MANY = 10**9
_MOST_ERRORS = 100_000  # of formulas, in all sheets
_CELLS = ("table-cell", "covered-table-cell")


def sheet_sizes(
    stream: IO[bytes], most: int, elements: int, errors: set[tuple[int, int]]
) -> tuple[list[tuple[int, int]], int]:
    """Height and width of each sheet, from A1 to the last cell that holds something."""
    found: list[tuple[int, int]] = []
    row = rows = column = columns = 0  # those before, and how often the present one repeats

    def filled() -> None:
        height, width = found[-1]
        found[-1] = max(height, row + rows), max(width, column + columns)

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal row, rows, column, columns
        name = tag.rpartition(":")[2]
        if name == "table":
            found.append((0, 0))
            row = rows = column = columns = 0
        elif name == "table-row":
            row, rows, column, columns = row + rows, _times(given, "number-rows-repeated"), 0, 0
        elif name in _CELLS and found:
            column, columns = column + columns, _times(given, "number-columns-repeated")
            kinds = [value for key, value in given.items() if key.endswith(":value-type")]
            if kinds:
                filled()
            if "error" in kinds:
                if len(errors) + rows * columns > _MOST_ERRORS:
                    raise UnfitXml(f"holds more than {_MOST_ERRORS:,} errors of formulas")
                down, right = (range(n + 1, n + 1 + m) for n, m in ((row, rows), (column, columns)))
                errors.update(product(down, right))
        elif name == "p" and columns:
            filled()

    count = walk(stream, most, elements, start)
    return found, count


def _times(given: dict[str, str], name: str) -> int:
    """How often something repeats; what is no number of nine digits is more than is read."""
    told = next((value for key, value in given.items() if key.endswith(f":{name}")), "1")
    return int(told) if _TIMES.fullmatch(told) else _TOO_MANY


Cell = Any
ERROR = "#ERROR"  # what stands for the error of a formula
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how a .xls begins
_MOST_CELLS = 1_500_000  # of all sheets
_MOST_ELEMENTS = 2 * _MOST_CELLS
_MOST_PARTS = 2_000
_MOST_PACKED = 30_000_000
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SHEET = "worksheet"
_PLACE = re.compile(r"\$?([A-Za-z]{1,9})\$?(\d{1,12})", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)


def workbook_sheets(path: Path, mend: str) -> Iterator[tuple[str, list[list[Cell]]]]:
    """The sheets of a workbook (.xlsx, .xls, .ods), each a rectangle of cells from A1 on."""
    raw = files.read_bytes(path, _MOST_PACKED, mend)
    if not raw:
        raise ObservError(f"{path}: empty file; {mend}")
    errors = set() if raw.startswith(_OLD) else _measure(path, raw, mend)
    try:
        found = apart(_sandbox.__file__, "read_workbook", given=raw)
    except Failed as error:
        what = short(str(error), 200)
        raise ObservError(f"{path}: is no workbook that can be read ({what}); {mend}") from error
    for name, rows in found:
        for row, column in errors:
            if row <= len(rows) and column <= len(rows[0]) and rows[row - 1][column - 1] == "":
                rows[row - 1][column - 1] = ERROR
        yield name, rows


def _measure(path: Path, raw: bytes, mend: str) -> set[tuple[int, int]]:
    """The rows and columns, from 1, where a sheet (whose root tells) has a formula's error.

    Refuses what is no .xlsx or .ods, or so large or scattered that it would fill the memory.
    """
    errors: set[tuple[int, int]] = set()
    cells = sheets = elements = 0
    try:
        book = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ObservError(
            f"{path}: is no workbook (.xlsx, .ods, .xls), or a part of one; {mend}"
        ) from None
    with book:
        parts = book.infolist()
        if sum(part.file_size for part in parts) > MOST_XML or len(parts) > _MOST_PARTS:
            raise ObservError(f"{path}: holds more than {MOST_XML // 10**6} MB; {mend}")
        for part in parts:
            try:
                if part.compress_type not in _COMPRESSIONS:
                    raise NotImplementedError("its compression is neither none nor deflate")
                with book.open(part) as stream:
                    spans, count = _spans(part.filename, stream, _MOST_ELEMENTS - elements, errors)
                    while stream.read(1 << 20):  # to its end, where its checksum is
                        pass
            except UnfitXml as error:
                if part.filename.lower().endswith((".xml", ".rels")):
                    where = short(part.filename)
                    raise ObservError(f"{path}: its part {where!r} {error}; {mend}") from error
                continue
            except (NotImplementedError, RuntimeError) as error:  # a compression, a password
                what = f"is a workbook that is not read ({error})"
                raise ObservError(f"{path}: {what}; {mend}") from error
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
                where = short(part.filename)
                raise ObservError(f"{path}: its part {where!r} is damaged; {mend}") from error
            sheets, elements = sheets + len(spans), elements + count
            cells += sum(height * width for height, width in spans)
            if cells > _MOST_CELLS:
                height, width = max(spans, key=math.prod)
                raise ObservError(
                    f"{path}: a sheet spans {height} rows and {width} columns, and all of them may "
                    f"span {_MOST_CELLS:,} cells; delete those that stray far from the table"
                )
    if not sheets:
        raise ObservError(f"{path}: holds no sheet of a workbook; save it as .xlsx")
    return errors


def _spans(
    name: str, stream: IO[bytes], elements: int, errors: set[tuple[int, int]]
) -> tuple[list[tuple[int, int]], int]:
    """Height and width from A1 of a part's sheets, and how many elements; notes errors."""
    if name == _CONTENT:
        return sheet_sizes(stream, MOST_XML, elements, errors)
    height = width = row = column = 0
    root = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal height, width, row, column, root
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        root = root or tag
        if root != _SHEET:
            raise _Other
        if tag in ("v", "is", "f"):  # a cell without is no more than a format, maybe of a column
            height, width = max(height, row), max(width, column)
        elif tag == "row":  # a place that is not told is the next
            at = attributes.get("r", "")
            row, column = int(at) if _NUMBER.fullmatch(at) else row + 1, 0
        elif tag == "c":
            if found := _PLACE.fullmatch(attributes.get("r", "")):
                row, column = int(found[2]), _column(found[1].upper())
            else:
                column += 1
            if attributes.get("t") == "e":
                errors.add((row, column))
                if len(errors) > _MOST_ERRORS:
                    raise UnfitXml(f"holds more than {len(errors) - 1:,} errors of formulas")

    try:
        count = walk(stream, MOST_XML, elements, start)
    except _Other:
        return [], 0
    return [(height, width)], count


class _Other(Exception):
    """A part is no sheet."""


def _column(letters: str) -> int:
    """The number of a column: 28 of `AB`."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def text_of(cell: Cell) -> str:
    """A cell as one line of text; a whole number without its `.0`.

    Examples
    --------
    >>> text_of(971.0), text_of(" Île-de-\\nFrance ")
    ('971', 'Île-de- France')
    """
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return re.sub(r"\s+", " ", str(cell)).strip()
