"""What the sentences of audience compute: which series were searched, what happened in a month."""

from collections.abc import Iterable

import pandas as pd

from observlib.records.sheets import Action
from observlib.themes.sentences import published


def _shown(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The published estimates of an indicator, in the order of their periods."""
    return published(frame, indicator).sort_values("period", kind="stable")


def _not_made(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The series of which an indicator could not be computed: `group_value` is why."""
    return frame[(frame["indicator"] == indicator) & (frame["group"] == "reason")]


def _adjusted(frame: pd.DataFrame) -> str:
    """The adjusted count that a frame is about."""
    names = frame.loc[frame["indicator"].str.endswith("_adjusted"), "indicator"]
    return str(names.iat[0]) if len(names) else "visits_adjusted"


def _were_searched(frame: pd.DataFrame) -> bool:
    """Whether changes were looked for in some series."""
    adjusted = _shown(frame, _adjusted(frame))
    return bool(set(adjusted["device"]) - set(_not_made(frame, "level_change")["device"]))


def _in_months_of(found: pd.DataFrame, actions: Iterable[Action]) -> list[Action]:
    """What happened to a product in the month of a change."""
    months = set(found[["product", "period"]].itertuples(index=False, name=None))
    return [one for one in actions if (one.product, f"{one.date:%Y-%m}") in months]
