"""Dates of birth, links, addresses and numbers of persons, by shape, key or what stands before."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from observlib.base.personal import (
    AT,
    CARD,
    DATE,
    DOT,
    FROM,
    IBAN,
    MAIL,
    NIR,
    PHONE,
    SEPARATORS,
    TAX,
    TO,
    iban_length,
    is_card,
    is_iban,
    is_nir,
    is_phone,
    is_tax_number,
    signs,
)  # fmt: skip
from observlib.confidentiality.redaction.text import (
    is_common,
    is_given,
    is_place,
    left_of,
    match_spans,
    rules,
)

_Found = Iterator[tuple[int, int]]
_Rule = tuple[str, Callable[[str], _Found]]
_RULES, PARTS = rules(__file__, apart=SEPARATORS, at=AT, dot=DOT, to=TO, **{"from": FROM})
_BIRTHS, _LINKS, _MAILS, _NUMBERS = (_RULES[n] for n in ("births", "links", "mails", "numbers"))
_ADDRESSES, _AROUND, _FILES = (_RULES[name] for name in ("addresses", "around", "files"))

# --- Dates of birth: told by what stands before them, by the name beside, or by another such date


def births(text: str) -> _Found:
    """The dates of birth of a text in which names and other such dates may be masked.

    >>> text = "Né, lui, à Lyon 3e le 6 juin 1963 ; rappel le 12/03/2024"
    >>> [text[start:end] for start, end in births(text)]
    ['6 juin 1963']
    """
    yield from match_spans(text, *_BIRTHS.values())


# --- Links, addresses of mail, and numbers by their shape, their key or what stands before them


def _by(
    pattern: str | re.Pattern[str], is_one: Callable[[str], bool] | None = None
) -> Callable[[str], _Found]:
    """A rule of a pattern: what passes a check of its signs."""
    of = _NUMBERS[pattern] if isinstance(pattern, str) else pattern
    return lambda text: (
        (start, end)
        for start, end in match_spans(text, of)
        if is_one is None or is_one(signs(text[start:end]))
    )


def personal_links(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The links of a text that tell of someone, and those that do not.

    >>> [len(of) for of in personal_links("https://a.fr/f?token=8fa2 et https://a.fr/particuliers/F1234")]
    [1, 1]
    """
    personal: list[tuple[int, int]] = []
    public: list[tuple[int, int]] = []
    for match in _LINKS["url"].finditer(text):
        url = match[0].rstrip(".,;:!?)]}'’…")
        span = (match.start(), match.start() + len(url))
        told = _LINKS["personal"].search(_LINKS["public_id"].sub("", url)) or "@" in url
        (personal if told else public).append(span)
    return personal, public


def mails(text: str) -> _Found:
    """The e-mail addresses of a text, spelled ones too.

    >>> text = "à zoe point m arobase exemple point fr."
    >>> max((text[a:b] for a, b in mails(text)), key=len)
    'zoe point m arobase exemple point fr'
    """
    last = 0
    for match in MAIL.finditer(text):
        start = match.start()
        window = max(last, start - 120)
        before = _MAILS["before_at"].search(text[window : start + 1])
        after = _MAILS["after_tld"].match(text, match.end())
        last = after.end() if after else match.end()
        yield window + before.start() if before else start, last
    yield from match_spans(text, _MAILS["loose"])
    for match in _MAILS["said"].finditer(text):
        drawn = bool(re.search(r"[^\W\d_]{2}\d|[_+\s]|\w\.\w", match["whose"]))  # as no word
        if not (match["sure"] or match["spelt"] or drawn):
            drawn = bool(match["webmail"] or match["end"]) and not is_common(match["whose"])
        if match["sure"] or match["spelt"] or (drawn and (match["webmail"] or match["provider"])):
            yield match.span("it")


def ibans(text: str) -> _Found:
    for match in IBAN.finditer(text):
        if is_iban(match[1]):
            start = match.start(1)
            length = iban_length(match[1])
            places = [match.start() for match in re.finditer(r"[^\W_]", text[start : start + 90])]
            yield start, start + places[length - 1] + 1


def _phones(text: str) -> _Found:
    plain = DATE.sub(lambda match: "\uf3ff" * len(match[0]), text)
    for pattern in (PHONE, _NUMBERS["bare_abroad"]):
        for match in pattern.finditer(plain):
            joined = re.search(r"[^\W_][-/]\Z|(?<![^\W_])[A-Z]{1,2}\Z", text[: match.start()][-3:])
            goes_on = _NUMBERS["code_end"].match(text, match.end())
            file = re.fullmatch(r"\d{5}/\d{5}", match[0])
            if is_phone(match[0]) and not (joined or goes_on or file):
                yield match.span()


def _phones_said(text: str) -> _Found:
    plain = DATE.sub(lambda match: "\uf3ff" * len(match[0]), text)
    return _by("phone_words", _a_phone)(plain)


def _ips(text: str) -> _Found:
    for pattern in (_NUMBERS["ip4"], _NUMBERS["ip6"]):
        for match in pattern.finditer(text):
            try:
                ipaddress.ip_address(match[0])
            except ValueError:
                continue
            yield match.span()


def _a_phone(number: str) -> bool:
    return is_phone(number) and not number.startswith(("19", "20"))


def _digits(least: int) -> Callable[[str], bool]:
    return lambda number: sum(map(str.isdigit, number)) >= least


def _no_scale(number: str) -> bool:
    return number not in "0123456789"


def _no_list(number: str) -> bool:
    pairs = re.findall("..", number)
    return pairs != sorted({*pairs})


def _with_letters(number: str) -> bool:
    return 6 < sum(map(str.isdigit, number)) < len(number)


