"""The review of a published edition: its files against its manifest, and against a remake."""

from __future__ import annotations

import json
import platform
from collections import Counter, defaultdict
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from observlib import estimates
from observlib.base import files, git
from observlib.base.errors import SHOWN, UsageError, bounded, visible
from observlib.base.files import temporary_files
from observlib.display.output import macros
from observlib.language.prose import Markdown, curly, plain
from observlib.publish import pandoc, record
from observlib.publish.downloads import COMPARISONS
from observlib.publish.html import with_stacked_tables
from observlib.publish.record import CLOSE, DIFFERS, NOT_RUN, REPRODUCED, VERDICT_WORDS
from observlib.review import comparison, rebuild
from observlib.review.comparison import WHOLE_FILE, Difference, Place, Wording, place_text, weight
from observlib.review.rebuild import Bundle, Tell, Trusted


@dataclass(frozen=True)
class ReviewResult:
    """What a review found of an edition.

    `told` is the digest of what it tells; `not_run` why it was not made again, and what would be
    needed; `counts` how many files, estimates, tables, figures and sentences were compared.
    """

    quarter: str
    kind: str
    published: str
    commit: str
    told: str
    studies: dict[str, str]
    files: tuple[str, ...]
    differences: tuple[Difference, ...]
    not_run: tuple[str, ...]
    counts: dict[str, int]
    environment: dict[str, str]

    @property
    def verdict(self) -> str:
        """`reproduced`, `within tolerance`, `differs`, or `cannot be run`."""
        return review_verdict(self.differences, self.not_run)

    @cached_property
    def groups(self) -> list[StudyGroup]:
        """What was found, study by study, and of what belongs to none."""
        return groups(self.files, self.studies, self.differences, self.not_run)

    def as_dict(self) -> dict[str, Any]:
        """The review for programs."""
        about = {name: value for name, value in vars(self).items() if name not in _IN_WORDS}
        places = [
            {"file": one.file}
            | {name: place_text(getattr(one, name)) for name in ("where", "published", "remade")}
            | {"is_close": one.is_close}
            for one in self.differences
        ]
        studies, others = (
            [one.as_dict() for one in self.groups if one.is_study == is_study]
            for is_study in (True, False)
        )
        found = {"studies": studies, "others": others, "differences": places}
        return {"verdict": self.verdict, **about, **found}


_IN_WORDS = ("files", "groups", "studies", "differences")  # of what programs get something else


def review_bundle(
    place: Path,
    root: Path,
    data: Path,
    tell: Tell = lambda line: None,
    trusted: Trusted = (),
) -> ReviewResult:
    """Review a bundle: check its files, make it again, and compare all."""
    known = git.branches(root)
    if wrong := sorted({*trusted} - {*known}):
        there = bounded(known) or "none"
        raise UsageError(f"--trust {wrong[0]}: is no branch of {root}; there are {there}")
    with temporary_files() as work:
        (work / "bundle").mkdir()
        bundle = rebuild.open_bundle(place, work / "bundle")
        try:
            again = rebuild.remade(bundle, root, data, work, tell, trusted)
        except rebuild.CannotRun as error:
            return review_opened(bundle, None, root, error.problems)
        return review_opened(bundle, again, root)


def review_opened(
    bundle: Bundle, again: Path | None, root: Path, not_run: tuple[str, ...] = ()
) -> ReviewResult:
    """The review of a bundle that was opened, against the folder in which it was made again."""
    manifest = bundle.manifest
    found = [*_by_itself(bundle, root), *(_against(bundle, again) if again else [])]
    kept: dict[tuple[str, Place], Difference] = {}
    for one in found:  # of a file the manifest says that it changed, and the remake where
        kept.setdefault((one.file, one.where), one)
    located = {one.file for one in kept.values() if one.where != WHOLE_FILE}
    different = [one for one in kept.values() if one.where != WHOLE_FILE or one.file not in located]
    return ReviewResult(
        manifest.quarter,
        manifest.kind,
        manifest.published,
        manifest.commit,
        manifest.told,
        {study.page: study.title for study in manifest.studies},
        tuple(sorted(manifest.files)),
        tuple(sorted(different, key=lambda one: (one.is_close, one.file != record.MANIFEST_FILE))),
        tuple(not_run),
        _counts(bundle) if again else {},
        {"python": platform.python_version(), "platform": platform.platform(terse=True)},
    )


