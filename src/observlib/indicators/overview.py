"""Every way of listening at a glance: the headline of each, by product, for one quarter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.indicators import (
    audience,
    calls,
    polls,
    sales,
    satisfaction,
    subscriptions,
    surveys,
    tickets,
    usability,
    workshops,
)
from observlib.period import Quarter

TABLES = (
    "audience",
    "calls",
    "call_intervals",
    "tickets",
    "subscriptions",
    "sales",
    "ratings",
    "responses",
    "polls",
    "user_tests",
    "workshops",
)


def overview(
    tables: Mapping[str, pd.DataFrame], catalogue: Catalogue, quarter: Quarter
) -> dict[str, pd.DataFrame]:
    """The headline estimates of each way of listening.

    Where several devices give one headline of a product, that of the largest base stands here;
    the others are on their own study's page.

    Parameters
    ----------
    tables
        The tidy tables of `TABLES`, each with its `source`, over the quarter and the year before.
    catalogue
        Says which first answers are promised, and what surveys ask.
    quarter
        The quarter that is told; surveys, user tests and workshops, which some products have once
        a year, are told over the year that it ends.

    Returns
    -------
    dict
        Estimates, at most one a product in each frame: `visits`, `visits_yoy` (sites),
        `open_visits` (pages of data sets), `onsite_visits` (in person), `calls`, `answer_rate`,
        `tickets`, `answered_in_promise`, `subscribers`, `units_sold`, `ratings` (satisfaction on
        10 of those who rate), `asked` (of those who are asked in the quarter), `surveys` (in the
        year), `nps`, `task_success`, `sus`, `participants` (of workshops), `ideas_done` and
        `polls` (polls and votes by device, as polls are of no one product).
    """
    year = quarter.back(5)
    audiences = tables["audience"]
    visits = audience.quarterly(audiences[audiences["channel"] == "web"], year)
    opened = audience.quarterly(audiences[audiences["channel"] == "open_data"], [quarter])
    onsite = audience.quarterly(audiences[audiences["channel"] == "in_person"], [quarter])
    phone = calls.quarterly(tables["calls"], tables["call_intervals"], [quarter])
    promises = {d.id: d.promise_days for d in catalogue.devices.values() if d.promise_days}
    desks = tickets.quarterly(tables["tickets"], [quarter], promises)
    lists = subscriptions.quarterly(tables["subscriptions"], [quarter])
    shop = sales.quarterly(tables["sales"], [quarter])
    given = tables["ratings"]
    invited = given["device"].isin(
        d.id for d in catalogue.devices.values() if d.family == "consultation"
    )
    asked = surveys.pooled(tables["responses"], catalogue, quarter.back(4))
    tested = usability.pooled(tables["user_tests"], quarter.back(4))
    found = {
        "visits": visits,
        "visits_yoy": audience.year_on_year(visits),
        "open_visits": _of(opened, "visits"),
        "onsite_visits": _of(onsite, "visits"),
        "calls": _of(phone, "calls_offered"),
        "answer_rate": _of(phone, "answer_rate"),
        "tickets": _of(desks, "tickets_received"),
        "answered_in_promise": _of(desks, "answered_in_promise"),
        "subscribers": _of(lists, "subscribers"),
        "units_sold": _of(shop, "units_sold"),
        "ratings": _mark(given[~invited], quarter),
        "asked": _mark(given[invited], quarter),
        "surveys": _of(asked, "satisfaction_10"),
        "nps": _of(asked, "nps"),
        "task_success": _of(tested, "task_success"),
        "sus": _of(tested, "sus_mean"),
        "participants": _of(workshops.people(tables["workshops"], quarter.back(4))),
        "ideas_done": _of(
            workshops.ideas(tables["workshops"], quarter.back(4)), "idea_done_share"
        ),
    }  # fmt: skip
    periods = {str(quarter), f"{quarter.back(4)[0].months[0]}/{quarter.months[2]}"}
    shown = {name: _main(frame[frame["period"].isin(periods)]) for name, frame in found.items()}
    votes = polls.votes_by_quarter(tables["polls"], [quarter])
    return shown | {"polls": _of(votes)}


def _mark(ratings: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    return _of(satisfaction.quarterly(ratings, [quarter]), "satisfaction_10")


def _of(frame: pd.DataFrame, indicator: str | None = None) -> pd.DataFrame:
    """The rows of one indicator that are of no group."""
    rows = frame[frame["group"] == ""]
    return rows if indicator is None else rows[rows["indicator"] == indicator]


def _main(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a product: that of the largest base, whatever is missing elsewhere."""
    rows = frame[frame["product"] != ""].assign(known=frame["estimate"].notna())
    rows = rows.sort_values(["known", "n", "device"], ascending=[False, False, True], kind="stable")
    rows = rows.drop_duplicates("product").sort_values("product", kind="stable")
    return estimates.check(rows[estimates.COLUMNS].reset_index(drop=True))
