"""Findings: the sentences that a study opens with, written from estimates.

Each function gives plain French text that names only numbers of its frame. A rise or fall of a
measured mark is said only where the two 95 % intervals do not overlap, which is stricter than a
test of the difference; counts of whole populations are compared as they are.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.catalogue import CHANNEL_LABELS, Catalogue, Indicator
from observlib.display import french, words
from observlib.display.output import Output, text
from observlib.display.words import SEMICOLON

_SHOWN = ("published", "low_base")
_OFTEN = {
    "continuous": "en continu",
    "daily": "chaque jour",
    "weekly": "chaque semaine",
    "monthly": "chaque mois",
    "quarterly": "chaque trimestre",
    "yearly": "chaque année",
    "occasional": "à l'occasion",
}


def absent(what: str, period: str, frame: pd.DataFrame) -> Output:
    """Say that nothing was collected, in place of a chart or table.

    Examples
    --------
    >>> from observlib import estimates
    >>> print(absent("note de satisfaction", "2026-T3", estimates.make([])))
    *Aucune note de satisfaction n'a été recueillie jusqu'au 3e trimestre 2026.*
    """
    when = french.period_label(period)
    return text(f"*Aucune {what} n'a été recueillie jusqu'au {when}.*", frame)


def leading(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subject has the highest value in a period, and which the lowest."""
    rows = _published(frame, period)
    if rows.empty:
        return ""
    rows = rows.sort_values("estimate", ascending=False, kind="stable")
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    when = french.period_label(period)
    names = [words.label(row, "product", catalogue) for row in rows.to_dict("records")]
    values = [_rounded(row, indicator) for row in rows.to_dict("records")]
    if len(rows) == 1:
        return f"Au {when}, {names[0]} compte {values[0]}."
    return (
        f"Au {when}, {names[0]} vient en tête avec {values[0]}"
        f"{SEMICOLON}en dernier vient {names[-1]}, avec {values[-1]}."
    )


def extremes(changes: pd.DataFrame, catalogue: Catalogue, period: str, by: str = "product") -> str:
    """The largest rise and the largest fall of a counted quantity on a year."""
    rows = _published(changes, period).sort_values("estimate", kind="stable")
    if rows.empty:
        return "Aucune évolution sur un an ne peut être calculée."
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)

    def named(row: pd.Series) -> str:
        return f"{words.label(row, by, catalogue)} ({words.value(row, indicator)})"

    if len(rows) == 1:
        return f"Sur un an, {named(rows.iloc[0])}."
    low, high = rows.iloc[0], rows.iloc[-1]
    if low["estimate"] >= 0:
        return (
            f"Sur un an, tout progresse{SEMICOLON}la plus forte hausse est celle de {named(high)}, "
            f"la plus faible celle de {named(low)}."
        )
    if high["estimate"] <= 0:
        return (
            f"Sur un an, tout recule{SEMICOLON}la plus forte baisse est celle de {named(low)}, "
            f"la plus faible celle de {named(high)}."
        )
    return (
        f"Sur un an, la plus forte hausse est celle de {named(high)}, "
        f"la plus forte baisse celle de {named(low)}."
    )


