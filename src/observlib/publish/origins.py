"""Links from the numbers of a page to where each comes from, on the page of origins.

Figures, by cells and sections, are in `origines/<page>.json`, which `edition.origins` writes, as it
does the data that a script of the page of origins shows. A number that may be of several still has
no link: none would be better than a wrong one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from observlib import estimates
from observlib.base.yaml_files import load_data
from observlib.estimates import ALL_NUMBERS, comparison_identifier
from observlib.publish.pandoc import cell_label, source_text

# --- The numbers of a text, each with the figures that it may tell

ANYWHERE = "*"  # in place of a section, for what a page may tell in all of them
_NEVER = "(?!)"  # matches nothing
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\n": " ", "\t": " ", "’": "'"})
_PATTERNS: dict[str, Any] = load_data(__file__)
_NO_ESTIMATES = re.compile("|".join(_PATTERNS["no estimates"]))
_OF_ENDS, _BARE = (re.compile(_PATTERNS[name]) for name in ("heads of ends", "bare"))
_TOLD = re.compile("".join(_PATTERNS["told"]))
_SCALES: dict[str, float] = _PATTERNS["scales"]
OWN, BASE = 0, 3  # of the numbers of a figure


class OriginFigure(NamedTuple):
    """A figure that a page tells: where it comes from, its numbers, its names.

    Its numbers are its own, the ends of its interval, and its base or, of a comparison, what could
    be seen; NaN where it has none. `is_now` is whether it is of the edition's period.
    """

    id: str
    numbers: tuple[float, ...]
    names: tuple[str, ...]
    is_now: bool


class _Number(NamedTuple):
    """A number in a text: where it stands, and of which figures it may be (one: it is known)."""

    start: int
    end: int
    figures: tuple[OriginFigure, ...]


@dataclass(frozen=True)
class Told:
    """What a page tells: its figures by the labels of its cells, and by the titles of sections."""

    figures: tuple[OriginFigure, ...]
    cells: Mapping[str, tuple[int, ...]]
    sections: Mapping[str, tuple[int, ...]]
    _made: dict[tuple[int, ...], Candidates] = field(default_factory=dict, compare=False)

    def of(self, cell: str, section: str) -> Candidates:
        """The figures of which a number may be, by the cell or else the section that it is in."""
        somewhere = self.sections.get(section, self.sections.get(ANYWHERE, ()))
        places = self.cells.get(cell, somewhere)
        if places not in self._made:
            self._made[places] = Candidates(tuple(self.figures[place] for place in places))
        return self._made[places]


@dataclass(frozen=True)
class Candidates:
    """Figures among which numbers are looked up."""

    figures: tuple[OriginFigure, ...]

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
    """A text of the same length with plain spaces and apostrophes, in small letters."""
    return text.translate(_SPACES).lower()


def numbers_told(
    text: str, candidates: Candidates, beside: str = "", around: str = ""
) -> list[_Number]:
    """The numbers of a text that may be estimates, each with the figures that it may tell."""
    plain = masked = text.translate(_SPACES)
    for others in (_NO_ESTIMATES, candidates.names):
        masked = others.sub(lambda found: "_" * len(found[0]), masked)
    made, after, whole = [], 0, f"{simple(text)} {simple(beside)}"
    for start, end, places in _found(masked, candidates):
        bare = None if beside else _BARE.match(masked, start)
        if bare and bare.end() == end:
            places = {place: which for place, which in places.items() if which in (OWN, BASE)}
        figures = tuple(candidates.figures[place] for place in places)
        if len(figures) > 1:
            # up to the next brackets or semicolons
            before, rest = (re.split("[;()]", part) for part in (plain[:start], plain[end:]))
            clause = simple(f"{before[-1]}{plain[start:end]}{rest[0]}")
            contexts = (simple(plain[after:start]), clause, whole, simple(around))
            is_open = plain.count("(", 0, start) > plain.count(")", 0, start)
            is_first = not is_open and not _OF_ENDS.search(beside)
            figures = _named(candidates, places, contexts, is_first)
        made.append(_Number(start, end, figures))
        after = end
    return made


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
    if scale := _SCALES.get(number["scale"]):
        places = candidates.near(said * scale, scale * 10 ** -len(decimals))
    else:
        places = candidates.by_number.get((len(decimals), said), {})
    is_in_thousands = not decimals and said and said % 1000 == 0
    return candidates.near(said, 1000) if is_in_thousands and not places else places


def _named(
    candidates: Candidates, places: Mapping[int, int], contexts: Iterable[str], is_first: bool
) -> tuple[OriginFigure, ...]:
    """Of the figures that a number may tell, those of which most is named beside it.

    Of those named alike, one's own number is before its interval (`is_first`), the edition's period
    before another, and the whole before a part.
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


def _named_in(figures: Mapping[int, OriginFigure], context: str) -> dict[int, float]:
    """How many names of each figure a text holds; none inside a longer one."""
    names = {name for figure in figures.values() for name in figure.names}
    there = set()
    for name in sorted(names, key=len, reverse=True):
        if name in context:
            there.add(name)
            context = context.replace(name, "_")
    return {place: float(len(there.intersection(one.names))) for place, one in figures.items()}


