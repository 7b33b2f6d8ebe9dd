"""What easy French may hold: short sentences, one number each, words that people know.

The rules are those of "Information for all: European standards for making information easy to read
and understand". Known words stand in `common_words.txt`; a glossary's are explained, in bold, once.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from observlib.base.text import words_of_list
from observlib.catalogue import Catalogue

_WORDS = 15
_NUMBERS = 1
_NAME = "\N{OBJECT REPLACEMENT CHARACTER}"  # what stands for a name, whatever its words
# "8 sur 10" is one number, and so is a date
_NUMBER = re.compile(
    r"\d{1,2}(?:er)? [a-zéû]+ \d{4}\b"
    r"|\d+(?:[ \u00a0\u202f]\d{3})*(?:,\d+)?(?:[^.!?\d]{0,40}? sur 10\b)?"
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKS = re.compile(r"\]\([^)]*\)|\{[^}]*\}|^:::.*$|^---$|^#+ |^- |[\[\]`\\]", re.M)
_TERM = re.compile(r"(?m)^(.+)\n:   ")


def can_check() -> bool:
    """Whether words can be brought to their dictionary form: simplemma is installed."""
    return find_spec("simplemma") is not None


@cache
def common() -> frozenset[str]:
    """The words that a page may use without explaining them, in their dictionary form."""
    return frozenset(map(str.lower, words_of_list(Path(__file__).with_name("common_words.txt"))))


def terms(glossary: str) -> frozenset[str]:
    """The words that a glossary explains: those of its terms, in its Markdown."""
    found = (term.partition("(")[0] for term in _TERM.findall(glossary))
    return frozenset(_lemma(word) for term in found for word in _WORD.findall(term))


def names_of(catalogue: Catalogue) -> list[str]:
    """The names of products and departments, the longest first."""
    named = (*catalogue.products.values(), *catalogue.departments.values())
    return sorted((one.label for one in named), key=len, reverse=True)


def is_easy(text: str, names_: Iterable[str] = ()) -> bool:
    """Whether words of a label or of a title may be told: False where that cannot be known."""
    return can_check() and not list(reading_faults(text, names_))


def reading_faults(
    text: str, names_: Iterable[str] = (), terms_: Collection[str] = ()
) -> Iterator[str]:
    """What is not easy in a text: each word or sentence, and why."""
    explained: set[str] = set()
    for sentence in sentences_of(text):
        length = sum(bool(re.search(r"\w", word)) for word in sentence.replace("**", "").split())
        if length > _WORDS:
            yield f"{sentence!r} has {length} words; easy French has {_WORDS} at most"
        bare = sentence
        for name in names_:
            bare = bare.replace(name, _NAME)
        if (count := len(_NUMBER.findall(bare))) > _NUMBERS:
            yield f"{sentence!r} has {count} numbers; easy French has one"
        bold = {_lemma(word) for part in bare.split("**")[1::2] for word in _WORD.findall(part)}
        explained |= bold & set(terms_)
        for word in _WORD.findall(bare):
            known = {word.lower(), _lemma(word)}
            parts = ({part.lower(), _lemma(part)} for part in word.split("-"))
            if known & (common() | explained) or all(common() & part for part in parts):
                continue
            if known & set(terms_):
                yield f"{word!r} of {sentence!r} is of the glossary; explain it there, in bold"
            else:
                yield (
                    f"{word!r} of {sentence!r} is no common word; write another, or add it to "
                    "the glossary and explain it, or to themes/easy/common_words.txt"
                )


def sentences_of(text: str) -> list[str]:
    """The sentences of a Markdown text, without its marks but bold; a line ends one."""
    spaced = re.sub(r"[\u00a0\u202f]", " ", _MARKS.sub("", text)).replace("’", "'")
    return [part.strip() for part in _END.split(spaced) if re.search(r"\w", part)]


@cache
def _lemma(word: str) -> str:
    from simplemma import lemmatize  # of the extra `text`

    return str(lemmatize(word.lower(), lang="fr")).lower()
