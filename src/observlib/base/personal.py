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

from observlib.base.text import compiled
from observlib.base.yaml_files import load_data

_SECTIONS, PARTS = compiled(load_data(__file__))
PATTERNS = _SECTIONS["patterns"]
_IBAN_LENGTHS = {each[:2]: int(each[2:]) for each in PARTS["iban_lengths"].split()}


def signs(text: str) -> str:
    return re.sub(r"[\W_]", "", text).upper()


def is_phone(written: str) -> bool:
    """Whether what is drawn like a number to call may be a person's.

    Numbers from 08 on are those of services: nobody lives there. Single digits are a scale's.
    """
    if PATTERNS["list"].search(written):
        return False
    return re.fullmatch(r"(?:33|0033|0)0?8\d{8}", signs(written)) is None


def is_nir(written: str) -> bool:
    """Whether 13 signs are a social security number: its shape, and its key where it is written."""
    number, key = written[:13], written[13:]
    if not PATTERNS["nir_shape"].fullmatch(number):
        return False
    if not key:  # then only what most numbers are: sex, and a month of birth
        return number[0] in "12" and number[3:5] <= "12" and number[5:7] != "00"
    value = int(number[:5] + {"2A": "19", "2B": "18"}.get(number[5:7], number[5:7]) + number[7:])
    return int(key) == 97 - value % 97


def is_tax_number(number: str) -> bool:
    """Whether 13 digits are a French tax number: three end it, the remainder by 511 of the rest."""
    return number[:10] != "0" * 10 and int(number[:10]) % 511 == int(number[10:])


def is_card(number: str) -> bool:
    """Whether digits are a payment card's, by its issuer and Luhn's key."""
    doubled = [int(sign) * (1 + place % 2) for place, sign in enumerate(number[::-1])]
    luhn = sum(sum(divmod(product, 10)) for product in doubled) % 10 == 0
    return luhn and PATTERNS["card_shape"].fullmatch(number) is not None


def is_iban(text: str) -> bool:
    """Whether a text begins with a bank account's number, by its country's length and its key."""
    number = signs(text)
    length = iban_length(number)
    number = number[:length]
    if not length or len(number) < length or sum(map(str.isdigit, number)) < length / 2:
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def iban_length(text: str) -> int:
    """How many signs a bank account's number has in its country; 0 where none is known."""
    return _IBAN_LENGTHS.get(signs(text)[:2], 0)


HIDDEN = "(not shown: it may tell of someone)"

_LONGEST_CODE = 14


def held(text: str, identifier: bool = False) -> str | None:
    """What a text holds by which someone is reached, paid or registered, or `None`."""
    if PATTERNS["maybe"].search(text) is None:
        return None
    plain = PATTERNS["invisible"].sub("", unicodedata.normalize("NFKC", html.unescape(text)))
    found = ["an e-mail address"] if PATTERNS["mail"].search(plain) else []
    plain = PATTERNS["hash"].sub(" ", plain)
    if any(map(is_iban, PATTERNS["iban"].findall(plain))):
        found.append("a bank account number")
    for what, pattern, is_one in _NUMBERS:  # a part of one may look like the next
        if identifier and is_one is is_nir and PATTERNS["keyless"].fullmatch(plain):
            continue
        plain, before = _without(pattern, is_one, plain), plain
        if plain != before:
            found.append(what)
    numbers = PATTERNS["phone"].finditer(PATTERNS["date"].sub(" ", plain))
    if any(is_phone(number[0]) for number in numbers):
        found.append("a telephone number")
    return " and ".join(found) or None


def personal_fault(text: str, names: bool = True, identifier: bool = False) -> str | None:
    """Why a text is not taken in, or `None` where it may be; the text itself is not repeated.

    >>> personal_fault("Rappeler Mme Zoé"), personal_fault("Rappeler le 3939")
    ('names a person; write it without, or take the row away', None)
    """
    what = held(text, identifier)
    told = f"holds {what}" if what else "names a person" if names and _names_someone(text) else None
    return f"{told}; write it without, or take the row away" if told else None


def _names_someone(text: str) -> bool:
    """Whether a text holds a civil title and a name.

    >>> _names_someone("Chez Mme Zoé"), _names_someone("Madame, Monsieur")
    (True, False)
    """
    return PATTERNS["titled"].search(text) is not None


def reads_as_name(text: str) -> bool:
    """Whether a text has two words in capitals beside each other, or is such as `zoe.martin`."""
    return PATTERNS["two_capitals"].search(text) is not None


def shown(text: str) -> str:
    """A text that messages may repeat; what may be a person, hidden.

    >>> shown("Agents publics"), shown("Zoé Martin")
    ('Agents publics', '(not shown: it may tell of someone)')
    """
    return HIDDEN if personal_fault(text) or reads_as_name(text) else text


def names_things(column: str) -> bool:
    """Whether a column's values name things, so that two words in capitals are no person.

    >>> names_things("Produit"), names_things("Motif")
    (True, False)
    """
    return column.strip().casefold() in ("device", "product", "produit", "channel")


def but_codes(identifiers: Iterable[str]) -> list[str]:
    """Identifiers without those which, by their shape, are no name and hold nothing personal."""
    texts = pa.array(identifiers, pa.string())
    code = pc.and_(
        pc.match_substring_regex(texts, PARTS["short_code"]),
        pc.less_equal(pc.binary_length(texts), _LONGEST_CODE),
    )
    number = pc.match_substring_regex(texts, PARTS["long_code"])
    uuid = pc.match_substring_regex(texts, PARTS["uuid"])
    mixed = pc.match_substring_regex(texts, "(?i)[a-f].*[0-9]|[0-9].*[a-f]")
    known = pc.or_(pc.or_(code, number), pc.and_(uuid, mixed))
    found: list[str] = texts.filter(pc.invert(known)).to_pylist()
    return found


def names_among(identifiers: Iterable[str]) -> set[str]:
    """Those of a column's identifiers that may be names: they read as one, or have no digit.

    Some codes that tools draw have no digit either, one in seven of six letters and digits. So one
    without is kept where most identifiers have a digit and one of them is as long; none has letters
    that these have not.
    """
    texts = set(identifiers)
    doubtful = but_codes(texts)
    bare = {text for text in doubtful if not any(map(str.isdigit, text))}
    plain = {text for text in bare if len(text) > 2 and not PATTERNS["random"].search(text)}
    if plain and 2 * len(bare) <= len(texts):
        coded = texts - bare
        lengths, letters = set(map(len, coded)), _letters("".join(coded))
        plain = {text for text in plain if len(text) not in lengths or _letters(text) - letters}
    return plain | set(filter(reads_as_name, doubtful))


def _letters(text: str) -> set[str]:
    """The signs of a text, of which all small letters of ASCII are one, and all capitals."""
    return set(re.sub("[A-Z]", "A", re.sub("[a-z]", "a", "".join(set(text)))))


def _without(pattern: re.Pattern[str], is_one: Callable[[str], bool], text: str) -> str:
    return pattern.sub(lambda match: " " if is_one(signs(match[0])) else match[0], text)


_NUMBERS = (
    ("a social security number", PATTERNS["nir"], is_nir),
    ("a tax number", PATTERNS["tax"], is_tax_number),
    ("a payment card's number", PATTERNS["card"], is_card),
)
