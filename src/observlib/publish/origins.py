"""Links from the numbers of a page to where each comes from, on the page of its origins.

A page's figures, by its cells and sections, are in `origines/<page>.json` of a project, which
`edition.origins` writes. A number is matched with those that stand in its cell or section and are
told with its digits; where several are, with the one whose product, group and period are named
beside it. A number that may be of several still has no link: none would be better than a wrong one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

FOLDER = "origines"
ANYWHERE = "*"  # in place of a section, for what a page may tell in all of them
FINDING = "finding"  # the cell whose first sentences head the page
# a tag, a run of text, or what is passed over whole
_TOKEN = re.compile(
    r"<(svg|script|style|pre|code|math|nav|title)\b.*?</\1>|<!--.*?-->|<[^>]*>|[^<]+", re.S
)
_TAG = re.compile(r"<(/?)(\w+)[^>]*>", re.S)
_SPAN = re.compile(r'\scolspan="(\d+)"')
_DIGIT = re.compile(r"\d")
_BLOCKS = frozenset(
    (
        *("p", "li", "td", "th", "dt", "dd", "caption", "figcaption", "summary", "h1", "h2", "h3"),
        *("h4", "div", "section", "table", "tr", "thead", "tbody", "tfoot", "ul", "ol", "dl"),
        *("figure", "header", "main", "details", "aside", "article", "blockquote", "footer"),
    )
)
_HEADS = ("h2", "h3", "h4")
_LABEL = re.compile(r'\sid="((?:fig|tbl)-[\w-]+)"')
_CELL = re.compile(r'\sclass="(?:[^"]*\s)?cell[\s"]')
_LEAD = re.compile(r'\s(?:class="finding"|class="description")')
_OF_ENDS = re.compile(r"Intervalle|Effectif|\(n\)")  # heads of columns
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-ZÀ-Ý«])")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\n": " ", "\t": " ", "’": "'"})
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
# Numbers that are no estimates: days, quarters, years, the level of an interval, scales, ranks.
NO_ESTIMATES = re.compile(
    "|".join(
        (
            rf"\b(?:\d{{1,2}}(?:er)? )?(?:{_MONTHS})(?: \d{{4}})?",
            r"\b\d(?:er|e)? trimestre(?: \d{4})?",
            r"\bT\d(?: \d{4})?|\b(?:19|20)\d{2}(?:-T\d)?\b",
            r"[Ii]ntervalles? (?:de confiance )?à \d+(?:,\d+)? %",
            r"\bsur (?:10|5|100|\d+ ans)\b|à 100 %",
            r"\b\d\d/\d\d/\d{4}\b|\b\d+e\b|\b(?:Figure|Tableau) \d+|&#?\w+;",
        )
    )
)
_DURATION = re.compile(r"(?<![\w,.])(?:(\d+) h\b)?(?: ?(\d+) min\b)?(?: ?(\d+) s\b)?")
_SCALES = {"k": 1e3, "M": 1e6, "Md": 1e9, "millier": 1e3, "million": 1e6, "milliard": 1e9}
# a whole number without sign or unit, which may count anything
_BARE = re.compile(r"(?<! à )(?<![+−-])\d[\d ]*(?<=\d)(?! (?:à|points?|sur|%))")
_NUMBER = re.compile(
    r"(?<![\w,.])[+−-]?(?P<whole>\d{1,3}(?: \d{3})+|\d+)(?:,(?P<decimals>\d+))?"
    r"(?: (?P<scale>k|Md?|millier|million|milliard)s?\b)?(?P<percent> %)?"
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
        wanted = self.cells.get(cell, somewhere)
        if wanted not in self._made:
            self._made[wanted] = Candidates(tuple(self.figures[place] for place in wanted))
        return self._made[wanted]

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
    def names(self) -> re.Pattern[str] | None:
        """What finds their names that hold digits, which are no numbers."""
        names = {name for figure in self.figures for name in figure.names if len(name) > 2}
        told = sorted(filter(_DIGIT.search, names), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, told))) if told else None

    def near(self, said: float, step: float) -> dict[int, int]:
        """The same of those that have a number which is told so in steps."""
        found: dict[int, int] = {}
        for place, figure in enumerate(self.figures):
            for which, number in enumerate(figure.numbers):
                if abs(abs(number) - said) <= step / 2 + 1e-9:
                    found.setdefault(place, which)
        return found


def is_of_origins(address: str) -> bool:
    """Whether a page, by its address in a site, says where the numbers of another come from."""
    return address.startswith(f"{FOLDER}/")


def read(path: Path) -> Told:
    """What a page tells, as `edition.origins` wrote it."""
    content = json.loads(path.read_text(encoding="utf-8"))
    figures = (
        Figure(one, address, tuple(map(_number, numbers)), tuple(names), is_now)
        for one, address, numbers, names, is_now in content["figures"]
    )
    cells, sections = (
        {name: tuple(places) for name, places in content[key].items()}
        for key in ("cells", "sections")
    )
    return Told(tuple(figures), cells, sections)


def _number(x: float | None) -> float:
    return math.nan if x is None else x


def simple(text: str) -> str:
    """A text of the same length with plain spaces and apostrophes, in small letters.

    Examples
    --------
    >>> simple("L’été\\u00a02026")
    "l'été 2026"
    """
    return text.translate(_SPACES).lower()


def numbers(text: str, candidates: Candidates, beside: str = "", around: str = "") -> list[Number]:
    """The numbers of a text that may be estimates, each with the figures that it may tell.

    Parameters
    ----------
    text
        A sentence, or a cell of a table.
    candidates
        The figures that the page tells there.
    beside, around
        What stands beside it (the other words of a table's row, the head of its column), and
        around both (a paragraph, a caption): read where the text itself names none.

    Examples
    --------
    >>> marks = [(7.2, "Légifrance"), (7.9, "BOAMP"), (7.2, "BODACC")]
    >>> known = Candidates(tuple(Figure(n, "", (x,), (n.lower(),), True) for x, n in marks))
    >>> found = numbers("BODACC : 7,2 sur 10 en mai 2026.", known)
    >>> [(one.start, [figure.id for figure in one.figures]) for one in found]
    [(9, ['BODACC'])]
    """
    plain = text.translate(_SPACES)
    masked = NO_ESTIMATES.sub(lambda found: "_" * len(found[0]), plain)
    if candidates.names:
        lowered = masked.lower()
        for found in candidates.names.finditer(lowered):
            start, end = found.span()
            masked = f"{masked[:start]}{'_' * (end - start)}{masked[end:]}"
    found_, after, whole = [], 0, f"{simple(text)} {simple(beside)}"
    for start, end, places in _found(masked, candidates):
        bare = None if beside else _BARE.match(masked, start)
        if bare and bare.end() == end:
            places = {place: which for place, which in places.items() if which in (OWN, BASE)}
        clause = simple(_clause(plain, start, end))
        contexts = (simple(plain[after:start]), clause, whole, simple(around))
        is_open = plain.count("(", 0, start) > plain.count(")", 0, start)
        is_first = not is_open and not _OF_ENDS.search(beside)
        found_.append(Number(start, end, _named(candidates, places, contexts, is_first)))
        after = end
    return found_


def _clause(text: str, start: int, end: int) -> str:
    """What stands around a part of a text, up to the next brackets or semicolons."""
    begins = max(text.rfind(mark, 0, start) for mark in ";()") + 1
    ends = min(at for mark in ";()" if (at := text.find(mark, end)) >= 0 or (at := len(text)))
    return text[begins:ends]


def _found(masked: str, candidates: Candidates) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Where numbers stand, and the figures that are told with their digits."""
    after = 0
    for time in _DURATION.finditer(masked):
        hours, minutes, seconds = (int(part or 0) for part in time.groups())
        if time[0].strip():
            start = time.start() + len(time[0]) - len(time[0].lstrip())
            yield from _plain_numbers(masked, after, start, candidates)
            step = 1 if time[3] else 60
            said = 3600 * hours + 60 * minutes + seconds
            yield (
                start,
                time.end(),
                candidates.near(said, step) or candidates.near(round(said / 60), 1),
            )
            after = time.end()
    yield from _plain_numbers(masked, after, len(masked), candidates)


def _plain_numbers(
    masked: str, start: int, end: int, candidates: Candidates
) -> Iterator[tuple[int, int, dict[int, int]]]:
    for found in _NUMBER.finditer(masked, start, end):
        decimals = found["decimals"] or ""
        said = float(f"{found['whole'].replace(' ', '')}.{decimals or 0}")
        if found["scale"]:
            scale = _SCALES[found["scale"]]
            places = candidates.near(said * scale, scale * 10 ** -len(decimals))
        else:
            places = candidates.by_number.get((len(decimals), said), {})
        if not places and not decimals and said and said % 1000 == 0:  # told in thousands
            places = candidates.near(said, 1000)
        yield found.start(), found.end(), places


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


@dataclass
class _Block:
    """A run of text between two tags of blocks: where it stands, and its pieces in the page.

    `row` counts the rows of the page's tables (0: outside of them), `column` those of a row.
    """

    tag: str = ""
    cell: str = ""
    section: str | None = None  # the title above it; None before all of them
    table: int = 0
    row: int = 0
    column: int = 0
    part: str = ""  # of its table: `thead`, `tbody`
    pieces: list[tuple[int, bool]] = field(default_factory=list)  # and whether each may get links
    text: str = ""


def with_origins(page: str, told: Told, root: str = "") -> str:
    """A page of HTML whose numbers lead to where they come from.

    Parameters
    ----------
    root
        The way from the page to the site's root.
    """
    pieces = [found[0] for found in _TOKEN.finditer(page)]
    links: list[tuple[int, int, int, str]] = []
    for block, number in told_numbers(pieces, told):
        if len(number.figures) == 1:
            links += _link(pieces, block, number)
    for place, start, end, address in sorted(links, reverse=True):
        text = pieces[place]
        link = f'<a href="{root}{address}">{text[start:end]}</a>'
        pieces[place] = f"{text[:start]}{link}{text[end:]}"
    return "".join(pieces)


def _link(
    pieces: Sequence[str], block: _Block, number: Number
) -> Iterator[tuple[int, int, int, str]]:
    """The piece that holds all of a block's number, where in it, and where it is to lead."""
    before = 0
    for place, is_free in block.pieces:
        after = before + len(pieces[place])
        if before <= number.start and number.end <= after and is_free:
            yield place, number.start - before, number.end - before, number.figures[0].address
        before = after


def texts_of(page: str, one: str) -> Iterator[tuple[str, str]]:
    """The title of the section and the text, wherever a page of HTML leads to a figure's origin.

    Examples
    --------
    >>> page = '<main><h2>Avis</h2><p>Note <a href="origines/a.html#f1">7,2</a>.</p></main>'
    >>> list(texts_of(page, "f1"))
    [('Avis', 'Note 7,2.')]
    """
    pieces = [found[0] for found in _TOKEN.finditer(page)]
    links = [place for place, piece in enumerate(pieces) if f'#{one}"' in piece]
    title = ""
    for block in _blocks(pieces):
        text = " ".join(block.text.split())
        title = text if block.tag in _HEADS else title
        if any(place + 1 == at for place in links for at, _ in block.pieces):
            yield title, text


def told_numbers(pieces: Sequence[str], told: Told) -> Iterator[tuple[_Block, Number]]:
    """The numbers of a page's text, each with its block, in which it stands."""
    found = list(_blocks(pieces))
    rows: dict[int, list[_Block]] = {}
    heads: dict[tuple[int, int], str] = {}
    around: dict[int, str] = {}  # the caption of each table
    for block in found:
        if block.part == "thead":
            heads[block.table, block.column] = block.text
        elif block.row:
            rows.setdefault(block.row, []).append(block)
        elif block.tag == "caption":
            around[block.table] = block.text
    group = ""  # of rows: its name stands alone in one
    for block in found:
        is_aside = block.section is None and block.cell != FINDING
        if is_aside or block.tag in ("summary", *_HEADS):
            continue
        beside, above = "", f"{around.get(block.table, '')} {block.section or ''}"
        if own := rows.get(block.row):
            if len(own) == 1 and block.tag == "th":
                group = block.text
            named = (one.text for one in own if one.tag == "th" or not _tells(one.text))
            beside = " ".join([*named, heads.get((block.table, block.column), ""), group])
        candidates = told.of(block.cell, block.section or "")
        at = 0
        for sentence in _SENTENCE.split(block.text):
            at = block.text.index(sentence, at)
            for number in numbers(sentence, candidates, beside, f"{block.text} {above}"):
                yield block, number._replace(start=number.start + at, end=number.end + at)
            at += len(sentence)


def _tells(text: str) -> bool:
    """Whether a text holds what may be an estimate."""
    return bool(_DIGIT.search(NO_ESTIMATES.sub("", text)))


def _blocks(pieces: Sequence[str]) -> Iterator[_Block]:
    """The runs of text of a page's main part, in order."""
    block, is_main, in_link = _Block(), False, 0
    cell, section, tables, rows, column, part = "", None, 0, 0, 0, ""
    table = row = 0
    for place, piece in enumerate(pieces):
        if not piece.startswith("<"):
            if is_main:
                block.pieces.append((place, not in_link))
            continue
        tag = _TAG.fullmatch(piece)
        if not tag:  # what is passed over whole
            continue
        is_end, name = tag[1] == "/", tag[2]
        is_main = not is_end if name == "main" else is_main
        in_link += (name == "a") * (-1 if is_end else 1)
        if name not in (*_BLOCKS, "br"):
            continue
        block.text = "".join(pieces[place] for place, _ in block.pieces).translate(_SPACES)
        if block.text.strip():
            yield block
            if block.tag in _HEADS:
                cell, section = "", " ".join(simple(block.text).split())
        if name == "br":  # what follows stands in the same place
            block = replace(block, pieces=[])
            continue
        if is_end:
            cell = "" if cell == FINDING else cell
            section = "" if name == "header" and is_main and section is None else section
            table, row = (0 if name == "table" else table), (0 if name == "tr" else row)
        elif label := _LABEL.search(piece):
            cell = label[1]
        elif _LEAD.search(piece):
            cell = FINDING
        elif name == "div" and _CELL.search(piece):
            cell = ""
        if name == "table" and not is_end:
            tables, part = tables + 1, ""
            table = tables
        elif name in ("thead", "tbody"):
            part = "" if is_end else name
        elif name == "tr" and not is_end:
            rows, column = rows + 1, 0
            row = rows
        block = _Block("" if is_end else name, cell, section, table, row, column, part)
        if name in ("td", "th") and not is_end:
            span = _SPAN.search(piece)
            column += int(span[1]) if span else 1
