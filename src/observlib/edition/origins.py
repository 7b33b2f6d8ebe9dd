"""Where each number of a page comes from: a page of its own, and what the publisher links by.

The page tells of each figure its identifier, its value, from what it was computed and by which
method; `publish.origins` leads to it from the numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import estimates, store
from observlib.base import kept
from observlib.base.yaml_files import as_front_matter
from observlib.catalogue import Catalogue
from observlib.display.changes import PLACED
from observlib.display.output import html_table, label_html
from observlib.edition import front_page
from observlib.edition.request import Request
from observlib.estimates import REFERENCE, comparisons
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown, plain, typography, without_code
from observlib.pipeline import project
from observlib.publish.editions.page_figures import Page, Row, page_of, rows_of, side_of
from observlib.publish.notebook import read_notebook
from observlib.publish.numbers import ANYWHERE, simple
from observlib.publish.origins import FOLDER
from observlib.themes import main_points

MOST = 3_000  # figures and comparisons of a page
TEXTS = wording.beside(__file__)
_NAMES = ("product", "channel", "device", "period", "group", "group_value", "indicator")
_RIGHT = ("value", "interval", "base", "difference", "difference_interval", "exports", "rows")
_IDS = "ids.json"  # of what is kept of a study: the identifiers of what it tells
_ROUND = 100  # rows of exports are told in hundreds: nobody may be told by what is left


def write(
    request: Request,
    folder: Path,
    studies: Iterable[Mapping[str, Any]],
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
) -> None:
    """Write the page of origins of each study of a project folder, and what numbers link by.

    A page in easy French has no links: they would be one thing more to understand. Nor has one of
    more than `MOST` figures: no reader finds one there, and pandoc takes minutes. Those of a study
    that were written before of the same are kept.
    """
    exports = store.exports(request.data)
    held = {str(device): given for device, given in exports.groupby("device")}
    where: dict[str, str] = {}
    known = {*estimates.identifiers(rows)}
    easy = {page.name for page in request.pages if page.study.easy}
    shared = {
        **kept.code(__name__),
        **project.knowledge(request.data, request.root),
        "the data": request.digest,
        "the edition": kept.digest(repr((str(request.quarter), sorted(known))).encode()),
    }
    cache = request.root / kept.FOLDER / "site"
    (folder / FOLDER).mkdir(exist_ok=True)
    for number, study in enumerate(studies):
        name, notebook = study["page"], folder / f"{study['page']}.ipynb"
        of = {"its notebook": kept.file(notebook), "the study": repr((number, study["title"]))}
        make = partial(_of_study, request, notebook, study, number, known, held, name in easy)
        files = dict(kept.made(cache, f"origins-{name}", shared | of, make))
        for one in json.loads(files.pop(_IDS)):
            where.setdefault(one, _address(name, one))
        for file, content in files.items():
            (folder / FOLDER / file).write_bytes(content)
    told = front_page.told_on(rows, pairs, request.quarter)
    points = main_points.points(main_points.ranked(pairs, rows, request.quarter))
    home = rows_of(estimates.records(told), estimates.records(points), known)
    there = {one: row for one, row in home.items() if one in where}
    page = Page(there, {}, {ANYWHERE: [*there]})
    (folder / FOLDER / "index.json").write_bytes(_told(page, where, request))


def _of_study(
    request: Request,
    notebook: Path,
    study: Mapping[str, Any],
    number: int,
    known: Collection[str],
    held: Mapping[str, pd.DataFrame],
    is_easy: bool,
) -> dict[str, bytes]:
    """What `write` writes of a study, and the identifiers of what it tells, by names of files."""
    name, page = study["page"], page_of(read_notebook(notebook), known)
    if is_long := len(page.rows) > MOST:
        page = Page({}, {}, {})
    text = _page(name, study["title"], number, page, held, request.catalogue, is_long)
    files = {_IDS: json.dumps([*page.rows]).encode(), f"{name}.qmd": text.encode("utf-8")}
    if not is_easy and not is_long:
        where = {one: _address(name, one) for one in page.rows}
        files[f"{name}.json"] = _told(page, where, request)
    return files


def _address(name: str, one: str) -> str:
    """Where the site tells of a figure, by the name of a study and the figure's identifier."""
    return f"{FOLDER}/{name}.html#{one}"


