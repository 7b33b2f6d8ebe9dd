"""Whether a committed notebook shows what its code makes now: it holds what it was made of.

`make notebooks` writes into a notebook's metadata a short digest of each thing that its outputs
follow from. Python, packages and the platform are left out: outputs are the same whichever they
are, and so are the notebooks that colleagues commit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from observlib import store
from observlib.base import kept
from observlib.base.kept import Inputs
from observlib.edition import kept_pages
from observlib.edition.plan import load_studies
from observlib.pipeline import project

DATA = "data/demo"  # on which the committed notebooks are executed
FRESH, NEVER = "fresh", "never executed"
UNKNOWN = "executed outside `make notebooks`: not known"
_OUTPUTS, _TABLE = "its outputs", "the data/"
_DIGITS = 12  # of a digest: enough to tell two states of one notebook


def standing(root: Path) -> Inputs:
    """What notebooks may follow from, as it is now: each group of files, and each tidy table.

    Of the library it is what pages are made of.
    """
    data = root / DATA
    library = kept_pages.library(root / "notebooks")
    tables = {f"{_TABLE}{name}": value for name, value in store.digests(data).items()}
    return kept.by_group(library | project.knowledge(data, root)) | tables


def made_of(notebook: Any, now: Inputs, tables: Iterable[str]) -> Inputs:
    """What a notebook is made of, where its outputs are those of what is `standing` now."""
    found = {name: value for name, value in now.items() if not name.startswith(_TABLE)}
    found |= {name: now.get(name, "none") for name in (f"{_TABLE}{table}" for table in tables)}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found["its code"] = _digest([[cell.source, _tags(cell)] for cell in code])
    found[_OUTPUTS] = _digest([_shown(cell) for cell in notebook.cells if cell.get("outputs")])
    return {name: found[name][:_DIGITS] for name in sorted(found)}


def state(notebook: Any, now: Inputs) -> str:
    """Whether a notebook is `fresh`; else what changed since it was executed, or why none can know.

    Examples
    --------
    >>> state(nbformat.v4.new_notebook(), {})
    'never executed'
    """
    if not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
        return NEVER
    then = notebook.metadata.get(kept.MADE_OF)
    if not isinstance(then, dict):
        return UNKNOWN
    read = [name.removeprefix(_TABLE) for name in then if name.startswith(_TABLE)]
    found = made_of(notebook, now, read)
    if then.get(_OUTPUTS) != found[_OUTPUTS]:
        return UNKNOWN
    return ", ".join(kept.changes(then, found)) or FRESH


def states(root: Path) -> dict[str, str]:
    """The `state` of each study of `notebooks/`, by its name."""
    now = standing(root)
    return {
        study.name: state(nbformat.read(study.path, as_version=4), now)
        for study in load_studies(root / "notebooks").values()
    }


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _shown(cell: Any) -> list[Any]:
    """What a cell shows, without the numbers of executions."""
    return [{k: v for k, v in one.items() if k != "execution_count"} for one in cell.outputs]


def _digest(content: Any) -> str:
    return kept.digest(json.dumps(content, sort_keys=True).encode())
