"""Files: finding those of a folder; writing so that a reader sees an old or a new one, no half."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from observlib.base.errors import ObservError

Progress = Callable[[int, int, str], None]  # how many are done, of how many, and the last


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
                unreadable.append(f"{printable(path)}: {NO_FILE}")
            elif printable(path) == str(path):
                yield path
            else:
                unreadable.append(
                    f"{printable(path)}: the name is not UTF-8; rename the file or folder"
                )


NO_FILE = "is a pipe, a socket or a device, and no file; move it away"


def endless(path: Path) -> bool:
    """Whether a path is a pipe, a socket or a device: opening or reading it may never end.

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
        raise ObservError(f"{path}: {NO_FILE}")
    with suppress(OSError):  # told where it is opened
        if path.stat().st_size > most:
            raise ObservError(f"{path}: holds more than {most / 10**9:g} GB; {mend}")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file whose bytes are read; `ObservError` where they cannot be."""
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error


def read_bytes(path: Path, most: int, mend: str) -> bytes:
    """The bytes of a file, of which there are no more than `most`.

    >>> read_bytes(Path("README.md"), 10, "read a part of it")
    Traceback (most recent call last):
    observlib.base.errors.ObservError: README.md: holds more than 10 bytes; read a part of it
    """
    if endless(path):
        raise ObservError(f"{path}: {NO_FILE}")
    with opened(path) as stream:
        raw = stream.read(most + 1)  # what a file says of its size may be untrue
    if len(raw) > most:
        size = f"{most // 10**6} MB" if most >= 10**6 else f"{most} bytes"
        raise ObservError(f"{path}: holds more than {size}; {mend}")
    return raw


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal, read in small pieces.

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


def uncommitted_folder(folder: Path) -> None:
    """Make a private folder of which git keeps nothing, wherever it is."""
    private_folder(folder)
    if not (folder / ".gitignore").exists():
        write_text(folder / ".gitignore", "*\n")


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
    """Take the lock of an open file, ended with it or its process; False where another holds it."""
    try:
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


# --- Private folders of a run, which a later run clears away where their owner is dead

_LOCK = ".lock"
TEMPORARY = "observlib-run-"
_FEW = 1_000_000  # bytes: a disk with less is full


@contextmanager
def working_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder of this run's own, deleted at the end; dead runs' are deleted first."""
    _clean(parent, prefix)
    work, handle = _locked_name(parent, prefix)
    try:
        work.mkdir(0o700)
        yield work
    finally:
        _remove(work)
        with suppress(OSError):
            work.with_name(work.name + _LOCK).unlink(missing_ok=True)
        handle.close()


def _clean(parent: Path, prefix: str) -> None:
    """Delete the private folders of dead runs."""
    ours = re.compile(rf"{re.escape(prefix)}[0-9a-f]{{8}}")
    try:
        found = {path.name.removesuffix(_LOCK) for path in parent.iterdir()}
    except OSError:
        return  # a folder that may be written and not read
    for name in sorted(filter(ours.fullmatch, found)):
        work, lock_file = parent / name, parent / (name + _LOCK)
        try:
            if not lock_file.exists():
                _remove(work)
                continue
            with lock_file.open("r+", encoding="utf-8") as handle:
                if lock(handle):
                    _remove(work)
                    lock_file.unlink(missing_ok=True)
        except OSError:
            continue  # of a living run, or of another user


@contextmanager
def temporary_files() -> Iterator[Path]:
    """Put every temporary file of this process, and of those it starts, into one private folder."""
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
        if shutil.disk_usage(parent).free >= _FEW:  # it has room
            raise
        raise ObservError(
            f"{parent}: the disk of temporary files is full; free some space, or set TMPDIR to "
            "another folder"
        ) from error


@contextmanager
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
    with suppress(OSError):  # it has ended by itself
        os.killpg(process.pid, signal.SIGKILL)


def _locked_name(parent: Path, prefix: str) -> tuple[Path, IO[str]]:
    """A name for a private folder, and its lock file, open and locked."""
    while True:
        work = parent / f"{prefix}{secrets.token_hex(4)}"
        lock_file = work.with_name(work.name + _LOCK)
        handle = lock_file.open("x", encoding="utf-8")
        # else a cleaning run took it for a dead one's, before it was locked
        if lock(handle) and lock_file.exists():
            return work, handle
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
    """Put the folder `new` in the place of `target`; what was there is deleted."""
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


@contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """A private folder beside `target`, deleted at the end; dead runs' are deleted first."""
    _check(target)
    with ExitStack() as stack:
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
