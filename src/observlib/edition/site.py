"""The whole site around an edition: the others as they were published, and what leads to them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from observlib.base import kept
from observlib.base.errors import ObservError, UsageError, bounded
from observlib.base.yaml_files import as_front_matter, dump, mapping, read_text
from observlib.catalogue import Catalogue
from observlib.display import style
from observlib.edition import errata_page
from observlib.edition.notices import with_notices, with_part
from observlib.edition.plan import Request
from observlib.language.prose import Markdown, plain
from observlib.pipeline import archive, project, revisions
from observlib.publish.editions import feeds, record, reviews, vintages
from observlib.publish.editions.record import Edition
from observlib.publish.pages import macros
from observlib.publish.project import broken_links, links_of

PAGES = macros(__file__)
_FOLDER = "editions"
_MADE = "pages.json"  # of what is kept
_SERIES = "Séries publiées"
_PAGES = {
    "_editions.qmd": "index.qmd",
    "_calendar.qmd": "calendrier.qmd",
    "_reviews.qmd": f"{reviews.PAGE}.qmd",
    "_errata.qmd": f"{revisions.ERRATA_PAGE}.qmd",
    "_series.qmd": "series.qmd",
}
# the addresses of a page that lead from where it stands, but for its own
_ADDRESS = re.compile(
    r'(\s(?:href|src|srcset|data-root)=")(?![#/]|\w[\w+.-]*:|(?:\./)?index\.html")'
)
_OFFSET = re.compile(r'(name="quarto:offset" content=")')


def check_kind(site: Path, kind: str) -> None:
    """Refuse to publish synthetic figures in the place of real ones."""
    real = [one.quarter for one in record.published(site) if one.kind == "real"]
    if kind != "real" and real:
        raise UsageError(
            f"{site}: holds editions of real data ({bounded(real)}), which synthetic figures do "
            "not replace; publish the demonstration from another copy of the project"
        )


def carry(site: Path, whole: Path, but: str, kind: str) -> list[Edition]:
    """Put the editions that stay into a new site, to the byte; they are returned."""
    stay = [one for one in record.published(site) if one.quarter != but and one.kind == kind]
    problems = []
    for edition in stay:
        folder = site / edition.quarter
        found = record.files_of(folder)
        wrong = sorted({name for name, _ in found.items() ^ edition.files.items()})
        if wrong:
            problems.append(
                f"{folder}: is not as it was published ({bounded(wrong)}); take away what was "
                "added, bring it back from a copy, or publish it again: `observ edition "
                f"{edition.quarter}`"
            )
        shutil.copytree(folder, whole / edition.quarter, copy_function=_same)
    if problems:
        raise ObservError(*problems)
    return stay


def _same(source: str, target: str) -> None:
    """The same file at another place: one on the disk where that can be, else a copy."""
    with contextlib.suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)


def complete(
    request: Request, whole: Path, sources: Path, publish: Callable[[Path, Path], object]
) -> None:
    """Make what leads to the editions of a site: front page, list, series, feed, calendar."""
    root, data, corrected = request.root, request.data, request.errata
    calendar, read = feeds.load_calendar(data, root), reviews.Review.load(root / "reports")
    editions = record.published(whole)
    config = mapping(read_text(sources / "_quarto.yml"), sources / "_quarto.yml")
    website = config.get("website") or {}
    title = style.read_brand(sources).name
    site = str(website.get("site-url") or "")
    site += "/" * (site != "" and not site.endswith("/"))
    summaries = errata_page.summaries(corrected, request.catalogue)
    (whole / feeds.FEED).write_bytes(feeds.feed(editions, title, site, summaries))
    (whole / feeds.CALENDAR).write_bytes(feeds.calendar(editions, calendar, title, site))
    catalogue = revisions.with_errata(request.catalogue, corrected)
    found = _series(request, catalogue, editions[0].is_demonstration)
    (whole / vintages.SERIES).write_bytes(found[vintages.SERIES])
    products, changes = json.loads(found[_MADE])
    studies = {edition.quarter: record.studies(whole / edition.quarter) for edition in editions}
    borne = {edition.quarter: record.errata(whole / edition.quarter) for edition in editions}
    parts = {
        "editions": _list(editions, changes, read, borne),
        **feeds.calendar_parts(editions, calendar),
        "relectures": reviews.part(editions, studies, read),
        "errata": errata_page.part(corrected, editions, studies, borne, catalogue),
    }
    _write_project(sources, config, editions, parts, products, changes)
    publish(sources, whole / _FOLDER)
    latest = editions[0].quarter
    home = (whole / latest / "index.html").read_text(encoding="utf-8")
    (whole / "index.html").write_text(moved(home, latest), encoding="utf-8", newline="\n")
    for page in (whole / "index.html", *(whole / _FOLDER).glob("*.html")):
        _add_feed(page, "../" if page.parent != whole else "")
    _check(whole, str(request.quarter))


def _series(request: Request, catalogue: Catalogue, is_demonstration: bool) -> Mapping[str, bytes]:
    """All that was published as CSV, and the pages of series and of changes; kept."""
    data, root = request.data, request.root

    def make() -> dict[str, bytes]:
        published = archive.earlier(data)
        told = vintages.tellings(published)
        rows = vintages.series_csv(told, catalogue, is_demonstration)
        pages = [
            vintages.series_pages(told, catalogue),
            vintages.difference_pages(published, catalogue),
        ]
        return {vintages.SERIES: rows.encode("utf-8"), _MADE: json.dumps(pages).encode()}

    of = {
        **kept.code(__name__),
        **project.knowledge(data, root),
        **project.policy(data, root),
        **kept.tree("what was published", data / archive.FOLDER),
        "the errata": kept.digest(request.errata.to_csv(index=False).encode()),
    }
    return kept.made(root / kept.FOLDER / "site", "series", of, make)


def moved(page: str, folder: str) -> str:
    """An HTML page of a folder as it stands above that folder: its links lead to the same places.

    Examples
    --------
    >>> moved('<a href="panorama.html#a">Panorama</a> <a href="#b"> <a href="index.html">', "T3")
    '<a href="T3/panorama.html#a">Panorama</a> <a href="#b"> <a href="index.html">'
    >>> moved('<a href="../editions/index.html"> <a href="https://www.example.org/">', "T3")
    '<a href="editions/index.html"> <a href="https://www.example.org/">'
    """
    page = _OFFSET.sub(rf"\g<1>{folder}/", page)
    return _ADDRESS.sub(rf"\g<1>{folder}/", page).replace(f'="{folder}/../', '="')


def _add_feed(page: Path, root: str) -> None:
    """Let readers' programs find the feed from a page."""
    link = f'<link rel="alternate" type="application/atom+xml" href="{root}{feeds.FEED}">'
    text = page.read_text(encoding="utf-8").replace("</head>", f"{link}\n</head>", 1)
    page.write_text(text, encoding="utf-8", newline="\n")


