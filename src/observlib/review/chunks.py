"""What a file holds, piece by piece, each with its place: whoever wrote it, within bounds.

PDFs and workbooks are read in a process of their own, which ends where one is made to be slow or
huge; of archives no more is unpacked than a file of its kind holds.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any

from observlib.base import kept
from observlib.loaders import _readbook
from observlib.loaders._sandbox import Exceeded, apart
from observlib.review import _readpdf
from observlib.review.places import Place

MOST_BYTES = 100_000_000  # of a file, as it stands and unpacked
_MOST_PIECES = 2_000_000
_SECONDS = 120  # a whole edition as a PDF takes ten
Piece = tuple[Place, str]
Reader = Callable[[bytes], Iterable[Piece]]


def readers(name: str) -> list[Reader]:
    """How a file of that name is read: by its kind, then, if that tells nothing, otherwise."""
    suffix = PurePosixPath(name).suffix
    own = _PACKED.get(suffix) or _TEXTS.get(suffix, _lines)
    return [own, *([_members] if suffix == ".xlsx" else [])]


def pieces(read: Reader, content: bytes, other: bytes = b"") -> list[Piece]:
    """What a file holds, as one of its `readers` tells it.

    Of an archive, files that the `other` one has to the byte are only named.

    Raises
    ------
    Exceeded
        Where it holds, or takes, more than any file of an edition.
    Exception
        Whatever else a stranger's file may lead to.
    """
    found, names = [], 0
    for piece in _members(content, other) if read is _members else read(content):
        found.append(piece)
        names += len(piece[0].name)  # of JSON each leaf has its whole way from the root
        if len(found) > _MOST_PIECES or names > MOST_BYTES:
            raise Exceeded(f"holds more than {_MOST_PIECES} pieces, or names too long")
    return found


def _lines(content: bytes) -> Iterator[Piece]:
    for number, line in enumerate(content.decode("utf-8").split("\n"), 1):
        yield Place("line", number), line


def _leaves(content: bytes) -> Iterator[Piece]:
    yield from _of_value(json.loads(content), "")


def _of_value(value: Any, where: str) -> Iterator[Piece]:
    """The leaves of JSON by their way from the root; texts of several lines by line."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _of_value(child, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list) and value:
        for place, child in enumerate(value):
            yield from _of_value(child, f"{where}[{place}]")
    elif isinstance(value, str) and "\n" in value:
        for number, line in enumerate(value.split("\n"), 1):
            yield Place("line_of_key", number, where), line
    else:
        yield Place("key", name=where), value if isinstance(value, str) else json.dumps(value)


def _cells(content: bytes) -> Iterator[Piece]:
    """The cells of a table; of one of estimates, each with what its row measures."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    head = next(rows, [])
    yield Place("head"), ",".join(head)
    keys = head.index("estimate") if "estimate" in head else 0
    for number, row in enumerate(rows, 2):
        of = " ".join(filter(None, row[:keys]))
        for place, cell in enumerate(row):
            if place < len(head):
                yield Place("cell", number, head[place], of), cell
            else:
                yield Place("column", number, str(place + 1)), cell


class _Markup(HTMLParser):
    """The texts, attributes and comments of a page, each by its line and section."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._section = ""

    def _add(self, kind: str, text: str, name: str = "", of: str = "") -> None:
        self.pieces.append((Place(kind, self.getpos()[0], name, of, self._section), text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "a":  # which stands in a section, and is none
            self._section = dict(attrs).get("id") or self._section
        self._add("element", f"<{tag}>")
        for name, value in attrs:
            self._add("attribute", value or "", name, f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self._add("element", f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._add("text", data)

    def handle_comment(self, data: str) -> None:
        self._add("comment", data)


def _markup(content: bytes) -> list[Piece]:
    parser = _Markup()
    parser.feed(content.decode("utf-8"))
    if parser.rawdata:  # a tag without end, from each `<` of which `close` would begin again
        parser._add("text", parser.rawdata)
    return parser.pieces


def _apart(script: str, start: bytes, content: bytes) -> Any:
    if not content.startswith(start):
        raise ValueError("is not what its name says")
    return apart(script, given=content, seconds=_SECONDS)


def _of_pdf(content: bytes) -> Iterator[Piece]:
    for kind, number, name, text in _apart(_readpdf.__file__, b"%PDF", content):
        yield Place(kind, number, name), text


def _of_workbook(content: bytes) -> Iterator[Piece]:
    for sheet, rows in _apart(_readbook.__file__, b"PK", content):
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                yield Place("sheet", number, sheet, _column(place)), str(cell)


@lru_cache(1000)
def _column(place: int) -> str:
    """The letters of a workbook's column.

    Examples
    --------
    >>> _column(0), _column(25), _column(26)
    ('A', 'Z', 'AA')
    """
    above, own = divmod(place, 26)
    return (_column(above - 1) if above else "") + chr(ord("A") + own)


def _members(content: bytes, other: bytes = b"") -> Iterator[Piece]:
    """What the files of an archive hold, each by its own kind; of archives in it, the digest."""
    alike = {(name, kept.digest(own)) for name, own in _unpacked(other)} if other else set()
    for name, own in _unpacked(content):
        yield Place("part", name=name), ""
        digest = kept.digest(own)
        if (name, digest) in alike:
            continue
        suffix = PurePosixPath(name).suffix
        try:
            if suffix in _PACKED:
                raise ValueError("is told as a whole")
            found = list(_TEXTS.get(suffix, _lines)(own))
        except Exception:
            found = [(Place("bytes"), digest)]
        yield from ((where._replace(member=name), what) for where, what in found)


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = archive.infolist()
        if sum(entry.file_size for entry in inside) > MOST_BYTES:
            raise Exceeded(f"unpacks to more than {MOST_BYTES} bytes")
        for entry in inside:
            yield entry.filename, archive.read(entry)


_TEXTS: dict[str, Reader] = {
    ".csv": _cells,
    ".html": _markup,
    ".ipynb": _leaves,
    ".json": _leaves,
    ".jsonld": _leaves,
    ".svg": _markup,
    ".xml": _markup,
}
_PACKED: dict[str, Reader] = {
    ".docx": _members,
    ".pdf": _of_pdf,
    ".xlsx": _of_workbook,
    ".zip": _members,
}
