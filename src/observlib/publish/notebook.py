"""An executed notebook as it is on the disk: importing nbformat would take longer than a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from observlib import estimates
from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.dataset import FOLDER as PACKAGE
from observlib.language import french

_MOST_BYTES = 1_000_000_000


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as a mapping; sources and outputs may be texts or lists of lines."""
    text = files.read_bytes(path, _MOST_BYTES, "show less of it")
    try:
        notebook = json.loads(text.decode("utf-8"))
    except ValueError as error:  # no JSON, or not UTF-8
        raise ObservError(f"{path}: not a notebook: {error}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ObservError(f"{path}: not a notebook of format 4: it has no list of cells")
    return notebook


def joined(source: Any) -> str:
    """A notebook's text, which it may hold as a list of lines.

    Examples
    --------
    >>> joined(["a\\n", "b"])
    'a\\nb'
    """
    return "".join(source) if isinstance(source, list) else str(source)


def label_of(source: str) -> str:
    """The label that a cell gives itself, if it does.

    Examples
    --------
    >>> label_of("#| label: fig-notes\\nshow()"), label_of("show()")
    ('fig-notes', '')
    """
    found = re.search(r"(?m)^#\| label: *(\S+) *$", source)
    return found[1] if found else ""


def labelled_outputs(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The outputs of cells that have a label, by it: their data by MIME type."""
    for cell in notebook["cells"]:
        label = label_of(joined(cell.get("source", "")))
        for output in cell.get("outputs") or []:
            if label and "data" in output:
                yield label, output["data"]


def markdown_of(data: Mapping[str, Any], folder: str) -> tuple[str, dict[str, bytes]]:
    """The Markdown of an output; the drawings that it shows, by their paths in a folder of theirs.

    Examples
    --------
    >>> carried = {"pictures": {"line-1.svg": "<svg/>"}}
    >>> markdown_of({"text/markdown": "![](line-1.svg)", estimates.MIME: carried}, "page")
    ('![](page/line-1.svg)', {'page/line-1.svg': b'<svg/>'})
    """
    text = joined(data["text/markdown"])
    files = {}
    for name, drawing in data.get(estimates.MIME, {}).get("pictures", {}).items():
        text = text.replace(f"]({name})", f"]({folder}/{name})")
        files[f"{folder}/{name}"] = drawing.encode("utf-8")
    return text, files


# --- The manifest of the edition in a project folder: the one list of the studies it publishes


@dataclass(frozen=True)
class Manifest:
    """What an edition says of itself. `pages` and `absent` are names, without suffix.

    The notebooks of `pages` are published, whatever else is beside them; those of `absent` failed,
    or were not asked for. Of `package` are the files of its data, by their paths in its folder.
    `revisions` are the days on which the edition was published anew, from `commit` of the project.
    """

    quarter: Quarter
    kind: str
    published: date
    pages: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    revisions: tuple[date, ...] = ()
    package: tuple[str, ...] = ()
    commit: str = ""

    @property
    def made(self) -> date:
        """The day that all pages bear: of the last revision, or else of the publication."""
        return (self.published, *self.revisions)[-1]

    @property
    def is_demonstration(self) -> bool:
        """Whether the figures are synthetic."""
        return self.kind == "demonstration"

    @property
    def label(self) -> str:
        """What every page says of the edition: its quarter, and its last revision."""
        if not self.pages:  # the list of editions
            return f"Dernière édition{french.NBSP}: {self.quarter}"
        name = f"Édition {self.quarter}"
        if not self.revisions:
            return name
        day = french.day_label(self.revisions[-1])
        return f"{name}, révision {len(self.revisions)} du {day}"


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the edition that a project folder holds."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise ObservError(f"{folder}: holds no edition; `observ edition` makes and publishes one")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        quarter, kind = Quarter.parse(raw["quarter"]), str(raw["kind"])
        published = date.fromisoformat(raw["published"])
        absent = {str(study["page"]): _is_absent(study) for study in raw["studies"]}
        revisions = tuple(map(date.fromisoformat, raw.get("revisions", ())))
        package = tuple(name for name in raw.get("frame", {}) if name.startswith(f"{PACKAGE}/"))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ObservError(
            f"{path}: not a manifest ({type(error).__name__}: {error}); it has quarter, kind, "
            "published (YYYY-MM-DD) and studies; make the edition again"
        ) from error
    if kind not in ("demonstration", "real"):
        raise ObservError(f"{path}: unknown kind {kind!r}; allowed: demonstration, real")
    pages = tuple(name for name in absent if not absent[name])
    missing = tuple(name for name in absent if absent[name])
    commit = str(raw.get("commit", ""))
    return Manifest(quarter, kind, published, pages, missing, revisions, package, commit)


def _is_absent(study: Mapping[str, Any]) -> bool:
    return "error" in study or study.get("asked") is False
