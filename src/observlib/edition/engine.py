"""A papermill engine: each page's cells run in a process of its own, without a kernel's sockets.

Importing the libraries takes longer than most pages take to run. So the process that executes
pages imports them once, runs no study itself, and forks the shell of each page, which shares
nothing with the pages before it; it ends whatever a study has started and left. On platforms
without a safe fork the shell is a new process, and what a study detaches from it is not ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import math
import multiprocessing
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NoReturn

import nbformat
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines

from observlib.base.kept import USED

CAN_FORK = sys.platform == "linux"  # macOS's own libraries do not survive a fork
NAME = "observlib"
DIED, TOO_LONG = "DeadPageError", "CellTimeoutError"
MUTE = "it failed and could not say why, perhaps for want of memory or of files that may be open"
_HEAVY = (
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "seaborn",
    "great_tables",
    "duckdb",
    "pyarrow.parquet",
    "statsmodels.tsa.seasonal",
    "observlib.study",
)
_LOOK = 0.5  # seconds between two looks at whether a silent shell is alive
_BECOME_PARENT = 36  # of `prctl`: of what a process below leaves behind
_LANGUAGE = {
    "name": "python",
    "mimetype": "text/x-python",
    "file_extension": ".py",
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "codemirror_mode": {"name": "ipython", "version": 3},
}


def prepare() -> None:
    """Make this process the one that executes pages: for each, a fork of it is enough."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if not CAN_FORK:
        return
    ctypes.CDLL(None).prctl(_BECOME_PARENT, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: end_at_once())
    for name in _HEAVY:
        with contextlib.suppress(Exception):  # it fails again in the study, which tells it
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        from observlib.display import style
        from observlib.pipeline import frame

        style.text_width("observlib")  # loads the font
        frame.prepare()


class PageEngine(Engine):
    """Executes the cells of a page, one after the other, in a shell of its own."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, execution_timeout: float | None = None, **_: Any
    ) -> None:
        """Execute the notebook as papermill asks: to the first cell that fails."""
        nb_man.nb.metadata.setdefault("language_info", nbformat.from_dict(_LANGUAGE))
        displayed: dict[str, list[Any]] = {}
        with _shell() as (process, cells):
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                nb_man.cell_start(cell, index)
                done = _executed(process, cells, nb_man.nb, cell, displayed, execution_timeout)
                if not done:
                    nb_man.cell_exception(cell, index)
                nb_man.cell_complete(cell, index)
                if not done:
                    return


papermill_engines.register(NAME, PageEngine)


@contextlib.contextmanager
def _shell() -> Iterator[tuple[BaseProcess, Connection]]:
    """The process of a page's shell, and the pipe to it, for as long as the context lasts."""
    from observlib.edition.shell import serve

    context: Any = multiprocessing.get_context("fork" if CAN_FORK else "spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there,))
    with warnings.catch_warnings():  # the other thread only waits for the parent's end
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    there.close()
    try:
        yield process, here
    finally:
        here.close()
        process.kill()
        process.join()
        if CAN_FORK:
            end_children()


def _executed(
    process: BaseProcess,
    cells: Connection,
    notebook: Any,
    cell: Any,
    displayed: dict[str, list[Any]],
    seconds: float | None,
) -> bool:
    """Whether a cell succeeded; what it shows, and what went wrong, become its outputs."""
    cell.outputs = []
    end = time.monotonic() + (seconds or math.inf)
    with contextlib.suppress(ConnectionError):  # what it showed before it died is read first
        cells.send(cell.source)
    try:
        while True:
            if time.monotonic() > end:
                return _failed(cell, TOO_LONG, f"ran for over {seconds:g} seconds")
            if not cells.poll(_LOOK):
                if process.exitcode is not None:
                    raise EOFError
                continue
            message = cells.recv()
            if isinstance(message, OSError):
                raise message
            if isinstance(message, tuple):
                done, notebook.metadata[USED] = message
                if not done and all(output.output_type != "error" for output in cell.outputs):
                    return _failed(cell, DIED, MUTE)
                return bool(done)
            _show(cell, message, displayed)
    except (EOFError, ConnectionError):
        return _failed(cell, DIED, "its process died, perhaps for want of memory")


def _failed(cell: Any, name: str, why: str) -> bool:
    cell.outputs.append(new_output("error", ename=name, evalue=why, traceback=[why]))
    return False


def _show(cell: Any, message: dict[str, Any], displayed: dict[str, list[Any]]) -> None:
    """Make what a cell says one of its outputs, or part of one, as a kernel's client does."""
    kind, outputs = message.pop("output_type"), cell.outputs
    name = message.pop("display_id", None)
    if kind == "clear_output":
        outputs.clear()
    elif kind == "update_display_data":
        for output in displayed.get(name, []):
            output.update(nbformat.from_dict(message))
    elif kind == "stream" and outputs and outputs[-1].get("name") == message["name"]:
        outputs[-1].text += message["text"]
    else:
        outputs.append(new_output(kind, **message))
        if name:
            displayed.setdefault(name, []).append(outputs[-1])


def end_at_once() -> NoReturn:
    """End this process, and whatever its page has started."""
    if CAN_FORK:
        end_children()
    os._exit(1)


def end_children() -> None:
    """End every process below this one: what loses its parent becomes this one's child."""
    while children := _children():
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> list[int]:
    files = Path("/proc/self/task").glob("*/children")
    return [int(pid) for file in files for pid in file.read_text(encoding="utf-8").split()]
