"""The demonstration's models, drawn again: rows of tidy tables, without an export between.

Each function gives the rows of one device in the order of its table's columns, under the name
that the caller gives the device, and takes its chance from the caller: with that of the
demonstration it gives what the loaders read in the exports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import contract, tables
from tools.demo import (
    calls,
    experiences,
    peers,
    polls,
    questions,
    subscriptions,
    tickets,
    user_tests,
    workshops,
)
from tools.demo import satisfaction as ratings
from tools.demo import surveys as surveys
from tools.demo.chance import between

Rows = Iterator[tuple[Any, ...]]
_CHANNEL = "web"  # coverage asks for no channel


def table(name: str, rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """A tidy table with its `source`, of rows in the order of its columns, but for their `area`.

    Examples
    --------
    >>> rows = rated("d", "jdma-vie-publique", Quarter("2026-T3"), Random(1))
    >>> table("ratings", rows)["question"].iloc[0]
    'satisfaction'
    """
    told = tables.TABLES[name].columns
    drawn = [one for one in told if not (one == "area" and told[one].later)]
    frame = pd.DataFrame(list(rows), columns=drawn).reindex(columns=list(told))
    return contract.coerce(frame, name).assign(source="")


def rated(name: str, device: str, quarter: Quarter, source: Random) -> Rows:
    """`ratings`: a quarter of a rating device."""
    product = ratings.RATED[device].product
    for answer in ratings.drawn(device, quarter, source):
        for question in ratings.questions(device):
            if question not in answer:
                continue
            low, high = (1, 5) if device == "satisfaction-3939" else (0, 10)
            value = low + ratings.scale(device, question)[answer[question]] * (high - low) / 10
            told = (answer["number"], answer["moment"][:10], question, value, low, high)
            yield (name, product, _CHANNEL, *told)


def surveyed(name: str, device: str, quarter: Quarter, source: Random, ties: Random) -> Rows:
    """`responses`: a quarter of a site survey, its chosen answers alone."""
    survey = questions.SURVEYS[device]
    scales = {asked.code: _scale(asked) for asked in survey.questions}
    meant = {asked.code: _meant(asked) for asked in survey.questions}
    rest = (None,)  # no weight of its own
    for response in surveys.drawn(survey, quarter, source, ties):
        about = (name, survey.product, _CHANNEL, f"{quarter}-{response['id']}")
        head = (*about, response["begun"][:10], response["finished"])
        yield (*head, "response", None, None, None, None, *rest)
        for asked in survey.questions:
            for code in response["given"].get(asked.code, ()):
                value = meant[asked.code][code]
                if isinstance(value, str):
                    yield (*head, asked.variable, value, None, None, None, *rest)
                elif value is not None:
                    yield (*head, asked.variable, None, value, *scales[asked.code], *rest)


def _scale(asked: questions.Asked) -> tuple[float, float]:
    """The least and the greatest mark of a question; of one without marks, nothing of use."""
    marks = [value for _, _, value, _ in asked.answers if isinstance(value, float)] or [0.0]
    return min(marks), max(marks)


def _meant(asked: questions.Asked) -> dict[str, float | str | None]:
    """What each answer means, by its code, where the greatest mark is the best."""
    turned = sum(_scale(asked)) if asked.code in questions.REVERSED else None
    return {
        code: turned - value if turned is not None and isinstance(value, float) else value
        for code, _, value, _ in asked.answers
    }


def called(name: str, quarter: Quarter, source: Random) -> Rows:
    """`calls`: a quarter of the log of calls."""
    for number, call in enumerate(calls.drawn(quarter, source)):
        outcome = "abandoned" if call.talk is None else "answered"
        start = pd.Timestamp(call.day) + pd.Timedelta(minutes=call.minute)
        head = (name, "allo-service-public", "phone", f"{quarter}-{number}", call.day, start)
        yield (*head, outcome, call.wait, call.talk, call.theme)


def written(name: str, device: str, quarter: Quarter, source: Random) -> Rows:
    """`tickets`: a quarter of a desk, as it stood on the day of the export."""
    product, seen = tickets.DESKS[device].product, tickets.EXTRACTED
    for number, ticket in enumerate(tickets.drawn(device, quarter, source)):
        answered = ticket.answered if ticket.answered <= seen else None
        closed = ticket.closed if ticket.closed <= seen else None
        again = ticket.reopened and closed is not None
        head = (name, product, "mail", f"{quarter}-{number}", ticket.received.date())
        yield (*head, ticket.received, answered, closed, seen, again, ticket.theme, None)


def voted(name: str, device: str, rank: int, quarter: Quarter, source: Random) -> Rows:
    """`polls`: one of a device's polls, by its rank from 1."""
    poll = polls.POLLS[device][rank - 1]
    votes = polls.drawn(poll, source)
    head = (name, poll.product, "social", f"{quarter}-{rank}", quarter.start, device)
    for position, (option, count) in enumerate(zip(poll.options, votes, strict=True), 1):
        yield (*head, poll.question, position, option, count, None)


