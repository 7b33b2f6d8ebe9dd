"""Dates of birth, links, addresses and numbers of persons, by shape, key or what stands before."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import partial

from observlib.base import personal
from observlib.base.personal import is_phone, signs
from observlib.confidentiality.redaction.text import (
    KEPT_SIGN,
    WORD_KINDS,
    is_common,
    is_given,
    is_place,
    left_of,
    match_spans,
    rules,
)

_Found = Iterator[tuple[int, int]]
_RULES, PARTS = rules(__file__, **personal.PARTS)
_LINKS, _MAILS, _AROUND, _TOKENS = (_RULES[n] for n in ("links", "mails", "around", "tokens"))

# --- Links, addresses of mail, and numbers by their shape, their key or what stands before them


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
    for match in personal.PATTERNS["mail"].finditer(text):
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


def _ibans(text: str) -> _Found:
    for match in personal.PATTERNS["iban"].finditer(text):
        if personal.is_iban(match[1]):
            start = match.start(1)
            length = personal.iban_length(match[1])
            places = [match.start() for match in re.finditer(r"[^\W_]", text[start : start + 90])]
            yield start, start + places[length - 1] + 1


def _without_days(text: str) -> str:
    return personal.PATTERNS["date"].sub(lambda match: KEPT_SIGN * len(match[0]), text)


def _phones(text: str) -> _Found:
    plain = _without_days(text)
    for pattern in (personal.PATTERNS["phone"], _AROUND["phone_abroad"]):
        for match in pattern.finditer(plain):
            joined = re.search(r"[^\W_][-/]\Z|(?<![^\W_])[A-Z]{1,2}\Z", text[: match.start()][-3:])
            goes_on = _AROUND["code_end"].match(text, match.end())
            file = re.fullmatch(r"\d{5}/\d{5}", match[0])
            if is_phone(match[0]) and not (joined or goes_on or file):
                yield match.span()


def _phones_said(text: str) -> _Found:
    return match_spans(_without_days(text), _AROUND["phone_words"])


# --- Postal addresses: a number and a way, with what stands around; a street with a postal code


def _addresses(text: str) -> _Found:
    """The postal addresses of a text; a street or a town alone is none.

    >>> text = "J'habite Tour Est, 12 bis, rue des Lilas, 75011 Paris, près de la rue Haute."
    >>> [text[start:end] for start, end in _addresses(text)][:1]
    ['Tour Est, 12 bis, rue des Lilas, 75011 Paris']
    """
    for name, pattern in _RULES["addresses"].items():
        for start, end in match_spans(text, pattern):
            yield _with_house(text, start), _with_town(text, end) if name == "numbered" else end


def _homes(text: str) -> _Found:
    """The streets without a number of which the text says that someone lives there.

    >>> text = "j'habite rue des lilas à lille, et la mairie est rue haute"
    >>> [text[start:end] for start, end in _homes(text)]
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


# --- Numbers of files and papers: told by what stands before them, or by their length


def _references(text: str) -> _Found:
    """The numbers of files and papers behind what tells them, without the words that follow.

    >>> text = "Mon dossier n° 2024-AB-00123, passeport 12AB34567, depuis 2023"
    >>> sorted({text[start:end] for start, end in _references(text)})
    ['12AB34567', '2024-AB-00123']
    """
    for name, pattern in _RULES["references"].items():
        for start, end in match_spans(text, pattern):
            token = re.sub(r"(?:(?:\s|\.)+[^\W\d_]{2,})+\Z", "", text[start:end])
            if _is_token(token, 4 if name == "signed" else 5):
                yield start, start + len(token)


def _is_token(text: str, digits: int) -> bool:
    """Whether a token, no date, year, hour or amount, has so many digits, or fewer as in codes."""
    if _TOKENS["no_token"].fullmatch(text.strip()):
        return False
    count = _digits(text)
    coded = count > 0 and len(text) > 7 and text.isupper() and digits < 5
    return (
        count >= digits
        or coded
        or (digits < 6 and bool(re.fullmatch(r"\d{4,}-[A-Z]|[A-Z]-\d{4,}", text)))
    )


def _stands_alone(text: str, digits: int) -> bool:
    """The same of what is no pair, such as a score."""
    return _is_token(text, digits) and not _TOKENS["pair"].fullmatch(text)


# --- What is looked for by its name in the steps of redaction: functions, sections, patterns


def _digits(number: str) -> int:
    return sum(map(str.isdigit, number))


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_no_list(number: str) -> bool:
    pairs = re.findall("..", signs(number))
    return pairs != sorted({*pairs})


WORD_KINDS.update(
    {
        "nir": lambda text: personal.is_nir(signs(text)),
        "card": lambda text: personal.is_card(signs(text)),
        "tax": lambda text: personal.is_tax_number(signs(text)),
        "phone": lambda text: is_phone(signs(text)) and not signs(text).startswith(("19", "20")),
        "nine_digits": lambda text: _digits(text) >= 9,
        "ten_digits": lambda text: _digits(text) >= 10,
        "with_letters": lambda text: 6 < _digits(text) < len(signs(text)),
        "no_list": _is_no_list,
        "no_scale": lambda text: signs(text) not in "0123456789",
        "ip": _is_ip,
        "long": lambda text: len(text) > 16,
        **{f"token_{count}": partial(_stands_alone, digits=count) for count in (2, 4, 5, 7, 8)},
    }
)
_FUNCTIONS: dict[str, Callable[[str], _Found]] = {
    "ibans": _ibans,
    "phones": _phones,
    "phones_said": _phones_said,
    "addresses": _addresses,
    "homes": _homes,
    "references": _references,
}
_SECTIONS = {name: [*own.values()] for name, own in _RULES.items()}
_ONE_BY_ONE = {name: [pattern] for own in _RULES.values() for name, pattern in own.items()}


def found_by(names: str, text: str) -> _Found:
    """What some rules find in a text: functions, patterns, or all patterns of a section.

    >>> text = "22/10344, K7M2XQ9T4, 240975300418, de 2021 à 2024, 340 000, 12/03/2024"
    >>> [text[start:end] for start, end in found_by("long mixed joined", text)]
    ['240975300418', 'K7M2XQ9T4', '22/10344']
    """
    for name in names.split():
        if name in _FUNCTIONS:
            yield from _FUNCTIONS[name](text)
        else:
            yield from match_spans(text, *_SECTIONS.get(name, _ONE_BY_ONE.get(name, ())))
