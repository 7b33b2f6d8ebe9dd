"""Links both ways between what happened and the curves that show it, on all pages of an edition."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from observlib import estimates
from observlib.base.yaml_files import read_front_matter
from observlib.language.prose import Markdown, joined, markdown, typography

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
    links = [
        markdown(
            "[{}]({}.ipynb#action-{})",
            event["words"],
            Markdown(tellers[event["id"]]),
            Markdown(event["id"]),
        )
        for event in figure.events
        if event["id"] in tellers
    ]
    if not links:
        return False
    text = typography(markdown("Sur la courbe : {}.", joined(links, ". ")))
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
        parts = []
        for event in content.get("tells", ()):
            own = [(one, e["title"]) for one in figures for e in one.events if e["id"] == event]
            links = [
                markdown("  - [{}]({}.ipynb#{})", Markdown(one.name), Markdown(one.page),
                         Markdown(one.label))
                for one, _ in own
            ]  # fmt: skip
            if links:
                parts.append(joined([markdown("- {}", own[0][1]), *links], "\n"))
        if parts:
            head = markdown("**Les courbes où on le voit**")
            text = typography(joined([head, joined(parts, "\n")], "\n\n"))
            source = f'::: {{.content-visible when-format="html"}}\n{text}\n:::'
            lines = source.splitlines(keepends=True)
            cell = {"cell_type": "markdown", "id": _LINKS, "metadata": {}, "source": lines}
            notebook["cells"].insert(place + 1, cell)
            return True
    return False
