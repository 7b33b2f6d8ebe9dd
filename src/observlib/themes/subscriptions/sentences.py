"""Sentences on subscriptions: how long those who join stay."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.language import french, wording, words

_TEXTS = wording.load_texts(__file__)


def survival(survival: pd.DataFrame, catalogue: Catalogue) -> str:
    """What share of joiners is estimated to stay for a year (`subscription_survival`)."""
    share, of = _share(survival[survival["group_value"] == "12"], catalogue)
    return _TEXTS["survival"].format(share=share, of=of) if share else ""


def retention(retention: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What share of those who joined in the quarter a year before is still subscribed."""
    share, of = _share(retention[retention["period"] == period], catalogue)
    when = words.capital(french.when(period))
    return _TEXTS["retention"].format(when=when, share=share, of=of) if share else ""


def _share(rows: pd.DataFrame, catalogue: Catalogue) -> tuple[str, str]:
    """The share of joiners from the least to the most, and of what."""
    rows = words.named(rows[rows["status"] == "published"], catalogue, "product")
    if rows.empty:
        return "", ""
    share = words.ends(rows, words.indicator_of(rows["indicator"].iat[0], catalogue))
    if len(rows) == 1:
        return share, f" ({rows['name'].iat[0]})"
    return f"de {share}" if " à " in share else share, f", {_TEXTS['of_each']}"
