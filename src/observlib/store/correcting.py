"""Corrections as the store reads them: over the parts, which stay as exports gave them."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from observlib.base import files, kept
from observlib.base.errors import ObservError, bounded
from observlib.base.text import as_cell
from observlib.catalogue import Catalogue, contract
from observlib.catalogue.tables import TABLES
from observlib.loaders import Loaded
from observlib.records.sheets import Correction, CorrectionSheet, load_corrections, misfits
from observlib.store import address
from observlib.store.address import escaped, file_at, parts_query, readable, sql_name, sql_text
from observlib.store.ledger import Export, Ledger, LedgerEntry, check_parts

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection as Connection
    from pyarrow.parquet import ParquetWriter

# --- The Parquet parts: never changed; rows that later exports correct leave by a new part

_Hide = Callable[[pd.DataFrame, str], pd.DataFrame]
_Condition = tuple[str, list[Any]]  # in SQL, of the rows of a part, and its values
_Span = tuple[str, str] | None  # first and last day of rows
TEXT_TABLE = "verbatims"
_MOST_REJECTS = 1_000_000  # of one export
_MEMORY = "300MB"  # of DuckDB, which writes to the disk what takes more


class _Days(NamedTuple):
    """The days of rows, and of those that are complete; none of no row."""

    first: datetime | None = None
    start: datetime | None = None  # of the complete ones
    last_start: datetime | None = None
    last: datetime | None = None
    end: datetime | None = None  # of the complete ones


@dataclass
class Received:
    """What an export holds: its rows, in a Parquet file, and what is told of the others."""

    table: str
    file: Path
    writer: ParquetWriter
    rows: int = 0
    forgotten: int = 0
    days: _Days = field(default_factory=_Days)
    rejects: pd.DataFrame = field(default_factory=contract.no_rejects)
    notices: list[str] = field(default_factory=list)
    texts: Received | None = None  # what people wrote beside, in the table `verbatims`

    def write(self, rows: pd.DataFrame, hide: _Hide) -> None:
        """Add rows to the file, hidden."""
        import pyarrow as pa

        if len(rows):
            kept, schema = hide(rows, self.table), contract.arrow_schema(self.table)
            written = pa.Table.from_pandas(kept, schema, preserve_index=False)
            self.writer.write_table(written)
            self.rows += len(kept)
            self.forgotten += len(rows) - len(kept)
            self.days = _days(written, self.table, self.days)

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: the file is written by then."""
        return vars(self) | {"writer": None}


def _days(rows: pa.Table, table: str, before: _Days) -> _Days:
    """The days of rows, and of those before them."""
    import pyarrow.compute as pc

    shape = TABLES[table]
    whole = rows.filter(rows["complete"]) if "complete" in shape.columns else rows
    of_start, of_end = pc.min_max(rows[shape.start]), pc.max(rows[shape.end])
    ends = [of_start["min"], pc.min(whole[shape.start])]
    ends += [of_start["max"], of_end, pc.max(whole[shape.end])]
    own = [pc.cast(one, "timestamp[us]", safe=False).as_py() for one in ends]
    pick = (min, min, max, max, max)
    pairs = zip(pick, before, own, strict=True)
    return _Days(*(of(filter(None, two), default=None) for of, *two in pairs))


def receive(
    store: Path,
    path: Path,
    batches: Iterable[Loaded],
    hide: _Hide,
    told: Callable[[int], None],
    name: str,
) -> Received:
    """Write the rows of an export, without identifiers (`hide`), to a file of the store."""
    found, read = None, 0
    rejects = [contract.no_rejects()]
    with ExitStack() as opened:
        for batch in batches:
            found = found or _begin(store, batch.table, name, opened)
            found.write(batch.rows, hide)
            if batch.texts is not None:
                found.texts = found.texts or _begin(store, TEXT_TABLE, name, opened)
                found.texts.write(batch.texts, hide)
            found.notices += batch.notices
            rejects += [batch.rejects] if len(batch.rejects) else []
            if (count := sum(map(len, rejects))) > _MOST_REJECTS:
                such = first_reject(pd.concat(rejects))
                raise ObservError(f"{path}: {count:,} rows are rejected, {such}; mend the export")
            read += len(batch.rows) + batch.added
            told(read)
    assert found, "a loader gives a piece at least"
    found.rejects = pd.concat(rejects, ignore_index=True)
    return found


def _begin(store: Path, table: str, name: str, opened: ExitStack) -> Received:
    """A new file of a table: one process of one ingestion at a time writes it."""
    import pyarrow.parquet as pq

    file = store / table / f"{name}.parquet"
    files.private_folder(file.parent)
    writer = pq.ParquetWriter(file, contract.arrow_schema(table))
    return Received(table, file, opened.enter_context(writer))