def tested(name: str, device: str, quarter: Quarter, source: Random) -> Rows:
    """`user_tests`: a campaign, or the scale alone."""
    session = quarter
    if device not in user_tests.CAMPAIGNS:
        for number, answers in enumerate(user_tests.scales(source)):
            head = (name, "vie-publique", _CHANNEL, quarter.start, session, f"{session}-{number}")
            yield from _items(head, answers)
        return
    campaign = user_tests.CAMPAIGNS[device]
    for number, person in enumerate(user_tests.drawn(campaign, quarter, source)):
        head = (name, campaign.product, _CHANNEL, person["day"], session, f"{session}-{number}")
        for task, (won, time, errors) in zip(campaign.tasks, person["tasks"], strict=True):
            for measure, value in (("success", won), ("time", time), ("errors", errors)):
                yield (*head, task, measure, None, float(value))
        yield from _items(head, person["sus"])
        for problem in person["met"]:
            place, severity, _ = campaign.problems[problem]
            yield (*head, list(campaign.tasks)[place], "problem", problem, float(severity))


def _items(head: tuple[Any, ...], answers: Sequence[int]) -> Rows:
    for item, answer in enumerate(answers, 1):
        yield (*head, None, f"sus_{item}", None, float(answer))


def thought(name: str, product: str, quarter: Quarter, source: Random) -> Rows:
    """`workshops`: the ideas of a product's workshop, with what became of them."""
    states = {"abandonnée": "dropped", "proposée": "proposed", "décidée": "decided"}
    sheet = workshops.drawn(product, workshops.SERIES[product], quarter, source)
    head = (name, product, "in_person", sheet["date"], f"{quarter}-{product}")
    for idea in sheet["ideas"]:
        state = states.get(idea["state"], "done")
        told = (state, idea.get("decided"), idea.get("done"))
        yield (*head, sheet["title"], sheet["method"], "idea", idea["label"], 1, *told)


def subscribed(name: str, device: str, letter: str, months: Sequence[str], source: Random) -> Rows:
    """`subscriptions`: the cohorts of a list over some months."""
    letters = subscriptions.LETTERS[device]
    own = letters.lists[letter]
    for row in subscriptions.drawn(letters, letter, own, source, months):
        month = pd.Period(row["month"], "M")
        days = (month.start_time, month.end_time.normalize())
        counts = (row["stock"], row["joins"], row["leaves"])
        head = (name, letters.product, "mail", *days, True, letter)
        yield (*head, row["cohort"] or None, *counts)


def felt(name: str, quarter: Quarter, source: Random) -> Rows:
    """`experiences`: the feelings of a quarter, all told on its first day."""
    blank = (None,) * (len(contract.columns("experiences")) - 7)
    for number in range(between(source, *experiences.EXPERIENCES)):
        head = (name, None, _CHANNEL, f"{quarter}-{number}", quarter.start, None)
        yield (*head, experiences.drawn(source), *blank)


def noted(name: str, repetition: str, sources: Iterable[Random]) -> Rows:
    """`figures`: the shares that neighbours publish with their base, subjects told apart."""
    shares = [figure for figure in peers.FIGURES if isinstance(figure[4], int)]
    for figure, source in zip(shares, sources, strict=True):
        who, _, subject, measure, percent, unit, base = figure[:7]
        about = (who, f"{subject}~{repetition}", measure, None)
        days = (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"))
        value = peers.drawn(base, percent, source)
        yield (
            name,
            None,
            _CHANNEL,
            *about,
            *days,
            value,
            unit,
            base,
            *(None,) * 4,
            "",
            *(None,) * 3,
        )
