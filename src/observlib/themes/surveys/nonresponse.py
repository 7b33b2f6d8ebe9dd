"""What a survey would measure if answering depended on opinions, and not on the profile alone.

Beside the figures with weights, which take answering to depend on age, sex and region alone. Marks
and scores alone have such bounds: those of a share miss it where one end of opinion answers more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from observlib.confidentiality.disclosure import protect
from observlib.estimates.measures import ENDS, MEASURES
from observlib.stats.survey.nonresponse import BOTH, OPINION, Corrected, pattern_mixture
from observlib.themes.surveys.weighted import Weighed, disclosing, scores

DEPENDS = {BOTH: "Si l'avis compte autant que le profil", OPINION: "Si l'avis compte seul"}


def marks(surveys: Iterable[Weighed]) -> pd.DataFrame:
    """`weighted.marks`, marks and scores, as they would be if answering depended on opinions."""
    made: list[dict[str, Any]] = []
    for survey in surveys:
        if survey.calibration is None:
            continue
        scored = scores(survey.given)
        people, hides = survey.people.join(scored), disclosing(survey, scored)
        for name, unit in [(name, MEASURES[name].unit) for name in scored]:
            if unit not in ENDS:
                continue
            row = {**survey.passport, "indicator": name, "unit": unit, "group": "weighting"}
            row["status"] = "suppressed" if name in hides else survey.status
            values = people[name].to_numpy(float)
            found = pattern_mixture(values, survey.calibration, *DEPENDS)
            n = int(np.isfinite(values).sum())
            made += [
                {**row, "group_value": label, **_estimate(one, n, unit)}
                for label, one in zip(DEPENDS.values(), found, strict=True)
            ]
    return protect(made)


def _estimate(found: Corrected, n: int, unit: str) -> dict[str, Any]:
    if math.isnan(found.estimate):
        return {"status": "missing"}
    value, low, high = np.clip(found, *ENDS[unit])
    return {"estimate": value, "ci_low": low, "ci_high": high, "n": n, "n_eff": n}
