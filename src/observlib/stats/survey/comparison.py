"""Whether estimates differ: over all that a study tests, a rise, a fall, stable, or unknown.

The interval of the difference decides: without 0 in it, a rise or a fall; within what matters on
both sides, stable; else unknown. Intervals have the level at which the correction for multiple
tests stopped, so that they agree with it. The two estimates of a pair are taken as independent; a
pair of others carries the error of its own difference (`PAIRED`).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from observlib import estimates
from observlib.estimates import REFERENCE
from observlib.stats.survey import differences
from observlib.stats.survey.intervals import Floats

Kind = Literal["mean", "share", "interval", "count"]
_NOT_COMPARABLE = ("suppressed", "missing", "partial", "unit", "measure")
REASONS = (*_NOT_COMPARABLE, "base", "spread", "years", "precision", "usual")
PAIRED = ("paired_se", "paired_df")  # standard error and degrees of freedom of a difference
RESULTS = [
    "difference", "difference_low", "difference_high", "level", "p_value", "p_adjusted",
    "detectable", "simple_sample", "verdict", "reason",
]  # fmt: skip
_SUBJECT = ["indicator", "product", "channel", "device", "group", "group_value"]
_NUMBERS = estimates.NUMBERS
_MEASURES = RESULTS[:7]
_COUNT_ROUNDS = 0.05  # a relative change, in %, that is written 0,0 %
_STEPS = np.array([first * 10.0**-place for place in range(1, 9) for first in (5, 2, 1)])


def waves(frame: pd.DataFrame, period: str, before: str) -> pd.DataFrame:
    """Pairs of the estimates of a period and of one `before`, by subjects told once in each."""
    now, then = (
        frame[frame["period"] == when].drop_duplicates(_SUBJECT, keep=False)
        for when in (period, before)
    )
    second = [REFERENCE + name for name in _SUBJECT]
    return now.merge(then.add_prefix(REFERENCE), left_on=_SUBJECT, right_on=second)


def two_by_two(frame: pd.DataFrame) -> pd.DataFrame:
    """The pairs, as of `waves`, of each two rows of an indicator and period: products, groups."""
    rows = frame.reset_index(drop=True)
    found = rows.assign(at=rows.index).merge(
        rows.assign(at=rows.index).add_prefix(REFERENCE),
        left_on=["indicator", "period"],
        right_on=[REFERENCE + "indicator", REFERENCE + "period"],
    )
    found = found[found["at"] < found[REFERENCE + "at"]]
    return found.drop(columns=["at", REFERENCE + "at"]).reset_index(drop=True)


def against_one(frame: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """The pairs, as of `waves`, of an indicator's rows with one of a peer, or of a target."""
    if len(reference) != 1:
        raise ValueError(f"a reference is one row, not {len(reference)}")
    rows = frame[frame["indicator"] == reference["indicator"].iat[0]]
    return rows.merge(reference.add_prefix(REFERENCE), how="cross")


