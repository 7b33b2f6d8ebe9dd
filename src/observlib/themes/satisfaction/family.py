"""Satisfaction with products: what an edition publishes of it."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.satisfaction.estimates import of_satisfaction, quarterly


@family("satisfaction", quarters=9)
def satisfaction(
    ratings: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Marks of nine quarters; those of the quarter against a year before, and between products."""
    marks = quarterly(ratings, quarter.back(9))
    return marks, of_satisfaction(marks, catalogue, str(quarter), str(quarter - 4))
