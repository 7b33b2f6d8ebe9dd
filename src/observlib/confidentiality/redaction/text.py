"""A text as the rules read it: its signs, its words, and of which of these names are made.

Each sign knows its place in what was written. What a rule has taken is masked by as many signs that
are no letter, digit or space, so that the next rules neither read it nor lose their places.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from observlib.base import yaml_files
from observlib.base.personal import INVISIBLE
from observlib.base.text import fold

REDACTION_MARKS = {
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
SIGNS = {kind: chr(0xF300 + place) for place, kind in enumerate(REDACTION_MARKS)}  # of private use
KEPT_SIGN = chr(0xF3FF)
_LATIN = (*range(0x250), *range(0x1E00, 0x1F00))
_CAP = f"[{''.join(sign for sign in map(chr, _LATIN) if sign.isupper())}]"  # a capital
_MARK = re.compile("|".join(map(re.escape, REDACTION_MARKS.values())))
_KINDS = {mark: kind for kind, mark in REDACTION_MARKS.items()}
_UNIT = re.compile(r"&#?\w{1,32};?|[\s\S][\u0300-\u036f\u3099\u309a]*")
_PLAIN = re.compile(r"[\n -%'-~\u00a1-\u00a7\u00a9\u00ab\u00b0\u00b1\u00b6\u00bb\u00bf-\u017f"
                    r"‐-―‘’“”•€œŒ]*")  # fmt: skip


class Span(NamedTuple):
    """What is personal in a text: from which sign on, up to which, and of what kind."""

    start: int
    end: int
    kind: str


def plain_text(text: str) -> tuple[str, list[int], list[int]]:
    """A text without HTML entities, unusual forms of signs and invisible ones, and their places.

    Marks that stand in it are masked.

    >>> plain_text("l&#39;ｅ\\u00adau")
    ("l'eau", [0, 1, 6, 8, 9], [1, 6, 7, 9, 10])
    """
    if "[" in text:
        text = _MARK.sub(lambda found: SIGNS[_KINDS[found[0]]] * len(found[0]), text)
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

    >>> masked("le 3939", [(3, 7)], "_")
    'le ____'
    """
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [text[at:start], sign * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def left_of(text: str, at: int, most: int) -> str:
    """What stands before a place of a text, of so many signs at most."""
    return text[max(0, at - most) : at]


def match_spans(text: str, *patterns: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where some patterns match, one after the other: their group `it`, where it matches."""
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield found.span("it" if "it" in pattern.groupindex and found["it"] else 0)


# --- Patterns, which stand in YAML beside the modules that they are of

_Rules = dict[str, dict[str, re.Pattern[str]]]


def rules(module: str, **parts: str) -> tuple[_Rules, dict[str, str]]:
    """The patterns of a module by section and name, and the parts of which they are made.

    A line's end and what indents the next are no part of a pattern. `{cap}` stands for a part: a
    capital, the sign of a masked name (`{name}`), or one that the section `parts` tells.
    """
    sections = yaml_files.load_data(module)
    parts = {"cap": _CAP, **SIGNS, **parts}

    def whole(written: str) -> str:
        joined = yaml_files.as_one_line(written)
        return re.sub(r"\{([a-z_]+)\}", lambda found: parts[found[1]], joined)

    for name, written in sections.pop("parts").items():
        parts[name] = whole(written)
    found = {
        section: {name: re.compile(whole(written)) for name, written in own.items()}
        for section, own in sections.items()
    }
    return found, parts


# --- The words of which names are made, and those of which none is

_RULES, _PARTS = rules(__file__)
BIG = _PARTS["big"]
_WORDS = _RULES["words"]
RUN = _WORDS["run"]
PARTICLES = frozenset(_PARTS["particles"].split("|"))
_MARRIED = ("marié", "mariés", "mariée", "mariées")
_ENDINGS = ("s", "x", "e", "es", "ee", "ees")
_OF_VERBS = _PARTS["of_verbs"].split("|")
_INVERTED = frozenset(_PARTS["inverted"].split("|"))


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word to look up: without case and accents."""
    return fold(word).replace("’", "'")


def _lines(name: str) -> list[str]:
    """The lines of a list of the package."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def _listed(*names: str) -> list[str]:
    """The words of some lists of the package."""
    return [word for name in names for line in _lines(name) for word in line.split()]


@cache
def _given_names() -> dict[str, bool]:
    """The given names that are known, and whether each is a name by itself."""
    words = _listed("given_names.txt", "nicknames.txt")
    return {word.rstrip("*+"): word[-1] not in "*+" for word in words}


@cache
def of_history() -> re.Pattern[str]:
    """The names of people of history, with accents or without, written in capitals or small."""
    names = [" ".join(name.split()) for name in " ".join(_lines("history.txt")).split(",")]
    forms = (
        "".join(sign if sign.isascii() else f"(?:{sign}|{folded(sign)})" for sign in name)
        for name in names
    )
    every = "|".join(re.sub("['’]", "['’]", form).replace(" ", "[ -]") for form in forms)
    return re.compile(rf"(?<![\w'’-])(?:{every})(?![\w'’-])", re.I)


@cache
def small_words() -> frozenset[str]:
    """Words that begin no name, written small."""
    return frozenset(_listed("small_words.txt"))


@cache
def _no_names() -> frozenset[str]:
    return frozenset(_listed("no_names.txt")) | _places()


@cache
def _places() -> frozenset[str]:
    return frozenset(_listed("places.txt"))


@cache
def _common_words() -> frozenset[str]:
    return frozenset(_listed("common_words.txt", "things.txt")) | _no_names() | small_words()


def is_place(word: str) -> bool:
    """Whether a word that no name holds is a place, a day or a month, as a surname may be.

    >>> is_place("Toulouse"), is_place("Mairie")
    (True, False)
    """
    return folded(word) in _places()


@lru_cache(maxsize=50_000)
def is_given(word: str) -> bool:
    """Whether a word is a given name, or several with hyphens between them.

    >>> [is_given(word) for word in ("Zoé", "Jean-Noël", "Saint-Denis", "Rose")]
    [True, True, False, True]
    """
    known = _given_names()
    return word.lower() not in _MARRIED and all(part in known for part in folded(word).split("-"))


@lru_cache(maxsize=50_000)
def is_only_given(word: str) -> bool:
    """Whether a word is a given name and nothing else.

    >>> [is_only_given(word) for word in ("Zoé", "Jean-Noël", "Rose")]
    [True, True, False]
    """
    parts = folded(word).split("-")
    return is_given(word) and (len(parts) > 1 or _given_names()[parts[0]])


def is_of_a_people(word: str) -> bool:
    """Whether a word ends as those of nationalities do.

    >>> is_of_a_people("Sénégalaise"), is_of_a_people("Durand")
    (True, False)
    """
    last = folded(word).rstrip("s").rsplit("-", 1)[-1]
    return not is_given(word) and (bool(_WORDS["of_a_people"].search(last)) or is_no_name(last))


@lru_cache(maxsize=50_000)
def is_no_name(word: str) -> bool:
    """Whether a word is none of a name's: one of French, of an administration or of a place.

    >>> [is_no_name(word) for word in ("Bonjour", "Avez-vous", "L'agent", "Dupont")]
    [True, True, True, False]
    """
    plain = folded(word).strip("'")
    if plain in _no_names() or len(plain) < 2:
        return True
    if "'" in plain and plain.split("'", 1)[1] in _no_names():
        return True
    parts = plain.split("-")
    if len(parts) > 1 and parts[0] in _no_names():
        return True
    inverted = _INVERTED & {*parts[1:]}  # as in `Avez-vous`, not in `Dupont-Le Goff`
    return bool(inverted) and (word.isupper() or not any(map(str.isupper, word[1:])))


@lru_cache(maxsize=50_000)
def is_common(word: str) -> bool:
    """Whether a word, in one of its forms, is a frequent one of French, or none of a name's.

    >>> [is_common(word) for word in ("Remboursez", "Malheureusement", "Ticket", "Le Goff")]
    [True, True, True, False]
    """
    if is_no_name(word):
        return True
    if is_given(word):
        return False
    parts = folded(word).strip("'").split("'")
    return _is_frequent(parts[0 if len(parts[0]) > 2 else -1].split("-")[0])


def _is_frequent(word: str) -> bool:
    known = _common_words()
    if word in known or (len(word) > 7 and _WORDS["derived"].fullmatch(word)):
        return True
    for endings, instead in ((_ENDINGS, ""), (_OF_VERBS, "er")):
        for ending in endings:
            stem = word.removesuffix(ending)
            if stem != word and len(stem) > 3 and stem + instead in known:
                return True
    return False


# --- The words of a text that begin with a capital, and where a name among them ends

_MOST_WORDS = 6
SHORT = ("Son", "Le", "Van", "Do", "Ma", "Vu", "An", "To", "Tu")  # of names of Vietnam or China


class TextWord(NamedTuple):
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


def words_between(text: str, start: int, end: int) -> list[TextWord]:
    return [TextWord(m[0], *m.span()) for m in _WORDS["piece"].finditer(text, start, end)]


def may_be_name(word: TextWord) -> bool:
    """Whether a word behind a hint is no acronym and no nationality."""
    acronym = word.text.isupper() and len(word.text) < 6 and not is_given(word.text)
    return not (acronym or is_of_a_people(word.text))


def end_of_name(words: list[TextWord], at: int, sure: bool = False) -> int:
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
