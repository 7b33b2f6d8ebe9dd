"""What DuckDB adds up of the store, of however many rows a table is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import tables
from observlib.store.reading import query, typed
from observlib.store.sql import quoted


def by_month(
    data: Path,
    table: str,
    sums: Sequence[str] = (),
    first: Quarter | None = None,
    last: Quarter | None = None,
) -> pd.DataFrame:
    """How much a table holds by device, product and month, of however many rows it is.

    Parameters
    ----------
    data
        Data folder.
    table
        Name of the tidy table.
    sums
        Its columns of counts and numbers of which the sum is wanted.
    first, last
        Keep only rows whose period meets these quarters.

    Returns
    -------
    DataFrame
        `device`, `product`, `month` (`YYYY-MM`, that of a row's first day), `rows`, each of `sums`
        and `source`.

    Raises
    ------
    ObservError
        Where the folder has no store, or the table or a column does not exist.
    """
    if unknown := [name for name in sums if name not in tables.columns(table)]:
        raise ObservError(f"table {table}: has no column {unknown[0]!r}")
    start = quoted(tables.TABLES[table].start)
    wanted = "".join(f", sum({quoted(name)}) AS {quoted(name)}" for name in sums)
    month = f"year({start}) * 12 + month({start}) - 1"  # cheaper than its first day
    select = f"SELECT device, product, {month} AS month, count(*)::BIGINT AS rows{wanted}"
    found = query(
        data, table, select, f"GROUP BY device, product, {month} ORDER BY ALL", first, last
    )
    columns = ["device", "product", "month", "rows", *sums, "source"]
    if found.empty:
        return pd.DataFrame(columns=columns)
    months = [f"{month // 12}-{month % 12 + 1:02d}" for month in found["month"]]
    return found.assign(month=months)[columns]


def alike(
    data: Path, name: str, first: Quarter | None = None, last: Quarter | None = None
) -> pd.DataFrame:
    """A tidy table in which rows that are alike are one, as `tables.ALIKE` has it.

    Parameters
    ----------
    data
        Data folder.
    name
        A name of `tables.ALIKE`.
    first, last
        Keep only rows whose period meets these quarters.

    Returns
    -------
    DataFrame
        The table's `device`, `product` and `channel`, the columns that the name has, `rows`: how
        many are alike, and `source`.

    Raises
    ------
    ObservError
        As `read`.
    """
    wanted = tables.ALIKE[name]
    made = {subject: subject for subject in ("device", "product", "channel")} | wanted.columns
    made |= {count: f"sum({quoted(count)})::BIGINT" for count in wanted.sums}
    columns = ", ".join(f"{sql} AS {quoted(column)}" for column, sql in made.items())
    select, rest = f"SELECT {columns}, count(*)::BIGINT AS rows", "GROUP BY ALL ORDER BY ALL"
    found = query(data, wanted.table, select, rest, first, last)
    if found.empty:
        found = tables.empty(wanted.table)[[*made]].assign(rows=0, source="")
    return tables.coerce(found, wanted.table)


def spans(
    data: Path, table: str, first: Quarter | None = None, last: Quarter | None = None
) -> pd.DataFrame:
    """A table of counts by days as `read` gives it, with days that follow each other as one row.

    Of one subject (device, product, channel, area), month and completeness, days of which the same
    columns are told have one row, of their sum. It is a table of the same contract, of which sums
    by month and the days that are told are the same, and at most as many rows.

    Parameters
    ----------
    data
        Data folder.
    table
        Name of a tidy table `by_days`, such as `audience`.
    first, last
        Keep only rows whose period meets these quarters.

    Raises
    ------
    ObservError
        As `read`.
    """
    kinds = {name: column.kind for name, column in tables.TABLES[table].columns.items()}
    counts = [name for name, kind in kinds.items() if kind == "count"]
    alike = [quoted(name) for name in kinds if name not in (*counts, "start", "end")]
    of = ", ".join(
        [*alike, "date_trunc('month', start)", *(f"{quoted(name)} IS NULL" for name in counts)]
    )
    days = {name: quoted(name) for name in kinds}
    days |= {name: f"sum({quoted(name)})::BIGINT AS {quoted(name)}" for name in counts}
    days |= {"start": "min(start) AS start", "end": 'max("end") AS "end"'}
    apart = f'start > lag("end") OVER (PARTITION BY {of} ORDER BY start) + INTERVAL 1 DAY'
    select = (
        f"SELECT {', '.join(days.values())} FROM (SELECT *, "
        f"count(*) FILTER (apart) OVER (PARTITION BY {of} ORDER BY start) AS nth "
        f"FROM (SELECT *, {apart} AS apart"
    )
    rest = f")) GROUP BY {of}, nth ORDER BY ALL"
    return typed(query(data, table, select, rest, first, last), table)
