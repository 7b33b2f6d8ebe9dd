"""E-mails and forms: how soon they are answered, how many wait, how many come back.

A ticket without an answer has waited at least until its export: it is censored there, not dropped
(see `survey.quantiles`). One that was closed without an answer has had none: it waits likewise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, months_between
from observlib.confidentiality.differencing import withheld_parts
from observlib.confidentiality.disclosure import protect
from observlib.indicators.answers import (
    SUBJECT,
    by_device,
    count,
    period_status,
    quarter_of,
    share,
    times,
    with_interval,
    with_quarters_withheld,
)
from observlib.stats.survey.quantiles import kaplan_meier, quantile, share_ended

_PROMISE = "answered_in_promise"
_DAY = pd.Timedelta(days=1)
_UNKNOWN = (math.nan,) * 3


def quarterly(
    tickets: pd.DataFrame,
    quarters: Sequence[Quarter],
    promises: Mapping[str, int],
    delays: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tickets received, time to the first answer, promise kept, backlog and reopening."""
    rows = tickets.assign(quarter=quarter_of(tickets["date"]))
    waited = _of_devices(tickets if delays is None else delays)
    counts: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    for passport, whole in by_device(rows):
        promise = promises.get(passport["device"])
        for quarter in quarters:
            given = whole[whole["quarter"] == str(quarter)]
            status = _state(given, whole, quarter)
            common = {**passport, "period": str(quarter), "status": status}
            counts.append({**common, **_received(given)})
            own = _of_quarter(waited[_subject(passport)], quarter)
            answers += [{**common, **row} for row in _delays(own, promise)]
            shares.append({**common, **_reopened(given)})
            counts.append({**common, **_backlog(whole, quarter)})
    parts = (
        protect(counts, low_base=0, personal=False),
        protect(answers, personal=False),
        protect(shares),
    )
    return estimates.combine(parts)


