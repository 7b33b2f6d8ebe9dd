"""Tasks: what an edition publishes of what people came to do, and which tasks most need work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.partners import TASK
from observlib.confidentiality.disclosure import protect
from observlib.indicators import answers
from observlib.indicators.families import family
from observlib.stats.survey.ranking import among_worst
from observlib.themes.tasks import estimates as tasks
from observlib.themes.tasks import routing

QUARTERS = 5  # those of the year, and the same one a year before
RATES = {"task_calls": "task_calls_per_thousand", "task_tickets": "task_tickets_per_thousand"}
CRITERIA = ("failing", "effort", *RATES.values(), "blocked")


def per_thousand(
    visits: pd.DataFrame,
    contacts: pd.DataFrame,
    offered: pd.DataFrame,
    logged: pd.DataFrame,
    year: Sequence[Quarter],
) -> pd.DataFrame:
    """Calls, and messages, for 1,000 visits of each task's sections, over a year.

    Where one of both tells nothing of a task, nobody knows how many there are. A log may hold some
    calls alone: where a product's calls are also counted whole, each call of its log stands for as
    many as were offered for one that was logged.
    """
    names = [str(quarter) for quarter in year]
    period = next(iter(answers.pooled_period(year)))
    seen, heard = (rows[rows["period"].isin(names)] for rows in (visits, contacts))
    factors = _times_logged(answers.within(offered, year), answers.within(logged, year))
    made: list[dict[str, Any]] = []
    for (kind, task), calls in heard.groupby(["indicator", "group_value"], sort=True):
        own = seen[seen["group_value"] == task]
        if own.empty:
            continue
        both = pd.concat([own, calls])
        row = {"indicator": RATES[str(kind)], "period": period}
        row["source"] = routing.sources(both)
        row |= {"group": TASK, "group_value": task}
        if (both["status"] == "suppressed").any():
            made.append({**row, "status": "suppressed"})
        elif both["status"].isin(["partial", "missing"]).any() or not own["estimate"].sum():
            made.append({**row, "status": "missing"})
        else:
            factor = calls["product"].map(factors if kind == "task_calls" else {}).fillna(1.0)
            total = float((calls["estimate"] * factor).sum())
            value = 1000 * total / float(own["estimate"].sum())
            made.append({**row, "estimate": value, "n": float(calls["estimate"].sum()) or None})
    return protect(made, low_base=0, personal=False)


def _times_logged(offered: pd.DataFrame, logged: pd.DataFrame) -> dict[str, float]:
    """How many calls were offered for one that is in the log, by product; 1 at the least."""
    of_log = answers.times(logged).groupby(logged["product"].astype(str)).sum()
    whole = offered.groupby(offered["product"].astype(str))["offered"].sum()
    ratio = (whole / of_log).dropna()
    return {str(product): max(1.0, float(value)) for product, value in ratio.items()}


def criteria(
    labels: Sequence[str],
    visits: pd.DataFrame,
    people: pd.DataFrame,
    rates: pd.DataFrame,
    tried: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """By what tasks are told apart, standard errors and their correlation: the higher the worse.

    `failing`: the logarithm of how many visits of a year end without success, as far as surveys
    tell; `effort`: the mean mark of ease on 10, turned round; the logarithms of `RATES`; `blocked`:
    the log-odds of failing in a test. What is not known of a task is NaN.
    """
    values = pd.DataFrame(np.nan, index=list(labels), columns=list(CRITERIA))
    errors = values.copy()
    whole = visits[visits["status"] == "published"]
    volume = whole.groupby(["group_value", "period"])["estimate"].sum().groupby(level=0).mean()
    rate = rates.set_index(["group_value", "indicator"])
    for task in labels:
        own = people[people["task"] == task]
        success, ease = own[tasks.SUCCESS].dropna(), own[tasks.EASE].dropna()
        if len(success) and volume.get(task, 0) > 0:
            # half an answer is added to each side, so that nobody's success is no certainty
            failed, n = len(success) - success.sum() + 0.5, len(success) + 1
            values.at[task, "failing"] = np.log(4 * volume[task] * failed / n)
            errors.at[task, "failing"] = np.sqrt((1 - failed / n) / failed)
        if len(ease) > 1 and ease.std() > 0:
            values.at[task, "effort"] = -ease.mean()
            errors.at[task, "effort"] = ease.std() / np.sqrt(len(ease))
        for one in RATES.values():
            if (task, one) in rate.index and rate.at[(task, one), "estimate"] > 0:
                values.at[task, one] = np.log(rate.at[(task, one), "estimate"])
                errors.at[task, one] = 1 / np.sqrt(rate.at[(task, one), "n"])
        attempts = tried[tried["task"] == task]
        if len(attempts):
            share, n_eff, _ = tasks.failures(attempts)
            lost, won = share * n_eff + 0.5, (1 - share) * n_eff + 0.5
            values.at[task, "blocked"] = np.log(lost / won)
            errors.at[task, "blocked"] = np.sqrt(1 / lost + 1 / won)
    return values, errors, _shared(people)


def _shared(people: pd.DataFrame) -> pd.DataFrame:
    """How errors of `CRITERIA` correlate: `failing` and `effort` are told in the same answers."""
    given = people.set_index("task")[[tasks.SUCCESS, tasks.EASE]].astype(float)
    within = given - given.groupby(level=0).transform("mean")
    both = len(within.dropna()) / np.sqrt(within.count().prod() or 1)
    found = pd.DataFrame(np.eye(len(CRITERIA)), CRITERIA, CRITERIA)
    one = np.clip(within.corr().fillna(0.0).iat[0, 1] * both, -0.9, 0.9)
    found.loc["failing", "effort"] = found.loc["effort", "failing"] = one
    return found


def priority(
    values: pd.DataFrame, errors: pd.DataFrame, shared: pd.DataFrame, about: Mapping[str, Any]
) -> pd.DataFrame:
    """`task_priority`: the probability, in %, that each task is among those that most need work.

    Of a task of which no criterion is known none is told, and it takes no place.
    """
    found = among_worst(values.to_numpy(), errors.to_numpy(), shared=shared.to_numpy())
    row = {**about, "indicator": "task_priority", "unit": "%", "group": TASK}
    return estimates.make(
        {**row, "group_value": task, "estimate": 100 * share}
        for task, share in zip(values.index, found, strict=True)
        if not np.isnan(share)
    )


@family("tasks", quarters=QUARTERS)
def tasks_(
    sections: pd.DataFrame,
    calls_by_theme_and_wait: pd.DataFrame,
    intervals_by_day: pd.DataFrame,
    tickets_by_theme: pd.DataFrame,
    verbatims: pd.DataFrame,
    responses_of: Mapping[str, Callable[[], pd.DataFrame]],
    user_tests: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> pd.DataFrame:
    """Five quarters of what leads to each task, and over the year how it fares."""
    if not catalogue.tasks:
        return estimates.make([])
    quarters, year = quarter.back(QUARTERS), quarter.back(4)
    logged = calls_by_theme_and_wait
    calls = routing.contacts(logged, catalogue)
    tickets = routing.contacts(tickets_by_theme, catalogue)
    visits = routing.visits(sections, catalogue, quarters)
    contacts = estimates.combine(
        [
            routing.counted("call", calls, logged, quarters),
            routing.counted("ticket", tickets, tickets_by_theme, quarters),
        ]
    )
    apart = {"device": "", "product": "", "channel": "", "source": routing.sources(verbatims)}
    written = verbatims.assign(**apart)  # of each device there are few
    wrote = routing.counted("text", routing.texts(written, catalogue), written, quarters)
    people = tasks.every_survey(responses_of, catalogue)
    tried = tasks.attempts(user_tests, catalogue)
    rates = per_thousand(visits, contacts, intervals_by_day, logged, year)
    found = [visits, contacts, wrote, routing.in_all(visits)]
    found.append(tasks.told(people, catalogue, year))
    found += [tasks.waits(calls, year), tasks.blocked(tried, year), rates]
    labels = [task.label for task in catalogue.tasks.values()]
    # channels do not compare: visits are judged by those who came by theirs
    judged = {*visits["channel"]} or {*people["channel"].mode()[:1]}
    given = answers.within(people[people["channel"].isin(judged)], year)
    seen = visits[visits["period"].isin(map(str, year))]
    known = criteria(labels, seen, given, rates, answers.within(tried, year))
    rows = estimates.combine(found)
    about = {"period": next(iter(answers.pooled_period(year))), "source": routing.sources(rows)}
    return estimates.combine([rows, priority(*known, about)])
