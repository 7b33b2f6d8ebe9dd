"""Exports of the demonstration read by the standard library alone.

So that a fault of a loader is not hidden by the same fault here.
"""

import csv
from pathlib import Path


def quarter_of(day: str) -> str:
    """The quarter of a day, as `2026-T3`."""
    return f"{day[:4]}-T{(int(day[5:7]) + 2) // 3}"


def rows_of(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, strict=True))
