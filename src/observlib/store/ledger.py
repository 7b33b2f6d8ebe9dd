"""The ledger: which exports count in the store, and the Parquet part of each."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from observlib.base import files, git
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue.entries import sheets
from observlib.records.sheets import Correction, Expectation, load_corrections
from observlib.store import address

# --- When sheets were first seen, and whether the data that they speak of were there by then

_PUBLISHED = "published"  # of a data folder: what editions told (`publications`)


def with_sheets(data: Path, ledger: Ledger, problems: list[str]) -> tuple[_Seen, ...]:
    """What a ledger has seen, and what stands in a data folder now that it has not seen yet.

    To be asked before an ingestion reads its exports: an expectation that comes with the data of
    its period was there before them. One that cannot be read is not seen: `problems` gets why.
    """
    known = {(one.sheet, one.digest) for one in ledger.seen}
    new = [one for one in _sheets(data, ledger, problems) if (one.sheet, one.digest) not in known]
    return (*ledger.seen, *new)


def _sheets(data: Path, ledger: Ledger, problems: list[str]) -> Iterator[_Seen]:
    today = date.today().isoformat()
    for sheet in load_corrections(data, []):
        one = sheet.entry
        name = f"{Correction.FOLDER}/{one.id}"
        yield _Seen(name, one.digest, today, False, git.last_change(sheet.path))
    folder = data / Expectation.FOLDER
    for path, own, _ in sheets(folder, Expectation, "a mapping", problems):
        late = _is_late(own, data, ledger)
        name = f"{Expectation.FOLDER}/{own.id}"
        yield _Seen(name, own.digest, today, late, git.last_change(path))


def _is_late(one: Expectation, data: Path, ledger: Ledger) -> bool:
    """Whether data of an expectation's period were ingested, or an edition of it published."""
    period = Quarter(one.period)
    first, after = period.start.isoformat(), (period + 1).start.isoformat()
    held = any(
        entry.device == one.device and entry.span[0] < after and entry.span[1] >= first
        for entry in ledger.files
        if entry.span
    )
    return held or any((data / _PUBLISHED).glob(f"*-{one.period}"))


def first_seen(data: Path) -> dict[str, _Seen]:
    """By the id of each expectation that an ingestion has seen, how it first saw it."""
    ledger = read_ledger(data / "store")
    found: dict[str, _Seen] = {}
    for one in ledger.seen if ledger else ():
        folder, _, name = one.sheet.partition("/")
        if folder == Expectation.FOLDER:
            found.setdefault(name, one)
    return found


