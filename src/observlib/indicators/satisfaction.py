"""Satisfaction: means on the device's scale and on 0–10, shares, with their intervals.

Answers are taken as a simple sample of those who answer. They chose themselves: an interval says
what chance does, and nothing of that choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.confidentiality.disclosure import protect
from observlib.indicators._answers import (
    ON_10,
    SUBJECT,
    Measure,
    by_quarter,
    mean,
    measured,
    on_10,
    share,
)
from observlib.period import Quarter, months_between

SATISFIED_FROM = 7.5
_QUARTER = {f"{month:02d}": f"T{(month + 2) // 3}" for month in range(1, 13)}


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
    rows = ratings.assign(
        product=ratings["product"].fillna(""),
        month=ratings["date"].dt.strftime("%Y-%m"),
        on_10=on_10(ratings),
    )
    made: list[dict[str, Any]] = []
    for (*subject, question), asked in rows.groupby([*SUBJECT, "question"], sort=True):
        if question not in MEASURES:
            continue
        passport = dict(zip(SUBJECT, subject, strict=True))
        given = dict(iter(asked.groupby("month")))
        for month in months_between(max(first, min(given)), min(last, max(given))):
            answers = given.get(month, asked.head(0))
            status = "published" if len(answers) else "missing"
            for row in MEASURES[question](answers, asked):
                made.append({**passport, "period": month, "status": status, **row})
    out = protect(pd.DataFrame(made, columns=estimates.COLUMNS))
    quarter = out["period"].str[:4] + "-" + out["period"].str[5:].map(_QUARTER)
    of = [out["product"], out["channel"], out["device"], out["indicator"], quarter]
    few = (out["status"] == "suppressed").groupby(of)
    told = few.transform("any") & out["estimate"].notna()
    out.loc[told, "status"] = "suppressed"
    out.loc[told, estimates.NUMBERS] = float("nan")
    return estimates.check(out)


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
