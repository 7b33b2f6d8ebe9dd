"""Packages to send to partners: for each, its page (of each department) as PDF, and its data.

All is taken from an edition as it is published; nothing is sent. A log beside the packages says
what was made, for whom, with which digest, and when.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from observlib import dataset, estimates
from observlib.base import files, kept, period
from observlib.base.errors import ObservError, UsageError, bounded
from observlib.base.period import Quarter, edition_day
from observlib.base.text import as_cell, of_cell
from observlib.display import style
from observlib.edition.finalise import told_on
from observlib.edition.make import MANIFEST, read_edition_file
from observlib.estimates import make_comparisons
from observlib.language import french
from observlib.pipeline.revisions import keys_of
from observlib.publish import record
from observlib.publish.downloads import COMPARISONS, ESTIMATES, frames, open_data

STUDY = "fiche_partenaire"
LOG = "envois.csv"
_HEAD = ["date", "trimestre", "organisme", "fichier", "sha256"]
_AGAIN = "publish it again: `observ edition {}`"


class _Package(NamedTuple):
    """A package, ready to be written: whose it is, its path, its bytes."""

    title: str
    path: Path
    content: bytes


def make_packages(
    root: Path, quarter: Quarter, folder: Path, *, replace: bool = False, today: date | None = None
) -> dict[str, str]:
    """Write a package for each partner that the quarter's edition has a page of, or none at all."""
    today = today or period.today()
    _check_folder(root, folder)
    packages = list(_packages(root, quarter, folder))
    become = {package: _state(package) for package in packages}
    differing = [package.path for package, state in become.items() if state == "replaced"]
    if differing and not replace:
        how = "is there already, and differs; name another folder, or give --replace"
        raise UsageError(*(f"{path}: {how}" for path in differing))
    with files.telling_write_errors(folder, "packages that were not told are as they were"):
        folder.mkdir(parents=True, exist_ok=True)
        logged = _read_log(folder / LOG)
        for package, state in become.items():
            if state != "unchanged":
                files.write_bytes(package.path, package.content)
        known = [line[1:] for line in logged]
        lines = [
            [quarter, as_cell(one.title), one.path.name, hashlib.sha256(one.content).hexdigest()]
            for one in packages
        ]
        if new := [[today.isoformat(), *line] for line in lines if line not in known]:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows([_HEAD, *logged, *new])
            files.write_text(folder / LOG, text.getvalue())
    return {str(package.path): state for package, state in become.items()}


def _check_folder(root: Path, folder: Path) -> None:
    """Refuse a folder of the site or of a store, by whatever link it is reached."""
    place = folder.resolve()
    if place.is_relative_to((root / "reports").resolve()):
        raise UsageError(f"{folder}: is in reports/, which is the site's; name another folder")
    for above in (place, *place.parents):
        if (above / "ledger.json").is_file():
            raise UsageError(f"{folder}: is in the store {above}; name another folder")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder")


def _packages(root: Path, quarter: Quarter, folder: Path) -> Iterator[_Package]:
    """The packages of an edition, in the order of its pages."""
    manifest = _manifest(root, quarter)
    pages = [page for page in manifest["studies"] if page["study"] == STUDY and "sha256" in page]
    if not pages:
        raise ObservError(
            f"edition {quarter}: has no page of a partner; it has one for each partner of "
            "data/catalogue/partners.yml that something leads to"
        )
    site = root / "reports" / "_site" / quarter
    if not site.is_dir():
        raise ObservError(f"reports/_site: does not hold {quarter}; {_AGAIN.format(quarter)}")
    made = edition_day(manifest["published"], manifest["revisions"])
    problems: list[str] = []
    contents = []
    for page in pages:
        try:
            contents.append(_contents(root, page, manifest))
        except ObservError as error:
            problems += error.problems
    if problems:
        raise ObservError(*problems, _AGAIN.format(quarter))
    for page, found in zip(pages, contents, strict=True):
        name = f"{quarter}-{_whose(page)}"
        inside = {f"{name}/{path}": content for path, content in found.items()}
        yield _Package(page["title"], folder / f"{name}.zip", dataset.archive(inside, made))


