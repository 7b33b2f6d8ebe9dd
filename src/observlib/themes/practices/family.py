"""What teams learnt: what an edition counts of it."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.families import family
from observlib.period import Quarter
from observlib.practices import Practices
from observlib.themes.practices.estimates import counts


@family("practices")
def practices_(practices: Practices, catalogue: Catalogue, quarter: Quarter) -> pd.DataFrame:
    """How many sheets there are by verdict, tool, method and department."""
    return counts(practices, catalogue, quarter)
