"""Two folders of one edition, compared: what differs, where, and by how much.

Files that are the same to the byte are not opened. Of others, what they hold is compared piece by
piece: the leaves of JSON and notebooks, the cells of tables, the texts and attributes of pages and
drawings (alternative texts among them), the texts of PDFs by their page.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from observlib import inputs
from observlib.errors import SHOWN

# Numbers that differ by no more are the same: two builds of one library may add in another order.
RELATIVE = 1e-9
PIXELS = 0.01  # of a drawing's coordinates
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
_AROUND = 30  # letters shown beside a difference
_SAID = {"/Alt": "alternative text", "/ActualText": "text that is read", "/T": "title"}
WHOLE = "the file"  # where a file is absent, or its digest is another
Piece = tuple[str, str]  # where, what


@dataclass(frozen=True)
class Difference:
    """A place at which two editions differ.

    `file` and `where` say the place; `published` and `remade` what stands there. Where all that
    differs are numbers, by no more than the tolerance, `is_close`.
    """

    file: str
    where: str
    published: str
    remade: str
    is_close: bool = False


def compare(published: Path, remade: Path, name: str) -> list[Difference]:
    """What differs in a file of both folders: five places at most, and a line for the others."""
    first, second = (folder / name for folder in (published, remade))
    if not first.exists() or not second.exists():
        there, again = ("is there" if path.exists() else "is absent" for path in (first, second))
        return [Difference(name, WHOLE, there, again)]
    return [*_bounded(name, differences(name, first.read_bytes(), second.read_bytes()))]


def _bounded(name: str, found: Iterable[Difference]) -> Iterator[Difference]:
    everything = list(found)
    different = [one for one in everything if not one.is_close] or everything
    yield from different[:SHOWN]
    if (rest := len(different) - SHOWN) > 0:
        close = all(one.is_close for one in different)
        yield Difference(name, f"and {rest} more places", "", "", close)


def differences(name: str, published: bytes, remade: bytes) -> Iterator[Difference]:
    """What differs between two contents of a file, by pieces of what it holds.

    Examples
    --------
    >>> [*differences("a.json", b'{"n": [1, 2]}', b'{"n": [1, 3]}')]
    [Difference(file='a.json', where='n[1]', published='2', remade='3', is_close=False)]
    >>> [one.is_close for one in differences("a.csv", b"n\\n0.3\\n", b"n\\n0.30000000000000004\\n")]
    [True]
    """
    if published == remade:
        return
    suffix = PurePosixPath(name).suffix
    near = PIXELS if suffix == ".svg" else 0.0
    readers = [_PIECES.get(suffix, _lines), *([_members] if suffix == ".xlsx" else [])]
    found: list[tuple[str, str, str]] = []
    for pieces in readers:
        with contextlib.suppress(Exception):  # what a stranger wrote may be anything
            found = found or [*_pairs(list(pieces(published)), list(pieces(remade)))]
    for where, a, b in found:
        yield Difference(name, where, *_shown(a, b), is_close=_are_close(a, b, near))
    if not found:  # they hold the same, written otherwise
        at = next(place for place, (a, b) in enumerate(zip_longest(published, remade)) if a != b)
        yield Difference(name, f"byte {at}", _hex(published, at), _hex(remade, at))


def _pairs(first: list[Piece], second: list[Piece]) -> Iterator[tuple[str, str, str]]:
    """The pieces that differ, side by side: those before and after are the same."""
    start, end = 0, 0
    least = min(len(first), len(second))
    while start < least and first[start] == second[start]:
        start += 1
    while end < least - start and first[-1 - end] == second[-1 - end]:
        end += 1
    rest = first[start : len(first) - end], second[start : len(second) - end]
    for a, b in zip_longest(*rest):
        if a != b:
            where = (a or b)[0] if a is None or b is None or a[1] != b[1] else f"{a[0]}, {b[0]}"
            yield where, a[1] if a else "(nothing)", b[1] if b else "(nothing)"


def _shown(a: str, b: str) -> tuple[str, str]:
    """Two texts around the first letter that differs."""
    least = min(len(a), len(b))
    at = next((place for place in range(least) if a[place] != b[place]), least)
    start = max(0, at - _AROUND)

    def cut(text: str) -> str:
        end = at + 2 * _AROUND
        return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"

    return cut(a), cut(b)


def _are_close(a: str, b: str, near: float) -> bool:
    """Whether two texts differ by their numbers alone, and these by less than the tolerance."""
    first, second = _NUMBER.split(a), _NUMBER.split(b)
    if len(first) != len(second) or first[::2] != second[::2]:
        return False
    return all(
        math.isclose(float(x), float(y), rel_tol=RELATIVE, abs_tol=near)
        for x, y in zip(first[1::2], second[1::2], strict=True)
    )


def _hex(content: bytes, at: int) -> str:
    return content[at : at + 8].hex(" ") or "(the end)"


def _lines(content: bytes) -> Iterator[Piece]:
    for number, line in enumerate(content.decode("utf-8").split("\n"), 1):
        yield f"line {number}", line


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
            yield f"{where}, line {number}", line
    else:
        yield where or "it", value if isinstance(value, str) else json.dumps(value)


def _cells(content: bytes) -> Iterator[Piece]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    head = next(rows, [])
    yield "the head", ",".join(head)
    for number, row in enumerate(rows, 2):
        for place, cell in enumerate(row):
            name = head[place] if place < len(head) else f"column {place + 1}"
            yield f"line {number}, {name}", cell


class _Markup(HTMLParser):
    """The texts, attributes and comments of a page, each by its line and section."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._section = ""

    def _add(self, kind: str, text: str) -> None:
        section = f", in #{self._section}" if self._section else ""
        self.pieces.append((f"line {self.getpos()[0]}{section}, {kind}", text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._section = dict(attrs).get("id") or self._section
        self._add("element", f"<{tag}>")
        for name, value in attrs:
            self._add(f"{name} of <{tag}>", value or "")

    def handle_endtag(self, tag: str) -> None:
        self._add("element", f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._add("text", data)

    def handle_comment(self, data: str) -> None:
        self._add("comment", data)


def _markup(content: bytes) -> list[Piece]:
    parser = _Markup()
    parser.feed(content.decode("utf-8"))
    parser.close()
    return parser.pieces


def _of_pdf(content: bytes) -> Iterator[Piece]:
    """The lines of a PDF by page, then the texts that it says of itself and of its pictures."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    for number, page in enumerate(reader.pages, 1):
        for line in page.extract_text().splitlines():
            yield f"page {number}", line
    for name, value in sorted((reader.metadata or {}).items()):
        yield f"its {name}", str(value)
    for number, page in enumerate(reader.pages, 1):  # what is drawn, and is no text
        contents = page.get_contents()
        yield (
            f"page {number}, what it draws",
            inputs.digest(contents.get_data() if contents else b""),
        )
    root: Any = reader.trailer["/Root"]
    yield from _spoken(root.get("/StructTreeRoot"))


def _spoken(element: Any) -> Iterator[Piece]:
    """What a PDF says of its pictures to those who hear it, in the order of reading."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        for child in element:
            yield from _spoken(child)
    elif isinstance(element, dict):
        for key, kind in _SAID.items():
            if key in element:
                yield kind, str(element[key])
        yield from _spoken(element.get("/K"))


def _of_workbook(content: bytes) -> Iterator[Piece]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in book.sheet_names:
        for number, row in enumerate(book.get_sheet_by_name(sheet).to_python(), 1):
            for place, cell in enumerate(row):
                yield f"sheet {sheet}, {_column(place)}{number}", str(cell)


def _column(place: int) -> str:
    """The letters of a workbook's column.

    Examples
    --------
    >>> _column(0), _column(25), _column(26)
    ('A', 'Z', 'AA')
    """
    above, own = divmod(place, 26)
    return (_column(above - 1) if above else "") + chr(ord("A") + own)


def _members(content: bytes) -> Iterator[Piece]:
    """What the files of an archive hold, each by its own kind."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            own = archive.read(entry)
            pieces = _PIECES.get(PurePosixPath(entry.filename).suffix, _lines)
            try:
                found = list(pieces(own))
            except Exception:
                found = [("its bytes", own.hex())]
            yield entry.filename, ""
            yield from ((f"{entry.filename}: {where}", what) for where, what in found)


_PIECES: dict[str, Callable[[bytes], Iterable[Piece]]] = {
    ".csv": _cells,
    ".docx": _members,
    ".html": _markup,
    ".ipynb": _leaves,
    ".json": _leaves,
    ".jsonld": _leaves,
    ".pdf": _of_pdf,
    ".svg": _markup,
    ".xml": _markup,
    ".xlsx": _of_workbook,
    ".zip": _members,
}
