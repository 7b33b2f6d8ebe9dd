"""Corrections as the store reads them: over the parts, which stay as exports gave them."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
from observlib.catalogue import Catalogue, contract, tables
from observlib.catalogue.tables import TABLES
from observlib.loaders import Loaded
from observlib.records.sheets import Correction, CorrectionSheet, load_corrections, misfits
from observlib.store.address import (
    connected,
    escaped,
    file_at,
    of_many,
    parts_query,
    put_part,
    readable,
    sql_name,
    sql_text,
)
from observlib.store.ledger import Export, Ledger, LedgerEntry, check_parts

# --- The Parquet parts: never changed; rows that later exports correct leave by a new part

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection
    from pyarrow.parquet import ParquetWriter

_Hide = Callable[[pd.DataFrame, str], pd.DataFrame]
TEXT_TABLE = "verbatims"
_MOST_REJECTS = 1_000_000  # of one export
_MEMORY = "300MB"  # of DuckDB, which writes to the disk what takes more


@dataclass
class _Received:
    """What an export holds: its rows, in a Parquet file, and what is told of the others."""

    table: str
    file: Path
    rows: int = 0
    forgotten: int = 0
    rejects: pd.DataFrame = field(default_factory=contract.no_rejects)
    notices: tuple[str, ...] = ()
    texts: _Received | None = None  # what people wrote beside, in the table `verbatims`


@contextmanager
def comparing(store: Path) -> Iterator[Connection]:
    """A connection that compares parts in little memory, and writes the rest below the store."""
    import duckdb

    spill = store / ".spill"
    shutil.rmtree(spill, ignore_errors=True)  # what a kill left
    try:
        config: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": str(spill)}
        with connected(store, **config) as connection:
            yield connection
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise ObservError(f"{store}: cannot be written ({said}); it is as it was") from error
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def receive(
    store: Path, path: Path, batches: Iterable[Loaded], hide: _Hide, told: Callable[[int], None]
) -> _Received:
    """Write the rows of an export to a file of the store; `told` how many are read so far.

    Nothing identifies a person as written any more: rows of a table go through `hide`.
    """
    rejects: list[pd.DataFrame] = []
    notices: list[str] = []
    found, writer, read = _Received("", store), None, 0
    texts, texts_writer = _Received(TEXT_TABLE, store), None
    try:
        for batch in batches:
            if writer is None:  # one ingestion at a time writes it
                found, writer = _begin(store, batch.table)
            _write(found, writer, batch.rows, hide)
            if batch.texts is not None:
                if texts_writer is None:
                    texts, texts_writer = _begin(store, TEXT_TABLE)
                    found.texts = texts
                _write(texts, texts_writer, batch.texts, hide)
            notices += batch.notices
            rejects += [batch.rejects] if len(batch.rejects) else []
            if (count := sum(map(len, rejects))) > _MOST_REJECTS:
                raise ObservError(
                    f"{path}: {count:,} rows are rejected, {first_reject(rejects[0])}; mend the "
                    "export"
                )
            read += len(batch.rows) + batch.added
            told(read)
    finally:
        for one in (writer, texts_writer):
            if one is not None:
                one.close()
    if rejects:
        found.rejects = rejects[0] if len(rejects) == 1 else pd.concat(rejects, ignore_index=True)
    found.notices = tuple(notices)
    return found


def _begin(store: Path, table: str) -> tuple[_Received, ParquetWriter]:
    """A new file of a table."""
    import pyarrow.parquet as pq

    found = _Received(table, store / table / "new.parquet")
    files.private_folder(found.file.parent)
    return found, pq.ParquetWriter(found.file, contract.arrow_schema(table))


def _write(found: _Received, writer: ParquetWriter, rows: pd.DataFrame, hide: _Hide) -> None:
    import pyarrow as pa

    if len(rows):
        kept, schema = hide(rows, found.table), contract.arrow_schema(found.table)
        writer.write_table(pa.Table.from_pandas(kept, schema, preserve_index=False))
        found.rows += len(kept)
        found.forgotten += len(rows) - len(kept)


def first_reject(rejects: pd.DataFrame) -> str:
    """The first rejected row, in words."""
    first = rejects.iloc[0]
    why = " ".join(filter(None, (first["column"], first["reason"])))
    return f"such as row {first['row']}: {why}"


class _Extent(NamedTuple):
    """The first and last starts of rows, and their last end; none where there is no row."""

    first: datetime | None
    last_start: datetime | None
    last: datetime | None


def extent(query: Connection, found: _Received) -> _Extent:
    """From when to when an export's rows go."""
    shape = tables.TABLES[found.table]
    start, end = sql_name(shape.start), sql_name(shape.end)
    select = f"SELECT min({start}), max({start}), max({end}) {parts_query(found.table)}"
    return _Extent(*(query.execute(select, [escaped(found.file)]).fetchone() or (None,) * 3))


