"""Identifiers of people's answers, calls and tickets: stored as keyed hashes, never as written.

Who has the store cannot find an identifier by trying them all, as with a plain digest: the key
lies outside it, in `identifiers/` of the data folder or where `OBSERVLIB_KEY_FILE` says. One
identifier of a device has one hash, in all its tables and exports; that of another device differs.
By it, whoever asks to be forgotten is found, and does not come back.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import tables
from observlib.store import address
from observlib.store import ledger as ledgers
from observlib.store.address import parts_query, readable, sql_name
from observlib.store.correcting import comparing
from observlib.store.ledger import Forgotten, Ledger, LedgerEntry, read_ledger

_FOLDER = "identifiers"  # in a data folder, beside its store
_VARIABLE = "OBSERVLIB_KEY_FILE"
# Of the demonstration, which has no people: its store and figures are the same everywhere.
PUBLIC_KEY = b"observlib's demonstration: public"


def store_key(data: Path, kind: str, mark: str) -> bytes:
    """The key of a data folder's store, which its first ingestion draws."""
    path = Path(os.environ.get(_VARIABLE) or data / _FOLDER / "key")
    if kind == "demonstration":
        key = PUBLIC_KEY
    else:
        if not path.exists() and not mark:
            _draw(path, data)
        key = _read(path)
    if mark and mark != mark_of(key):
        raise ObservError(
            f"{path}: is not the key with which {data / 'store'} was made; restore that key, or "
            "delete the store and ingest the exports again"
        )
    return key


def mark_of(key: bytes) -> str:
    """What tells a key from others, and nothing of it.

    >>> mark_of(b"one") == mark_of(b"one"), mark_of(b"one") == mark_of(b"two")
    (True, False)
    """
    return hashlib.blake2b(b"observlib", key=key, digest_size=8, person=b"mark").hexdigest()


def persons(table: str) -> list[str]:
    """The columns of a table that identify what one person did.

    >>> persons("ratings")
    ['answer_id']
    """
    return [name for name, column in tables.TABLES[table].columns.items() if column.person]


def hashed_rows(rows: pd.DataFrame, table: str, device: str, key: bytes) -> pd.DataFrame:
    """Rows of a device, whose identifiers are their hashes."""
    made = {}
    for name in persons(table):
        hashes = {text: hashed(text, device, key) for text in rows[name].dropna().unique()}
        made[name] = rows[name].map(hashes).astype(rows[name].dtype)
    return rows.assign(**made)


def gone(rows: pd.DataFrame, table: str, records: Sequence[Forgotten]) -> pd.Series:
    """Which rows of a table, with hashed identifiers, were forgotten.

    >>> rows = pd.DataFrame({"answer_id": ["a1", "b2"], "date": pd.Timestamp("2024-05-01")})
    >>> gone(rows, "ratings", [Forgotten("d", "respondent", "b2", "2026-01-01")]).tolist()
    [False, True]
    >>> gone(rows, "ratings", [Forgotten("d", "before", "2024-05-01", "2026-01-01")]).any()
    np.False_
    """
    found = pd.Series(False, index=rows.index)
    for record in records:
        if record.kind == "before":
            found |= rows[tables.TABLES[table].end] < pd.Timestamp(record.what)
        for name in persons(table) if record.kind == "respondent" else ():
            found |= rows[name] == record.what
    return found


def hashed(identifier: str, device: str, key: bytes) -> str:
    """The hash of a device's identifier: 128 bits of BLAKE2b with a key (RFC 7693), in hex.

    >>> one, other = (hashed(name, "jdma", b"secret") for name in ("0x1", "0x2"))
    >>> len(one), one == hashed("0x1", "jdma", b"secret"), one == other
    (32, True, False)
    """
    text = device.encode() + b"\0" + identifier.encode()
    return hashlib.blake2b(text, key=key, digest_size=16).hexdigest()


def _draw(path: Path, data: Path) -> None:
    """Write a new key, for the eyes of its owner alone, and never into a repository."""
    if path.parent == data / _FOLDER:
        files.uncommitted_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{secrets.token_hex(32)}\n")
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise ObservError(
            f"{path}: the key of identifiers cannot be written ({error.strerror}); give yourself "
            f"the right, or name another file by {_VARIABLE}"
        ) from error


