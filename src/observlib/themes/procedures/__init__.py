"""Published quality of other administrations' procedures: without a base, so no interval."""

from collections.abc import Iterator

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.estimates import Row
from observlib.indicators.families import estimated, family

EVERYONE = "Toutes les démarches publiées"


@family("procedures")
@estimated
def satisfaction(procedures: pd.DataFrame, catalogue: Catalogue, quarter: Quarter) -> Iterator[Row]:
    """Each procedure's mark, and the medians of peers and of all, in the latest edition."""
    rows = procedures[
        (procedures["indicator"] == "satisfaction") & (procedures["edition"] <= quarter)
    ]
    rows = rows[rows["edition"] == rows["edition"].max()]
    peer_of = {code: peer.id for peer in catalogue.peers.values() for code in peer.codes}
    rows = rows.assign(peer=rows["administration"].map(peer_of))
    for keys, published in rows.groupby(["device", "channel", "edition", "source"]):
        passport = dict(zip(("device", "channel", "period", "source"), keys, strict=True))
        passport["unit"] = "sur 10"
        named = published[published["peer"].notna()]
        twice = named.duplicated(["peer", "procedure"], keep=False)
        names = named["procedure"].where(~twice, named["procedure"] + " – " + named["procedure_id"])
        mark = {**passport, "indicator": "procedure_satisfaction", "group": "procedure"}
        for row in named.assign(procedure=names).itertuples():
            status = {"value": "published", "too_few_answers": "suppressed"}
            value = {"estimate": row.value, "status": status.get(str(row.state), "missing")}
            yield {**mark, "product": row.peer, "group_value": row.procedure, **value}
        median = {**passport, "indicator": "procedure_satisfaction_median"}
        for peer, marks in published.dropna(subset=["peer", "value"]).groupby("peer")["value"]:
            yield {**median, "product": peer, "estimate": marks.median()}
        marks = published["value"].dropna()
        if len(marks):
            everyone = {"group": "scope", "group_value": EVERYONE, "estimate": marks.median()}
            yield {**median, **everyone}
