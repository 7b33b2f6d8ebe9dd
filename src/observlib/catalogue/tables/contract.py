"""Holding rows to the contract of their tidy table."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype, is_scalar

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.catalogue.tables import persons
from observlib.catalogue.tables.checks import columns, kept, schema
from observlib.catalogue.tables.definitions import TABLES

if TYPE_CHECKING:
    from observlib.catalogue.tables.seen import Seen

Faults: TypeAlias = pd.DataFrame  # refused rows by position: `column`, `value` and `reason`
REJECT_COLUMNS = ["file", "row", "column", "value", "reason"]


def no_rejects() -> pd.DataFrame:
    """An empty frame of rejected rows: `file`, `row`, `column`, `value`, `reason`."""
    return pd.DataFrame(columns=REJECT_COLUMNS, dtype=object)


def reject(file: str, row: int, column: str, value: object, reason: str) -> dict[str, object]:
    """One rejected row; its value is cut at 80 characters.

    It shows numbers, days, codes and lone words: nothing that may tell of a person, wherever it
    stood in the file (see `persons.shown`).

    Examples
    --------
    >>> reject("a.csv", 2, "votes", "zoe@exemple.invalid", "is no count")["value"]
    '(not shown: it may tell of someone)'
    """
    text = persons.shown(column, _shown(value))
    return {
        "file": file,
        "row": int(row),
        "column": _impersonal(column),
        "value": text if len(text) <= 80 else text[:79] + "…",
        "reason": reason,
    }


@lru_cache(maxsize=10_000)
def _impersonal(header: str) -> str:  # of which two words in capitals are no name
    return personal.HIDDEN if personal.fault(header) else header


def _shown(value: object) -> str:
    """A value as a file has it: days without a time, whole numbers without a point."""
    if is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return str(value.date())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def conform(
    rows: pd.DataFrame, table: str, file: str, seen: Seen | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
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
    seen
        The rows of the export's pieces before this one, and then also these.

    Returns
    -------
    kept, rejects
        The table's columns, in order, with a fresh index; and `REJECT_COLUMNS`.

    Raises
    ------
    ObservError
        Where counts of one key have other values: the file may be of parts of them.

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
    places = np.asarray(rows.index)
    rows = rows.reset_index(drop=True)
    faults = [_unwritable_days(rows, table), _persons(rows, table)]
    rows, broken = _checked(_without(rows, faults), table, file)
    faults += [broken, _repeats(rows, table, places, file)]
    if TABLES[table].by_area and rows["area"].notna().any():
        faults.append(_beside_areas(rows, table, places))
    if TABLES[table].by_days:
        faults.append(_overlaps(_without(rows, faults[3:]), table, places))
    if seen is not None:
        faults.append(_seen_before(_without(rows, faults[3:]), table, places, file, seen))
    rows = _without(rows, faults)
    told = pd.concat(faults)
    told = told[~told.index.duplicated()].sort_index()
    cells = zip(places[told.index], told["column"], told["value"], told["reason"], strict=True)
    rejects = pd.DataFrame([reject(file, *cell) for cell in cells], columns=REJECT_COLUMNS)
    return rows.reset_index(drop=True), rejects


def _faults(positions: Any = (), column: Any = "", value: Any = "", reason: Any = "") -> Faults:
    """Rows that are refused, by position: the column, the value and the reason of each."""
    index = pd.Index(positions, dtype="int64")
    told = {"column": column, "value": value, "reason": reason}
    return pd.DataFrame(told, index=index, dtype=object)


def _without(rows: pd.DataFrame, faults: list[Faults]) -> pd.DataFrame:
    """The rows that are not refused; themselves, and no copy, where none is."""
    refused = rows.index.isin(pd.concat(faults).index)
    return rows[~refused] if refused.any() else rows


def _unwritable_days(rows: pd.DataFrame, table: str) -> Faults:
    """Days that no column of times can hold, which would stop the whole table's check."""
    faults = [_faults()]
    for name, column in TABLES[table].columns.items():
        if column.kind not in ("day", "moment") or not is_object_dtype(rows[name]):
            continue
        years = pd.Series([getattr(value, "year", np.nan) for value in rows[name]], dtype=float)
        wrong = rows[name][(years < 1900) | (years > 2200)]
        faults.append(_faults(wrong.index, name, wrong, "is no day from 1900 to 2200"))
    return pd.concat(faults)


