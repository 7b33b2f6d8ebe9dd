"""Lists of practice sheets that lead to their pages."""

from __future__ import annotations

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold
from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.language.prose import Markdown, joined, markdown
from observlib.language.words import SEMICOLON
from observlib.records.practices import VERDICTS, Practices, Sheet

SORTS = ("verdict", "tool", "method", "department")


def sheet_list(
    frame: pd.DataFrame, practices: Practices, catalogue: Catalogue, *, by: str
) -> Output:
    """The sheets under their verdict, tool, method or department, with links to their pages."""
    if by not in SORTS:
        raise ObservError(f"sheet_list: cannot list by {by!r}; allowed: {', '.join(SORTS)}")
    listed: dict[str, list[Sheet]] = {}
    for sheet in practices.sheets:
        if (name := getattr(sheet, by)) is not None:
            listed.setdefault(practices.label(by, name, catalogue), []).append(sheet)
    if not listed:
        raise ObservError("sheet_list: no sheet to list; name it with `absent`")
    heads = sorted(listed, key=fold)
    if by == "verdict":
        heads = [practices.label(by, name, catalogue) for name in VERDICTS]
    blocks = [
        joined([head, *(_item(sheet, catalogue, by) for sheet in listed[head])], "\n")
        for head in heads
        if head in listed
    ]
    counted = frame[frame["group"] == by]
    return text(joined(blocks, "\n\n")).carrying([counted], catalogue)


def _item(sheet: Sheet, catalogue: Catalogue, by: str) -> Markdown:
    parts: list[str] = [] if by == "verdict" else [sheet.verdict]
    if sheet.peer:
        parts.append(catalogue.peers[sheet.peer].label)
    if sheet.invented:
        parts.append("exemple inventé")
    page = Markdown(f"/practices/{sheet.slug}.qmd")
    linked = markdown(":   [{}]({})", sheet.title, page)
    return markdown("{} ({})", linked, SEMICOLON.join(parts)) if parts else linked
