"""Replies: what partners answered to what was sent to them, and what they will do.

A file `data/partners/<id>.yml` each: see docs/how-to/partner.md. The delay is counted from the end
of the `quarter` that it answers, or from the day of the `message`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date as Day  # which is the name of a key too
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Slug, Text
from observlib.records.actions import Line
from observlib.records.published_text import Plain, a_role
from observlib.records.record import Fault, Record


class Reply(Record):
    """One reply, as its file tells it."""

    FOLDER: ClassVar[str] = "partners"

    partner: Slug
    quarter: str | None = Field(default=None, pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    message: Day | None = None
    date: Day
    themes: tuple[Text, ...] = Field(min_length=1)
    role: Annotated[Plain, AfterValidator(a_role)]
    will_do: Line
    due: Day | None = None

    def _faults(self) -> Iterator[str]:
        if (self.quarter is None) == (self.message is None):
            yield "give `quarter` or `message`, and not both: what does it answer?"
        elif self.days < 0:
            yield f"its date {self.date} is before {self.since}, which it answers"
        elif self.due is not None and self.due < self.date:
            yield f"it is due on {self.due}, before its date {self.date}"

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name."""
        return {"partner": catalogue.partners}

    def faults(self, catalogue: Catalogue) -> Iterator[Fault]:
        """The themes that are not those of its partner."""
        if (partner := catalogue.partners.get(self.partner)) is None:
            return
        themes = [*partner.themes, *partner.shared]
        known = set(map(fold_label, themes))
        for i, theme in enumerate(self.themes):
            if fold_label(theme) not in known:
                allowed = ", ".join(themes) or "none"
                yield ("themes", i), f"unknown theme {theme!r} of {partner.id}; allowed: {allowed}"

    @property
    def since(self) -> Day:
        """The day from which its delay is counted."""
        return self.message or Quarter(self.quarter or "").end

    @property
    def days(self) -> int:
        """How long it took."""
        return (self.date - self.since).days
