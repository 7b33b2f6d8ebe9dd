"""Intervals of months that follow one another: changes of level, paces, and effects of actions.

Visits are those of the demonstration's sites by month, with the season, the working days and the
growth that it has, but noisier: 3 % around what is expected, as on a real site, where the
demonstration has less than 1 %. Of some sites each month resembles the one before. Marks are the
demonstration's own. Actions are those of the demonstration, and what they did is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, length_deviation, working_day_deviation
from observlib.pipeline import project
from observlib.records.sheets import BEFORE_AFTER, COMPARABLE, CONTROLLED, Action, subject
from observlib.themes import actions
from observlib.themes import audience as series
from tools.coverage.truth import DEMO, Truths, drawn_again, one, parts
from tools.demo import audience, calendar
from tools.demo import satisfaction as ratings
from tools.demo.chance import between, normal, stream

_NOISE, _WORKING_DAY = 0.03, 0.016  # of logarithms of visits
_AT = calendar.MONTHS.index(audience.BREAK["from_month"])
_LEVELS = {  # by device: the change of level, and how months resemble one another
    "matomo-service-public": (-0.20, 0.0),
    "matomo-entreprendre": (-0.20, 0.5),
    "matomo-legifrance": (-0.30, 0.0),
    "matomo-vie-publique": (-0.30, 0.5),
    "matomo-journal-officiel": (-0.12, 0.0),
    "audience-boamp": (-0.12, 0.5),
}
_PACES = {"datagouv-bodacc": 0.0, "datagouv-fiches": 0.3, "datagouv-annuaire": 0.5}
_ACTED = 0.3  # how months resemble one another, of sites where a team acted
_VISITED = sorted(set(_LEVELS) - {"matomo-entreprendre"})  # sites that some action compares
_RATED = ("jdma-service-public", "jdma-entreprendre", "jdma-legifrance")


def paced(seed: int, repetitions: Sequence[int]) -> Iterator[pd.DataFrame]:
    """Changes of level where there is one, and paces where there is none.

    Of the changes that are found, those more than a month away from the true one are left out:
    nothing is true of them, and how many there are is told by `breaks`.
    """
    catalogue, studies = project.catalogue(DEMO), []
    for i in repetitions:
        rows: list[dict[str, Any]] = []
        for device in (*_LEVELS, *_PACES):
            change, correlation = _LEVELS.get(device) or (0.0, _PACES[device])
            chance = stream(seed, "coverage", "months", device, str(i))
            rows += _visits(device, i, chance, correlation, change)
        studies.append(series.adjusted(estimates.make(rows), catalogue))
    found = estimates.combine(studies)
    own = found["device"].str.partition("~")[0]
    near = found["period"].isin(calendar.MONTHS[_AT - 1 : _AT + 2])
    levels = (found["indicator"] == "level_change") & own.isin(_LEVELS) & near
    paces = (found["indicator"] == "pace") & own.isin(_PACES)
    # the verdict on a pace is no category of it
    yield found[levels | paces].assign(group="", group_value="")


def true_paces() -> Truths:
    """What is true of the same."""
    found = {("level_change", device, ""): one(100 * size) for device, (size, _) in _LEVELS.items()}
    growths = {device: audience.SITES[device].growth for device in _PACES}
    return found | {("pace", device, ""): one(100 * rate) for device, rate in growths.items()}


def acted(seed: int, repetitions: Sequence[int]) -> Iterator[pd.DataFrame]:
    """Effects of the demonstration's actions, on counts and on means, each at 95 %."""
    catalogue, done = project.catalogue(DEMO), _done()
    for i in repetitions:
        rows: list[dict[str, Any]] = []
        for device in _VISITED:
            change = audience.BREAK_FACTOR - 1 if device == audience.BREAK["device"] else 0.0
            chance = stream(seed, "coverage", "acted", device, str(i))
            rows += _visits(device, i, chance, _ACTED, change)
        for device in _RATED:
            rows += _marks(device, i, stream(seed, "coverage", "acted", device, str(i)))
        series = estimates.make(rows)
        alone = (actions.effects([one], series, catalogue, done).estimates for one in done)
        found = estimates.combine(alone)
        yield found[found["indicator"] == "action_effect"]


def true_effects() -> Truths:
    """What each action of the demonstration did."""
    catalogue = project.catalogue(DEMO)
    devices = {audience.SITES[device].product: device for device in _VISITED}
    rated = {ratings.RATED[device].product: device for device in _RATED}
    found: Truths = {}
    for action in _done():
        (expected,) = action.expected
        device = (devices if expected.indicator == "visits" else rated)[action.product]
        true = _effect(action, device)
        found["action_effect", device, subject(action, expected, catalogue)] = parts(
            {BEFORE_AFTER: true, COMPARABLE: 0.0, CONTROLLED: true}
        )
    return found


def _done() -> tuple[Action, ...]:
    """The actions, each of whatever device: those drawn have names of their own."""
    done = project.records_of(Action, DEMO)
    return tuple(one.model_copy(update={"device": ""}) for one in done)


def _effect(action: Action, device: str) -> float:
    if device == audience.BREAK["device"]:
        return 100 * (audience.BREAK_FACTOR - 1)
    if device == ratings.CHANGE["device"]:
        now = Quarter.of(action.date)
        after, before = (ratings.mean_10(device, "satisfaction", q) for q in (now, now - 1))
        return after - before
    return 0.0


def _visits(
    device: str, repetition: int, chance: Random, correlation: float, change: float
) -> Iterator[dict[str, Any]]:
    site = audience.SITES[device]
    about = {"indicator": "visits", "unit": "visites", "product": site.product, "channel": "web"}
    for i, (month, error) in enumerate(
        zip(calendar.MONTHS, errors(chance, correlation), strict=False)
    ):
        level = math.log(site.per_day * 365.25 / 12) + math.log1p(site.growth) * i / 12
        level += math.log(calendar.MONTH_FACTORS[i % 12]) + _WORKING_DAY * working_day_deviation(
            month
        )
        level += length_deviation(month) + math.log1p(change) * (i >= _AT)
        visits = round(math.exp(level + _NOISE * error))
        yield {
            **about, "device": drawn_again(device, repetition), "period": month,
            "estimate": visits, "n": visits,
        }  # fmt: skip


def errors(chance: Random, correlation: float) -> Iterator[float]:
    """Errors without end of mean 0 and variance 1, each of which resembles the one before."""
    error = normal(chance)
    while True:
        yield error
        error = correlation * error + math.sqrt(1 - correlation**2) * normal(chance)


def _marks(device: str, repetition: int, chance: Random) -> Iterator[dict[str, Any]]:
    rated = ratings.RATED[device]
    low, high = rated.answers
    about = {"indicator": "satisfaction_10", "unit": "sur 10", "product": rated.product}
    for month in calendar.MONTHS:
        quarter = Quarter.of(pd.Period(month, "M").start_time.date())
        chances = ratings.chances(device, "satisfaction", quarter)
        count = between(chance, low // 3, high // 3)
        drawn = chance.choices(ratings.scale(device, "satisfaction"), chances, k=count)
        yield {
            **about, "channel": "web", "device": drawn_again(device, repetition), "period": month,
            "estimate": sum(drawn) / count, "n": count, "n_eff": count,
        }  # fmt: skip
