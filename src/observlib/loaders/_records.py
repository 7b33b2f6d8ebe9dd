"""Records laid out as a table: those of a JSON export, and the threads of a mailbox."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Layout
from observlib.loaders._moments import parse_period
from observlib.loaders._text import MOST_CELLS, MOST_COLUMNS, MOST_JSON, read_export_text, read_json

_Header = list[str]
_AGAIN = "export it again"
_SPACES = re.compile(r"\s*")
_LONGEST_ABOVE = 300  # characters of the joined keys of the objects that a value is in
_MOST_ZEROS = 1_000_000  # which `[]` stands for
_NO_RECORD: dict[str, str] = {}  # what stands among records and is none


def read_records(path: Path, layout: Layout) -> tuple[_Header, dict[int, _Header], _Header]:
    """The keys of the records of an export, their values by place, and the keys around them."""
    documents = list(_documents(path, read_export_text(path)))
    first = documents[0]
    records: Any = documents
    if layout.records:
        records = first.get(layout.records) if isinstance(first, dict) else None
    elif len(documents) == 1 and isinstance(first, list):
        records = first
    elif layout.keyed and isinstance(first, dict) and any(map(parse_period, first)):
        records = list(_keyed(path, first, *layout.keyed))
    around = tuple(map(_whole, first)) if layout.records and isinstance(first, dict) else ()
    listed = isinstance(records, list)
    if not listed or (records and not any(isinstance(one, dict) for one in records)):
        where = f"no list {layout.records!r}" if layout.records else "no records"
        raise ObservError(f"{path}: holds {where}; {_AGAIN}")
    flat = [row for record in records for row in _items(record, layout.rows_of)]
    flat = flat or [row for record in records for row in _items(record)]  # whose columns show
    if layout.join:
        name, key, own = layout.join
        others = documents[0].get(name)
        if not isinstance(others, list):
            raise ObservError(f"{path}: holds no list {name!r}; export both together")
        by_key = {str(found.get(key)): found for found in (dict(_flat(o)) for o in others)}
        flat = [
            {**{f"{name}.{k}": v for k, v in by_key.get(one.get(own, ""), {}).items()}, **one}
            for one in flat
        ]
    header = list(dict.fromkeys(key for record in flat for key in record))
    need_room(path, len(header), len(flat))
    rows = {
        at: [one.get(key, "") for key in header] if one is not _NO_RECORD else []
        for at, one in enumerate(flat, 1)
    }
    return header, rows, list(around)


def _single(values: Iterable[Any]) -> Iterator[Any]:
    """Each value; of a list, each of its values."""
    for value in values:
        yield from value if isinstance(value, list) and value else [value]


def _keyed(path: Path, document: dict[str, Any], name: str, zero: str) -> Iterator[Any]:
    """The records of a document by key, with the key under a name."""
    there = {key: 0 for one in _single(document.values()) if isinstance(one, dict) for key in one}
    there = there or {zero: 0}
    need_room(path, len(there), sum(one == [] for one in _single(document.values())), _MOST_ZEROS)
    for key, value in document.items():
        for one in _single([value]):
            told = there if one == [] else one
            yield {name: key, **told} if isinstance(told, dict) else told


def need_room(path: Path, columns: int, rows: int, most: int = MOST_CELLS) -> None:
    """Stop before rows that each have keys of their own are laid out under all of them."""
    if columns > MOST_COLUMNS or columns * rows > most:
        raise ObservError(
            f"{path}: its {rows:,} rows have {columns:,} columns together, which is more than any "
            "export; export a shorter period, or parts"
        )


def _documents(path: Path, text: str) -> Iterator[Any]:
    """One JSON document, or several that follow each other, on lines or without an end."""
    if len(text) > MOST_JSON:
        read_json(path, text)  # which refuses it
    decoder, at = json.JSONDecoder(), 0
    while (at := _SPACES.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = len(text)
        yield read_json(path, text[at:end])  # which tells what is wrong, or is given twice
        at = end


def _flat(record: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """The values of a record, those within others under joined keys; of lists only texts."""
    if len(above) > _LONGEST_ABOVE:
        raise RecursionError
    for key, value in record.items():
        name = f"{above}{_whole(key)}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list):
            told = [one for one in value if isinstance(one, str | int)]
            text = " ".join(map(str, told))
            numbers = told and not any(isinstance(one, str) for one in told)
            yield name, _whole(f"[{text}]" if numbers else text)  # no count, though of digits
        elif isinstance(value, bool):
            yield name, str(value).lower()
        else:
            yield name, "" if value is None else _whole(str(value))


def _whole(text: str) -> str:
    """A text without halves of characters, which the escapes of a JSON may leave."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _items(record: Any, rows_of: str | None = None) -> Iterator[dict[str, str]]:
    """A record's row, or one for each item of a list within it."""
    if not isinstance(record, dict):
        yield _NO_RECORD
        return
    whole = dict(_flat(record))
    if rows_of is None:
        yield whole
        return
    for key in rows_of.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    for item in record if isinstance(record, list) else ():
        if isinstance(item, dict):
            yield {**whole, **dict(_flat(item, f"{rows_of}."))}


# --- The threads of a mailbox (mbox, RFC 4155), of which each is a ticket

