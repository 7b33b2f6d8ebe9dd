"""The project folder of an edition: what people wrote of the site, around its notebooks.

The home page gets what the edition tells first, the method page what was measured of it, and each
study its passport and, where the site has a page for them, the origins of its numbers. A page that
tells a figure of an erratum says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError
from observlib.base.files import write_all
from observlib.base.period import edition_day
from observlib.edition import errata_page as told_errata
from observlib.edition import menus, origins, quality
from observlib.edition.documentation import write_documentation
from observlib.edition.front_page import front_page, next_edition
from observlib.edition.notices import headed, with_attack, with_notices, with_package, with_part
from observlib.edition.provenance import with_passport
from observlib.edition.request import Request
from observlib.edition.sheets import write_sheets
from observlib.language.typography import typography
from observlib.pipeline import archive, disclosed, errata, frame
from observlib.publish import standing
from observlib.publish.editions import dates
from observlib.publish.editions import revisions as revised_figures
from observlib.themes import main_points, quotes

# places of the method's page, and the files of `reports/` that stand there
_MEASURED = {"effacement": "_redaction.md", "machine": "_machine.md"}


def stage(request: Request, work: Path, manifest: Mapping[str, Any]) -> Path:
    """Make the project folder of the edition that a work folder holds, beside it.

    Parameters
    ----------
    request
        Of which quarter and data.
    work
        Holds the edition's folder, `edition`.
    manifest
        The edition's, with its days.

    Returns
    -------
    Path
        The folder, of which a publisher makes pages.

    Raises
    ------
    ObservError
        Where the home page, or what was measured, is absent or not UTF-8.
    """
    copy, reports = work / "project", request.root / "reports"
    shutil.rmtree(copy, ignore_errors=True)
    standing.copy_sources(request.root, copy)
    not_pages = shutil.ignore_patterns(*archive.FILES)
    shutil.copytree(work / "edition", copy, ignore=not_pages, dirs_exist_ok=True)
    write_sheets(request.practices, request.catalogue, copy / "practices")
    write_documentation(request.root / "docs", copy / "documentation")
    corrected = {
        page: told_errata.callouts(rows, request.catalogue)
        for page, rows in told_errata.by_page(request, work / "edition").items()
    }
    has_origins = (copy / f"{origins.FOLDER}.qmd").exists()
    manifest = {**manifest, "site": request.brand.name}
    for study in manifest["studies"]:
        if "sha256" in study:
            page = copy / f"{study['page']}.ipynb"
            its_origins = f"{origins.FOLDER}/{study['page']}.qmd" if has_origins else ""
            text = page.read_text(encoding="utf-8")
            text = with_passport(text, study, manifest, request.place, its_origins)
            if told_here := corrected.get(study["page"]):
                text = told_errata.on_notebook(text, told_here)
            page.write_text(text, encoding="utf-8", newline="\n")
    if has_origins:
        there = [study for study in manifest["studies"] if "sha256" in study]
        origins.write(request, copy, there, *archive.tables(work / "edition"))
    edition, about = work / "edition", (copy, manifest, request)
    _announce(reports / "index.qmd", *about, edition, corrected.get(told_errata.HOME, []))
    _tell_method(reports / "methode.qmd", *about, edition, corrected.get(told_errata.METHOD, []))
    menus.group(copy, manifest["studies"], request.catalogue)
    return copy


def _tell_method(
    method: Path,
    copy: Path,
    manifest: Mapping[str, Any],
    request: Request,
    edition: Path,
    callouts: Iterable[str],
) -> None:
    """Put on the copy of the method page, if there is one, what was measured and what code says.

    That is what the edition's own attack found, what redaction and the machine find of texts, the
    rule by which texts are quoted, the quality of the edition, and what became of published
    figures.
    """
    if method.exists():
        report = disclosed.report(disclosed.decisions(request.data, request.quarter))
        text = method.read_text(encoding="utf-8")
        text = with_attack(text, str(request.quarter), report, request.catalogue)
        text = with_part(text, "citation", typography(quotes.rule()))
        text = with_part(text, "faits", typography(main_points.rule()))
        day = edition_day(manifest["published"], manifest["revisions"])
        text = with_part(text, "qualite", quality.told(request, edition, manifest["published"]))
        catalogue = errata.with_reasons(request.catalogue, told_errata.of_edition(request, edition))
        of = (catalogue, request.quarter, day)
        before = archive.earlier(request.data)
        rows, _ = archive.tables(edition)
        text = with_part(text, "revisions", revised_figures.part(rows, before, *of))
        for name, measured in _MEASURED.items():
            if f"<!-- {name} -->" in text:
                text = with_part(text, name, _measured(method.with_name(measured)))
        text = headed(text, callouts) if callouts else text
        (copy / method.name).write_text(text, encoding="utf-8", newline="\n")


def _measured(path: Path) -> str:
    """What was measured of texts, as a part of the method page."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ObservError(
            f"reports/{path.name}: is absent or not UTF-8; restore it, or take its place out of "
            "reports/methode.qmd"
        ) from error


def _announce(
    home: Path,
    copy: Path,
    manifest: Mapping[str, Any],
    request: Request,
    edition: Path,
    callouts: Iterable[str],
) -> None:
    """Put the notices and the main points of an edition's folder on the copy of the home page."""
    try:
        text = home.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ObservError(
            f"reports/{home.name}: is absent or not UTF-8; an edition needs it as its home page"
        ) from error
    rows, pairs = archive.tables(edition)
    points, pictures = front_page(
        rows,
        pairs,
        request.catalogue,
        frame.actions(request.data, request.quarter),
        request.quarter,
        {study["page"] for study in manifest["studies"] if "sha256" in study},
    )
    text = with_package(with_part(text, "points", points), edition, manifest.get("frame", {}))
    if following := dates.load(request.data, request.root).after(str(request.quarter)):
        said = next_edition(following[0].quarter, following[0].date)
        text = with_part(text, "prochaine", said)
    text = with_notices(text, manifest, callouts)
    (copy / home.name).write_text(text, encoding="utf-8", newline="\n")
    write_all(pictures, copy)
