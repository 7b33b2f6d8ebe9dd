"""Subscriptions: subscribers, joins and leaves of each list, and how long people stay.

Stocks and flows are counted whole. The curve of those who stay has an interval: it tells what the
next subscribers may do, of whom those seen are a sample.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, months_between
from observlib.catalogue import Catalogue
from observlib.estimates import base
from observlib.indicators import counts
from observlib.indicators.answers import by_device, share_of, with_interval
from observlib.indicators.families import counted, family, protected
from observlib.indicators.pairs import counted_pairs, tested
from observlib.stats.survey.proportions import kaplan_meier, share_ended

_UNITS = {  # of what is a count, the catalogue has the word
    "subscribers": "",
    "subscription_joins": "",
    "subscription_leaves": "",
    "subscribers_change": "%",
    "subscription_churn": "%",
}
_MISSING: estimates.Row = {"status": "missing"}
_YEAR = 12
_JOINED_WITHIN = 24  # months: who joined in them counts, and so far goes the curve
_FEW = estimates.MINIMUM_PEOPLE  # and of a hundred times as many a percent is not few


def quarterly_subscribers(subscriptions: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Subscribers at the end of each quarter, joins, leaves and churn, of each device.

    The lists of a device are taken together. The churn rate is the mean, over the months of the
    quarter, of leaves over those who were subscribed when the month began. Source: R. C. Blattberg,
    B.-D. Kim and S. A. Neslin, *Database Marketing* (2008), chapter 24.
    """
    return subscribers_by_period(subscriptions, {quarter: quarter.months for quarter in quarters})


@counted
def subscribers_by_period(
    subscriptions: pd.DataFrame, periods: Mapping[str, Sequence[str]]
) -> Iterator[estimates.Row]:
    """The estimates of each device over periods, each with its months."""
    for passport, own in by_device(_with_months(subscriptions)):
        by_month = _by_month(own)
        for period, months in periods.items():
            if months[-1] < by_month.index[0]:
                continue
            about = {**passport, "period": period}
            for name, row in _measured(by_month, months).items():
                yield {**about, "indicator": name, "unit": _UNITS[name], **row}


def _with_months(subscriptions: pd.DataFrame) -> pd.DataFrame:
    return subscriptions.assign(month=subscriptions["start"].dt.strftime("%Y-%m"))


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """A device's counts by month, and whether each list that is not over is in them whole."""
    by_month = rows.groupby("month")
    sums = by_month[["stock", "joins", "leaves"]].sum().astype(float)
    unknown = rows.loc[rows["leaves"].isna(), "month"].unique()  # a part is not the whole
    sums.loc[sums.index.isin(unknown), "leaves"] = math.nan
    ends = rows.groupby("list")["month"].agg(["min", "max"])
    due = [((ends["min"] <= month) & (month <= ends["max"])).sum() for month in sums.index]
    whole = by_month["complete"].all() & (by_month["list"].nunique() == due)
    return sums.assign(complete=whole)


def _measured(by_month: pd.DataFrame, months: Sequence[str]) -> dict[str, estimates.Row]:
    """Each measure of a device over some months: its value, base and status."""
    inside = by_month.loc[by_month.index.isin(months)]
    if inside.empty:
        return dict.fromkeys(_UNITS, _MISSING)
    known = inside["complete"].to_numpy()
    status = "published" if len(inside) == len(months) and known.all() else "partial"
    # the months before do not change how many there are at the end
    ended = inside.index[-1] == months[-1] and known[-1]
    stock, joins = inside["stock"].iloc[-1], inside["joins"].sum()
    leaves = inside["leaves"].sum(skipna=False)
    begun = inside["stock"] - inside["joins"] + inside["leaves"]
    found: dict[str, estimates.Row] = {key: {"status": "suppressed"} for key in _UNITS}
    found["subscribers"] = _count(stock, "published" if ended else status)
    if any(0 < x < _FEW for x in (stock, begun.iloc[0], joins, leaves)):
        return found
    found |= dict.fromkeys(_UNITS.keys() - {"subscribers"}, _MISSING)
    found["subscription_joins"] = _count(joins, status)
    if not math.isnan(leaves):
        found["subscription_leaves"] = _count(leaves, status)
    if (begun > 0).all():
        change = 100 * (joins - leaves) / begun.iloc[0]
        found["subscribers_change"] = {"estimate": change, "status": status}
        churn = 100 * (inside["leaves"] / begun).mean()
        found["subscription_churn"] = {"estimate": churn, "status": status}
    return found


def _count(value: float, status: str) -> estimates.Row:
    return {"estimate": value, "n": value or None, "status": status}


@protected(personal=False)
def estimate_survival(subscriptions: pd.DataFrame, last: Quarter) -> Iterator[estimates.Row]:
    """Share of the joiners of two years who are still subscribed, by months since they joined.

    Month 0 is the one in which they joined, and each is taken at its end. Those still subscribed
    have been followed until the last month known: the estimate is that of Kaplan and Meier. Lists
    of one device are taken together; lists without cohorts tell nothing here.
    """
    end = pd.Period(last.months[2], "M")
    first, final = str(end - (_JOINED_WITHIN - 1)), str(end)
    rows = _with_months(subscriptions)
    followed = rows["complete"] & rows["leaves"].notna()
    rows = rows[(rows["cohort"] >= first) & followed & (rows["month"] <= final)]
    for passport, own in by_device(rows):
        found = [fate for _, cohort in own.groupby(["list", "cohort"]) for fate in _fates(cohort)]
        fates = pd.DataFrame(found, columns=["time", "ended", "people"])
        for row in _curve(fates):
            yield {**passport, "period": f"{first}/{final}", **row}


