"""Files: finding those of a folder; writing so that a reader sees an old or a new one, no half."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from observlib.base.errors import ObservError


def below(folder: Path, passed: Path, unreadable: list[str]) -> Iterator[Path]:
    """Every file below a folder, in order; nothing hidden, nothing that a link leads out to."""

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
            if endless(path):
                unreadable.append(f"{printable(path)}: {ENDLESS}")
            elif printable(path) == str(path):
                yield path
            else:
                unreadable.append(
                    f"{printable(path)}: the name is not UTF-8; rename the file or folder"
                )


ENDLESS = "is a pipe, a socket or a device, and no file; move it away"


def endless(path: Path) -> bool:
    """Whether a path is a pipe, a socket or a device: opening or reading it may never end.

    Examples
    --------
    >>> endless(Path(os.devnull)), endless(Path("README.md"))
    (True, False)
    """
    try:
        mode = path.stat().st_mode
    except OSError:  # told where it is opened
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def need_less(path: Path, most: int, mend: str) -> None:
    """Stop before a file that says it is larger than what is read is gone through to its end."""
    if endless(path):
        raise ObservError(f"{path}: {ENDLESS}")
    with suppress(OSError):  # told where it is opened
        if path.stat().st_size > most:
            raise ObservError(f"{path}: holds more than {most / 10**9:g} GB; {mend}")


def read_bytes(path: Path, most: int, mend: str) -> bytes:
    """The bytes of a file, of which there are no more than `most`.

    Examples
    --------
    >>> read_bytes(Path("README.md"), 10, "read a part of it")
    Traceback (most recent call last):
    observlib.base.errors.ObservError: README.md: holds more than 10 bytes; read a part of it
    """
    if endless(path):
        raise ObservError(f"{path}: {ENDLESS}")
    try:
        with path.open("rb") as stream:
            raw = stream.read(most + 1)  # what a file says of its size may be untrue
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error
    if len(raw) > most:
        size = f"{most // 10**6} MB" if most >= 10**6 else f"{most} bytes"
        raise ObservError(f"{path}: holds more than {size}; {mend}")
    return raw


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal, read in small pieces.

    Examples
    --------
    >>> file_digest(Path(os.devnull))[:16]
    'e3b0c44298fc1c14'
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def private_folder(folder: Path) -> None:
    """Make a folder that its owner alone opens; one that is there is closed to others too."""
    folder.mkdir(0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):  # it is another's
        folder.chmod(0o700)


def write_text(path: Path, text: str) -> None:
    """Replace a UTF-8 file at once, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file at once, as `replacing` does."""
    with replacing(path) as new:
        new.write(content)


def write_all(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files, by their paths in a folder of one's own, and the folders that they need."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of another at once, when it is written whole, and synced."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as new:
        try:
            yield new
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
_TOO_MANY = "too many files are open; allow more, as `ulimit -n 1024` does"
_LOCKS = "the disk has no locks; put the data folder on another"
_MENDS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "the folder is read-only; name another",
    errno.ENOTDIR: "a file stands where a folder is needed; name another folder",
    errno.EEXIST: "a file stands where a folder is needed; name another folder",
    errno.ENOLCK: _LOCKS,
    errno.EMFILE: _TOO_MANY,
    errno.ENFILE: _TOO_MANY,
    errno.ENOSYS: _LOCKS,
    errno.EOPNOTSUPP: _LOCKS,
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
