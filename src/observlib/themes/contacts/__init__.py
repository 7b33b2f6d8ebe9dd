"""Calls and written messages: what an edition publishes of them."""

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, month_days, months_between
from observlib.base.text import fold
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import merge_counts, protect, withheld_parts
from observlib.indicators.answers import (
    SUBJECT,
    by_device,
    number_of_rows,
    period_status,
    quarter_of,
    share,
    share_of,
    times,
    with_interval,
    with_quarters_withheld,
    within,
)
from observlib.indicators.counts import HISTORY, months_lacking
from observlib.indicators.families import family
from observlib.indicators.pairs import across_periods, counted_pairs, leading_answer, tested
from observlib.stats.survey.quantiles import kaplan_meier, quantile, quantile_interval, share_ended

# --- Calls: how many are answered, how long callers wait, what they ask, and when they call

_WEEK = 7  # days, without any call in which a month is not whole
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def quarterly_calls(
    calls: pd.DataFrame,
    intervals: pd.DataFrame,
    quarters: Sequence[Quarter],
    waits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Calls offered, answered and abandoned, and waits, by device and quarter."""
    made: list[estimates.Row] = []
    for passport, rows in by_device(_counted(calls, intervals)):
        of, lacking = quarter_of(rows["date"]), months_lacking(rows, "offered")
        for quarter in quarters:
            inside = rows[of == quarter]
            status = _whole(inside["date"], quarter)
            if status == "published" and lacking & {*quarter.months}:
                status = "partial"
            made += _sums(inside, {**passport, "period": quarter, "status": status})
    made += _waits(calls if waits is None else waits, quarters)
    return protect(made, personal=False)


def monthly_calls(
    calls: pd.DataFrame, intervals: pd.DataFrame, first: str, last: str
) -> pd.DataFrame:
    """Calls offered, answered and abandoned by device and month, for series in time.

    Where a month has too few calls to be shown, neither are its quarter's other months.
    """
    made: list[estimates.Row] = []
    for passport, rows in by_device(_counted(calls, intervals)):
        of, lacking = rows["month"], months_lacking(rows, "offered")
        begins, ends = rows["date"].min(), rows["date"].max()
        for month in months_between(max(first, of.min()), min(last, of.max())):
            inside = rows[of == month]
            late = f"{begins:%Y-%m}" == month and begins.day > _WEEK
            early = f"{ends:%Y-%m}" == month and ends.day <= month_days(month) - _WEEK
            status = "partial" if late or early or month in lacking else "published"
            made += _sums(inside, {**passport, "period": month, "status": status})
    return with_quarters_withheld(protect(made, personal=False))


def _counted(calls: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Half hours, and the calls of products that have none, one by one."""
    counts = _counts(intervals)
    logged = calls[~calls["product"].isin(set(intervals["product"].dropna()))]
    if logged.empty:
        return counts
    offered, is_answered = times(logged), logged["outcome"] == "answered"
    answered = offered.where(is_answered, 0)
    alone = logged.assign(offered=offered, answered=answered, abandoned=offered - answered)
    return pd.concat([counts, _counts(alone)])


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["offered", "answered", "abandoned"]
    counted = rows[[*SUBJECT, "date", *columns]].astype(dict.fromkeys(columns, float))
    return counted.assign(month=rows["date"].dt.strftime("%Y-%m"), area=rows.get("area"))


def _sums(rows: pd.DataFrame, about: estimates.Row) -> Iterator[estimates.Row]:
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


def _waits(calls: pd.DataFrame, quarters: Sequence[Quarter]) -> list[estimates.Row]:
    made: list[estimates.Row] = []
    for passport, answered in by_device(within(calls[calls["outcome"] == "answered"], quarters)):
        for quarter in quarters:
            given = answered[answered["quarter"] == quarter]
            row = {
                **passport,
                "period": quarter,
                "status": period_status(given, [quarter]),
            }
            known = given[given["wait"].notna()]
            seconds, each = known["wait"].astype(float).to_numpy(), times(known).to_numpy()
            row |= {"n": number_of_rows(known), "n_eff": number_of_rows(known)}
            for name, p in (("wait_median", 0.5), ("wait_p90", 0.9)):
                value = {"status": "missing"}
                if len(known):
                    value = with_interval(*quantile_interval(seconds, p, times=each)) or value
                made.append({**row, "indicator": name, **value})
    return made


def calls_by_hour(intervals: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Mean calls offered in each hour, and in each hour of each weekday, over the open days."""
    rows = within(intervals, [quarter])
    local = rows["moment"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    rows = rows.assign(weekday=rows["date"].dt.day_of_week, hour=local.dt.hour)
    made: list[estimates.Row] = []
    for passport, offered in by_device(rows):
        status = _whole(offered["date"], quarter)
        passport |= {"indicator": "calls_an_hour", "period": quarter, "status": status}
        cells = offered.groupby(["weekday", "hour"], sort=True)["offered"].sum().astype(float)
        hours = cells.groupby("hour").sum()
        withheld = withheld_parts({int(str(hour)): calls for hour, calls in hours.items()})
        hidden = withheld | set(
            cells[cells.between(1, estimates.MINIMUM_PEOPLE - 1)].index.unique("hour")
        )
        days = offered.groupby("weekday")["date"].nunique()
        for hour, total in hours.items():
            row = {**passport, "group": "hour", "group_value": f"{hour}\xa0h"}
            made.append(_mean(row, total, int(days.sum()), hour in withheld))
        for (weekday, hour), total in cells.items():
            name = f"{_WEEKDAYS[weekday]} · {hour}\xa0h"
            row = {**passport, "group": "weekday_hour", "group_value": name}
            made.append(_mean(row, total, int(days[weekday]), hour in hidden))
    return protect(made, low_base=0, personal=False)


def _mean(row: estimates.Row, total: float, days: int, hidden: bool) -> estimates.Row:
    if hidden:
        return {**row, "status": "suppressed"}
    return {**row, "estimate": total / days, "n": total}


def per_visits(offered: pd.DataFrame, visits: pd.DataFrame, product: str) -> pd.DataFrame:
    """Calls offered for 1,000 visits of the site that the phone line stands behind."""
    sites = visits[(visits["product"] == product) & (visits["channel"] == "web")]
    complete = sites[sites["status"] == "published"].groupby("period")["estimate"].sum()
    made: list[estimates.Row] = []
    for row in offered[offered["indicator"] == "calls_offered"].to_dict("records"):
        about = {key: row[key] for key in (*SUBJECT, "period")}
        base = float(complete.get(row["period"], 0.0))
        rate: estimates.Row = {"status": "missing"}
        if row["status"] == "published" and base > 0:
            rate = {"estimate": 1000 * row["estimate"] / base, "n": row["estimate"]}
        made.append({**about, "indicator": "calls_per_1000_visits", **rate})
    return protect(made, personal=False)


# --- E-mails and forms: how soon they are answered, how many wait, how many come back

_PROMISE = "answered_in_promise"
_DAY = pd.Timedelta(days=1)
_UNKNOWN = (math.nan,) * 3


def quarterly_tickets(
    tickets: pd.DataFrame,
    quarters: Sequence[Quarter],
    promises: Mapping[str, int],
    delays: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tickets received, time to the first answer, promise kept, backlog and reopening."""
    rows = tickets.assign(quarter=quarter_of(tickets["date"]))
    waited = _of_devices(tickets if delays is None else delays)
    counts: list[estimates.Row] = []
    answers: list[estimates.Row] = []
    shares: list[estimates.Row] = []
    for passport, whole in by_device(rows):
        promise = promises.get(passport["device"])
        for quarter in quarters:
            given = whole[whole["quarter"] == quarter]
            status = _state(given, whole, quarter)
            common = {**passport, "period": quarter, "status": status}
            counts.append({**common, **_received(given)})
            own = _of_quarter(waited[_subject(passport)], quarter)
            answers += [{**common, **row} for row in _delays(own, promise)]
            shares.append({**common, **_reopened(given)})
            counts.append({**common, **_backlog(whole, quarter)})
    parts = [protect(counts, low_base=0, personal=False), protect(answers, personal=False)]
    return estimates.combine([*parts, protect(shares)])


def monthly_tickets(
    tickets: pd.DataFrame,
    first: str,
    last: str,
    promises: Mapping[str, int],
    delays: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tickets received, and those answered as promised, by month of receipt, for series in time.

    A month that had not ended when it was last exported is `partial`; one too small to be shown
    takes its quarter's other months with it.
    """
    rows = tickets.assign(month=_month(tickets))
    waited = _of_devices(tickets if delays is None else delays)
    counts: list[estimates.Row] = []
    answers: list[estimates.Row] = []
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
    parts = [protect(counts, low_base=0, personal=False), protect(answers, personal=False)]
    return with_quarters_withheld(estimates.combine(parts))


def _month(rows: pd.DataFrame) -> pd.Series:
    return rows["date"].dt.strftime("%Y-%m")


def _of_quarter(rows: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    return rows[quarter_of(rows["date"]) == quarter]


def _subject(passport: estimates.Row) -> tuple[str, ...]:
    return tuple(passport[name] for name in SUBJECT)


def _of_devices(rows: pd.DataFrame) -> dict[tuple[str, ...], pd.DataFrame]:
    return {_subject(passport): own for passport, own in by_device(rows)}


def _received(given: pd.DataFrame) -> estimates.Row:
    found = {"estimate": number_of_rows(given), "n": number_of_rows(given)} if len(given) else {}
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


def _reopened(given: pd.DataFrame) -> estimates.Row:
    """Of a quarter's tickets that are closed, those reopened, where their tool tells it."""
    given = given[given["reopened"].notna()]
    closed = given[given["closed"].notna()]
    row = share("reopened_share", closed["reopened"].astype(bool), times(closed))
    if not row["n"]:
        return {**row, "status": "missing"}
    still_open = number_of_rows(given) - row["n"]
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


def _delays(given: pd.DataFrame, promise: int | None) -> list[estimates.Row]:
    curve = _curve(given)
    given, made = _telling(given, "answered"), list[estimates.Row]()
    for name, p in (("first_answer_median", 0.5), ("first_answer_p90", 0.9)):
        row: estimates.Row = {"indicator": name, "n": number_of_rows(given)}
        found = quantile(curve, p) if curve is not None else _UNKNOWN
        made.append(_with_estimate(row, *found))
    if promise is not None:
        made.append(_promise_kept(given, curve, promise))
    return made


def _promise_kept(given: pd.DataFrame, curve: pd.DataFrame | None, promise: int) -> estimates.Row:
    told = number_of_rows(_telling(given, "answered"))
    row: estimates.Row = {"indicator": _PROMISE, "unit": "%", "n": told}
    kept = share_ended(curve, promise) if curve is not None else _UNKNOWN
    return _with_estimate(row, *(100 * x for x in kept))


def _with_estimate(row: estimates.Row, value: float, low: float, high: float) -> estimates.Row:
    found = with_interval(value, low, high)
    if found is None:
        return {**row, "status": "missing", "n": None}
    return {**row, "n_eff": row["n"], **found}


def _backlog(tickets: pd.DataFrame, quarter: Quarter) -> estimates.Row:
    """Tickets received by the quarter's end and not closed then, as the exports made after tell."""
    row: estimates.Row = {"indicator": "tickets_open"}
    end = _ends(quarter)
    before = _telling(tickets, "closed")
    before = before[before["received"] < end]
    # an export made before the quarter's end does not tell which of its tickets stayed open
    seen = before["closed"].notna() | (before["extracted"] >= end - _DAY)
    if before.empty or tickets["extracted"].max() < end - _DAY:
        return {**row, "status": "missing"}
    waiting = number_of_rows(before[seen & (before["closed"].isna() | (before["closed"] >= end))])
    status = "published" if seen.all() else "partial"
    return {**row, "status": status, "estimate": waiting, "n": waiting or None}


def answers_in_time(
    tickets: pd.DataFrame,
    quarter: Quarter,
    days: int = 20,
    delays: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Share of a quarter's tickets that have a first answer within each number of days."""
    made: list[estimates.Row] = []
    waited = _of_devices(tickets if delays is None else delays)
    for passport, whole in by_device(tickets):
        given = _telling(_of_quarter(waited[_subject(passport)], quarter), "answered")
        if given.empty:
            continue
        curve, status = _curve(given), _state(given, whole, quarter)
        row = {**passport, "indicator": "answered_within", "period": quarter, "unit": "%"}
        row |= {"n": number_of_rows(given), "status": status, "group": "days"}
        for day in range(1, days + 1):
            share = (100 * x for x in share_ended(curve, day))
            made.append({**_with_estimate(row, *share), "group_value": str(day)})
    return protect(made, personal=False)


# --- What contacts are about: the share of each theme, none of which counts too few people


def theme_shares(contacts: pd.DataFrame, kind: str, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Share of each theme among the contacts of a device and quarter, with Wilson's intervals.

    Those of fewer than eleven contacts are put together (see `confidentiality.disclosure`).
    Contacts without a theme are left out, as if they had been about the same things.
    """
    rows = within(contacts[contacts["theme"].notna()], quarters)
    made: list[estimates.Row] = []
    for passport, about in by_device(rows):
        for quarter in quarters:
            given = about[about["quarter"] == quarter]
            found = times(given).groupby(given["theme"]).sum()
            counts = {str(theme): int(found[theme]) for theme in sorted(found.index, key=fold)}
            row = {
                **passport,
                "indicator": f"{kind}_theme_share",
                "period": quarter,
                "status": period_status(given, [quarter]),
                "group": "theme",
                "unit": "%",
            }
            for label, (_, people) in merge_counts(counts).items():
                value = share_of(people, sum(counts.values()))
                made.append({**row, "group_value": label, **value})
    return protect(made)


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
