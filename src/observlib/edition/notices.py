"""What an edition says beside its studies: main points, notices, passports, sheets, errata."""

from __future__ import annotations

import json
import math
import re
import shlex
import shutil
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import estimates, store
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter, edition_day, epoch
from observlib.base.yaml_files import as_front_matter
from observlib.catalogue import Catalogue
from observlib.display import dots as drawn
from observlib.display.dots import line_told, small_line
from observlib.display.output import macros
from observlib.edition import finalise
from observlib.edition.finalise import DEMONSTRATION
from observlib.edition.plan import Request
from observlib.estimates import measured_by, side_of
from observlib.indicators.pairs import HEADLINE, OUTCOMES, SUBJECT_OF_PAIRS, calculation_counts
from observlib.language import french, words
from observlib.language.prose import Markdown, markdown, plain, typography
from observlib.pipeline import archive, revisions
from observlib.publish import record, standing, vintages
from observlib.records.sheets import Action, Practices, PracticeSheet
from observlib.themes import main_points, templates

PAGES, _WORDS = macros(__file__), macros(__file__, str)

# --- The project's documentation (`docs/`) as pages that both publishers read

_LINK = re.compile(r"(?<=\.)md(?=(#[\w-]+)?\))")
_PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)\s]+)\)")


def write_sources(request: Request, folder: Path) -> None:
    """Write what people wrote of the site into a new folder: their pages, sheets, documentation."""
    standing.copy_sources(request.root, folder)
    for sheet in request.practices.sheets:
        path = folder / "practices" / f"{sheet.slug}.qmd"
        path.parent.mkdir(exist_ok=True)
        text = sheet_page(sheet, request.practices, request.catalogue)
        path.write_text(text, encoding="utf-8", newline="\n")
    write_documentation(request.root / "docs", folder / "documentation")


def write_documentation(docs: Path, folder: Path) -> None:
    """Write a page for each Markdown file of `docs/`, and copy its pictures."""
    untitled = []
    for path in sorted(docs.rglob("*")):
        target = folder / path.relative_to(docs)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".svg":
            shutil.copyfile(path, target)
        elif path.suffix == ".md":
            text = path.read_text(encoding="utf-8")
            if text.startswith("# "):
                target.with_suffix(".qmd").write_text(
                    _documentation_page(text), "utf-8", newline="\n"
                )
            else:
                untitled.append(f"{path}: begins with no title; its first line is `# A title`")
    ObservError.raise_any(untitled)


def _documentation_page(text: str) -> str:
    """The page of a file: its title in a front matter, its links to files as links to pages.

    Examples
    --------
    >>> text = "# A source\\n\\nSee [surveys](survey.md#a), ![Two boxes](boxes.svg)."
    >>> print(_documentation_page(text))
    ---
    title: A source
    format: html
    lang: en
    toc-title: On this page
    ---
    <BLANKLINE>
    See [surveys](survey.qmd#a), ![](boxes.svg){fig-alt="Two boxes"}.
    """
    title, _, body = text.partition("\n")
    header = {"title": title.removeprefix("# "), "format": "html", "lang": "en"}
    header["toc-title"] = "On this page"
    body = _PICTURE.sub(r'![](\2){fig-alt="\1"}', body)
    return as_front_matter(header) + _LINK.sub("qmd", body)


# --- How each page ends: how to cite it, what it was made from, and how to make it again

_DEMONSTRATION_STORE = "data/demo/store/ledger.json"  # what `make` makes of a demonstration's data


def with_annex(notebook: str, annex: str, callouts: Iterable[str]) -> str:
    """A page's notebook with callouts before its text, and an annex behind it."""
    made = json.loads(notebook)
    cell = {"cell_type": "markdown", "id": "", "metadata": {}, "source": ""}
    if told := "\n\n".join(callouts):
        made["cells"].insert(1, {**cell, "id": "errata", "source": told})
    made["cells"].append({**cell, "id": "passport", "source": annex})
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def passport(
    entry: Mapping[str, Any], edition: Mapping[str, Any], data: str, origins: str = ""
) -> str:
    """The passport of a page, as Markdown: how to cite, remake and check it, and what it read."""
    quarter, revisions = edition["quarter"], edition["revisions"]
    day = edition_day(edition["published"], revisions)
    words = ["observ", "edition", quarter, *([] if data == "data" else ["--data", data])]
    words += ["--study", entry["study"]]
    own = {name: value for name, value in entry["parameters"].items() if name != "quarter"}
    words += [text for name, value in own.items() for text in ("-p", f"{name}={value}")]
    lines = [f"SOURCE_DATE_EPOCH={epoch(day)} {shlex.join(words)}"]
    if edition["kind"] == "demonstration":
        lines.insert(0, f"make {_DEMONSTRATION_STORE}")
    return PAGES("passport", entry, edition, day, "\n".join(lines), origins)