def _read(path: Path) -> bytes:
    mend = f"restore it from a copy, or name it by {_VARIABLE}"
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        raise ObservError(
            f"{path}: the key with which the store's identifiers were made is missing; {mend}; "
            "else delete the store and ingest the exports again"
        ) from None
    except OSError as error:
        raise ObservError(
            f"{path}: the key of identifiers cannot be read ({error.strerror}); {mend}"
        ) from error
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ObservError(f"{path}: is no key, which is 64 hexadecimal digits; {mend}")
    return bytes.fromhex(text)


# --- Forgetting what a device holds of one respondent, or from before a day, for good


@dataclass
class Done:
    """What was forgotten: how many rows, in how many files, and where something is left."""

    rows: int = 0
    looked: int = 0
    left: list[str] = field(default_factory=list)
    raw: dict[str, int] = field(default_factory=dict)  # exports that hold such rows, and how many
    unread: list[str] = field(default_factory=list)  # those of which that cannot be told


def forget(
    data: Path, device: str, caches: Path, before: date | None = None, respondent: str | None = None
) -> Done:
    """Take rows of a device out of the store and all that was made of them, and prove it.

    What was forgotten is recorded, by a date or a hash, in the store and beside its key: a later
    ingestion of the same export does not bring it back. A kill leaves the store as it was before
    or after.
    """
    store = data / "store"
    ledgers.follow_address(data)
    if read_ledger(store) is None:
        raise ObservError(f"{data}: has no store; there is nothing to forget")
    done = Done()
    with files.telling_write_errors(store, "run the command again"), ledgers.alone(store):
        ledgers.catch_up(store)
        ledger = read_ledger(store) or Ledger("real", [])
        key = store_key(data, ledger.kind, ledger.key)
        what = str(before) if before else hashed(respondent or "", device, key)
        kind = "before" if before else "respondent"
        record = Forgotten(device, kind, what, date.today().isoformat())
        known = [one for one in ledger.forgotten if one[:3] != record[:3]]
        shutil.rmtree(caches, ignore_errors=True)
        entries: list[LedgerEntry] = []
        with comparing(store) as parts:
            for entry in ledger.files:
                if entry.device == device:
                    entry, count = parts.without(entry, _condition(entry.table, record))
                    entry = replace(entry, rejected=0, **_spans(entry, before))
                    done.rows += count
                entries.append(entry)
        told = ledger._replace(files=entries, forgotten=(*known, record))
        ledgers.write_ledger(store, told, at_once=True)
        for path in _rejects(store, device):
            path.unlink()
        shutil.rmtree(caches, ignore_errors=True)  # what ran meanwhile made of the rows
        _prove(store, device, record, respondent, caches, done)
    return done


def _condition(table: str, record: Forgotten) -> tuple[str, list[Any]]:
    """In SQL, which rows of a part are to be forgotten."""
    if record.kind == "before":
        return f"{sql_name(tables.TABLES[table].end)} < ?::TIMESTAMP", [record.what]
    names = persons(table)
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
    with comparing(store) as parts:
        for part in address.parts_that_stand(store):
            table, _, _ = part.partition("/")
            condition, values = _condition(table, record)
            written = _condition(table, record._replace(what=respondent or record.what))[1]
            ((count,),) = parts.rows(
                f"SELECT count(*) {parts_query(table)} "
                f"WHERE device = ? AND (({condition}) OR ({condition}))",
                *readable(store, [part]),
                device,
                *values,
                *written,
            )
            done.looked += 1
            done.left += [address.file_at(store, part)] * bool(count)
    ledger = (store / "ledger.json").read_text(encoding="utf-8")
    done.left += [str(store / "ledger.json")] * bool(respondent and f'"{respondent}"' in ledger)
    done.left += [str(path) for path in _rejects(store, device)]
    done.left += [str(path) for path in caches.rglob("*") if path.is_file()]
    done.looked += 1