def _persons(rows: pd.DataFrame, table: str) -> Faults:
    """Rows of which a text holds personal data, or an identifier may be a name.

    What is refused is never shown: its row is told.
    """
    faults = [_faults()]
    for name, column in TABLES[table].columns.items():
        if column.kind != "text" or column.allowed:
            continue
        cells = rows[name].dropna()
        texts = cells.unique()
        names = set()
        if column.person:
            written = [*map(str, texts.tolist())]
            names, texts = personal.names_among(written), personal.but_codes(written)
        told = {
            cell: why
            for cell in texts
            if (why := persons.A_NAME if str(cell) in names else persons.fault(str(cell), column))
        }
        if told:
            found = cells[cells.isin(told)]
            faults.append(_faults(found.index, name, personal.HIDDEN, found.map(told)))
    return pd.concat(faults)


def _checked(rows: pd.DataFrame, table: str, file: str) -> tuple[pd.DataFrame, Faults]:
    """Rows that pass the schema, in its types, and the faults of the others."""
    if (typed := kept(rows, table)) is not None:
        return typed, _faults()
    import pandera.errors

    try:
        return schema(table).validate(rows, lazy=True), _faults()
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    if cases["index"].isna().any():
        raise AssertionError(f"{file}: its loader breaks the contract of {table}")
    cases = cases.drop_duplicates("index").astype({"index": "int64"}).set_index("index")
    whole = cases["schema_context"] == "DataFrameSchema"
    faults = []
    for (column, reason, of_rows), found in cases.groupby(
        [cases["column"].astype(str).mask(whole, ""), cases["check"].astype(str), whole]
    ):
        if of_rows:
            column, reason = reason.split(": ", 1)
        wrong = rows.loc[found.index]
        faults.append(_faults(wrong.index, column, *_told(wrong, table, column, reason)))
    refused = pd.concat(faults)
    return schema(table).validate(rows.drop(index=refused.index)), refused


def _told(rows: pd.DataFrame, table: str, column: str, reason: str) -> tuple[Any, Any]:
    """The values that break a rule, and why; of a free text and an identifier no value."""
    if column == "period":
        starts, ends = (pd.to_datetime(rows[name]).dt.date for name in ("start", "end"))
        return [f"{start} to {end}" for start, end in zip(starts, ends, strict=True)], reason
    values: Any = "" if _is_free(table, column) else rows[column]
    if reason == "not_nullable":
        own = "; name one in the file, or in the device's entry in its devices.yml"
        return values, "is empty" + (own if column == "product" else "")
    if reason == "is outside the scale":
        scales = zip(rows[column], rows["scale_min"], rows["scale_max"], strict=True)
        return values, [f"{value:g} {reason} {low:g}–{high:g}" for value, low, high in scales]
    if reason.startswith(("coerce_dtype", "dtype")):
        return values, "cannot be read as the column's type"
    return values, reason


def _is_free(table: str, column: str) -> bool:
    """Whether a column holds texts that are not of a list, such as identifiers and labels."""
    shape = TABLES[table].columns[column]
    return shape.kind == "text" and not shape.allowed and column not in ("product", "channel")


