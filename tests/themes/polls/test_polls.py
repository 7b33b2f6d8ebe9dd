"""Polls: shares, votes, followers and what is said; few votes cannot be had by subtraction."""

from typing import Any

import pandas as pd
import pytest
from tests import said

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.indicators import pairs
from observlib.themes import polls, templates

say = templates.narrative("polls")
LAST = Quarter("2026-T3")


def table(
    *rows: tuple[str, str, str, str, list[int]], followers: int | None = 1000
) -> pd.DataFrame:
    """Polls of two options or more: name, day, device, question, votes."""
    made = [
        {
            "device": device, "product": "legifrance", "channel": "social", "poll_id": name,
            "date": pd.Timestamp(day), "network": "Réseau", "question": question,
            "position": position, "option": f"option {position}", "votes": count,
            "followers": followers,
        }
        for name, day, device, question, votes in rows
        for position, count in enumerate(votes, 1)
    ]  # fmt: skip
    frame = pd.DataFrame(made, columns=contract.columns("polls"))
    return contract.coerce(frame, "polls").assign(source="d@1")


def test_a_poll_without_a_vote_is_missing_and_unknown_followers_give_no_share():
    found = polls.results(table(("a", "2026-07-02", "d", "Q ?", [0, 0]), followers=None), [LAST])
    assert set(found["status"]) == {"missing"}
    found = polls.results(table(("a", "2026-07-02", "d", "Q ?", [9, 9]), followers=None), [LAST])
    assert "poll_turnout" not in set(found["indicator"])
    found = polls.results(table(("a", "2026-07-02", "d", "Q ?", [8, 2, 10])), [LAST])
    assert found.set_index("indicator")["estimate"]["poll_turnout"] == 2


def test_a_question_asked_twice_in_a_quarter_is_told_apart():
    frame = table(("a", "2026-07-02", "d", "Q ?", [9, 9]), ("b", "2026-08-02", "d", "Q ?", [9, 9]))
    found = polls.results(frame, [LAST])
    shares = found[found["indicator"] == "poll_share"]
    assert not shares.duplicated(["device", "period", "group", "group_value"]).any()
    assert "Q ? (02/07/2026, a)" in set(shares["group"])


def test_the_lead_is_the_poll_of_most_votes_and_its_history_goes_back():
    frame = table(
        ("a", "2026-04-02", "d", "Q ?", [30, 30]),
        ("b", "2026-07-02", "d", "Q ?", [40, 30]),
        ("c", "2026-07-03", "d", "R ?", [20, 20]),
    )
    found = polls.results(frame, LAST.back(2))
    now = found[found["period"] == LAST]
    lead = polls.most_voted(now)
    assert set(lead["group"]) == {"Q ?"} and set(lead["device"]) == {"d"} and len(lead) == 2
    assert polls.history(found, lead)["period"].tolist() == ["2026-T2"] * 2 + ["2026-T3"] * 2


def test_the_votes_of_a_poll_of_ten_are_in_no_total_and_those_of_eleven_are():
    for few, total in (([4, 5], 40), ([5, 5], 40), ([5, 6], 51)):
        frame = table(("a", "2026-07-02", "d", "Q ?", [20, 20]), ("b", "2026-07-03", "d", "R", few))
        found = polls.results(frame, [LAST])
        withheld = set(found.loc[found["group"] == "R", "status"]) == {"suppressed"}
        assert withheld is (sum(few) < 11)
        counts = polls.votes_by_quarter(frame, [LAST]).set_index("indicator")["estimate"]
        assert counts.to_dict() == {"poll_count": 2, "poll_votes": total}


BASE = {"device": "sondages-reseau-pro", "channel": "social", "period": "2026-T3", "group": "Q ?"}


def share(option: str, value: float, half: float, **more: Any) -> dict[str, Any]:
    row = {**BASE, "indicator": "poll_share", "unit": "%", "group_value": option, "n": 100}
    return {**row, "estimate": value, "ci_low": value - half, "ci_high": value + half, **more}


def on_two(first: dict[str, float], second: dict[str, float], n: int) -> pd.DataFrame:
    """A question's shares on two networks."""
    devices = zip(["sondages-reseau-pro", "sondages-reseau-federe"], [first, second], strict=True)
    return estimates.make(
        share(option, value, 5, device=device, n=n, n_eff=n)
        for device, options in devices
        for option, value in options.items()
    )


def networks(frame: pd.DataFrame) -> Any:
    return lambda c: say.networks(frame, pairs.tested(c, polls.pair_networks(frame)), c)


@pytest.mark.parametrize(("number", "device", "found"), [
    (6, "sondages-reseau-federe", 12), (7, "sondages-reseau-federe", 0),
    (6, "sondages-reseau-pro", 0),
])  # fmt: skip
def test_a_question_of_several_networks_has_six_options_and_votes_on_two(number, device, found):
    options = {f"R{i}": 100 / number for i in range(number)}
    asked = on_two(options, options, 100)
    asked["device"] = asked["device"].replace("sondages-reseau-federe", device)
    assert len(polls.asked_on_several_networks(asked)) == found
    more = asked.assign(group="Q2", n=101)
    best = polls.asked_on_several_networks(pd.concat([asked, more, asked.assign(group="Q3")]))
    assert set(best["group"]) == ({"Q2"} if found else set())
    assert set(polls.most_voted(pd.concat([asked, more]))["group"]) == {"Q2"}


NEAR = estimates.make([share("Oui", 48, 1), share("Non", 52, 1)])
THIN = on_two({"Oui": 30, "Non": 70}, {"Oui": 90, "Non": 10}, 20).assign(status="low_base")
COUNT = {**BASE, "group": "", "indicator": "poll_count", "unit": "sondages", "estimate": 2}
VOTES = {**BASE, "group": "", "indicator": "poll_votes", "unit": "votes", "estimate": 90, "n": 90}
SMALL = {**BASE, "indicator": "poll_votes", "unit": "votes", "status": "suppressed"}
CASES: said.Cases = {
    "intervals apart, and no test says so": lambda c: say.leading_option(
        NEAR, pairs.tested(c, pairs.leading_answer(NEAR)), c, caution=False),
    # alone, a difference of 12 points might be told
    "networks that may not differ": networks(
        on_two({"Oui": 30, "Non": 70}, {"Oui": 42, "Non": 58}, 100)),
    "networks that differ": networks(
        on_two({"Oui": 20, "Non": 66, "Peu": 14}, {"Oui": 50, "Non": 38, "Peu": 12}, 120)),
    "networks alike": networks(
        on_two({"Oui": 30, "Non": 70}, {"Oui": 30.2, "Non": 69.8}, 9000)),
    "networks of few votes": networks(THIN),
    "counts": lambda c: [
        say.polls_and_votes(estimates.make(rows), c, period)
        for rows, period in (
            ([COUNT, VOTES], "2026-T3"), ([COUNT], "2026-T3"), ([COUNT], "2026-T2"))],
    "withheld": lambda _: [
        say.too_few_votes(estimates.make({**SMALL, "group_value": x} for x in names), period)
        for names, period in (("R", "2026-T3"), ("RS", "2026-T3"), ("R", "2026-T2"))],
}  # fmt: skip
test_what_is_said_of_polls = said.test("polls", CASES)
