"""The main points of an edition: what changed most on a year, for most people.

Of each indicator of the quarter, the changes on a year that are established are ranked by their
size times the people concerned, and the first of each indicator is a point:

- established is what a comparison of the edition tells to rise or to fall, and what holds where all
  changes of the edition are corrected as one family (`held_together`): a difference of a measure,
  or of a whole count, tested against what it usually changes on a year (`counts.usual_change`);
- the size is the difference as a share of the scale (10 for a mark on ten, 100 for a share);
- the people concerned are the visits, calls, messages, subscribers or copies of the product by the
  same channel in the quarter; a count's change is itself a number of them.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, Indicator
from observlib.estimates import COMPARISON_NUMBERS, REFERENCE, best_end
from observlib.indicators.pairs import HEADLINE, PEOPLE
from observlib.language import french, words
from observlib.records.sheets import Action
from observlib.stats.survey.differences import adjust, halves

MOST_POINTS = 5
_QUARTERS = 9  # of a line beside a point: two years and the quarter
PAGE_REASON = "page"  # the reason why what its page tells is no main point
_ERROR = 0.05
_ESTABLISHED = ("rise", "fall")
_SCALES = {"%": 100.0, "points": 200.0}  # what a whole scale is; `sur 10` says it itself
_SERIES = ["indicator", "product", "channel", "device"]


def on_a_year(pairs: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Of an edition's comparisons, those of a product's quarter with the same a year before."""
    return pairs[
        (pairs["against"] == "before")
        & (pairs["group"] == "")
        & (pairs["product"] != "")
        & (pairs["period"] == quarter)
        & (pairs[REFERENCE + "period"] == quarter - 4)
    ].reset_index(drop=True)


def held_together(pairs: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The comparisons of an edition, not yet rounded; with `PAGE_REASON`, what it does not hold.

    Changes of `on_a_year` are corrected as one family (Holm), headlines first, by the p values of
    their intervals, or of a count's level.
    """
    places = np.arange(len(pairs))
    of = on_a_year(pairs.assign(place=places), quarter).dropna(subset="level")
    difference, low, high, level, _ = of[COMPARISON_NUMBERS].to_numpy(float).T
    reach = np.maximum(high - difference, difference - low)
    of_interval = 2 * ndtr(-ndtri((1 + level) / 2) * np.abs(difference) / reach)
    p_values = np.where(np.isnan(reach), 1 - level, of_interval)
    fails = adjust(p_values, weights=halves(of["indicator"] == HEADLINE, p_values)) > _ERROR
    apart = of.loc[fails & of["verdict"].isin(_ESTABLISHED), "place"]
    reason = pairs["reason"].replace(PAGE_REASON, "")  # of an earlier edition
    return pairs.assign(reason=reason.mask(np.isin(places, apart), PAGE_REASON))


def established(pairs: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The pairs of `on_a_year` that rise or fall in the edition, and not on their page alone."""
    found = on_a_year(pairs, quarter)
    kept = found["verdict"].isin(_ESTABLISHED) & (found["reason"] != PAGE_REASON)
    return found[kept].reset_index(drop=True)


def ranked_changes(pairs: pd.DataFrame, frame: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The established changes of a quarter, the first first: `people` concerned, and `weight`."""
    found = established(pairs, quarter)
    counted, size = found["indicator"].isin(PEOPLE), found["difference"].abs()
    counts = frame[
        frame["indicator"].isin(PEOPLE)
        & (frame["group"] == "")
        & (frame["period"] == quarter)
        & frame["estimate"].notna()
    ]
    people = _of(counts, found, "device").fillna(_of(counts, found))
    weight = (size / found["unit"].map(_scale).astype(float) * people).where(~counted, size)
    made = found.assign(people=people, weight=weight)
    return made.sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def select_points(changes_: pd.DataFrame) -> pd.DataFrame:
    """Of ranked changes, the first of each indicator, up to `MOST_POINTS`."""
    return changes_.drop_duplicates("indicator").head(MOST_POINTS).reset_index(drop=True)


def _of(counts: pd.DataFrame, pairs: pd.DataFrame, *more: str) -> pd.Series:
    """The people whom each pair's product reached by its channel, or its device alone."""
    keys = ["product", "channel", *more]
    most = counts.groupby(keys, as_index=False)["estimate"].max()
    return pairs[keys].merge(most, on=keys, how="left")["estimate"].set_axis(pairs.index)


def _scale(unit: str) -> float:
    """The whole scale of a unit, in it."""
    return best_end(unit) if unit.startswith("sur ") else _SCALES.get(unit, math.nan)


def point_number(point: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The number of a point, to be set large: `6,8 → 7,9`, or the change of a count."""
    indicator = words.indicator_of(point["indicator"], catalogue)
    if point["indicator"] in PEOPLE:
        return _percent(point)
    then, now = _ends(point)
    finer = words.fine(then, now, indicator)
    return f"{words.figure(then, finer)} → {words.figure(now, finer)}"


def _difference(point: Mapping[str, Any], indicator: Indicator) -> tuple[str, str, str, bool]:
    """A point's difference, the ends of its interval, and whether rounded values differ alike."""
    then, now = (french.rounded(x, indicator.decimals) for x in _ends(point))
    ends = words.rounded_keeping_signs(
        (point["difference_low"], point["difference_high"]), indicator.decimals
    )
    size, low, high, between = (
        french.signed(x, indicator.decimals) for x in (point["difference"], *ends, now - then)
    )
    return size, low, high, size == between  # 6,8 → 7,9 may not be +1,1


def _beside(
    ranked: pd.DataFrame, told: pd.DataFrame
) -> list[tuple[str, list[tuple[str, pd.DataFrame]]]]:
    """The established changes that are no points: by verdict, then by indicator."""
    keys = pd.MultiIndex.from_frame(told[_SERIES])
    rest = ranked[~pd.MultiIndex.from_frame(ranked[_SERIES]).isin(keys)]
    of = ((verdict, rest[rest["verdict"] == verdict]) for verdict in _ESTABLISHED)
    return [
        (verdict, [(str(name), own) for name, own in rows.groupby("indicator", sort=False)])
        for verdict, rows in of
        if len(rows)
    ]


def followed_by(point: Mapping[str, Any], actions: Iterable[Action]) -> list[Action]:
    """The actions that were to move a point's indicator of its product, between its two periods."""
    first = Quarter(point[REFERENCE + "period"]).start
    last = Quarter(point["period"]).end
    return [
        one
        for one in actions
        if one.product == point["product"]
        and first <= one.date <= last
        and point["indicator"] in {expected.indicator for expected in one.expected}
    ]


def point_series(point: Mapping[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """The estimates of a point's subject over `_QUARTERS`, the oldest first."""
    periods = Quarter(point["period"]).back(_QUARTERS)
    same = (frame["group"] == "") & frame["period"].isin(periods)
    for name in _SERIES:
        same &= frame[name] == point[name]
    return frame[same].sort_values("period", kind="stable", ignore_index=True)


def _ends(point: Mapping[str, Any]) -> tuple[float, float]:
    """What a point's subject was a year before, and what it is."""
    return point[REFERENCE + "estimate"], point["estimate"]


def _percent(point: Mapping[str, Any]) -> str:
    """The change of a count, in %."""
    then, now = _ends(point)
    return french.percent(100 * (now - then) / then, 1, sign=True)


def _unsigned(point: Mapping[str, Any]) -> str:
    return _percent(point).lstrip("+" + french.MINUS)
