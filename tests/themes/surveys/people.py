"""People who answer a survey, and the tidy table of what they said."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib.base.period import Quarter

YEAR = Quarter("2026-T3").back(4)
DAYS = ["2025-11-10", "2026-02-10", "2026-05-10", "2026-09-10"]  # each quarter is heard
SURVEY = "enquete-service-public"
MARGINS = pd.DataFrame(
    {"variable": ["age"] * 3 + ["sex"] * 2, "people": [300, 400, 300, 520, 480],
     "category": ["jeune", "adulte", "vieux", "Femme", "Homme"]}
)  # fmt: skip
SCALES = {
    "satisfaction": (0.0, 10.0), "nps": (0.0, 10.0), "clarity": (1.0, 5.0), "ces": (5.0, 1.0),
    "task_success": (0.0, 1.0),
}  # fmt: skip
COLUMNS = ["response_id", "variable", "category", "value", "scale_min", "scale_max"]


def responses(people: pd.DataFrame) -> pd.DataFrame:
    """What people said, of whom NaN is unsaid; with a `weight`, each has a row of their own too."""
    weights = people.get("weight")
    parts = [] if weights is None else [pd.DataFrame({"response_id": people.index})]
    for name in people.columns.difference(["weight"], sort=False):
        told = people[name].dropna()
        low, high = SCALES.get(name, (math.nan, math.nan))
        cells = {"value" if name in SCALES else "category": told, "scale_min": low}
        parts.append(
            pd.DataFrame({"response_id": told.index, "variable": name, **cells, "scale_max": high})
        )
    rows = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    rows = rows.assign(
        device=SURVEY, product="service-public", channel="web", source=f"{SURVEY}@1",
        date=pd.to_datetime([DAYS[int(person) % 4] for person in rows["response_id"]]),
        finished=True, value=rows["value"].astype(float),
        variable=rows["variable"].fillna("response"),
    )  # fmt: skip
    if weights is not None:
        rows["weight"] = weights.reindex(rows["response_id"]).to_numpy()
    return rows.assign(response_id=rows["response_id"].astype(str))


def answers(variable: str, given: Sequence[Any], scale: tuple[float, float] | None = None,
            day: str = "2026-09-10", device: str = SURVEY, first: int = 0,
            days: Sequence[str] = ()) -> pd.DataFrame:  # fmt: skip
    """One response each, on one day or several: values where there is a scale, else categories."""
    places, days = range(len(given)), days or [day]
    low, high = scale or (float("nan"), float("nan"))
    return pd.DataFrame(
        {"device": device, "product": "service-public", "channel": "web", "source": f"{device}@1",
         "response_id": [str(first + i) for i in places],
         "date": pd.to_datetime([days[i % len(days)] for i in places]), "finished": True,
         "variable": variable, "category": None if scale else given,
         "value": pd.Series(given if scale else None, places, dtype=float),
         "scale_min": low, "scale_max": high}
    )  # fmt: skip
