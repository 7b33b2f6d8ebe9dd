"""What the page of a product opens with, and who listens to its users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.actions import Action
from observlib.catalogue import CHANNEL_LABELS, Catalogue
from observlib.comparison.sentences import evolution, whose_answers
from observlib.display import french, phrases, words
from observlib.display.changes import WEIGHTED
from observlib.display.output import Output, text
from observlib.display.prose import Markdown, joined, markdown
from observlib.period import Quarter
from observlib.sentences import published, together, value_of

_NO_VISITS = {
    "partial": "sont incomplètes",
    "low_base": "sont trop peu nombreuses pour être citées ici",
    "suppressed": "ne sont pas publiées (secret statistique)",
    "missing": "ne sont pas disponibles",
}
_SEVERE = ("bloquant", "majeur")  # problems that the sheet of a product names
_MOST = 3  # of one sort that it names
_NO_MARK = {
    "partial": "porte sur une période incomplète",
    "low_base": "repose sur trop peu de réponses pour être citée ici",
    "suppressed": "n'est pas publiée (secret statistique)",
    "missing": "n'est pas disponible",
}


def summary(
    now: pd.DataFrame,
    marks: pd.DataFrame,
    compared: pd.DataFrame,
    catalogue: Catalogue,
    period: str,
    asked: pd.DataFrame | None = None,
) -> str:
    """What a product's page opens with: its audience, its mark, and whether the mark moved.

    Parameters
    ----------
    now
        Estimates of the product, with its `visits` and `visits_yoy`.
    marks
        The product's marks of satisfaction, in `period`.
    compared
        The product's comparisons of those marks with an earlier period.
    asked
        Its marks in surveys of a year, which are told where none of `marks` can be.
    """
    when = phrases.capital(french.when(period))
    sentences = _audience(now[now["period"] == period], catalogue, when)
    current = marks[marks["period"] == period]
    for mark in phrases.by_channel(current):
        what = f"La note de satisfaction{whose_answers(current, catalogue)}"
        if len(current) > 1:
            what += f" {phrases.PLACES.get(mark['channel'], '')}".rstrip()
        if mark["status"] == "published":
            sentences.append(f"{what} est de {words.sentence(mark, catalogue)}.")
        else:
            sentences.append(f"{what} {_NO_MARK[mark['status']]}.")
    if (current["status"] == "published").any():
        sentences.append(evolution(compared, catalogue, by="channel"))
    elif asked is not None:
        for mark in estimates.records(published(asked, "satisfaction_10")):
            year = phrases.capital(french.when(mark["period"]))
            told = words.sentence(mark, catalogue)
            sentences.append(f"{year}, l'enquête donne {told}.")
    return together(*sentences) or f"{when}, aucune donnée n'a été recueillie sur ce produit."


def several_marks(
    marks: pd.DataFrame, asked: pd.DataFrame, catalogue: Catalogue, period: str
) -> Markdown:
    """Why a product has several marks of satisfaction: a box that tells them all; else nothing.

    Parameters
    ----------
    marks
        The product's `satisfaction_10` by device, of which those of `period` are told.
    asked
        Those of its surveys, of `period` and of a year, and with weights (`group` = `weighting`).
    """
    found = published(asked, "satisfaction_10")
    found = found[(found["period"] == period) | found["period"].str.contains("/")]
    known = estimates.combine([published(marks, "satisfaction_10", period), found])
    raw = (known["group"] == "weighting") & (known["group_value"] != WEIGHTED)
    known = known[~raw]
    if len(known) < 2:
        return Markdown("")
    lines = [
        markdown(
            "- **{}** : {}, {}{}.",
            value_of(mark, catalogue),
            words.label(mark, "device", catalogue),
            french.period_label(mark["period"]),
            _whose(mark, catalogue),
        )
        for mark in estimates.records(known)
    ]
    box = [
        markdown("::: {{.callout-note}}"),
        markdown("## Pourquoi plusieurs notes ?"),
        markdown("Chacune vient d'autres personnes, d'une autre question ou d'une autre période."),
        joined(lines, "\n"),
        markdown(":::"),
    ]
    return joined(box, "\n\n")


def _whose(mark: Mapping[str, Any], catalogue: Catalogue) -> str:
    if mark["group"] == "weighting":
        return ", chaque réponse comptée selon ce que le profil de son auteur pèse en France"
    device = catalogue.devices.get(mark["device"])
    if device is None:
        return ""
    asked = device.family == "consultation"
    return ", auprès de ceux qui sont sollicités" if asked else ", de ceux qui donnent leur avis"


def blocking(met: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """What blocks a product's users, a line for each way by which it is known; else nothing.

    Parameters
    ----------
    met
        Of the product: shares of problems in tests, of topics of calls and messages, of themes of
        texts.
    """
    problems = _told(met, "problem_share")
    severe = [
        f"{_quoted(row['group_value'])}, {value_of(row, catalogue)} des participants"
        for severity in _SEVERE
        for row in problems
        if row["group_value"].endswith(f"({severity})")
    ]
    found = [
        ("Problèmes vus en test", severe, "mobilisation"),
        ("Motifs d'appel", _shares(met, "call_theme_share", catalogue), "contacts"),
        ("Motifs de message", _shares(met, "ticket_theme_share", catalogue), "contacts"),
        ("Thèmes de leurs textes", _shares(met, "text_theme_share", catalogue), "verbatims"),
    ]
    lines = [
        markdown(f"- **[{{}}]({page}.ipynb)** : {{}}.", what, words.SEMICOLON.join(parts[:_MOST]))
        for what, parts, page in found
        if parts
    ]
    return joined(lines, "\n")


def coming(
    product: str,
    waiting: pd.DataFrame,
    asked: pd.DataFrame,
    planned: Iterable[Action],
    catalogue: Catalogue,
) -> Markdown:
    """What is recorded to come on a product, a line each: nothing that nobody recorded.

    Parameters
    ----------
    product
        Its id.
    waiting
        Estimates of `ideas_waiting` of the product.
    asked
        Estimates of its surveys by quarter: that of a yearly one is expected a year after the last.
    planned
        The actions that teams have recorded for later.
    """
    lines = [
        markdown("- **{}** (prévu le {}).", action.title, french.day_label(action.date))
        for action in planned
        if action.product == product
    ]
    for row in _told(waiting, "ideas_waiting"):
        if row["estimate"]:
            known = words.indicator_of("ideas_waiting", catalogue).label
            lines.append(markdown("- {} : {}.", known, french.number(row["estimate"])))
    for device, own in asked[asked["estimate"].notna()].groupby("device", sort=False):
        survey = catalogue.devices.get(str(device))
        if survey and survey.frequency == "yearly":
            following = Quarter.parse(max(own["period"])) + 4
            when = french.when(str(following))
            lines.append(markdown("- **{}** : la prochaine est attendue {}.", survey.label, when))
    return joined(lines, "\n")


def _told(frame: pd.DataFrame, indicator: str) -> list[dict[str, Any]]:
    """The published estimates of an indicator, the highest first."""
    rows = published(frame, indicator).sort_values("estimate", ascending=False, kind="stable")
    return estimates.records(rows)


def _shares(frame: pd.DataFrame, indicator: str, catalogue: Catalogue) -> list[str]:
    """The highest shares of a whole, each with what it is of."""
    return [
        f"{_quoted(row['group_value'])}, {value_of(row, catalogue)}"
        for row in _told(frame, indicator)
    ]


def _quoted(words_: str) -> str:
    """Words between guillemets; what follows them in brackets stays outside."""
    named, mark, rest = words_.partition(" (")
    return f"« {named} »{mark}{rest}"


def listening(now: pd.DataFrame, catalogue: Catalogue, heard_by: Sequence[str]) -> Output:
    """List the devices that listen to a product's users: who runs them, how often they speak.

    Parameters
    ----------
    now
        The estimates of the product's page.
    heard_by
        Ids of its devices, as `devices.estimates.listeners` gives them.
    """
    lines = []
    for device in (catalogue.devices[name] for name in heard_by):
        owner = catalogue.departments[device.owner].label
        channel = CHANNEL_LABELS[device.channel].lower()
        often = phrases.OFTEN[device.frequency]
        phrase = f"{channel}, {often} ({owner})."
        lines.append(markdown("- **{}** : {}", device.label, phrase))
    silent = "Aucun dispositif du catalogue n'écoute les usagers de ce produit."
    return text(joined(lines, "\n") or silent).carrying([now], catalogue)


def _audience(now: pd.DataFrame, catalogue: Catalogue, when: str) -> list[str]:
    indicator = words.indicator_of("visits", catalogue)
    changes = published(now, "visits_yoy")
    counts, rest = [], []
    for row in phrases.by_channel(now[now["indicator"] == "visits"]):
        place = phrases.PLACES.get(row["channel"], "")
        if row["status"] != "published":
            rest.append(f"Les visites {place} {_NO_VISITS[row['status']]}.".replace("  ", " "))
            continue
        change = changes[changes["device"] == row["device"]]
        change = change[change["channel"] == row["channel"]]
        on_a_year = f" ({value_of(change.iloc[0], catalogue)} sur un an)" if len(change) else ""
        counts.append(f"{phrases.rounded_count(row, indicator)} {place}".rstrip() + on_a_year)
    return [f"{when}, on compte {french.join(counts)}.", *rest] if counts else rest
