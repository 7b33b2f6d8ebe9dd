"""The comparison frame: two estimates side by side, their difference, and the verdict on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.estimates import COLUMNS, FIGURE, NUMBERS, REFERENCE

AGAINST = {  # what an estimate is compared with
    "before": "itself, in an earlier period",
    "year": "itself, over the quarters of the year so far",
    "product": "another product, listened to in the same way",
    "peer": "a figure that another administration publishes",
    "population": "the population's share",
    "nothing": "0",
    "others": "all other people of the survey",
    "raw": "itself, without weights",
    "answer": "the answer that is the least surely behind",
    "network": "the same question on another network",
}
IN_TIME = ("before", "year")
VERDICTS = ("rise", "fall", "stable", "unknown")
COMPARISON_NUMBERS = ["difference", "difference_low", "difference_high", "level", "detectable"]
_RESULTS = ["against", *COMPARISON_NUMBERS, "verdict", "reason"]
COMPARISON_COLUMNS = [*COLUMNS, *(REFERENCE + name for name in COLUMNS), *_RESULTS]
NAMES = [*FIGURE, *(REFERENCE + name for name in FIGURE), "against"]
ALL_NUMBERS = {*COMPARISON_NUMBERS, *NUMBERS, *(REFERENCE + name for name in NUMBERS)}


def make_comparisons(pairs: pd.DataFrame | None) -> pd.DataFrame:
    """The pairs of a family, as of `indicators.pairs.tested`, as checked comparisons."""
    if pairs is None:
        return _none().copy()
    return check_comparisons(
        estimates.with_types(pairs.reindex(columns=COMPARISON_COLUMNS), ALL_NUMBERS)
    )


@cache
def _none() -> pd.DataFrame:
    return make_comparisons(pd.DataFrame())


def check_comparisons(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame if it keeps the contract, else raise `ValueError` with the first rows.

    - columns are `COMPARISON_COLUMNS`, in order; both sides are estimates (see `estimates.check`)
      of one indicator;
    - `against` and `verdict` are of `AGAINST` and `VERDICTS`; without a difference the verdict is
      `unknown`, and where a side is withheld there is no difference;
    - an interval has both ends and holds its difference; a rise is above 0 with its whole
      interval, a fall below it;
    - the level of an interval is between 0 and 1.
    """
    if list(frame.columns) != COMPARISON_COLUMNS:
        raise ValueError(f"comparison columns are {COMPARISON_COLUMNS}, not {list(frame.columns)}")
    for side in ("", REFERENCE):
        estimates.check(side_of(frame, side))
    difference, low, high, level, _ = (frame[name].to_numpy(float) for name in COMPARISON_NUMBERS)
    verdict = frame["verdict"].to_numpy()
    withheld = frame[["status", REFERENCE + "status"]].isin(estimates.WITHHELD).any(axis=1)
    slack = 1e-9 * np.maximum(np.abs(difference), 1)
    rules = {
        "two indicators": frame["indicator"] != frame[REFERENCE + "indicator"],
        "an unknown `against`": ~frame["against"].isin(list(AGAINST)),
        "an unknown verdict": ~frame["verdict"].isin(VERDICTS),
        "a verdict without a difference": np.isnan(difference) & (verdict != "unknown"),
        "a difference of a value that is withheld": withheld & ~np.isnan(difference),
        "an interval with one end": np.isnan(low) != np.isnan(high),
        "an interval that does not hold its difference": (low > difference + slack)
        | (high < difference - slack),
        "a rise that may be none": (verdict == "rise") & (low < -slack),
        "a fall that may be none": (verdict == "fall") & (high > slack),
        "a level that is none": (level < 0.5) | (level > 1),
    }
    return estimates.keeping(frame, rules, "comparisons")


def tipping_point(low: float, high: float, margin: float = 0.0) -> float:
    """How much those who did not answer would have to differ for a verdict to fall, at least.

    A difference of two figures has the interval from `low` to `high`. If those who did not answer
    differ from those who did by as much on both sides, it is what it is. If they differ on one side
    by δ more, and are nearly all, the interval moves by δ: the verdict falls where it reaches 0 (a
    rise, a fall) or leaves what matters (stable). Where more answer, it takes more.

    In the unit of the difference, above 0; NaN where there is no verdict that could fall. `margin`
    is 0 where no difference is known to matter.

    >>> [round(tipping_point(*ends, 0.5), 2) for ends in ((0.1, 0.4), (-0.2, 0.3), (-0.2, 0.9))]
    [0.1, 0.2, nan]
    """
    if low > 0 or high < 0:
        return max(low, -high)
    inside = min(margin - high, margin + low)
    return inside if inside > 0 else math.nan


def side_of(pairs: pd.DataFrame, side: str) -> pd.DataFrame:
    """The estimates of one side of pairs: of "", or of `estimates.REFERENCE`."""
    names = [side + name for name in COLUMNS]
    return pairs[names].set_axis(COLUMNS, axis=1)


def comparison_identifiers(frame: pd.DataFrame) -> list[str]:
    """The permanent identifier of each comparison, as of a figure's, but it begins with `c`."""
    return list(map(comparison_identifier, estimates.records(frame[NAMES])))


def comparison_identifier(row: Mapping[str, Any]) -> str:
    """The permanent identifier of a comparison (see `comparison_identifiers`)."""
    return estimates.short_digest("c", tuple(row[name] for name in NAMES))


def combine_comparisons(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One frame of several, in order, each pair once."""
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept).drop_duplicates(ignore_index=True) if kept else make_comparisons(None)


def comparisons_to_json(frame: pd.DataFrame) -> dict[str, Any]:
    """The frame as part of the `estimates.MIME` output; a base without limit (a census) is none."""
    return {"columns": COMPARISON_COLUMNS, "rows": estimates.csv_lines(frame[COMPARISON_COLUMNS])}


def comparisons_from_json(content: Mapping[str, Any]) -> pd.DataFrame:
    """The frame that `comparisons_to_json` wrote."""
    rows = estimates.from_lines(content["rows"])
    return make_comparisons(pd.DataFrame(rows, columns=content["columns"]) if rows else None)
