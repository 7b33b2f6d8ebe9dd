"""Where each number of an edition comes from: the page of origins, and what numbers link by."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates, store
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.period import Period, Quarter
from observlib.catalogue import Catalogue
from observlib.display.changes import PLACED
from observlib.display.output import html_table, label_html, macros
from observlib.edition import notices
from observlib.edition.plan import Request
from observlib.estimates import FIGURE, IN_TIME, REFERENCE, TOLD
from observlib.language import french, words
from observlib.language.prose import one_line, unbroken, without_code
from observlib.pipeline import archive, disclosed, frame, project, revisions
from observlib.publish import origins
from observlib.publish.origins import OriginRow, PageOrigins
from observlib.publish.pandoc import read_notebook
from observlib.themes import main_points

MOST_TRACED = 3_000  # figures and comparisons of a page
_PAGES = macros(__file__)
_NAMES = ("product", "channel", "device", "period", "group", "group_value", "indicator")
_HEADS = {
    "f": ("Chiffre", "Valeur", "Intervalle à 95 %", "Effectif", "État", "Source", "Identifiant"),
    "c": ("Chiffre", "Valeur", "Écart", "Intervalle de l'écart", "Verdict", "Identifiant"),
}
_SOURCES = ("Dispositif", "Table", "Fichiers", "Lignes", "Empreinte")
_Texts = dict[str, list[str]]  # of figures and comparisons, by identifiers
_Pages = dict[str, tuple[str, list[str]]]  # by names: the title, and identifiers
_ROWS = "rows.json"  # of what is kept of a study
_ROUND = 100  # rows of exports are told in hundreds: nobody may be told by what is left


def write_origins(
    request: Request,
    folder: Path,
    studies: Iterable[Mapping[str, Any]],
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    package: Iterable[str] = (),
) -> None:
    """Write what the page of origins shows of a project folder's studies, and what numbers link by.

    A page in easy French has no links, nor has one of more than `MOST_TRACED` figures, among which
    its numbers would take minutes to find. Those that were written before of the same are kept.
    """
    known = {*estimates.identifiers(rows)}
    shared = {
        **kept.code_of(__name__),
        **project.knowledge(request.data, request.root),
        "the edition": kept.bytes_digest(repr((request.quarter, sorted(known))).encode()),
    }
    cache = request.root / kept.KEPT_FOLDER / "site"
    place = folder / origins.ORIGINS_FOLDER
    place.mkdir(exist_ok=True)
    texts, pages = _Texts(), _Pages()
    for study in studies:
        name, notebook = study["page"], folder / f"{study['page']}.ipynb"
        make = partial(_of_study, request, notebook, known)
        of = shared | {"its notebook": kept.file(notebook)}
        files = dict(kept.made(cache, f"origins-{name}", of, make))
        own = json.loads(files.pop(_ROWS))
        pages[f"page-{name}"] = study["title"], [*own]
        texts |= own
        for file, content in files.items():
            (place / file).write_bytes(content)
    told = notices.told_at_front(rows, pairs, request.quarter)
    points = main_points.select_points(main_points.ranked_changes(pairs, rows, request.quarter))
    home = origins.rows_by_id(estimates.records(told), estimates.records(points), known)
    page = PageOrigins(home, {}, {origins.ANYWHERE: [*home]})
    (place / "index.json").write_bytes(_told(page, request))
    texts |= _texts_of(home, request.catalogue)
    data = json.dumps(_data(texts, pages, request.catalogue), ensure_ascii=False)
    (folder / origins.ORIGINS_DATA).write_bytes(f"window.origins={data};\n".encode())
    _complete_page(folder, texts, pages, request, package)


def _of_study(request: Request, notebook: Path, known: Collection[str]) -> dict[str, bytes]:
    """The texts of what a study tells, and what its numbers are matched by, by files."""
    page = origins.page_of(read_notebook(notebook), known)
    files = {_ROWS: json.dumps(_texts_of(page.rows, request.catalogue)).encode()}
    is_easy = any(one.study.easy for one in request.pages if one.name == notebook.stem)
    if not is_easy and len(page.rows) <= MOST_TRACED:
        files[f"{notebook.stem}.json"] = _told(page, request)
    return files


def _told(page: PageOrigins, request: Request) -> bytes:
    """What the numbers of a page are matched by, as a file that `publish.origins.read` reads."""
    places = {one: place for place, one in enumerate(page.rows)}
    figures = []
    for one in page.rows.values():
        is_now, names = one.row["period"] == request.quarter, _names(one.row, request.catalogue)
        figures.append([one.id, one.numbers, names, is_now])
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


def _texts_of(rows: Mapping[str, OriginRow], catalogue: Catalogue) -> _Texts:
    texts = {
        one: (_pair if "against" in own.row else _figure)(own.row, catalogue)
        for one, own in rows.items()
    }
    return {one: [*map(one_line, map(unbroken, cells))] for one, cells in texts.items()}


def _figure(row: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """The indicator of a figure, its cells but the first, and what describes it."""
    indicator, n = words.indicator_of(row["indicator"], catalogue), words.base_of(row)
    value = "" if row["status"] in words.WITHHELD else words.value(row, indicator)
    base = "" if n is None else french.number(n)
    cells = [value, words.interval(row, indicator), base, words.STATUS_WORDS[row["status"]]]
    return [row["indicator"], *cells, row["source"], *_described(row, catalogue)]


def _sources_of(source: str) -> list[tuple[str, str]]:
    """The devices of a figure, each with the digest of its data.

    Examples
    --------
    >>> _sources_of("avis-a@0a1b2c3d, avis-b@4e5f6a7b"), _sources_of("peer")
    ([('avis-a', '0a1b2c3d'), ('avis-b', '4e5f6a7b')], [])
    """
    return re.findall(r"([\w-]+)@([0-9a-f]{8})", source)


def _device(name: str, catalogue: Catalogue) -> str:
    return catalogue.devices[name].label if name in catalogue.devices else name


def _pair(row: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """The indicator of a comparison, its cells but the first, and what describes it."""
    indicator = words.indicator_of(row["indicator"], catalogue)
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
    heads = estimates.EVOLVED if row["against"] in IN_TIME else PLACED
    cells = [" / ".join(filter(None, both)), difference, ends, heads[row["verdict"]]]
    left, right = (", ".join(_described(side, catalogue)) for side in (row, other))
    return [row["indicator"], *cells, f"{left}, comparé à : {right}"]


def _described(row: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """Which figure of its indicator a row is, in words."""
    columns = ("product", "channel", "group", "group_value", "period")
    return [_label(row, column, catalogue) for column in columns if row[column]]


def _data(rows: _Texts, pages: _Pages, catalogue: Catalogue) -> dict[str, Any]:
    """What the script of the page of origins shows; each text once, rows by their places."""
    places: dict[str, int] = {}
    cells = {
        one: [places.setdefault(text, len(places)) for text in row] for one, row in rows.items()
    }
    order = {one: place for place, one in enumerate(cells)}
    return {
        "heads": {kind: [*map(unbroken, names)] for kind, names in _HEADS.items()},
        "indicators": _indicators(rows, catalogue),
        "devices": {name: unbroken(_device(name, catalogue)) for name in sorted(_digests(rows))},
        "texts": [*places],
        "rows": cells,
        "pages": {
            name: [unbroken(title), [order[x] for x in own]] for name, (title, own) in pages.items()
        },
    }


def _indicators(rows: _Texts, catalogue: Catalogue) -> dict[str, str]:
    """The labels of the indicators of figures and comparisons, in the catalogue's order."""
    there = {row[0] for row in rows.values()}
    return {name: one.label for name, one in catalogue.indicators.items() if name in there}


