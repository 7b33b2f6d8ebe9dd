"""Files and folders are replaced whole whatever happens; of dead runs nothing is left."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from observlib.base import files
from observlib.base.errors import ObservError

FILES = 40
LOOP = f"""
import sys
from pathlib import Path
from observlib.base.files import replace_folder, workspace
target = Path(sys.argv[1])
print("started", flush=True)
for version in range(1, 100_000):
    with workspace(target) as work:
        new = work / "new"
        new.mkdir()
        for number in range({FILES}):
            (new / str(number)).write_text(str(version), encoding="utf-8")
        replace_folder(new, target)
"""


def fill(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / str(number)).write_text(text, encoding="utf-8")
    return folder


def versions(folder: Path) -> set[str]:
    files = list(folder.iterdir())
    assert len(files) == FILES
    return {file.read_text(encoding="utf-8") for file in files}


def test_kill_at_any_moment_leaves_a_whole_folder(tmp_path):
    target = fill(tmp_path / "site.v1 [x]", "0")
    moments = random.Random(7)
    for _ in range(4):
        command = [sys.executable, "-c", LOOP, str(target)]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert run.stdout and run.stdout.readline() == "started\n"
        time.sleep(moments.uniform(0.005, 0.08))
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        assert len(versions(target)) == 1
    with files.workspace(target):
        left = [path for path in tmp_path.glob(".work-*") if path.is_dir()]
        assert len(left) == 1, "what dead runs left is cleared"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("exchanges", [True, False])
def test_new_folder_takes_the_place_of_the_old_or_is_the_first(tmp_path, monkeypatch, exchanges):
    if not exchanges:
        monkeypatch.setattr(files, "_exchange", lambda one, other: False)
    target = tmp_path / "deep" / "site"
    for version in ("first", "second"):
        files.replace_folder(fill(tmp_path / "new", version), target)
        assert versions(target) == {version}
        assert [path.name for path in target.parent.iterdir()] == ["site"]


def test_failing_second_rename_puts_the_old_folder_back(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_exchange", lambda one, other: False)  # as on some disks
    target, new = fill(tmp_path / "site", "old"), fill(tmp_path / "new", "new")
    rename = Path.rename

    def failing(self: Path, to: Path) -> Path:
        if self == new:
            raise PermissionError(errno.EACCES, "Permission denied", str(to))
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(ObservError, match=r"site: cannot be replaced \(Permission denied\)"):
        files.replace_folder(new, target)
    assert versions(target) == {"old"}


@pytest.mark.parametrize("done", [False, True])
def test_interruption_of_two_renames_is_mended_by_the_next_run(tmp_path, done):
    fill(tmp_path / ".site.previous", "old")
    if done:
        fill(tmp_path / "site", "new")
    with files.workspace(tmp_path / "site"):
        assert versions(tmp_path / "site") == {"new" if done else "old"}
    assert not (tmp_path / ".site.previous").exists()


def test_a_file_or_a_link_is_never_replaced(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    new = fill(tmp_path / "new", "new")
    with pytest.raises(ObservError, match="is a file"):
        files.replace_folder(new, tmp_path / "file")
    (tmp_path / "link").symlink_to(tmp_path / "new")
    with pytest.raises(ObservError, match="is a link"):
        files.replace_folder(new, tmp_path / "link")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_disk_that_fills_up_while_starting_leaves_no_lock(tmp_path, monkeypatch):
    mkdir = Path.mkdir

    def failing(self: Path, *arguments: Any, **options: Any) -> None:
        if self.name.startswith(".work-"):
            raise OSError(errno.ENOSPC, "No space left on device")
        mkdir(self, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", failing)
    full = pytest.raises(ObservError, match="No space left on device")
    with full, files.workspace(tmp_path / "site"):
        pass
    assert list(tmp_path.iterdir()) == []


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
    with pytest.raises(KeyboardInterrupt), files.temporary_files() as folder:
        assert Path(tempfile.gettempdir()) == folder
        raise KeyboardInterrupt
    assert len(list(place.iterdir())) == 3
    assert tempfile.gettempdir() == os.environ["TMPDIR"] == str(place)


def test_a_full_disk_of_temporary_files_is_told_with_its_place(place, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    with (
        pytest.raises(ObservError, match=f"^{place}: the disk of temporary files is full; free"),
        files.temporary_files() as folder,
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / "x"))
