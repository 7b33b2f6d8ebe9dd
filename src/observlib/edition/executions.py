"""Executions that are kept: where a study's text alone changed, its code is not run again.

What a cell of code gives follows from code, parameters and data; so Jupyter's own cache of
executions (jupyter-cache) reads no text either.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nbformat

from observlib.base import inputs
from observlib.base.inputs import Inputs
from observlib.edition import page_cache
from observlib.edition.execute import Outcome
from observlib.edition.page_cache import MadePage
from observlib.edition.plan import Page

_FOLDER = "executions"  # beside that of pages


def find(pages: Path, page: Page, shared: Inputs) -> MadePage | None:
    """The execution of a page's code as it stands now; None where none is kept.

    Parameters
    ----------
    pages
        The folder of pages that are kept.
    page, shared
        As for `page_cache.recall`.
    """
    return page_cache.recall(pages.with_name(_FOLDER), page, shared, _code)


def recalled(pages: Path, wanted: Sequence[Page], shared: Inputs, folder: Path) -> list[Outcome]:
    """The executions of pages whose code is as it was, between their text as it is now.

    Parameters
    ----------
    pages, shared
        As for `find`.
    wanted
        The pages; of those whose execution is not kept there is no outcome.
    folder
        Where notebooks are written.
    """
    outcomes = []
    for page in wanted:
        code, found = _code(page), find(pages, page, shared)
        if found is None:
            continue
        source = nbformat.read(page.study.path, as_version=4)
        if _code(page) == code:  # else it has just been saved
            path = folder / f"{page.name}.ipynb"
            nbformat.write(_between(source, nbformat.reads(found.notebook, as_version=4)), path)
            outcomes.append(Outcome(page, path, is_kept=True))
    return outcomes


def keep(pages: Path, outcome: Outcome, shared: Inputs, used: tuple[str, ...]) -> None:
    """Keep the execution of a page that succeeded, and what it has used."""
    if not outcome.is_kept:
        made = MadePage(outcome.path.read_text(encoding="utf-8"), "", used)
        page_cache.keep(pages.with_name(_FOLDER), outcome.page, shared, made, _code)


def _code(page: Page) -> str:
    return inputs.code(page.study.path)


def _between(
    source: nbformat.NotebookNode, executed: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    """An executed notebook with the text of its source."""
    ran = iter([cell for cell in executed.cells if cell.cell_type == "code"])
    executed.cells = []
    for cell in source.cells:
        executed.cells.append(next(ran) if cell.cell_type == "code" else cell)
        if "parameters" in cell.metadata.get("tags", []):
            executed.cells.append(next(ran))  # those of the page, which papermill puts after it
    return executed