def incomplete(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subjects have an incomplete period, and so are not compared."""
    rows = frame[(frame["period"] == period) & (frame["status"] == "partial")]
    if rows.empty:
        return ""
    names = french.join(_names(rows, catalogue))
    return f"La période est incomplète pour {names} : elle n'y est comparée à aucune autre."


def withheld(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subjects have too few answers for a value to be published."""
    rows = frame[(frame["period"] == period) & (frame["status"] == "suppressed")]
    if rows.empty:
        return ""
    names = french.join(_names(rows, catalogue))
    return f"Pour {names}, moins de onze personnes ont répondu : la valeur n'est pas publiée."


def span(frame: pd.DataFrame, catalogue: Catalogue, period: str, brief: bool = False) -> str:
    """From which to which subject a mark goes in a period; `brief` leaves the intervals out."""
    rows = _published(frame, period).sort_values("estimate", kind="stable")
    if rows.empty:
        asked = "publiable" if (frame["period"] == period).any() else "recueillie pour nos produits"
        return f"Aucune note n'est {asked} au {french.period_label(period)}."
    low, high = rows.iloc[0], rows.iloc[-1]
    when = french.period_label(period)

    def named(row: pd.Series) -> str:
        name = words.label(row, "product", catalogue)
        if brief:
            indicator = words.indicator_of(row["indicator"], catalogue)
            return f"{words.value(row, indicator)} ({name})"
        return f"{name}, {words.sentence(row.to_dict(), catalogue)}"

    if len(rows) == 1:
        return f"Au {when}, {named(high)}."
    comma = "" if brief else ","
    return f"Au {when}, les notes vont de {named(low)}{comma} à {named(high)}."


def moved(frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str) -> str:
    """Which marks rose or fell between two periods, where the intervals do not overlap."""
    if frame.empty:
        return ""
    indicator = words.indicator_of(frame["indicator"].iat[0], catalogue)
    since = french.period_label(before)
    told = []
    compared = 0
    for now, then in _pairs(frame, period, before):
        compared += 1
        if now["ci_low"] <= then["ci_high"] and then["ci_low"] <= now["ci_high"]:
            continue
        verb = "monte" if now["estimate"] > then["estimate"] else "baisse"
        values = [words.figure(row["estimate"], indicator) for row in (then, now)]
        name = words.label(now, "product", catalogue)
        told.append(f"la note de {name} {verb} de {values[0]} à {values[1]}")
    if told:
        sentence = f"Depuis le {since}, {french.join(told)}"
        return f"{sentence} (les intervalles à 95 % ne se recouvrent pas)."
    if compared:
        return f"Depuis le {since}, aucune note ne s'écarte au-delà de ce que le hasard explique."
    return f"Aucune note n'est comparable à celle du {since}."


def standing(frame: pd.DataFrame, catalogue: Catalogue, everyone: str) -> str:
    """The medians of the agency's and its peers' procedures beside that of all of them."""
    rows = frame[frame["status"].isin(_SHOWN)]
    medians = rows[rows["product"] != ""]
    whole = rows[rows["group_value"] == everyone]
    if medians.empty or whole.empty:
        return ""
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    named = [
        f"{words.label(row, 'product', catalogue)} {words.value(row, indicator)}"
        for row in medians.sort_values("estimate", ascending=False).to_dict("records")
    ]
    all_ = words.value(whole.iloc[0].to_dict(), indicator)
    when = french.period_label(rows["period"].iat[0])
    return (
        f"Parmi les démarches notées au {when}, la médiane est de {all_} pour l'ensemble"
        f"{SEMICOLON}{french.join(named)}."
    )


def feelings(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The share of each feeling by device, each with its device's reservation."""
    told = []
    for device, rows in frame.groupby("device", sort=False):
        if not rows["status"].isin(_SHOWN).all():
            continue
        indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
        shares = [
            f"{row['group_value'].lower()} {words.value(row, indicator)}"
            for row in rows.to_dict("records")
        ]
        n = french.count(rows["n"].iat[0], "expérience", "expériences")
        period = french.period_label(rows["period"].iat[0])
        entry = catalogue.devices[str(device)]
        note = f" {entry.note}" if entry.note else ""
        told.append(f"**{entry.label}** ({period}, {n}) : {french.join(shares)}.{note}")
    return "\n\n".join(told)


def product_summary(
    now: pd.DataFrame, marks: pd.DataFrame, catalogue: Catalogue, period: str, before: str
) -> str:
    """What a product's page opens with: its audience, its mark, and whether the mark moved."""
    told = []
    for visits in now[now["indicator"] == "visits"].to_dict("records"):
        channel = words.label(visits, "channel", catalogue).lower()
        same = now[(now["indicator"] == "visits_yoy") & (now["channel"] == visits["channel"])]
        change = _published(same, period)
        beside = ""
        if len(change):
            indicator = words.indicator_of("visits_yoy", catalogue)
            beside = f", {words.value(change.iloc[0].to_dict(), indicator)} sur un an"
        value = words.sentence(visits, catalogue)
        told.append(f"{value} ({channel}){beside}")
    sentences = (
        [f"Au {french.period_label(period)}, on compte {french.join(told)}."] if told else []
    )
    current = marks[marks["period"] == period]
    for mark in current.to_dict("records"):
        channel = words.label(mark, "channel", catalogue).lower()
        sentences.append(f"Note de satisfaction ({channel}) : {words.sentence(mark, catalogue)}.")
    if len(_published(marks, period)):
        sentences.append(moved(marks, catalogue, period, before))
    if not sentences:
        return f"Aucune donnée n'a été recueillie au {french.period_label(period)}."
    return " ".join(sentences)


def listening(now: pd.DataFrame, catalogue: Catalogue, product: str) -> Output:
    """List the devices that listen to a product's users: who runs them, how often they speak."""
    lines = []
    for device in catalogue.devices.values():
        if device.product == product:
            owner = catalogue.departments[device.owner].label
            channel = CHANNEL_LABELS[device.channel].lower()
            often = _OFTEN[device.frequency]
            lines.append(f"- **{device.label}** : {channel}, {often} ({owner}).")
    silent = "Aucun dispositif du catalogue n'écoute les usagers de ce produit."
    return text("\n".join(lines) or silent, now)


def _rounded(row: dict[str, Any], indicator: Indicator) -> str:
    """A count in words a reader keeps (`86,7 millions de visites`), anything else as it is."""
    if not words.is_count(row["unit"]) or row["estimate"] < 1e6:
        return words.value(row, indicator)
    millions = french.number(row["estimate"] / 1e6, 1)
    plural = french.plural(row["estimate"] / 1e6, "million", "millions")
    return f"{millions}{french.NBSP}{plural} de {row['unit']}"


def _published(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    return frame[(frame["period"] == period) & frame["status"].isin(_SHOWN)]


def _names(rows: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    named = (words.label(row, "product", catalogue) for row in rows.to_dict("records"))
    return list(dict.fromkeys(named))


def _pairs(
    frame: pd.DataFrame, period: str, before: str
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The rows of two periods that are comparable, by subject."""
    subject = ["product", "channel", "device"]
    usable = frame[frame["status"].isin(_SHOWN) & frame["ci_low"].notna()]
    now = usable[usable["period"] == period].set_index(subject, drop=False)
    then = usable[usable["period"] == before].set_index(subject, drop=False)
    both = [key for key in now.index if key in then.index]
    return [(now.loc[key].to_dict(), then.loc[key].to_dict()) for key in both]
