"""Holding rows to the contract of their tidy table."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_object_dtype, is_scalar

from observlib.errors import ObservError
from observlib.tables.definitions import TABLES, Column

if TYPE_CHECKING:
    import pandera.pandas as pa

REJECT_COLUMNS = ["file", "row", "column", "value", "reason"]

_LARGEST = 10**12  # sums of such numbers stay far from the end of 64 bits
_TYPES = {
    "text": "str",
    "count": "Int64",
    "number": "float64",
    "day": "datetime64[ns]",
    "moment": "datetime64[ns]",
    "flag": "bool",
}


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """The pandera schema of a tidy table, made from its columns in `TABLES`."""
    import pandera.pandas as pa

    shape = TABLES[table]

    def checks(column: Column) -> list[pa.Check]:
        if column.allowed:
            words = ", ".join(column.allowed)
            return [pa.Check.isin(column.allowed, error=f"is not one of {words}")]
        if column.kind == "count":
            return [
                pa.Check.ge(0, error="is negative; counts are 0 or more"),
                pa.Check.le(_LARGEST, error="is larger than anything counted; check the cell"),
            ]
        if column.kind == "number":
            large = "is larger than anything measured; check the cell"
            return [pa.Check.in_range(-_LARGEST, _LARGEST, error=large)]
        if column.past:
            return [
                pa.Check(
                    lambda days: days <= _tomorrow(),
                    error="lies in the future; check the date",
                ),
                pa.Check(
                    lambda days: days >= pd.Timestamp("1995-01-01"),
                    error="lies before 1995, when no device existed",
                ),
            ]
        return []

    whole = [pa.Check(rule.holds, error=f"{rule.about}: {rule.reason}") for rule in shape.rules]
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                _TYPES[column.kind], checks(column), nullable=column.optional, coerce=True
            )
            for name, column in shape.columns.items()
        },
        checks=whole,
        strict=True,
        ordered=True,
    )


def _tomorrow() -> pd.Timestamp:
    """The last day that can have begun somewhere."""
    return pd.Timestamp(date.today()) + pd.Timedelta(days=1)


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


def coerce(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Rows read back from storage, in the table's column types; nothing is checked again."""
    return rows.astype({n: _TYPES[column.kind] for n, column in TABLES[table].columns.items()})


def empty(table: str) -> pd.DataFrame:
    """A frame of the tidy table with its columns and types and no row."""
    return coerce(pd.DataFrame(columns=columns(table)), table)


def no_rejects() -> pd.DataFrame:
    """An empty frame of rejected rows: `file`, `row`, `column`, `value`, `reason`."""
    return pd.DataFrame(columns=REJECT_COLUMNS, dtype=object)


def reject(file: str, row: int, column: str, value: object, reason: str) -> dict[str, object]:
    """One rejected row; its value is cut at 80 characters."""
    text = _shown(value)
    return {
        "file": file,
        "row": int(row),
        "column": column,
        "value": text if len(text) <= 80 else text[:79] + "…",
        "reason": reason,
    }


