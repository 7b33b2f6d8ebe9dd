"""Addresses, numbers and links of persons, by their shape, their key or what stands before them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from observlib.base.personal import (
    APART,
    AT,
    CARD,
    DATE,
    DOT,
    FROM,
    IBAN,
    MAIL,
    NIR,
    PHONE,
    TAX,
    TO,
    iban_length,
    is_card,
    is_iban,
    is_nir,
    is_phone,
    is_tax_number,
    signs,
)
from observlib.confidentiality.redaction.lexicon import is_common
from observlib.confidentiality.redaction.plain import BIRTH, NAME

# --- Dates of birth: told by what stands before them, by the name beside, or by another such date

_MONTH = (
    r"(?:janv(?:ier|\.)?|f[ée]vr?(?:ier|\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?|ao[uû]t|"
    r"sept(?:embre|\.)?|oct(?:obre|\.)?|nov(?:embre|\.)?|d[ée]c(?:embre|\.)?)"
)
_FULL = (  # with a day, a month and a year
    r"(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:(?:19|20)\d\d|\d\d)(?![\d/])"
    r"|\d{1,2}\s?[/.\-]\s?[IVX]{1,4}\s?[/.\-]\s?(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d-\d\d-\d\d(?!\d)|\d{1,2}\s\d{1,2}\s(?:19|20)\d\d(?!\d)"
    rf"|(?:1\s?er|\d{{1,2}})\s{_MONTH}\s(?:19|20)\d\d(?!\d))"
)
_DAY = (
    rf"(?:{_FULL}|\d{{1,2}}\s\d{{1,2}}\s(?:19|20)?\d\d(?!\d)"
    rf"|(?:1\s?er|\d{{1,2}})\s{_MONTH}\s?(?:(?:19|20)\d\d|\d\d)?(?!\d)"
    rf"|{_MONTH}\s(?:19|20)\d\d(?!\d)|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d(?!\d))"
)
_SPELT = (
    r"(?:(?:premier|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|"
    r"quinze|seize|vingt|trente)(?:[ -](?:et[ -])?(?:une?|deux|trois|quatre|cinq|six|sept|huit|"
    rf"neuf))?\s{_MONTH}\s(?:deux[ -])?mil(?:le)?(?:[ -](?:et|cents?|une?|deux|trois|quatre|cinq|"
    r"six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|quarante|"
    r"cinquante|soixante)(?!\w)){0,9})"
)
_NO = r"[^\d\n\uf300-\uf3ff.;!?]"
_GAP = rf"(?:{_NO}|\(\d{{2,3}}\)|\d{{1,2}}(?:e|er|[èe]me)(?!\w))"  # with a town's number
_TOLD = re.compile(
    rf"(?:\bn[ée]e?s?(?:\(e\)|[.·]e(?:[.·]s)?)?s?(?<!ne)(?<!n)(?:[\s,(](?!apr[èe]s|avant|"
    rf"depuis){_GAP}{{0,40}}?)?"
    r"(?:\s(?:le\s?:?|en|un|ce|:))?[\s,]?\s?|\bne\(?e?\)?\s(?:le\s)?(?=\d)"
    rf"|\b(?:dates?|jours?|ann[ée]es?)(?: et (?:de )?(?:lieux?|"
    rf"nom))? de naiss(?:ance|\.)?(?:{_NO}{{0,45}}?|\s?\?\s[-–—:\w>\s]{{0,20}}?)"
    rf"|\b(?:ddn|d\.?d\.?n\.?|anniv\w*)\b{_NO}{{0,5}}|\bd\.?n\.?(?=\s?:|\s\d)\s?:?\s?"
    r"|(?<!acte de )(?<!actes de )\bnaiss(?:ance|\.)?\s?(?:[:=(]|est|le|,|(?=\d))\s?(?:le\s)?"
    rf"|\b(?:donné naissance à|accouch\w+)\s(?:{_NO}{{0,30}}?\s)?le\s"
    rf"|\bdate d[ée]clar[ée]e\s|\b(?:ma|sa|leur) (?:vraie |bonne )?date,? (?:c ?['’]?est|est|:)\s"
    rf"|\bnaissance d[e'’]\s?(?:mon|ma|mes|notre|son|sa|leur)\s{_NO}{{0,40}}?\ble\s"
    rf"|\b(?:vu le jour|(?:venue?s?|arriv[ée]e?s?) au monde|suis de)\s(?:le\s)?"
    rf"|\b(?:naqui\w*|nait|naît|born)\s{_NO}{{0,30}}?|\([°*]\s?)"
    rf"(?P<it>(?:{_SPELT}|{_DAY})(?:\s?(?:,|et|/|;)\s(?:le\s|né[es]*\sle\s)?{_DAY}){{0,3}})",
    re.I,
)
# A full date of long ago that no preposition sets in time, or that stands behind a name.
_LONG_AGO = re.compile(
    rf"(?:{NAME}[\s,(–—-]{{1,3}}|\b(?:porte|[ée]crit|mis|enregistr[ée]e? (?:au|le))\s)(?:le\s)?"
    rf"(?P<it>\d{{1,2}}(?:[/. -](?:\d{{1,2}})[/. -]|(?:er)?\s{_MONTH}\s)"
    r"(?:19[1-9]\d|200\d|[2-9]\d))(?![\d/])",
    re.I,
)
_BEHIND_NAME = (  # in brackets, or of a child, or of the brother of one
    rf"{NAME}\s?\(\s?(?:le\s)?(?P<it>{_FULL})(?=[),;\s]|\Z)",
    r"\b(?:enfants?|fils|filles?|b[ée]b[ée]s?|jum\w+|petits?-\w+|mineure?s?|[ée]l[èe]ves?|"
    r"a[îi]n[ée]"
    rf"e?|cadett?e?|nourrisson)\b[^.!?\d\n\uf300-\uf3ff]{{0,20}}{NAME}+[\s,:(–—-]{{1,3}}(?:le\s)?"
    rf"(?P<it>{_FULL})",
    rf"{BIRTH}\)?\s?(?:,|et|;|/|puis|\n)\s?-?\s?{NAME}+[\s,:(–—-]{{1,3}}(?:le\s)?(?P<it>{_FULL})",
)
_INSTEAD = (
    r"(?:et non(?: pas)?|pas|non|mais|au lieu d[ue]|à la place d[ue]|alors que|sauf que|or|contre|"
    r"en fait|plutôt que?|m[êe]me date|le v[ôo]tre|la v[ôo]tre)"
)
_IT_IS = (
    r"(?:bien|plut[ôo]t|je suis|n[ée]e?|c ?['’]?est|on|vous|avez|a|mis|[ée]crit|porte|le|du|au|en)"
)
_CORRECTED = (  # what stands instead of such a date, or should
    rf"{BIRTH}{_NO}{{0,25}}?\b{_INSTEAD},?\s(?:{_IT_IS}\s){{0,4}}(?P<it>{_FULL})",
    rf"(?P<it>{_FULL}){_NO}{{0,25}}?\b{_INSTEAD}\b[^\d\n.;!?]{{0,25}}?{BIRTH}",
)
_ALL = (
    _TOLD,
    _LONG_AGO,
    *(re.compile(pattern, re.I) for pattern in _BEHIND_NAME + _CORRECTED),
)


def births(text: str) -> Iterator[tuple[int, int]]:
    """The dates of birth of a text in which names and other such dates may be masked.

    Examples
    --------
    >>> text = "Né, lui, à Lyon 3e le 6 juin 1963 ; rappel le 12/03/2024"
    >>> [text[start:end] for start, end in births(text)]
    ['6 juin 1963']
    """
    for pattern in _ALL:
        for found in pattern.finditer(text):
            yield found.span("it")


Found = Iterator[tuple[int, int]]

_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"«»]{1,2000}|(?<![\w@.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\."
    r"(?:fr|com|org|net|eu|gouv|io|app|invalid|example)(?::\d{2,5})?[/?][^\s<>\"«»]{1,2000}",
    re.I,
)
_PUBLIC_ID = re.compile(
    r"(?:JORF|LEGI|KALI|CNIL|JURI|CETA|CONS|DOLE)[A-Z]{4}\d{12}|utm_\w+=[\w.-]*", re.I
)
_PERSONAL_URL = re.compile(
    r"//[^/\s]*:[^/\s]*@"
    r"|[?&#;/](?:\w*(?:token|jeton|ticket|\w*session\w*|sid|rid|auth|secret|signature|passw\w*|"
    r"mdp|mail|nom|"
    r"prenom|user\w*|usager|uid|uuid|cle|key|otp|nonce|login|compte|account|dossier|demande|"
    r"hash|numfisc|nir|pwd|sign\w*|sig|electeur|bulletin|uname|scrutin|invit\w*|activat\w*|"
    r"confirm\w*|reset|unsubscribe|desabo\w*|suivi|profil))"
    r"s?[=/][^\s&#/]{3,}"
    r"|[?&#;](?:id|code|t|k|s|ref|num|numero|c|p|u|h)\w{0,12}=(?=[^&\s]*\d)[\w%.~-]{6,}"
    r"|[/=](?=[\w~]*\d)(?=[\w~]*[a-z])[\w~]{16,}"
    r"|[/=](?=[\w~-]*\d[\w~-]*[A-Za-z])(?-i:(?=[\w~-]*[a-z])(?=[\w~-]*[A-Z]))[\w~-]{8,}"
    r"|eyJ[\w-]{8,}\."
    r"|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}",
    re.I,
)
_BEFORE_AT = re.compile(
    rf"(?:[\w+'’.-]{{1,64}}(?:{DOT}|\s{{1,3}}(?:tiret(?: du bas)?|underscore)\s{{1,3}})){{0,4}}"
    r"[\w.+'’%-]{1,64}\Z",
    re.I,
)
_AFTER_TLD = re.compile(r"(?:\.[a-z][a-z\d-]{1,62})+", re.I)
_LOOSE_MAIL = re.compile(
    r"[\w.+-]{2,64}@[\w-]{2,63}(?![\w.-]*\.\w)"
    rf"|(?<![\w.])[\w+-]{{1,64}}(?:(?:\.|\s\.\s)[\w+-]{{1,64}}){{0,3}}{AT}[\w-]{{1,63}}(?:(?:\.|"
    rf"\s\.\s)[\w-]{{2,63}}){{1,3}}",
    re.I,
)
WEBMAILS = (  # that are nothing else
    r"gmail|hotmail|yahoo|ymail|outlook|icloud|proton(?:mail)?|wanadoo|laposte\.net|gmx|aol|caramail"
)
_SAID_MAIL = re.compile(  # "m.durand chez orange point fr"; overlapping
    rf"(?<![\w@])(?=(?P<it>(?P<whose>[\w.+-]{{1,64}}(?:(?:{DOT}|\s{{1,3}}(?:tiret(?: du \w{{3}})?"
    r"|underscore|moins)\s{1,3})[\w+-]{1,64}){0,4})\s{1,3}(?:(?P<sure>arob\w{1,4}|@)|chez|at|[àa])"
    rf"\s{{1,3}}(?:(?P<webmail>{WEBMAILS})|(?P<provider>orange|free|sfr|neuf|bbox|live|msn)|"
    r"[\w-]{2,63})(?!\w)"
    rf"(?:(?P<spelt>\s(?:point|dot)\s[a-z]{{2,4}}\b)|(?P<end>{DOT}(?:com|fr|net|org)\b))?))",
    re.I,
)

_SHAPED_IBAN = re.compile(
    r"(?<![A-Z\d])FR\s?\d\d(?:[\s.-]?[A-Z\d]{4}){5}[\s.-]?[A-Z\d]{3}(?![A-Z\d])", re.I
)
_RIB = re.compile(
    r"(?<![A-Z\d])\d{5}[\s-]\d{5}[\s-][\dA-Z]{11}[\s-]\d{2}(?!\d)"
    r"|\b(?:rib|iban|compte(?: bancaire)?(?: n\s?[°o])?)\b[^\d\n\uf300-\uf3ff]{0,25}"
    r"(?P<it>(?:[A-Z]{2}\d\d)?[\s.-]?[\dA-Z](?:[\s.-]?[\dA-Z]){13,32}(?<=\d))(?![A-Z\d])",
    re.I,
)
_NIR_WORDS = re.compile(
    r"(?:s[ée]cu\b|s[ée]curit[ée] sociale|\bnir\b|\bn\s?°\s?ss\b|immatriculation|assur[ée]e?\b|"
    r"insee|"
    r"carte vitale)[^\d\n\uf300-\uf3ff]{0,40}"
    rf"(?P<it>[1-478](?:{APART}\d){{5}}{APART}[\dAB](?:{APART}\d){{3,6}}(?:(?:{APART}|"
    rf",?\scl[ée]\s?:?\s?)\d{{2}})?)(?!\d)",
    re.I,
)
_SHAPED_NIR = re.compile(
    rf"{FROM}[12][ .-]\d\d[ .-](?:0[1-9]|1[0-2]|[2-9]\d)[ .-](?:\d\d|2[AB])[ .-]\d{{3}}[ .-]\d{{3}}"
    rf"(?:[ .-]\d\d|,?\s(?:cl[ée]|/)\s?:?\s?\d\d)?{TO}",
    re.I,
)
_TAX_WORDS = re.compile(
    r"(?:fisca(?:l|le|ux)\b|\bspi\b|t[ée]l[ée]d[ée]clara(?:nt|tion)|avis d['’](?:imp[oô]t|"
    r"imposition)s?|"
    r"imp[oô]ts?\.gouv|r[ée]f[ée]rence (?:de l['’])?avis|num[ée]ro d['’]acc[èe]s)"
    r"[^\d\n\uf300-\uf3ff€]{0,40}"
    r"(?P<it>\d(?:[\s.-]?[\dA-Z]){6,14}(?<=\d))(?![\dA-Z/])",
    re.I,
)
_NOTICE = re.compile(rf"{FROM}2\d([ -])\d\d\1\d{{7}}\1\d\d{TO}")
_CARD_WORDS = re.compile(
    r"(?:\bcarte\b|\bcb\b|visa|mastercard)[^\d\n\uf300-\uf3ff]{0,40}(?P<it>\d(?:[\s.-]?\d){12,18})"
    r"(?!\d)",
    re.I,
)
_BARE_CARD = re.compile(rf"{FROM}[2-6]\d{{3}}([ -])\d{{4}}\1\d{{4}}\1\d{{4}}{TO}")
_PHONE_WORDS = re.compile(
    r"(?:\bt[ée]l\b\.?|t[ée]l[ée]phone|portable|mobile|\bfixe\b|joindre|joignable|rappele[rz]|"
    r"appele[rz]|"
    r"\bfax\b|whatsapp|\bsms\b|contacter)[^\d\n\uf300-\uf3ff+]{0,30}"
    rf"(?P<it>\+?\(?\d(?:{APART}\d){{7,14}})(?!\d)",
    re.I,
)
_BARE_ABROAD = re.compile(
    rf"{FROM}00[1-9]\d{{9,12}}{TO}|\+\s?[1-9]\d{{0,2}}(?:{APART}\d){{7,12}}{TO}"
)
DIGIT_WORD = (
    r"(?:z[ée]ro|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|"
    r"quinze|"
    r"seize|vingts?|trente|quarante|cinquante|soixante)(?!\w)"
)
_BETWEEN = r"[\s,;.-]{1,3}(?:(?:et|puis|virgule|tiret|espace)[\s,-]{1,2})?"
_SPOKEN = re.compile(  # digits among the words, too
    rf"\b(?:(?:z[ée]ro|plus trente[\s-]trois){_BETWEEN}|0\d?{_BETWEEN}(?={DIGIT_WORD}))"
    rf"(?:(?:{DIGIT_WORD}|\d{{1,2}}(?!\d))(?:{_BETWEEN})?){{4,20}}(?<=\w)"
    rf"|\b(?:{DIGIT_WORD}[\s,;.-]{{1,3}}){{6,20}}{DIGIT_WORD}",
    re.I,
)
_WITH_LETTERS = re.compile(  # that look like 0 and 1
    rf"(?<![^\W_])[0O]\s?[1-79IL](?:{APART}[\dOIL]{{2}}){{4}}(?![^\W_])", re.I
)
_SET_APART = re.compile(  # in pairs, by the same sign
    rf"{FROM}0[1-79](?P<sign>\s?[^\w\s]\s?)\d\d(?:(?P=sign)\d\d){{3}}{TO}"
)

_PLATE = re.compile(
    r"(?<![\w-])(?!AA-?123-?AA)(?:[A-HJ-NP-TV-Z]{2}([- .]?)\d{3}\1[A-HJ-NP-TV-Z]{2}"
    r"|(?:\d{3,4}|\d{2}(?=[- ]?[A-Z]{3}))([- ]?)[A-HJ-NP-TV-Z]{2,3}\2(?:\d{2}|2[AB]|"
    r"97[1-6]))(?![\w-])"
)
_WORD_OR_UNIT = (  # of two letters, before or behind a number
    r"(?:[cdjlmnst]e|[lmst]a|e[nts]|as|[ct]m|[km]m|mm|mn|mg|kg|[cdhm]l|ha|ch|fr|gb|mb|pl|pr|px|rg|"
    r"pc|pv|st|ah|eh|va|fa|ma|ct|kv|kw|db|dl|jh|nb|nr|art)\b"
)
_PLATE_SMALL = re.compile(
    r"(?<![\w-])(?!AA-?123-?AA)[a-hj-np-tv-z]{2}-?\d{3}-?[a-hj-np-tv-z]{2}(?![\w-])"
    rf"|(?<![\w'’-])(?!{_WORD_OR_UNIT})[a-hj-np-tv-z]{{2}}[\s.]\d{{3}}[\s.]"
    rf"(?!{_WORD_OR_UNIT})[a-hj-np-tv-z]{{2}}(?![\w'’-])",
    re.I,
)
_PLATE_WORDS = re.compile(
    r"(?:plaques?|immatricul\w*|v[ée]hicule|voiture|moto|scooter|camion|"
    r"carte grise)\b[^\d\n\uf300-\uf3ff]{0,40}?"
    r"(?<![\w])(?P<it>[a-z]{2}[\s.-]?\d{3}[\s.-]?[a-z]{2}|\d{1,4}[\s-]?[a-z]{2,3}[\s-]?"
    r"(?:\d{2}|2[ab]|97\d))(?!\w)",
    re.I,
)
_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:])(?=[\da-f]*:)[\da-f:]{4,39}(?:\.\d{1,3}){0,3}(?![\w:])", re.I)

Rule = tuple[str, Callable[[str], Found]]


def _by(
    pattern: re.Pattern[str], is_one: Callable[[str], bool] | None = None
) -> Callable[[str], Found]:
    """A rule of a pattern: its group `it` where it has one, what passes a check of its signs."""

    def found(text: str) -> Found:
        for match in pattern.finditer(text):
            group = "it" if "it" in pattern.groupindex and match["it"] else 0
            if is_one is None or is_one(signs(match[group])):
                yield match.span(group)

    return found


def links(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The links of a text that tell of someone, and those that do not.

    Examples
    --------
    >>> [len(of) for of in links("https://a.fr/f?token=8fa2 et https://a.fr/particuliers/F1234")]
    [1, 1]
    """
    personal: list[tuple[int, int]] = []
    public: list[tuple[int, int]] = []
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?)]}'’…")
        span = (match.start(), match.start() + len(url))
        told = _PERSONAL_URL.search(_PUBLIC_ID.sub("", url)) or "@" in url
        (personal if told else public).append(span)
    return personal, public


