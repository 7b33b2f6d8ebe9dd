"""Reviews, `reports/reviews/<id>.yml`: who read an edition again, what they found, and the answers.

`observ review … --write` begins one. `told` is the digest of what the edition told: of one that was
revised since, the page says that the review is of its former state.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Day  # which is the name of a key too
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.base.yaml_files import dump
from observlib.catalogue.entries import Part, Slug
from observlib.language import french
from observlib.language.prose import Markdown
from observlib.publish.editions.record import Edition
from observlib.publish.pages import macros
from observlib.records.actions import Line
from observlib.records.published_text import Plain, a_role
from observlib.records.record import Record

_PAGES, _TEXT = macros(__file__), macros(__file__, str, str)
REVIEWS_PAGE = "relectures"
_Verdict = Literal["reproduced", "within tolerance", "differs", "cannot be run"]
REPRODUCED, CLOSE, DIFFERS, NOT_RUN = get_args(_Verdict)
GOOD = (REPRODUCED, CLOSE)
_WORDS = {
    REPRODUCED: "reproduite",
    CLOSE: "reproduite, à la tolérance près",
    DIFFERS: "différente",
    NOT_RUN: "non refaite",
}
_WHOLE = "toute l'édition"


class ReviewPoint(Part):
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
    verdict: _Verdict
    studies: tuple[Slug, ...] = ()
    points: tuple[ReviewPoint, ...] = ()


def place(reports: Path, edition: str, role: str) -> Path:
    """Where a new review of an edition is written."""
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
    return f"{_TEXT('begun', dump(known))}\n"


def in_words(verdict: str) -> str:
    """A verdict as it is published.

    Examples
    --------
    >>> in_words("cannot be run")
    'non refaite'
    """
    return _WORDS[verdict]


def badge(edition: Edition, read: Iterable[Review], study: str = "") -> Markdown:
    """Whether what an edition tells today, or one of its studies, was reviewed, in a few words."""
    own = [one for one in read if not one.studies or study in one.studies]
    own = [one for one in own if one.edition == edition.quarter]
    now = [one for one in own if one.told == edition.told]
    return _PAGES("badge", now[-1:], len(own), _WORDS, GOOD)


def reviews_page(
    editions: Sequence[Edition], studies: Mapping[str, Mapping[str, str]], read: Sequence[Review]
) -> str:
    """The page of reviews, as Markdown: of each edition its badge, its studies, its reviews."""
    return _PAGES("page", [_of(one, studies[one.quarter], read) for one in editions])


def _of(edition: Edition, titles: Mapping[str, str], read: Sequence[Review]) -> tuple[Any, ...]:
    """What the page shows of an edition; its reviews come with the titles of what they are of."""
    own = [sheet for sheet in reversed(read) if sheet.edition == edition.quarter]
    reviews = [
        (
            sheet,
            french.join([titles.get(name, name) for name in sheet.studies]) or _WHOLE,
            in_words(sheet.verdict),
            [
                (titles.get(p.study or "", _WHOLE), p.point, p.answer or "en attente")
                for p in sheet.points
            ],
        )
        for sheet in own
    ]
    states = [(title, badge(edition, read, study)) for study, title in titles.items()]
    return edition.quarter, badge(edition, read), reviews, states
