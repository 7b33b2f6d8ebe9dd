"""What each device gave day by day, of however many rows a table has."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from observlib.store.reading import query

_TEN = "10 * (value - scale_min) / (scale_max - scale_min)"
_FEELING = "CASE feeling WHEN 'positive' THEN 10 WHEN 'neutral' THEN 5 ELSE 0 END"
_ANSWERED = "outcome = 'answered' AND wait IS NOT NULL"
# Of each table with rows of single days: its day, what is counted, and what is measured, of which
# rows: the satisfaction on ten, or the seconds waited.
_TABLES = {
    "audience": ("start", 'sum(visits) FILTER (start = "end")', "NULL", "false"),
    "ratings": ("date", "count(DISTINCT answer_id)", _TEN, "question = 'satisfaction'"),
    "responses": (
        "date",
        "count(*) FILTER (variable = 'response')",
        _TEN,
        "variable = 'satisfaction' AND scale_max > scale_min",
    ),
    "experiences": ("date", "count(*)", _FEELING, "true"),
    "calls": ("date", "count(*)", "wait", _ANSWERED),
    "call_intervals": ("date", "sum(offered)", "wait / answered", "answered > 0"),
    "tickets": ("date", "count(*)", "NULL", "false"),
}


def by_day(data: Path) -> pd.DataFrame:
    """How much each device gave on each day, and how high marks or how long waits were.

    Parameters
    ----------
    data
        Data folder.

    Returns
    -------
    DataFrame
        `table`, `device`, `product` (empty where rows tell none), `day` (a timestamp), `count`;
        `value`, `n` and `variance`: mean, number and variance of the marks of satisfaction on ten
        of ratings, responses and experiences, or of the seconds waited. A day without a row is
        absent.

    Raises
    ------
    ObservError
        Where the folder has no store, or a part of it is damaged.
    """
    names = ["table", "device", "product", "day", "count", "value", "n", "variance"]
    parts = [pd.DataFrame(columns=names)]
    for table, (day, count, value, of) in _TABLES.items():
        marks = f"({value})::DOUBLE"
        select = (
            f"SELECT device, coalesce(product, '') AS product, date_trunc('day', {day}) AS day, "
            f"({count})::DOUBLE AS count, avg({marks}) FILTER ({of}) AS value, "
            f"count({marks}) FILTER ({of}) AS n, var_samp({marks}) FILTER ({of}) AS variance"
        )
        found = query(data, table, select, "GROUP BY ALL ORDER BY ALL", None, None)
        if len(found):
            parts.append(found.assign(table=table).dropna(subset="count"))
    return pd.concat(parts if len(parts) == 1 else parts[1:], ignore_index=True)[names]
