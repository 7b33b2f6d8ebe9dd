"""Tables that a telephone shows row by row, and whose codes are spelt out for who listens.

The markup stays one table: `access.css` stacks its rows, by `data-label`; roles say again what each
element is, since a browser forgets it of what is no more laid out as a table.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from itertools import count

from observlib.language.prose import curly
from observlib.language.words import CELL_MARKS, STATUS_WORDS

# --- Great-tables' HTML, without its looks: the same table as plain, accessible markup

_PIPE_TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td"}
_INLINE = {"strong", "b", "em", "i", "sup", "sub", "abbr", "br", "a", "small", "code"}
_KEPT = {"colspan", "rowspan", "scope", "href", "title", "lang"}
_NOTES = ("gt_sourcenote", "gt_footnote")
_HEADING = ("gt_title", "gt_subtitle")
_SIDES = {of + to: to for of in ("gt_", "text-align:") for to in ("left", "right", "center")}


@dataclass(frozen=True)
class _CleanTable:
    """A table as plain markup, its title and its notes taken out of it."""

    markup: str
    title: str
    notes: tuple[str, ...]

    def as_markdown(self) -> str:
        """The table and its notes as blocks of Quarto Markdown."""
        parts = [self.markup, *(f"<p>{note}</p>" for note in self.notes)]
        return "\n\n".join(f"```{{=html}}\n{part}\n```" for part in parts)


def clean_table(markup: str) -> _CleanTable:
    """Strip an HTML table of its style, identifiers and decoration.

    Alignment (numbers to the right), `scope`, `colspan` and `rowspan` are kept; apostrophes become
    typographic. The title rows and the notes of great-tables leave it, to be caption and
    paragraphs.
    """
    cleaner = _Cleaner()
    cleaner.feed(markup)
    cleaner.close()
    text = re.sub(r"<t(?:head|body|foot)>\s*</t(?:head|body|foot)>", "", "".join(cleaner.out))
    return _CleanTable(text, " – ".join(cleaner.titles), tuple(cleaner.notes))


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.titles: list[str] = []
        self.notes: list[str] = []
        self.depth = 0  # of tables
        self.silent = 0  # of style and script
        self.row: list[str] | None = None  # the row being read: dropped if it ends up empty
        self.aside: list[str] | None = None  # the title or note being read
        self.kind = self.titles

    @property
    def _target(self) -> list[str]:
        """Where what is read is put."""
        return next(text for text in (self.aside, self.row, self.out) if text is not None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        classes = values.get("class", "").split()
        if tag in ("style", "script"):
            self.silent += 1
        elif tag == "table":
            self.depth += 1
            self.out.append("<table>")
        elif not self.depth or self.silent:
            return
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th") and {*_HEADING, *_NOTES}.intersection(classes):
            self.aside = []
            self.kind = self.notes if set(_NOTES).intersection(classes) else self.titles
        elif tag in _PIPE_TABLE | _INLINE:
            self._target.append(f"<{tag}{self._attributes(tag, values, classes)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self.silent = max(0, self.silent - 1)
        elif not self.depth or self.silent:
            return
        elif tag in ("td", "th") and self.aside is not None:
            text = re.sub(r"[ \t\r\n]+", " ", "".join(self.aside)).strip(" ")
            self.kind += [text] if text else []
            self.aside = None
        elif tag == "tr" and self.row is not None:
            cells = "".join(self.row)
            self.out += [f"<tr>{cells}</tr>"] if cells.strip() else []
            self.row = None
        elif tag in (_PIPE_TABLE | _INLINE) - {"br"}:
            self._target.append(f"</{tag}>")
            self.depth -= tag == "table"

    def handle_data(self, data: str) -> None:
        target = self._target
        if self.depth and not self.silent and target is not self.out:
            text = re.sub(r"[ \t\r\n]+", " ", curly(data))
            # a space that only separates tags of the table's structure
            is_between = not target or target[-1].startswith(("<td", "<th", "</td", "</th"))
            target.append("" if text == " " and is_between else escape(text, quote=False))

    @staticmethod
    def _attributes(tag: str, values: dict[str, str], classes: list[str]) -> str:
        kept = {
            key: value
            for key, value in values.items()
            if key in _KEPT and not (key in ("colspan", "rowspan") and value == "1")
        }
        if tag in ("td", "th"):
            style = values.get("style", "").replace(" ", "").split(";")
            side = next((_SIDES[name] for name in [*classes, *style] if name in _SIDES), None)
            if side:
                kept["style"] = f"text-align: {side}"
            if "gt_group_heading" in classes:
                kept["class"] = "group"
            if set(classes) & {"gt_summary_row", "gt_grand_summary_row"}:
                kept["class"] = "total"
        return "".join(f' {key}="{escape(value)}"' for key, value in kept.items())


_LONGEST_NAME = 60  # letters of what may stand under a row's name, with no name of its column
_STACKED = 4  # columns from which a table does not fit a telephone
_INSIDE = r'((?:[^>"]|"[^"]*")*)'
_TABLE = re.compile(rf"<table\b{_INSIDE}>.*?</table>", re.S)
_PART = re.compile(rf"<(thead|tbody|tfoot|tr)\b{_INSIDE}>")
_BODY = re.compile(r"<tbody\b.*?</tbody>", re.S)
_ROW = re.compile(r"<tr\b.*?</tr>", re.S)
_CELL = re.compile(rf"<(t[hd])\b{_INSIDE}>(.*?)</\1>", re.S)
_ROLES = {"thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row"}
# what a telephone shows first of a row, after its names
_FIRST = (("value", re.compile("Valeur$|Écart")), ("verdict", re.compile("Verdict")))
_NOTHING = "–"
_GROUPS = (
    "Les lignes vont par groupes : le nom de chacun est sur une ligne, avant celles du groupe."
)
_SPELT = {
    _NOTHING: "aucune mesure",
    **{mark.strip("\u00a0"): STATUS_WORDS[status] for status, mark in CELL_MARKS.items()},
}
_WHOLE = [code for code in _SPELT if not code.startswith("(")]
_BESIDE = re.compile("|".join(re.escape(code) for code in _SPELT if code.startswith("(")))


def with_stacked_tables(page: str, french: bool = True) -> str:
    """A page of HTML whose tables can be stacked, and scrolled where they are not."""
    numbers = count(1)
    return _TABLE.sub(lambda found: _table(found, page, french, f"t{next(numbers)}"), page)


def markup_text(markup: str) -> str:
    """The text of some markup, on one line.

    Examples
    --------
    >>> markup_text("3<sup>e</sup> trimestre\\n&amp; <b>an</b>")
    '3e trimestre & an'
    """
    text = unescape(re.sub("<[^>]+>", "", re.sub("<br ?/?>", " ", markup)))
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def _table(found: re.Match[str], page: str, french: bool, name: str) -> str:
    table = found[0]
    if french:
        table = _CELL.sub(lambda cell: _spelt(cell), table)
    table = _BODY.sub(lambda body: _ROW.sub(lambda row: _named(row[0]), body[0]), table)
    if "rowgroup" in table and french:
        table = _grouped(table, name)
    rows = _ROW.findall(table)
    heads = [markup_text(text) for _, _, text in _CELL.findall(rows[0])] if rows else []
    if "<thead" in table and len(heads) >= _STACKED and "rowspan=" not in table:
        table = _stacked(table, heads)
    before = page[max(0, found.start() - 200) : found.start()]
    if 'class="scroll"' in before.rpartition("<div")[2]:
        return table
    return f'<div class="scroll" tabindex="0" role="group" aria-label="Tableau">\n{table}\n</div>'


def _named(row: str) -> str:
    """A row whose first cell heads it, as Markdown cannot say."""
    first = _CELL.search(row)
    if not first or first[1] == "th" or "colspan=" in first[2] or not first[3].strip():
        return row
    return _CELL.sub(rf'<th scope="row"{first[2]}>\3</th>', row, count=1)


def _grouped(table: str, name: str) -> str:
    """A table whose rows stand in groups: it says so, and its cells tell all that heads them."""
    opening, head, body = re.split(r"(<thead\b.*?</thead>)", table, maxsplit=1, flags=re.S)
    if "</caption>" in opening:
        opening = opening.replace("</caption>", f'<span class="spelt">. {_GROUPS}</span></caption>')
    else:
        opening += f'<caption><span class="spelt">{_GROUPS}</span></caption>'
    if "colspan=" in head:
        return opening + head + body
    columns: list[str] = []
    group, rows = "", count(1)

    def column(cell: re.Match[str]) -> str:
        columns.append(f"{name}-c{len(columns)}")
        return _cell(cell, {"id": columns[-1]})

    def row(found: re.Match[str]) -> str:
        nonlocal group
        own, places = f"{name}-{next(rows)}", iter(columns)
        if "colspan=" in found[0]:
            group = own
            return _CELL.sub(lambda cell: _cell(cell, {"id": own}), found[0])

        def headed(cell: re.Match[str]) -> str:
            above = f"{next(places)} {group}".strip()
            if cell[1] == "th":
                return _cell(cell, {"id": own, "headers": above})
            return _cell(cell, {"headers": f"{above} {own}"})

        return _CELL.sub(headed, found[0])

    head = _CELL.sub(column, head)
    return opening + head + _ROW.sub(row, body)


def _stacked(table: str, heads: list[str]) -> str:
    opening, head, body = re.split(r"(<thead\b.*?</thead>)", table, maxsplit=1, flags=re.S)
    attributes, rest = opening.removeprefix("<table").split(">", 1)
    opening = f'<table role="table"{_with_class(attributes, "stack")}>{rest}'
    head = _CELL.sub(lambda cell: _cell(cell, {"role": "columnheader"}), head)
    body = _ROW.sub(lambda row: _row(row[0], heads), body)
    parts = opening + head + body
    return _PART.sub(lambda part: f'<{part[1]} role="{_ROLES[part[1]]}"{part[2]}>', parts)


def _row(row: str, heads: list[str]) -> str:
    place, named = 0, False  # whether all names of the row are past

    def labelled(cell: re.Match[str]) -> str:
        nonlocal place, named
        head = heads[place] if place < len(heads) else ""
        added = {"role": "rowheader" if cell[1] == "th" else "cell"}
        named = named or (place > 0 and "right" in cell[2])
        kind = next((name for name, known in _FIRST if known.match(head)), "")
        text = markup_text(cell[3])
        if "colspan" in cell[2] or place == 0:
            kind = "name"
        elif not text or text in (_NOTHING, f"{_NOTHING} {_SPELT[_NOTHING]}"):
            kind = "nothing"
        elif not named and not kind and place == 1 and len(text) < _LONGEST_NAME:
            kind = "named"
        if place:
            added["data-label"] = head
        width = re.search(r'colspan="(\d+)"', cell[2])
        place += int(width[1]) if width else 1
        return _cell(cell, added, kind)

    return _CELL.sub(labelled, row)


def _cell(cell: re.Match[str], added: Mapping[str, str], kind: str = "") -> str:
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in added.items())
    attributes = _with_class(attributes + cell[2], kind)
    return f"<{cell[1]}{attributes}>{cell[3]}</{cell[1]}>"


def _with_class(attributes: str, names: str) -> str:
    """The attributes of a tag, with more classes."""
    if ' class="' in attributes and names:
        return attributes.replace(' class="', f' class="{names} ', 1)
    return f'{attributes} class="{names}"' if names else attributes


def _spelt(cell: re.Match[str]) -> str:
    text = cell[3]
    if text.strip() in _WHOLE:
        text = _said(text.strip())
    elif cell[1] == "td":
        text = _BESIDE.sub(lambda code: _said(code[0]), text)
    return f"<{cell[1]}{cell[2]}>{text}</{cell[1]}>"


def _said(code: str) -> str:
    return f'<span aria-hidden="true">{code}</span> <span class="spelt">{_SPELT[code]}</span>'


def element_texts(markup: str, tags: Iterable[str]) -> list[str]:
    """The texts of some elements, once each, in order.

    Examples
    --------
    >>> element_texts("<dt>A</dt><p>b</p><dt>A</dt><h2>C</h2>", ["dt", "h2"])
    ['A', 'C']
    """
    found = re.findall(rf"<({'|'.join(tags)})\b{_INSIDE}>(.*?)</\1>", markup, re.S)
    return list(dict.fromkeys(filter(None, (markup_text(text) for _, _, text in found))))
