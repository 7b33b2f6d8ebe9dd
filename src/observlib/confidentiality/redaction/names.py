"""Names of people, by rule: what announces them, given names that are known, signatures.

A name is looked for in each run of words in capitals; what stands before the run, and the given
names in it, say whether it is one. Names written small are found behind what announces them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from observlib.confidentiality.redaction.lexicon import (
    ANNOUNCED,
    BESIDE_NAME,
    BORN,
    ENDS,
    EXPLAINED,
    FAREWELL,
    FRAGMENT,
    GOES_ON,
    HINTED,
    INTRODUCED,
    LABELLED,
    NAME_AND_GIVEN_NAME,
    NAMED,
    PARTICLES,
    SMALL_ANNOUNCED,
    TITLED,
    WHO,
    folded,
    is_common,
    is_given,
    is_no_name,
    is_of_a_people,
    is_only_given,
    is_place,
    small_words,
)
from observlib.confidentiality.redaction.plain import CAP, NAME
from observlib.confidentiality.redaction.words import (
    BIG,
    RUN,
    SHORT,
    Word,
    end_of_name,
    may_be_name,
    words_of,
)

# --- Names that their writers tell: in a form's field, letter by letter, as initials

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


_LINE_END = re.compile(
    r"[ \t]*[.!,;]?[ \t]*(?:\n|\Z|[-–—(/\uf300-\uf3fe]|[,;.]?\s*(?:t[ée]l|mail|n°|\d))", re.I
)
_WINDOW = 80
_LEADS = ("el", "al", "ben", "ait", "ould", "abd", "van", "von", "di", "da")  # of surnames
_SMALL_WORD = re.compile(r"[ \t]{0,2}((?:[dmno]['’])?[a-zà-ÿœ][^\W\d_]+(?:-[^\W\d_]+)*)(?!['’\w])")
_INITIAL_BEHIND = re.compile(r"[ ][b-xzB-XZ](?![\w'’])")
_SMALL_NAME = re.compile(  # a second word where nothing follows it
    r"(?<![\w'’@.-])([^\W\d_]{3,}(?:-[^\W\d_]+)*)(?![\w'’@-])"
    r"(?=(?P<more>[ ](?:[^\W\d_](?=\.|[ ]d[eu]\b)|[^\W\d_]{3,})(?=\s*(?:[.,;:!)\n\uf300-\uf3ff]|"
    r"\d|\Z|d[eu]\b)))?)"
)
_TWO = re.compile(  # overlapping
    r"(?<![\w'’-])(?=([^\W\d_]{3,}(?:-[^\W\d_]+)*)[ ]([^\W\d_]{3,}(?:-[^\W\d_]+)*))"
)
_SMALL_END = re.compile(r"\s*(?:[.,;:!)\n\uf300-\uf3ff]|\d|\Z|n[ée]e?\s|d[eu]\s)")
_PARTICLES_BEFORE = re.compile(r"\b(?:ben|el|al|ait|ould|abd|da|di|van|von)[ ]\Z", re.I)
_FIRST_WORD = re.compile(r"(?:^|[.!?:;,(/\n]\s)([^\W\d_]{4,})[ ]\Z")
_SMALL_BESIDE = re.compile(rf"{NAME}(?:,|\s(?:et|ou))\s([^\W\d_]{{4,}})(?=\s?(?:[.,;!?)\n]|\Z))")
_MASK = re.compile("[\uf300-\uf3fe]")
_NO_INITIAL = re.compile(
    r"\b(?:cat[ée]gorie|classe|type|niveau|permis|vitamine|plan|point|zone|lettre)\s\Z"
)
_ALONE = re.compile(r"(?:^|[\n:;,(|/\uf300-\uf3fe\d–—-])\s*\Z")
_LAST_LINE = re.compile(r"\n[ \t]*(?:[-–—*]\s*)?([^\n]{2,60}?)[ \t]*[.!]?\s*\Z")
_BEHIND_BIG = re.compile(rf"(?<![\w'’-])({BIG})[ \t]+([a-zà-ÿ]{{3,}}(?:-[a-zà-ÿ]+)?)(?![\w'’-])")
_BEFORE_BIG = re.compile(rf"(?<![\w'’-])([a-zà-ÿ]{{3,}}(?:-[a-zà-ÿ]+)?)[ \t]+({BIG})")


def names(text: str) -> list[tuple[int, int]]:
    """The spans of names in a text of which things that bear names are masked.

    Examples
    --------
    >>> text = "Mme Le Goff et Zoé DURAND m'ont aidé. Merci !"
    >>> [text[start:end] for start, end in names(text)][:2]
    ['Le Goff', 'Zoé DURAND']
    """
    letters = [sign for sign in text if sign.isalpha()]
    capitals = sum(map(str.isupper, letters))
    said = [
        found.span(group)
        for found in NAME_AND_GIVEN_NAME.finditer(text)
        for group in (1, 2)
        if not (small_words() & {folded(found[1]), folded(found[2])})
        and (found[group][0].isupper() or not is_no_name(found[group]))
        and not NO_VALUE.match(found[group])
    ]
    if len(letters) > 20 and capitals > 0.6 * len(letters):
        low = "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)
        return [*said, *_small(low, True), *_in_small_text(low), *_capitals_beside(text)]
    found = [span for run in RUN.finditer(text) for span in _in_run(text, run)]
    all_small = bool(letters) and (letters[0].islower() or capitals < 0.01 * len(letters))
    found += [*_small(text, all_small), *_signature(text), *_beside_small(text)]
    if all_small:
        found += _in_small_text(text)
    return [*said, *found]


def _in_run(text: str, run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The names in a run of words in capitals."""
    words = words_of(text, *run.span())
    left = text[max(0, run.start() - _WINDOW) : run.start()]
    right = text[run.end() : run.end() + _WINDOW]
    titled = bool(ANNOUNCED.search(left) or NAMED.match(right))
    announced = {0: titled} if titled or _is_announced(words, left, right) else {}
    for place, word in enumerate(words[:-1]):  # a title may be one of the run's own words
        if TITLED.fullmatch(word.text):
            announced[place + 1] = True
        elif WHO.fullmatch(word.text) and (
            is_given(words[place + 1].text)
            or (may_be_name(words[place + 1]) and not is_common(words[place + 1].text))
            or (place + 2 < len(words) and all(map(_may_be_of_name, words[place + 1 :])))
        ):
            announced[place + 1] = False
    at = 0
    for place in sorted(announced):
        title = place < at or TITLED.fullmatch(words[place].text)
        if not title and (span := _announced(words, place, announced[place])):
            yield span[0], span[1]
            at = span[2]
    while at < len(words):
        word = words[at]
        if word.initial:
            following = at + 1
            while following < len(words) and words[following].joins:
                following += 1
            letter = at == 0 and _NO_INITIAL.search(left)
            if following < len(words) and _surname(words[following]) and not letter:
                end = end_of_name(words, following)
                yield word.start, words[end - 1].end
                at = end
                continue
        elif not word.particle and is_given(word.text):
            span = _around_given(words, at, left)
            if span:
                yield span[0], span[1]
                at = span[2]
                continue
        at += 1


