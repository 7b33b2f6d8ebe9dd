"""Errata: which published figures were wrong, and what they are.

One file an erratum, `reports/errata/<id>.yml`::

    id: note-du-web
    day: 2027-01-12
    figures:
      - indicator: satisfaction_10
        product: vie-publique
        channel: web
        device: jdma-vie-publique
        period: 2026-T3
        published: 7.4
        corrected: 7.1
    what: Les avis d'un mois étaient comptés deux fois.
    cause: source
    correction: avis-comptes-deux-fois

- `id` is the file's name, `day` that of its publication.
- A figure has the names by which it is known in the data (`estimates.FIGURE`), those that apply;
  `published` is what was told, as pages wrote it, and `corrected` what is told now. One that is no
  longer told has `withdrawn: true` in its place.
- `what` is a sentence for readers. `cause` says where the error was; `correction`, which may be
  left out, is the id of the correction that mends the source (`data/corrections`).

What editions need of them is a frame, a row a figure (`COLUMNS`), the earliest erratum first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date as Day
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import (
    Field,
    StringConstraints,
    model_validator,
)

from observlib import estimates, store
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Revision
from observlib.catalogue.entries import Part, Slug, Text
from observlib.estimates import FIGURE, WITHHELD
from observlib.language import french, rounding
from observlib.pipeline import archive, project
from observlib.pipeline.archive import Publication
from observlib.records.actions import Line
from observlib.records.record import Record

PAGE = "errata"  # of the site
PREFIX = "erratum-"  # before its id, where it is the reason of a revision, and on its page
COLUMNS = ["erratum", "day", *FIGURE, "published", "corrected", "unit", "cause", "what", "digest"]
_NUMBERS = ("published", "corrected")
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Figure(Part):
    """A figure by its names, what was told of it, and what is told now."""

    indicator: Text
    product: str = ""
    channel: str = ""
    device: str = ""
    period: Text
    group: str = ""
    group_value: str = ""
    published: _Number = Field(description="what was told, as pages wrote it")
    corrected: _Number | None = Field(default=None, description="what is told now")
    withdrawn: bool = Field(default=False, description="true: it is told no more")

    @model_validator(mode="after")
    def _is_another_or_none(self) -> Figure:
        if self.withdrawn != (self.corrected is None):
            raise ValueError("give `corrected`, or `withdrawn: true` in its place")
        if self.corrected == self.published:
            raise ValueError("corrected is what was published; an erratum changes a figure")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """The names by which it is the same in all editions."""
        return tuple(getattr(self, name) for name in FIGURE)


class Erratum(Record):
    """One erratum, as its file tells it."""

    FOLDER: ClassVar[str] = "errata"  # in `reports/` (see `standing.BESIDE`)
    ORDER: ClassVar[str] = "day"

    day: Day = Field(description="of its publication")
    figures: tuple[Figure, ...] = Field(min_length=1)
    what: Annotated[Line, StringConstraints(min_length=20)] = Field(
        description="what was wrong, a sentence for readers (fr)"
    )
    cause: Literal["source", "processing", "writing"]
    correction: Slug | None = Field(
        default=None, description="the file of corrections that mends the source"
    )

    @model_validator(mode="after")
    def _tells_each_once(self) -> Erratum:
        times = Counter(figure.key for figure in self.figures)
        if twice := [", ".join(filter(None, key)) for key in times if times[key] > 1]:
            raise ValueError(f"{twice[0]}: comes twice")
        return self


class Reason(Revision):
    """An erratum as the reason of revisions: what was told of its figures, and what is now."""

    changes: dict[tuple[str, ...], tuple[float, float]]


def load(reports: Path) -> tuple[Erratum, ...]:
    """Read and check the errata of a project, the earliest first.

    Examples
    --------
    >>> load(Path("no/reports"))
    ()
    """
    found = Erratum.load(reports)
    told: dict[tuple[str, ...], str] = {}
    last: dict[tuple[str, ...], Figure] = {}
    problems = []
    for one in found:
        for figure in one.figures:
            before = last.get(figure.key)
            if before and before.corrected != figure.published:
                now = "withdrawn" if before.withdrawn else before.corrected
                problems.append(
                    f"{_path(reports, one.id)}: {', '.join(filter(None, figure.key))}: published "
                    f"is {figure.published:g}, and {told[figure.key]}.yml made it {now}; an "
                    "erratum of an erratum begins with what the first one made"
                )
            last[figure.key], told[figure.key] = figure, one.id
    if problems:
        raise ObservError(*problems)
    return found


def none() -> pd.DataFrame:
    """The frame of no errata."""
    return _frame([])


def _frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    return estimates.with_types(pd.DataFrame(list(rows), columns=COLUMNS), _NUMBERS)


def known(root: Path, data: Path, today: Day) -> pd.DataFrame:
    """The errata of what was published from a data folder, as a frame.

    On a demonstration, those of figures that it never told are left out: they are of real editions.
    """
    sheets = load(root / "reports")
    if not sheets:
        return none()
    catalogue = project.catalogue(data, root)
    told = _told(archive.earlier(data), sheets)
    corrections = [one.id for one in project.corrections(data, root)]
    rows, problems = [], []
    is_invented = store.kind(data) == "demonstration"
    for one in sheets:
        path = _path(root / "reports", one.id)
        own, wrong = _rows(one, told, catalogue)
        if wrong and is_invented:
            continue
        rows += own
        problems += [f"{path}: {line}" for line in wrong]
        if one.day > today:
            problems.append(f"{path}: day: {one.day} is still to come; today is {today}")
        if one.correction not in (None, *corrections):
            problems.append(
                f"{path}: correction: unknown {one.correction!r}; allowed: "
                f"{', '.join(corrections) or 'none'}"
            )
    if problems:
        raise ObservError(*problems)
    return _frame(rows)


def _path(reports: Path, name: str) -> Path:
    return reports / Erratum.FOLDER / f"{name}.yml"


def _told(
    told: Iterable[Publication], sheets: Iterable[Erratum]
) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """All values that were told of the figures of errata."""
    names = {figure.indicator for one in sheets for figure in one.figures}
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in told:
        rows = one.told.estimates
        is_value = rows["indicator"].isin(names) & ~rows["status"].isin(WITHHELD)
        for row in estimates.records(rows[is_value]):
            found.setdefault(_key(row), []).append(row)
    return found


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in FIGURE)


def _rows(
    one: Erratum, told: Mapping[tuple[str, ...], list[dict[str, Any]]], catalogue: Catalogue
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of an erratum, and what is wrong with figures that nobody told so."""
    rows, wrong = [], []
    for figure in one.figures:
        tellings = told.get(figure.key, [])
        named = ", ".join(filter(None, figure.key))
        same = [
            row
            for row in tellings
            if _is_same(row["estimate"], _in_digits(figure.published, row, catalogue))
        ]
        if not tellings:
            wrong.append(f"{named}: no edition told it; give its names as `estimates.csv` has them")
        elif not same:
            values = ", ".join(dict.fromkeys(f"{row['estimate']:.10g}" for row in tellings))
            wrong.append(
                f"{named}: published is {figure.published:.10g}, and editions told {values}"
            )
        else:
            row = same[-1]
            made = {name: _in_digits(getattr(figure, name), row, catalogue) for name in _NUMBERS}
            about = {"erratum": one.id, "day": one.day.isoformat(), "digest": one.digest}
            says = {"cause": one.cause, "what": one.what, "unit": row["unit"]}
            rows.append({**about, **dict(zip(FIGURE, figure.key, strict=True)), **made, **says})
    return rows, wrong


