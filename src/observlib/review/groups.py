"""What a review found, study by study: each with its pages, PDF, data, notebook and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from observlib.base.errors import visible
from observlib.publish.downloads import COMPARISONS
from observlib.publish.editions import record
from observlib.publish.editions.reviews import CLOSE, DIFFERS, NOT_RUN, REPRODUCED
from observlib.review.comparison import LEAST, Difference, Language, Word, digests, told, weight

_SEVERAL = 3  # groups in which a change is told once for all
# what belongs to no study, by the first part of its name; the rest is other pages, or how all look
_OTHERS = {
    "index.html": "home",
    "main_points": "home",
    "methode.html": "method",
    "donnees": "data",
    "documentation": "documentation",
    "practices": "practices",
    **dict.fromkeys((record.NAME, record.BUILD, record.CRATE), "manifest"),
}


@dataclass(frozen=True)
class Group:
    """A study, by the name and title of its page, or what belongs to none (`is_study`).

    `files` were compared, `differing` are those that differ; `differences` tell where, what says
    most first.
    """

    name: str
    title: str
    is_study: bool
    verdict: str
    files: int
    differing: tuple[str, ...]
    differences: tuple[Difference, ...]

    def called(self, language: Language = "en") -> str:
        """Its title."""
        return visible(self.title) if self.is_study else told(Word(self.title), language)

    def as_dict(self) -> dict[str, Any]:
        """What was found of it, for programs; where it differs, the review says by file."""
        about = {"name": self.name, "title": self.called(), "verdict": self.verdict}
        return {**about, "files": self.files, "differing": list(self.differing)}


@dataclass(frozen=True, eq=False)
class Change:
    """What differs alike in one place or many: its first place in each group, and all its files."""

    places: dict[str, Difference]
    files: tuple[str, ...]

    @property
    def first(self) -> Difference:
        """The place that tells most."""
        return min(self.places.values(), key=weight)


def verdict(differences: Iterable[Difference], not_run: Iterable[str]) -> str:
    """`reproduced`, `within tolerance`, `differs`, or `cannot be run`."""
    found = list(differences)
    if any(not one.is_close for one in found):
        return DIFFERS
    if list(not_run):
        return NOT_RUN
    return CLOSE if found else REPRODUCED


def group_of(file: str, studies: Mapping[str, str]) -> str:
    """The group of a file: the page of its study, or what it belongs to.

    Examples
    --------
    >>> pages = {"contacts": "Appels et courriels"}
    >>> [group_of(name, pages) for name in ("contacts/fig-a.svg", "contacts-comparaisons.csv")]
    ['contacts', 'contacts']
    >>> [group_of(name, pages) for name in ("donnees/estimates.csv", "glossaire.html", "site.css")]
    ['data', 'pages', 'look']
    """
    first = PurePosixPath(file).parts[0]
    stem = first.removesuffix(COMPARISONS) if first.endswith(COMPARISONS) else first
    page = stem if "/" in file else PurePosixPath(stem).stem
    if page in studies:
        return page
    if first in _OTHERS:
        return _OTHERS[first]
    if first.startswith("edition-"):
        return "whole"
    return "pages" if first.endswith(".html") else "look"


def groups(
    files: Iterable[str],
    studies: Mapping[str, str],
    differences: Iterable[Difference],
    not_run: Iterable[str],
) -> list[Group]:
    """What was found, by study in the edition's order, then of what belongs to none."""
    of: dict[str, list[Difference]] = {name: [] for name in studies}
    for one in differences:
        of.setdefault(group_of(one.file, studies), []).append(one)
    names = {*files, *(one.file for found in of.values() for one in found)}
    counts = Counter(group_of(name, studies) for name in names)
    reasons = tuple(not_run)
    return [
        Group(
            name,
            studies.get(name, f"group_{name}"),
            name in studies,
            verdict(of.get(name, ()), reasons),
            counts[name],
            tuple(sorted({one.file for one in of.get(name, ())})),
            tuple(sorted(of.get(name, ()), key=weight)),
        )
        for name in [*studies, *sorted(counts.keys() - studies.keys())]
    ]


def changes(found: Iterable[Group]) -> tuple[list[Change], dict[str, list[Change]]]:
    """What differs alike in several groups, and what in each of one or two, by its name.

    What says most comes first: what is measured, then what is read, then what follows from these.
    Digests are left out of a group in which they follow from what differs in several.
    """
    alike: dict[Hashable, list[tuple[str, Difference]]] = {}
    for group in found:
        for one in group.differences:
            if one.where.kind != "more" and not one.is_close:
                alike.setdefault(_what(one), []).append((group.name, one))
    made = [
        Change(_first_of_each(places), tuple(dict.fromkeys(one.file for _, one in places)))
        for places in alike.values()
    ]
    made.sort(key=lambda change: (weight(change.first), -len(change.places)))
    several = [change for change in made if len(change.places) >= _SEVERAL]
    following = {name for change in several for name in change.places}
    own: dict[str, list[Change]] = {}
    for change in made:
        for name, one in change.places.items() if len(change.places) < _SEVERAL else ():
            if weight(one)[0] < LEAST or name not in following:
                own.setdefault(name, []).append(change)
    return several, own


def _first_of_each(places: Iterable[tuple[str, Difference]]) -> dict[str, Difference]:
    found: dict[str, Difference] = {}
    for name, one in places:
        found.setdefault(name, one)
    return found


def _what(one: Difference) -> Hashable:
    """What differences have alike that tell the same in several places."""
    if pairs := digests(one):
        return pairs
    kind, name, _ = one.where.role
    alone = (one.file,) if kind in ("file", "uncompared", "byte") else ()
    return (*alone, kind, name, one.where.of, one.published, one.remade)
