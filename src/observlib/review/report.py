"""A review as a page to read, and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from observlib.base import files
from observlib.base.errors import SHOWN, bounded, visible
from observlib.display.output import pipe_table
from observlib.language import french, wording
from observlib.language.prose import Markdown, curly, markdown, plain, typography
from observlib.publish import pandoc
from observlib.publish.editions.reviews import DIFFERS, in_words
from observlib.publish.responsive_tables import with_stacked_tables
from observlib.review import Finding, ReviewResult, StudyGroup, grouped_findings
from observlib.review.comparison import Difference, place_text

_TEXTS = wording.load_texts(__file__)
PAGE, JSON = "index.html", "review.json"
_MOST, _OF_ONE, _ALSO = 12, 3, 6  # changes told of several studies, of one; files only named


def write_report(review: ReviewResult, folder: Path) -> Path:
    """Write a review's page and its JSON into a folder; the page."""
    title = curly(_TEXTS["title"].format(quarter=review.quarter))
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
    parts: list[str] = [_verdict(review), *_by_verdict(review.groups, own)]
    if review.not_run:
        needed = "\n".join(markdown("- [{}]{{lang=en}}", line) for line in review.not_run)
        parts += [f"## {_TEXTS['not_run']}", needed]
    if several:
        parts += [f"## {_TEXTS['several']}", _TEXTS["told_once"], _of_several(several, review)]
    if own:
        parts += [f"## {_TEXTS['found']}", _TEXTS["first_places"]]
        for group in review.groups:
            parts += _detail(group, own[group.name]) if group.name in own else []
    if near := [one for one in review.differences if one.is_close]:
        parts += [f"## {_TEXTS['close']}", _table(near)]
    parts += [f"## {_TEXTS['compared']}", " ".join(_about(review))]
    if review.counts:
        counted = {
            _TEXTS["counted"]: [_TEXTS[f"counts.{name}"] for name in review.counts],
            _TEXTS["number"]: [french.number(number) for number in review.counts.values()],
        }
        parts.append(pipe_table(counted, right=(_TEXTS["number"],)))
    parts += [f"## {_TEXTS['apart']}", _TEXTS["build"]]
    return "\n\n".join(map(typography, parts)) + "\n"


def _verdict(review: ReviewResult) -> str:
    studies = Counter(group.verdict for group in review.groups if group.is_study)
    counts = french.join(
        french.count(number, in_words(verdict), _TEXTS[f"studies.{_key(verdict)}"].lower())
        for verdict, number in studies.most_common()
    )
    counted = _TEXTS["of_studies"].format(number=studies.total(), counts=counts) if studies else ""
    about = _TEXTS[f"about.{_key(review.verdict)}"]
    head = f"**{_TEXTS['verdict']} : {in_words(review.verdict)}.**"
    return f"::: {{.verdict}}\n{head} {about} {counted}\n:::"


def _key(verdict: str) -> str:
    return verdict.replace(" ", "_")


def _by_verdict(groups: Sequence[StudyGroup], own: Mapping[str, object]) -> Iterator[str]:
    """A line for each verdict: the studies, then what belongs to none; what is told has a link."""
    named: dict[tuple[str, str], list[Markdown]] = {}
    for group in groups:
        is_alike = group.verdict == DIFFERS and group.name not in own
        name = plain(group.called("fr"))
        linked = Markdown(f"[{name}](#{group.name})") if group.name in own else name
        key = "several" if is_alike else _key(group.verdict)
        named.setdefault(("studies" if group.is_study else "others", key), []).append(linked)
    for kind, key in sorted(named, key=lambda which: [*_TEXTS].index(".".join(which))):
        names = named[kind, key]
        head, listed = _TEXTS[f"{kind}.{key}"], Markdown(french.join(names))
        yield markdown("**{} ({})** : {}.", head, str(len(names)), listed)


def _of_several(several: Sequence[Finding], review: ReviewResult) -> Markdown:
    names = {group.name: group.called("fr") for group in review.groups}
    telling = [one for one in several if not one.first.file.endswith(".ipynb")]
    shown = (telling or several)[:_MOST]  # a notebook's page and data say it more shortly
    columns = _columns([one.first for one in shown]) | {
        _TEXTS["where"]: [
            f"{one.first.file} : {place_text(one.first.where, 'fr')}" for one in shown
        ],
        _TEXTS["pages"]: [_some([names[name] for name in one.places], SHOWN) for one in shown],
    }
    return pipe_table(columns)


def _detail(group: StudyGroup, own: Sequence[Finding]) -> Iterator[str]:
    """What differs in a study and in no others: what says most, then where else."""
    shown = own[:_OF_ONE]
    head = _TEXTS["of_files"].format(differing=len(group.differing), files=group.files)
    name = Markdown(group.name)
    yield markdown("### {} {{#{}}}", group.called("fr"), name)
    yield _table([change.places[group.name] for change in shown])
    told_of = {file for change in shown for file in change.files}
    rest = [name for name in group.differing if name not in told_of]
    also = f" {_TEXTS['also']} : {_some(rest, _ALSO)}." if rest else ""
    yield markdown("{}", f"{head}.{also}")


def _some(names: Sequence[str], most: int) -> str:
    most += len(names) == most + 1  # "and 1 more" is as long as its name
    rest = len(names) - most
    more = [_TEXTS["more"].format(count=rest)] if rest > 0 else []
    return french.join([*names[:most], *more])


def _table(found: Sequence[Difference]) -> Markdown:
    return pipe_table({_TEXTS["file"]: [one.file for one in found]} | _columns(found), even=True)


def _columns(found: Sequence[Difference]) -> dict[str, list[str]]:
    both = {
        _TEXTS[name]: [place_text(getattr(one, name), "fr").strip() or "…" for one in found]
        for name in ("published", "remade")
    }
    return {_TEXTS["where"]: [place_text(one.where, "fr") for one in found], **both}


def _about(review: ReviewResult) -> Iterator[str]:
    day = french.day_label(date.fromisoformat(review.published))
    yield _TEXTS["of"].format(day=day) + "."
    if review.kind == "demonstration":
        yield _TEXTS["synthetic"]
    if review.commit:
        yield _TEXTS["commit"].format(commit=review.commit) + "."
    yield _TEXTS["environment"].format(**review.environment) + "."
