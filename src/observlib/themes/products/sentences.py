"""What the sentences of a product's page compute, and the list of who listens to its users."""

from collections.abc import Iterator, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, Device
from observlib.display.changes import WEIGHTED
from observlib.display.output import Output, text
from observlib.themes import templates
from observlib.themes.templates import published, value_of

_SEVERE = ("bloquant", "majeur")  # problems that the sheet of a product names
_MOST = 3  # of one sort that it names


def _marks_of_all(marks: pd.DataFrame, asked: pd.DataFrame, period: str) -> pd.DataFrame:
    """The published marks of devices, then of surveys: of the period, of a year, and weighted."""
    found = published(asked, "satisfaction_10")
    found = found[(found["period"] == period) | found["period"].str.contains("/")]
    known = estimates.combine([published(marks, "satisfaction_10", period), found])
    raw = (known["group"] == "weighting") & (known["group_value"] != WEIGHTED)
    return known[~raw]


def _severe_problems(met: pd.DataFrame) -> pd.DataFrame:
    """The problems met in tests that block, then those that are major."""
    problems = published(met, "problem_share")
    by_severity = [problems["group_value"].str.endswith(f"({one})") for one in _SEVERE]
    return pd.concat([templates.highest_first(problems[severe]) for severe in by_severity])


def _quoted_shares(rows: pd.DataFrame, catalogue: Catalogue, whose: str = "") -> list[str]:
    """The first shares, each after what it is of: what stands in brackets is outside its quotes."""
    told = []
    for row in estimates.records(rows.head(_MOST)):
        named, mark, rest = row["group_value"].partition(" (")
        told.append(f"« {named} »{mark}{rest}, {value_of(row, catalogue)}{whose}")
    return told


def _yearly_surveys(asked: pd.DataFrame, catalogue: Catalogue) -> Iterator[tuple[Device, str]]:
    """The surveys of each year, and when the next one is expected: a year after the last."""
    for device, own in asked[asked["estimate"].notna()].groupby("device", sort=False):
        survey = catalogue.devices.get(str(device))
        if survey and survey.frequency == "yearly":
            yield survey, Quarter(max(own["period"])) + 4


def listening_devices(now: pd.DataFrame, catalogue: Catalogue, heard_by: Sequence[str]) -> Output:
    """List the devices that listen to a product's users: who runs them, how often they speak."""
    told = templates.narrative("products")._who_listens(catalogue, heard_by)
    return text(told).carrying([now], catalogue)
