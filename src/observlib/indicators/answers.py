"""Answers measured over periods: what indicators of ratings and of surveys share."""

import hashlib
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, months_between
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import few_alike, protect, unanimous, window_told
from observlib.estimates import MEASURES, ON_10, Measure, Scale, measured_by, unit_of
from observlib.indicators.families import Rows, made_by, protected
from observlib.stats.survey.intervals import student, wilson

SUBJECT = ["product", "channel", "device", "source"]
RARE = ("yearly", "occasional")
Periods = Mapping[str, Sequence[Quarter]]
_Measures = dict[str, tuple[Measure, Scale]]  # of a question, each with the scale of its mean
Over = Callable[[pd.DataFrame, Mapping[str, Sequence[str]]], pd.DataFrame]
Begun = tuple[estimates.Row, pd.DataFrame, str]  # what estimates begin with, rows, their status


def by_quarter(quarters: Sequence[Quarter]) -> Periods:
    """Each quarter by itself."""
    return {quarter: [quarter] for quarter in quarters}


def pooled_period(quarters: Sequence[Quarter]) -> str:
    """All the quarters as one period, written by its first and last month: "2025-10/2026-09"."""
    return f"{quarters[0].months[0]}/{quarters[-1].months[2]}"


def source_of(name: str, parts: Iterable[str]) -> str:
    """The source of what rests on several things: a name, and the digest of them all."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{name}@{digest[:8]}"


@protected()
def by_period(
    answers: pd.DataFrame,
    periods: Periods,
    waves: Collection[str] = (),
    own_scale: bool = True,
) -> Iterator[estimates.Row]:
    """Estimates of each device, question of `MEASURES` and period, the oldest first.

    A device that has answers in some period and none in another is `missing` there; `partial` where
    it has 30 or more and none in the last month, unless it is one of the `waves`. A question all of
    whose fewer than 30 answers are alike is withheld, and so is a measure over several quarters by
    which one of theirs, withheld, could be had (see `confidentiality.disclosure`).
    """
    rows = within(answers, _quarters_of(periods))
    for passport, asked, measures in _by_question(rows, own_scale):
        for period, quarters in periods.items():
            given = asked[asked["quarter"].isin(quarters)]
            status = period_status(given, quarters, once=passport["device"] in waves)
            found = _measured(given, measures)
            several = quarters if len(quarters) > 1 else []
            parts = [given[given["quarter"] == quarter] for quarter in several]
            of_parts = [_measured(part, measures) for part in parts]
            apart = list(map(_publishable, parts, of_parts))
            if _publishable(given, found) is False or not window_told(apart):
                status = "suppressed"
            for row, *same in zip(found, *of_parts, strict=True):
                alone = [
                    whole and not few_alike(part["unit"], part["estimate"], part["n"])
                    for whole, part in zip(apart, same, strict=True)
                ]
                told = status if window_told(alone) else "suppressed"
                yield {**passport, "period": period, "status": told, **row}


def of_months(make: Callable[[Rows], pd.DataFrame]) -> Callable[[Rows], pd.DataFrame]:
    """What makes estimates of months: where one is withheld, so are its quarter's others."""
    return lambda rows: with_quarters_withheld(make(rows))


@made_by(of_months(protect))
def by_month(
    answers: pd.DataFrame, first: str, last: str, own_scale: bool = True
) -> Iterator[estimates.Row]:
    """Estimates of each device, question of `MEASURES` and month, from a device's first to its
    last; one on part of its days is not `partial`. A question all of whose fewer than 30 answers
    are alike is withheld.
    """
    rows = answers.assign(month=answers["date"].dt.strftime("%Y-%m"))
    for passport, asked, measures in _by_question(rows, own_scale):
        given = dict(iter(asked.groupby("month")))
        for month in months_between(max(first, min(given)), min(last, max(given))):
            inside = given.get(month, asked.head(0))
            found = _measured(inside, measures)
            status = "published" if len(inside) else "missing"
            if _publishable(inside, found) is False:
                status = "suppressed"
            for row in found:
                yield {**passport, "period": month, "status": status, **row}


def _by_question(
    rows: pd.DataFrame, own_scale: bool
) -> Iterator[tuple[estimates.Row, pd.DataFrame, _Measures]]:
    """The answers of each device to each question that is measured, and its measures."""
    for passport, own in by_device(rows):
        for question, asked in own.groupby("question", sort=True):
            measures = {
                name: (measure, scale)
                for name, measure in measured_by(str(question)).items()
                if (measure.scale or own_scale) and (scale := measure.scale_of(asked))
            }
            if measures:
                yield passport, asked, measures


