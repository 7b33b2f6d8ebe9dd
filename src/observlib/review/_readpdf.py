"""Reads a PDF with pypdf: what `loaders._sandbox` runs for `pieces`."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator
from typing import Any

_SAID = {"/Alt": "alt", "/ActualText": "actual", "/T": "title"}
_Found = tuple[str, int, str, str]  # the kind of the place, its number and name, what stands there


def read_pdf() -> list[_Found]:
    """The lines of the PDF on the standard input, by page, then what it says of itself."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError

    try:
        return [*_found(PdfReader(io.BytesIO(sys.stdin.buffer.read())))]
    except LimitReachedError:  # of what pypdf unpacks
        raise MemoryError from None


def _found(reader: Any) -> Iterator[_Found]:
    for number, page in enumerate(reader.pages, 1):
        for line in page.extract_text().splitlines():
            yield "page", number, "", line
    for name, value in sorted((reader.metadata or {}).items()):
        yield "about", 0, name, str(value)
    for number, page in enumerate(reader.pages, 1):  # what is drawn, and is no text
        contents = page.get_contents()
        drawn = contents.get_data() if contents else b""
        yield "drawn", number, "", hashlib.sha256(drawn).hexdigest()[:32]
    yield from _spoken(reader.trailer["/Root"].get("/StructTreeRoot"))


def _spoken(element: Any) -> Iterator[_Found]:
    """What a PDF says of its pictures to those who hear it, in the order of reading."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        for child in element:
            yield from _spoken(child)
    elif isinstance(element, dict):
        for key, kind in _SAID.items():
            if key in element:
                yield kind, 0, "", str(element[key])
        yield from _spoken(element.get("/K"))
