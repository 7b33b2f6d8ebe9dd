"""Reads the sheets of a workbook with python-calamine: what `_apart` runs for `_workbook`."""

from __future__ import annotations

import io
import sys


def read_workbook() -> list[tuple[str, list[list[object]]]]:
    """Name and rows of each sheet of the workbook on the standard input."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    return [
        (name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))  # type: ignore
        for name in book.sheet_names
    ]