def _measured(given: pd.DataFrame, measures: _Measures) -> list[estimates.Row]:
    """What some answers to a question say by each of its measures."""
    return [
        of_worths(name, measure, measure.of(given), times(given), scale)
        for name, (measure, scale) in measures.items()
    ]


def of_worths(
    indicator: str,
    measure: Measure,
    worths: pd.Series,
    given: pd.Series | None = None,
    scale: Scale | None = None,
) -> estimates.Row:
    """An estimate by a measure, of what marks are worth, each `given` so many times or once."""
    if measure.kind == "share":
        return share(indicator, worths == 1, given)
    return mean_of_marks(indicator, worths, scale or measure.scale or ON_10, given)


def over(
    rows: pd.DataFrame, periods: Periods | Sequence[Quarter], group: str = ""
) -> Iterator[Begun]:
    """The rows of a tidy table of each device in each period or quarter, after what their estimates
    begin with, and before their `period_status`; with `group`, of each value of that column that a
    device has in some period."""
    asked = periods if isinstance(periods, Mapping) else by_quarter(periods)
    for passport, own in by_device(within(rows, _quarters_of(asked))):
        values = sorted(own[group].dropna().unique()) if group else []
        for period, quarters in asked.items():
            about, given = {**passport, "period": period}, own[own["quarter"].isin(quarters)]
            if not group:
                yield about, given, period_status(given, quarters)
            for value in values:
                part = given[given[group] == value]
                of = {**about, "group": group, "group_value": value}
                yield of, part, period_status(part, quarters)


def by_device(rows: pd.DataFrame) -> Iterator[tuple[estimates.Row, pd.DataFrame]]:
    """The rows of each device, after the `SUBJECT` of their estimates; of no product is ""."""
    rows = rows.assign(product=rows["product"].fillna(""))
    for subject, own in rows.groupby(SUBJECT, sort=True):
        yield dict(zip(SUBJECT, subject, strict=True)), own


def _quarters_of(periods: Periods) -> list[Quarter]:
    return [quarter for quarters in periods.values() for quarter in quarters]