def _complete_page(
    folder: Path, rows: _Texts, pages: _Pages, request: Request, package: Iterable[str]
) -> None:
    """Put on the copy of the page of origins its script's place, methods and sources."""
    page = folder / f"{origins.ORIGINS_FOLDER}.qmd"
    known = request.catalogue.indicators
    methods = {
        name: without_code(known[name].method) for name in _indicators(rows, request.catalogue)
    }
    shown = _PAGES(
        "shown", [name for name in package if name.endswith(("estimates.csv", "comparisons.csv"))]
    )
    sources = html_table(_sources(rows, request), _SOURCES[2:4])
    lists = _PAGES("lists", pages, known, methods, sources)
    text = notices.with_callouts(page.read_text(encoding="utf-8"), [shown])
    page.write_text(f"{text}\n{lists}\n", encoding="utf-8", newline="\n")


def _digests(rows: _Texts) -> dict[str, dict[str, None]]:
    """The devices of figures, each with the digests of its data."""
    found: dict[str, dict[str, None]] = {}
    for row in rows.values():
        for device, digest in _sources_of(" ".join(row)):
            found.setdefault(device, {})[digest] = None
    return found


def _sources(rows: _Texts, request: Request) -> dict[str, list[str]]:
    """What each device gave, with the digest by which figures name it, as columns of HTML."""
    held = store.exports(request.data)
    lines = []
    for device, found in _digests(rows).items():
        given = held[held["device"] == device]
        count = _ROUND * round(int(given["rows"].sum()) / _ROUND)
        said = f"environ {french.number(count)}" if count else f"moins de {_ROUND}"
        label = label_html(_device(device, request.catalogue))
        name = f'<span id="source-{escape(device)}">{label}</span>'
        tables, codes = (
            ", ".join(f"<code>{escape(name)}</code>" for name in names)
            for names in (given["table"].unique(), found)
        )
        lines.append([name, tables, label_html(french.number(len(given))), label_html(said), codes])
    return dict(zip(_SOURCES, map(list, zip(*lines, strict=True)), strict=True)) if lines else {}


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
    devices = {name for side in sides for name, _ in _sources_of(side["source"])}
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
