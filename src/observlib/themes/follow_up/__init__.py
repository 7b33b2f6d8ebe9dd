"""The tasks that most need work, and what was decided on each."""

from collections.abc import Iterator, Sequence

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import TASK, Catalogue
from observlib.estimates import Row
from observlib.indicators.answers import pooled_period, source_of
from observlib.indicators.families import estimated, family
from observlib.records.sheets import Decision, standing_decisions
from observlib.stats.survey.association import MOST, places_named

DECISION = "decision"  # the group of `task_decisions`
NONE = "none"  # beside the kinds of decisions: there is none
STATE_WORDS = {  # and each in a word
    "done": "Fait",
    "will_do": "Prévu",
    "partner": "À un autre organisme",
    "refused": "Refusé",
    NONE: "Sans réponse",
}
_HEARD = ("task_calls", "task_tickets", "task_texts")


def state_of(one: Decision | None) -> str:
    """The state of a task, of `STATE_WORDS`, by the decision that stands on it."""
    return one.decision if one else NONE


def strongest(tasks: pd.DataFrame, year: Sequence[Quarter]) -> list[str]:
    """The tasks that most need work, in order; where that is not known, the ten most told of."""
    told = tasks[tasks["status"] == "published"]
    by = told[told["indicator"] == "task_priority"]
    most = places_named(len(by)) or MOST
    if by.empty:
        by = told[told["indicator"].isin(_HEARD) & told["period"].isin(map(str, year))]
    sums = by.groupby("group_value", sort=True)["estimate"].sum()
    return list(sums.sort_values(ascending=False, kind="stable").head(most).index)


@family("follow_up")
@estimated
def follow_up(
    tasks: pd.DataFrame, decisions: Sequence[Decision], catalogue: Catalogue, quarter: Quarter
) -> Iterator[Row]:
    """What became of the tasks that most need work."""
    year = quarter.back(4)
    labels = strongest(tasks, year)
    own = {task.label: task.id for task in catalogue.tasks.values()}
    stands = standing_decisions(decisions)
    found = {label: stands.get(own[label]) for label in labels}
    about = {"period": pooled_period(year), "source": source_of("decisions", map(repr, decisions))}
    days = {**about, "indicator": "task_decision_days", "unit": "jours", "group": TASK}
    for label, one in found.items():
        known = {"estimate": float(one.days)} if one else {"status": "missing"}
        yield {**days, "group_value": label, **known}
    count = {**about, "indicator": "task_decisions", "unit": "tâches", "group": DECISION}
    states = [state_of(one) for one in found.values()]
    for state, word in STATE_WORDS.items() if labels else ():
        yield {**count, "group_value": word, "estimate": float(states.count(state))}
