"""Forgetting what a device holds of one respondent, or from before a day, for good."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, tables
from observlib.store import identifiers
from observlib.store.address import file_at, parts_query, parts_that_stand, readable, sql_name
from observlib.store.ingestion import claimed_rows
from observlib.store.ledger import (
    Forgotten,
    Ledger,
    LedgerEntry,
    alone,
    catch_up,
    follow,
    read_ledger,
    write_ledger,
)
from observlib.store.partitions import comparing, without


@dataclass
class Done:
    """What was forgotten: how many rows, in how many files nothing is left, and where something is.

    `raw` are the exports that hold such rows still, with how many, and `unread` those that cannot
    be looked into, or hold rejected rows, which are nobody's that can be told.
    """

    rows: int = 0
    looked: int = 0
    left: list[str] = field(default_factory=list)
    raw: dict[str, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def forget(
    data: Path, device: str, caches: Path, before: date | None = None, respondent: str | None = None
) -> Done:
    """Take rows of a device out of the store and all that was made of them, and prove it.

    What was forgotten is recorded, by a date or a hash, in the store and beside its key: a later
    ingestion of the same export does not bring it back. A kill leaves the store as it was before
    or after.
    """
    store = data / "store"
    follow(store)
    if read_ledger(store) is None:
        raise ObservError(f"{data}: has no store; there is nothing to forget")
    done = Done()
    with files.telling_write_errors(store, "run the command again"), alone(store):
        catch_up(store)
        ledger = read_ledger(store) or Ledger("real", [])
        key = identifiers.store_key(data, ledger.kind, ledger.key)
        what = str(before) if before else identifiers.hashed(respondent or "", device, key)
        kind = "before" if before else "respondent"
        record = Forgotten(device, kind, what, date.today().isoformat())
        known = [one for one in ledger.forgotten if one[:3] != record[:3]]
        shutil.rmtree(caches, ignore_errors=True)
        entries: list[LedgerEntry] = []
        with comparing(store) as query:
            for entry in ledger.files:
                if entry.device == device:
                    entry, count = without(query, store, entry, _condition(entry.table, record))
                    entry = replace(entry, rejected=0, **_spans(entry, before))
                    done.rows += count
                entries.append(entry)
        told = ledger._replace(files=entries, forgotten=(*known, record))
        write_ledger(store, told, at_once=True)
        for path in _rejects(store, device):
            path.unlink()
        shutil.rmtree(caches, ignore_errors=True)  # what ran meanwhile made of the rows
        _prove(store, device, record, respondent, caches, done)
    return done


def _condition(table: str, record: Forgotten) -> tuple[str, list[Any]]:
    """In SQL, which rows of a part are to be forgotten."""
    if record.kind == "before":
        return f"{sql_name(tables.TABLES[table].end)} < ?::TIMESTAMP", [record.what]
    names = identifiers.persons(table)
    same = " OR ".join(f"{sql_name(name)} = ?" for name in names) or "false"
    return same, [record.what] * len(names)


def _spans(entry: LedgerEntry, before: date | None) -> dict[str, Any]:
    """The days that an entry tells of, none of which is before what was forgotten."""
    if before is None:
        return {}
    first = before.isoformat()
    return {
        "span": entry.span and (max(entry.span[0], first), max(entry.span[1], first)),
        "corrected": {
            content: (max(start, first), max(end, first))
            for content, (start, end) in entry.corrected.items()
        },
    }


def _rejects(store: Path, device: str) -> Iterator[Path]:
    """The files of a device's rejected rows."""
    own = re.compile(rf"{re.escape(device)}-[0-9a-f]{{12}}\.csv")
    yield from (path for path in (store / "rejects").glob("*.csv") if own.fullmatch(path.name))


def _prove(
    store: Path, device: str, record: Forgotten, respondent: str | None, caches: Path, done: Done
) -> None:
    """Look for what was forgotten wherever it may be: `left` are the files that hold some."""
    with comparing(store) as query:
        for part in parts_that_stand(store):
            table, _, _ = part.partition("/")
            condition, values = _condition(table, record)
            written = _condition(table, record._replace(what=respondent or record.what))[1]
            found = query.execute(
                f"SELECT count(*) {parts_query(table)} "
                f"WHERE device = ? AND (({condition}) OR ({condition}))",
                [*readable(store, [part]), device, *values, *written],
            ).fetchone()
            done.looked += 1
            done.left += [file_at(store, part)] * bool(found and found[0])
    ledger = (store / "ledger.json").read_text(encoding="utf-8")
    done.left += [str(store / "ledger.json")] * bool(respondent and f'"{respondent}"' in ledger)
    done.left += [str(path) for path in _rejects(store, device)]
    done.left += [str(path) for path in caches.rglob("*") if path.is_file()]
    done.looked += 1


def still_raw(raw: Path, data: Path, device: str, catalogue: Catalogue, done: Done) -> None:
    """Add to what was done which exports below a folder hold what was forgotten of a device."""
    ledger = read_ledger(data / "store") or Ledger("real", [])
    key = identifiers.store_key(data, ledger.kind, ledger.key)
    own = [one for one in ledger.forgotten if one.device == device]
    for name, found in claimed_rows(raw, data / "store", device, catalogue):
        if found is None:
            done.unread.append(f"{name} cannot be read")
            continue
        for one in found:
            rows = identifiers.hashed_rows(one.rows, one.table, device, key)
            if count := int(identifiers.gone(rows, one.table, own).sum()):
                done.raw[name] = done.raw.get(name, 0) + count
        if rejected := sum(len(one.rejects) for one in found):
            done.unread.append(f"{name} has {rejected} rejected, whose people are not known")
