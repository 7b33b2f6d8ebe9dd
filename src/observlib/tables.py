"""The tidy tables: the contract between loaders and indicators.

A loader builds a frame with the columns of one table, indexed by the line (or sheet row) at
which each row stands in its file, and calls `conform`, which keeps the rows that meet the
contract and tells why each other row does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_object_dtype

from observlib.errors import ObservError

if TYPE_CHECKING:
    import pandera.pandas as pa

REJECT_COLUMNS = ["file", "row", "column", "value", "reason"]
QUESTIONS = (
    "satisfaction",  # overall satisfaction with the service or procedure
    "clarity",  # was the language clear
    "help_reached",  # could help be reached: 1 yes, 0 no
    "help_satisfaction",  # satisfaction with the help obtained
)
FEELINGS = ("positive", "neutral", "negative")
STATES = ("value", "not_applicable", "to_come", "too_few_answers", "expired", "proactive", "none")


@dataclass(frozen=True)
class Table:
    """What the store must know of a tidy table besides its schema.

    `key` are the columns that identify a row within a device; `start` and `end` are the columns
    (maybe the same) between which the row's period lies. In a table `by_days` rows count days:
    no day of a subject may be counted twice.
    """

    key: tuple[str, ...]
    start: str
    end: str
    by_days: bool = False


TABLES = {
    "audience": Table(("product", "channel", "start", "end"), "start", "end", by_days=True),
    "ratings": Table(("answer_id", "question"), "date", "date"),
    "experiences": Table(("experience_id",), "date", "date"),
    "procedures": Table(("edition", "procedure_id", "indicator"), "start", "end"),
}


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """The pandera schema of a tidy table.

    Every table has `device`, `product` (empty where the device covers several) and `channel`.

    audience
        One row a day or whole part of a month: `start`, `end` (days, both included, in one
        month), `complete` (the export was made after `end`), and counts: `visits`, `visitors`,
        `actions`, `downloads`, `bounces`, `seconds` (total time spent).
    ratings
        One row an answer and question: `answer_id`, `date`, `question` (see `QUESTIONS`),
        `value` on the device's own scale, `scale_min` (worst), `scale_max` (best).
    experiences
        One row a told experience: `experience_id`, `date`, `organisation`, `feeling` and five
        aspects (each one of `FEELINGS` or empty), `region` (INSEE code), `told_by`.
    procedures
        One row a procedure and published indicator: `edition` (quarter) with `start` and `end`,
        `procedure_id`, `procedure`, `administration`, `indicator`, `state` (see `STATES`) and,
        by its kind, `value`, `day` or `label`.
    """
    import pandera.pandas as pa

    def text(nullable: bool = False, *checks: pa.Check) -> pa.Column:
        return pa.Column(str, list(checks), nullable=nullable, coerce=True)

    def count(nullable: bool = True) -> pa.Column:
        return pa.Column(
            "Int64",
            pa.Check.ge(0, error="is negative; counts are 0 or more"),
            nullable=nullable,
            coerce=True,
        )

    def one_of(values: tuple[str, ...], nullable: bool = False) -> pa.Column:
        return text(nullable, pa.Check.isin(values, error=f"is not one of {', '.join(values)}"))

    def day() -> pa.Column:
        return pa.Column(
            "datetime64[ns]",
            [
                pa.Check(
                    lambda days: days <= pd.Timestamp(date.today()) + pd.Timedelta(days=1),
                    error="lies in the future",
                ),
                pa.Check(
                    lambda days: days >= pd.Timestamp("1995-01-01"),
                    error="lies before 1995, when no device existed",
                ),
            ],
            coerce=True,
        )

    common = {"device": text(), "product": text(True), "channel": text()}
    columns: dict[str, dict[str, pa.Column]] = {
        "audience": {
            "start": day(),
            "end": pa.Column("datetime64[ns]", coerce=True),
            "complete": pa.Column(bool, coerce=True),
            "visits": count(False),
            "visitors": count(),
            "actions": count(),
            "downloads": count(),
            "bounces": count(),
            "seconds": count(),
        },
        "ratings": {
            "answer_id": text(),
            "date": day(),
            "question": one_of(QUESTIONS),
            "value": pa.Column(float, coerce=True),
            "scale_min": pa.Column(float, coerce=True),
            "scale_max": pa.Column(float, coerce=True),
        },
        "experiences": {
            "experience_id": text(),
            "date": day(),
            "organisation": text(True),
            "feeling": one_of(FEELINGS),
            "accessibility": one_of(FEELINGS, True),
            "information": one_of(FEELINGS, True),
            "relation": one_of(FEELINGS, True),
            "responsiveness": one_of(FEELINGS, True),
            "simplicity": one_of(FEELINGS, True),
            "region": text(True),
            "told_by": text(True),
        },
        "procedures": {
            "edition": text(False, pa.Check.str_matches(r"^\d{4}-T[1-4]$", error="is no quarter")),
            "start": day(),
            "end": pa.Column("datetime64[ns]", coerce=True),
            "procedure_id": text(),
            "procedure": text(),
            "administration": text(),
            "indicator": text(),
            "state": one_of(STATES),
            "value": pa.Column(float, nullable=True, coerce=True),
            "day": pa.Column("datetime64[ns]", nullable=True, coerce=True),
            "label": text(True),
        },
    }
    checks = {
        "audience": [
            pa.Check(
                lambda rows: (
                    (rows["start"] <= rows["end"])
                    & (rows["start"].dt.to_period("M") == rows["end"].dt.to_period("M"))
                ),
                error="period: does not lie in one month; export by day or by month",
            ),
        ],
        "ratings": [
            pa.Check(
                lambda rows: rows["value"].between(rows["scale_min"], rows["scale_max"]),
                error="value: is outside the scale",
            ),
        ],
    }
    return pa.DataFrameSchema(
        {**common, **columns[table]}, checks=checks.get(table), strict=True, ordered=True
    )


def columns(table: str) -> list[str]:
    """The column names of a tidy table, in order.

    Examples
    --------
    >>> columns("ratings")[:3]
    ['device', 'product', 'channel']
    """
    if table not in TABLES:
        raise ObservError(f"table {table!r} does not exist; tables are {', '.join(TABLES)}")
    return list(schema(table).columns)


def coerce(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Rows read back from storage, in the table's column types; nothing is checked again."""
    types = {name: column.dtype.type for name, column in schema(table).columns.items()}
    return rows.astype({name: kind for name, kind in types.items() if name in rows})


def empty(table: str) -> pd.DataFrame:
    """A frame of the tidy table with its columns and types and no row."""
    return coerce(pd.DataFrame(columns=columns(table)), table)


def no_rejects() -> pd.DataFrame:
    """An empty frame of rejected rows: `file`, `row`, `column`, `value`, `reason`."""
    return pd.DataFrame(columns=REJECT_COLUMNS, dtype=object)


def reject(file: str, row: int, column: str, value: object, reason: str) -> dict[str, object]:
    """One rejected row; its value is cut at 80 characters."""
    text = "" if value is None else str(value)
    return {
        "file": file,
        "row": int(row),
        "column": column,
        "value": text if len(text) <= 80 else text[:79] + "…",
        "reason": reason,
    }


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
    for name, column in schema(table).columns.items():
        if "datetime" not in str(column.dtype) or not is_object_dtype(rows[name]):
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
            value: object = f"{row['start']} to {row['end']}"
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
            value = "; ".join(str(value) for value in rows.loc[position, key])
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
