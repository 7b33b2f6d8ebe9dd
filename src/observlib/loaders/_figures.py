"""What loaders of published figures share: numbers, values that cannot be, the tidy frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from observlib import tables
from observlib.catalogue import Device
from observlib.loaders._rows import days
from observlib.loaders._text import may_be_thousands, short, without_persons
from observlib.tables import reject

Fault = tuple[str, str, str]  # column, value, reason

_SPACED = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_LONGEST_SHOWN = 60


def parse_number(text: str) -> float | None:
    """A number with a point or a comma, thousands set apart by spaces at most, or `None`.

    `1,234` and `1.234` give `None`: they are a little over one for some, and over a thousand for
    others.

    Examples
    --------
    >>> parse_number("72,5"), parse_number("9\\u202f000\\u202f000"), parse_number("1,234")
    (72.5, 9000000.0, None)
    """
    plain = _SPACED.sub("", text.strip()).replace("\u2212", "-")
    if may_be_thousands(plain) or not re.fullmatch(r"-?\d{1,15}(?:[.,]\d{1,15})?", plain, re.A):
        return None
    return float(plain.replace(",", ".")) + 0.0  # no page shows a -0


def unit_of(text: str) -> str:
    """The library's word for a unit: shares are in `%`, marks `sur 10`.

    Examples
    --------
    >>> unit_of("% de satisfaction"), unit_of("/10"), unit_of("labellisations")
    ('%', 'sur 10', 'labellisations')
    """
    text = " ".join(text.split())
    if re.match(r"%( de |$)", text):
        return "%"
    return f"sur {text[1:]}" if re.fullmatch(r"/\d+", text, re.A) else text


def value_fault(value: float, unit: str) -> str | None:
    """Why no figure of a unit can have a value, or `None` where it can.

    Examples
    --------
    >>> value_fault(120, "%"), value_fault(-20, "points"), value_fault(8, "sur 10")
    ('is not from 0 to 100 (%)', None, None)
    """
    low, high = 0.0, float("inf")
    if unit == "%":
        high = 100.0
    elif unit == "points":
        low, high = -100.0, 100.0
    elif match := re.fullmatch(r"sur (\d{1,9})", unit, re.A):
        high = float(match[1])
    if low <= value <= high:
        return None
    bounds = f"from {low:g} to {high:g}" if high < float("inf") else "0 or more"
    return f"is not {bounds} ({unit})"


def rejected(file: str, line: int, fault: Fault) -> dict[str, object]:
    """The reject of a row; its cell is shown unless a person may be told in it."""
    column, cell, reason = fault
    shown = without_persons(short(cell, 200), _LONGEST_SHOWN, "comment")
    return reject(file, line, column, shown, reason)


def frame(rows: Mapping[int, Mapping[str, Any]], device: Device) -> pd.DataFrame:
    """The table `figures` of rows by their line; what a row leaves out is empty."""
    columns: dict[str, Any] = {
        "device": device.id,
        "product": device.product,
        "channel": device.channel,
    }
    for name, column in tables.TABLES["figures"].columns.items():
        if name in columns:
            continue
        values: list[Any] = [row.get(name) for row in rows.values()]
        if column.kind == "day":
            columns[name] = days(values)
        elif column.kind == "count":
            columns[name] = pd.array(values, dtype="Int64")
        elif column.kind == "number":
            columns[name] = pd.Series(values, dtype=float).to_numpy()
        else:
            columns[name] = pd.Series(values, dtype=object).to_numpy()
    return pd.DataFrame(columns, index=list(rows))
