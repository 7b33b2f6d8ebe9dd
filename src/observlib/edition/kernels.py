"""Kernels that start at once: forked from a process that has imported what studies import.

Importing the libraries takes a kernel longer than most pages take to compute. Each worker has one
such process, in which no study ever runs: a kernel is a fork of it, and shares nothing else with
the kernels before it. On platforms without a safe fork, kernels are ordinary processes.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pkgutil
import signal
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

CAN_FORK = sys.platform == "linux"  # macOS's own libraries do not survive a fork
_HEAVY = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "great_tables",
    "duckdb",
    "pyarrow.parquet",
    "ruptures",
    "statsmodels.tsa.seasonal",
)
_ROOMS = ("observlib.indicators", "observlib.display")
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
        assert _source is not None and self.parent is not None
        folder = str(settings.get("cwd") or Path.cwd())  # papermill changes the folder itself
        try:
            _source.send((self.parent.connection_file, folder, settings["env"]))
            self.pid = _source.recv()
        except (EOFError, OSError) as error:
            raise RuntimeError(
                "no kernel could be started: their process has ended, perhaps for want of memory"
            ) from error
        self.pgid = self.pid  # each is the leader of its own session
        self.process = _Forked(self.pid)  # type: ignore[assignment]
        return self.connection_info


class _Forked:
    """What `subprocess.Popen` would be of a process that is not this one's child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(0.02)
        return 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _serve(orders: Connection) -> NoReturn:
    """Import, then fork a kernel at each order, until the worker is gone; its kernels go too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels leave no zombie
    _import()
    kernels: list[int] = []
    while True:
        try:
            connection_file, folder, environment = orders.recv()
        except (EOFError, OSError):
            for pid in kernels:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            orders.close()
            _become_kernel(connection_file, folder, environment)
        kernels.append(pid)
        orders.send(pid)


def _import() -> None:
    """Import what studies import. What fails here fails again in the study, which tells it."""
    rooms = [
        f"{room}.{module.name}"
        for room in _ROOMS
        for module in pkgutil.iter_modules(importlib.import_module(room).__path__)
    ]
    for name in (*_HEAVY, *rooms, "observlib.project", "observlib.store"):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        from observlib.display import style

        style.text_width("observlib")  # loads the font


def _become_kernel(connection_file: str, folder: str, environment: dict[str, str]) -> NoReturn:
    """Be the kernel of one page, in its own session, and end with it."""
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 1
    try:
        app = IPKernelApp.instance()
        # with a parent, a kernel ends when that goes, and prints nothing of itself
        app.initialize(["-f", connection_file, f"--IPKernelApp.parent_handle={os.getppid()}"])
        app.start()
        status = 0
    finally:
        os._exit(status)
