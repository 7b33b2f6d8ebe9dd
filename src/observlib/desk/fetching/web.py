"""Asking a server: one request at a time, with a key that it alone is told.

Every fault is one line. No answer is waited for without end, nor read without end; none that sends
on to another address is followed, which would take the key there.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from observlib.base import files
from observlib.base.errors import ObservError, UsageError

SECONDS = 60.0  # after which a server that says nothing is given up
LONGEST = 900.0  # of the whole of an answer
MOST_BYTES = 200_000_000  # of an answer: a thousand tickets with all their texts are a tenth of it
LONGEST_PAUSE = 900.0  # for which a server may ask
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
        raise UsageError(
            f"{', '.join(missing)}: not set in the environment; the address is {tool}'s, such as "
            f"https://{tool.lower()}.example"
        )
    for name, value in zip(variables[1:], keys, strict=True):
        if not value.isprintable():
            raise UsageError(f"{name}: holds a line break or another sign that no key has")
    check_address(url, variables[0])
    return Server(tool, url.rstrip("/"), variables[0], tuple(keys), tuple(variables[1:]))


def check_address(url: str, variable: str) -> None:
    """Raise `UsageError` where an address is none that a key may be sent to.

    Examples
    --------
    >>> check_address("http://matomo.example", "OBSERV_MATOMO_URL")
    Traceback (most recent call last):
    observlib.base.errors.UsageError: OBSERV_MATOMO_URL: would send the key readable by all;
        use https
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    whole = host and parts.scheme in ("http", "https") and url.isascii() and url.isprintable()
    if not whole or " " in url or parts.username or parts.query or parts.fragment:
        raise UsageError(
            f"{variable}: is no address such as https://tool.example (user, password and key have "
            "variables of their own)"
        )
    if parts.scheme == "http" and host not in LOOPBACK:
        raise UsageError(f"{variable}: would send the key readable by all; use https")


def ask(
    server: Server,
    path: str,
    *,
    query: Mapping[str, str | int] | None = None,
    form: Mapping[str, str | int] | None = None,
    headers: Mapping[str, str] | None = None,
    said: Callable[[Any], str] = lambda answer: "",
) -> Any:
    """The JSON that a server answers: to a `GET`, or to a `POST` of a form.

    Where it asks for a pause (429, or 503 with `Retry-After`), it is left alone for as long.
    """
    url = f"{server.url}/{path}" + (f"?{urlencode(query)}" if query else "")
    data = urlencode(form).encode() if form is not None else None
    told = {"Accept": "application/json", "User-Agent": "observlib", **(headers or {})}
    for _ in range(_PAUSES + 1):
        status, answered, body = _send(server, Request(url, data, told))
        if status == 429 or (status == 503 and answered.get("Retry-After")):
            _pause(server, answered.get("Retry-After") or "60")
            continue
        return _read(server, status, answered, body, said)
    raise ObservError(f"{server.host}: asks for a pause {_PAUSES} times in a row; try again later")


