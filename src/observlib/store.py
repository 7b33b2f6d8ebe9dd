"""The store: raw exports made into Parquet, each counted once, rejects kept beside.

A data folder holds `store/ledger.json`, which names the files that count and the Parquet part of
each. Parts are never changed: new ones are written under new names, then the ledger is replaced
at once, so that an interruption leaves the store as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import observlib
from observlib import files, tables
from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError, bounded
from observlib.loaders import Loaded, load
from observlib.period import Quarter

Progress = Callable[[int, int, str], None]
DEMONSTRATION = "demonstration.json"


@dataclass
class Ingested:
    """What an ingestion did, for its summary."""

    kind: str
    devices: pd.DataFrame = field(default_factory=pd.DataFrame)
    unclaimed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    rejects: pd.DataFrame = field(default_factory=tables.no_rejects)


def ingest(
    raw: Path, data: Path, catalogue: Catalogue, progress: Progress | None = None
) -> Ingested:
    """Read every export below a folder into the store of a data folder.

    The same export counts once: a file whose content was read before is not read again, even if
    another has corrected it since. An export that repeats keys of an earlier one of its device (the
    same answers, overlapping days) corrects it: the earlier rows within its period are replaced.
    Within one run, exports of a device are taken in the order of their paths. A file that cannot
    be used is a problem and does not stop the others.

    Parameters
    ----------
    raw
        Folder of exports, searched to any depth; hidden files are passed over.
    data
        Data folder; its `store/` is made where absent.
    catalogue
        Its devices claim the files, by `pattern`.
    progress
        Called with files done, files in all and the name of the next.

    Returns
    -------
    Ingested
        `devices` has one row a device: `device`, `files`, `unchanged`, `rows`, `rejected`;
        x

    Raises
    ------
    ObservError
        Where the folder is none, holds both demonstration and real data, the store is of the
        other kind, or cannot be written. The store is then as it was.
    """
    if not raw.is_dir():
        raise ObservError(f"{raw}: is not a folder; name the folder that holds the exports")
    store = data / "store"
    unreadable: list[str] = []
    paths = list(files.below(raw, store, unreadable))
    kind = _kind(raw, paths)
    ledger = _read_ledger(store) or {"kind": kind, "files": []}
    if ledger["files"] and ledger["kind"] != kind:
        raise ObservError(
            f"{raw}: holds {kind} data, and {store} {ledger['kind']} data; the two never share a "
            f"store: name another data folder with --data"
        )
    done = Ingested(kind, problems=unreadable)
    claims: list[tuple[Path, Device]] = []
    for path in paths:
        claiming = [d for d in catalogue.devices.values() if path.match(d.pattern)]
        if len(claiming) == 1:
            claims.append((path, claiming[0]))
        elif claiming:
            done.problems.append(
                f"{path}: is claimed by {' and '.join(d.id for d in claiming)}; "
                f"make their patterns in the catalogue exclude each other"
            )
        elif path.name != DEMONSTRATION:
            done.unclaimed.append(path.relative_to(raw).as_posix())
    counts: dict[str, Counter[str]] = {}
    rejects = [tables.no_rejects()]
    with files.telling_write_errors(store, "the store is as it was"):
        (store / "rejects").mkdir(parents=True, exist_ok=True)
        entries: list[dict[str, Any]] = list(ledger["files"])
        for position, (path, device) in enumerate(claims):
            if progress:
                progress(position, len(claims), path.name)
            count = counts.setdefault(device.id, Counter(files=0, unchanged=0, rows=0, rejected=0))
            count["files"] += 1
            try:
                digest = _digest(path, device)
                if any(entry["digest"] == digest for entry in entries):
                    count["unchanged"] += 1
                    continue
                loaded = load(path, device, catalogue)
            except ObservError as error:
                done.problems += error.problems
                continue
            count["rows"] += len(loaded.rows)
            count["rejected"] += len(loaded.rejects)
            rejects.append(loaded.rejects)
            name = path.relative_to(raw).as_posix()
            done.notices += [f"{name}: {notice}" for notice in loaded.notices]
            entries, replaced = _replace(store, entries, device, loaded)
            if replaced:
                done.replaced.append(f"{name}: corrects {replaced}")
            entries.append(_write_part(store, path, device, digest, loaded))
        _write_ledger(store, {"kind": kind, "files": entries})
    if progress:
        progress(len(claims), len(claims), "")
    done.devices = pd.DataFrame(
        [{"device": device, **count} for device, count in sorted(counts.items())],
        columns=["device", "files", "unchanged", "rows", "rejected"],
    )
    done.rejects = pd.concat(rejects, ignore_index=True)
    return done


def read(
    data: Path, table: str, first: Quarter | None = None, last: Quarter | None = None
) -> pd.DataFrame:
    """A tidy table of the store, with the `source` of each row (`device@digest`).

    Parameters
    ----------
    data
        Data folder.
    table
        Name of the tidy table; empty where no device has fed it.
    first, last
        Keep only rows whose period meets these quarters.

    Raises
    ------
    ObservError
        Where the folder has no store, or the table does not exist.
    """
    import duckdb

    names = tables.columns(table)
    store = data / "store"
    entries = [entry for entry in _ledger(data)["files"] if entry["table"] == table]
    if not entries:
        return tables.empty(table).assign(source=pd.Series(dtype=str))
    shape = tables.TABLES[table]
    limits = {
        f'"{shape.end}" >= ?': first and first.start,
        f'"{shape.start}" < ?': last and (last + 1).start,
    }
    where = " AND ".join([clause for clause, day in limits.items() if day] or ["true"])
    parts = [str(store / entry["part"]) for entry in entries]
    quoted = ", ".join(f'"{name}"' for name in names)
    query = f"SELECT {quoted} FROM read_parquet(?) WHERE {where} ORDER BY ALL"
    days = [day for day in limits.values() if day]
    try:
        with duckdb.connect() as connection:
            found = connection.execute(query, [parts, *days]).df()
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise _damaged(store / table, store) from error
    rows = tables.coerce(found, table)
    return rows.assign(source=rows["device"].map(_sources(entries)).astype(str))


def kind(data: Path) -> str:
    """`demonstration` or `real`: what the store of a data folder is made of."""
    return str(_ledger(data)["kind"])


def digest(data: Path) -> str:
    """Digest of everything that counts in the store: the same for the same data."""
    parts = sorted(f"{entry['digest']} {entry['rows']}" for entry in _ledger(data)["files"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def devices(data: Path) -> pd.DataFrame:
    """What the store holds of each device: `device`, `table`, `rows`, `start`, `end` (days)."""
    entries = pd.DataFrame(
        _ledger(data)["files"], columns=["device", "table", "rows", "start", "end"]
    )
    entries = entries[entries["rows"] > 0]
    return entries.groupby(["device", "table"], as_index=False).agg(
        rows=("rows", "sum"), start=("start", "min"), end=("end", "max")
    )


def latest_quarter(data: Path, today: date) -> Quarter:
    """The latest quarter that had ended before `today` and to whose end the data goes.

    Raises
    ------
    ObservError
        Where the store is empty.
    """
    held = devices(data)
    if held.empty:
        raise ObservError(f"{data}: the store is empty; run `observ ingest` on a folder of exports")
    ends = held["end"].dropna()
    if ends.empty:
        raise ObservError(f"{data}: the store holds no complete period; ingest later exports")
    reached = date.fromisoformat(ends.max())
    return min(Quarter.last_complete(today), Quarter.last_complete(_day_after(reached)))


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _kind(raw: Path, paths: list[Path]) -> str:
    """Whether exports are a demonstration: they, or a folder above, hold its marker."""
    inside = [path for path in paths if path.name == DEMONSTRATION]
    if any((folder / DEMONSTRATION).is_file() for folder in [raw, *raw.resolve().parents]):
        return "demonstration"
    if inside:
        raise ObservError(
            f"{raw}: holds real data and a demonstration ({inside[0].parent}); "
            f"ingest the two apart, each with a data folder of its own"
        )
    return "real"


def _digest(path: Path, device: Device) -> str:
    """What makes an export's rows: its bytes, its device's entry, and this library's version."""
    content = hashlib.sha256(observlib.__version__.encode())
    content.update(device.model_dump_json().encode())
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                content.update(chunk)
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error
    return content.hexdigest()


