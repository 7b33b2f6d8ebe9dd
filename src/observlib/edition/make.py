"""The making of an edition: plan, execute, finalise, and its manifest.

Everything is made in a work folder of its own inside `reports/`; what is published changes only
when all of it stands.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

import observlib
from observlib.catalogue import Catalogue
from observlib.edition.execute import Outcome, execute
from observlib.edition.finalise import PageError, finalise
from observlib.edition.plan import Page
from observlib.edition.study import front_matter
from observlib.errors import ObservError

Progress = Callable[[int, int, str], None]
MANIFEST = "manifest.json"


def make(
    pages: Sequence[Page],
    edition: dict[str, Any],
    root: Path,
    folder: Path,
    failed: Path,
    catalogue: Catalogue,
    keep_going: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Execute the pages of an edition into a new folder, and write its manifest there.

    Parameters
    ----------
    pages
        The plan.
    edition
        `quarter`, `kind` (`real` or `demonstration`), `data` (the store's digest), `made`, and
        `only` where not every study was wanted.
    root
        The project's root.
    folder
        New folder for `<page>.ipynb` and `manifest.json`.
    failed
        Where the notebooks of failed pages are kept, to be looked at.
    catalogue
        Says with how many decimals estimates are published.
    keep_going
        Make a partial edition of the pages that succeed.
    progress
        Called with pages done, pages in all and the page just done.

    Returns
    -------
    dict
        The manifest: `edition`'s keys, `version`, `partial`, and `studies` (one entry a page:
        `page`, `study`, `title`, `parameters`, `description`, `sha256` or `error`).

    Raises
    ------
    ObservError
        With each page that failed, unless `keep_going` and at least one succeeded.
    """
    executed = folder / ".executed"
    executed.mkdir(parents=True)
    entries, problems = [], []
    shutil.rmtree(failed, ignore_errors=True)
    for outcome in execute(pages, executed, root, progress=progress):
        entry: dict[str, Any] = {
            "page": outcome.page.name,
            "study": outcome.page.study.name,
            "title": outcome.page.title,
            "parameters": {k: v for k, v in outcome.page.parameters.items() if k != "data"},
        }
        error = outcome.error
        if not error:
            try:
                entry |= _write_page(outcome, edition, root, folder, catalogue)
            except PageError as problem:
                error = str(problem)
        if error:
            entry["error"] = error.replace(f"{root}{os.sep}", "")
            kept = _keep(outcome, failed)
            problems.append(f"study {outcome.page.name}: {error}{f'; see {kept}' if kept else ''}")
        entries.append(entry)
    shutil.rmtree(executed)
    if problems and (not keep_going or len(problems) == len(entries)):
        some = len(problems) < len(entries)
        others = ", or publish the others with --keep-going" if some else ""
        raise ObservError(*problems, f"nothing was published; mend what failed{others}")
    manifest = {
        **edition,
        "version": observlib.__version__,
        "partial": bool(problems or edition.get("only")),
        "studies": entries,
    }
    _write_manifest(manifest, folder)
    return manifest


def leave_out(
    manifest: dict[str, Any], folder: Path, failed: Path, problems: Mapping[str, str]
) -> None:
    """Leave pages that cannot be published out of an edition, as if they had not been made.

    Parameters
    ----------
    manifest
        As `make` gives it; it is changed, and written again.
    folder
        The edition's folder.
    failed
        Where the notebooks of these pages go, to be looked at.
    problems
        What is wrong, by the page's name.

    Raises
    ------
    ObservError
        Where no page would be left.
    """
    made = {entry["page"] for entry in manifest["studies"] if "error" not in entry}
    if made <= set(problems):
        lines = [f"study {name}: {error}" for name, error in problems.items()]
        raise ObservError(*lines, "nothing was published; mend what failed")
    failed.mkdir(exist_ok=True)
    for entry in manifest["studies"]:
        if error := problems.get(entry["page"]):
            del entry["description"], entry["sha256"]
            entry["error"] = error
            shutil.move(folder / f"{entry['page']}.ipynb", failed / f"{entry['page']}.ipynb")
    manifest["partial"] = True
    _write_manifest(manifest, folder)


def _write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _write_page(
    outcome: Outcome, edition: dict[str, Any], root: Path, folder: Path, catalogue: Catalogue
) -> dict[str, str]:
    notebook = nbformat.read(outcome.path, as_version=4)
    page = finalise(notebook, outcome.page, edition, root, catalogue)
    text = nbformat.writes(page) + "\n"
    (folder / outcome.path.name).write_text(text, encoding="utf-8", newline="\n")
    return {
        "description": front_matter(page)["description"],
        "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
    }


def _keep(outcome: Outcome, failed: Path) -> Path | None:
    """Where a failed page's notebook now is; None where it was not even begun."""
    if not outcome.path.exists():
        return None
    failed.mkdir(exist_ok=True)
    shutil.move(outcome.path, failed / outcome.path.name)
    return failed / outcome.path.name
