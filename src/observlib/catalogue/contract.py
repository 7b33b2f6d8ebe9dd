"""Holding rows to the contract of their tidy table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_dtype, is_object_dtype, is_scalar

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.base.text import fold, fold_label, words_of_list
from observlib.base.yaml_files import patterns
from observlib.catalogue.tables import TABLES, Column

# --- What the columns of a tidy table are held to, and their types in pandas, pandera and Arrow

if TYPE_CHECKING:
    import pandera.pandas as pa
    import pyarrow

_Rule = tuple[Callable[[pd.Series], pd.Series], str]  # what values keep to, and what is wrong else
_LARGEST = 10**12  # sums of such numbers stay far from the end of 64 bits
_TYPES = {  # of each kind, in pandas and in Arrow
    "text": ("str", "string"),
    "count": ("Int64", "int64"),
    "number": ("float64", "float64"),
    "day": ("datetime64[ns]", "timestamp[ns]"),
    "moment": ("datetime64[ns]", "timestamp[ns]"),
    "flag": ("bool", "bool"),
}


def columns(table: str) -> list[str]:
    """The column names of a tidy table, in order.

    >>> columns("ratings")[:3]
    ['device', 'product', 'channel']
    """
    if table not in TABLES:
        raise ObservError(f"table {table!r} does not exist; tables are {', '.join(TABLES)}")
    return list(TABLES[table].columns)


def _rules(column: Column) -> list[_Rule]:
    """What the values of a column that are there keep to, beside their type."""
    if column.allowed:
        words = ", ".join(column.allowed)
        return [(lambda values: values.isin(column.allowed), f"is not one of {words}")]
    if column.kind == "count":
        return [
            (lambda values: values >= 0, "is negative; counts are 0 or more"),
            (lambda values: values <= _LARGEST, "is larger than anything counted; check the cell"),
        ]
    if column.kind == "number":
        large = "is larger than anything measured; check the cell"
        return [(lambda values: values.between(-_LARGEST, _LARGEST), large)]
    if column.past:
        return [
            (lambda days: days <= _tomorrow(), "lies in the future; check the date"),
            (
                lambda days: days >= pd.Timestamp("1995-01-01"),
                "lies before 1995, when no device existed",
            ),
        ]
    return []


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """The pandera schema of a tidy table, made from its columns in `TABLES`."""
    import pandera.pandas as pa

    shape = TABLES[table]
    whole = [pa.Check(rule.holds, error=f"{rule.about}: {rule.reason}") for rule in shape.rules]
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                _type(column),
                [pa.Check(holds, error=wrong) for holds, wrong in _rules(column)],
                nullable=column.optional,
                coerce=True,
            )
            for name, column in shape.columns.items()
        },
        checks=whole,
        strict=True,
        ordered=True,
    )


def typed_rows(rows: pd.DataFrame, table: str) -> pd.DataFrame | None:
    """Rows in the types of their table, if all keep its schema, which takes 25 ms to say so."""
    shape = TABLES[table]
    try:
        typed = coerce(rows, table)
        if all(_holds(rows[name], typed[name], column) for name, column in shape.columns.items()):
            return typed if all(rule.holds(typed).eq(True).all() for rule in shape.rules) else None
    except (ValueError, TypeError, ArithmeticError):
        pass
    return None


def _holds(written: pd.Series, typed: pd.Series, column: Column) -> bool:
    """Whether all of a column is as its table asks."""
    there = typed.notna()
    if not (whole := there.all()) and not column.optional:
        return False
    if column.kind in ("day", "moment") and not is_datetime64_dtype(written):
        return bool(written.isna().all())
    values = typed if whole else typed[there]
    return all(bool(holds(values).all()) for holds, _ in _rules(column))


def _type(column: Column) -> str:
    return "boolean" if column.kind == "flag" and column.optional else _TYPES[column.kind][0]


def _tomorrow() -> pd.Timestamp:
    """The last day that can have begun somewhere."""
    return pd.Timestamp(date.today()) + pd.Timedelta(days=1)


def coerce(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Rows read back from storage, in the table's column types; nothing is checked again."""
    known = TABLES[table].columns
    typed = {
        name: cells.astype(_type(known[name])) if name in known else cells
        for name, cells in rows.items()
    }
    return pd.DataFrame(typed, rows.index, copy=False)


def arrow_schema(table: str) -> pyarrow.Schema:
    """The columns of a tidy table and their types, as Parquet keeps them."""
    import pyarrow

    kinds = {kind: pyarrow.type_for_alias(name) for kind, (_, name) in _TYPES.items()}
    return pyarrow.schema([(n, kinds[column.kind]) for n, column in TABLES[table].columns.items()])


def empty(table: str) -> pd.DataFrame:
    """A frame of the tidy table with its columns and types and no row."""
    return _empty(table).copy()


@cache
def _empty(table: str) -> pd.DataFrame:
    return coerce(pd.DataFrame(columns=columns(table)), table)


# --- The door of every tidy table: no text that tells of a person comes in, or is shown as refused

