"""The series that an action's effect is looked for in, and what else changed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from observlib.base.period import bounds
from observlib.catalogue import Catalogue
from observlib.records.actions import Action, Expected, subject, touches
from observlib.stats.series import regression
from observlib.stats.series.interrupted import (
    LEAST_AFTER,
    LEAST_BEFORE,
    Interrupted,
    breaks_before,
    count_sides,
    first_month,
    interrupted,
    months_around,
    reaches,
)

_SHOWN = ("published", "low_base")


class Followed(NamedTuple):
    """A thing that an action was to move, its series, and those of comparable products.

    `changes` are the days of other actions on the figure, `breaks` those of established breaks.
    """

    action: Action
    expected: Expected
    title: str
    own: pd.DataFrame
    others: tuple[pd.DataFrame, ...]
    counts: bool
    changes: tuple[date, ...]
    breaks: tuple[date, ...]

    @property
    def unit(self) -> str:
        """That of the effect."""
        return "%" if self.counts else "points"

    def measured(self, level: float) -> Interrupted:
        """What followed the action, with intervals at a level."""
        controls = {str(i): rows for i, rows in enumerate(self.others)}
        values = {name: _values(rows, self.counts) for name, rows in controls.items()}
        weighed = not self.counts
        answers = {name: _base(rows) for name, rows in controls.items() if weighed}
        return interrupted(
            _values(self.own, self.counts),
            self.action.date,
            counts=self.counts,
            answers=_base(self.own) if weighed else None,
            controls=pd.DataFrame(values) if controls else None,
            control_answers=pd.DataFrame(answers) if answers else None,
            others=self.changes,
            breaks=self.breaks,
            level=level,
        )


def follow(
    action: Action,
    expected: Expected,
    series: pd.DataFrame,
    catalogue: Catalogue,
    recorded: Sequence[Action],
) -> Followed | None:
    """The series that an action's effect is looked for in; None where there is none."""
    rows = series[(series["indicator"] == expected.indicator) & (series["group"] == "")]
    measured = rows[rows["device"] == action.device] if action.device else rows
    own = _of_product(measured, action.product, action.date, catalogue)
    if own is None:
        return None
    channel = str(own["channel"].iat[0])
    counts = catalogue.indicators[expected.indicator].comparison == "count"
    others = [
        _of_product(rows, product, action.date, catalogue, channel) for product in action.controls
    ]

    compared = tuple(
        one
        for one in others
        if one is not None
        and _enough(one, action.date)  # else it cuts short the comparison with all the others
        and not any(_changes(one, action, expected, counts, recorded))
    )
    title = subject(action, expected, catalogue)
    changes, breaks = _changes(own, action, expected, counts, recorded)
    return Followed(action, expected, title, own, compared, counts, changes, breaks)


def _changes(
    series: pd.DataFrame,
    action: Action,
    expected: Expected,
    counts: bool,
    recorded: Sequence[Action],
) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The days of other actions on a series, around an action's; of its breaks before that."""
    about = {"indicator": expected.indicator, **series.iloc[0][["product", "device"]]}
    end = bounds(str(series.index[-1]))[1]
    known = tuple(
        other.date
        for other in recorded
        if other.id != action.id
        and touches(other, about)
        and other.date <= end
        and reaches(action.date, other.date)
    )
    breaks = breaks_before(_values(series, counts), action.date, counts)
    return known, tuple(day for day in breaks if not any(_near(day, other) for other in known))


def _near(day: date, other: date) -> bool:
    """Whether a break may be that of another day: its date is found within three months."""
    return abs(first_month(day)[0] - first_month(other)[0]) <= 3


def _of_product(
    rows: pd.DataFrame, product: str, day: date, catalogue: Catalogue, channel: str = ""
) -> pd.DataFrame | None:
    """The series of one device of a product, by period; see `effects` for which."""
    rows = rows[rows["product"] == product]
    places = {device: i for i, device in enumerate(catalogue.devices)}

    def rank(series: pd.DataFrame) -> tuple[bool, bool, int, str]:
        elsewhere = bool(channel) and series["channel"].iat[0] != channel
        device = str(series["device"].iat[0])
        return not _enough(series, day), elsewhere, places.get(device, len(places)), device

    found = [
        series.sort_values("period").set_index("period")
        for _, series in rows.groupby("device")
        if series["status"].isin(_SHOWN).any()
    ]
    return min(found, key=rank, default=None)


def _enough(series: pd.DataFrame, day: date) -> bool:
    """Whether a series has values of months enough before an action's day, and after it."""
    times = regression.positions([str(month) for month in series.index])
    used = months_around(times, series["status"].isin(_SHOWN).to_numpy(), day).used
    before, after = count_sides(times, used, first_month(day)[0])
    return before >= LEAST_BEFORE and after >= LEAST_AFTER


def _values(rows: pd.DataFrame, counts: bool) -> pd.Series:
    """Values of whole periods; what is partial or withheld, and a sum paid back, has none."""
    shown = rows["status"].isin(_SHOWN)
    return rows["estimate"].where(shown & (rows["estimate"] >= 0) if counts else shown)


def _base(rows: pd.DataFrame) -> pd.Series:
    """What each month of a mark or share weighs: its answers, or all calls that a rate is of."""
    return rows["n_eff"].fillna(rows["n"])
