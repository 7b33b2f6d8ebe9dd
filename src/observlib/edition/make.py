"""The making of an edition's pages: those that are kept, the others executed and finalised.

Everything is made in a work folder of its own inside `reports/`; what is published changes only
when all of it stands.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import nbformat

import observlib
from observlib.edition import manifest
from observlib.edition.engine import TABLES_READ
from observlib.edition.execute import Outcome, Workers, execute
from observlib.edition.finalise import PageError, finalise
from observlib.edition.page_cache import Made, keep, recall
from observlib.edition.plan import Page
from observlib.edition.study import front_matter
from observlib.errors import ObservError
from observlib.inputs import Inputs
from observlib.tables import TABLES

Progress = Callable[[int, int, str], None]
FEW = 2


def make(
    pages: Sequence[Page],
    edition: dict[str, Any],
    root: Path,
    folder: Path,
    failed: Path,
    keep_going: bool = False,
    progress: Progress | None = None,
    *,
    kept: Path | None = None,
    shared: Callable[[], Inputs] = dict,
    others: Mapping[str, manifest.Entry] | None = None,
    workers: Workers | None = None,
    prepare: Callable[[Executor], None] | None = None,
) -> dict[str, Any]:
    """Make the pages of an edition in a folder, and write its manifest there.

    A page that was made before from the same inputs is not executed again: it is taken from what
    is kept, with the day on which it was made.

    Parameters
    ----------
    pages
        The plan.
    edition
        `quarter`, `kind` (`real` or `demonstration`), `data` (the store's digest) and `made`, the
        day.
    root
        The project's root.
    folder
        Folder for `<page>.ipynb` and `manifest.json`.
    failed
        Where the notebooks of failed pages are put, to be looked at.
    keep_going
        Make a partial edition of the pages that succeed.
    progress
        Called with pages done, pages in all and the page just done.
    kept
        The folder of pages that are kept; without it none is.
    shared
        Gives what all pages depend on, as it is when it is called.
    others
        Entries, by page, of those of the plan that are not to be made: their notebooks, if any, are
        in the folder already.
    workers
        The processes that execute pages, where they are `edition.execute.started` already.
    prepare
        Called with them before more than a `FEW` pages are executed: what many of them ask for is
        computed once, where a few compute what they ask for themselves.

    Returns
    -------
    dict
        The manifest: `quarter`, `kind`, `made` (the day of its newest page), `version`, and
        `studies`, whose entries `edition.manifest` describes.

    Raises
    ------
    ObservError
        With each page that failed, unless `keep_going` and at least one succeeded.
    """
    others = others or {}
    wanted = [page for page in pages if page.name not in others]
    executed = folder / ".executed"
    executed.mkdir(parents=True)
    shutil.rmtree(failed, ignore_errors=True)
    depends = shared()
    made = {p.name: found for p in wanted if kept and (found := recall(kept, p, depends))}
    waiting = [page for page in wanted if page.name not in made]
    outcomes: list[Outcome] = []
    if waiting:
        before = prepare if len(waiting) > FEW else None
        outcomes = execute(waiting, executed, root, workers or 2, progress=progress, before=before)
    # what changed while pages ran may be in them: they are not kept by what was before
    may_be_kept = kept if depends == shared() else None
    errors, problems = {}, []
    for outcome in outcomes:
        page, error = outcome.page, outcome.error
        if not error:
            try:
                made[page.name] = finalised(outcome, edition, root)
            except PageError as problem:
                error = str(problem)
        if error:
            errors[page.name] = error.replace(f"{root}{os.sep}", "")
            aside = _put_aside(outcome, failed)
            problems.append(f"study {page.name}: {error}{f'; see {aside}' if aside else ''}")
        elif may_be_kept:
            keep(may_be_kept, page, depends, made[page.name])
    shutil.rmtree(executed)
    if problems and (not keep_going or not made):
        advice = ", or publish the others with --keep-going" if made and not keep_going else ""
        raise ObservError(*problems, f"nothing was published; mend what failed{advice}")
    entries = []
    for page in pages:
        if page.name in others:
            entries.append(others[page.name])
        elif page.name in errors:
            entries.append(manifest.entry(page, error=errors[page.name]))
        else:
            text = made[page.name].notebook
            (folder / f"{page.name}.ipynb").write_text(text, encoding="utf-8", newline="\n")
            entries.append(manifest.entry_of(page, made[page.name], edition["data"]))
    whole = {
        "quarter": edition["quarter"],
        "kind": edition["kind"],
        "made": max(known["made"] for known in entries if "made" in known),
        "version": observlib.__version__,
        "studies": entries,
    }
    manifest.write(whole, folder)
    return whole


def finalised(outcome: Outcome, edition: dict[str, Any], root: Path) -> Made:
    """The page that an executed notebook is; what is wrong with it is a `PageError`."""
    notebook = nbformat.read(outcome.path, as_version=4)
    tables = notebook.metadata.get(TABLES_READ, list(TABLES))
    page = finalise(notebook, outcome.page, edition, root)
    text, finding = nbformat.writes(page) + "\n", front_matter(page)["description"]
    return Made(text, finding, edition["made"], tuple(tables))


def _put_aside(outcome: Outcome, failed: Path) -> Path | None:
    """Where a failed page's notebook now is; None where it was not even begun."""
    if not outcome.path.exists():
        return None
    failed.mkdir(exist_ok=True)
    shutil.move(outcome.path, failed / outcome.path.name)
    return failed / outcome.path.name
