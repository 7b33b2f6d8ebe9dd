"""Files at an address, such as `s3://bucket/folder`: reached by fsspec, told without secrets."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from observlib.base.errors import ObservError
from observlib.base.yaml_files import load_data

_REACHED = load_data(__file__)
_PACKAGES: dict[str, dict[str, str]] = _REACHED["packages"]
_PATIENCE: dict[str, dict[str, Any]] = _REACHED["patience"]
_SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL|CONNECTION_STRING", re.IGNORECASE)
_Progress = Callable[[int, int, str], None]
_ROOM = 100_000_000  # bytes that a disk keeps free


def is_address(text: str) -> bool:
    """Whether a text is an address, and no path.

    >>> is_address("s3://bucket/raw"), is_address("data/raw")
    (True, False)
    """
    return "://" in text


def checked_address(text: str, told_in: str) -> str:
    """An address as it is used: without a slash at its end.

    >>> checked_address("s3://bucket/raw/", "FOLDER")
    's3://bucket/raw'
    >>> checked_address("s3://me:secret@bucket", "FOLDER")
    Traceback (most recent call last):
    observlib.base.errors.ObservError: FOLDER 's3://…@bucket': holds a name or password; leave them
    to the environment, where docs/how-to/beyond-one-machine.md says which
    """
    told = text.rstrip("/")
    hidden = re.sub(r"\?.*", "?…", re.sub(r"//[^/@]*@", "//…@", told))
    scheme, _, rest = told.partition("://")
    if scheme not in _PACKAGES or not rest:
        allowed = ", ".join(f"{name}://" for name in _PACKAGES)
        raise ObservError(f"{told_in} {hidden!r}: begins with none of {allowed}")
    if hidden != told:
        raise ObservError(
            f"{told_in} {hidden!r}: holds a name or password; leave them to the environment, "
            "where docs/how-to/beyond-one-machine.md says which"
        )
    return told


def local(address: str) -> Path | None:
    """The path that an address of a disk stands for.

    >>> local("file:///srv/store").as_posix(), local("s3://bucket/store")
    ('/srv/store', None)
    """
    return Path(urlsplit(address).path) if address.startswith("file://") else None


def files(address: str) -> Any:
    """The files at an address, as fsspec gives them; its loop of events survives no fork."""
    return _of_process(address.partition("://")[0], os.getpid())


@lru_cache(4)
def _of_process(scheme: str, _: int) -> Any:
    found = _PACKAGES[scheme]
    try:
        import fsspec

        return fsspec.filesystem(scheme, skip_instance_cache=True, **_PATIENCE.get(scheme, {}))
    except ImportError as error:
        raise ObservError(
            f"{scheme}://: needs the package {found['package']}; install it with "
            f"`pip install 'observlib[{found['extra']}]'`"
        ) from error


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Tell in one line why an address does not answer, whatever its package raises."""
    try:
        yield
    except (ObservError, FileExistsError, FileNotFoundError):
        raise
    except Exception as error:  # of packages that share no error
        said = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ObservError(
            f"{address}: cannot be reached or written ({_without_secrets(said)}); nothing has "
            "changed there; mend the network or the credentials, and run the command again"
        ) from None  # what it says of itself may hold credentials


def _without_secrets(text: str) -> str:
    """A text without the values of what the environment keeps secret.

    >>> os.environ["AN_ACCESS_KEY"] = "abcdefgh"
    >>> _without_secrets("Authorization: abcdefgh")
    'Authorization: …'
    """
    for name, value in os.environ.items():
        if _SECRET.search(name) and len(value) > 3:
            text = text.replace(value, "…")
    return text


def sizes(address: str) -> dict[str, int]:
    """The files below an address, by their paths from there, with how many bytes each has."""
    found = files(address)
    with reaching(address):
        found.invalidate_cache()
        try:
            listed = found.find(address, detail=True)
        except FileNotFoundError:
            return {}
        root = found._strip_protocol(address)
        below = {name: of for name, of in listed.items() if name != root}  # a file is itself
        return {name[len(root) + 1 :]: int(of["size"]) for name, of in below.items()}


def send(path: Path, address: str) -> None:
    """Put a finished file at an address, whole, in the place of what may be there."""
    found, size = files(address), path.stat().st_size
    with reaching(address):
        found.put_file(str(path), address)
        if size_of(address) != size:
            raise OSError(f"{path.name} has not arrived whole")


def size_of(address: str) -> int | None:
    """How many bytes a file at an address has; None where there is none."""
    found = files(address)
    with reaching(address), suppress(FileNotFoundError):
        found.invalidate_cache()
        return int(found.size(address))
    return None


def create(address: str, content: bytes) -> None:
    """Write a file that is not there yet, at once."""
    with reaching(address):
        if path := local(address):
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f".{path.name}-{os.getpid()}")
            try:
                new.write_bytes(content)
                path.hardlink_to(new)
            finally:
                new.unlink(missing_ok=True)
        else:
            files(address).pipe_file(address, content, mode="create")


def copy_from(address: str, folder: Path, progress: _Progress | None = None) -> Path:
    """Copy what is at an address, a file or a folder, into a new folder; where it is then."""
    found, listed = files(address), sizes(address)
    name = address.rpartition("/")[2]
    if not listed and (alone := size_of(address)) is not None:
        listed, address = {name: alone}, address.removesuffix(f"/{name}")
    if not listed:
        raise ObservError(f"{address}: holds nothing; is it written as it is there?")
    folder.mkdir(parents=True, exist_ok=True)
    needed, free = sum(listed.values()), shutil.disk_usage(folder).free
    if needed + _ROOM > free:
        raise ObservError(
            f"{address}: holds {needed / 10**9:.1f} GB, and the disk of {folder} has "
            f"{free / 10**9:.1f} GB left; name a folder of it at a time, or free some space"
        )
    with reaching(address):
        for done, below in enumerate(listed):
            if progress:
                progress(done, len(listed), below)
            target = folder / below
            if not target.resolve().is_relative_to(folder.resolve()):
                raise ObservError(f"{address}/{below}: does not stay in its folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            found.get_file(f"{address}/{below}", str(target))
    return folder / name if [*listed] == [name] else folder
