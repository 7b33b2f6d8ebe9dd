"""Loaders: what reads an export of a device into a tidy table.

Most are read by their format (`data/formats`); a module here is for those that none can describe.
Each gives rows and rejects, or raises `ObservError` when nothing of the file can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pandas as pd

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device


@dataclass(frozen=True)
class Loaded:
    """What one export holds: rows of the tidy `table`, and `rejects` with their reasons.

    `notices` tell, a line each, what no single row is at fault for. `texts` are rows of
    `verbatims`, redacted, where the device asks for them. `added` counts rows that are told later,
    in sums.
    """

    table: str
    rows: pd.DataFrame
    rejects: pd.DataFrame
    notices: tuple[str, ...] = ()
    texts: pd.DataFrame | None = None
    added: int = 0


# The loaders that are code, and the module whose function `load_…` each is.
_MODULES = {
    "code_sheet": "sheets",
    "demarches": "open_data",
    "limesurvey": "surveys",
    "plain_csv": "plain_csv",
    "services_publics_plus": "open_data",
    "services_publics_plus_codes": "sheets",
    "spss_stata": "surveys",
    "workshops": "sheets",
}


def loader_names() -> tuple[str, ...]:
    """The loaders that are code."""
    return tuple(_MODULES)


def loader_of(name: str) -> Callable[[Path, Device, Catalogue], Loaded | Iterator[Loaded]]:
    """The function that a loader is."""
    function: Callable[[Path, Device, Catalogue], Loaded | Iterator[Loaded]] = getattr(
        import_module(f"{__name__}.{_MODULES[name]}"), f"load_{name}"
    )
    return function


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read one export with its device's loader, whole."""
    found = [*batches(path, device, catalogue)]
    texts = [one.texts for one in found if one.texts is not None]
    return Loaded(
        found[0].table,
        _joined([one.rows for one in found]),
        _joined([one.rejects for one in found]),
        tuple(notice for one in found for notice in one.notices),
        pd.concat(texts, ignore_index=True) if texts else None,
    )


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows of several frames, or the first of them, where none has any."""
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def batches(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
    """Read one export with its device's loader, a piece after the other where it is long."""
    form = catalogue.formats.get(device.loader)
    if form is None and device.loader not in _MODULES:
        raise ObservError(
            f"device {device.id!r}: loader {device.loader!r} does not exist; "
            f"loaders are {', '.join(sorted((*_MODULES, *catalogue.formats)))}"
        )
    if files.endless(path):
        raise ObservError(f"{path}: {files.NO_FILE}")
    try:
        if form is not None:
            from observlib.loaders import _format

            if device.addresses:
                own = form.layout.model_copy(update={"addresses": device.addresses})
                form = form.model_copy(update={"layout": own})
            yield from _format.format_batches(path, device, catalogue, form)
        else:
            loaded = loader_of(device.loader)(path, device, catalogue)
            yield from (loaded,) if isinstance(loaded, Loaded) else loaded
    except (MemoryError, RecursionError) as error:
        what = "takes more memory than there is; export a shorter period, or parts"
        if isinstance(error, RecursionError):
            what = "is nested too deeply; it is no export of this kind"
        raise ObservError(f"{path}: {what}") from error
