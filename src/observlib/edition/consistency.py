"""One quantity, one story: no page tells an estimate otherwise than its edition, or another page.

Nor does a table say that nothing measures what the edition tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.estimates import comparisons

_FRAME = "the edition's frame"
_QUANTITY = estimates.COLUMNS.index("estimate")  # what stands before it says of what it is
_SOURCE = estimates.COLUMNS.index("source")

Line = tuple[str, ...]


def check(now: Mapping[str, str], others: Mapping[str, str], frame: pd.DataFrame) -> None:
    """Refuse what pages made now tell otherwise than an edition's frame or its other pages.

    Those are as they were made, maybe of another frame. What tables call unmeasured is refused too.
    """
    told = {"cells": [{"outputs": [{"data": {estimates.MIME: estimates.to_json(frame)}}]}]}
    stories = told_differently({_FRAME: json.dumps(told), **now})
    pages = {**others, **now}
    if stories := [*stories, *told_differently(pages), *hidden(pages, frame)]:
        lines = bounded(stories, sep="\n").split("\n")
        raise ObservError(*lines, "nothing was published; mend what a study tells by itself")


def told_differently(notebooks: Mapping[str, str]) -> list[str]:
    """What two pages tell differently, a line each, which names both.

    What pages select of a family cannot differ. What a study changes or makes itself can.
    """
    first: dict[Line, tuple[str, Line]] = {}
    problems: dict[Line, str] = {}
    for page, text in notebooks.items():
        contents = _contents(text)
        pairs = [content["comparisons"] for content in contents if "comparisons" in content]
        for row in _told_by([*contents, *pairs]):  # of a pair, its first estimate
            quantity, told = row[:_QUANTITY], row[_QUANTITY:_SOURCE]
            before, known = first.setdefault(quantity, (page, told))
            if told != known:
                problems.setdefault(
                    quantity,
                    f"{_name(quantity)}: {before} tells {_told(known)}, and {page} tells "
                    f"{_told(told)}; select both from one family, or give yours a group of its own",
                )
    return list(problems.values())


def hidden(notebooks: Mapping[str, str], frame: pd.DataFrame) -> list[str]:
    """What a table says that no device measures although the edition tells it, a line each.

    An empty cell hides an estimate that is of its row and of what its column shows (indicator,
    channel, period, group), and that the table shows nowhere.
    """
    shown = frame[~frame["status"].isin(estimates.WITHHELD)]
    lines = list(zip(*(shown[name] for name in estimates.COLUMNS[:_QUANTITY]), strict=True))
    by_indicator: dict[str, list[Line]] = {}
    for line in dict.fromkeys(lines):
        by_indicator.setdefault(line[0], []).append(line)
    problems: dict[tuple[str, Line], None] = {}
    for page, text in notebooks.items():
        for content in _contents(text):
            if content.get("nothing"):
                own = {row[:_QUANTITY] for row in _told_by([content])}
                for quantity in _called_unmeasured(content, by_indicator):
                    problems |= {} if quantity in own else {(page, quantity): None}
    tellers: dict[Line, str] = {}
    for page, text in notebooks.items() if problems else ():
        for row in _told_by(_contents(text)):
            tellers.setdefault(row[:_QUANTITY], page)
    said = []
    for page, quantity in problems:
        other = tellers.get(quantity, "")
        teller = other if other and other != page else _FRAME
        said.append(
            f"{page}: a table says that no device measures {_name(quantity)}, and {teller} tells "
            "it; select it for the table too"
        )
    return said


def told_on(notebook: str) -> pd.DataFrame:
    """The estimates that an executed notebook tells, both sides of its comparisons among them."""
    contents = _contents(notebook)
    whole = [row for content in contents for row in content.get("rows", [])]
    pairs = [content["comparisons"] for content in contents if "comparisons" in content]
    frames = [estimates.from_json({"columns": estimates.COLUMNS, "rows": dict.fromkeys(whole)})]
    for table in map(comparisons.from_json, pairs):
        frames += [comparisons.side_of(table, side) for side in ("", estimates.REFERENCE)]
    return pd.concat(frames).drop_duplicates(ignore_index=True)


def _called_unmeasured(
    content: Mapping[str, Any], known: Mapping[str, list[Line]]
) -> Iterator[Line]:
    """The quantities, of those known, for which a table has an empty cell."""
    for column in content.get("nothing", ()):
        rows = {tuple(row) for row in column["rows"]}
        keys = [estimates.COLUMNS.index(name) for name in column["keys"]]
        of = {estimates.COLUMNS.index(name): set(its) for name, its in column["of"].items()}
        for indicator in column["of"].get("indicator", known):
            for line in known.get(indicator, ()):
                same = all(line[place] in values for place, values in of.items())
                if same and tuple(line[place] for place in keys) in rows:
                    yield line


def _name(quantity: Line) -> str:
    return ", ".join(filter(None, quantity))


def _told(values: Line) -> str:
    named = dict(zip(estimates.COLUMNS[_QUANTITY:], values, strict=False))
    return f"{named['estimate']} {named['unit']}" if named["estimate"] else named["status"]


def _contents(text: str) -> list[dict[str, Any]]:
    """What the cells of a notebook carry."""
    outputs = [output for cell in json.loads(text)["cells"] for output in cell.get("outputs") or []]
    data = [output.get("data", {}) for output in outputs]
    return [own[estimates.MIME] for own in data if estimates.MIME in own]


def _told_by(contents: list[dict[str, Any]]) -> Iterator[Line]:
    """The estimates that contents carry, as lines of text."""
    lines = [line for content in contents for line in content.get("rows", [])]
    for cells in estimates.from_lines(lines):
        yield tuple(cell or "" for cell in cells)
