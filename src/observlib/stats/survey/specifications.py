"""A change of marks between two quarters, computed in every way that an honest analyst may defend.

Of each choice (`OPTIONS`) one option is what is published, the first; a specification takes one of
each. What the verdict owes to the choices is seen where all are made (a "multiverse"), rather than
one.

Sources: U. Simonsohn, J. P. Simmons and L. D. Nelson, "Specification curve analysis", *Nature Human
Behaviour* 4 (2020), 1208–1214; S. Steegen, F. Tuerlinckx, A. Gelman and W. Vanpaemel, "Increasing
transparency through a multiverse analysis", *Perspectives on Psychological Science* 11 (2016),
702–712.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from observlib.stats.survey.comparison import verdict
from observlib.stats.survey.design import Floats
from observlib.stats.survey.differences import difference_of_means, difference_of_shares

OPTIONS = {
    # the civil quarter; its whole weeks (each weekday counts alike); its last two months
    "window": ("quarter", "weeks", "recent"),
    # every day; none on which answers flooded in (see `_flooded`)
    "days": ("all", "calm"),
    # each answer counts alike; each month does; each respondent as the population has of his kind
    "weights": ("none", "months", "profile"),
    # the mean mark; the share of the satisfied; the chance that an answer is above one of then
    "measure": ("mean", "share", "rank"),
    # answers by themselves, at the level of the study; at 95 %; days by themselves, at the study's
    "method": ("study", "alone", "days"),
}
_LEAST = 30  # answers on each side
_FEW = 11  # answers of a month that is to weigh as much as the others, and of a flood
_TIMES = 3  # how many median days a flood is above
_DAYS = 10  # below which answers tell too little of how days differ
_ALONE = 0.95  # the level of a test without correction
_NONE = 1e-9  # what rounding makes of a spread of 0


class _Side(NamedTuple):
    """The answers of a quarter that a specification keeps, those alike as one, and how they count.

    `shares` are the parts that rows have of the whole, which sum to 1; `day` numbers their days.
    """

    mark: Floats
    times: Floats
    shares: Floats
    day: npt.NDArray[np.intp]


def changes_by_specification(
    now: pd.DataFrame,
    then: pd.DataFrame,
    level: float,
    margins: Mapping[str, float],
    satisfied: float,
) -> pd.DataFrame:
    """The change between two quarters by every specification that their answers allow.

    An option is taken where it changes something and leaves at least 30 answers on each side: a
    window where answers are outside of it, days without floods where there is one, months that
    weigh the same where each has eleven answers, profiles where both sides have weights, no
    correction where the study makes one, and days by themselves where there are ten.

    Means: Welch's interval. Shares: Newcombe's, on effective bases. Ranks: E. Brunner and
    U. Munzel, "The nonparametric Behrens–Fisher problem: asymptotic theory and a small-sample
    approximation", *Biometrical Journal* 42 (2000), 17–25. Errors are those of a weighted mean, of
    answers or of days drawn by themselves: they take no profit of what months or profiles explain.

    Answers have a `date`, a `mark` on 0–10, `times` (how many answers the row is) and, where there
    are weights of profiles, `profile` (NaN: unknown). `level` is that of the published interval,
    corrected for its study; `margins` are 0 where none is known; one is `satisfied` from that mark
    on.

    Of what comes out, the published one first, `low` and `high` are of `difference`: points on 10;
    in % for shares; for ranks the chance that an answer of now is above one of then, in %, less 50.
    A verdict without ends is `unknown`: nothing has any spread (the answers of a side are all
    alike; for ranks, every answer of a side is above the other).
    """
    made = []
    levels = {"study": level, "alone": _ALONE, "days": level}
    for kept, sides in _kept(now, then):
        for measure, method in product(OPTIONS["measure"], OPTIONS["method"]):
            of_days = method == "days"
            if of_days and min(int(side.day.max()) + 1 for side in sides) < _DAYS:
                continue
            if method == "alone" and level <= _ALONE:
                continue
            ends = _difference(sides, measure, of_days, levels[method], satisfied)
            said = "unknown" if math.isnan(ends[1]) else verdict(*ends[1:], margins[measure])
            made.append((*kept, measure, method, *ends, said))
    return pd.DataFrame(made, columns=[*OPTIONS, "difference", "low", "high", "verdict"])


def _flooded(answers: pd.DataFrame) -> pd.Series:
    """Which rows are of a day of eleven answers at least, and over three times the median day's."""
    by_day = answers.groupby("date")["times"].sum()
    of_day = answers["date"].map(by_day)
    return (of_day >= _FEW) & (of_day > _TIMES * by_day.median())


