"""Sentences on workshops: who came, and what became of the ideas."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.language import french, wording, words

_TEXTS = wording.load_texts(__file__)


def ideas(frame: pd.DataFrame) -> str:
    """How many ideas of workshops were decided and done (`workshop_ideas` by step)."""
    steps = frame[(frame["indicator"] == "workshop_ideas") & frame["estimate"].notna()]
    if len(steps) != 3 or not steps["estimate"].iat[0]:
        return _TEXTS["no_idea"]
    proposed, decided, done = steps["estimate"]
    when = french.when(steps["period"].iat[0])
    ideas_ = _TEXTS.count("proposed", proposed)
    if not decided:
        return _TEXTS["undecided"].format(proposed=ideas_, when=when)
    told = {"decided": _TEXTS.count("decided", decided), "done": _TEXTS.count("achieved", done)}
    return _TEXTS["done" if done else "not_done"].format(proposed=ideas_, when=when, **told)


def delay(delays: pd.DataFrame, catalogue: Catalogue) -> str:
    """How long half of the decided ideas take to be done (`idea_delay`), where it may be told."""
    rows = delays[delays["indicator"] == "idea_delay"].to_dict("records")
    if not rows or rows[0]["status"] == "suppressed":
        return ""
    if rows[0]["status"] == "missing":
        return _TEXTS["less_than_half"]
    days = words.value(rows[0], words.indicator_of("idea_delay", catalogue))
    return _TEXTS["delay"].format(when=french.when(rows[0]["period"]), days=days)


def workshops(people: pd.DataFrame, held: pd.DataFrame) -> str:
    """How many workshops a year had (`workshop_count`), and how many people came."""
    count = held["estimate"].sum()
    if not count:
        return _TEXTS["no_workshop"]
    workshops_ = _TEXTS.count("held", count)
    whole = people[(people["product"] == "") & (people["group"] == "") & people["estimate"].notna()]
    if whole.empty:
        return _TEXTS["workshops"].format(workshops=workshops_)
    came = _TEXTS.count("person", whole["estimate"].iat[0])
    return _TEXTS["workshops_people"].format(workshops=workshops_, people=came)