def _by_itself(bundle: Bundle, root: Path) -> Iterator[Difference]:
    """What is wrong in a bundle by itself: its files, its days, a commit that nobody knows."""
    for name, wrong in rebuild.files_against_manifest(bundle).items():
        yield Difference(name, WHOLE_FILE, wrong, Wording(f"not_{wrong}"))
    if not record.build_is_whole(bundle.folder):
        yield Difference(record.BUILD, Place("build"), Wording("build"), Wording("written"))
    manifest = bundle.manifest
    described = record.read_description(bundle.folder)
    for where, value in record.manifest_tells(bundle.raw).items():
        if (other := described.get(where, Wording("nothing"))) != value:
            place = Place("crate", name=where, of=record.CRATE)
            yield Difference(record.MANIFEST_FILE, place, value, other)
    name, own = (one.removesuffix(git.DIRTY) for one in (manifest.commit, git.commit(root)))
    if name and own not in ("", name) and not git.knows(root, name):
        yield Difference(record.MANIFEST_FILE, Place("key", name="commit"), name, Wording("commit"))


def _against(bundle: Bundle, again: Path) -> Iterator[Difference]:
    """What differs between a bundle and what was made again."""
    there, new = bundle.files, record.edition_files(again)
    for name in sorted(there.keys() | new.keys()):
        if there.get(name) != new.get(name):
            yield from comparison.compare_files(bundle.folder, again, name)
    both = (json.dumps(one).encode() for one in (bundle.raw, record.raw(again)))
    yield from comparison.differences(record.MANIFEST_FILE, *both)


def _counts(bundle: Bundle) -> dict[str, int]:
    """How much of a bundle is compared: its files, and what its notebooks show."""
    found: Counter[str] = Counter(files=len(bundle.manifest.files))
    for path in bundle.folder.glob("*.ipynb"):
        for carried in _carried(path):
            found[{"chart": "figures", "table": "tables"}.get(carried["kind"], "sentences")] += 1
            found["estimates"] += len(carried.get("rows", ()))
    return dict(found)


def _carried(path: Path) -> Iterator[dict[str, Any]]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            for output in cell.get("outputs", ()):
                carried = output.get("data", {}).get(estimates.MIME)
                if isinstance(carried, dict):
                    yield {"kind": "text", **carried}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # what it holds is compared by its bytes all the same


# --- What a review found, study by study: each with its pages, PDF, data, notebook and charts

_SEVERAL = 3  # groups in which a change is told once for all
# what belongs to no study, by the first part of its name; the rest is other pages, or how all look
_OTHERS = {
    "index.html": "home",
    "main_points": "home",
    "methode.html": "method",
    "donnees": "data",
    "documentation": "documentation",
    "practices": "practices",
    **dict.fromkeys((record.MANIFEST_FILE, record.BUILD, record.CRATE), "manifest"),
}


@dataclass(frozen=True)
class StudyGroup:
    """The files of a study's page, or of what belongs to none, and their differences."""

    name: str
    title: str
    is_study: bool
    files: int
    differences: tuple[Difference, ...]
    not_run: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """That of a review, of its files alone."""
        return review_verdict(self.differences, self.not_run)

    @property
    def differing(self) -> tuple[str, ...]:
        """The files that differ."""
        return tuple(sorted({one.file for one in self.differences}))

    def called(self, language: comparison.Language = "en") -> str:
        """Its title."""
        return visible(self.title) if self.is_study else place_text(Wording(self.title), language)

    def as_dict(self) -> dict[str, Any]:
        """What was found of it, for programs; where it differs, the review says by file."""
        about = {"name": self.name, "title": self.called(), "verdict": self.verdict}
        return {**about, "files": self.files, "differing": list(self.differing)}


