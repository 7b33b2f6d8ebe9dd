"""Findings of practice sheets: how many there are, what they say to redo, what they are about."""

from __future__ import annotations

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold
from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.language import french, wording
from observlib.language.prose import Markdown, joined, markdown
from observlib.language.words import SEMICOLON
from observlib.records.practices import PRACTICE_VERDICTS, Practices, PracticeSheet

# --- Lists of practice sheets that lead to their pages

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
    blocks = [
        joined([head, *(_item(sheet, catalogue, by) for sheet in listed[head])], "\n")
        for head in heads
        if head in listed
    ]
    counted = frame[frame["group"] == by]
    return text(joined(blocks, "\n\n")).carrying([counted], catalogue)


def _item(sheet: PracticeSheet, catalogue: Catalogue, by: str) -> Markdown:
    parts: list[str] = [] if by == "verdict" else [sheet.verdict]
    if sheet.peer:
        parts.append(catalogue.peers[sheet.peer].label)
    if sheet.invented:
        parts.append("exemple inventé")
    page = Markdown(f"/practices/{sheet.slug}.qmd")
    linked = markdown(":   [{}]({})", sheet.title, page)
    return markdown("{} ({})", linked, SEMICOLON.join(parts)) if parts else linked


_TEXTS = wording.load_texts(__file__)
_TAUGHT = {"redo": "à refaire", "avoid": "à éviter"}


def overview(frame: pd.DataFrame) -> str:
    """How many sheets are shared, where they come from, what their verdicts are (`practices`)."""
    total = float(frame[frame["group"] == ""]["estimate"].sum())
    if not total:
        return _TEXTS["none"]
    sheets = _TEXTS.of("sheets", total).format(count=french.number(total))
    verdicts = french.join(f"{n} {name}" for name, n in _counts(frame, "verdict"))
    origins = SEMICOLON.join(f"{name.lower()}, {n}" for name, n in _counts(frame, "origin"))
    told = _TEXTS["verdicts"].format(verdicts=verdicts), _TEXTS["origins"].format(origins=origins)
    return " ".join((sheets, *told))


def lessons(practices: Practices) -> str:
    """What the sheets teach first: the latest to redo, and the latest to avoid, by their titles."""
    sentences = []
    for key, verdict in _TAUGHT.items():
        sheets = [sheet for sheet in practices.sheets if sheet.verdict == verdict]
        if sheets:
            latest = max(sheets, key=lambda sheet: (sheet.date, sheet.title))
            title = french.inner_quotes(latest.title)
            sentences.append(_TEXTS[f"verdict.{key}"].format(title=title))
    return " ".join(sentences)


def _counts(frame: pd.DataFrame, group: str) -> list[tuple[str, str]]:
    rows = frame[frame["group"] == group]
    return [
        (str(name), french.number(n))
        for name, n in zip(rows["group_value"], rows["estimate"], strict=True)
    ]
