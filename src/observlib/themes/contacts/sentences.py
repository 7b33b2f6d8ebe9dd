"""Findings of calls, e-mails and forms: whether contacts are answered, and how soon."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.comparison.sentences import undecided
from observlib.confidentiality.grouping import GROUPED
from observlib.display import french, phrases, words
from observlib.display.words import SEMICOLON
from observlib.sentences import published, value_of


def answer_rates(
    frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str, by: str = "product"
) -> str:
    """How many calls came, what share was answered, what it was a year before and at its lowest.

    Parameters
    ----------
    frame
        Estimates of `calls_offered` and `answer_rate` by device.
    by
        What names the lines: `product`, or `channel` on the page of one product.
    """
    rates, calls = published(frame, "answer_rate"), published(frame, "calls_offered", period)
    now = phrases.named(rates[rates["period"] == period], catalogue, by)
    when = phrases.capital(french.when(period))
    if now.empty:
        known = frame[(frame["period"] == period) & (frame["status"] != "missing")]
        whole = "" if known.empty else " complet"
        return f"{when}, aucun comptage{whole} d'appels n'est connu."
    clauses = []
    for row in now.to_dict("records"):
        offered = calls[calls["device"] == row["device"]]
        count = f" des {value_of(_first(offered), catalogue)}" if len(offered) else ""
        history = rates[rates["device"] == row["device"]]
        share = value_of(row, catalogue)
        then = history[history["period"] == before]
        earlier = ""
        if len(then):
            was = value_of(_first(then), catalogue)
            earlier = ", comme un an avant" if was == share else f", contre {was} un an avant"
        worst = _first(history.sort_values(["estimate", "period"]))
        if worst["period"] not in (period, before):
            earlier += f", mais {value_of(worst, catalogue)} {french.when(worst['period'])}"
        clauses.append(f"{share}{count}{phrases.name_in_brackets(row, now, by)}{earlier}")
    return f"{when}, on a décroché {french.join(clauses)}."


def lowest_answer_rate(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """In which quarter of those told the smallest share of calls was answered.

    Parameters
    ----------
    frame
        Estimates of `answer_rate` by device and quarter.
    """
    rates = published(frame, "answer_rate")
    if rates["period"].nunique() < 2:
        return "Part des appels décrochés."
    clauses = []
    for _, rows in phrases.named(rates, catalogue, "product").groupby("name", sort=True):
        row = _first(rows.sort_values(["estimate", "period"]))
        clauses.append(f"{value_of(row, catalogue)} {french.when(row['period'])} ({row['name']})")
    return f"Au plus bas, on a décroché {french.join(clauses)}."


def waiting_times(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Within what time half of the answered calls, and nine out of ten, were answered, of how many.

    Parameters
    ----------
    frame
        Estimates of `wait_median` and `wait_p90` by device.
    """
    clauses = []
    slow = published(frame, "wait_p90", period)
    medians = phrases.named(published(frame, "wait_median", period), catalogue, "product")
    for row in medians.to_dict("records"):
        text = f"un appel décroché sur deux attend au plus {words.sentence(row, catalogue)}"
        last = slow[slow["device"] == row["device"]]
        if len(last):
            text += f", neuf sur dix au plus {value_of(_first(last), catalogue)}"
            if ends := words.interval(_first(last), words.indicator_of("wait_p90", catalogue)):
                text += f" ({ends})"
        clauses.append(text + (f" ({row['name']})" if len(medians) > 1 else ""))
    return f"{phrases.capital(french.join(clauses))}." if clauses else ""