@dataclass(frozen=True, eq=False)
class Finding:
    """What differs alike in one place or many: its first place in each group, and all its files."""

    places: dict[str, Difference]
    files: tuple[str, ...]

    @property
    def first(self) -> Difference:
        """The place that tells most."""
        return min(self.places.values(), key=weight)


def review_verdict(found: tuple[Difference, ...], not_run: tuple[str, ...]) -> str:
    """`reproduced`, `within tolerance`, `differs`, or `cannot be run`."""
    if any(not one.is_close for one in found):
        return DIFFERS
    if not_run:
        return NOT_RUN
    return CLOSE if found else REPRODUCED


def _group_of(file: str, studies: Mapping[str, str]) -> str:
    """The group of a file: the page of its study, or what it belongs to.

    Examples
    --------
    >>> pages = {"contacts": "Appels et courriels"}
    >>> [_group_of(name, pages) for name in ("contacts/fig-a.svg", "contacts-comparaisons.csv")]
    ['contacts', 'contacts']
    >>> [_group_of(name, pages) for name in ("donnees/estimates.csv", "glossaire.html", "site.css")]
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
) -> list[StudyGroup]:
    """What was found, by study in the edition's order, then of what belongs to none."""
    of: dict[str, list[Difference]] = {name: [] for name in studies}
    for one in differences:
        of.setdefault(_group_of(one.file, studies), []).append(one)
    names = {*files, *(one.file for found in of.values() for one in found)}
    counts = Counter(_group_of(name, studies) for name in names)
    reasons = tuple(not_run)
    return [
        StudyGroup(
            name,
            studies.get(name, f"group_{name}"),
            name in studies,
            counts[name],
            tuple(sorted(of.get(name, ()), key=weight)),
            reasons,
        )
        for name in [*studies, *sorted(counts.keys() - studies.keys())]
    ]


def grouped_findings(found: Iterable[StudyGroup]) -> tuple[list[Finding], dict[str, list[Finding]]]:
    """What differs alike in several groups, and what in each of one or two, by its name."""
    alike: dict[Hashable, list[tuple[str, Difference]]] = {}
    for group in found:
        for one in group.differences:
            if one.where.kind != "more" and not one.is_close:
                alike.setdefault(_what(one), []).append((group.name, one))
    made = []
    for places in alike.values():
        names = dict.fromkeys(name for name, _ in places)
        first = dict(reversed(places))
        files = tuple(dict.fromkeys(one.file for _, one in places))
        made.append(Finding({name: first[name] for name in names}, files))
    made.sort(key=lambda change: (weight(change.first), -len(change.places)))
    several = [change for change in made if len(change.places) >= _SEVERAL]
    following = {name for change in several for name in change.places}
    own: dict[str, list[Finding]] = {}
    for change in made:
        for name, one in change.places.items() if len(change.places) < _SEVERAL else ():
            if weight(one)[0] < comparison.LEAST_WEIGHT or name not in following:
                own.setdefault(name, []).append(change)
    return several, own


def _what(one: Difference) -> Hashable:
    """What differences have alike that tell the same in several places."""
    if pairs := comparison.followed_digests(one):
        return pairs
    kind, name, _ = one.where.role
    alone = (one.file,) if kind in ("file", "uncompared", "byte") else ()
    return (*alone, kind, name, one.where.of, one.published, one.remade)


# --- A review as a page to read, and as JSON

_PAGES, _WORDS = macros(__file__), macros(__file__, str)
PAGE, JSON = "index.html", "review.json"
_MOST, _OF_ONE, _ALSO = 12, 3, 6  # changes told of several studies, of one; files only named


