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
from observlib.period import Quarter
from observlib.survey.intervals import student, wilson

SATISFIED_FROM = 7.5
_SUBJECT = ["product", "channel", "device", "source"]


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
        intervals: Student's for means, Wilson's for shares. A device that has answers in some
        quarter asked for and none in another is `missing` there. A quarter is `partial` where
        a device has at least 30 answers in it and none in its last month.
    """
    rows = ratings.assign(
        product=ratings["product"].fillna(""),
        period=ratings["date"].dt.year.astype(str) + "-T" + ratings["date"].dt.quarter.astype(str),
        month=ratings["date"].dt.strftime("%Y-%m"),
        on_10=10
        * (ratings["value"] - ratings["scale_min"])
        / (ratings["scale_max"] - ratings["scale_min"]),
    )
    rows = rows[rows["period"].isin([str(quarter) for quarter in quarters])]
    made: list[dict[str, Any]] = []
    for (*subject, question), answers in rows.groupby([*_SUBJECT, "question"], sort=True):
        if question not in _MEASURES:
            continue
        passport = dict(zip(_SUBJECT, subject, strict=True))
        by_period = {period: group for period, group in answers.groupby("period")}
        for quarter in quarters:
            given = by_period.get(str(quarter), answers.iloc[:0])
            partial = (
                len(given) >= estimates.LOW_BASE and not (given["month"] == quarter.months[2]).any()
            )
            for row in _MEASURES[question](given, answers):
                status = "missing" if not len(given) else "partial" if partial else "published"
                made.append({**passport, "period": str(quarter), "status": status, **row})
    return protect(pd.DataFrame(made, columns=estimates.COLUMNS))


def _satisfaction(given: pd.DataFrame, answers: pd.DataFrame) -> list[dict[str, Any]]:
    common = [
        _mean("satisfaction_10", given["on_10"], "sur 10"),
        _share("satisfied_share", given["on_10"] >= SATISFIED_FROM - 1e-9),
    ]
    scales = answers[["scale_min", "scale_max"]].drop_duplicates()
    if len(scales) > 1:  # a device that changed its scale has no mean on "its" scale
        return common
    own = f"sur {scales['scale_max'].iat[0]:g}".replace(".", ",")
    return [_mean("satisfaction_mean", given["value"], own), *common]


def _clarity(given: pd.DataFrame, answers: pd.DataFrame) -> list[dict[str, Any]]:
    return [_mean("clarity_10", given["on_10"], "sur 10")]


def _help(given: pd.DataFrame, answers: pd.DataFrame) -> list[dict[str, Any]]:
    return [_share("help_reached_share", given["value"] == given["scale_max"])]


_MEASURES = {"satisfaction": _satisfaction, "clarity": _clarity, "help_reached": _help}


def _mean(indicator: str, values: pd.Series, unit: str) -> dict[str, Any]:
    n = len(values)
    row: dict[str, Any] = {"indicator": indicator, "unit": unit, "n": n, "n_eff": n}
    if n:
        row["estimate"] = values.mean()
    if n > 1:
        row["ci_low"], row["ci_high"] = student(values.mean(), values.std(), n)
    return row


def _share(indicator: str, having: pd.Series) -> dict[str, Any]:
    n, successes = len(having), int(having.sum())
    row: dict[str, Any] = {"indicator": indicator, "unit": "%", "n": n, "n_eff": n}
    if n:
        low, high = wilson(successes, n)
        row |= {"estimate": 100 * successes / n, "ci_low": 100 * low, "ci_high": 100 * high}
    return row
