"""Where exports come from: servers that are asked with a key, and tables at an address.

A server is sent one request at a time, with a key that it alone is told. Every fault is one line.
No answer is waited for or read without end, nor one followed that sends on to another address,
which would take the key there. Of a table only the columns that the device's format reads are asked
for, a part at a time, by DuckDB, SQLite or psycopg (extra `postgres`); they become a CSV.
"""

import csv
import http.client
import io
import json
import os
import re
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

import duckdb

from observlib.base import files
from observlib.base.errors import ObservError, UsageError, bounded
from observlib.base.files import Progress
from observlib.catalogue import Catalogue, Device, Format, tables
from observlib.catalogue.formats import SQLITE
from observlib.loaders._text import header_label
from observlib.store.address import sql_name, sql_text

TIMEOUT = 60.0  # after which a server that says nothing is given up
LONGEST_ANSWER = 900.0  # of the whole of an answer
MOST_ANSWER_BYTES = 200_000_000  # a thousand tickets with all their texts are a tenth of it
_LONGEST_PAUSE = 900.0  # for which a server may ask
_PAUSES = 10  # in a row
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Server(NamedTuple):
    """A tool at its address, and what the environment says of how it lets in."""

    tool: str
    url: str
    variable: str  # that says its address
    keys: tuple[str, ...] = ()
    key_variables: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """What messages name it by."""
        return urlsplit(self.url).hostname or ""

    def without_keys(self, said: str) -> str:
        """What a server says, in one short line without a key."""
        for key in filter(None, self.keys):
            said = said.replace(key, "…")
        return re.sub(r"\s+", " ", said)[:120]


def server(tool: str, *names: str, optional: tuple[str, ...] = ()) -> Server:
    """A tool as the environment tells of it: `OBSERV_<TOOL>_URL`, and a variable for each name."""
    before = f"OBSERV_{tool.upper()}_"
    variables = [before + name for name in ("URL", *names, *optional)]
    url, *keys = (os.environ.get(name, "").strip() for name in variables)
    wanted = zip(variables, (url, *keys[: len(names)]), strict=False)
    missing = [name for name, value in wanted if not value]
    if missing:
        address = f"the address is {tool}'s, such as https://{tool.lower()}.example"
        raise UsageError(f"{', '.join(missing)}: not set in the environment; {address}")
    for name, value in zip(variables[1:], keys, strict=True):
        if not value.isprintable():
            raise UsageError(f"{name}: holds a line break or another sign that no key has")
    _check_address(url, variables[0])
    return Server(tool, url.rstrip("/"), variables[0], tuple(keys), tuple(variables[1:]))


