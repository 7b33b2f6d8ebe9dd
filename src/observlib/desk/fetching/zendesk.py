"""Zendesk's incremental export of tickets, by cursor, with their metrics side-loaded.

It gives the tickets that have changed since a day, and so all that came since then: these are
kept, that the file holds all tickets of the days that it tells of. Of each is kept what the format
reads: no person, subject nor text is ever written.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from observlib.catalogue import Format
from observlib.desk.fetching.tables import read_by
from observlib.desk.fetching.web import Page, Records, Source, ask, server

_PATH = "api/v2/incremental/tickets/cursor.json"


def source(form: Format, since: date) -> Source:
    """The tickets that came since a day, and their metrics, as the export of the API has them."""
    zendesk = server("Zendesk", "USER", "TOKEN")
    user, token = zendesk.keys
    key = base64.b64encode(f"{user}/token:{token}".encode()).decode()
    zendesk = zendesk._replace(keys=(token, key))
    start = int(datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp())
    of_metrics = [name.partition(".")[2] for name in read_by(form) if name[:12] == "metric_sets."]
    of_tickets = [name for name in read_by(form) if name[:12] != "metric_sets."]

    def pages(cursor: Any) -> Iterator[Page]:
        page = None
        while page is None or page.after is not None:
            cursor = page.after if page else cursor
            query: dict[str, str | int] = {"cursor": cursor} if cursor else {"start_time": start}
            query["include"] = "metric_sets"
            headers = {"Authorization": f"Basic {key}"}
            page = ask(zendesk, _PATH, query=query, headers=headers, read=read, said=_fault)
            yield page

    def read(answer: Any) -> Page:
        tickets = answer["tickets"]
        beside = {str(one["ticket_id"]): one for one in answer.get("metric_sets") or ()}
        records: dict[str, Any] = {}
        for ticket in tickets:
            name = str(int(ticket["id"]))
            metrics = beside.get(name) or ticket.get("metric_set") or {}
            both = [_only(ticket, of_tickets), _only(metrics, of_metrics)]
            both[0]["extracted"] = datetime.now(UTC).isoformat(" ", "seconds")
            came_since = str(ticket["created_at"]) >= since.isoformat()
            records[name] = both if came_since else None
        days = max(int(time.time() - start) // 86400, 1)
        if answer["end_of_stream"]:
            return Page(records, None, days, days)
        last = tickets[-1].get("generated_timestamp") if tickets else None
        done = int((last or start) - start) // 86400
        return Page(records, str(answer["after_cursor"] or ""), min(done, days), days)

    return Source(zendesk.host, {"url": zendesk.url, "since": since.isoformat()}, pages, _text)


def _only(record: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """What a record says under names such as `reply_time_in_minutes.calendar`, as it nests it.

    Examples
    --------
    >>> _only({"id": 3, "reply": {"calendar": 2, "business": 1}, "subject": ""}, ["reply.calendar"])
    {'reply': {'calendar': 2}}
    """
    found: dict[str, Any] = {}
    for name in names:
        first, _, rest = name.partition(".")
        value = record.get(first)
        if rest and isinstance(value, dict):
            found.setdefault(first, {}).update(_only(value, [rest]))
        elif not isinstance(value, dict | list):
            found[first] = value
    return found


def _fault(answer: Any) -> str:
    """What Zendesk says to be wrong, as a text or with a title."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("title") or "error") if isinstance(error, dict) else str(error or "")


def _text(records: Records) -> Iterator[str]:
    """Both lists, as the answers have them."""
    yield '{"tickets": ['
    for place, (_, (ticket, _)) in enumerate(records()):
        yield ("," if place else "") + "\n" + _compact(ticket)
    yield '\n], "metric_sets": ['
    first = True
    for name, (_, metrics) in records():
        if metrics:
            yield ("" if first else ",") + "\n" + _compact({"ticket_id": int(name), **metrics})
            first = False
    yield '\n], "end_of_stream": true}\n'


def _compact(found: Any) -> str:
    return json.dumps(found, separators=(",", ":"))
