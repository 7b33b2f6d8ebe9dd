"""The families of an edition, computed in worker processes before any page asks for them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, as_completed, wait
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from observlib import estimates, store
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.kept import Inputs
from observlib.base.period import Quarter
from observlib.confidentiality.control import DeviceDecision
from observlib.edition.execute import Progress, telling_ends
from observlib.estimates.comparisons import combine_comparisons
from observlib.pipeline import archive, disclosed, frame, project, revisions

if TYPE_CHECKING:  # workers import this module, and have no use for the plan
    import pandas as pd

    from observlib.edition.plan import Request

TABLE_INPUT = "the data/"  # with the name of a table: an input
_MAKING = ("observlib.study", "observlib.edition.make")  # what a page runs, and what runs it
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


def page_library(notebooks: Path) -> Inputs:
    """Each file of this library that pages are made of: what runs them, and what they import."""
    families = {family.compute.__module__ for family in frame.families().values()}
    sentences = {
        f"observlib.themes.{found[1]}.sentences"
        for found in map(_SENTENCES.fullmatch, kept.loaded())
        if found
    }
    asked = {name for path in notebooks.glob("*.ipynb") for name in _imported(path)}
    return kept.code_of(*_MAKING, *sorted(families | sentences | asked))


def shared_inputs(request: Request, decided: str) -> Inputs:
    """What every page depends on now; `decided` is the digest of `disclosed.decisions`."""
    held = {
        f"{TABLE_INPUT}{name}": value for name, value in store.table_digests(request.data).items()
    }
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


def sentence_inputs(inputs: Inputs) -> Inputs:
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
    import pandas as pd  # a worker that starts has no use for them

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
    rows, pairs = (
        pd.read_parquet(io.BytesIO(files[name]))
        for name in (archive.ESTIMATES, archive.COMPARISONS)
    )
    families = json.loads(files.pop(_FAMILIES))
    before = archive.earlier(request.data)
    now = archive.in_the_making(rows, request.quarter, day)
    marks = revisions.revision_flags(now, before, request.catalogue)
    made_of |= {"what is revised": json.dumps(sorted(marks.items())), "the day": day.isoformat()}
    made_of["the brand"] = repr(request.brand)
    own = revisions.borne_errata(request.errata, rows, before, request.quarter)
    made_of |= {
        f"the errata/{name}": digest for name, digest in revisions.errata_digests(own).items()
    }
    package = partial(_package, request, day, rows, pairs, families, marks, own)
    return {**files, **kept.made(cache, "package", made_of, package)}


def _frame(request: Request, decided: DeviceDecision) -> dict[str, bytes]:
    """The estimates and comparisons of an edition, and the families that give each indicator."""
    data, quarter = request.data, request.quarter
    found = {job: disclosed.disclosed_family(data, quarter, *job) for job in disclosed.jobs(data)}
    rows = estimates.combine(given.estimates for given in found.values()).drop_duplicates()
    pairs = combine_comparisons(given.comparisons for given in found.values())
    from observlib.language import rounding
    from observlib.themes import main_points  # a worker that starts has no use for them

    catalogue = request.catalogue
    rows = rounding.rounded_estimates(rows, catalogue).drop_duplicates()
    pairs = rounding.rounded_pairs(main_points.held_together(pairs, quarter), catalogue)
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
    about = dataset.about(
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
    request: Request, left: list[frame.Job], pool: Executor, progress: Progress | None
) -> None:
    data, quarter = request.data, request.quarter
    total, done = len(left), 0
    running: dict[Future[None], frame.Job] = {}
    while left or running:
        unknown = {name for name, _ in (*left, *running.values())}
        for job in list(left):
            if unknown.isdisjoint(frame.family_named(job[0]).families):
                left.remove(job)
                running[pool.submit(_compute, data, quarter, *job)] = job
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            name, _ = running.pop(future)
            future.result()
            done += 1
            if progress:
                progress(done, total, name)


def _decide(request: Request, pool: Executor, progress: Progress | None) -> None:
    """Decide what is told of each device, once all families are computed."""
    data, quarter = request.data, request.quarter
    names = disclosed.devices_told(data, quarter)
    running = {pool.submit(disclosed.decided, data, quarter, name): name for name in names}
    problems: list[str] = []
    found: dict[str, DeviceDecision] = {}
    for done, future in enumerate(as_completed(running), 1):
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
