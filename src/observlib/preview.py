"""The page of one study as the site would show it, made aside: nothing is published."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath

from observlib import files, standing
from observlib.edition import manifest
from observlib.edition.asked import ask
from observlib.edition.documentation import write_documentation
from observlib.edition.execute import Run
from observlib.edition.finalise import PageError
from observlib.edition.make import finalised
from observlib.edition.sheets import write_sheets
from observlib.errors import ObservError
from observlib.publish import embedded, html
from observlib.publish.project import read_project
from observlib.swap import replace_folder, workspace

_NO_PAGES = shutil.ignore_patterns("*.pdf", "*.ipynb", "*.csv", "*_files")


def preview(
    root: Path,
    data: Path,
    study: str,
    given: Mapping[str, str],
    run: Run,
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
    run
        Executes pages (see `edition.execute.started`).
    today
        The day of making.

    Returns
    -------
    Path
        The page, in a copy of the site's pages as they stand, so that its links lead somewhere.

    Raises
    ------
    ObservError
        Where the page fails; what `edition.asked.ask` and the publisher raise. The page that was
        made before is then as it was.
    """
    today = today or date.today()
    asked = ask(root, data, None, [study], given, today)
    page = next(page for page in asked.pages if page.name in asked.wanted)
    others = [other for other in asked.pages if other != page]
    quarter = str(asked.quarter)
    about = {"quarter": quarter, "kind": asked.kind, "made": today.isoformat()}
    target = root / standing.PREVIEWS / page.name
    with (
        files.telling_write_errors(target.parent, "nothing was published"),
        workspace(target) as work,
    ):
        (outcome,) = run([page], work)
        if outcome.error:
            raise ObservError(f"study {page.name}: {outcome.error}")
        try:
            made = finalised(outcome, about, root)
        except PageError as error:
            raise ObservError(f"study {page.name}: {error}") from error
        copy = work / "project"
        standing.copy_sources(root, copy)
        write_sheets(asked.practices, asked.catalogue, copy / "practices")
        write_documentation(root / "docs", copy / "documentation")
        folder = copy / "editions" / quarter
        folder.mkdir(parents=True)
        edition = root / "reports" / "editions" / quarter
        known = manifest.take_over(edition, folder, asked.kind, others)
        entries = [*known.values(), manifest.entry(page)]
        manifest.write({**about, "studies": entries}, folder)
        (folder / f"{page.name}.ipynb").write_text(made.notebook, encoding="utf-8", newline="\n")
        project = read_project(copy)
        published, site = root / "reports" / "_site", work / "site"
        if published.is_dir():
            shutil.copytree(published, site, ignore=_NO_PAGES)
        site.mkdir(exist_ok=True)
        shutil.copyfile(html.style(), site / "site.css")
        source = PurePosixPath("editions", quarter, f"{page.name}.ipynb")
        path = embedded.write_html(project, project.page(source), site)
        return replace_folder(site, target) / path.relative_to(site)
