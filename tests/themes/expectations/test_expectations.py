"""What was announced and what was found stand apart, and no more is claimed than was tested."""

from typing import Any

import pandas as pd
from tests import said
from tests.records import sheets

from observlib import estimates
from observlib.estimates import COMPARISON_NUMBERS, check_comparisons, make_comparisons
from observlib.records.sheets import Expectation
from observlib.themes import templates
from observlib.themes.expectations import expectations_

found = templates.narrative("expectations").found
GOOD = sheets.GOOD["expectations"]

SUBJECT = {"indicator": "satisfaction_10", "product": "allo-service-public", "channel": "phone",
           "device": "satisfaction-3939", "unit": "sur 10", "n": 400, "n_eff": 400}  # fmt: skip


def pair(low: float, high: float, verdict: str = "unknown", **more: object) -> pd.DataFrame:
    now, then = (
        estimates.make([{**SUBJECT, "period": period, "estimate": 7.0}])
        for period in ("2026-T3", "2025-T3")
    )
    row = now.join(then.add_prefix("reference_"))
    told = {"against": "before", "level": 0.95, "verdict": verdict, "reason": "", "detectable": 0.2}
    ends = {"difference": (low + high) / 2, "difference_low": low, "difference_high": high}
    return make_comparisons(row.assign(**told, **ends, **more))


def withheld(pairs: pd.DataFrame) -> pd.DataFrame:
    """The comparison of which nothing may be told."""
    numbers = [side + name for side in ("", "reference_") for name in estimates.NUMBERS]
    pairs[[*numbers, *COMPARISON_NUMBERS]] = float("nan")
    states = dict.fromkeys(("status", "reference_status", "reason"), "suppressed")
    return check_comparisons(pairs.assign(**states, verdict="unknown"))


def of(pairs: pd.DataFrame, why: str = "", **keys: object) -> Any:
    """What is said of an expectation; exploratory, for a reason."""
    return of_each(pairs, (Expectation.model_validate({**GOOD, **keys}), why))


def of_each(pairs: pd.DataFrame, *known: tuple[Expectation, str]) -> Any:
    return lambda c: found(expectations_(known, c), pairs, known, c)


RISE = pair(0.6, 1.2, "rise")
CASES: said.Cases = {
    "reached": of(RISE),
    "not known, as the effect is within": of(pair(0.1, 1.2, "rise")),
    "excluded, as all is nearer to zero": of(pair(-0.2, 0.3, "stable")),
    "excluded, as it is beyond": of(pair(-1.4, -0.2, "fall")),
    "a fall that is reached": of(pair(-1.4, -0.6, "fall"), direction="down"),
    "equivalent": of(pair(-0.2, 0.3, "stable"), direction="stable"),
    "not to be called equivalent": of(pair(-0.2, 0.6), direction="stable"),
    "not precise enough to be equivalent": of(pair(-0.9, 0.9), direction="stable"),
    "a difference that counts": of(pair(0.6, 0.9, "rise"), direction="stable"),
    "no comparison": of(make_comparisons(None)),
    **{f"exploratory: {why}": of(RISE, why) for why in ("unseen", "edited", "late", "after")},
    "withheld": of(withheld(pair(0.6, 1.2, "rise"))),
    "what was announced comes first": of_each(RISE, *(
        (Expectation.model_validate({**GOOD, "id": x, "title": x}), why)
        for x, why in (("a", "late"), ("b", "")))),
    "no expectation": of_each(make_comparisons(None)),
}  # fmt: skip
test_what_is_claimed_is_what_the_interval_leaves_in_or_out = said.test("expectations", CASES)