LONGEST_WAIT = 1800  # seconds for which an ingestion waits for another


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file of a device, and what its rows are judged by."""

    device: str
    name: str  # of the file
    content: str  # digest of the file's bytes: with the device, what makes it the same export
    digest: str  # of these bytes, the device's entries and the library: what `source` tells
    catalogue: str  # digest of all that its loader is given to judge its rows by
    read: str  # the day on which it was first read
    # its folder, from that of the data; empty: not known; none: it is there no more, or replaced
    place: str | None = ""

    @property
    def same(self) -> tuple[str, str]:
        """Its device and its content: what makes it the same export."""
        return self.device, self.content


@dataclass(frozen=True, kw_only=True)
class LedgerEntry(Export):
    """An export that counts. Entries stand in the order in which exports were first read."""

    table: str
    rejected: int
    span: tuple[str, str] | None  # first and last day of its rows, as it was read
    part: str
    sha256: str  # of the part
    rows: int
    start: str | None  # of the complete periods in the part
    end: str | None
    corrected: dict[str, tuple[str, str]]  # spans of later exports that corrected it, by content
    size: int = 0  # bytes of the part; of those at an address, of which no digest is read
    # Product, month, and the part of former rows of many people to which it gave other values.
    amended: list[list[str]] = field(default_factory=list)

    @property
    def to_mend(self) -> int:
        """How many of its rows are rejected, where it was neither taken away nor replaced."""
        return 0 if self.place is None else self.rejected


class Forgotten(NamedTuple):
    """What was forgotten of a device, and is not to come back: never an identifier as written."""

    device: str
    kind: str  # `before` a day, or of a `respondent`
    what: str  # the day, or the hash of the respondent's identifier
    on: str  # the day on which it was


class _Seen(NamedTuple):
    """A sheet as an ingestion first saw it, before it read any export."""

    sheet: str  # its folder and its `id`
    digest: str  # of all that it says
    on: str  # the day of that ingestion
    late: bool  # whether the store held data of its period by then
    committed: str  # the day of its last change in git; empty where it is in none


class Ledger(NamedTuple):
    """What is in a store: `demonstration` or `real` data, and the exports that count.

    `key` is the mark of the key with which identifiers were hashed; empty in the store of a former
    version, which holds them as they were written. `seen` are the corrections and expectations
    beside it, in the order in which they were first seen. `number` is that of a ledger at an
    address (see `store.address`).
    """

    kind: str
    files: list[LedgerEntry]
    key: str = ""
    forgotten: tuple[Forgotten, ...] = ()
    seen: tuple[_Seen, ...] = ()
    number: int = 0


def read_ledger(store: Path) -> Ledger | None:
    """The ledger of a store, or `None` where there is none."""
    path = store / "ledger.json"
    try:
        told = _checked(path)
        entries, found = [*told["files"]], _without_files(told)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ObservError(
            f"{path}: cannot be read ({error.strerror}); name the folder that holds `store`"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ObservError(_damaged(path, store)) from error
    try:
        return found._replace(files=[LedgerEntry(**entry) for entry in entries])
    except TypeError as error:
        raise ObservError(
            f"{path}: was written by another version of observlib; {begin_again(store)}"
        ) from error


def _without_files(told: Mapping[str, Any]) -> Ledger:
    """A ledger as a file tells it, but for the exports that count."""
    forgotten = tuple(Forgotten(*one) for one in told.get("forgotten", ()))
    seen = tuple(_Seen(*one) for one in told.get("seen", ()))
    key, number = str(told.get("key", "")), int(told.get("number", 0))
    return Ledger(str(told["kind"]), [], key, forgotten, seen, number)


def _checked(path: Path) -> dict[str, Any]:
    """What a ledger says; `ValueError` where it is not as it was written, by its digest."""
    told = dict(json.loads(path.read_text(encoding="utf-8")))
    digest = told.pop("sha256", None)
    if digest != _digest(told) if digest is not None else {*told} - {*Ledger._fields}:
        raise ValueError
    return told


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _text(told: Mapping[str, Any]) -> str:
    """The text of a ledger, with the digest of what it says."""
    return json.dumps({**told, "sha256": _digest(told)}, ensure_ascii=False, indent=1) + "\n"


def new_ledger(store: Path, kind: str) -> Ledger:
    """The ledger of a new store: no export, and what a former one of its kind forgot and saw."""
    path = store.parent / "identifiers" / "forgotten.json"
    try:
        told = _checked(path)
        return _without_files(
            {"kind": kind, "seen": told.get("seen", ())}
            | {name: told[name] for name in ("key", "forgotten")}
        )
    except FileNotFoundError:
        return Ledger(kind, [])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ObservError(
            f"{path}: cannot be read, and says what must not come back; restore it from a copy"
        ) from error


def follow_address(data: Path) -> None:
    """Do as `catch_up` from outside an ingestion: what may move parts waits for its end."""
    store = data / "store"
    with ExitStack() as stack:
        if address.address(store) and (here := read_ledger(store)) and not here.number:
            stack.enter_context(alone(store))
        catch_up(store)


def catch_up(store: Path) -> None:
    """Bring the ledger of a store at an address up to date, and a store of a folder there."""
    if not (where := address.address(store)):
        return
    here = read_ledger(store)
    known = here.number if here else 0
    last = max(address.ledger_numbers(store), default=0)
    if last < known:
        raise ObservError(
            f"{where}: holds ledger {last or 'none'}, and {store} follows {known}: if the address "
            f"is right, delete {store / 'ledger.json'}; else mend {address.SETTING}"
        )
    if last > known:
        files.private_folder(store)
        files.write_text(store / "ledger.json", address.ledger(store, last))
    elif here and not known:
        check_parts(store, here.files, in_folder=True)
        moved = []
        for entry in here.files:
            moved.append(replace(entry, size=address.copy_part(store, entry.part)))
        write_ledger(store, here._replace(files=moved))


def write_ledger(store: Path, ledger: Ledger, *, at_once: bool = False) -> None:
    """Make the new parts count, then remove those that no longer do, and what a kill left.

    `at_once`: all of them, where a reader may still be at the ledger before.
    """
    before = read_ledger(store)
    where = address.address(store)
    is_new = bool(where) and (ledger != before or not ledger.number)
    ledger = ledger._replace(number=ledger.number + is_new)
    told = ledger._asdict() | {"files": [asdict(entry) for entry in ledger.files]}
    text = _text(told)
    if is_new:
        address.publish_ledger(store, text, ledger.number)
    files.write_text(store / "ledger.json", text)
    sheets = ledger.seen if ledger.kind == "real" else ()  # invented ones are seen anew
    if ledger.forgotten or sheets:  # also where a new store begins, with exports that hold it
        beside = store.parent / "identifiers"
        files.uncommitted_folder(beside)
        files.write_text(beside / "forgotten.json", _text(told | {"files": []}))
    if is_new:
        counting = [*ledger.files, *(before.files if before and not at_once else ())]
        address.clear(store, (entry.part for entry in counting), ledger.number, at_once=at_once)
    live = set() if where else {store / entry.part for entry in ledger.files}
    dead = [part for part in store.glob("*/*.parquet") if part not in live]
    for path in [*dead, *store.glob(".ledger.json-*")]:
        with suppress(OSError):  # Windows deletes no open file; the next ingestion will
            path.unlink()


@contextmanager
def alone(store: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Keep other ingestions out of a store; the system lets them in when this process dies."""
    with (store / "lock").open("a", encoding="utf-8") as stream:
        if not files.lock(stream):
            if waiting:
                waiting()
            last = time.monotonic() + LONGEST_WAIT
            while not files.lock(stream):
                if time.monotonic() > last:
                    raise ObservError(
                        f"{store}: another ingestion has been using this store for "
                        f"{LONGEST_WAIT // 60} minutes; run this one again when it has ended"
                    )
                time.sleep(0.05)
        yield


