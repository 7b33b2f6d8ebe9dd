"""The estimate frame and the comparison frame: what indicators give to all that comes after."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, lru_cache
from string import ascii_lowercase
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from observlib.base.yaml_files import load_data

Row = dict[str, Any]  # of estimates, by the names of their columns
NUMBERS = ["estimate", "ci_low", "ci_high", "n", "n_eff"]
# The names by which a figure is the same in all editions, and what each may tell otherwise.
FIGURE = ["indicator", "product", "channel", "device", "period", "group", "group_value"]
TOLD = ["estimate", "ci_low", "ci_high", "n", "status"]
COLUMNS = [*FIGURE, "estimate", "ci_low", "ci_high", "unit", "n", "n_eff", "status", "source"]
_KEYS = ("indicator", "period", "group", "group_value")
STATUSES = ("published", "low_base", "suppressed", "partial", "missing")
WITHHELD = ("suppressed", "missing")
MIME = "application/vnd.observlib.estimates+json"
MINIMUM_PEOPLE = 11  # a value on fewer is never shown
LOW_BASE = 30  # a value on fewer answers is shown and marked
REFERENCE = "reference_"  # in a pair, before the names of the estimate that is compared with
UNKNOWN = "indéterminé"
EVOLVED = {"rise": "en hausse", "fall": "en baisse", "stable": "stable", "unknown": UNKNOWN}


def make(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Build a checked estimate frame from mappings; what a row leaves out is empty, or `published`.

    >>> rows = [{"indicator": "visits", "period": "2026-T3", "estimate": 12.0, "unit": "visites"}]
    >>> make(rows)[["indicator", "estimate", "status"]].values.tolist()
    [['visits', 12.0, 'published']]
    """
    if not (listed := list(rows)):
        return _none().copy()
    frame = pd.DataFrame(listed)
    unknown = sorted(set(frame.columns) - set(COLUMNS))
    if unknown:
        raise ValueError(f"estimates have no column {', '.join(unknown)}")
    return check(typed(frame))


@cache
def _none() -> pd.DataFrame:
    return typed(pd.DataFrame())


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with the columns and types of estimates, unchecked; what is absent is empty."""
    frame = frame.reindex(columns=COLUMNS)
    frame["status"] = frame["status"].astype(object).where(frame["status"].notna(), "published")
    return with_types(frame, NUMBERS)


def with_types(frame: pd.DataFrame, numbers: Collection[str]) -> pd.DataFrame:
    """A frame, numbered anew, whose columns are numbers or texts; what is absent is empty."""
    made = {}
    for name in frame:
        column = frame[name]
        if name in numbers:
            made[name] = pd.to_numeric(column).to_numpy(float)
        else:
            there = column.notna()
            filled = column if there.all() else column.astype(object).where(there, "")
            made[name] = filled.astype(str).array
    return pd.DataFrame(made, columns=frame.columns)


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame if it keeps the contract, else raise `ValueError` with the first rows.

    - columns are `COLUMNS`, in order; `indicator` and `period` are never empty;
    - a value on fewer than 11 people is never shown: its status is `suppressed`;
    - `suppressed` and `missing` have no value, no interval and, for `suppressed`, no `n`;
      every other status has a finite value;
    - an interval has both ends and holds the estimate.
    """
    if list(frame.columns) != COLUMNS:
        raise ValueError(f"estimate columns are {COLUMNS}, not {list(frame.columns)}")
    value, low, high, n, n_eff = (frame[name].to_numpy(float) for name in NUMBERS)
    empty = {name: frame[name].to_numpy() == "" for name in _KEYS}
    suppressed = frame["status"].to_numpy() == "suppressed"
    withheld = suppressed | (frame["status"].to_numpy() == "missing")
    ends = (~np.isnan([low, high])).sum(axis=0)
    finite = np.isfinite(value)
    slack = 1e-9 * np.where(finite, np.abs(value), 1).clip(1)
    has_value = ~np.isnan(value) | (ends > 0)
    rules = {
        "an unknown status": ~frame["status"].isin(STATUSES),
        "no indicator or period": empty["indicator"] | empty["period"],
        "a value on fewer than 11 people": ~withheld & (n < MINIMUM_PEOPLE),
        "a value though withheld (leave `estimate` out)": withheld & has_value,
        "a base though suppressed": suppressed & ~np.isnan([n, n_eff]).all(axis=0),
        "no finite value": ~withheld & ~finite,
        "an interval with one end": ends == 1,
        "an interval that does not hold its estimate": (low > value + slack)
        | (high < value - slack),
        "a group without its value, or the reverse": empty["group"] != empty["group_value"],
    }
    return keeping(frame, rules, "estimates")


def identifiers(frame: pd.DataFrame) -> list[str]:
    """The permanent identifier of each figure: that of its names (`FIGURE`), whatever is told.

    `f`, then the last eleven digits in base 26 (a to z), the last first, of the SHA-256 of the
    names as a JSON list: letters alone, so that none is taken for a number.

    >>> identifiers(make([{"indicator": "visits", "period": "2026-T3", "estimate": 12.0}]))
    ['fnebrckfbkfp']
    """
    return list(map(identifier, records(frame[FIGURE])))


