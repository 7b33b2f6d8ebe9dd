"""How each task fares: who succeeds, how easily, who calls after a site, who is stopped in tests.

All are of a year, which gathers enough answers on a task. What surveys tell is of those who answer,
and named the task themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.partners import REASON, TASK, leads_to_task
from observlib.confidentiality.differencing import window_told, withheld_parts
from observlib.confidentiality.disclosure import protect
from observlib.estimates.measures import MEASURES
from observlib.estimates.rounding import base
from observlib.indicators import answers
from observlib.stats.survey.intervals import adjusted_wald, clustered_share
from observlib.stats.survey.quantiles import quantile_interval

SUCCESS, EASE, TRIED = "task_success_share", "task_ease", "task_failure_demand_share"
_MEASURES = {SUCCESS: MEASURES[SUCCESS], EASE: MEASURES["ces_10"]}
_ASKED = {name: measure.question for name, measure in _MEASURES.items()} | {TRIED: "tried_online"}
YES = "Oui"  # the category of `tried_online` of those who had looked on a site before
Rows = list[dict[str, Any]]


def answered(responses: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """What those who named one task answered: one row each, with its `task`."""
    reasons = responses[(responses["variable"] == REASON) & responses["category"].notna()]
    leads = leads_to_task("answers", catalogue.tasks)
    known = {one: leads(str(one)) or "" for one in reasons["category"].unique()}
    led = reasons.assign(task=reasons["category"].map(known).astype(object))
    several = led[led["task"] != ""].groupby("response_id")["task"].nunique() > 1
    led = led[~led["response_id"].isin(several[several].index)]
    led = led.sort_values("task", ascending=False).drop_duplicates("response_id")
    people = led[[*answers.SUBJECT, "response_id", "date", "task"]].set_index("response_id")
    asked = {
        name: responses[responses["variable"] == variable].set_index("response_id")
        for name, variable in _ASKED.items()
    }
    said = {
        name: measure.of(asked[name].dropna(subset="value")) for name, measure in _MEASURES.items()
    }
    said[TRIED] = asked[TRIED]["category"].dropna().eq(YES)
    for name, given in said.items():
        people[name] = given[~given.index.duplicated()].astype(float).reindex(people.index)
    return people.reset_index()


def told(people: pd.DataFrame, catalogue: Catalogue, year: Sequence[Quarter]) -> pd.DataFrame:
    """`SUCCESS`, `EASE` and `TRIED` of each task over a year, by survey.

    None is of all surveys: who comes to a site and who calls do not compare.
    """
    found: list[pd.DataFrame] = []
    for passport, period, given, status in answers.periods_of(people, catalogue, year):
        for indicator in _ASKED:
            about = {**passport, "indicator": indicator, "period": period, "status": status}
            found.append(_by_task(given.dropna(subset=[indicator]), about))
    return estimates.combine(found) if found else estimates.make([])


def _by_task(given: pd.DataFrame, about: Mapping[str, Any]) -> pd.DataFrame:
    """One measure of each task that someone named, but for what may not be told."""
    name = str(about["indicator"])
    rows: dict[str, dict[str, Any]] = {}
    sizes = {str(task): len(own) for task, own in given.groupby("task")}
    for task, own in given[given["task"] != ""].groupby("task", sort=True):
        value = _measure(name, own[name])
        row = {**about, "group": TASK, "group_value": task, **value}
        # a task is no category of an answer beside others: each is judged alone
        rows[str(task)] = {**row, "status": protect([row])["status"].iat[0]}
    hidden = {task for task, row in rows.items() if row["status"] == "suppressed"}
    for task in withheld_parts(sizes, hidden) & {*rows}:
        rows[task]["status"] = "suppressed"
    return estimates.combine(protect([row]) for row in rows.values())


def _measure(indicator: str, values: pd.Series) -> dict[str, Any]:
    if indicator in _MEASURES:
        return answers.of_worths(indicator, _MEASURES[indicator], values)
    return answers.share(indicator, values == 1)


def waits(calls: pd.DataFrame, year: Sequence[Quarter]) -> pd.DataFrame:
    """Median seconds before an answer of the calls of each task over a year, by device."""
    made: Rows = []
    inside = calls[(calls["outcome"] == "answered") & calls["wait"].notna()]
    period = next(iter(answers.pooled_period(year)))
    for passport, own in answers.by_device(answers.within(inside, year)):
        for task, given in own.groupby("task", sort=True):
            n = base(answers.count(given))
            row = {**passport, "indicator": "task_wait", "period": period, "n": n, "n_eff": n}
            row |= {"group": TASK, "group_value": task}
            row["status"] = answers.period_status(given, year)
            seconds, each = given["wait"].astype(float).to_numpy(), answers.times(given).to_numpy()
            value = answers.with_interval(*quantile_interval(seconds, 0.5, times=each))
            made.append(row | (value or {}))
    return protect(made, personal=False)


def attempts(user_tests: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Attempts of user tests at what leads to a task: passport, `date`, `task`, `who`, `value`."""
    tried = user_tests[(user_tests["measure"] == "success") & user_tests["task"].notna()]
    leads = leads_to_task("tests", catalogue.tasks)
    known = {one: leads(str(one)) for one in tried["task"].unique()}
    tried = tried.assign(task=tried["task"].map(known).astype(object))
    who = tried["device"].astype(str) + " " + tried["participant"].astype(str)
    return tried.dropna(subset=["task"]).assign(who=who)


