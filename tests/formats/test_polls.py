"""Polls as networks export them: only those that have closed, and never a share of another base."""

from pathlib import Path
from typing import Any

import pytest

from observlib.base.errors import ObservError

DEVICE, FILE = "sondages-reseau-federe", "statuts.json"
EXPECTED = Path(__file__).parent / "expected"


def status(**poll: Any) -> dict[str, Any]:
    """A status with a poll that has closed, some of whose keys are others."""
    url = poll.pop("url", "https://social.example/@service/1")
    content = poll.pop("content", "<p>Lisez-vous la lettre&nbsp;?</p>")
    votes = poll.pop("votes", (30, 12))
    options = [
        {"title": title, "votes_count": count}
        for title, count in zip(("Oui", "Non"), votes, strict=True)
    ]
    whole = {
        "id": "7", "expires_at": "2026-03-31T21:30:00.000Z", "expired": True, "multiple": False,
        "votes_count": 42, "voters_count": None, "options": options,
    }  # fmt: skip
    account = {"acct": "zoe.martin", "display_name": "Zoé Martin", "followers_count": 900}
    return {"id": "1", "url": url, "content": content, "account": account, "poll": whole | poll}


def test_the_sample_is_read_to_the_row_and_an_open_poll_counts_nothing(read, shared_data):
    found = read(shared_data / "formats" / "mastodon" / "statuses-closed.json")
    wanted = (EXPECTED / "mastodon.csv").read_text(encoding="utf-8")
    header = wanted.split("\n")[0].split(",")
    assert found.rows.to_csv(columns=header, index=False) == wanted and found.rejects.empty
    told = " ".join(found.notices)
    assert "2 rows do not count: their polls have not closed" in told
    assert "2 rows do not count: their polls allow several answers" in told
    assert "followers is left unknown" in told
    found = read(shared_data / "formats" / "mastodon" / "status.json")
    assert found.rows.empty and "have not closed" in found.notices[0]


def test_the_answer_on_a_poll_alone_is_refused_and_says_what_to_give(read, shared_data):
    with pytest.raises(ObservError, match="give the account's statuses; the answer on a poll"):
        read(shared_data / "formats" / "mastodon" / "poll.json")


def test_a_poll_is_of_its_day_in_paris_and_of_its_server(read):
    late = status(id="8", expires_at="2026-03-31T22:30:00.000Z")
    found = read([status(), late]).rows
    assert found["date"].dt.day.tolist() == [31, 31, 1, 1]
    found = read([status(), status(url="https://autre.example/@service/1")])
    assert found.rejects.empty
    assert set(found.rows["poll_id"]) == {"social.example/7", "autre.example/7"}


def test_a_status_given_twice_counts_once_and_markup_is_no_question(read):
    found = read([status(), status()])
    assert len(found.rows) == 2
    assert found.rejects["reason"].tolist() == ["repeats row 1", "repeats row 2"]
    asked = '<p>L&#39;avez-vous lue<br>? <a href="https://a.example/x">#<span>lettre</span></a></p>'
    assert set(read([status(content=asked)]).rows["question"]) == {"L'avez-vous lue ? #lettre"}


@pytest.mark.parametrize(("poll", "reason"), [
    ({"votes": (30, None)}, "is empty"), ({"votes": (30, 11)}, "has 41 votes and 42 voters"),
    ({"content": "<p>Écrivez à zoe@exemple.invalid</p>"}, "holds an e-mail address"),
    ({"url": "social"}, "is no address of the web"), ({"expires_at": "demain"}, "is no moment"),
])  # fmt: skip
def test_a_poll_of_which_something_lacks_is_refused_whole(read, poll, reason):
    found = read([status(**poll), status(id="8")])
    assert set(found.rows["poll_id"]) == {"social.example/8"}
    assert found.rejects["row"].tolist() == [1, 2]
    assert any(reason in told for told in found.rejects["reason"])
