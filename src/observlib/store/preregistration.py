"""When sheets were first seen, and whether the data that they speak of were there by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from observlib.base import git
from observlib.base.period import Quarter
from observlib.catalogue.mistakes import sheets
from observlib.records import corrections, expectations
from observlib.records.expectations import Expectation
from observlib.store.ledger import Ledger, Seen, read_ledger

_PUBLISHED = "published"  # of a data folder: what editions told (`publications`)


def with_sheets(data: Path, ledger: Ledger, problems: list[str]) -> tuple[Seen, ...]:
    """What a ledger has seen, and what stands in a data folder now that it has not seen yet.

    To be asked before an ingestion reads its exports: an expectation that comes with the data of
    its period was there before them. One that cannot be read is not seen: `problems` gets why.
    """
    known = {(one.sheet, one.digest) for one in ledger.seen}
    new = [one for one in _sheets(data, ledger, problems) if (one.sheet, one.digest) not in known]
    return (*ledger.seen, *new)


def _sheets(data: Path, ledger: Ledger, problems: list[str]) -> Iterator[Seen]:
    today = date.today().isoformat()
    for sheet in corrections.load_corrections(data, []):
        one = sheet.correction
        name = f"{corrections.FOLDER}/{one.id}"
        yield Seen(name, one.digest, today, False, git.last_change(sheet.path))
    folder = data / expectations.FOLDER
    for path, own, _ in sheets(folder, Expectation, "a mapping", problems):
        late = _is_late(own, data, ledger)
        name = f"{expectations.FOLDER}/{own.id}"
        yield Seen(name, own.digest, today, late, git.last_change(path))


def _is_late(one: Expectation, data: Path, ledger: Ledger) -> bool:
    """Whether data of an expectation's period were ingested, or an edition of it published."""
    period = Quarter.parse(one.period)
    first, after = period.start.isoformat(), (period + 1).start.isoformat()
    held = any(
        entry.device == one.device and entry.span[0] < after and entry.span[1] >= first
        for entry in ledger.files
        if entry.span
    )
    return held or any((data / _PUBLISHED).glob(f"*-{one.period}"))


def first_seen(data: Path) -> dict[str, Seen]:
    """By the id of each expectation that an ingestion has seen, how it first saw it."""
    ledger = read_ledger(data / "store")
    found: dict[str, Seen] = {}
    for one in ledger.seen if ledger else ():
        folder, _, name = one.sheet.partition("/")
        if folder == expectations.FOLDER:
            found.setdefault(name, one)
    return found
