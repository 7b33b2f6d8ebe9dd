"""Writing the demonstration: all of it or nothing, and never over someone's data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError, bounded
from observlib.base.files import replace_folder, workspace, write_all
from tools.demo import (
    audience,
    calendar,
    calls,
    experiences,
    formats,
    ministry,
    peers,
    polls,
    procedures,
    sales,
    satisfaction,
    subscriptions,
    tasks,
    tickets,
    user_tests,
    workshops,
)
from tools.demo import surveys as surveys

MANIFEST = "demonstration.json"
SEED = 2051  # a draw where only the true change shows in the last edition's comparisons
_LITTER = (".DS_Store", "Thumbs.db")  # what a file browser leaves behind by itself
_NOTE = (
    "Données fictives de démonstration, tirées au hasard par observlib : aucun chiffre, aucun "
    "avis et aucun récit n'est réel. Elles ne disent rien des services qu'elles nomment."
)
_MAKERS = (
    audience,
    satisfaction,
    experiences,
    procedures,
    subscriptions,
    sales,
    calls,
    tickets,
    surveys,
    polls,
    user_tests,
    workshops,
    peers,
    tasks,
)


def write(
    folder: Path, progress: Callable[[int, int], object] | None = None, products: int = 0
) -> dict[str, Any]:
    """Write the demonstration's raw exports, and give what is true of them.

    The bytes are the same on every machine. `demonstration.json`, beside the exports, holds the
    truths and the SHA-256 of each file.

    Parameters
    ----------
    folder
        Where to write: a new or empty folder, or that of a previous demonstration, which is
        replaced at once when all is written.
    progress
        Called with the number of devices written and their total.
    products
        How many products to invent beside the demonstration's own (see `ministry`). The catalogue
        of both is then written too, in `catalogue` beside the folder; and the truths of each
        product in a `demonstration.json` beside its exports.

    Returns
    -------
    dict
        `changes`, `seasonality`, and lists of records: `visits_by_month`, `visits_by_quarter`
        (visits), `ratings` (means on 0–10, shares from 0 to 1, counts of answers), `texts` (counts
        of those that hold what readers look for),
        `experiences` (counts) and `procedures` (marks on 0–10), `subscriptions` (counts, true
        shares from 0 to 1) and `sales` (counts, cents, a rate in %), `surveys` (true values of
        indicators and shares in %, counts of responses, mean satisfaction on 0–10 by age and what
        drives it in points), `calls` (counts, true shares from 0 to
        1, true waits in seconds), `tickets` (counts, true shares from 0 to 1, true delays in
        days), `polls` (true shares in %, votes),
        `user_tests` (true values, counts), `workshops` (counts, the true median delay), `peers`
        (true shares from 0 to 1, published values, counters), `sections` (counts of visits),
        `tasks` (true shares in %, true marks of ease on 0–10, counts of answers).

    Raises
    ------
    ObservError
        When the folder holds anything else, or cannot be written; it is then left as it was. So
        too where a catalogue of someone's own stands beside it.
    """
    try:
        folder = folder.resolve()
    except (OSError, RuntimeError) as error:
        raise ObservError(
            f"{folder}: cannot be written: it is a symbolic link that leads nowhere; "
            f"choose another folder"
        ) from error
    try:
        _refuse_foreign(folder)
        catalogue = folder.with_name("catalogue")
        if products:
            ministry.check(catalogue)
        with workspace(folder) as work:
            known = _write_all(work / "new", progress, products)
            if products:
                ministry.write_catalogue(work / "catalogue", products)
            replace_folder(work / "new", folder)
            if products:
                replace_folder(work / "catalogue", catalogue)
    except OSError as error:
        reason = error.strerror or error
        raise ObservError(
            f"{folder}: the demonstration cannot be written: {reason}; "
            f"what was there is unchanged; make room or choose another folder"
        ) from error
    return known


def _refuse_foreign(folder: Path) -> None:
    """Raise `ObservError` unless the folder is absent, empty or a previous demonstration."""
    mend = "choose another folder, or move these files away; nothing was written"
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ObservError(f"{folder}: is a file; a folder is expected; {mend}")
    present = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.name not in _LITTER
    )
    if not present:
        return
    if MANIFEST not in present:
        raise ObservError(
            f"{folder}: holds {bounded(present)}, which are not a previous demonstration "
            f"(there is no {MANIFEST}); {mend}"
        )
    try:
        previous = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        ours = {MANIFEST, *previous["files"]} if previous["kind"] == "demonstration" else set()
    except (ValueError, TypeError, KeyError):
        ours = set()
    if not ours:
        raise ObservError(f"{folder / MANIFEST}: is not a demonstration's own file; {mend}")
    foreign = [name for name in present if name not in ours]
    if foreign:
        raise ObservError(f"{folder}: holds {bounded(foreign)} besides the demonstration; {mend}")


def _write_all(
    folder: Path, progress: Callable[[int, int], object] | None, products: int
) -> dict[str, Any]:
    """Write every export and the manifests into a new folder; give the demonstration's truths."""
    known = _decided()
    makers = {device: maker for maker in _MAKERS for device in maker.DEVICES}
    clones = [*ministry.clones(products)] if products else []
    written = _counted(progress, len(makers) + sum(map(len, clones)))
    digests: dict[str, str] = {}
    for device, maker in makers.items():
        files, found = maker.make(device, SEED)
        _put(folder, files, found, known, digests)
        next(written)
    for number, own in enumerate(clones, 1):
        truths: dict[str, Any] = {"changes": []}
        its: dict[str, str] = {}
        for clone in own:
            made = makers[clone.template].make(clone.template, SEED + number)
            _put(folder, *ministry.drawn(clone, made), truths, its)
            changes = [one for one in known["changes"] if one["device"] == clone.template]
            truths["changes"] += map(clone.truth, changes)
            next(written)
        path = f"{ministry.FOLDER}/{own[0].product}/{MANIFEST}"
        its[path] = _write_manifest(folder / path, SEED + number, truths, its)
        digests |= its
    _write_manifest(folder / MANIFEST, SEED, known, digests)
    return known


def _counted(progress: Callable[[int, int], object] | None, total: int) -> Iterator[None]:
    """Tell, at each step, how many devices are written."""
    for done in range(1, total + 1):
        if progress is not None:
            progress(done, total)
        yield


def _put(
    folder: Path,
    files: formats.Files,
    found: formats.Truths,
    known: dict[str, Any],
    digests: dict[str, str],
) -> None:
    """Write the exports of a device, and add what is true of them to what is known."""
    write_all(files, folder)
    digests |= {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    for part, records in found.items():
        known.setdefault(part, []).extend(records)


def _write_manifest(path: Path, seed: int, truths: dict[str, Any], files: dict[str, str]) -> str:
    """Write what is true of exports, and their digests; the digest of that file."""
    manifest = {
        "kind": "demonstration",
        "note": _NOTE,
        "seed": seed,
        "first": str(calendar.FIRST),
        "last": str(calendar.LAST),
        "truths": truths,
        "files": dict(sorted(files.items())),
    }
    content = formats.to_json(manifest, indent=1) + b"\n"
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _decided() -> dict[str, Any]:
    """The truths decided beforehand: what changes and when, and the shape of a year."""
    return {
        "changes": [*satisfaction.changes(), *audience.changes()],
        "seasonality": {
            "months": list(calendar.MONTH_FACTORS),
            "weekdays": list(audience.WEEKDAY_FACTORS),
        },
    }
