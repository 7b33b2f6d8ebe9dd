"""A store whose parts stand at an address: object storage, or another disk.

`store.yml` of the data folder names it. Parts are put there whole, under names that their digests
give, and never change. Each ledger has a number, which one writer alone can take: a reader sees a
whole store, the old or the new one, and of two writers at once the second is told to begin again.
The local folder `store/` holds a copy of the ledger and what a run works with; parts are read where
they stand, piece by piece.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from observlib import files, yaml_files
from observlib.errors import ObservError
from observlib.store.sql import escaped

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

SETTING = "store.yml"
# by the beginning of an address: the package that reads it, and the extra that brings it; all of
# them can refuse to write a file that is there, without which two writers would lose each other's
_PACKAGES = {
    "file": ("fsspec", "s3"),
    "s3": ("s3fs", "s3"),
    "az": ("adlfs", "azure"),
    "abfs": ("adlfs", "azure"),
    "gs": ("gcsfs", "gcs"),
}
_PATIENCE = {
    "s3": {
        "config_kwargs": {
            "connect_timeout": 10,
            "read_timeout": 60,
            "retries": {"max_attempts": 3, "mode": "standard"},
        }
    }
}
_SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL|CONNECTION_STRING", re.IGNORECASE)
_LEDGERS = "ledgers"
_STAY = 2  # the last ledgers, whose parts stay: a reader may still be at the one before


def address(store: Path) -> str:
    """Where the parts of a store stand, without a slash at its end; empty where in its folder.

    Raises
    ------
    ObservError
        For an address that cannot be one, or holds a password.

    Examples
    --------
    >>> address(Path("data/demo/store"))
    ''
    """
    try:
        state = (store.parent / SETTING).stat()
    except OSError:
        return ""
    return _address(store.parent / SETTING, state.st_mtime_ns, state.st_size)


@lru_cache(4)  # a page asks for it once a query
def _address(path: Path, *state: int) -> str:
    found, _, problems = yaml_files.read(path, dict, "`address:` and where the store is", "")
    problems += [f"{path}: {name!r}: unknown; allowed: address" for name in {*found} - {"address"}]
    told = str(found.get("address", "")).rstrip("/")
    scheme, _, rest = told.partition("://")
    if scheme not in _PACKAGES or not rest:
        allowed = ", ".join(f"{name}://" for name in _PACKAGES)
        problems.append(f"{path}: address {shown(told)!r}: begins with none of {allowed}")
    elif shown(told) != told:
        problems.append(
            f"{path}: address {shown(told)!r}: holds a name or password; leave them to the "
            "environment, where docs/how-to/beyond-one-machine.md says which"
        )
    if problems:
        raise ObservError(*problems)
    return told


def shown(address: str) -> str:
    """An address without what may be a password in it.

    Examples
    --------
    >>> shown("s3://key:secret@bucket/store?token=1")
    's3://…@bucket/store?…'
    """
    hidden = re.sub(r"//[^/@]*@", "//…@", address)
    return re.sub(r"\?.*", "?…", hidden)


def file_at(store: Path, name: str) -> str:
    """Where a file of a store stands, as DuckDB reads it."""
    where = address(store)
    if where.startswith("file://"):
        return f"{urlsplit(where).path}/{name}"
    return f"{where}/{name}" if where else str(store / name)


def readable(store: Path, names: Iterable[str]) -> list[str]:
    """Files of a store as the parameter of a query (see `sql.rows_of`).

    Those at an address are listed once in a process, for DuckDB asks of each many times.
    """
    asked = list(names)
    if (where := address(store)) and not where.startswith("file://"):
        found = _files(where)
        with _reaching(where):
            for folder in {name.rpartition("/")[0] for name in asked}:
                mine = {
                    found._strip_protocol(f"{where}/{n}") for n in asked if n.startswith(folder)
                }
                if not mine.issubset(_listed(found, f"{where}/{folder}")):
                    found.invalidate_cache()
    return [escaped(file_at(store, name)) for name in asked]


def _listed(found: Any, folder: str) -> list[str]:
    with suppress(FileNotFoundError):
        return list(found.ls(folder, detail=False))
    return []


@contextmanager
def connected(store: Path, **config: Any) -> Iterator[Connection]:
    """A connection of DuckDB that reads the files of a store, wherever they stand."""
    import duckdb

    with duckdb.connect(config=config) as connection:
        if (where := address(store)) and not where.startswith("file://"):
            connection.register_filesystem(_files(where))
        yield connection


def _files(where: str) -> Any:
    """The files at an address, as fsspec gives them; its loop of events survives no fork."""
    return _of_process(where.partition("://")[0], os.getpid())


@lru_cache(4)
def _of_process(scheme: str, _: int) -> Any:
    package, extra = _PACKAGES[scheme]
    try:
        import fsspec

        return fsspec.filesystem(
            scheme,
            skip_instance_cache=True,
            **({"auto_mkdir": True} if scheme == "file" else _PATIENCE.get(scheme, {})),
        )
    except ImportError as error:
        raise ObservError(
            f"{scheme}://: needs the package {package}; install it with "
            f"`pip install 'observlib[{extra}]'`"
        ) from error


@contextmanager
def _reaching(where: str) -> Iterator[None]:
    """Tell in one line why an address does not answer, whatever its package raises."""
    try:
        yield
    except (ObservError, FileExistsError, FileNotFoundError):
        raise
    except Exception as error:  # of a package of many, which share no error
        said = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ObservError(
            f"{where}: cannot be reached or written ({without_secrets(said)}); nothing has "
            "changed there; mend the network or the credentials, and run the command again"
        ) from None  # what it says of itself may hold credentials


def without_secrets(text: str) -> str:
    """A text without the values of what the environment keeps secret.

    Examples
    --------
    >>> os.environ["AN_ACCESS_KEY"] = "abcdefgh"
    >>> without_secrets("Authorization: abcdefgh")
    'Authorization: …'
    """
    for name, value in os.environ.items():
        if _SECRET.search(name) and len(value) > 3:
            text = text.replace(value, "…")
    return text


def put_part(store: Path, new: Path, name: str, sha256: str) -> None:
    """Put a finished local file where a store's parts stand, whole; it is no longer there then."""
    if where := address(store):
        _send(where, new, name)
        new.unlink()
    elif (store / name).exists() and files.file_digest(store / name) == sha256:
        new.unlink()  # a reader may have the other open
    else:
        new.replace(store / name)


