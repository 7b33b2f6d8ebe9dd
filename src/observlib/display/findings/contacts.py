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


def lowest(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """In which quarter of those told the smallest share of calls was answered.

    Parameters
    ----------
    frame
        Estimates of `answer_rate` by device and quarter.
    """
    rates = frame[(frame["indicator"] == "answer_rate") & (frame["status"] == "published")]
    if rates["period"].nunique() < 2:
        return "Part des appels décrochés."
    indicator = words.indicator_of("answer_rate", catalogue)
    told = []
    for _, rows in phrases.named(rates, catalogue, "product").groupby("name", sort=True):
        row = _first(rows.sort_values(["estimate", "period"]))
        when = french.when(row["period"])
        told.append(f"{words.value(row, indicator)} {when} ({row['name']})")
    return f"Au plus bas, on a décroché {french.join(told)}."


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


def quickest(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Within what time half of the messages are answered, from the quickest desk to the slowest.

    Parameters
    ----------
    frame
        Estimates of `first_answer_median` by device.
    """
    of_period = (frame["period"] == period) & (frame["status"] == "published")
    rows = frame[of_period & (frame["indicator"] == "first_answer_median")]
    named = phrases.named(rows, catalogue, "product").sort_values("estimate", kind="stable")
    if named.empty:
        return ""
    indicator = words.indicator_of("first_answer_median", catalogue)
    told = [f"{words.value(row, indicator)} ({row['name']})" for row in named.to_dict("records")]
    start = "La moitié des messages a une première réponse en"
    if len(told) == 1:
        return f"{start} {told[0]}."
    return f"{start} {told[0]} au plus vite, {told[-1]} au plus lent."


def delays(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How soon messages have a first answer, from the quickest desk to the slowest.

    Parameters
    ----------
    frame
        Estimates of `first_answer_median` and `answered_in_promise` by device.
    """
    told_of = frame["status"].isin(["published", "low_base"])
    rows = frame[(frame["period"] == period) & told_of]
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
        if row["status"] == "low_base":
            text += f"{SEMICOLON}faible effectif"
        told.append(f"{text})")
    return f"La moitié des messages a une première réponse en {french.join(told)}."


def busiest(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """At what hours the phone rings most and least, and on which day and hour most of all.

    Parameters
    ----------
    frame
        Estimates of `calls_an_hour` of one device.
    """
    rows = frame[(frame["period"] == period) & frame["estimate"].notna()]
    hours, cells = (rows[rows["group"] == group] for group in ("hour", "weekday_hour"))
    if len(hours) < 2:
        return "La charge par heure n'est pas connue."
    indicator = words.indicator_of("calls_an_hour", catalogue)

    def end(found: pd.DataFrame, most: bool) -> tuple[str, str]:
        row = found.loc[found["estimate"].idxmax() if most else found["estimate"].idxmin()]
        return str(row["group_value"]), words.value(_first(row.to_frame().T), indicator)

    (busy, many), (quiet, fewest) = end(hours, True), end(hours, False)
    text = f"Le téléphone sonne le plus à {busy} ({many} en une heure en moyenne)"
    text += f" et le moins à {quiet} ({fewest})"
    if len(cells):
        where, number = end(cells, True)
        day, _, hour = where.partition(" · ")
        text += f"{SEMICOLON}le plus fort moment est le {day} à {hour} ({number})"
    return f"{text}."


def asked(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What callers ask most, or that the first theme is not set apart from the second.

    Parameters
    ----------
    frame
        Estimates of `call_theme_share` of one device.
    """
    rows = frame[(frame["period"] == period) & (frame["status"] == "published")]
    rows = rows[rows["group_value"] != "Autres"]
    if rows.empty:
        return "Les motifs des appels ne peuvent pas être montrés."
    ranked = rows.sort_values("estimate", ascending=False, kind="stable").to_dict("records")
    indicator = words.indicator_of("call_theme_share", catalogue)
    first, *others = ({str(key): value for key, value in row.items()} for row in ranked)
    top = f"« {first['group_value']} » ({words.value(first, indicator)} des appels)"
    if not others:
        return f"Le motif le plus fréquent est {top}."
    second = f"« {others[0]['group_value']} » ({words.value(others[0], indicator)})"
    if others[0]["ci_high"] >= first["ci_low"]:
        return f"Deux motifs viennent en tête, proches l'un de l'autre : {top} et {second}."
    return f"Le motif le plus fréquent est {top}, devant {second}."


def waiting(frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str) -> str:
    """How many messages waited at a quarter's end, desk by desk, and a year before.

    Parameters
    ----------
    frame
        Estimates of `tickets_open` by device.
    """
    shown = frame[(frame["indicator"] == "tickets_open") & (frame["status"] == "published")]
    now = phrases.named(shown[shown["period"] == period], catalogue, "product")
    if now.empty:
        return f"{phrases.capital(french.when(period))}, aucun nombre de messages en attente."
    indicator = words.indicator_of("tickets_open", catalogue)
    told = []
    ranked = now.sort_values("estimate", ascending=False, kind="stable")
    for row in ranked.to_dict("records"):
        then = shown[(shown["device"] == row["device"]) & (shown["period"] == before)]
        earlier = ""
        if len(then):
            earlier = f", {words.figure(_first(then)['estimate'], indicator)} un an avant"
        told.append(f"{words.value(row, indicator)} ({row['name']}{earlier})")
    return f"À la fin du trimestre, attendaient {french.join(told)}."


def _first(rows: pd.DataFrame) -> dict[str, Any]:
    return {str(key): value for key, value in rows.iloc[0].to_dict().items()}
