"""What the pages of an edition tell together: one quantity, one story; links between their curves.

No page tells an estimate otherwise than its edition, or another page; nor does a table say that
nothing measures what the edition tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.base.yaml_files import read_front_matter
from observlib.estimates import comparisons
from observlib.publish.pages import macros

_PAGES = macros(__file__)
_FRAME = "the edition's frame"
_QUANTITY = estimates.COLUMNS.index("estimate")  # what stands before it says of what it is
_SOURCE = estimates.COLUMNS.index("source")

_Line = tuple[str, ...]


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
    first: dict[_Line, tuple[str, _Line]] = {}
    problems: dict[_Line, str] = {}
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
    by_indicator: dict[str, list[_Line]] = {}
    for line in dict.fromkeys(lines):
        by_indicator.setdefault(line[0], []).append(line)
    problems: dict[tuple[str, _Line], None] = {}
    for page, text in notebooks.items():
        for content in _contents(text):
            if content.get("nothing"):
                own = {row[:_QUANTITY] for row in _told_by([content])}
                for quantity in _called_unmeasured(content, by_indicator):
                    problems |= {} if quantity in own else {(page, quantity): None}
    tellers: dict[_Line, str] = {}
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
    content: Mapping[str, Any], known: Mapping[str, list[_Line]]
) -> Iterator[_Line]:
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


def _name(quantity: _Line) -> str:
    return ", ".join(filter(None, quantity))


def _told(values: _Line) -> str:
    named = dict(zip(estimates.COLUMNS[_QUANTITY:], values, strict=False))
    return f"{named['estimate']} {named['unit']}" if named["estimate"] else named["status"]


def _contents(text: str) -> list[dict[str, Any]]:
    """What the cells of a notebook carry."""
    outputs = [output for cell in json.loads(text)["cells"] for output in cell.get("outputs") or []]
    data = [output.get("data", {}) for output in outputs]
    return [own[estimates.MIME] for own in data if estimates.MIME in own]


def _told_by(contents: list[dict[str, Any]]) -> Iterator[_Line]:
    """The estimates that contents carry, as lines of text."""
    lines = [line for content in contents for line in content.get("rows", [])]
    for cells in estimates.from_lines(lines):
        yield tuple(cell or "" for cell in cells)


# --- Links both ways between what happened and the curves that show it, on all pages of an edition

_FILES = "::: {.figure-files}\n"  # how what stands below a figure begins (see `finalise`)
_LINKS = "events"  # the id of the cell that leads to figures


class _Figure(NamedTuple):
    page: str
    label: str
    name: str
    events: list[dict[str, str]]


def linked(pages: Mapping[str, str], wanted: Collection[str]) -> dict[str, str]:
    """The wanted pages, with links from each figure to what happened to it, and from there back.

    A figure says what its letters mark (`events`), and the cell that tells of actions which ones
    it tells (`tells`); neither knows of the other before all pages are made.
    """
    figures: list[_Figure] = []
    tellers: dict[str, str] = {}
    for name, text in pages.items():  # one read after the other: all of them would be large
        notebook = json.loads(text)
        figures += _figures(name, notebook)
        told = (content.get("tells", ()) for _, content in _shown(notebook))
        tellers |= {event: name for events in told for event in events}
    concerned = {*tellers.values(), *(one.page for one in figures)}
    found = {name: pages[name] for name in wanted}
    for name in concerned.intersection(found):
        notebook = json.loads(found[name])
        own = [one for one in figures if one.page == name]
        if any([*[_lead_to(one, notebook, tellers) for one in own], _list(figures, notebook)]):
            changed = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
            found[name] = changed + "\n"
    return found


def _shown(notebook: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """What cells carry, each with the place of the cell."""
    for place, cell in enumerate(notebook["cells"]):
        for output in cell.get("outputs") or []:
            if content := output.get("data", {}).get(estimates.MIME):
                yield place, content


def _figures(page: str, notebook: Mapping[str, Any]) -> Iterator[_Figure]:
    """The figures of a page on which something is marked."""
    title = ""
    for place, content in _shown(notebook):
        if content.get("events"):
            source = "".join(notebook["cells"][place]["source"])
            label = re.search(r"(?m)^#\| label: (\S+) *$", source)
            title = title or _title(notebook)
            if label:
                name = f"{title} : {content['title']}"
                yield _Figure(page, label[1], name, content["events"])


def _title(notebook: Mapping[str, Any]) -> str:
    """The title of a page, which is Markdown."""
    first = "".join(notebook["cells"][0]["source"])
    return str(read_front_matter(f"{first}\n", "a page")[0]["title"])


def _lead_to(figure: _Figure, notebook: Mapping[str, Any], tellers: Mapping[str, str]) -> bool:
    """Put links to what happened below a figure; whether there are any."""
    events = [(event, tellers[event["id"]]) for event in figure.events if event["id"] in tellers]
    if not events:
        return False
    text = _PAGES("events", events)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and f"/{figure.label}.svg)" in source:
            mended = source.replace(_FILES, f"{_FILES}{text}\n\n", 1)
            cell["source"] = mended.splitlines(keepends=True)
            return True
    return False


def _list(figures: Collection[_Figure], notebook: dict[str, Any]) -> bool:
    """Put a list of the figures that show what a page tells of behind it; whether there is one."""
    for place, content in _shown(notebook):
        told = [
            [(one, e["title"]) for one in figures for e in one.events if e["id"] == event]
            for event in content.get("tells", ())
        ]
        if any(told):
            source = _PAGES("curves", [*filter(None, told)])
            lines = source.splitlines(keepends=True)
            cell = {"cell_type": "markdown", "id": _LINKS, "metadata": {}, "source": lines}
            notebook["cells"].insert(place + 1, cell)
            return True
    return False