def _kept(
    now: pd.DataFrame, then: pd.DataFrame
) -> Iterator[tuple[tuple[str, str, str], tuple[_Side, _Side]]]:
    """The answers that each window, days and weights keep on both sides, where they may."""
    marked = [one.assign(flooded=_flooded(one)) for one in (now, then)]
    for window, days, weights in product(
        *(OPTIONS[name] for name in ("window", "days", "weights"))
    ):
        within = [one[_inside(one["date"], window)] for one in marked]
        if window != "quarter" and sum(map(len, within)) == sum(map(len, marked)):
            continue
        if days == "calm":
            if not any(one["flooded"].any() for one in within):
                continue
            within = [one[~one["flooded"]] for one in within]
        first, second = (_weighed(one, weights) for one in within)
        if first is not None and second is not None:
            yield (window, days, weights), (first, second)


def _inside(date: pd.Series, window: str) -> pd.Series:
    """Which days of a quarter are inside a window of it."""
    if window == "recent":
        return date.dt.month % 3 != 1
    if window == "weeks":
        week, quarter = date.dt.to_period("W").dt, date.dt.to_period("Q").dt
        return (week.start_time >= quarter.start_time) & (week.end_time <= quarter.end_time)
    return pd.Series(True, date.index)


def _weighed(answers: pd.DataFrame, weights: str) -> _Side | None:
    """Answers as they count by some weights; nothing where they cannot have them, or are few."""
    weight = pd.Series(1.0, answers.index)
    if weights == "profile":
        if "profile" not in answers:
            return None
        answers = answers[answers["profile"].notna()]
        weight = answers["profile"]
    if weights == "months":
        month = answers["date"].dt.month
        of_month = answers["times"].groupby(month).transform("sum")
        if (of_month < _FEW).any() or month.nunique() < 2:
            return None
        weight = 1 / of_month
    if answers["times"].sum() < _LEAST:
        return None
    times = answers["times"].to_numpy(float)
    counted = times * weight.to_numpy(float)
    day = np.unique(answers["date"], return_inverse=True)[1]
    return _Side(answers["mark"].to_numpy(float), times, counted / counted.sum(), day)


def _difference(
    sides: tuple[_Side, _Side], measure: str, of_days: bool, level: float, satisfied: float
) -> tuple[float, float, float]:
    """Difference and ends of its interval; no ends where nothing has any spread."""
    now, then = sides
    if measure == "share":
        (share1, base1), (share2, base2) = (_share(side, satisfied, of_days) for side in sides)
        difference, low, high, _ = difference_of_shares(share1, base1, share2, base2, level)
        return 100 * difference, 100 * low, 100 * high
    ranks, scale = (True, 100.0) if measure == "rank" else (False, 1.0)
    mean1, se1, df1 = _mean(now, _below(now, then) if ranks else now.mark, of_days)
    mean2, se2, df2 = _mean(then, _below(then, now) if ranks else then.mark, of_days)
    mean2 = 0.5 if ranks else mean2  # the chance where nothing differs
    if max(se1, se2) < _NONE:
        return scale * (mean1 - mean2), math.nan, math.nan
    difference, low, high, _ = difference_of_means(mean1, se1, df1, mean2, se2, df2, level)
    return scale * difference, scale * low, scale * high


def _mean(side: _Side, scores: Floats, of_days: bool) -> tuple[float, float, float]:
    """A weighted mean of scores, its standard error and the degrees of freedom of that.

    The error is that of a ratio, by its linear part, of answers or of whole days; of answers that
    count alike it is that of their mean.
    """
    middle = float(side.shares @ scores)
    away = side.shares * (scores - middle)
    if of_days:
        squares, units = float((np.bincount(side.day, away) ** 2).sum()), float(side.day.max()) + 1
    else:
        squares, units = float((away**2 / side.times).sum()), float(side.times.sum())
    return middle, math.sqrt(units / (units - 1) * squares), units - 1


def _share(side: _Side, satisfied: float, of_days: bool) -> tuple[float, float]:
    """The share of the satisfied, and the base of a simple sample of which it had its error."""
    share, error, df = _mean(side, (side.mark >= satisfied - _NONE) * 1.0, of_days)
    share = min(max(share, 0.0), 1.0)  # which rounding may cross
    return share, share * (1 - share) / error**2 + 1 if error > _NONE else df + 1


def _below(side: _Side, others: _Side) -> Floats:
    """The share of other answers that are below each mark, with half of those that equal it."""
    known, at = np.unique(others.mark, return_inverse=True)
    up_to = np.concatenate([[0.0], np.cumsum(np.bincount(at, others.shares))])
    below = up_to[np.searchsorted(known, side.mark, "left")]
    return np.asarray((below + up_to[np.searchsorted(known, side.mark, "right")]) / 2)