def _manifest(root: Path, quarter: Quarter) -> dict[str, Any]:
    editions = root / "reports" / "editions"
    if found := read_edition_file(editions / quarter / MANIFEST):
        return found
    known = sorted(path.parent.name for path in editions.glob(f"*/{MANIFEST}"))
    there = f"; there is {', '.join(known)}" if known else ""
    raise ObservError(
        f"edition {quarter}: does not exist{there}; make it: `observ edition {quarter}`"
    )


def _contents(root: Path, page: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a package, by their paths: those of the site, or made of its rows."""
    name, whose = page["page"], _whose(page)
    quarter, reports = manifest["quarter"], root / "reports"
    notebook, site = reports / "editions" / quarter / f"{name}.ipynb", reports / "_site" / quarter
    if hashlib.sha256(_read(notebook)).hexdigest() != page["sha256"]:
        raise ObservError(f"{notebook}: is not as the edition made it")
    place = site / f"{name}.pdf"
    pdf = _read(place)
    own = kept.bytes_digest(pdf)
    if own != record.raw(site).get("files", {}).get(place.name, own):
        raise ObservError(f"{place}: is not as it was published")
    for ending, text in open_data(notebook).items():
        if _read(site / f"{name}{ending}") != text.encode("utf-8"):
            raise ObservError(f"{site / name}{ending}: does not hold the edition's rows")
    tables, whole = frames(notebook), notebook.parent / dataset.PACKAGE_FOLDER
    described = json.loads(_read(whole / "datapackage.json"))
    about = dataset.About(
        name=f"{site.name.lower()}-{whose}",
        title=f"{page['title']}, {french.period_label(quarter)}",
        quarter=quarter,
        made=edition_day(manifest["published"], manifest["revisions"]),
        synthetic=manifest["kind"] == "demonstration",
        publisher=described["contributors"][0]["title"],
        brand=style.read_brand(reports),
        says={"Contenu": "Les chiffres que montre la page.", "Constat": page["description"]},
    )
    rows = tables.get(ESTIMATES, estimates.make([]))
    pairs = tables.get(COMPARISONS, make_comparisons(None))
    words, all_rows = (
        dataset.read_table(_read(whole / name)) for name in ("dictionary.csv", "estimates.csv")
    )
    found = dataset.contents(rows, pairs, words, about, _marks(all_rows), _errata(notebook))
    return {f"{whose}.pdf": pdf, **found}


def _whose(page: Mapping[str, Any]) -> str:
    """The partner of a page and, where it is of one, the department: the last of its name."""
    return str(page["page"]).removeprefix(f"{STUDY}-")


def _marks(rows: pd.DataFrame) -> dataset.Flags:
    """Which figures are revised, as the edition's own package has them."""
    rows = rows[rows["flags"].str.contains("[br]")]
    keys = zip(*(rows[name].map(of_cell) for name in estimates.FIGURE), strict=True)
    return dict(zip(keys, rows["flags"], strict=True))


def _errata(notebook: Path) -> pd.DataFrame | None:
    """The errata of figures that a page tells, as the edition's own package has them, if any."""
    path = notebook.parent / dataset.PACKAGE_FOLDER / "errata.csv"
    if not path.is_file():
        return None
    known, told = dataset.read_table(_read(path)), told_on(_read(notebook).decode("utf-8"))
    known[[*estimates.FIGURE, "what"]] = known[[*estimates.FIGURE, "what"]].map(of_cell)
    return known[keys_of(known).isin(keys_of(told))]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ObservError(f"{path}: cannot be read ({error.strerror})") from error


def _state(package: _Package) -> str:
    """What writing a package would do to what stands there."""
    if package.path.is_dir():
        raise UsageError(f"{package.path}: is a folder; name another place")
    if not package.path.exists():
        return "made"
    return "unchanged" if _read(package.path) == package.content else "replaced"


def _read_log(path: Path) -> list[list[str]]:
    """The lines of the log, without its head; none where there is no log yet."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        text = ""
    head, *lines = [*csv.reader(io.StringIO(text))] or [[]]
    wrong = [number for number, line in enumerate(lines, 2) if len(line) != len(_HEAD)]
    if head != _HEAD or wrong:
        where = f", lines {bounded(wrong)}" if head == _HEAD else ""
        raise ObservError(
            f"{path}{where}: is no log of packages, whose columns are {', '.join(_HEAD)}; move it "
            "away, and the next is begun"
        )
    return lines
