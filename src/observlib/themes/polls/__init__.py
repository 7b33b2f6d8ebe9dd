"""Polls on social networks: what those who voted chose, and how many of the followers voted.

Voters chose themselves: an interval says what chance does, and nothing of that choice. Networks
publish each result; a poll with fewer than eleven votes is withheld all the same.
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators import answers, pairs
from observlib.indicators.families import counted, family, protected
from observlib.stats.survey.comparison import two_by_two


@protected(personal=False)
def results(polls: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[estimates.Row]:
    """The shares of each poll's options, its votes, and the share of followers who voted."""
    for passport, poll in _each(polls, quarters):
        votes = int(poll["votes"].sum())
        whole = {**passport, "group_value": poll["network"].iat[0], "n": votes}
        yield {**whole, "indicator": "poll_votes", **_votes(votes)}
        followers = poll["followers"].iat[0]
        if votes and pd.notna(followers) and followers >= votes:
            share = 100 * votes / int(followers)
            yield {**whole, "indicator": "poll_turnout", "unit": "%", "estimate": share}
        row = {**passport, "indicator": "poll_share", "unit": "%"}
        for option, count in zip(poll["option"], poll["votes"].astype(int), strict=True):
            known = answers.share_of(count, votes) if votes else {"status": "missing"}
            yield {**row, "group_value": option, **known}


def _each(
    polls: pd.DataFrame, quarters: Sequence[Quarter]
) -> Iterator[tuple[estimates.Row, pd.DataFrame]]:
    """Each poll's passport and options, by day."""
    rows = answers.within(polls.assign(product=polls["product"].fillna("")), quarters)
    names = ["device", "quarter", "question"]
    times = rows.groupby(names)["poll_id"].nunique()
    for keys, poll in rows.groupby(["date", *answers.SUBJECT, "poll_id"], sort=True):
        poll = poll.sort_values("position", kind="stable")
        first = poll.iloc[0]
        question = str(first["question"])
        if times[tuple(first[names])] > 1:
            question += f" ({first['date']:%d/%m/%Y}, {first['poll_id']})"
        passport = dict(zip(answers.SUBJECT, keys[1:-1], strict=True))
        yield passport | {"period": first["quarter"], "group": question}, poll


def _votes(votes: int) -> estimates.Row:
    return {"estimate": votes, "n": votes} if votes else {"status": "missing"}


@counted
def votes_by_quarter(polls: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[estimates.Row]:
    """How many polls closed, and the votes of those shown, by device and quarter."""
    for about, asked, _ in answers.over(polls.assign(product=""), quarters):
        cast = asked.groupby("poll_id")["votes"].sum()
        votes = int(cast[cast >= estimates.MINIMUM_PEOPLE].sum())
        yield {**about, "indicator": "poll_count", "estimate": len(cast)}
        yield {**about, "indicator": "poll_votes", **_votes(votes)}


def most_voted(shares: pd.DataFrame) -> pd.DataFrame:
    """The options of the poll that had the most votes, of those shown (`poll_share`), if any."""
    rows = shares[(shares["indicator"] == "poll_share") & shares["estimate"].notna()]
    if rows.empty:
        return rows
    poll = ["device", "period", "group"]
    first = rows.sort_values("n", ascending=False, kind="stable").iloc[0]
    return rows[(rows[poll] == first[poll]).all(axis=1)]


def asked_on_several_networks(shares: pd.DataFrame, options: int = 6) -> pd.DataFrame:
    """The most voted question that several devices asked with the same options, all shown."""
    rows = shares[(shares["indicator"] == "poll_share") & shares["estimate"].notna()]
    best, votes = rows.iloc[:0], 0.0
    for _, asked in rows.groupby("group", sort=False):
        sets = {tuple(own["group_value"]) for _, own in asked.groupby("device")}
        cast = float(asked.drop_duplicates("device")["n"].sum())
        alike = asked["device"].nunique() > 1 and len(sets) == 1 and len(sets.pop()) <= options
        if alike and cast > votes:
            best, votes = asked, cast
    return best


def pair_networks(asked: pd.DataFrame) -> pd.DataFrame:
    """Pair the shares that an option of one question has on two networks, the higher first."""
    found = [
        two_by_two(rows.sort_values("estimate", ascending=False, kind="stable"))
        for _, rows in asked.groupby("group_value", sort=False)
    ]
    none = two_by_two(asked.head(0))
    return pd.concat([none, *found], ignore_index=True).assign(against="network")


def history(shares: pd.DataFrame, poll: pd.DataFrame) -> pd.DataFrame:
    """All the times that a device asked a poll's question, from estimates of several quarters."""
    if poll.empty:
        return poll
    same = ["indicator", "device", "group"]
    rows = shares[(shares[same] == poll.iloc[0][same]).all(axis=1)]
    return rows[rows["group_value"].isin(poll["group_value"])]


@family("polls", quarters=9)
def polls_(
    polls: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nine quarters of polls and votes; the lead of the main question, its past, its networks."""
    quarters = quarter.back(9)
    found = results(polls, quarters)
    now = found[(found["period"] == quarter) & (found["indicator"] == "poll_share")]
    main = most_voted(now)
    compared = pairs.tested(  # together: all that is compared
        catalogue,
        pairs.leading_answer(main),
        pair_networks(asked_on_several_networks(now)),
        pairs.across_periods(history(found, main), catalogue, quarter, quarter - 4),
    )
    return estimates.combine([found, votes_by_quarter(polls, quarters)]), compared
