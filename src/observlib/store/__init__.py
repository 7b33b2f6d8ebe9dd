"""The store: raw exports made into Parquet, each counted once, rejects kept beside.

`store/ledger.json` names the files that count and the Parquet part of each with its digest. Parts
are never changed: new ones are written, then the ledger is replaced at once, so that an
interruption leaves the store as it was. One ingestion at a time holds `store/lock`; readers hold
nothing.
"""

from observlib.store.ingestion import DEMONSTRATION_FILE, Ingested, forget, ingest, still_raw
from observlib.store.ledger import first_seen
from observlib.store.reading import (
    TABLES_READ,
    alike,
    amended,
    applied_corrections,
    by_day,
    changing,
    check_store,
    contact_themes,
    corrections_of,
    count_received,
    count_rows,
    devices,
    digest_of,
    exports,
    follow_address,
    heard,
    held_by_month,
    kind,
    latest_quarter,
    marks_given,
    missing_devices,
    open_corrections,
    read,
    spans,
    status,
    store_digest,
    table_digests,
    told_until,
)
