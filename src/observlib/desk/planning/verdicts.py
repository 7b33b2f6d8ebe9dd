"""What each verdict of a device's page on a year needs: answers, and weeks at its pace.

A figure is planned by the test of its page (see `survey.planning`): the spread is that of the last
quarter in which it was published, the level that of its family where nothing else is found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from observlib import estimates
from observlib.catalogue import Catalogue, Device, Indicator
from observlib.desk.planning.answers import QUARTER
from observlib.estimates.measures import ENDS
from observlib.estimates.rounding import STEP, base
from observlib.indicators.answers import RARE
from observlib.indicators.families import Given
from observlib.indicators.pairs import headlines
from observlib.stats.survey.planning import (
    answers_needed,
    least_levels,
    smallest_found,
    variance_ends,
)

SMALL = 0.2  # standard deviations: J. Cohen (1988), a small effect
QUARTER_WEEKS, YEAR_WEEKS, MOST_WEEKS = 13, 52, 104


def needs(
    given: Given,
    others: Callable[[], pd.DataFrame],
    device: Device,
    people: pd.DataFrame,
    catalogue: Catalogue,
) -> tuple[list[dict[str, Any]], int]:
    """The answers and weeks that each of a device's measures needs, and how many tests there are.

    Parameters
    ----------
    given
        The family in which the device's measures are compared, with all that is tested together.
    others
        Gives the estimates of all devices of its kind, where it has itself too few answers.
    people
        What `answers.people` gives of four quarters.

    Returns
    -------
    rows
        By indicator that the page compares with a year before: `answers` of the last quarter with
        some, and `pace`, the median of four quarters or the sum of a device that listens once a
        year, to the nearest five (None below 11); `found`, the smallest change that this pace finds
        8 times in 10, None where there is none; `matters`, in the indicator's unit, and whether it
        is `small` (a fifth of a deviation, where the catalogue has none); whether the `spread` is
        the device's `own`, that of `others`, or None; `needed` in each of two periods, of marks
        `needed_low` to `needed_high` as their own spread is unsure at 95 %, `weeks`, and the
        `verdict` in words. All are None that no spread or pace is known for.
    tests
        Of the family, as far as they are known.
    """
    pairs = given.comparisons
    of_whole = (pairs["against"] == "before") & (pairs["group"] == "")
    own = (pairs["device"] == device.id) & of_whole
    tests = pairs[own | pairs["level"].notna()]  # those too thin to be tested are to be
    levels = pd.Series(least_levels(headlines(tests, catalogue).tolist()), tests.index)
    figures = given.estimates[given.estimates["device"] == device.id]
    rows = []
    for at, name in pairs.loc[own, "indicator"].items():
        indicator = catalogue.indicators[name]
        counts = _counts(people, indicator.question)
        spread = _spread(figures, indicator)
        whose = "own" if spread else "others"
        spread = spread or _spread_of_others(others(), indicator)
        about = {
            "indicator": name,
            "label": indicator.label_en or indicator.label,
            "unit": indicator.unit,
            "question": indicator.question,
            "answers": _told(next((count for count in reversed(counts) if count), 0)),
            "level": float(levels[at]),
            "spread": whose if spread else None,
        }
        rare = device.frequency in RARE
        rows.append(about | _need(indicator, spread, float(levels[at]), counts, rare))
    rows.sort(key=lambda row: not catalogue.indicators[row["indicator"]].headline)
    return rows, len(tests)


def design_effect(rows: pd.DataFrame) -> float | None:
    """The design effect of a survey's weights over its last year, where it has some."""
    found = rows.loc[rows["indicator"] == "weighting_design_effect", "estimate"].dropna()
    return float(found.iloc[-1]) if len(found) else None


def verdict(weeks: float, rare: bool) -> str:
    """In words, what to do of a measure that needs so many weeks; `rare` comes once a year.

    Examples
    --------
    >>> print(*(verdict(weeks, False) for weeks in (9, 31, 300)), sep="; ")
    ... # doctest: +NORMALIZE_WHITESPACE
    found within a quarter (9 weeks); needs 31 weeks: compare years rather than quarters;
    not within two years (needs 5.8): drop it, or ask fewer things
    """
    if math.isinf(weeks):
        return "nobody answered in a year: there is no pace"
    if weeks <= (YEAR_WEEKS if rare else QUARTER_WEEKS):
        return "found within a wave" if rare else f"found within a quarter ({weeks:.0f} weeks)"
    if weeks <= YEAR_WEEKS:
        return f"needs {weeks:.0f} weeks: compare years rather than quarters"
    if weeks <= MOST_WEEKS:
        return f"needs {weeks:.0f} weeks: compare two years with the two before"
    return f"not within two years (needs {weeks / YEAR_WEEKS:.1f}): drop it, or ask fewer things"


