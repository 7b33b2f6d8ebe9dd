"""Where each number of a page comes from: a page of its own, and what the publisher links by."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates, store
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.period import Period, Quarter
from observlib.base.yaml_files import as_front_matter
from observlib.catalogue import Catalogue
from observlib.display.changes import PLACED
from observlib.display.output import html_table, label_html, macros
from observlib.edition import notices
from observlib.edition.plan import Request
from observlib.estimates import FIGURE, IN_TIME, REFERENCE, TOLD
from observlib.language import french, words
from observlib.language.prose import Markdown, plain, typography, without_code
from observlib.pipeline import archive, disclosed, frame, project, revisions
from observlib.publish import origins
from observlib.publish.origins import PageOrigins
from observlib.publish.pandoc import read_notebook
from observlib.themes import main_points

MOST_TRACED = 3_000  # figures and comparisons of a page
_PAGES = macros(__file__)
_NAMES = ("product", "channel", "device", "period", "group", "group_value", "indicator")
_FIGURES = ("Chiffre", "Valeur", "Intervalle à 95 %", "Effectif", "État", "Source", "Identifiant")
_PAIRS = ("Chiffre", "Valeur", "Écart", "Intervalle de l'écart", "Verdict", "Identifiant")
_SOURCES = ("Dispositif", "Table", "Fichiers", "Lignes", "Empreinte")
_RIGHT = (*_FIGURES[1:4], *_PAIRS[2:4], *_SOURCES[2:4])  # heads of columns of numbers
_Study = Mapping[str, Any]  # what a manifest has of one
_Held = Mapping[str, pd.DataFrame]  # the exports of each device
_ANCHOR = '<span id="{0}"><code>{0}</code></span>'
_IDS = "ids.json"  # of what is kept of a study: the identifiers of what it tells
_ROUND = 100  # rows of exports are told in hundreds: nobody may be told by what is left


def write_origins(
    request: Request,
    folder: Path,
    studies: Iterable[_Study],
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
) -> None:
    """Write the page of origins of each study of a project folder, and what numbers link by.

    A page in easy French has no links, nor has one of more than `MOST_TRACED` figures, which no
    reader finds and pandoc takes minutes for. Those that were written before of the same are kept.
    """
    exports = store.exports(request.data)
    held = {str(device): given for device, given in exports.groupby("device")}
    where: dict[str, str] = {}
    known = {*estimates.identifiers(rows)}
    shared = {
        **kept.code_of(__name__),
        **project.knowledge(request.data, request.root),
        "the data": request.digest,
        "the edition": kept.bytes_digest(repr((request.quarter, sorted(known))).encode()),
    }
    cache = request.root / kept.KEPT_FOLDER / "site"
    (folder / origins.ORIGINS_FOLDER).mkdir(exist_ok=True)
    for number, study in enumerate(studies):
        name, notebook = study["page"], folder / f"{study['page']}.ipynb"
        of = {"its notebook": kept.file(notebook), "the study": repr((number, study["title"]))}
        make = partial(_of_study, request, folder, study, number, known, held)
        files = dict(kept.made(cache, f"origins-{name}", shared | of, make))
        for one in json.loads(files.pop(_IDS)):
            where.setdefault(one, _address(name, one))
        for file, content in files.items():
            (folder / origins.ORIGINS_FOLDER / file).write_bytes(content)
    told = notices.told_at_front(rows, pairs, request.quarter)
    points = main_points.select_points(main_points.ranked_changes(pairs, rows, request.quarter))
    home = origins.rows_by_id(estimates.records(told), estimates.records(points), known)
    there = {one: row for one, row in home.items() if one in where}
    page = PageOrigins(there, {}, {origins.ANYWHERE: [*there]})
    (folder / origins.ORIGINS_FOLDER / "index.json").write_bytes(_told(page, where, request))


def _of_study(
    request: Request, folder: Path, study: _Study, number: int, known: Collection[str], held: _Held
) -> dict[str, bytes]:
    """What `write_origins` writes of a study, and the identifiers of what it tells, by files."""
    name = study["page"]
    page = origins.page_of(read_notebook(folder / f"{name}.ipynb"), known)
    is_easy = any(one.study.easy for one in request.pages if one.name == name)
    if is_long := len(page.rows) > MOST_TRACED:
        page = PageOrigins({}, {}, {})
    text = _page(study, number, page, held, request.catalogue, is_long)
    files = {_IDS: json.dumps([*page.rows]).encode(), f"{name}.qmd": text.encode("utf-8")}
    if not is_easy and not is_long:
        where = {one: _address(name, one) for one in page.rows}
        files[f"{name}.json"] = _told(page, where, request)
    return files


def _address(name: str, one: str) -> str:
    """Where the site tells of a figure, by the name of a study and the figure's identifier."""
    return f"{origins.ORIGINS_FOLDER}/{name}.html#{one}"