def first_reject(rejects: pd.DataFrame) -> str:
    """The first rejected row, in words."""
    first = rejects.iloc[0]
    why = " ".join(filter(None, (first["column"], first["reason"])))
    return f"such as row {first['row']}: {why}"


@contextmanager
def comparing(store: Path) -> Iterator[StoreParts]:
    """The parts of a store, compared in little memory; the rest is written below the store."""
    import duckdb

    spill = store / ".spill"
    shutil.rmtree(spill, ignore_errors=True)  # what a kill left
    try:
        config: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": str(spill)}
        with address.connected(store, **config) as connection:
            yield StoreParts(store, connection)
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise ObservError(f"{store}: cannot be written ({said}); it is as it was") from error
    finally:
        shutil.rmtree(spill, ignore_errors=True)


@dataclass(frozen=True)
class StoreParts:
    """The parts of a store, and the connection that compares and writes them."""

    store: Path
    query: Connection

    def rows(self, select: str, *values: Any) -> list[Any]:
        """What a query finds."""
        return self.query.execute(select, [*values]).fetchall()

    def put_export(
        self,
        entries: list[LedgerEntry],
        place: int,
        export: Export,
        found: Received,
        made: datetime | None = None,
    ) -> tuple[list[LedgerEntry], str]:
        """Make an export's rows count at its place in the order of the exports.

        Its rows correct those of the exports before it, and those after it correct its own. A new
        export comes last. One that was read before keeps its place: its rows take that of its
        earlier part, except those that a later export has corrected.
        """
        known = entries[place] if place < len(entries) else None
        days = found.days
        span = (days.first.isoformat(), days.last.isoformat()) if days.first and days.last else None
        amended = [*known.amended] if known else []
        spans = {}
        if known and known.table == found.table:  # it is judged anew
            spans = known.corrected
            amended += self._amended(known, [("true", [])], found)
        earlier, told = self._correct(entries[:place], export, found, span, amended)
        gone = [_inside(found.table, one) for one in spans.values()]
        later = [one for one in entries[place + 1 :] if _is_of(one, export, found.table)]
        for entry in self._speaking(later, found, span):
            spoken = _spoken(found.table, file_at(self.store, entry.part))
            gone += [_inside(found.table, entry.span), *spoken]
        new, _ = self._staying(found.table, str(found.file), gone, made)
        counted = None if new else (found.rows, days.start, days.end)
        if found.table != TEXT_TABLE:  # what is refused of texts is told with their export's rows
            _write_rejects(self.store, export, found.rejects)
        entry = LedgerEntry(
            **vars(export),
            table=found.table,
            rejected=len(found.rejects),
            span=span,
            corrected=spans,
            amended=amended,
            **self._named(export.device, found.table, new or found.file, counted),
        )
        return [*earlier, entry, *entries[place + 1 :]], told

    def without(self, entry: LedgerEntry, gone: _Condition) -> tuple[LedgerEntry, int]:
        """An entry whose part has lost the rows that are gone, and how many."""
        new, count = self._staying(entry.table, file_at(self.store, entry.part), [gone])
        written = self._named(entry.device, entry.table, new) if new else {}
        return replace(entry, **written), count

    def _correct(
        self,
        entries: list[LedgerEntry],
        export: Export,
        found: Received,
        span: _Span,
        amended: list[list[str]],
    ) -> tuple[list[LedgerEntry], str]:
        """Take the rows that an export corrects out of its device's earlier parts."""
        if span is None:
            return entries, ""
        same = [entry for entry in entries if _is_of(entry, export, found.table)]
        speaking = self._speaking(same, found, span)
        gone = [_inside(found.table, span), *_spoken(found.table, str(found.file))]
        kept: list[LedgerEntry] = []
        told: list[str] = []
        for entry in entries:
            if entry in speaking or (export.content in entry.corrected and entry in same):
                part, written = file_at(self.store, entry.part), {}
                new, count = self._staying(found.table, part, gone)
                if new:
                    amended += self._amended(entry, gone, found)
                    written = self._named(entry.device, found.table, new)
                    changed = self._changed(found.table, part, found.file)
                    told.append(f"{count} rows of {entry.name}{changed}")
                corrected = entry.corrected | {export.content: span}
                entry = replace(entry, corrected=corrected, **written)
            kept.append(entry)
        return kept, bounded(told)

    def _amended(
        self, entry: LedgerEntry, gone: Sequence[_Condition], found: Received
    ) -> list[list[str]]:
        """Products and months of which rows that go are not, as they were, among those that come.

        Of rows of many people, or of nobody (see `address.of_many`).
        """
        part = file_at(self.store, entry.part)
        away, values = _either(gone, part)
        names = [sql_name(name) for name in TABLES[found.table].columns if name != "complete"]
        former = f"SELECT {', '.join(names)} {parts_query(found.table)}"
        rows = address.of_many(found.table, f"FROM ({former} WHERE {away} EXCEPT {former})")
        which = self.rows(rows, escaped(part), *values, escaped(found.file))
        return [[*names, entry.sha256[:8]] for names in sorted(which)]

    def _changed(self, table: str, former: str, new: Path) -> str:
        """What each month counted and counts now, of rows with one key, where that differs."""
        shape = TABLES[table]
        if "complete" not in shape.columns:
            return ""
        count = next(name for name, column in shape.columns.items() if column.kind == "count")
        alike = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in shape.key)
        rows = f"(SELECT * {parts_query(table)})"
        select = f"SELECT strftime(a.start, '%Y-%m'), sum(a.{count}) AS old, sum(b.{count}) AS new "
        select += f"FROM {rows} a JOIN {rows} b ON {alike} GROUP BY 1 HAVING old <> new ORDER BY 1"
        found = self.rows(select, escaped(former), escaped(new))
        told = [f"{month}: {count} {old}, now {now}" for month, old, now in found]
        return f" ({bounded(told)})" if told else ""

    def _speaking(
        self, entries: Sequence[LedgerEntry], found: Received, span: _Span
    ) -> list[LedgerEntry]:
        """The exports that speak of something of which another, that goes over a span, does."""
        entries = [entry for entry in entries if entry.rows]
        shape = TABLES[found.table]
        if span and (shape.by_days or shape.start in shape.key):  # one of other days speaks of none
            first, last = span
            entries = [x for x in entries if x.span and x.span[0] <= last and first <= x.span[1]]
        if not entries or not found.rows:
            return []
        parts = readable(self.store, (entry.part for entry in entries))
        select = f"SELECT DISTINCT filename {_semi_join(found.table)}"
        speak = {name for (name,) in self.rows(select, parts, escaped(found.file))}
        return [entry for entry in entries if file_at(self.store, entry.part) in speak]

    def _staying(
        self,
        table: str,
        source: str,
        gone: Sequence[_Condition],
        made: datetime | None = None,
    ) -> tuple[Path | None, int]:
        """A new file of the rows of another that are not gone, if any is, and how many are.

        Of a period that ends after the export was `made`, a row is no longer complete.
        """
        shape = TABLES[table]
        if not (gone or made):
            return None, 0
        away, values = _either(gone, source)
        by_day = [made] if made and "complete" in shape.columns else []
        late = f"complete AND {sql_name(shape.end)} >= ?" if by_day else "false"
        ((count, late_ones),) = self.rows(
            f"SELECT count(*) FILTER ({away}), count(*) FILTER ({late}) {parts_query(table)}",
            *values,
            *by_day,
            escaped(source),
        )
        if not count and not late_ones:
            return None, 0
        new = self.store / table / "kept.parquet"
        new.parent.mkdir(exist_ok=True)
        columns = ", ".join(map(sql_name, shape.columns))
        if by_day:
            columns = columns.replace('"complete"', f"complete AND NOT ({late}) AS complete")
        self.query.execute(
            f"COPY (SELECT {columns} {parts_query(table)} WHERE NOT coalesce({away}, false) "
            f"ORDER BY file_row_number) TO {sql_text(str(new))} (FORMAT parquet)",
            [*by_day, escaped(source), *values],
        )
        return new, count

    def _named(
        self, device: str, table: str, new: Path, told: tuple[Any, ...] | None = None
    ) -> dict[str, Any]:
        """Put a new file where parts stand, named by its digest; what the ledger says of it."""
        shape = TABLES[table]
        if told is None:
            whole = "FILTER (complete)" if "complete" in shape.columns else ""
            ends = f"min({sql_name(shape.start)}) {whole}, max({sql_name(shape.end)}) {whole}"
            (told,) = self.rows(f"SELECT count(*), {ends} {parts_query(table)}", escaped(new))
        rows, start, end = told
        sha256, size = files.file_digest(new), new.stat().st_size
        name = f"{table}/{device}-{sha256[:16]}.parquet"
        new.chmod(0o600)
        address.put_part(self.store, new, name, sha256)
        return {
            "part": name,
            "sha256": sha256,
            "size": size,
            "rows": rows,
            "start": start and start.date().isoformat(),
            "end": end and end.date().isoformat(),
        }


