"""Two folders of one edition, compared: what differs, where, and by how much.

Files that are the same to the byte are not opened. Of others, what they hold is compared piece by
piece (`pieces`): the leaves of JSON and notebooks, the cells of tables, the texts and attributes of
pages and drawings (alternative texts among them), the texts of PDFs by their page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath

from observlib.base.errors import SHOWN
from observlib.loaders._sandbox import Exceeded
from observlib.review.chunks import MOST_BYTES, Piece, pieces, readers
from observlib.review.places import WHOLE, Place, Word

# Numbers that differ by no more are the same: two builds of one library may add in another order.
RELATIVE = 1e-9
PIXELS = 0.01  # of a drawing's coordinates
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
_AROUND = 30  # letters shown beside a difference
_AHEAD = 400  # pieces among which what follows an addition is looked for
_ALIGNED = 1000  # differences of a file after which nothing is looked for
_NOTHING = Word("nothing")
# of data, as `source` has it, or of a file: one without a letter might be a number
_DIGEST = re.compile(
    r"((?<=@)[0-9a-f]{8}(?![0-9a-z])|(?<![0-9a-z])(?=\d*[a-f])[0-9a-f]{8,64}(?![0-9a-z]))"
)
# what is one whatever its letters: `3e1301333…` would be read as a number without end
_NO_NUMBER = re.compile(r"(?<=@)[0-9a-f]{8}(?![0-9a-z])|(?<![0-9a-z])[0-9a-f]{32,64}(?![0-9a-z])")
_PARTIAL = re.compile(r"^…\w*|\w*…$")
_READ, _DRAWN = (".html", ".pdf", ".docx"), (".svg", ".png")
LEAST = 5  # the weight of what tells nothing by itself
_HEARD = ("alt", "aria-label", "title", "content")


@dataclass(frozen=True)
class Difference:
    """A place at which two editions differ.

    `file` and `where` say the place; `published` and `remade` what stands there, or a `Word` on it.
    Where all that differs are numbers, by no more than the tolerance, `is_close`.
    """

    file: str
    where: Place
    published: str
    remade: str
    is_close: bool = False


def compare(published: Path, remade: Path, name: str) -> list[Difference]:
    """What differs in a file of both folders: five places at most, and a line for the others."""
    first, second = (folder / name for folder in (published, remade))
    if not first.exists() or not second.exists():
        there, again = (Word("there" if path.exists() else "absent") for path in (first, second))
        return [Difference(name, WHOLE, there, again)]
    if max(path.stat().st_size for path in (first, second)) > MOST_BYTES:
        return [_uncompared(name)]
    return [*_bounded(name, differences(name, first.read_bytes(), second.read_bytes()))]


def _uncompared(name: str) -> Difference:
    return Difference(name, Place("uncompared"), Word("heavy"), Word("other"))


def _bounded(name: str, found: Iterable[Difference]) -> Iterator[Difference]:
    everything = list(found)
    different = [one for one in everything if not one.is_close] or everything
    yield from sorted(different, key=weight)[:SHOWN]
    if (rest := len(different) - SHOWN) > 0:
        close = all(one.is_close for one in different)
        yield Difference(name, Place("more", rest), "", "", close)


def weight(one: Difference) -> tuple[int, int]:
    """How little a difference tells by itself: what is measured first, then what is read.

    Then what is heard or drawn as text, what else a page holds, drawings, and digests (`LEAST`);
    of what tells as much, pages come before PDFs.
    """
    suffix = PurePosixPath(one.file).suffix
    return _level(one, suffix), _READ.index(suffix) if suffix in _READ else 0


def _level(one: Difference, suffix: str) -> int:
    where, both = one.where, (one.published, one.remade)
    if where.kind in ("file", "uncompared", "build", "crate"):
        return 0
    if digests(one) or all(text == _NOTHING or not text.strip() for text in both):
        return LEAST
    if where.kind == "cell" and not where.member:
        return int(_NOTHING in both)
    if suffix in _DRAWN or where.kind in ("drawn", "element", "bytes", "byte", "part"):
        return 4
    if suffix not in _READ or (where.kind == "attribute" and where.name not in _HEARD):
        return 3
    return 2 if where.kind == "attribute" or where.section.startswith("fig-") else 1


def digests(one: Difference) -> tuple[tuple[str, str], ...]:
    """The digests that another has followed, where nothing else differs.

    Examples
    --------
    >>> digests(Difference("a.html", Place("text", 1), "calls (fb8ad6f9)", "calls (94110baf)"))
    (('fb8ad6f9', '94110baf'),)
    >>> digests(Difference("a.html", Place("text", 1), "calls (fb8ad6f9)", "visits (94110baf)"))
    ()
    """
    first, second = (_DIGEST.split(_PARTIAL.sub("…", text)) for text in (one.published, one.remade))
    if first[::2] != second[::2]:
        return ()
    both = zip(first[1::2], second[1::2], strict=True)
    return tuple((a, b) for a, b in both if a != b)


def differences(name: str, published: bytes, remade: bytes) -> Iterator[Difference]:
    """What differs between two contents of a file, by pieces of what it holds.

    Examples
    --------
    >>> (one,) = differences("a.json", b'{"n": [1, 2]}', b'{"n": [1, 3]}')
    >>> one.where.name, one.published, one.remade, one.is_close
    ('n[1]', '2', '3', False)
    >>> [one.is_close for one in differences("a.csv", b"n\\n0.3\\n", b"n\\n0.30000000000000004\\n")]
    [True]
    """
    if published == remade:
        return
    near = PIXELS if PurePosixPath(name).suffix == ".svg" else 0.0
    found: list[tuple[Place, str, str]] = []
    both = (published, remade), (remade, published)
    for read in readers(name):
        try:
            found = found or [*_pairs(*(pieces(read, *each) for each in both))]
        except Exceeded:
            yield _uncompared(name)
            return
        except Exception:  # what a stranger wrote may be anything
            continue
    for where, a, b in found:
        yield Difference(name, where, *_shown(a, b), is_close=_are_close(a, b, near))
    if not found:  # they hold the same, written otherwise
        at = next(place for place, (a, b) in enumerate(zip_longest(published, remade)) if a != b)
        yield Difference(name, Place("byte", at), _hex(published, at), _hex(remade, at))


def _pairs(first: list[Piece], second: list[Piece]) -> Iterator[tuple[Place, str, str]]:
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


def _alike(a: Piece, b: Piece) -> bool:
    return a == b or (a[1] == b[1] and a[0].role == b[0].role)


def _added(first: list[Piece], i: int, second: list[Piece], j: int) -> tuple[int, int]:
    """How many pieces one of both has more, before they go on alike; none where one was changed."""
    if _go_on(first, i + 1, second, j + 1):
        return 0, 0
    for ahead in range(1, _AHEAD):
        if _go_on(first, i + ahead, second, j):
            return ahead, 0
        if _go_on(first, i, second, j + ahead):
            return 0, ahead
    return 0, 0


def _go_on(first: list[Piece], i: int, second: list[Piece], j: int) -> bool:
    ours, theirs = first[i : i + 2], second[j : j + 2]
    return len(ours) == len(theirs) > 0 and all(map(_alike, ours, theirs))


def _shown(a: str, b: str) -> tuple[str, str]:
    """Two texts around the first letter that differs."""
    if isinstance(a, Word) or isinstance(b, Word):
        return _cut(a, 0), _cut(b, 0)
    least = min(len(a), len(b))
    at = next((place for place in range(least) if a[place] != b[place]), least)
    return _cut(a, at), _cut(b, at)


def _cut(text: str, at: int) -> str:
    if isinstance(text, Word):
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
        math.isclose(float(x), float(y), rel_tol=RELATIVE, abs_tol=near)
        for x, y in zip(first[1::2], second[1::2], strict=True)
    )


def _hex(content: bytes, at: int) -> str:
    return content[at : at + 8].hex(" ") or Word("end")
