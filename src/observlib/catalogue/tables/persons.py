"""The door of every tidy table: no text that tells of a person comes in, or is shown as refused.

A name is told from other words by a civil title or a given name (`given_names.txt`): two capitals
alone, such as `Carte Vitale`, are none.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from observlib.base import personal
from observlib.base.text import fold, fold_label
from observlib.catalogue.tables.definitions import Column

A_NAME = "may be a name; identifiers are numbers, or codes with a digit"
_NAMES = "names a person; write it without, or take the row away"
_TELLS = "is no label but a text, which may tell of someone; write a label, or take the row away"
_LONGEST = 120  # signs of a label

_PLATE = re.compile(  # of a vehicle, since 2009; I, O and U are never used
    r"(?<![A-Z\d-])(?![A-Z]*[IOU])[A-Z]{2}[- ]\d{3}[- ](?![A-Z]*[IOU])[A-Z]{2}(?![A-Z\d-])"
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BETWEEN = re.compile(r"[ ,;\u00a0]+|\.[ \u00a0]?")
_JOINED = re.compile(r"\s*([^\W\d_]+)[._]([^\W\d_]{2,})\s*")  # as in an address: zoe.martin
_ROMAN = re.compile(r"[IVX]+")  # a king or a pope
# What is named after someone: a saint, or a king's place.
_HONOURS = re.compile(
    "sainte?s?|ste?|san|santa|les?|la|port|fort|mont|bois|chateau|bourg|ile|villa|rue|avenue|place|"
    "boulevard|quai|lycee|college|ecole|universite|hopital|prix|fondation"
)
# Of these a town is named: Pierre-Bénite, Marie-Galante, Robert-Espagne …
_TOWNS = re.compile("adam|arnaud|marie|martin|pierre|richard|robert|romain|vincent")
_KIN = re.compile(
    r"\b(?:mon|ma|mes|son|sa|ses|notre|nos|votre|leur|leurs) (?:\w+ )?(?:fils|fille|mari|femme|"
    r"epouse|epoux|pere|mere|frere|soeur|sœur|enfants?|conjointe?|compagnon|compagne|bebe|"
    r"grand[- ]?pere|grand[- ]?mere|parents?|oncle|tante|cousine?|voisine?|proche|medecin|patron)\b"
)
_LIFE = re.compile(
    r"\b(?:malades?|handicape(?:e|s)?|cancer|depressi(?:f|ve)|suicid\w+|decede(?:e|s)?|mort(?:e|s)?|"
    r"veu(?:f|ve)|hospitalise(?:e|s)?|operee?|enceinte|alcooli\w+|seropositi(?:f|ve)|divorcee?|"
    r"agressee?|battue?|incarceree?|licenciee?|surendettee?)\b"
)
_SOMEONE = re.compile(r"\b(?:j'|je|il|elle|ils|elles|mon|ma|mes|son|sa|mme|monsieur|madame)\b|\bj'")
_IS = re.compile(r"(?:\b|')(?:est|sont|etait|a|ai|ont|suis|avait|vient|va|n'a|n'est)\b")
_SENTENCES = re.compile(r"[.!?…]\s+[^\W\d_a-zà-ÿ]")

# What a message may repeat: a number, a day, a span of days, a duration; or a code or lone word.
_VALUE = re.compile(
    r"[-+<>=~#]?\s*\d[\d\s.,:/%+\-TZh€]*(?:(?:to|min|sec|s|h|UTC)\b[\d\s.,:/+\-]*)*"
)
_CODE = re.compile(r"(?=\S*\d)[\w.,/:+#-]{1,40}")
_LONE_WORD = re.compile(r"[a-zà-ÿ_-]{1,24}|#[A-Z/0!?]+|[A-Z]")


def fault(text: str, column: Column) -> str | None:
    """Why a text may not stand in a column, or `None` where it may; it is not repeated.

    Examples
    --------
    >>> label = Column(kind="text", label=True)
    >>> [fault(text, label) for text in ("Carte Vitale", "Mon compte")]
    [None, None]
    >>> fault("Rappeler Zoé Martin", label)
    'names a person; write it without, or take the row away'
    >>> fault("Ma mère est malade", label)
    'is no label but a text, which may tell of someone; write a label, or take the row away'
    """
    why = personal.fault(text, names=not column.cites, identifier=column.person)
    if why is None and not column.person and _PLATE.search(text):
        why = "holds a number plate; write it without, or take the row away"
    if why or column.cites or column.person:
        return why
    if names_someone(text, whole=column.named):
        return _NAMES
    return _TELLS if column.label and tells_of_someone(text) else None


def names_someone(text: str, whole: bool = False) -> bool:
    """Whether a text holds a given name beside another name.

    Parameters
    ----------
    whole
        Whether only a text that is a name and nothing else does: an office or a town may be named
        after someone.

    Examples
    --------
    >>> [names_someone(text) for text in ("Zoé Martin", "Voir MARTIN, Zoé", "zoe.martin")]
    [True, True, True]
    >>> [names_someone(text) for text in ("Légifrance Pro", "Saint Martin", "Louis XIV")]
    [False, False, False]
    >>> names_someone("Lycée Simone Veil", whole=True), names_someone("Simone Veil", whole=True)
    (False, True)
    """
    if joined := _JOINED.fullmatch(text):
        return any(map(_is_given, joined.groups()))
    words = [*_WORD.finditer(text)]
    if whole:
        if not 2 <= len(words) <= 3:
            return False
        first, last = words[0][0], words[-1][0]
        if not (_is_capital(first) and _is_capital(last)):
            return False
        inverted = "," in text or (first.isupper() and not last.isupper())
        if _is_given(last) and (inverted or _is_given(first)):
            return True
        return _is_given(first) and not _TOWNS.fullmatch(fold(first))
    if len(words) == 2 and text.islower() and _WORD.fullmatch(text.split()[0]):
        return _is_given(words[0][0]) and not _TOWNS.fullmatch(fold(words[0][0]))
    before = ""
    for one, other in pairwise(words):
        pair = (one[0], other[0])
        beside = _BETWEEN.fullmatch(text[one.end() : other.start()])
        if beside and "." in beside[0] and len(one[0]) > 1:
            beside = None  # a sentence ends there
        honoured = any(_HONOURS.fullmatch(fold(word)) for word in (before, one[0]))
        if beside and not honoured and all(map(_is_capital, pair)) and any(map(_is_given, pair)):
            return True
        before = one[0]
    return False


def tells_of_someone(text: str) -> bool:
    """Whether what should be a label is a text, or says of someone what is private.

    Examples
    --------
    >>> [tells_of_someone(text) for text in ("Inscrire mon enfant", "Elle est malade. Que faire ?")]
    [False, True]
    """
    if len(text) > _LONGEST or "\n" in text or _SENTENCES.search(text):
        return True
    plain = fold_label(text)
    about = _KIN.search(plain) or (_LIFE.search(plain) and _SOMEONE.search(plain))
    return bool(about and _IS.search(plain))


@lru_cache(maxsize=10_000)
def shown(column: str, text: str) -> str:
    """A refused cell as messages and files repeat it: a number, a day, a code or a lone word.

    Anything else may be what someone wrote, or who: its row is told, and not it.

    Examples
    --------
    >>> [shown("Note", text) for text in ("31/02/2026 10:00", "4 min 31s", "T-12", "mood")]
    ['31/02/2026 10:00', '4 min 31s', 'T-12', 'mood']
    >>> {shown("Note", text) for text in ("Martin", "très déçue", "0612345678", "zoe1@a.fr")}
    {'(not shown: it may tell of someone)'}
    """
    if not text or text.startswith("(not shown"):
        return text
    if personal.fault(text) or names_someone(text) or _PLATE.search(text):
        return personal.HIDDEN
    if personal.names_things(column):
        return text
    forms = (_VALUE, _CODE, _LONE_WORD)
    safe = len(text) <= 80 and any(form.fullmatch(text.strip()) for form in forms)
    return text if safe and not any(map(_is_given, _WORD.findall(text))) else personal.HIDDEN


def _is_capital(word: str) -> bool:
    return word[0].isupper() and not _ROMAN.fullmatch(word)


def _is_given(word: str) -> bool:
    """Whether a word is a given name, or several such as `Jean-Pierre`."""
    parts = re.split(r"[-'’]", fold(word))
    return all(part in _given_names() for part in parts)


@cache
def _given_names() -> frozenset[str]:
    """The given names of redaction but those that are words as often (a star follows them)."""
    path = Path(__file__).parents[2] / "confidentiality" / "redaction" / "given_names.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(
        name.removesuffix("+")
        for line in lines
        if not line.startswith("#")
        for name in line.split()
        if not name.endswith("*")
    )
