"""Sentences on the experiences that users tell."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.themes.sentences import value_of

_TEXTS = wording.load_texts(__file__)
_UNTOLD = ("partial", "low_base", "suppressed", "missing")


def feelings(frame: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """The share of each feeling by device, each with its device's reservation."""
    paragraphs = []
    for _, rows in frame.groupby(["device", "channel", "source", "period"], sort=False):
        first = rows.iloc[0].to_dict()
        name = words.label(first, "device", catalogue)
        period = french.period_label(first["period"])
        states = [status for status in _UNTOLD if (rows["status"] == status).any()]
        if states:
            why = _TEXTS[f"untold.{states[-1]}"]
            paragraphs.append(markdown("**{}** ({}) : {}.", name, period, why))
            continue
        shares = [
            _TEXTS["share"].format(feeling=words.small(name), share=value_of(row, catalogue))
            for name, row in zip(rows["group_value"], rows.to_dict("records"), strict=True)
        ]
        base = french.count(first["n"], "expérience", "expériences")
        device = catalogue.devices.get(first["device"])
        told = [_TEXTS["feelings"].format(shares=french.join(shares))]
        told += [device.note] if device and device.note else []
        paragraphs.append(markdown("**{}** ({}) : {}. {}", name, period, base, " ".join(told)))
    return joined(paragraphs, "\n\n")
