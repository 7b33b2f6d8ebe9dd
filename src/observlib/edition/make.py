"""The making of an edition: its families computed, its pages kept, or executed and finalised."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent import futures
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

import observlib
from observlib import estimates, store
from observlib.base import kept
from observlib.base.errors import ObservError, bounded
from observlib.base.files import Progress, write_all
from observlib.base.period import Quarter
from observlib.base.processes import telling_ends
from observlib.catalogue.tables import TABLES
from observlib.confidentiality.control import DeviceDecision
from observlib.edition.execute import COUNT, Outcome, execute, started
from observlib.edition.finalise import PageError, check_pages, finalise, linked
from observlib.edition.plan import Page, Request, read_header
from observlib.estimates import combine_comparisons
from observlib.pipeline import archive, disclosed, frame, project, revisions
from observlib.themes import easy

# --- The families of an edition, computed in worker processes before any page asks for them

TABLE_INPUT = "the data/"  # with the name of a table: an input
_MAKING = ("observlib.study", __name__)  # what a page runs, and what runs it
_SENTENCES = re.compile(rf"{kept.LIBRARY}/themes/(\w+)/sentences(?:\.md)?\.(?:py|yml|j2)")
_FAMILIES = "families.json"  # kept with the frame: which of them give each indicator


def compute(request: Request, pool: Executor, progress: Progress | None = None) -> None:
    """Compute what the project does not keep yet of every family, each after those it reads."""
    left = frame.families_lacking(request.data, request.quarter, disclosed.jobs(request.data))
    with telling_ends("estimates"):
        if left:
            _run(request, left, pool, progress)
        if not disclosed.is_decided(request.data, request.quarter):
            _decide(request, pool, progress)


def page_library(notebooks: Path) -> kept.Inputs:
    """Each file of this library that pages are made of: what runs them, and what they import."""
    families = {family.compute.__module__ for family in frame.families().values()}
    themes = {_SENTENCES.sub(r"\1", name) for name in sentence_inputs(kept.loaded())}
    sentences = {f"observlib.themes.{theme}.sentences" for theme in themes}
    asked = {name for path in notebooks.glob("*.ipynb") for name in _imported(path)}
    return kept.code_of(*_MAKING, *sorted(families | sentences | asked))


def shared_inputs(request: Request, decided: str) -> kept.Inputs:
    """What every page depends on now; `decided` is the digest of `disclosed.decisions`."""
    tables = store.table_digests(request.data)
    held = {f"{TABLE_INPUT}{name}": value for name, value in tables.items()}
    known = project.knowledge(request.data, request.root)
    seen = {"what is withheld": decided, "what was announced": frame.announced(request.data)}
    made_of = page_library(request.root / "notebooks") | kept.installed_packages()
    return {**made_of, **known, **held, **seen, "the site": request.brand.name}


def _imported(path: Path) -> list[str]:
    """The modules of this library that a notebook imports."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):  # it is being saved; reading it as a study tells
        return []
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return kept.imported_modules("\n".join(sources))


def sentence_inputs(inputs: kept.Inputs) -> kept.Inputs:
    """Those that are a theme's sentences, which sentences alone import."""
    return {n: d for n, d in inputs.items() if _SENTENCES.fullmatch(n)}


def is_computed(request: Request) -> bool:
    """Whether the project keeps what every family gives, and what was decided of it."""
    asked = (request.data, request.quarter)
    return disclosed.is_decided(*asked) and not frame.families_lacking(
        *asked, disclosed.jobs(request.data)
    )


def frame_files(request: Request, day: date | None) -> dict[str, bytes]:
    """What an edition tells, as files: its estimates, its comparisons, its disclosure control.

    `estimates.parquet` and `comparisons.parquet` have the columns of their contracts. The same in
    open formats, with what describes it, revisions and errata, is the package in `donnees` (see
    `dataset`), which bears the day of its edition; without a day there is none.
    """
    decided = disclosed.disclosure_decisions(request.data, request.quarter)
    made_of = {
        **shared_inputs(request, decided.digest),
        "the quarter": request.quarter,
        "the kind of data": request.kind,
        "what was tried": json.dumps(disclosed.disclosure_report(decided)),
    }
    cache = request.root / kept.KEPT_FOLDER / "frame"
    files = dict(kept.made(cache, "frame", made_of, lambda: _frame(request, decided)))
    if day is None:
        return files
    rows, pairs = (frame_table(files, name) for name in (archive.ESTIMATES, archive.COMPARISONS))
    families = json.loads(files.pop(_FAMILIES))
    before = archive.earlier(request.data)
    now = archive.in_the_making(rows, request.quarter, day)
    marks = revisions.revision_flags(now, before, request.catalogue)
    own = revisions.borne_errata(request.errata, rows, before, request.quarter)
    made_of |= {f"the errata/{name}": one for name, one in revisions.errata_digests(own).items()}
    made_of |= {"what is revised": json.dumps(sorted(marks.items())), "the day": day.isoformat()}
    made_of["the brand"] = repr(request.brand)
    package = partial(_package, request, day, rows, pairs, families, marks, own)
    return {**files, **kept.made(cache, "package", made_of, package)}


