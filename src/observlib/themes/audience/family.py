"""Visits and downloads: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib import counts, estimates
from observlib.catalogue import Catalogue
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.audience.estimates import adjusted

_FIRST = "2000-01"  # before any count: a season is told from all that is known


@family("visits")
def visits(audience: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Visits and downloads of nine quarters, with their change on a year; visits by month."""
    quarters = quarter.back(9)
    by_quarter = counts.quarterly(audience, quarters)
    by_month = counts.monthly(audience, _FIRST, quarter.months[2])
    return estimates.combine(
        [
            by_quarter,
            counts.year_on_year(by_quarter),
            counts.quarterly(audience, quarters, "downloads"),
            by_month,
        ]
    )


@family("adjusted_visits")
def adjusted_visits(visits: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Visits by month without their season (see `adjusted`), and what is then out of line."""
    by_month = visits["period"].str.fullmatch(r"\d{4}-\d{2}") & (visits["indicator"] == "visits")
    return adjusted(visits[by_month], catalogue)
