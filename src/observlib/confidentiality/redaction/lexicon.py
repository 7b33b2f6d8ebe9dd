"""The words by which names are told: given names, what announces a name, what is none."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from observlib.base.text import fold

PARTICLES = frozenset([
    "de", "du", "des", "la", "le", "van", "von", "der", "den", "el", "al", "ben", "bin", "ibn",
    "da", "dos", "di", "do", "dit", "dite", "y", "ait", "ould", "abd", "d'", "l'", "d’", "l’",
])  # fmt: skip
_MARRIED = ("marié", "mariés", "mariée", "mariées")
_OF_A_PEOPLE = (
    "cai", "een", "eenne", "lai", "nai", "dai", "tai", "caise", "laise", "naise", "daise",
    "taise", "gai", "gaise", "ien", "ienne", "noi", "noise", "quoi", "quoise", "loi", "loise",
    "doi", "doise", "goi", "ricain", "ricaine", "rocain", "rocaine", "bain", "baine", "mand",
    "mande", "agnol", "agnole", "glaise", "landai", "ruvienne",
)  # fmt: skip
_DERIVED = re.compile(  # long words that are formed as no name is
    r"\w{4,}(?:ment|ements|[ts]ions?|ites?|[ai]bles?|ismes?|iques?|[ae]nces?|aisons?|"
    r"eries?|trices?|[st]ifs?|[st]ives?|euses?|ieux|[nt]al(?:es?)?|aux|ages?)|\w{6,}(?:ants?|"
    r"antes?)"
)
_ENDINGS = ("s", "x", "e", "es", "ee", "ees")
_OF_VERBS = (
    *("ez", "ent", "ant", "ante", "ants", "antes", "ons", "ait", "ais", "aient"),
    *("e", "es", "ee", "ees"),
    *("era", "erait", "eront"),
)
_INVERTED = frozenset([
    "vous", "je", "il", "elle", "ce", "on", "nous", "moi", "t", "tu", "ils", "elles", "la", "ci",
    "y", "en", "le", "les", "ceux",
])  # fmt: skip


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word to look up: without case and accents."""
    return fold(word).replace("’", "'")


def _words(name: str) -> list[str]:
    """The words of a list of the package."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return [word for line in lines for word in line.split()]


@cache
def given_names() -> dict[str, bool]:
    """The given names that are known, and whether each is a name by itself."""
    words = _words("given_names.txt") + _words("nicknames.txt")
    return {word.rstrip("*+"): word[-1] not in "*+" for word in words}


@cache
def of_history() -> re.Pattern[str]:
    """The names of people of history, with accents or without, written in capitals or small."""
    text = files(__package__).joinpath("history.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    names = [" ".join(name.split()) for name in " ".join(lines).split(",")]
    forms = (
        "".join(sign if sign.isascii() else f"(?:{sign}|{folded(sign)})" for sign in name)
        for name in names
    )
    every = "|".join(re.sub("['’]", "['’]", form).replace(" ", "[ -]") for form in forms)
    return re.compile(rf"(?<![\w'’-])(?:{every})(?![\w'’-])", re.I)


@cache
def small_words() -> frozenset[str]:
    """Words that begin no name, written small."""
    return frozenset(_words("small_words.txt"))


@cache
def _no_names() -> frozenset[str]:
    return frozenset(_words("no_names.txt")) | _places()


@cache
def _places() -> frozenset[str]:
    return frozenset(_words("places.txt"))


@cache
def _common_words() -> frozenset[str]:
    words = _words("common_words.txt") + _words("things.txt")
    return frozenset(words) | _no_names() | small_words()


def is_place(word: str) -> bool:
    """Whether a word that no name holds is a place, a day or a month, as a surname may be.

    Examples
    --------
    >>> is_place("Toulouse"), is_place("Mairie")
    (True, False)
    """
    return folded(word) in _places()


@lru_cache(maxsize=50_000)
def is_given(word: str) -> bool:
    """Whether a word is a given name, or several with hyphens between them.

    Examples
    --------
    >>> [is_given(word) for word in ("Zoé", "Jean-Noël", "Saint-Denis", "Rose")]
    [True, True, False, True]
    """
    known = given_names()
    return word.lower() not in _MARRIED and all(part in known for part in folded(word).split("-"))


@lru_cache(maxsize=50_000)
def is_only_given(word: str) -> bool:
    """Whether a word is a given name and nothing else.

    Examples
    --------
    >>> [is_only_given(word) for word in ("Zoé", "Jean-Noël", "Rose")]
    [True, True, False]
    """
    parts = folded(word).split("-")
    return is_given(word) and (len(parts) > 1 or given_names()[parts[0]])


def is_of_a_people(word: str) -> bool:
    """Whether a word ends as those of nationalities do.

    Examples
    --------
    >>> is_of_a_people("Sénégalaise"), is_of_a_people("Durand")
    (True, False)
    """
    last = folded(word).rstrip("s").rsplit("-", 1)[-1]
    return not is_given(word) and (last.endswith(_OF_A_PEOPLE) or is_no_name(last))


@lru_cache(maxsize=50_000)
def is_no_name(word: str) -> bool:
    """Whether a word is none of a name's: one of French, of an administration or of a place.

    Examples
    --------
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

    Examples
    --------
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
    if word in known or (len(word) > 7 and _DERIVED.fullmatch(word)):
        return True
    for endings, instead in ((_ENDINGS, ""), (_OF_VERBS, "er")):
        for ending in endings:
            stem = word.removesuffix(ending)
            if stem != word and len(stem) > 3 and stem + instead in known:
                return True
    return False