def _check_address(url: str, variable: str) -> None:
    """Raise `UsageError` where an address is none that a key may be sent to."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    whole = host and parts.scheme in ("http", "https") and url.isascii() and url.isprintable()
    if not whole or " " in url or parts.username or parts.query or parts.fragment:
        others = "user, password and key have variables of their own"
        raise UsageError(f"{variable}: is no address such as https://tool.example ({others})")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise UsageError(f"{variable}: would send the key readable by all; use https")


def ask(
    server: Server,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    form: Mapping[str, Any] | None = None,
    content: Any = None,
    headers: Mapping[str, str] | None = None,
    read: Callable[[Any], Any] = lambda answer: answer,
    said: Callable[[Any], str] = lambda answer: "",
    unless_json: str = "",
) -> Any:
    """What is `read` of the JSON that a server answers: to a `GET`, or a `POST` of a form or JSON.

    `said` is what an answer says to be wrong, `unless_json` what to do about one that is no JSON. A
    pause that is asked for (429, or 503 with `Retry-After`) is made.
    """
    url = f"{server.url}/{path}" + (f"?{urlencode(query)}" if query else "")
    data = urlencode(form).encode() if form is not None else None
    data = json.dumps(content).encode() if content is not None else data
    told = {"Accept": "application/json", "User-Agent": "observlib", **(headers or {})}
    for _ in range(_PAUSES + 1):
        status, answered, body = _send(server, Request(url, data, told))
        wait = answered.get("Retry-After")
        if status != 429 and not (status == 503 and wait):
            break
        if (seconds := _seconds(wait or "60")) > _LONGEST_PAUSE:
            pause = f"a pause of {seconds / 60:.0f} minutes; fetch again after it"
            raise ObservError(f"{server.host}: asks for {pause}")
        time.sleep(max(seconds, 1.0))
    else:
        pause = f"a pause {_PAUSES} times in a row; try again later"
        raise ObservError(f"{server.host}: asks for {pause}")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    try:
        words = server.without_keys(said(found)) if found is not None else ""
        if fault := _fault(server, status, words):
            raise ObservError(f"{server.host}: {fault}")
        if found is None:
            page = "text/html" in answered.get("Content-Type", "") or body.lstrip()[:1] == b"<"
            kind, mend = "a web page" if page else "no JSON", f"check {server.variable}"
            raise ObservError(f"{server.host}: answers with {kind}; {unless_json or mend}")
        return read(found)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        what = f"answers, but not as {server.tool} does; check {server.variable}"
        raise ObservError(f"{server.host}: {what}") from None


def _fault(server: Server, status: int, words: str) -> str:
    """What is wrong with an answer, by its status and what it says itself."""
    what = f"{server.tool} says {words!r}" if words else f"answers with the status {status}"
    keys = " and ".join(server.key_variables)
    if 300 <= status < 400:
        return f"sends on to another address; give that one in {server.variable}"
    if status in (401, 403):
        return f"{what}; check {keys or server.variable}, and its rights"
    if status in (400, 404, 405, 410):
        return f"{what}; check {server.variable}"
    if status >= 400:
        return f"{what}; try again later, or ask {server.tool}'s administrator"
    return f"{what}; check {keys}, and the device's entry" if words else ""


def _seconds(wait: str) -> float:
    """For how long a server asks to be left alone: seconds, or until a date."""
    try:
        if wait.isdigit():
            return float(wait)
        return (parsedate_to_datetime(wait) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 60.0


def post_json(server: Server, content: Mapping[str, Any]) -> None:
    """Send a server JSON by `POST`; what it answers is not read, but for its status."""
    told = {"Content-Type": "application/json", "User-Agent": "observlib"}
    status, _, _ = _send(server, Request(server.url, json.dumps(content).encode(), told))
    if status >= 300:
        what = f"answers with the status {status}; check {server.variable}"
        raise ObservError(f"{server.host}: {what}")


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _send(server: Server, request: Request) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and content of an answer."""
    direct = [ProxyHandler({})] if request.type == "http" else []  # on this very machine
    try:
        try:
            answer = build_opener(_Stay, *direct).open(request, timeout=TIMEOUT)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, _content(server, answer)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        why = error.reason if isinstance(error, URLError) else error
        raise ObservError(f"{server.host}: {_unreachable(server, why)}") from None


def _unreachable(server: Server, why: object) -> str:
    if isinstance(why, TimeoutError):
        return f"no answer within {TIMEOUT:g} seconds; try again later"
    if isinstance(why, ssl.SSLCertVerificationError):
        kind = "its certificate is not trusted here: SSL_CERT_FILE names your authority's"
    elif isinstance(why, http.client.IncompleteRead | ConnectionResetError):
        kind = "the answer was cut; try again"
    else:
        kind = f"{type(why).__name__}; check {server.variable}"
    return f"cannot be reached ({kind})"