def tell(server: Server, content: Mapping[str, Any]) -> None:
    """Send a server JSON by `POST`; what it answers is not read, but for its status."""
    told = {"Content-Type": "application/json", "User-Agent": "observlib"}
    status, _, _ = _send(server, Request(server.url, json.dumps(content).encode(), told))
    if status >= 300:
        raise ObservError(
            f"{server.host}: answers with the status {status}; check {server.variable}"
        )


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _send(server: Server, request: Request) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and content of an answer."""
    late = ObservError(f"{server.host}: no answer within {SECONDS:g} seconds; try again later")
    try:
        try:
            direct = [ProxyHandler({})] if request.type == "http" else []  # on this very machine
            answer = build_opener(_Stay, *direct).open(request, timeout=SECONDS)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, _content(server, answer)
    except (http.client.IncompleteRead, ConnectionError) as error:
        raise _unreachable(server, error) from None
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise late from None
        raise _unreachable(server, error.reason) from None
    except TimeoutError:
        raise late from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise _unreachable(server, error) from None


def _unreachable(server: Server, why: object) -> ObservError:
    if isinstance(why, ssl.SSLCertVerificationError):
        kind = "its certificate is not trusted here: SSL_CERT_FILE names your authority's"
    elif isinstance(why, http.client.IncompleteRead | ConnectionResetError):
        kind = "the answer was cut; try again"
    else:
        kind = f"{type(why).__name__}; check {server.variable}"
    return ObservError(f"{server.host}: cannot be reached ({kind})")


def _content(server: Server, answer: Any) -> bytes:
    """All that a server says, which is neither endless nor takes for ever."""
    found = bytearray()
    end = time.monotonic() + LONGEST
    while part := answer.read1(1 << 16):
        found += part
        if len(found) > MOST_BYTES:
            raise ObservError(
                f"{server.host}: sends more than {MOST_BYTES // 10**6} MB in one answer, "
                f"as {server.tool} never does; check {server.variable}"
            )
        if time.monotonic() > end:
            raise ObservError(f"{server.host}: sends too slowly; try again later")
    size = answer.headers.get("Content-Length") or "0"
    if size.isdigit() and len(found) < int(size):  # of which `read1` does not tell
        raise http.client.IncompleteRead(b"")
    return bytes(found)


def pause(seconds: float) -> None:
    """Leave a server alone."""
    time.sleep(seconds)


def _pause(server: Server, asked: str) -> None:
    """Wait for as long as a server asks, in seconds or until a date."""
    try:
        seconds = float(asked) if asked.isdigit() else _until(asked)
    except (ValueError, TypeError):
        seconds = 60.0
    if seconds > LONGEST_PAUSE:
        raise ObservError(
            f"{server.host}: asks for a pause of {seconds / 60:.0f} minutes; fetch again after it"
        )
    pause(max(seconds, 1.0))


def _until(moment: str) -> float:
    return (parsedate_to_datetime(moment) - datetime.now(UTC)).total_seconds()


def _read(
    server: Server,
    status: int,
    headers: http.client.HTTPMessage,
    body: bytes,
    said: Callable[[Any], str],
) -> Any:
    """What an answer holds."""
    if 300 <= status < 400:
        raise ObservError(
            f"{server.host}: sends on to another address; give that one in {server.variable}"
        )
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    with answering_as(server):
        words = server.without_keys(said(found)) if found is not None else ""
    what = f"{server.tool} says {words!r}" if words else f"answers with the status {status}"
    if status in (401, 403):
        mend = f"check {' and '.join(server.key_variables) or server.variable}, and its rights"
    elif status in (400, 404, 405, 410):
        mend = f"check {server.variable}"
    else:
        mend = f"try again later, or ask {server.tool}'s administrator"
    if status >= 400:
        raise ObservError(f"{server.host}: {what}; {mend}")
    if words:
        keys = " and ".join(server.key_variables)
        raise ObservError(f"{server.host}: {what}; check {keys}, and the device's entry")
    if found is None:
        page = "text/html" in headers.get("Content-Type", "") or body.lstrip()[:1] == b"<"
        kind = "a web page" if page else "no JSON"
        raise ObservError(f"{server.host}: answers with {kind}; check {server.variable}")
    return found


@contextmanager
def answering_as(server: Server) -> Iterator[None]:
    """Tell in one line that an answer is not of the form that the tool's have."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise ObservError(
            f"{server.host}: answers, but not as {server.tool} does; check {server.variable}"
        ) from None


# --- The pages of a fetch, kept as they come: one that is interrupted begins where it stopped

Progress = Callable[[int, int, str], None]
Records = Callable[[], Iterator[tuple[str, Any]]]  # by their keys, each in its last version
_OLDEST = timedelta(days=1)
_MOST_PAGES = 100_000
_MOST_EMPTY = 20  # pages in a row that bring nothing


class StaleError(ObservError):
    """What was gathered cannot be gone on with: it is thrown away."""


