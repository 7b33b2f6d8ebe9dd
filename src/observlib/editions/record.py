"""What an edition says of itself in the site: its days, its headline, its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from observlib import estimates, inputs, publications
from observlib.errors import ObservError

NAME = "edition.json"
_SOURCES = ["source", estimates.REFERENCE + "source"]  # a new export alone tells nothing new


@dataclass(frozen=True)
class Edition:
    """An edition as it is published.

    `published` is the day of its publication, and `revisions` those of its revisions. `told` is the
    digest of all that its pages tell; `files` are its files, by their digests.
    """

    quarter: str
    kind: str
    published: str
    revisions: tuple[str, ...]
    headline: str
    told: str
    files: inputs.Inputs

    @property
    def is_demonstration(self) -> bool:
        """Whether the figures are synthetic."""
        return self.kind == "demonstration"

    @property
    def changed(self) -> date:
        """The day of its last revision, or else of its publication."""
        return date.fromisoformat((self.published, *self.revisions)[-1])


def published(site: Path) -> list[Edition]:
    """The editions that a site holds, the latest first.

    Raises
    ------
    ObservError
        Where one does not say what it is.
    """
    found = [_read(path) for path in site.glob(f"*-T[1-4]/{NAME}")]
    return sorted(found, key=lambda edition: edition.quarter, reverse=True)


def _read(path: Path) -> Edition:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Edition(**{**raw, "revisions": tuple(raw["revisions"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ObservError(
            f"{path}: does not say what edition this is ({error}); bring it back from a copy, or "
            f"remove {path.parent} and publish it again: `observ edition {path.parent.name}`"
        ) from error


def made(
    manifest: Mapping[str, Any], folder: Path, headline: str, before: Edition | None, today: date
) -> Edition:
    """An edition that is about to be published.

    It is a revision where the quarter's edition was published on an earlier day, of the same kind
    of data, and a figure, a finding or a page is no longer the same. What is made again on the day
    of the last publication takes its place.

    Parameters
    ----------
    manifest, folder
        The edition's manifest, and the folder of its estimates and comparisons.
    headline
        The edition in a sentence.
    before
        The quarter's edition as it is published, if it is.
    today
        The day of publication.
    """
    whole = [page for page in manifest["studies"] if "description" in page]
    tells = [[page["page"], page["description"]] for page in whole]
    for table in publications.tables(folder):
        rows = table.drop(columns=_SOURCES, errors="ignore")
        tells.append(sorted(estimates.lines(rows)))
    told = inputs.digest(json.dumps(tells).encode())
    day = today.isoformat()
    new = Edition(str(manifest["quarter"]), manifest["kind"], day, (), headline, told, {})
    if before is None or before.kind != new.kind:
        return new
    is_revised = told != before.told and day > before.changed.isoformat()
    days = (*before.revisions, day) if is_revised else before.revisions
    return replace(new, published=before.published, revisions=days)


def write(edition: Edition, folder: Path) -> None:
    """Write what an edition says of itself beside its pages, once these are made."""
    whole = replace(edition, files=files_of(folder))
    text = json.dumps(asdict(whole), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")


def files_of(folder: Path) -> inputs.Inputs:
    """The files of an edition by their digests, without what says so."""
    found = inputs.tree("", folder)
    return {name[1:]: digest for name, digest in found.items() if name != f"/{NAME}"}