def _content(server: Server, answer: Any) -> bytes:
    """All that a server says, which is neither endless nor takes for ever."""
    found = bytearray()
    end = time.monotonic() + LONGEST_ANSWER
    while part := answer.read1(1 << 16):
        found += part
        if len(found) > MOST_ANSWER_BYTES:
            much = f"{MOST_ANSWER_BYTES // 10**6} MB in one answer, as {server.tool} never does"
            raise ObservError(f"{server.host}: sends more than {much}; check {server.variable}")
        if time.monotonic() > end:
            raise ObservError(f"{server.host}: sends too slowly; try again later")
    size = answer.headers.get("Content-Length") or "0"
    if size.isdigit() and len(found) < int(size):  # of which `read1` does not tell
        raise http.client.IncompleteRead(b"")
    return bytes(found)


def as_csv(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


# --- The pages of a fetch, kept as they come: one that is interrupted begins where it stopped

Records = Callable[[], Iterator[tuple[str, Any]]]  # by their keys, each in its last version
_OLDEST = timedelta(days=1)
_MOST_PAGES = 100_000
_MOST_EMPTY = 20  # pages in a row that bring nothing
_TABLES = """
CREATE TABLE IF NOT EXISTS fetch (asked TEXT, day TEXT, cursor TEXT);
CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, record TEXT);
"""


class StaleError(ObservError):
    """What was gathered cannot be gone on with: it is thrown away."""


class AnswerPage(NamedTuple):
    """The records of an answer, each by what tells it from others, and the cursor of the next.

    A later record of one key replaces an earlier one; None stands for one that is not wanted.
    """

    records: dict[str, Any]
    after: Any  # None: it was the last
    done: int
    total: int


class PagedSource(NamedTuple):
    """Where pages come from.

    `asked` tells one fetch from another, and holds no secret; `pages` gives those from a cursor on
    (None: from the beginning); `text` makes the file, going over all records more than once.
    """

    host: str
    asked: dict[str, Any]
    pages: Callable[[Any], Iterator[AnswerPage]]
    text: Callable[[Records], Iterator[str]]


def gather(source: PagedSource, part: Path, today: date, progress: Progress) -> date:
    """Keep in `part` the pages that it lacks; give the day on which the first was asked for."""
    try:
        with closing(_opened(part)) as kept:
            return _gathered(source, kept, today, progress)
    except StaleError:
        part.unlink()
        raise


def _gathered(
    source: PagedSource, kept: sqlite3.Connection, today: date, progress: Progress
) -> date:
    asked = json.dumps(source.asked)
    begun = kept.execute("SELECT day, cursor FROM fetch WHERE asked = ?", [asked]).fetchone()
    if begun is None or today - date.fromisoformat(begun[0]) > _OLDEST:
        begun = (today.isoformat(), json.dumps(None))
        with kept:
            kept.execute("DELETE FROM records")
            kept.execute("DELETE FROM fetch")
            kept.execute("INSERT INTO fetch VALUES (?, ?, ?)", [asked, *begun])
    day, cursor = begun
    seen: set[str] = set()
    count = empty = 0
    for page in source.pages(json.loads(cursor)) if cursor else ():  # else the last is there
        cursor = None if page.after is None else json.dumps(page.after)
        records = [(key, json.dumps(record)) for key, record in page.records.items()]
        with kept:
            kept.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", records)
            kept.execute("UPDATE fetch SET cursor = ?", [cursor])
        before, (count,) = count, kept.execute("SELECT count(*) FROM records").fetchone()
        empty = 0 if count > before else empty + 1
        if cursor and (cursor in seen or empty > _MOST_EMPTY):
            raise StaleError(f"{source.host}: sends the same pages without end")
        if len(seen) > _MOST_PAGES:
            raise StaleError(f"{source.host}: sends pages without end; try a later --since")
        seen.add(str(cursor))
        progress(page.done, page.total, f"{count:,} records")
    return date.fromisoformat(day)


def write_answer(source: PagedSource, part: Path, path: Path) -> None:
    """Make the file of what was gathered, at once."""
    with closing(sqlite3.connect(part)) as kept:

        def records() -> Iterator[tuple[str, Any]]:
            wanted = "SELECT key, record FROM records WHERE record != 'null' ORDER BY rowid"
            return ((key, json.loads(record)) for key, record in kept.execute(wanted))

        there = any(True for _ in records())
        if there:
            with files.replacing(path) as new:
                for text in source.text(records):
                    new.write(text.encode("utf-8", "replace"))
    if not there:
        part.unlink()  # it is asked for again once its cause is mended
        raise ObservError(f"{source.host}: has nothing to fetch; check the device's entry")


def _opened(part: Path) -> sqlite3.Connection:
    """The pages that are there, to be gone on with by one fetch at a time."""
    kept = sqlite3.connect(part, timeout=0)
    try:
        kept.execute("PRAGMA locking_mode = EXCLUSIVE")
        kept.executescript(f"BEGIN EXCLUSIVE; {_TABLES} COMMIT;")
    except sqlite3.DatabaseError as error:
        kept.close()
        if error.sqlite_errorname == "SQLITE_BUSY":
            other = "another fetch of this device is under way; let it end"
            raise UsageError(f"{part}: {other}") from None
        if error.sqlite_errorname != "SQLITE_NOTADB":
            raise ObservError(f"{part}: {error}; an earlier file is as it was") from None
        part.unlink()  # it was damaged
        return _opened(part)
    return kept


# --- What is read of an export, so that nothing else is ever copied


def read_by(form: Format) -> list[str]:
    """The headers that a format reads, without those that it is never to read."""
    columns = form.columns.values()
    names = [name for column in columns for name in column.headers]
    names += [column.only_if.header for column in columns if column.only_if]
    never = {header_label(name) for name in form.never_read}
    names = [name for name in (*names, *_rules(form)) if header_label(name) not in never]
    return list(dict.fromkeys(names))


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
        read = f"{bounded(lacking or names)}, which {device.loader} reads"
        has = f"it has {bounded(there, 20)}"
        raise ObservError(f"device {device.id!r}: its address has no column {read}; {has}")
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
            columns = []
            for name in choose(list(types)):
                own = sql_name(name)
                moment = f"strftime({own}, '%Y-%m-%d %H:%M:%S{zone}') AS {own}"
                columns.append(moment if types[name] == "TIMESTAMP WITH TIME ZONE" else own)
            read = f"SELECT {', '.join(columns)} FROM {_READERS[end]}"
            told = f"COPY ({read}) TO {sql_text(str(new))} "
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
        mend = "install it with `pip install 'observlib[postgres]'`"
        raise ObservError(f"fetching from PostgreSQL needs psycopg; {mend}") from error

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
            columns = []
            for name in kept:
                cell = sql.SQL(cells.get(types[name], "{}") + " AS {}")
                columns.append(cell.format(sql.Identifier(name), sql.Identifier(name)))
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
        place = f" at {host}" if host else ""
        raise ObservError(f"PostgreSQL{place}: {_postgres_fault(error)}") from None


def _secured(device: Device, host: str) -> dict[str, Any]:
    """How a host is asked so that it alone gets the password, and proves that it is that host."""
    if (not host or host.startswith("/") or host in LOOPBACK) and "PGHOSTADDR" not in os.environ:
        return {}
    if "PGPASSWORD" in os.environ and os.environ.get("PGHOST") != host:
        why = f"its address leads to {host}, and PGPASSWORD says not whose it is"
        mend = f"set PGHOST={host} beside it if it is that host's, or put it into ~/.pgpass"
        raise UsageError(f"device {device.id!r}: {why}; {mend}")
    return {"sslmode": "verify-full", "gssencmode": "disable"}


def _postgres_fault(error: Any) -> str:
    """What is wrong, without what a cell may hold: of the data itself only the kind of fault."""
    if error.sqlstate is None or error.sqlstate[:2] in ("08", "28", "3D", "42", "53"):
        said = " ".join(str(error).split())[:200]
        where = "the device's address and address_table, PGPASSWORD, and PGSSLROOTCERT"
        return f"{said}; check {where}"
    return f"{type(error).__name__} ({error.sqlstate}); look at the table or view itself"