def _frame(request: Request, decided: DeviceDecision) -> dict[str, bytes]:
    """The estimates and comparisons of an edition, and the families that give each indicator."""
    data, quarter = request.data, request.quarter
    found = {job: disclosed.disclosed_family(data, quarter, *job) for job in disclosed.jobs(data)}
    rows = estimates.combine(given.estimates for given in found.values()).drop_duplicates()
    pairs = combine_comparisons(given.comparisons for given in found.values())
    from observlib.language import words
    from observlib.themes import main_points  # a worker that starts has no use for them

    catalogue = request.catalogue
    rows = words.rounded_estimates(rows, catalogue).drop_duplicates()
    pairs = words.rounded_pairs(main_points.held_together(pairs, quarter), catalogue)
    families: dict[str, list[str]] = {}
    for (family, _), given in found.items():
        for name in given.estimates["indicator"].unique():
            families.setdefault(name, []).append(family)
    whole = archive.content(rows, pairs, disclosed.disclosure_report(decided))
    return {**whole, _FAMILIES: json.dumps(families).encode()}


def _package(
    request: Request,
    day: date,
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    families: Mapping[str, Sequence[str]],
    marks: Mapping[tuple[str, ...], str],
    corrected: pd.DataFrame,
) -> dict[str, bytes]:
    """The edition's data package, by the paths of its files beside the pages."""
    from observlib import dataset  # a worker that starts has no use for it
    from observlib.language import french

    edition, own = french.period_label(request.quarter), request.catalogue.peers.values()
    publisher = [peer.label for peer in own if peer.own][-1:]  # a data folder's own comes last
    about = dataset.About(
        name=f"observatoire-{request.quarter}".lower(),
        title=f"{request.brand.name}, {edition}",
        quarter=request.quarter,
        made=day,
        synthetic=request.kind == "demonstration",
        publisher=publisher[0] if publisher else request.brand.name,
        brand=request.brand,
        says={"Contenu": dataset.CONTENT},
    )
    words = dataset.dictionary(rows, pairs, request.catalogue, families)
    found = dataset.packed(dataset.contents(rows, pairs, words, about, marks, corrected), about)
    return {f"{dataset.PACKAGE_FOLDER}/{path}": content for path, content in found.items()}


def _run(
    request: Request, left: Sequence[frame.Job], pool: Executor, progress: Progress | None
) -> None:
    """Compute families, each once those that it reads are."""
    read = {name: frame.family_named(name).families for name, _ in left}
    order = TopologicalSorter({job: [x for x in left if x[0] in read[job[0]]] for job in left})
    order.prepare()
    running: dict[futures.Future[None], frame.Job] = {}
    done = 0
    while order.is_active():
        for job in order.get_ready():
            running[pool.submit(_compute, request.data, request.quarter, *job)] = job
        for future in futures.wait(running, return_when=futures.FIRST_COMPLETED).done:
            job = running.pop(future)
            future.result()
            order.done(job)
            done += 1
            if progress:
                progress(done, len(left), job[0])


def _decide(request: Request, pool: Executor, progress: Progress | None) -> None:
    """Decide what is told of each device, once all families are computed."""
    data, quarter = request.data, request.quarter
    names = disclosed.devices_told(data, quarter)
    running = {pool.submit(disclosed.decided, data, quarter, name): name for name in names}
    problems: list[str] = []
    found: dict[str, DeviceDecision] = {}
    for done, future in enumerate(futures.as_completed(running), 1):
        try:
            found[running[future]] = future.result()
        except ObservError as error:
            problems += error.problems
        if progress:
            progress(done, len(names), f"disclosure control of {running[future]}")
    ObservError.raise_any(problems)
    disclosed.keep_decisions(data, quarter, request.digest, [found[name] for name in names])


def _compute(data: Path, quarter: Quarter, name: str, survey: str) -> None:
    """Have a family kept, by what it follows from: whoever computes it keeps the same."""
    frame.given(data, quarter, name, survey)


# --- Pages that are kept: what was made before of the same is not executed again

