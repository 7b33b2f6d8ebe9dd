"""Writing so that a reader sees the old file or the new one, and never a half."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from observlib.errors import ObservError


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


@contextmanager
def telling_write_errors(folder: Path, unchanged: str) -> Iterator[None]:
    """Turn a failed write under `folder` into an `ObservError` that says what is unharmed."""
    try:
        yield
    except OSError as error:
        mends = {
            errno.ENOSPC: "the disk is full; free some space",
            errno.EDQUOT: "the disk quota is used up; free some space",
            errno.EACCES: "the folder cannot be written; give yourself the right or name another",
            errno.EPERM: "the folder cannot be written; give yourself the right or name another",
            errno.EROFS: "the folder is read-only; name another",
        }
        reason = mends.get(error.errno or 0)
        if reason is None:
            raise
        raise ObservError(f"{error.filename or folder}: {reason}; {unchanged}") from error
