"""The Parquet parts: never changed; rows that later exports correct leave by a new part."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import files, tables
from observlib.catalogue import Device
from observlib.errors import bounded
from observlib.loaders import Loaded
from observlib.store.ledger import damaged


def write_part(
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


def replace(
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


@cache
def _part_subjects(part: Path, table: str) -> frozenset[object]:
    """What a part speaks of. Parts never change, so each is read once."""
    return _subjects(_read_part(part), table)


def _read_part(part: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(part)
    except (OSError, ValueError) as error:
        raise damaged(part, part.parents[1]) from error


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