_MADE = "page.json"
_KIND = f"{TABLE_INPUT}kind"
_EXECUTIONS = "executions"  # beside the folder of pages


@dataclass(frozen=True)
class MadePage:
    """A page as published, its finding, its MiB at most; `used` are inputs that not all have."""

    notebook: str
    description: str
    used: tuple[str, ...]
    memory: int = 0


def used_inputs(tables: Iterable[str], sentences: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs that tables and modules of sentences (all, where not known) stand for."""
    said = kept.loaded() if sentences is None else kept.code_of(*sentences)
    return (*sorted(f"{TABLE_INPUT}{table}" for table in tables), *sorted(sentence_inputs(said)))


def its_digest(page: Page) -> str:
    """The digest of a page's notebook."""
    header = [page.title, page.study.question, page.study.order]  # as they were read
    return kept.bytes_digest(json.dumps([kept.notebook(page.study.path), header]).encode())


def _code_digest(page: Page) -> str:
    """The digest of what of a page's notebook is executed."""
    return kept.notebook(page.study.path, ("code",))


@dataclass(frozen=True)
class KeptPages:
    """Pages that a folder keeps by what they were made from; without a folder none is kept.

    `shared` are the inputs of all pages as they stand now, `digest` is that of a page's own.
    """

    folder: Path | None
    shared: kept.Inputs
    digest: Callable[[Page], str] = its_digest

    @property
    def executions(self) -> KeptPages:
        """The executions of the pages' code, beside them."""
        folder = self.folder and self.folder.with_name(_EXECUTIONS)
        return KeptPages(folder, self.shared, _code_digest)

    def recall(self, page: Page) -> MadePage | None:
        """The page that was made from what stands now, if it is kept."""
        found = kept.get(self.folder, page.name, self._of(page), self.shared)
        if found is None:
            return None
        made = json.loads(found[_MADE])
        return MadePage(**{**made, "used": tuple(made["used"])})

    def keep(self, page: Page, made: MadePage) -> None:
        """Keep a page that was made from what stands now."""
        used = {name: self.shared.get(name, "") for name in made.used}
        files = {_MADE: json.dumps(asdict(made)).encode()}
        kept.put(self.folder, page.name, self._of(page), files, used)

    def why(self, page: Page) -> list[str]:
        """Why a page is not kept (see `kept.why`)."""
        of = self._of(page)
        return kept.why(self.folder, page.name, of, self.shared) if self.folder else []

    def _of(self, page: Page) -> kept.Inputs:
        """All that a page depends on but for what it alone uses: its parameters too."""
        shared = self.shared.items()
        common = {n: d for n, d in shared if n == _KIND or not n.startswith(TABLE_INPUT)}
        common |= dict.fromkeys(sentence_inputs(common), "")  # that they exist, not their text
        own = {f"the parameter {n}": json.dumps(value) for n, value in page.parameters.items()}
        return {**common, **own, "its notebook": self.digest(page)}


def kept_outcomes(known: KeptPages, wanted: Sequence[Page], target: Path) -> list[Outcome]:
    """The kept executions of pages, between the pages' text as it is now."""
    outcomes = []
    for page in wanted:
        before, found = known.digest(page), known.recall(page)
        if found is None:
            continue
        source = nbformat.read(page.study.path, as_version=4)
        if known.digest(page) == before:  # else it has just been saved
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


# --- The manifest of an edition: which pages it has, made of what and when, and which it lacks

MANIFEST = "manifest.json"
ManifestEntry = dict[str, Any]


def entry_for(page: Page, **more: Any) -> ManifestEntry:
    """What the manifest says of a page of the plan, and `more`: what became of it."""
    return {
        "page": page.name,
        "study": page.study.name,
        "title": page.title,
        "parameters": {k: v for k, v in page.parameters.items() if k != "data"},
        **more,
    }


def entry_of(page: Page, made: MadePage, held: Mapping[str, str]) -> ManifestEntry:
    """The entry of a page that stands, made from tables of which `held` has the digests."""
    sha256 = hashlib.sha256(made.notebook.encode("utf-8")).hexdigest()
    read = [name.removeprefix(TABLE_INPUT) for name in made.used if name.startswith(TABLE_INPUT)]
    data = {name: held[name] for name in read if name in held}
    return entry_for(page, data=data, description=made.description, sha256=sha256)


def write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write the manifest into its edition's folder."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def take_over(request: Request, folder: Path) -> dict[str, ManifestEntry]:
    """Copy the notebooks of the pages that are not made again; their entries, by page."""
    entries = known_entries(request)
    again = f"; make the whole edition again: `observ edition {request.quarter}`"
    problems = []
    for known in entries.values():
        if "sha256" not in known:
            continue
        path = request.published / f"{known['page']}.ipynb"
        try:
            content = path.read_bytes()
        except OSError as error:
            problems.append(f"{path}: cannot be read ({error.strerror}){again}")
            continue
        if hashlib.sha256(content).hexdigest() != known["sha256"]:
            problems.append(f"{path}: is not as the edition made it{again}")
        (folder / path.name).write_bytes(content)
    ObservError.raise_any(problems)
    return entries


def known_entries(request: Request) -> dict[str, ManifestEntry]:
    """What the quarter's edition says of the pages that are not made again."""
    earlier = read_edition_file(request.published / MANIFEST) if request.others else {}
    found = earlier.get("studies", []) if earlier.get("kind") == request.kind else []
    if any(isinstance(known.get("data"), str) for known in found):  # the store's digest, then
        raise ObservError(
            f"{request.published / MANIFEST}: an older version wrote it; make the whole edition "
            f"again: `observ edition {request.quarter}`"
        )
    by_page = {known["page"]: known for known in found}
    return {
        page.name: by_page.get(page.name) or entry_for(page, asked=False) for page in request.others
    }


def read_edition_file(path: Path) -> dict[str, Any]:
    """What an edition's manifest, or another file beside it, says; nothing where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ObservError(
            f"{path}: is no manifest; make the whole edition again: "
            f"`observ edition {path.parent.name}`"
        ) from error
    return dict(found)


def leave_out(
    manifest: dict[str, Any], folder: Path, failed: Path, problems: Mapping[str, str]
) -> None:
    """Leave pages that cannot be published out of an edition, as if they had not been made."""
    made = [known["page"] for known in manifest["studies"] if "sha256" in known]
    if problems.keys() >= {*made}:
        lines = [f"study {name}: {problems[name]}" for name in made]
        raise ObservError(*lines, "nothing was published; mend what failed")
    failed.mkdir(exist_ok=True)
    for known in manifest["studies"]:
        if error := problems.get(known["page"]):
            for name in ("data", "description", "sha256"):
                del known[name]
            known["error"] = error
            shutil.move(folder / f"{known['page']}.ipynb", failed / f"{known['page']}.ipynb")
    write_manifest(manifest, folder)


def make_edition(
    request: Request,
    folder: Path,
    *,
    cache: Path | None = None,
    keep_going: bool = False,
    workers: Executor | None = None,
    computing: Progress | None = None,
    executing: Progress | None = None,
) -> tuple[dict[str, Any], dict[str, int]]:
    """Make the pages of an edition in a folder, and write its manifest there.

    A page that was made before from the same inputs, or of which the text alone changed, is not
    executed again. Pages that are not wanted are taken from the edition as it is published.
    """
    others = take_over(request, folder)
    wanted = [page for page in request.pages if page.name not in others]
    shutil.rmtree(request.failed, ignore_errors=True)
    executed = folder / ".executed"
    executed.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        if not is_computed(request):
            workers = workers or stack.enter_context(started(request.root))
            compute(request, workers, computing)
        decided = disclosed.disclosure_decisions(request.data, request.quarter).digest
        known = KeptPages(cache, shared_inputs(request, decided))
        made = {page.name: found for page in wanted if (found := known.recall(page))}
        # while other processes execute pages
        framing = stack.enter_context(futures.ThreadPoolExecutor(1)).submit(
            frame_files, request, request.today
        )
        if len(request.errata):  # before pages run in vain
            rows = frame_table(framing.result())
            revisions.check_errata(request.errata, rows, request.quarter, request.root / "reports")
        waiting = [page for page in wanted if page.name not in made]
        sources = {page.name: its_digest(page) for page in waiting}
        outcomes = kept_outcomes(known.executions, waiting, executed)
        recalled = {outcome.page.name for outcome in outcomes}
        if waiting := [page for page in waiting if page.name not in recalled]:
            outcomes += execute(waiting, executed, request.root, workers or COUNT, executing)
    # what changed while pages ran may be in them: they are not kept by what was before
    if kept.library_files() != kept.loaded() or shared_inputs(request, decided) != known.shared:
        known = KeptPages(None, known.shared)
    ran, errors = _pages_of(outcomes, request, known, sources)
    made |= ran
    shutil.rmtree(executed)
    if errors and (not keep_going or not made):
        lines = [f"study {x}: {why}; see {request.failed / x}.ipynb" for x, why in errors.items()]
        advice = ", or publish the others with --keep-going" if made and not keep_going else ""
        raise ObservError(*lines, f"nothing was published; mend what failed{advice}")
    files = framing.result()
    made = _linked(request, folder, made, frame_table(files))
    held, here = store.table_digests(request.data), f"{request.root}{os.sep}"
    plan = {page.name: page for page in request.pages}
    entries = others | {name: entry_of(plan[name], page, held) for name, page in made.items()}
    entries |= {x: entry_for(plan[x], error=why.replace(here, "")) for x, why in errors.items()}
    about = {
        "quarter": request.quarter,
        "kind": request.kind,
        "version": observlib.__version__,
        "frame": write_frame(files, folder),
        "studies": [entries[name] for name in plan],
    }
    write_manifest(about, folder)
    return about, {name: page.memory for name, page in made.items()}


def _pages_of(
    outcomes: Iterable[Outcome], request: Request, known: KeptPages, sources: Mapping[str, str]
) -> tuple[dict[str, MadePage], dict[str, str]]:
    """Pages that notebooks are, which are kept; why others are none, which are put aside."""
    made, errors = {}, {}
    for outcome in outcomes:
        page = outcome.page
        try:
            made[page.name] = made_page(outcome, request)
        except PageError as error:
            errors[page.name] = str(error)
            request.failed.mkdir(exist_ok=True)
            shutil.move(outcome.path, request.failed / outcome.path.name)
            continue
        if its_digest(page) == sources[page.name]:
            known.keep(page, made[page.name])
            if not outcome.is_kept:
                ran, used = outcome.path.read_text(encoding="utf-8"), made[page.name].used
                known.executions.keep(page, MadePage(ran, "", used))
    return made, errors


def _linked(
    request: Request, folder: Path, made: Mapping[str, MadePage], rows: pd.DataFrame
) -> dict[str, MadePage]:
    """Write pages made now, with links to and from all others, which tell nothing otherwise."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.ipynb")}
    texts |= {name: page.notebook for name, page in made.items()}
    # in the plan's order, whichever were kept or made first: so are links to their figures
    texts = {page.name: texts[page.name] for page in request.pages if page.name in texts}
    now = {name: text for name, text in texts.items() if name in made}
    check_pages(now, {name: text for name, text in texts.items() if name not in made}, rows)
    found = linked(texts, now)
    for name, text in found.items():
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8", newline="\n")
    return {name: replace(made[name], notebook=text) for name, text in found.items()}


