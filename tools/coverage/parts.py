"""What is drawn again and estimated: one part a study, with what is true of it.

A part draws some repetitions of its devices, asks the published indicators of them as an edition
does, and gives the estimates; its truths are those of the demonstration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import pandas as pd

from observlib.catalogue import Catalogue, contract
from observlib.pipeline import project
from observlib.themes import contacts, experiences, profiles, satisfaction, surveys
from observlib.themes import peers as comparisons
from observlib.themes import polls as votes
from observlib.themes import subscriptions as letters
from observlib.themes import user_tests as usability
from observlib.themes import workshops as ideas
from tools.coverage import changes, draws, methods, months, partners, raked, tasks
from tools.coverage.truth import DEMO, Truths, drawn_again, one, parts
from tools.demo import (
    calendar,
    peers,
    polls,
    questions,
    subscriptions,
    user_tests,
    workshops,
)
from tools.demo import calls as phone
from tools.demo import experiences as told
from tools.demo import satisfaction as ratings
from tools.demo import tickets as desks
from tools.demo.chance import stream

LAST = calendar.LAST
WAVES = LAST - 1  # the last quarter in which every survey listens
Estimates = Iterator[pd.DataFrame]


@dataclass(frozen=True)
class Part:
    """What gives estimates of some repetitions from a seed, what is true, and how often it runs."""

    estimate: Callable[[int, Sequence[int]], Estimates]
    truths: Callable[[], Truths]
    repetitions: int


def chance(seed: int, *names: object) -> Random:
    """A source of chance that no export of the demonstration is drawn from."""
    return stream(seed, "coverage", *map(str, names))


@cache
def _catalogue() -> Catalogue:
    return project.catalogue(DEMO)


# --- Ratings and told experiences -----------------------------------------------------------
def _ratings(seed: int, repetitions: Sequence[int]) -> Estimates:
    for device in ratings.RATED:
        rows = (
            row
            for i in repetitions
            for row in draws.rated(drawn_again(device, i), device, LAST, chance(seed, device, i))
        )
        yield satisfaction.quarterly_marks(draws.table("ratings", rows), [LAST])


def _true_ratings() -> Truths:
    found: Truths = {}
    for device in ratings.RATED:
        for indicator, value in changes.rated(device, LAST).items():
            found[indicator, device, ""] = one(value)
    return found


def _experiences(seed: int, repetitions: Sequence[int]) -> Estimates:
    rows = (
        row
        for i in repetitions
        for quarter in LAST.back(4)
        for row in draws.felt(drawn_again("sp-plus", i), quarter, chance(seed, "felt", quarter, i))
    )
    yield experiences.estimate_feelings(draws.table("experiences", rows), _catalogue(), LAST)


def _true_experiences() -> Truths:
    labels = experiences.FEELING_LABELS
    shares = {labels[feeling]: float(share) for feeling, share in told.FEELINGS.items()}
    return {("feeling_share", "sp-plus", "feeling"): parts(shares)}


# --- Site surveys and profiles --------------------------------------------------------------
def _responses(seed: int, repetitions: Sequence[int], device: str, quarters: int) -> pd.DataFrame:
    listens = questions.SURVEYS[device].only_quarter
    rows = (
        row
        for i in repetitions
        for quarter in WAVES.back(quarters)
        if listens in (None, quarter.number)
        for row in draws.surveyed(
            drawn_again(device, i),
            device,
            quarter,
            chance(seed, device, quarter, i),
            chance(seed, device, "ties", quarter, i),
        )
    )
    return draws.table("responses", rows)


def _surveys(seed: int, repetitions: Sequence[int]) -> Estimates:
    for device in questions.SURVEYS:
        yield surveys.quarterly_measures(
            _responses(seed, repetitions, device, 1), _catalogue(), [WAVES]
        )


def _true_surveys() -> Truths:
    return {
        (indicator, device, ""): one(value)
        for device, survey in questions.SURVEYS.items()
        for asked in survey.questions
        for indicator, value in questions.truths_of(asked).items()
    }


def _profiles(seed: int, repetitions: Sequence[int]) -> Estimates:
    margins, year = project.reference("margins"), WAVES.back(4)
    for device in questions.SURVEYS:
        responses = _responses(seed, repetitions, device, 4)
        yield surveys.estimate_reasons(responses, _catalogue(), year)
        yield profiles.category_shares(responses, _catalogue(), year)
        yield profiles.representation(responses, margins, _catalogue(), year)
        yield surveys.driver_effects(responses, _catalogue(), year)


def _true_profiles() -> Truths:
    margins = project.reference("margins")
    found: Truths = {}
    for device, survey in questions.SURVEYS.items():
        known = questions.drivers_of(survey)  # whatever else is asked has no effect
        found["driver_effect", device, "driver"] = parts(
            {label: known.get(name, 0.0) for name, label in surveys.LABELS.items()}
        )
        for asked in survey.questions:
            shares = questions.shares_of(asked)
            if asked.several:  # of whom several may be ticked, so that shares do not add up
                found["reason_share", device, asked.variable] = parts(shares)
                continue
            found["profile_share", device, asked.variable] = parts(shares)
            people = margins[margins["variable"] == asked.variable].set_index("category")["people"]
            found["representation", device, asked.variable] = {
                str(name): (shares[str(name)], 100 * count / people.sum())
                for name, count in people.items()
            }
    return found


# --- Calls, e-mails and forms ---------------------------------------------------------------
def _calls(seed: int, repetitions: Sequence[int]) -> Estimates:
    device = phone.LOGGED
    rows = (
        row
        for i in repetitions
        for row in draws.called(drawn_again(device, i), LAST, chance(seed, device, i))
    )
    logged = draws.table("calls", rows)
    yield contacts.quarterly_calls(
        logged, contract.empty("call_intervals").assign(source=""), [LAST]
    )
    yield contacts.theme_shares(logged, "call", [LAST])
    yield partners.routed(logged, "call")
    yield tasks.waited(logged)


def _true_calls() -> Truths:
    themes = {name: float(share) for name, share in phone.THEMES.items()}
    return {
        ("wait_median", phone.LOGGED, ""): one(phone.wait_quantile(50)),
        ("wait_p90", phone.LOGGED, ""): one(phone.wait_quantile(90)),
        ("call_theme_share", phone.LOGGED, "theme"): parts(themes),
        **partners.truths("partner_call_share", phone.LOGGED, themes),
        **tasks.true_waits(),
    }


def _tickets(seed: int, repetitions: Sequence[int]) -> Estimates:
    for device, desk in desks.DESKS.items():
        names = {i: drawn_again(device, i) for i in repetitions}
        rows = (
            row
            for i in repetitions
            for row in draws.written(names[i], device, LAST, chance(seed, device, i))
        )
        received = draws.table("tickets", rows)
        yield contacts.quarterly_tickets(
            received, [LAST], dict.fromkeys(names.values(), desk.promise)
        )
        yield contacts.answers_in_time(received, LAST)
        yield contacts.theme_shares(received, "ticket", [LAST])
        yield partners.routed(received, "ticket")


def _true_tickets() -> Truths:
    found: Truths = {}
    for device, desk in desks.DESKS.items():
        promise = 100 * desks.answered_within(device, 24 * desk.promise)
        within = {str(d): 100 * desks.answered_within(device, 24 * d) for d in range(1, 21)}
        themes = {name: float(share) for name, share in desk.themes.items()}
        found |= {
            ("first_answer_median", device, ""): one(desks.delay_quantile(device, 50)),
            ("first_answer_p90", device, ""): one(desks.delay_quantile(device, 90)),
            ("answered_in_promise", device, ""): one(promise),
            ("reopened_share", device, ""): one(float(desks.REOPENED)),
            ("answered_within", device, "days"): parts(within),
            ("ticket_theme_share", device, "theme"): parts(themes),
            **partners.truths("partner_ticket_share", device, themes),
        }
    return found


# --- Polls, user tests and workshops ---------------------------------------------------------
def _polls(seed: int, repetitions: Sequence[int]) -> Estimates:
    for device, asked in polls.POLLS.items():
        rows = (
            row
            for i in repetitions
            for rank in range(1, len(asked) + 1)
            for row in draws.voted(
                drawn_again(device, i), device, rank, LAST, chance(seed, device, rank, i)
            )
        )
        yield votes.results(draws.table("polls", rows), [LAST])


def _true_polls() -> Truths:
    return {
        ("poll_share", device, poll.question): parts(poll.options)
        for device, asked in polls.POLLS.items()
        for poll in asked
    }


def _tests(seed: int, repetitions: Sequence[int]) -> Estimates:
    for device in user_tests.DEVICES:
        # the campaigns of one team are too small for anything but a year
        small = device == "tests-legifrance"
        quarters = [LAST - 2, LAST] if small else [LAST]
        rows = (
            row
            for i in repetitions
            for quarter in quarters
            for row in draws.tested(
                drawn_again(device, i), device, quarter, chance(seed, device, quarter, i)
            )
        )
        tested = draws.table("user_tests", rows)
        period = LAST.back(4) if small else quarters
        yield (usability.pooled_tests if small else usability.quarterly_tests)(tested, period)
        yield tasks.blocked(tested, period)


def _true_tests() -> Truths:
    found: Truths = {("sus_mean", "sus-vie-publique", ""): one(user_tests.sus_mean())}
    found |= tasks.true_failures()
    for device, campaign in user_tests.CAMPAIGNS.items():
        success = {task: float(percent) for task, (percent, _) in campaign.tasks.items()}
        times = {task: float(seconds) for task, (_, seconds) in campaign.tasks.items()}
        problems = {
            f"{name} ({usability.SEVERITIES[severity]})": float(percent)
            for name, (_, severity, percent) in campaign.problems.items()
        }
        found |= {
            ("sus_mean", device, ""): one(user_tests.sus_mean()),
            ("task_success", device, ""): one(sum(success.values()) / len(success)),
            ("task_success", device, "task"): parts(success),
            ("task_time", device, "task"): parts(times),
            ("problem_share", device, "problem"): parts(problems),
        }
    return found


def _ideas(seed: int, repetitions: Sequence[int]) -> Estimates:
    (device,) = workshops.DEVICES
    years = LAST.back(8)
    for i in repetitions:
        rows = (
            row
            for product, series in workshops.SERIES.items()
            for quarter in years
            if quarter.number in series.quarters
            for row in draws.thought(
                drawn_again(device, i), product, quarter, chance(seed, product, quarter, i)
            )
        )
        yield ideas.delays(draws.table("workshops", rows), years)


def _true_ideas() -> Truths:
    (device,) = workshops.DEVICES
    first, last = workshops.DELAY
    done = {
        str(day): 100 * min(1.0, max(0, day - first + 1) / (last - first + 1))
        for day in range(1000)
    }
    return {
        ("idea_delay", device, ""): one((first + last) / 2),
        ("idea_done_by", device, "days"): parts(done),
    }


# --- Subscriptions, neighbours --------------------------------------------------------------
def _subscriptions(seed: int, repetitions: Sequence[int]) -> Estimates:
    end = pd.Period(LAST.months[2], "M")
    months = [str(end - age) for age in reversed(range(subscriptions.CURVE_MONTHS))]
    for device in _with_cohorts():
        rows = (
            row
            for i in repetitions
            for name in subscriptions.LETTERS[device].lists
            for row in draws.subscribed(
                drawn_again(device, i), device, name, months, chance(seed, device, name, i)
            )
        )
        table = draws.table("subscriptions", rows)
        yield letters.estimate_survival(table, LAST)
        yield letters.estimate_retention(table, [LAST])


def _with_cohorts() -> list[str]:
    return [device for device, own in subscriptions.LETTERS.items() if own.cohorts]


def _true_subscriptions() -> Truths:
    found: Truths = {}
    for device in _with_cohorts():
        curve = {
            str(point["months"]): 100 * point["true_share"]
            for point in subscriptions.true_curve(device)
        }
        found["subscription_survival", device, "months"] = parts(curve)
        found["subscription_retention", device, ""] = one(curve["12"])
    return found


def _figures(seed: int, repetitions: Sequence[int]) -> Estimates:
    rows = (
        row
        for i in repetitions
        for row in draws.noted(
            drawn_again("published-figures", i),
            str(i),
            (chance(seed, "figures", place, i) for place in range(len(_shares()))),
        )
    )
    named = comparisons.known(draws.table("figures", rows), _catalogue(), LAST)
    yield comparisons.published_figures(named)


def _shares() -> list[tuple[str, float]]:
    """The measure and subject, and the true share, of what neighbours publish with its base."""
    return [
        (f"{figure[3]}, {figure[2]}", float(figure[4]))
        for figure in peers.FIGURES
        if isinstance(figure[4], int)
    ]


def _true_figures() -> Truths:
    key = ("published_figure", "published-figures", comparisons.FIGURE_GROUP)
    return {key: parts(dict(_shares()))}


PARTS = {
    "ratings": Part(_ratings, _true_ratings, 2000),
    "experiences": Part(_experiences, _true_experiences, 2000),
    "surveys": Part(_surveys, _true_surveys, 2000),
    "profiles": Part(_profiles, _true_profiles, 1000),
    "calls": Part(_calls, _true_calls, 2000),
    "tickets": Part(_tickets, _true_tickets, 2000),
    "tasks": Part(tasks.estimate, tasks.true_values, 400),
    "texts": Part(partners.written, partners.true_texts, 2000),
    "polls": Part(_polls, _true_polls, 2000),
    "user tests": Part(_tests, _true_tests, 2000),
    "workshops": Part(_ideas, _true_ideas, 2000),
    "subscriptions": Part(_subscriptions, _true_subscriptions, 1000),
    "neighbours": Part(_figures, _true_figures, 2000),
    "changes": Part(changes.estimate, changes.true_values, 1000),
    "months": Part(months.paced, months.true_paces, 1000),
    "actions": Part(months.acted, months.true_effects, 1000),
    "methods": Part(methods.estimate, methods.true_values, 2000),
    "raked": Part(raked.estimate, raked.true_values, 2000),
}
