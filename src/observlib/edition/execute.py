"""Execution of pages: papermill's API in worker processes, one fresh shell a page (see `engine`).

No shell is ever used twice: state would leak.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from observlib import scratch
from observlib.errors import ObservError

if TYPE_CHECKING:  # each worker imports this module, and has no use for pandas
    from observlib.edition.plan import Page

CELL_SECONDS = 600
_PATIENCE = 5.0  # seconds that a process has to end by itself
Progress = Callable[[int, int, str], None]
Run = Callable[..., "list[Outcome]"]


class Workers(NamedTuple):
    """Processes that are started: `run` executes pages in them, `pool` has them do anything."""

    run: Run
    pool: ProcessPoolExecutor


@dataclass(frozen=True)
class Outcome:
    """What became of a page: its executed notebook and, where it failed, why."""

    page: Page
    path: Path
    error: str = ""


def execute(
    pages: Sequence[Page],
    folder: Path,
    root: Path,
    workers: int | Workers = 2,
    progress: Progress | None = None,
    cell_seconds: float = CELL_SECONDS,
    before: Callable[[Executor], None] | None = None,
) -> list[Outcome]:
    """Execute every page's notebook into a folder; a failure does not stop the others.

    Parameters
    ----------
    pages
        What to execute, in order.
    folder
        Where `<page>.ipynb` is written; a failed page's holds what ran and its error.
    root
        The project's root: the working folder of cells.
    workers
        Worker processes: how many, or those that are `started`.
    progress
        Called with pages done, pages in all and the page just done.
    cell_seconds
        How long a cell may run.
    before
        Called with their pool before the first page.

    Returns
    -------
    list of Outcome
        In the order of `pages`.

    Raises
    ------
    ObservError
        Where something ends a worker from outside.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(workers, int):
            workers = stack.enter_context(started(root, max(1, min(workers, len(pages)))))
        if before:
            before(workers.pool)
        return workers.run(pages, folder, progress, cell_seconds)


@contextlib.contextmanager
def started(root: Path, workers: int = 2) -> Iterator[Workers]:
    """Workers for as long as the context lasts, which begin to make themselves ready at once.

    Their `run` takes the pages, the folder and, if wanted, `progress` and `cell_seconds`, and does
    as `execute`. Once something has ended a worker from outside, it executes no more.
    """
    with scratch.temporary_files() as private, _processes(workers, private) as pool:

        def run(
            pages: Sequence[Page],
            folder: Path,
            progress: Progress | None = None,
            cell_seconds: float = CELL_SECONDS,
        ) -> list[Outcome]:
            return _executed(pool, pages, folder, root, progress, cell_seconds)

        for _ in range(workers):
            pool.submit(int)  # a worker starts with a task
        yield Workers(run, pool)


@contextlib.contextmanager
def _processes(count: int, private: Path) -> Iterator[ProcessPoolExecutor]:
    """New processes for as long as the context lasts: what they still do then is given up."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, _prepare, (str(private),))
    try:
        yield pool
    finally:
        started = list((pool._processes or {}).values())
        for process in started:
            process.terminate()  # it ends what its page has started
        for process in started:
            process.join(_PATIENCE)
            process.kill()
        # its thread ends as they have; left alone, it may be woken by a pipe that is closed
        pool.shutdown(cancel_futures=True)


def _executed(
    pool: ProcessPoolExecutor,
    pages: Sequence[Page],
    folder: Path,
    root: Path,
    progress: Progress | None,
    cell_seconds: float,
) -> list[Outcome]:
    outcomes: dict[str, Outcome] = {}
    waiting = {}
    try:
        for page in pages:
            path = folder / f"{page.name}.ipynb"
            notebook = str(page.study.path)
            job = pool.submit(_run, notebook, str(path), page.parameters, str(root), cell_seconds)
            waiting[job] = Outcome(page, path)
        for job in as_completed(waiting):
            done = waiting[job]
            outcomes[done.page.name] = Outcome(done.page, done.path, job.result())
            if progress:
                progress(len(outcomes), len(pages), done.page.name)
    except BrokenProcessPool as error:
        raise ObservError(
            "execution: a process that ran studies was ended from outside, perhaps for "
            "want of memory; free some, and run the command again"
        ) from error
    return [outcomes[page.name] for page in pages]


def _prepare(private: str) -> None:
    """Keep a worker's pages from the user's own settings, and the worker to its parent's life."""
    from observlib.edition import engine

    os.environ["IPYTHONDIR"] = str(Path(private) / "ipython")
    os.environ.pop("PYTHONSTARTUP", None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    engine.prepare()


def _end_with_parent() -> None:
    """Wait for the parent's end, in a thread: no one else would ever stop this process."""
    from observlib.edition import engine

    if parent := multiprocessing.parent_process():
        multiprocessing.connection.wait([parent.sentinel])
        engine.end_at_once()


def _run(
    notebook: str, output: str, parameters: dict[str, Any], root: str, cell_seconds: float
) -> str:
    """Execute one notebook in this worker; the text of its failure, or nothing."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from observlib.edition import engine

    if engine.CAN_FORK:  # what pages have in common, their processes begin with
        _ask_once(root, parameters.get("data", ""), parameters.get("quarter", ""))

    def literal(path: str) -> str:  # papermill fills `{names}` in paths
        return path.replace("{", "{{").replace("}", "}}")

    try:
        papermill.execute_notebook(
            literal(notebook),
            literal(output),
            parameters,
            engine_name=engine.NAME,
            kernel_name="python3",
            language="python",
            cwd=root,
            progress_bar=False,
            request_save_on_cell_execute=False,  # the whole notebook twice a cell
            execution_timeout=cell_seconds,
        )
    except PapermillExecutionError as error:
        lines = [line.strip() for line in str(error.evalue).splitlines() if line.strip()]
        if error.ename not in ("ObservError", "UsageError", engine.DIED, engine.TOO_LONG):
            lines[:1] = [": ".join([error.ename, *lines[:1]])]
        return _short(f"cell {_position(output, error.cell_index)}: {'; '.join(lines)}")
    return ""


@cache
def _ask_once(root: str, data: str, quarter: str) -> None:
    """Ask for all that an edition tells, so that each page finds it in memory."""
    from observlib import project, told
    from observlib.period import Quarter

    with contextlib.chdir(root), contextlib.suppress(Exception):  # a page that asks says why
        folder, edition = project.data_folder(data), Quarter.parse(quarter)
        jobs = told.jobs(folder)
        # of many surveys, each is of use to its own pages alone, and they would push the rest out
        for job in jobs if len(jobs) <= told.KEPT else [job for job in jobs if not job[1]]:
            told.given(folder, edition, *job)


def _position(output: str, index: int) -> int:
    """The place of a cell in its study, counted without those that papermill adds."""
    cells = json.loads(Path(output).read_text(encoding="utf-8"))["cells"]
    tags = [set(cell["metadata"].get("tags", [])) for cell in cells]
    executed = [found for found in tags if "papermill-error-cell-tag" not in found]
    return sum("injected-parameters" not in found for found in executed[: index + 1])


def _short(text: str, most: int = 400) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