def _is_announced(words: list[Word], left: str, right: str) -> bool:
    """Whether what stands around a run of words says that a name begins it."""
    if is_given(words[0].text) and BORN.match(right):
        return True
    if GOES_ON.search(left) or (FAREWELL.search(left) and _LINE_END.match(right)):
        return True
    first = words[0]
    likely = may_be_name(first) and not is_common(first.text)
    if HINTED.search(left) and may_be_name(first):
        return True
    given = is_given(first.text)
    whole = 1 < len(words) < 5 and likely and all(map(_may_be_of_name, words))
    if INTRODUCED.search(left):
        return given or whole
    if LABELLED.search(left) and ENDS.search(right):
        return given or whole
    inside = not re.search(r"(?:^|[.!?\n])\s*\Z", left)
    if (told := EXPLAINED.search(right)) and (given or (likely and inside and told["whose"])):
        return True
    before, after = (
        pattern.search(side) for pattern, side in zip(BESIDE_NAME, (left, right), strict=True)
    )
    if before and (given or (likely and "," not in before[0] and ENDS.search(right))):
        return True
    if after and given and len(words) == 1:
        return True
    if not (left and FRAGMENT[0].search(left) and FRAGMENT[1].search(right)):
        return False
    known = any(word.initial or is_given(word.text) for word in words)
    return (given and len(words) == 1) or (whole and (known or bool(_MASK.search(right[:4]))))


def _may_be_of_name(word: Word) -> bool:
    """Whether a word may be one of a name that stands alone."""
    if word.initial or word.joins:
        return True
    return not word.particle and may_be_name(word) and not is_no_name(word.text)


