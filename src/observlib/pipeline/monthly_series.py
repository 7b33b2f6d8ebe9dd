"""What can be followed from month to month: counts, marks and shares of products.

Apart from `frame`, which reads stores: a family depends on all that its own module loads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract
from observlib.indicators import counts
from observlib.indicators.answers import each_month
from observlib.indicators.families import family
from observlib.records.sheets import FOLLOWED, Action
from observlib.themes import contacts, sales, satisfaction, subscriptions, surveys

SERIES_TABLES = ["audience", "ratings_by_mark", "responses", "calls_by_day", "intervals_by_day"]
SERIES_TABLES += ["tickets_by_state", "tickets_by_delay", "subscriptions", "sales"]
_FIRST = "1900-01"  # before any data: a series begins with its device


def followed_series(
    read: Mapping[str, pd.DataFrame], catalogue: Catalogue, last: str
) -> pd.DataFrame:
    """The series by month of all that can be followed."""
    months = (_FIRST, last)
    promises = {d.id: d.promise_days for d in catalogue.devices.values() if d.promise_days}
    delays = read["tickets_by_delay"]
    found = estimates.combine(
        [
            counts.monthly_counts(read["audience"], *months),
            counts.monthly_counts(read["audience"], *months, "downloads"),
            satisfaction.monthly_marks(read["ratings_by_mark"], *months),
            surveys.monthly_measures(read["responses"], *months),
            contacts.monthly_calls(read["calls_by_day"], read["intervals_by_day"], *months),
            contacts.monthly_tickets(read["tickets_by_state"], *months, promises, delays),
            each_month(subscriptions.subscribers_by_period, read["subscriptions"], *months),
            each_month(sales.sales_by_period, read["sales"], *months),
        ]
    )
    return found[found["indicator"].isin(FOLLOWED)].reset_index(drop=True)


@family("followed")
def concerned_series(
    audience: pd.DataFrame,
    ratings_by_mark: pd.DataFrame,
    responses_of: Mapping[str, Callable[[], pd.DataFrame]],
    calls_by_day: pd.DataFrame,
    intervals_by_day: pd.DataFrame,
    tickets_by_state: pd.DataFrame,
    tickets_by_delay: pd.DataFrame,
    subscriptions: pd.DataFrame,
    sales: pd.DataFrame,
    actions: Sequence[Action],
    catalogue: Catalogue,
    quarter: Quarter,
) -> pd.DataFrame:
    """The series by month of the products that actions concern, to the end of the quarter."""
    concerned = {product for action in actions for product in (action.product, *action.controls)}
    wanted = (None, *concerned)  # a survey may ask of several products
    of = {survey: catalogue.devices[survey].product for survey in responses_of}
    asked = [read() for survey, read in responses_of.items() if of[survey] in wanted]
    none = contract.empty("responses").assign(source="")
    read = [audience, ratings_by_mark, pd.concat(asked or [none]), calls_by_day, intervals_by_day]
    read += [tickets_by_state, tickets_by_delay, subscriptions, sales]
    tables = zip(SERIES_TABLES, read, strict=True)
    own = {name: rows[rows["product"].isin(concerned)] for name, rows in tables}
    return followed_series(own, catalogue, quarter.months[2])
