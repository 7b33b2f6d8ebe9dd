"""Tables at an address: Parquet or CSV files, SQLite, PostgreSQL.

Only the columns that the device's format reads are asked for, a part at a time, by DuckDB, SQLite
or psycopg (extra `postgres`); they become a CSV.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import duckdb

from observlib.base import files
from observlib.base.errors import ObservError, UsageError, bounded
from observlib.base.files import Progress
from observlib.catalogue import SQLITE, Catalogue, Device, Format, tables
from observlib.desk.fetching.web import LOOPBACK, as_csv
from observlib.loaders._text import header_label
from observlib.store.address import sql_name, sql_text

# --- What is read of an export, so that nothing else is ever copied


def read_by(form: Format) -> list[str]:
    """The headers that a format reads, without those that it is never to read."""
    columns = form.columns.values()
    names = [name for column in columns for name in column.headers]
    names += [column.only_if.header for column in columns if column.only_if]
    never = {header_label(name) for name in form.never_read}
    names = [*dict.fromkeys((*names, *_rules(form)))]
    return [name for name in names if header_label(name) not in never]


def _rules(form: Format) -> list[str]:
    """The headers by which rows are kept, or completed."""
    names = [rule.header for rule in form.keep]
    if form.carry_down:
        names += [form.carry_down.key, *form.carry_down.headers]
    if form.latest:
        names += [form.latest.key, form.latest.by]
    return names


def missing_columns(form: Format, there: list[str]) -> list[str]:
    """The columns without which the format cannot be read, by their first header.

    Examples
    --------
    >>> form = Format(id="a", label="A", table="tickets", columns={"ticket_id": ["Id", "N°"]})
    >>> missing_columns(form, ["n°"]), missing_columns(form, ["name"])
    ([], ['Id'])
    """
    known = {header_label(name) for name in there}
    needed = [column.headers for column in form.columns.values() if not column.optional]
    needed += [(name,) for name in _rules(form)]
    return [names[0] for names in needed if names and known.isdisjoint(map(header_label, names))]


_Choose = Callable[[list[str]], list[str]]  # the columns to copy, of those that there are
MEMORY = "1GB"  # for DuckDB, whatever the length of a table
_READERS = {
    ".parquet": "read_parquet(?, union_by_name = true)",
    ".csv": "read_csv(?, header = true, all_varchar = true, union_by_name = true)",
}
_SECONDS = 60
_ROWS = 10_000  # at a time
_ISO = "YYYY-MM-DD HH24:MI:SS"
_BOOLEAN, _MOMENT = 16, 1184  # PostgreSQL's types of true or false, and of moments with a zone


def copy(device: Device, catalogue: Catalogue, root: Path, path: Path, progress: Progress) -> None:
    """Make a CSV of what a device's address holds, at once."""
    form = catalogue.formats.get(device.loader)
    choose = partial(_kept, device, form)
    delimiter = form.layout.delimiters[0] if form else ","
    # the CSV of a tidy table is in UTC by its contract; elsewhere a moment tells its zone
    zone = "+00:00" if form else ""
    address = device.address or ""
    with files.replacing(path) as new:
        if "://" in address:
            rows = _postgres(device, choose, delimiter, zone, new, progress)
        elif address.endswith(SQLITE):
            rows = _sqlite(device, root / address, choose, delimiter, new, progress)
        else:
            rows = _files(root / address, choose, delimiter, zone, Path(new.name))
        if not rows:
            raise ObservError(f"device {device.id!r}: its address holds no row")
    progress(rows, rows, f"{rows:,} rows")


def _kept(device: Device, form: Format | None, there: list[str]) -> list[str]:
    """The columns to copy, of those that there are, by their own names, as exports are read."""
    names = read_by(form) if form else [*tables.TABLES[device.table or ""].columns]
    if form is None and "complete" in names:
        names.append("month")
    known = {*map(header_label, names)}
    kept = [name for name in there if header_label(name) in known]
    lacking = missing_columns(form, there) if form else []
    if lacking or not kept:
        raise ObservError(
            f"device {device.id!r}: its address has no column {bounded(lacking or names)}, which "
            f"{device.loader} reads; it has {bounded(there, 20)}"
        )
    return kept


def _files(path: Path, choose: _Choose, delimiter: str, zone: str, new: Path) -> int:
    """Copy from files of one kind, by their common end or that of those in a folder."""
    kinds = [end for end in _READERS if path.is_dir() and any(path.rglob(f"*{end}"))]
    if len(kinds) > 1:
        raise ObservError(f"{path}: holds Parquet and CSV; write {path}/**/*.parquet, or .csv")
    end = kinds[0] if kinds else path.suffix.lower()
    if end not in _READERS:
        raise ObservError(f"{path}: is no folder or file of Parquet or CSV, nor SQLite (.sqlite)")
    place = str(path / "**" / f"*{end}" if kinds else path)
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as session:
        for setting in (f"memory_limit = '{MEMORY}'", "temp_directory = ''", "TimeZone = 'UTC'"):
            session.execute(f"SET {setting}")
        try:
            source = session.execute(f"SELECT * FROM {_READERS[end]} LIMIT 0", [place])
            types = {column[0]: str(column[1]) for column in source.description or ()}
            columns = ", ".join(
                f"strftime({sql_name(name)}, '%Y-%m-%d %H:%M:%S{zone}') AS {sql_name(name)}"
                if types[name] == "TIMESTAMP WITH TIME ZONE"
                else sql_name(name)
                for name in choose(list(types))
            )
            told = f"COPY (SELECT {columns} FROM {_READERS[end]}) TO {sql_text(str(new))} "
            told += f"(FORMAT csv, HEADER, DELIMITER '{delimiter}', USE_TMP_FILE false)"
            return int(session.execute(told, [place]).fetchall()[0][0])
        except duckdb.Error as error:
            said = str(error).splitlines()[0].removeprefix("IO Error: ")
            raise ObservError(f"{place}: cannot be read: {said[:200]}") from None


