"""The Parquet parts: never changed; rows that later exports correct leave by a new part.

Rows are written a piece after the other and compared by DuckDB, so that an export of any length
takes no more memory than another.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from observlib.base import files
from observlib.base.errors import ObservError, bounded
from observlib.base.text import as_cell
from observlib.catalogue import contract, tables
from observlib.loaders import Loaded
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
from observlib.store.ledger import Export, LedgerEntry

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
