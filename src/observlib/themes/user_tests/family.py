"""User tests: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.user_tests.estimates import pooled, quarterly


@family("user_tests", quarters=4)
def user_tests_(user_tests: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """What the tests of the quarter found, and those of the year that it ends."""
    return estimates.combine(
        [quarterly(user_tests, [quarter]), pooled(user_tests, quarter.back(4))]
    )
