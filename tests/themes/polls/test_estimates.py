"""Polls: shares, votes and followers; a poll of few votes cannot be had by subtraction."""

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import polls

LAST = Quarter(2026, 3)


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


def test_shares_have_wilson_s_interval_and_the_votes_as_base():
    found = polls.results(table(("a", "2026-07-02", "d", "Q ?", [8, 2, 10])), [LAST])
    shares = found[found["indicator"] == "poll_share"]
    assert shares["group_value"].tolist() == ["option 1", "option 2", "option 3"]
    assert shares["estimate"].tolist() == [40, 10, 50]
    assert set(shares["n"]) == {20} and set(shares["group"]) == {"Q ?"}
    # Wilson's interval of 8 in 20, from statsmodels: 0.2188, 0.6134
    assert shares[["ci_low", "ci_high"]].iloc[0].tolist() == pytest.approx([21.88, 61.34], abs=0.01)
    one = found.set_index("indicator")["estimate"]
    assert one["poll_votes"] == 20 and one["poll_turnout"] == 2


def test_a_poll_without_a_vote_is_missing_and_unknown_followers_give_no_share():
    found = polls.results(table(("a", "2026-07-02", "d", "Q ?", [0, 0]), followers=None), [LAST])
    assert set(found["status"]) == {"missing"}
    found = polls.results(table(("a", "2026-07-02", "d", "Q ?", [9, 9]), followers=None), [LAST])
    assert "poll_turnout" not in set(found["indicator"])


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
        ("e", "2026-07-03", "e", "Q ?", [20, 20]),
    )
    found = polls.results(frame, LAST.back(2))
    now = found[found["period"] == str(LAST)]
    lead = polls.most_voted(now)
    assert set(lead["group"]) == {"Q ?"} and set(lead["device"]) == {"d"} and len(lead) == 2
    assert polls.history(found, lead)["period"].tolist() == ["2026-T2"] * 2 + ["2026-T3"] * 2
    asked = polls.asked_on_several_networks(now)
    assert set(asked["device"]) == {"d", "e"} and set(asked["group"]) == {"Q ?"}
    assert polls.asked_on_several_networks(now, options=1).empty


def test_nothing_asked_gives_nothing():
    empty = contract.empty("polls").assign(source="")
    found = polls.results(empty, [LAST])
    assert found.empty and polls.votes_by_quarter(empty, [LAST]).empty
    assert polls.most_voted(found).empty and polls.asked_on_several_networks(found).empty
    assert polls.history(found, polls.most_voted(found)).empty


def test_each_option_is_paired_between_networks_the_higher_first():
    row = {"indicator": "poll_share", "unit": "%", "period": "2026-T3", "group": "Q ?", "n": 90}
    asked = estimates.make(
        {**row, "device": device, "group_value": option, "estimate": value}
        for device, values in (("a", (30, 70)), ("b", (40, 60)))
        for option, value in zip(("Oui", "Non"), values, strict=True)
    )
    pairs = polls.networks(asked)
    sides = ["group_value", "device", "reference_device"]
    assert pairs[sides].values.tolist() == [["Oui", "b", "a"], ["Non", "a", "b"]]
    assert set(pairs["group_value"] == pairs["reference_group_value"]) == {True}
    assert polls.networks(asked.head(0)).empty


def test_the_votes_of_a_poll_of_ten_are_in_no_total_and_those_of_eleven_are():
    for few, total in (([4, 5], 40), ([5, 5], 40), ([5, 6], 51)):
        frame = table(("a", "2026-07-02", "d", "Q ?", [20, 20]), ("b", "2026-07-03", "d", "R", few))
        found = polls.results(frame, [LAST])
        withheld = set(found.loc[found["group"] == "R", "status"]) == {"suppressed"}
        assert withheld is (sum(few) < 11)
        counts = polls.votes_by_quarter(frame, [LAST]).set_index("indicator")["estimate"]
        assert counts.to_dict() == {"poll_count": 2, "poll_votes": total}
