"""Loaders: one file per real export format, each known by name through `register`.

A loader reads one export of one device and gives a tidy table and the rows it had to reject. It
raises `ObservError` when nothing of the file can be used, and never anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

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


Loader = Callable[[Path, Device, Catalogue], Loaded]

_MODULES = (
    "barometre",
    "call_intervals",
    "calls",
    "datagouv_metrics",
    "demarches",
    "france_services",
    "insee_population",
    "jdma",
    "limesurvey",
    "matomo_csv",
    "matomo_json",
    "plain_csv",
    "polls",
    "published_figures",
    "sales",
    "services_publics_plus",
    "spss_stata",
    "subscriptions",
    "tickets",
    "user_tests",
    "workshops",
)
_LOADERS: dict[str, Loader] = {}


def register(name: str) -> Callable[[Loader], Loader]:
    """Make a loader known by the name that catalogue entries use."""

    def add(loader: Loader) -> Loader:
        _LOADERS[name] = loader
        return loader

    return add


def names() -> tuple[str, ...]:
    """The loaders that a device may name."""
    return _MODULES


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read one export with its device's loader.

    Raises
    ------
    ObservError
        When the file cannot be used at all: one line with file, what is wrong and the mend.
    """
    if device.loader not in _MODULES:
        raise ObservError(
            f"device {device.id!r}: loader {device.loader!r} does not exist; "
            f"loaders are {', '.join(_MODULES)}"
        )
    if files.endless(path):
        raise ObservError(f"{path}: {files.ENDLESS}")
    import_module(f"{__name__}.{device.loader}")
    try:
        return _LOADERS[device.loader](path, device, catalogue)
    except MemoryError as error:
        what = "takes more memory than there is; export a shorter period, or parts"
        raise ObservError(f"{path}: {what}") from error
