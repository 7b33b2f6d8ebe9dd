"""Personal data in a text: addresses, numbers to call or to pay with, numbers of persons.

The one list of what the observatory neither takes in nor shows. Each number that has a key is
checked by it, so that an ISBN, a SIRET, a budget, a date or a hash is not taken for a person's.
Names cannot be told from other words: only those behind a civil title are. What identifies a
person's answer or call must hold a digit, which names do not, or be drawn like those that do. It is
not replaced by a digest instead: whoever has the digest of a telephone number or a name finds it by
trying them all.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

# --- The signs by which personal numbers and addresses are recognised, each told once

INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# Hexadecimal words, such as hashes and UUIDs; but not a number of Corsica, with its 2A or 2B, nor
# the account of a country such as BE.
HASH = re.compile(
    r"(?<![^\W_])(?!(?:\d{6}[AB]\d{6,8}|[A-F]{2}\d{12,})(?![^\W_]))"
    r"(?=[\dA-F]{8})(?=[\dA-F-]*[A-F])"  # the first, as the second reads a long rule to its end
    r"(?:[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}|[\dA-F]{12,})(?![^\W_])",
    re.I,
)
DATE = re.compile(
    r"(?<!\d)(?:(?:19\d|20[0-4])\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?"
    r"|[0-3]\d([/. -])(?:0[1-9]|1[0-2])\1(?:19\d|20[0-4])\d"
    r"|[0-3]\d/(?:0[1-9]|1[0-2])/\d\d(?=\s?(?:-|à|au)\s?[0-3]\d/(?:0[1-9]|1[0-2])/\d\d(?!\d)))(?!\d)"
)
AT = r"(?:\s{0,3}\\?@\s{0,3}|\s{0,3}[\[({<]\s?(?:at|arobase|@)\s?[\])}>]\s{0,3}|\s+arobase\s+|%40)"
DOT = r"(?:\.|\s{0,3}[\[({<]\s?(?:dot|point|\.)\s?[\])}>]\s{0,3}|\s{1,3}(?:dot|point)\s{1,3})"
MAIL = re.compile(rf"[\w+-]{AT}[^\W_](?:[\w-]|{DOT})*?{DOT}[^\W\d_]{{2,}}", re.I)
SEPARATORS = r"[\s.\-_/()]{0,3}"
FROM, TO = r"(?<!\d)(?<!\d[.,])", r"(?!\d)"
_ZERO = rf"{FROM}(?!(?<=\d )0\d\d(?!\d))"  # thousands go on with three digits behind a space
PHONE = re.compile(  # of its own land in pairs however set apart, or in groups set apart alike
    rf"(?:{_ZERO}00|{FROM}\+)\s?33{SEPARATORS}(?:\(0\){SEPARATORS})?[1-9](?:{SEPARATORS}\d){{8}}{TO}"
    rf"|{_ZERO}0\)?\s?[1-9](?:{SEPARATORS}\d\d){{4}}{TO}"
    rf"|{_ZERO}0\)?\s?[1-9](?=\d*(?P<apart>{SEPARATORS}))(?:(?P=apart)?\d){{8}}{TO}"
    rf"|{FROM}33[1-9]\d{{8}}{TO}"
    rf"|\+\s?[1-9](?:{SEPARATORS}\d){{9,14}}{TO}"
    rf"|{_ZERO}00\s?[1-9]\d{{0,2}}[\s.\-/()]{{1,3}}\d(?:{SEPARATORS}\d){{6,11}}{TO}"
)
_LIST = re.compile(r"(?:\d[\s.\-_/]+){6}")  # single digits set apart, such as a scale's
NIR = re.compile(
    rf"{FROM}[1-478](?:{SEPARATORS}\d){{5}}{SEPARATORS}[\dAB](?:{SEPARATORS}\d){{6}}"
    rf"(?:(?:{SEPARATORS}\d){{2}})?{TO}",
    re.I,
)
_NIR_SHAPE = re.compile(r"\d{3}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d\d|2[AB])(?!000)\d{3}(?!000)\d{3}")
TAX = re.compile(rf"{FROM}[0-3](?:{SEPARATORS}\d){{12}}{TO}")
CARD = re.compile(rf"{FROM}[2-6](?:{SEPARATORS}\d){{14,15}}{TO}")
_CARD_SHAPE = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6(?:011|[4-9]\d\d)\d{12}|35\d{14}|3[47]\d{13}"
)
IBAN = re.compile(r"(?<![A-Z\d])(?=([A-Z]{2}\d\d(?:[\s.\-]?[A-Z\d]){11,40}))", re.I)
_IBAN_LENGTHS = dict(  # ISO 13616
    re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
        "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 "
        "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 "
        "NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 "
        "TN24 TR26 UA29 VA22 VG24 XK20",
    )
)


def signs(text: str) -> str:
    return re.sub(r"[\W_]", "", text).upper()


def is_phone(written: str) -> bool:
    """Whether what is drawn like a number to call may be a person's.

    Numbers from 08 on are those of services: nobody lives there. Single digits are a scale's.
    """
    if _LIST.search(written):
        return False
    return re.fullmatch(r"(?:33|0033|0)0?8\d{8}", signs(written)) is None


def is_nir(written: str) -> bool:
    """Whether 13 signs are a social security number: its shape, and its key where it is written."""
    number, key = written[:13], written[13:]
    if not _NIR_SHAPE.fullmatch(number):
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
    return luhn and _CARD_SHAPE.fullmatch(number) is not None


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
    return int(_IBAN_LENGTHS.get(signs(text)[:2], 0))


# --- Identifiers of people's answers as the store has them: hashes with a key (see `store`)

# Of the demonstration, which has no people: its store and figures are the same everywhere.
PUBLIC_KEY = b"observlib's demonstration: public"


def hashed(identifier: str, device: str, key: bytes) -> str:
    """The hash of a device's identifier: 128 bits of BLAKE2b with a key (RFC 7693), in hex.

    >>> one, other = (hashed(name, "jdma", b"secret") for name in ("0x1", "0x2"))
    >>> len(one), one == hashed("0x1", "jdma", b"secret"), one == other
    (32, True, False)
    """
    begun = for_device(device, key)
    begun.update(identifier.encode())
    return begun.hexdigest()


def for_device(device: str, key: bytes) -> hashlib.blake2b:
    """What the hashes of a device's identifiers begin with."""
    return hashlib.blake2b(device.encode() + b"\0", key=key, digest_size=16)


