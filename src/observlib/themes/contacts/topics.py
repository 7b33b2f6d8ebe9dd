"""What contacts are about: the share of each theme, none of which counts too few people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.answers import SUBJECT, quarter_of, share, state
from observlib.confidentiality.disclosure import protect
from observlib.confidentiality.grouping import merge_small
from observlib.period import Quarter
from observlib.text import fold


def themes(
    contacts: pd.DataFrame, identifier: str, indicator: str, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """Share of each theme among the contacts of a device and quarter, with Wilson's intervals.

    Themes are in alphabetical order; those of fewer than eleven contacts are put together (see
    `confidentiality.grouping`). Contacts without a theme are left out, as if they had been about
    the same things.
    """
    rows = contacts[contacts["theme"].notna()]
    rows = rows.assign(product=rows["product"].fillna(""), quarter=quarter_of(rows["date"]))
    made: list[dict[str, Any]] = []
    for subject, about in rows.groupby(SUBJECT, sort=True):
        for quarter in quarters:
            given = about[about["quarter"] == str(quarter)]
            holders = {
                str(theme): set(given.loc[given["theme"] == theme, identifier])
                for theme in sorted(given["theme"].unique(), key=fold)
            }
            for label, (_, people) in merge_small(holders).items():
                made.append(
                    {
                        **dict(zip(SUBJECT, subject, strict=True)),
                        "period": str(quarter),
                        "group": "theme",
                        "group_value": label,
                        "status": state(given["date"], [quarter]),
                        **share(indicator, given[identifier].isin(people)),
                    }
                )
    return protect(pd.DataFrame(made, columns=estimates.COLUMNS))