def compare(
    pairs: pd.DataFrame,
    kinds: Mapping[str, Kind],
    matters: Mapping[str, float],
    level: float = 0.95,
    first: Sequence[bool] | pd.Series = (),
) -> pd.DataFrame:
    """Compare all pairs that a study tests, as one family: the pairs with `RESULTS`.

    `pairs` have 95 % intervals. With `PAIRED`, a difference is tested by Student's, whatever its
    kind; one that has a `why`, which is then its `reason`, is not tested. Of `kinds`, `mean` has
    Student's interval, of `n_eff` − 1 degrees of freedom; `share` is in %, on `n_eff`, or `n`
    (`simple_sample`); `interval` is whatever else has one; `count` is of a whole population, tested
    where it has `PAIRED`. What `matters` is in the indicator's unit, for a count in % of the
    reference. A false rise or fall anywhere has a chance of 1 − `level` at most, a false `stable`
    as much; `first` pairs share half of the error (see `differences.halves`).

    `level` is that of a pair's interval; of a count, in coarse steps, the highest at which its
    change is larger than usual. `detectable` would have been seen 8 times in 10. `reason` says why
    a verdict is `unknown`: see `REASONS`.

    Source: Y. Benjamini and D. Yekutieli, *Journal of the American Statistical Association* 100
    (2005), 71–81 (one level for all intervals). Tests and correction: see `differences`.
    """
    records = pairs.to_dict("records")
    if strange := sorted({row["indicator"] for row in records} - set(kinds)):
        raise ValueError(f"no kind of comparison is given for {', '.join(strange)}")
    if unknown := sorted(set(kinds.values()) - set(get_args(Kind))):
        raise ValueError(f"a kind is one of {', '.join(get_args(Kind))}, not {', '.join(unknown)}")
    if wrong := sorted(name for name, margin in matters.items() if not margin > 0):
        raise ValueError(f"a difference that matters is above 0: {', '.join(wrong)}")

    p_values, equivalence = np.full((2, len(records)), math.nan)
    reasons = [_why_not(row, kinds[row["indicator"]]) for row in records]
    for i, row in enumerate(records):
        kind = kinds[row["indicator"]]
        if not reasons[i] and not _without_chance(row, kind):
            p_values[i] = _difference(row, kind, level)[3]
            margin, interval = matters.get(row["indicator"]), partial(_interval, row, kind)
            if margin and kind != "count":
                equivalence[i] = differences.equivalence_p_value(interval, margin)
    adjusted, stopped = _corrected(p_values, level, first)
    within, stopped_within = _corrected(equivalence, level, first)
    found: list[dict[str, Any]] = []
    for i, row in enumerate(records):
        kind, margin = kinds[row["indicator"]], matters.get(row["indicator"], 0.0)
        result: dict[str, Any] = {"verdict": "unknown", "reason": reasons[i]}
        result |= {"p_value": p_values[i], "p_adjusted": adjusted[i]}
        published_base = any(math.isnan(one["n_eff"]) > math.isnan(one["n"]) for one in _sides(row))
        result["simple_sample"] = kind == "share" and published_base
        if reasons[i] not in _NOT_COMPARABLE:
            result["difference"] = row["estimate"] - row[REFERENCE + "estimate"]
        if not math.isnan(p_values[i]) and kind == "count":
            said = _as_it_is(row, kind, margin)
            said = said if adjusted[i] <= 1 - level or said == "stable" else "unknown"
            # in steps, as a finer one would tell the counts of years before
            coarse = min(_STEPS[p_values[i] <= _STEPS], default=_STEPS[0])
            result |= {"level": 1 - float(coarse), "verdict": said}
            result["reason"] = "usual" if said == "unknown" else ""
        elif not math.isnan(p_values[i]):
            its_level, small = stopped[i], margin if within[i] <= 1 - level else 0.0
            low, high = _interval(row, kind, its_level)
            said = verdict(low, high, small, holds=bool(adjusted[i] <= 1 - level))
            result["detectable"] = differences.detectable_of_interval(low, high, its_level)
            if said == "unknown" and small:
                narrow = 2 * stopped_within[i] - 1  # of two one-sided tests
                ends = _interval(row, kind, narrow)
                if ends[0] <= 0 <= ends[1]:
                    (low, high), its_level, said = ends, narrow, "stable"
            result |= {"difference_low": low, "difference_high": high, "level": its_level}
            result |= {"verdict": said, "reason": "precision" if said == "unknown" else ""}
        elif not reasons[i]:
            result["verdict"] = _as_it_is(row, kind, margin)
        found.append(result)
    results = pd.DataFrame(found, columns=RESULTS, index=pairs.index)
    return pd.concat([pairs, results.astype(dict.fromkeys(_MEASURES, float))], axis=1)


def verdict(low: float, high: float, margin: float, holds: bool = True) -> str:
    """What the interval of a difference says; `holds`, whether the test holds after correction.

    >>> [verdict(0.1, 0.4, 0.5), verdict(-0.2, 0.3, 0.5), verdict(-0.2, 0.9, 0.5)]
    ['rise', 'stable', 'unknown']
    """
    if holds and low > 0:
        return "rise"
    if holds and high < 0:
        return "fall"
    return "stable" if -margin <= low and high <= margin else "unknown"


