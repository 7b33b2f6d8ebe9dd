"""The words by which names are told: given names, what announces a name, what is none."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from observlib.text import fold

PARTICLES = frozenset(
    [
        "de",
        "du",
        "des",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "el",
        "al",
        "ben",
        "bin",
        "ibn",
        "da",
        "dos",
        "di",
        "do",
        "dit",
        "dite",
        "y",
        "d'",
        "l'",
        "d’",
        "l’",
    ]
)
_MARRIED = ("marié", "mariés", "mariée", "mariées")
_OF_A_PEOPLE = (
    "cai",
    "een",
    "eenne",
    "lai",
    "nai",
    "dai",
    "tai",
    "caise",
    "laise",
    "naise",
    "daise",
    "taise",
    "gai",
    "gaise",
    "ien",
    "ienne",
    "noi",
    "noise",
    "quoi",
    "quoise",
    "loi",
    "loise",
    "doi",
    "doise",
    "goi",
    "ricain",
    "ricaine",
    "rocain",
    "rocaine",
    "bain",
    "baine",
    "mand",
    "mande",
    "agnol",
    "agnole",
    "glaise",
    "landai",
    "ruvienne",
)
_INVERTED = frozenset(
    [
        "vous",
        "je",
        "il",
        "elle",
        "ce",
        "on",
        "nous",
        "moi",
        "t",
        "tu",
        "ils",
        "elles",
        "la",
        "ci",
        "y",
        "en",
        "le",
        "les",
        "ceux",
    ]
)


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
    words = _words("given_names.txt")
    return {word.rstrip("*+"): word[-1] not in "*+" for word in words}


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
    return len(parts) > 1 and bool({*parts[1:]} & _INVERTED or parts[0] in _no_names())
