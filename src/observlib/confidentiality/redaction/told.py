"""Names that their writers tell: in a form's field, letter by letter, as a pseudonym, as initials.

What is said to be another name, or to stand instead of one, is one too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from observlib.confidentiality.redaction.lexicon import (
    folded,
    is_common,
    is_given,
    is_no_name,
    is_place,
    small_words,
)
from observlib.confidentiality.redaction.plain import CAP, NAME

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_OF = (  # of which name a field is
    r"(?:\s(?:de\s(?:famille|naissance|jeune\sfille|mari[ée]e|l['’]enfant|l['’]usager)|"
    r"d['’](?:usage|[ée]pou\w+)|marital|patronymique|complet|(?:et|/|&)\s(?:pr[ée])?noms?|usuels?|"
    r"du\s(?:demandeur|titulaire|b[ée]n[ée]ficiaire|d[ée]clarant|p[èe]re|conjoint|patient|client))"
    r"(?!\w))*"
)
_ENDS = (
    r"(?=\s*(?:[;,/|\n.)\"»!?\uf300-\uf3ff–—-]|\Z|\d|n[ée]e?s?\b|(?:pr[ée])?noms?\b|dates?\b|"
    r"t[ée]l|"
    r"adresse|mail|ville))"
)
_FIELD = re.compile(
    rf"(?<![\w-])(?:pr[ée])?noms?(?:\(s\))?{_OF}\s?[:=]\s?[\"«]?\s?"
    rf"(?P<it>{_WORD}(?:[ ]{_WORD}){{0,4}}?){_ENDS}",
    re.I,
)
_TWO_FIELDS = re.compile(r"(?s)(?=.*?(?<![\w-])nom[^\w:=][^\n:=]{0,30}[:=]|.*?(?<![\w-])nom[:=]).*"
                         r"pr[ée]noms?[^\n:=]{0,30}[:=]", re.I)  # fmt: skip
NO_VALUE = re.compile(
    r"(?:obligatoire|facultati\w+|inconnue?|invalide|incorrecte?|vide|illisible|manquante?|"
    r"absente?|identique|requise?|non|oui|idem|n[ée]ant|aucune?|champ|usuel|pr[ée]noms?|noms?|de|"
    r"du|"
    r"d['’]\w+)s?\Z",
    re.I,
)
_ROLE = re.compile(
    r"(?<![\w-])(?:usag[eè]re?|contact|demandeu(?:r|se)|appelante?|b[ée]n[ée]ficiaire|titulaire|"
    r"agente?|conseill[eè]re?|patiente?|client|cliente|[ée]l[èe]ve|enfant|signataire|auteur|"
    r"suivie? "
    rf"par|trait[ée]e? par)\s?[:=]\s(?P<it>{_WORD}(?:[ ](?:[^\W\d_]\.|{_WORD})){{0,2}}?){_ENDS}",
    re.I,
)
_LETTERS = re.compile(
    r"(?<![\w'’.&/-])[^\W\d_](?:(?:[ -]|,[ ]|\.[ ])(?:[2-3][ ])?[^\W\d_](?![\w'’&/])){3,20}"
)
_SPELLS = re.compile(r"[ée]pel|\bnom\b|lettre|[ée]cri|appel", re.I)
_BY_WORDS = re.compile(
    r"(?<![\w'’-])[^\W\d_],?\scomme\s\w{2,20}(?:[\s,;.]{1,3}(?:puis\s|et\s)?[^\W\d_],?\scomme\s"
    r"\w{2,20}){1,20}",
    re.I,
)
_WITH_LETTER = re.compile(  # "with an x", "without h"
    rf"(?<![\w'’-])(?P<it>{_WORD}),?\s(?:[ée]crit\s)?(?:avec|sans|en)\s(?:(?<!sans\s)(?<!en\s)"
    r"(?:une?|deux|[12])\s|(?<=sans\s)|(?<=en\s)(?=un\smot))(?:seul\s)?"
    r"(?:(?-i:[A-Z])|[b-df-hj-xz])(?:\s(?:et|à la fin|au milieu|final)\b|(?![\w'’°-]))",
    re.I,
)
_HANDLE = re.compile(
    r"(?<![\w-])(?:(?P<own>pseudo(?:nyme)?|login|identifiant|user(?:name)?|utilisateur|"
    r"insta(?:gram)?|snap(?:chat)?|facebook|twitter|tiktok|skype|discord|telegram|sign[ée]e?)|"
    r"compte|session|agent|par)(?:\s(?:est|c['’]est|sur le forum)|\s?[:=«\",]){0,3}\s?"
    r"(?P<it>@?(?!\S{0,60}\.(?:fr|com|net|org)\b)(?=[\w.:-]{0,30}[^\W\d_])"
    r"(?=[\w.:-]{0,30}[\d_]|(?<=@)|\w{1,30}[.:]\w)(?(own)|(?-i:(?=[a-z]{4})))"
    r"[\w.:-]{3,30}(?<![.:]))"
    r"|(?<![\w.@])(?P<at>@(?=\w{0,30}[\d_])[a-z]\w{2,30})",
    re.I,
)
_PSEUDONYM = re.compile(
    rf"(?<![\w-])(?i:pseudo(?:nyme)?|surnom|alias|dite?|surnomm[ée]e?|patronyme)\s(?:est\s|:\s|"
    rf"c['’]est\s)?"
    rf"(?:[«\"]\s?(?P<it>{CAP}[\w'’]*(?:[ -]{CAP}[\w'’]*){{0,3}})\s?[»\"]"
    rf"|(?<=pseudo )(?P<bare>{CAP}{_WORD}))"
)
_INSTEAD = (
    r"(?:au\slieu\sd[e'’]|et\snon(?:\spas)?|(?:et\s|mais\s)?pas|non|à\sla\splace\sd[e'’]|"
    r"plut[ôo]t\sque|"
    r"c/|contre|vs\.?|alias|dite?|devenue?)"
)
_SOME = rf"(?P<it>{CAP}{_WORD}(?:[ ]{CAP}{_WORD}){{0,2}})"
_OTHER = (
    re.compile(rf"{NAME}\s?[»\"]?,?\s{_INSTEAD}\s?[«\"]?\s?{_SOME}"),
    re.compile(rf"(?<![\w'’-]){_SOME}\s?[»\"]?,?\s{_INSTEAD}\s?[«\"]?\s?{NAME}"),
)
_GREETED = re.compile(
    r"(?<![\w-])(?i:bonjour|bonsoir|salut|coucou|hello|ch[èe]re?|hey|merci|bravo|bjr|slt)\s"
    rf"(?P<it>{CAP}{_WORD})(?=\s?(?:[,!.\n]|\Z))"
)
_INITIALS = re.compile(  # that sign
    r"(?:\b(?i:cdlt|cdt|cordialement|bien à vous|merci|salutations|bises)[\s,.!–—-]{1,4}"
    r"|[.!?…)»]\s{0,3}[–—-]{1,2}\s?|\n[ ]?[–—-]?[ ]?)(?P<it>[A-Z](?:\.?-?[A-Z]){0,2}\.?)\s{0,9}\Z"
    r"|(?<=\w\w\w[.!?])\s(?P<dotted>[A-Z]\.(?:[ -]?[A-Z]\.){0,2})\s{0,9}\Z"
)
_AGENT = re.compile(
    r"(?<![\w-])(?i:agent|r[ée]dacteur|r[ée]dig[ée]e? par|saisie? par|valid[ée]e? par|"
    r"trait[ée]e? par|"
    r"visa|pris par|vue? (?:avec|par)|sign[ée]|p\.?o\.?)\s?:?\s(?P<it>[A-Z]{2,3})(?![\w'’-])"
)
_NO_INITIALS = {"ras", "ok", "svp", "stp", "mdr", "lol", "hs", "pj", "ttc", "ue", "eu", "fr", "ko"}
_BORN = re.compile(
    r"(?<![\w'’-])(?P<it>[^\W\d_]{3,}(?:-[^\W\d_]+)?[ ](?:(?:el|ben|ait|al|de)[ ])?[^\W\d_]{3,})"
    r"[ ](?=n[ée]e?[ ](?:le|en|à|\d|\uf304))"
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def told(text: str) -> Iterator[tuple[int, int]]:
    """The spans of names that a text tells as such.

    Examples
    --------
    >>> text = "nom : petit ; prénom : rose. Je l'épelle P E T I T. Merci. – RP"
    >>> [text[start:end] for start, end in told(text)]
    ['petit', 'rose', 'P E T I T', 'petit', 'RP']
    """
    yield from _in_fields(text)
    yield from _spelled(text)
    for found in _WITH_LETTER.finditer(text):
        if not is_no_name(found["it"]) and folded(found["it"]) not in small_words():
            yield found.span("it")
    for found in _HANDLE.finditer(text):
        yield found.span("it" if found["it"] else "at")
    for found in _PSEUDONYM.finditer(text):
        yield found.span("it" if found["it"] else "bare")
    for pattern in _OTHER:
        for found in pattern.finditer(text):
            if not is_no_name(found["it"].split()[0]):
                yield found.span("it")
    for found in _GREETED.finditer(text):
        if is_given(found["it"]):
            yield found.span("it")
    for pattern, group in ((_INITIALS, "it"), (_AGENT, "it"), (_INITIALS, "dotted")):
        for found in pattern.finditer(text):
            if found[group] and not _is_acronym(found[group]):
                yield found.span(group)
    for found in _BORN.finditer(text):
        words = found["it"].split()
        if not any(is_common(word) or folded(word) in small_words() for word in words):
            yield found.span("it")


def _in_fields(text: str) -> Iterator[tuple[int, int]]:
    paired: bool | None = None
    for found in _FIELD.finditer(text):
        first = found["it"].split()[0]
        if NO_VALUE.match(first) and not (first[0].isupper() and " " in found["it"]):
            continue
        likely = not is_no_name(first) if first[0].isupper() else not is_common(first)
        if not likely and paired is None:
            paired = _TWO_FIELDS.match(text) is not None
        if likely or paired:
            yield found.span("it")
    for found in _ROLE.finditer(text):
        first = found["it"].split()[0]
        if is_given(first) or not (
            len(first) < 4 or is_common(first) or is_place(first) or folded(first) in small_words()
        ):
            yield found.span("it")


def _spelled(text: str) -> Iterator[tuple[int, int]]:
    """The names that are told letter by letter, and where they stand as words, too."""
    forms: set[str] = set()
    for pattern in (_LETTERS, _BY_WORDS):
        for found in pattern.finditer(text):
            said = re.findall(r"(?<!\w)\w(?!\w)", folded(found[0]))
            letters = "".join(said).replace("2", "")
            if letters in _ALPHABET or len({*letters}) < 2:
                continue
            left = text[max(0, found.start() - 60) : found.start()]
            if is_no_name(letters) or (is_common(letters) and not _SPELLS.search(left)):
                continue
            yield found.span()
            forms |= {letters, re.sub(r"2(\w)", r"\1\1", "".join(said))}
    for word in re.finditer(_WORD, text) if forms else ():
        if folded(word[0]) in forms:
            yield word.span()


def _is_acronym(letters: str) -> bool:
    plain = folded(letters).replace(".", "")
    return plain in _NO_INITIALS or (len(plain) > 1 and is_common(plain))