def _is_of(entry: LedgerEntry, export: Export, table: str) -> bool:
    return (entry.device, entry.table) == (export.device, table)


def _inside(table: str, span: _Span) -> _Condition:
    """Rows that lie within a span."""
    start, end = sql_name(TABLES[table].start), sql_name(TABLES[table].end)
    within = f"{start} >= ?::TIMESTAMP AND {end} <= ?::TIMESTAMP"
    return (within, [*span]) if span else ("false", [])


def _either(gone: Sequence[_Condition], source: str) -> _Condition:
    """Any of some conditions, of the rows of a file."""
    values = [escaped(source) if one is None else one for _, own in gone for one in own]
    return " OR ".join(f"({condition})" for condition, _ in gone) or "false", values


def _spoken(table: str, part: str) -> Iterator[_Condition]:
    """Rows that count a day of which another part speaks."""
    if TABLES[table].by_days:
        same = f"SELECT a.file_row_number {_semi_join(table)}"
        yield f"file_row_number IN ({same})", [None, escaped(part)]


def _semi_join(table: str) -> str:
    """The `FROM` of what some parts say of which others speak too: of a key, or of a day."""
    shape = TABLES[table]
    days = (shape.start, shape.end) if shape.by_days else ()
    names = {name: sql_name(name) for name in shape.key if name not in days}
    told = ", ".join(names.values())
    if shape.by_days:
        names["day"] = "day"
        span = ", ".join(map(sql_name, days))
        told += f", unnest(generate_series({span}, INTERVAL 1 DAY)) AS day"
    alike = {name: f"a.{own} IS NOT DISTINCT FROM b.{own}" for name, own in names.items()}
    if shape.by_area:  # what is told of no area is told of all
        alike["area"] = "(a.area = b.area OR a.area IS NULL OR b.area IS NULL)"
    rows = f"SELECT filename, file_row_number, {told} {parts_query(table)}"
    return f"FROM ({rows}) a SEMI JOIN ({rows}) b ON {' AND '.join(alike.values())}"


