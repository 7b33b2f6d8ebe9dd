"""The numbers of a text, each with the figures that it may tell.

A number is looked up among the figures that stand in its place, by its digits. Where several have
them, it is of the one that is named beside it: by its product, group or period.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

ANYWHERE = "*"  # in place of a section, for what a page may tell in all of them
_NEVER = "(?!)"  # matches nothing
_DIGIT = re.compile(r"\d")
_OF_ENDS = re.compile(r"Intervalle|Effectif|\(n\)")  # heads of columns
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\n": " ", "\t": " ", "’": "'"})
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
# Numbers that are no estimates: days, quarters, years, the level of an interval, scales, ranks.
NO_ESTIMATES = re.compile(
    rf"\b(?:\d{{1,2}}(?:er)? )?(?:{_MONTHS})(?: \d{{4}})?"
    r"|\b\d(?:er|e)? trimestre(?: \d{4})?"
    r"|\bT\d(?: \d{4})?|\b(?:19|20)\d{2}(?:-T\d)?\b"
    r"|[Ii]ntervalles? (?:de confiance )?à \d+(?:,\d+)? %"
    r"|\bsur (?:10|5|100|\d+ ans)\b|à 100 %"
    r"|\b\d\d/\d\d/\d{4}\b|\b\d+e\b|\b(?:Figure|Tableau) \d+|&#?\w+;"
)
_SCALES = {"k": 1e3, "M": 1e6, "Md": 1e9, "millier": 1e3, "million": 1e6, "milliard": 1e9}
# a whole number without sign or unit, which may count anything
_BARE = re.compile(r"(?<! à )(?<![+−-])\d[\d ]*(?<=\d)(?! (?:à|points?|sur|%))")
# a duration, or a number, of which no part begins a duration
_TOLD = re.compile(
    r"(?<![\w,.])(?:"
    r"(?=\d+ (?:h|min|s)\b)(?:(?P<h>\d+) h\b)?(?: ?(?P<min>\d+) min\b)?(?: ?(?P<s>\d+) s\b)?"
    r"|(?![+−-]?\d+ (?:h|min|s)\b)"
    r"[+−-]?(?P<whole>\d{1,3}(?: (?!\d+ (?:h|min|s)\b)\d{3})+|\d+)(?:,(?P<decimals>\d+))?"
    r"(?: (?P<scale>k|Md?|millier|million|milliard)s?\b)?(?P<percent> %)?)"
)
OWN, BASE = 0, 3  # of the numbers of a figure


class Figure(NamedTuple):
    """A figure that a page tells: where it comes from, its numbers, its names.

    Its numbers are its own, the ends of its interval, and its base or, of a comparison, what could
    be seen; one that it has not is none (NaN). `is_now` is whether it is of the edition's period.
    """

    id: str
    address: str  # of its origin, from the site's root
    numbers: tuple[float, ...]
    names: tuple[str, ...]
    is_now: bool


class Number(NamedTuple):
    """A number in a text: where it stands, and of which figures it may be (one: it is known)."""

    start: int
    end: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Told:
    """What a page tells: its figures by the labels of its cells, and by the titles of sections."""

    figures: tuple[Figure, ...]
    cells: Mapping[str, tuple[int, ...]]
    sections: Mapping[str, tuple[int, ...]]

    def of(self, cell: str, section: str) -> Candidates:
        """The figures of which a number may be, by the cell or else the section that it is in."""
        somewhere = self.sections.get(section, self.sections.get(ANYWHERE, ()))
        places = self.cells.get(cell, somewhere)
        if places not in self._made:
            self._made[places] = Candidates(tuple(self.figures[place] for place in places))
        return self._made[places]

    @cached_property
    def _made(self) -> dict[tuple[int, ...], Candidates]:
        return {}


@dataclass(frozen=True)
class Candidates:
    """Figures among which numbers are looked up."""

    figures: tuple[Figure, ...]

    @cached_property
    def by_number(self) -> dict[tuple[int, float], dict[int, int]]:
        """By a number, as it is told with so many decimals: their places, and which number it is.

        What others publish has more digits than pages tell, and ends are then rounded outwards.
        """
        found: dict[tuple[int, float], dict[int, int]] = {}
        for place, figure in enumerate(self.figures):
            for which, number in enumerate(map(abs, figure.numbers)):
                is_longer = round(number, 1) != number
                for decimals, step in enumerate((1, 10, 100)):
                    said = {round(number, decimals)}
                    if is_longer:
                        said |= {number * step // 1 / step, -(-number * step // 1) / step}
                    for value in said if is_longer else said & {number}:
                        found.setdefault((decimals, value), {}).setdefault(place, which)
        return found

    @cached_property
    def names(self) -> re.Pattern[str]:
        """What finds their names that hold digits, which are no numbers."""
        names = {name for figure in self.figures for name in figure.names if len(name) > 2}
        told = sorted(filter(_DIGIT.search, names), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, told)) or _NEVER, re.I)

    def near(self, said: float, step: float) -> dict[int, int]:
        """The same of those that have a number which is told so in steps."""
        found: dict[int, int] = {}
        for place, figure in enumerate(self.figures):
            for which, number in enumerate(figure.numbers):
                if abs(abs(number) - said) <= step / 2 + 1e-9:
                    found.setdefault(place, which)
        return found


def simple(text: str) -> str:
    """A text of the same length with plain spaces and apostrophes, in small letters.

    Examples
    --------
    >>> simple("L’été\\u00a02026")
    "l'été 2026"
    """
    return text.translate(SPACES).lower()


def numbers(text: str, candidates: Candidates, beside: str = "", around: str = "") -> list[Number]:
    """The numbers of a text that may be estimates, each with the figures that it may tell.

    Examples
    --------
    >>> marks = [(7.2, "Légifrance"), (7.9, "BOAMP"), (7.2, "BODACC")]
    >>> known = Candidates(tuple(Figure(n, "", (x,), (n.lower(),), True) for x, n in marks))
    >>> found = numbers("BODACC : 7,2 sur 10 en mai 2026.", known)
    >>> [(one.start, [figure.id for figure in one.figures]) for one in found]
    [(9, ['BODACC'])]
    """
    plain = masked = text.translate(SPACES)
    for others in (NO_ESTIMATES, candidates.names):
        masked = others.sub(lambda found: "_" * len(found[0]), masked)
    made, after, whole = [], 0, f"{simple(text)} {simple(beside)}"
    for start, end, places in _found(masked, candidates):
        bare = None if beside else _BARE.match(masked, start)
        if bare and bare.end() == end:
            places = {place: which for place, which in places.items() if which in (OWN, BASE)}
        figures = tuple(candidates.figures[place] for place in places)
        if len(figures) > 1:
            clause = simple(_clause(plain, start, end))
            contexts = (simple(plain[after:start]), clause, whole, simple(around))
            is_open = plain.count("(", 0, start) > plain.count(")", 0, start)
            is_first = not is_open and not _OF_ENDS.search(beside)
            figures = _named(candidates, places, contexts, is_first)
        made.append(Number(start, end, figures))
        after = end
    return made


def _clause(text: str, start: int, end: int) -> str:
    """What stands around a part of a text, up to the next brackets or semicolons."""
    begins = max(text.rfind(mark, 0, start) for mark in ";()") + 1
    ends = min(at for mark in ";()" if (at := text.find(mark, end)) >= 0 or (at := len(text)))
    return text[begins:ends]


def _found(masked: str, candidates: Candidates) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Where numbers stand, and the figures that are told with their digits."""
    for found in _TOLD.finditer(masked):
        if found["whole"]:
            places = _told_as(found, candidates)
        else:
            hours, minutes, seconds = (int(found[unit] or 0) for unit in ("h", "min", "s"))
            said = 3600 * hours + 60 * minutes + seconds
            places = candidates.near(said, 1 if found["s"] else 60)
        yield found.start(), found.end(), places


