"""What the columns of a tidy table are held to, and their types in pandas, pandera and Arrow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
from pandas.api.types import is_datetime64_dtype

from observlib.base.errors import ObservError
from observlib.catalogue.tables.definitions import TABLES, Column

if TYPE_CHECKING:
    import pandera.pandas as pa
    import pyarrow

Rule = tuple[Callable[[pd.Series], pd.Series], str]  # what values keep to, and what is wrong else
_LARGEST = 10**12  # sums of such numbers stay far from the end of 64 bits
_TYPES = {
    "text": "str",
    "count": "Int64",
    "number": "float64",
    "day": "datetime64[ns]",
    "moment": "datetime64[ns]",
    "flag": "bool",
}


def columns(table: str) -> list[str]:
    """The column names of a tidy table, in order.

    Examples
    --------
    >>> columns("ratings")[:3]
    ['device', 'product', 'channel']
    """
    if table not in TABLES:
        raise ObservError(f"table {table!r} does not exist; tables are {', '.join(TABLES)}")
    return list(TABLES[table].columns)


def _rules(column: Column) -> list[Rule]:
    """What the values of a column that are there keep to, beside their type."""
    if column.allowed:
        words = ", ".join(column.allowed)
        return [(lambda values: values.isin(column.allowed), f"is not one of {words}")]
    if column.kind == "count":
        return [
            (lambda values: values >= 0, "is negative; counts are 0 or more"),
            (
                lambda values: values <= _LARGEST,
                "is larger than anything counted; check the cell",
            ),
        ]
    if column.kind == "number":
        large = "is larger than anything measured; check the cell"
        return [(lambda values: values.between(-_LARGEST, _LARGEST), large)]
    if column.past:
        return [
            (lambda days: days <= _tomorrow(), "lies in the future; check the date"),
            (
                lambda days: days >= pd.Timestamp("1995-01-01"),
                "lies before 1995, when no device existed",
            ),
        ]
    return []


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """The pandera schema of a tidy table, made from its columns in `TABLES`."""
    import pandera.pandas as pa

    shape = TABLES[table]
    whole = [pa.Check(rule.holds, error=f"{rule.about}: {rule.reason}") for rule in shape.rules]
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                _type(column),
                [pa.Check(holds, error=wrong) for holds, wrong in _rules(column)],
                nullable=column.optional,
                coerce=True,
            )
            for name, column in shape.columns.items()
        },
        checks=whole,
        strict=True,
        ordered=True,
    )


def kept(rows: pd.DataFrame, table: str) -> pd.DataFrame | None:
    """Rows in the types of their table, where all of them keep what its schema asks.

    A schema takes some 25 ms to say so, of however few rows; it says what is wrong with others.
    """
    shape = TABLES[table]
    try:
        typed = coerce(rows, table)
        if all(_holds(rows[name], typed[name], column) for name, column in shape.columns.items()):
            return typed if all(rule.holds(typed).eq(True).all() for rule in shape.rules) else None
    except (ValueError, TypeError, ArithmeticError):
        pass
    return None


def _holds(written: pd.Series, typed: pd.Series, column: Column) -> bool:
    """Whether all of a column is as its table asks."""
    values = typed.dropna()
    if len(values) < len(typed) and not column.optional:
        return False
    if column.kind in ("day", "moment") and not is_datetime64_dtype(written):
        return bool(written.isna().all())
    return all(bool(holds(values).all()) for holds, _ in _rules(column))


def _type(column: Column) -> str:
    return "boolean" if column.kind == "flag" and column.optional else _TYPES[column.kind]


def _tomorrow() -> pd.Timestamp:
    """The last day that can have begun somewhere."""
    return pd.Timestamp(date.today()) + pd.Timedelta(days=1)


def coerce(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Rows read back from storage, in the table's column types; nothing is checked again."""
    known = TABLES[table].columns
    return rows.astype({name: _type(known[name]) for name in rows if name in known})


def arrow_schema(table: str) -> pyarrow.Schema:
    """The columns of a tidy table and their types, as Parquet keeps them."""
    import pyarrow

    kinds = {
        "text": pyarrow.string(),
        "count": pyarrow.int64(),
        "number": pyarrow.float64(),
        "day": pyarrow.timestamp("ns"),
        "moment": pyarrow.timestamp("ns"),
        "flag": pyarrow.bool_(),
    }
    return pyarrow.schema([(n, kinds[column.kind]) for n, column in TABLES[table].columns.items()])


def empty(table: str) -> pd.DataFrame:
    """A frame of the tidy table with its columns and types and no row."""
    return coerce(pd.DataFrame(columns=columns(table)), table)
