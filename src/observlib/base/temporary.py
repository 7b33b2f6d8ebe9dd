"""Private folders of a run, which a later run clears away where their owner is dead.

A lock file of the same name stands beside each, from before it exists until after it is gone. The
system releases the lock of a process that dies, however it dies.
"""

from __future__ import annotations

import contextlib
import ctypes
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
        _remove(work)
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
                _remove(work)
            elif not lock.exists():
                _remove(work)
            else:
                with lock.open("r+", encoding="utf-8") as handle:
                    if files.lock(handle):
                        _remove(work)
                        lock.unlink(missing_ok=True)
        except OSError:
            continue  # of a living run, or of another user


@contextlib.contextmanager
def temporary_files() -> Iterator[Path]:
    """Put every temporary file of this process, and of those it starts, into one private folder.

    So a run that is killed leaves one folder, which the next one deletes.
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
        if not _is_full(parent):
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


def _is_full(folder: Path) -> bool:
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


def _remove(folder: Path) -> None:
    """Delete what can be deleted of a folder: what cannot must not fail a finished run."""
    shutil.rmtree(folder, ignore_errors=True)


# --- Replace a published folder in one step, so that readers always see a whole one

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # Linux
_RENAME_SWAP = 2  # macOS
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def replace_folder(new: Path, target: Path) -> Path:
    """Put the folder `new` in the place of `target`; what was there is deleted.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     new, target = Path(place, "new"), Path(place, "site")
    ...     new.mkdir(), target.mkdir()
    ...     _ = (new / "page").write_text("2", encoding="utf-8")
    ...     replace_folder(new, target).joinpath("page").read_text(encoding="utf-8")
    (None, None)
    '2'
    """
    _check(target)
    _recover(target)
    try:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            new.rename(target)
        elif _exchange(new, target):
            _remove(new)
        else:
            _two_renames(new, target)
    except OSError as error:
        raise ObservError(
            f"{target}: cannot be replaced ({error.strerror or error}); it is unchanged; "
            "check its owner, and that no program holds it open"
        ) from error
    return target


def _recover(target: Path) -> None:
    """Mend a replacement by two renames that was interrupted between them."""
    previous = _previous(target)
    if previous.is_dir() and not previous.is_symlink():
        if target.exists():
            _remove(previous)
        else:
            previous.rename(target)


@contextlib.contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """A private folder beside `target`, deleted at the end; dead runs' are deleted first."""
    _check(target)
    with contextlib.ExitStack() as stack:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _recover(target)
            work = stack.enter_context(working_folder(target.parent, f".work-{target.name}-"))
        except OSError as error:
            raise ObservError(
                f"{target.parent}: no work folder can be made there ({error.strerror or error}); "
                "check that it can be written and that the disk is not full"
            ) from error
        yield work


def _check(target: Path) -> None:
    if target.is_symlink():
        raise ObservError(f"{target}: is a link; give the folder that it leads to")
    if target.exists() and not target.is_dir():
        raise ObservError(f"{target}: is a file; a folder is expected; choose another place")


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one system call; False where the system or the disk cannot."""
    if os.name != "posix":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, ctypes.c_uint(_RENAME_SWAP))
    elif hasattr(library, "renameat2"):
        failed = library.renameat2(
            _AT_FDCWD, first, _AT_FDCWD, second, ctypes.c_uint(_RENAME_EXCHANGE)
        )
    else:
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _two_renames(new: Path, target: Path) -> None:
    previous = _previous(target)
    target.rename(previous)
    try:
        new.rename(target)
    except BaseException:
        previous.rename(target)
        raise
    _remove(previous)
