"""A review as a page to read, and as JSON."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from pathlib import Path

from observlib.base import files
from observlib.base.errors import SHOWN, bounded, visible
from observlib.display.pages import macros
from observlib.language.prose import Markdown, curly, plain
from observlib.publish import pandoc
from observlib.publish.html import with_stacked_tables
from observlib.publish.record import DIFFERS, VERDICT_WORDS
from observlib.review import Finding, ReviewResult, StudyGroup, grouped_findings
from observlib.review.comparison import Difference, place_text

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
