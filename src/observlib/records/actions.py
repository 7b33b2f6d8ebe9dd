"""Actions: what a team changed or what happened, on which day, and which figure it is to move.

A file `data/actions/<id>.yml` each: see docs/how-to/action.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from observlib.base.errors import bounded
from observlib.base.period import Period
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Part, Slug, Text
from observlib.records.published_text import Plain, a_role
from observlib.records.record import Fault, Record

FOLLOWED: list[str] = load_data(__file__)["followed"]
# What readers see beside an effect: with what the product was compared, and which line is which.
BEFORE_AFTER = "Avant/après"
COMPARABLE = "Produits comparables"
CONTROLLED = "Face aux comparables"
SEEN, UNCHANGED = "Observé", "Attendu sans l'action"
KINDS = {"action": "action", "measure": "changement de mesure", "outage": "panne"}


def _unmarked(text: str) -> str:
    """The text; `ValueError` where a page would read something in it as markup.

    >>> _unmarked("Le bouton « Suivant » est en haut de page, n° 1.")
    'Le bouton « Suivant » est en haut de page, n° 1.'
    """
    if found := re.search(r"[*`<>\[\]$|\\@^~\n]", text):
        raise ValueError(f"holds {found[0]!r}, which a page reads as markup; write one plain line")
    return text


Line = Annotated[Plain, AfterValidator(_unmarked)]


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
    date: date
    done: Line
    kind: Literal["action", "measure", "outage"] = "action"
    device: Slug = ""
    expected: tuple[Expected, ...]
    controls: tuple[Slug, ...] = ()
    partners: tuple[Slug, ...] = ()
    themes: tuple[Text, ...] = ()
    tasks: tuple[Slug, ...] = ()
    contact: Annotated[Plain, AfterValidator(a_role)]

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
