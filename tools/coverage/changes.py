"""Differences of two quarters, tested together as one study: each interval, and all at once.

A study compares the ratings of each device with those of a year before. One device truly changed;
all other differences are of chance alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.indicators import pairs as changes
from observlib.pipeline import project
from observlib.themes import satisfaction
from tools.coverage import draws
from tools.coverage.truth import DEMO, MARK, Truths, drawn_again, one, parts
from tools.demo import calendar
from tools.demo import satisfaction as ratings
from tools.demo.chance import stream

LABELS = {"differences_together": "Tous les écarts d'une étude à la fois"}
_NOW, _BEFORE = calendar.LAST, calendar.LAST - 4
_STUDY = str(ratings.CHANGE["device"])  # names the study


def rated(device: str, quarter: Quarter) -> dict[str, float]:
    """What is true of the published marks of a rating device, by indicator."""
    mean = ratings.mean_10(device, "satisfaction", quarter)
    return {
        "satisfaction_mean": 1 + mean * 0.4 if device == "satisfaction-3939" else mean,
        "satisfaction_10": mean,
        "satisfied_share": 100 * ratings.satisfied_share(device, "satisfaction", quarter),
        "clarity_10": ratings.mean_10(device, "clarity", quarter),
        "help_reached_share": float(ratings.HELP_REACHED[0]),
    }


def estimate(seed: int, repetitions: Sequence[int]) -> Iterator[pd.DataFrame]:
    """The differences of some studies, and what all of a study say together."""
    rows = (
        row
        for device in ratings.RATED
        for i in repetitions
        for quarter in (_BEFORE, _NOW)
        for row in draws.rated(
            drawn_again(device, i),
            device,
            quarter,
            stream(seed, "coverage", "changes", device, quarter, str(i)),
        )
    )
    marks = satisfaction.quarterly_marks(draws.table("ratings", rows), [_BEFORE, _NOW])
    known = true_values()
    for i in repetitions:
        own = marks[marks["device"].str.endswith(f"{MARK}{i}")]
        catalogue = project.catalogue(DEMO)
        pairs = changes.across_periods(own, catalogue, str(_NOW), str(_BEFORE))
        compared = changes.tested(catalogue, pairs)
        told = _differences(compared[compared["difference_low"].notna()])
        yield estimates.combine([told, estimates.make([_together(told, known, i)])])


def true_values() -> Truths:
    """What is true of the same."""
    found: Truths = {("differences_together", _STUDY, ""): one(0.0)}
    for device in ratings.RATED:
        before = rated(device, _BEFORE)
        for indicator, now in rated(device, _NOW).items():
            true = {str(_BEFORE): now - before[indicator]}
            found["difference", device, indicator] = parts(true)
    return found


def _differences(compared: pd.DataFrame) -> pd.DataFrame:
    """Differences with their intervals as estimates, whose groups are the indicators compared."""
    told = {
        "indicator": "difference",
        "group": compared["indicator"],
        "group_value": str(_BEFORE),
        "unit": "points",
        "estimate": compared["difference"],
        "ci_low": compared["difference_low"],
        "ci_high": compared["difference_high"],
        "n": compared["n"] + compared[estimates.REFERENCE + "n"],
        "n_eff": None,
        "status": "published",
    }
    rows = compared[estimates.COLUMNS].assign(**told)
    return estimates.check(estimates.typed(rows))


def _together(told: pd.DataFrame, known: Truths, repetition: int) -> dict[str, Any]:
    """By how much all intervals of a study could be moved at once and still hold the truth.

    It is an interval that holds 0 where, and only where, each of them holds its truth.
    """
    true = [
        known["difference", row.device.partition(MARK)[0], row.group][row.group_value][0]
        for row in told.itertuples()
    ]
    low, high = (told["ci_low"] - true).max(), (told["ci_high"] - true).min()
    if low > high:  # no move makes all of them hold
        low = high = low if low > 0 else high
    return {
        "indicator": "differences_together", "device": drawn_again(_STUDY, repetition),
        "period": str(_NOW), "unit": "points", "estimate": (low + high) / 2,
        "ci_low": low, "ci_high": high, "n": told["n"].min(),
    }  # fmt: skip
