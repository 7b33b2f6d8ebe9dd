"""Findings of polls on social networks: what those who voted chose, and how few they are."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.language import french, wording, words
from observlib.themes.comparison_sentences import and_detectable, undecided
from observlib.themes.sentences import value_of

_TEXTS = wording.load_texts(__file__)


def polls_and_votes(counts: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How many polls closed and how many votes they had (`poll_count`, `poll_votes` by device)."""
    rows = counts[(counts["period"] == period) & (counts["group"] == "")]
    polls = rows[(rows["indicator"] == "poll_count") & (rows["estimate"] > 0)]
    when = words.capital(french.when(period))
    if polls.empty:
        return _TEXTS["no_poll"].format(when=when)
    votes = rows[(rows["indicator"] == "poll_votes") & rows["estimate"].notna()]
    counts, cast, few = [], [], []
    for row in polls.to_dict("records"):
        device = words.label(row, "device", catalogue)
        counts.append(f"{value_of(row, catalogue)} ({device})")
        shown = votes[votes["device"] == row["device"]]
        if len(shown):
            cast.append(f"{value_of(shown.iloc[0], catalogue)} ({device})")
        else:
            few.append(device)
    sentences = [_TEXTS["polls"].format(when=when, polls=words.join_few(counts))]
    if cast:
        sentences.append(_TEXTS["votes"].format(votes=words.join_few(cast)))
    if few:
        sentences.append(_TEXTS["no_votes"].format(devices=french.join(few)))
    return " ".join(sentences)


def leading_option(
    poll: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue, caution: bool = True
) -> str:
    """Which option is ahead in a poll, where chance could not have put it there.

    Of `poll_share`; `compared` is the row of `leading_answer.pairs`; `caution` ends with the
    reservation that those who vote chose themselves.
    """
    if poll.empty:  # `polls_and_votes` says whether there is none, or too few votes
        return ""
    rows = estimates.records(poll.sort_values("estimate", ascending=False, kind="stable"))
    told = {
        "question": french.inner_quotes(rows[0]["group"]),
        "option": french.inner_quotes(rows[0]["group_value"]),
        "share": value_of(rows[0], catalogue),
    }
    if len(rows) == 1:
        text = _TEXTS["only_option"].format(**told)
    else:
        second = rows[1]["group_value"]
        told |= {"other": french.inner_quotes(second), "other_share": value_of(rows[1], catalogue)}
        if (compared["verdict"] == "rise").any():
            text = _TEXTS["leads"].format(**told)
        else:
            unsure = undecided(compared, second, catalogue, _TEXTS["which_option"])
            text = _TEXTS["close"].format(**told, unsure=unsure)
    return f"{text} {_TEXTS['caution']}" if caution else text


def networks(asked: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Where a question asked on several networks is answered otherwise, and what cannot be told.

    Of `poll_share` of one question and period, and pairs of `polls.networks`, the higher share
    first.
    """
    if asked.empty:
        return ""
    indicator = words.indicator_of(asked["indicator"].iat[0], catalogue)
    question = french.inner_quotes(asked["group"].iat[0])
    number = french.number(asked["device"].nunique())
    sentences = [_TEXTS["asked"].format(question=question, networks=number)]
    for option, rows in compared[compared["verdict"] == "rise"].groupby("group_value", sort=False):
        shares = french.join(_apart(row, indicator, catalogue) for row in rows.to_dict("records"))
        named = french.inner_quotes(str(option))
        sentences.append(_TEXTS["apart"].format(option=named, shares=shares))
    apart = len(sentences) > 1
    if alike := list(compared.loc[compared["verdict"] == "stable", "group_value"].unique()):
        named = french.join(map(words.in_quotes, alike))
        sentences.append(_TEXTS["alike"].format(options=named))
    if least := and_detectable(compared, catalogue):
        elsewhere = apart or alike
        sentences.append(_TEXTS["unsure_elsewhere" if elsewhere else "unsure"].format(least=least))
    elif not apart and not alike:
        sentences.append(_TEXTS["too_few"])
    return " ".join(sentences)


def _apart(row: estimates.Row, indicator: Indicator, catalogue: Catalogue) -> str:
    """The shares of both sides of a pair, each with its network."""
    told = {}
    for whose, side in (("", ""), ("other_", estimates.REFERENCE)):
        device = {"device": row[side + "device"]}
        told[f"{whose}network"] = words.label(device, "device", catalogue)
        told[f"{whose}share"] = words.figure(row[side + "estimate"], indicator)
    return _TEXTS["against"].format(**told)


def too_few_votes(shares: pd.DataFrame, period: str) -> str:
    """How many polls of a period had too few votes to be published."""
    rows = shares[(shares["indicator"] == "poll_votes") & (shares["period"] == period)]
    count = int((rows["status"] == "suppressed").sum())
    if count < 2:
        return _TEXTS["withheld"] if count else ""
    return _TEXTS["several_withheld"].format(count=french.number(count))
