"""Corrections as the store reads them: over the parts, which stay as exports gave them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, contract
from observlib.catalogue.tables import TABLES
from observlib.records.corrections import Correction, CorrectionSheet, load_corrections, misfits
from observlib.store.address import connected, parts_query, readable, sql_name, sql_text
from observlib.store.ledger import Ledger, check_parts
from observlib.store.partitions import TEXT_TABLE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

_Held = tuple[tuple[str, str, str], ...]  # what counts in a store: device, table, part
_Compared = tuple[dict[str, list[Correction]], tuple[str, ...]]  # those in force, and faults
_MOST_CHECKED = 100_000  # corrected rows that are compared with the table's contract
_NO_LONGER = "if the source is mended, delete the file or write `status: mended`"
_NOT_YET = "the source still gives what was wrong; write `status: open`, or ingest its new export"


def in_force(data: Path, ledger: Ledger) -> dict[str, list[Correction]]:
    """The corrections that are read in place of what sources give, by tidy table."""
    found, problems = _compared(data, ledger)
    if problems:
        raise ObservError(*problems)
    return found


def correction_faults(data: Path, ledger: Ledger, catalogue: Catalogue) -> list[str]:
    """All that is wrong with the corrections of a data folder, a line each."""
    problems = [*_compared(data, ledger)[1]]
    for sheet in load_corrections(data, []):
        one = sheet.correction
        if one.column == "product" and one.becomes not in (None, *catalogue.products):
            allowed = ", ".join(catalogue.products)
            problems.append(sheet.at("becomes", f"unknown product; allowed: {allowed}"))
    return problems


def _compared(data: Path, ledger: Ledger) -> _Compared:
    """The corrections, compared with what the parts of a store hold."""
    if not (data / Correction.FOLDER).is_dir():
        return {}, ()
    import duckdb

    written = kept.key(kept.tree(Correction.FOLDER, data / Correction.FOLDER))
    try:
        held = sorted((entry.device, entry.table, entry.part) for entry in ledger.files)
        return _checked(data, written, tuple(held))
    except duckdb.Error as error:
        check_parts(data / "store", ledger.files)
        said = str(error).splitlines()[0]
        raise ObservError(
            f"{data / Correction.FOLDER}: cannot be compared with the store ({said})"
        ) from error


@lru_cache(2)  # a page asks for it once a query
def _checked(data: Path, written: str, held: _Held) -> _Compared:
    found: dict[str, list[Correction]] = {}
    problems = tuple(_problems(data, held, found))
    return found, problems


def _problems(data: Path, held: _Held, found: dict[str, list[Correction]]) -> Iterator[str]:
    """What is wrong with the corrections; `found` gets those in force, by table."""
    wrong: list[str] = []
    sheets = load_corrections(data, wrong)
    yield from wrong
    if not sheets:
        return
    fed = {device: table for device, table, _ in held if table != TEXT_TABLE}  # texts stand beside
    fed = {device: TEXT_TABLE for device, _, _ in held} | fed
    right: dict[str, list[CorrectionSheet]] = {}
    with connected(data / "store") as query:
        for sheet in sheets:
            device = sheet.correction.device
            if device not in fed:
                if sheet.correction.is_applied:
                    known = ", ".join(sorted(fed)) or "none yet"
                    yield sheet.at(
                        "device", f"{device!r} gave nothing to the store; allowed: {known}"
                    )
                continue
            table, parts = fed[device], _parts(data, held, device, fed[device])
            own = [*misfits(sheet, table)] or [*_guard(query, sheet, table, parts)]
            yield from own
            if not own and sheet.correction.is_applied:
                right.setdefault(device, []).append(sheet)
                found.setdefault(table, []).append(sheet.correction)
        for device, mine in right.items():
            table, parts = fed[device], _parts(data, held, device, fed[device])
            yield from [*_crossing(query, mine, table, parts)] or [
                *_refused(query, mine, table, parts)
            ]


def _parts(data: Path, held: _Held, device: str, table: str) -> list[str]:
    return readable(data / "store", (part for *of, part in held if of == [device, table]))


def _guard(
    query: Connection, sheet: CorrectionSheet, table: str, parts: list[str]
) -> Iterator[str]:
    """Whether the source gives what a correction says that it wrongly gives."""
    one = sheet.correction
    column = sql_name(one.column) if one.column else "1"
    expected = "true"
    if one.expect is not None:
        expected = f"{column} = {_value(one.expect, table, str(one.column))}"
    total = f"sum({column})::DOUBLE" if one.total is not None else "0"
    asked = f"SELECT count(*), count(*) FILTER ({expected}), {total} {parts_query(table)}"
    count, same, summed = query.execute(
        f"{asked} WHERE {condition(one, table)}", [parts]
    ).fetchone() or (0, 0, 0)
    wrong = count > 0 and (
        same == count
        and (one.total is None or math.isclose(summed or 0, one.total, rel_tol=1e-9))
        and (one.rows is None or count == one.rows)
    )
    if one.status == "mended":
        if wrong:
            yield sheet.at("status", _NOT_YET)
    elif not count:
        yield sheet.at(
            "first",
            "no row that the source gives lies within these days with these values; mend "
            "`first`, `last` or `where`, or delete the file",
        )
    elif not wrong:
        key = next(name for name in ("expect", "total", "rows") if getattr(one, name) is not None)
        of = "the number of rows" if key == "rows" else str(one.column)
        of = f"the total of {one.column}" if key == "total" else of
        yield sheet.at(
            key, f"the source no longer gives {getattr(one, key)!r} as {of}; {_NO_LONGER}"
        )


def _crossing(
    query: Connection, mine: Sequence[CorrectionSheet], table: str, parts: list[str]
) -> Iterator[str]:
    """Corrections that change the same rows, which would hang on their order."""
    for first, second in combinations(mine, 2):
        one, other = first.correction, second.correction
        if one.column != other.column and not (one.drop or other.drop):
            continue
        both = f"({condition(one, table)}) AND ({condition(other, table)})"
        found = query.execute(
            f"SELECT count(*) {parts_query(table)} WHERE {both}", [parts]
        ).fetchone()
        if found and found[0]:
            yield second.at("id", f"changes rows that {one.id!r} changes; make them one, or apart")


def _refused(
    query: Connection, mine: Sequence[CorrectionSheet], table: str, parts: list[str]
) -> Iterator[str]:
    """Corrections after which the table's contract would refuse rows: a key that comes twice."""
    applied = [sheet.correction for sheet in mine]
    names = ", ".join(map(sql_name, contract.columns(table)))
    for sheet in mine:
        one = sheet.correction
        if one.drop:
            continue
        start, end = sql_name(TABLES[table].start), sql_name(TABLES[table].end)
        touched = f"{start} < {_day(one.last)} + INTERVAL 1 DAY AND {end} >= {_day(one.first)}"
        rows = query.execute(
            f"SELECT {names} {corrected_rows(table, applied)} WHERE {touched} "
            f"LIMIT {_MOST_CHECKED}",
            [parts],
        ).df()
        try:
            _, rejects = contract.conform(contract.coerce(rows, table), table, str(sheet.path))
        except ObservError as error:
            yield from error.problems
            continue
        if len(rejects):
            told = rejects.iloc[0]
            yield sheet.at(
                "column",
                f"makes rows that the table {table} refuses: {told['column']} {told['reason']}",
            )


