"""Dates of birth: told by what stands before them, by the name beside, or by another such date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from observlib.confidentiality.redaction.plain import BIRTH, NAME

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
