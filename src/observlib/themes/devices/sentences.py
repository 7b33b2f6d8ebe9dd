"""The table of the listening devices: whose they are, how they listen, what they gave."""

from __future__ import annotations

from datetime import date

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display.output import Output
from observlib.display.tables import register_with_texts
from observlib.language import words

_NEVER = "jamais"


def device_table(
    frame: pd.DataFrame, held: pd.DataFrame, catalogue: Catalogue, caption: str
) -> Output:
    """Make the table of the devices: owner, rhythm, personal data, last data, what they gave."""
    ends = held.dropna(subset=["end"]).groupby("device")["end"].max()
    devices = [catalogue.devices[name] for name in frame["device"]]
    columns = {
        "Département": {d.id: catalogue.departments[d.owner].label for d in devices},
        "Rythme": {d.id: words.OFTEN[d.frequency] for d in devices},
        "Données personnelles": {d.id: d.personal_data for d in devices},
        "Dernière donnée": {
            d.id: f"{date.fromisoformat(ends[d.id]):%d/%m/%Y}" if d.id in ends.index else _NEVER
            for d in devices
        },
    }
    return register_with_texts(frame, catalogue, caption=caption, texts=columns)
