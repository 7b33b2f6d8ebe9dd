"""Where an edition's work is done, and its pages executed: one fresh shell a page."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.files import Progress

# --- Where an edition's work is done: processes of this machine, or of a cluster's (see `cluster`)

COUNT = max(2, min(os.cpu_count() or 1, 8))  # each with memory of its own
_PATIENCE = 5.0  # seconds that a process has to end by itself


@contextlib.contextmanager
def started(root: Path, count: int = COUNT, at_once: int = COUNT) -> Iterator[Executor]:
    """Workers, in the project's root, for as long as the context lasts; some make ready at once."""
    with files.temporary_files() as private, processes(count, root, private) as pool:
        for _ in range(min(at_once, count)):
            pool.submit(int)  # a worker starts with a task
        yield pool


@contextlib.contextmanager
def processes(count: int, root: Path, private: Path) -> Iterator[ProcessPoolExecutor]:
    """New processes for as long as the context lasts; they write aside in a private folder."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, _prepare, (str(root), str(private)))
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


@contextlib.contextmanager
def telling_ends(what: str) -> Iterator[None]:
    """Turn the end of a worker, from outside, into an `ObservError` that says what it worked on."""
    try:
        yield
    except BrokenProcessPool as error:
        raise ObservError(
            f"{what}: a process that worked on them was ended from outside, perhaps for want of "
            "memory; free some, and run the command again"
        ) from error


def _prepare(root: str, private: str) -> None:
    """Keep a worker's pages from the user's own settings, and the worker to its parent's life."""
    from observlib.edition import engine

    os.chdir(root)  # by which the project is found
    tempfile.tempdir = os.environ["TMPDIR"] = private
    os.environ["IPYTHONDIR"] = str(Path(private) / "ipython")
    os.environ.pop("PYTHONSTARTUP", None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    engine.prepare_engine()


def _end_with_parent() -> None:
    """Wait for the parent's end, in a thread: no one else would ever stop this process."""
    from observlib.edition import engine

    if parent := multiprocessing.parent_process():
        multiprocessing.connection.wait([parent.sentinel])
        engine.end_at_once()


if TYPE_CHECKING:  # each worker imports this module, and has no use for pandas
    from observlib.edition.plan import Page

_CELL_SECONDS = 600


@dataclass(frozen=True)
class Outcome:
    """A page's executed notebook and, where it failed, why; `is_kept`: it was executed before."""

    page: Page
    path: Path
    error: str = ""
    is_kept: bool = False


def execute(
    pages: Sequence[Page],
    folder: Path,
    root: Path,
    workers: int | Executor = COUNT,
    progress: Progress | None = None,
    cell_seconds: float = _CELL_SECONDS,
) -> list[Outcome]:
    """Execute every page's notebook into a folder; a failure does not stop the others."""
    outcomes: dict[str, Outcome] = {}
    with contextlib.ExitStack() as stack:
        if isinstance(workers, int):
            workers = stack.enter_context(started(root, max(1, min(workers, len(pages)))))
        stack.enter_context(telling_ends("studies"))
        waiting = {}
        often = len(pages) > COUNT
        for page in pages:
            words = (str(page.study.path), page.parameters, str(root), cell_seconds, often)
            waiting[workers.submit(_run, *words)] = page
        for job in as_completed(waiting):
            page = waiting.pop(job)  # and with it what it holds
            notebook, error = job.result()
            outcomes[page.name] = Outcome(page, folder / f"{page.name}.ipynb", error)
            outcomes[page.name].path.write_bytes(notebook)
            if progress:
                progress(len(outcomes), len(pages), page.name)
    return [outcomes[page.name] for page in pages]


def _run(
    notebook: str, parameters: dict[str, Any], root: str, cell_seconds: float, often: bool
) -> tuple[bytes, str]:
    """Execute one notebook in this worker: as it is then, and the text of its failure, or none."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from observlib.edition import engine

    if often and engine.CAN_FORK:  # what pages have in common, their processes begin with
        _ask_once(parameters.get("data", ""), parameters.get("quarter", ""))

    def literal(path: str) -> str:  # papermill fills `{names}` in paths
        return path.replace("{", "{{").replace("}", "}}")

    with tempfile.TemporaryDirectory() as place:
        output = Path(place, "page.ipynb")
        try:
            papermill.execute_notebook(
                literal(notebook),
                literal(str(output)),
                parameters,
                engine_name=engine.ENGINE,
                kernel_name="python3",
                language="python",
                cwd=root,
                progress_bar=False,
                request_save_on_cell_execute=False,  # the whole notebook twice a cell
                execution_timeout=cell_seconds,
            )
        except PapermillExecutionError as error:
            made = output.read_bytes()
            lines = [line.strip() for line in str(error.evalue).splitlines() if line.strip()]
            if error.ename not in ("ObservError", "UsageError", engine.DIED, engine.TOO_LONG):
                lines[:1] = [": ".join([error.ename, *lines[:1]])]
            return made, _short(f"cell {_position(made, error.cell_index)}: {'; '.join(lines)}")
        return output.read_bytes(), ""


@cache
def _ask_once(data: str, quarter: str) -> None:
    """Ask for all that an edition tells, so that each page finds it in memory."""
    from observlib.base.period import Quarter
    from observlib.pipeline import disclosed, project

    with contextlib.suppress(Exception):  # a page that asks says why
        folder, edition = project.data_folder(data), Quarter(quarter)
        jobs = disclosed.jobs(folder)
        # of many surveys, each is of use to its own pages alone, and they would push the rest out
        for job in (
            jobs if len(jobs) <= disclosed.MOST_KEPT else [job for job in jobs if not job[1]]
        ):
            disclosed.disclosed_family(folder, edition, *job)


def _position(notebook: bytes, index: int) -> int:
    """The place of a cell in its study, counted without those that papermill adds."""
    cells = json.loads(notebook)["cells"]
    tags = [set(cell["metadata"].get("tags", [])) for cell in cells]
    executed = [found for found in tags if "papermill-error-cell-tag" not in found]
    return sum("injected-parameters" not in found for found in executed[: index + 1])


def _short(text: str, most: int = 400) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
