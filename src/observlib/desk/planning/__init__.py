"""What a device's verdicts need: answers and weeks, questions to drop, and people's minutes.

It is for whoever decides whether a survey or a form goes on as it is, before its next quarter. It
tells of a store at hand, and is no part of an edition: nothing here passed its disclosure control.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates, store
from observlib.base.errors import UsageError, bounded
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, Device
from observlib.desk.planning import questions, verdicts
from observlib.desk.planning.answers import people
from observlib.desk.planning.asked import asked
from observlib.indicators.answers import RARE
from observlib.pipeline import frame, project

# by table of answers: the family that compares them, others that tell of them, that of all devices
_FAMILIES = {
    "responses": ("survey", ("profiles",), "surveys"),
    "ratings": ("satisfaction", (), "satisfaction"),
}


class Plan(NamedTuple):
    """What is told of a device, `per` quarter or, where it listens once a year, per year.

    `verdicts` are rows of `verdicts.needs`, `drop` of `questions.to_drop`; `tests` is how many its
    page corrects for, `effect` the design effect of its weights, if it has some; `asked` is what
    `asked` gives.
    """

    device: Device
    quarter: Quarter
    per: str
    verdicts: list[dict[str, Any]]
    tests: int
    effect: float | None
    drop: list[dict[str, Any]]
    asked: dict[str, float]


def plan(data: Path, device: str, quarter: Quarter) -> Plan:
    """Plan a survey or a rating device by its last four quarters.

    Parameters
    ----------
    data
        Data folder, with its store.
    device
        Of the catalogue.
    quarter
        The last complete one.

    Raises
    ------
    UsageError
        For a device that does not exist, and one whose answers are no sample.

    Examples
    --------
    >>> made = plan(project.data_folder("data/demo"), "enquete-legifrance", Quarter(2026, 3))
    >>> made.verdicts[0]["indicator"], made.drop[-1]["why"]
    ('satisfaction_10', 'open text that is never loaded')
    """
    known = project.catalogue(data)
    table = _table(data, device, known)
    own, year = known.devices[device], quarter.back(4)
    rare = own.frequency in RARE
    rows = store.read(data, table, year[0], quarter, device=device)
    by_person = people(rows, year)
    name, more, of_all = _FAMILIES[table]
    survey = device if frame.family(name).each_survey else ""
    given = frame.given(data, quarter, name, survey)
    others = partial(frame.given, data, quarter)
    told = estimates.combine([given.estimates, *(others(one).estimates for one in more)])
    told = told[told["device"] == device]
    found, tests = verdicts.needs(given, lambda: others(of_all).estimates, own, by_person, known)
    margins = {*project.reference("margins")["variable"]}
    return Plan(
        own,
        quarter,
        "year" if rare else "quarter",
        found,
        tests,
        verdicts.design_effect(told),
        questions.to_drop(own, known, by_person, questions.used(told, known), margins, found),
        asked(own, known, by_person, year if rare else [quarter]),
    )


def _table(data: Path, device: str, known: Catalogue) -> str:
    """The table of a device's answers."""
    if device not in known.devices:
        near = get_close_matches(device, known.devices, 1)
        ask = f"is it {near[0]!r}?" if near else "`observ catalogue` lists it"
        raise UsageError(f"device {device!r}: is not in the catalogue; {ask}")
    held: pd.DataFrame = store.devices(data)
    own = set(held.loc[held["device"] == device, "table"])
    if found := next((table for table in _FAMILIES if table in own), None):
        return found
    can = held.loc[held["table"].isin(list(_FAMILIES)), "device"].unique()
    why = f"gives {bounded(sorted(own))}" if own else "gave nothing yet"
    raise UsageError(
        f"device {device!r}: {why}; what can be planned are answers, of surveys and ratings: "
        f"{bounded(can, 30) or 'there are none'}"
    )
