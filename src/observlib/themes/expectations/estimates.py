"""What was expected of a quarter: the smallest effect of interest of each expectation."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.expectations import Expectation
from observlib.families import family

TOLD = ["title", "indicator", "product", "device", "direction", "why", "author", "date"]


@family("expectations")
def expectations_(
    expectations: Sequence[tuple[Expectation, str]], catalogue: Catalogue
) -> tuple[pd.DataFrame, None, dict[str, pd.DataFrame]]:
    """What analysts expected of the quarter, and what of it was announced before the data.

    The estimates are the smallest effect of interest of each, `expected_effect`, by its title.
    The words `told` say the rest of it, and why it is `exploratory`, of `expectations.REASONS`;
    nothing where it was announced.
    """
    rows = estimates.make(
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
    told = [
        [*(str(getattr(one, name)) for name in TOLD), exploratory]
        for one, exploratory in expectations
    ]
    return rows, None, {"told": pd.DataFrame(told, columns=[*TOLD, "exploratory"])}
