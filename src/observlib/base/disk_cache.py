"""What was made is kept by the key of all that it was made from, to be made once.

An entry is one file, written under another name and renamed: a reader finds it whole or not at
all. It begins with the digest of the rest, so that a damaged one is noticed, and made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from observlib.base import files

FOLDER = Path("reports") / ".kept"  # in a project
MOST = 400_000_000  # bytes of a folder of entries: some twenty editions of which nothing is alike
_DIGITS = 64


def put(folder: Path, name: str, contents: Mapping[str, bytes]) -> None:
    """Keep some files, by their names, as one entry.

    Raises
    ------
    OSError
        Where it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     put(Path(place), "page.0a1b", {"page.html": b"<p>"})
    ...     get(Path(place), "page.0a1b"), get(Path(place), "page.ffff")
    ({'page.html': b'<p>'}, None)
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in contents.items():
            archive.writestr(path, content)
    folder.mkdir(parents=True, exist_ok=True)
    told = hashlib.sha256(packed.getvalue()).hexdigest().encode()
    files.write_bytes(folder / name, told + packed.getvalue())


def get(folder: Path | None, name: str) -> dict[str, bytes] | None:
    """The files of an entry; None where there is none, or it is not as it was written.

    Without a folder there is none.
    """
    if folder is None:
        return None
    path = folder / name
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    packed = whole[_DIGITS:]
    if hashlib.sha256(packed).hexdigest().encode() != whole[:_DIGITS]:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # it was of use: `prune` spares it
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
        if any(name.is_absolute() or ".." in name.parts for name in names):
            return None  # nobody but a stranger wrote this
        return {str(name): archive.read(str(name)) for name in names}


def made(
    folder: Path | None, name: str, make: Callable[[], Mapping[str, bytes]]
) -> Mapping[str, bytes]:
    """The files of an entry, made and kept where there is none; without a folder none is kept.

    Parameters
    ----------
    name
        Says all that they are made from.
    """
    if (found := get(folder, name)) is not None:
        return found
    contents = make()
    if folder:
        put(folder, name, contents)
    return contents


def prune(folder: Path, most: int = MOST, since: float = math.inf) -> None:
    """Delete the entries that have been of no use for longest, until the others have `most` bytes.

    What a killed run has left half-written is deleted in its turn. What has been of use `since` a
    moment, in seconds since 1970, stays: an edition of hundreds of pages may be larger than `most`.
    """
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # another run has deleted it
            state = path.stat()
            if path.is_file():
                found.append((state.st_mtime_ns, state.st_size, path))
    for when, size, path in sorted(found, reverse=True):
        most -= size
        if most < 0 and when < since * 1e9:
            with contextlib.suppress(OSError):
                path.unlink()