def put_export(
    query: Connection,
    store: Path,
    entries: list[LedgerEntry],
    place: int,
    export: Export,
    found: _Received,
    made: datetime | None = None,
) -> tuple[list[LedgerEntry], str]:
    """Make an export's rows count at its place in the order of the exports.

    Its rows correct those of the exports before it, and those after it correct its own. A new
    export comes last. One that was read before keeps its place: its rows take that of its earlier
    part, except those that a later export has corrected.
    """
    known = entries[place] if place < len(entries) else None
    first, _, last = extent(query, found)
    span = (first.isoformat(), last.isoformat()) if first and last else None
    amended = [*known.amended] if known else []
    if known and known.table == found.table:  # it is judged anew
        amended += _amended(query, store, known, [("true", [])], found)
    earlier, told = _correct(query, store, entries[:place], export, found, span, amended)
    later = [entry for entry in entries[place + 1 :] if _same_table(entry, export, found.table)]
    spans = known.corrected if known and known.table == found.table else {}
    gone = [_inside(found.table, one) for one in spans.values()]
    for entry in _speaking(query, store, later, found, span):
        part = file_at(store, entry.part)
        gone += [_inside(found.table, entry.span), *_spoken(found.table, part)]
    new, _ = _staying(query, store, found.table, str(found.file), gone, made)
    if found.table != TEXT_TABLE:  # what is refused of texts is told with their export's rows
        _write_rejects(store, export, found.rejects)
    entry = LedgerEntry(
        **vars(export),
        table=found.table,
        rejected=len(found.rejects),
        span=span,
        corrected=spans,
        amended=amended,
        **_named(query, store, export.device, found.table, new or found.file),
    )
    return [*earlier, entry, *entries[place + 1 :]], told


def without(
    query: Connection, store: Path, entry: LedgerEntry, gone: _Condition
) -> tuple[LedgerEntry, int]:
    """An entry whose part has lost the rows that are gone, and how many."""
    new, count = _staying(query, store, entry.table, file_at(store, entry.part), [gone])
    if new is None:
        return entry, 0
    return replace(entry, **_named(query, store, entry.device, entry.table, new)), count


def _same_table(entry: LedgerEntry, export: Export, table: str) -> bool:
    return (entry.device, entry.table) == (export.device, table)


def _correct(
    query: Connection,
    store: Path,
    entries: list[LedgerEntry],
    export: Export,
    found: _Received,
    span: tuple[str, str] | None,
    amended: list[list[str]],
) -> tuple[list[LedgerEntry], str]:
    """Take the rows that an export corrects out of its device's earlier parts, into `amended`."""
    table = found.table
    if span is None:
        return entries, ""
    same = [entry for entry in entries if _same_table(entry, export, table)]
    speaking = {entry.content for entry in _speaking(query, store, same, found, span)}
    kept: list[LedgerEntry] = []
    told: list[str] = []
    for entry in entries:
        if entry in same and (export.content in entry.corrected or entry.content in speaking):
            gone = [_inside(table, span), *_spoken(table, str(found.file))]
            new, count = _staying(query, store, table, file_at(store, entry.part), gone)
            written = {}
            if new:
                amended += _amended(query, store, entry, gone, found)
                written = _named(query, store, entry.device, table, new)
                told.append(f"{count} rows of {entry.name}")
                told[-1] += _changed(query, table, file_at(store, entry.part), found.file)
            corrected = entry.corrected | {export.content: span}
            entry = replace(entry, corrected=corrected, **written)
        kept.append(entry)
    return kept, bounded(told)