def _shown(value: object) -> str:
    """A value as a file has it: days without a time, whole numbers without a point."""
    if is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return str(value.date())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def conform(rows: pd.DataFrame, table: str, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split rows into those that meet the table's contract and those rejected, with reasons.

    Parameters
    ----------
    rows
        A frame indexed by the row's place in its file (line, or sheet row, from 1). Columns that
        the table allows to be empty may be absent.
    table
        Name of the tidy table.
    file
        Name of the export, for the rejects.

    Returns
    -------
    kept, rejects
        The table's columns, in order, with a fresh index; and `REJECT_COLUMNS`.

    Examples
    --------
    >>> answers = pd.DataFrame(
    ...     {
    ...         "device": "demo", "product": "p", "channel": "web", "answer_id": ["a", "b", "b"],
    ...         "date": pd.Timestamp("2026-01-05"), "question": "satisfaction",
    ...         "value": [11.0, 10.0, 10.0], "scale_min": 0.0, "scale_max": 10.0,
    ...     },
    ...     index=[2, 3, 4],
    ... )
    >>> kept, rejects = conform(answers, "ratings", "demo.csv")
    >>> len(kept), rejects[["row", "column", "reason"]].values.tolist()
    (1, [[2, 'value', '11 is outside the scale 0–10'], [4, 'answer_id, question', 'repeats row 3']])
    """
    rows = rows.reindex(columns=columns(table))
    places = list(rows.index)
    rows = rows.reset_index(drop=True)
    faults: dict[int, tuple[str, object, str]] = {}  # position -> column, value, reason
    faults |= _unwritable_days(rows, table)
    rows, broken = _checked(rows.drop(index=list(faults)), table, file)
    faults |= broken
    faults |= _repeats(rows, table, places)
    if TABLES[table].by_days:
        rest = rows.drop(index=[position for position in faults if position in rows.index])
        faults |= _overlaps(rest, table, places)
    kept = rows.drop(index=[position for position in faults if position in rows.index])
    rejects = [reject(file, places[position], *faults[position]) for position in sorted(faults)]
    return kept.reset_index(drop=True), pd.DataFrame(rejects, columns=REJECT_COLUMNS)


def _unwritable_days(rows: pd.DataFrame, table: str) -> dict[int, tuple[str, object, str]]:
    """Days that no column of times can hold, which would stop the whole table's check."""
    faults: dict[int, tuple[str, object, str]] = {}
    for name, column in TABLES[table].columns.items():
        if column.kind not in ("day", "moment") or not is_object_dtype(rows[name]):
            continue
        for position, value in rows[name].items():
            year = getattr(value, "year", None)
            if year is not None and year == year and not 1900 <= year <= 2200:
                faults[int(str(position))] = (name, value, "is no day from 1900 to 2200")
    return faults


def _checked(
    rows: pd.DataFrame, table: str, file: str
) -> tuple[pd.DataFrame, dict[int, tuple[str, object, str]]]:
    """Rows that pass the schema, in its types, and the faults of the others."""
    import pandera.errors

    try:
        return schema(table).validate(rows, lazy=True), {}
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    if cases["index"].isna().any():
        raise AssertionError(f"{file}: its loader breaks the contract of {table}")
    faults: dict[int, tuple[str, object, str]] = {}
    for case in cases.drop_duplicates("index").itertuples():
        position = int(case.index)
        row = rows.loc[position]
        column, reason = str(case.column), str(case.check)
        if case.schema_context == "DataFrameSchema":
            column, reason = reason.split(": ", 1)
        if column == "period":
            value: object = f"{_shown(row['start'])} to {_shown(row['end'])}"
        else:
            value = row[column]
        if reason == "not_nullable":
            reason = "is empty"
        elif reason == "is outside the scale":
            reason = f"{value:g} {reason} {row['scale_min']:g}–{row['scale_max']:g}"
        elif reason.startswith(("coerce_dtype", "dtype")):
            reason = "cannot be read as the column's type"
        faults[position] = (column, value, reason)
    return schema(table).validate(rows.drop(index=list(faults))), faults


def _repeats(
    rows: pd.DataFrame, table: str, places: list[Any]
) -> dict[int, tuple[str, object, str]]:
    """Rows whose key an earlier row has."""
    key = list(TABLES[table].key)
    grouped = rows.reset_index().groupby(key, sort=False, dropna=False)
    first = grouped["index"].transform("first")
    faults: dict[int, tuple[str, object, str]] = {}
    for position, original in zip(rows.index, first, strict=True):
        if position != original:
            where = f"row {places[original]}"
            same = rows.loc[position].equals(rows.loc[original])
            value = "; ".join(_shown(value) for value in rows.loc[position, key])
            reason = f"repeats {where}" if same else f"has the key of {where} and other values"
            faults[position] = (", ".join(key), value, reason)
    return faults


def _overlaps(
    rows: pd.DataFrame, table: str, places: list[Any]
) -> dict[int, tuple[str, object, str]]:
    """Rows that count days which an earlier row of the same subject counts too."""
    shape = TABLES[table]
    subject = [name for name in shape.key if name not in (shape.start, shape.end)]
    faults: dict[int, tuple[str, object, str]] = {}
    for _, group in rows.groupby(subject, dropna=False, sort=False):
        reached, holder = pd.Timestamp.min, -1
        for position, start, end in group.sort_values([shape.start, shape.end])[
            [shape.start, shape.end]
        ].itertuples():
            if start <= reached:
                reason = f"counts days that row {places[holder]} counts; keep one of them"
                value = f"{start.date()} to {end.date()}"
                faults[position] = (f"{shape.start}, {shape.end}", value, reason)
            else:
                reached, holder = end, position
    return faults