def _surname(word: Word) -> bool:
    return (
        not word.particle and not word.initial and len(word.text) > 2 and not is_no_name(word.text)
    )


def _announced(words: list[Word], at: int, titled: bool) -> tuple[int, int, int] | None:
    """The name at a place at which one is announced."""
    start = words[at].start
    if words[at].text in ("le", "la", "l'", "l’", "les"):  # and what he or she does
        return None
    while at < len(words) - 1 and words[at].particle:
        at += 1
    if not titled:
        start = words[at].start
    first = words[at]
    if first.initial:
        end = max(end_of_name(words, at + 1), at + 1)
        return start, words[end - 1].end, end
    if not set(first.text) - set("XYZ"):  # an author's own mask
        return None
    if len(first.text) == 1 and first.text.isupper():
        return start, first.end, at + 1
    first_of_name = at + (first.joins and at + 1 < len(words))
    named_as_place = titled and is_place(words[first_of_name].text)
    two = words[first_of_name : first_of_name + 2]
    short = titled and two[0].text in SHORT and len(two) == 2 and _may_be_of_name(two[1])
    if is_no_name(two[0].text) and not (named_as_place or short):
        return None
    end = max(end_of_name(words, first_of_name, sure=True), first_of_name + 1)
    return (start, words[end - 1].end, end) if end > first_of_name else None


def _around_given(words: list[Word], at: int, left: str) -> tuple[int, int, int] | None:
    """The name of which a given name is part, or `None` where it may be another word."""
    word = words[at]
    end = max(end_of_name(words, at), at + 1)
    start = at
    if at and not words[at - 1].particle:
        before = words[at - 1]
        listed = at == 1 and re.search(r"[:;,(]\s\Z", left) and _may_be_of_name(before)
        both = before.capitals and word.capitals and at == 1 and len(words) == 2
        stands_alone = both and _ALONE.search(left) and (_surname(before) or is_place(before.text))
        unlike = before.capitals and not word.capitals and _surname(before)
        if unlike or stands_alone or before.initial or listed:
            start = at - 1
            while start and words[start].capitals and _of_capitals(words[start - 1]):
                start -= 1
    if end == at + 1 and start == at and not is_only_given(word.text):
        return None
    return words[start].start, words[end - 1].end, end


def _of_capitals(word: Word) -> bool:
    """Whether a word is of a surname in capitals."""
    return word.text.isupper() and (word.joins or (word.capitals and _surname(word)))


def _small(text: str, small: bool) -> Iterator[tuple[int, int]]:
    """Names written small, behind what announces them: of a text in which all is small, more."""
    for found in SMALL_ANNOUNCED.finditer(text):
        at = found.end()
        words: list[re.Match[str]] = []
        while len(words) < 3 and (word := _SMALL_WORD.match(text, at)):
            joins = bool(words) and folded(word[1]) in PARTICLES
            lone = folded(word[1]) in _LEADS and not words
            if not joins and not lone and (folded(word[1]) in small_words() or is_no_name(word[1])):
                break
            if "'" in folded(word[1]) and is_common(word[1]):
                break
            behind = words and (not is_given(words[0][1]) or folded(words[-1][1]) in PARTICLES)
            if behind and not joins and is_common(word[1]) and not is_given(word[1]):
                break
            words.append(word)
            at = word.end()
        while words and folded(words[-1][1]) in PARTICLES:
            words.pop()
        lead = sum(1 for _ in takewhile(lambda word: folded(word[1]) in PARTICLES, words[:-1]))
        strange = (
            (found["titled"] or (small and found["strange"]))
            and words
            and is_strange_small(words[lead][1])
        )
        sure = found["sure"] or found["titled"] == "m."
        if words and (sure or strange or is_only_given(words[lead][1])):
            initial = _INITIAL_BEHIND.match(text, words[-1].end(1))
            yield words[0].start(1), (initial or words[-1]).end()


def is_strange_small(word: str) -> bool:
    """Whether a word written small is neither French, a participle nor of a people."""
    return len(word) > 3 and not (
        is_given(word)
        or is_common(word)
        or is_of_a_people(word)
        or re.search(r"(?:é|ée|és|ées|ant|ante|ent|ente)\Z", word)
    )