def mails(text: str) -> Found:
    """The e-mail addresses of a text, spelled ones too.

    Examples
    --------
    >>> text = "à zoe point m arobase exemple point fr."
    >>> max((text[a:b] for a, b in mails(text)), key=len)
    'zoe point m arobase exemple point fr'
    """
    last = 0
    for match in MAIL.finditer(text):
        start = match.start()
        window = max(last, start - 120)
        before = _BEFORE_AT.search(text[window : start + 1])
        after = _AFTER_TLD.match(text, match.end())
        last = after.end() if after else match.end()
        yield window + before.start() if before else start, last
    for match in _LOOSE_MAIL.finditer(text):
        yield match.span()
    for match in _SAID_MAIL.finditer(text):
        drawn = bool(re.search(r"[^\W\d_]{2}\d|[_+\s]|\w\.\w", match["whose"]))  # as no word
        if not (match["sure"] or match["spelt"] or drawn):
            drawn = bool(match["webmail"] or match["end"]) and not is_common(match["whose"])
        if match["sure"] or match["spelt"] or (drawn and (match["webmail"] or match["provider"])):
            yield match.span("it")


def ibans(text: str) -> Found:
    for match in IBAN.finditer(text):
        if is_iban(match[1]):
            start = match.start(1)
            length = iban_length(match[1])
            places = [match.start() for match in re.finditer(r"[^\W_]", text[start : start + 90])]
            yield start, start + places[length - 1] + 1


