"""The shell of one page, in a process of its own: it runs cells, and sends what they show.

It is IPython's, as Jupyter's kernel has it; what a kernel would send over sockets goes through a
pipe, so that a page is begun and ended at once.
"""

from __future__ import annotations

import base64
import ctypes
import io
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from observlib.say import SAID
from observlib.store import READ

_END_WITH_PARENT = 1  # of `prctl`


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
    sys.stdout, sys.stderr = _Stream("stdout", cells.send), _Stream("stderr", cells.send)
    while True:
        try:
            source = cells.recv()
        except EOFError:
            return
        done = shell.run_cell(source, store_history=True).success
        used = {"tables": sorted(READ), "sentences": sorted(SAID), "memory": _peak()}
        cells.send((done, used))


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