def _told(page: origins.PageOrigins, where: Mapping[str, str], request: Request) -> bytes:
    """What the numbers of a page are matched by, as a file that `publish.origins.read` reads."""
    places = {one: place for place, one in enumerate(page.rows)}
    figures = []
    for one in page.rows.values():
        is_now, names = one.row["period"] == request.quarter, _names(one.row, request.catalogue)
        figures.append([one.id, where[one.id], one.numbers, names, is_now])
    cells, sections = (
        {key: [places[one] for one in dict.fromkeys(ids)] for key, ids in groups.items()}
        for groups in (page.cells, page.sections)
    )
    told = {"figures": figures, "cells": cells, "sections": sections}
    return json.dumps(told, ensure_ascii=False).encode("utf-8")


def _names(row: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """What a text that tells a figure, or a pair, may name, in small letters."""
    sides = [row, origins.figure_side(row, REFERENCE)] if "against" in row else [row]
    found = [_label(side, column, catalogue) for side in sides for column in _NAMES if side[column]]
    found += [french.period_head(side["period"]) for side in sides]
    if known := catalogue.indicators.get(row["indicator"]):
        found.append(known.noun or "")
    return [*dict.fromkeys(origins.simple(name) for name in found if name)]


def _label(row: Mapping[str, Any], column: str, catalogue: Catalogue) -> str:
    if column == "group" and row["group"] not in catalogue.groups:
        return str(row["group"])
    return words.label(row, column, catalogue)


def _page(
    study: _Study, order: int, page: PageOrigins, held: _Held, catalogue: Catalogue, is_long: bool
) -> str:
    """The page of origins of a study, as Quarto Markdown."""
    title = str(plain(typography(f"Origine des chiffres : {study['title']}")))
    header = {"title": title, "format": "html", "order": order}
    own = [one for one in page.rows.values() if "against" not in one.row]
    pairs = [_pair(one, catalogue) for one in page.rows.values() if "against" in one.row]
    sections = [
        (indicator, without_code(indicator.method), _table(_FIGURES, rows))
        for name, indicator in catalogue.indicators.items()
        if (rows := [_figure(one, catalogue) for one in own if one.row["indicator"] == name])
    ]
    sources = _sources(own, held, catalogue)
    text = _PAGES(
        "page",
        study["title"],
        study["page"],
        MOST_TRACED if is_long else 0,
        sections,
        _table(_PAIRS, pairs) if pairs else "",
        _table(_SOURCES, sources) if sources else "",
    )
    return f"{as_front_matter(header)}\n{text}\n"


def _figure(one: origins.OriginRow, catalogue: Catalogue) -> list[str]:
    row, indicator = one.row, words.indicator_of(one.row["indicator"], catalogue)
    n = words.base_of(row)
    value = "" if row["status"] in words.WITHHELD else words.value(row, indicator)
    cells = [_described(row, catalogue), value, words.interval(row, indicator)]
    cells += ["" if n is None else french.number(n), words.STATUS_WORDS[row["status"]]]
    return [*map(label_html, cells), _source(row, catalogue), _ANCHOR.format(one.id)]


def _sources_of(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The devices of a figure, each with the digest of its data.

    Examples
    --------
    >>> _sources_of({"source": "avis-a@0a1b2c3d, avis-b@4e5f6a7b"}), _sources_of({"source": "peer"})
    ([('avis-a', '0a1b2c3d'), ('avis-b', '4e5f6a7b')], [])
    """
    return re.findall(r"([\w-]+)@([0-9a-f]{8})", row["source"])


def _source(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    links = [
        f'<a href="#source-{escape(name)}">{label_html(_device(name, catalogue))}</a>'
        for name, _ in _sources_of(row)
    ]
    return ", ".join(links) if links else label_html(row["source"])


def _device(name: str, catalogue: Catalogue) -> str:
    return catalogue.devices[name].label if name in catalogue.devices else name


def _pair(one: origins.OriginRow, catalogue: Catalogue) -> list[str]:
    row, indicator = one.row, words.indicator_of(one.row["indicator"], catalogue)
    other = origins.figure_side(row, REFERENCE)
    both = [
        "" if side["status"] in words.WITHHELD else words.value(side, indicator)
        for side in (row, other)
    ]
    places = words.decimals(indicator, row["unit"])
    difference, low, high = (
        french.signed(row[name], places) if row[name] == row[name] else ""
        for name in estimates.COMPARISON_NUMBERS[:3]
    )
    ends = f"{low} à {high}" if low else ""
    left, right = _described(row, catalogue), _described(other, catalogue)
    what = f"{indicator.label}. {left}, comparé à : {right}"
    cells = [what, " / ".join(filter(None, both)), difference, ends]
    heads = estimates.EVOLVED if row["against"] in IN_TIME else PLACED
    return [*map(label_html, [*cells, heads[row["verdict"]]]), _ANCHOR.format(one.id)]


def _described(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Which figure of its indicator a row is, in words."""
    columns = ("product", "channel", "group", "group_value", "period")
    return ", ".join(_label(row, column, catalogue) for column in columns if row[column])


def _sources(
    own: Iterable[origins.OriginRow], held: _Held, catalogue: Catalogue
) -> list[list[str]]:
    """What each device gave, with the digest by which figures name it."""
    nothing = pd.DataFrame({"rows": [], "table": []})
    digests: dict[str, dict[str, None]] = {}
    for one in own:
        for device, digest in _sources_of(one.row):
            digests.setdefault(device, {})[digest] = None
    rows = []
    for device, found in digests.items():
        given = held.get(device, nothing)
        count = _ROUND * round(int(given["rows"].sum()) / _ROUND)
        said = f"environ {french.number(count)}" if count else f"moins de {_ROUND}"
        label = label_html(_device(device, catalogue))
        name = f'<span id="source-{escape(device)}">{label}</span>'
        tables, codes = (
            ", ".join(f"<code>{escape(name)}</code>" for name in names)
            for names in (given["table"].unique(), found)
        )
        rows.append([name, tables, label_html(french.number(len(given))), label_html(said), codes])
    return rows


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markdown:
    """A table of cells that are HTML; a column of which all are empty is left out."""
    columns = {head: [row[place] for row in rows] for place, head in enumerate(heads)}
    return html_table({name: column for name, column in columns.items() if any(column)}, _RIGHT)


# --- A published number followed back: sentence, estimate, method, rows of tables, exports

_IDENTIFIER = re.compile(r"[fc][a-z]{11}")


class _Text(NamedTuple):
    """Where a figure is told: the page, the title of its section, the sentence or cell."""

    page: str
    section: str
    text: str


class _Rows(NamedTuple):
    """Rows of a device in a table: all, and those of the figure's period; None below eleven."""

    device: str
    table: str
    rows: int | None
    own: int | None


class _Vintage(NamedTuple):
    """What an edition told of a figure, and why it is not what the edition before told."""

    edition: str
    day: str
    told: dict[str, Any]
    reason: str


class Trace(NamedTuple):
    """A figure, or a comparison of two (`compares`), followed back to families and exports."""

    id: str
    edition: str
    row: dict[str, Any]
    compares: tuple[str, ...]
    texts: tuple[_Text, ...]
    vintages: tuple[_Vintage, ...]
    families: dict[str, str]
    rows: tuple[_Rows, ...]
    exports: pd.DataFrame


def identifier_in(text: str) -> str:
    """The identifier that a text is, or that an address of a site ends with."""
    one = text.rpartition("#")[2].strip()
    if not _IDENTIFIER.fullmatch(one):
        raise ObservError(
            f"{text!r}: is no identifier; one is `f` or `c` and eleven letters, as in the "
            "column `id` of the data, or in the address to which a number of a page leads"
        )
    return one


def trace_figure(root: Path, data: Path, one: str, catalogue: Catalogue, wanted: str = "") -> Trace:
    """Follow a figure, or a comparison, back to the exports that it was made from."""
    edition, row, compares = _found(root / "reports" / "editions", one, wanted)
    quarter = Quarter(edition)
    is_pair = one.startswith("c")
    sides = [row, {"source": row[f"{REFERENCE}source"]}] if is_pair else [row]
    devices = {name for side in sides for name, _ in _sources_of(side)}
    families = _families(data, quarter, one)
    tables = set().union(*map(frame.tables_read, families))
    held = store.exports(data)
    held = held[held["table"].isin(tables)]
    own = held[held["device"].isin(devices)]
    held = held if own.empty else own  # a figure of several devices names none
    return Trace(
        one,
        edition,
        row,
        compares,
        tuple(_texts(root / "reports" / "_site" / edition, one)),
        () if is_pair else tuple(_vintages(archive.earlier(data), row, catalogue)),
        families,
        tuple(_rows_of(data, held, row, quarter)),
        _of_period(held, row["period"]),
    )


def _found(folder: Path, one: str, wanted: str) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """The edition that tells a figure, what it tells of it, and what a comparison compares."""
    is_pair = one.startswith("c")
    names = [wanted] if wanted else sorted(path.name for path in folder.glob("*-T[1-4]"))[::-1]
    for name in names:
        if not (folder / name / archive.ESTIMATES).exists():
            continue
        rows, pairs = archive.archive_tables(folder / name)
        table = pairs if is_pair else rows
        identifiers = estimates.comparison_identifiers if is_pair else estimates.identifiers
        places = identifiers(table)
        if one in places:
            row = table.iloc[[places.index(one)]]
            sides = ("", REFERENCE) if is_pair else ()
            compares = (estimates.identifiers(estimates.side_of(row, side))[0] for side in sides)
            known = {*estimates.identifiers(rows)}  # not all are figures: the others than a group
            return name, estimates.records(row)[0], tuple(filter(known.__contains__, compares))
    where = f"the edition {wanted}" if wanted else f"no edition of {folder}"
    raise ObservError(
        f"{one}: {where} {'does not tell it' if wanted else 'tells it'}; the column `id` of an "
        "edition's estimates.csv and comparisons.csv has all that it tells"
    )


def _texts(site: Path, one: str) -> Iterator[_Text]:
    """Where the published pages of an edition tell a figure."""
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if not origins.is_of_origins(name):
            for section, text in origins.texts_of(path.read_text(encoding="utf-8"), one):
                yield _Text(name, section, text)


def _vintages(
    published: Iterable[archive.Publication], row: Mapping[str, Any], catalogue: Catalogue
) -> Iterator[_Vintage]:
    """What each publication told of a figure, the oldest first, where it is not as before."""
    names = [row[name] for name in FIGURE]
    before: archive.Publication | None = None
    for one in published:
        rows = one.told.estimates
        rows = rows[(rows[FIGURE] == names).all(axis=1)]
        if rows.empty:
            continue
        own = one._replace(told=one.told._replace(estimates=rows))
        reasons = [""]
        if before:
            changed = revisions.revised_between(before, own, catalogue)
            reasons = [revisions.revision_reason(why, catalogue) for why in changed["reason"]]
        if reasons:
            yield _Vintage(one.quarter, one.day, estimates.records(rows[TOLD])[0], reasons[0])
        before = own


def _of_period(held: pd.DataFrame, period: str) -> pd.DataFrame:
    """Of some exports, those with rows of a period; all where that is a source's own words."""
    if days := Period(period).days:
        first, last = (day.isoformat() for day in days)
        held = held[(held["start"] <= last) & (held["end"] >= first)]
    return held.reset_index(drop=True)


def _families(data: Path, quarter: Quarter, one: str) -> dict[str, str]:
    """The families that give a figure or comparison, each with the function that computes it."""
    found = {}
    for name, survey in disclosed.jobs(data):
        given = disclosed.disclosed_family(data, quarter, name, survey)
        names = estimates.identifiers(given.estimates) + estimates.comparison_identifiers(
            given.comparisons
        )
        if one in names:
            compute = frame.family_named(name).compute
            found[name] = f"{compute.__module__}.{compute.__name__}"
    return found


def _rows_of(
    data: Path, held: pd.DataFrame, row: Mapping[str, Any], quarter: Quarter
) -> Iterator[_Rows]:
    """How many rows each device of a figure has in each table."""
    days = Period(row["period"]).days
    first, last = map(Quarter.of, days) if days else (quarter, quarter)  # of a source's own words
    for device, table in held[["device", "table"]].drop_duplicates().itertuples(index=False):
        of = {"device": device, "product": row["product"] or None}
        if not store.count_rows(data, table, **of):  # of no product, or of several
            of["product"] = None
        whole = store.count_rows(data, table, last=quarter, device=device)
        own = store.count_rows(data, table, first, last, **of)
        yield _Rows(
            device, table, *(x if x >= estimates.MINIMUM_PEOPLE else None for x in (whole, own))
        )
