"""Fetching from a server that speaks JSON-RPC as LimeSurvey's RemoteControl does."""

import base64
import json
import logging
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from observlib.base.errors import ObservError, UsageError
from observlib.catalogue import Catalogue, Device, Questionnaire
from observlib.desk.fetching import fetch, web
from observlib.loaders import load

PASSWORD = "très-secret-42"
DAY = date(2026, 11, 25)
EXPORT = (
    "id,submitdate,lastpage,token,startdate,ipaddr,Q01,Q02[SQ001],Q02[other],COM\n"
    "1,2026-03-12 10:00:00,3,jeton42,2026-03-12 09:50:00,192.0.2.7,A5,Y,Jeanne,Bof\n"
    "2,,1,jeton43,2026-03-13 09:50:00,192.0.2.8,,,,\n"
)


class Server(ThreadingHTTPServer):
    """LimeSurvey as a survey's export sees it; `answers` replaces what a method answers."""

    answers: dict[str, Any]
    calls: list[tuple[str, list[Any]]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method, params = body["method"], body["params"]
        self.server.calls.append((method, params))
        result: Any = "clé-de-session"
        if method == "get_session_key" and params[1] != PASSWORD:
            result = {"status": "Invalid user name or password"}
        elif method == "export_responses":
            result = base64.b64encode(b"\xef\xbb\xbf" + EXPORT.encode()).decode()
        elif method == "release_session_key":
            result = "OK"
        result = self.server.answers.get(method, result)
        if callable(result):
            result(self)
            return
        self.say(json.dumps({"id": body["id"], "result": result, "error": None}).encode())

    def say(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answers, server.calls = {}, []
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/index.php"
        monkeypatch.setenv("OBSERV_LIMESURVEY_URL", address)
        monkeypatch.setenv("OBSERV_LIMESURVEY_USER", "analyste")
        monkeypatch.setenv("OBSERV_LIMESURVEY_PASSWORD", PASSWORD)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server
        server.shutdown()


@pytest.fixture
def known(catalogue: Catalogue) -> Catalogue:
    device = Device(
        id="enquete", label="Enquête", product="legifrance", family="consultation", channel="web",
        owner="numerique", frequency="continuous", personal_data="Aucune.",
        pattern="limesurvey/enquete_*.csv", loader="limesurvey", questionnaire="enquete",
        survey_id=271828,
    )  # fmt: skip
    questions = [
        {
            "variable": "satisfaction", "code": "Q01", "text": "Satisfait ?", "kind": "scale",
            "scale": [1, 5], "answers": {"A5": 5},
        },
        {
            "variable": "reason",
            "code": "Q02",
            "text": "Pourquoi ?",
            "kind": "multiple",
            "answers": {"SQ001": "Démarche", "other": "Autre"},
        },
        {"code": "COM", "text": "Un mot ?", "kind": "ignored"},
    ]  # fmt: skip
    asked = Questionnaire.model_validate({"id": "enquete", "label": "E", "questions": questions})
    devices = {"enquete": device, "other": device.model_copy(update={"survey_id": None})}
    return catalogue.model_copy(update={"devices": devices, "questionnaires": {"enquete": asked}})


def test_what_is_fetched_is_ingested_as_it_is(server, known, tmp_path):
    path = fetch("enquete", known, tmp_path / "raw", today=DAY)
    assert path == tmp_path / "raw" / "limesurvey" / "enquete_2026-11-25.csv"
    assert path.match(known.devices["enquete"].pattern)
    loaded = load(path, known.devices["enquete"], known)
    assert loaded.rejects.empty and loaded.notices == ()
    assert loaded.rows["category"].dropna().tolist() == ["Autre", "Démarche"]
    assert set(loaded.rows["response_id"]) == {"1", "2"}
    methods = [method for method, _ in server.calls]
    assert methods == ["get_session_key", "export_responses", "release_session_key"]
    assert server.calls[1][1][1:6] == [271828, "csv", None, "all", "code"]


def test_nothing_of_a_person_is_ever_written(server, known, tmp_path):
    path = fetch("enquete", known, tmp_path, today=DAY)
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[0] == "id,submitdate,startdate,Q01,Q02[SQ001],Q02[other]"
    for word in ("Jeanne", "jeton42", "192.0.2", "Bof"):
        assert word not in text
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [path.name]


def test_a_second_fetch_of_a_day_replaces_the_first(server, known, tmp_path):
    first = fetch("enquete", known, tmp_path, today=DAY).read_bytes()
    assert fetch("enquete", known, tmp_path, today=DAY).read_bytes() == first


def html(handler: Handler) -> None:
    handler.say(b"<html>La page d'accueil</html>")


def away(handler: Handler) -> None:
    handler.say(b"", 307, Location="http://127.0.0.1:1/index.php")


def silent(handler: Handler) -> None:
    time.sleep(1.5)


@pytest.mark.parametrize(("method", "answer", "word"), [
    ("export_responses", {"status": "No Data, survey table does not exist."}, "not active"),
    ("export_responses", {"status": "No permission"}, "ask for the right"),
    (
        "export_responses",
        {"status": "Error: Invalid survey ID"},
        "check the device's `survey_id`",
    ),
    ("export_responses", {"status": f"Oops {PASSWORD}"}, "Oops …"),
    ("export_responses", None, "not as LimeSurvey does"),
    ("export_responses", "pas du base64 !", "not as LimeSurvey does"),
    ("export_responses", base64.b64encode(b"\xff\xfe\xff").decode(), "not UTF-8"),
    ("export_responses", base64.b64encode(b"<html>").decode(), "missing column"),
    ("export_responses", base64.b64encode(b"").decode(), "empty file"),
    ("get_session_key", html, "switch on the JSON-RPC interface"),
    ("get_session_key", lambda h: h.say(b""), "switch on the JSON-RPC interface"),
    ("get_session_key", lambda h: h.say(b"[]"), "not as LimeSurvey does"),
    ("get_session_key", lambda h: h.say(b'{"id": -1}'), "not as LimeSurvey does"),
    ("get_session_key", lambda h: h.say(b"", 503), "answers with the status 503"),
    ("get_session_key", away, "sends on to another address"),
    ("get_session_key", silent, "no answer within 0.5 seconds"),
    ("export_responses", silent, "no answer within 0.5 seconds"),
])  # fmt: skip
def test_no_password_is_told(server, known, tmp_path, caplog, monkeypatch, method, answer, word):
    server.answers[method] = answer
    monkeypatch.setattr(web, "TIMEOUT", 0.5)
    path = tmp_path / "limesurvey" / "enquete_2026-11-25.csv"
    path.parent.mkdir()
    path.write_text("an earlier one", encoding="utf-8")
    with caplog.at_level(logging.DEBUG), pytest.raises(ObservError) as error:
        fetch("enquete", known, tmp_path, today=DAY)
    assert word in str(error.value) and "\n" not in str(error.value)
    assert PASSWORD not in str(error.value) + caplog.text
    assert path.read_text(encoding="utf-8") == "an earlier one"
    assert len(list(path.parent.iterdir())) == 1


def test_a_wrong_password_says_which_variables_to_check(server, known, tmp_path, monkeypatch):
    monkeypatch.setenv("OBSERV_LIMESURVEY_PASSWORD", "faux")
    with pytest.raises(
        ObservError, match="check OBSERV_LIMESURVEY_USER and OBSERV_LIMESURVEY_PASS"
    ):
        fetch("enquete", known, tmp_path, today=DAY)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_one_line(known, server, tmp_path, monkeypatch):
    monkeypatch.setenv("OBSERV_LIMESURVEY_URL", "http://127.0.0.1:1")
    with pytest.raises(ObservError, match="cannot be reached"):
        fetch("enquete", known, tmp_path, today=DAY)


@pytest.mark.parametrize(("url", "word"), [
    ("", "OBSERV_LIMESURVEY_URL: not set"), ("enquetes.example", "is no address"),
    ("ftp://enquetes.example", "is no address"),
    ("https://x:y@enquetes.example", "variables of their own"), ("https://[::1", "is no address"),
    ("https://enquetes.example:port", "is no address"),
    ("http://enquetes.example/index.php", "use https"),
])  # fmt: skip
def test_no_or_an_unsafe_address_is_sent_nothing(known, server, tmp_path, monkeypatch, url, word):
    monkeypatch.setenv("OBSERV_LIMESURVEY_URL", url)
    with pytest.raises(UsageError, match=word) as error:
        fetch("enquete", known, tmp_path, today=DAY)
    assert PASSWORD not in str(error.value) and server.calls == []


@pytest.mark.parametrize("name", ["nothing", "other"])
def test_a_device_that_is_no_survey_names_those_that_are(known, tmp_path, name):
    with pytest.raises(UsageError, match="such devices are: enquete"):
        fetch(name, known, tmp_path)


@pytest.mark.parametrize(
    "pattern", ["enquete_*.lsa", "enquete_?.csv", "*_enquete_*.csv", "/a_*.csv"]
)
def test_a_pattern_that_makes_no_file_name_says_how_to_write_it(known, tmp_path, pattern):
    device = known.devices["enquete"].model_copy(update={"pattern": pattern})
    with pytest.raises(ObservError, match="write it with one"):
        fetch("enquete", known.model_copy(update={"devices": {"enquete": device}}), tmp_path)


def test_real_answers_never_join_a_demonstration(server, known, tmp_path):
    (tmp_path / "demonstration.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="never mixed"):
        fetch("enquete", known, tmp_path, today=DAY)


def test_a_folder_that_cannot_be_written_is_told(server, known, tmp_path):
    (tmp_path / "raw").write_text("a file", encoding="utf-8")
    with pytest.raises(ObservError, match="an earlier file is as it was"):
        fetch("enquete", known, tmp_path / "raw", today=DAY)


def test_the_command_names_the_devices_that_can_be_fetched(observ):
    code, _, said = observ("fetch", "matomo-legifrance")
    assert code == 2 and "such devices are: " in said
