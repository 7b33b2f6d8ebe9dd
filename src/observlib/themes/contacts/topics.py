"""What contacts are about: the share of each theme, none of which counts too few people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib.base.period import Quarter
from observlib.base.text import fold
from observlib.confidentiality.differencing import merge_counts
from observlib.confidentiality.disclosure import protect
from observlib.indicators.answers import by_device, period_status, share_of, times, within


def themes(contacts: pd.DataFrame, kind: str, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Share of each theme among the contacts of a device and quarter, with Wilson's intervals.

    Themes are in alphabetical order; those of fewer than eleven contacts are put together (see
    `confidentiality.differencing`). Contacts without a theme are left out, as if they had been
    about the same things.
    """
    rows = within(contacts[contacts["theme"].notna()], quarters)
    made: list[dict[str, Any]] = []
    for passport, about in by_device(rows):
        for quarter in quarters:
            given = about[about["quarter"] == str(quarter)]
            found = times(given).groupby(given["theme"]).sum()
            counts = {str(theme): int(found[theme]) for theme in sorted(found.index, key=fold)}
            row = {
                **passport,
                "indicator": f"{kind}_theme_share",
                "period": str(quarter),
                "status": period_status(given, [quarter]),
                "group": "theme",
                "unit": "%",
            }
            for label, (_, people) in merge_counts(counts).items():
                value = share_of(people, sum(counts.values()))
                made.append({**row, "group_value": label, **value})
    return protect(made)
