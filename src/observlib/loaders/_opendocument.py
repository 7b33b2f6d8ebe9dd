"""The sheets of an OpenDocument workbook (.ods): how far they span, before they are laid out.

A cell or row says how often it repeats: a few bytes may claim more cells than any memory holds.
"""

from __future__ import annotations

import re
from itertools import product
from typing import IO

from observlib.loaders._xml import UnfitXml, walk

CONTENT = "content.xml"  # the part that holds all sheets
_TIMES = re.compile(r"\d{1,9}", re.ASCII)
_TOO_MANY = 10**9
MOST_ERRORS = 100_000  # of formulas, in all sheets
_CELLS = ("table-cell", "covered-table-cell")


def spans(
    stream: IO[bytes], most: int, elements: int, errors: set[tuple[int, int]]
) -> tuple[list[tuple[int, int]], int]:
    """Height and width of each sheet, from A1 to the last cell that holds something.

    Parameters
    ----------
    most, elements
        Bytes and elements that the part may hold.
    errors
        Where the error of a formula is, as row and column from 1, is added to it.

    Returns
    -------
    spans, count
        And how many elements there are.
    """
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
                if len(errors) + rows * columns > MOST_ERRORS:
                    raise UnfitXml(f"holds more than {MOST_ERRORS:,} errors of formulas")
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
