"""Pages that are kept: what was made before of the same is not executed again.

Of a study whose text alone changed, code is not run again either: what a cell of code gives follows
from code, parameters and data; so Jupyter's own cache of executions (jupyter-cache) reads no text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat

from observlib import store
from observlib.base import kept
from observlib.base.kept import Inputs
from observlib.edition.execute import Outcome
from observlib.edition.plan import Page, Request
from observlib.pipeline import frame, project

_Reading = Callable[[Page], str]
_NOTEBOOK, _ABOUT = "page.ipynb", "about.json"
_DATA, _KIND = "the data/", "the data/kind"
_SENTENCES = re.compile(rf"{kept.LIBRARY}/themes/\w+/\w*sentences\.(?:py|yml)")
_EXECUTIONS = "executions"  # beside the folder of pages
_MAKING = ("observlib.study", "observlib.edition.make")  # what a page runs, and what runs it


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


def library(notebooks: Path) -> Inputs:
    """Each file of this library that pages are made of: what runs them, and what they import."""
    families = {family.compute.__module__ for family in frame.families().values()}
    sentences = {
        name.replace(kept.LIBRARY, "observlib").removesuffix(".py").replace("/", ".")
        for name in _sentences(kept.loaded())
    }
    asked = {name for path in notebooks.glob("*.ipynb") for name in _imported(path)}
    return kept.code(*_MAKING, *sorted(families | sentences | asked))


def shared(request: Request, decided: str) -> Inputs:
    """What every page depends on now; `decided` is the digest of `disclosed.decisions`."""
    held = {f"{_DATA}{name}": value for name, value in store.digests(request.data).items()}
    known = project.knowledge(request.data, request.root)
    seen = {"what is withheld": decided, "what was announced": frame.announced(request.data)}
    made_of = library(request.root / "notebooks") | kept.installed()
    return {**made_of, **known, **held, **seen, "the site": request.brand.name}


def _imported(path: Path) -> list[str]:
    """The modules of this library that a notebook imports."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):  # it is being saved; reading it as a study tells
        return []
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return kept.imports("\n".join(sources))


def used(tables: Iterable[str], sentences: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs that tables stand for, and modules of sentences with those that they import.

    Where it is not known which sentences, they are all.
    """
    said = kept.loaded() if sentences is None else kept.code(*sentences)
    return (*sorted(f"{_DATA}{table}" for table in tables), *sorted(_sentences(said)))


def tables_of(page: MadePage) -> list[str]:
    """The tables of the store that a page has read."""
    return [name.removeprefix(_DATA) for name in page.used if name.startswith(_DATA)]


def _sentences(inputs: Inputs) -> Inputs:
    """Those that are a theme's sentences, which sentences alone import."""
    return {n: d for n, d in inputs.items() if _SENTENCES.fullmatch(n)}


def whole(page: Page) -> str:
    """The digest of a page's notebook."""
    header = [page.title, page.study.question, page.study.order]  # as they were read
    return kept.digest(json.dumps([kept.notebook(page.study.path), header]).encode())


def code(page: Page) -> str:
    """The digest of what of a page's notebook is executed."""
    return kept.notebook(page.study.path, ("code",))


def _of(page: Page, shared: Inputs, read: _Reading) -> Inputs:
    """All that a page depends on but for what it alone uses: its notebook, its parameters too."""
    common = {n: d for n, d in shared.items() if n == _KIND or not n.startswith(_DATA)}
    common |= dict.fromkeys(_sentences(common), "")  # that they exist, not their text
    own = {f"the parameter {name}": json.dumps(value) for name, value in page.parameters.items()}
    return {**common, **own, "its notebook": read(page)}


def recall(folder: Path, page: Page, shared: Inputs, read: _Reading = whole) -> MadePage | None:
    """The page that was made from what stands now, if it is kept in the folder."""
    found = kept.get(folder, page.name, _of(page, shared, read), shared)
    if found is None:
        return None
    about = json.loads(found[_ABOUT])
    about["used"] = tuple(about["used"])
    return MadePage(found[_NOTEBOOK].decode("utf-8"), **about)


def keep(folder: Path, page: Page, shared: Inputs, made: MadePage, read: _Reading = whole) -> None:
    """Keep a page that was made from what stood then (see `recall`)."""
    about = asdict(made)
    files = {_NOTEBOOK: about.pop("notebook").encode("utf-8"), _ABOUT: json.dumps(about).encode()}
    own = {name: shared.get(name, "") for name in made.used}
    kept.put(folder, page.name, _of(page, shared, read), files, own)


def why(folder: Path, page: Page, shared: Inputs) -> list[str]:
    """Why a page is not kept (see `kept.why`)."""
    return kept.why(folder, page.name, _of(page, shared, whole), shared)


def execution(folder: Path, page: Page, shared: Inputs) -> MadePage | None:
    """The execution of a page's code as it stands now; None where none is kept (see `recall`)."""
    return recall(folder.with_name(_EXECUTIONS), page, shared, code)


def keep_execution(folder: Path, outcome: Outcome, shared: Inputs, used: tuple[str, ...]) -> None:
    """Keep the execution of a page that succeeded, and what it has used."""
    if not outcome.is_kept:
        made = MadePage(outcome.path.read_text(encoding="utf-8"), "", used)
        keep(folder.with_name(_EXECUTIONS), outcome.page, shared, made, code)


def executions(folder: Path, wanted: Sequence[Page], shared: Inputs, target: Path) -> list[Outcome]:
    """The executions of pages whose code is as it was, between their text as it is now."""
    outcomes = []
    for page in wanted:
        before, found = code(page), execution(folder, page, shared)
        if found is None:
            continue
        source = nbformat.read(page.study.path, as_version=4)
        if code(page) == before:  # else it has just been saved
            path = target / f"{page.name}.ipynb"
            nbformat.write(_between(source, nbformat.reads(found.notebook, as_version=4)), path)
            outcomes.append(Outcome(page, path, is_kept=True))
    return outcomes


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
