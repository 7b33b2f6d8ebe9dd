"""Mailing lists and journals: what an edition publishes of their subscribers."""

from __future__ import annotations

import pandas as pd

from observlib import counts, estimates
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.subscriptions.estimates import quarterly, retention, survival


@family("subscriptions", quarters=13)
def subscriptions_(subscriptions: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Nine quarters of subscribers, with their change on a year, and how long they stay."""
    quarters = quarter.back(9)
    by_quarter = quarterly(subscriptions, quarters)
    stock = by_quarter[by_quarter["indicator"] == "subscribers"]
    return estimates.combine(
        [
            by_quarter,
            counts.year_on_year(stock),
            survival(subscriptions, quarter),
            retention(subscriptions, quarters),
        ]
    )
