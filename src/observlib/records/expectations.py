"""Expectations: what an analyst announced of a figure before its data were there.

A file `data/expectations/<id>.yml` of the data folder that it speaks of each: see
docs/how-to/expectation.md. `effect` is the smallest change of interest, in points: what would still
be called a rise, or else what would no longer be called stable.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import date as Day  # which is the name of a key too
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Slug
from observlib.records.actions import Line
from observlib.records.published_text import Plain, a_role
from observlib.records.record import Record

COMPARED = ("satisfaction_10", "satisfied_share", "clarity_10", "help_reached_share")
# why one is exploratory
EXPLORATORY_REASONS = {
    "unseen": "no ingestion has seen it yet",
    "edited": "it was changed after an ingestion had seen it",
    "late": "data of its period were there when an ingestion first saw it",
    "after": "it was written after the end of its period",
}


class Expectation(Record):
    """One expectation, as its file tells it."""

    FOLDER: ClassVar[str] = "expectations"
    ORDER: ClassVar[str] = "id"

    title: Line
    indicator: Slug
    product: Slug
    device: Slug
    period: str = Field(pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    direction: Literal["up", "down", "stable"]
    effect: float = Field(gt=0, allow_inf_nan=False)
    date: Day
    author: Annotated[Plain, AfterValidator(a_role)]
    why: Line

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name; the device is one of its product."""
        return {
            "indicator": COMPARED,
            "product": catalogue.products,
            "device": catalogue.devices_of(self.product),
        }


def exploratory(one: Expectation, first: tuple[str, bool] | None) -> str:
    """Why one is exploratory, of `EXPLORATORY_REASONS`; nothing where it was announced."""
    if first is None:
        return "unseen"
    digest, late = first
    if digest != one.digest:
        return "edited"
    return "late" if late else "after" if one.date > Quarter(one.period).end else ""


def outcome(direction: str, effect: float, low: float, high: float) -> str:
    """What the interval of a difference says of what was expected.

    >>> outcome("up", 0.5, 0.6, 1.2), outcome("down", 0.5, -1.2, -0.1)
    ('reached', 'open')
    >>> outcome("stable", 0.5, -0.2, 0.3)
    'small'
    """
    if math.isnan(low) or math.isnan(high):
        return "untested"
    if -effect < low and high < effect:
        return "small"
    if direction == "down":
        low, high = -high, -low
    if low >= effect or (direction == "stable" and high <= -effect):
        return "reached"
    return "short" if direction != "stable" and high < effect else "open"
