"""What each tidy table holds, as `definitions.yml` says: columns, key, period, rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from observlib.base.yaml_files import mapping, read_text

REFERENCE = ("figures", "counters", "population")  # tables of facts, which listen to no one
WEIGHTS = (1e-12, 1e12)  # of a response, as its survey gives it


@dataclass(frozen=True)
class Column:
    """One column: its kind, whether it may be empty, its `allowed` texts.

    A `day` or `moment` is `past` where it can lie neither in the future nor before any device
    existed. A `moment` is in UTC, without a zone; the days beside it are those of Paris. A text
    that identifies what one `person` did must be no name; one that `cites` may hold names, as
    titles of publications do; one that is `named` holds offices or places, which may be named after
    someone; a `label` is of a list, and no text of someone's own. A column that came `later` is
    absent from parts of older stores.
    """

    kind: Literal["text", "count", "number", "day", "moment", "flag"]
    optional: bool = False
    allowed: tuple[str, ...] = ()
    past: bool = False
    person: bool = False
    cites: bool = False
    named: bool = False
    label: bool = False
    later: bool = False


@dataclass(frozen=True)
class Rule:
    """What must hold in a row between several columns; `about` names the column that is told."""

    about: str
    holds: Callable[[pd.DataFrame], pd.Series]
    reason: str


@dataclass(frozen=True)
class Table:
    """A tidy table: its columns, and what the store must know of it.

    `key` are the columns that identify a row within a device, and `row` says what one is. In a
    table `by_days` rows count days: no day of a subject may be counted twice. A table `adds_up`
    where its rows are counts, of which a key has one; `by_area`, where those of areas add up to
    those of none.
    """

    columns: dict[str, Column]
    key: tuple[str, ...]
    row: str
    by_days: bool = False
    by_area: bool = False
    adds_up: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def start(self) -> str:
        """The column of the first day of a row's period, which `date` alone may be."""
        return "start" if "start" in self.columns else "date"

    @property
    def end(self) -> str:
        """The column of its last day."""
        return "end" if "end" in self.columns else "date"


_KINDS = {
    "text": Column("text"),
    "label": Column("text", label=True),
    "named": Column("text", named=True),
    "citation": Column("text", cites=True),
    "person": Column("text", person=True),
    "count": Column("count"),
    "number": Column("number"),
    "flag": Column("flag"),
    "day": Column("day"),
    "past_day": Column("day", past=True),
    "moment": Column("moment", past=True),
}
_MONTH = {"start": "past_day", "end": "day", "complete": "flag"}


def _in_one_month(rows: pd.DataFrame) -> pd.Series:
    months = [rows[name].dt.to_period("M") for name in ("start", "end")]
    return (rows["start"] <= rows["end"]) & (months[0] == months[1])


def _at_most(names: list[str], rows: pd.DataFrame) -> pd.Series:
    smaller, larger = (rows[name] for name in names)
    return ((smaller <= larger) | smaller.isna() | larger.isna()).astype(bool)


def _on_scale(name: str, rows: pd.DataFrame) -> pd.Series:
    is_on = rows[name].between(rows["scale_min"], rows["scale_max"])
    return is_on | rows[name].isna() | rows["scale_min"].isna()


def _is_weight(name: str, rows: pd.DataFrame) -> pd.Series:
    return rows[name].between(*WEIGHTS) | rows[name].isna()


def _measured(values: Mapping[str, list[int]], rows: pd.DataFrame) -> pd.Series:
    """Whether each value of measures whose names begin so is one of these."""
    ((begins, allowed),) = values.items()
    return ~rows["measure"].str.startswith(begins) | rows["value"].isin(allowed)


def _measured_above_0(measure: str, rows: pd.DataFrame) -> pd.Series:
    return (rows["measure"] != measure) | (rows["value"] > 0)


_HOLDS: dict[str, Callable[[Any, pd.DataFrame], pd.Series]] = {
    "at_most": _at_most,
    "on_scale": _on_scale,
    "is_weight": _is_weight,
    "measured": _measured,
    "measured_above_0": _measured_above_0,
}
_IN_ONE_MONTH = Rule(
    "period",
    _in_one_month,
    "does not lie in one month; export by day or by month",
)


def _column(told: Any) -> Column:
    if isinstance(told, str):
        return replace(_KINDS[told.rstrip("?")], optional=told.endswith("?"))
    allowed = tuple(told.get("allowed", ()))
    return replace(_column(told["kind"]), allowed=allowed, later=told.get("later", False))


def _rule(about: str, reason: str, **holds: Any) -> Rule:
    ((name, given),) = holds.items()
    return Rule(about, partial(_HOLDS[name], given), reason)


def _table(
    columns: dict[str, Any],
    key: list[str],
    several: bool = False,
    months: bool = False,
    rules: tuple[dict[str, Any], ...] = (),
    **more: Any,
) -> Table:
    """A table, with the `device`, `product` and `channel` of each row."""
    common = {"device": "text", "product": "text?" if several else "text", "channel": "text"}
    own = common | (_MONTH if months else {}) | columns
    return Table(
        {name: _column(told) for name, told in own.items()},
        tuple(key),
        rules=(*[_IN_ONE_MONTH] * months, *(_rule(**rule) for rule in rules)),
        **more,
    )


_PATH = Path(__file__).with_suffix(".yml")
TABLES = {name: _table(**told) for name, told in mapping(read_text(_PATH), _PATH).items()}
QUESTIONS = TABLES["ratings"].columns["question"].allowed
FEELINGS = TABLES["experiences"].columns["feeling"].allowed
STATES = TABLES["procedures"].columns["state"].allowed
TELLERS = TABLES["experiences"].columns["told_by"].allowed
