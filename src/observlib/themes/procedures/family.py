"""Procedures of the State: what an edition tells of their published marks."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.procedures import estimates


@family("procedures")
def procedures_(procedures: pd.DataFrame, catalogue: Catalogue, quarter: Quarter) -> pd.DataFrame:
    """Each procedure's mark, and the medians of ours, of peers' and of all."""
    return estimates.satisfaction(procedures, catalogue, quarter)