def _write_rejects(store: Path, export: Export, rejects: pd.DataFrame) -> None:
    path = store / "rejects" / f"{export.device}-{export.content[:12]}.csv"
    if len(rejects):
        texts = ("file", "column", "value", "reason")
        told = rejects.assign(**{name: rejects[name].map(as_cell) for name in texts})
        files.write_text(path, told.to_csv(index=False, lineterminator="\n"))
    else:
        path.unlink(missing_ok=True)


# --- Corrections that people wrote: checked against what the parts hold, and read over it

_Held = tuple[tuple[str, str, str], ...]  # what counts in a store: device, table, part
_Compared = tuple[dict[str, list[Correction]], tuple[str, ...]]  # those in force, and faults
_MOST_CHECKED = 100_000  # corrected rows that are compared with the table's contract
_NO_LONGER = "if the source is mended, delete the file or write `status: mended`"
_NOT_YET = "the source still gives what was wrong; write `status: open`, or ingest its new export"
_NO_ROW = (
    "no row that the source gives lies within these days with these values; mend `first`, `last` "
    "or `where`, or delete the file"
)


def in_force(data: Path, ledger: Ledger) -> dict[str, list[Correction]]:
    """The corrections that are read in place of what sources give, by tidy table."""
    found, problems = _compared(data, ledger)
    ObservError.raise_any(problems)
    return found


def correction_faults(data: Path, ledger: Ledger, catalogue: Catalogue) -> list[str]:
    """All that is wrong with the corrections of a data folder, a line each."""
    problems = [*_compared(data, ledger)[1]]
    for sheet in load_corrections(data, []):
        one = sheet.entry
        if one.column == "product" and one.becomes not in (None, *catalogue.products):
            allowed = ", ".join(catalogue.products)
            problems.append(sheet.at("becomes", f"unknown product; allowed: {allowed}"))
    return problems


