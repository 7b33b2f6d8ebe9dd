"""Sentences on workshops: who came, and what became of the ideas."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, words


def ideas(frame: pd.DataFrame) -> str:
    """How many ideas of workshops were decided and done.

    Parameters
    ----------
    frame
        Estimates of `workshop_ideas` by step.
    """
    steps = frame[(frame["indicator"] == "workshop_ideas") & frame["estimate"].notna()]
    if len(steps) != 3 or not steps["estimate"].iat[0]:
        return "Aucune idée d'atelier n'est connue."
    proposed, decided, done = steps["estimate"]
    when = french.when(steps["period"].iat[0])
    text = f"Sur {french.count(proposed, 'idée proposée', 'idées proposées')} en atelier {when}, "
    if not decided:
        return f"{text}aucune n'est encore décidée à la fin de la période."
    text += f"{french.number(decided)} {french.plural(decided, 'est décidée', 'sont décidées')} et "
    text += (
        f"{french.number(done)} {french.plural(done, 'réalisée', 'réalisées')}"
        if done
        else ("aucune n'est encore réalisée")
    )
    return f"{text} à la fin de la période."


def delay(delays: pd.DataFrame, catalogue: Catalogue) -> str:
    """How long half of the decided ideas take to be done; nothing where it may not be told.

    Parameters
    ----------
    delays
        Estimates of `idea_delay`.
    """
    rows = delays[delays["indicator"] == "idea_delay"].to_dict("records")
    if not rows or rows[0]["status"] == "suppressed":
        return ""
    if rows[0]["status"] == "missing":
        return "Moins de la moitié des idées décidées sont réalisées dans le délai observé."
    text = words.sentence(rows[0], catalogue)
    when = french.when(rows[0]["period"])
    return f"La moitié des idées décidées {when} sont réalisées en {text}."


def workshops(people: pd.DataFrame, held: pd.DataFrame) -> str:
    """How many workshops a year had, and how many people came.

    Parameters
    ----------
    people, held
        Estimates of `workshop_participants`, and of `workshop_count` by product and quarter.
    """
    count = held["estimate"].sum()
    if not count:
        return "Aucun atelier ne s'est tenu."
    workshops_ = french.count(count, "atelier s'est tenu", "ateliers se sont tenus")
    whole = people[(people["product"] == "") & (people["group"] == "") & people["estimate"].notna()]
    if whole.empty:
        return f"En un an, {workshops_}."
    came = french.count(whole["estimate"].iat[0], "participant", "participants")
    return f"En un an, {workshops_}, avec {came}."
