"""Small surveys whose answers are weighed to the population: skewed marks, few who answer.

Nearly everybody gives the best marks. Of the oldest half answer, of the youngest 8 %, women and
some régions more often: what is raw is biased, and the weights of a hundred answers vary much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.pipeline import project
from observlib.stats.survey.association import weighting_effect
from observlib.stats.survey.design import design
from observlib.themes.surveys import weighted
from tools.coverage import draws
from tools.coverage.truth import DEMO, Truths, drawn_again, one
from tools.demo import calendar
from tools.demo.chance import between, stream

LABELS = {
    "raked_mean": "Note redressée, sur 10",
    "raked_share": "Part redressée",
    "raked_effect": "Ce que le redressement change à la note",
}
_ANSWERS = {"enquete-vie-publique": 100, "enquete-legifrance": 150, "enquete-service-public": 200}
_ANSWER = (8, 14, 20, 28, 38, 50)  # percent of each age who answer, the youngest first
_BEST = (30, 40, 48, 55, 62, 70)  # percent of each age who give 10; the others less, as `_OTHERS`
_OTHERS = ((0.0, 10), (2.5, 12), (5.0, 24), (7.5, 54))
_SATISFIED_FROM = 7.5
_QUARTER = calendar.LAST


def estimate(seed: int, repetitions: Sequence[int]) -> Iterator[pd.DataFrame]:
    """Estimates of some repetitions: with weights, and what these change."""
    catalogue, margins = project.catalogue(DEMO), project.reference("margins")
    rows: list[dict[str, Any]] = []
    for device, number in _ANSWERS.items():
        for i in repetitions:
            chance = stream(seed, "coverage", "raked", device, str(i))
            name = drawn_again(device, i)
            table = draws.table("responses", _responses(name, number, chance))
            surveys = weighted.weighed(table, margins, catalogue, [_QUARTER])
            rows += _told(surveys, name)
    yield estimates.make(rows)


def _told(surveys: Sequence[weighted.Weighed], name: str) -> Iterator[dict[str, Any]]:
    passport = {"device": name, "period": str(_QUARTER)}
    marks = weighted.weighted_marks(surveys).set_index(["indicator", "group_value"])
    for own, indicator in (("raked_mean", "satisfaction_10"), ("raked_share", "satisfied_share")):
        row = marks.loc[(indicator, weighted.WEIGHTED)]
        told = {
            column: row[column]
            for column in ("estimate", "ci_low", "ci_high", "unit", "status", "n")
        }
        yield {**passport, "indicator": own, **told}
    for survey in surveys:
        calibrated, raw = weighted.calibrated(survey), design(survey.marked)
        effect = weighting_effect(calibrated, raw, "satisfaction_10")
        ends = {"estimate": effect.estimate, "ci_low": effect.ci_low, "ci_high": effect.ci_high}
        yield {**passport, "indicator": "raked_effect", "unit": "sur 10", "n": effect.n, **ends}


def true_values() -> Truths:
    """What is true of the same."""
    people = _people()
    shares = [count / sum(people["age"].values()) for count in people["age"].values()]
    answering = [share * often for share, often in zip(shares, _ANSWER, strict=True)]
    rest = sum(mark * chance for mark, chance in _OTHERS) / 100
    satisfied = sum(chance for mark, chance in _OTHERS if mark >= _SATISFIED_FROM)
    means = [(10 * best + (100 - best) * rest) / 100 for best in _BEST]
    content = [best + (100 - best) * satisfied / 100 for best in _BEST]
    mean, raw = (
        sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)
        for weights in (shares, answering)
    )
    share = sum(w * m for w, m in zip(shares, content, strict=True))
    true = {"raked_mean": mean, "raked_share": share, "raked_effect": mean - raw}
    return {(name, device, ""): one(true[name]) for name in LABELS for device in _ANSWERS}


def _people() -> dict[str, dict[str, float]]:
    """How many of the population are of each category, by margin."""
    table = project.reference("margins")
    return {
        str(name): dict(
            zip(rows["category"].astype(str), rows["people"].astype(float), strict=True)
        )
        for name, rows in table.groupby("variable", sort=False)
    }


def _responses(name: str, number: int, source: Random) -> Iterator[tuple[Any, ...]]:
    """`responses`: the answers of a quarter, by who answers."""
    people = _people()
    often = {
        "age": _ANSWER,
        "sex": [1 + (place == 0) / 2 for place in range(len(people["sex"]))],
        "region": [1 + place % 3 / 2 for place in range(len(people["region"]))],
    }
    chances = {
        variable: [count * one for count, one in zip(of.values(), often[variable], strict=True)]
        for variable, of in people.items()
    }
    ages = list(people["age"])
    months = _QUARTER.months
    for i in range(number):
        told = {
            variable: source.choices(list(of), chances[variable])[0]
            for variable, of in people.items()
        }
        mark = 10.0
        if source.random() * 100 >= _BEST[ages.index(told["age"])]:
            marks, weights = zip(*_OTHERS, strict=True)
            mark = source.choices(marks, weights)[0]
        day = f"{months[i % 3]}-{between(source, 1, 28):02d}"
        head = (name, "service-public", "web", str(i), day, True)
        for variable, category in told.items():
            yield (*head, variable, category, None, None, None, None)
        yield (*head, "satisfaction", None, mark, 0.0, 10.0, None)
