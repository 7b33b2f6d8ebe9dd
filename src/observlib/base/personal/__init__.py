"""Personal data in a text: addresses, numbers to call or to pay with, numbers of persons.

The one list of what the observatory neither takes in nor shows. Each number that has a key is
checked by it, so that an ISBN, a SIRET, a budget, a date or a hash is not taken for a person's.
Names cannot be told from other words: only those behind a civil title are. What identifies a
person's answer or call must hold a digit, which names do not, or be drawn like those that do. It is
not replaced by a digest instead: whoever has the digest of a telephone number or a name finds it by
trying them all.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from observlib.base.personal import recognisers

HIDDEN = "(not shown: it may tell of someone)"

# What nothing below can do without, in a text as it is written: most texts are passed over here.
_MAYBE = re.compile(r"[@\uff20\ufe6b&]|%40|[\[({<]\s?at|arobase|(?:\d[^\d\w]{0,4}){6}", re.I)
_KEYLESS = re.compile(r"\s*\d{13}\s*")
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŒŸ]"
TITLE = r"\b(?:M\.|MM\.|(?:Mr|Mmes?|Mlles?|Madame|Mesdames|Mademoiselle|Monsieur|Messieurs)\b\.?)"
_TITLED = re.compile(rf"{TITLE}\s+(?:{_CAPITAL}\.?[\s-]*)?{_CAPITAL}[\w'’-]+")
_TWO_CAPITALS = re.compile(
    rf"(?<![^\W_]){_CAPITAL}[^\W\d_]+[ ,;\u00a0]+(?!ID\b){_CAPITAL}[^\W\d_]+"
    r"|\A\s*[^\W\d_]{2,}\.[^\W\d_]{2,}\s*\Z"
)
# Identifiers, in RE2, which by their shape reach, pay or register nobody: short codes; one number
# of so many digits as none of a person has, or that begins otherwise; and UUIDs.
_LONGEST_CODE = 14
_CODE = r"\A(?:[A-Za-z_-]*[0-9]){1,9}[A-Za-z_-]*\z"
_NUMBER = (
    r"\A(?:[A-Za-z_-]*(?:[1-9][0-9]{9}|[124-9][0-9]{10}|[0-9]{12})"
    r"|(?:[A-Za-z]?|[A-Za-z]{3,})[0-9]{14})\z"
)
_UUID = r"(?i)\A[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\z"
_RANDOM = re.compile(r"(?:[a-z][A-Z]\w*){2}")  # small and capital letters as in no name


def held(text: str, identifier: bool = False) -> str | None:
    """What a text holds by which someone is reached, paid or registered, or `None`.

    Parameters
    ----------
    identifier
        Whether the text is a tool's identifier, of which 13 digits with nothing between them are no
        social security number without its key: moments in milliseconds are written so.

    Examples
    --------
    >>> held("Écrire à zoe (at) exemple.invalid"), held("ou au 06 12.34 56-78")
    ('an e-mail address', 'a telephone number')
    >>> held("1 85 05 78 006 084 91"), held("FR14 2004 1010 0505 0001 3M02 606")
    ('a social security number', 'a bank account number')
    >>> [held(text) for text in ("Rur@linette", "le 3939", "978-2-00-000000-2", "12 345 678 901")]
    [None, None, None, None]
    """
    if _MAYBE.search(text) is None:
        return None
    plain = recognisers.INVISIBLE.sub("", unicodedata.normalize("NFKC", html.unescape(text)))
    found = ["an e-mail address"] if recognisers.MAIL.search(plain) else []
    plain = recognisers.HASH.sub(" ", plain)
    if any(map(recognisers.is_iban, recognisers.IBAN.findall(plain))):
        found.append("a bank account number")
    for what, pattern, is_one in _NUMBERS:  # a part of one may look like the next
        if identifier and is_one is recognisers.is_nir and _KEYLESS.fullmatch(plain):
            continue
        plain, before = _without(pattern, is_one, plain), plain
        if plain != before:
            found.append(what)
    numbers = recognisers.PHONE.finditer(recognisers.DATE.sub(" ", plain))
    if any(recognisers.is_phone(number[0]) for number in numbers):
        found.append("a telephone number")
    return " and ".join(found) or None


def fault(text: str, names: bool = True, identifier: bool = False) -> str | None:
    """Why a text is not taken in, or `None` where it may be; the text itself is not repeated.

    Parameters
    ----------
    names
        Whether a name behind a civil title is a fault, which it is not in a publication's title.
    identifier
        Whether the text is a tool's identifier, as for `held`.

    Examples
    --------
    >>> fault("Rappeler Mme Zoé"), fault("Rappeler le 3939")
    ('names a person; write it without, or take the row away', None)
    """
    what = held(text, identifier)
    told = f"holds {what}" if what else "names a person" if names and names_someone(text) else None
    return f"{told}; write it without, or take the row away" if told else None


def names_someone(text: str) -> bool:
    """Whether a text holds a civil title and a name.

    Examples
    --------
    >>> names_someone("Chez Mme Zoé"), names_someone("Madame, Monsieur")
    (True, False)
    """
    return _TITLED.search(text) is not None


def reads_as_name(text: str) -> bool:
    """Whether a text has two words in capitals beside each other, or is such as `zoe.martin`.

    Examples
    --------
    >>> [reads_as_name(text) for text in ("Zoé Martin", "MARTIN, Zoé", "Date de soumission")]
    [True, True, False]
    """
    return _TWO_CAPITALS.search(text) is not None


def shown(text: str) -> str:
    """A text that messages may repeat; what may be a person, hidden.

    Examples
    --------
    >>> shown("Agents publics"), shown("Zoé Martin")
    ('Agents publics', '(not shown: it may tell of someone)')
    """
    return HIDDEN if fault(text) or reads_as_name(text) else text


def names_things(column: str) -> bool:
    """Whether a column's values name things, so that two words in capitals are no person.

    Examples
    --------
    >>> names_things("Produit"), names_things("Motif")
    (True, False)
    """
    return column.strip().casefold() in ("device", "product", "produit", "channel")


def but_codes(identifiers: Iterable[str]) -> list[str]:
    """Identifiers without those which, by their shape, are no name and hold nothing personal.

    Examples
    --------
    >>> but_codes(["c000012", "zmartin", "AB-12", "0612345678"])
    ['zmartin', '0612345678']
    """
    texts = pa.array(identifiers, pa.string())
    code = pc.and_(
        pc.match_substring_regex(texts, _CODE),
        pc.less_equal(pc.binary_length(texts), _LONGEST_CODE),
    )
    number = pc.match_substring_regex(texts, _NUMBER)
    uuid = pc.match_substring_regex(texts, _UUID)
    mixed = pc.match_substring_regex(texts, "(?i)[a-f].*[0-9]|[0-9].*[a-f]")
    known = pc.or_(pc.or_(code, number), pc.and_(uuid, mixed))
    found: list[str] = texts.filter(pc.invert(known)).to_pylist()
    return found


def names_among(identifiers: Iterable[str]) -> set[str]:
    """Those of a column's identifiers that may be names: they read as one, or have no digit.

    Some codes that tools draw have no digit either, one in seven of six letters and digits. So one
    without is kept where most identifiers have a digit and one of them is as long; none has letters
    that these have not.

    Examples
    --------
    >>> sorted(names_among(["zmartin", "T-2026-01", "Zoé Martin 2", "0x1b2"]))
    ['Zoé Martin 2', 'zmartin']
    >>> names_among(["K7Q2ZD", "QWXZKD", "8JD0PA"]), names_among(["ZMARTIN", "P001"])
    (set(), {'ZMARTIN'})
    """
    texts = set(identifiers)
    doubtful = but_codes(texts)
    bare = {text for text in doubtful if not any(map(str.isdigit, text))}
    plain = {text for text in bare if len(text) > 2 and not _RANDOM.search(text)}
    if plain and 2 * len(bare) <= len(texts):
        coded = texts - bare
        lengths, letters = set(map(len, coded)), _letters("".join(coded))
        plain = {text for text in plain if len(text) not in lengths or _letters(text) - letters}
    return plain | set(filter(reads_as_name, doubtful))


def _letters(text: str) -> set[str]:
    """The signs of a text, of which all small letters of ASCII are one, and all capitals."""
    return set(re.sub("[A-Z]", "A", re.sub("[a-z]", "a", "".join(set(text)))))


def _without(pattern: re.Pattern[str], is_one: Callable[[str], bool], text: str) -> str:
    return pattern.sub(lambda match: " " if is_one(recognisers.signs(match[0])) else match[0], text)


_NUMBERS = (
    ("a social security number", recognisers.NIR, recognisers.is_nir),
    ("a tax number", recognisers.TAX, recognisers.is_tax_number),
    ("a payment card's number", recognisers.CARD, recognisers.is_card),
)
