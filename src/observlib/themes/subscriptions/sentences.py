"""Sentences on subscriptions: how long those who join stay."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words


def survival(survival: pd.DataFrame, catalogue: Catalogue) -> str:
    """What share of the joiners of two years is estimated to stay for a year.

    Parameters
    ----------
    survival
        Estimates of `subscription_survival`, by months since joining.
    """
    rows = survival[survival["group_value"] == "12"]
    shares = _shares(rows, catalogue, "des inscrits des deux dernières années")
    return f"12 mois après leur inscription, restent abonnés {shares}." if shares else ""


def retention(retention: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What share of those who joined in the quarter a year before is still subscribed.

    It is counted on one quarter's joiners, where `survival` is estimated on those of two years.
    """
    rows = retention[retention["period"] == period]
    shares = _shares(rows, catalogue, "des inscrits du même trimestre un an avant")
    when = phrases.capital(french.when(period))
    return f"{when}, sont encore abonnés {shares}." if shares else ""


def _shares(rows: pd.DataFrame, catalogue: Catalogue, joined: str) -> str:
    """Shares of joiners from the least to the most, with their intervals and bases."""
    rows = phrases.named(rows[rows["status"] == "published"], catalogue, "product")
    if rows.empty:
        return ""
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    share = phrases.ends(rows, indicator)
    if len(rows) == 1:
        return f"{share} {joined}{phrases.precision(rows, indicator, rows['name'].iat[0])}"
    start = "de " if " à " in share else ""
    return f"{start}{share} {joined}, selon la publication{phrases.precision(rows, indicator)}"
