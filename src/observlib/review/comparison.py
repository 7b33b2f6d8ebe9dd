"""Two folders of one edition, compared: what differs, where, and by how much.

Files that differ are compared piece by piece: the leaves of JSON and notebooks, the cells of
tables, the texts and attributes of pages and drawings, the texts of PDFs by their page.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from observlib.base import kept
from observlib.base.errors import SHOWN
from observlib.language import wording
from observlib.loaders import _sandbox
from observlib.review import _readpdf

# --- Where two files differ, and what stands there: as data, and in the words of either language

_TEXTS = wording.load_texts(__file__)
Language = Literal["en", "fr"]


class Place(NamedTuple):
    """A place in a file: its kind, a key of the wordings, and what tells it from others.

    `number` is a line, page or byte, `name` what stands there, `of` what that belongs to, `section`
    the part of a page, `member` the file of an archive.
    """

    kind: str
    number: int = 0
    name: str = ""
    of: str = ""
    section: str = ""
    member: str = ""

    @property
    def role(self) -> tuple[str, str, str]:
        """What a piece is, wherever others before it have moved it."""
        return self.kind, _anywhere(self.name), self.member


@lru_cache(10_000)  # it is asked for again with each piece that is looked ahead
def _anywhere(name: str) -> str:
    return re.sub(r"\[\d+\]", "[]", name)


class Wording(str):
    """What is said of a file or place, in place of what stands there: a key of the wordings."""

    __slots__ = ()


WHOLE_FILE = Place("file")  # where a file is absent, or its digest is another


def place_text(what: Place | str, language: Language = "en") -> str:
    """A place in words, or what stands there."""
    if isinstance(what, Wording):
        return _TEXTS[f"{language}.said.{what}"]
    if isinstance(what, str):
        return what
    around = {"in_section": what.section, "of_it": what.of, "in_member": what.member}
    words = {
        key: _TEXTS[f"{language}.around.{key}"].format(it=value) if value else ""
        for key, value in around.items()
    }
    return _TEXTS[f"{language}.places.{what.kind}"].format(**what._asdict(), **words).strip()


# --- What a file holds, piece by piece, each with its place: whoever wrote it, within bounds

MOST_COMPARED_BYTES = 100_000_000  # of a file, as it stands and unpacked
_MOST_PIECES = 2_000_000
_SECONDS = 120  # a whole edition as a PDF takes ten
_Piece = tuple[Place, str]
_Reader = Callable[[bytes], Iterable[_Piece]]


def file_pieces(name: str, content: bytes) -> list[_Piece]:
    """What a file that is no archive holds, by the kind that its name tells."""
    found, names = [], 0
    for piece in _READERS.get(PurePosixPath(name).suffix, _lines)(content):
        found.append(piece)
        names += len(piece[0].name)  # of JSON each leaf has its whole way from the root
        if len(found) > _MOST_PIECES or names > MOST_COMPARED_BYTES:
            raise _sandbox.Exceeded(f"holds more than {_MOST_PIECES} pieces, or names too long")
    return found


def _lines(content: bytes) -> Iterator[_Piece]:
    for number, line in enumerate(content.decode("utf-8").split("\n"), 1):
        yield Place("line", number), line


def _of_value(value: Any, where: str) -> Iterator[_Piece]:
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


def _cells(content: bytes) -> Iterator[_Piece]:
    """The cells of a table; of one of estimates, each with what its row measures."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    head = next(rows, [])
    yield Place("head"), ",".join(head)
    keys = head.index("estimate") if "estimate" in head else 0
    for number, row in enumerate(rows, 2):
        of = " ".join(filter(None, row[:keys]))
        for place, cell in enumerate(row):
            known = place < len(head)
            kind, name = ("cell", head[place]) if known else ("column", str(place + 1))
            yield Place(kind, number, name, of if known else ""), cell