HIDDEN = "(not shown: it may tell of someone)"

# What nothing below can do without, in a text as it is written: most texts are passed over here.
_MAYBE = re.compile(r"[@\uff20\ufe6b&]|%40|[\[({<]\s?at|arobase|(?:\d[^\d\w]{0,4}){6}", re.I)
_KEYLESS = re.compile(r"\s*\d{13}\s*")
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŒŸ]"
TITLES_OF_PEOPLE = (
    r"\b(?:M\.|MM\.|(?:Mr|Mmes?|Mlles?|Madame|Mesdames|Mademoiselle|Monsieur|Messieurs)\b\.?)"
)
_TITLED = re.compile(rf"{TITLES_OF_PEOPLE}\s+(?:{_CAPITAL}\.?[\s-]*)?{_CAPITAL}[\w'’-]+")
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

    >>> held("Écrire à zoe (at) exemple.invalid"), held("ou au 06 12.34 56-78")
    ('an e-mail address', 'a telephone number')
    >>> held("1 85 05 78 006 084 91"), held("FR14 2004 1010 0505 0001 3M02 606")
    ('a social security number', 'a bank account number')
    >>> [held(text) for text in ("Rur@linette", "le 3939", "978-2-00-000000-2", "12 345 678 901")]
    [None, None, None, None]
    """
    if _MAYBE.search(text) is None:
        return None
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", html.unescape(text)))
    found = ["an e-mail address"] if MAIL.search(plain) else []
    plain = HASH.sub(" ", plain)
    if any(map(is_iban, IBAN.findall(plain))):
        found.append("a bank account number")
    for what, pattern, is_one in _NUMBERS:  # a part of one may look like the next
        if identifier and is_one is is_nir and _KEYLESS.fullmatch(plain):
            continue
        plain, before = _without(pattern, is_one, plain), plain
        if plain != before:
            found.append(what)
    numbers = PHONE.finditer(DATE.sub(" ", plain))
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
    return _TITLED.search(text) is not None


def reads_as_name(text: str) -> bool:
    """Whether a text has two words in capitals beside each other, or is such as `zoe.martin`.

    >>> [reads_as_name(text) for text in ("Zoé Martin", "MARTIN, Zoé", "Date de soumission")]
    [True, True, False]
    """
    return _TWO_CAPITALS.search(text) is not None


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
    """Identifiers without those which, by their shape, are no name and hold nothing personal.

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
    return pattern.sub(lambda match: " " if is_one(signs(match[0])) else match[0], text)


_NUMBERS = (
    ("a social security number", NIR, is_nir),
    ("a tax number", TAX, is_tax_number),
    ("a payment card's number", CARD, is_card),
)