def _repeats(rows: pd.DataFrame, table: str, places: np.ndarray, file: str) -> Faults:
    """Rows whose key an earlier row has.

    The first row counts, but in a table whose rows add up: there, two rows of one key with other
    values may be parts (towns, ages) that the table cannot tell apart, and the first part would
    stand as the whole.

    Raises
    ------
    ObservError
        For two such rows.
    """
    key = list(TABLES[table].key)
    own = rows.index.to_series()
    first = own.groupby([rows[name] for name in key], sort=False, dropna=False).transform("first")
    again = own.index[own != first]
    if again.empty:
        return _faults()
    one, other = rows.loc[again], rows.loc[first[again]].set_index(again)
    same = pd.Series(True, index=again)
    for name in rows:
        equal = one[name].eq(other[name]).fillna(False).astype(bool)
        same &= equal | (one[name].isna() & other[name].isna())
    where = [f"row {place}" for place in places[first[again]]]
    reasons = [
        f"repeats {row}" if alike else f"has the key of {row} and other values"
        for row, alike in zip(where, same, strict=True)
    ]
    told = [one[name].map(_shown) for name in key if not _is_free(table, name)]
    values = ["; ".join(filter(None, cells)) for cells in zip(*told, strict=True)] if told else ""
    if TABLES[table].adds_up and not same.all():
        unlike = again[~same]
        two = f"{places[first[unlike[0]]]} and {places[unlike[0]]}"
        more = f", as {len(unlike) - 1} more have" if len(unlike) > 1 else ""
        raise ObservError(
            f"{file}: rows {two} have the same {', '.join(key)} and other values{more}; keep one "
            "row of each: add up the parts (towns, ages, formats) that no column of the table "
            "tells apart, or take the wrong row away"
        )
    return _faults(again, ", ".join(key), values, reasons)


def _seen_before(
    rows: pd.DataFrame, table: str, places: np.ndarray, file: str, seen: Seen
) -> Faults:
    """Rows whose key, or a day that they count, an earlier piece of the export has.

    Raises
    ------
    ObservError
        For such rows of a table whose rows add up, as for those of one piece; also where rows of
        a month tell an area, and others, which may be their total, none.
    """
    if TABLES[table].by_area and (at := seen.mixed(rows)) is not None:
        raise ObservError(
            f"{file}: row {places[rows.index[at]]} and earlier rows of its month differ in telling "
            "an area: take those without one away if they are totals, or name their place"
        )
    again = rows.index[seen.again(rows)]
    if len(again) and TABLES[table].adds_up:
        raise ObservError(
            f"{file}: row {places[again[0]]} counts what an earlier row counts; keep one of them: "
            "add up the parts (towns, ages, formats) that no column of the table tells apart, or "
            "take the wrong row away"
        )
    return _faults(again, ", ".join(TABLES[table].key), "", "repeats an earlier row")


def _beside_areas(rows: pd.DataFrame, table: str, places: np.ndarray) -> Faults:
    """Rows of no area in a month of which others tell one: each may be their total."""
    month = rows[TABLES[table].start].dt.to_period("M")
    told = rows.index.to_series().where(rows["area"].notna())
    first = told.groupby([rows["product"], rows["channel"], month], dropna=False).transform("min")
    wrong = rows.index[rows["area"].isna() & first.notna()]
    reasons = [
        f"is empty, and told in row {row} of the same month: take the row away if it is a total, "
        "or name its place, such as inconnu"
        for row in places[first[wrong].astype(int)]
    ]
    return _faults(wrong, "area", "", reasons)


def _overlaps(rows: pd.DataFrame, table: str, places: np.ndarray) -> Faults:
    """Rows that count days which an earlier row of the same subject counts too."""
    shape = TABLES[table]
    subject = [name for name in shape.key if name not in (shape.start, shape.end)]
    group = rows.groupby(subject, dropna=False, sort=False).ngroup()
    spans = pd.DataFrame({"group": group, "start": rows[shape.start], "end": rows[shape.end]})
    spans = spans.sort_values(["group", "start", "end"], kind="stable")
    found: list[int] = []
    holders: list[int] = []
    last, reached, holder = -1, pd.Timestamp.min, -1
    for position, of, start, end in zip(spans.index, *map(spans.get, spans), strict=True):
        if of == last and start <= reached:
            found.append(position)
            holders.append(holder)
        else:
            last, reached, holder = of, end, position
    refused = spans.loc[found, ["start", "end"]].itertuples(index=False)
    values = [f"{start.date()} to {end.date()}" for start, end in refused]
    reasons = [f"counts days that row {row} counts; keep one of them" for row in places[holders]]
    return _faults(found, f"{shape.start}, {shape.end}", values, reasons)
