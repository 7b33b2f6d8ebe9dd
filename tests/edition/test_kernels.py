"""What a study's kernel leaves behind, and which of its cells is named where it is ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from observlib import files
from observlib.edition import kernels
from observlib.edition.execute import _run, execute

pytestmark = pytest.mark.slow

linux = pytest.mark.skipif(not kernels.CAN_FORK, reason="kernels are forked on Linux only")
AFTER = ("x = 1", "y = 2")  # cells that never run


LEAVE = """
import pathlib, subprocess, sys, time
script = '''
import os, pathlib, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
        time.sleep(300)
'''
for name in ("{0}-one", "{0}-two"):
    subprocess.Popen([sys.executable, "-c", script, name], start_new_session=True)
attached = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
pathlib.Path("{0}-attached").write_text(str(attached.pid))
while not all(pathlib.Path(name).is_file() for name in ("{0}-one", "{0}-two")):
    time.sleep(0.05)
"""


CELLS = {
    "exit": ["import os; os._exit(1)", *AFTER],
    "killed": ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", *AFTER],
    "endless": ["import time; time.sleep(300)", *AFTER],
    "leaver": [LEAVE.format("leaver")],
    "dying": [LEAVE.format("dying"), "import os; os._exit(1)", *AFTER],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def errors(root: Path, make: Any) -> dict[str, str]:
    """Why each page failed, each executed once, with temporary files too deep for sockets."""
    pages = []
    for name, cells in CELLS.items():
        path = make.write(root / "notebooks" / f"{name}.ipynb", make.markdown("Texte."), *cells)
        pages.append(make.page(path, quarter="2026-T3"))
    (root / "out").mkdir()
    deep = root / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(deep))
        ending = [page for page in pages if page.name != "endless"]
        outcomes = execute(ending, root / "out", root, cell_seconds=60)
        endless = [page for page in pages if page.name == "endless"]
        outcomes += execute(endless, root / "out", root, cell_seconds=10)
    return {outcome.page.name: outcome.error for outcome in outcomes}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("leaver", ""),
        ("exit", "cell 4: its kernel died, perhaps for want of memory"),
        ("killed", "cell 4: its kernel died, perhaps for want of memory"),
        ("dying", "cell 5: its kernel died, perhaps for want of memory"),
        ("endless", "cell 4: ran for over 10 seconds"),
    ],
)
def test_a_death_or_a_cell_without_end_names_that_cell_and_no_depth_of_folders_ends_others(
    errors: dict[str, str], name: str, told: str
) -> None:
    assert errors[name] == told


@linux
@pytest.mark.parametrize("name", ["leaver", "dying"])
def test_no_process_that_a_study_starts_outlives_its_page_detached_or_not(
    root: Path, errors: dict[str, str], name: str
) -> None:
    notes = [root / f"{name}-{which}" for which in ("one", "two", "attached")]
    pids = [int(note.read_text(encoding="utf-8")) for note in notes]
    left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


@linux
def test_the_number_of_an_ended_kernel_is_kept_from_others_until_its_page_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that were free could be given to another process, and that be signalled."""
    monkeypatch.setattr(kernels, "_source", None)
    kernels.prepare()
    missing = str(tmp_path / "no connection file")
    pid = kernels._ask("start", missing, str(tmp_path), dict(os.environ, IPYTHONDIR=str(tmp_path)))
    kernel = kernels._Forked(pid)
    kernel.kill()
    assert kernel.wait() == -signal.SIGKILL
    assert Path(f"/proc/{pid}").exists(), "its number is free"
    kernel.send_signal(signal.SIGTERM)  # to no one
    kernels.end()
    assert not Path(f"/proc/{pid}").exists()
    assert kernel.poll() is not None
    kernel.send_signal(signal.SIGKILL)


def test_a_kernel_that_cannot_start_for_want_of_room_is_told_as_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: Any, **named: Any) -> None:
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr("papermill.execute_notebook", fail)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    assert _run("a.ipynb", "b.ipynb", {}, str(tmp_path), 1).startswith("Kernel died")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    with pytest.raises(OSError, match="No space left") as caught:
        _run("a.ipynb", "b.ipynb", {}, str(tmp_path), 1)
    assert caught.value.filename == str(tmp_path)


RUN = """
import sys
from pathlib import Path
from types import SimpleNamespace
from observlib.edition.execute import execute

if __name__ == "__main__":
    root = Path(sys.argv[1])
    page = SimpleNamespace(study=SimpleNamespace(path=root / "essai.ipynb"), name="essai")
    page.parameters = {}
    execute([page], root / "out", root, 1)
"""
BEGIN = """
import fcntl, pathlib, tempfile, time
tempfile.mkdtemp()
alive = open("alive", "w")
fcntl.flock(alive, fcntl.LOCK_EX)
pathlib.Path("began").touch()
"""
NEXT = "from observlib.scratch import temporary_files as t\nwith t(): pass"


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX systems")
def test_the_temporary_files_of_a_run_that_was_killed_are_deleted_by_the_next(
    tmp_path: Path, make: Any
) -> None:
    place = Path(tempfile.mkdtemp(prefix="obs-"))  # a short path, as sockets need
    try:
        make.write(tmp_path / "essai.ipynb", BEGIN, "time.sleep(300)")
        (tmp_path / "out").mkdir()
        driver = tmp_path / "driver.py"
        driver.write_text(RUN, encoding="utf-8")
        command = [sys.executable, str(driver), str(tmp_path)]
        environment = {**os.environ, "TMPDIR": str(place)}
        with subprocess.Popen(command, env=environment, start_new_session=True) as run:
            wait_for(tmp_path / "began")
            os.killpg(run.pid, signal.SIGKILL)
        assert list(place.iterdir()), "nothing was there to be left"
        wait_for_end_of_kernel(tmp_path / "alive")
        time.sleep(1)  # the kernel ends when it sees that its parent has
        subprocess.run([sys.executable, "-c", NEXT], env=environment, check=True)
        assert list(place.iterdir()) == []
    finally:
        shutil.rmtree(place)


def wait_for(path: Path) -> None:
    wait_until(path.exists)


def wait_for_end_of_kernel(locked: Path) -> None:
    """A kernel ends when it sees that its parent has; the system then releases its lock."""
    with locked.open(encoding="utf-8") as stream:
        wait_until(lambda: files.lock(stream))


def wait_until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
