"""Whether estimates differ: over all that a study tests, a rise, a fall, stable, or unknown.

One picture decides, the interval of the difference: without 0 in it, a rise or a fall; with 0 in
it and within what matters on both sides, stable; else unknown, with the smallest change that
could have been seen. Intervals have the level at which the correction for multiple tests stopped,
so that one leaves out 0 exactly where the corrected test finds a difference; those tested first,
which share half of the error, have a lower one than the others. Stable is tested with an error of
its own; where the first interval is too wide to show it, that of this test stands in its place.

The two estimates of a pair are taken as independent: two waves of answers, two products, two
groups that share nobody. A group and the whole that holds it are not, nor two options of one
question; a pair of such estimates carries the error of its own difference (`PAIRED`).
"""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
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
    """The pairs of one period's estimates with another's, by subject.

    The second estimate's columns have `reference_` before their names. A subject that is told twice
    in a period is left out: which of the two would be compared?
    """
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

    Sources: one level for all intervals, that of the last rejection: Y. Benjamini and
    D. Yekutieli, "False discovery rate–adjusted multiple confidence intervals for selected
    parameters", *Journal of the American Statistical Association* 100 (2005), 71–81.
    Tests and correction: see `differences`.

    `pairs` are those of `waves`, `two_by_two` and `against_one` together, with 95 % intervals: the
    family is the rows that can be tested. Where a row has `PAIRED`, the difference is tested with
    them (Student's), whatever its kind; those of a count are of what it usually changes (see
    `counts.usual_change`). One that has a `why`, which is then its `reason`, is not tested.

    Of `kinds`, `mean` has Student's interval, of `n_eff` − 1 degrees of freedom; `share` is in %,
    on the base `n_eff`, or `n` where only that is known (`simple_sample` is then true); `interval`
    is whatever else has an interval; `count` is of a whole population, tested where it has
    `PAIRED`, else compared as it is. What `matters` is in the indicator's unit, for a count in % of
    the reference. Without it no measure can be told to be stable; a count is where its change
    rounds to 0,0 %.

    A false rise or fall anywhere in the study has a chance of 1 − `level` at most, a false `stable`
    as much: pairs found to differ stay in that family, as up to a third of studies whose changes
    all just matter would call one of them stable. `first` pairs, of a headline measure, share half
    of the error (see `differences.halves`).

    Of what comes out, `level` is that of a pair's interval; of a count, which has none (it would
    tell those of years before), the highest at which its change is larger than usual, in coarse
    steps. `detectable` is the smallest change that would have been seen 8 times in 10. `reason`
    says why a verdict is `unknown`: a status, units that differ (`unit`), no base or interval
    (`base`), answers all alike (`spread`), too few years of a count (`years`), which changes as
    usual (`usual`), or an interval too wide (`precision`). `difference` is empty where a value is
    withheld, absent or of an incomplete period.
    """
    records = pairs.to_dict("records")
    strange = sorted({row["indicator"] for row in records} - set(kinds))
    if strange:
        raise ValueError(f"no kind of comparison is given for {', '.join(strange)}")
    if unknown := sorted(set(kinds.values()) - set(get_args(Kind))):
        raise ValueError(f"a kind is one of {', '.join(get_args(Kind))}, not {', '.join(unknown)}")
    wrong = sorted(name for name, margin in matters.items() if not margin > 0)
    if wrong:
        raise ValueError(f"a difference that matters is above 0: {', '.join(wrong)}")

    p_values, equivalence = np.full((2, len(records)), math.nan)
    reasons = [_why_not(row, kinds[row["indicator"]]) for row in records]
    for i, row in enumerate(records):
        kind = kinds[row["indicator"]]
        if not reasons[i] and not _without_chance(row, kind):
            p_values[i] = _difference(row, kind, level)[3]
            margin = matters.get(row["indicator"])
            if margin and kind != "count":
                equivalence[i] = differences.equivalence_p_value(
                    partial(_interval, row, kind), margin
                )
    adjusted, stopped = _corrected(p_values, level, first)
    within, stopped_within = _corrected(equivalence, level, first)
    found: list[dict[str, Any]] = []
    for i, row in enumerate(records):
        kind, margin = kinds[row["indicator"]], matters.get(row["indicator"], 0.0)
        result: dict[str, Any] = {"verdict": "unknown", "reason": reasons[i]}
        result |= {"p_value": p_values[i], "p_adjusted": adjusted[i]}
        result["simple_sample"] = kind == "share" and _on_a_published_base(row)
        if reasons[i] not in _NOT_COMPARABLE:
            result["difference"] = row["estimate"] - row[REFERENCE + "estimate"]
        if not math.isnan(p_values[i]) and kind == "count":
            said = _as_it_is(row, kind, margin)
            said = said if adjusted[i] <= 1 - level or said == "stable" else "unknown"
            result |= {"level": 1 - _coarse(p_values[i]), "verdict": said}
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
    """What the interval of a difference says, of `VERDICTS`.

    `margin` is 0 where none is known; `holds`, whether the test holds after correction.

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


def _coarse(p_value: float) -> float:
    """The p value of a count in steps, as a finer one would tell those of years before."""
    return float(min(_STEPS[p_value <= _STEPS], default=_STEPS[0]))


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


def _on_a_published_base(row: Mapping[str, Any]) -> bool:
    return any(math.isnan(side["n_eff"]) and not math.isnan(side["n"]) for side in _sides(row))


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
