"""Great-tables' HTML, without its looks: the same table as plain, accessible markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from observlib.language.typography import curly

_TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td"}
_INLINE = {"strong", "b", "em", "i", "sup", "sub", "abbr", "br", "a", "small", "code"}
_KEPT = {"colspan", "rowspan", "scope", "href", "title", "lang"}
_NOTES = ("gt_sourcenote", "gt_footnote")
_HEADING = ("gt_title", "gt_subtitle")
_SIDES = {
    **{f"gt_{side}": side for side in ("left", "right", "center")},
    **{f"text-align:{side}": side for side in ("left", "right", "center")},
}


@dataclass(frozen=True)
class CleanTable:
    """A table as plain markup, its title and its notes taken out of it."""

    markup: str
    title: str
    notes: tuple[str, ...]

    def as_markdown(self) -> str:
        """The table and its notes as blocks of Quarto Markdown.

        Examples
        --------
        >>> print(CleanTable("<table></table>", "", ("s : secret.",)).as_markdown())
        ```{=html}
        <table></table>
        ```
        <BLANKLINE>
        ```{=html}
        <p>s : secret.</p>
        ```
        """
        parts = [self.markup, *(f"<p>{note}</p>" for note in self.notes)]
        return "\n\n".join(f"```{{=html}}\n{part}\n```" for part in parts)


def clean_table(markup: str) -> CleanTable:
    """Strip an HTML table of its style, identifiers and decoration.

    Alignment is kept (numbers to the right), and so are `scope`, `colspan` and `rowspan`;
    apostrophes become typographic, as pandoc makes them in prose. The title rows and the notes of
    great-tables leave the table: a caption and paragraphs say them better to a screen reader.

    Examples
    --------
    >>> table = clean_table('<style>x</style><table id="t"><tr class="gt_heading"><td '
    ...     'class="gt_title">Titre</td></tr><tr><td class="gt_row gt_right">1</td></tr></table>')
    >>> table.markup, table.title
    ('<table><tr><td style="text-align: right">1</td></tr></table>', 'Titre')
    """
    cleaner = _Cleaner()
    cleaner.feed(markup)
    cleaner.close()
    text = re.sub(r"<t(?:head|body|foot)>\s*</t(?:head|body|foot)>", "", "".join(cleaner.out))
    return CleanTable(text, " – ".join(cleaner.titles), tuple(cleaner.notes))


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
        elif tag in _TABLE | _INLINE:
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
        elif tag in (_TABLE | _INLINE) - {"br"}:
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
