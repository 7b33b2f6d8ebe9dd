"""Exports that are no text of rows, laid out as tables: JSON, mailboxes, queue logs, workbooks.

Workbooks are opened with python-calamine, whatever their bytes hold: calamine lays a sheet out as a
full rectangle and may panic on a damaged file. `_measure` goes over the sheets first, to say which
cell strays; what it does not see ends a process of its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from itertools import product
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.parsers import expat

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue.formats import Layout
from observlib.loaders import _sandbox, _text
from observlib.loaders._moments import parse_period
from observlib.loaders._sandbox import Failed, apart

_Header = list[str]
_AGAIN = "export it again"
_SPACES = re.compile(r"\s*")
_LONGEST_ABOVE = 300  # characters of the joined keys of the objects that a value is in
_MOST_ZEROS = 1_000_000  # which `[]` stands for
_NO_RECORD: dict[str, str] = {}  # what stands among records and is none


def read_records(path: Path, layout: Layout) -> tuple[_Header, dict[int, _Header], _Header]:
    """The keys of the records of an export, their values by place, and the keys around them."""
    documents = list(_documents(path, _text.read_export_text(path)))
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


def need_room(path: Path, columns: int, rows: int, most: int = _text.MOST_CELLS) -> None:
    """Stop before rows that each have keys of their own are laid out under all of them."""
    if columns > _text.MOST_COLUMNS or columns * rows > most:
        raise ObservError(
            f"{path}: its {rows:,} rows have {columns:,} columns together, which is more than any "
            "export; export a shorter period, or parts"
        )


def _documents(path: Path, text: str) -> Iterator[Any]:
    """One JSON document, or several that follow each other, on lines or without an end."""
    if len(text) > _text.MOST_JSON:
        _text.read_json(path, text)  # which refuses it
    decoder, at = json.JSONDecoder(), 0
    while (at := _SPACES.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = len(text)
        yield _text.read_json(path, text[at:end])  # which tells what is wrong, or is given twice
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

_FIELDS = ("Auto-Submitted", "References", "In-Reply-To", "From", "Message-ID", "Date")
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
        written = [mail for mail in mails if mail.written]
        first = next((mail for mail in written if not mail.ours), None)
        if first is None:
            continue
        sent = [mail.moment for mail in written if mail.ours and mail.moment]
        after = [moment for moment in sent if moment > (first.moment or _NEVER)]
        root = mails[0].ids[:1]
        whole = not root or any(root[0] == mail.ids[-1] for mail in mails if mail.ids)
        # what stands for a Message-ID is drawn, with a letter first: no digits of a card
        name = "f" + hashlib.sha256(root[0].encode()).hexdigest()[:15] if root else ""
        received, answered = _in_utc(first.moment), _in_utc(after[0]) if after else ""
        rows[first.line] = [name, received, answered, "yes" if whole else "no"]
    if not rows:
        raise ObservError(f"{path}: holds no message from outside; check the device's `addresses`")
    return _MAIL_HEADER, dict(sorted(rows.items()))


def _in_utc(moment: datetime | None) -> str:
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
    field = {name: str(told.get(name, "")) for name in _FIELDS}
    sent = field["Auto-Submitted"].split(";")[0].strip().casefold()
    above = _ID.findall(field["References"]) or _ID.findall(field["In-Reply-To"])[:1]
    sender = field["From"]
    read = getaddresses([sender] * (sender.count("(") + sender.count(":") <= _MOST_SIGNS))
    senders = [address.casefold() for _, address in read]
    own = any(a == one or a.endswith(f"@{one}") for a in senders for one in ours)
    name = _ID.findall(field["Message-ID"])[:1] or ([f"line {line}"] if above else [])
    moment = None
    with suppress(ValueError, TypeError, OverflowError):
        written = parsedate_to_datetime(field["Date"])
        moment = written.replace(tzinfo=written.tzinfo or UTC).astimezone(UTC)
    return _Mail(line, [*above, *name], moment, own, "Auto-Submitted" not in told or sent == "no")


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


# --- The events of Asterisk's queue log, put together to calls

_QUEUE_LOG_HEADER = ["call", "entered", "outcome", "wait", "talk", "queue"]
_LEFT = ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY")
_ENDED = ("COMPLETEAGENT", "COMPLETECALLER")
_TRANSFERRED = ("TRANSFER", "ATTENDEDTRANSFER", "BLINDTRANSFER")


def read_queue_log(path: Path, text: str) -> tuple[list[str], dict[int, list[str]]]:
    """The header and a row a call and queue, under the line of its first event.

    A call that still waits where the log ends is in no row. One that was answered and still talks
    has no `talk`. Its number is that of the log, with `:` for the point.
    """
    calls: dict[tuple[str, str], tuple[int, list[str]]] = {}
    done: list[tuple[int, list[str]]] = []
    for line, event in enumerate(text.splitlines(), 1):
        if not event.strip():
            continue
        cells = event.rstrip("\r").split("|")
        if len(cells) < 5 or not cells[0].isdigit():
            raise ObservError(
                f"{path}:{line}: is no event of a queue log (epoch|call|queue|agent|event|…); "
                "give the file /var/log/asterisk/queue_log as it is"
            )
        moment, call, queue, _, name, *data = cells
        key = (call, queue)
        if name == "ENTERQUEUE":
            if key in calls:  # the same call, in the same queue again
                done.append(calls.pop(key))
            # a number of 13 or 15 digits, however set apart, may be read as somebody's
            calls[key] = line, [call.replace(".", ":"), moment, "", "", "", queue]
        elif key in calls:
            _tell(calls[key][1], int(moment), name, data)
    rows = dict(sorted(row for row in (*done, *calls.values()) if row[1][2]))
    if not rows:
        raise ObservError(f"{path}: holds no call that entered a queue; give another period's log")
    seen: Counter[str] = Counter()
    for cells in rows.values():  # a call came in several queues, or twice in one
        seen[call := cells[0]] += 1
        if seen[call] > 1:
            cells[0] = f"{call}/{seen[call]}"
    return _QUEUE_LOG_HEADER, rows


def _tell(row: list[str], moment: int, name: str, data: list[str]) -> None:
    """What an event tells of its call."""
    waited = str(moment - int(row[1]))
    if name == "CONNECT" and not row[2]:
        row[2:4] = ["answered", data[0] if data else waited]
    elif name == "ABANDON" and not row[2]:
        row[2:4] = ["abandoned", data[2] if len(data) > 2 else waited]
    elif name in _LEFT and not row[2]:
        row[2:4] = ["abandoned", waited]
    elif name in _ENDED and row[2] == "answered" and len(data) > 1:
        row[4] = data[1]
    elif name in _TRANSFERRED and row[2] == "answered":
        row[4] = str(moment - int(row[1]) - int(row[3] or 0))


# --- Going over XML that comes from outside: as a stream, without document type, within bounds

MOST_XML = 100_000_000  # of what is unpacked: a survey of 100 questions and 40 000 responses
_DEEPEST = 50
_LONGEST = 1_000_000  # bytes of a tag, characters of a text
_Start = Callable[[str, dict[str, str]], None]
_End = Callable[[str, str], None]


class UnfitXml(Exception):
    """Why a text is no XML, or none of those that are read: the end of a sentence."""


def walk(stream: IO[bytes], elements: int, start: _Start, end: _End | None = None) -> int:
    """Call `start` with each element and its attributes, and `end` with it and its text."""
    count = depth = length = size = 0
    texts: list[str] = []

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth, length
        count, depth, length = count + 1, depth + 1, 0
        if depth > _DEEPEST:
            raise UnfitXml(f"is nested more than {_DEEPEST} levels deep")
        if count > elements:
            raise UnfitXml("holds more elements than any export")
        texts.clear()
        start(tag, attributes)

    def closed(tag: str) -> None:
        nonlocal depth, length
        depth -= 1
        if end is not None:
            end(tag, "".join(texts))
            texts.clear()
            length = 0

    def more(text: str) -> None:
        nonlocal length
        length += len(text)
        if length > _LONGEST:
            raise UnfitXml(f"holds a text of more than {_LONGEST:,} characters")
        texts.append(text)

    def doctype(*_: object) -> None:
        raise UnfitXml("declares a document type, which is not read")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = doctype
    if end is not None:
        parser.CharacterDataHandler = more
    try:
        while piece := stream.read(1 << 16):
            size += len(piece)
            if size > MOST_XML:
                raise UnfitXml(f"holds more than {MOST_XML // 10**6} MB")
            parser.Parse(piece, False)
            if size - parser.CurrentByteIndex > _LONGEST:  # which would be read again each time
                raise UnfitXml(f"holds a tag of more than {_LONGEST:,} characters")
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnfitXml(f"is no whole XML ({error})") from error
    return count


# --- The sheets of an OpenDocument workbook (.ods): how far they span, before they are laid out

_CONTENT = "content.xml"  # the part that holds all sheets
_TOO_MANY = 10**9
_MOST_ERRORS = 100_000  # of formulas, in all sheets
_Spans = list[tuple[int, int]]  # height and width of sheets
_Errors = set[tuple[int, int]]  # row and column, from 1, of errors of formulas
_CELLS = ("table-cell", "covered-table-cell")


def _in_ods(found: _Spans, errors: _Errors) -> _Start:
    """What notes height and width of each sheet, from A1 to the last cell that holds something."""
    row = rows = column = columns = 0  # those before, and how often the present one repeats

    def filled() -> None:
        height, width = found[-1]
        found[-1] = max(height, row + rows), max(width, column + columns)

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal row, rows, column, columns
        name = tag.rpartition(":")[2]
        if name == "table":
            found.append((0, 0))
            row = rows = column = columns = 0
        elif name == "table-row":
            row, rows, column, columns = row + rows, _times(given, "number-rows-repeated"), 0, 0
        elif name in _CELLS and found:
            column, columns = column + columns, _times(given, "number-columns-repeated")
            kinds = [value for key, value in given.items() if key.endswith(":value-type")]
            if kinds:
                filled()
            if "error" in kinds:
                if len(errors) + rows * columns > _MOST_ERRORS:
                    raise UnfitXml(f"holds more than {_MOST_ERRORS:,} errors of formulas")
                down, right = (range(n + 1, n + 1 + m) for n, m in ((row, rows), (column, columns)))
                errors.update(product(down, right))
        elif name == "p" and columns:
            filled()

    return start


def _times(given: dict[str, str], name: str) -> int:
    """How often something repeats; what is no number of nine digits is more than is read."""
    told = next((value for key, value in given.items() if key.endswith(f":{name}")), "1")
    return int(told) if re.fullmatch("[0-9]{1,9}", told) else _TOO_MANY


Cell = Any
ERROR = "#ERROR"  # what stands for the error of a formula
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how a .xls begins
_MOST_IN_SHEETS = 1_500_000  # of all sheets
_MOST_ELEMENTS = 2 * _MOST_IN_SHEETS
_MOST_PARTS = 2_000
_MOST_PACKED = 30_000_000
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SHEET = "worksheet"
_PLACE = re.compile(r"\$?([A-Za-z]{1,9})\$?(\d{1,12})", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)


def workbook_sheets(path: Path, mend: str) -> Iterator[tuple[str, list[list[Cell]]]]:
    """The sheets of a workbook (.xlsx, .xls, .ods), each a rectangle of cells from A1 on."""
    raw = files.read_bytes(path, _MOST_PACKED, mend)
    if not raw:
        raise ObservError(f"{path}: empty file; {mend}")
    errors = set() if raw.startswith(_OLD) else _measure(path, raw, mend)
    try:
        found = apart(_sandbox.__file__, "read_workbook", given=raw)
    except Failed as error:
        what = _text.short(str(error), 200)
        raise ObservError(f"{path}: is no workbook that can be read ({what}); {mend}") from error
    for name, rows in found:
        for row, column in errors:
            if row <= len(rows) and column <= len(rows[0]) and rows[row - 1][column - 1] == "":
                rows[row - 1][column - 1] = ERROR
        yield name, rows


def _measure(path: Path, raw: bytes, mend: str) -> _Errors:
    """Where sheets have a formula's error, from 1; what would fill the memory is refused."""
    errors: _Errors = set()
    cells = sheets = elements = 0
    try:
        book = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ObservError(
            f"{path}: is no workbook (.xlsx, .ods, .xls), or a part of one; {mend}"
        ) from None
    with book:
        parts = book.infolist()
        if sum(part.file_size for part in parts) > MOST_XML or len(parts) > _MOST_PARTS:
            raise ObservError(f"{path}: holds more than {MOST_XML // 10**6} MB; {mend}")
        for part in parts:
            try:
                if part.compress_type not in _COMPRESSIONS:
                    raise NotImplementedError("its compression is neither none nor deflate")
                spans: _Spans = []
                note = (_in_ods if part.filename == _CONTENT else _in_xlsx)(spans, errors)
                with book.open(part) as stream:
                    with suppress(_Other):
                        elements += walk(stream, _MOST_ELEMENTS - elements, note)
                    while stream.read(1 << 20):  # to its end, where its checksum is
                        pass
            except UnfitXml as error:
                if part.filename.lower().endswith((".xml", ".rels")):
                    where = _text.short(part.filename)
                    raise ObservError(f"{path}: its part {where!r} {error}; {mend}") from error
                continue
            except (NotImplementedError, RuntimeError) as error:  # a compression, a password
                what = f"is a workbook that is not read ({error})"
                raise ObservError(f"{path}: {what}; {mend}") from error
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
                where = _text.short(part.filename)
                raise ObservError(f"{path}: its part {where!r} is damaged; {mend}") from error
            sheets += len(spans)
            cells += sum(height * width for height, width in spans)
            if cells > _MOST_IN_SHEETS:
                height, width = max(spans, key=math.prod)
                raise ObservError(
                    f"{path}: a sheet spans {height} rows and {width} columns, and all of them may "
                    f"span {_MOST_IN_SHEETS:,} cells; delete those that stray far from the table"
                )
    if not sheets:
        raise ObservError(f"{path}: holds no sheet of a workbook; save it as .xlsx")
    return errors


