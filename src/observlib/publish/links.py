"""Check a made site before readers see it: every link and picture leads somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


def broken_links(site: Path) -> list[str]:
    """One line for each link, picture or fragment of the site that leads nowhere.

    Also an identifier that a page gives twice. Addresses outside the site are not looked up.
    """
    return [f"{name}: {text}" for name, found in by_page(site).items() for text in found]


def by_page(site: Path, read: Mapping[str, Read] | None = None) -> dict[str, list[str]]:
    """What `broken_links` says, by the path of the page that has it.

    `read` holds the pages that `read_page` has read already, by their paths in the site.
    """
    site = site.resolve()
    known = read or {}
    names = {path: path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))}
    pages = {path: known.get(name) or read_page(_text(path)) for path, name in names.items()}
    problems: dict[str, list[str]] = {}
    for path, page in pages.items():
        twice = [identifier for identifier, count in Counter(page.ids).items() if count > 1]
        found_here = [f"identifier {identifier!r} is given twice" for identifier in twice]
        for target in dict.fromkeys(page.targets):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not found.is_file() or not found.is_relative_to(site):
                found_here.append(f"{target!r} leads to no file of the site")
            elif (
                parts.fragment
                and found in pages
                and unquote(parts.fragment) not in pages[found].ids
            ):
                found_here.append(f"{target!r} leads to no place of its page")
        if found_here:
            problems[names[path]] = found_here
    return problems


class Read(HTMLParser):
    """The identifiers of a page, and where its links and pictures lead."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if key == "id" and value:
                self.ids.append(value)
            elif key in ("href", "src") and value:
                self.targets.append(value)


def read_page(text: str) -> Read:
    """Read the HTML of a page."""
    page = Read()
    page.feed(text)
    return page


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