def _amended(
    query: Connection, store: Path, entry: LedgerEntry, gone: Sequence[_Condition], found: _Received
) -> list[list[str]]:
    """Products and months of which rows that go are not, as they were, among those that come."""
    part = file_at(store, entry.part)
    away, values = _either(gone, part)
    shape = tables.TABLES[found.table]
    told = ", ".join(sql_name(name) for name in shape.columns if name != "complete")
    former = f"SELECT {told} {parts_query(found.table)}"
    rows = of_many(found.table, f"FROM ({former} WHERE {away} EXCEPT {former})")
    which = query.execute(rows, [escaped(part), *values, escaped(found.file)]).fetchall()
    return [[*names, entry.sha256[:8]] for names in sorted(which)]


def _changed(query: Connection, table: str, former: str, new: Path) -> str:
    """What each month counted and counts now, of rows with one key, where it is another figure."""
    shape = tables.TABLES[table]
    if "complete" not in shape.columns:
        return ""
    count = next(name for name, column in shape.columns.items() if column.kind == "count")
    alike = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in shape.key)
    rows = f"(SELECT * {parts_query(table)})"
    select = f"SELECT strftime(a.start, '%Y-%m'), sum(a.{count}) AS old, sum(b.{count}) AS new "
    select += f"FROM {rows} a JOIN {rows} b ON {alike} GROUP BY 1 HAVING old <> new ORDER BY 1"
    found = query.execute(select, [escaped(former), escaped(new)]).fetchall()
    told = [f"{month}: {count} {old}, now {now}" for month, old, now in found]
    return f" ({bounded(told)})" if told else ""


_Condition = tuple[str, list[Any]]  # in SQL, of the rows of a part, and its values


def _inside(table: str, span: tuple[str, str] | None) -> _Condition:
    """Rows that lie within a span."""
    shape = tables.TABLES[table]
    if span is None:
        return "false", []
    return f"{sql_name(shape.start)} >= ?::TIMESTAMP AND {sql_name(shape.end)} <= ?::TIMESTAMP", [
        *span
    ]


def _spoken(table: str, part: str) -> Iterator[_Condition]:
    """Rows that count a day of which another part speaks."""
    if tables.TABLES[table].by_days:
        mine, theirs = _subjects(table), _subjects(table)
        yield (
            f"file_row_number IN (SELECT a.file_row_number FROM ({mine}) a SEMI JOIN ({theirs}) b "
            f"ON {_alike(table)})",
            [None, escaped(part)],
        )


def _subject(table: str) -> list[str]:
    """The columns that say what a row speaks of: its key, without the days of one `by_days`."""
    shape = tables.TABLES[table]
    days = (shape.start, shape.end) if shape.by_days else ()
    return [name for name in shape.key if name not in days]


def _subjects(table: str) -> str:
    """What the rows of a part speak of: their keys, or the days that they count."""
    shape, names = tables.TABLES[table], [*map(sql_name, _subject(table))]
    if shape.by_days:
        start, end = sql_name(shape.start), sql_name(shape.end)
        names.append(f"unnest(generate_series({start}, {end}, INTERVAL 1 DAY)) AS day")
    return f"SELECT filename, file_row_number, {', '.join(names)} {parts_query(table)}"


def _alike(table: str) -> str:
    shape = tables.TABLES[table]
    names = _subject(table) + ["day"] * shape.by_days
    alike = {name: f"a.{sql_name(name)} IS NOT DISTINCT FROM b.{sql_name(name)}" for name in names}
    if shape.by_area:  # what is told of no area is told of all
        alike["area"] = "(a.area = b.area OR a.area IS NULL OR b.area IS NULL)"
    return " AND ".join(alike.values())