ORIGINS_FOLDER = "origines"  # of a project: what the numbers of its pages are matched by
ORIGINS_PAGE = "origines.html"
ORIGINS_DATA = "origins-data.js"  # a script: a page opened from a disk may load nothing else
_SHOWN = re.compile(r'"([fc][a-z]{11}|page-[^"]+)": ?\[')
FINDING = "finding"  # the cell whose first sentences head the page
# a tag, a run of text, or what is passed over whole
_TOKEN = re.compile(
    r"<(svg|script|style|pre|code|math|nav|title)\b.*?</\1>|<!--.*?-->|<[^>]*>|[^<]+", re.S
)
_TAG = re.compile(r"<(/?)(\w+)[^>]*>", re.S)
_SPAN = re.compile(r'\scolspan="(\d+)"')
_DIGIT = re.compile(r"\d")
_BLOCKS = {*_PATTERNS["blocks"].split()}
_HEADS = ("h2", "h3", "h4")
_LABEL = re.compile(r'\sid="((?:fig|tbl)-[\w-]+?)(?:-caption-[\w-]+)?"')  # Quarto names captions
_CELL = re.compile(r'\sclass="(?:[^"]*\s)?cell[\s"]')
_LEAD = re.compile(r'\s(?:class="finding"|class="description")')
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-ZÀ-Ý«])")


def shown_identifiers(page: Path) -> set[str]:
    """The fragments at which a page shows something by its script: those of a page of origins."""
    data = page.with_name(ORIGINS_DATA)
    is_shown = page.name == ORIGINS_PAGE and data.is_file()
    return {*_SHOWN.findall(data.read_text(encoding="utf-8") if is_shown else "")}


def read_origins(text: bytes) -> Told:
    """What a page tells, as `edition.origins` wrote it."""
    content = json.loads(text)
    figures = []
    for one, numbers, names, is_now in content["figures"]:
        own = tuple(math.nan if x is None else x for x in numbers)
        figures.append(OriginFigure(one, own, tuple(names), is_now))
    cells = {name: tuple(places) for name, places in content["cells"].items()}
    sections = {name: tuple(places) for name, places in content["sections"].items()}
    return Told(tuple(figures), cells, sections)


@dataclass
class _Block:
    """A run of text between two tags of blocks: its place, row (0: no table), column, pieces."""

    tag: str = ""
    cell: str = ""
    section: str | None = None  # the title above it; None before all of them
    table: int = 0
    row: int = 0
    column: int = 0
    part: str = ""  # of its table: `thead`, `tbody`
    pieces: list[tuple[int, bool]] = field(default_factory=list)  # and whether each may get links
    text: str = ""


def with_origins(page: str, told: Told) -> str:
    """A page of HTML whose numbers lead to where they come from; it stands in the site's root."""
    pieces = [found[0] for found in _TOKEN.finditer(page)]
    links: list[tuple[int, int, int, str]] = []  # its piece, where in it, and its figure
    for block, number in _told_numbers(pieces, told):
        before = 0
        for place, is_free in block.pieces if len(number.figures) == 1 else ():
            start, end = number.start - before, number.end - before
            if start >= 0 and end <= len(pieces[place]) and is_free:
                links.append((place, start, end, number.figures[0].id))
            before += len(pieces[place])
    for place, start, end, one in sorted(links, reverse=True):
        text = pieces[place]
        link = f'<a href="{ORIGINS_PAGE}#{one}">{text[start:end]}</a>'
        pieces[place] = f"{text[:start]}{link}{text[end:]}"
    return "".join(pieces)


def texts_of(page: str, one: str) -> Iterator[tuple[str, str]]:
    """The title of the section and the text, wherever a page of HTML leads to a figure's origin."""
    pieces = [found[0] for found in _TOKEN.finditer(page)]
    links = [place for place, piece in enumerate(pieces) if f'#{one}"' in piece]
    title = ""
    for block in _blocks(pieces):
        text = " ".join(block.text.split())
        title = text if block.tag in _HEADS else title
        if any(place + 1 == at for place in links for at, _ in block.pieces):
            yield title, text


def _told_numbers(pieces: Sequence[str], told: Told) -> Iterator[tuple[_Block, _Number]]:
    """The numbers of a page's text, each with its block, in which it stands."""
    found = list(_blocks(pieces))
    rows: dict[int, list[_Block]] = {}
    for block in found:
        if block.row and block.part != "thead":
            rows.setdefault(block.row, []).append(block)
    heads = {(one.table, one.column): one.text for one in found if one.part == "thead"}
    captions = {one.table: one.text for one in found if one.tag == "caption" and not one.row}
    named: dict[int, str] = {}  # what a row tells of by name
    for row, cells in rows.items():
        names = [one.text for one in cells if one.tag == "th" or not _tells(one.text)]
        named[row] = " ".join(names)
    group = ""  # of rows: its name stands alone in one
    for block in found:
        is_aside = block.section is None and block.cell != FINDING
        # a table that is stacked holds rows and nothing else that leads anywhere
        if is_aside or block.tag in ("summary", "caption", *_HEADS):
            continue
        beside, above = "", f"{captions.get(block.table, '')} {block.section or ''}"
        if own := rows.get(block.row):
            if len(own) == 1 and block.tag == "th":
                group = block.text
            head = heads.get((block.table, block.column), "")
            beside = f"{named[block.row]} {head} {group}"
        candidates = told.of(block.cell, block.section or "")
        at = 0
        for sentence in _SENTENCE.split(block.text):
            at = block.text.index(sentence, at)
            for number in numbers_told(sentence, candidates, beside, f"{block.text} {above}"):
                yield block, number._replace(start=number.start + at, end=number.end + at)
            at += len(sentence)