def _told(page: Page, where: Mapping[str, str], request: Request) -> bytes:
    """What the numbers of a page are matched by, as a file (see `publish.origins`)."""
    told = told_of(page, where, request.catalogue, str(request.quarter))
    return json.dumps(told, ensure_ascii=False).encode("utf-8")


def told_of(
    page: Page, where: Mapping[str, str], catalogue: Catalogue, quarter: str
) -> dict[str, Any]:
    """What the numbers of a page are matched by, as `publish.origins.read` reads it."""
    places = {one: place for place, one in enumerate(page.rows)}
    figures = [
        [
            one.id,
            where[one.id],
            one.numbers,
            _names(one.row, catalogue),
            one.row["period"] == quarter,
        ]
        for one in page.rows.values()
    ]
    cells, sections = (
        {key: [places[one] for one in dict.fromkeys(ids)] for key, ids in groups.items()}
        for groups in (page.cells, page.sections)
    )
    return {"figures": figures, "cells": cells, "sections": sections}


def _names(row: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """What a text that tells a figure, or a pair, may name, in small letters."""
    sides = [row, side_of(row, REFERENCE)] if "against" in row else [row]
    found = [_label(side, column, catalogue) for side in sides for column in _NAMES if side[column]]
    found += [french.period_head(side["period"]) for side in sides]
    if known := catalogue.indicators.get(row["indicator"]):
        found.append(known.noun or "")
    return [*dict.fromkeys(simple(name) for name in found if name)]


def _label(row: Mapping[str, Any], column: str, catalogue: Catalogue) -> str:
    if column == "group" and row["group"] not in catalogue.groups:
        return str(row["group"])
    return words.label(row, column, catalogue)


def _page(
    name: str,
    title: str,
    order: int,
    page: Page,
    held: Mapping[str, pd.DataFrame],
    catalogue: Catalogue,
    is_long: bool,
) -> str:
    """The page of origins of a study, as Quarto Markdown."""
    header = {
        "title": str(plain(typography(TEXTS["title"].format(title=title)))),
        "format": "html",
        "order": order,
    }
    said = TEXTS["too_many" if is_long else "opening"].format(
        title=plain(title), page=name, most=french.number(MOST)
    )
    own = [one for one in page.rows.values() if "against" not in one.row]
    pairs = [one for one in page.rows.values() if "against" in one.row]
    parts: list[str] = [said]
    for indicator in [known for known in catalogue.indicators if _any(own, known)]:
        parts.append(_section(indicator, own, catalogue))
    if pairs:
        rows = [_pair(one, catalogue) for one in pairs]
        table = _table(
            ("what", "value", "difference", "difference_interval", "verdict", "id"), rows
        )
        parts += [f"## {TEXTS['compared']}", TEXTS["compared_what"], table]
    if sources := _sources(own, held, catalogue):
        table = _table(("device", "table", "exports", "rows", "digest"), sources)
        parts += [f"## {TEXTS['sources']}", TEXTS["sources_what"], table]
    return f"{as_front_matter(header)}\n{typography(joined(map(Markdown, parts), chr(10) * 2))}\n"


def _any(rows: Iterable[Row], indicator: str) -> bool:
    return any(one.row["indicator"] == indicator for one in rows)


def _section(name: str, own: Iterable[Row], catalogue: Catalogue) -> Markdown:
    """What is told of an indicator: its method, and each of its figures."""
    indicator = catalogue.indicators[name]
    rows = [_figure(one, catalogue) for one in own if one.row["indicator"] == name]
    heads = ("what", "value", "interval", "base", "status", "source", "id")
    method = Markdown(without_code(indicator.method))
    parts = (indicator.label, Markdown(name), method, _table(heads, rows))
    return markdown("## {} {{#{}}}\n\n{}\n\n{}", *parts)


def _figure(one: Row, catalogue: Catalogue) -> list[str]:
    row, indicator = one.row, words.indicator_of(one.row["indicator"], catalogue)
    n = words.base(row)
    value = "" if row["status"] in words.WITHHELD else words.value(row, indicator)
    cells = [_described(row, catalogue), value, words.interval(row, indicator)]
    cells += ["" if n is None else french.number(n), words.STATUS_WORDS[row["status"]]]
    return [*map(label_html, cells), _source(row, catalogue), _anchor(one.id)]


def sources_of(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The devices of a figure, each with the digest of its data.

    Examples
    --------
    >>> sources_of({"source": "avis-a@0a1b2c3d, avis-b@4e5f6a7b"}), sources_of({"source": "peer"})
    ([('avis-a', '0a1b2c3d'), ('avis-b', '4e5f6a7b')], [])
    """
    return re.findall(r"([\w-]+)@([0-9a-f]{8})", row["source"])


def _source(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    links = [
        f'<a href="#source-{escape(name)}">{label_html(_device(name, catalogue))}</a>'
        for name, _ in sources_of(row)
    ]
    return ", ".join(links) if links else label_html(row["source"])


def _device(name: str, catalogue: Catalogue) -> str:
    return catalogue.devices[name].label if name in catalogue.devices else name


def _anchor(one: str) -> str:
    return f'<span id="{one}"><code>{one}</code></span>'


def _pair(one: Row, catalogue: Catalogue) -> list[str]:
    row, indicator = one.row, words.indicator_of(one.row["indicator"], catalogue)
    other = side_of(row, REFERENCE)
    both = [
        "" if side["status"] in words.WITHHELD else words.value(side, indicator)
        for side in (row, other)
    ]
    places = words.decimals(indicator, row["unit"])
    difference, low, high = (
        french.signed(row[name], places) if row[name] == row[name] else ""
        for name in comparisons.NUMBERS[:3]
    )
    said = TEXTS["versus"].format(
        left=_described(row, catalogue), right=_described(other, catalogue)
    )
    ends = f"{low} à {high}" if low else ""
    what = f"{indicator.label}. {said}"
    cells = [what, " / ".join(filter(None, both)), difference, ends]
    heads = estimates.EVOLVED if row["against"] in comparisons.IN_TIME else PLACED
    return [*map(label_html, [*cells, heads[row["verdict"]]]), _anchor(one.id)]


def _described(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Which figure of its indicator a row is, in words."""
    found = [
        _label(row, column, catalogue)
        for column in ("product", "channel", "group", "group_value", "period")
        if row[column]
    ]
    return ", ".join(found)


def _sources(
    own: Iterable[Row], held: Mapping[str, pd.DataFrame], catalogue: Catalogue
) -> list[list[str]]:
    """What each device gave, with the digest by which figures name it."""
    nothing = pd.DataFrame({"rows": [], "table": []})
    digests: dict[str, dict[str, None]] = {}
    for one in own:
        for device, digest in sources_of(one.row):
            digests.setdefault(device, {})[digest] = None
    rows = []
    for device, found in digests.items():
        given = held.get(device, nothing)
        count = _ROUND * round(int(given["rows"].sum()) / _ROUND)
        said = TEXTS["rows"].format(rows=french.number(count)) if count else TEXTS["few_rows"]
        label = label_html(_device(device, catalogue))
        name = f'<span id="source-{escape(device)}">{label}</span>'
        tables, codes = (_codes(names) for names in (given["table"].unique(), found))
        rows.append([name, tables, label_html(french.number(len(given))), label_html(said), codes])
    return rows


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"<code>{escape(name)}</code>" for name in names)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markdown:
    """A table of cells that are HTML; a column of which all are empty is left out."""
    columns = {
        TEXTS[f"heads.{head}"]: [row[place] for row in rows] for place, head in enumerate(heads)
    }
    right = tuple(TEXTS[f"heads.{head}"] for head in _RIGHT)
    return html_table({name: column for name, column in columns.items() if any(column)}, right)
