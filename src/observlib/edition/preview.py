"""The page of one study as the site would show it, made aside: nothing is published."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from observlib.base import files, period
from observlib.base.errors import ObservError
from observlib.base.replacing import replace_folder, workspace
from observlib.edition import consistency, manifest
from observlib.edition.compute import frame_files, is_computed
from observlib.edition.documentation import write_documentation
from observlib.edition.execute import execute
from observlib.edition.finalise import PageError
from observlib.edition.make import estimates_of, made_page
from observlib.edition.request import check_request
from observlib.edition.sheets import write_sheets
from observlib.publish import access, embedded, find_quarto, standing
from observlib.publish.project import read_project

_NO_PAGES = shutil.ignore_patterns("*.pdf", "*.ipynb", "*.csv", "*.svg", "*.png")


def preview(
    root: Path,
    data: Path,
    study: str,
    given: Mapping[str, str],
    workers: Executor,
    today: date | None = None,
) -> Path:
    """Execute one page of a study for the latest quarter, and make its HTML.

    Parameters
    ----------
    root, data
        The project's root, and the data folder with its store.
    study, given
        The study, and parameters as text. Where it makes a page for each product or survey, the
        first that the parameters leave is made.
    workers
        Where the page is executed (see `edition.workers`).
    today
        The day of making.

    Returns
    -------
    Path
        The page, in a copy of the site's pages as they stand, so that its links lead somewhere.

    Raises
    ------
    ObservError
        Where the page fails, or an edition would refuse it for what it tells (see
        `edition.consistency`); what `check_request` and the publisher raise. The page that was made
        before is then as it was.
    """
    request = check_request(root, data, None, [study], given, today or period.today())
    page = next(page for page in request.pages if page.name in request.wanted)
    request = replace(request, wanted=frozenset([page.name]))
    target = root / standing.PREVIEWS / page.name
    with (
        files.telling_write_errors(target.parent, "nothing was published"),
        workspace(target) as work,
    ):
        (outcome,) = execute([page], work, root, workers)
        try:
            made = made_page(outcome, request)
        except PageError as error:
            raise ObservError(f"study {page.name}: {error}") from error
        if is_computed(request):  # else the page has asked for no estimate
            rows = estimates_of(frame_files(request, None))
            consistency.check({page.name: made.notebook}, {}, rows)
        copy = work / "project"
        standing.copy_sources(root, copy)
        write_sheets(request.practices, request.catalogue, copy / "practices")
        write_documentation(root / "docs", copy / "documentation")
        entries = [*manifest.take_over(request, copy).values(), manifest.entry(page)]
        about = {**request.about, "published": request.today.isoformat()}
        manifest.write({**about, "studies": entries}, copy)
        (copy / f"{page.name}.ipynb").write_text(made.notebook, encoding="utf-8", newline="\n")
        project = read_project(copy, find_quarto() or "embedded")
        published, site = root / "reports" / "_site" / str(request.quarter), work / "site"
        if published.is_dir():
            shutil.copytree(published, site, ignore=_NO_PAGES)
        site.mkdir(exist_ok=True)
        source = PurePosixPath(f"{page.name}.ipynb")
        path = embedded.write_html(project, project.page(source), site)
        access.finish_pages(project, site, [path.relative_to(site).as_posix()])
        return replace_folder(site, target) / path.relative_to(site)
