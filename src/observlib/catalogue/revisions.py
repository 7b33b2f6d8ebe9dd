"""The policy of revisions: why a published figure may be told otherwise later (`revisions.yml`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from observlib.base.period import bounds
from observlib.catalogue.entries import Channel, Entry, Slug, Text

SELECTS = ("indicator", "product", "channel", "device", "group_value")  # columns of estimates


class Revision(Entry):
    """Why figures are told otherwise than before, and which: what is not named means all.

    A `routine` rule is known before: it holds at every edition, within its limits. A `correction`
    mends an error, and a new `method` makes another figure: both hold once, for figures that were
    told before the day `since`.
    """

    kind: Literal["routine", "correction", "method"]
    why: Annotated[str, StringConstraints(min_length=20)] = Field(
        description="the reason, a sentence that is published (fr)"
    )
    indicator: tuple[Slug, ...] = ()
    product: tuple[Slug, ...] = ()
    channel: tuple[Channel, ...] = ()
    device: tuple[Slug, ...] = ()
    group_value: tuple[Text, ...] = Field(default=(), description="parts of a breakdown")
    period: tuple[Text, ...] = Field(
        default=(),
        description="of a correction or method: periods of which it changes any part",
    )
    months: int | None = Field(
        default=None,
        ge=1,
        description="of a routine: months back from the edition's end, within which a period ends",
    )
    at_most: float | None = Field(
        default=None,
        gt=0,
        description="of a routine: largest change of a value and of its interval's ends, in points "
        "for shares and marks, and in % of the earlier number for others",
    )
    since: date | None = Field(
        default=None,
        description="of a correction or method: first day on which figures are told anew",
    )

    @field_validator("period")
    @classmethod
    def _are_periods(cls, periods: tuple[str, ...]) -> tuple[str, ...]:
        for period in periods:
            try:
                bounds(period)
            except ValueError:
                raise ValueError(
                    f"{period!r} is no period, such as 2026, 2026-T3, 2026-07 or 2026-07/2026-12"
                ) from None
        return periods

    @model_validator(mode="after")
    def _lets_not_everything_pass(self) -> Revision:
        limits, once = ("months", "at_most"), ("since", "period")
        if self.kind == "routine":
            if wrong := [name for name in once if getattr(self, name)]:
                raise ValueError(f"key {wrong[0]!r} goes with a correction or a method alone")
            if not (self.indicator or self.device):
                raise ValueError("a routine names its figures: give indicator or device")
            if self.months is None and self.at_most is None:
                raise ValueError("a routine has a limit: give months, at_most or both")
            return self
        if wrong := [name for name in limits if getattr(self, name) is not None]:
            raise ValueError(f"key {wrong[0]!r} goes with a routine alone")
        if self.since is None:
            raise ValueError(f"a {self.kind} says since which day: give since")
        if not any(getattr(self, name) for name in SELECTS):
            raise ValueError(f"a {self.kind} names its figures: give one of {', '.join(SELECTS)}")
        return self


def faults(
    revisions: Mapping[str, Revision],
    known: Mapping[str, Collection[str]],
    places: Mapping[tuple[str, str, str], str],
) -> Iterator[str]:
    """What revisions name that the catalogue does not have.

    Devices are those of the file beside: of a data folder's own, a shared rule knows nothing.
    """
    beside = {_folder(place) for (part, *_), place in places.items() if part == "devices"}
    for one in revisions.values():
        is_beside = _folder(places["revisions", one.id, "id"]) in beside
        for column, ids in known.items():
            unknown = [name for name in getattr(one, column) if name not in ids]
            if unknown and (is_beside or column != "device"):
                yield (
                    f"{places['revisions', one.id, column]}: {one.id!r}: unknown {column} "
                    f"{', '.join(map(repr, unknown))}; allowed: {', '.join(sorted(ids)) or 'none'}"
                )


def _folder(place: str) -> str:
    return place.rpartition("/")[0]
