"""What contacts are about: the share of each theme, none of which counts too few people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib.answers import by_device, period_status, share, within
from observlib.confidentiality.disclosure import protect
from observlib.confidentiality.grouping import merge_small
from observlib.period import Quarter
from observlib.text import fold


def themes(contacts: pd.DataFrame, kind: str, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Share of each theme among the contacts of a device and quarter, with Wilson's intervals.

    Themes are in alphabetical order; those of fewer than eleven contacts are put together (see
    `confidentiality.grouping`). Contacts without a theme are left out, as if they had been about
    the same things.

    Parameters
    ----------
    contacts
        Tidy table `calls` or `tickets` with its `source`.
    kind
        `call` or `ticket`, whose estimates are of `call_theme_share` or `ticket_theme_share` (%).
    """
    rows = within(contacts[contacts["theme"].notna()], quarters)
    made: list[dict[str, Any]] = []
    for passport, about in by_device(rows):
        for quarter in quarters:
            given = about[about["quarter"] == str(quarter)]
            holders = {
                str(theme): set(given.loc[given["theme"] == theme, f"{kind}_id"])
                for theme in sorted(given["theme"].unique(), key=fold)
            }
            row = {
                **passport,
                "period": str(quarter),
                "status": period_status(given["date"], [quarter]),
            }
            for label, (_, people) in merge_small(holders).items():
                value = share(f"{kind}_theme_share", given[f"{kind}_id"].isin(people))
                made.append({**row, "group": "theme", "group_value": label, **value})
    return protect(made)
