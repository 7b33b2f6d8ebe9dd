"""Intervals that no page of the demonstration shows: weighted estimates, and differences.

The weighted sample is one of the survey of Service-public.fr's ages, whose satisfaction is made
to fall with age; each answer weighs what its age counts in the population over what it counts
among respondents. A rare share is of samples whose strata are drawn at different rates, and often
have no case. Differences are of two quarters of one rating device, between which it truly
changes, and of two devices of which one has few answers.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.pipeline import project
from observlib.stats.survey import differences, estimation, proportions
from observlib.stats.survey.design import design
from tools.coverage.truth import Truths, drawn_again, one
from tools.demo import calendar, questions
from tools.demo import satisfaction as ratings
from tools.demo.chance import pick, stream

LABELS = {
    "weighted_mean": "Moyenne pondérée",
    "weighted_share_logit": "Part pondérée (échelle logit)",
    "weighted_share_wilson": "Part pondérée (Wilson, taille efficace)",
    "rare_share": "Part rare, dans des strates tirées à des taux inégaux",
    "difference_of_means": "Écart de deux moyennes (Welch)",
    "difference_of_shares": "Écart de deux parts (Newcombe)",
}
_SURVEY = "enquete-service-public"
_ANSWERS = 300
_CONTENT, _LESS = (6, 9, 15, 42, 28), (16, 19, 20, 30, 15)  # chances in percent of marks 1 to 5
_LESS_OF = (10, 15, 20, 30, 40, 50)  # percent of each age who answer as the less content do
_SATISFIED_FROM = 4
_RARE = 0.015
# By the device that names the sample: the weight of each stratum in the population, and its draws.
_STRATA = {
    "enquete-service-public": ((0.7, 60), (0.2, 120), (0.1, 220)),
    "enquete-legifrance": ((0.9, 50), (0.1, 350)),
    "enquete-vie-publique": ((0.4, 30), (0.3, 70), (0.2, 100), (0.1, 200)),
}
_CHANGED = Quarter(ratings.CHANGE["from_quarter"])
_PAIRS = {  # by the device that names the comparison
    "jdma-service-public": (
        (ratings.CHANGE["device"], _CHANGED),
        (ratings.CHANGE["device"], _CHANGED - 1),
    ),
    "jdma-vie-publique": (
        ("jdma-vie-publique", calendar.LAST),
        ("jdma-legifrance", calendar.LAST),
    ),
}


def estimate(seed: int, repetitions: Sequence[int]) -> Iterator[pd.DataFrame]:
    """Estimates of some repetitions, as those of published indicators."""
    weights = _weights()
    rows = []
    for i in repetitions:
        rows += _weighted(weights, stream(seed, "coverage", "weighted", str(i)), i)
        rows += [_rare(name, stream(seed, "coverage", "rare", name, str(i)), i) for name in _STRATA]
        for name, pair in _PAIRS.items():
            marks = [
                _marks(device, quarter, stream(seed, "coverage", name, str(side), str(i)))
                for side, (device, quarter) in enumerate(pair)
            ]
            rows += _differences(name, marks, i)
    yield estimates.make(rows)


def true_values() -> Truths:
    """What is true of the same models."""
    margins = _margins()
    shares = [share / 100 for share in _LESS_OF]
    less = sum(margins[age] * share for age, share in zip(margins, shares, strict=True))
    marks = [(1 - less) * a + less * b for a, b in zip(_CONTENT, _LESS, strict=True)]
    mean = sum(mark * chance for mark, chance in enumerate(marks, 1)) / 100
    satisfied = sum(marks[_SATISFIED_FROM - 1 :])
    found: Truths = {("weighted_mean", _SURVEY, ""): one(mean)}
    for method in ("logit", "wilson"):
        found[f"weighted_share_{method}", _SURVEY, ""] = one(satisfied)
    found |= {("rare_share", name, ""): one(100 * _RARE) for name in _STRATA}
    for name, pair in _PAIRS.items():
        for indicator, true in (
            ("difference_of_means", ratings.mean_10),
            ("difference_of_shares", ratings.satisfied_share),
        ):
            now, then = (true(device, "satisfaction", quarter) for device, quarter in pair)
            scale = 100 if indicator == "difference_of_shares" else 1
            found[indicator, name, ""] = one(scale * (now - then))
    return found


def _margins() -> dict[str, float]:
    """The share of each age in the population."""
    table = project.reference("margins")
    people = table[table["variable"] == "age"].set_index("category")["people"]
    return {str(age): count / people.sum() for age, count in people.items()}


def _ages() -> dict[str, int]:
    """The chances of each age among respondents."""
    (asked,) = (a for a in questions.SURVEYS[_SURVEY].questions if a.variable == "age")
    return {str(age): weight for _, _, age, weight in asked.answers if age is not None}


def _weights() -> dict[str, float]:
    margins, ages = _margins(), _ages()
    return {age: margins[age] * sum(ages.values()) / chance for age, chance in ages.items()}


def _weighted(weights: Mapping[str, float], source: Random, i: int) -> list[dict[str, Any]]:
    chances, names = list(_ages().values()), list(weights)
    answers = []
    for _ in range(_ANSWERS):
        age = pick(source, chances)
        less = source.random() * 100 < _LESS_OF[age]
        mark = 1 + pick(source, _LESS if less else _CONTENT)
        answers.append((mark, mark >= _SATISFIED_FROM, weights[names[age]]))
    frame = pd.DataFrame(answers, columns=["mark", "satisfied", "weight"])
    sample = design(frame, weights="weight")
    made = [_row("weighted_mean", _SURVEY, i, "sur 5", estimation.mean(sample, "mark").iloc[0])]
    for method in ("logit", "wilson"):
        share = proportions.proportion(sample, "satisfied", True, method=method).iloc[0]
        share[["estimate", "ci_low", "ci_high"]] *= 100
        made.append(_row(f"weighted_share_{method}", _SURVEY, i, "%", share))
    return made


def _rare(name: str, source: Random, i: int) -> dict[str, Any]:
    """A share of 1.5 % in a sample whose smallest strata are drawn the most."""
    answers = [
        (source.random() < _RARE, weight / drawn, stratum)
        for stratum, (weight, drawn) in enumerate(_STRATA[name])
        for _ in range(drawn)
    ]
    frame = pd.DataFrame(answers, columns=["has", "weight", "stratum"])
    sample = design(frame, weights="weight", strata="stratum")
    share = proportions.proportion(sample, "has", True).iloc[0]
    share[["estimate", "ci_low", "ci_high"]] *= 100
    return _row("rare_share", name, i, "%", share)


def _marks(device: str, quarter: Quarter, source: Random) -> list[float]:
    scale = ratings.scale(device, "satisfaction")
    return [scale[answer["satisfaction"]] for answer in ratings.drawn(device, quarter, source)]


def _differences(name: str, marks: Sequence[Sequence[float]], i: int) -> list[dict[str, Any]]:
    means: list[float] = []
    shares: list[float] = []
    for own in marks:
        n = len(own)
        means += [statistics.fmean(own), statistics.stdev(own) / n**0.5, n - 1]
        shares += [sum(mark >= 7.5 for mark in own) / n, n]
    of_means = differences.difference_of_means(*means)
    of_shares = [100 * x for x in differences.difference_of_shares(*shares)]
    return [
        _row(indicator, name, i, unit, {**_ends(found), "n": min(map(len, marks))})
        for indicator, unit, found in (
            ("difference_of_means", "sur 10", of_means),
            ("difference_of_shares", "%", of_shares),
        )
    ]


def _ends(found: Sequence[float]) -> dict[str, float]:
    return dict(zip(("estimate", "ci_low", "ci_high"), found[:3], strict=True))


def _row(indicator: str, device: str, i: int, unit: str, found: Any) -> dict[str, Any]:
    return {
        "indicator": indicator,
        "device": drawn_again(device, i),
        "period": str(calendar.LAST),
        "unit": unit,
        **{name: float(found[name]) for name in ("estimate", "ci_low", "ci_high", "n")},
    }
