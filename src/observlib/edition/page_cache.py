"""Pages that were made before from the same inputs: they are not executed again."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from observlib import disk_cache, inputs
from observlib.edition.plan import Page
from observlib.inputs import Inputs

_NOTEBOOK, _ABOUT = "page.ipynb", "about.json"
_DATA = "the data/"


@dataclass(frozen=True)
class MadePage:
    """A page as it is published: its notebook, its finding, and the day on which it was made.

    `tables` are those of the store that it has read, itself or by the families that it asked for.
    """

    notebook: str
    description: str
    made: str
    tables: tuple[str, ...]


def _beside_tables(page: Page, shared: Inputs) -> Inputs:
    """All that a page depends on but for tables: what all pages do, its notebook, parameters."""
    own = {f"the parameter {name}": json.dumps(value) for name, value in page.parameters.items()}
    header = [page.title, page.study.question, page.study.order]  # as they were read
    notebook = json.dumps([inputs.notebook(page.study.path), header])
    own["its notebook"] = inputs.digest(notebook.encode())
    common = {name: value for name, value in shared.items() if not name.startswith(_DATA)}
    return common | own


def _data(shared: Inputs, tables: Iterable[str]) -> Inputs:
    """The digests of some tables, and what kind of data they are; of one that is not there none."""
    return {f"{_DATA}{name}": shared.get(f"{_DATA}{name}", "") for name in (*tables, "kind")}


def recall(folder: Path, page: Page, shared: Inputs) -> MadePage | None:
    """The page that was made from what stands now, if it is kept in the folder."""
    own = _beside_tables(page, shared)
    for path in folder.glob(f"{glob.escape(_name(page, own))}.*"):
        if (found := _get(path)) and found[1] == own | _data(shared, found[0].tables):
            return found[0]
    return None


def keep(folder: Path, page: Page, shared: Inputs, made: MadePage) -> None:
    """Keep a page that was made from what stood then."""
    own = _beside_tables(page, shared)
    found = own | _data(shared, made.tables)
    about = {**asdict(made), "inputs": found}
    del about["notebook"]
    files = {_NOTEBOOK: made.notebook.encode("utf-8"), _ABOUT: json.dumps(about).encode("utf-8")}
    disk_cache.put(folder, f"{_name(page, own)}.{inputs.key(found)}", files)


def changed_inputs(folder: Path, page: Page, shared: Inputs) -> list[str]:
    """Which inputs differ from those of the page that was made of the most like ones.

    `never made` where the folder keeps none; nothing where it keeps this very page.
    """
    own = _beside_tables(page, shared)
    changes: list[tuple[int, list[str]]] = []
    for path in sorted(folder.glob(f"{glob.escape(page.name)}.*.*")):
        if found := _get(path):
            made, before = found
            now = own | _data(shared, made.tables)
            count = sum(before.get(name) != now.get(name) for name in before.keys() | now.keys())
            changes.append((count, inputs.changes(before, now)))
    return min(changes, default=(0, ["never made"]))[1]


def _get(path: Path) -> tuple[MadePage, Inputs] | None:
    """A page that is kept, and all that it was made from."""
    files = disk_cache.get(path.parent, path.name)
    if files is None:
        return None
    about = json.loads(files[_ABOUT])
    before: Inputs = about.pop("inputs")
    about["tables"] = tuple(about["tables"])
    return MadePage(files[_NOTEBOOK].decode("utf-8"), **about), before


def _name(page: Page, own: Inputs) -> str:
    return f"{page.name}.{inputs.key(own)}"
