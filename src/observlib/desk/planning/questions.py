"""Questions that could be dropped, each with why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.desk.planning.answers import QUARTER
from observlib.desk.planning.verdicts import MOST_WEEKS, YEAR_WEEKS

ENOUGH = 100  # answers, for a question to be judged by them
ALIKE, SAME = 0.95, 0.9  # share of one answer; Spearman's correlation


def used(told: pd.DataFrame, catalogue: Catalogue) -> set[str]:
    """The variables that estimates tell something of: as a measure, or as a group."""
    known = (catalogue.indicators.get(name) for name in told["indicator"].unique())
    return {one.question for one in known if one and one.question} | {*told["group"]} - {""}


def to_drop(
    device: Device,
    catalogue: Catalogue,
    people: pd.DataFrame,
    used: Collection[str],
    margins: Collection[str],
    needs: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The questions that could be dropped, in the order in which they are asked.

    - nothing told by a page rests on it: no measure, no group; or what people write is not loaded;
    - at least 95 % of its answers are one;
    - it tells what another scale tells (Spearman's correlation of 0.9), of which the later goes;
    - none of its measures can have a verdict within two years.

    What answers are weighted by is never among them, nor is what decides who is asked another
    question; a headline is not for telling what another tells.

    Parameters
    ----------
    people
        What `answers.people` gives.
    used
        Variables that pages tell something of.
    margins
        Variables by which answers are weighted.
    needs
        Rows of `verdicts.needs`.

    Returns
    -------
    list of dict
        `question` (its variable), `text` as it is asked, where that is known, and `why`.
    """
    asked = _asked(device, catalogue, people)
    form = catalogue.questionnaires.get(device.questionnaire or "")
    filters = {one.asked_if.variable for one in (form.questions if form else ()) if one.asked_if}
    headlines = {one.question for one in catalogue.indicators.values() if one.headline}
    closed = [name for name, (kind, _) in asked.items() if kind != "text"]
    same = dict(_same([name for name in closed if asked[name][0] == "scale"], people, headlines))
    found = []
    for name, (kind, text) in asked.items():
        if name in margins:
            continue
        if kind == "text":
            why = "" if device.verbatims else "open text that is never loaded"
        elif name in filters:
            why = ""
        elif name not in used:
            why = "no figure, group or weight rests on it"
        else:
            why = _alike(name, people) or same.get(name, "") or _never(name, needs)
        if why:
            found.append({"question": name, "text": text, "why": why})
    return found


def _asked(
    device: Device, catalogue: Catalogue, people: pd.DataFrame
) -> dict[str, tuple[str, str]]:
    """Kind and text of each question: those of the questionnaire, else those that have answers."""
    if form := catalogue.questionnaires.get(device.questionnaire or ""):
        return {one.variable: (one.kind, one.text) for one in form.questions if one.variable}
    answered = people.drop(columns=["person", QUARTER]).notna().sum()
    return {str(name): ("scale", "") for name in answered.sort_values(ascending=False).index}


def _alike(name: str, people: pd.DataFrame) -> str:
    said = people[name].dropna() if name in people else pd.Series(dtype=object)
    most = said.value_counts(normalize=True).max() if len(said) >= ENOUGH else 0.0
    return f"nearly all answer alike ({100 * most:.0f} %)" if most >= ALIKE else ""


def _same(
    scales: Sequence[str], people: pd.DataFrame, headlines: Collection[str | None]
) -> Iterator[tuple[str, str]]:
    """Each scale that goes with one before it, and why; a headline comes before all."""
    order = sorted((name for name in scales if name in people), key=lambda n: n not in headlines)
    numbers = people[order].apply(pd.to_numeric, errors="coerce")
    links = numbers.corr(method="spearman", min_periods=ENOUGH)
    for i, name in enumerate(order):
        for other in order[:i]:
            if links.at[name, other] >= SAME:
                yield name, f"tells what {other} tells (Spearman {links.at[name, other]:.2f})"
                break


def _never(name: str, needs: Sequence[Mapping[str, Any]]) -> str:
    """Why a question is asked in vain, where its measures are known to need more than two years."""
    weeks = [row["weeks"] for row in needs if row["question"] == name]
    if not weeks or None in weeks or min(weeks) <= MOST_WEEKS:
        return ""
    return f"no verdict within two years (needs {min(weeks) / YEAR_WEEKS:.1f})"
