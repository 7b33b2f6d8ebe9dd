"""Reviews: who read an edition again, what they found, and what was answered.

One file a review, `reports/reviews/<id>.yml`, begun by `observ review … --write`::

    id: 2026-t3-autre-administration
    edition: 2026-T3
    told: 2a3d7521607c3ae6a5bdd1410696597a
    date: 2026-12-03
    role: statisticien d'une autre administration
    verdict: reproduced
    studies: [satisfaction]
    points:
      - study: satisfaction
        point: Le graphique des notes cache les petits effectifs.
        answer: Ils sont marqués depuis la révision 1.

- `id` is the file's name. `told` is the digest of what the edition told: of one that was revised
  since, the page says that the review is of its former state.
- `verdict` is what `observ review` found. Without `studies`, the whole edition was read.
- `role` is who read it, never a person's name; a point without `answer` waits for one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date as Day  # which is the name of a key too
from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.base.yaml_files import dump
from observlib.catalogue.entries import Part, Slug
from observlib.display.output import pipe_table
from observlib.language import french, wording
from observlib.language.prose import Markdown, joined, markdown, plain, typography
from observlib.publish.editions.record import Edition
from observlib.records.actions import Line
from observlib.records.published_text import Plain, a_role
from observlib.records.record import Record

TEXTS = wording.beside(__file__)
_REST = """\
# The studies that were read; the whole edition, if none is named:
# studies: [satisfaction]
# points:
#   - study: satisfaction
#     point: Ce que vous remarquez, en une phrase.
#     answer: Ce que l'observatoire répond.
"""
PAGE = "relectures"
Verdict = Literal["reproduced", "within tolerance", "differs", "cannot be run"]
REPRODUCED, CLOSE, DIFFERS, NOT_RUN = get_args(Verdict)
GOOD = (REPRODUCED, CLOSE)


class Point(Part):
    """What a reviewer remarks, of one study or of all, and what was answered."""

    study: Slug | None = None
    point: Line
    answer: Line | None = None


class Review(Record):
    """One review, as its file tells it."""

    FOLDER: ClassVar[str] = "reviews"  # in `reports/` (`standing.BESIDE`)

    edition: str = Field(pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    told: str = Field(pattern=r"^[0-9a-f]{32}$")
    date: Day
    role: Annotated[Plain, AfterValidator(a_role)]
    verdict: Verdict
    studies: tuple[Slug, ...] = ()
    points: tuple[Point, ...] = ()


def place(reports: Path, edition: str, role: str) -> Path:
    """Where a new review of an edition is written.

    Examples
    --------
    >>> place(Path("reports"), "2026-T3", "statisticienne d'une ville").as_posix()
    'reports/reviews/2026-t3-statisticienne-d-une-ville.yml'
    """
    try:
        slug = "-".join(re.findall(r"[a-z0-9]+", fold_label(a_role(role))))
        if not slug:
            raise ValueError("has no letter; give a role, such as 'pôle études'")
    except ValueError as error:
        raise ObservError(f"--write {role!r}: {error}") from None
    path = reports / Review.FOLDER / f"{edition.lower()}-{slug}.yml"
    if path.exists():
        raise ObservError(f"{path}: is there already; add to it, or name another role")
    return path


def begun(path: Path, edition: str, told: str, verdict: str, role: str, today: Day) -> str:
    """The text of a new review, which its author goes on with."""
    known = {
        "id": path.stem,
        "edition": edition,
        "told": told,
        "date": today,
        "role": role,
        "verdict": verdict,
    }
    return dump(known) + _REST


def in_words(verdict: str) -> str:
    """A verdict as it is published.

    Examples
    --------
    >>> in_words("cannot be run")
    'non refaite'
    """
    return TEXTS[f"verdicts.{verdict.replace(' ', '_')}"]


def badge(edition: Edition, read: Sequence[Review], study: str = "") -> Markdown:
    """In a few words, whether an edition was reviewed, or one of its studies, and how it came out.

    The last review of what the edition tells today counts.
    """
    own = [
        sheet
        for sheet in read
        if sheet.edition == edition.quarter and (not sheet.studies or study in sheet.studies)
    ]
    now = [sheet for sheet in own if sheet.told == edition.told]
    if now:
        last = now[-1]
        text = in_words(last.verdict)
        kind = "good" if last.verdict in GOOD else "bad"
        said = TEXTS["reviewed"].format(verdict=text, day=french.day_label(last.date))
    else:
        kind, said = "none", TEXTS["former" if own else "never"]
    return Markdown(f"[{plain(said)}]{{.badge .badge-{kind}}}")


def part(
    editions: Sequence[Edition], studies: Mapping[str, Mapping[str, str]], read: Sequence[Review]
) -> str:
    """The page of reviews, as Markdown: of each edition its badge, its studies, its reviews."""
    return typography(joined((_of(one, studies[one.quarter], read) for one in editions), "\n\n"))


def _of(edition: Edition, studies: Mapping[str, str], read: Sequence[Review]) -> Markdown:
    own = [sheet for sheet in read if sheet.edition == edition.quarter]
    name = french.period_label(edition.quarter)
    anchor = edition.quarter.lower()
    parts = [
        markdown("## {} {{#edition-{}}}", TEXTS["edition"].format(name=name), Markdown(anchor))
    ]
    parts.append(badge(edition, read))
    for sheet in reversed(own):
        parts += _said(sheet, studies)
    rows = {
        TEXTS["study"]: [*studies.values()],
        TEXTS["state"]: [badge(edition, read, study) for study in studies],
    }
    head = f"| {' | '.join(rows)} |\n|:----|:----|"
    lines = [f"| {plain(title)} | {state} |" for title, state in zip(*rows.values(), strict=True)]
    parts.append(Markdown("\n".join([head, *lines])))
    return joined(parts, "\n\n")


def _said(sheet: Review, studies: Mapping[str, str]) -> list[Markdown]:
    """What a review says, with its points."""
    of = french.join([studies.get(name, name) for name in sheet.studies]) or TEXTS["whole"]
    about = TEXTS["about"].format(
        day=french.day_label(sheet.date),
        role=sheet.role,
        of=of,
        verdict=in_words(sheet.verdict),
    )
    found = [markdown("{}", about)]
    if sheet.points:
        columns = {
            TEXTS["study"]: [studies.get(p.study or "", TEXTS["whole"]) for p in sheet.points],
            TEXTS["point"]: [p.point for p in sheet.points],
            TEXTS["answer"]: [p.answer or TEXTS["waiting"] for p in sheet.points],
        }
        found.append(pipe_table(columns, even=True))
    return found