def _in_digits(value: float | None, row: Mapping[str, Any], catalogue: Catalogue) -> float:
    """A value with the digits that pages tell of a row's; none of one that is withdrawn."""
    if value is None:
        return math.nan
    return french.rounded(value, rounding.places(row, catalogue))


def _is_same(value: float, other: float) -> bool:
    return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-9)


def borne(
    errata: pd.DataFrame, rows: pd.DataFrame, told: Iterable[Publication], quarter: str
) -> pd.DataFrame:
    """An edition's errata: of figures that it tells, or told before it was made again."""
    if errata.empty:
        return errata
    former = [one.told.estimates for one in told if one.quarter == quarter]
    whole = pd.concat([frame[FIGURE] for frame in (rows, *former)])
    whole = whole[whole["indicator"].isin(errata["indicator"])]
    keys = set(map(_key, estimates.records(whole)))
    is_own = [_key(row) in keys for row in estimates.records(errata)]
    return errata[is_own].reset_index(drop=True)


def digests(errata: pd.DataFrame) -> dict[str, str]:
    """The digest of each erratum of a frame, by its id."""
    return dict(zip(errata["erratum"], errata["digest"], strict=True))


def check(errata: pd.DataFrame, rows: pd.DataFrame, quarter: str, reports: Path) -> None:
    """Stop an edition that still tells what an erratum corrects, or a third value."""
    last = {_key(row): row for row in estimates.records(errata)}
    problems = {}
    for row in estimates.records(rows[rows["indicator"].isin(errata["indicator"])]):
        one = last.get(_key(row))
        if one is None or _is_now(row, one["corrected"]):
            continue
        is_gone = math.isnan(one["corrected"])
        must = "nothing, as it is withdrawn" if is_gone else f"{one['corrected']:.10g}"
        has = row["status"] if row["status"] in WITHHELD else f"{row['estimate']:.10g}"
        named = ", ".join(filter(None, _key(row)))
        problems[named] = (
            f"{_path(reports, one['erratum'])}: {named}: the edition {quarter} tells {has}, and "
            f"should tell {must}: mend the source (a file of corrections) or the formula, or the "
            "erratum"
        )
    if problems:
        raise ObservError(*problems.values(), "nothing was published")