def calls_in_log(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """How many calls waits and themes rest on, where it is fewer than all those that came.

    Parameters
    ----------
    frame
        Estimates of `calls_offered`, `wait_median` and `call_theme_share` of one period.
    """
    offered = frame.loc[frame["indicator"] == "calls_offered", "estimate"].sum()
    parts = []
    for name, what in (("wait_median", "l'attente"), ("call_theme_share", "les motifs")):
        rows = frame[(frame["indicator"] == name) & frame["n"].notna()]
        n = rows.drop_duplicates("device")["n"].sum()
        if 0 < n < offered:
            parts.append(f"{what} sur {words.base_text(n, words.indicator_of(name, catalogue))}")
    if not parts:
        return ""
    calls = words.value(float(offered), words.indicator_of("calls_offered", catalogue))
    return f"Le journal dit {french.join(parts)}, et non sur les {calls} reçus."


def answered_in_promise(
    frame: pd.DataFrame, catalogue: Catalogue, period: str, by: str = "product"
) -> str:
    """What share of messages is answered within the promise, from the least to the most.

    Desks promise different delays, which are told; the ends are not named.

    Parameters
    ----------
    frame
        Estimates of `answered_in_promise` by device.
    by
        `product`, or `channel` on the page of one product.
    """
    rows = published(frame, "answered_in_promise", period)
    if rows.empty:
        return ""
    indicator = words.indicator_of("answered_in_promise", catalogue)
    days = sorted({promise for promise in _promises(rows, catalogue).values() if promise})
    delay = ""
    if days:
        least = f"{days[0]} à " if len(days) > 1 else ""
        delay = f", de {least}{french.count(days[-1], 'jour', 'jours')}"
    share, precision = phrases.ends(rows, indicator), phrases.precision(rows, indicator)
    share = f"de {share}" if " à " in share else share
    have = "ont, selon le service," if by == "product" and len(rows) > 1 else "ont"
    return (
        f"{phrases.capital(french.when(period))}, {share} des messages {have} une première "
        f"réponse dans le délai promis{delay}{precision}."
    )


def promised_delays(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """In how many days each desk promises a first answer; nothing where none does.

    Parameters
    ----------
    frame
        Estimates by device.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> known = load_catalogue(Path("data/catalogue"), own=Path("data/demo/catalogue"))
    >>> desks = pd.DataFrame({"device": ["formulaires-entreprendre"]})
    >>> promised_delays(desks, known).replace("\\xa0", " ")
    "Délai promis d'une première réponse, week-ends compris : 3 jours (Formulaires Entreprendre)."
    """
    by_days: dict[int, list[str]] = {}
    for device, days in _promises(frame, catalogue).items():
        if days:
            by_days.setdefault(days, []).append(catalogue.devices[device].label)
    sentences = [
        f"{french.count(days, 'jour', 'jours')} ({french.join(by_days[days])})"
        for days in sorted(by_days)
    ]
    start = "Délai promis d'une première réponse, week-ends compris"
    return f"{start} : {SEMICOLON.join(sentences)}." if sentences else ""


def _promises(frame: pd.DataFrame, catalogue: Catalogue) -> dict[str, int | None]:
    known = [device for device in frame["device"].unique() if device in catalogue.devices]
    return {device: catalogue.devices[device].promise_days for device in known}


def peak_hours(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
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

    def end(found: pd.DataFrame, most: bool) -> tuple[str, str]:
        row = found.loc[found["estimate"].idxmax() if most else found["estimate"].idxmin()]
        return str(row["group_value"]), value_of(row, catalogue)

    (busy, many), (quiet, fewest) = end(hours, True), end(hours, False)
    text = f"Le téléphone sonne le plus à {busy} ({many} en une heure en moyenne)"
    text += f" et le moins à {quiet} ({fewest})"
    if len(cells):
        where, number = end(cells, True)
        day, _, hour = where.partition(" · ")
        text += f"{SEMICOLON}le plus fort moment est le {day} à {hour} ({number})"
    return f"{text}."


def main_topics(
    frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue, period: str
) -> str:
    """What callers ask most, or that the first theme is not set apart from the second.

    Parameters
    ----------
    frame
        Estimates of `call_theme_share` of one device.
    compared
        The row of `leading_answer.pairs`, with the results of its whole family.
    """
    rows = frame[(frame["period"] == period) & (frame["status"] == "published")]
    rows = rows[~rows["group_value"].isin(GROUPED)]
    if rows.empty:
        return "Les motifs des appels ne peuvent pas être montrés."
    ranked = rows.sort_values("estimate", ascending=False, kind="stable")
    first, *others = estimates.records(ranked)
    top = f"« {first['group_value']} » ({value_of(first, catalogue)} des appels)"
    if not others:
        return f"Le seul motif assez fréquent pour être montré est {top}."
    second = f"« {others[0]['group_value']} » ({value_of(others[0], catalogue)})"
    if (compared["verdict"] == "rise").any():
        return f"Le motif le plus fréquent est {top}, devant {second}."
    unsure = undecided(compared, others[0]["group_value"], catalogue, "lequel l'est le plus")
    return f"Les motifs les plus fréquents sont {top} et {second}{unsure}."


def backlog(frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str) -> str:
    """How many messages waited at a quarter's end, desk by desk, and a year before.

    Parameters
    ----------
    frame
        Estimates of `tickets_open` by device.
    """
    shown = published(frame, "tickets_open")
    now = phrases.named(shown[shown["period"] == period], catalogue, "product")
    if now.empty:
        return f"{phrases.capital(french.when(period))}, aucun nombre de messages en attente."
    indicator = words.indicator_of("tickets_open", catalogue)
    parts = []
    ranked = now.sort_values("estimate", ascending=False, kind="stable")
    for row in ranked.to_dict("records"):
        then = shown[(shown["device"] == row["device"]) & (shown["period"] == before)]
        earlier = ""
        if len(then):
            earlier = f", {words.figure(_first(then)['estimate'], indicator)} un an avant"
        parts.append(f"{value_of(row, catalogue)} ({row['name']}{earlier})")
    return f"À la fin du trimestre, il reste {french.join(parts)} sans réponse."


def _first(rows: pd.DataFrame) -> dict[str, Any]:
    return estimates.records(rows)[0]