def _why_not(row: Mapping[str, Any], kind: Kind) -> str:
    """Why a pair cannot be compared, of `REASONS`; nothing where it can."""
    if why := row.get("why", ""):
        return str(why)
    for side in ("", REFERENCE):
        if row[side + "status"] in ("suppressed", "missing", "partial"):
            return str(row[side + "status"])
    if row["unit"] != row[REFERENCE + "unit"]:
        return "unit"
    if _without_chance(row, kind):
        return ""
    if _paired(row):
        few = "years" if kind == "count" else "spread"
        return "" if row[PAIRED[0]] > 0 and row[PAIRED[1]] >= 1 else few
    sides = _sides(row)
    if kind == "share":
        return "base" if any(math.isnan(_base(side)) for side in sides) else ""
    if any(math.isnan(end) for side in sides for end in _ends(side)):
        return "base"
    if kind == "mean" and not all(_base(side) > 1 for side in sides):
        return "base"
    if kind == "mean" and not any(_mean(side)[1] for side in sides):  # or too small to divide
        return "spread"
    lower, higher = sorted(sides, key=lambda side: side["estimate"])
    narrow = _ends(lower)[1] <= lower["estimate"] and _ends(higher)[0] >= higher["estimate"]
    return "spread" if narrow else ""


def _without_chance(row: Mapping[str, Any], kind: Kind) -> bool:
    """Whether both values are those of whole populations, and not tested as `PAIRED`."""
    whole = kind == "count" or all(math.isinf(side["n_eff"]) for side in _sides(row))
    return whole and not _paired(row)


def _as_it_is(row: Mapping[str, Any], kind: Kind, margin: float) -> str:
    """The verdict on two values of whole populations: chance has no part in their difference."""
    before = row[REFERENCE + "estimate"]
    change = row["estimate"] - before
    if kind == "count" and change:
        change = 100 * change / abs(before) if before else math.copysign(math.inf, change)
        margin = margin or _COUNT_ROUNDS
    if change == 0 or abs(change) < margin:
        return "stable"
    return "rise" if change > 0 else "fall"


def _corrected(
    p_values: Floats, level: float, first: Sequence[bool] | pd.Series
) -> tuple[Floats, Floats]:
    """The p values of a family, corrected, and the level of each interval that agrees with them."""
    weights = differences.halves(np.asarray(first, dtype=bool), p_values) if len(first) else None
    return differences.adjust(p_values, weights), differences.levels(p_values, level, weights)


def _interval(row: Mapping[str, Any], kind: Kind, level: float) -> tuple[float, float]:
    """The ends of the interval of a difference."""
    _, low, high, _ = _difference(row, kind, level)
    return low, high


def _difference(row: Mapping[str, Any], kind: Kind, level: float) -> tuple[float, ...]:
    """Difference, ends and p value of a pair that can be tested, in the unit of its estimates."""
    first, second = _sides(row)
    if _paired(row):
        se, df = (float(row[name]) for name in PAIRED)
        return differences.difference_of_means(
            first["estimate"], se, df, second["estimate"], 0.0, math.inf, level
        )
    if kind == "share":
        share1, share2 = (round(side["estimate"] / 100, 12) for side in (first, second))
        *ends, p = differences.difference_of_shares(
            share1, _base(first), share2, _base(second), level
        )
        return (*(100 * end for end in ends), p)
    if kind == "mean":
        return differences.difference_of_means(*_mean(first), *_mean(second), level)
    return differences.difference_of_intervals(
        first["estimate"], _ends(first), second["estimate"], _ends(second), level
    )


def _sides(row: Mapping[str, Any]) -> list[dict[str, float]]:
    return [{key: row[side + key] for key in _NUMBERS} for side in ("", REFERENCE)]


def _paired(row: Mapping[str, Any]) -> bool:
    """Whether the estimates of a pair share answers, and it has the error of their difference."""
    return not math.isnan(row.get(PAIRED[0], math.nan))


def _base(side: Mapping[str, float]) -> float:
    return side["n"] if math.isnan(side["n_eff"]) else side["n_eff"]


