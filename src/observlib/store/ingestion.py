"""Reading a folder of exports into the store, by several processes where they are many."""

from __future__ import annotations

import hashlib
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from operator import itemgetter
from pathlib import Path

import pandas as pd

import observlib
from observlib.base import files, processes
from observlib.base.errors import ObservError, bounded
from observlib.base.files import Progress
from observlib.catalogue import Catalogue, Device, contract
from observlib.loaders import Loaded, batches
from observlib.records import coding
from observlib.store import correcting, identifiers
from observlib.store import ledger as ledgers
from observlib.store.address import readable
from observlib.store.correcting import TEXT_TABLE, Received, StoreParts, comparing
from observlib.store.identifiers import Done
from observlib.store.ledger import Export, Forgotten, Ledger, LedgerEntry, read_ledger

DEMONSTRATION_FILE = "demonstration.json"
_MILLION = 10**6
_LIBRARY = Path(observlib.__file__).parent
_MOST_BYTES = 5_000_000_000  # of a file, whatever its loader: a mailbox has the most
_Same = tuple[str, str]  # what makes an export the same: its device, and its content's digest


@dataclass
class Ingested:
    """What an ingestion did, for its summary."""

    kind: str
    devices: pd.DataFrame = field(default_factory=pd.DataFrame)
    unclaimed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    rejects: pd.DataFrame = field(default_factory=contract.no_rejects)


# --- What reads an export into a file of the store


