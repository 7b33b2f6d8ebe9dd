"""Findings of polls on social networks: what those who voted chose, and how few they are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.comparison.sentences import and_detectable, undecided
from observlib.display import french, phrases, words
from observlib.estimates import REFERENCE
from observlib.sentences import value_of

_CAUTION = "Ceux qui votent se sont choisis : ces parts ne valent que pour eux."


def polls_and_votes(counts: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How many polls closed in a period and how many votes they had, by device.

    Parameters
    ----------
    counts
        Estimates of `poll_count` and `poll_votes` by device.
    """
    rows = counts[(counts["period"] == period) & (counts["group"] == "")]
    polls = rows[(rows["indicator"] == "poll_count") & (rows["estimate"] > 0)]
    when = phrases.capital(french.when(period))
    if polls.empty:
        return f"{when}, aucun sondage ne s'est clos."
    parts = []
    for row in polls.to_dict("records"):
        votes = rows[(rows["indicator"] == "poll_votes") & (rows["device"] == row["device"])]
        shown = votes[votes["estimate"].notna()]
        cast = "avec trop peu de votes pour les publier"
        if len(shown):
            cast = f"dont les résultats publiés réunissent {value_of(shown.iloc[0], catalogue)}"
        count = value_of(row, catalogue)
        parts.append(f"{count}, {cast} ({words.label(row, 'device', catalogue)})")
    return f"{when}, on compte {words.SEMICOLON.join(parts)}."


def leading_option(
    poll: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue, caution: bool = True
) -> str:
    """Which option is ahead in a poll, where chance could not have put it there.

    Parameters
    ----------
    poll
        Estimates of `poll_share`, the options of one poll.
    compared
        The row of `leading_answer.pairs`, with the results of its whole family.
    caution
        End with the reservation that those who vote chose themselves.
    """
    if poll.empty:  # `polls_and_votes` says whether there is none, or too few votes
        return ""
    rows = estimates.records(poll.sort_values("estimate", ascending=False, kind="stable"))
    text = words.sentence(rows[0], catalogue)
    sentence = f"À la question « {rows[0]['group']} », « {rows[0]['group_value']} » obtient {text}"
    if len(rows) > 1:
        second, share = rows[1]["group_value"], value_of(rows[1], catalogue)
        if (compared["verdict"] == "rise").any():
            sentence += f", devant « {second} » ({share})"
        else:
            unsure = undecided(compared, second, catalogue, "laquelle des deux l'emporte")
            sentence += f" et « {second} » {share}{unsure}"
    return f"{sentence}. {_CAUTION}" if caution else f"{sentence}."


def networks(asked: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Where a question asked on several networks is answered otherwise, and what cannot be told.

    Parameters
    ----------
    asked
        Estimates of `poll_share` of one question and period, by several devices.
    compared
        Pairs of `polls.networks`, with the results of their whole family: the higher share is
        first, so that none falls.
    """
    if asked.empty:
        return ""
    indicator = words.indicator_of(asked["indicator"].iat[0], catalogue)
    many = f"{french.number(asked['device'].nunique())}{french.NBSP}réseaux"
    start = f"La question « {asked['group'].iat[0]} » a été posée sur {many}"
    clauses = []
    for option, rows in compared[compared["verdict"] == "rise"].groupby("group_value", sort=False):
        parts = [
            " contre ".join(_on(row, side, indicator, catalogue) for side in ("", REFERENCE))
            for row in rows.to_dict("records")
        ]
        clauses.append(f"« {option} » y obtient {french.join(parts)}")
    sentences = [f"{start} : {words.SEMICOLON.join(clauses)}." if clauses else f"{start}."]
    if alike := list(compared.loc[compared["verdict"] == "stable", "group_value"].unique()):
        named = french.join(f"« {name} »" for name in alike)
        sentences.append(f"L'écart est trop petit pour compter pour {named}.")
    if least := and_detectable(compared, catalogue):
        some = "Ailleurs, on ne peut pas conclure"
        none = "On ne peut pas dire si les réponses y diffèrent"
        sentences.append(f"{some if clauses or alike else none}{least}.")
    elif not clauses and not alike:
        sentences.append("Trop peu de votes permettent d'y comparer les réponses.")
    return " ".join(sentences)


def _on(row: dict[Any, Any], side: str, indicator: Indicator, catalogue: Catalogue) -> str:
    """The share of one side of a pair, and its network."""
    network = words.label({"device": row[side + "device"]}, "device", catalogue)
    return f"{words.figure(row[side + 'estimate'], indicator)} ({network})"


def withheld(shares: pd.DataFrame, period: str) -> str:
    """How many polls of a period had too few votes to be published."""
    rows = shares[(shares["indicator"] == "poll_votes") & (shares["period"] == period)]
    count = int((rows["status"] == "suppressed").sum())
    if not count:
        return ""
    many = french.count(count, "sondage a reçu", "sondages ont reçu")
    return f"{many} moins de onze votes{words.SEMICOLON}le résultat n'en est pas publié."
