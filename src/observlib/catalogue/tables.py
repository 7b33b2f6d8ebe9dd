"""What each tidy table holds, as `tables.yml` says: columns, key, period, rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from observlib.base.errors import ObservError
from observlib.base.yaml_files import read_yaml
from observlib.catalogue.entries import Part, validated

FACT_TABLES = ("figures", "counters", "population")  # tables of facts, which listen to no one
WEIGHTS = (1e-12, 1e12)  # of a response, as its survey gives it
_KINDS: dict[str, dict[str, Any]] = {
    "text": {"kind": "text"},
    "label": {"kind": "text", "label": True},
    "named": {"kind": "text", "named": True},
    "citation": {"kind": "text", "cites": True},
    "person": {"kind": "text", "person": True},
    "count": {"kind": "count"},
    "number": {"kind": "number"},
    "flag": {"kind": "flag"},
    "day": {"kind": "day"},
    "past_day": {"kind": "day", "past": True},
    "moment": {"kind": "moment", "past": True},
}
_OF_EACH = {"device": "text", "product": "text", "channel": "text"}
_MONTH = {"start": "past_day", "end": "day", "complete": "flag"}
_IN_ONE_MONTH = {
    "about": "period",
    "reason": "does not lie in one month; export by day or by month",
}


def _as_column(given: Any) -> Any:
    """A column of which only the word for its kind is told, or beside other keys."""
    told = {"kind": given} if isinstance(given, str) else given
    if not isinstance(told, dict) or not isinstance(word := told.get("kind"), str):
        return told
    if word.removesuffix("?") not in _KINDS:
        raise ValueError(f"unknown kind {word!r}; allowed: {', '.join(_KINDS)}, with ? or without")
    return told | _KINDS[word.removesuffix("?")] | {"optional": word.endswith("?")}


class Column(Part):
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


class _Rule(Part):
    """What must hold in a row between several columns; `about` names the column that is told."""

    about: str
    reason: str
    at_most: tuple[str, str] | None = None
    on_scale: str | None = None
    is_weight: str | None = None
    measured: dict[str, tuple[int, ...]] | None = None  # by a measure, or how it begins
    measured_above_0: str | None = None

    def holds(self, rows: pd.DataFrame) -> pd.Series:
        """Which rows keep it."""
        if self.at_most:
            smaller, larger = (rows[name] for name in self.at_most)
            return ((smaller <= larger) | smaller.isna() | larger.isna()).astype(bool)
        if self.on_scale:
            value, low = rows[self.on_scale], rows["scale_min"]
            return value.between(low, rows["scale_max"]) | value.isna() | low.isna()
        if self.is_weight:
            return rows[self.is_weight].between(*WEIGHTS) | rows[self.is_weight].isna()
        if self.measured:
            ((begins, allowed),) = self.measured.items()
            return ~rows["measure"].str.startswith(begins) | rows["value"].isin(allowed)
        if self.measured_above_0:
            return (rows["measure"] != self.measured_above_0) | (rows["value"] > 0)
        start, end = rows["start"], rows["end"]
        return (start <= end) & (start.dt.to_period("M") == end.dt.to_period("M"))


class _Alike(Part):
    """What families read of a long table: rows that have the same `columns`, in SQL, are one.

    The device, product and channel stand beside; `sums` are columns of counts to be added up. Of
    what is only read of the edition's quarter, `quarters` is 1.
    """

    table: str = ""
    columns: dict[str, str | None]
    sums: tuple[str, ...] = ()
    quarters: int | None = None


class _Table(Part):
    """A tidy table: its columns, and what the store must know of it.

    `key` are the columns that identify a row within a device, and `row` says what one is. Of
    `several` products or of none, `product` may be empty. A table by `months` has `start`, `end`
    and `complete`. In a table `by_days` rows count days: no day of a subject may be counted twice.
    A table `adds_up` where its rows are counts, of which a key has one; `by_area`, where those of
    areas add up to those of none.
    """

    columns: dict[str, Annotated[Column, BeforeValidator(_as_column)]]
    key: tuple[str, ...]
    row: str
    several: bool = False
    months: bool = False
    by_days: bool = False
    by_area: bool = False
    adds_up: bool = False
    rules: tuple[_Rule, ...] = ()
    alike: dict[str, _Alike] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _with_common(cls, told: Any) -> Any:
        """With the `device`, `product` and `channel` of each row, and its month."""
        if not isinstance(told, dict) or not isinstance(told.get("columns"), dict):
            return told
        common = _OF_EACH | ({"product": "text?"} if told.get("several") else {})
        months, rules = (_MONTH, [_IN_ONE_MONTH]) if told.get("months") else ({}, [])
        columns = common | months | told["columns"]
        return told | {"columns": columns, "rules": [*rules, *told.get("rules", ())]}

    def _faults(self) -> Iterator[str]:
        names = [*self.key, *(name for rule in self.rules for name in rule.at_most or ())]
        if unknown := [name for name in names if name not in self.columns]:
            yield f"unknown column {unknown[0]!r}; allowed: {', '.join(self.columns)}"

    @property
    def start(self) -> str:
        """The column of the first day of a row's period, which `date` alone may be."""
        return "start" if "start" in self.columns else "date"

    @property
    def end(self) -> str:
        """The column of its last day."""
        return "end" if "end" in self.columns else "date"


