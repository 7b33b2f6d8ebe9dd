"""Execute the committed notebooks in place, on their own parameters: `make notebooks`.

A run without a change writes the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from observlib.base import files, kept
from observlib.base.errors import ObservError
from observlib.base.kept import USED, Inputs
from observlib.base.temporary import temporary_files
from observlib.catalogue.tables import TABLES
from observlib.edition.execute import execute
from observlib.edition.fingerprint import made_of, standing
from observlib.edition.front_matter import Study, load_studies
from observlib.edition.plan import Page
from observlib.pipeline import project


def tidy(notebook: Any) -> Any:
    """An executed notebook as it is committed: nothing in it tells of the run or the machine.

    Cells are numbered in their order: nbval takes a cell without a number for one never run.
    """
    number = 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.NotebookNode({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = number
    metadata = {key: notebook.metadata[key] for key in ("kernelspec", "language_info")}
    metadata["language_info"].pop("version", None)
    if made := notebook.metadata.get(kept.MADE_OF):
        metadata[kept.MADE_OF] = made
    notebook.metadata = nbformat.NotebookNode(metadata)
    return notebook


def executed(studies: Iterable[Study], root: Path) -> list[tuple[Study, Any]]:
    """Each study with its notebook, executed with the parameters it holds and tidied.

    It tells what it is made of (see `edition.fingerprint`), as that stood before it ran.

    Raises
    ------
    ObservError
        With each notebook that failed.
    """
    pages = [Page(study, study.name, study.title, {}) for study in studies]
    now = standing(root)
    with temporary_files() as folder:
        outcomes = execute(pages, folder, root)
        failed = [f"{o.page.study.path}: {o.error}" for o in outcomes if o.error]
        if failed:
            raise ObservError(*failed)
        return [(outcome.page.study, _committed(outcome.path, now)) for outcome in outcomes]


def _committed(path: Path, now: Inputs) -> Any:
    """The notebook that a run has left, as it is committed."""
    notebook = nbformat.read(path, as_version=4)
    read = notebook.metadata.get(USED, {"tables": TABLES})["tables"]
    notebook = tidy(notebook)
    notebook.metadata[kept.MADE_OF] = nbformat.from_dict(made_of(notebook, now, read))
    return notebook


def refresh(root: Path) -> list[Path]:
    """Execute every study of `notebooks/` with the parameters it holds, and write it back.

    Raises
    ------
    ObservError
        With each notebook that failed; no notebook is changed then.
    """
    done = executed(load_studies(root / "notebooks").values(), root)
    for study, notebook in done:
        files.write_text(study.path, nbformat.writes(notebook) + "\n")
    return [study.path for study, _ in done]


if __name__ == "__main__":
    try:
        for written in refresh(project.root()):
            print(written)
    except ObservError as error:
        sys.exit(str(error))