_MAIL_HEADER = ["thread", "received", "answered", "whole"]
_FROM = re.compile(rb"From \S+ .*\d{4}(?: [+-]\d{4})?\s*")  # no body's line that begins so
_ID = re.compile(r"<([^<>\s]{1,500})>")
_NEVER = datetime.max.replace(tzinfo=UTC)  # when a message was sent whose date cannot be read
_MOST_MAIL = 5_000_000_000
_MOST_MESSAGES = 1_000_000
_LONGEST_HEAD = 1_000_000  # bytes of a message's headers
_LONGEST_LINE = 1 << 16
_MOST_SIGNS = 50  # that open something in a sender's address, each of which is read by recursion
_SHORTER = "export a folder of a shorter period"


class _Mail(NamedTuple):
    line: int
    ids: list[str]  # those of the messages it follows, from the first on, and its own
    moment: datetime | None
    ours: bool
    written: bool  # and not sent by a machine


def read_mbox(path: Path, addresses: Sequence[str]) -> tuple[list[str], dict[int, list[str]]]:
    """The header and a row a thread that has a message from outside, under that message's line.

    `received` is the first such message, `answered` the first of the service after it, neither of a
    machine. A thread is `whole` where its first message is in the file.
    """
    if not addresses:
        raise ObservError(
            f"{path}: whose messages are answers is not told; give the service's own addresses as "
            "the device's `addresses`, such as [contact@exemple.fr], or their domain"
        )
    files.need_less(path, _MOST_MAIL, _SHORTER)
    ours = tuple(address.casefold() for address in addresses)
    threads = _threads(_mail(line, head, ours) for line, head in _heads(path))
    rows: dict[int, list[str]] = {}
    for thread in threads:
        mails = sorted(thread, key=lambda mail: (mail.moment or _NEVER, mail.line))
        first = next((mail for mail in mails if mail.written and not mail.ours), None)
        if first is None:
            continue
        after = [
            mail.moment
            for mail in mails
            if mail.ours and mail.written and mail.moment and mail.moment > (first.moment or _NEVER)
        ]
        root = mails[0].ids[:1]
        whole = not root or any(root[0] == mail.ids[-1] for mail in mails if mail.ids)
        rows[first.line] = [
            _digest(root[0]) if root else "",
            _told(first.moment),
            _told(after[0]) if after else "",
            "yes" if whole else "no",
        ]
    if not rows:
        raise ObservError(f"{path}: holds no message from outside; check the device's `addresses`")
    return _MAIL_HEADER, dict(sorted(rows.items()))


def _digest(name: str) -> str:
    """What stands for a Message-ID, which is drawn, with a letter first: no digits of a card."""
    return "f" + hashlib.sha256(name.encode()).hexdigest()[:15]


def _told(moment: datetime | None) -> str:
    """A moment in UTC; a sign that none is where the message has none that can be read."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else "?"


def _heads(path: Path) -> Iterator[tuple[int, bytes]]:
    """The headers of each message, and the line on which they begin; bodies are passed over."""
    head: list[bytes] = []
    begun = line = count = length = 0
    blank, inside = True, False
    with files.opened(path) as stream:
        while text := stream.readline(_LONGEST_LINE):
            line += 1
            if blank and _FROM.fullmatch(text):
                if head:
                    yield begun, b"".join(head)
                head, begun, inside, length, count = [], line, True, 0, count + 1
                if count > _MOST_MESSAGES:
                    raise ObservError(
                        f"{path}: holds more than {_MOST_MESSAGES:,} messages; {_SHORTER}"
                    )
            elif not count and text.strip():
                raise ObservError(
                    f"{path}:{line}: is no mailbox: a line `From …` begins each message; "
                    "export the folder as mbox"
                )
            elif inside and text.strip():
                head.append(text)
                length += len(text)
                if length > _LONGEST_HEAD:
                    raise ObservError(f"{path}:{begun}: the headers of this message do not end")
            elif inside:
                inside = False
            blank = not text.strip()
    if head:
        yield begun, b"".join(head)


def _mail(line: int, head: bytes, ours: tuple[str, ...]) -> _Mail:
    """What counts of a message."""
    told = BytesHeaderParser().parsebytes(head)
    sent = str(told.get("Auto-Submitted", "no")).split(";")[0].strip().casefold()
    above = _ID.findall(str(told.get("References", ""))) or _ids(told, "In-Reply-To")
    sender = str(told.get("From", ""))
    read = getaddresses([sender] * (sender.count("(") + sender.count(":") <= _MOST_SIGNS))
    senders = [address.casefold() for _, address in read]
    own = any(a == one or a.endswith(f"@{one}") for a in senders for one in ours)
    name = _ids(told, "Message-ID") or ([f"line {line}"] if above else [])
    return _Mail(line, [*above, *name], _moment(told), own, sent == "no")


def _ids(told: Message, name: str) -> list[str]:
    return _ID.findall(str(told.get(name, "")))[:1]


def _moment(told: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(told.get("Date", "")))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _threads(mails: Iterable[_Mail]) -> Iterator[list[_Mail]]:
    """The messages that follow one another, each once however many folders hold it."""
    above: dict[str, str] = {}  # of each id one of its thread, towards that which stands for it
    own: dict[str, _Mail] = {}
    alone: list[_Mail] = []

    def top(name: str) -> str:
        while (up := above.setdefault(name, name)) != name:
            above[name] = above[up]
            name = up
        return name

    for mail in mails:
        if not mail.ids:
            alone.append(mail)
            continue
        own.setdefault(mail.ids[-1], mail)
        for name in mail.ids[:-1]:
            above[top(mail.ids[-1])] = top(name)
    found: dict[str, list[_Mail]] = {}
    for name, mail in own.items():
        found.setdefault(top(name), []).append(mail)
    yield from found.values()
    yield from ([mail] for mail in alone)
