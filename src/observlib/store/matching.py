"""Which files of a folder of exports are whose, and what their loaders make of them."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import observlib
from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device
from observlib.loaders import Loaded, batches
from observlib.loaders._columns import files_of
from observlib.records import coding

DEMONSTRATION = "demonstration.json"
_LIBRARY = Path(observlib.__file__).parent


class Claims(NamedTuple):
    """Files, each with its device; names of those that none claims; what is wrong, or told."""

    files: list[tuple[Path, Device]]
    unclaimed: list[str]
    problems: list[str]
    notices: list[str]


def claims_of(raw: Path, paths: Iterable[Path], catalogue: Catalogue) -> Claims:
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
        elif path.name != DEMONSTRATION:
            name = path.relative_to(raw).as_posix()
            unclaimed.append(name)
            notices += [f"{name}: {hint}" for hint in _of_another_kind(path, catalogue)]
    parts = {part for path, device in found for part in files_of(path, device, catalogue)[1:]}
    return Claims(
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
    for path, own in claims_of(raw, files.below(raw, store, []), catalogue).files:
        if own.id == device:
            try:
                found = [*loaded(path, own, known_to(own, catalogue))]
            except ObservError:
                found = None
            yield str(path), found


def loaded(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
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
    own = {q.id: q for q in [catalogue.questionnaires.get(device.questionnaire or "")] if q}
    forms = catalogue.formats_of(device)
    book = catalogue.codebook if device.loader == coding.LOADER else {}
    given = {"devices": {device.id: device}, "questionnaires": own, "formats": forms}
    given["codebook"] = book
    return catalogue.model_copy(update=given | {"departments": {}, "peers": {}})
