"""The answers of a device as a table of people: one row each, one column a question."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue.questionnaires import RESPONSE
from observlib.indicators.answers import within

QUARTER = "quarter"


def people(rows: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Who answered what in some quarters.

    Parameters
    ----------
    rows
        Of the tidy table `responses` or `ratings`.

    Returns
    -------
    DataFrame
        One row a person, with its `QUARTER`, whose categories are all those asked for; a column a
        question, its value or category. Of boxes that are ticked, all those of one person are one
        answer. Missing where nothing was said.

    Examples
    --------
    >>> rows = pd.DataFrame({"answer_id": ["a", "a", "b"], "question": ["clarity", "ease", "ease"]})
    >>> rows = rows.assign(value=[4.0, 2.0, 3.0], date=pd.Timestamp("2026-07-14"))
    >>> people(rows, [Quarter(2026, 3)])["ease"].tolist()
    [2.0, 3.0]
    """
    names = {"response_id": "person", "answer_id": "person", "variable": "question"}
    asked = within(rows.rename(columns=names), quarters)
    asked = asked.reindex(columns=["person", QUARTER, "question", "value", "category"])
    said = asked["category"].where(asked["category"].notna(), asked["value"]).astype(object)
    once = asked.assign(said=said).groupby(["person", QUARTER, "question"], sort=False)["said"]
    first, many = once.first(), once.nunique() > 1
    first[many] = once.agg(_together)[many] if many.any() else first[many]
    found = first.unstack("question").drop(columns=RESPONSE, errors="ignore").reset_index()
    names_of_all = [str(quarter) for quarter in quarters]
    return found.assign(**{QUARTER: pd.Categorical(found[QUARTER], names_of_all)})


def _together(said: pd.Series) -> str:
    return ", ".join(sorted(map(str, said)))
