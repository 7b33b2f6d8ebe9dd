"""Pages that were made before from the same inputs: they are not executed again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from observlib import inputs, kept
from observlib.edition.plan import Page
from observlib.inputs import Inputs

_NOTEBOOK, _ABOUT = "page.ipynb", "about.json"


@dataclass(frozen=True)
class Made:
    """A page as it is published: its notebook, its finding, and the day on which it was made."""

    notebook: str
    description: str
    made: str


def inputs_of(page: Page, shared: Inputs) -> Inputs:
    """All that a page depends on: what all pages do, its notebook and its parameters."""
    own = {f"the parameter {name}": json.dumps(value) for name, value in page.parameters.items()}
    header = [page.title, page.study.question, page.study.order]  # as they were read
    notebook = inputs.digest(json.dumps([inputs.notebook(page.study.path), header]).encode())
    return {**shared, **own, "its notebook": notebook}


def recall(folder: Path, page: Page, found: Inputs) -> Made | None:
    """The page that was made from these inputs, if it is kept in the folder."""
    files = kept.get(folder, _name(page, found))
    if files is None:
        return None
    about = json.loads(files[_ABOUT])
    return Made(files[_NOTEBOOK].decode("utf-8"), about["description"], about["made"])


def keep(folder: Path, page: Page, found: Inputs, made: Made) -> None:
    """Keep a page that was made from these inputs."""
    about = {**asdict(made), "inputs": found}
    del about["notebook"]
    files = {_NOTEBOOK: made.notebook.encode("utf-8"), _ABOUT: json.dumps(about).encode("utf-8")}
    kept.put(folder, _name(page, found), files)


def why(folder: Path, page: Page, found: Inputs) -> list[str]:
    """Which inputs differ from those of the page that was made of the most like ones.

    `never made` where the folder keeps none; nothing where it keeps this very page.
    """
    nearest: list[str] | None = None
    count = len(found) + 1
    for path in sorted(folder.glob("*")):
        name, _, _ = path.name.rpartition(".")
        files = kept.get(folder, path.name) if name == page.name else None
        if files is None:
            continue
        before = json.loads(files[_ABOUT])["inputs"]
        different = sum(before.get(n) != found.get(n) for n in before.keys() | found.keys())
        if different < count:
            nearest, count = inputs.changes(before, found), different
    return ["never made"] if nearest is None else nearest


def _name(page: Page, found: Inputs) -> str:
    return f"{page.name}.{inputs.key(found)}"
