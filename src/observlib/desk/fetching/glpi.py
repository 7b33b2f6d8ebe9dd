"""GLPI's tickets, by its REST API (`apirest.php`); written as the list that GLPI saves as CSV.

Titles, requesters and texts are not asked for; GLPI adds titles of its own accord, and they are
dropped as they come.
"""

from __future__ import annotations

import contextlib
import html
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from observlib.base.errors import ObservError, UsageError
from observlib.desk.fetching.web import (
    Page,
    Records,
    Server,
    Source,
    StaleError,
    as_csv,
    ask,
    server,
)

# GLPI's search options of a ticket, and the headers that its list has in French
_COLUMNS = {2: "ID", 15: "Date d'ouverture", 17: "Date de résolution", 7: "Catégorie"}
_MOST = 500  # tickets a page
_DELETED = "tickets were deleted meanwhile, so that some may be missing; fetch again"


def source(since: date) -> Source:
    """The tickets that were opened since a day."""
    glpi = server("GLPI", "USER_TOKEN", optional=("APP_TOKEN",))
    glpi = glpi._replace(url=glpi.url.removesuffix("/apirest.php"))
    for name, key in zip(glpi.key_variables, glpi.keys, strict=True):
        if not key.isascii():  # it goes into a header
            raise UsageError(f"{name}: holds a sign that no token has")

    def pages(cursor: Any) -> Iterator[Page]:
        with _session(glpi) as headers:
            first, before = cursor or [0, None]
            total = first + 1
            while first < total:
                records, total = _tickets(glpi, headers, since, first)
                if before is not None and total < before:
                    raise StaleError(f"{glpi.host}: {_DELETED}")
                first, before = first + _MOST, total
                after = [first, total] if first < total else None
                yield Page(records, after, min(first, total), total)

    return Source(glpi.host, {"url": glpi.url, "since": since.isoformat()}, pages, _text)


@contextlib.contextmanager
def _session(glpi: Server) -> Iterator[dict[str, str]]:
    """A session of the API, closed at the end: the headers that its requests need."""
    user, app = glpi.keys
    headers = {"Content-Type": "application/json", **({"App-Token": app} if app else {})}
    told = {**headers, "Authorization": f"user_token {user}"}
    headers["Session-Token"] = ask(
        glpi, "apirest.php/initSession", headers=told, read=_token, said=_fault
    )
    try:
        yield headers
    finally:
        with contextlib.suppress(ObservError):  # GLPI itself ends those that were left
            ask(glpi, "apirest.php/killSession", headers=headers)


def _token(answer: Any) -> str:
    return str(answer["session_token"].encode("ascii"), "ascii")


def _tickets(
    glpi: Server, headers: dict[str, str], since: date, first: int
) -> tuple[dict[str, list[str]], int]:
    """The tickets from a place on, in the order of their numbers, and how many there are."""
    query: dict[str, str | int] = {
        "range": f"{first}-{first + _MOST - 1}", "sort": 2, "order": "ASC",
        "criteria[0][field]": 15, "criteria[0][searchtype]": "morethan",
        "criteria[0][value]": f"{since - timedelta(days=1)} 23:59:59",
        **{f"forcedisplay[{place}]": number for place, number in enumerate(_COLUMNS)},
    }  # fmt: skip

    def read(answer: Any) -> tuple[dict[str, list[str]], int]:
        now = datetime.now(UTC).isoformat(" ", "seconds")  # until which open tickets wait
        rows = answer.get("data") or []
        cells = ([*(_cell(row.get(str(number))) for number in _COLUMNS), now] for row in rows)
        return {str(int(row[0])): row for row in cells}, int(answer["totalcount"])

    path = "apirest.php/search/Ticket"
    try:
        found: tuple[dict[str, list[str]], int] = ask(
            glpi, path, query=query, headers=headers, read=read, said=_fault
        )
    except ObservError as error:
        if "ERROR_RANGE_EXCEED_TOTAL" in str(error):  # there were more when the fetch was begun
            raise StaleError(f"{glpi.host}: {_DELETED}") from None
        raise
    return found


def _cell(value: Any) -> str:
    """A value of a ticket; GLPI escapes the signs of HTML in texts."""
    if isinstance(value, dict | list):
        raise TypeError
    return "" if value is None else html.unescape(str(value))


def _fault(answer: Any) -> str:
    """The name of an error, which GLPI answers in a list with an explanation."""
    fault = isinstance(answer, list) and answer and str(answer[0])
    return fault if fault and fault.startswith("ERROR") else ""


def _text(records: Records) -> Iterator[str]:
    yield as_csv([[*_COLUMNS.values(), "extracted"]], ";")
    yield from (as_csv([cells], ";") for _, cells in records())
