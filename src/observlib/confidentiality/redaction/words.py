"""The words of a text that begin with a capital, in runs, and where a name among them ends."""

from __future__ import annotations

import re
from typing import NamedTuple

from observlib.confidentiality.redaction.lexicon import (
    PARTICLES,
    folded,
    is_common,
    is_given,
    is_no_name,
    is_of_a_people,
    is_place,
)
from observlib.confidentiality.redaction.plain import CAP

BIG = (
    rf"(?!{CAP}['’][a-zà-ÿ])(?:[ODNLM]['’])?{CAP}[^\W\d_]*(?:['’](?:{CAP}[^\W\d_]+|"
    rf"h(?![^\W\d_])|h[^\W\d_]+)|[-‐‑][^\W\d_]+)*"
)
_INITIAL = rf"(?:{CAP}|Ph|Th|Ch|Chr|Cl|Fr|Gh|Gu|Jh|Jn)\.(?:-?{CAP}h?\.)*"
_PARTICLE = (
    r"(?:de\sla|de\sl['’]|d['’]|de|du|des|la|le|van|von|der|den|el|al|ben|bin|ibn|da|dos|di|do|dit|"
    r"ait|ould|abd)"
)
_TOKEN = rf"(?:{_INITIAL}(?!\w)|{BIG})"
RUN = re.compile(
    rf"(?<![\w@#/.])(?<![^x]-)(?<!^-)(?<![^dDuU]['’])(?<!^['’]){_TOKEN}"  # `ex-`, `d'`, `qu'`
    rf"(?:[ \t]{{0,2}}(?<=[ \t.])(?:{_PARTICLE}(?<=['’])|{_PARTICLE}[ \t]){{0,2}}{_TOKEN})*"
)
_PIECE = re.compile(rf"{_INITIAL}(?!\w)|{BIG}|[^\W\d_]+['’]?")
_MOST_WORDS = 6
SHORT = ("Son", "Le", "Van", "Do", "Ma", "Vu", "An", "To", "Tu")  # of names of Vietnam or China


class Word(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def initial(self) -> bool:
        return self.text.endswith(".")

    @property
    def particle(self) -> bool:
        return self.text[0].islower() or self.text[-1] in "'’"

    @property
    def joins(self) -> bool:
        """Whether it may stand between the words of a name."""
        return folded(self.text) in PARTICLES

    @property
    def capitals(self) -> bool:
        return len(self.text) > 2 and self.text.isupper()


def words_of(text: str, start: int, end: int) -> list[Word]:
    return [Word(m[0], *m.span()) for m in _PIECE.finditer(text, start, end)]


def may_be_name(word: Word) -> bool:
    """Whether a word behind a hint is no acronym and no nationality."""
    acronym = word.text.isupper() and len(word.text) < 6 and not is_given(word.text)
    return not (acronym or is_of_a_people(word.text))


def end_of_name(words: list[Word], at: int, sure: bool = False) -> int:
    """Where the name of which a word is part ends: behind the last word that may be of it.

    It is `sure` of its first word where that is one, whatever it may be elsewhere.
    """
    end = at
    while end < len(words) and end - at < _MOST_WORDS:
        word = words[end]
        if not (word.particle or word.initial) and is_no_name(word.text):
            behind = end > at and is_given(words[end - 1].text)
            called_so = (end == at and sure) or (behind and is_place(word.text))
            short = end > at and word.text in SHORT
            letter = behind and len(word.text) == 1 and word.text.isupper()
            if not (called_so or short or letter) and not (word.joins and end + 1 < len(words)):
                break
        elif end > at and len(word.text) > 8 and word.capitals and not words[end - 1].capitals:
            if is_common(word.text):
                break
        elif end > at and words[end - 1].particle and not (word.particle or may_be_name(word)):
            break
        end += 1
    while end > at and (words[end - 1].particle or words[end - 1].joins):
        end -= 1
    return end