def _need(
    indicator: Indicator,
    spread: dict[str, float] | None,
    level: float,
    counts: Sequence[int],
    rare: bool,
) -> dict[str, Any]:
    """See `needs`: what follows from a spread (`sd` or `share`, with `design_effect`)."""
    pace = float(sum(counts) if rare else np.median(counts))
    if spread is None:
        unknown = dict.fromkeys(("found", "small", "needed", "needed_low", "needed_high", "weeks"))
        why = "no spread is known yet: too few answered, here and elsewhere"
        return {"pace": _told(pace), **unknown, "matters": indicator.matters, "verdict": why}
    spread, scale = {**spread}, _scale(indicator)
    answered, share = spread.pop("n_eff", None), spread.get("share", 0.5)
    matters = indicator.matters or SMALL * scale * spread.get("sd", math.sqrt(share * (1 - share)))
    needed = answers_needed(matters / scale, **spread, level=level)
    ends: tuple[float, ...] = ()
    if answered and indicator.matters and "mean" in spread:
        ends = variance_ends(spread["sd"], spread["mean"], answered)
    weeks = math.ceil(needed / pace * (YEAR_WEEKS if rare else QUARTER_WEEKS)) if pace else math.inf
    enough = pace >= 2 * spread["design_effect"]
    found = scale * smallest_found(pace, **spread, level=level) if enough else math.inf
    return {
        "pace": _told(pace),
        "found": found if math.isfinite(found) else None,
        "matters": matters,
        "small": indicator.matters is None,
        "needed": needed,
        "needed_low": math.floor(needed * ends[0]) if ends else None,
        "needed_high": math.ceil(needed * ends[1]) if ends else None,
        "weeks": weeks if math.isfinite(weeks) else None,
        "verdict": verdict(weeks, rare),
    }


def _spread(rows: pd.DataFrame, indicator: Indicator) -> dict[str, float] | None:
    """The spread of answers, in lengths of their scale, in the last quarter that told them."""
    own = rows[
        (rows["indicator"] == indicator.id)
        & (rows["group"] == "")
        & (rows["status"] == "published")
        & ~rows["period"].str.contains("/")
        & (rows["n_eff"] > 1)
        & (rows["ci_high"] > rows["ci_low"])
    ]
    if own.empty:
        return None
    row = own.loc[own["period"].idxmax()]
    # n is told to the nearest five: answers without weights are not to seem to have some
    alike = abs(row["n"] - row["n_eff"]) <= STEP / 2
    effect = 1.0 if alike else float(row["n"] / row["n_eff"])
    if indicator.comparison == "share":
        return {"share": row["estimate"] / 100, "design_effect": effect}
    half = max(row["estimate"] - row["ci_low"], row["ci_high"] - row["estimate"])
    error = half / float(stdtrit(row["n_eff"] - 1, 0.975)) / _scale(indicator)
    found = {"sd": error * math.sqrt(row["n_eff"]), "design_effect": effect, "n_eff": row["n_eff"]}
    mean = (row["estimate"] - ENDS.get(indicator.unit, (0.0,))[0]) / _scale(indicator)
    return {**found, "mean": mean} if indicator.unit in ENDS and 0 < mean < 1 else found


def _spread_of_others(rows: pd.DataFrame, indicator: Indicator) -> dict[str, float] | None:
    """The median of the spreads of all devices that have one."""
    each = [_spread(own, indicator) for _, own in rows.groupby("device")]
    known = pd.DataFrame([one for one in each if one]).drop(columns="n_eff", errors="ignore")
    return {str(name): float(value) for name, value in known.median().items()} or None


def _scale(indicator: Indicator) -> float:
    """The length of a scale: of a share in percent, of marks and scores."""
    least, most = ENDS.get(indicator.unit, (0.0, 100.0 if indicator.comparison == "share" else 1.0))
    return most - least


def _counts(people: pd.DataFrame, question: str | None) -> list[int]:
    """How many answered a question, by quarter of the last four."""
    if question not in people:
        return [0]
    answered = people[people[question].notna()].groupby(QUARTER, observed=False).size()
    return [int(count) for count in answered]


def _told(people: float) -> int | None:
    """A number of people as it may be told."""
    return int(base(people)) if people >= estimates.MINIMUM_PEOPLE else None