def _write_part(
    store: Path, path: Path, device: Device, digest: str, loaded: Loaded
) -> dict[str, Any]:
    name = f"{device.id}-{digest[:12]}"
    rejects = store / "rejects" / f"{name}.csv"
    if len(loaded.rejects):
        files.write_text(rejects, loaded.rejects.to_csv(index=False, lineterminator="\n"))
    else:
        rejects.unlink(missing_ok=True)
    entry = {
        "device": device.id,
        "name": path.name,
        "digest": digest,
        "table": loaded.table,
        "rejected": len(loaded.rejects),
    }
    return entry | _write_rows(store, name, loaded.table, loaded.rows)


def _write_rows(store: Path, name: str, table: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Write a Parquet part under a name no other part has; give what the ledger says of it."""
    shape = tables.TABLES[table]
    part = Path(table) / f"{name}.parquet"
    while (store / part).exists():
        part = part.with_name(f"{part.stem}x.parquet")
    (store / part).parent.mkdir(exist_ok=True)
    rows.to_parquet(store / part, index=False)
    whole = rows[rows["complete"]] if "complete" in rows else rows
    return {
        "part": part.as_posix(),
        "rows": len(rows),
        "start": whole[shape.start].min().date().isoformat() if len(whole) else None,
        "end": whole[shape.end].max().date().isoformat() if len(whole) else None,
    }


def _replace(
    store: Path, entries: list[dict[str, Any]], device: Device, loaded: Loaded
) -> tuple[list[dict[str, Any]], str]:
    """Take the rows that new ones correct out of a device's earlier parts."""
    shape = tables.TABLES[loaded.table]
    spoken = _subjects(loaded.rows, loaded.table)
    kept: list[dict[str, Any]] = []
    corrected: list[str] = []
    for entry in entries:
        if (entry["device"], entry["table"]) == (device.id, loaded.table):
            part = store / entry["part"]
            if not spoken.isdisjoint(_part_subjects(part, loaded.table)):
                earlier = _read_part(part)
                first, last = loaded.rows[shape.start].min(), loaded.rows[shape.end].max()
                inside = (earlier[shape.start] >= first) & (earlier[shape.end] <= last)
                if shape.by_days:
                    days = _days(earlier, loaded.table)
                    inside |= pd.array([not spoken.isdisjoint(counted) for counted in days])
                corrected.append(f"{int(inside.sum())} rows of {entry['name']}")
                name = f"{device.id}-{entry['digest'][:12]}"
                entry = entry | _write_rows(store, name, loaded.table, earlier[~inside])
        kept.append(entry)
    return kept, bounded(corrected)


@cache
def _part_subjects(part: Path, table: str) -> frozenset[object]:
    """What a part speaks of. Parts never change, so each is read once."""
    return _subjects(_read_part(part), table)


def _read_part(part: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(part)
    except (OSError, ValueError) as error:
        raise _damaged(part, part.parents[1]) from error


def _subjects(rows: pd.DataFrame, table: str) -> frozenset[object]:
    """What rows speak of, so that two exports of one thing can be told: their keys or days."""
    shape = tables.TABLES[table]
    if shape.by_days:
        return frozenset(day for days in _days(rows, table) for day in days)
    return frozenset(rows[list(shape.key)].itertuples(index=False, name=None))


def _days(rows: pd.DataFrame, table: str) -> Iterator[list[tuple[object, ...]]]:
    """The days that each row counts, each with the row's subject."""
    shape = tables.TABLES[table]
    subject = [name for name in shape.key if name not in (shape.start, shape.end)]
    subjects = rows[subject].fillna("").itertuples(index=False, name=None)
    for names, start, end in zip(subjects, rows[shape.start], rows[shape.end], strict=True):
        yield [(*names, day) for day in pd.date_range(start, end)]


def _sources(entries: list[dict[str, Any]]) -> dict[str, str]:
    made: dict[str, list[str]] = {}
    for entry in entries:
        made.setdefault(entry["device"], []).append(f"{entry['digest']} {entry['rows']}")
    return {
        device: f"{device}@{hashlib.sha256(' '.join(sorted(parts)).encode()).hexdigest()[:8]}"
        for device, parts in made.items()
    }


def _ledger(data: Path) -> dict[str, Any]:
    found = _read_ledger(data / "store")
    if found is None:
        raise ObservError(
            f"{data}: has no store; run `observ ingest FOLDER --data {data}` on a folder of exports"
        )
    return found


def _read_ledger(store: Path) -> dict[str, Any] | None:
    path = store / "ledger.json"
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
        found = {"kind": str(ledger["kind"]), "files": list(ledger["files"])}
        parts = [store / entry["part"] for entry in found["files"]]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ObservError(
            f"{path}: cannot be read ({error.strerror}); name the folder that holds `store`"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, store) from error
    for part in parts:
        if not part.is_file():
            raise _damaged(part, store)
    return found


def _damaged(path: Path, store: Path) -> ObservError:
    return ObservError(
        f"{path}: is missing or damaged; delete the folder {store} and ingest the exports again"
    )


def _write_ledger(store: Path, ledger: dict[str, Any]) -> None:
    """Make the new parts count, then remove those that no longer do."""
    files.write_text(store / "ledger.json", json.dumps(ledger, ensure_ascii=False, indent=1) + "\n")
    live = {store / entry["part"] for entry in ledger["files"]}
    for part in store.glob("*/*.parquet"):
        if part not in live:
            part.unlink(missing_ok=True)
