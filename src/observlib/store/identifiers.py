"""Identifiers of people's answers, calls and tickets: stored as keyed hashes, never as written.

Who has the store cannot find an identifier by trying them all, as with a plain digest: the key
lies outside it, in `identifiers/` of the data folder or where `OBSERVLIB_KEY_FILE` says. One
identifier of a device has one hash, in all its tables and exports; that of another device differs.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import tables
from observlib.store.ledger import Forgotten

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
