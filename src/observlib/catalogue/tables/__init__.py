"""The tidy tables: the contract between loaders and indicators.

A loader builds a frame with the columns of one table, indexed by the line (or sheet row) at
which each row stands in its file, and calls `conform`, which keeps the rows that meet the
contract and tells why each other row does not.
"""

from observlib.catalogue.tables.contract import (
    REJECT_COLUMNS,
    arrow_schema,
    coerce,
    columns,
    conform,
    empty,
    no_rejects,
    reject,
    schema,
)
from observlib.catalogue.tables.definitions import (
    ALIKE,
    FEELINGS,
    QUESTIONS,
    REFERENCE,
    STATES,
    TABLES,
    TELLERS,
    WEIGHTS,
    Alike,
    Column,
    Seen,
    Table,
)

__all__ = [
    "ALIKE",
    "FEELINGS",
    "QUESTIONS",
    "REFERENCE",
    "REJECT_COLUMNS",
    "STATES",
    "TABLES",
    "TELLERS",
    "WEIGHTS",
    "Alike",
    "Column",
    "Seen",
    "Table",
    "arrow_schema",
    "coerce",
    "columns",
    "conform",
    "empty",
    "no_rejects",
    "reject",
    "schema",
]
