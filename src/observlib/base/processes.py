"""Processes of this machine that work for this one, and end with it."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from observlib.base.errors import ObservError

PROCESSES = min(os.cpu_count() or 1, 8)  # each has memory of its own
_PATIENCE = 5.0  # seconds that a process has to end by itself


@contextlib.contextmanager
def pool(
    count: int, prepare: Callable[..., object], words: tuple[Any, ...], method: str = "spawn"
) -> Iterator[ProcessPoolExecutor]:
    """New processes for as long as the context lasts, each of which prepares itself first."""
    context = multiprocessing.get_context(method)
    context.set_forkserver_preload([prepare.__module__])  # where workers are forks of a server
    workers = ProcessPoolExecutor(count, context, prepare, words)
    try:
        yield workers
    finally:
        started = list((workers._processes or {}).values())
        for process in started:
            process.terminate()  # it ends what its page has started
        for process in started:
            process.join(_PATIENCE)
            process.kill()
        # its thread ends as they have; left alone, it may be woken by a pipe that is closed
        workers.shutdown(cancel_futures=True)


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


def keep_to_parent(end: Callable[[], object]) -> None:
    """End this worker with its parent, in a thread: no one else would ever stop it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends its workers
    threading.Thread(target=_end_with_parent, args=(end,), daemon=True).start()


def _end_with_parent(end: Callable[[], object]) -> None:
    if parent := multiprocessing.parent_process():
        multiprocessing.connection.wait([parent.sentinel])
        end()
