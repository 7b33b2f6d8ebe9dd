"""Reading a folder of exports into the store."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import observlib
from observlib import files, tables
from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import load
from observlib.store.ledger import read_ledger, write_ledger
from observlib.store.parts import replace, write_part

Progress = Callable[[int, int, str], None]
DEMONSTRATION = "demonstration.json"


@dataclass
class Ingested:
    """What an ingestion did, for its summary."""

    kind: str
    devices: pd.DataFrame = field(default_factory=pd.DataFrame)
    unclaimed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    rejects: pd.DataFrame = field(default_factory=tables.no_rejects)


def ingest(
    raw: Path, data: Path, catalogue: Catalogue, progress: Progress | None = None
) -> Ingested:
    """Read every export below a folder into the store of a data folder.

    The same export counts once: a file whose content was read before is not read again, even if
    another has corrected it since. An export that repeats keys of an earlier one of its device (the
    same answers, overlapping days) corrects it: the earlier rows within its period are replaced.
    Within one run, exports of a device are taken in the order of their paths. A file that cannot
    be used is a problem and does not stop the others.

    Parameters
    ----------
    raw
        Folder of exports, searched to any depth; hidden files are passed over.
    data
        Data folder; its `store/` is made where absent.
    catalogue
        Its devices claim the files, by `pattern`.
    progress
        Called with files done, files in all and the name of the next.

    Returns
    -------
    Ingested
        `devices` has one row a device: `device`, `files`, `unchanged`, `rows`, `rejected`;
        the rest tells what was not read, what was corrected and what was rejected.

    Raises
    ------
    ObservError
        Where the folder is none, holds both demonstration and real data, the store is of the
        other kind, or cannot be written. The store is then as it was.
    """
    if not raw.is_dir():
        raise ObservError(f"{raw}: is not a folder; name the folder that holds the exports")
    store = data / "store"
    unreadable: list[str] = []
    paths = list(files.below(raw, store, unreadable))
    kind = _kind(raw, paths)
    ledger = read_ledger(store) or {"kind": kind, "files": []}
    if ledger["files"] and ledger["kind"] != kind:
        raise ObservError(
            f"{raw}: holds {kind} data, and {store} {ledger['kind']} data; the two never share a "
            f"store: name another data folder with --data"
        )
    done = Ingested(kind, problems=unreadable)
    claims: list[tuple[Path, Device]] = []
    for path in paths:
        claiming = [d for d in catalogue.devices.values() if path.match(d.pattern)]
        if len(claiming) == 1:
            claims.append((path, claiming[0]))
        elif claiming:
            done.problems.append(
                f"{path}: is claimed by {' and '.join(d.id for d in claiming)}; "
                f"make their patterns in the catalogue exclude each other"
            )
        elif path.name != DEMONSTRATION:
            done.unclaimed.append(path.relative_to(raw).as_posix())
    counts: dict[str, Counter[str]] = {}
    rejects = [tables.no_rejects()]
    with files.telling_write_errors(store, "the store is as it was"):
        (store / "rejects").mkdir(parents=True, exist_ok=True)
        entries: list[dict[str, Any]] = list(ledger["files"])
        for position, (path, device) in enumerate(claims):
            if progress:
                progress(position, len(claims), path.name)
            count = counts.setdefault(device.id, Counter(files=0, unchanged=0, rows=0, rejected=0))
            count["files"] += 1
            try:
                digest = _digest(path, device, catalogue)
                if any(entry["digest"] == digest for entry in entries):
                    count["unchanged"] += 1
                    continue
                loaded = load(path, device, catalogue)
            except ObservError as error:
                done.problems += error.problems
                continue
            count["rows"] += len(loaded.rows)
            count["rejected"] += len(loaded.rejects)
            rejects.append(loaded.rejects)
            name = path.relative_to(raw).as_posix()
            done.notices += [f"{name}: {notice}" for notice in loaded.notices]
            entries, replaced = replace(store, entries, device, loaded)
            if replaced:
                done.replaced.append(f"{name}: corrects {replaced}")
            entries.append(write_part(store, path, device, digest, loaded))
        write_ledger(store, {"kind": kind, "files": entries})
    if progress:
        progress(len(claims), len(claims), "")
    done.devices = pd.DataFrame(
        [{"device": device, **count} for device, count in sorted(counts.items())],
        columns=["device", "files", "unchanged", "rows", "rejected"],
    )
    done.rejects = pd.concat(rejects, ignore_index=True)
    return done


def _kind(raw: Path, paths: list[Path]) -> str:
    """Whether exports are a demonstration: they, or a folder above, hold its marker."""
    inside = [path for path in paths if path.name == DEMONSTRATION]
    if any((folder / DEMONSTRATION).is_file() for folder in [raw, *raw.resolve().parents]):
        return "demonstration"
    if inside:
        raise ObservError(
            f"{raw}: holds real data and a demonstration ({inside[0].parent}); "
            f"ingest the two apart, each with a data folder of its own"
        )
    return "real"


def _digest(path: Path, device: Device, catalogue: Catalogue) -> str:
    """What makes an export's rows: its bytes, its device's entries, and this library's version."""
    content = hashlib.sha256(observlib.__version__.encode())
    content.update(device.model_dump_json().encode())
    if device.questionnaire in catalogue.questionnaires:
        content.update(catalogue.questionnaires[device.questionnaire].model_dump_json().encode())
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                content.update(chunk)
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error
    return content.hexdigest()
