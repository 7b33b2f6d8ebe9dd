"""Reading a folder of exports into the store."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

import observlib
from observlib.base import files
from observlib.base.errors import ObservError, bounded
from observlib.base.files import Progress
from observlib.catalogue import Catalogue, Device, contract, tables
from observlib.loaders import Loaded, batches
from observlib.loaders._grid import export_files
from observlib.records import coding
from observlib.store import identifiers
from observlib.store.address import file_at, parts_query, parts_that_stand, readable, sql_name
from observlib.store.correcting import (
    TEXT_TABLE,
    comparing,
    correction_faults,
    extent,
    first_reject,
    put_export,
    receive,
    without,
)
from observlib.store.ledger import (
    Export,
    Forgotten,
    Ledger,
    LedgerEntry,
    alone,
    begin_again,
    catch_up,
    check_parts,
    follow,
    new_ledger,
    read_ledger,
    with_sheets,
    write_ledger,
)

# --- Which files of a folder of exports are whose, and what their loaders make of them

DEMONSTRATION_FILE = "demonstration.json"
_LIBRARY = Path(observlib.__file__).parent


class _Claims(NamedTuple):
    """Files, each with its device; names of those that none claims; what is wrong, or told."""

    files: list[tuple[Path, Device]]
    unclaimed: list[str]
    problems: list[str]
    notices: list[str]


def _claims_of(raw: Path, paths: Iterable[Path], catalogue: Catalogue) -> _Claims:
    """The files below a folder that one device claims, and what is to be said of the others."""
    found: list[tuple[Path, Device]] = []
    unclaimed: list[str] = []
    problems: list[str] = []
    notices: list[str] = []
    for path in paths:
        if sheet := coding.of_sheet(path.name):  # whatever else may claim its name
            if device := catalogue.devices.get(sheet.device):
                found.append((path, device.model_copy(update={"loader": coding.LOADER})))
            else:
                problems.append(
                    f"{path}: is named after the device {sheet.device!r}, which the catalogue does "
                    "not have; give the file the name that `observ code` gave it"
                )
            continue
        claiming = [d for d in catalogue.devices.values() if path.match(d.pattern)]
        if len(claiming) == 1:
            found.append((path, claiming[0]))
        elif claiming:
            problems.append(
                f"{path}: is claimed by {' and '.join(d.id for d in claiming)}; "
                f"make their patterns in the catalogue exclude each other"
            )
        elif path.name != DEMONSTRATION_FILE:
            name = path.relative_to(raw).as_posix()
            unclaimed.append(name)
            notices += [f"{name}: {hint}" for hint in _of_another_kind(path, catalogue)]
    parts = {part for path, device in found for part in export_files(path, device, catalogue)[1:]}
    return _Claims(
        [(path, device) for path, device in found if path not in parts],
        [name for name in unclaimed if raw / name not in parts],
        problems,
        notices,
    )


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
    for path, own in _claims_of(raw, files.below(raw, store, []), catalogue).files:
        if own.id == device:
            try:
                found = [*_loaded(path, own, _known_to(own, catalogue))]
            except ObservError:
                found = None
            yield str(path), found


def _loaded(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
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


def _known_to(device: Device, catalogue: Catalogue) -> Catalogue:
    """What of the catalogue a device's loader is given, so that no verdict hangs on more."""
    own = {q.id: q for q in [catalogue.questionnaires.get(device.questionnaire or "")] if q}
    forms = catalogue.formats_of(device)
    book = catalogue.codebook if device.loader == coding.LOADER else {}
    given = {"devices": {device.id: device}, "questionnaires": own, "formats": forms}
    given["codebook"] = book
    return catalogue.model_copy(update=given | {"departments": {}, "peers": {}})


if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

_MILLION = 10**6
_MOST_BYTES = 5_000_000_000  # of a file, whatever its loader: a mailbox has the most


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