def _in_xlsx(found: _Spans, errors: _Errors) -> _Start:
    """The same of the one sheet that a part of an .xlsx may be."""
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        tag = tag.rpartition(":")[2]
        if not found:
            if tag != _SHEET:
                raise _Other
            found.append((0, 0))
        if tag in ("v", "is", "f"):  # a cell without is no more than a format, maybe of a column
            found[0] = max(found[0][0], row), max(found[0][1], column)
        elif tag == "row":  # a place that is not told is the next
            at = attributes.get("r", "")
            row, column = int(at) if _NUMBER.fullmatch(at) else row + 1, 0
        elif tag == "c":
            if place := _PLACE.fullmatch(attributes.get("r", "")):
                row, column = int(place[2]), 0
                for letter in place[1].upper():  # AB is the 28th
                    column = 26 * column + ord(letter) - ord("A") + 1
            else:
                column += 1
            if attributes.get("t") == "e":
                errors.add((row, column))
                if len(errors) > _MOST_ERRORS:
                    raise UnfitXml(f"holds more than {_MOST_ERRORS:,} errors of formulas")

    return start


class _Other(Exception):
    """A part is no sheet."""


def text_of(cell: Cell) -> str:
    """A cell as one line of text; a whole number without its `.0`."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return re.sub(r"\s+", " ", str(cell)).strip()