_A_NAME = "may be a name; identifiers are numbers, or codes with a digit"
_NAMES = "names a person; write it without, or take the row away"
_TELLS = "is no label but a text, which may tell of someone; write a label, or take the row away"
_LONGEST = 120  # signs of a label

_PATTERNS = patterns(__file__)
_WORD, _PLATE = _PATTERNS["word"], _PATTERNS["plate"]


def fault(text: str, column: Column) -> str | None:
    """Why a text may not stand in a column, or `None` where it may; it is not repeated."""
    why = personal.personal_fault(text, names=not column.cites, identifier=column.person)
    if why is None and not column.person and _PLATE.search(text):
        why = "holds a number plate; write it without, or take the row away"
    if why or column.cites or column.person:
        return why
    if _names_someone(text, whole=column.named):
        return _NAMES
    return _TELLS if column.label and _tells_of_someone(text) else None


def _names_someone(text: str, whole: bool = False) -> bool:
    """Whether a text holds a given name beside another name."""
    if joined := _PATTERNS["joined"].fullmatch(text):
        return any(map(_is_given, joined.groups()))
    words = [*_WORD.finditer(text)]
    if whole:
        if not 2 <= len(words) <= 3:
            return False
        first, last = words[0][0], words[-1][0]
        if not (_is_capital(first) and _is_capital(last)):
            return False
        inverted = "," in text or (first.isupper() and not last.isupper())
        if _is_given(last) and (inverted or _is_given(first)):
            return True
        return _is_given(first) and not _PATTERNS["towns"].fullmatch(fold(first))
    if len(words) == 2 and text.islower() and _WORD.fullmatch(text.split()[0]):
        return _is_given(words[0][0]) and not _PATTERNS["towns"].fullmatch(fold(words[0][0]))
    before = ""
    for one, other in pairwise(words):
        pair = (one[0], other[0])
        beside = _PATTERNS["between"].fullmatch(text[one.end() : other.start()])
        if beside and "." in beside[0] and len(one[0]) > 1:
            beside = None  # a sentence ends there
        honoured = any(_PATTERNS["honours"].fullmatch(fold(word)) for word in (before, one[0]))
        if beside and not honoured and all(map(_is_capital, pair)) and any(map(_is_given, pair)):
            return True
        before = one[0]
    return False


def _tells_of_someone(text: str) -> bool:
    """Whether what should be a label is a text, or says of someone what is private."""
    if len(text) > _LONGEST or "\n" in text or _PATTERNS["sentences"].search(text):
        return True
    plain = fold_label(text)
    kin, life, someone, is_so = (
        _PATTERNS[name].search(plain) for name in ("kin", "life", "someone", "is")
    )
    return bool((kin or (life and someone)) and is_so)


@lru_cache(maxsize=10_000)
def shown_cell(column: str, text: str) -> str:
    """A refused cell as messages repeat it; what may be someone's words or name is hidden."""
    if not text or text.startswith("(not shown"):
        return text
    if personal.personal_fault(text) or _names_someone(text) or _PLATE.search(text):
        return personal.HIDDEN
    if personal.names_things(column):
        return text
    forms = (_PATTERNS[name] for name in ("value", "code", "lone_word"))
    safe = len(text) <= 80 and any(form.fullmatch(text.strip()) for form in forms)
    return text if safe and not any(map(_is_given, _WORD.findall(text))) else personal.HIDDEN


def _is_capital(word: str) -> bool:
    return word[0].isupper() and not _PATTERNS["roman"].fullmatch(word)


def _is_given(word: str) -> bool:
    """Whether a word is a given name, or several such as `Jean-Pierre`."""
    parts = re.split(r"[-'’]", fold(word))
    return all(part in _given_names() for part in parts)


@cache
def _given_names() -> frozenset[str]:
    """The given names of redaction but those that are words as often (a star follows them)."""
    path = Path(__file__).parents[1] / "confidentiality" / "redaction" / "given_names.txt"
    return frozenset(word.removesuffix("+") for word in words_of_list(path) if word[-1] != "*")


if TYPE_CHECKING:
    from observlib.catalogue.tables import Seen

_Faults: TypeAlias = pd.DataFrame  # refused rows by position: `column`, `value` and `reason`
REJECT_COLUMNS = ["file", "row", "column", "value", "reason"]


def no_rejects() -> pd.DataFrame:
    """An empty frame of rejected rows: `file`, `row`, `column`, `value`, `reason`."""
    return _no_rejects().copy()


@cache
def _no_rejects() -> pd.DataFrame:
    return pd.DataFrame(columns=REJECT_COLUMNS, dtype=object)


def reject(file: str, row: int, column: str, value: object, reason: str) -> dict[str, object]:
    """One rejected row; its value, cut at 80 characters, is one that `shown_cell` shows.

    >>> reject("a.csv", 2, "votes", "zoe@exemple.invalid", "is no count")["value"]
    '(not shown: it may tell of someone)'
    """
    text = shown_cell(column, _shown(value))
    return {
        "file": file,
        "row": int(row),
        "column": _impersonal(column),
        "value": text if len(text) <= 80 else text[:79] + "…",
        "reason": reason,
    }