def frame_table(files: Mapping[str, bytes], name: str = archive.ESTIMATES) -> pd.DataFrame:
    """A table of an edition, of its files: its estimates, or its comparisons."""
    return pd.read_parquet(io.BytesIO(files[name]))


def write_frame(files: Mapping[str, bytes], folder: Path) -> dict[str, str]:
    """Write what the edition tells into its folder; the digests of the files."""
    write_all(files, folder)
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def made_page(outcome: Outcome, request: Request) -> MadePage:
    """The page that an executed notebook is."""
    if outcome.error:
        raise PageError(outcome.error)
    notebook = nbformat.read(outcome.path, as_version=4)
    if outcome.page.study.easy:
        _check_easy(notebook, outcome.page, request)
    uses, memory = _used(notebook), notebook.metadata.get(kept.USED, {}).get("memory", 0)
    page = finalise(notebook, outcome.page, request.about, request.root)
    text, finding = nbformat.writes(page) + "\n", read_header(page)["description"]
    return MadePage(text, finding, uses, memory)


def _check_easy(notebook: Any, page: Page, request: Request) -> None:
    """Refuse a page in easy French that holds what is not (see `themes.easy`)."""
    if not easy.can_check():
        return
    glossary = request.root / "reports" / "glossaire.qmd"
    terms = easy.terms(glossary.read_text(encoding="utf-8")) if glossary.exists() else ()
    text = "\n".join([page.title, page.study.question, page_markdown(notebook)])
    if found := [*easy.reading_faults(text, easy.names_of(request.catalogue), terms)]:
        raise PageError(bounded(found, sep="; "))


def page_markdown(notebook: Any) -> str:
    """The Markdown of a study's page: what its author wrote, and what its cells show."""
    texts = []
    for cell in notebook.cells[1:]:
        shown = [output.get("data", {}) for output in cell.get("outputs", [])]
        texts += [cell.source] if cell.cell_type == "markdown" else []
        texts += ["".join(data.get("text/markdown", "")) for data in shown]
    return "\n\n".join(texts)


def _used(notebook: Any) -> tuple[str, ...]:
    """What an executed notebook has used; a cell that names sentences itself may have used all."""
    told = notebook.metadata.get(kept.USED, {"tables": TABLES})
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    by_itself = any("findings" in text or "sentences" in text for text in sources)
    return used_inputs(told["tables"], None if by_itself else told.get("sentences"))
