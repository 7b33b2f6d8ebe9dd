"""How DuckDB is asked for the rows of the store's parts."""

from __future__ import annotations

import glob
from pathlib import Path

from observlib.catalogue import tables
from observlib.estimates import MINIMUM_PEOPLE


def rows_of(table: str) -> str:
    """The `FROM` of a query of parts of a table, whose paths, `escaped`, are its parameter.

    Beside the table's columns there are `filename` and `file_row_number`.
    """
    # a folder named `device=x` is a folder and no column
    parquet = (
        "FROM read_parquet(?, hive_partitioning = false, filename = true, file_row_number = true"
    )
    shape = tables.TABLES[table]
    if later := [quoted(name) for name, column in shape.columns.items() if column.later]:
        # of parts that were written before the table had a column, it is empty
        none = ", ".join(f"NULL AS {name}" for name in later)
        return (
            f"FROM ({parquet}, union_by_name = true) UNION ALL BY NAME SELECT {none} WHERE false)"
        )
    return f"{parquet})"


def of_many(table: str, rows: str) -> str:
    """A query of the products and months of which some rows are of many people, or of nobody."""
    shape = tables.TABLES[table]
    people = [quoted(name) for name, column in shape.columns.items() if column.person]
    of = f"DISTINCT {people[0]}" if people else "*"
    month = f"strftime({quoted(shape.start)}, '%Y-%m')"
    least = MINIMUM_PEOPLE if people else 1
    return (
        f"SELECT coalesce(product, ''), {month} {rows} GROUP BY ALL HAVING count({of}) >= {least}"
    )


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL, where no parameter can stand."""
    return "'" + text.replace("'", "''") + "'"


def escaped(path: Path | str) -> str:
    """A path to one file, also where its name holds what patterns do, such as `a*b`."""
    return glob.escape(str(path))