def write_report(review: ReviewResult, folder: Path) -> Path:
    """Write a review's page and its JSON into a folder; the page."""
    title = curly(_WORDS("title", review.quarter))
    html = pandoc.convert(
        page(review),
        "html",
        name="the review",
        template=pandoc.TEMPLATES / "review.html",
        variables={"access": (pandoc.TEMPLATES / "access.css").read_text(encoding="utf-8")},
        metadata={"title": title, "lang": "fr-FR"},
    )
    html = with_stacked_tables(html, french=False)
    found = json.dumps(review.as_dict(), ensure_ascii=False, indent=1) + "\n"
    with files.telling_write_errors(folder, "no report was written"):
        folder.mkdir(parents=True, exist_ok=True)
        files.write_text(folder / JSON, found)
        files.write_text(folder / PAGE, html)
    return folder / PAGE


def report_lines(review: ReviewResult) -> list[str]:
    """What differs, for the terminal: what studies have alike, then of each what says most."""
    several, own = grouped_findings(review.groups)
    titles = {group.name: group.called() for group in review.groups}
    most = _OF_ONE if len(own) <= SHOWN else 1
    alike = [(bounded(titles[name] for name in one.places), one.first) for one in several]
    alone = [
        (title, change.places[name])
        for name, title in titles.items()
        for change in own.get(name, ())[:most]
    ]
    return [
        visible(
            f"{title}: {one.file}: {place_text(one.where)}: "
            f"published {place_text(one.published)!r}, "
        )
        + f"made again {place_text(one.remade)!r}"
        for title, one in [*alike[:_OF_ONE], *alone, *alike[_OF_ONE:]]
    ]


def page(review: ReviewResult) -> str:
    """The page of a review, as Markdown: its verdict, the studies by theirs, then what differs."""
    several, own = grouped_findings(review.groups)
    text = _PAGES(
        "page",
        review,
        VERDICT_WORDS,
        Counter(group.verdict for group in review.groups if group.is_study),
        _by_verdict(review.groups, own),
        _of_several(several, review),
        [(group, *_detail(group, own[group.name])) for group in review.groups if group.name in own],
        [(one.file, *_cells(one)) for one in review.differences if one.is_close],
    )
    return f"{text}\n"


def _by_verdict(groups: Sequence[StudyGroup], own: Container[str]) -> dict[str, list[Markdown]]:
    """The studies by verdict, then what belongs to none; what is told of has a link."""
    named: dict[str, list[Markdown]] = defaultdict(list)
    for group in groups:
        is_alike = group.verdict == DIFFERS and group.name not in own
        name = plain(group.called("fr"))
        linked = Markdown(f"[{name}](#{group.name})") if group.name in own else name
        kind, key = "studies" if group.is_study else "others", group.verdict
        named[f"{kind}.{'several' if is_alike else key}"].append(linked)
    return named


def _of_several(several: Sequence[Finding], review: ReviewResult) -> list[tuple[str, ...]]:
    names = {group.name: group.called("fr") for group in review.groups}
    telling = [one for one in several if not one.first.file.endswith(".ipynb")]
    lines = []
    for one in (telling or several)[:_MOST]:  # a notebook's page and data say it more shortly
        where, *both = _cells(one.first)
        pages = str(_WORDS("some", [names[name] for name in one.places], SHOWN))
        lines.append((f"{one.first.file} : {where}", *both, pages))
    return lines


def _detail(group: StudyGroup, own: Sequence[Finding]) -> tuple[list[tuple[str, ...]], str]:
    """What differs in a study and in no others: what says most, then where else."""
    shown = own[:_OF_ONE]
    told_of = {file for change in shown for file in change.files}
    rest = [name for name in group.differing if name not in told_of]
    first = [change.places[group.name] for change in shown]
    return [(one.file, *_cells(one)) for one in first], str(_WORDS("some", rest, _ALSO))


def _cells(one: Difference) -> tuple[str, ...]:
    """Where two files differ, and what stands there in each."""
    both = (place_text(text, "fr").strip() or "…" for text in (one.published, one.remade))
    return place_text(one.where, "fr"), *both
