"""Kernels that start at once: forked from a process that has imported what studies import.

Importing the libraries takes a kernel longer than most pages take to compute. Each worker has one
such process, in which no study ever runs: a kernel is a fork of it, and shares nothing else with
the kernels before it. That process alone looks at its kernel, signals it and waits for it, so that
no number of an ended process, which the system gives to others, is ever used; and it ends whatever
a study has started and left. On platforms without a safe fork, kernels are ordinary processes, and
what a study detaches from them is not ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn, cast
from uuid import uuid4

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

CAN_FORK = sys.platform == "linux"  # macOS's own libraries do not survive a fork
_HEAVY = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "seaborn",
    "great_tables",
    "duckdb",
    "pyarrow.parquet",
    "statsmodels.tsa.seasonal",
    "observlib.actions",
    "observlib.loaders",
    "observlib.practices",
    "observlib.project",
    "observlib.store",
)
_source: Connection | None = None  # of this worker's kernels


def prepare() -> None:
    """Start the process of which this worker's kernels are forks, where that is possible."""
    global _source
    if CAN_FORK:
        _source, other = multiprocessing.get_context("spawn").Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(other,), daemon=True
        )
        process.start()
        other.close()


class PrivateKernelManager(AsyncKernelManager):
    """A kernel that speaks over sockets in the worker's private folder, and is forked."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if sys.platform != "win32":
            self.transport = "ipc"
            stem = tempfile.mkdtemp(dir=os.environ["JUPYTER_RUNTIME_DIR"], prefix="k")
            self.connection_file = str(Path(stem) / "c.json")
            self.ip = str(Path(stem) / "s")

    async def _async_pre_start_kernel(self, **settings: Any) -> Any:
        if self.provisioner is None and _source is not None:
            self.provisioner = _ForkProvisioner(
                kernel_id=str(uuid4()), kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**settings)


class _ForkProvisioner(LocalProvisioner):
    """Launches a kernel by asking for a fork, and is a local process's in all else."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        assert self.parent is not None
        folder = str(settings.get("cwd") or Path.cwd())  # papermill changes the folder itself
        try:
            pid = _ask("start", self.parent.connection_file, folder, settings["env"])
        except (EOFError, OSError) as error:
            raise RuntimeError(
                "no kernel could be started: their process has ended, perhaps for want of memory"
            ) from error
        self.pid = pid
        self.process = _Forked(pid)  # type: ignore[assignment]
        return self.connection_info


class _Forked:
    """What `subprocess.Popen` would be of a process that is another's child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        try:
            return cast(int | None, _ask("poll"))
        except (EOFError, OSError):  # its parent has ended, and it ends with that
            return -signal.SIGKILL

    def wait(self) -> int:
        while (status := self.poll()) is None:
            time.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(EOFError, OSError):
            _ask("signal", number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def end() -> None:
    """End this worker's kernel, and every process that its study started, detached or not."""
    if _source is not None:
        with contextlib.suppress(EOFError, OSError):
            _ask("end")


def _ask(*order: Any) -> Any:
    """What the process of the kernels answers to an order."""
    assert _source is not None
    _source.send(order)
    return _source.recv()


def _serve(orders: Connection) -> NoReturn:
    """Import, then fork a kernel and look after it, as ordered, until the worker is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _adopt()
    _import()
    kernel = 0
    while True:
        try:
            order, *words = orders.recv()
        except (EOFError, OSError):
            _end_children(kernel)
            os._exit(0)
        answer: int | None = None
        if order == "start":
            answer = kernel = os.fork()
            if kernel == 0:
                orders.close()
                _become_kernel(*words)
        elif order == "poll":
            answer = _status(kernel)
        elif order == "signal" and kernel:
            _signal(kernel, *words)
        elif order == "end":
            _end_children(kernel)
            kernel = 0
        orders.send(answer)


def _adopt() -> None:
    """Become the parent of what a kernel detaches or leaves behind, instead of the system."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def _status(pid: int) -> int | None:
    """How a child ended, or None; it is not waited for, so that its number stays its own."""
    if not pid:
        return 0
    found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if found is None:
        return None
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status


def _signal(kernel: int, number: int) -> None:
    """Signal a kernel and those of its session's first group."""
    try:
        os.killpg(kernel, number)
    except ProcessLookupError:  # it leads no group yet: it has just been forked
        os.kill(kernel, number)


def _end_children(kernel: int) -> None:
    """End the kernel and all that it started: what loses its parent becomes this one's child."""
    if kernel:
        _signal(kernel, signal.SIGKILL)
        os.waitpid(kernel, 0)
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for pid in children:
            os.waitpid(pid, 0)


def _children() -> list[int]:
    files = Path("/proc/self/task").glob("*/children")
    return [int(pid) for file in files for pid in file.read_text(encoding="utf-8").split()]


def _import() -> None:
    """Import what studies import. What fails here fails again in the study, which tells it."""
    for name in (*_HEAVY, "observlib.study"):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        from observlib import frame
        from observlib.display import style

        style.text_width("observlib")  # loads the font
        frame.prepare()


def _become_kernel(connection_file: str, folder: str, environment: dict[str, str]) -> NoReturn:
    """Be the kernel of one page, in its own session, and end with it."""
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 1
    try:
        app = IPKernelApp.instance()
        # with a parent, a kernel ends when that goes, and prints nothing of itself
        parent = f"--IPKernelApp.parent_handle={os.getppid()}"
        app.initialize(["-f", connection_file, parent, "--HistoryManager.enabled=False"])
        app.start()
        status = 0
    finally:
        os._exit(status)