class Page(NamedTuple):
    """The records of an answer, each by what tells it from others, and the cursor of the next.

    A later record of one key replaces an earlier one; None stands for one that is not wanted.
    `done` of `total` is for the progress.
    """

    records: dict[str, Any]
    after: Any  # None: it was the last
    done: int
    total: int


class Source(NamedTuple):
    """Where pages come from.

    `asked` tells one fetch from another, and holds no secret; `pages` gives those from a cursor
    on (None: from the beginning); `text` makes the file of all records, over which it may go
    several times.
    """

    host: str
    asked: dict[str, Any]
    pages: Callable[[Any], Iterator[Page]]
    text: Callable[[Records], Iterator[str]]


def gather(source: Source, part: Path, today: date, progress: Progress) -> date:
    """Keep in `part` the pages that it lacks; give the day on which the first was asked for."""
    with _alone(part) as stream:
        day, cursor, keys = _begun(stream, source.asked, today)
        if cursor == []:  # the last page is there
            return day
        cursors: set[str] = set()
        empty = 0
        try:
            for page in source.pages(cursor and cursor[0]):
                empty = 0 if page.records.keys() - keys else empty + 1
                keys |= page.records.keys()
                after = [] if page.after is None else [page.after]
                if after and (str(after) in cursors or empty > _MOST_EMPTY):
                    raise StaleError(f"{source.host}: sends the same pages without end")
                if len(cursors) > _MOST_PAGES:
                    raise StaleError(f"{source.host}: sends pages without end; try a later --since")
                cursors.add(str(after))
                stream.write(json.dumps({"records": page.records, "after": after}) + "\n")
                stream.flush()
                progress(page.done, page.total, f"{len(keys):,} records")
        except StaleError:
            stream.truncate(0)
            raise
        return day


def write(source: Source, part: Path, path: Path) -> None:
    """Make the file of what was gathered, at once."""
    last: dict[str, int] = {}
    for place, (key, _) in enumerate(_kept(part)):
        last[key] = place
    if not last:
        part.unlink()  # it is asked for again once its cause is mended
        raise ObservError(f"{source.host}: has nothing to fetch; check the device's entry")

    def records() -> Iterator[tuple[str, Any]]:
        kept = enumerate(_kept(part))
        return ((key, one) for place, (key, one) in kept if last[key] == place)

    with files.replacing(path) as new:
        for text in source.text(records):
            new.write(text.encode("utf-8", "replace"))


@contextmanager
def _alone(part: Path) -> Iterator[IO[str]]:
    """The part, open to be gone on with; one fetch at a time."""
    with part.open("a+", encoding="utf-8") as stream:
        if not files.lock(stream):
            raise UsageError(f"{part}: another fetch of this device is under way; let it end")
        yield stream


def _begun(
    stream: IO[str], asked: dict[str, Any], today: date
) -> tuple[date, list[Any] | None, set[str]]:
    """The day of a fetch that was begun, its next cursor in a list, and the keys that are there.

    Without a fetch of the same that is young enough, one is begun anew: the cursor is None. A line
    that was being written as all ended is taken away.
    """
    stream.seek(0)
    first = _json(stream.readline()) or {"asked": None}
    day = date.fromisoformat(first["day"]) if first["asked"] == asked else None
    if day is None or today - day > _OLDEST:
        stream.seek(0)
        stream.truncate()
        stream.write(json.dumps({"asked": asked, "day": today.isoformat()}) + "\n")
        stream.flush()
        return today, None, set()
    cursor, keys = None, set()
    end = stream.tell()
    while page := _json(stream.readline()):
        cursor, end = page["after"], stream.tell()
        keys |= page["records"].keys()
    stream.seek(end)
    stream.truncate()
    return day, cursor, keys


def _kept(part: Path) -> Iterator[tuple[str, Any]]:
    with part.open(encoding="utf-8") as stream:
        next(stream)
        for line in stream:
            records = json.loads(line)["records"].items()
            yield from ((key, one) for key, one in records if one is not None)


def _json(line: str) -> Any:
    """A whole line of a part, or None."""
    try:
        return json.loads(line) if line.endswith("\n") else None
    except ValueError:
        return None
