"""Fetching from a server that speaks JSON-RPC as LimeSurvey's RemoteControl does."""

import base64
import json
import logging
import time
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from tests.desk.fetching.conftest import Asked, Reply, Standin

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


@pytest.fixture
def server(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Any:
    """LimeSurvey as a survey's export sees it; `answers` replaces what a method answers."""
    exported = base64.b64encode(b"\xef\xbb\xbf" + EXPORT.encode()).decode()
    usual = {"export_responses": exported, "release_session_key": "OK"}
    known = SimpleNamespace(answers={}, calls=[])

    def answer(asked: Asked) -> Any:
        body = json.loads(asked.body)
        method, params = body["method"], body["params"]
        known.calls.append((method, params))
        if method == "get_session_key" and params[1] != PASSWORD:
            result: Any = {"status": "Invalid user name or password"}
        else:
            result = known.answers.get(method, usual.get(method, "clé-de-session"))
        if callable(result):
            return result()
        return {"id": body["id"], "result": result, "error": None}

    standin.answer = answer
    monkeypatch.setenv("OBSERV_LIMESURVEY_URL", f"{standin.url}/index.php")
    monkeypatch.setenv("OBSERV_LIMESURVEY_USER", "analyste")
    monkeypatch.setenv("OBSERV_LIMESURVEY_PASSWORD", PASSWORD)
    return known


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
    ("get_session_key", lambda: Reply(b"<html>Accueil</html>"), "switch on the JSON-RPC interface"),
    ("get_session_key", lambda: Reply(b""), "switch on the JSON-RPC interface"),
    ("get_session_key", lambda: [], "not as LimeSurvey does"),
    ("get_session_key", lambda: {"id": -1}, "not as LimeSurvey does"),
    ("get_session_key", lambda: Reply(b"", 307, {"Location": "http://127.0.0.1:1/"}), "sends on"),
    ("export_responses", lambda: time.sleep(1.5) or Reply(b""), "no answer within 0.5 seconds"),
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
