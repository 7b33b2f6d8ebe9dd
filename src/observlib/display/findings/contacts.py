"""Findings of calls, e-mails and forms: whether contacts are answered, and how soon."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.display.words import SEMICOLON


def answered(frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str) -> str:
    """How many calls came, what share was answered, and what it was a year before.

    Parameters
    ----------
    frame
        Estimates of `calls_offered` and `answer_rate` by device.
    """
    shown = frame[frame["status"] == "published"]
    rates = shown[shown["indicator"] == "answer_rate"]
    now = phrases.named(rates[rates["period"] == period], catalogue, "product")
    when = phrases.capital(french.when(period))
    if now.empty:
        return f"{when}, aucun comptage complet d'appels n'est connu."
    rate_of = words.indicator_of("answer_rate", catalogue)
    offered_of = words.indicator_of("calls_offered", catalogue)
    told = []
    for row in now.to_dict("records"):
        same = (shown["device"] == row["device"]) & (shown["indicator"] == "calls_offered")
        calls = shown[same & (shown["period"] == period)]
        count = f" des {words.value(_first(calls), offered_of)}" if len(calls) else ""
        then = rates[(rates["device"] == row["device"]) & (rates["period"] == before)]
        earlier = ""
        if len(then):
            earlier = f", contre {words.value(_first(then), rate_of)} un an avant"
        told.append(f"{words.value(row, rate_of)}{count} ({row['name']}){earlier}")
    return f"{when}, on a décroché {french.join(told)}."


def waits(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Within what time half of the answered calls, and nine out of ten, were answered.

    Parameters
    ----------
    frame
        Estimates of `wait_median` and `wait_p90` by device.
    """
    rows = frame[(frame["period"] == period) & (frame["status"] == "published")]
    told = []
    medians = rows[rows["indicator"] == "wait_median"]
    for row in phrases.named(medians, catalogue, "product").to_dict("records"):
        median_of = words.indicator_of("wait_median", catalogue)
        text = f"la moitié des appels décrochés l'est en {words.value(row, median_of)} au plus"
        last = rows[(rows["indicator"] == "wait_p90") & (rows["device"] == row["device"])]
        if len(last):
            p90_of = words.indicator_of("wait_p90", catalogue)
            text += f", neuf sur dix en {words.value(_first(last), p90_of)}"
        told.append(f"{text} ({row['name']})")
    return f"{phrases.capital(french.join(told))}." if told else ""


def delays(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How soon messages have a first answer, from the quickest desk to the slowest.

    Parameters
    ----------
    frame
        Estimates of `first_answer_median` and `answered_in_promise` by device.
    """
    rows = frame[(frame["period"] == period) & (frame["status"] == "published")]
    medians = phrases.named(rows[rows["indicator"] == "first_answer_median"], catalogue, "product")
    if medians.empty:
        return ""
    told = []
    for row in medians.sort_values("estimate", kind="stable").to_dict("records"):
        median_of = words.indicator_of("first_answer_median", catalogue)
        text = f"{words.value(row, median_of)} ({row['name']}"
        kept = rows[
            (rows["indicator"] == "answered_in_promise") & (rows["device"] == row["device"])
        ]
        device = catalogue.devices.get(row["device"])
        if len(kept) and device is not None and device.promise_days:
            kept_of = words.indicator_of("answered_in_promise", catalogue)
            promise = french.count(device.promise_days, "jour", "jours")
            share = words.value(_first(kept), kept_of)
            text += f"{SEMICOLON}{share} dans les {promise} promis"
        told.append(f"{text})")
    return f"La moitié des messages a une première réponse en {french.join(told)}."


def _first(rows: pd.DataFrame) -> dict[str, Any]:
    return {str(key): value for key, value in rows.iloc[0].to_dict().items()}
