"""Reads a file of SPSS or Stata in a process of its own, whose crash harms no other.

pyreadstat's C code crashes on some damaged files, which no `except` can catch. Run with a path and
the name of pyreadstat's function; writes what `spss_stata` reads, as JSON, or one line of error.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime


def cell(value: object) -> str:
    """A value as a text export would have it.

    Examples
    --------
    >>> cell(3.0), cell(2.5), cell(float("nan")), cell(datetime(2026, 3, 1, 10, 20))
    ('3', '2.5', '', '2026-03-01 10:20:00')
    """
    if value is None or value != value:  # NaN and NaT are no number and no day
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def main(path: str, function: str) -> None:
    """Write the names, labels and cells of each variable of a file."""
    import pyreadstat

    try:
        frame, meta = getattr(pyreadstat, function)(path)
        columns = [
            {
                "name": cell(name),
                "label": cell(meta.column_names_to_labels.get(name)),
                "values": {
                    cell(value): cell(label)
                    for value, label in meta.variable_value_labels.get(name, {}).items()
                },
                "cells": [cell(value) for value in frame.iloc[:, place].tolist()],
            }
            for place, name in enumerate(frame.columns)  # a damaged name may be NaN, or one twice
        ]
    except Exception as error:  # its own, and those of decoding, of dates and of memory
        sys.exit(f"{type(error).__name__}: {error}".splitlines()[0][:200])
    json.dump(columns, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
