"""Reading exports into files of the store, by several processes where they are many."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

import observlib
from observlib.base import processes
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device
from observlib.loaders import Loaded, batches
from observlib.records import coding
from observlib.store import correcting, identifiers
from observlib.store.correcting import Received
from observlib.store.ledger import Forgotten

_LIBRARY = Path(observlib.__file__).parent


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
_MOST_BYTES = 10_000_000  # of an export: this process reads larger ones, and tells how far it is
_reader: Reader  # of a worker


@contextmanager
def ahead(
    reader: Reader, claims: Sequence[tuple[Path, Device]]
) -> Iterator[dict[tuple[Path, str], Awaited]]:
    """Exports that other processes read, in their order, for as long as the context lasts."""
    small = [(path, own) for path, own in claims if path.stat().st_size <= _MOST_BYTES]
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
