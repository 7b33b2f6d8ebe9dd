"""Where an edition's work is done: processes of this machine, or of a cluster's (see `cluster`).

A task is a function of this library that is called with little, and gives what it has made: who
asked for it writes it. So what is done twice, as by a machine that was lost, is there once.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from observlib.base import temporary
from observlib.base.errors import ObservError

COUNT = max(2, min(os.cpu_count() or 1, 8))  # each with memory of its own
_PATIENCE = 5.0  # seconds that a process has to end by itself


@contextlib.contextmanager
def started(root: Path, count: int = COUNT, at_once: int = COUNT) -> Iterator[Executor]:
    """Workers for as long as the context lasts; some begin to make themselves ready at once.

    Their working folder is the project's root. Once something has ended one of them from outside,
    they do no more.
    """
    with temporary.temporary_files() as private, processes(count, root, private) as pool:
        for _ in range(min(at_once, count)):
            pool.submit(int)  # a worker starts with a task
        yield pool


@contextlib.contextmanager
def processes(count: int, root: Path, private: Path) -> Iterator[ProcessPoolExecutor]:
    """New processes for as long as the context lasts: what they still do then is given up.

    What they write aside goes to a private folder.
    """
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
    """Turn the end of a worker, from outside, into an `ObservError` that says what it worked on.

    Examples
    --------
    >>> with telling_ends("estimates"):
    ...     raise BrokenProcessPool
    Traceback (most recent call last):
    observlib.base.errors.ObservError: estimates: a process that worked on them was ended from
        outside, perhaps for want of memory; free some, and run the command again
    """
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
    engine.prepare()


def _end_with_parent() -> None:
    """Wait for the parent's end, in a thread: no one else would ever stop this process."""
    from observlib.edition import engine

    if parent := multiprocessing.parent_process():
        multiprocessing.connection.wait([parent.sentinel])
        engine.end_at_once()
