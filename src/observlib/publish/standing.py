"""What stands published, and whether a command would change anything of it.

Of each publication it is kept from what it was made, and which files it made. Nothing heavy is
imported: a command that has nothing to do ends at once.
"""

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from observlib.base import kept
from observlib.base.kept import Inputs
from observlib.base.period import Quarter
from observlib.pipeline import project
from observlib.publish import publisher_used

PREVIEWS = Path("reports") / ".preview"
# in `reports/`, of editions that stand: of errata, those that tell their figures alone are made
BESIDE = ("reviews", "errata")
_BESIDE = ("the reviews", "the errata")
# what an edition makes in `reports/`, or did
MADE = ("_site", "_rendered", "editions", "_failed", "practices", "documentation")
_CODE = "the code"  # of notebooks
_EDITION, _SITE = "edition", "site"  # what is kept of a publication
_RECORD = "record.json"
_FULL_REPORT = "the full report"
_ASKED = ("the command", _FULL_REPORT, "the quarter", "the day")
_DATA = ("the data", "the data folder")
# groups of inputs of which a site shows what pages do
_OF_PAGES = (
    *("the notebooks", _CODE, *_DATA, "the reference", "the actions", "the decisions"),
    *("the partners", "the corrections", "the expectations"),
)


class StandingPublication(NamedTuple):
    """A publication: its quarter, its day, and the digests of its files."""

    quarter: str
    made: str
    files: Inputs


def now(
    root: Path,
    data: Path,
    quarter: Quarter | None,
    only: Sequence[str],
    given: Mapping[str, str],
    publisher: str,
    today: date,
    full_report: bool = False,
) -> Inputs:
    """All that an edition would be made from, and what is asked for, in whatever words."""
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    return {
        "the command": json.dumps([sorted(set(only)), sorted(given.items())]),
        _FULL_REPORT: str(full_report),
        "the data folder": str(data.resolve()),
        "the quarter": quarter or "",
        "the day": str(Quarter.last_complete(today)),
        "the publisher": publisher_used(publisher, root / kept.KEPT_FOLDER / "site"),
        **files_of_project(root, data),
        **{f"{_CODE}/{path.name}": kept.notebook(path, ("code",)) for path in notebooks},
        **kept.tree("the reviews", root / "reports" / "reviews"),
        **kept.tree("the errata", root / "reports" / "errata"),
        **kept.library_files(),
        **kept.installed_packages(),
        **kept.stamps("the data", data / "store"),
    }


def files_of_project(root: Path, data: Path) -> Inputs:
    """What people wrote in a project, for a data folder: all but the library."""
    calendar = project.calendar_file(data, root)  # which the site tells and no page
    reports = root / "reports"
    made = [path.name for path in reports.glob("*") if _is_made(path)]
    return {
        **kept.tree("the site's sources", reports, {*MADE, *made, *BESIDE}),
        **kept.tree("the site's sources/docs", root / "docs"),
        **project.knowledge(data, root),
        **({"the calendar": kept.file(calendar)} if calendar else {}),
        **project.policy(data, root),
        **kept.tree("the notebooks", root / "notebooks"),
    }


def _is_made(path: Path) -> bool:
    """Whether a folder of the site's sources holds what commands make: `_site`, and Quarto's."""
    is_named = path.name in MADE or path.name.startswith("_")
    return is_named and "_extensions" not in path.parts and path.is_dir()


def copy_sources(root: Path, folder: Path) -> None:
    """Copy what people wrote of the site into a new folder."""

    def made(place: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name.startswith(".") or name in BESIDE}
        return hidden | {name for name in names if _is_made(Path(place, name))}

    shutil.copytree(root / "reports", folder, ignore=made)


def _without(found: Inputs, groups: Collection[str]) -> Inputs:
    """Inputs but for those of some groups."""
    return {name: value for name, value in found.items() if name.partition("/")[0] not in groups}


def _site_inputs(found: Inputs, manifest: Mapping[str, Any]) -> Inputs:
    """What a site is made of: its pages, and of its edition's inputs those that no page has."""
    pages = {f"its pages/{entry['page']}": entry for entry in manifest["studies"]}
    beside = {"quarter": "the quarter", "kind": "the kind of data", "frame": "its estimates"}
    shown = pages | {name: manifest[key] for key, name in beside.items()}
    shown[_FULL_REPORT] = manifest.get("full_report", False)
    digests = {name: kept.bytes_digest(json.dumps(what).encode()) for name, what in shown.items()}
    return _without(found, (*_ASKED, *_OF_PAGES)) | digests


def origin(root: Path, found: Inputs) -> Inputs:
    """What a project holds, by groups of the inputs of an edition: a digest each; and its lock."""
    aside = (*_ASKED, *_BESIDE, *_DATA, _CODE, "the publisher", "Python", "the packages")
    lock = root / "requirements.lock"
    locked = {"the lock": kept.file(lock)} if lock.is_file() else {}
    return kept.by_group(_without(found, aside)) | locked


def may_run(root: Path, found: Inputs) -> int:
    """How many inputs differ for which pages may have to be executed, beside the site and texts."""
    differ = kept.differing(_folder(root), _EDITION, found)
    beside = ("the site's sources", "the publisher", "the calendar", "the policy", *_BESIDE)
    alone = ("the notebooks", _FULL_REPORT, *beside)  # of which code is executed
    return len(_without(dict.fromkeys(found if differ is None else differ, ""), alone))


def keep_publication(
    root: Path,
    found: Inputs,
    manifest: Mapping[str, Any],
    record: StandingPublication,
    is_latest: bool,
) -> None:
    """Remember a publication; that of the latest quarter is made where none is asked for."""
    files = {_RECORD: json.dumps(record, ensure_ascii=False).encode()}
    kept.put(_folder(root), _SITE, _site_inputs(found, manifest), files)
    quarters = (record.quarter, *([""] if is_latest else []))
    # what has a full report has what is made without
    for report, quarter in product({found[_FULL_REPORT], str(False)}, quarters):
        asked = {_FULL_REPORT: report, "the quarter": quarter}
        kept.put(_folder(root), _EDITION, found | asked, files)


def since(
    root: Path, found: Inputs, manifest: Mapping[str, Any] | None = None
) -> StandingPublication | None:
    """The publication of these inputs, or whose site is of them and a manifest, where it stands."""
    name, of = (_SITE, _site_inputs(found, manifest)) if manifest else (_EDITION, found)
    record = _read(root, name, of)
    return record if record and not _changed(root, record) else None


def why_site(root: Path, found: Inputs, manifest: Mapping[str, Any]) -> list[str]:
    """Why the site that stands is not the one to publish; nothing where it is."""
    of = _site_inputs(found, manifest)
    record = _read(root, _SITE, of)
    return _changed(root, record) if record else kept.why(_folder(root), _SITE, of)


def _folder(root: Path) -> Path:
    return root / kept.KEPT_FOLDER / "published"


def _read(root: Path, name: str, of: Inputs) -> StandingPublication | None:
    found = kept.get(_folder(root), name, of)
    return StandingPublication(*json.loads(found[_RECORD])) if found else None


def _changed(root: Path, record: StandingPublication) -> list[str]:
    """Which files of a publication are not as it made them."""
    reports = root / "reports"
    there = publication_files(reports / "_site", reports / "editions" / record.quarter)
    return kept.difference_words(record.files, there)


def publication_files(site: Path, edition: Path) -> Inputs:
    """The files of a publication: the whole site, and the edition's notebooks."""
    return kept.tree("files of the site", site) | kept.tree("files of the edition", edition)