def corrected_rows(table: str, corrections: Sequence[Correction]) -> str:
    """The `FROM` of a query of parts, as `parts_query`, with what corrections make of rows."""
    if not corrections:
        return parts_query(table)
    cases: dict[str, list[str]] = {}
    away = ["false"]
    for one in corrections:
        if one.drop or one.column is None:
            away.append(condition(one, table))
            continue
        made = f"{sql_name(one.column)} * {one.times!r}"
        if one.becomes is not None:
            made = _value(one.becomes, table, one.column)
        elif TABLES[table].columns[one.column].kind == "count":
            made = f"CAST(round({made}) AS BIGINT)"
        cases.setdefault(one.column, []).append(f"WHEN {condition(one, table)} THEN {made}")
    new = ", ".join(
        f"CASE {' '.join(whens)} ELSE {sql_name(column)} END AS {sql_name(column)}"
        for column, whens in cases.items()
    )
    chosen = f"* REPLACE ({new})" if new else "*"
    gone = " OR ".join(f"({one})" for one in away)
    return f"FROM (SELECT {chosen} {parts_query(table)} WHERE NOT coalesce({gone}, false))"


def condition(one: Correction, table: str) -> str:
    """In SQL, of which rows a correction speaks."""
    shape = TABLES[table]
    parts = [
        f"device = {sql_text(one.device)}",
        f"{sql_name(shape.start)} >= {_day(one.first)}",
        f"{sql_name(shape.end)} < {_day(one.last)} + INTERVAL 1 DAY",
    ]
    parts += [
        f"{sql_name(name)} = {_value(value, table, name)}" for name, value in one.where.items()
    ]
    return " AND ".join(parts)


def _day(day: date) -> str:
    return f"TIMESTAMP '{day.isoformat()}'"


def _value(value: Any, table: str, name: str) -> str:
    """A value in SQL; of a column of texts it is a text, as `75` of an area."""
    if TABLES[table].columns[name].kind in ("count", "number") and not isinstance(value, str):
        return repr(value)
    return sql_text(str(value))
