"""What a page tells: the figures and comparisons that its cells carry, where they stand."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from observlib import estimates
from observlib.estimates import REFERENCE, comparisons
from observlib.publish.notebook import joined, label_of
from observlib.publish.numbers import simple
from observlib.publish.origins import FINDING

_HEADING = re.compile(r"(?m)^#{2,4} +(.*?)(?: *\{[^}\n]*\})? *$")
_CALLOUT = re.compile(r"(?m)^:::+ *\{[^}\n]*\.callout[^}\n]*\}\n+#.*$")  # whose title is no section
_OF_FIGURES = ("estimate", "ci_low", "ci_high", "n")
_OF_PAIRS = ("difference", "difference_low", "difference_high", "detectable")


class Row(NamedTuple):
    """A figure or a comparison that a page tells."""

    id: str
    numbers: tuple[float | None, ...]
    row: Mapping[str, Any]


class Page(NamedTuple):
    """What a page tells: its figures and comparisons, by its cells and by its sections."""

    rows: dict[str, Row]
    cells: dict[str, list[str]]
    sections: dict[str, list[str]]


def page_of(notebook: Mapping[str, Any], known: Collection[str]) -> Page:
    """What a finalised notebook tells; `known` are the identifiers of the edition's figures."""
    page, section = Page({}, {}, {}), ""
    for cell in notebook["cells"]:
        source = joined(cell.get("source", ""))
        if cell["cell_type"] == "markdown":
            section = [section, *_headings(source)][-1]
        for output in cell.get("outputs") or []:
            data = output.get("data", {})
            if content := data.get(estimates.MIME):
                ids = _carried(content, page.rows, known)
                if label := label_of(source):
                    page.cells.setdefault(label, []).extend(ids)
                else:
                    for title in [section, *_headings(data.get("text/markdown", ""))]:
                        page.sections.setdefault(title, []).extend(ids)
                if FINDING in cell.get("metadata", {}).get("tags", ()):
                    page.cells[FINDING] = [*ids]
            section = [section, *_headings(data.get("text/markdown", ""))][-1]
    return page


def _headings(text: Any) -> list[str]:
    """The titles of sections that a text holds."""
    found = _HEADING.findall(_CALLOUT.sub("", joined(text)))
    return [" ".join(simple(title).split()) for title in found]


def _carried(content: Mapping[str, Any], rows: dict[str, Row], known: Collection[str]) -> list[str]:
    """The identifiers of what a cell carries, which `rows` then has."""
    pairs = content.get("comparisons", {"columns": (), "rows": ()})
    found = rows_of(_read(content), _read(pairs), known)
    for one, row in found.items():
        rows.setdefault(one, row)
    return [*found]


def _read(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of an output, checked when it was made: frames of so few would take much longer."""
    return [
        {
            name: float(cell or "nan") if name in comparisons.ALL_NUMBERS else cell or ""
            for name, cell in zip(content["columns"], cells, strict=True)
        }
        for cells in estimates.from_lines(content["rows"])
    ]


def rows_of(
    rows: Iterable[Mapping[str, Any]], pairs: Iterable[Mapping[str, Any]], known: Collection[str]
) -> dict[str, Row]:
    """Figures and comparisons by their identifiers; a comparison brings its figures.

    A side that is no figure of the edition, as all others than one group, is told by it alone.
    """
    found: dict[str, Row] = {}
    for row in rows:
        one = estimates.identifier(row)
        found.setdefault(one, Row(one, _numbers(row, _OF_FIGURES), row))
    for pair in pairs:
        own = [*_OF_PAIRS]
        for side in ("", REFERENCE):
            row = side_of(pair, side)
            if (one := estimates.identifier(row)) in known:
                found.setdefault(one, Row(one, _numbers(row, _OF_FIGURES), row))
            else:
                own += [side + column for column in _OF_FIGURES]
        one = comparisons.identifier(pair)
        found[one] = Row(one, _numbers(pair, own), pair)
    return found


def side_of(pair: Mapping[str, Any], side: str) -> dict[str, Any]:
    """One of the figures that a comparison compares."""
    return {name: pair[side + name] for name in estimates.COLUMNS}


def _numbers(row: Mapping[str, Any], names: Iterable[str]) -> tuple[float | None, ...]:
    """The numbers of a row that may be told; one that is none or has no limit is `None`."""
    return tuple(round(row[name], 6) if math.isfinite(row[name]) else None for name in names)