def _tells(text: str) -> bool:
    """Whether a text holds what may be an estimate."""
    return bool(_DIGIT.search(_NO_ESTIMATES.sub("", text)))


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
        if name not in _BLOCKS:
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


# --- What a page tells: the figures and comparisons that its cells carry, where they stand

_HEADING = re.compile(r"(?m)^#{2,4} +(.*?)(?: *\{[^}\n]*\})? *$")
_CALLOUT = re.compile(r"(?m)^:::+ *\{[^}\n]*\.callout[^}\n]*\}\n+#.*$")  # whose title is no section
_OF_FIGURES = ("estimate", "ci_low", "ci_high", "n")
_OF_PAIRS = ("difference", "difference_low", "difference_high", "detectable")


class OriginRow(NamedTuple):
    """A figure or a comparison that a page tells."""

    id: str
    numbers: tuple[float | None, ...]
    row: Mapping[str, Any]


class PageOrigins(NamedTuple):
    """What a page tells: its figures and comparisons, by its cells and by its sections."""

    rows: dict[str, OriginRow]
    cells: dict[str, list[str]]
    sections: dict[str, list[str]]


def page_of(notebook: Mapping[str, Any], known: Collection[str]) -> PageOrigins:
    """What a finalised notebook tells; `known` are the identifiers of the edition's figures."""
    page, section = PageOrigins({}, {}, {}), ""
    for cell in notebook["cells"]:
        source = source_text(cell.get("source", ""))
        if cell["cell_type"] == "markdown":
            section = [section, *_headings(source)][-1]
        for output in cell.get("outputs") or []:
            data = output.get("data", {})
            titles = [section, *_headings(data.get("text/markdown", ""))]
            if content := data.get(estimates.MIME):
                ids, label = _carried(content, page.rows, known), cell_label(source)
                of, names = (page.cells, [label]) if label else (page.sections, titles)
                for name in names:
                    of.setdefault(name, []).extend(ids)
                if FINDING in cell.get("metadata", {}).get("tags", ()):
                    page.cells[FINDING] = ids
            section = titles[-1]
    return page


def _headings(text: Any) -> list[str]:
    """The titles of sections that a text holds."""
    found = _HEADING.findall(_CALLOUT.sub("", source_text(text)))
    return [" ".join(simple(title).split()) for title in found]


def _carried(
    content: Mapping[str, Any], rows: dict[str, OriginRow], known: Collection[str]
) -> list[str]:
    """The identifiers of what a cell carries, which `rows` then has."""
    pairs = content.get("comparisons", {"columns": (), "rows": ()})
    found = rows_by_id(_read(content), _read(pairs), known)
    rows |= found | rows
    return [*found]


def _read(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of an output, checked when it was made: frames of so few would take much longer."""
    rows = []
    for cells in estimates.from_lines(content["rows"]):
        row = dict(zip(content["columns"], cells, strict=True))
        numbers = {name: float(row[name] or "nan") for name in ALL_NUMBERS if name in row}
        rows.append({name: cell or "" for name, cell in row.items()} | numbers)
    return rows


def rows_by_id(
    rows: Iterable[Mapping[str, Any]], pairs: Iterable[Mapping[str, Any]], known: Collection[str]
) -> dict[str, OriginRow]:
    """Figures and comparisons by their identifiers; a comparison brings those of its sides."""
    found: dict[str, OriginRow] = {}
    for row in rows:
        one = estimates.identifier(row)
        found.setdefault(one, OriginRow(one, _numbers(row, _OF_FIGURES), row))
    for pair in pairs:
        own = [*_OF_PAIRS]
        for side in ("", estimates.REFERENCE):
            row = figure_side(pair, side)
            if (one := estimates.identifier(row)) in known:
                found.setdefault(one, OriginRow(one, _numbers(row, _OF_FIGURES), row))
            else:
                own += [side + column for column in _OF_FIGURES]
        one = comparison_identifier(pair)
        found[one] = OriginRow(one, _numbers(pair, own), pair)
    return found


def figure_side(pair: Mapping[str, Any], side: str) -> dict[str, Any]:
    """One of the figures that a comparison compares."""
    return {name: pair[side + name] for name in estimates.COLUMNS}


def _numbers(row: Mapping[str, Any], names: Iterable[str]) -> tuple[float | None, ...]:
    """The numbers of a row that may be told; one that is none or has no limit is `None`."""
    return tuple(round(row[name], 6) if math.isfinite(row[name]) else None for name in names)
