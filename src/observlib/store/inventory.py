"""What the store holds of each device, told without reading its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import tables
from observlib.store.reading import query
from observlib.store.sql import quoted


def received(data: Path, counted: Mapping[str, Sequence[str]], quarter: Quarter) -> pd.DataFrame:
    """How much each device gave in a quarter: `device`, `table`, `count`, `source`.

    Parameters
    ----------
    data
        Data folder.
    counted
        Tidy tables, each with the columns whose different values are counted; with none its rows.
    quarter
        Only rows whose period meets it.

    Raises
    ------
    ObservError
        Where the folder has no store, or a part of it is damaged.
    """
    columns = ["device", "table", "count", "source"]
    parts = [pd.DataFrame(columns=columns)]
    for table, names in counted.items():
        what = f"DISTINCT ({', '.join(map(quoted, names))})" if names else "*"
        select = f"SELECT device, count({what})::BIGINT AS count"
        found = query(data, table, select, "GROUP BY device ORDER BY device", quarter, quarter)
        parts.append(found.assign(table=table))
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)[columns]


def marks(data: Path, device: str) -> pd.DataFrame:
    """The marks that a device's questions were given, each once, on its scale.

    Parameters
    ----------
    data
        Data folder.
    device
        One that asks for ratings, or a survey.

    Returns
    -------
    DataFrame
        `device`, `question`, `value`, `scale_min`, `scale_max`.
    """
    columns = ["device", "question", "value", "scale_min", "scale_max"]
    found = [pd.DataFrame(columns=columns)]
    for table, question in (("ratings", "question"), ("responses", "variable")):
        select = f"SELECT DISTINCT device, {question} AS question, value, scale_min, scale_max"
        rows = query(data, table, select, "ORDER BY ALL", None, None, device=device)
        found.append(rows.dropna(subset=["value"]) if len(rows) else rows)
    filled = [rows[columns] for rows in found if len(rows)] or found[:1]
    return pd.concat(filled, ignore_index=True)


def heard(data: Path, first: Quarter, last: Quarter) -> pd.DataFrame:
    """Which devices gave something about which product: `device`, `product`, `source`.

    Parameters
    ----------
    data
        Data folder.
    first, last
        Only rows whose period meets these quarters.

    Raises
    ------
    ObservError
        Where the folder has no store, or a part of it is damaged.
    """
    parts = [pd.DataFrame(columns=["device", "product", "source"])]
    for table in tables.TABLES:
        select, rest = "SELECT DISTINCT device, product", "ORDER BY device, product"
        parts.append(query(data, table, select, rest, first, last))
    filled = [part.dropna() for part in parts if len(part.dropna())] or parts[:1]
    # texts stand beside what their device gave
    return pd.concat(filled).drop_duplicates(["device", "product"], ignore_index=True)


def themes(data: Path, first: Quarter, last: Quarter) -> set[tuple[str, str]]:
    """The themes of the calls and tickets of some quarters, each with the device that heard it.

    Parameters
    ----------
    data
        Data folder.
    first, last
        The quarters, both included.

    Returns
    -------
    set of (str, str)
        Device, and theme as its exports write it.
    """
    found: set[tuple[str, str]] = set()
    for table in ("calls", "tickets"):
        rows = query(data, table, "SELECT DISTINCT device, theme", "", first, last)
        if len(rows):
            found |= {*rows[["device", "theme"]].dropna().itertuples(index=False, name=None)}
    return found


def count(
    data: Path,
    table: str,
    first: Quarter | None = None,
    last: Quarter | None = None,
    *,
    product: str | None = None,
    device: str | None = None,
) -> int:
    """How many rows `read` would give, of however many a table has.

    Parameters
    ----------
    data, table, first, last, product, device
        As for `read`.
    """
    select, rest = "SELECT device, count(*)::BIGINT AS rows", "GROUP BY device"
    found = query(data, table, select, rest, first, last, product, device)
    return int(found["rows"].sum()) if len(found) else 0