def monthly(
    tickets: pd.DataFrame,
    first: str,
    last: str,
    promises: Mapping[str, int],
    delays: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tickets received, and those answered as promised, by month of receipt, for series in time.

    A month that had not ended when it was last exported is `partial`. Where a month has too few
    tickets to be shown, neither are its quarter's other months.
    """
    rows = tickets.assign(month=_month(tickets))
    waited = _of_devices(tickets if delays is None else delays)
    counts: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for passport, whole in by_device(rows):
        promise, seen = promises.get(passport["device"]), whole["extracted"].max()
        given = dict(iter(whole.groupby("month")))
        own = waited[_subject(passport)]
        of = _month(own)
        for month in months_between(max(first, min(given)), min(last, max(given))):
            inside = given.get(month, whole.head(0))
            end = _in_utc(pd.Period(month, "M").end_time.ceil("D"))
            status = "partial" if seen < end - _DAY else "published"
            common = {**passport, "period": month, "status": status if len(inside) else "missing"}
            counts.append({**common, **_received(inside)})
            if promise is not None:
                written = own[of == month]
                answers.append({**common, **_promise_kept(written, _curve(written), promise)})
    parts = (
        protect(counts, low_base=0, personal=False),
        protect(answers, personal=False),
    )
    return with_quarters_withheld(estimates.combine(parts))


def _month(rows: pd.DataFrame) -> pd.Series:
    return rows["date"].dt.strftime("%Y-%m")


def _of_quarter(rows: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    return rows[quarter_of(rows["date"]) == str(quarter)]


def _subject(passport: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(passport[name] for name in SUBJECT)


def _of_devices(rows: pd.DataFrame) -> dict[tuple[str, ...], pd.DataFrame]:
    return {_subject(passport): own for passport, own in by_device(rows)}


def _received(given: pd.DataFrame) -> dict[str, Any]:
    found = {"estimate": count(given), "n": count(given)} if len(given) else {}
    return {"indicator": "tickets_received", **found}


def _ends(quarter: Quarter) -> pd.Timestamp:
    """The moment in UTC at which a quarter has ended in Paris."""
    return _in_utc(pd.Timestamp((quarter + 1).start))


def _in_utc(moment: pd.Timestamp) -> pd.Timestamp:
    """A moment of Paris, in UTC."""
    end = moment.tz_localize("Europe/Paris")
    return end.tz_convert("UTC").tz_localize(None)


def _state(given: pd.DataFrame, whole: pd.DataFrame, quarter: Quarter) -> str:
    """The status of what rests on a quarter's tickets; an export made on its last day will do."""
    if len(given) and whole["extracted"].max() < _ends(quarter) - _DAY:
        return "partial"
    return period_status(given, [quarter])


def _reopened(given: pd.DataFrame) -> dict[str, Any]:
    """Of a quarter's tickets that are closed, those reopened, where their tool tells it."""
    given = given[given["reopened"].notna()]
    closed = given[given["closed"].notna()]
    row = share("reopened_share", closed["reopened"].astype(bool), times(closed))
    if not row["n"]:
        return {**row, "status": "missing"}
    still_open = count(given) - row["n"]
    publishable = not withheld_parts({"closed": row["n"], "open": still_open})
    return row if publishable else {**row, "status": "suppressed"}


def _telling(given: pd.DataFrame, column: str) -> pd.DataFrame:
    """The tickets whose tool tells a column: elsewhere, an empty cell does not say "not yet"."""
    unknown = given["unknown"].astype("str").str.contains(rf"\b{column}\b", na=False)
    return given[~unknown]


def _curve(given: pd.DataFrame) -> pd.DataFrame | None:
    """The share without an answer, by days since receipt; None without tickets that tell it."""
    given = _telling(given, "answered")
    if given.empty:
        return None
    answered = given["answered"].notna()
    ends = given["answered"].where(answered, given["extracted"])
    days = (ends - given["received"]) / _DAY
    return kaplan_meier(days.tolist(), answered.tolist(), times(given).tolist())


def _delays(given: pd.DataFrame, promise: int | None) -> list[dict[str, Any]]:
    curve = _curve(given)
    given, made = _telling(given, "answered"), list[dict[str, Any]]()
    for name, p in (("first_answer_median", 0.5), ("first_answer_p90", 0.9)):
        row: dict[str, Any] = {"indicator": name, "n": count(given)}
        found = quantile(curve, p) if curve is not None else _UNKNOWN
        made.append(_with_estimate(row, *found))
    if promise is not None:
        made.append(_promise_kept(given, curve, promise))
    return made


def _promise_kept(given: pd.DataFrame, curve: pd.DataFrame | None, promise: int) -> dict[str, Any]:
    told = count(_telling(given, "answered"))
    row: dict[str, Any] = {"indicator": _PROMISE, "unit": "%", "n": told}
    kept = share_ended(curve, promise) if curve is not None else _UNKNOWN
    return _with_estimate(row, *(100 * x for x in kept))


def _with_estimate(row: dict[str, Any], value: float, low: float, high: float) -> dict[str, Any]:
    found = with_interval(value, low, high)
    if found is None:
        return {**row, "status": "missing", "n": None}
    return {**row, "n_eff": row["n"], **found}


def _backlog(tickets: pd.DataFrame, quarter: Quarter) -> dict[str, Any]:
    """Tickets received by the quarter's end and not closed then, as the exports made after tell."""
    row: dict[str, Any] = {"indicator": "tickets_open"}
    end = _ends(quarter)
    before = _telling(tickets, "closed")
    before = before[before["received"] < end]
    # an export made before the quarter's end does not tell which of its tickets stayed open
    seen = before["closed"].notna() | (before["extracted"] >= end - _DAY)
    if before.empty or tickets["extracted"].max() < end - _DAY:
        return {**row, "status": "missing"}
    waiting = count(before[seen & (before["closed"].isna() | (before["closed"] >= end))])
    status = "published" if seen.all() else "partial"
    return {**row, "status": status, "estimate": waiting, "n": waiting or None}


def answers_in_time(
    tickets: pd.DataFrame,
    quarter: Quarter,
    days: int = 20,
    delays: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Share of a quarter's tickets that have a first answer within each number of days."""
    made: list[dict[str, Any]] = []
    waited = _of_devices(tickets if delays is None else delays)
    for passport, whole in by_device(tickets):
        given = _telling(_of_quarter(waited[_subject(passport)], quarter), "answered")
        if given.empty:
            continue
        curve, status = _curve(given), _state(given, whole, quarter)
        row = {**passport, "indicator": "answered_within", "period": str(quarter), "unit": "%"}
        row |= {"n": count(given), "status": status, "group": "days"}
        for day in range(1, days + 1):
            share = (100 * x for x in share_ended(curve, day))
            made.append({**_with_estimate(row, *share), "group_value": str(day)})
    return protect(made, personal=False)