def within(rows: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """The rows of a tidy table in some quarters, each with its `quarter`."""
    rows = rows.assign(quarter=quarter_of(rows["date"]))
    return rows[rows["quarter"].isin(quarters)]


def times(rows: pd.DataFrame) -> pd.Series:
    """How many rows of a tidy table each row stands for, where like ones are one
    (`tables.ALIKE`)."""
    return rows["rows"] if "rows" in rows else pd.Series(1, rows.index)


def number_of_rows(rows: pd.DataFrame) -> int:
    """How many rows of a tidy table some rows stand for (see `times`)."""
    return int(times(rows).sum())


def each_month(over: Over, rows: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """What is measured over periods, of each month of a device's own, for series in time; a month
    of too few people or units hides its quarter's other months."""
    months = {month: (month,) for month in months_between(first, last)}
    return with_quarters_withheld(over(rows, months))


def with_quarters_withheld(months: pd.DataFrame) -> pd.DataFrame:
    """Months of which those in a quarter with a withheld one are withheld too: with the quarter's
    own value, which is published, they would tell it."""
    quarter = [str(Quarter.of(date.fromisoformat(f"{month}-01"))) for month in months["period"]]
    of = [months[name] for name in ("product", "channel", "device", "indicator")]
    few = (months["status"] == "suppressed").groupby([*of, pd.Series(quarter, months.index)])
    hidden = few.transform("any") & months["estimate"].notna()
    return estimates.check(estimates.withhold(months, hidden))


def _publishable(given: pd.DataFrame, found: Sequence[estimates.Row]) -> bool | None:
    """Whether what was found of some answers to a question may be told; None without answers.
    Measures of one question tell one another: where one of them is withheld, all are."""
    n = number_of_rows(given)
    if not n:
        return None
    if n < estimates.MINIMUM_PEOPLE or (n < estimates.LOW_BASE and given["value"].nunique() == 1):
        return False
    return not any(unanimous(row["unit"], row["estimate"], n) for row in found)


def rescale(answers: pd.DataFrame) -> pd.Series:
    """Each value brought from its scale, whose best end is `scale_max`, to 0–10."""
    return MEASURES["satisfaction_10"].of(answers)


def quarter_of(dates: pd.Series) -> pd.Series:
    """The quarter of each day, as `2026-T3`."""
    return dates.dt.year.astype(str) + "-T" + dates.dt.quarter.astype(str)


def period_status(rows: pd.DataFrame, quarters: Sequence[Quarter], once: bool = False) -> str:
    """The status of what rests on answers in a period of some quarters: `missing` without any;
    `partial` where 30 or more have none in its last month, unless the device listens only `once` in
    a while."""
    if not len(rows):
        return "missing"
    ends = (rows["date"] >= pd.Timestamp(f"{quarters[-1].months[2]}-01")).any()
    is_partial = number_of_rows(rows) >= estimates.LOW_BASE and not ends and not once
    return "partial" if is_partial else "published"


def wave_devices(catalogue: Catalogue) -> list[str]:
    """The devices that listen once in a while, which no month has to hold answers of."""
    rare = ("quarterly", "yearly", "occasional")
    return [device.id for device in catalogue.devices.values() if device.frequency in rare]


def mean_of_marks(
    indicator: str,
    values: pd.Series,
    scale: Scale,
    given: pd.Series | None = None,
) -> estimates.Row:
    """The mean of marks, each `given` so often, with Student's interval, cut at the ends of their
    `scale`: what is cut off holds no value that the mean could have.

    >>> row = mean_of_marks("satisfaction_10", pd.Series([10, 10, 10, 9, 8]), (0, 10))
    >>> [round(float(row[key]), 2) for key in ("estimate", "ci_low", "ci_high")]
    [9.4, 8.29, 10.0]
    """
    given = pd.Series(1, values.index) if given is None else given
    n = int(given.sum())
    row: estimates.Row = {"indicator": indicator, "unit": unit_of(scale), "n": n, "n_eff": n}
    if n:
        row["estimate"] = middle = float((given * values).sum() / n)
    if n > 1:
        spread = math.sqrt((given * (values - middle) ** 2).sum() / (n - 1))
        low, high = student(middle, spread, n)
        row |= {"ci_low": max(scale[0], low), "ci_high": min(scale[1], high)}
    return row


def share(indicator: str, having: pd.Series, given: pd.Series | None = None) -> estimates.Row:
    """The share, in %, of answers (`given` so often) with a property, with Wilson's interval."""
    given = pd.Series(1, having.index) if given is None else given
    n, having_it = int(given.sum()), int(given[having].sum())
    return {"indicator": indicator, "unit": "%", **share_of(having_it, n)}


def with_interval(value: float, low: float, high: float) -> estimates.Row | None:
    """A value and its interval where both ends are known; nothing where the value is not."""
    if math.isnan(value):
        return None
    known = not math.isnan(low) and not math.isnan(high)
    return {"estimate": value, **({"ci_low": low, "ci_high": high} if known else {})}


def periods_of(
    rows: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> Iterator[Begun]:
    """As `over`, of the quarters taken as one period, of each device that has rows in them.

    It is `suppressed` until it has rows in each of its quarters, or in every other, and when the
    device stops: no quarter may be had from one edition to the next (see
    `confidentiality.disclosure`). That of a device that listens once a year or now and then may
    also hold one quarter alone.
    """
    period = pooled_period(quarters) if len(quarters) > 1 else quarters[0]
    waves = wave_devices(catalogue)
    for passport, given in by_device(within(rows, quarters)):
        people = given.drop_duplicates("response_id")
        status = period_status(people, quarters, once=passport["device"] in waves)
        present = {*given["quarter"]}
        known = catalogue.devices.get(passport["device"])  # a device may have left it since
        alone = len(present) == 1 and known is not None and known.frequency in RARE
        apart = [False if quarter in present else None for quarter in quarters]
        if not alone and not window_told(apart):
            status = "suppressed"
        yield {**passport, "period": period}, given, status


def share_of(count: int, n: int) -> estimates.Row:
    """A share in % of `n` people with Wilson's interval; of nobody it has no value."""
    if not n:
        return {"n": 0, "n_eff": 0}
    low, high = (100 * end for end in wilson(count, n))
    return {"estimate": 100 * count / n, "ci_low": low, "ci_high": high, "n": n, "n_eff": n}
