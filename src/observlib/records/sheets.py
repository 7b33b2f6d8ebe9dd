"""Sheets of which each is one entry: actions, decisions, replies to partners, expectations.

A YAML file each, named after its `id`: see docs/how-to/action.md, decision.md, partner.md and
expectation.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date as Day  # which is the name of a key too
from typing import Any, ClassVar, Literal

from pydantic import Field

from observlib.base.errors import bounded
from observlib.base.period import Period, Quarter
from observlib.base.text import fold_label
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Part, Slug, Text
from observlib.records.published_text import Line, Role
from observlib.records.record import Fault, Record

_QUARTER = r"^(?:19|2\d)\d{2}-T[1-4]$"

# --- Actions: what a team changed or what happened, on which day, and which figure it is to move

FOLLOWED: list[str] = load_data(__file__)["followed"]
# What readers see beside an effect: with what the product was compared, and which line is which.
BEFORE_AFTER = "Avant/après"
COMPARABLE = "Produits comparables"
CONTROLLED = "Face aux comparables"
SEEN, UNCHANGED = "Observé", "Attendu sans l'action"
KINDS = {"action": "action", "measure": "changement de mesure", "outage": "panne"}


class Expected(Part):
    """An indicator that the action was to move, and which way."""

    indicator: Slug
    direction: Literal["up", "down"]


class Action(Record):
    """One action, as its file tells it; `done` says in French what was done."""

    FOLDER: ClassVar[str] = "actions"
    UNIQUE: ClassVar[str] = "title"  # by which a page knows it

    title: Line
    product: Slug
    date: Day
    done: Line
    kind: Literal["action", "measure", "outage"] = "action"
    device: Slug = ""
    expected: tuple[Expected, ...]
    controls: tuple[Slug, ...] = ()
    partners: tuple[Slug, ...] = ()
    themes: tuple[Text, ...] = ()
    tasks: tuple[Slug, ...] = ()
    contact: Role

    def _faults(self) -> Iterator[str]:
        if self.product in self.controls:
            yield f"'controls' holds the product {self.product!r} itself; give others"
        if not self.expected:
            yield "'expected' is empty; name an indicator and the direction it should take"
        named = [one.indicator for one in self.expected]
        for what, given in (("controls", list(self.controls)), ("expected", named)):
            if twice := sorted(name for name, times in Counter(given).items() if times > 1):
                yield f"{what!r} holds {bounded(twice)} twice; give each once"

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name; the device is one of its product."""
        partners = catalogue.partners.values()
        return {
            "product": catalogue.products,
            "device": catalogue.devices_of(self.product),
            "controls": catalogue.products,
            "partners": catalogue.partners,
            "themes": dict.fromkeys(theme for p in partners for theme in (*p.themes, *p.shared)),
            "tasks": catalogue.tasks,
        }

    def faults(self, catalogue: Catalogue) -> Iterator[Fault]:
        """The indicators that it is to move and of which there is no series."""
        for i, one in enumerate(self.expected):
            if one.indicator in FOLLOWED:
                continue
            known = catalogue.indicators.get(one.indicator)
            fault = f"unknown indicator {one.indicator!r}"
            if known:
                why = "is counted on one day and not over a month" if known.stock else ""
                fault = (
                    f"indicator {one.indicator!r} {why or 'has no monthly series'}, and no effect "
                    "on it can be followed"
                )
            yield ("expected", i, "indicator"), f"{fault}; allowed: {', '.join(FOLLOWED)}"


Changes = Collection[Action]  # of what is measured


def subject(action: Action, expected: Expected, catalogue: Catalogue) -> str:
    """What an effect is called: the action's title, and what moves where that may be several."""
    if len(action.expected) == 1:
        return action.title
    label = catalogue.indicators[expected.indicator].label
    return f"{action.title} ({label[:1].lower()}{label[1:]})"


def touches(action: Action, row: Mapping[str, Any]) -> bool:
    """Whether an action is to move an estimate's indicator, or one that is made of it.

    An indicator is made of another where its id goes on with `_`: `visits_adjusted`, of `visits`.
    """
    named = [one.indicator for one in action.expected]
    its = any(f"{row['indicator']}_".startswith(f"{name}_") for name in named)
    return its and row["product"] == action.product and action.device in ("", row["device"])


def measured_since(row: Mapping[str, Any], changes: Changes) -> tuple[str, ...]:
    """The changes after which an estimate was measured, and its period where one is within it.

    One of a device touches all that is measured there, and any other what it is to move.
    """
    own = [one for one in changes if one.device == row["device"] != "" or touches(one, row)]
    period = Period(row["period"])
    within = [period for one in own if period.start < one.date <= period.end]
    return (*(one.id for one in own if one.date <= period.start), *within)


# --- Decisions: what the agency answers to what its users come up against, task by task

# what a kind of decision must name, and what it may
_NAMES = {
    "will_do": ({"due"}, {"due", "action"}),
    "done": ({"action"}, {"action"}),
    "refused": (set[str](), set[str]()),
    "partner": ({"partner"}, {"partner"}),
}
_NAMED = ("due", "action", "partner")


class Decision(Record):
    """One decision, as its file tells it; the latest on a task stands."""

    FOLDER: ClassVar[str] = "decisions"

    task: Slug
    quarter: str = Field(pattern=_QUARTER)
    date: Day
    decision: Literal["will_do", "done", "refused", "partner"]
    answer: Line
    due: Day | None = None
    action: Slug | None = None
    partner: Slug | None = None
    role: Role

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


# --- Replies: what partners answered to what was sent to them, and what they will do


class Reply(Record):
    """One reply, as its file tells it."""

    FOLDER: ClassVar[str] = "partners"

    partner: Slug
    quarter: str | None = Field(default=None, pattern=_QUARTER)
    message: Day | None = None
    date: Day
    themes: tuple[Text, ...] = Field(min_length=1)
    role: Role
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


# --- Expectations: what an analyst announced of a figure before its data were there

COMPARED = ("satisfaction_10", "satisfied_share", "clarity_10", "help_reached_share")
# why one is exploratory
EXPLORATORY_REASONS = {
    "unseen": "no ingestion has seen it yet",
    "edited": "it was changed after an ingestion had seen it",
    "late": "data of its period were there when an ingestion first saw it",
    "after": "it was written after the end of its period",
}


class Expectation(Record):
    """One expectation, as its file tells it.

    `effect` is the smallest change of interest, in points: what would still be called a rise, or
    else what would no longer be called stable.
    """

    FOLDER: ClassVar[str] = "expectations"
    ORDER: ClassVar[str] = "id"

    title: Line
    indicator: Slug
    product: Slug
    device: Slug
    period: str = Field(pattern=_QUARTER)
    direction: Literal["up", "down", "stable"]
    effect: float = Field(gt=0, allow_inf_nan=False)
    date: Day
    author: Role
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