def _speaking(
    query: Connection,
    store: Path,
    entries: Sequence[LedgerEntry],
    found: _Received,
    span: tuple[str, str] | None,
) -> list[LedgerEntry]:
    """The exports that speak of something of which another, that goes over a span, does."""
    entries = [entry for entry in entries if entry.rows]
    shape = tables.TABLES[found.table]
    if span and (shape.by_days or shape.start in shape.key):  # one of other days speaks of none
        entries = [x for x in entries if x.span and x.span[0] <= span[1] and span[0] <= x.span[1]]
    if not entries or not found.rows:
        return []
    subjects = _subjects(found.table)
    select = (
        f"SELECT DISTINCT filename FROM ({subjects}) a SEMI JOIN ({subjects}) b "
        f"ON {_alike(found.table)}"
    )
    parts = readable(store, (entry.part for entry in entries))
    speak = {row[0] for row in query.execute(select, [parts, escaped(found.file)]).fetchall()}
    return [entry for entry in entries if file_at(store, entry.part) in speak]


def _write_rejects(store: Path, export: Export, rejects: pd.DataFrame) -> None:
    path = store / "rejects" / f"{export.device}-{export.content[:12]}.csv"
    if len(rejects):
        texts = ("file", "column", "value", "reason")
        told = rejects.assign(**{name: rejects[name].map(as_cell) for name in texts})
        files.write_text(path, told.to_csv(index=False, lineterminator="\n"))
    else:
        path.unlink(missing_ok=True)


def _staying(
    query: Connection,
    store: Path,
    table: str,
    source: str,
    gone: Sequence[_Condition],
    made: datetime | None = None,
) -> tuple[Path | None, int]:
    """A new file of the rows of another that are not gone, if any is, and how many are."""
    shape = tables.TABLES[table]
    away, values = _either(gone, source)
    late = (
        f"complete AND {sql_name(shape.end)} >= ?" if made and "complete" in shape.columns else ""
    )
    count, late_ones = query.execute(
        f"SELECT count(*) FILTER ({away}), count(*) FILTER ({late or 'false'}) "
        f"{parts_query(table)}",
        [*values, *[made] * bool(late), escaped(source)],
    ).fetchone() or (0, 0)
    if not count and not late_ones:
        return None, 0
    new = store / table / "kept.parquet"
    new.parent.mkdir(exist_ok=True)
    columns = ", ".join(map(sql_name, shape.columns))
    if late:
        columns = columns.replace('"complete"', f"complete AND NOT ({late}) AS complete")
    query.execute(
        f"COPY (SELECT {columns} {parts_query(table)} WHERE NOT coalesce({away}, false) "
        f"ORDER BY file_row_number) TO {sql_text(str(new))} (FORMAT parquet)",
        [*[made] * bool(late), escaped(source), *values],
    )
    return new, count


def _either(gone: Sequence[_Condition], source: str) -> _Condition:
    """Any of some conditions, of the rows of a file."""
    values = [escaped(source) if one is None else one for _, own in gone for one in own]
    return " OR ".join(f"({condition})" for condition, _ in gone) or "false", values


def _named(query: Connection, store: Path, device: str, table: str, new: Path) -> dict[str, Any]:
    """Put a new file where parts stand, named by its digest; what the ledger says of it."""
    shape = tables.TABLES[table]
    whole = "FILTER (complete)" if "complete" in shape.columns else ""
    rows, start, end = query.execute(
        f"SELECT count(*), min({sql_name(shape.start)}) {whole}, "
        f"max({sql_name(shape.end)}) {whole} "
        f"{parts_query(table)}",
        [escaped(new)],
    ).fetchone() or (0, None, None)
    sha256, size = files.file_digest(new), new.stat().st_size
    name = f"{table}/{device}-{sha256[:16]}.parquet"
    new.chmod(0o600)
    put_part(store, new, name, sha256)
    return {
        "part": name,
        "sha256": sha256,
        "size": size,
        "rows": rows,
        "start": start and start.date().isoformat(),
        "end": end and end.date().isoformat(),
    }


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