def check_parts(store: Path, entries: Iterable[LedgerEntry], *, in_folder: bool = False) -> None:
    """Raise an error that names each part that is not as it was written; far ones by their size."""
    if not in_folder and (where := address.address(store)):
        sizes = address.store_sizes(store)
        wrong = {entry.part for entry in entries if sizes.get(entry.part) != entry.size}
        if wrong:
            raise ObservError(*(_damaged(f"{where}/{part}", where) for part in sorted(wrong)))
        return
    faults = [_fault(store, entry) for entry in entries]
    ObservError.raise_any(dict.fromkeys(filter(None, faults)))  # each once


def _fault(store: Path, entry: LedgerEntry) -> str:
    """What is wrong with a part in its folder, if anything is."""
    part = store / entry.part
    try:
        return "" if files.file_digest(part) == entry.sha256 else _damaged(part, store)
    except FileNotFoundError:
        return _damaged(part, store)
    except OSError as error:
        return f"{part}: cannot be read ({error.strerror}); give yourself the right to read it"


def _damaged(path: Path | str, store: Path | str) -> str:
    """What is wrong with a missing or damaged file of a store, and how to mend it."""
    return f"{path}: is missing or damaged; {begin_again(store)}"


def begin_again(store: Path | str) -> str:
    """How to mend what only the exports can."""
    return (
        f"delete the folder {store} and ingest the exports again, if you still have them all; "
        f"else restore it from a copy"
    )
