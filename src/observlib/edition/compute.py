"""The families of an edition, computed in worker processes before any page asks for them.

What they give is the edition's frame, which is written beside its pages.
"""

from __future__ import annotations

import contextlib
import hashlib
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from observlib import comparisons, disk_cache, estimates, frame, inputs, project
from observlib.edition.execute import Progress
from observlib.errors import ObservError
from observlib.period import Quarter

if TYPE_CHECKING:  # workers import this module, and have no use for the plan
    from observlib.edition.request import Request

Job = tuple[str, str]  # a family, and the survey of one of each survey


def compute(request: Request, pool: Executor, progress: Progress | None = None) -> None:
    """Compute what the project does not keep yet of every family, each after those it reads.

    Parameters
    ----------
    request
        Of which data, quarter and surveys.
    pool
        Worker processes that execute pages (see `execute.started`): they have imported all that
        families need.
    progress
        Called with families done, families in all and the family just done.

    Raises
    ------
    ObservError
        For wrong data, and where something ends a worker from outside.
    """
    left = [job for job in jobs(request) if not _is_kept(request, job)]
    if not left:
        return
    try:
        _run(request, left, pool, progress)
    except BrokenProcessPool as error:
        raise ObservError(
            "estimates: a process that computed them was ended from outside, perhaps for want of "
            "memory; free some, and run the command again"
        ) from error


def jobs(request: Request) -> list[Job]:
    """The families of an edition, each after those it reads, and the surveys of those of each."""
    return [
        (name, survey)
        for name, family in frame.families().items()
        for survey in (request.surveys if family.each_survey else [""])
    ]


def is_computed(request: Request) -> bool:
    """Whether the project keeps what every family gives."""
    return all(_is_kept(request, job) for job in jobs(request))


def write_frame(request: Request, folder: Path) -> dict[str, str]:
    """Write what the families of an edition give, as pages tell it; the digests of the files.

    `estimates.parquet` and `comparisons.parquet` have the columns of their contracts. Each row is
    there once, with no more digits than on a page.

    Parameters
    ----------
    request
        Of which data, quarter and surveys.
    folder
        The edition's folder.
    """
    made_of = {**request.shared(), "the quarter": str(request.quarter)}
    kept = request.root / disk_cache.FOLDER / "frame"
    files = disk_cache.get(kept, inputs.key(made_of))
    if files is None:
        files = _frame(request)
        with contextlib.suppress(OSError):  # a project that cannot be written has its frame
            disk_cache.put(kept, inputs.key(made_of), files)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _frame(request: Request) -> dict[str, bytes]:
    from observlib.display import rounding  # a worker that starts has no use for it

    catalogue = project.catalogue(request.data, request.root)
    found = [frame.given(request.data, request.quarter, *job) for job in jobs(request)]
    rows = estimates.combine(given.estimates for given in found).drop_duplicates()
    pairs = comparisons.combine(given.comparisons for given in found)
    told = {
        "estimates": rounding.rounded(rows, catalogue).drop_duplicates(),
        "comparisons": rounding.rounded_pairs(pairs, catalogue),
    }
    return {f"{name}.parquet": table.to_parquet(index=False) for name, table in told.items()}


def _is_kept(request: Request, job: Job) -> bool:
    return frame.is_kept(request.data, request.quarter, *job)


def _run(request: Request, left: list[Job], pool: Executor, progress: Progress | None) -> None:
    root, data, quarter = request.root, request.data, request.quarter
    total, done = len(left), 0
    running: dict[Future[None], Job] = {}
    while left or running:
        unknown = {name for name, _ in (*left, *running.values())}
        for job in list(left):
            if unknown.isdisjoint(frame.family(job[0]).families):
                left.remove(job)
                running[pool.submit(_compute, root, data, quarter, *job)] = job
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            name, _ = running.pop(future)
            future.result()
            done += 1
            if progress:
                progress(done, total, name)


def _compute(root: Path, data: Path, quarter: Quarter, name: str, survey: str) -> None:
    with contextlib.chdir(root):  # by which the project is found
        frame.given(data, quarter, name, survey)
