"""The shell of one page, in a process of its own: it runs cells, and sends what they show.

It is IPython's, as Jupyter's kernel has it; what a kernel would send over sockets goes through a
pipe, so that a page is begun and ended at once.
"""

from __future__ import annotations

import base64
import ctypes
import io
import linecache
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from observlib.base.errors import ObservError
from observlib.store import READ
from observlib.study.texts import SAID

_END_WITH_PARENT = 1  # of `prctl`
_RUNS_CELLS = InteractiveShell.__module__
_QUOTED = re.compile("[\"']([^\"'\\n]{1,80})(?=[\"'])")
_MANY = re.compile(r"(?!/)[\w./-]*\*\.\w+")  # files of one kind, as in a query
_SYSTEM = ("/usr", "/etc", "/proc", "/sys", "/dev")


def serve(cells: Connection) -> None:
    """Run the cells that come through a pipe, until it ends.

    Each is a source. What it shows is sent back at once, as the parts of an output of `nbformat`
    by name; then whether it succeeded, and what the cells so far have used: the tables of the store
    that they have read, the modules of the sentences that they have said, and memory.
    What goes wrong before the first cell is sent too.
    """
    _stand_alone()
    READ.clear()
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
        used = {"tables": sorted(READ), "sentences": sorted(SAID), "memory": _peak()}
        cells.send((done, used))


def _refusing_files(root: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook by which no cell reads a file of whose changes no edition would know.

    It is a net for mistakes, no wall: native code (duckdb, pyarrow) opens files without an event,
    so those that a cell names in quotes are refused; paths put together for it are not seen.
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
    """The most memory that this process has had, in MiB; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # bytes of what it counts
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def _stand_alone() -> None:
    """Leave the terminal and its signals to others, and end with the process that began this."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if os.name == "posix":
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

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: bool = False,
        **words: Any,
    ) -> None:
        kind = "update_display_data" if update else "display_data"
        named = (transient or {}).get("display_id")
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
        super().__init__(
            displayhook_class=_ResultHook,
            display_pub_class=_Publisher,
            colors="nocolor",
            **settings,
        )

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