def _compared(data: Path, ledger: Ledger) -> _Compared:
    """The corrections, compared with what the parts of a store hold."""
    folder = data / Correction.FOLDER
    if not folder.is_dir():
        return {}, ()
    import duckdb

    written = kept.key(kept.tree(Correction.FOLDER, folder))
    try:
        held = sorted((entry.device, entry.table, entry.part) for entry in ledger.files)
        return _checked(data, written, tuple(held))
    except duckdb.Error as error:
        check_parts(data / "store", ledger.files)
        said = str(error).splitlines()[0]
        raise ObservError(f"{folder}: cannot be compared with the store ({said})") from error


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
    named = {sheet.entry.device for sheet in sheets}
    tables = {device: TEXT_TABLE for device, *_ in held}  # texts stand beside what else it feeds
    tables |= {device: table for device, table, _ in held if table != TEXT_TABLE}

    def parts(device: str) -> list[str]:
        own = (part for *of, part in held if of == [device, tables[device]])
        return readable(data / "store", own)

    with address.connected(data / "store") as query:
        fed = {one: _Fed(table, parts(one), query) for one, table in tables.items() if one in named}
        right: dict[str, list[CorrectionSheet]] = {}
        for sheet in sheets:
            device = sheet.entry.device
            if device in fed:
                own = [*misfits(sheet, fed[device].table)] or [*_guard(fed[device], sheet)]
                yield from own
                if not own and sheet.entry.is_applied:
                    right.setdefault(device, []).append(sheet)
                    found.setdefault(fed[device].table, []).append(sheet.entry)
            elif sheet.entry.is_applied:
                known = ", ".join(sorted(tables)) or "none yet"
                yield sheet.at("device", f"{device!r} gave nothing to the store; allowed: {known}")
        for device, mine in right.items():
            yield from [*_crossing(fed[device], mine)] or [*_refused(fed[device], mine)]


@dataclass(frozen=True)
class _Fed:
    """The table that a device feeds, and its parts as a query reads them."""

    table: str
    parts: list[str]
    query: Connection

    def row(self, select: str, where: str) -> tuple[Any, ...]:
        """What is found of the rows of which something holds."""
        asked = f"SELECT {select} {parts_query(self.table)} WHERE {where}"
        return self.query.execute(asked, [self.parts]).fetchone() or ()


def _guard(fed: _Fed, sheet: CorrectionSheet) -> Iterator[str]:
    """Whether the source gives what a correction says that it wrongly gives."""
    one = sheet.entry
    column = sql_name(one.column) if one.column else "1"
    expected = "true"
    if one.expect is not None:
        expected = f"{column} = {_value(one.expect, fed.table, str(one.column))}"
    total = f"sum({column})::DOUBLE" if one.total is not None else "0"
    asked = f"count(*), count(*) FILTER ({expected}), {total}"
    count, same, summed = fed.row(asked, condition(one, fed.table))
    wrong = count > 0 and (
        same == count
        and (one.total is None or math.isclose(summed or 0, one.total, rel_tol=1e-9))
        and (one.rows is None or count == one.rows)
    )
    if one.status == "mended":
        if wrong:
            yield sheet.at("status", _NOT_YET)
    elif not count:
        yield sheet.at("first", _NO_ROW)
    elif not wrong:
        of = {
            "expect": one.column,
            "total": f"the total of {one.column}",
            "rows": "the number of rows",
        }
        key, given = next((name, v) for name in of if (v := getattr(one, name)) is not None)
        yield sheet.at(key, f"the source no longer gives {given!r} as {of[key]}; {_NO_LONGER}")


def _crossing(fed: _Fed, mine: Sequence[CorrectionSheet]) -> Iterator[str]:
    """Corrections that change the same rows, which would hang on their order."""
    for first, second in combinations(mine, 2):
        one, other = first.entry, second.entry
        if one.column != other.column and not (one.drop or other.drop):
            continue
        both = f"({condition(one, fed.table)}) AND ({condition(other, fed.table)})"
        if any(fed.row("count(*)", both)):
            yield second.at("id", f"changes rows that {one.id!r} changes; make them one, or apart")


def _refused(fed: _Fed, mine: Sequence[CorrectionSheet]) -> Iterator[str]:
    """Corrections after which the table's contract would refuse rows: a key that comes twice."""
    table = fed.table
    names = ", ".join(map(sql_name, contract.columns(table)))
    start, end = sql_name(TABLES[table].start), sql_name(TABLES[table].end)
    corrected = corrected_rows(table, [sheet.entry for sheet in mine])
    for sheet in mine:
        one = sheet.entry
        if one.drop:
            continue
        touched = f"{start} < {_day(one.last)} + INTERVAL 1 DAY AND {end} >= {_day(one.first)}"
        asked = f"SELECT {names} {corrected} WHERE {touched} LIMIT {_MOST_CHECKED}"
        rows = fed.query.execute(asked, [fed.parts]).df()
        try:
            _, rejects = contract.conform(contract.coerce(rows, table), table, str(sheet.path))
        except ObservError as error:
            yield from error.problems
            continue
        if len(rejects):
            told = rejects.iloc[0]
            fault = f"makes rows that the table {table} refuses: {told['column']} {told['reason']}"
            yield sheet.at("column", fault)


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
