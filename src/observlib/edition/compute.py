"""The families of an edition, computed in worker processes before any page asks for them."""

from __future__ import annotations

import contextlib
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from observlib import frame
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
    known = frame.families()
    every = [
        (name, survey)
        for name, family in known.items()
        for survey in (request.surveys if family.each_survey else [""])
    ]
    left = [job for job in every if not frame.is_kept(request.data, request.quarter, *job)]
    if not left:
        return
    try:
        _run(request, left, pool, progress)
    except BrokenProcessPool as error:
        raise ObservError(
            "estimates: a process that computed them was ended from outside, perhaps for want of "
            "memory; free some, and run the command again"
        ) from error


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
