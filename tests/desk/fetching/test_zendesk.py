"""Tickets fetched from a stand-in of Zendesk's incremental export."""

import base64
import json
from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.desk.fetching.conftest import Asked, Reply

from observlib import store
from observlib.base.errors import ObservError
from observlib.desk.fetching import fetch

TOKEN = "jeton-très-secret"
DAY = date(2026, 3, 20)
PERSONAL = {
    "subject": "Ma pension", "raw_subject": "Ma pension", "description": "Je suis Jeanne Martin",
    "requester_id": 61309, "submitter_id": 61309, "recipient": "aide@example.fr",
    "via": {"channel": "email", "source": {"from": {"address": "jeanne@example.fr"}}},
    "custom_fields": [{"id": 1, "value": "06 00 00 00 00"}],
}  # fmt: skip


def ticket(number: int, day: str, status: str = "open", **more: Any) -> dict[str, Any]:
    return {"id": number, "created_at": f"2026-{day}T09:00:00Z", "status": status,
            "generated_timestamp": 1772000000, **PERSONAL, **more}  # fmt: skip


def metrics(number: int, minutes: int | None, solved: str | None = None) -> dict[str, Any]:
    return {
        "id": 900 + number, "ticket_id": number, "solved_at": solved, "reopens": 0,
        "replies": 0 if minutes is None else 2, "assignee_updated_at": "2026-03-01T00:00:00Z",
        "reply_time_in_minutes": {"calendar": minutes, "business": 1},
    }  # fmt: skip


# the second page corrects a ticket of the first, and has its metrics within the tickets
PAGES: dict[str | None, dict[str, Any]] = {
    None: {
        "tickets": [ticket(1, "03-01"), ticket(2, "03-02"), ticket(7, "01-05")],
        "metric_sets": [metrics(1, None), metrics(2, 30), metrics(7, 5)],
        "after_cursor": "MTc=", "end_of_stream": False,
    },
    "MTc=": {
        "tickets": [
            ticket(1, "03-01", "solved", metric_set=metrics(1, 60, "2026-03-04T10:00:00Z")),
            ticket(3, "03-03", "deleted"),
        ],
        "after_cursor": "MTg=", "end_of_stream": True,
    },
}  # fmt: skip


@pytest.fixture
def known(catalogue, device, standin, monkeypatch):
    key = base64.b64encode(f"moi@example.fr/token:{TOKEN}".encode()).decode()
    monkeypatch.setenv("OBSERV_ZENDESK_URL", standin.url)
    monkeypatch.setenv("OBSERV_ZENDESK_USER", "moi@example.fr")
    monkeypatch.setenv("OBSERV_ZENDESK_TOKEN", TOKEN)

    def answer(asked: Asked) -> object:
        if asked.headers["Authorization"] != f"Basic {key}":
            return Reply({"error": "Couldn't authenticate you"}, 401)
        return PAGES[asked.query.get("cursor")]

    standin.answer = answer
    only = device(loader="zendesk_api", channel="mail", pattern="zendesk/essai_*.json")
    return catalogue.model_copy(update={"devices": {only.id: only}})


def test_tickets_and_their_metrics_are_fetched_and_ingested_as_the_export(known, standin, tmp_path):
    path = fetch("essai", known, tmp_path / "raw", since=date(2026, 2, 1), today=DAY)
    assert path == tmp_path / "raw" / "zendesk" / "essai_2026-03-20.json"
    first, second = standin.asked
    assert first.path == "/api/v2/incremental/tickets/cursor.json"
    assert first.query == {"start_time": "1769904000", "include": "metric_sets"}
    assert second.query == {"cursor": "MTc=", "include": "metric_sets"}
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [one["id"] for one in found["tickets"]] == [2, 1, 3]  # 7 only changed since then
    done = store.ingest(tmp_path / "raw", tmp_path, known)
    assert done.devices["rows"].tolist() == [2] and done.rejects.empty and not done.problems
    rows = store.read(tmp_path, "tickets").sort_values("received", ignore_index=True)
    assert len(rows) == 2
    fetched = pd.Timestamp.now() - rows["extracted"].max()  # and not the latest moment of a ticket
    assert abs(fetched) < pd.Timedelta(days=1)
    assert str(rows.loc[0, "answered"]) == "2026-03-01 10:00:00"
    assert str(rows.loc[0, "closed"]) == "2026-03-04 10:00:00"
    assert str(rows.loc[1, "answered"]) == "2026-03-02 09:30:00"


def test_no_person_text_or_key_is_on_disk_even_while_fetching(known, standin, tmp_path, pauses):
    answer, texts = standin.answer, []

    def looking(asked: Asked) -> object:
        texts.extend(one.read_text("utf-8", "replace") for one in tmp_path.rglob(".*.part"))
        return answer(asked)

    standin.answer = looking
    texts.append(fetch("essai", known, tmp_path, today=DAY).read_text(encoding="utf-8"))
    assert len(texts) == 3
    for word in ("Jeanne", "pension", "61309", "@example.fr", "06 00", TOKEN, "assignee"):
        assert word not in "".join(texts)
    assert not [*tmp_path.rglob(".*.part")]


def test_many_old_tickets_that_changed_lately_are_no_pages_without_end(known, standin, tmp_path):
    def answer(asked: Asked) -> object:
        page = int(asked.query.get("cursor", 0))
        old = ticket(100 + page, "01-05") | {"created_at": "2012-01-05T00:00:00Z"}
        some = [ticket(1, "03-01")] if page == 40 else [old]
        return {"tickets": some, "after_cursor": str(page + 1), "end_of_stream": page == 40}

    standin.answer = answer
    path = fetch("essai", known, tmp_path, today=DAY)
    assert [one["id"] for one in json.loads(path.read_text("utf-8"))["tickets"]] == [1]


def test_a_wrong_token_says_what_to_check_and_shows_nothing(known, tmp_path, monkeypatch):
    monkeypatch.setenv("OBSERV_ZENDESK_TOKEN", "faux-jeton")
    with pytest.raises(ObservError, match=r"Couldn't authenticate you.*USER and OBSERV") as error:
        fetch("essai", known, tmp_path, today=DAY)
    assert "faux-jeton" not in str(error.value)


@pytest.mark.parametrize("answer", [
    [], {"tickets": []}, {"tickets": [{"id": "x"}], "end_of_stream": True},
    {"tickets": [{"id": 1}], "end_of_stream": True}, {"tickets": [], "end_of_stream": False},
    {"tickets": 3, "end_of_stream": True},
])  # fmt: skip
def test_an_answer_that_is_not_zendesk_s_is_one_line(known, standin, tmp_path, answer):
    standin.answer = lambda asked: answer
    with pytest.raises(ObservError, match="answers, but not as Zendesk does"):
        fetch("essai", known, tmp_path, today=DAY)
