"""The store: raw exports made into Parquet, each counted once, rejects kept beside.

A data folder holds `store/ledger.json`, which names the files that count and the Parquet part of
each with its digest. Parts are never changed: new ones are written under new names, then the
ledger is replaced at once, so that an interruption leaves the store as it was. One ingestion at a
time holds `store/lock`; readers hold nothing, and read the new ledger where it was replaced. Parts
may stand at an address instead (see `store.address`).
"""

from observlib.store.forgetting import forget, still_raw
from observlib.store.ingestion import DEMONSTRATION, Ingested, Progress, ingest
from observlib.store.ledger import first_seen
from observlib.store.reading import (
    READ,
    alike,
    amended,
    applied,
    by_day,
    by_month,
    changing,
    check,
    corrections,
    count,
    devices,
    digest,
    digest_of,
    digests,
    exports,
    follow,
    heard,
    kind,
    latest_quarter,
    marks,
    missing,
    open_corrections,
    read,
    received,
    spans,
    status,
    themes,
    told_until,
)

__all__ = [
    "DEMONSTRATION",
    "READ",
    "Ingested",
    "Progress",
    "alike",
    "amended",
    "applied",
    "by_day",
    "by_month",
    "changing",
    "check",
    "corrections",
    "count",
    "devices",
    "digest",
    "digest_of",
    "digests",
    "exports",
    "first_seen",
    "follow",
    "forget",
    "heard",
    "ingest",
    "kind",
    "latest_quarter",
    "marks",
    "missing",
    "open_corrections",
    "read",
    "received",
    "spans",
    "status",
    "still_raw",
    "themes",
    "told_until",
]