def _send(where: str, new: Path, name: str) -> None:
    found, target, size = _files(where), f"{where}/{name}", new.stat().st_size
    with _reaching(where):
        if _size(found, target) != size:  # the name is of its digest
            found.put_file(str(new), target)
            if _size(found, target) != size:
                raise OSError(f"{name} has not arrived whole")


def _size(found: Any, target: str) -> int | None:
    found.invalidate_cache()
    with suppress(FileNotFoundError):
        return int(found.size(target))
    return None


def sizes(store: Path) -> dict[str, int]:
    """The files that stand at the address of a store, with how many bytes each has."""
    where = address(store)
    found = _files(where)
    with _reaching(where):
        found.invalidate_cache()
        try:
            listed = found.find(where, detail=True)
        except FileNotFoundError:
            return {}
        root = found._strip_protocol(where)
        return {name[len(root) + 1 :]: int(of["size"]) for name, of in listed.items()}


def parts_that_stand(store: Path) -> list[str]:
    """The names of all parts of a store, whether or not they count."""
    if address(store):
        return sorted(name for name in sizes(store) if name.endswith(".parquet"))
    return sorted(path.relative_to(store).as_posix() for path in store.glob("*/*.parquet"))


def numbers(store: Path) -> list[int]:
    """The numbers of the ledgers that stand at the address of a store, in order."""
    named = re.compile(rf"{_LEDGERS}/(\d{{8}})\.json")
    return sorted(int(match[1]) for name in sizes(store) if (match := named.fullmatch(name)))


def ledger(store: Path, number: int) -> str:
    """The text of the ledger of a number."""
    where = address(store)
    with _reaching(where):
        return str(_files(where).cat_file(f"{where}/{_name(number)}").decode("utf-8"))


def _name(number: int) -> str:
    return f"{_LEDGERS}/{number:08}.json"


def publish(store: Path, text: str, number: int) -> None:
    """Make a ledger the one that counts, unless another writer has taken its number.

    Raises
    ------
    ObservError
        Where one has; nothing that stands at the address is then changed.
    """
    where = address(store)
    target = f"{where}/{_name(number)}"
    try:
        with _reaching(where):
            if where.startswith("file://"):
                _create(Path(urlsplit(target).path), text.encode())
            else:
                _files(where).pipe_file(target, text.encode(), mode="create")
    except FileExistsError:
        raise ObservError(
            f"{where}: another machine has written this store meanwhile; nothing of this run "
            "counts; run the command again"
        ) from None


def _create(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        new.write_bytes(content)
        path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)


def clear(store: Path, live: Iterable[str], number: int, *, at_once: bool) -> None:
    """Delete what no longer counts at the address of a store.

    Parameters
    ----------
    live
        The parts of the ledger that counts, and of the one before it.
    number
        Its number.
    at_once
        Whether former ledgers go too, and all that is told has to be gone; else what cannot be
        deleted stays for the next time.
    """
    where, stay = address(store), set(live)
    stay |= {_name(one) for one in range(number if at_once else number + 1 - _STAY, number + 1)}
    found = _files(where)
    try:
        with _reaching(where):
            dead = [name for name in sizes(store) if name not in stay]
            for name in dead:
                found.rm_file(f"{where}/{name}")  # others take a name with `[` for a pattern
    except ObservError:
        if at_once:
            raise
