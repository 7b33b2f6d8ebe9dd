"""The weighted mark is told beside the raw one, with what it cannot say."""

import math
from typing import Any

import pandas as pd
from tests import said

from observlib import estimates
from observlib.display.changes import WEIGHTED
from observlib.stats.survey.weighting import OPINION
from observlib.themes.surveys import sentences
from observlib.themes.surveys.weighted import DEPENDS

NONE = estimates.make([])
BASE = {"device": "enquete-legifrance", "period": "2025-10/2026-09"}


def pair(raw: float | None, weighed: float, verdict: str = "unknown") -> pd.DataFrame:
    """A weighted mark beside the raw one, with the results of a family."""
    row: dict[str, Any] = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10"}
    row |= {"estimate": weighed, "ci_low": weighed - 0.2, "ci_high": weighed + 0.2, "n": 300}
    row |= {"status": "published", "reference_estimate": math.nan, "against": "raw"}
    row |= dict.fromkeys(["difference", "difference_low", "difference_high", "level"], math.nan)
    row |= {"verdict": verdict, "detectable": 0.42, "reason": "suppressed"}
    if raw is not None:
        gap = weighed - raw
        row |= {"reference_estimate": raw, "difference": gap, "reason": "", "level": 0.995}
        row |= {"difference_low": gap - 0.3, "difference_high": gap + 0.3}
    return pd.DataFrame([row])


def report(*margins: str, n: float | None = 300) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {**BASE, "indicator": "weighting_effective_n", "unit": "répondants", "n": n}
        | ({"estimate": 210.4} if margins else {"status": "missing"})
    ]
    for margin in margins:
        for when, share in (("before", 40.0), ("after", 52.0), ("target", 52.2)):
            row = {**BASE, "indicator": f"weighting_{when}", "unit": "%", "n": n}
            rows.append(row | {"group": margin, "group_value": f"de {margin}", "estimate": share})
    return estimates.make(rows)


def bounds(low: float | None, high: float | None, **more: Any) -> pd.DataFrame:
    """The weighted mark from 6.4 to 6.8, and what it is if answering depends on opinions alone."""
    row: dict[str, Any] = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10", "n": 300}
    row |= {"group": "weighting", "estimate": 6.6}
    ends = {"ci_low": low, "ci_high": high} if low else {"status": "missing"}
    ends["estimate"] = 5.8 if low else None
    return estimates.make(
        [
            {**row, "group_value": WEIGHTED, "ci_low": 6.4, "ci_high": 6.8},
            {**row, "group_value": DEPENDS[OPINION], **ends, **more},
        ]
    )


def conclusion(compared: pd.DataFrame, margins: pd.DataFrame, everyone: Any = NONE) -> Any:
    return lambda c: sentences.weighted(compared, margins, everyone, c)


PROFILE = report("age", "sex", "region")
ALL = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10", "estimate": 7.3, "n": 344}
UNTESTED = {"difference_low": math.nan}
NO_PAIR = pair(7.1, 7.0).iloc[:0]
HIDDEN = report(n=None).assign(status="suppressed")
BOUNDS = bounds(5.1, 6.5)
SEVERAL = pd.concat([BOUNDS, BOUNDS.assign(device="other")], ignore_index=True)
WITHHELD = dict.fromkeys(estimates.NUMBERS) | {"status": "suppressed"}
RESERVED = {
    "one survey": BOUNDS, "several": SEVERAL, "none": NONE, "no bounds": bounds(None, None),
    "marks alone": SEVERAL[SEVERAL["group_value"] == WEIGHTED],
    "withheld": bounds(5.1, 6.5, **WITHHELD),
}  # fmt: skip
CASES: said.Cases = {
    "a mark that weights change": conclusion(pair(7.1, 6.5, "fall"), PROFILE),
    "a mark that weights hardly change": conclusion(pair(7.1, 7.0, "stable"), PROFILE),
    "a mark that weights may change": conclusion(pair(7.1, 7.08), PROFILE),
    "a mark whose raw one is withheld": conclusion(pair(None, 6.5), PROFILE),
    "the mark of all": conclusion(pair(7.1, 6.5, "fall"), PROFILE, estimates.make([ALL])),
    "the mark of all, who are the same": conclusion(
        pair(7.1, 6.5, "fall"), PROFILE, estimates.make([{**ALL, "n": 300}])
    ),
    "what is not in the weights": conclusion(pair(7.1, 7.0), report("age", "sex")),
    "too few": conclusion(NO_PAIR, report(n=45)),
    "fewer than eleven": conclusion(NO_PAIR, report(n=None)),
    "no profile": conclusion(NO_PAIR, NONE),
    "withheld": conclusion(NO_PAIR, HIDDEN),
    "a part of the year": conclusion(
        pair(7.1, 6.5).assign(status="partial", reason="partial", **UNTESTED), PROFILE
    ),
    "a low base": conclusion(
        pair(7.1, 6.5).assign(status="low_base", reason="low_base", **UNTESTED), PROFILE
    ),
    "the category that moves most": lambda _: sentences.margins(PROFILE[PROFILE["group"] != ""]),
    "what weights cost": lambda c: [sentences.weights_cost(rows, c) for rows in (PROFILE, HIDDEN)],
    **{
        f"bounds: {name}": lambda c, rows=rows: sentences.weighted_reservation(rows, c)
        for name, rows in RESERVED.items()
    },
}


@said.each(CASES)
def test_what_is_said_of_weights(case, catalogue):
    said.hold("weights", case, CASES, catalogue)
