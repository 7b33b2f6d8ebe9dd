"""What the sentences on expectations tell: each with what was found of it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from observlib import estimates
from observlib.records.sheets import Expectation, outcome


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