_CODE_END = re.compile(r"[A-Z]{1,2}(?![^\W_])")  # of a student's number


def _phones(text: str) -> Found:
    plain = DATE.sub(lambda match: "\uf3ff" * len(match[0]), text)
    for pattern in (PHONE, _BARE_ABROAD):
        for match in pattern.finditer(plain):
            joined = re.search(r"[^\W_][-/]\Z|(?<![^\W_])[A-Z]{1,2}\Z", text[: match.start()][-3:])
            goes_on = _CODE_END.match(text, match.end())
            file = re.fullmatch(r"\d{5}/\d{5}", match[0])
            if is_phone(match[0]) and not (joined or goes_on or file):
                yield match.span()


def _phones_said(text: str) -> Found:
    plain = DATE.sub(lambda match: "\uf3ff" * len(match[0]), text)
    return _by(_PHONE_WORDS, _a_phone)(plain)


def _ips(text: str) -> Found:
    for pattern in (_IP4, _IP6):
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


_ONE_BY_ONE = re.compile(
    rf"{FROM}0(?P<sign>[ .,/–-]\s?)[1-79](?:(?P=sign)\d){{8}}{TO}(?!(?P=sign)\d)"
)


def _no_scale(number: str) -> bool:
    return number not in "0123456789"


def _no_list(number: str) -> bool:
    pairs = re.findall("..", number)
    return pairs != sorted({*pairs})