def _write_project(
    sources: Path,
    config: dict[str, Any],
    editions: Sequence[Edition],
    parts: Mapping[str, str],
    products: Mapping[str, tuple[str, Markdown]],
    changes: Mapping[str, tuple[str, str, Markdown]],
) -> None:
    """Make of the copied sources the project of the list of editions, series and changes."""
    latest = editions[0]
    changed = max(edition.changed for edition in editions).isoformat()
    about = {"quarter": latest.quarter, "kind": latest.kind, "published": changed, "studies": []}
    (sources / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    parts = {**parts, "series": PAGES("products", products)}
    pages = {page: read_text(sources / source) for source, page in _PAGES.items()}
    for name, (title, tables) in products.items():
        pages[f"{name}.qmd"] = _with_title(f"{_SERIES} : {title}", PAGES("series", tables))
    for name, title, told in changes.values():
        pages[f"{name}.qmd"] = _with_title(title, told)
    for page, text in pages.items():
        for place, part in parts.items():
            text = with_part(text, place, part)
        text = with_notices(text, about)
        (sources / page).write_text(text, encoding="utf-8", newline="\n")
    listed = [{"href": f"{name}.qmd", "text": title} for name, (title, _) in products.items()]
    contents = [
        {"href": "../index.html", "text": "Dernière édition"},
        "index.qmd",
        "calendrier.qmd",
        f"{reviews.PAGE}.qmd",
        f"{revisions.ERRATA_PAGE}.qmd",
        *({"href": f"{name}.qmd", "text": title} for name, title, _ in changes.values()),
        {"section": _SERIES, "contents": ["series.qmd", *listed]},
    ]
    config["project"] = {**(config.get("project") or {}), "render": [*pages]}
    website = config["website"] = config.get("website") or {}
    website["sidebar"] = {**(website.get("sidebar") or {}), "contents": contents}
    # what the footer leads to is the latest edition's
    text = re.sub(r"href: /([\w-]+)\.qmd", rf"href: ../{latest.quarter}/\1.html", dump(config))
    (sources / "_quarto.yml").write_text(text, encoding="utf-8", newline="\n")


def _with_title(title: str, text: str) -> str:
    header = as_front_matter({"title": str(plain(title)), "format": "html", "toc": False})
    return f"{header}\n{text}\n"


def _list(
    editions: Sequence[Edition],
    changes: Mapping[str, tuple[str, str, Markdown]],
    read: Sequence[reviews.Review],
    borne: Mapping[str, errata_page.Borne],
) -> str:
    """The editions, each with its days, its headline and what it leads to."""
    return PAGES(
        "editions",
        [
            (
                edition,
                reviews.badge(edition, read),
                next((name for name in edition.files if name.endswith(".zip")), ""),
                changes.get(edition.quarter),
                len(borne[edition.quarter]),
            )
            for edition in editions
        ],
    )


def _check(whole: Path, quarter: str) -> None:
    """Raise where a page of the new site leads out of its folder to no place."""
    paths = [
        whole / "index.html",
        *(whole / _FOLDER).rglob("*.html"),
        *(whole / quarter).rglob("*.html"),
    ]
    pages = {}
    for path in paths:
        page = links_of(path.read_text(encoding="utf-8"))
        if path.parent != whole:  # what stays in its folder was looked up when that was made
            page = page._replace(targets=[x for x in page.targets if x.startswith("../")])
        pages[path.relative_to(whole).as_posix()] = page
    if found := broken_links(whole, pages):
        raise ObservError(*(f"{name}: {line}" for name, lines in found.items() for line in lines))
