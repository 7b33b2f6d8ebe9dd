"""The threads of a mailbox (mbox, RFC 4155), of which each is a ticket.

Of a message only its Message-ID, In-Reply-To, References, Date, From and Auto-Submitted are read,
and of From only whether it is an address of the service. No address is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from observlib.base import files
from observlib.base.errors import ObservError

HEADER = ["thread", "received", "answered", "whole"]
_FROM = re.compile(rb"From \S+ .*\d{4}(?: [+-]\d{4})?\s*")  # no body's line that begins so
_ID = re.compile(r"<([^<>\s]{1,500})>")
_NEVER = datetime.max.replace(tzinfo=UTC)  # when a message was sent whose date cannot be read
_MOST_BYTES = 5_000_000_000
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


def read(path: Path, addresses: Sequence[str]) -> tuple[list[str], dict[int, list[str]]]:
    """The header and a row a thread that has a message from outside, under that message's line.

    `received` is the first such message, `answered` the first of the service after it; what a
    machine wrote is neither. A thread is `whole` where its first message is in the file.
    """
    if not addresses:
        raise ObservError(
            f"{path}: whose messages are answers is not told; give the service's own addresses as "
            "the device's `addresses`, such as [contact@exemple.fr], or their domain"
        )
    files.need_less(path, _MOST_BYTES, _SHORTER)
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
    return HEADER, dict(sorted(rows.items()))


def _digest(name: str) -> str:
    """What stands for a Message-ID, which is drawn and so cannot be found by trying all.

    It begins with a letter: no digits alone, which may be those of a card.
    """
    return "f" + hashlib.sha256(name.encode()).hexdigest()[:15]


def _told(moment: datetime | None) -> str:
    """A moment in UTC; a sign that none is where the message has none that can be read."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else "?"


def _heads(path: Path) -> Iterator[tuple[int, bytes]]:
    """The headers of each message, and the line on which they begin; bodies are passed over."""
    head: list[bytes] = []
    begun = line = count = length = 0
    blank, inside = True, False
    try:
        with path.open("rb") as stream:
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
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error
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
