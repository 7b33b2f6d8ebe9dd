"""Opening workbooks with python-calamine, whatever their bytes hold.

calamine lays a sheet out in memory as a full rectangle, shows a formula's error as an empty cell
and may panic on a damaged file: `_measure` goes over the sheets first, and `sheets` turns
whatever happens into an `ObservError`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from observlib.errors import ObservError
from observlib.loaders._text import short

Cell = Any
ERROR = "#ERROR"  # what stands for the error of a formula
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how a .xls begins
_MOST_CELLS = 5_000_000
_MOST_BYTES = 200_000_000


def sheets(path: Path, mend: str, old: bool = False) -> Iterator[tuple[str, list[list[Cell]]]]:
    """The sheets of a .xlsx workbook, each a rectangle of cells from A1 on.

    Parameters
    ----------
    path
        The workbook.
    mend
        What to do about a workbook that cannot be read, for the error.
    old
        Read a .xls too.

    Raises
    ------
    ObservError
        Where the file is no workbook, or too large or scattered to be one of the kind.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error
    if not raw:
        raise ObservError(f"{path}: empty file; {mend}")
    try:
        import python_calamine

        # a .xls cannot span more than 65,536 rows and 256 columns
        errors = set() if old and raw.startswith(_OLD) else _measure(path, raw, mend)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        for name in book.sheet_names:
            rows: list[list[Cell]] = [
                list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for row, column in errors:
                if row <= len(rows) and column <= len(rows[0]) and rows[row - 1][column - 1] == "":
                    rows[row - 1][column - 1] = ERROR
            yield name, rows
    except (ObservError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic of the Rust library is no `Exception`
        what = short(str(error)) or type(error).__name__
        raise ObservError(f"{path}: is no workbook that can be read ({what}); {mend}") from error


def _measure(path: Path, raw: bytes, mend: str) -> set[tuple[int, int]]:
    """The rows and columns, from 1, where a sheet holds the error of a formula.

    Refuses what is no .xlsx, or is so large or scattered that reading it would fill the memory.
    """
    errors = set()
    try:
        book = zipfile.ZipFile(io.BytesIO(raw))
    except zipfile.BadZipFile:
        raise ObservError(f"{path}: is no .xlsx workbook, or a part of one; {mend}") from None
    with book:
        if sum(part.file_size for part in book.infolist()) > _MOST_BYTES:
            raise ObservError(f"{path}: holds more than {_MOST_BYTES // 10**6} MB; {mend}")
        if (damaged := book.testzip()) is not None:  # or it is larger than the archive says
            raise ObservError(f"{path}: its part {short(damaged)!r} is damaged; {mend}")
        for part in book.namelist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
                continue
            width = height = 0
            for cell in re.finditer(rb"<(?:\w+:)?c\s([^<>]*[^/<>])>", book.read(part)):
                if at := re.search(rb'\br="([A-Z]{1,3})(\d{1,7})"', cell[1]):
                    width = max(width, _column(at[1].decode()))
                    height = max(height, int(at[2]))
                    if b't="e"' in cell[1]:
                        errors.add((int(at[2]), _column(at[1].decode())))
            if width * height > _MOST_CELLS:
                raise ObservError(
                    f"{path}: a sheet spans {height} rows and {width} columns; "
                    "delete the cells that stray far from the table"
                )
    return errors


def _column(letters: str) -> int:
    """The number of a column.

    Examples
    --------
    >>> _column("A"), _column("AB")
    (1, 28)
    """
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
