"""Calls and written messages: what an edition publishes of them."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, month_days, months_between
from observlib.base.text import fold
from observlib.catalogue import Catalogue, Device
from observlib.confidentiality.disclosure import merge_counts, protect, withheld_parts
from observlib.estimates import Row
from observlib.indicators import answers
from observlib.indicators.counts import HISTORY, months_lacking
from observlib.indicators.families import counted, family, made_by, protected
from observlib.indicators.pairs import across_periods, counted_pairs, leading_answer, tested
from observlib.stats.survey import proportions

# --- Calls: how many are answered, how long callers wait, what they ask, and when they call

_UNKNOWN = (math.nan,) * 3
_MISSING: Row = {"status": "missing"}
_WEEK = 7  # days, without any call in which a month is not whole
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@protected(personal=False)
def quarterly_calls(
    calls: pd.DataFrame,
    intervals: pd.DataFrame,
    quarters: Sequence[Quarter],
    waits: pd.DataFrame | None = None,
) -> Iterator[Row]:
    """Calls offered, answered and abandoned, and waits, by device and quarter."""
    for passport, rows in answers.by_device(_counted(calls, intervals)):
        of, lacking = answers.quarter_of(rows["date"]), months_lacking(rows, "offered")
        for quarter in quarters:
            inside = rows[of == quarter]
            status = _whole(inside["date"], quarter)
            if status == "published" and lacking & {*quarter.months}:
                status = "partial"
            yield from _sums(inside, {**passport, "period": quarter, "status": status})
    yield from _waits(calls if waits is None else waits, quarters)


@made_by(answers.of_months(partial(protect, personal=False)))
def monthly_calls(
    calls: pd.DataFrame, intervals: pd.DataFrame, first: str, last: str
) -> Iterator[Row]:
    """Calls offered, answered and abandoned by device and month, for series in time."""
    for passport, rows in answers.by_device(_counted(calls, intervals)):
        of, lacking = rows["month"], months_lacking(rows, "offered")
        begins, ends = rows["date"].min(), rows["date"].max()
        for month in months_between(max(first, of.min()), min(last, of.max())):
            late = f"{begins:%Y-%m}" == month and begins.day > _WEEK
            early = f"{ends:%Y-%m}" == month and ends.day <= month_days(month) - _WEEK
            status = "partial" if late or early or month in lacking else "published"
            yield from _sums(rows[of == month], {**passport, "period": month, "status": status})


def _counted(calls: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Half hours, and the calls of products that have none, one by one."""
    counts = _counts(intervals)
    logged = calls[~calls["product"].isin(set(intervals["product"].dropna()))]
    if logged.empty:
        return counts
    offered, is_answered = answers.times(logged), logged["outcome"] == "answered"
    answered = offered.where(is_answered, 0)
    alone = logged.assign(offered=offered, answered=answered, abandoned=offered - answered)
    return pd.concat([counts, _counts(alone)])


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["offered", "answered", "abandoned"]
    counted = rows[[*answers.SUBJECT, "date", *columns]].astype(dict.fromkeys(columns, float))
    return counted.assign(month=rows["date"].dt.strftime("%Y-%m"), area=rows.get("area"))


def _sums(rows: pd.DataFrame, about: Row) -> Iterator[Row]:
    """Calls offered over a period, and the rates of those answered and abandoned."""
    offered, answered, abandoned = rows[["offered", "answered", "abandoned"]].sum()
    for name, unit, value in (
        ("calls_offered", "", offered),
        ("answer_rate", "%", 100 * answered / (offered or 1)),
        ("abandonment_rate", "%", 100 * abandoned / (offered or 1)),
    ):
        known = {"estimate": value} if offered else {"status": "missing"}
        yield {**about, "n": offered, "indicator": name, "unit": unit, **known}


def _whole(dates: pd.Series, quarter: Quarter) -> str:
    """A count of all calls is whole where each month of the quarter has some."""
    if not len(dates):
        return "missing"
    return "published" if set(dates.dt.strftime("%Y-%m")) >= set(quarter.months) else "partial"