def _ends(side: Mapping[str, float]) -> tuple[float, float]:
    if math.isinf(side["n_eff"]):
        return side["estimate"], side["estimate"]
    return side["ci_low"], side["ci_high"]


def _mean(side: Mapping[str, float]) -> tuple[float, float, float]:
    """A mean, the standard error that its interval comes from, and its degrees of freedom."""
    df = _base(side) - 1
    if math.isinf(df):
        return side["estimate"], 0.0, df
    low, high = _ends(side)
    # the wider side: that of a net promoter score may have been cut at −100 or 100
    half = max(side["estimate"] - low, high - side["estimate"])
    return side["estimate"], half / float(stdtrit(df, 0.975)), df


# --- A change of marks between two quarters, in every way that an analyst may defend


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
    """Answers of a quarter that a specification keeps; `shares` sum to 1, `day` numbers days."""

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

    An option is taken where it changes something and leaves at least 30 answers on each side.
    Means: Welch's interval. Shares: Newcombe's, on effective bases. Ranks: E. Brunner and U.
    Munzel, *Biometrical Journal* 42 (2000), 17–25. Errors are those of a weighted mean, of answers
    or of days.

    Answers have a `date`, a `mark` on 0–10, `times` (how many answers the row is) and maybe
    `profile`, a weight. `low` and `high` are of `difference`: points on 10; in % for shares; for
    ranks the chance that an answer of now is above one of then, in %, less 50; the published one
    comes first.
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
            ends = _chosen_difference(sides, measure, of_days, levels[method], satisfied)
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


def _chosen_difference(
    sides: tuple[_Side, _Side], measure: str, of_days: bool, level: float, satisfied: float
) -> tuple[float, float, float]:
    """Difference and ends of its interval; no ends where nothing has any spread."""
    now, then = sides
    if measure == "share":
        (share1, base1), (share2, base2) = (_share(side, satisfied, of_days) for side in sides)
        ends = differences.difference_of_shares(share1, base1, share2, base2, level)[:3]
        return 100 * ends[0], 100 * ends[1], 100 * ends[2]
    ranks, scale = (True, 100.0) if measure == "rank" else (False, 1.0)
    mean1, se1, df1 = _chosen_mean(now, _below(now, then) if ranks else now.mark, of_days)
    mean2, se2, df2 = _chosen_mean(then, _below(then, now) if ranks else then.mark, of_days)
    mean2 = 0.5 if ranks else mean2  # the chance where nothing differs
    if max(se1, se2) < _NONE:
        return scale * (mean1 - mean2), math.nan, math.nan
    ends = differences.difference_of_means(mean1, se1, df1, mean2, se2, df2, level)[:3]
    return scale * ends[0], scale * ends[1], scale * ends[2]


def _chosen_mean(side: _Side, scores: Floats, of_days: bool) -> tuple[float, float, float]:
    """A weighted mean of scores, its linearised standard error and degrees of freedom."""
    middle = float(side.shares @ scores)
    away = side.shares * (scores - middle)
    if of_days:
        squares, units = float((np.bincount(side.day, away) ** 2).sum()), float(side.day.max()) + 1
    else:
        squares, units = float((away**2 / side.times).sum()), float(side.times.sum())
    return middle, math.sqrt(units / (units - 1) * squares), units - 1


def _share(side: _Side, satisfied: float, of_days: bool) -> tuple[float, float]:
    """The share of the satisfied, and the base of a simple sample of which it had its error."""
    share, error, df = _chosen_mean(side, (side.mark >= satisfied - _NONE) * 1.0, of_days)
    share = min(max(share, 0.0), 1.0)  # which rounding may cross
    return share, share * (1 - share) / error**2 + 1 if error > _NONE else df + 1


def _below(side: _Side, others: _Side) -> Floats:
    """The share of other answers that are below each mark, with half of those that equal it."""
    known, at = np.unique(others.mark, return_inverse=True)
    up_to = np.concatenate([[0.0], np.cumsum(np.bincount(at, others.shares))])
    below = up_to[np.searchsorted(known, side.mark, "left")]
    return np.asarray((below + up_to[np.searchsorted(known, side.mark, "right")]) / 2)
