"""Only what goes clearly with satisfaction is named, and never as its cause."""

from typing import Any

import pandas as pd
from tests import said

from observlib import estimates
from observlib.indicators import pairs as changes
from observlib.themes.surveys import sentences


def effects(**values: float) -> pd.DataFrame:
    """Effects with intervals of one point on either side."""
    return estimates.make(
        {
            "indicator": "driver_effect", "period": "2025-10/2026-09", "unit": "points",
            "group": "driver", "group_value": name, "n": 200, "n_eff": 200,
            "estimate": value, "ci_low": value - 1, "ci_high": value + 1,
        }
        for name, value in values.items()
    )  # fmt: skip


def told(frame: pd.DataFrame) -> Any:
    """The sentence and the caption, tested as one family."""

    def of(c: Any) -> list[str]:
        compared = changes.tested(c, changes.with_nothing(frame))
        return [sentences.drivers(frame, compared, c), sentences.drivers_caption(frame, compared)]

    return of


FEW = {"indicator": "driver_effect", "period": "2026-T3", "unit": "points", "group": "driver"}
FEW |= {"group_value": "Ensemble", "status": "missing"}
CASES: said.Cases = {
    "established": told(effects(Âge=1.5, Clarté=-4.2, Sexe=0.4)),
    "clear by itself": told(effects(Âge=1.05)),
    "not among several": told(effects(Âge=1.05, Sexe=-0.2, Facilité=0.3)),
    "too small to matter": told(effects(Sexe=0.1).assign(ci_low=-0.1, ci_high=0.3)),
    "too few": told(estimates.make([{**FEW, "n": 45}])),
    "fewer than eleven": told(estimates.make([FEW])),
    "withheld for its quarters": told(estimates.make([{**FEW, "status": "suppressed"}])),
    "not asked": told(estimates.make([])),
}


@said.each(CASES)
def test_what_is_said_of_what_goes_with_satisfaction(case, catalogue):
    said.hold("drivers", case, CASES, catalogue)