def blocked(tried: pd.DataFrame, year: Sequence[Quarter]) -> pd.DataFrame:
    """`task_blocked_share`: attempts of a year's user tests that failed, in % of all, by device.

    `n` is that of participants, of whom one makes several attempts; the interval is the adjusted
    Wald one on what the attempts are worth (`survey.intervals`). Below eleven participants
    nothing is told, nor where a quarter that is not told could be had.
    """
    made: Rows = []
    period = next(iter(answers.pooled_period(year)))
    for passport, own in answers.by_device(answers.within(tried, year)):
        for task, given in own.groupby("task", sort=True):
            share, n_eff, people = failures(given)
            low, high = (100 * end for end in adjusted_wald(share * n_eff, n_eff))
            row = {**passport, "indicator": "task_blocked_share", "period": period, "unit": "%"}
            row |= {"group": TASK, "group_value": task, "n": people, "n_eff": n_eff}
            row |= {"estimate": 100 * share, "ci_low": low, "ci_high": high}
            people_of = given.groupby("quarter")["who"].nunique().to_dict()
            enough = [_enough(people_of.get(str(quarter))) for quarter in year]
            made.append(row if window_told(enough) else {**row, "status": "suppressed"})
    return protect(made, personal=False)


def _enough(people: int | None) -> bool | None:
    """Whether so many may be told; None where there are none."""
    return None if people is None else bool(people >= estimates.MINIMUM_PEOPLE)


def failures(tried: pd.DataFrame) -> tuple[float, float, int]:
    """The share of attempts that failed, the base that they are worth, and the participants."""
    by_person = tried.assign(failed=1 - tried["value"]).groupby("who")["failed"]
    counts = by_person.agg(["sum", "count"]).astype(int)
    share, n_eff = clustered_share(list(counts.itertuples(index=False, name=None)))
    return share, n_eff, len(counts)


def every_survey(
    responses_of: Mapping[str, Callable[[], pd.DataFrame]], catalogue: Catalogue
) -> pd.DataFrame:
    """What `answered` gives of the surveys in which someone named a task."""
    found: Iterable[pd.DataFrame] = (
        answered(responses_of[name](), catalogue) for name in sorted(responses_of)
    )
    named = [people for people in found if (people["task"] != "").any()]
    none = pd.DataFrame(columns=[*answers.SUBJECT, "response_id", "date", "task", *_ASKED])
    return pd.concat(named) if named else none.astype({"date": "datetime64[us]"})
