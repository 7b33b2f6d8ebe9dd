"""Counters where people are received: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib.families import family
from observlib.period import Quarter
from observlib.themes.counters.estimates import counted


@family("counters")
def counters_(
    counters: pd.DataFrame, population: pd.DataFrame, regions: pd.DataFrame, quarter: Quarter
) -> pd.DataFrame:
    """How many there are by area, and for 100,000 inhabitants."""
    return counted(counters, regions, quarter, population)
