"""Private folders of a run, which a later run clears away where their owner is dead.

A lock file of the same name stands beside each, from before it exists until after it is gone. The
system releases the lock of a process that dies, however it dies.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from observlib.base import files
from observlib.base.errors import ObservError

_LOCK = ".lock"
TEMPORARY = "observlib-run-"
_FEW = 1_000_000  # bytes: a disk with less is full


@contextlib.contextmanager
def working_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder of this run's own, deleted at the end; dead runs' are deleted first.

    Parameters
    ----------
    parent
        Where it is made; this exists.
    prefix
        Begins its name, which eight hexadecimal digits end.

    Raises
    ------
    OSError
        Where it cannot be made.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with working_folder(Path(place), "work-") as work:
    ...         made = work.is_dir()
    ...     made, list(Path(place).iterdir())
    (True, [])
    """
    _clean(parent, prefix)
    work, handle = _locked_name(parent, prefix)
    try:
        work.mkdir(0o700)
        yield work
    finally:
        remove(work)
        _unlock(work, handle)


def _clean(parent: Path, prefix: str) -> None:
    """Delete the private folders of dead runs."""
    ours = re.compile(rf"{re.escape(prefix)}[0-9a-f]{{8}}")
    try:
        found = {path.name.removesuffix(_LOCK) for path in parent.iterdir()}
    except OSError:
        return  # a folder that may be written and not read
    for name in sorted(filter(ours.fullmatch, found)):
        work, lock = parent / name, parent / (name + _LOCK)
        try:
            if sys.platform == "win32":
                lock.unlink(missing_ok=True)  # refused while the run that opened it lives
                remove(work)
            elif not lock.exists():
                remove(work)
            else:
                with lock.open("r+", encoding="utf-8") as handle:
                    if files.lock(handle):
                        remove(work)
                        lock.unlink(missing_ok=True)
        except OSError:
            continue  # of a living run, or of another user


@contextlib.contextmanager
def temporary_files() -> Iterator[Path]:
    """Put every temporary file of this process, and of those it starts, into one private folder.

    So a run that is killed leaves one folder, which the next one deletes.

    Raises
    ------
    ObservError
        Where the temporary folder cannot be written, or its disk is full.
    """
    try:
        parent = Path(tempfile.gettempdir()).resolve()
    except OSError as error:
        raise ObservError(
            f"no temporary file can be written ({error.strerror}); free some space, or set TMPDIR "
            "to a folder that can be written"
        ) from error
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    try:
        with working_folder(parent, TEMPORARY) as folder:
            tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
            try:
                yield folder
            finally:
                tempfile.tempdir = before[0]
                os.environ.pop("TMPDIR", None)
                if before[1] is not None:
                    os.environ["TMPDIR"] = before[1]
    except OSError as error:
        place = Path(error.filename or parent)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not place.is_relative_to(parent):
            raise
        if not is_full(parent):
            raise
        raise ObservError(
            f"{parent}: the disk of temporary files is full; free some space, or set TMPDIR to "
            "another folder"
        ) from error


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM end this process as Ctrl-C does: what it wrote aside is deleted first."""

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one would leave the half
        sys.exit(128 + number)

    former = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def end_all(process: subprocess.Popen[str]) -> None:
    """End a process that leads a session of its own, and all that it began."""
    with contextlib.suppress(OSError):  # it has ended by itself
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def is_full(folder: Path) -> bool:
    """Whether the disk of a folder has no more room, but for a few files."""
    return shutil.disk_usage(folder).free < _FEW


def _locked_name(parent: Path, prefix: str) -> tuple[Path, IO[str]]:
    """A name for a private folder, and its lock file, open and locked."""
    while True:
        work = parent / f"{prefix}{secrets.token_hex(4)}"
        lock = work.with_name(work.name + _LOCK)
        handle = lock.open("x", encoding="utf-8")
        # else a cleaning run took it for a dead one's, before it was locked
        if files.lock(handle) and lock.exists():
            return work, handle
        handle.close()


def _unlock(work: Path, handle: IO[str]) -> None:
    lock = work.with_name(work.name + _LOCK)
    if sys.platform == "win32":
        handle.close()  # an open file cannot be deleted there
    with contextlib.suppress(OSError):
        lock.unlink(missing_ok=True)
    handle.close()


def remove(folder: Path) -> None:
    """Delete what can be deleted of a folder: what cannot must not fail a finished run."""
    shutil.rmtree(folder, ignore_errors=True)
