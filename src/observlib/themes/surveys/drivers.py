"""What goes with satisfaction, the other answers being alike: a regression on what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import protect
from observlib.indicators import answers
from observlib.stats.survey.association import regression
from observlib.stats.survey.design import design

MINIMUM = 100  # complete answers
MARKS = {"clarity": "Clarté", "ces": "Facilité", "task_success": "Objectif atteint"}
AGE, SEX = "Âge, du plus jeune au plus âgé", "Sexe, des femmes aux hommes"
LABELS = {**MARKS, "age": AGE, "sex": SEX}
ALL = "Ensemble"


def effects(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """How far satisfaction differs between the lowest and the highest answer to each question.

    One linear regression a survey of satisfaction (0–10) on clarity, ease, success, age (its
    classes at even distances) and sex, those it asks, with the errors of the design (see
    `association.regression`), over the responses that say all of them. A question is left out

    - where fewer than 11 people answer it otherwise than most do;
    - for ease, where those who failed are not asked: only the successful could be compared.
    """
    made: list[dict[str, Any]] = []
    for passport, period, given, status in answers.periods_of(responses, catalogue, quarters):
        people = _people(given)
        drivers = [name for name in LABELS if name in people]
        if "satisfaction" not in people or not drivers:
            continue
        complete = people.dropna()
        n = len(complete)
        row: dict[str, Any] = {**passport, "indicator": "driver_effect", "period": period}
        row |= {"unit": "points", "group": "driver", "status": status}
        varying = [name for name in drivers if _varies(complete[name])]
        try:
            found = (
                regression(design(complete), "satisfaction", varying)
                if varying and n >= MINIMUM
                else pd.DataFrame()
            )
        except ObservError:  # what is asked says the same thing twice, or satisfaction never varies
            found = pd.DataFrame()
        if found.empty:
            base = {"n": n} if n >= estimates.MINIMUM_PEOPLE else {}
            none = "suppressed" if status == "suppressed" else "missing"
            made.append({**row, "group_value": ALL, **base, "status": none})
            continue
        for one in found.iloc[1:].to_dict("records"):
            ends = {key: one[key] for key in ("estimate", "ci_low", "ci_high")}
            made.append({**row, "group_value": LABELS[one["driver"]], **ends, "n": n, "n_eff": n})
    return protect(made)


def _people(given: pd.DataFrame) -> pd.DataFrame:
    """One row a response: satisfaction on 0–10, and the others from lowest (0) to highest (1)."""
    once = given.drop_duplicates(["response_id", "variable"])
    marks = once[once["value"].notna()]
    marks = marks.assign(on_10=answers.on_10(marks))
    people = marks.pivot(index="response_id", columns="variable", values="on_10")
    people = people[[name for name in ("satisfaction", *MARKS) if name in people]]
    people[[name for name in MARKS if name in people]] /= 10
    if {"ces", "task_success"} <= set(people):
        failed = people["task_success"] == people["task_success"].min()
        if not people.loc[failed, "ces"].notna().any():
            people = people.drop(columns="ces")
    for name, order in (("age", None), ("sex", ["Femme", "Homme"])):
        answered = once[(once["variable"] == name) & once["category"].notna()]
        names = order or sorted(answered["category"].unique())
        if len(names) > 1 and len(answered):
            place = {category: i / (len(names) - 1) for i, category in enumerate(names)}
            people = people.join(
                answered.set_index("response_id")["category"].map(place).rename(name)
            )
    return people


def _varies(answers: pd.Series) -> bool:
    others = len(answers) - int(answers.value_counts().max()) if len(answers) else 0
    return others >= estimates.MINIMUM_PEOPLE
