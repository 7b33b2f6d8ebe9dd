"""Reads a file of SPSS or Stata with pyreadstat: what `_apart` runs for `spss_stata`."""

from __future__ import annotations

from datetime import date, datetime

_MOST_CELLS = 5_000_000


def _cell(value: object) -> str:
    """A value as a text export would have it.

    Examples
    --------
    >>> _cell(3.0), _cell(2.5), _cell(float("nan")), _cell(datetime(2026, 3, 1, 10, 20))
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


def read_statistics_file(path: str, function: str) -> list[dict[str, object]]:
    """The names, labels and cells of each variable of a file, by a function of pyreadstat."""
    import pyreadstat

    read = getattr(pyreadstat, function)
    _, claimed = read(path, metadataonly=True)
    count = (claimed.number_rows or 0) * (claimed.number_columns or 0)
    if count > _MOST_CELLS:
        raise ValueError(
            f"{count:,} answers, and no more than {_MOST_CELLS:,} are read: export parts"
        )
    frame, meta = read(path)
    return [
        {
            "name": _cell(name),
            "label": _cell(meta.column_names_to_labels.get(name)),
            "values": {
                _cell(value): _cell(label)
                for value, label in meta.variable_value_labels.get(name, {}).items()
            },
            "cells": [_cell(value) for value in frame.iloc[:, place].tolist()],
        }
        for place, name in enumerate(frame.columns)  # a damaged name may be NaN, or one twice
    ]