def pieces_of(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
    """What the loader makes of a file; a fault of the loader itself is told as one.

    Whoever ingests cannot mend a loader, and needs the other files: the fault costs one file, and
    fails the command as any problem does. The exception's words may quote a cell: none is shown.
    """
    try:
        yield from batches(path, device, catalogue)
    except ObservError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = [frame for frame in frames if Path(frame.filename).is_relative_to(_LIBRARY)]
        where = f"{Path(places[-1].filename).relative_to(_LIBRARY)}:{places[-1].lineno}"
        raise ObservError(
            f"{path}: was not read, by a fault of observlib and not of the file "
            f"({type(error).__name__} in {where}, loader {device.loader}); please report it"
        ) from error


def known_to(device: Device, catalogue: Catalogue) -> Catalogue:
    """What of the catalogue a device's loader is given, so that no verdict hangs on more."""
    asked = catalogue.questionnaires.get(device.questionnaire or "")
    given = {
        "departments": {},
        "devices": {device.id: device},
        "peers": {},
        "questionnaires": {asked.id: asked} if asked else {},
        "formats": catalogue.formats_of(device),
        "codebook": catalogue.codebook if device.loader == coding.LOADER else {},
    }
    return catalogue.model_copy(update=given)


@dataclass(frozen=True)
class Reader:
    """What reads an export into a file of the store, without identifiers or who is forgotten."""

    store: Path
    catalogue: Catalogue
    key: bytes
    forgotten: Sequence[Forgotten]

    def forgotten_of(self, device: Device) -> list[Forgotten]:
        """What was forgotten of a device."""
        return [one for one in self.forgotten if one.device == device.id]

    def receive(
        self,
        path: Path,
        device: Device,
        progress: Callable[[int], None] = lambda _: None,
        name: str = "new",
    ) -> Received:
        """What an export holds, in a file of a name of its own."""
        key = None if device.loader == coding.LOADER else self.key  # which has those of the store
        hide = partial(_kept, device=device.id, key=key, records=self.forgotten_of(device))
        pieces = pieces_of(path, device, known_to(device, self.catalogue))
        return correcting.receive(self.store, path, pieces, hide, progress, name)


def _kept(
    rows: pd.DataFrame, table: str, device: str, key: bytes | None, records: Sequence[Forgotten]
) -> pd.DataFrame:
    """Rows with hashed identifiers, without those that were forgotten; no key: they are hashed."""
    hidden = rows if key is None else identifiers.hashed_rows(rows, table, device, key)
    return hidden[~identifiers.gone(hidden, table, records)] if records else hidden


# --- Many exports: each process reads one after the other

Awaited = Future[Received | tuple[str, ...]]  # or the problems of one that cannot be used
_FEW = 10  # exports of a process, for which it is worth its start
_MOST_AHEAD = 10_000_000  # of an export: this process reads larger ones, and tells how far it is
_reader: Reader  # of a worker


@contextmanager
def ahead(
    reader: Reader, claims: Sequence[tuple[Path, Device]]
) -> Iterator[dict[tuple[Path, str], Awaited]]:
    """Exports that other processes read, in their order, for as long as the context lasts."""
    small = [(path, own) for path, own in claims if path.stat().st_size <= _MOST_AHEAD]
    count = min(processes.PROCESSES, len(small) // _FEW)
    if count < 2:
        yield {}
        return
    # forks of this process might wait for locks that its threads (of DuckDB, Arrow) held
    method = "forkserver" if sys.platform == "linux" else "spawn"
    with (
        processes.telling_ends("exports"),
        processes.pool(count, _prepare, (reader,), method) as pool,
    ):
        yield {
            (path, own.id): pool.submit(_receive, path, own, f"new-{number}")
            for number, (path, own) in enumerate(small)
        }


def _prepare(reader: Reader) -> None:
    """Begin a worker."""
    global _reader
    _reader = reader
    processes.keep_to_parent(partial(os._exit, 1))


def _receive(path: Path, device: Device, name: str) -> Received | tuple[str, ...]:
    """What an export holds, or its problems, in a worker."""
    try:
        return _reader.receive(path, device, name=name)
    except ObservError as error:
        return error.problems


# --- Which files of a folder of exports are whose


def _claims(
    raw: Path, paths: Iterable[Path], catalogue: Catalogue, done: Ingested
) -> list[tuple[Path, Device]]:
    """The files below a folder that one device claims; `done` gets what is said of the others."""
    found: list[tuple[Path, Device]] = []
    for path in paths:
        if sheet := coding.of_sheet(path.name):  # whatever else may claim its name
            if device := catalogue.devices.get(sheet.device):
                found.append((path, device.model_copy(update={"loader": coding.LOADER})))
            else:
                done.problems.append(
                    f"{path}: is named after the device {sheet.device!r}, which the catalogue does "
                    "not have; give the file the name that `observ code` gave it"
                )
            continue
        claiming = [d for d in catalogue.devices.values() if path.match(d.pattern)]
        if len(claiming) == 1:
            found.append((path, claiming[0]))
        elif claiming:
            done.problems.append(
                f"{path}: is claimed by {' and '.join(d.id for d in claiming)}; "
                f"make their patterns in the catalogue exclude each other"
            )
        elif path.name != DEMONSTRATION_FILE:
            name = path.relative_to(raw).as_posix()
            done.unclaimed.append(name)
            done.notices += [f"{name}: {hint}" for hint in _of_another_kind(path, catalogue)]
    return found


def _of_another_kind(path: Path, catalogue: Catalogue) -> Iterator[str]:
    """What to do about a file that a device would claim if its name ended otherwise."""
    for device in catalogue.devices.values():
        end = Path(device.pattern).suffix
        if end and path.with_suffix(end).match(device.pattern):
            yield (
                f"is not read; exports of {device.id} end with {end}: export it again as such, "
                f"or save it so, in UTF-8, from a spreadsheet"
            )


def claimed_rows(
    raw: Path, store: Path, device: str, catalogue: Catalogue
) -> Iterator[tuple[str, list[Loaded] | None]]:
    """What each export of a device below a folder holds, nothing stored; None of one not read."""
    for path, own in _claims(raw, files.below(raw, store, []), catalogue, Ingested("")):
        if own.id == device:
            try:
                found = [*pieces_of(path, own, known_to(own, catalogue))]
            except ObservError:
                found = None
            yield str(path), found


def ingest(
    raw: Path,
    data: Path,
    catalogue: Catalogue,
    progress: Progress = lambda *_: None,
    waiting: Callable[[], None] | None = None,
) -> Ingested:
    """Read every export below a folder into the store of a data folder.

    The same export counts once, and an export that repeats keys of an earlier one of its device
    (the same answers, overlapping days) corrects it: the earlier rows within its period are
    replaced. Exports have the order in which they were first read; within one run, that of their
    paths. A file that cannot be used is a problem and does not stop the others; so is one of which
    every row is rejected.

    A file whose content was read before is read again only where its verdict may be another:
    rows of it were rejected, or what its loader judges by (the library, the device's entry and
    questionnaire, the products and indicators) has changed. It keeps its place in the order: what
    it corrects are exports before it, what a later export has corrected stays so, and a period
    that had not ended when it was first read stays incomplete; a file that only tells of days
    after that one was read by a clock that was behind, and counts as first read today.

    A right export that is put back after a wrong one counts anew, as the latest: the wrong one had
    corrected it, was read from the same folder, is no more in it, and nothing corrected that one
    since. An export that is only absent undoes nothing.

    One ingestion at a time uses a store; another waits for it.
    """
    if not raw.is_dir():
        raise ObservError(f"{raw}: is not a folder; name the folder that holds the exports")
    store = data / "store"
    unreadable: list[str] = []
    paths = list(files.below(raw, store, unreadable))
    done = Ingested(_kind(raw, paths), problems=unreadable)
    with files.telling_write_errors(store, "the store is as it was"):
        files.uncommitted_folder(store)
        with ledgers.alone(store, waiting):
            ledgers.catch_up(store)
            ledger = read_ledger(store) or ledgers.new_ledger(store, done.kind)
            _check_kind(raw, store, ledger, done.kind)
            made = ledger.files or ledger.forgotten
            key = identifiers.store_key(data, done.kind, ledger.key if made else "")
            ledgers.check_parts(store, ledger.files)
            seen = ledgers.with_sheets(data, ledger, done.problems)
            (store / "rejects").mkdir(exist_ok=True)
            claims = _claims(raw, paths, catalogue, done)
            with comparing(store) as parts:
                reader = Reader(store, catalogue, key, ledger.forgotten)
                entries = _Reading(raw, reader, parts, done, progress, ledger.files).read(claims)
            mark = identifiers.mark_of(key)
            written = ledger._replace(kind=done.kind, files=entries, key=mark, seen=seen)
            ledgers.write_ledger(store, written)
        done.problems += correcting.correction_faults(data, written, catalogue)
    progress(len(claims), len(claims), "")
    return done


def _check_kind(raw: Path, store: Path, ledger: Ledger, kind: str) -> None:
    """Stop before a store that holds other data, or is of a former version."""
    if ledger.files and ledger.kind != kind:
        raise ObservError(
            f"{raw}: holds {kind} data, and {store} {ledger.kind} data; the two never "
            f"share a store: name another data folder with --data"
        )
    if ledger.files and not ledger.key:
        raise ObservError(
            f"{store}: was made by a former version, with identifiers as they were "
            f"written; {ledgers.begin_again(store)}"
        )


@dataclass
class _Reading:
    """The reading of a folder: the entries that count so far, and what is told of the others."""

    raw: Path
    reader: Reader
    parts: StoreParts
    done: Ingested
    progress: Progress
    entries: list[LedgerEntry]
    taken: set[_Same] = field(default_factory=set)  # in this run
    there: set[_Same] = field(default_factory=set)  # in the folder, or in a file not to be read
    back: list[_Same] = field(default_factory=list)  # those that are put back after a wrong one
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    rejects: list[pd.DataFrame] = field(default_factory=lambda: [contract.no_rejects()])

    def __post_init__(self) -> None:
        self.places = _places(self.entries)

    def read(self, claims: list[tuple[Path, Device]]) -> list[LedgerEntry]:
        """Read what is new or may be judged anew; give the entries that count, tell the rest."""
        exports: dict[tuple[Path, str], Export] = {}
        if claims:  # exports of gigabytes take a while to be told from what is known
            self.progress(0, len(claims), claims[0][0].name)
        for path, device in claims:
            with suppress(ObservError):  # which is told below
                exports[path, device.id] = self._export(path, device)
        folder = _place(self.raw, self.parts.store)
        if len(exports) == len(claims):
            self.back = _put_back(self.entries, exports.values(), folder)
        if self.back:  # they are read first, as they came
            order = {same: number for number, same in enumerate(self.back)}
            turns = {one: order.get(of.same, len(order)) for one, of in exports.items()}
            claims = sorted(claims, key=lambda claim: turns[claim[0], claim[1].id])
        with ahead(self.reader, self._to_read(claims, exports)) as jobs:
            for position, (path, device) in enumerate(claims):
                self.progress(position, len(claims), path.name)
                self._count(device)["files"] += 1
                told = partial(self._tell_rows, position, len(claims), path.name)
                try:
                    export = exports.get((path, device.id)) or self._export(path, device)
                    found = self._received(path, device, export, told, jobs)
                except ObservError as error:
                    self.done.problems += error.problems
                    self.there |= {one.same for one in self.entries if one.name == path.name}
                    continue
                if found:
                    self._put(path, device, export, found)
        if any(entry.to_mend for entry in self.entries):
            self.entries = [*_settled(folder, self.entries, self.there, self.done)]
        self._tell()
        return self.entries

    def _export(self, path: Path, device: Device) -> Export:
        return _export(path, device, known_to(device, self.reader.catalogue), self.parts.store)

    def _count(self, device: Device) -> Counter[str]:
        nothing = Counter(files=0, unchanged=0, rows=0, rejected=0)
        return self.counts.setdefault(device.id, nothing)

    def _tell_rows(self, done: int, total: int, name: str, rows: int) -> None:
        """Tell how far a long export is read, million by million."""
        if rows >= _MILLION:
            self.progress(done, total, f"{name}, {rows // _MILLION} million rows")

    def _before(self, export: Export) -> LedgerEntry | None:
        """The entry of an export that was read before."""
        place = self.places.get(export.same)
        return None if place is None else self.entries[place]

    def _is_settled(self, export: Export) -> bool:
        """Whether an export was read before, and would be read as it was."""
        before = self._before(export)
        alike = before and before.catalogue == export.catalogue and not before.rejected
        return bool(alike) and export.same not in self.back

    def _to_read(
        self, claims: list[tuple[Path, Device]], exports: Mapping[tuple[Path, str], Export]
    ) -> list[tuple[Path, Device]]:
        """The exports that are to be read, each content once."""
        asked: dict[_Same, tuple[Path, Device]] = {}
        for path, device in claims:
            export = exports.get((path, device.id))
            if export and not self._is_settled(export):
                asked.setdefault(export.same, (path, device))
        return [*asked.values()]

    def _received(
        self,
        path: Path,
        device: Device,
        export: Export,
        told: Callable[[int], None],
        jobs: dict[tuple[Path, str], Awaited],
    ) -> Received | None:
        """What an export holds; nothing of one that need not be read again."""
        self.there.add(export.same)
        before = self._before(export)
        if export.same in self.taken or self._is_settled(export):
            self._count(device)["unchanged"] += 1
            if before and path.name != before.name and (by := _corrector(before, self.entries)):
                self.done.notices.append(
                    f"{path.name}: is {before.name}, which {by.name} has corrected since; if "
                    f"{by.name} is wrong, delete it and ingest the folder again"
                )
            return None
        job = jobs.pop((path, device.id), None)
        found = job.result() if job else self.reader.receive(path, device, told)
        if isinstance(found, tuple):
            raise ObservError(*found)
        return found

    def _put(self, path: Path, device: Device, export: Export, found: Received) -> None:
        """Make the rows of an export count, and tell what that changes."""
        same, name = export.same, path.relative_to(self.raw).as_posix()
        if same in self.back:
            self.entries = [one for one in self.entries if one.same != same]
            self.places = _places(self.entries)
        before = self._before(export)
        self.taken.add(same)
        place = self.places.setdefault(same, len(self.entries))
        if self.reader.forgotten_of(device):  # a refused row may be of one who is forgotten
            found.rejects = found.rejects.assign(value="")
        if not (found.rows or found.forgotten) and len(found.rejects):
            self.done.problems.append(
                f"{path}: every row is rejected, {correcting.first_reject(found.rejects)}; mend "
                "them, and ingest the file again"
            )
        made = None
        if before:
            first, last = found.days.first, found.days.last_start
            if not first or first <= datetime.fromisoformat(before.read):
                export = replace(export, read=before.read)
            if device.extracted is None and last:
                made = max(datetime.fromisoformat(export.read), last)
        entries, corrected = self.parts.put_export(self.entries, place, export, found, made)
        self.entries = self._with_texts(entries, export, found.texts)
        count = self._count(device)
        count["rejected"] += len(found.rejects)
        self.rejects.append(found.rejects)
        if before and _shows(before) == _shows(self.entries[self.places[same]]) and not corrected:
            count["unchanged"] += 1
            return
        count["rows"] += found.rows
        self.done.notices += [f"{name}: {notice}" for notice in found.notices]
        if corrected:
            self.done.replaced.append(f"{name}: corrects {corrected}")

    def _with_texts(
        self, entries: list[LedgerEntry], export: Export, texts: Received | None
    ) -> list[LedgerEntry]:
        """The entries, with that of what people wrote beside an export, if it is asked for."""
        at = _places(entries, of_texts=True).get(export.same)
        if texts is not None:
            at = len(entries) if at is None else at
            return self.parts.put_export(entries, at, export, texts)[0]
        if at is not None:  # they are no longer asked for
            entries = [*entries[:at], *entries[at + 1 :]]
            self.places = _places(entries)
        return entries

    def _tell(self) -> None:
        """Tell what was done of each device."""
        self.done.notices += _in_several_sessions(self.parts, self.entries, self.taken)
        rows = [{"device": device, **count} for device, count in sorted(self.counts.items())]
        columns = ["device", "files", "unchanged", "rows", "rejected"]
        self.done.devices = pd.DataFrame(rows, columns=columns)
        self.done.rejects = pd.concat(self.rejects, ignore_index=True)


def _settled(
    folder: str, entries: list[LedgerEntry], there: set[_Same], done: Ingested
) -> Iterator[LedgerEntry]:
    """The entries; of those that left the folder, or were replaced, nothing is to be mended."""
    for number, entry in enumerate(entries, 1):
        inside = _is_inside(entry, folder) if folder else not entry.place
        left = inside and entry.same not in there
        if entry.to_mend and (left or any(_replaces(one, entry) for one in entries[number:])):
            done.notices.append(
                f"{entry.name}: was taken away or replaced; its {entry.rejected} rejected rows are "
                "no longer to be mended, and rows of it that nothing corrects stay"
            )
            entry = replace(entry, place=None)
        yield entry


def _replaces(other: LedgerEntry, entry: LedgerEntry) -> bool:
    """Whether a later export tells of all days of another, and has its name or corrects it."""
    if (other.device, other.table) != (entry.device, entry.table) or not (
        entry.span and other.span
    ):
        return False
    corrects = other.content in entry.corrected and other.rows >= entry.rejected
    is_longer = other.span[0] <= entry.span[0] and entry.span[1] <= other.span[1]
    return is_longer and (corrects or other.name == entry.name)


def _place(folder: Path, store: Path) -> str:
    """A folder of exports from that of the data; nothing of a copy that goes away."""
    if folder.is_relative_to(store):
        return ""
    return Path(os.path.relpath(folder.resolve(), store.parent.resolve())).as_posix()


def _is_inside(entry: LedgerEntry, folder: str) -> bool:
    """Whether an export is known to have stood in a folder."""
    return bool(folder and entry.place) and Path(entry.place or "").is_relative_to(folder)


def _places(entries: list[LedgerEntry], of_texts: bool = False) -> dict[_Same, int]:
    """Where each export stands among the entries: its own table, or its texts beside it."""
    own: dict[_Same, int] = {}
    texts: dict[_Same, int] = {}
    for place, entry in enumerate(entries):
        (texts if entry.table == TEXT_TABLE else own)[entry.same] = place
    # texts that stand alone are an export's own table
    return {same: texts[same] for same in texts if same in own} if of_texts else texts | own


def _put_back(entries: list[LedgerEntry], here: Collection[Export], folder: str) -> list[_Same]:
    """The exports of a folder that a wrong one corrected which stood in it, and does no more."""
    contents = {export.same for export in here}
    return [
        same
        for same, place in sorted(_places(entries).items(), key=itemgetter(1))
        if same in contents
        and (by := _corrector(entries[place], entries))
        and by.same not in contents
        and _is_inside(by, folder)
        and not by.corrected
    ]


def _corrector(entry: LedgerEntry, entries: Iterable[LedgerEntry]) -> LedgerEntry | None:
    """The last export that corrected another."""
    of = (entry.device, entry.table)
    found = [e for e in entries if e.content in entry.corrected and (e.device, e.table) == of]
    return found[-1] if found else None


def _in_several_sessions(
    parts: StoreParts, entries: list[LedgerEntry], taken: set[_Same]
) -> Iterator[str]:
    """The sessions of a device, often a file each, in which the same participants' codes come."""
    tests = [entry for entry in entries if entry.table == "user_tests"]
    for device in sorted({e.device for e in tests if e.same in taken}):
        own = readable(parts.store, (entry.part for entry in tests if entry.device == device))
        select = "SELECT DISTINCT participant, session FROM read_parquet(?)"
        came = parts.query.execute(select, [own]).df()
        again = came[came["participant"].duplicated(keep=False)]
        if count := again["participant"].nunique():
            yield (
                f"{device}: {count} code{'s' * (count > 1)} of participants are in several of the "
                f"sessions {bounded(sorted(again['session'].unique()))}, and count as one person "
                "each; if they are others, give each a code of their own"
            )


def _shows(entry: LedgerEntry) -> tuple[str, str, int]:
    """What tells whether reading an export again gave anything new."""
    return entry.table, entry.sha256, entry.rejected


def _kind(raw: Path, paths: list[Path]) -> str:
    """Whether exports are a demonstration: they, or a folder above, hold its marker."""
    inside = [path for path in paths if path.name == DEMONSTRATION_FILE]
    if any((folder / DEMONSTRATION_FILE).is_file() for folder in [raw, *raw.resolve().parents]):
        return "demonstration"
    if inside:
        raise ObservError(
            f"{raw}: holds real data and a demonstration ({inside[0].parent}); "
            f"ingest the two apart, each with a data folder of its own"
        )
    return "real"


def _export(path: Path, device: Device, known: Catalogue, store: Path) -> Export:
    """A file as the ledger knows it, read for the first time today."""
    version = observlib.__version__.encode()
    catalogue = hashlib.sha256(version + known.model_dump_json(exclude_defaults=True).encode())
    content, digest = hashlib.sha256(), hashlib.sha256(version)
    for entry in (device, *known.questionnaires.values(), *known.formats.values()):
        digest.update(entry.model_dump_json(exclude_defaults=True).encode())
    try:
        files.need_less(path, _MOST_BYTES, "export a shorter period, or parts")
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                content.update(chunk)
                digest.update(chunk)
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error
    return Export(
        device=device.id,
        name=path.name,
        content=content.hexdigest(),
        digest=digest.hexdigest(),
        catalogue=catalogue.hexdigest(),
        read=date.today().isoformat(),
        place=_place(path.parent, store),
    )


# --- Which exports still hold what was forgotten


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
