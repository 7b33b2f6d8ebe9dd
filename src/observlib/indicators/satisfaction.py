"""Satisfaction: means on the device's scale and on 0–10, shares, with their intervals.

Answers are taken as a simple sample of those who answer. They chose themselves: an interval says
what chance does, and nothing of that choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib.indicators._answers import (
    ON_10,
    Measure,
    by_month,
    by_quarter,
    mean,
    measured,
    share,
)
from observlib.period import Quarter

SATISFIED_FROM = 7.5


def quarterly(ratings: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Satisfaction, clarity and help by device and quarter.

    Parameters
    ----------
    ratings
        Tidy table `ratings` with its `source`.
    quarters
        The quarters wanted, oldest first.

    Returns
    -------
    DataFrame
        Estimates of `satisfaction_mean` (device's own scale, unit `sur 5`), `satisfaction_10`,
        `satisfied_share` (%), `clarity_10` and `help_reached_share` (%), with n and 95 %
        intervals: Student's for means, cut at the ends of the scale, Wilson's for shares. A
        device that has answers in some quarter asked for and none in another is `missing` there.
        A quarter is `partial` where a device has at least 30 answers in it and none in its last
        month.
    """
    return measured(ratings, by_quarter(quarters), MEASURES)


def monthly(ratings: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """The same by month, for series in time.

    A month on part of its days is a mean of fewer answers, and is not `partial`. Where a month
    has too few people to be shown, neither is its quarter's other months: with the quarter's own
    value, they would tell it.

    Parameters
    ----------
    ratings
        Tidy table `ratings` with its `source`.
    first, last
        Months `YYYY-MM`, both included; a device starts and ends at its own first and last month.
    """
    return by_month(ratings, first, last, MEASURES)


def _satisfaction(given: pd.DataFrame, answers: pd.DataFrame) -> list[dict[str, Any]]:
    common = [
        mean("satisfaction_10", given["on_10"], "sur 10", ON_10),
        share("satisfied_share", given["on_10"] >= SATISFIED_FROM - 1e-9),
    ]
    scales = answers[["scale_min", "scale_max"]].drop_duplicates()
    if len(scales) > 1:  # a device that changed its scale has no mean on "its" scale
        return common
    low, high = map(float, scales.iloc[0])
    own = f"sur {high:g}".replace(".", ",")
    return [mean("satisfaction_mean", given["value"], own, (low, high)), *common]


def _clarity(given: pd.DataFrame, answers: pd.DataFrame) -> list[dict[str, Any]]:
    return [mean("clarity_10", given["on_10"], "sur 10", ON_10)]


def _help(given: pd.DataFrame, answers: pd.DataFrame) -> list[dict[str, Any]]:
    return [share("help_reached_share", given["value"] == given["scale_max"])]


MEASURES: dict[str, Measure] = {
    "satisfaction": _satisfaction,
    "clarity": _clarity,
    "help_reached": _help,
}
