"""Replace a published folder in one step, so that readers always see a whole one.

`workspace` gives a private folder beside the target, on the same disk; `replace_folder` puts a
finished folder in the place of the old one. On Linux and macOS the two are exchanged by a single
system call: whatever interrupts it (kill -9, power, full disk), the target is either the old
folder or the new one, whole. Elsewhere two renames do it, and `recover` mends an interruption
between them.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from observlib.base.errors import ObservError
from observlib.base.temporary import remove, working_folder

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
            remove(new)
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
            remove(previous)
        else:
            previous.rename(target)


@contextlib.contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """A private folder beside `target`, deleted at the end; dead runs' are deleted first."""
    _check(target)
    with contextlib.ExitStack() as stack:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            recover(target)
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
    remove(previous)