def _waits(calls: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[Row]:
    for about, answered, status in answers.over(calls[calls["outcome"] == "answered"], quarters):
        known = answered[answered["wait"].notna()]
        seconds, each = known["wait"].astype(float).to_numpy(), answers.times(known).to_numpy()
        n = answers.number_of_rows(known)
        row = {**about, "status": status, "n": n, "n_eff": n}
        for name, p in (("wait_median", 0.5), ("wait_p90", 0.9)):
            found = proportions.quantile_interval(seconds, p, times=each) if n else _UNKNOWN
            yield {**row, "indicator": name, **(answers.with_interval(*found) or _MISSING)}


@counted
def calls_by_hour(intervals: pd.DataFrame, quarter: Quarter) -> Iterator[Row]:
    """Mean calls offered in each hour, and in each hour of each weekday, over the open days."""
    rows = answers.within(intervals, [quarter])
    local = rows["moment"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    rows = rows.assign(weekday=rows["date"].dt.day_of_week, hour=local.dt.hour)
    for passport, offered in answers.by_device(rows):
        status = _whole(offered["date"], quarter)
        passport |= {"indicator": "calls_an_hour", "period": quarter, "status": status}
        cells = offered.groupby(["weekday", "hour"], sort=True)["offered"].sum().astype(float)
        hours = cells.groupby("hour").sum()
        withheld = withheld_parts({int(str(hour)): calls for hour, calls in hours.items()})
        few = cells.between(1, estimates.MINIMUM_PEOPLE - 1)
        hidden = withheld | {*cells[few].index.unique("hour")}
        days = offered.groupby("weekday")["date"].nunique()
        for hour, total in hours.items():
            row = {**passport, "group": "hour", "group_value": f"{hour}\xa0h"}
            yield row | _mean(total, int(days.sum()), hour in withheld)
        for (weekday, hour), total in cells.items():
            name = f"{_WEEKDAYS[weekday]} · {hour}\xa0h"
            row = {**passport, "group": "weekday_hour", "group_value": name}
            yield row | _mean(total, int(days[weekday]), hour in hidden)


def _mean(total: float, days: int, hidden: bool) -> Row:
    return {"status": "suppressed"} if hidden else {"estimate": total / days, "n": total}


@protected(personal=False)
def per_visits(offered: pd.DataFrame, visits: pd.DataFrame, product: str) -> Iterator[Row]:
    """Calls offered for 1,000 visits of the site that the phone line stands behind."""
    sites = visits[(visits["product"] == product) & (visits["channel"] == "web")]
    complete = sites[sites["status"] == "published"].groupby("period")["estimate"].sum()
    for row in estimates.records(offered[offered["indicator"] == "calls_offered"]):
        about = {key: row[key] for key in (*answers.SUBJECT, "period")}
        seen, rate = float(complete.get(row["period"], 0.0)), _MISSING
        if row["status"] == "published" and seen > 0:
            rate = {"estimate": 1000 * row["estimate"] / seen, "n": row["estimate"]}
        yield {**about, "indicator": "calls_per_1000_visits", **rate}


# --- E-mails and forms: how soon they are answered, how many wait, how many come back

_PROMISE, _REOPENED = "answered_in_promise", "reopened_share"
_DAY = pd.Timedelta(days=1)


def _told(rows: Iterable[Row]) -> pd.DataFrame:
    """Counts, delays and shares of tickets, each protected in its way."""
    counts: list[Row] = []
    delays: list[Row] = []
    shares: list[Row] = []
    kinds = dict.fromkeys(("tickets_received", "tickets_open"), counts) | {_REOPENED: shares}
    for row in rows:
        kinds.get(row["indicator"], delays).append(row)
    parts = [protect(counts, low_base=0, personal=False), protect(delays, personal=False)]
    return estimates.combine([*parts, protect(shares)])


@made_by(_told)
def quarterly_tickets(
    tickets: pd.DataFrame,
    quarters: Sequence[Quarter],
    promises: Mapping[str, int],
    delays: pd.DataFrame | None = None,
) -> Iterator[Row]:
    """Tickets received, time to the first answer, promise kept, backlog and reopening."""
    waited = _of_devices(tickets if delays is None else delays)
    for passport, whole in answers.by_device(tickets):
        own, promise = waited[_subject(passport)], promises.get(passport["device"])
        for quarter in quarters:
            given = _of_quarter(whole, quarter)
            status = _state(given, whole, quarter)
            found = [_received(given), _backlog(whole, quarter), _reopened(given)]
            found += _delays(_of_quarter(own, quarter), promise)
            for row in found:
                yield {**passport, "period": quarter, "status": status, **row}


@made_by(answers.of_months(_told))
def monthly_tickets(
    tickets: pd.DataFrame,
    first: str,
    last: str,
    promises: Mapping[str, int],
    delays: pd.DataFrame | None = None,
) -> Iterator[Row]:
    """Tickets received, and those answered as promised, by month of receipt, for series in time.

    A month that had not ended when it was last exported is `partial`.
    """
    waited = _of_devices(tickets if delays is None else delays)
    for passport, whole in answers.by_device(tickets.assign(month=_month(tickets))):
        own, promise = waited[_subject(passport)], promises.get(passport["device"])
        seen, of = whole["extracted"].max(), _month(own)
        given = dict(iter(whole.groupby("month")))
        for month in months_between(max(first, min(given)), min(last, max(given))):
            inside = given.get(month, whole.head(0))
            end = _in_utc(pd.Period(month, "M").end_time.ceil("D"))
            status = "partial" if seen < end - _DAY else "published"
            about = {**passport, "period": month, "status": status if len(inside) else "missing"}
            yield about | _received(inside)
            if promise is not None:
                written = own[of == month]
                yield about | _promise_kept(written, _curve(written), promise)


def _month(rows: pd.DataFrame) -> pd.Series:
    return rows["date"].dt.strftime("%Y-%m")


def _of_quarter(rows: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    return rows[answers.quarter_of(rows["date"]) == quarter]


def _subject(passport: Row) -> tuple[str, ...]:
    return tuple(passport[name] for name in answers.SUBJECT)


def _of_devices(rows: pd.DataFrame) -> dict[tuple[str, ...], pd.DataFrame]:
    return {_subject(passport): own for passport, own in answers.by_device(rows)}


def _received(given: pd.DataFrame) -> Row:
    n = answers.number_of_rows(given)
    return {"indicator": "tickets_received", **({"estimate": n, "n": n} if n else {})}


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
    return answers.period_status(given, [quarter])


def _reopened(given: pd.DataFrame) -> Row:
    """Of a quarter's tickets that are closed, those reopened, where their tool tells it."""
    given = given[given["reopened"].notna()]
    closed = given[given["closed"].notna()]
    row = answers.share(_REOPENED, closed["reopened"].astype(bool), answers.times(closed))
    if not row["n"]:
        return {**row, "status": "missing"}
    still_open = answers.number_of_rows(given) - row["n"]
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
    return proportions.kaplan_meier(days.tolist(), answered.tolist(), answers.times(given).tolist())


def _delays(given: pd.DataFrame, promise: int | None) -> Iterator[Row]:
    curve, n = _curve(given), answers.number_of_rows(_telling(given, "answered"))
    for name, p in (("first_answer_median", 0.5), ("first_answer_p90", 0.9)):
        found = proportions.quantile(curve, p) if curve is not None else _UNKNOWN
        yield {"indicator": name} | _with_estimate(n, *found)
    if promise is not None:
        yield _promise_kept(given, curve, promise)


def _promise_kept(given: pd.DataFrame, curve: pd.DataFrame | None, promise: int) -> Row:
    n = answers.number_of_rows(_telling(given, "answered"))
    kept = proportions.share_ended(curve, promise) if curve is not None else _UNKNOWN
    row = {"indicator": _PROMISE, "unit": "%"}
    return row | _with_estimate(n, *(100 * x for x in kept))


def _with_estimate(n: int, value: float, low: float, high: float) -> Row:
    found = answers.with_interval(value, low, high)
    return {"n": n, "n_eff": n, **found} if found else _MISSING


def _backlog(tickets: pd.DataFrame, quarter: Quarter) -> Row:
    """Tickets received by the quarter's end and not closed then, as the exports made after tell."""
    row: Row = {"indicator": "tickets_open"}
    end = _ends(quarter)
    before = _telling(tickets, "closed")
    before = before[before["received"] < end]
    # an export made before the quarter's end does not tell which of its tickets stayed open
    seen = before["closed"].notna() | (before["extracted"] >= end - _DAY)
    if before.empty or tickets["extracted"].max() < end - _DAY:
        return row | _MISSING
    waiting = answers.number_of_rows(
        before[seen & (before["closed"].isna() | (before["closed"] >= end))]
    )
    status = "published" if seen.all() else "partial"
    return {**row, "status": status, "estimate": waiting, "n": waiting or None}


@protected(personal=False)
def answers_in_time(
    tickets: pd.DataFrame,
    quarter: Quarter,
    days: int = 20,
    delays: pd.DataFrame | None = None,
) -> Iterator[Row]:
    """Share of a quarter's tickets that have a first answer within each number of days."""
    waited = _of_devices(tickets if delays is None else delays)
    for passport, whole in answers.by_device(tickets):
        given = _telling(_of_quarter(waited[_subject(passport)], quarter), "answered")
        if given.empty:
            continue
        curve, n = _curve(given), answers.number_of_rows(given)
        row = {**passport, "indicator": "answered_within", "period": quarter, "unit": "%"}
        row |= {"status": _state(given, whole, quarter), "group": "days"}
        for day in range(1, days + 1):
            ended = (100 * x for x in proportions.share_ended(curve, day))
            yield {**row, "group_value": str(day), **_with_estimate(n, *ended)}


# --- What contacts are about: the share of each theme, none of which counts too few people


@protected()
def theme_shares(contacts: pd.DataFrame, kind: str, quarters: Sequence[Quarter]) -> Iterator[Row]:
    """Share of each theme among the contacts of a device and quarter, with Wilson's intervals.

    Those of fewer than eleven contacts are put together (see `confidentiality.disclosure`).
    Contacts without a theme are left out, as if they had been about the same things.
    """
    for about, given, status in answers.over(contacts[contacts["theme"].notna()], quarters):
        found = answers.times(given).groupby(given["theme"]).sum()
        counts = {str(theme): int(found[theme]) for theme in sorted(found.index, key=fold)}
        row = {**about, "indicator": f"{kind}_theme_share", "status": status, "group": "theme"}
        for label, (_, people) in merge_counts(counts).items():
            found_in = answers.share_of(people, sum(counts.values()))
            yield {**row, "group_value": label, "unit": "%", **found_in}


@family("contacts")
def contacts(
    calls_by_day: pd.DataFrame,
    calls_by_wait: pd.DataFrame,
    calls_by_theme: pd.DataFrame,
    intervals_by_day: pd.DataFrame,
    intervals_by_hour: pd.DataFrame,
    tickets_by_state: pd.DataFrame,
    tickets_by_delay: pd.DataFrame,
    tickets_by_theme: pd.DataFrame,
    visits: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nine quarters of calls and messages; their load, topics and delays in the quarter."""
    quarters, known = quarter.back(9), quarter.back(HISTORY)
    promises = {d.id: d.promise_days for d in catalogue.devices.values() if d.promise_days}
    called = quarterly_calls(calls_by_day, intervals_by_day, known, calls_by_wait)
    written = quarterly_tickets(tickets_by_state, known, promises, tickets_by_delay)
    past = estimates.combine([called, written])
    called, written = (x[x["period"].isin(quarters)] for x in (called, written))
    by_quarter = visits[visits["period"].isin(quarters) & (visits["indicator"] == "visits")]
    asked = theme_shares(calls_by_theme, "call", [quarter])
    rows = [
        called,
        per_visits(called, by_quarter, "service-public"),
        calls_by_hour(intervals_by_hour, quarter),
        asked,
        written,
        answers_in_time(tickets_by_state, quarter, delays=tickets_by_delay),
        theme_shares(tickets_by_theme, "ticket", [quarter]),
    ]
    received = counted_pairs(past, quarter, changes=catalogue.changes.values())
    before = across_periods(written, catalogue, quarter, quarter - 4)
    pairs = tested(catalogue, received, before, leading_answer(asked))
    return estimates.combine(rows), pairs


# --- What its sentences ask


def _desks(frame: pd.DataFrame, catalogue: Catalogue) -> list[Device]:
    """The devices of a frame that promise an answer within some days."""
    known = [name for name in frame["device"].unique() if name in catalogue.devices]
    return [catalogue.devices[name] for name in known if catalogue.devices[name].promise_days]