def _told_as(number: re.Match[str], candidates: Candidates) -> dict[int, int]:
    decimals = number["decimals"] or ""
    said = float(f"{number['whole'].replace(' ', '')}.{decimals or 0}")
    if number["scale"]:
        scale = _SCALES[number["scale"]]
        places = candidates.near(said * scale, scale * 10 ** -len(decimals))
    else:
        places = candidates.by_number.get((len(decimals), said), {})
    if not places and not decimals and said and said % 1000 == 0:  # told in thousands
        places = candidates.near(said, 1000)
    return places


def _named(
    candidates: Candidates, places: Mapping[int, int], contexts: Iterable[str], is_first: bool
) -> tuple[Figure, ...]:
    """Of the figures that a number may tell, those of which most is named beside it.

    Where all are named alike, it is one's own number before its interval or base (`is_first`), one
    of the edition's period before another, and the whole before a part.
    """
    left = {place: candidates.figures[place] for place in sorted(places)}

    def keep(scores: Mapping[int, float]) -> None:
        best = max(scores.values(), default=0.0)
        for place in [place for place, score in scores.items() if score < best]:
            del left[place]

    for context in contexts:
        if len(left) > 1 and context:
            keep(_named_in(left, context))
    if len(left) > 1 and is_first:
        keep({place: float(places[place] == OWN) for place in left})
    keep({place: float(one.is_now) for place, one in left.items()})
    keep({place: -float(len(one.names)) for place, one in left.items()})
    return tuple({figure.id: figure for figure in left.values()}.values())


def _named_in(figures: Mapping[int, Figure], context: str) -> dict[int, float]:
    """How many names of each figure a text holds; none inside a longer one."""
    names = {name for figure in figures.values() for name in figure.names}
    there = set()
    for name in sorted(names, key=len, reverse=True):
        if name in context:
            there.add(name)
            context = context.replace(name, "_")
    return {place: float(len(there.intersection(one.names))) for place, one in figures.items()}
