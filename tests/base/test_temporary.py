"""Private folders: a dead run's are deleted, a living one's and other people's files never."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from observlib.base import files
from observlib.base.errors import ObservError

HOLD = """
import os, sys, tempfile
from observlib.base.files import temporary_files
with temporary_files() as folder:
    print(folder, tempfile.mkdtemp(), os.environ["TMPDIR"], sep="\\n", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary files, with a path as short as usual ones."""
    made = Path(tempfile.mkdtemp(prefix="obs-")).resolve()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    monkeypatch.setenv("TMPDIR", str(made))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_living_run_s_files_are_spared_and_a_dead_one_s_deleted(place):
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout and run.stdin
        folder, made, announced = (Path(run.stdout.readline().strip()) for _ in range(3))
        assert folder == announced and folder.parent == place and made.parent == folder
        with files.temporary_files():
            assert made.is_dir()
        run.kill()
        run.wait()
        run.stdin.close()
    assert made.is_dir()
    with files.temporary_files() as mine:
        assert not folder.exists() and mine.is_dir()
    assert list(place.iterdir()) == []


def test_folders_that_only_look_like_a_run_s_are_left_alone(place):
    for name in ("observlib-run-notes", "observlib-run-12345678-mine", "observlib"):
        (place / name).mkdir()
    with files.temporary_files():
        pass
    assert len(list(place.iterdir())) == 3


def test_temporary_files_are_where_they_were_after_a_run(place):
    with pytest.raises(KeyboardInterrupt), files.temporary_files() as folder:
        assert Path(tempfile.gettempdir()) == folder
        raise KeyboardInterrupt
    assert tempfile.gettempdir() == os.environ["TMPDIR"] == str(place)


@pytest.mark.parametrize("named", [True, False])
def test_a_full_disk_of_temporary_files_is_told_with_its_place(place, monkeypatch, named):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    with (
        pytest.raises(ObservError, match=f"^{place}: the disk of temporary files is full; free"),
        files.temporary_files() as folder,
    ):
        words = (str(folder / "x"),) if named else ()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *words)


def test_another_disk_that_is_full_is_not_taken_for_it(place):
    with pytest.raises(OSError, match="No space left"), files.temporary_files():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/elsewhere/x")


def test_where_no_temporary_file_can_be_written_it_is_told(monkeypatch):
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(ObservError, match="set TMPDIR to a folder"), files.temporary_files():
        pass
