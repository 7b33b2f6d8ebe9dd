"""One page of the site: its text by pandoc, in the frame that all pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from observlib.language import french
from observlib.language.prose import plain
from observlib.publish import pandoc
from observlib.publish.links import Entry
from observlib.publish.project import HOME, Page, Project

_DOWNLOADS = "<!-- downloads -->"
CARD = 100  # letters above which a card has no other sentence
BRIEF = 14  # headings up to which their list is seen whole beside the text


def page_html(project: Project, page: Page, markdown: str, folder: Path | None = None) -> str:
    """The whole HTML document of a page, but for the links that `with_downloads` puts in."""
    root = "../" * (len(page.source.parts) - 1)
    headings = len(re.findall(r"^##+ ", markdown, re.M))
    sections = [entry for entry in project.navigation if entry.entries]
    variables: dict[str, Any] = {
        "sitetitle": escape(project.brand.name),
        "edition": escape(project.manifest.label),
        "made": project.manifest.made.isoformat(),
        "root": root,
        # the list of editions has none: the front page is the latest edition's
        "front": f"{root}{'' if project.manifest.pages else '../'}index.html",
        "logo": f"{root}{project.brand.logo}" if project.brand.logo else "",
        "alternative": escape(project.brand.alternative),
        "home": page.source == HOME and bool(project.manifest.pages),
        "navigation": [
            _entry(item, page, root, item in sections[:1]) for item in project.navigation
        ],
        "trail": [_entry(entry, page, root) for entry in project.trail(page.source)],
        "downloads": _DOWNLOADS,
        "footer": footer(project, root),
        "language": page.meta.get("lang", ""),  # of its text; what stands around it is French
        "outline": page.meta.get("toc", True) and headings > 1,
        "brief": headings <= BRIEF,
    }
    return pandoc.convert(
        with_listings(markdown, project, page),
        "html",
        name=str(project.folder / page.source),
        template=pandoc.TEMPLATES / "page.html",
        variables=variables,  # the empty ones too: else a text could set them in its metadata
        metadata=metadata(project, page, root),
        filters=project.filters,
        folder=folder,
    )


def with_downloads(text: str, downloads: Sequence[Mapping[str, str]]) -> str:
    """The document with links to the page's other forms: `text`, `href` and `detail` of each.

    They tell sizes, and the other forms are made while pandoc makes the document.
    """
    items = ""
    for link in downloads:
        href, name, detail = (escape(link[key]) for key in ("href", "text", "detail"))
        items += f'<li><a href="{href}" download>{name} <span>({detail})</span></a></li>\n'
    shown = f'<ul class="downloads" aria-label="Télécharger">\n{items}</ul>\n' if items else ""
    return text.replace(f"{_DOWNLOADS}\n", shown, 1)


def with_listings(markdown: str, project: Project, page: Page) -> str:
    """The text with the lists of pages that its front matter asks for.

    Each is a list of links, or of cards where its `fields` hold `description`, by the sections of
    its pages; it takes the place of the empty division that has its `id`, or goes to the end.
    """
    for listing, pages in project.listings(page):
        cards = "description" in listing.get("fields", ())
        block = _list_of(pages, cards) if pages else "Aucune page publiée.\n"
        name = re.escape(str(listing.get("id") or "listing"))
        place = re.search(rf"(?m)^:{{3,}} *\{{#{name}\}} *\n:{{3,}} *$", markdown)
        start, end = place.span() if place else (len(markdown), len(markdown))
        markdown = f"{markdown[:start]}\n\n{block}{markdown[end:]}"
    return markdown


def _list_of(pages: Sequence[Page], cards: bool) -> str:
    by_section: dict[str, list[str]] = {}
    for page in pages:
        by_section.setdefault(page.section, []).append(_listed(page, cards))
    kind = "cards" if cards else "links"
    return "\n".join(
        (f"### {plain(section)}\n\n" if len(by_section) > 1 else "")
        + "\n".join([f"::: {{.{kind}}}", *items, ":::\n"])
        for section, items in by_section.items()
    )


def _listed(page: Page, card: bool) -> str:
    link = f"[{page.meta['title']}](/{page.source})"
    # and not by split(), which takes non-breaking spaces for others
    finding = re.sub(r"[ \n]+", " ", str(page.meta.get("description") or "")).strip(" ")
    return f"- ### {link}\n\n  {opening(finding)}\n" if card else f"- {link}"


def opening(finding: str) -> str:
    """The first sentences of a finding, whole, as many as make a hundred letters.

    Examples
    --------
    >>> opening("Chiffres synthétiques. Huit usagers sur dix sont satisfaits.")
    'Chiffres synthétiques. Huit usagers sur dix sont satisfaits.'
    >>> opening("Un. " + "Les visites " * 9 + "progressent. « Trop long » pour une carte.")[-12:]
    'progressent.'
    """
    said, *rest = re.split(r"(?<=[.!?]) (?=[A-ZÀ-Ý0-9«])", finding)
    for sentence in rest:
        if len(said) < CARD:
            said = f"{said} {sentence}"
    return said


def metadata(project: Project, page: Page, root: str = "") -> dict[str, Any]:
    """Pandoc's metadata for every page: language, day, bibliography, way to the site's root.

    Also the names of the edition's pages that are not there: a link to one is its text alone.
    """
    style = project.config.get("csl")
    return {
        "lang": page.meta.get("lang", "fr-FR"),
        "root": root,
        "madelong": french.day_label(project.manifest.made),
        "link-citations": True,
        "absent": list(project.manifest.absent),
        "bibliography": [pandoc.address(path.resolve()) for path in project.bibliography],
        **({"csl": pandoc.address((project.folder / style).resolve())} if style else {}),
    }


def footer(project: Project, root: str) -> str:
    """The footer of `_quarto.yml`: texts in Markdown, or a list of links."""
    raw = project.website.get("page-footer") or {}
    parts = raw if isinstance(raw, dict) else {"center": raw}
    texts = []
    for side in ("left", "center", "right"):
        part = parts.get(side)
        if isinstance(part, list):
            links = [f"- [{item['text']}]({item['href']})" for item in part if "href" in item]
            part = "\n".join(links)
        if part:
            texts.append(str(part))
    return _footer(
        "\n\n".join(texts), f"{project.folder / '_quarto.yml'}: website.page-footer", root
    )


@cache
def _footer(text: str, name: str, root: str) -> str:
    return pandoc.convert(text, "html", name=name, metadata={"root": root})


def _entry(entry: Entry, page: Page, root: str, unfolded: bool = False) -> dict[str, Any]:
    """What the menu and the way back show of an entry, on a page."""
    inside = [_entry(child, page, root) for child in entry.entries]
    return {
        "text": escape(entry.text),
        "href": root + entry.href if entry.href else "",
        "current": entry.page == page.source,
        "entries": inside,
        "open": unfolded or any(child["current"] for child in inside),
    }
