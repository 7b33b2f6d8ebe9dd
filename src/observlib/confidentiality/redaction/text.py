"""A text as the rules read it: its signs, its words, and of which of these names are made.

Each sign knows its place in what was written. What a rule has taken is masked by as many signs that
are no letter, digit or space, so that the next rules neither read it nor lose their places.
"""

from __future__ import annotations

import html
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from observlib.base import personal, yaml_files
from observlib.base.personal import is_phone, signs
from observlib.base.text import Patterns, compiled, fold, words_of_list

REDACTION_MARKS: dict[str, str] = yaml_files.load_data(
    str(Path(__file__).with_name("__init__.yml"))
)["marks"]
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


def replaced(text: str, instead: Iterable[tuple[int, int, str]]) -> str:
    """A text in which others stand instead of some spans, in order.

    >>> replaced("le 3939", [(3, 7, "___")])
    'le ___'
    """
    parts: list[str] = []
    at = 0
    for start, end, other in instead:
        parts += [text[at:start], other]
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


def rules(module: str, **parts: str) -> tuple[dict[str, Patterns], dict[str, str]]:
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


def _listed(name: str) -> list[str]:
    """The words of a list of the package."""
    return words_of_list(Path(__file__).with_name(f"{name}.txt"))


@cache
def rule_words(*names: str) -> frozenset[str]:
    """The words of some lists of the package."""
    return frozenset(word for name in names for word in _listed(name))


@cache
def _given_names() -> dict[str, bool]:
    """The given names that are known, and whether each is a name by itself."""
    words = _listed("given_names") + _listed("nicknames")
    return {word.rstrip("*+"): word[-1] not in "*+" for word in words}


@cache
def of_history() -> re.Pattern[str]:
    """The names of people of history, with accents or without, written in capitals or small."""
    names = " ".join(_listed("history")).split(", ")
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
        stems = (word.removesuffix(ending) for ending in endings if word.endswith(ending))
        if any(len(stem) > 3 and stem + instead in known for stem in stems):
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


# --- Dates of birth, links, addresses and numbers of persons, by shape, key or what stands before


_Found = Iterator[tuple[int, int]]
_SHAPES, PARTS = rules(str(Path(__file__).with_name("structured.yml")), **personal.PARTS)
_LINKS, _MAILS, _AROUND, _TOKENS = (_SHAPES[n] for n in ("links", "mails", "around", "tokens"))

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
    for name, pattern in _SHAPES["addresses"].items():
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
    for name, pattern in _SHAPES["references"].items():
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
    lettered = digits < 6 and re.fullmatch(r"\d{4,}-[A-Z]|[A-Z]-\d{4,}", text)
    return count >= digits or coded or bool(lettered)


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


WORD_KINDS |= {
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
_NAMED = (_ibans, _phones, _phones_said, _addresses, _homes, _references)
_FUNCTIONS = {function.__name__.removeprefix("_"): function for function in _NAMED}


@cache
def _shapes(name: str) -> list[re.Pattern[str]]:
    """The patterns of a section, or the one of a name."""
    if name in _SHAPES:
        return [*_SHAPES[name].values()]
    return [own[name] for own in _SHAPES.values() if name in own]


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
            yield from match_spans(text, *_shapes(name))
