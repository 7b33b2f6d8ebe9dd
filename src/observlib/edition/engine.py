"""A papermill engine: each page's cells run in a process of its own, without a kernel's sockets.

Importing the libraries takes longer than most pages: one process imports them, runs no study, and
forks the shell of each page; it ends whatever a study has started and left. On platforms without a
safe fork the shell is a new process, and what a study detaches from it is not ended.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import importlib
import io
import linecache
import math
import multiprocessing
import os
import re
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

from observlib.base.errors import ObservError
from observlib.base.kept import USED
from observlib.store import TABLES_READ
from observlib.study.texts import SAID

CAN_FORK = sys.platform == "linux"  # macOS's own libraries do not survive a fork
ENGINE = "observlib"
DIED, TOO_LONG = "DeadPageError", "CellTimeoutError"
_MUTE = "it failed and could not say why, perhaps for want of memory or of files that may be open"
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


def prepare_engine() -> None:
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


class _PageEngine(Engine):
    """Executes the cells of a page, one after the other, in a shell of its own."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, execution_timeout: float | None = None, **_: Any
    ) -> None:
        """Execute the notebook as papermill asks: to the first cell that fails."""
        nb_man.nb.metadata.setdefault("language_info", nbformat.from_dict(_LANGUAGE))
        with _shell() as (process, cells):
            page = _Page(nb_man.nb, process, cells, execution_timeout)
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                nb_man.cell_start(cell, index)
                done = page.run(cell)
                if not done:
                    nb_man.cell_exception(cell, index)
                nb_man.cell_complete(cell, index)
                if not done:
                    return


papermill_engines.register(ENGINE, _PageEngine)


