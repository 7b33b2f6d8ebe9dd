"""How satisfied each age and each sex is, and each beside all the others of its survey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.confidentiality.disclosure import protect
from observlib.estimates.measures import MEASURES
from observlib.indicators import answers
from observlib.stats.survey.comparison import REFERENCE, two_by_two
from observlib.themes.surveys import weighted

VARIABLES = ("age", "sex")
OTHERS = "les autres"


def marks(surveys: Iterable[weighted.Weighed]) -> pd.DataFrame:
    """Satisfaction by age and by sex, of the respondents whose whole profile is known.

    They are the same for each variable, and those of the raw figures of `weighted.marks`: no two
    tables differ by a few people. A variable of which one category cannot be told is withheld
    whole, for the others would tell it; both are where the mark on all answers, or those of the
    quarters, would (see `weighted.disclosing`).
    """
    return estimates.combine(own for _, own in _each(surveys))


def pairs(surveys: Iterable[weighted.Weighed]) -> pd.DataFrame:
    """The mark of each category with that of all the others of its variable, who are other people.

    Of two categories the first alone is paired: the others are the second.
    """
    found = [two_by_two(marks([]))]
    for people, own in _each(surveys):
        of = people[own["group"].iat[0]]
        rows = own.head(1) if len(own) == 2 else own
        others = []
        for row in rows.to_dict("records"):
            others.append({**row, "group_value": OTHERS})
            if row["status"] != "suppressed":
                others[-1] |= _mark(people.loc[of != row["group_value"], "satisfaction_10"])
        reference = protect(pd.DataFrame(others, index=rows.index))
        found.append(rows.join(reference.add_prefix(REFERENCE)))
    return pd.concat(found, ignore_index=True).assign(against="others")


def _each(surveys: Iterable[weighted.Weighed]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Of each survey and variable, one row a respondent who gave a mark, and the estimates."""
    for survey in surveys:
        scored = weighted.scores(survey.given)
        if len(survey.people) < weighted.MINIMUM or "satisfaction_10" not in scored:
            continue
        people = survey.people.join(scored["satisfaction_10"]).dropna()
        hidden = "satisfaction_10" in weighted.disclosing(survey, scored)
        for variable in (name for name in VARIABLES if name in people):
            given = dict(iter(people.groupby(variable)["satisfaction_10"]))
            if len(given) < 2:  # no one of the others gave a mark
                continue
            row = {**survey.passport, "group": variable, "status": survey.status}
            if hidden or any(map(_untold, given.values())):
                row["status"] = "suppressed"
            made = [{**row, "group_value": name, **_mark(own)} for name, own in given.items()]
            yield people, protect(made)


def _untold(given: pd.Series) -> bool:
    """Whether a category's marks are too few, or few and all alike."""
    return len(given) < estimates.MINIMUM_PEOPLE or weighted.few_and_alike(given)


def _mark(given: pd.Series) -> dict[str, Any]:
    return answers.of_worths("satisfaction_10", MEASURES["satisfaction_10"], given)