# --- Practice sheets as pages that both publishers read


def sheet_page(sheet: PracticeSheet, practices: Practices, catalogue: Catalogue) -> str:
    """The page of a sheet, as Quarto Markdown: what it is of, what to redo and avoid, its text."""
    named = [("Organisme", catalogue.peers[sheet.peer].label)] if sheet.peer else []
    named += [
        (term, practices.label(sort, name, catalogue))
        for term, sort in (("Outil", "tool"), ("Méthode", "method"))
        if (name := getattr(sheet, sort))
    ]
    header = {
        "title": str(plain(typography(sheet.title))),
        "description": str(plain(_WORDS("about", sheet, named))),
        "order": -sheet.date.toordinal(),  # the newest first
        "date": sheet.date.isoformat(),
        "format": "html",
        "toc": False,
    }
    products = french.join(catalogue.products[name].label for name in sheet.products)
    department = catalogue.departments[sheet.department].label
    text = PAGES("sheet", sheet, named, products, department)
    return f"{as_front_matter(header)}\n{text}\n"


def notices(manifest: Mapping[str, Any]) -> list[str]:
    """The callouts of an edition's home page: synthetic data, pages that could not be made."""
    found = [DEMONSTRATION] if manifest["kind"] == "demonstration" else []
    failed = [study["title"] for study in manifest["studies"] if "error" in study]
    is_partial = any(study.get("asked") is False for study in manifest["studies"])
    if failed or is_partial:
        found.append(PAGES("partial", failed, french.join(failed), is_partial))
    return found


