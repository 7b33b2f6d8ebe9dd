"""A study to write on: a notebook that runs and keeps to the rules from its first minute."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.edition.front_matter import load_studies
from observlib.edition.refresh import executed

DATA = "data/demo"
_STEP = 2  # between the orders of pages, so that one may come between
_QUESTION = "Que veut-on savoir ?"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_SETUP = """
from observlib import Study

study = Study(quarter, data)  # study.help() lists what there is
say = study.say  # sentences on estimates, each of which brings its numbers
visits = study.estimates("visits", indicator="visits", by="quarter", channel="web")
"""
_FINDING = """
study.text(say.highest_and_lowest(visits), absent="Aucune visite n'est comptée ce trimestre.")
"""
_CHART = """
#| label: fig-trimestres
study.lines(visits, "Visites par trimestre")
"""
_TABLE = """
#| label: tbl-produits
study.table(visits, f"Visites par produit, {study.label}", period=quarter)
"""
_NOTES = """
study.notes()
"""


def new_study(
    root: Path,
    name: str,
    title: str | None = None,
    question: str = _QUESTION,
    order: int | None = None,
) -> Path:
    """Write a notebook on the visits, executed on the demonstration data, and give its path.

    Parameters
    ----------
    root
        The project's root.
    name
        Name of the study and of its notebook.
    title, question
        What heads its page; the title is made of the name if not given.
    order
        Its place among the pages; after all others if not given.

    Raises
    ------
    UsageError
        Where a study has this name already, or the name, title or question will not do.
    ObservError
        Where there are no demonstration data, or the folder cannot be written. Nothing is then.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", name):
        raise UsageError(f"name {name!r}: allowed: a-z, 0-9, - and _, such as avis_par_page")
    path = root / "notebooks" / f"{name}.ipynb"
    if path.exists():
        raise UsageError(f"{path.relative_to(root)}: exists already; give another name")
    title = re.sub("[-_]", " ", name).capitalize() if title is None else title
    for what, text in (("title", title), ("question", question)):
        if not text.strip():
            raise UsageError(f"{what} {text!r}: is empty")
    if not (root / DATA / "store" / "ledger.json").is_file():
        raise ObservError(
            f"{DATA}: has no store, and a study is written with what it shows on demonstration "
            f"data; run `python -m tools.demo {DATA}/raw`, then `observ ingest {DATA}/raw "
            f"--data {DATA}`"
        )
    studies = load_studies(root / "notebooks")
    if order is None:
        order = max((study.order for study in studies.values()), default=0) + _STEP
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        draft = Path(place) / f"{name}.ipynb"
        header: dict[str, str | int] = {"title": title, "order": order, "question": question}
        nbformat.write(_notebook(name, header), draft)
        ((_, notebook),) = executed(load_studies(Path(place)).values(), root)
    with files.telling_write_errors(path.parent, "no study was written"):
        files.write_text(path, nbformat.writes(notebook) + "\n")
    return path


def _notebook(name: str, header: dict[str, str | int]) -> nbformat.NotebookNode:
    """The cells of a study, before it ran; the quarter is the demonstration's last."""
    said = "\n".join(f"{key}: {json.dumps(v, ensure_ascii=False)}" for key, v in header.items())
    parameters = "parameters:\n  quarter: {type: quarter}\n  data: {type: data}"
    cells = [
        new_raw_cell(f"---\n{said}\n{parameters}\n---"),
        new_code_cell(f'quarter = "2026-T3"\ndata = "{DATA}"', metadata={"tags": ["parameters"]}),
        new_code_cell(_SETUP.strip()),
        new_code_cell(_FINDING.strip(), metadata={"tags": ["finding"]}),
        new_markdown_cell("## Depuis deux ans"),
        new_code_cell(_CHART.strip()),
        new_markdown_cell("## Ce trimestre"),
        new_code_cell(_TABLE.strip()),
        new_markdown_cell("## Méthode et limites {.annex}"),
        new_code_cell(_NOTES.strip()),
    ]
    for position, cell in enumerate(cells):
        cell.id = f"{name[:50]}-{position:02d}"
    return new_notebook(
        cells=cells, metadata={"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    )