def _with_letters(number: str) -> bool:
    return 6 < sum(map(str.isdigit, number)) < len(number)


spoken = _by(_SPOKEN)
RULES: tuple[Rule, ...] = (
    ("account", _by(_SHAPED_IBAN)),
    ("nir", _by(_SHAPED_NIR)),
    ("nir", _by(_NIR_WORDS)),
    ("nir", _by(NIR, is_nir)),
    ("account", _by(_RIB, _digits(10))),
    ("card", _by(CARD, is_card)),
    ("card", _by(_BARE_CARD)),
    ("card", _by(_CARD_WORDS)),
    ("tax", _by(TAX, is_tax_number)),
    ("tax", _by(_TAX_WORDS, _digits(9))),
    ("tax", _by(_NOTICE)),
    ("birth", births),
    ("phone", _phones),
    ("phone", _by(_WITH_LETTERS, _with_letters)),
    ("phone", _by(_SET_APART, _no_list)),
    ("phone", _by(_ONE_BY_ONE, _no_scale)),
    ("ip", _ips),
    ("phone", spoken),
    ("plate", _by(_PLATE)),
    ("plate", _by(_PLATE_SMALL)),
    ("plate", _by(_PLATE_WORDS)),
)
LATE: tuple[Rule, ...] = (("phone", _phones_said),)