def _sqlite(
    device: Device, path: Path, choose: _Choose, delimiter: str, new: IO[bytes], progress: Progress
) -> int:
    """Copy from a table or view of a SQLite file, which is not written."""
    table = sql_name(device.address_table or "")
    rows = 0
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as session:
            session.text_factory = lambda raw: raw.decode("utf-8", "replace")
            described = session.execute(f"SELECT * FROM {table} LIMIT 0").description
            kept = choose([column[0] for column in described])
            (total,) = session.execute(f"SELECT count(*) FROM {table}").fetchone()
            found = session.execute(f"SELECT {', '.join(map(sql_name, kept))} FROM {table}")
            new.write(as_csv([kept], delimiter).encode())
            while some := found.fetchmany(_ROWS):
                new.write(as_csv(some, delimiter).encode("utf-8", "replace"))
                rows += len(some)
                progress(rows, max(rows, total), f"{rows:,} rows")
    except sqlite3.Error as error:
        raise ObservError(f"{path}: cannot be read: {error}") from None
    return rows


def _postgres(
    device: Device, choose: _Choose, delimiter: str, zone: str, new: IO[bytes], progress: Progress
) -> int:
    """Copy from a table or view of PostgreSQL, by a transaction that may only read."""
    try:
        import psycopg
        from psycopg import conninfo, sql
    except ImportError as error:
        raise ObservError(
            "fetching from PostgreSQL needs psycopg; install it with "
            "`pip install 'observlib[postgres]'`"
        ) from error

    address = device.address or ""
    table = sql.Identifier(*(device.address_table or "").split("."))
    limits: dict[str, Any] = {"connect_timeout": _SECONDS, "client_encoding": "utf8"}
    rows, host = 0, os.environ.get("PGHOST", "")
    try:
        host = str(conninfo.conninfo_to_dict(address).get("host") or host)
        with (
            psycopg.connect(address, **limits, **_secured(device, host)) as session,
            session.cursor() as cursor,
        ):
            session.read_only = True
            cursor.execute("SET TIME ZONE 'UTC'; SET datestyle = 'ISO'")
            cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(table))
            types = {column.name: column.type_code for column in cursor.description or ()}
            kept = choose(list(types))
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(table))
            total = (cursor.fetchone() or (0,))[0]
            cells = {_BOOLEAN: "{}::text", _MOMENT: f"to_char({{}}, '{_ISO}{zone}')"}
            columns = [
                sql.SQL(cells.get(types[name], "{}") + " AS {}").format(*[sql.Identifier(name)] * 2)
                for name in kept
            ]
            told = "COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, HEADER, DELIMITER {})"
            asked = sql.SQL(told).format(sql.SQL(", ").join(columns), table, delimiter)
            with cursor.copy(asked) as parts:
                for part in parts:
                    new.write(part)
                    rows += bytes(part).count(b"\n")  # with those within cells, for the progress
                    if rows % _ROWS == 0:
                        progress(min(rows, total), total, f"{min(rows, total):,} rows")
            return cursor.rowcount
    except psycopg.Error as error:
        raise ObservError(f"PostgreSQL{f' at {host}' if host else ''}: {_fault(error)}") from None


def _secured(device: Device, host: str) -> dict[str, Any]:
    """How a host is asked so that it alone gets the password, and proves that it is that host."""
    if (not host or host.startswith("/") or host in LOOPBACK) and "PGHOSTADDR" not in os.environ:
        return {}
    if "PGPASSWORD" in os.environ and os.environ.get("PGHOST") != host:
        raise UsageError(
            f"device {device.id!r}: its address leads to {host}, and PGPASSWORD says not whose it "
            f"is; set PGHOST={host} beside it if it is that host's, or put it into ~/.pgpass"
        )
    return {"sslmode": "verify-full", "gssencmode": "disable"}


def _fault(error: Any) -> str:
    """What is wrong, without what a cell may hold: of the data itself only the kind of fault."""
    if error.sqlstate is None or error.sqlstate[:2] in ("08", "28", "3D", "42", "53"):
        said = " ".join(str(error).split())[:200]
        return (
            f"{said}; check the device's address and address_table, PGPASSWORD, and PGSSLROOTCERT"
        )
    return f"{type(error).__name__} ({error.sqlstate}); look at the table or view itself"