@lru_cache(maxsize=10_000)
def _impersonal(header: str) -> str:  # of which two words in capitals are no name
    return personal.HIDDEN if personal.personal_fault(header) else header


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
    """Split rows into those that meet the table's contract and those rejected, with reasons."""
    rows = rows.reindex(columns=columns(table))
    places = np.asarray(rows.index)
    rows = rows.reset_index(drop=True)
    faults = [*_unwritable_days(rows, table), *_persons(rows, table)]
    rows, broken = _checked(_without(rows, faults), table, file)
    more = [*_repeats(rows, table, places, file)]
    if TABLES[table].by_area and rows["area"].notna().any():
        more.append(_beside_areas(rows, table, places))
    if TABLES[table].by_days:
        more += _overlaps(_without(rows, more), table, places)
    if seen is not None:
        more.append(_seen_before(_without(rows, more), table, places, file, seen))
    faults += [*broken, *more]
    if not faults:
        return rows, no_rejects()
    rows = _without(rows, faults)
    told = pd.concat(faults)
    told = told[~told.index.duplicated()].sort_index()
    cells = zip(places[told.index], told["column"], told["value"], told["reason"], strict=True)
    rejects = pd.DataFrame([reject(file, *cell) for cell in cells], columns=REJECT_COLUMNS)
    return rows.reset_index(drop=True), rejects


def _faults(positions: Any = (), column: Any = "", value: Any = "", reason: Any = "") -> _Faults:
    """Rows that are refused, by position: the column, the value and the reason of each."""
    index = pd.Index(positions, dtype="int64")
    told = {"column": column, "value": value, "reason": reason}
    return pd.DataFrame(told, index=index, dtype=object)


def _without(rows: pd.DataFrame, faults: list[_Faults]) -> pd.DataFrame:
    """The rows that are not refused; themselves, and no copy, where none is."""
    refused = rows.index.isin(pd.concat(faults).index) if faults else np.array(False)
    return rows[~refused] if refused.any() else rows


def _unwritable_days(rows: pd.DataFrame, table: str) -> Iterator[_Faults]:
    """Days that no column of times can hold, which would stop the whole table's check."""
    for name, column in TABLES[table].columns.items():
        if column.kind not in ("day", "moment") or not is_object_dtype(rows[name]):
            continue
        years = pd.Series([getattr(value, "year", np.nan) for value in rows[name]], dtype=float)
        wrong = rows[name][(years < 1900) | (years > 2200)]
        yield _faults(wrong.index, name, wrong, "is no day from 1900 to 2200")


def _persons(rows: pd.DataFrame, table: str) -> Iterator[_Faults]:
    """Rows, which are never shown, with personal data, or an identifier that may be a name."""
    for name, column in TABLES[table].columns.items():
        if column.kind != "text" or column.allowed:
            continue
        texts = rows[name].unique()
        texts = texts[pd.notna(texts)]
        names = set()
        if column.person:
            written = [*map(str, texts.tolist())]
            names, texts = personal.names_among(written), personal.but_codes(written)
        told = {
            cell: why
            for cell in texts
            if (why := _A_NAME if str(cell) in names else fault(str(cell), column))
        }
        if told:
            found = rows.loc[rows[name].isin(told), name]
            yield _faults(found.index, name, personal.HIDDEN, found.map(told))


def _checked(rows: pd.DataFrame, table: str, file: str) -> tuple[pd.DataFrame, list[_Faults]]:
    """Rows that pass the schema, in its types, and the faults of the others."""
    if (typed := typed_rows(rows, table)) is not None:
        return typed, []
    import pandera.errors

    try:
        return schema(table).validate(rows, lazy=True), []
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
    left = _without(rows, faults)
    typed = typed_rows(left, table)
    return schema(table).validate(left) if typed is None else typed, faults


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


def _repeats(rows: pd.DataFrame, table: str, places: np.ndarray, file: str) -> Iterator[_Faults]:
    """Rows whose key an earlier row has; of counts, two of one key may be parts: that stops."""
    key = list(TABLES[table].key)
    if not rows.duplicated(key).any():
        return
    own = rows.index.to_series()
    first = own.groupby([rows[name] for name in key], sort=False, dropna=False).transform("first")
    again = own.index[own != first]
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
    yield _faults(again, ", ".join(key), values, reasons)


def _seen_before(
    rows: pd.DataFrame, table: str, places: np.ndarray, file: str, seen: Seen
) -> _Faults:
    """Rows whose key, or a day that they count, an earlier piece of the export has."""
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


def _beside_areas(rows: pd.DataFrame, table: str, places: np.ndarray) -> _Faults:
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


def _overlaps(rows: pd.DataFrame, table: str, places: np.ndarray) -> Iterator[_Faults]:
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
    if not found:
        return
    refused = spans.loc[found, ["start", "end"]].itertuples(index=False)
    values = [f"{start.date()} to {end.date()}" for start, end in refused]
    reasons = [f"counts days that row {row} counts; keep one of them" for row in places[holders]]
    yield _faults(found, f"{shape.start}, {shape.end}", values, reasons)
