"""What was expected of a quarter: the smallest effect of interest of each expectation."""

from collections.abc import Iterator, Sequence

from observlib.catalogue import Catalogue
from observlib.estimates import Row
from observlib.indicators.families import estimated, family
from observlib.records.sheets import Expectation


@family("expectations")
@estimated
def expectations_(
    expectations: Sequence[tuple[Expectation, str]], catalogue: Catalogue
) -> Iterator[Row]:
    """What analysts expected of the quarter: the smallest effect of interest of each, by title."""
    for one, _ in expectations:
        yield {
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
