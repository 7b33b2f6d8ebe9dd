"""Replace a published folder in one step, so that readers always see a whole one.

`workspace` gives a private folder beside the target, on the same disk, and clears away what dead
runs left; `replace_folder` puts a finished folder in the place of the old one. On Linux and macOS
the two are exchanged by a single system call: whatever interrupts it (kill -9, power, full disk),
the target is either the old folder or the new one, whole. Elsewhere two renames do it, and
`recover` mends an interruption between them.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from observlib import files
from observlib.errors import ObservError

_PREFIX, _LOCK = ".work-", ".lock"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # Linux
_RENAME_SWAP = 2  # macOS
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def replace_folder(new: Path, target: Path) -> Path:
    """Put the folder `new` in the place of `target`; what was there is deleted.

    Parameters
    ----------
    new
        A finished folder on the same disk as `target`; it no longer exists afterwards.
    target
        The folder to replace, or a path where nothing is yet.

    Raises
    ------
    ObservError
        Where `target` is a file or a link, or cannot be replaced; it is then unchanged.

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
    recover(target)
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


def recover(target: Path) -> None:
    """Mend a replacement by two renames that was interrupted between them."""
    previous = _previous(target)
    if previous.is_dir() and not previous.is_symlink():
        if target.exists():
            _remove(previous)
        else:
            previous.rename(target)


@contextlib.contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """A private folder beside `target`, deleted at the end; what dead runs left is deleted first.

    A lock file of the same name stands beside it, from before it exists until after it is gone.
    The system releases the lock of a run that dies, however it dies.
    """
    _check(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        recover(target)
        clean(target)
        work, handle = _locked_name(target)
        try:
            work.mkdir()
        except OSError:
            _unlock(work, handle)
            raise
    except OSError as error:
        raise ObservError(
            f"{target.parent}: no work folder can be made there ({error.strerror or error}); "
            "check that it can be written and that the disk is not full"
        ) from error
    try:
        yield work
    finally:
        _remove(work)
        _unlock(work, handle)


def clean(target: Path) -> None:
    """Delete what dead runs that were making `target` left behind."""
    found = target.parent.glob(f"{glob.escape(_PREFIX + target.name)}-*")
    for name in sorted({path.name.removesuffix(_LOCK) for path in found}):
        work, lock = target.with_name(name), target.with_name(name + _LOCK)
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


def _locked_name(target: Path) -> tuple[Path, IO[str]]:
    """A name for a work folder, and its lock file, open and locked."""
    while True:
        work = target.with_name(f"{_PREFIX}{target.name}-{secrets.token_hex(4)}")
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


def _remove(folder: Path) -> None:
    # what cannot be deleted now is deleted by the next run: it must not fail a finished one
    shutil.rmtree(folder, ignore_errors=True)
