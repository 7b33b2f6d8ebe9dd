"""Experiences that users tell: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.experiences import estimates


@family("experiences")
def experiences_(experiences: pd.DataFrame, catalogue: Catalogue, quarter: Quarter) -> pd.DataFrame:
    """The shares of feelings of the last twelve months that are known."""
    return estimates.feelings(experiences, catalogue, quarter)
