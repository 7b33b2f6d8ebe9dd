"""Check the pages of a site before readers see them: every link and picture leads somewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_INSIDE = r"""(?:[^>"']++|"[^"]*"|'[^']*')*+"""  # of a tag: its values may hold what ends one
_TAG = re.compile(
    rf"<(?:!--.*?-->|(?P<raw>(script|style)\b{_INSIDE}>).*?</\2\s*>|(?P<tag>[a-z]{_INSIDE}>))",
    re.S | re.I,
)
_ATTRIBUTE = re.compile(r"""\s([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
# what stands beside an edition in the whole site: looked up once that is made
_BESIDE = re.compile(r"index\.html|series\.csv|feed\.xml|calendrier\.ics|(editions|\d{4}-T\d)/.+")


class PageLinks(NamedTuple):
    """The identifiers of a page, and where its links and pictures lead."""

    ids: list[str]
    targets: list[str]


def links_of(page: str) -> PageLinks:
    """What a page of HTML holds; what its scripts, styles and comments hold leads nowhere.

    An edition has hundreds of pages: the standard library's parser takes three times as long.

    Examples
    --------
    >>> links_of('<h2 id="a">A</h2><!-- <a href="b"> --><img src=c.png><a href="d?e&amp;f">')
    PageLinks(ids=['a'], targets=['c.png', 'd?e&f'])
    """
    found = PageLinks([], [])
    into = {"id": found.ids, "href": found.targets, "src": found.targets}
    for tag in _TAG.finditer(page):
        for name, *values in _ATTRIBUTE.findall(tag["raw"] or tag["tag"] or ""):
            if (place := into.get(name.lower())) is not None and (value := "".join(values)):
                place.append(unescape(value))
    return found


def broken_links(site: Path, pages: Mapping[str, PageLinks]) -> dict[str, list[str]]:
    """A line for each link, picture or fragment of a page that leads nowhere, by the page's path.

    Also for an identifier that a page gives twice. Addresses outside the site are not looked up,
    nor what stands beside an edition in the whole site.
    """

    @cache  # most links are those of the menu, which all pages have
    def found_at(folder: Path, name: str) -> tuple[Path, bool]:
        target = (folder / unquote(name)).resolve()
        return target, target.is_file()

    site = site.resolve()
    ids = {site / name: set(page.ids) for name, page in pages.items()}
    problems: dict[str, list[str]] = {}
    for name, page in pages.items():
        path = site / name
        given = Counter(page.ids).items()
        found = [f"identifier {name!r} is given twice" for name, count in given if count > 1]
        for link in dict.fromkeys(page.targets):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target, is_file = found_at(path.parent, parts.path) if parts.path else (path, True)
            beside = target.is_relative_to(site.parent) and not target.is_relative_to(site)
            if beside and _BESIDE.fullmatch(target.relative_to(site.parent).as_posix()):
                continue
            if not is_file or not target.is_relative_to(site):
                found.append(f"{link!r} leads to no file of the site")
            elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
                found.append(f"{link!r} leads to no place of its page")
        if found:
            problems[name] = found
    return problems


# --- The menu of a site: its entries, in the sections that it or their pages name


@dataclass(frozen=True)
class Entry:
    """An item of the navigation; `page` is None for the title of a section.

    `address` is of a page that stands beside the project, from its root: `../editions/index.html`.
    """

    text: str
    page: PurePosixPath | None = None
    entries: tuple[Entry, ...] = ()
    address: str = ""

    @property
    def href(self) -> str:
        """Where it leads, from the site's root; nothing of a section."""
        return str(self.page.with_suffix(".html")) if self.page else self.address


def flat(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that lead to a page, in reading order."""
    for entry in entries:
        if entry.page:
            yield entry
        yield from flat(entry.entries)


def in_sections(entries: Sequence[Entry], sections: Mapping[PurePosixPath, str]) -> Iterator[Entry]:
    """The navigation, in which a page that no section holds stands in that of its front matter."""
    there = {entry.text for entry in entries if entry.entries}
    own: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.page and (section := sections[entry.page]):
            own.setdefault(section, []).append(entry)
    for entry in entries:
        section = sections.get(entry.page, "") if entry.page else ""
        if entry.entries:
            yield replace(entry, entries=(*own.get(entry.text, ()), *entry.entries))
        elif not section:
            yield entry
        elif section not in there and own[section][0] is entry:
            yield Entry(section, None, tuple(own[section]))
