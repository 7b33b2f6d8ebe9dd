"""A text as its rules read it: in plain signs, of which each knows its place in what was written.

What a rule has taken is masked by as many signs that are no letter, digit or space, so that the
next rules neither read it nor lose their places, and so are the marks of an earlier redaction.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from observlib.base.personal import INVISIBLE

MARKS = {
    "name": "[nom]",
    "phone": "[téléphone]",
    "email": "[adresse électronique]",
    "address": "[adresse]",
    "nir": "[numéro de sécurité sociale]",
    "account": "[compte bancaire]",
    "card": "[carte bancaire]",
    "plate": "[plaque d'immatriculation]",
    "birth": "[date de naissance]",
    "tax": "[numéro fiscal]",
    "allowance": "[numéro d'allocataire]",
    "file": "[numéro de dossier]",
    "link": "[lien personnel]",
    "ip": "[adresse IP]",
}
_SIGNS = {kind: chr(0xF300 + place) for place, kind in enumerate(MARKS)}  # of private use
KEPT = chr(0xF3FF)
NAME, FILE, BIRTH = _SIGNS["name"], _SIGNS["file"], _SIGNS["birth"]
_LATIN = (*range(0x250), *range(0x1E00, 0x1F00))
CAP = f"[{''.join(sign for sign in map(chr, _LATIN) if sign.isupper())}]"  # a capital
_MARK = re.compile("|".join(map(re.escape, MARKS.values())))
_KINDS = {mark: kind for kind, mark in MARKS.items()}
_UNIT = re.compile(r"&#?\w{1,32};?|[\s\S][\u0300-\u036f\u3099\u309a]*")
_PLAIN = re.compile(r"[\n -%'-~\u00a1-\u00a7\u00a9\u00ab\u00b0\u00b1\u00b6\u00bb\u00bf-\u017f"
                    r"‐-―‘’“”•€œŒ]*")  # fmt: skip


class Span(NamedTuple):
    """What is personal in a text: from which sign on, up to which, and of what kind."""

    start: int
    end: int
    kind: str


def plain(text: str) -> tuple[str, list[int], list[int]]:
    """A text without HTML entities, unusual forms of signs and invisible ones, and their places.

    Marks that stand in it are masked.

    Examples
    --------
    >>> plain("l&#39;ｅ\\u00adau")
    ("l'eau", [0, 1, 6, 8, 9], [1, 6, 7, 9, 10])
    """
    if "[" in text:
        text = _MARK.sub(lambda found: _SIGNS[_KINDS[found[0]]] * len(found[0]), text)
    if _PLAIN.fullmatch(text):
        return text, list(range(len(text))), list(range(1, len(text) + 1))
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for unit in _UNIT.finditer(text):
        written = unit[0]
        if len(written) > 1 or not written.isascii():
            written = unicodedata.normalize("NFKC", html.unescape(written))
            written = INVISIBLE.sub("", written)
        signs.append(written)
        starts += [unit.start()] * len(written)
        ends += [unit.end()] * len(written)
    return "".join(signs), starts, ends


def masked(text: str, spans: Iterable[tuple[int, int]], sign: str) -> str:
    """A text in which some spans, in order, are masked.

    Examples
    --------
    >>> masked("le 3939", [(3, 7)], "_")
    'le ____'
    """
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [text[at:start], sign * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def sign_of(kind: str) -> str:
    """The sign that masks a kind."""
    return _SIGNS[kind]
