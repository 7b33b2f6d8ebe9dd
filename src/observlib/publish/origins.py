"""Links from the numbers of a page to where each comes from, on the page of its origins.

A page's figures, by its cells and sections, are in `origines/<page>.json` of a project, which
`edition.origins` writes. A number that may be of several figures still has no link (see
`numbers`): none would be better than a wrong one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from observlib.publish.numbers import NO_ESTIMATES, SPACES, Figure, Number, Told, numbers, simple

FOLDER = "origines"
FINDING = "finding"  # the cell whose first sentences head the page
# a tag, a run of text, or what is passed over whole
_TOKEN = re.compile(
    r"<(svg|script|style|pre|code|math|nav|title)\b.*?</\1>|<!--.*?-->|<[^>]*>|[^<]+", re.S
)
_TAG = re.compile(r"<(/?)(\w+)[^>]*>", re.S)
_SPAN = re.compile(r'\scolspan="(\d+)"')
_DIGIT = re.compile(r"\d")
_BLOCK = re.compile(
    "p|li|td|th|dt|dd|caption|figcaption|summary|h[1-4]|div|section|table|tr|thead|tbody|tfoot|ul|"
    "ol|dl|figure|header|main|details|aside|article|blockquote|footer|br"
)
_HEADS = ("h2", "h3", "h4")
_LABEL = re.compile(r'\sid="((?:fig|tbl)-[\w-]+?)(?:-caption-[\w-]+)?"')  # Quarto names captions
_CELL = re.compile(r'\sclass="(?:[^"]*\s)?cell[\s"]')
_LEAD = re.compile(r'\s(?:class="finding"|class="description")')
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-ZÀ-Ý«])")


def is_of_origins(address: str) -> bool:
    """Whether a page, by its address in a site, says where the numbers of another come from."""
    return address.startswith(f"{FOLDER}/")


def read(text: bytes) -> Told:
    """What a page tells, as `edition.origins` wrote it."""
    content = json.loads(text)
    figures = (
        Figure(one, address, tuple(map(_number, numbers)), tuple(names), is_now)
        for one, address, numbers, names, is_now in content["figures"]
    )
    cells = {name: tuple(places) for name, places in content["cells"].items()}
    sections = {name: tuple(places) for name, places in content["sections"].items()}
    return Told(tuple(figures), cells, sections)


def _number(x: float | None) -> float:
    return math.nan if x is None else x


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


def with_origins(page: str, told: Told) -> str:
    """A page of HTML whose numbers lead to where they come from; it stands in the site's root."""
    pieces = [found[0] for found in _TOKEN.finditer(page)]
    links: list[tuple[int, int, int, str]] = []
    for block, number in told_numbers(pieces, told):
        if len(number.figures) == 1:
            links += _link(pieces, block, number)
    for place, start, end, address in sorted(links, reverse=True):
        text = pieces[place]
        link = f'<a href="{address}">{text[start:end]}</a>'
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
    named = {  # what a row tells of by name
        row: " ".join(one.text for one in own if one.tag == "th" or not _tells(one.text))
        for row, own in rows.items()
    }
    group = ""  # of rows: its name stands alone in one
    for block in found:
        is_aside = block.section is None and block.cell != FINDING
        # a table that is stacked holds rows and nothing else that leads anywhere
        if is_aside or block.tag in ("summary", "caption", *_HEADS):
            continue
        beside, above = "", f"{around.get(block.table, '')} {block.section or ''}"
        if own := rows.get(block.row):
            if len(own) == 1 and block.tag == "th":
                group = block.text
            head = heads.get((block.table, block.column), "")
            beside = f"{named[block.row]} {head} {group}"
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
        if not _BLOCK.fullmatch(name):
            continue
        block.text = "".join(pieces[place] for place, _ in block.pieces).translate(SPACES)
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