def identifier(row: Mapping[str, Any]) -> str:
    """The permanent identifier of a figure (see `identifiers`)."""
    return short_digest("f", tuple(row[name] for name in FIGURE))


@lru_cache(100_000)  # a figure stands in many cells of an edition
def short_digest(kind: str, names: tuple[str, ...]) -> str:
    """A letter, and eleven more that follow from names (see `identifiers`)."""
    said = json.dumps(names, ensure_ascii=False).encode()
    rest = int.from_bytes(hashlib.sha256(said).digest(), "big")
    letters = []
    for _ in range(11):
        rest, letter = divmod(rest, 26)
        letters.append(ascii_lowercase[letter])
    return kind + "".join(letters)


def withhold(frame: pd.DataFrame, which: Any) -> pd.DataFrame:
    """Estimates of which some are `suppressed`, and have no number any more."""
    out = frame.copy()
    out.loc[which, "status"] = "suppressed"
    out.loc[which, NUMBERS] = math.nan
    return out


def best_end(unit: str) -> float:
    """The best end of a scale of marks, by its unit.

    >>> best_end("sur 10"), best_end("sur 2,5")
    (10.0, 2.5)
    """
    return float(unit.removeprefix("sur ").replace(",", "."))


def keeping(frame: pd.DataFrame, rules: Mapping[str, Any], things: str) -> pd.DataFrame:
    """Return the frame, or raise a `ValueError` with the first rows that break a rule."""
    for what, broken in rules.items():
        if broken.any():
            rows = frame[broken].head(5).to_dict("records")
            raise ValueError(f"{int(broken.sum())} {things} have {what}: {rows}")
    return frame


def with_units(
    frame: pd.DataFrame, units: Mapping[str, str], sides: Collection[str] = ("",)
) -> pd.DataFrame:
    """Estimates of which those without a unit have that of their indicator: what they count. A
    share (%) or a mark without its unit, by which it is protected, is a `ValueError`; `sides` begin
    the columns."""
    for side in sides:
        without = frame[side + "unit"] == ""
        if not without.any():
            continue
        own = frame["indicator"].map(units).fillna("")
        made = own.isin(["", "%", "points"]) | own.str.startswith("sur ")
        keeping(frame, {"no unit, and are of none that counts": without & made}, "estimates")
        frame = frame.assign(**{side + "unit": frame[side + "unit"].mask(without, own)})
    return frame