def _ends_strangely(word: str, given: str) -> bool:
    """Whether a word that ends as a participle is none of a known verb, beside a given name."""
    return word.endswith("é") and is_only_given(given) and not (is_common(word) or is_given(word))


def _in_small_text(text: str) -> Iterator[tuple[int, int]]:
    """In a text without capitals, given names that are nothing else, and the surname beside."""
    for found in _SMALL_NAME.finditer(text):
        more = (found["more"] or "").strip()
        known = is_only_given(found[1]) or (len(more) == 1 and is_given(found[1]))
        if known and len(found[1]) > 2:
            before = _FIRST_WORD.search(text[max(0, found.start() - 25) : found.start()])
            first = before and is_strange_small(before[1])
            start = found.start(1) - (len(before[1]) + 1 if before and first else 0)
            yield start, found.end("more" if more and not _common(more) else 1)
    for found in _SMALL_BESIDE.finditer(text):
        if is_strange_small(found[1]):
            yield found.span(1)
    for found in _TWO.finditer(text):
        given, other = is_given(found[1]), is_given(found[2]) and found[2].islower()
        if (given and len(found[1]) > 3 and is_strange_small(found[2])) or (
            other
            and (is_strange_small(found[1]) or _ends_strangely(found[1], found[2]))
            and folded(found[1]) not in small_words()
            and _SMALL_END.match(text, found.end(2))
        ):
            yield found.start(1), found.end(2)


def _signature(text: str) -> Iterator[tuple[int, int]]:
    """The name that a last line is, or that stands behind the last word of farewell."""
    if last := _LAST_LINE.search(text):
        line = last[1]
        words = words_of(text, last.start(1), last.end(1))
        letters = sum(map(str.isalpha, line))
        if (
            0 < len(words) <= 5
            and letters == sum(sum(map(str.isalpha, word.text)) for word in words)
            and not any(word.particle and not word.joins for word in words)
            and not any(is_no_name(word.text) for word in words if not (word.joins or word.initial))
            and any(word.initial or is_given(word.text) for word in words)
            and any(len(word.text) > 2 for word in words)
        ):
            yield words[0].start, words[-1].end
    tail = text[-160:]
    offset = len(text) - len(tail)
    for farewell in re.finditer(
        r"(?:cordialement|cdlt|cdt|salutations(?: \w+)?|respectueusement|sinc[èe]rement|"
        r"bien à vous|"
        r"merci(?: d['’]avance)?|bonne journ[ée]e|amicalement)[\s,.!:;–—-]{1,6}"
        r"(?P<letter>[a-z]\.[ ]?)?"
        r"(?P<it>[^\W\d_]+(?:['’-][^\W\d_]+)*(?:[ \t][^\W\d_]+(?:['’-][^\W\d_]+)*){0,3})[\s.!]*\Z",
        tail,
        re.I,
    ):
        of = farewell["it"].split()
        first = 0 if is_given(of[0]) else 1 if of[0][0].isupper() and len(of) > 1 else None
        none = any(is_no_name(word) for word in of if len(word) > 1)
        if farewell["letter"] and not is_common(of[0]):
            yield offset + farewell.start("letter"), offset + farewell.end("it")
        elif first is not None and is_given(of[first]) and not none:
            yield offset + farewell.start("it"), offset + farewell.end("it")


def _beside_small(text: str) -> Iterator[tuple[int, int]]:
    """A given name written small beside a surname with a capital, such as `jean DUPONT`."""
    for found in _BEFORE_BIG.finditer(text):
        kin = found[1] in ("papa", "maman", "mamie", "papi", "tonton", "tata")
        if is_given(found[1]) and not kin and not is_no_name(found[2]) and len(found[2]) > 2:
            yield found.span()
    for found in _BEHIND_BIG.finditer(text):
        if is_only_given(found[2]) and not is_common(found[1]):
            yield found.span()


def _capitals_beside(text: str) -> Iterator[tuple[int, int]]:
    """In a text in capitals, a given name and the surname beside it."""
    for found in _TWO.finditer(text):
        one, other = found[1], found[2]
        for given, surname in ((one, other), (other, one)):
            if is_only_given(given) and len(surname) > 2 and not is_common(surname):
                before = _PARTICLES_BEFORE.search(text[max(0, found.start() - 12) : found.start()])
                yield found.start(1) - (len(before[0]) if before else 0), found.end(2)


def _common(word: str) -> bool:
    return (is_no_name(word) and len(word) > 1) or folded(word) in small_words()
