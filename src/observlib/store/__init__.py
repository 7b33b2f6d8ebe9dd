"""The store: raw exports made into Parquet, each counted once, rejects kept beside.

`store/ledger.json` names the files that count and the Parquet part of each with its digest. Parts
are never changed: new ones are written, then the ledger is replaced at once, so that an
interruption leaves the store as it was. One ingestion at a time holds `store/lock`; readers hold
nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue, Device, Questionnaire, contract
from observlib.catalogue.tables import ALIKE, FACT_TABLES, TABLES
from observlib.records.sheets import Correction, load_corrections
from observlib.store.address import connected, of_many, parts_query, readable, sql_name
from observlib.store.correcting import condition, corrected_rows, correction_faults, in_force
from observlib.store.identifiers import forget
from observlib.store.ingestion import DEMONSTRATION_FILE, Ingested, ingest, still_raw
from observlib.store.ledger import (
    Ledger,
    LedgerEntry,
    check_parts,
    first_seen,
    follow_address,
    read_ledger,
)

_T = TypeVar("_T")
_Stamp = tuple[int, int, int] | None  # of a ledger
TABLES_READ: set[str] = set()  # the tables that this process has asked for
_NOTHING = pd.DataFrame()  # of a table that nothing feeds


def read(
    data: Path,
    table: str,
    first: Quarter | None = None,
    last: Quarter | None = None,
    *,
    device: str | None = None,
) -> pd.DataFrame:
    """A tidy table of the store, with the `source` of each row (`device@digest`)."""
    select = f"SELECT {', '.join(map(sql_name, contract.columns(table)))}"
    return _typed(query(data, table, select, "ORDER BY ALL", first, last, device=device), table)


def _typed(found: pd.DataFrame, table: str) -> pd.DataFrame:
    """Rows that a query of a whole table found, in its types."""
    if found.empty:
        return contract.empty(table).assign(source=pd.Series(dtype=str))
    rows = contract.coerce(found.drop(columns="source"), table)
    return rows.assign(source=found["source"])


def kind(data: Path) -> str:
    """`demonstration` or `real`: what the store of a data folder is made of."""
    return _ledger(data).kind


def store_digest(data: Path) -> str:
    """Digest of every part that counts in the store, and of what is corrected of them."""
    TABLES_READ.update(TABLES)
    ledger = _ledger(data)
    told = [one.does for found in in_force(data, ledger).values() for one in found]
    parts = sorted(entry.sha256 for entry in ledger.files)
    return _sha256("\n".join([*parts, *told]))[:16]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def applied_corrections(data: Path, until: date) -> list[Correction]:
    """The corrections that are read in place of what sources gave, of days up to this one."""
    found = [one for own in in_force(data, _ledger(data)).values() for one in own]
    return sorted((one for one in found if one.first <= until), key=lambda one: one.id)


def table_digests(data: Path) -> dict[str, str]:
    """Digest, by table, of all that a query of it depends on; under `kind`, what the data are."""
    stamp = _stamp(data)
    found = in_force(data, _read_ledger(data, stamp))
    told = ((table, one.does) for table, corrections in found.items() for one in corrections)
    return dict(_digests(data, stamp, tuple(told)))


@lru_cache(2)  # a page asks for it once a family
def _digests(data: Path, stamp: _Stamp, corrections: tuple[tuple[str, str], ...]) -> dict[str, str]:
    ledger = _read_ledger(data, stamp)
    facts: dict[str, list[list[object]]] = {}
    for entry in ledger.files:
        shown = [entry.device, entry.digest, entry.sha256, entry.rows, entry.start, entry.end]
        facts.setdefault(entry.table, []).append(shown)
    for table, told in corrections:
        facts[table].append([told])
    made = {name: json.dumps(sorted(found, key=str)) for name, found in facts.items()}
    return {"kind": ledger.kind, **{name: _sha256(text)[:32] for name, text in made.items()}}


def digest_of(data: Path, table: str, device: str) -> str:
    """Digest of all that a query of what a table holds of one device depends on."""
    stamp = _stamp(data)
    entries = _of_devices(data, stamp).get((table, device), [])
    shown = sorted([one.digest, one.sha256, str(one.rows)] for one in entries)
    corrections = in_force(data, _read_ledger(data, stamp)).get(table, [])
    told = [one.does for one in corrections if one.device == device]
    return _sha256(json.dumps([shown, told]))[:32]


@lru_cache(2)
def _of_devices(data: Path, stamp: _Stamp) -> dict[tuple[str, str], list[LedgerEntry]]:
    found: dict[tuple[str, str], list[LedgerEntry]] = {}
    for entry in _read_ledger(data, stamp).files:
        found.setdefault((entry.table, entry.device), []).append(entry)
    return found


def check_store(data: Path) -> None:
    """Check that parts are as they were written, each read whole, and that corrections hold."""
    _settled(data, lambda entries: check_parts(data / "store", entries))
    in_force(data, _ledger(data))


def amended(data: Path, device: str) -> list[tuple[str, str, str, str]]:
    """What was corrected of a device: itself, product, month, and what gave other values.

    A correction in force, or a later export, of rows of many people (see `address.of_many`).
    """
    ledger = _ledger(data)
    found = [
        (product, month, by)
        for one in ledger.files
        if one.device == device
        for product, month, by in one.amended
    ]
    for table, corrections in in_force(data, ledger).items():
        own = [one for one in ledger.files if (one.device, one.table) == (device, table)]
        for one in (one for one in corrections if one.device == device):
            asked = of_many(table, f"{parts_query(table)} WHERE {condition(one, table)}")
            by = _sha256(one.does)[:8]
            with connected(data / "store") as connection:
                parts = readable(data / "store", (entry.part for entry in own))
                which = connection.execute(asked, [parts]).fetchall()
            new = [(str(one.becomes), month) for _, month in which if one.column == "product"]
            found += [(product, month, by) for product, month in (*which, *new)]
    return sorted({(device, *names) for names in found})


def devices(data: Path) -> pd.DataFrame:
    """What the store holds of each device: `device`, `table`, `rows`, `start`, `end` (days)."""
    TABLES_READ.update(TABLES)
    return _devices(data, _stamp(data)).copy()


@lru_cache(2)
def _devices(data: Path, stamp: _Stamp) -> pd.DataFrame:
    files = ((x.device, x.table, x.rows, x.start, x.end) for x in _read_ledger(data, stamp).files)
    entries = pd.DataFrame(files, columns=["device", "table", "rows", "start", "end"])
    entries = entries[entries["rows"] > 0]
    return entries.groupby(["device", "table"], as_index=False).agg(
        rows=("rows", "sum"), start=("start", "min"), end=("end", "max")
    )


def exports(data: Path) -> pd.DataFrame:
    """The exports that count in the store, in the order in which they were first read."""
    columns = ["device", "table", "name", "content", "rows", "rejected", "start", "end", "read"]
    return pd.DataFrame(map(asdict, _ledger(data).files), columns=columns)


def latest_quarter(data: Path, today: date) -> Quarter:
    """The latest quarter that had ended before `today` and to whose end the data goes.

    Figures that others published, counters and populations tell of their own dates, and count
    only where the store holds nothing else.
    """
    held = devices(data)
    if held.empty:
        raise ObservError(f"{data}: the store is empty; run `observ ingest` on a folder of exports")
    listening = held[~held["table"].isin(FACT_TABLES)]
    ends = (held if listening.empty else listening)["end"].dropna()
    if ends.empty:
        raise ObservError(f"{data}: the store holds no complete period; ingest later exports")
    reached = date.fromisoformat(ends.max())
    return min(Quarter.last_complete(today), Quarter.last_complete(reached + timedelta(days=1)))


def query(
    data: Path,
    table: str,
    select: str,
    rest: str,
    first: Quarter | None,
    last: Quarter | None,
    product: str | None = None,
    device: str | None = None,
) -> pd.DataFrame:
    """What a query finds in the parts of a table, with the `source` of each device."""
    import duckdb

    TABLES_READ.add(table)
    store = data / "store"
    shape = TABLES[table]
    limits = {
        f"{sql_name(shape.end)} >= ?": first and first.start,
        f"{sql_name(shape.start)} < ?": last and (last + 1).start,
        "product = ?": product,
        "device = ?": device,
    }
    where = " AND ".join([clause for clause, limit in limits.items() if limit] or ["true"])
    values = [limit for limit in limits.values() if limit]

    def found(entries: list[LedgerEntry]) -> pd.DataFrame:
        corrections = in_force(data, _ledger(data)).get(table, [])
        entries = [x for x in entries if x.table == table and device in (None, x.device)]
        if not entries:
            return _NOTHING
        parts = readable(store, (entry.part for entry in entries))
        try:
            with connected(store) as connection:
                asked = f"{select} {corrected_rows(table, corrections)} WHERE {where} {rest}"
                rows = connection.execute(asked, [parts, *values]).df()
        except (duckdb.Error, UnicodeDecodeError) as error:
            check_parts(store, entries)
            said = str(error).splitlines()[0]
            raise ObservError(f"{store / table}: cannot be queried ({said})") from error
        return rows.assign(source=rows["device"].map(_sources(entries, corrections)).astype(str))

    return _settled(data, found)


def _settled(data: Path, act: Callable[[list[LedgerEntry]], _T]) -> _T:
    """What is made of the parts that count, once no ingestion replaces them meanwhile."""
    while True:
        ledger = _ledger(data)
        try:
            return act(ledger.files)
        except ObservError:
            if _ledger(data) == ledger:
                raise


def _sources(entries: list[LedgerEntry], corrections: Sequence[Correction]) -> dict[str, str]:
    made: dict[str, list[str]] = {}
    for entry in entries:
        made.setdefault(entry.device, []).append(f"{entry.digest} {entry.rows}")
    for one in corrections:
        made.setdefault(one.device, []).append(one.does)
    return {
        device: f"{device}@{_sha256(' '.join(sorted(parts)))[:8]}" for device, parts in made.items()
    }


def _ledger(data: Path) -> Ledger:
    return _read_ledger(data, _stamp(data))


def _stamp(data: Path) -> _Stamp:
    try:
        state = (data / "store" / "ledger.json").stat()
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_size


@lru_cache(2)  # a page asks for it once a query, and an ingestion writes a new file
def _read_ledger(data: Path, stamp: _Stamp) -> Ledger:
    found = read_ledger(data / "store")
    if found is None:
        raise ObservError(
            f"{data}: has no store; run `observ ingest FOLDER --data {data}` on a folder of exports"
        )
    return found


# --- What DuckDB adds up of the store, of however many rows a table is


def alike(
    data: Path, name: str, first: Quarter | None = None, last: Quarter | None = None
) -> pd.DataFrame:
    """A tidy table in which rows that are alike are one, as `ALIKE` has it."""
    wanted = ALIKE[name]
    made = {subject: subject for subject in ("device", "product", "channel")}
    made |= {name: sql or sql_name(name) for name, sql in wanted.columns.items()}
    made |= {count: f"sum({sql_name(count)})::BIGINT" for count in wanted.sums}
    columns = ", ".join(f"{sql} AS {sql_name(column)}" for column, sql in made.items())
    select, rest = f"SELECT {columns}, count(*)::BIGINT AS rows", "GROUP BY ALL ORDER BY ALL"
    found = query(data, wanted.table, select, rest, first, last)
    if found.empty:
        found = contract.empty(wanted.table)[[*made]].assign(rows=0, source="")
    return contract.coerce(found, wanted.table)


def spans(
    data: Path, table: str, first: Quarter | None = None, last: Quarter | None = None
) -> pd.DataFrame:
    """A table of counts by days, of which those that follow each other are one row, their sum.

    They are of one subject, month and completeness, and tell the same columns.
    """
    kinds = {name: column.kind for name, column in TABLES[table].columns.items()}
    counts = [name for name, kind in kinds.items() if kind == "count"]
    alike = [sql_name(name) for name in kinds if name not in (*counts, "start", "end")]
    of = ", ".join(
        [*alike, "date_trunc('month', start)", *(f"{sql_name(name)} IS NULL" for name in counts)]
    )
    days = {name: sql_name(name) for name in kinds}
    days |= {name: f"sum({sql_name(name)})::BIGINT AS {sql_name(name)}" for name in counts}
    days |= {"start": "min(start) AS start", "end": 'max("end") AS "end"'}
    apart = f'start > lag("end") OVER (PARTITION BY {of} ORDER BY start) + INTERVAL 1 DAY'
    select = (
        f"SELECT {', '.join(days.values())} FROM (SELECT *, "
        f"count(*) FILTER (apart) OVER (PARTITION BY {of} ORDER BY start) AS nth "
        f"FROM (SELECT *, {apart} AS apart"
    )
    rest = f")) GROUP BY {of}, nth ORDER BY ALL"
    return _typed(query(data, table, select, rest, first, last), table)


# --- What each device gave day by day, of however many rows a table has

_DAILY: dict[str, dict[str, str]] = load_data(__file__)["daily"]


def by_day(data: Path) -> pd.DataFrame:
    """How much each device gave on each day, and how high marks or how long waits were."""
    asked = {}
    for table, told in _DAILY.items():
        marks, of = f"({told['value']})::DOUBLE", told["of"]
        asked[table] = (
            f"device, coalesce(product, '') AS product, '{table}' AS \"table\", "
            f"date_trunc('day', {told['day']}) AS day, ({told['count']})::DOUBLE AS count, "
            f"avg({marks}) FILTER ({of}) AS value, count({marks}) FILTER ({of}) AS n, "
            f"var_samp({marks}) FILTER ({of}) AS variance"
        )
    columns = ["table", "device", "product", "day", "count", "value", "n", "variance"]
    return _of_tables(data, asked, "GROUP BY ALL ORDER BY ALL", columns, needed=["count"])


def _of_tables(
    data: Path,
    asked: Mapping[str, str],
    rest: str,
    columns: list[str],
    first: Quarter | None = None,
    last: Quarter | None = None,
    needed: Sequence[str] = (),
) -> pd.DataFrame:
    """What is asked of several tables, in some columns, of which those needed are never empty."""
    found = [
        query(data, table, f"SELECT {what}", rest, first, last) for table, what in asked.items()
    ]
    filled = [part[columns] for part in found if len(part)] or [pd.DataFrame(columns=columns)]
    return pd.concat(filled).dropna(subset=[*needed], ignore_index=True)


# --- What the store holds of each device, told without reading its rows


def count_received(
    data: Path, counted: Mapping[str, Sequence[str]], quarter: Quarter
) -> pd.DataFrame:
    """How much each device gave in a quarter: `device`, `table`, `count_rows`, `source`."""
    asked = {}
    for table, names in counted.items():
        what = f"DISTINCT ({', '.join(map(sql_name, names))})" if names else "*"
        asked[table] = f"device, '{table}' AS \"table\", count({what})::BIGINT AS count"
    columns = ["device", "table", "count", "source"]
    return _of_tables(data, asked, "GROUP BY device ORDER BY device", columns, quarter, quarter)


def marks_given(data: Path) -> pd.DataFrame:
    """The marks that the questions of devices were given, each once, on its scale."""
    questions = {"ratings": "question", "responses": "variable AS question"}
    columns = ["device", "question", "value", "scale_min", "scale_max"]
    asked = {
        table: f"DISTINCT device, {question}, value, scale_min, scale_max"
        for table, question in questions.items()
    }
    return _of_tables(data, asked, "ORDER BY ALL", columns, needed=["value"])


def heard(data: Path, first: Quarter, last: Quarter) -> pd.DataFrame:
    """Which devices gave something about which product: `device`, `product`, `source`."""
    asked = dict.fromkeys(TABLES, "DISTINCT device, product")
    columns = ["device", "product", "source"]
    found = _of_tables(data, asked, "ORDER BY device, product", columns, first, last, columns)
    # texts stand beside what their device gave
    return found.drop_duplicates(["device", "product"], ignore_index=True)


def contact_themes(data: Path, first: Quarter, last: Quarter) -> set[tuple[str, str]]:
    """The themes of the calls and tickets of some quarters, each with the device that heard it."""
    asked = dict.fromkeys(("calls", "tickets"), "DISTINCT device, theme")
    columns = ["device", "theme"]
    found = _of_tables(data, asked, "", columns, first, last, columns)
    return {*found.itertuples(index=False, name=None)}


def count_rows(
    data: Path,
    table: str,
    first: Quarter | None = None,
    last: Quarter | None = None,
    *,
    product: str | None = None,
    device: str | None = None,
) -> int:
    """How many rows `read` would give, of however many a table has."""
    select, rest = "SELECT device, count(*)::BIGINT AS rows", "GROUP BY device"
    found = query(data, table, select, rest, first, last, product, device)
    return int(found["rows"].sum()) if len(found) else 0


_NOTICE = 30  # days before a questionnaire changes
GRACE = 15  # days in which an export is made and given, after its period
_MONTHS = {"yearly": 12, "quarterly": 3, "occasional": 0}  # of a device's period; any other: 1
_COLUMNS = ("device", "rhythm", "exports", "first", "last", "expected", "late", "rejected")


def status(data: Path, devices: Iterable[Device], today: date | None = None) -> pd.DataFrame:
    """What each device has given so far, and how late it is."""
    ledger = read_ledger(data / "store")
    given: dict[str, list[LedgerEntry]] = {}
    for entry in ledger.files if ledger else ():
        given.setdefault(entry.device, []).append(entry)
    day = today or date.today()
    rows = [_row(device, given.get(device.id, []), day) for device in devices]
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)


def missing_devices(found: pd.DataFrame) -> list[str]:
    """One line for each device of which something expected is missing."""
    lines = []
    rows = found.to_dict("records")
    for row in sorted(rows, key=lambda row: -(row["late"] or 0)):
        if row["late"] is None and row["rhythm"] != "occasional":
            lines.append(f"{row['device']}: never gave anything; ingest its first export")
        elif row["late"]:
            late = f"{row['late']} day{'s' * (row['late'] > 1)} late"
            lines.append(
                f"{row['device']}: {late}: nothing after {row['last']}, and more was expected by "
                f"{row['expected']}; export and ingest what follows"
            )
    return lines


def changing(
    devices: Iterable[Device], questionnaires: Mapping[str, Questionnaire], today: date
) -> list[str]:
    """One line for each device whose questionnaire changes within a month, or has changed."""
    lines = []
    for device in devices:
        asked = questionnaires.get(device.questionnaire or "")
        if asked and asked.changes_on and asked.changes_on - today <= timedelta(days=_NOTICE):
            verb = "changes" if asked.changes_on > today else "has changed"
            lines.append(
                f"{device.id}: its questionnaire {asked.id} {verb} on {asked.changes_on}; give the "
                "device's later exports a device and questionnaire of their own"
            )
    return lines


class _Corrections(NamedTuple):
    """The corrections of a data folder, as JSON can tell them, and all that is wrong with them."""

    known: list[dict[str, Any]]
    faults: list[str]


def corrections_of(data: Path, catalogue: Catalogue) -> _Corrections:
    """Every correction of a data folder, in the order of names, and what is wrong with any."""
    ledger = read_ledger(data / "store") or Ledger("real", [])
    return _Corrections(_as_json(data), correction_faults(data, ledger, catalogue))


def open_corrections(data: Path) -> list[dict[str, Any]]:
    """The corrections of a data folder that its sources have been asked to mend, and have not."""
    return [told for told in _as_json(data) if told["status"] == "open"]


def _as_json(data: Path) -> list[dict[str, Any]]:
    known = (sheet.entry for sheet in load_corrections(data, []))
    return [one.model_dump(mode="json", exclude_defaults=True) for one in known]


def _row(device: Device, entries: list[LedgerEntry], today: date) -> dict[str, Any]:
    spans = [entry.span for entry in entries if entry.span]
    last = min(max(date.fromisoformat(end[:10]) for _, end in spans), today) if spans else None
    read = max((date.fromisoformat(entry.read) for entry in entries), default=today)
    expected = _next_expected(last, read, device.frequency) if last else None
    late = None if last is None else max((today - expected).days, 0) if expected else 0
    return {
        "device": device.id,
        "rhythm": device.frequency,
        "exports": len(entries),
        "first": min(start for start, _ in spans)[:10] if spans else None,
        "last": last and last.isoformat(),
        "expected": expected and expected.isoformat(),
        "late": late,
        "rejected": sum(entry.to_mend for entry in entries),
    }


def _next_expected(last: date, read: date, rhythm: str) -> date | None:
    """The day by which a device of a rhythm gives more; never, where it is occasional.

    >>> str(_next_expected(date(2026, 9, 30), date(2026, 10, 2), "monthly"))
    '2026-11-15'
    >>> str(_next_expected(date(2026, 9, 14), date(2026, 9, 20), "continuous"))
    '2026-10-15'
    >>> str(_next_expected(date(2026, 7, 1), date(2026, 10, 2), "quarterly"))
    '2027-01-15'
    """
    months = _MONTHS.get(rhythm, 1)
    if not months:
        return None
    covered = told_until(last, read, rhythm)
    return _period_end(covered + timedelta(days=1), months) + timedelta(days=GRACE)


def told_until(last: date, read: date, rhythm: str) -> date:
    """The last day of which a device's exports tell, be it that nothing came on it.

    >>> str(told_until(date(2026, 9, 14), date(2026, 10, 2), "continuous"))
    '2026-09-30'
    >>> str(told_until(date(2026, 9, 14), date(2026, 9, 20), "continuous"))
    '2026-09-14'
    """
    ends = _period_end(last, _MONTHS.get(rhythm, 1) or 1)
    return ends if read > ends else last


def _period_end(day: date, months: int) -> date:
    """The last day of the month, quarter or year of a day."""
    after = day.year * 12 + (day.month - 1) // months * months + months
    return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