def with_callouts(text: str, callouts: Iterable[str]) -> str:
    """A Markdown page with callouts after its front matter."""
    head, mark, body = text.partition("\n---\n") if text.startswith("---") else ("", "", text)
    parts = [(head + mark).strip(), *callouts, body.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def with_part(text: str, name: str, part: str) -> str:
    """A page with a part at its place, between two comments, where it has such a place."""
    before, begin, rest = text.partition(f"<!-- {name} -->")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not begin or not end:
        return text
    return f"{before}{begin}\n\n{part.strip()}\n\n{end}{after}"


def with_package(text: str, edition: Path, package: Collection[str]) -> str:
    """The home page with links to the edition's data files, where it has a place for them."""

    def size(name: str) -> str:
        kind = name.rpartition(".")[2].upper().replace("JSONLD", "JSON-LD")
        kilobytes = max(1, round((edition / name).stat().st_size / 1000))
        return f"{kind}, {french.number(kilobytes)}{french.NBSP}ko"

    links = PAGES("package", package, size)
    return with_part(text, "donnees", links) if links else text


_EACH = {1: "par mois", 3: "par trimestre", 12: "sur un an"}


def with_attack(text: str, quarter: str, report: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The method page with what the edition's own attack found, where it has a place for it."""
    series = []
    for device, *_, question, months in report["wide"]:
        known = catalogue.devices.get(device)
        indicator = next(name for name, measure in measured_by(question).items() if measure.scale)
        label, each = catalogue.indicators[indicator].label, _EACH.get(months, "par période")
        series.append(f"{known.label if known else device} ({label}, {each})")
    return with_part(text, "attaque", PAGES("attack", quarter, report, series))


# --- The main points of an edition as its front page tells them, with a small line for each

_FOLDER = "main_points"  # of the small lines, beside the page
_EASY = "facile"  # the page in easy French
_PLACE = [*SUBJECT_OF_PAIRS, "period"]


def plain_headline(
    frame: pd.DataFrame, pairs: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> str:
    """The edition in a sentence, as plain text (see `front_page`)."""
    points = main_points.select_points(main_points.ranked_changes(pairs, frame, quarter))
    return typography(_first(points, _doubts(points, frame), catalogue))


def front_page(
    frame: pd.DataFrame,
    pairs: pd.DataFrame,
    catalogue: Catalogue,
    actions: Iterable[Action],
    quarter: Quarter,
    pages: Collection[str],
) -> tuple[str, dict[str, bytes]]:
    """The main points as Markdown, and their small lines as SVG, by their paths beside the page."""
    ranked = main_points.ranked_changes(pairs, frame, quarter)
    points = main_points.select_points(ranked)
    doubts = _doubts(points, frame)
    pictures, blocks = {}, []
    known, say = list(actions), templates.narrative("main_points")
    since = "Dans l'intervalle : {} ({}). Ce n'est pas une preuve de cause à effet."
    for number, point in enumerate(estimates.records(points), 1):
        series = main_points.point_series(point, frame)
        name = f"{_FOLDER}/{number}.svg"
        pictures[name] = small_line(series["estimate"].tolist()).encode()
        title: str = say.point_title(point, catalogue)
        if (page := f"fiche_produit-{point['product']}") in pages:
            title = markdown("[{}]({})", title, Markdown(f"{page}.ipynb"))
        done = main_points.followed_by(point, known)
        details = [say.detail(point, catalogue)]
        details += [since.format(action.title, french.day_label(action.date)) for action in done]
        figure, told = main_points.point_number(point, catalogue), line_told(series, catalogue)
        doubt = doubts.get(_named(point), "")
        blocks.append(drawn.point(title, figure, details, name, told, doubt))
    year = main_points.on_a_year(pairs, quarter)
    text = PAGES(
        "front",
        _first(points, doubts, catalogue),
        drawn.points(blocks) if blocks else "",
        say.other_changes(year, ranked, points, catalogue),
        _EASY in pages,
    )
    return text, pictures


def told_at_front(frame: pd.DataFrame, pairs: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The estimates that the front page tells: its points, their changes and their small lines."""
    points = main_points.select_points(main_points.ranked_changes(pairs, frame, quarter))
    sides = [side_of(points, side) for side in ("", estimates.REFERENCE)]
    lines = [main_points.point_series(point, frame) for point in estimates.records(points)]
    names = ["product", "channel", "device", "period"]
    changes = points[names].assign(indicator=points["indicator"] + "_yoy")
    changed = changes.merge(frame, on=["indicator", *names])[estimates.COLUMNS]
    counted = frame[frame["indicator"].isin(OUTCOMES) & (frame["group"] == "")]
    doubted = counted.merge(_fragile(points, frame)[_PLACE], on=_PLACE)[estimates.COLUMNS]
    told = [*sides, *lines, changed, doubted]
    return pd.concat(told).drop_duplicates(ignore_index=True)


def _fragile(points: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The points that hold in too few of their calculations (see `calculation_counts`)."""
    places = points.loc[points["indicator"] == HEADLINE, _PLACE]
    found = calculation_counts(frame.merge(places, on=_PLACE))
    return found[found["fragile"]]


def _doubts(points: pd.DataFrame, frame: pd.DataFrame) -> dict[tuple[str, ...], str]:
    """In how many calculations each fragile point holds, in words, by what names the point."""
    told = "fragile : s'accorde avec {} calculs sur {}"
    return {
        (HEADLINE, *(row[name] for name in _PLACE)): told.format(
            french.number(row["held"]), french.number(row["made"])
        )
        for row in _fragile(points, frame).to_dict("records")
    }


def _named(point: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(point[name] for name in ("indicator", *_PLACE))


def _first(
    points: pd.DataFrame, doubts: Mapping[tuple[str, ...], str], catalogue: Catalogue
) -> str:
    """The edition in a sentence, and whether it is fragile."""
    said: str = templates.narrative("main_points").edition_headline(points, catalogue)
    if not any(_named(point) in doubts for point in estimates.records(points.head(1))):
        return said
    return f"{said} Ce constat est fragile."


# --- Errata as readers meet them: on pages that tell their figures, on a page of all, in the feed

HOME, METHOD = "index", "methode"  # the fixed pages that tell figures
Borne = Mapping[str, Mapping[str, Any]]  # by its id: `digest`, and the `pages` that tell it
_Texts = tuple[str, str, str]


def of_edition(request: Request, rows: pd.DataFrame) -> pd.DataFrame:
    """The errata of an edition, by its estimates (see `revisions.borne_errata`)."""
    before = archive.earlier(request.data)
    return revisions.borne_errata(request.errata, rows, before, request.quarter)


def by_page(request: Request, folder: Path) -> dict[str, pd.DataFrame]:
    """Which errata each page of an edition's folder tells the figures of, by the pages' names.

    One of which no page tells a figure, as of what was withdrawn, is told by the home page.
    """
    rows, pairs = archive.archive_tables(folder)
    own = of_edition(request, rows)
    if own.empty:
        return {}
    told = {path.stem: finalise.told_on(path.read_text("utf-8")) for path in folder.glob("*.ipynb")}
    if (request.root / "reports" / f"{METHOD}.qmd").exists():
        now = archive.in_the_making(rows, request.quarter, request.today)
        before = archive.earlier(request.data)
        told[METHOD] = vintages.told_in_triangles(now, before, request.catalogue)
    told[HOME] = told_at_front(rows, pairs, request.quarter)
    keys = revisions.keys_of(own)
    found = {page: keys.isin(revisions.keys_of(rows)) for page, rows in told.items()}
    found[HOME] |= ~pd.DataFrame(found).any(axis=1).to_numpy()
    return {page: own[which] for page, which in sorted(found.items()) if which.any()}


def borne(request: Request, folder: Path) -> dict[str, dict[str, Any]]:
    """What the manifest of the edition in a folder says of the errata that it bears."""
    own = of_edition(request, archive.archive_tables(folder)[0])
    told = {page: {*rows["erratum"]} for page, rows in by_page(request, folder).items()}
    return {
        name: {"digest": digest, "pages": [page for page, names in told.items() if name in names]}
        for name, digest in revisions.errata_digests(own).items()
    }


def unborne(root: Path, data: Path, but: Quarter | None, today: date) -> dict[str, str]:
    """The editions of the site that do not bear the errata of what they tell, with these."""
    site = root / "reports" / "_site"
    has = {
        one.quarter: record.errata(site / one.quarter) for one in record.published_editions(site)
    }
    if not revisions.load_errata(root / "reports") and not any(has.values()):
        return {}
    left_out = str(but or store.latest_quarter(data, today))
    known, told = revisions.known_errata(root, data, today), archive.earlier(data)
    last = {one.quarter: one.told.estimates for one in told}
    found = {}
    for quarter in sorted(has.keys() & last.keys() - {left_out}):
        own = revisions.borne_errata(known, last[quarter], told, quarter)
        wanted = revisions.errata_digests(own)
        there = {name: one["digest"] for name, one in has[quarter].items()}
        if names := sorted({name for name, _ in wanted.items() ^ there.items()}):
            found[quarter] = bounded(names)
    return found


def callouts(rows: pd.DataFrame, catalogue: Catalogue) -> list[Markdown]:
    """A callout for each erratum of a page, the latest first."""
    return [PAGES("callout", *told) for told in latest_first(rows, catalogue)]


def latest_first(
    rows: pd.DataFrame, catalogue: Catalogue
) -> list[tuple[estimates.Row, list[_Texts]]]:
    """Of each erratum what all its figures have, and the name and values of each."""
    every = [estimates.records(own) for _, own in rows.groupby("erratum", sort=False)]
    return [(own[0], [_figure(row, catalogue) for row in own]) for own in reversed(every)]


def _figure(row: estimates.Row, catalogue: Catalogue) -> _Texts:
    """The name of a figure, its value as told and as it is; none, again, where it is withdrawn."""
    name = f"{vintages.figure_label(row, catalogue)}, {words.label(row, 'period', catalogue)}"
    if math.isnan(row["corrected"]):
        return name, "", ""
    indicator = words.indicator_of(row["indicator"], catalogue)
    published, corrected = (
        words.value({"estimate": row[key], "unit": row["unit"], "status": ""}, indicator)
        for key in ("published", "corrected")
    )
    return name, published, corrected


def errata_summaries(known: pd.DataFrame, catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    """What the feed says of each erratum: its id, its day, its title, what to read and why."""
    return [
        (one["erratum"], one["day"], _WORDS("title", one), _WORDS("summary", one, figures))
        for one, figures in latest_first(known, catalogue)
    ]
