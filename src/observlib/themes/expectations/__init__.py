"""What was expected of a quarter: the smallest effect of interest of each expectation."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.estimates import Row
from observlib.indicators.families import estimated, family
from observlib.records.sheets import Expectation, outcome


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


# --- What its sentences ask


class _Finding(NamedTuple):
    expected: Expectation
    exploratory: str
    effect: float
    row: estimates.Row
    outcome: str


def _findings(
    frame: pd.DataFrame, compared: pd.DataFrame, expectations: Iterable[tuple[Expectation, str]]
) -> Iterator[_Finding]:
    """Each expectation with what its comparison found, those announced before the data first."""
    effects = dict(zip(frame["group_value"], frame["estimate"], strict=True))
    for one, exploratory in sorted(expectations, key=lambda known: known[1] != ""):
        own = pd.Series({"indicator": one.indicator, "product": one.product, "device": one.device})
        pair = compared[(compared[own.index] == own).all(axis=1) & (compared["group"] == "")]
        row = pair.iloc[0].to_dict() if len(pair) else {}
        ends = (row.get(f"difference_{end}", float("nan")) for end in ("low", "high"))
        effect = effects[one.title]
        yield _Finding(one, exploratory, effect, row, outcome(one.direction, effect, *ends))
