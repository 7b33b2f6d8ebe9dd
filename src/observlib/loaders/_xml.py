"""Going over XML that comes from outside: as a stream, without document type, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO
from xml.parsers import expat

MOST_BYTES = 100_000_000  # of what is unpacked: a survey of 100 questions and 40 000 responses
_DEEPEST = 50
_LONGEST = 1_000_000  # bytes of a tag, characters of a text
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str, str], None]


class UnfitXml(Exception):
    """Why a text is no XML, or none of those that are read: the end of a sentence."""


def walk(stream: IO[bytes], most: int, elements: int, start: Start, end: End | None = None) -> int:
    """Call `start` with each element and its attributes, and `end` with it and its text.

    Examples
    --------
    >>> import io
    >>> walk(io.BytesIO(b"<a><b>c</b></a>"), 99, 9, lambda *_: None, lambda *found: print(found))
    ('b', 'c')
    ('a', '')
    2
    """
    count = depth = length = size = 0
    texts: list[str] = []

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth, length
        count, depth, length = count + 1, depth + 1, 0
        if depth > _DEEPEST:
            raise UnfitXml(f"is nested more than {_DEEPEST} levels deep")
        if count > elements:
            raise UnfitXml("holds more elements than any export")
        if texts:
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
            if size > most:
                raise UnfitXml(f"holds more than {most // 10**6} MB")
            parser.Parse(piece, False)
            if size - parser.CurrentByteIndex > _LONGEST:  # which would be read again each time
                raise UnfitXml(f"holds a tag of more than {_LONGEST:,} characters")
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnfitXml(f"is no whole XML ({error})") from error
    return count