def _is_now(row: Mapping[str, Any], corrected: float) -> bool:
    """Whether an estimate is what an erratum made of it."""
    is_withheld = row["status"] in WITHHELD
    if math.isnan(corrected):
        return is_withheld
    return not is_withheld and _is_same(row["estimate"], corrected)


def with_reasons(catalogue: Catalogue, errata: pd.DataFrame) -> Catalogue:
    """A catalogue in whose policy of revisions errata are reasons too, before all others.

    Each is the reason of what it says and of nothing else (see `explains`).
    """
    last = {_key(row): row["corrected"] for row in estimates.records(errata)}
    reasons: dict[str, Revision] = {}
    for name, own in errata.groupby("erratum", sort=False):
        rows = estimates.records(own)
        indicators, products, devices = (
            tuple(dict.fromkeys(row[part] for row in rows if row[part]))
            for part in ("indicator", "product", "device")
        )
        reasons[f"{PREFIX}{name}"] = Reason(
            id=f"{PREFIX}{name}",
            kind="correction",
            why=rows[0]["what"],
            since=Day.fromisoformat(rows[0]["day"]),
            changes={_key(row): (row["published"], last[_key(row)]) for row in rows},
            indicator=indicators,
            product=products,
            device=devices,
        )
    return catalogue.model_copy(update={"revisions": {**reasons, **catalogue.revisions}})


def explains(one: Reason, row: Mapping[str, Any]) -> bool:
    """Whether an erratum is the reason of a revision, from the very value to the very value."""
    if (found := one.changes.get(_key(row))) is None or row["before_status"] in WITHHELD:
        return False
    published, corrected = found
    return _is_same(row["before_estimate"], published) and _is_now(row, corrected)
