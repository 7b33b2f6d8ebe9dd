"""Lists of practice sheets that lead to their pages."""

from __future__ import annotations

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold
from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.records.sheets import PRACTICE_VERDICTS, Practices, PracticeSheet
from observlib.themes import templates

SORTS = ("verdict", "tool", "method", "department")


def sheet_list(
    frame: pd.DataFrame, practices: Practices, catalogue: Catalogue, *, by: str
) -> Output:
    """List the sheets by verdict, tool, method or department, with links to their pages."""
    if by not in SORTS:
        raise ObservError(f"sheet_list: cannot list by {by!r}; allowed: {', '.join(SORTS)}")
    listed: dict[str, list[PracticeSheet]] = {}
    for sheet in practices.sheets:
        if (name := getattr(sheet, by)) is not None:
            listed.setdefault(practices.label(by, name, catalogue), []).append(sheet)
    if not listed:
        raise ObservError("sheet_list: no sheet to list; name it with `absent`")
    heads = sorted(listed, key=fold)
    if by == "verdict":
        heads = [practices.label(by, name, catalogue) for name in PRACTICE_VERDICTS]
    blocks = [(head, listed[head]) for head in heads if head in listed]
    counted = frame[frame["group"] == by]
    return text(templates.narrative("practices")._sheets(blocks, by, catalogue)).carrying(
        [counted], catalogue
    )