class _Markup(HTMLParser):
    """The texts, attributes and comments of a page, each by its line and section."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[_Piece] = []
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


def _markup(content: bytes) -> list[_Piece]:
    parser = _Markup()
    parser.feed(content.decode("utf-8"))
    if parser.rawdata:  # a tag without end, from each `<` of which `close` would begin again
        parser._add("text", parser.rawdata)
    return parser.pieces


def _apart(script: str, function: str, start: bytes, content: bytes) -> Any:
    if not content.startswith(start):
        raise ValueError("is not what its name says")
    return _sandbox.apart(script, function, given=content, seconds=_SECONDS)


def _of_pdf(content: bytes) -> Iterator[_Piece]:
    for kind, number, name, text in _apart(_readpdf.__file__, "read_pdf", b"%PDF", content):
        yield Place(kind, number, name), text


def _of_workbook(content: bytes) -> Iterator[_Piece]:
    for sheet, rows in _apart(_sandbox.__file__, "read_workbook", b"PK", content):
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                yield Place("sheet", number, sheet, xl_col_to_name(place)), str(cell)


_READERS: dict[str, _Reader] = {
    ".csv": _cells,
    ".pdf": _of_pdf,
    ".xlsx": _of_workbook,
    **dict.fromkeys((".html", ".svg", ".xml"), _markup),
    **dict.fromkeys((".ipynb", ".json", ".jsonld"), lambda raw: _of_value(json.loads(raw), "")),
}
_ARCHIVES = (".docx", ".xlsx", ".zip")
_PACKED = (".pdf", *_ARCHIVES)


# Numbers that differ by no more are the same: two builds of one library may add in another order.
_RELATIVE = 1e-9
_PIXELS = 0.01  # of a drawing's coordinates
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
_AROUND = 30  # letters shown beside a difference
_AHEAD = 400  # pieces among which what follows an addition is looked for
_ALIGNED = 1000  # differences of a file after which nothing is looked for
_NOTHING = Wording("nothing")
# of data, as `source` has it, or of a file: one without a letter might be a number
_DIGEST = re.compile(
    r"((?<=@)[0-9a-f]{8}(?![0-9a-z])|(?<![0-9a-z])(?=\d*[a-f])[0-9a-f]{8,64}(?![0-9a-z]))"
)
# what is one whatever its letters: `3e1301333…` would be read as a number without end
_NO_NUMBER = re.compile(r"(?<=@)[0-9a-f]{8}(?![0-9a-z])|(?<![0-9a-z])[0-9a-f]{32,64}(?![0-9a-z])")
_PARTIAL = re.compile(r"^…\w*|\w*…$")
_READ, _DRAWN = (".html", ".pdf", ".docx"), (".svg", ".png")
LEAST_WEIGHT = 5  # the weight of what tells nothing by itself
_HEARD = ("alt", "aria-label", "title", "content")


@dataclass(frozen=True)
class Difference:
    """A place at which two editions differ; `is_close` by numbers within the tolerance alone."""

    file: str
    where: Place
    published: str
    remade: str
    is_close: bool = False


def compare_files(published: Path, remade: Path, name: str) -> list[Difference]:
    """What differs in a file of both folders: five places at most, and a line for the others."""
    both = [folder / name for folder in (published, remade)]
    if not all(path.exists() for path in both):
        there, again = (Wording("there" if path.exists() else "absent") for path in both)
        return [Difference(name, WHOLE_FILE, there, again)]
    if max(path.stat().st_size for path in both) > MOST_COMPARED_BYTES:
        return [_uncompared(name)]
    found = [*differences(name, *(path.read_bytes() for path in both))]
    different = [one for one in found if not one.is_close] or found
    shown = sorted(different, key=weight)[:SHOWN]
    if rest := len(different) - len(shown):
        close = all(one.is_close for one in different)
        shown.append(Difference(name, Place("more", rest), "", "", close))
    return shown


def _uncompared(name: str) -> Difference:
    return Difference(name, Place("uncompared"), Wording("heavy"), Wording("other"))


def weight(one: Difference) -> tuple[int, int]:
    """How little a difference tells by itself: what is measured first, then what is read.

    Then what is heard or drawn as text, the rest of pages, drawings, digests (`LEAST_WEIGHT`).
    """
    suffix = PurePosixPath(one.file).suffix
    return _level(one, suffix), _READ.index(suffix) if suffix in _READ else 0


def _level(one: Difference, suffix: str) -> int:
    where, both = one.where, (one.published, one.remade)
    if where.kind in ("file", "uncompared", "build", "crate"):
        return 0
    if followed_digests(one) or all(text == _NOTHING or not text.strip() for text in both):
        return LEAST_WEIGHT
    if where.kind == "cell" and not where.member:
        return int(_NOTHING in both)
    if suffix in _DRAWN or where.kind in ("drawn", "element", "bytes", "byte", "part"):
        return 4
    if suffix not in _READ or (where.kind == "attribute" and where.name not in _HEARD):
        return 3
    return 2 if where.kind == "attribute" or where.section.startswith("fig-") else 1


def followed_digests(one: Difference) -> tuple[tuple[str, str], ...]:
    """The digests that another has followed, where nothing else differs.

    Examples
    --------
    >>> place = Place("text", 1)
    >>> followed_digests(Difference("a.html", place, "calls (fb8ad6f9)", "calls (94110baf)"))
    (('fb8ad6f9', '94110baf'),)
    >>> followed_digests(Difference("a.html", place, "calls (fb8ad6f9)", "visits (94110baf)"))
    ()
    """
    first, second = (_DIGEST.split(_PARTIAL.sub("…", text)) for text in (one.published, one.remade))
    if first[::2] != second[::2]:
        return ()
    both = zip(first[1::2], second[1::2], strict=True)
    return tuple((a, b) for a, b in both if a != b)


def differences(name: str, published: bytes, remade: bytes) -> Iterator[Difference]:
    """What differs between two contents of a file, by pieces of what it holds."""
    if published == remade:
        return
    suffix = PurePosixPath(name).suffix
    found: list[_Pair] = []
    for compared in (_pieces_apart, _members_apart):
        try:
            found = found or [*compared(name, published, remade)]
        except _sandbox.Exceeded:
            yield _uncompared(name)
            return
        except Exception:  # what a stranger wrote may be anything
            continue
    near = _PIXELS if suffix == ".svg" else 0.0
    for where, a, b in found:
        yield Difference(name, where, *_shown(a, b), is_close=_are_close(a, b, near))
    if not found:  # they hold the same, written otherwise
        at = next(place for place, (a, b) in enumerate(zip_longest(published, remade)) if a != b)
        a, b = (content[at : at + 8].hex(" ") or Wording("end") for content in (published, remade))
        yield Difference(name, Place("byte", at), a, b)


_Pair = tuple[Place, str, str]  # a place that differs, and what stands there in each


def _pieces_apart(name: str, first: bytes, second: bytes) -> Iterator[_Pair]:
    yield from _pairs(file_pieces(name, first), file_pieces(name, second))


def _members_apart(name: str, first: bytes, second: bytes) -> Iterator[_Pair]:
    """What differs in the files of two archives, each by its kind; of archives in them, digests."""
    if PurePosixPath(name).suffix not in _ARCHIVES:
        return
    ours, theirs = _unpacked(first), _unpacked(second)
    for member in ours | theirs:
        if member not in ours or member not in theirs:
            a, b = ("", _NOTHING) if member in ours else (_NOTHING, "")
            yield Place("part", name=member), a, b
        elif ours[member] != theirs[member]:
            both = ours[member], theirs[member]
            try:
                if PurePosixPath(member).suffix in _PACKED:
                    raise ValueError("is told as a whole")
                found = [*_pieces_apart(member, *both)]
            except Exception:
                found = []
            as_whole = (Place("bytes"), kept.bytes_digest(both[0]), kept.bytes_digest(both[1]))
            for where, a, b in found or [as_whole]:
                yield where._replace(member=member), a, b


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = archive.infolist()
        if sum(entry.file_size for entry in inside) > MOST_COMPARED_BYTES:
            raise _sandbox.Exceeded(f"unpacks to more than {MOST_COMPARED_BYTES} bytes")
        return {entry.filename: archive.read(entry) for entry in inside}


def _pairs(first: list[_Piece], second: list[_Piece]) -> Iterator[_Pair]:
    """The pieces that differ, side by side; what was moved by others before it does not."""
    i = j = told = 0
    while i < len(first) and j < len(second):
        a, b = first[i], second[j]
        if _alike(a, b):
            i, j = i + 1, j + 1
            continue
        told += 1
        more, less = _added(first, i, second, j) if told < _ALIGNED else (0, 0)
        yield from ((where, text, _NOTHING) for where, text in first[i : i + more])
        yield from ((where, _NOTHING, text) for where, text in second[j : j + less])
        if not more and not less:
            if a[0].role == b[0].role:
                yield a[0], a[1], b[1]
            else:
                yield a[0], a[1], _NOTHING
                yield b[0], _NOTHING, b[1]
            more = less = 1
        i, j = i + more, j + less
    yield from ((where, text, _NOTHING) for where, text in first[i:])
    yield from ((where, _NOTHING, text) for where, text in second[j:])


def _alike(a: _Piece, b: _Piece) -> bool:
    return a == b or (a[1] == b[1] and a[0].role == b[0].role)


def _added(first: list[_Piece], i: int, second: list[_Piece], j: int) -> tuple[int, int]:
    """How many pieces one of both has more, before they go on alike; none where one was changed."""
    if _go_on(first, i + 1, second, j + 1):
        return 0, 0
    for ahead in range(1, _AHEAD):
        if _go_on(first, i + ahead, second, j):
            return ahead, 0
        if _go_on(first, i, second, j + ahead):
            return 0, ahead
    return 0, 0


def _go_on(first: list[_Piece], i: int, second: list[_Piece], j: int) -> bool:
    ours, theirs = first[i : i + 2], second[j : j + 2]
    return len(ours) == len(theirs) > 0 and all(map(_alike, ours, theirs))


def _shown(a: str, b: str) -> tuple[str, str]:
    """Two texts around the first letter that differs."""
    if isinstance(a, Wording) or isinstance(b, Wording):
        return _cut(a, 0), _cut(b, 0)
    both = enumerate(zip(a, b, strict=False))
    at = next((place for place, (x, y) in both if x != y), min(len(a), len(b)))
    return _cut(a, at), _cut(b, at)


def _cut(text: str, at: int) -> str:
    if isinstance(text, Wording):
        return text
    start, end = max(0, at - _AROUND), at + 2 * _AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


def _are_close(a: str, b: str, near: float) -> bool:
    """Whether two texts differ by their numbers alone, and these by less than the tolerance."""
    if _NO_NUMBER.findall(a) != _NO_NUMBER.findall(b):
        return False
    first, second = _NUMBER.split(a), _NUMBER.split(b)
    if len(first) != len(second) or first[::2] != second[::2]:
        return False
    return all(
        math.isclose(float(x), float(y), rel_tol=_RELATIVE, abs_tol=near)
        for x, y in zip(first[1::2], second[1::2], strict=True)
    )
