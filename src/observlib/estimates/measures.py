"""What the marks of each question are worth: one table, read by estimates and disclosure control.

What is made of marks is the mean of what each is worth, or the share of those that have a property.
An indicator that stands here is estimated wherever its question is asked, and what it tells of the
answers is attacked before it is published (see `confidentiality.constraints`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import pandas as pd

Scale = tuple[float, float]
Worth = Callable[[Any, Any, Any], Any]  # of marks (or one) on a scale from low to high

ON_10 = (0.0, 10.0)
SATISFIED_FROM = 7.5
_ROUNDING = 1e-9


def on_10(mark: Any, low: Any, high: Any) -> Any:
    """A mark brought from its scale, whose best end is `high`, to 0–10."""
    return 10 * (mark - low) / (high - low)


def at_least(least: float) -> Worth:
    """Whether a mark is worth so much on 0–10."""
    return lambda *mark: on_10(*mark) >= least - _ROUNDING


def is_best(mark: Any, _low: Any, high: Any) -> Any:
    """Whether a mark is the best one."""
    return mark == high


def own_mark(mark: Any, _low: Any, _high: Any) -> Any:
    """A mark as it was given."""
    return mark


def promoters(mark: Any, _low: Any, _high: Any) -> Any:
    """100 for those who would recommend (9 or 10), −100 for those who would not (0 to 6)."""
    return 100.0 * ((mark >= 9) * 1 - (mark <= 6) * 1)


class Measure(NamedTuple):
    """How an indicator is made of the marks of a question.

    A `share` is in percent of those whose mark has a property. A mark is worth something on
    `scale`, which is the device's own where there is None. It is defined for marks of the scale
    `only`, or for any.
    """

    question: str
    kind: Literal["mean", "share"]
    worth: Worth
    scale: Scale | None = ON_10
    only: Scale | None = None

    @property
    def unit(self) -> str:
        """Of its estimates."""
        return "%" if self.kind == "share" else unit_of(self.scale or ON_10)

    @property
    def factor(self) -> float:
        """From what marks are worth to its unit."""
        return 100.0 if self.kind == "share" else 1.0

    def of(self, marks: pd.DataFrame) -> pd.Series:
        """What marks are worth, each a `value` from `scale_min` to `scale_max`."""
        found: pd.Series = self.worth(marks["value"], marks["scale_min"], marks["scale_max"])
        return found

    def scale_of(self, asked: pd.DataFrame) -> Scale | None:
        """The scale of its mean over some marks; None where these have none in common."""
        scales = asked[["scale_min", "scale_max"]].drop_duplicates().itertuples(index=False)
        given = [(float(low), float(high)) for low, high in scales]
        if self.scale is None:  # a device that changed its scale has no mean on "its" scale
            return given[0] if len(given) == 1 else None
        return self.scale if self.only is None or {*given} <= {self.only} else None


def unit_of(scale: Scale) -> str:
    """The unit of a mean on a scale; one that goes below zero is of points.

    >>> unit_of((0, 10)), unit_of((-100, 100))
    ('sur 10', 'points')
    """
    return "points" if scale[0] < 0 else f"sur {scale[1]:g}".replace(".", ",")


MEASURES = {
    "satisfaction_mean": Measure("satisfaction", "mean", own_mark, scale=None),
    "satisfaction_10": Measure("satisfaction", "mean", on_10),
    "satisfied_share": Measure("satisfaction", "share", at_least(SATISFIED_FROM)),
    "clarity_10": Measure("clarity", "mean", on_10),
    "help_reached_share": Measure("help_reached", "share", is_best),
    "nps": Measure("nps", "mean", promoters, scale=(-100.0, 100.0), only=(0.0, 10.0)),
    "ces_10": Measure("ces", "mean", on_10),
    "task_success_share": Measure("task_success", "share", is_best),
}
ENDS = {  # of the scale of a mean, by its unit
    measure.unit: measure.scale
    for measure in MEASURES.values()
    if measure.kind == "mean" and measure.scale
}


def measured_by(question: str) -> dict[str, Measure]:
    """The indicators that tell of the answers to a question, and how."""
    return {name: measure for name, measure in MEASURES.items() if measure.question == question}
