"""A store whose parts stand at an address, which `store.yml` of the data folder names.

Parts are put there whole, under names that their digests give. Each ledger has a number, which one
writer alone can take: of two writers at once the second is told to begin again. The local folder
`store/` holds a copy of the ledger; parts are read where they stand, piece by piece.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observlib.base import addresses, yaml_files
from observlib.base import files as local_files
from observlib.base.addresses import reaching
from observlib.base.errors import ObservError
from observlib.catalogue import tables
from observlib.estimates import MINIMUM_PEOPLE

# --- How DuckDB is asked for the rows of the store's parts


def parts_query(table: str) -> str:
    """The `FROM` of a query of parts of a table, whose paths, `escaped`, are its parameter."""
    # a folder named `device=x` is a folder and no column
    parquet = (
        "FROM read_parquet(?, hive_partitioning = false, filename = true, file_row_number = true"
    )
    shape = tables.TABLES[table]
    if later := [sql_name(name) for name, column in shape.columns.items() if column.later]:
        # of parts that were written before the table had a column, it is empty
        none = ", ".join(f"NULL AS {name}" for name in later)
        return (
            f"FROM ({parquet}, union_by_name = true) UNION ALL BY NAME SELECT {none} WHERE false)"
        )
    return f"{parquet})"


def of_many(table: str, rows: str) -> str:
    """A query of the products and months of which some rows are of many people, or of nobody."""
    shape = tables.TABLES[table]
    people = [sql_name(name) for name, column in shape.columns.items() if column.person]
    of = f"DISTINCT {people[0]}" if people else "*"
    month = f"strftime({sql_name(shape.start)}, '%Y-%m')"
    least = MINIMUM_PEOPLE if people else 1
    return (
        f"SELECT coalesce(product, ''), {month} {rows} GROUP BY ALL HAVING count({of}) >= {least}"
    )


def sql_name(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def sql_text(text: str) -> str:
    """A text in SQL, where no parameter can stand."""
    return "'" + text.replace("'", "''") + "'"


def escaped(path: Path | str) -> str:
    """A path to one file, also where its name holds what patterns do, such as `a*b`."""
    return glob.escape(str(path))


if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

SETTING = "store.yml"
YOUNG = timedelta(days=1)  # a part that no ledger names yet may be of a writer that is at work
_LEDGERS = "ledgers"
_STAY = 2  # the last ledgers, whose parts stay: a reader may still be at the one before


def address(store: Path) -> str:
    """Where the parts of a store stand, without a slash at its end; empty where in its folder.

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
    found, _, problems = yaml_files.read_yaml(path, dict, "`address:` and where the store is", "")
    problems += [f"{path}: {name!r}: unknown; allowed: address" for name in {*found} - {"address"}]
    ObservError.raise_any(problems)
    return addresses.checked_address(str(found.get("address", "")), f"{path}: address")


def file_at(store: Path, name: str) -> str:
    """Where a file of a store stands, as DuckDB reads it."""
    where = address(store)
    folder = addresses.local(where) if where else store
    return str(folder / name) if folder else f"{where}/{name}"


def _is_far(where: str) -> bool:
    return bool(where) and addresses.local(where) is None


def readable(store: Path, names: Iterable[str]) -> list[str]:
    """Files of a store as a query's parameter; an address is listed once, as DuckDB asks often."""
    asked = list(names)
    if _is_far(where := address(store)):
        found = addresses.files(where)
        with reaching(where):
            for folder in {name.rpartition("/")[0] for name in asked}:
                own = [f"{where}/{name}" for name in asked if name.rpartition("/")[0] == folder]
                if not {*map(found._strip_protocol, own)} <= _listed(found, f"{where}/{folder}"):
                    found.invalidate_cache()
    return [escaped(file_at(store, name)) for name in asked]


def _listed(found: Any, folder: str) -> set[str]:
    with suppress(FileNotFoundError):
        return {*found.ls(folder, detail=False)}
    return set()


@contextmanager
def connected(store: Path, **config: Any) -> Iterator[Connection]:
    """A connection of DuckDB that reads the files of a store, wherever they stand."""
    import duckdb

    with duckdb.connect(config=config) as connection:
        # it would stand in a page's cell; a kernel without ipywidgets has none, and refuses
        with suppress(duckdb.Error):
            connection.execute("SET enable_progress_bar = false")
        if _is_far(where := address(store)):
            connection.register_filesystem(addresses.files(where))
        yield connection


def put_part(store: Path, new: Path, name: str, sha256: str) -> None:
    """Put a finished local file where a store's parts stand, whole; it is no longer there then."""
    if address(store):
        _send(store, new, name)
        new.unlink()
    elif (store / name).exists() and local_files.file_digest(store / name) == sha256:
        new.unlink()  # a reader may have the other open
    else:
        new.replace(store / name)


def copy_part(store: Path, name: str) -> int:
    """Put a part of a store's folder at its address too; how many bytes it has."""
    _send(store, store / name, name)
    return (store / name).stat().st_size


def _send(store: Path, new: Path, name: str) -> None:
    target = f"{address(store)}/{name}"
    if addresses.size_of(target) != new.stat().st_size:  # the name is of its digest
        addresses.send(new, target)


def store_sizes(store: Path) -> dict[str, int]:
    """The files that stand at the address of a store, with how many bytes each has."""
    return addresses.sizes(address(store))


def parts_that_stand(store: Path) -> list[str]:
    """The names of all parts of a store, whether or not they count."""
    if address(store):
        return sorted(name for name in store_sizes(store) if name.endswith(".parquet"))
    return sorted(path.relative_to(store).as_posix() for path in store.glob("*/*.parquet"))


def ledger_numbers(store: Path) -> list[int]:
    """The numbers of the ledgers that stand at the address of a store, in order."""
    named = re.compile(rf"{_LEDGERS}/(\d{{8}})\.json")
    return sorted(int(match[1]) for name in store_sizes(store) if (match := named.fullmatch(name)))


def ledger(store: Path, number: int) -> str:
    """The text of the ledger of a number."""
    where = address(store)
    with reaching(where):
        return str(addresses.files(where).cat_file(f"{where}/{_name(number)}").decode("utf-8"))


def _name(number: int) -> str:
    return f"{_LEDGERS}/{number:08}.json"


def publish_ledger(store: Path, text: str, number: int) -> None:
    """Make a ledger the one that counts, unless another writer has taken its number."""
    where = address(store)
    try:
        addresses.create(f"{where}/{_name(number)}", text.encode())
    except FileExistsError:
        raise ObservError(
            f"{where}: another machine has written this store meanwhile; nothing of this run "
            "counts; run the command again"
        ) from None


def clear(store: Path, live: Iterable[str], number: int, *, at_once: bool) -> None:
    """Delete what no longer counts at the address of a store."""
    where, stay = address(store), set(live)
    stay |= {_name(one) for one in range(number if at_once else number + 1 - _STAY, number + 1)}
    found = addresses.files(where)
    try:
        for name in store_sizes(store):
            target = f"{where}/{name}"
            with reaching(where):
                if name in stay:
                    continue
                if at_once or datetime.now(UTC) - found.modified(target) >= YOUNG:
                    found.rm_file(target)  # `rm` takes a name with `[` for a pattern
    except ObservError:
        if at_once:
            raise