def load_tables(path: Path) -> dict[str, _Table]:
    """The tables that a file declares, by name."""
    raw, lines, problems = read_yaml(path, dict, "a mapping of tables", "is gone")
    found = {}
    for name, told in raw.items():
        if one := validated(_Table, told, path, lines, problems, (name,), str(name)):
            found[str(name)] = one
    ObservError.raise_any(problems)
    return found


TABLES = load_tables(Path(__file__).with_suffix(".yml"))
ALIKE = {
    name: one.model_copy(update={"table": table})
    for table, shape in TABLES.items()
    for name, one in shape.alike.items()
}
QUESTIONS = TABLES["ratings"].columns["question"].allowed
FEELINGS = TABLES["experiences"].columns["feeling"].allowed
TELLERS = TABLES["experiences"].columns["told_by"].allowed


# --- What earlier pieces of a long export hold, so that nothing in it counts twice


class Seen:
    """The keys of the rows seen so far, or the days that they count, by their digests.

    A digest has 64 bits: a hundred million rows take 800 MB. Of ten million, one would be taken for
    another with a chance of three in a million, and be told as a repeated one.
    """

    def __init__(self, table: str) -> None:
        self._shape = TABLES[table]
        self._runs: list[np.ndarray] = []  # sorted, each longer than the next
        self._areas: dict[tuple[object, ...], bool] = {}  # whether rows of a month tell one

    def again(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows have a key, or count a day, that was seen before; the others are seen now."""
        digests, positions = self._digests(rows)
        known = np.zeros(len(digests), dtype=bool)
        for run in self._runs:
            places = np.searchsorted(run, digests)
            known |= run[np.minimum(places, len(run) - 1)] == digests
        again = np.zeros(len(rows), dtype=bool)
        again[positions[known]] = True
        self._take(digests[~again[positions]])
        return again

    def mixed(self, rows: pd.DataFrame) -> int | None:
        """The position of the first row whose month has rows with an area and others without.

        >>> seen, day = Seen("audience"), pd.Timestamp("2026-03-01")
        >>> rows = pd.DataFrame({"product": "p", "channel": "web", "start": [day, day]})
        >>> seen.mixed(rows.assign(area="Lyon")), seen.mixed(rows.assign(area=["Lyon", None]))
        (None, 1)
        """
        month = rows[self._shape.start].dt.to_period("M").astype(str)
        told = rows[["product", "channel"]].assign(month=month, area=rows["area"].notna())
        for position, *subject, has in told[~told.duplicated()].itertuples():
            if self._areas.setdefault(tuple(subject), has) != has:
                return int(rows.index.get_loc(position))
        return None

    def _take(self, digests: np.ndarray) -> None:
        """Keep digests in runs of which each is twice as long as the next, so that few are read."""
        if not len(digests):
            return
        run = np.sort(digests)
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")  # in place: of many millions of rows a copy is much
        self._runs.append(run)

    def _digests(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """The digests of the rows' keys or of their days, and the positions of their rows."""
        shape = self._shape
        key = rows[[name for name in shape.key if name in rows]]
        positions = np.arange(len(rows))
        if shape.by_days:
            lasts = (rows[shape.end] - rows[shape.start]).dt.days.to_numpy() + 1
            positions = positions.repeat(lasts)
            nth = np.arange(len(positions)) - (lasts.cumsum() - lasts).repeat(lasts)
            day = rows[shape.start].to_numpy()[positions] + nth.astype("timedelta64[D]")
            key = key.drop(columns=[shape.start, shape.end], errors="ignore").iloc[positions]
            key = key.assign(day=day)
        return pd.util.hash_pandas_object(key, index=False).to_numpy(), positions
