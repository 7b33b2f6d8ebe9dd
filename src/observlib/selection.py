"""What rows of estimates or comparisons are kept by: the words in which a study asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict

import pandas as pd

from observlib.errors import ObservError
from observlib.period import Quarter

Values = str | Iterable[str]
_PERIODS = {"month": r"\d{4}-\d{2}", "quarter": r"\d{4}-T\d"}
_REMEMBERED = ("indicator", "against")


class Columns(TypedDict, total=False):
    """Columns, each with the value, or the values, that it is to have."""

    indicator: Values
    product: Values
    channel: Values
    device: Values
    period: Values
    group: Values
    group_value: Values
    status: Values
    unit: Values
    against: Values
    verdict: Values


class Where(Columns, total=False):
    """Columns, and what else rows are kept by (see `Study.select`)."""

    by: Literal["month", "quarter"]
    quarters: int
    value: bool
    tested: bool


def select(rows: pd.DataFrame, until: Quarter, where: Mapping[str, Any]) -> pd.DataFrame:
    """Keep rows, and remember what was asked: where there are none, it tells of what.

    Parameters
    ----------
    rows
        Estimates or comparisons.
    until
        The last of the quarters that `quarters` counts.
    where
        The keys of `Where`.

    Raises
    ------
    ObservError
        For a column that does not exist.

    Examples
    --------
    >>> rows = pd.DataFrame({"indicator": ["nps", "visits"], "period": ["2026-T1", "2026-09"]})
    >>> select(rows, Quarter.parse("2026-T3"), {"by": "month", "quarters": 1})["indicator"][0]
    'visits'
    """
    asked = dict(rows.attrs)
    for name, wanted in where.items():
        if name == "quarters":
            last = until.back(wanted)
            within = {str(quarter) for quarter in last} | {m for q in last for m in q.months}
            rows = rows[rows["period"].str[-7:].isin(within)]
        elif name == "by":
            rows = rows[rows["period"].str.fullmatch(_PERIODS[wanted])]
        elif name == "value":
            column = "difference" if "difference" in rows else "estimate"
            rows = rows[rows[column].notna() == wanted]
        elif name == "tested" and "level" in rows:
            rows = rows[rows["level"].notna() == wanted]
        elif name not in rows:
            raise ObservError(
                f"select: there is no column {name!r}; columns are {', '.join(rows.columns)}"
            )
        else:
            values = list(dict.fromkeys([wanted] if isinstance(wanted, str) else wanted))
            rows = rows[rows[name].isin(values)]
            asked |= {name: values} if name in _REMEMBERED else {}
    rows = rows.reset_index(drop=True)
    rows.attrs = asked
    return rows


def bare(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows, which remember nothing: pandas copies what a frame remembers at each step."""
    found = rows.copy(deep=False)
    found.attrs = {}
    return found