def ingest(
    raw: Path,
    data: Path,
    catalogue: Catalogue,
    progress: Progress | None = None,
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
    kind = _kind(raw, paths)
    done = Ingested(kind, problems=unreadable)
    with files.telling_write_errors(store, "the store is as it was"):
        files.private_folder(store)
        if not (store / ".gitignore").exists():  # wherever the data folder is
            files.write_text(store / ".gitignore", "*\n")
        with alone(store, waiting):
            catch_up(store)
            ledger = read_ledger(store) or new_ledger(store, kind)
            if ledger.files and ledger.kind != kind:
                raise ObservError(
                    f"{raw}: holds {kind} data, and {store} {ledger.kind} data; the two never "
                    f"share a store: name another data folder with --data"
                )
            if ledger.files and not ledger.key:
                raise ObservError(
                    f"{store}: was made by a former version, with identifiers as they were "
                    f"written; {begin_again(store)}"
                )
            made = ledger.files or ledger.forgotten
            key = identifiers.store_key(data, kind, ledger.key if made else "")
            check_parts(store, ledger.files)
            seen = with_sheets(data, ledger, done.problems)
            (store / "rejects").mkdir(exist_ok=True)
            claimed = _claims_of(raw, paths, catalogue)
            claims = claimed.files
            done.unclaimed += claimed.unclaimed
            done.problems += claimed.problems
            done.notices += claimed.notices
            with comparing(store) as query:
                read = partial(_read, raw, store, claims, ledger.files, catalogue)
                entries = read(key, ledger.forgotten, done, query, progress)
            mark = identifiers.mark_of(key)
            written = ledger._replace(kind=kind, files=entries, key=mark, seen=seen)
            write_ledger(store, written)
        done.problems += correction_faults(data, written, catalogue)
    if progress:
        progress(len(claims), len(claims), "")
    return done


def _read(
    raw: Path,
    store: Path,
    claims: list[tuple[Path, Device]],
    entries: list[LedgerEntry],
    catalogue: Catalogue,
    key: bytes,
    forgotten: Sequence[Forgotten],
    done: Ingested,
    query: Connection,
    progress: Progress | None,
) -> list[LedgerEntry]:
    """Read what is new or may be judged anew; give the entries that count, and tell the rest."""
    counts: dict[str, Counter[str]] = {}
    rejects = [contract.no_rejects()]
    exports: dict[tuple[Path, str], Export] = {}
    for path, device in claims:
        if progress:  # an export of gigabytes takes a while to be told from what is known
            progress(0, len(claims), path.name)
        with suppress(ObservError):  # which is told below
            exports[path, device.id] = _export(path, device, _known_to(device, catalogue), store)
    folder = _place(raw, store)
    is_whole = len(exports) == len(claims)
    back = _put_back(entries, exports.values(), folder) if is_whole else []
    if back:  # they are read first, as they came
        order = {same: number for number, same in enumerate(back)}
        turns = {one: order.get((one[1], of.content), len(back)) for one, of in exports.items()}
        claims = sorted(claims, key=lambda claim: turns[claim[0], claim[1].id])
    places = _places(entries)
    taken: set[tuple[str, str]] = set()  # in this run
    there: set[tuple[str, str]] = set()  # in the folder, or maybe, where a file cannot be read
    for position, (path, device) in enumerate(claims):
        if progress:
            progress(position, len(claims), path.name)
        count = counts.setdefault(device.id, Counter(files=0, unchanged=0, rows=0, rejected=0))
        count["files"] += 1
        known = _known_to(device, catalogue)
        try:
            export = exports.get((path, device.id)) or _export(path, device, known, store)
            same = (device.id, export.content)
            there.add(same)
            place = places.get(same, len(entries))
            before = entries[place] if same in places else None
            settled = before and before.catalogue == export.catalogue and not before.rejected
            if same in taken or (settled and same not in back):
                count["unchanged"] += 1
                if before and path.name != before.name and (by := _corrector(before, entries)):
                    done.notices.append(
                        f"{path.name}: is {before.name}, which {by.name} has corrected since; if "
                        f"{by.name} is wrong, delete it and ingest the folder again"
                    )
                continue
            told = partial(_rows_so_far, progress, position, len(claims), path.name)
            records = [one for one in forgotten if one.device == device.id]
            hidden = device.loader == coding.LOADER  # its identifiers are those of the store
            hide = partial(_kept, device=device.id, key=None if hidden else key, records=records)
            found = receive(store, path, _loaded(path, device, known), hide, told)
        except ObservError as error:
            done.problems += error.problems
            there |= {(device.id, one.content) for one in entries if one.name == path.name}
            continue
        if same in back:
            entries = [one for one in entries if (one.device, one.content) != same]
            places, place, before = _places(entries), len(entries), None
        taken.add(same)
        places[same] = place
        if records:  # a refused row may be of one who is forgotten
            found.rejects = found.rejects.assign(value="")
        if not (found.rows or found.forgotten) and len(found.rejects):
            done.problems.append(
                f"{path}: every row is rejected, {first_reject(found.rejects)}; mend them, and "
                "ingest the file again"
            )
        made = None
        if before:
            first, last, _ = extent(query, found)
            if not first or first <= datetime.fromisoformat(before.read):
                export = replace(export, read=before.read)
            if device.extracted is None and last:
                made = max(datetime.fromisoformat(export.read), last)
        entries, corrected = put_export(query, store, entries, place, export, found, made)
        texts = _places(entries, of_texts=True).get(same)
        if found.texts is None and texts is not None:  # they are no longer asked for
            entries = [*entries[:texts], *entries[texts + 1 :]]
            places = _places(entries)
        if found.texts is not None:
            at = len(entries) if texts is None else texts
            entries, _ = put_export(query, store, entries, at, export, found.texts)
        count["rejected"] += len(found.rejects)
        rejects.append(found.rejects)
        if before and _shows(before) == _shows(entries[places[same]]) and not corrected:
            count["unchanged"] += 1
            continue
        count["rows"] += found.rows
        name = path.relative_to(raw).as_posix()
        done.notices += [f"{name}: {notice}" for notice in found.notices]
        if corrected:
            done.replaced.append(f"{name}: corrects {corrected}")
    if any(entry.to_mend for entry in entries):
        entries = [*_settled(folder, entries, there, done)]
    done.notices += _in_several_sessions(query, store, entries, taken)
    done.devices = pd.DataFrame(
        [{"device": device, **count} for device, count in sorted(counts.items())],
        columns=["device", "files", "unchanged", "rows", "rejected"],
    )
    done.rejects = pd.concat(rejects, ignore_index=True)
    return entries


def _settled(
    folder: str, entries: list[LedgerEntry], there: set[tuple[str, str]], done: Ingested
) -> Iterator[LedgerEntry]:
    """The entries; of those that have left the folder, or were replaced, nothing is to be mended.

    Their rows stay, as those of exports of which another folder alone is ingested.
    """
    for number, entry in enumerate(entries, 1):
        inside = _is_inside(entry, folder) if folder else not entry.place
        left = inside and (entry.device, entry.content) not in there
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


def _kept(
    rows: pd.DataFrame, table: str, device: str, key: bytes | None, records: Sequence[Forgotten]
) -> pd.DataFrame:
    """Rows with hashed identifiers, without those that were forgotten; no key: they are hashed."""
    hidden = rows if key is None else identifiers.hashed_rows(rows, table, device, key)
    return hidden[~identifiers.gone(hidden, table, records)] if records else hidden


def _places(entries: list[LedgerEntry], of_texts: bool = False) -> dict[tuple[str, str], int]:
    """Where each export stands among the entries: its own table, or its texts beside it."""
    own: dict[tuple[str, str], int] = {}
    texts: dict[tuple[str, str], int] = {}
    for place, entry in enumerate(entries):
        (texts if entry.table == TEXT_TABLE else own)[entry.device, entry.content] = place
    # texts that stand alone are an export's own table
    return {same: texts[same] for same in texts if same in own} if of_texts else texts | own


def _put_back(
    entries: list[LedgerEntry], here: Collection[Export], folder: str
) -> list[tuple[str, str]]:
    """The exports of a folder that a wrong one corrected which stood in it, and does no more."""
    contents = {(export.device, export.content) for export in here}
    return [
        same
        for same, place in sorted(_places(entries).items(), key=itemgetter(1))
        if same in contents
        and (by := _corrector(entries[place], entries))
        and (by.device, by.content) not in contents
        and _is_inside(by, folder)
        and not by.corrected
    ]


def _corrector(entry: LedgerEntry, entries: Iterable[LedgerEntry]) -> LedgerEntry | None:
    """The last export that corrected another."""
    of = (entry.device, entry.table)
    found = [e for e in entries if e.content in entry.corrected and (e.device, e.table) == of]
    return found[-1] if found else None


def _in_several_sessions(
    query: Connection, store: Path, entries: list[LedgerEntry], taken: set[tuple[str, str]]
) -> Iterator[str]:
    """The sessions of a device, often a file each, in which the same participants' codes come."""
    tests = [entry for entry in entries if entry.table == "user_tests"]
    for device in sorted({e.device for e in tests if (e.device, e.content) in taken}):
        parts = readable(store, (entry.part for entry in tests if entry.device == device))
        select = "SELECT DISTINCT participant, session FROM read_parquet(?)"
        came = query.execute(select, [parts]).df()
        again = came[came["participant"].duplicated(keep=False)]
        if count := again["participant"].nunique():
            yield (
                f"{device}: {count} code{'s' * (count > 1)} of participants are in several of the "
                f"sessions {bounded(sorted(again['session'].unique()))}, and count as one person "
                "each; if they are others, give each a code of their own"
            )


def _rows_so_far(progress: Progress | None, done: int, total: int, name: str, rows: int) -> None:
    """Tell how far a long export is read, million by million."""
    if progress and rows >= _MILLION:
        progress(done, total, f"{name}, {rows // _MILLION} million rows")


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
        for part in filter(Path.is_file, export_files(path, device, known)):
            files.need_less(part, _MOST_BYTES, "export a shorter period, or parts")
            with part.open("rb") as stream:
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


# --- Forgetting what a device holds of one respondent, or from before a day, for good


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
