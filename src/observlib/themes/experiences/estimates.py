"""Experiences told on Services Publics +: the share of each feeling."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib import estimates
from observlib.answers import quarter_of
from observlib.catalogue import Catalogue
from observlib.confidentiality.differencing import window_told
from observlib.confidentiality.disclosure import protect
from observlib.period import Quarter
from observlib.survey.intervals import wilson
from observlib.tables import FEELINGS

FEELING_LABELS = {"positive": "Positif", "neutral": "Neutre", "negative": "Négatif"}


def feelings(experiences: pd.DataFrame, catalogue: Catalogue, last: Quarter) -> pd.DataFrame:
    """Share of each feeling among the experiences of a device's latest year.

    The year ends with the device's latest quarter that has an experience. An extract made once
    (a device of frequency `occasional`) has no latest year: it is taken whole. A year from which
    a quarter of fewer than eleven could be had is withheld (see `confidentiality.differencing`).

    Parameters
    ----------
    experiences
        Tidy table `experiences` with its `source`.
    catalogue
        Says of each device how often it speaks.
    last
        Nothing after this quarter is counted.

    Returns
    -------
    DataFrame
        Estimates of `feeling_share` (%) by device, `group` = `feeling`, with Wilson's intervals;
        `period` is `first month/last month`.
    """
    rows = experiences[experiences["date"] < pd.Timestamp((last + 1).start)]
    made: list[dict[str, Any]] = []
    for (channel, device, source), told in rows.groupby(["channel", "device", "source"]):
        end = Quarter.of(told["date"].max().date())
        known = catalogue.devices.get(device)  # a device may have left the catalogue since
        once = known is not None and known.frequency == "occasional"
        start = Quarter.of(told["date"].min().date()) if once else end - 3
        told = told[told["date"] >= pd.Timestamp(start.start)]
        n = len(told)
        counts = quarter_of(told["date"]).value_counts()
        apart = [int(counts.get(str(start + i), 0)) for i in range(4)]
        enough = [count >= estimates.MINIMUM_PEOPLE if count else None for count in apart]
        status = "published" if once or window_told(enough) else "suppressed"
        for feeling in FEELINGS:
            count = int((told["feeling"] == feeling).sum())
            low, high = wilson(count, n)
            made.append(
                {
                    "indicator": "feeling_share",
                    "channel": channel,
                    "device": device,
                    "source": source,
                    "period": f"{start.months[0]}/{end.months[2]}",
                    "group": "feeling",
                    "group_value": FEELING_LABELS[feeling],
                    "estimate": 100 * count / n,
                    "ci_low": 100 * low,
                    "ci_high": 100 * high,
                    "unit": "%",
                    "n": n,
                    "n_eff": n,
                    "status": status,
                }
            )
    return protect(made)
