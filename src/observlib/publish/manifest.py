"""The manifest of the edition in a project folder: the one list of the pages that it publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from observlib.dataset import FOLDER as PACKAGE
from observlib.errors import ObservError, bounded
from observlib.period import Quarter


@dataclass(frozen=True)
class Manifest:
    """What an edition says of itself. `pages` and `absent` are names, without folder or suffix.

    The notebooks of `pages` are published, whatever else is beside them; those of `absent` failed,
    or were not asked for. Of `package` are the files of its data, by their paths in its folder.
    """

    quarter: Quarter
    kind: str
    made: date
    pages: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    package: tuple[str, ...] = ()

    @property
    def is_demonstration(self) -> bool:
        """Whether the figures are synthetic."""
        return self.kind == "demonstration"

    @property
    def folder(self) -> PurePosixPath:
        """The edition's folder, in the project and in the site."""
        return PurePosixPath("editions", str(self.quarter))

    @property
    def notebooks(self) -> list[PurePosixPath]:
        """The paths, in the project, of the notebooks that are published."""
        return [self.folder / f"{name}.ipynb" for name in self.pages]


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the one edition of a project folder.

    Raises
    ------
    ObservError
        Where there is not exactly one edition, or its manifest is none.
    """
    found = sorted(folder.glob("editions/*/manifest.json"))
    if len(found) != 1:
        names = bounded(path.parent.name for path in found)
        raise ObservError(
            f"{folder / 'editions'}: holds {len(found)} editions{f' ({names})' if names else ''}; "
            "one edition is published at a time; make one with `observ edition`"
        )
    path = found[0]
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        quarter, kind = Quarter.parse(raw["quarter"]), str(raw["kind"])
        made = date.fromisoformat(str(raw["made"])[:10])
        absent = {str(study["page"]): _is_absent(study) for study in raw["studies"]}
        package = tuple(name for name in raw.get("frame", {}) if name.startswith(f"{PACKAGE}/"))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ObservError(
            f"{path}: not a manifest ({type(error).__name__}: {error}); it has quarter, kind, made "
            "(YYYY-MM-DD) and studies; make the edition again"
        ) from error
    if kind not in ("demonstration", "real"):
        raise ObservError(f"{path}: unknown kind {kind!r}; allowed: demonstration, real")
    if str(quarter) != path.parent.name:
        raise ObservError(f"{path}: is of {quarter}, in the folder of {path.parent.name!r}")
    pages = tuple(name for name in absent if not absent[name])
    missing = tuple(name for name in absent if absent[name])
    return Manifest(quarter, kind, made, pages, missing, package)


def _is_absent(study: Mapping[str, Any]) -> bool:
    return "error" in study or study.get("asked") is False
