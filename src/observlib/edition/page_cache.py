"""Pages that were made before from the same inputs: they are not executed again."""

from __future__ import annotations

import glob
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from observlib.base import disk_cache, inputs
from observlib.base.inputs import Inputs
from observlib.edition.plan import Page

Reading = Callable[[Page], str]
_NOTEBOOK, _ABOUT = "page.ipynb", "about.json"
_DATA = "the data/"
_THEMES = f"{inputs.LIBRARY}/themes/"


@dataclass(frozen=True)
class MadePage:
    """A page as it is published: its notebook and its finding; and the MiB that it took at most.

    `used` are the inputs of which a page has some only: the tables of the store that it has read,
    itself or by the families that it asked for, and the modules of its sentences.
    """

    notebook: str
    description: str
    used: tuple[str, ...]
    memory: int = 0


def used(tables: Iterable[str], sentences: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs that tables stand for, and modules of sentences with those that they import.

    Where it is not known which sentences, they are all.
    """
    said = inputs.library() if sentences is None else inputs.imported(sentences)
    names = [f"{_DATA}{table}" for table in tables]
    return (*sorted(names), *sorted(filter(_is_of_sentences, said)))


def tables_of(made: MadePage) -> list[str]:
    """The tables of the store that a page has read."""
    return [name.removeprefix(_DATA) for name in made.used if name.startswith(_DATA)]


def _is_of_sentences(name: str) -> bool:
    """Whether an input is a theme's sentences, which sentences alone import."""
    theme, _, part = name.removeprefix(_THEMES).rpartition("/")
    said = part.endswith(("sentences.py", "sentences.yml"))
    return name.startswith(_THEMES) and theme != "" and said


def whole(page: Page) -> str:
    """The digest of a page's notebook."""
    header = [page.title, page.study.question, page.study.order]  # as they were read
    return inputs.digest(json.dumps([inputs.notebook(page.study.path), header]).encode())


def _of_all_pages(page: Page, shared: Inputs, read: Reading = whole) -> Inputs:
    """All that a page depends on but for what it alone uses: its notebook, its parameters too."""
    own = {f"the parameter {name}": json.dumps(value) for name, value in page.parameters.items()}
    own["its notebook"] = read(page)
    common = {name: value for name, value in shared.items() if not name.startswith(_DATA)}
    common |= dict.fromkeys(filter(_is_of_sentences, common), "")  # that they exist, not their text
    return common | own


def _of_this_page(shared: Inputs, used: Iterable[str]) -> Inputs:
    """The digests of what a page uses, and what kind of data it is; of what is not there none."""
    return {name: shared.get(name, "") for name in (*used, f"{_DATA}kind")}


def recall(folder: Path, page: Page, shared: Inputs, read: Reading = whole) -> MadePage | None:
    """The page that was made from what stands now, if it is kept in the folder.

    `read` gives the digest of what of its notebook it is made of.
    """
    own = _of_all_pages(page, shared, read)
    for path in folder.glob(f"{glob.escape(_name(page, own))}.*"):
        if (found := _get(path)) and found[1] == own | _of_this_page(shared, found[0].used):
            return found[0]
    return None


def keep(folder: Path, page: Page, shared: Inputs, made: MadePage, read: Reading = whole) -> None:
    """Keep a page that was made from what stood then (see `recall`)."""
    own = _of_all_pages(page, shared, read)
    found = own | _of_this_page(shared, made.used)
    about = {**asdict(made), "inputs": found}
    del about["notebook"]
    files = {_NOTEBOOK: made.notebook.encode("utf-8"), _ABOUT: json.dumps(about).encode("utf-8")}
    disk_cache.put(folder, f"{_name(page, own)}.{inputs.key(found)}", files)


def changed_inputs(folder: Path, page: Page, shared: Inputs) -> list[str]:
    """Which inputs differ from those of the page that was made of the most like ones.

    `never made` where the folder keeps none; nothing where it keeps this very page.
    """
    own = _of_all_pages(page, shared)
    kept = map(_get, sorted(folder.glob(f"{glob.escape(page.name)}.*.*")))
    return inputs.fewest_changes(
        (before, own | _of_this_page(shared, made.used)) for made, before in filter(None, kept)
    )


def _get(path: Path) -> tuple[MadePage, Inputs] | None:
    """A page that is kept, and all that it was made from."""
    files = disk_cache.get(path.parent, path.name)
    if files is None:
        return None
    about = json.loads(files[_ABOUT])
    before: Inputs = about.pop("inputs")
    if about.keys() != {field.name for field in fields(MadePage)} - {"notebook"}:
        return None  # another version kept it
    about["used"] = tuple(about["used"])
    return MadePage(files[_NOTEBOOK].decode("utf-8"), **about), before


def _name(page: Page, own: Inputs) -> str:
    return f"{page.name}.{inputs.key(own)}"
