"""Where two files differ, and what stands there: as data, and in the words of either language."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from observlib.language import wording

TEXTS = wording.beside(__file__)
Language = Literal["en", "fr"]


class Place(NamedTuple):
    """A place in a file: its kind, a key of the wordings, and what tells it from others.

    `number` is a line, page or byte, `name` what stands there (a key, a column, a sheet), `of` what
    that belongs to (a row, an element), `section` the part of a page, `member` the file of an
    archive.
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


class Word(str):
    """What is said of a file or place, in place of what stands there: a key of the wordings."""

    __slots__ = ()


WHOLE = Place("file")  # where a file is absent, or its digest is another


def told(what: Place | str, language: Language = "en") -> str:
    """A place in words, or what stands there.

    Examples
    --------
    >>> told(Place("text", 12, section="notes")), told(Place("text", 12, section="notes"), "fr")
    ('line 12, in #notes, text', 'ligne 12, dans #notes, texte')
    >>> told(Place("cell", 3, "estimate", member="a.csv")), told(Word("absent"), "fr"), told("7,9")
    ('a.csv: line 3, estimate', 'est absent', '7,9')
    """
    if isinstance(what, Word):
        return TEXTS[f"{language}.said.{what}"]
    if isinstance(what, str):
        return what
    around = {"in_section": what.section, "of_it": what.of, "in_member": what.member}
    words = {
        key: TEXTS[f"{language}.around.{key}"].format(it=value) if value else ""
        for key, value in around.items()
    }
    return TEXTS[f"{language}.places.{what.kind}"].format(**what._asdict(), **words).strip()
