"""Experiences told on Services Publics +: the share of each feeling."""

from collections.abc import Iterator

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.tables import FEELINGS
from observlib.confidentiality.disclosure import people_told
from observlib.estimates import Row
from observlib.indicators.answers import quarter_of, share, times
from observlib.indicators.families import family, protected

FEELING_LABELS = {"positive": "Positif", "neutral": "Neutre", "negative": "Négatif"}


@family("experiences")
@protected()
def estimate_feelings(
    experiences_by_feeling: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> Iterator[Row]:
    """The shares of feelings of the last twelve months that are known.

    The year ends with the device's latest quarter that has an experience; an extract made once
    (frequency `occasional`) is taken whole. A year from which a quarter of fewer than eleven could
    be had is withheld (see `confidentiality.disclosure`).
    """
    next_quarter = pd.Timestamp((quarter + 1).start)
    rows = experiences_by_feeling[experiences_by_feeling["date"] < next_quarter]
    for (channel, device, source), own in rows.groupby(["channel", "device", "source"]):
        end = Quarter.of(own["date"].max().date())
        known = catalogue.devices.get(device)  # a device may have left the catalogue since
        once = known is not None and known.frequency == "occasional"
        start = Quarter.of(own["date"].min().date()) if once else end - 3
        own = own[own["date"] >= pd.Timestamp(start.start)]
        counts = times(own).groupby(quarter_of(own["date"])).sum()
        apart = [int(counts.get(str(start + i), 0)) for i in range(4)]
        status = "published" if once or people_told(apart) else "suppressed"
        passport = {"channel": channel, "device": device, "source": source, "status": status}
        passport |= {"period": f"{start.months[0]}/{end.months[2]}", "group": "feeling"}
        for feeling in FEELINGS:
            row = share("feeling_share", own["feeling"] == feeling, times(own))
            yield {**passport, **row, "group_value": FEELING_LABELS[feeling]}
