"""What a server may answer to a request that carries a key."""

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.desk.fetching.conftest import Reply

from observlib.base.errors import ObservError, UsageError
from observlib.desk.fetching import web
from observlib.desk.fetching.web import Server, ask, server

KEY = "clé-très-secrète"


@pytest.fixture
def tool(standin):
    return Server("Outil", standin.url, "OBSERV_OUTIL_URL", (KEY,), ("OBSERV_OUTIL_TOKEN",))


def fault(answer: object) -> str:
    return str(answer["error"]) if isinstance(answer, dict) and "error" in answer else ""


HTML = {"Content-Type": "text/html"}


@pytest.mark.parametrize(("reply", "word"), [
    (Reply({}, 400), "status 400; check OBSERV_OUTIL_URL"),
    (Reply({}, 401), "status 401; check OBSERV_OUTIL_TOKEN, and its rights"),
    (Reply(b"<html>", 403, HTML), "status 403; check OBSERV_OUTIL_TOKEN"),
    (Reply(b"<html>", 404, HTML), "status 404; check OBSERV_OUTIL_URL"),
    (Reply(b"", 500), "status 500; try again later, or ask Outil's administrator"),
    (Reply({"error": f"Non {KEY} !"}, 401), "Outil says 'Non … !'; check OBSERV_OUTIL_TOKEN"),
    (Reply({"error": "Non\n" + 500 * "x"}), "Outil says 'Non xx"),
    (Reply(b"", 302, {"Location": "http://127.0.0.1:1/"}), "sends on to another address"),
    (Reply(b"<!doctype html>", 200, HTML), "answers with a web page"),
    (Reply(b" <html>"), "answers with a web page"),
    (Reply(b"Bonjour"), "answers with no JSON"),
    (Reply(b""), "answers with no JSON"),
    (Reply(b"\xff\xfe"), "answers with no JSON"),
    (Reply(b"[" * 100_000), "answers with no JSON"),
    (Reply(b"{}", 200, {"Content-Length": "900"}), "the answer was cut; try again"),
    (Reply(b" " * 2001), "sends more than 0 MB in one answer"),
    (Reply({}, 429, {"Retry-After": "86400"}), "a pause of 1440 minutes; fetch again after it"),
    (Reply({}, 429), "asks for a pause 10 times in a row"),
])  # fmt: skip
def test_a_bad_answer_never_tells_the_key(standin, tool, pauses, monkeypatch, caplog, reply, word):
    monkeypatch.setattr(web, "MOST_ANSWER_BYTES", 2000 if reply.content == b" " * 2001 else 10**6)
    standin.answer = lambda asked: reply
    with caplog.at_level(logging.DEBUG), pytest.raises(ObservError) as error:
        ask(tool, "x", headers={"X-Key": "abc"}, said=fault)
    assert word in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 400
    assert KEY not in str(error.value) + caplog.text


def test_a_key_goes_to_no_other_server_and_one_that_is_gone_is_told(standin, tool):
    standin.answer = lambda asked: Reply(b"", 307, {"Location": f"{standin.url}/ailleurs"})
    with pytest.raises(ObservError, match="give that one in OBSERV_OUTIL_URL"):
        ask(tool, "ici", form={"token": KEY})
    assert [asked.path for asked in standin.asked] == ["/ici"]
    with pytest.raises(ObservError, match=r"cannot be reached \(.*; check OBSERV_OUTIL_URL\)"):
        ask(tool._replace(url="http://127.0.0.1:1"), "x")
    with pytest.raises(ObservError, match="cannot be reached"):
        ask(tool._replace(url="https://" + "a" * 70 + ".invalid"), "x")


def test_a_server_is_left_alone_for_as_long_as_it_asks(standin, tool, pauses):
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    waits = iter(["7", soon, "bientôt"])
    replies = iter([429, 503, 429, 200])
    standin.answer = lambda asked: Reply(
        {"ok": 1}, status := next(replies), {"Retry-After": next(waits)} if status > 200 else {}
    )
    assert ask(tool, "x") == {"ok": 1}
    assert pauses[0] == 7 and 80 < pauses[1] <= 90 and pauses[2] == 60


def test_a_server_that_says_nothing_or_drips_is_given_up(standin, tool, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT", 0.2)
    standin.answer = lambda asked: time.sleep(0.6) or Reply(b"")
    with pytest.raises(ObservError, match="no answer within 0"):
        ask(tool, "x")
    monkeypatch.setattr(web, "LONGEST_ANSWER", -1)
    standin.answer = lambda asked: {}
    with pytest.raises(ObservError, match="sends too slowly"):
        ask(tool, "x")


@pytest.mark.parametrize(("url", "word"), [
    ("", "OBSERV_OUTIL_URL: not set"), ("outil.example", "is no address"),
    ("ftp://outil.example", "is no address"),
    ("https://x:y@outil.example", "variables of their own"),
    ("https://outil.example?token=x", "variables of their own"),
    ("https://outil.example/a b", "is no address"), ("https://[::1", "is no address"),
    ("https://outil.example:port", "is no address"), ("http://outil.example", "use https"),
])  # fmt: skip
def test_an_address_that_is_missing_or_unsafe_is_refused(monkeypatch, url, word):
    monkeypatch.setenv("OBSERV_OUTIL_URL", url)
    monkeypatch.setenv("OBSERV_OUTIL_TOKEN", KEY)
    with pytest.raises(UsageError, match=word) as error:
        server("Outil", "TOKEN")
    assert KEY not in str(error.value)


def test_a_key_with_a_line_break_is_never_sent_nor_shown(monkeypatch):
    monkeypatch.setenv("OBSERV_OUTIL_URL", "https://outil.example")
    monkeypatch.setenv("OBSERV_OUTIL_TOKEN", f"{KEY}\r\nHost: x")
    with pytest.raises(UsageError, match="OBSERV_OUTIL_TOKEN: holds a line break") as error:
        server("Outil", "TOKEN")
    assert KEY not in str(error.value)