@contextlib.contextmanager
def _shell() -> Iterator[tuple[BaseProcess, Connection]]:
    """The process of a page's shell, and the pipe to it, for as long as the context lasts."""
    context: Any = multiprocessing.get_context("fork" if CAN_FORK else "spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,))
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


class _Page:
    """A notebook and the process that runs its cells, `seconds` each at most."""

    def __init__(
        self, notebook: Any, process: BaseProcess, cells: Connection, seconds: float | None
    ) -> None:
        self._notebook, self._process, self._cells = notebook, process, cells
        self._seconds = seconds or math.inf
        self._displayed: dict[str, list[Any]] = {}

    def run(self, cell: Any) -> bool:
        """Whether a cell succeeded; what it shows, and what went wrong, become its outputs."""
        cell.outputs = []
        end = time.monotonic() + self._seconds
        with contextlib.suppress(ConnectionError):  # what it showed before it died is read first
            self._cells.send(cell.source)
        try:
            while True:
                if time.monotonic() > end:
                    return _failed(cell, TOO_LONG, f"ran for over {self._seconds:g} seconds")
                if not self._cells.poll(_LOOK):
                    if self._process.exitcode is not None:
                        raise EOFError
                    continue
                message = self._cells.recv()
                if isinstance(message, OSError):
                    raise message
                if isinstance(message, tuple):
                    done, self._notebook.metadata[USED] = message
                    if not done and all(output.output_type != "error" for output in cell.outputs):
                        return _failed(cell, DIED, _MUTE)
                    return bool(done)
                self._show(cell.outputs, message)
        except (EOFError, ConnectionError):
            return _failed(cell, DIED, "its process died, perhaps for want of memory")

    def _show(self, outputs: list[Any], message: dict[str, Any]) -> None:
        """Make what a cell says one of its outputs, or part of one, as a kernel's client does."""
        kind, name = message.pop("output_type"), message.pop("display_id", None)
        if kind == "clear_output":
            outputs.clear()
        elif kind == "update_display_data":
            for output in self._displayed.get(name, []):
                output.update(nbformat.from_dict(message))
        elif kind == "stream" and outputs and outputs[-1].get("name") == message["name"]:
            outputs[-1].text += message["text"]
        else:
            outputs.append(new_output(kind, **message))
            if name:
                self._displayed.setdefault(name, []).append(outputs[-1])


def _failed(cell: Any, name: str, why: str) -> bool:
    cell.outputs.append(new_output("error", ename=name, evalue=why, traceback=[why]))
    return False


def end_at_once() -> NoReturn:
    """End this process, and whatever its page has started."""
    if CAN_FORK:
        end_children()
    os._exit(1)


def end_children() -> None:
    """End every process below this one: what loses its parent becomes this one's child."""
    while children := [
        int(pid)
        for file in Path("/proc/self/task").glob("*/children")
        for pid in file.read_text(encoding="utf-8").split()
    ]:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


# --- The shell of one page, in a process of its own: it runs cells, and sends what they show

_END_WITH_PARENT = 1  # of `prctl`
_RUNS_CELLS = InteractiveShell.__module__
_QUOTED = re.compile("[\"']([^\"'\\n]{1,80})(?=[\"'])")
_MANY = re.compile(r"(?!/)[\w./-]*\*\.\w+")  # files of one kind, as in a query
_SYSTEM = ("/usr", "/etc", "/proc", "/sys", "/dev")


def _serve(cells: Connection) -> None:
    """Run the cells that come through a pipe, until it ends.

    What each shows is sent back at once, as the parts of an output of `nbformat`; then whether it
    succeeded, and what the cells so far have used: tables read, sentences said, and memory.
    """
    _stand_alone()
    TABLES_READ.clear()
    SAID.clear()
    try:
        shell = _Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    except OSError as error:  # a full disk
        cells.send(error)
        return
    shell.send = cells.send
    sys.addaudithook(_refusing_files(Path.cwd().resolve()))
    sys.stdout, sys.stderr = _Stream("stdout", cells.send), _Stream("stderr", cells.send)
    while True:
        try:
            source = cells.recv()
        except EOFError:
            return
        done = shell.run_cell(source, store_history=True).success
        used = {"tables": sorted(TABLES_READ), "sentences": sorted(SAID), "memory": _peak()}
        cells.send((done, used))


def _refusing_files(root: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook by which no cell reads a file of whose changes no edition would know.

    It is a net for mistakes, no wall: native code opens files without an event, so those that a
    cell names in quotes are refused.
    """
    places = (sys.prefix, sys.base_prefix, tempfile.gettempdir(), *_SYSTEM, *filter(None, sys.path))
    resolved = [Path(place).resolve() for place in places]
    allowed = [place for place in resolved if not root.is_relative_to(place)]
    allowed.append(root / "data" / "reference")  # an input of every page
    written: set[Path] = set()
    begun: set[str] = set()  # cells

    def look(event: str, given: tuple[Any, ...]) -> None:
        paths: Iterable[Path] = ()
        if event == "exec" and sys._getframe(1).f_globals.get("__name__") == _RUNS_CELLS:
            cell = given[0].co_filename
            if cell in begun:  # a later statement: what it finds may be what the cell wrote
                return
            begun.add(cell)
            texts = _QUOTED.findall("".join(linecache.getlines(cell)))
            paths = [p for x in texts for p in (root.glob(x) if _MANY.fullmatch(x) else [Path(x)])]
        elif event == "open" and not isinstance(given[0], int) and _is_of_a_cell():
            paths = [Path(os.fsdecode(given[0]))]
            if given[2] & (os.O_WRONLY | os.O_CREAT):
                written.update(path.resolve() for path in paths)
        for path in (path.resolve() for path in paths if path.is_file()):
            aside = f"{os.sep}." in str(path) and not path.is_relative_to(root)  # a cache
            if not aside and not any(map(path.is_relative_to, [*allowed, *written])):
                name = path.relative_to(root) if path.is_relative_to(root) else path
                raise ObservError(
                    f"reads {name}, and no edition would know that it changed; put it into "
                    "data/reference, or add a device for it with `observ device new --from`, "
                    "ingest it, and ask for its estimates"
                )

    return look


def _is_of_a_cell() -> bool:
    """Whether a cell, or a thread that one began, does what is done now; not this library."""
    frame: FrameType | None = sys._getframe(2)
    name = ""
    while frame and not name.startswith(("__main__", "observlib")):
        name, frame = frame.f_globals.get("__name__", ""), frame.f_back
    return not name.startswith("observlib")


def _peak() -> int:
    """The most memory that this process has had, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes of what it counts
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def _stand_alone() -> None:
    """Leave the terminal and its signals to others, and end with the process that began this."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)


class _Stream(io.TextIOBase):
    """What cells print, sent as they do."""

    def __init__(self, name: str, send: Any) -> None:
        self.name, self._send = name, send

    def write(self, text: str) -> int:
        if text:
            self._send({"output_type": "stream", "name": self.name, "text": text})
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    """Sends what cells display."""

    shell: Any

    def publish(self, data: Any, metadata: Any = None, *_: Any, **words: Any) -> None:
        kind = "update_display_data" if words.get("update") else "display_data"
        named = (words.get("transient") or {}).get("display_id")
        self.shell.send(_output(kind, data, metadata) | {"display_id": named})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.send({"output_type": "clear_output"})


class _ResultHook(DisplayHook):
    """Sends the value that a cell ends with."""

    shell: Any

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        number = self.shell.execution_count
        output = _output("execute_result", format_dict, md_dict)
        self.shell.send(output | {"execution_count": number})

    def finish_displayhook(self) -> None:
        pass


class _Shell(InteractiveShell):
    """IPython's shell, whose outputs are sent instead of printed."""

    send: Any = None

    def __init__(self, **settings: Any) -> None:
        hooks = {"displayhook_class": _ResultHook, "display_pub_class": _Publisher}
        super().__init__(**hooks, colors="nocolor", **settings)

    def enable_gui(self, gui: Any = None) -> None:
        """Charts are shown in their cells: no window is ever opened."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        error = {"ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)}
        self.send({"output_type": "error", **error})


def _output(kind: str, data: Mapping[str, Any], metadata: Any) -> dict[str, Any]:
    parts = {
        name: base64.b64encode(part).decode() if isinstance(part, bytes) else part
        for name, part in data.items()
    }
    return {"output_type": kind, "data": parts, "metadata": metadata or {}}
