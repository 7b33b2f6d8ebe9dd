"""A text as the rules read it: its signs, its words, and of which of these names are made.

Each sign knows its place in what was written. What a rule has taken is masked by as many signs that
are no letter, digit or space, so that the next rules neither read it nor lose their places.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from observlib.base import personal, yaml_files
from observlib.base.text import Patterns, compiled, fold, words_of_list

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
            written = personal.PATTERNS["invisible"].sub("", written)
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
    """Where some patterns match, one after the other: their group `it`, where it matches.

    What a group holds that is named after a kind, such as `given`, is of it (see `WORD_KINDS`).
    """
    for pattern in patterns:
        names = pattern.groupindex
        kinds = [(name, WORD_KINDS[name]) for name in names if name in WORD_KINDS]
        for found in pattern.finditer(text):
            if all(found[name] is None or is_one(found[name]) for name, is_one in kinds):
                yield found.span("it" if "it" in names and found["it"] else 0)


def rules(module: str, **parts: str) -> tuple[Patterns, dict[str, str]]:
    """The patterns beside a module; `{cap}` is a capital, and `{name}` the sign of a masked one."""
    return compiled(yaml_files.load_data(module), **{"cap": _CAP, **SIGNS, **parts})


# --- The words of which names are made, and those of which none is

_RULES, _PARTS = rules(__file__)
BIG = _PARTS["big"]
RULE_WORDS = _RULES["words"]
PARTICLES = frozenset(_PARTS["particles"].split("|"))
_MARRIED = ("marié", "mariés", "mariée", "mariées")
_ENDINGS = ("s", "x", "e", "es", "ee", "ees")
_OF_VERBS = _PARTS["of_verbs"].split("|")
_INVERTED = frozenset(_PARTS["inverted"].split("|"))


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word to look up: without case and accents."""
    return fold(word).replace("’", "'")


def _path(name: str) -> Path:
    """Where a list of words of the package stands."""
    return Path(__file__).with_name(f"{name}.txt")


@cache
def rule_words(*names: str) -> frozenset[str]:
    """The words of some lists of the package."""
    return frozenset(word for name in names for word in words_of_list(_path(name)))


@cache
def _given_names() -> dict[str, bool]:
    """The given names that are known, and whether each is a name by itself."""
    lists = (words_of_list(_path(name)) for name in ("given_names", "nicknames"))
    words = [word for own in lists for word in own]
    return {word.rstrip("*+"): word[-1] not in "*+" for word in words}


@cache
def of_history() -> re.Pattern[str]:
    """The names of people of history, with accents or without, written in capitals or small."""
    names = " ".join(words_of_list(_path("history"))).split(", ")
    forms = (
        "".join(sign if sign.isascii() else f"(?:{sign}|{folded(sign)})" for sign in name)
        for name in names
    )
    every = "|".join(re.sub("['’]", "['’]", form).replace(" ", "[ -]") for form in forms)
    return re.compile(rf"(?<![\w'’-])(?:{every})(?![\w'’-])", re.I)


def is_small(word: str) -> bool:
    """Whether a word, written small, begins no name."""
    return folded(word) in rule_words("small_words")


def is_place(word: str) -> bool:
    """Whether a word that no name holds is a place, a day or a month, as a surname may be.

    >>> is_place("Toulouse"), is_place("Mairie")
    (True, False)
    """
    return folded(word) in rule_words("places")


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
    return not is_given(word) and (bool(RULE_WORDS["of_a_people"].search(last)) or is_no_name(last))


@lru_cache(maxsize=50_000)
def is_no_name(word: str) -> bool:
    """Whether a word is none of a name's: one of French, of an administration or of a place.

    >>> [is_no_name(word) for word in ("Bonjour", "Avez-vous", "L'agent", "Dupont")]
    [True, True, True, False]
    """
    plain, none = folded(word).strip("'"), rule_words("no_names", "places")
    parts = plain.split("-")
    if len(plain) < 2 or none & {plain, parts[0], plain.partition("'")[2]}:
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
    known = rule_words("common_words", "things", "no_names", "places", "small_words")
    if word in known or (len(word) > 7 and RULE_WORDS["derived"].fullmatch(word)):
        return True
    for endings, instead in ((_ENDINGS, ""), (_OF_VERBS, "er")):
        for ending in endings:
            stem = word.removesuffix(ending)
            if stem != word and len(stem) > 3 and stem + instead in known:
                return True
    return False


def is_strange_small(word: str) -> bool:
    """Whether a word written small is neither French, a participle nor of a people."""
    return len(word) > 3 and not (
        is_given(word)
        or is_common(word)
        or is_of_a_people(word)
        or re.search(r"(?:é|ée|és|ées|ant|ante|ent|ente)\Z", word)
    )


def is_surname(word: str) -> bool:
    """Whether a word may be a surname."""
    return len(word) > 2 and not is_no_name(word)


# What groups of patterns are named after: kinds of words and, of other modules, of numbers
WORD_KINDS: dict[str, Callable[[str], bool]] = {
    "given": is_given,
    "only_given": is_only_given,
    "strange": is_strange_small,
    "surname": is_surname,
    "name": lambda word: not is_no_name(word),
    "uncommon": lambda word: not is_common(word),
    "no_place": lambda word: not is_place(word),
    "no_small": lambda word: not is_small(word),
    "no_given": lambda word: not is_given(word),
    "in_small": str.islower,
}
