"""Answers measured over periods: what indicators of ratings and of surveys share."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import protect
from observlib.period import Quarter
from observlib.survey.intervals import student, wilson

SUBJECT = ["product", "channel", "device", "source"]
Periods = Mapping[str, Sequence[Quarter]]
# Rows of estimates from the answers of one period, and from all those of their device.
Measure = Callable[[pd.DataFrame, pd.DataFrame], list[dict[str, Any]]]


def by_quarter(quarters: Sequence[Quarter]) -> Periods:
    """Each quarter by itself."""
    return {str(quarter): [quarter] for quarter in quarters}


def together(quarters: Sequence[Quarter]) -> Periods:
    """All the quarters as one period, written by its first and last month.

    Examples
    --------
    >>> list(together(Quarter(2026, 3).back(4)))
    ['2025-10/2026-09']
    """
    return {f"{quarters[0].months[0]}/{quarters[-1].months[2]}": quarters}


def measured(
    answers: pd.DataFrame,
    periods: Periods,
    measures: Mapping[str, Measure],
    waves: Collection[str] = (),
) -> pd.DataFrame:
    """Estimates of each device, question and period.

    A device that has answers in some period asked for and none in another is `missing` there. A
    period is `partial` where a device has at least 30 answers in it and none in its last month,
    unless it is one of the `waves`, which listen once in a while.

    Parameters
    ----------
    answers
        Rows with `SUBJECT`, `question`, `date`, `value`, `scale_min` and `scale_max`.
    periods
        The periods wanted, oldest first, each with its quarters.
    measures
        What is made of the answers to each question; answers to others are passed over.
    """
    rows = answers.assign(
        product=answers["product"].fillna(""),
        quarter=quarter_of(answers["date"]),
        month=answers["date"].dt.strftime("%Y-%m"),
        on_10=on_10(answers),
    )
    wanted = {str(quarter) for quarters in periods.values() for quarter in quarters}
    rows = rows[rows["quarter"].isin(wanted)]
    made: list[dict[str, Any]] = []
    for (*subject, question), asked in rows.groupby([*SUBJECT, "question"], sort=True):
        if question not in measures:
            continue
        passport = dict(zip(SUBJECT, subject, strict=True))
        for period, quarters in periods.items():
            given = asked[asked["quarter"].isin([str(quarter) for quarter in quarters])]
            status = state(given["date"], quarters, once=subject[2] in waves)
            for row in measures[question](given, asked):
                made.append({**passport, "period": period, "status": status, **row})
    return protect(pd.DataFrame(made, columns=estimates.COLUMNS))


def on_10(answers: pd.DataFrame) -> pd.Series:
    """Each value brought from its scale, whose best end is `scale_max`, to 0–10."""
    span = answers["scale_max"] - answers["scale_min"]
    return 10 * (answers["value"] - answers["scale_min"]) / span


def quarter_of(dates: pd.Series) -> pd.Series:
    """The quarter of each day, as `2026-T3`."""
    return dates.dt.year.astype(str) + "-T" + dates.dt.quarter.astype(str)


def state(dates: pd.Series, quarters: Sequence[Quarter], once: bool = False) -> str:
    """The status of what rests on answers of these days, in a period of some quarters.

    `missing` without answers; `partial` where at least 30 answers have none in the last month of
    the period, unless the device listens only `once` in a while.
    """
    if not len(dates):
        return "missing"
    ends = (dates >= pd.Timestamp(f"{quarters[-1].months[2]}-01")).any()
    return "partial" if len(dates) >= estimates.LOW_BASE and not ends and not once else "published"


def waves(catalogue: Catalogue) -> list[str]:
    """The devices that listen once in a while, which no month has to hold answers of."""
    rare = ("quarterly", "yearly", "occasional")
    return [device.id for device in catalogue.devices.values() if device.frequency in rare]


def mean(indicator: str, values: pd.Series, unit: str) -> dict[str, Any]:
    """The mean of answers with Student's interval."""
    n = len(values)
    row: dict[str, Any] = {"indicator": indicator, "unit": unit, "n": n, "n_eff": n}
    if n:
        row["estimate"] = values.mean()
    if n > 1:
        row["ci_low"], row["ci_high"] = student(values.mean(), values.std(), n)
    return row


def share(indicator: str, having: pd.Series) -> dict[str, Any]:
    """The share, in %, of answers that have a property, with Wilson's interval."""
    n, successes = len(having), int(having.sum())
    row: dict[str, Any] = {"indicator": indicator, "unit": "%", "n": n, "n_eff": n}
    if n:
        low, high = wilson(successes, n)
        row |= {"estimate": 100 * successes / n, "ci_low": 100 * low, "ci_high": 100 * high}
    return row


def with_interval(value: float, low: float, high: float) -> dict[str, Any] | None:
    """A value and its interval where both ends are known; nothing where the value is not."""
    if math.isnan(value):
        return None
    known = not math.isnan(low) and not math.isnan(high)
    return {"estimate": value, **({"ci_low": low, "ci_high": high} if known else {})}
