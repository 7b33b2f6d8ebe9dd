"""Files: finding those of a folder; writing so that a reader sees an old or a new one, no half."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from observlib.errors import ObservError


def below(folder: Path, passed: Path, unreadable: list[str]) -> Iterator[Path]:
    """Every file below a folder, in order; nothing hidden, nothing that a link leads out to.

    Parameters
    ----------
    folder
        Searched to any depth; it may itself be a link.
    passed
        A folder that is passed over.
    unreadable
        Gets a line for each folder that cannot be read, each link that leads out of the folder
        and each name that is not UTF-8.
    """

    def refused(error: OSError) -> None:
        unreadable.append(
            f"{error.filename}: the folder cannot be read ({error.strerror}); "
            f"give yourself the right, or move it away"
        )

    def printable(path: Path) -> str:
        return str(path).encode("utf-8", "backslashreplace").decode("utf-8")

    def stays(path: Path) -> bool:
        target = Path(os.path.realpath(path))  # resolve() fails for links that go in a circle
        if not target.is_relative_to(root):
            unreadable.append(
                f"{printable(path)}: is a link to {printable(target)}, which is not followed; "
                f"put a copy in its place, or ingest the folder that it leads to"
            )
        return target.is_relative_to(root)

    root = folder.resolve()
    for place, subfolders, names in os.walk(folder, onerror=refused):
        subfolders[:] = [
            name
            for name in sorted(subfolders)
            if not name.startswith(".")
            and (Path(place) / name).resolve() != passed.resolve()
            and stays(Path(place) / name)
        ]
        for name in sorted(names):
            path = Path(place) / name
            if name.startswith(".") or not stays(path):
                continue
            if printable(path) == str(path):
                yield path
            else:
                unreadable.append(
                    f"{printable(path)}: the name is not UTF-8; rename the file or folder"
                )


def write_text(path: Path, text: str) -> None:
    """Replace a UTF-8 file at once: written whole under another name, synced, then renamed."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}-", delete=False
    ) as new:
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).chmod(0o644)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    Path(new.name).replace(path)


def lock(stream: IO[str]) -> bool:
    """Take the lock of an open file; False where another holds it.

    The system releases it with the file, and with its process, however that dies.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with Path(place, "lock").open("a") as one, Path(place, "lock").open("a") as other:
    ...         lock(one), lock(other)
    (True, False)
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        raise  # a disk without locks
    return True


_RIGHTS = "the folder cannot be written; give yourself the right or name another"
_MENDS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "the folder is read-only; name another",
    errno.ENOTDIR: "a file stands where a folder is needed; name another folder",
    errno.EEXIST: "a file stands where a folder is needed; name another folder",
}


@contextmanager
def telling_write_errors(folder: Path, unchanged: str) -> Iterator[None]:
    """Turn a failed write under `folder` into an `ObservError` that says what is unharmed."""
    try:
        yield
    except OSError as error:
        place, reason = error.filename or folder, error.strerror or str(error)
        code = error.errno or 0
        if isinstance(error, shutil.Error):  # of a copied tree: source, target, reason of each
            _, place, reason = error.args[0][0]
            code = next((code for code in _MENDS if os.strerror(code) in str(reason)), 0)
        raise ObservError(f"{place}: {_MENDS.get(code, reason)}; {unchanged}") from error
