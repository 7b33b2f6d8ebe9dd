"""Where an edition's work is done, and its pages executed: one fresh shell a page."""

from __future__ import annotations

import contextlib
import json
import logging
import multiprocessing
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from observlib.base import files, kept, processes
from observlib.base.errors import ObservError, UsageError, bounded

# --- Where an edition's work is done: processes of this machine, or of a cluster's (see `cluster`)

COUNT = max(2, processes.PROCESSES)


@contextlib.contextmanager
def started(root: Path, count: int = COUNT, at_once: int = COUNT) -> Iterator[Executor]:
    """Workers, in the project's root, for as long as the context lasts; some make ready at once."""
    with files.temporary_files() as private, _pool(count, root, private) as pool:
        for _ in range(min(at_once, count)):
            pool.submit(int)  # a worker starts with a task
        yield pool


def _pool(
    count: int, root: Path, private: Path
) -> contextlib.AbstractContextManager[ProcessPoolExecutor]:
    """New processes in the project's root; they write aside in a private folder."""
    return processes.pool(count, _prepare, (str(root), str(private)))


def _prepare(root: str, private: str) -> None:
    """Keep a worker's pages from the user's own settings, and the worker to its parent's life."""
    from observlib.edition import engine

    os.chdir(root)  # by which the project is found
    tempfile.tempdir = os.environ["TMPDIR"] = private
    os.environ["IPYTHONDIR"] = str(Path(private) / "ipython")
    os.environ.pop("PYTHONSTARTUP", None)
    processes.keep_to_parent(engine.end_at_once)
    engine.prepare_engine()


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
    progress: files.Progress | None = None,
    cell_seconds: float = _CELL_SECONDS,
) -> list[Outcome]:
    """Execute every page's notebook into a folder; a failure does not stop the others."""
    outcomes: dict[str, Outcome] = {}
    with contextlib.ExitStack() as stack:
        if isinstance(workers, int):
            workers = stack.enter_context(started(root, max(1, min(workers, len(pages)))))
        stack.enter_context(processes.telling_ends("studies"))
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


# --- An edition's work done by the workers of a Dask cluster that runs already

_REACHED = 10  # seconds within which a scheduler answers
_WORKER = 60.0  # seconds within which a worker comes for tasks: some are only then begun
_MEASURE = "measure.json"
_ALONE = 60.0  # seconds after which a worker whose run asks no more is rid of its processes


class Run(NamedTuple):
    """What a worker shares with who asks it: `mark` is this run's folder, to be measured by."""

    root: Path
    mark: Path
    data: Path


@contextlib.contextmanager
def cluster_workers(address: str, root: Path, data: Path) -> Iterator[Executor]:
    """The workers of a cluster, for as long as the context lasts: then they are as they were.

    A task that was lost with its worker is done again by another.
    """
    if not re.fullmatch(r"(tcp|tls|wss?)://[^\s/]+:\d{1,5}", address):
        raise UsageError(f"--dask {address}: write it as tcp://HOST:PORT, or tls://HOST:PORT")
    try:
        import distributed
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise ObservError(
            "a cluster needs the package distributed; install it with "
            "`pip install 'observlib[dask]'`"
        ) from error
    with _silent(), files.workspace(root / "reports" / "_site") as mark:
        run = Run(root, mark, data.resolve())
        (mark / _MEASURE).write_text(json.dumps(_measured(run)), encoding="utf-8")
        try:
            client = distributed.Client(address, timeout=_REACHED, set_as_default=False)
        except (OSError, OverflowError) as error:
            raise ObservError(
                f"{address}: no scheduler answers there; start it (`dask scheduler`), or leave "
                "--dask out to work on this machine"
            ) from error
        pool = _Cluster(client, run)
        try:
            _check(pool, client, run)
            yield pool
        except KilledWorker as error:
            raise ObservError(
                f"{address}: several workers were ended while they did one and the same task, "
                "perhaps for want of memory; give them more, and run the command again"
            ) from error
        except CancelledError as error:
            why = "the scheduler was lost, and with it what its workers did; start it"
            if pool.is_deserted:
                why = f"no worker came within {_WORKER:g} seconds; start some"
            raise ObservError(f"{address}: {why}, and run the command again") from error
        finally:
            pool.shutdown()
            with contextlib.suppress(Exception):
                client.close(_REACHED)


