"""What stands published, and whether a command would change anything of it.

A record of the last publication names all that it was made from and every file that it made. A
command that finds all of it again has nothing to do: this module imports nothing heavy, so that
such a command ends at once.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from observlib.base import disk_cache, files, inputs
from observlib.base.inputs import Inputs
from observlib.base.period import Quarter
from observlib.pipeline import project
from observlib.publish import publisher_used

PREVIEWS = Path("reports") / ".preview"
# in `reports/`, of editions that stand: of errata, those that tell their figures alone are made
BESIDE = ("reviews", "errata")
_BESIDE = tuple(f"the {name}" for name in BESIDE)
# what an edition makes in `reports/`, or did
MADE = ("_site", "_rendered", "editions", "_failed", "practices", "documentation")
_CODE = "the code"  # of notebooks
_RECORD = "published.json"


@dataclass(frozen=True)
class Record:
    """A publication: what it was made from, its quarter, its day, its pages, its files.

    `latest` is the quarter that was made then where none was asked for.
    """

    inputs: Inputs
    quarter: str
    made: str
    pages: Inputs
    files: Inputs
    latest: str = ""


def now(
    root: Path,
    data: Path,
    quarter: Quarter | None,
    only: Sequence[str],
    given: Mapping[str, str],
    publisher: str,
    today: date,
) -> Inputs:
    """All that an edition would be made from, and what is asked for, in whatever words.

    The data count by sizes and moments of change: a store's parts are never changed. Without a
    quarter, the one that is made follows from the data and from the latest that has ended: it is
    known here (else `""`) where both are those of the last publication.
    """
    found = {
        "the command": json.dumps([sorted(set(only)), sorted(given.items())]),
        "the data folder": str(data.resolve()),
        "the day": str(Quarter.last_complete(today)),
        "the publisher": publisher_used(publisher, root / disk_cache.FOLDER / "site"),
        **files_of_project(root, data),
        **_code(root),
        **_beside(root),
        **inputs.library(),
        **inputs.installed(),
        **inputs.stamps("the data", data / "store"),
    }
    return {**found, "the quarter": str(quarter) if quarter else _latest(root, found)}


def _beside(root: Path) -> Inputs:
    """The reviews and the errata of a project."""
    found = [inputs.tree(f"the {name}", root / "reports" / name) for name in BESIDE]
    return {name: digest for tree in found for name, digest in tree.items()}


def _code(root: Path) -> Inputs:
    """Of each notebook of a project, the cells of code, for which alone a page may run."""
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    return {f"{_CODE}/{path.name}": inputs.code(path) for path in notebooks}


def _calendar(data: Path, root: Path) -> Inputs:
    """The days of editions, which the site tells and no page."""
    path = project.calendar_file(data, root)
    return {"the calendar": inputs.digest(path.read_bytes())} if path else {}


def files_of_project(root: Path, data: Path) -> Inputs:
    """What people wrote in a project, for a data folder: all but the library."""
    return {
        **site_sources(root),
        **project.knowledge(data, root),
        **_calendar(data, root),
        **project.policy(data, root),
        **inputs.tree("the notebooks", root / "notebooks"),
    }


def _latest(root: Path, found: Inputs) -> str:
    """The quarter that is made where none is asked for, if the last publication tells it."""

    def followed_from(known: Inputs) -> Inputs:
        groups = ("the data", "the data folder", "the day")
        return {name: value for name, value in known.items() if name.partition("/")[0] in groups}

    record = read(root)
    is_known = record and followed_from(record.inputs) == followed_from(found)
    return record.latest if record and is_known else ""


def site_sources(root: Path) -> Inputs:
    """What people wrote of the site: its fixed pages, style and filters, the documentation."""
    reports = root / "reports"
    made = [path.name for path in reports.glob("*") if _is_made(path)]
    return {
        **inputs.tree("the site's sources", reports, {*MADE, *made, *BESIDE}),
        **inputs.tree("the site's sources/docs", root / "docs"),
    }


def _is_made(path: Path) -> bool:
    """Whether a folder of the site's sources holds what commands make: `_site`, and Quarto's."""
    if "_extensions" in path.parts:
        return False
    return (path.name in MADE or path.name.startswith("_")) and path.is_dir()


def copy_sources(root: Path, folder: Path) -> None:
    """Copy what people wrote of the site into a new folder."""

    def made(place: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name.startswith(".") or name in BESIDE}
        return hidden | {name for name in names if _is_made(Path(place, name))}

    shutil.copytree(root / "reports", folder, ignore=made)


def site_inputs(found: Mapping[str, str]) -> Inputs:
    """Of the inputs of an edition, those of its site beside the pages themselves."""
    asked = ("the command", "the quarter", "the day")
    told = (
        "the reference",
        "the actions",
        "the decisions",
        "the partners",
        "the corrections",
        "the expectations",
    )
    by_pages = ("the notebooks", _CODE, "the data", "the data folder", *told)
    aside = (*asked, *by_pages)
    return {name: value for name, value in found.items() if name.partition("/")[0] not in aside}


def origin(root: Path, found: Mapping[str, str]) -> Inputs:
    """What a project holds, by groups of the inputs of an edition: a digest each; and its lock."""
    asked = ("the command", "the day", "the publisher", "the quarter", *_BESIDE)
    aside = (*asked, _CODE, "the data", "the data folder", "Python", "the packages")
    held = {name: value for name, value in found.items() if name.partition("/")[0] not in aside}
    lock = root / "requirements.lock"
    locked = {"the lock": inputs.file(lock)} if lock.is_file() else {}
    return inputs.by_group(held) | locked


def may_run(root: Path, found: Inputs) -> int:
    """How many inputs differ for which pages may have to be executed.

    None where only the site changed, or the text of notebooks.
    """

    def of_pages(known: Inputs) -> Inputs:
        beside = ("the site's sources", "the publisher", "the calendar", "the policy", *_BESIDE)
        alone = ("the notebooks", *beside)  # of which code is executed
        return {name: value for name, value in known.items() if name.partition("/")[0] not in alone}

    record = read(root)
    known = of_pages(record.inputs) if record else {}
    return len(dict(of_pages(found).items() ^ known.items()))


def read(root: Path) -> Record | None:
    """The record of the last publication; None where there is none that can be read."""
    try:
        raw: Any = json.loads((root / disk_cache.FOLDER / _RECORD).read_text(encoding="utf-8"))
        return Record(**raw)
    except (OSError, ValueError, TypeError):
        return None


def write(root: Path, record: Record) -> None:
    """Remember a publication."""
    (root / disk_cache.FOLDER).mkdir(parents=True, exist_ok=True)
    files.write_text(
        root / disk_cache.FOLDER / _RECORD, json.dumps(asdict(record), ensure_ascii=False)
    )


def files_of(site: Path, edition: Path) -> Inputs:
    """The files of a publication: the whole site, and the edition's notebooks."""
    return inputs.tree("files of the site", site) | inputs.tree("files of the edition", edition)


def since(root: Path, found: Inputs) -> Record | None:
    """The last publication, where these inputs are its own and all its files are as it made them.

    Otherwise None.
    """
    record = read(root)
    if record is None or record.inputs != found:
        return None
    reports = root / "reports"
    edition = reports / "editions" / record.quarter
    there = files_of(reports / "_site", edition)
    return record if there == record.files else None