def combine(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One checked frame of several, in order."""
    kept = [frame for frame in frames if len(frame)]
    return check(pd.concat(kept, ignore_index=True)) if kept else make([])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings: five times as fast as pandas' `to_dict` on few rows."""
    names = list(frame.columns)
    return [dict(zip(names, row, strict=True)) for row in frame.to_numpy(dtype=object).tolist()]


def to_json(frame: pd.DataFrame) -> dict[str, Any]:
    """The frame as the content of the `MIME` output: columns once, then a line of CSV a row, with
    numbers of 10 significant digits: the same figures give the same bytes everywhere, and a change
    is read at once.
    """
    return {"columns": COLUMNS, "rows": csv_lines(frame[COLUMNS])}


def from_json(content: Mapping[str, Any] | str) -> pd.DataFrame:
    """The frame that `to_json` wrote."""
    read = json.loads(content) if isinstance(content, str) else content
    return make(dict(zip(read["columns"], row, strict=True)) for row in from_lines(read["rows"]))


def csv_lines(frame: pd.DataFrame) -> list[str]:
    """The rows of a frame, each as a line of CSV; a number that is none or infinite is empty."""

    def plain(value: Any) -> Any:
        if isinstance(value, float):
            return f"{value + 0.0:.10g}" if math.isfinite(value) else ""  # 0.0: no minus before 0
        return value

    written: list[str] = []
    writer = csv.writer(SimpleNamespace(write=written.append), lineterminator="\r\n")
    writer.writerows(map(plain, row) for row in frame.to_numpy(dtype=object).tolist())
    return [line.removesuffix("\r\n") for line in written]


def from_lines(rows: Iterable[str]) -> list[list[str | None]]:
    """The cells of lines of CSV; one that is empty is none."""
    return [[cell or None for cell in cells] for cells in csv.reader(rows)]


# --- Rounding: how many people answered is told to the nearest five, and marks of few in steps

STEP = 5
LEAST_BASE = STEP * -(-MINIMUM_PEOPLE // STEP)  # never a base that would not be published


def base(people: float) -> float:
    """A number of people as it is told: to the nearest five, from 15 on, and 25 up to 29; fewer
    than eleven stay as they are, to be withheld.

    >>> [base(n) for n in (11, 17, 18, 29, 342, 4)]
    [15.0, 15.0, 20.0, 25.0, 340.0, 4.0]
    """
    if people < MINIMUM_PEOPLE:
        return float(people)
    told = max(LEAST_BASE, STEP * round(people / STEP))
    # a thin base is told as such: 30 would tell 28 or 29
    return float(min(told, LOW_BASE - STEP) if people < LOW_BASE else told)


def mark(value: Any, unit: Any) -> Any:
    """A mean of few marks, or a column, as it is told: to half a point of its scale, 5 of a score.

    >>> mark(np.array([7.26, -13.3, np.nan]), np.array(["sur 10", "points", "sur 10"])).tolist()
    [7.5, -15.0, nan]
    """
    step = np.where(unit == "points", mark_step("points"), mark_step("sur 10"))
    return step * np.round(value / step) + 0.0  # 0.0: no minus before a zero


def mark_step(unit: str) -> float:
    """The step in which a mean of few marks is told, by its unit.

    >>> mark_step("sur 5"), mark_step("points")
    (0.5, 5.0)
    """
    return 5.0 if unit == "points" else 0.5


# --- What the marks of each question are worth: one table, read by estimates and disclosure control


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


# --- The comparison frame: two estimates side by side, their difference, and the verdict on it

AGAINST: dict[str, str] = load_data(__file__)["against"]  # what an estimate is compared with
IN_TIME = ("before", "year")
VERDICTS = ("rise", "fall", "stable", "unknown")
COMPARISON_NUMBERS = ["difference", "difference_low", "difference_high", "level", "detectable"]
_RESULTS = ["against", *COMPARISON_NUMBERS, "verdict", "reason"]
COMPARISON_COLUMNS = [*COLUMNS, *(REFERENCE + name for name in COLUMNS), *_RESULTS]
COMPARISON_NAMES = [*FIGURE, *(REFERENCE + name for name in FIGURE), "against"]
ALL_NUMBERS = {*COMPARISON_NUMBERS, *NUMBERS, *(REFERENCE + name for name in NUMBERS)}


def make_comparisons(pairs: pd.DataFrame | None) -> pd.DataFrame:
    """The pairs of a family, as of `indicators.pairs.tested`, as checked comparisons."""
    if pairs is None:
        return _no_comparisons().copy()
    return check_comparisons(with_types(pairs.reindex(columns=COMPARISON_COLUMNS), ALL_NUMBERS))


@cache
def _no_comparisons() -> pd.DataFrame:
    return make_comparisons(pd.DataFrame())


def check_comparisons(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame if it keeps the contract, else raise `ValueError` with the first rows.

    - columns are `COMPARISON_COLUMNS`, in order; both sides are estimates (see `check`)
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
        check(side_of(frame, side))
    difference, low, high, level, _ = (frame[name].to_numpy(float) for name in COMPARISON_NUMBERS)
    verdict = frame["verdict"].to_numpy()
    withheld = frame[["status", REFERENCE + "status"]].isin(WITHHELD).any(axis=1)
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
    return keeping(frame, rules, "comparisons")


def tipping_point(low: float, high: float, margin: float = 0.0) -> float:
    """How much those who did not answer would have to differ for a verdict to fall, at least.

    If they differ on one side by δ more, and are nearly all, the interval of a difference, from
    `low` to `high`, moves by δ: the verdict falls where it reaches 0 or, of `stable`, leaves
    `margin`, what matters. In the unit of the difference; NaN where there is no verdict that could
    fall.

    >>> [round(tipping_point(*ends, 0.5), 2) for ends in ((0.1, 0.4), (-0.2, 0.3), (-0.2, 0.9))]
    [0.1, 0.2, nan]
    """
    if low > 0 or high < 0:
        return max(low, -high)
    inside = min(margin - high, margin + low)
    return inside if inside > 0 else math.nan


def side_of(pairs: pd.DataFrame, side: str) -> pd.DataFrame:
    """The estimates of one side of pairs: of "", or of `REFERENCE`."""
    names = [side + name for name in COLUMNS]
    return pairs[names].set_axis(COLUMNS, axis=1)


def comparison_identifiers(frame: pd.DataFrame) -> list[str]:
    """The permanent identifier of each comparison, as of a figure's, but it begins with `c`."""
    return list(map(comparison_identifier, records(frame[COMPARISON_NAMES])))


def comparison_identifier(row: Mapping[str, Any]) -> str:
    """The permanent identifier of a comparison (see `comparison_identifiers`)."""
    return short_digest("c", tuple(row[name] for name in COMPARISON_NAMES))


def combine_comparisons(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One frame of several, in order, each pair once."""
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept).drop_duplicates(ignore_index=True) if kept else make_comparisons(None)


def comparisons_from_json(content: Mapping[str, Any]) -> pd.DataFrame:
    """The comparisons of the `MIME` output; a base without limit (a census) is none."""
    rows = from_lines(content["rows"])
    return make_comparisons(pd.DataFrame(rows, columns=content["columns"]) if rows else None)