spoken = _by("spoken")
RULES: tuple[_Rule, ...] = (
    ("account", _by("shaped_iban")),
    ("nir", _by("shaped_nir")),
    ("nir", _by("nir_words")),
    ("nir", _by(NIR, is_nir)),
    ("account", _by("rib", _digits(10))),
    ("card", _by(CARD, is_card)),
    ("card", _by("bare_card")),
    ("card", _by("card_words")),
    ("tax", _by(TAX, is_tax_number)),
    ("tax", _by("tax_words", _digits(9))),
    ("tax", _by("notice")),
    ("birth", births),
    ("phone", _phones),
    ("phone", _by("with_letters", _with_letters)),
    ("phone", _by("set_apart", _no_list)),
    ("phone", _by("one_by_one", _no_scale)),
    ("ip", _ips),
    ("phone", spoken),
    ("plate", _by("plate")),
    ("plate", _by("plate_small")),
    ("plate", _by("plate_words")),
)
LATE: tuple[_Rule, ...] = (("phone", _phones_said),)


# --- Postal addresses: a number and a way, with what stands around; a street with a postal code


def addresses(text: str) -> _Found:
    """The postal addresses of a text; a street or a town alone is none.

    >>> text = "J'habite Tour Est, 12 bis, rue des Lilas, 75011 Paris, près de la rue Haute."
    >>> [text[start:end] for start, end in addresses(text)][:1]
    ['Tour Est, 12 bis, rue des Lilas, 75011 Paris']
    """
    for name, pattern in _ADDRESSES.items():
        for start, end in match_spans(text, pattern):
            yield _with_house(text, start), _with_town(text, end) if name == "numbered" else end
    yield from homes(text)
    yield from match_spans(text, _AROUND["small_coded"])
    for found in _AROUND["hamlet"].finditer(text):
        if not (is_common(found["place"]) or is_place(found["place"])):
            yield found.span()


def homes(text: str) -> _Found:
    """The streets without a number of which the text says that someone lives there.

    >>> text = "j'habite rue des lilas à lille, et la mairie est rue haute"
    >>> [text[start:end] for start, end in homes(text)]
    ['rue des lilas à lille']
    """
    for start, end in match_spans(text, _AROUND["home"]):
        yield start, _with_town(text, end)


def _with_house(text: str, start: int) -> int:
    """Where an address begins of which houses, floors or a label stand before its number."""
    label = _AROUND["labelled"].search(left_of(text, start, 120))
    if label:
        return start - len(label["it"])
    for _ in range(3):
        before = _AROUND["before"].search(left_of(text, start, 70))
        if not before:
            break
        start -= len(before["it"])
    return start


def _with_town(text: str, end: int) -> int:
    """Where an address ends behind which names and a town stand, written small."""
    for _ in range(4):
        word = _AROUND["goes_on"].match(text, end)
        if not word:
            break
        known = is_given(word["word"]) or is_place(word["word"])
        if not (known or (word["last"] is not None and not is_common(word["word"]))):
            break
        end = word.end()
    return end


# --- Numbers of files, papers and allowances: told by what stands before them, or by their length


def references(text: str) -> _Found:
    """The numbers of files and papers.

    >>> text = "Mon dossier n° 2024-AB-00123, passeport 12AB34567, depuis 2023"
    >>> sorted({text[start:end] for start, end in references(text)})
    ['12AB34567', '2024-AB-00123']
    """
    for name, digits in (("signed", 4), ("mine", 5), ("plain", 5)):
        for start, end in match_spans(text, _FILES[name]):
            token = re.sub(r"(?:(?:\s|\.)+[^\W\d_]{2,})+\Z", "", text[start:end])
            if _is_token(token, digits):
                yield start, start + len(token)
    yield from _tokens(text, "after_capitals", 5)
    yield from match_spans(text, _FILES["codes"], _FILES["split"])


def _tokens(text: str, name: str, digits: int) -> _Found:
    """What a pattern finds that is a token of so many digits, and no pair such as a score."""
    for start, end in match_spans(text, _FILES[name]):
        if _is_token(text[start:end], digits) and not _FILES["pair"].fullmatch(text, start, end):
            yield start, end


def long_numbers(text: str) -> _Found:
    """Numbers and codes that are long enough to be somebody's, whatever stands before them.

    >>> text = "22/10344, K7M2XQ9T4, 240975300418, de 2021 à 2024, 340 000, 12/03/2024"
    >>> [text[start:end] for start, end in long_numbers(text)]
    ['240975300418', 'K7M2XQ9T4', '22/10344']
    """
    for name, digits in (("long", 7), ("grouped", 8), ("mixed", 2), ("joined", 5), ("also", 4)):
        yield from _tokens(text, name, digits)


def allowances(text: str) -> _Found:
    """The numbers of those who receive allowances.

    >>> text = "Allocataire CAF n° 1234567 A depuis 2019"
    >>> sorted({text[start:end] for start, end in allowances(text)})
    ['1234567 A']
    """
    for start, end in match_spans(text, _FILES["allowance"]):
        if not re.fullmatch(r"(?:19|20)\d\d.*|\d\d \d\d \d\d.*", text[start:end]):
            yield start, end
    yield from match_spans(text, _FILES["lettered"])


def _is_token(text: str, digits: int) -> bool:
    """Whether a token, no date, year, hour or amount, has so many digits, or fewer as in codes."""
    if _FILES["no_token"].fullmatch(text.strip()):
        return False
    count = sum(map(str.isdigit, text))
    coded = count > 0 and len(text) > 7 and text.isupper() and digits < 5
    return (
        count >= digits
        or coded
        or (digits < 6 and bool(re.fullmatch(r"\d{4,}-[A-Z]|[A-Z]-\d{4,}", text)))
    )
