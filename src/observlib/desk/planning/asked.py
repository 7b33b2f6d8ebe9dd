"""How many minutes a device asks of people."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, Device
from observlib.desk.planning.answers import QUARTER
from observlib.estimates.rounding import base

SECONDS = 15 * 60 / 85  # of a closed question: see `asked`


def asked(
    device: Device, catalogue: Catalogue, people: pd.DataFrame, quarters: Sequence[Quarter]
) -> dict[str, float]:
    """Minutes that people spent on closed questions, each and together.

    Source: Pew Research Center, "How we keep our online surveys from running too long", *Decoded*,
    8 December 2022: by the times of its panel a survey of 15 minutes has 85 points, and a
    stand-alone closed question is one. An open question can take minutes, and no table says who
    answered it: `open` says how many there are. What was seen and not answered took time too. So
    minutes are the least.

    Parameters
    ----------
    people
        What `answers.people` gives.
    quarters
        Those whose people are counted.

    Returns
    -------
    dict
        `people` to the nearest five; `questions` and `minutes` of each on average; `hours` of all;
        `open` questions.

    Examples
    --------
    >>> from observlib.pipeline import project
    >>> known = project.catalogue(project.data_folder("data/demo"))
    >>> some = pd.DataFrame({"person": range(90), "quarter": "2026-T3", "clarity": 4.0})
    >>> told = asked(known.devices["jdma-legifrance"], known, some, [Quarter(2026, 3)])
    >>> told["people"], round(60 * told["minutes"], 1), round(told["hours"], 2), told["open"]
    (90.0, 10.6, 0.26, 1)
    """
    own = people[people[QUARTER].isin([str(quarter) for quarter in quarters])]
    answered = own.drop(columns=["person", QUARTER]).notna().sum(axis=1)
    questions = float(answered.mean()) if len(own) else 0.0
    minutes = questions * SECONDS / 60
    form = catalogue.questionnaires.get(device.questionnaire or "")
    texts = [one for one in form.questions if one.kind == "text"] if form else []
    told = base(len(own))
    return {
        "people": told,
        "questions": questions,
        "minutes": minutes,
        "hours": told * minutes / 60,
        "open": len(texts) if form else int(bool(device.verbatims)),
    }