class _Cluster(Executor):
    """Has functions called by the workers of a cluster; `is_deserted` once there are none left."""

    def __init__(self, client: Any, run: Run) -> None:
        self.is_deserted = False
        self._client, self._run = client, run
        self._tasks = client.get_executor(pure=False)
        self._waiting: set[Future[Any]] = set()
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(self, function: Callable[..., Any], /, *words: Any, **named: Any) -> Future[Any]:
        return self.ask(_call, self._run, function, words, named)

    def ask(self, function: Callable[..., Any], *words: Any) -> Future[Any]:
        """Have a function called by a worker itself, and by none of its processes."""
        if self._client.status != "running":  # it would wait for ever
            raise CancelledError
        task: Future[Any] = self._tasks.submit(function, *words)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return task

    def _watch(self) -> None:
        """Give up where tasks wait and no worker comes for them."""
        since = time.monotonic()
        while self._client.status == "running":
            with contextlib.suppress(Exception):  # whoever waits for a task is told
                if not self._waiting or self._client.nthreads():
                    since = time.monotonic()
                elif time.monotonic() - since > _WORKER:
                    self.is_deserted = True
                    self._tasks.shutdown(wait=False)
            time.sleep(1)

    def shutdown(self, wait: bool = False, *, cancel_futures: bool = True) -> None:
        """Give up what is being done, and end the processes that did it."""
        with contextlib.suppress(Exception):  # a cluster that is lost ends them by itself
            self._tasks.shutdown(wait=False)
            if self._client.status == "running":
                self._client.run(_end, self._run, on_error="ignore")


def _measured(run: Run) -> kept.Inputs:
    """What the process that asks and its workers must have alike."""
    return {**_versions(), "the store": kept.file(run.data / "store" / "ledger.json")}


@cache
def _versions() -> kept.Inputs:
    """This library and all packages, as they were when this process first asked for them."""
    return kept.library_files() | kept.installed_packages()


def _check(pool: _Cluster, client: Any, run: Run) -> None:
    """Wait for a worker, and refuse those that would make other things than this process."""
    pool.ask(int).result()
    told = client.run(_refusal, run, on_error="return")
    if wrong := [f"{worker}: {why}" for worker, why in sorted(told.items()) if why]:
        raise ObservError(*bounded(wrong, sep="\n").split("\n"))


def _refusal(run: Run) -> str:
    """Why this worker can do nothing for a run; nothing where it can."""
    try:
        wanted = json.loads((run.mark / _MEASURE).read_text(encoding="utf-8"))
        tempfile.TemporaryFile(dir=run.mark).close()
    except OSError as error:
        return (
            f"this worker cannot read and write in {run.root} ({error.strerror}); let all workers "
            "share the project's folder, at the same path"
        )
    found = _measured(run)
    if wanted["the store"] != found["the store"]:
        return (
            f"this worker has another store in {run.data}; let all workers share the data folder, "
            "at the same path"
        )
    if differing := kept.difference_words(wanted, found):
        return (
            f"this worker differs from where the command runs in {'; '.join(differing)}; install "
            "the same there, and start it again"
        )
    return ""


# --- On a worker --------------------------------------------------------------------------------


@dataclass
class _Held:
    """The processes that a worker has started for a run."""

    pool: Executor
    ending: contextlib.ExitStack
    since: float
    tasks: int = 0


_held: dict[Path, _Held] = {}
_lock = threading.Lock()


def _call(run: Run, function: Callable[..., Any], words: Any, named: Any) -> Any:
    """Call a function in one of the processes that this worker has for a run."""
    with _lock:
        held = _held.get(run.mark) or _begin(run)
        held.tasks += 1
        job = held.pool.submit(function, *words, **named)
    try:
        return job.result()
    finally:
        with _lock:
            held.tasks, held.since = held.tasks - 1, time.monotonic()


def _begin(run: Run) -> _Held:
    from distributed import get_worker

    if refusal := _refusal(run):  # it may have come since the run began
        raise ObservError(f"{get_worker().address}: {refusal}")
    # its nanny forbids a worker to have processes of its own, as it could not end them: these
    # end with the worker by themselves
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    with contextlib.ExitStack() as stack:
        place = Path(tempfile.gettempdir()).resolve()
        private = stack.enter_context(files.working_folder(place, files.TEMPORARY))
        count = get_worker().state.nthreads
        pool = stack.enter_context(_pool(count, run.root, private))
        held = _held[run.mark] = _Held(pool, stack.pop_all(), time.monotonic())
    threading.Thread(target=_end_when_alone, args=(run,), daemon=True).start()
    return held


def _end_when_alone(run: Run) -> None:
    """End the processes for a run that asks no more: the one that asked may have been killed."""
    while held := _held.get(run.mark):
        if not held.tasks and time.monotonic() - held.since > _ALONE:
            _end(run)
        time.sleep(1)


def _end(run: Run) -> None:
    """End the processes that this worker has for a run, if any."""
    with _lock:
        held = _held.pop(run.mark, None)
    if held:
        held.ending.close()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep the notes of `distributed` from what the command prints."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
