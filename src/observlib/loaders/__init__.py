"""Loaders: what reads an export of a device into a tidy table.

Most exports are read by their format (`data/formats`), which is data; a loader of its own, a
module here, is for those that no format can describe. Each gives a tidy table and the rows it had
to reject. It raises `ObservError` when nothing of the file can be used, and never anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pandas as pd

from observlib import files
from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError


@dataclass(frozen=True)
class Loaded:
    """What one export holds: rows of the tidy `table`, and `rejects` with their reasons.

    `notices` tell what the reader of the export should know and no single row is at fault for,
    such as a question that the device's questionnaire does not have: one line each.
    """

    table: str
    rows: pd.DataFrame
    rejects: pd.DataFrame
    notices: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """The loaders that are code: the modules of this room that are not private."""
    modules = (module.name for module in iter_modules(__path__))
    return tuple(sorted(name for name in modules if not name.startswith("_")))


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read one export with its device's loader.

    Raises
    ------
    ObservError
        When the file cannot be used at all: one line with file, what is wrong and the mend.
    """
    form = catalogue.formats.get(device.loader)
    if form is None and device.loader not in names():
        raise ObservError(
            f"device {device.id!r}: loader {device.loader!r} does not exist; "
            f"loaders are {', '.join(sorted((*names(), *catalogue.formats)))}"
        )
    if files.endless(path):
        raise ObservError(f"{path}: {files.ENDLESS}")
    try:
        if form is not None:
            from observlib.loaders import _format

            if device.addresses:
                own = form.layout.model_copy(update={"addresses": device.addresses})
                form = form.model_copy(update={"layout": own})
            return _format.load(path, device, catalogue, form)
        loaded: Loaded = import_module(f"{__name__}.{device.loader}").load(path, device, catalogue)
    except MemoryError as error:
        what = "takes more memory than there is; export a shorter period, or parts"
        raise ObservError(f"{path}: {what}") from error
    return loaded
