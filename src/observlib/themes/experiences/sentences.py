"""Sentences on the experiences that users tell."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, words
from observlib.display.prose import Markdown, joined, markdown
from observlib.sentences import value_of

_NO_FEELINGS = {
    "partial": "période incomplète",
    "low_base": "trop peu d'expériences pour en citer les parts",
    "suppressed": "parts non publiées (secret statistique)",
    "missing": "parts non disponibles",
}


def feelings(frame: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """The share of each feeling by device, each with its device's reservation."""
    paragraphs = []
    for _, rows in frame.groupby(["device", "channel", "source", "period"], sort=False):
        first = rows.iloc[0].to_dict()
        name = words.label(first, "device", catalogue)
        period = french.period_label(first["period"])
        states = [status for status in _NO_FEELINGS if (rows["status"] == status).any()]
        if states:
            paragraphs.append(markdown("**{}** ({}) : {}.", name, period, _NO_FEELINGS[states[-1]]))
            continue
        shares = [
            f"{row['group_value'].lower()} {value_of(row, catalogue)}"
            for row in rows.to_dict("records")
        ]
        base = french.count(first["n"], "expérience", "expériences")
        device = catalogue.devices.get(first["device"])
        note = f" {device.note}" if device and device.note else ""
        text = f"{french.join(shares)}.{note}"
        paragraphs.append(markdown("**{}** ({}, {}) : {}", name, period, base, text))
    return joined(paragraphs, "\n\n")
