"""Decisions: what the agency answers to what its users come up against, task by task.

A file `data/decisions/<id>.yml` each: see docs/how-to/decision.md. Its delay is counted from the
end of the quarter that it answers. The latest decision on a task stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date as Day  # which is the name of a key too
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Slug
from observlib.records.actions import Line
from observlib.records.published_text import Plain, a_role
from observlib.records.record import Record

# what a kind of decision must name, and what it may
_NAMES = {
    "will_do": ({"due"}, {"due", "action"}),
    "done": ({"action"}, {"action"}),
    "refused": (set[str](), set[str]()),
    "partner": ({"partner"}, {"partner"}),
}
_NAMED = ("due", "action", "partner")


class Decision(Record):
    """One decision, as its file tells it."""

    FOLDER: ClassVar[str] = "decisions"

    task: Slug
    quarter: str = Field(pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    date: Day
    decision: Literal["will_do", "done", "refused", "partner"]
    answer: Line
    due: Day | None = None
    action: Slug | None = None
    partner: Slug | None = None
    role: Annotated[Plain, AfterValidator(a_role)]

    def _faults(self) -> Iterator[str]:
        needed, allowed = _NAMES[self.decision]
        given = {name for name in _NAMED if getattr(self, name) is not None}
        yield from (f"{self.decision} needs {name!r}" for name in sorted(needed - given))
        for name in sorted(given - allowed):
            yield f"{self.decision} has no {name!r}; leave it out"
        ends = Quarter(self.quarter).end
        if self.date <= ends:
            yield f"its date {self.date} is not after {ends}, the end of its quarter"
        if self.due is not None and self.due < self.date:
            yield f"it is due on {self.due}, before its date {self.date}"

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name; its action is one of those recorded."""
        return {"task": catalogue.tasks, "partner": catalogue.partners}

    @property
    def days(self) -> int:
        """How long it took, from the end of the quarter."""
        return (self.date - Quarter(self.quarter).end).days


def standing_decisions(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The decision that stands on each task: the latest, of those in order."""
    return {one.task: one for one in decisions}