def _fates(cohort: pd.DataFrame) -> Iterator[tuple[int, bool, float]]:
    """When the people of one cohort left, and how long the others have been followed."""
    rows = cohort.set_index("month")
    joined = str(rows["cohort"].iat[0])
    if joined not in rows.index:  # how many they were is not known
        return
    left = float(rows.at[joined, "joins"])
    time = -1
    for month in months_between(joined, rows.index.max()):
        if month not in rows.index:  # no one followed them further
            break
        time += 1
        now = min(left, float(rows.at[month, "stock"]))
        if now < left:
            yield time, True, left - now
        left = now
    if left:
        yield time, False, left


def _curve(fates: pd.DataFrame) -> Iterator[estimates.Row]:
    people = float(fates["people"].sum())
    if not people:
        return
    curve = kaplan_meier(fates["time"].tolist(), fates["ended"].tolist(), fates["people"].tolist())
    months = range(int(fates["time"].max()) + 1)
    followed = [float(fates.loc[fates["time"] >= month, "people"].sum()) for month in months]
    left = fates[fates["ended"]].groupby("time")["people"].sum().reindex(months, fill_value=0.0)
    safe = _safe_months(left.cumsum().tolist(), followed) if people >= _FEW else months
    for time in safe:
        share, high, low = (100 * (1 - ended) for ended in share_ended(curve, time))
        row: estimates.Row = {"indicator": "subscription_survival", "unit": "%", "group": "months"}
        row |= {"group_value": str(time), "n": base(people), "n_eff": base(followed[time])}
        yield {**row, **(with_interval(share, low, high) or {})}


def _safe_months(left: Sequence[float], followed: Sequence[float]) -> Iterator[int]:
    """The months between which a curve in whole percents shows no few people leave, nor stay.

    `left` had left by the end of each; `followed` were there, and it is known if they left in it.
    """
    ends: list[int] = []
    # a year comes first: it is told in words
    for month in sorted(range(len(left)), key=lambda month: (month != _YEAR, month)):
        gone = [(max(month, end), abs(left[month] - left[end])) for end in ends]
        gone.append((month, left[month]))
        stay = followed[month] - left[month] + (left[month - 1] if month else 0.0)
        few = any(0 < n < _FEW and followed[end] < 100 * _FEW for end, n in gone)
        if followed[month] >= _FEW and not few and not 0 < stay < _FEW:
            ends.append(month)
    yield from sorted(ends)


@protected()
def estimate_retention(
    subscriptions: pd.DataFrame, quarters: Sequence[Quarter]
) -> Iterator[estimates.Row]:
    """Share of those who joined a year before each quarter that are still subscribed."""
    for passport, whole in by_device(_with_months(subscriptions)):
        own = whole[whole["cohort"].notna() & whole["complete"] & whole["leaves"].notna()]
        if own.empty:
            continue
        flows = _by_month(whole)
        age = _months(own["month"]) - _months(own["cohort"])
        sums = {
            months: own[age == months].groupby("month")[["joins", "stock"]].sum()
            for months in (0, _YEAR)
        }
        for quarter in quarters:
            if (quarter - 4).months[2] < own["month"].min():
                continue
            row = {**passport, "indicator": "subscription_retention", "period": quarter}
            row["unit"] = "%"
            pairs = [
                (int(sums[0].at[then, "joins"]), int(sums[_YEAR].at[now, "stock"]))
                for then, now in zip((quarter - 4).months, quarter.months, strict=True)
                if then in sums[0].index and now in sums[_YEAR].index
            ]
            joined = sum(pair[0] for pair in pairs)
            if not joined:
                yield row | _MISSING
                continue
            status = _measured(flows, (quarter - 4).months)["subscription_joins"]["status"]
            if status != "suppressed":
                status = "published" if len(pairs) == 3 else "partial"
            stayed = min(joined, sum(pair[1] for pair in pairs))
            yield {**row, "status": status, **share_of(stayed, joined)}


def _months(months: pd.Series) -> pd.Series:
    """Months since the year 0 of months written `YYYY-MM`."""
    return 12 * months.str[:4].astype(int) + months.str[5:7].astype(int)


@family("subscriptions", quarters=counts.HISTORY)
def subscriptions_(
    subscriptions: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nine quarters of subscribers, with their change on a year, and how long they stay."""
    quarters = quarter.back(9)
    by_quarter = quarterly_subscribers(subscriptions, quarters)
    stock = by_quarter[by_quarter["indicator"] == "subscribers"]
    rows = [
        by_quarter,
        counts.change_on_year(stock, catalogue.changes.values()),
        estimate_survival(subscriptions, quarter),
        estimate_retention(subscriptions, quarters),
    ]
    past = quarterly_subscribers(subscriptions, quarter.back(counts.HISTORY))
    before = counted_pairs(by_quarter, quarter, past, catalogue.changes.values())
    return estimates.combine(rows), tested(catalogue, before)
