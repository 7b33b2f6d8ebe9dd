"""What was expected of a quarter: the smallest effect of interest of each expectation."""

from collections.abc import Sequence

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.indicators.families import family
from observlib.records.expectations import Expectation


@family("expectations")
def expectations_(
    expectations: Sequence[tuple[Expectation, str]], catalogue: Catalogue
) -> pd.DataFrame:
    """What analysts expected of the quarter: the smallest effect of interest of each, by title."""
    return estimates.make(
        {
            "indicator": "expected_effect",
            "product": one.product,
            "channel": catalogue.devices[one.device].channel,
            "device": one.device,
            "period": one.period,
            "group": "expectation",
            "group_value": one.title,
            "estimate": one.effect,
            "unit": "points",
            "source": "expectations",
        }
        for one, _ in expectations
    )
