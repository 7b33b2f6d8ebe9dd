"""The menu of a site: its entries, in the sections that it or their pages name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath


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
