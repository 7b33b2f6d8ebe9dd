"""Workshops: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.workshops.estimates import delays, held, ideas, people


@family("workshops")
def workshops_(workshops: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Who came in a year, and what became of ideas; their delay, over two years of decisions."""
    year = quarter.back(4)
    return estimates.combine(
        [
            held(workshops, year),
            people(workshops, year),
            ideas(workshops, year),
            delays(workshops, quarter.back(8)),
        ]
    )
