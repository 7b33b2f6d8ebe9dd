"""Each server is asked for what the device's loader reads, and neither key nor person gets out."""

import base64
import json
import logging
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.copies import copy_catalogue
from tests.desk.conftest import Asked, Reply

from observlib import store
from observlib.base.errors import ObservError, UsageError
from observlib.catalogue import Questionnaire
from observlib.desk import fetching
from observlib.desk.fetching import fetch
from observlib.loaders import load

ANSWERS = yaml.safe_load(Path(__file__).with_name("answers.yml").read_text(encoding="utf-8"))
VISITS, TICKETS = ANSWERS["matomo"], ANSWERS["glpi"]
TODAY = date(2026, 3, 4)
KEY = "0123456789abcdef"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project with one device, of a site in Matomo."""
    folder = copy_catalogue(tmp_path)
    (folder / "devices.yml").write_text(
        "- {id: essai, label: Essai, family: feedback, channel: web, owner: numerique, "
        "product: boamp, frequency: monthly, personal_data: Aucune., pattern: 'essai_*.csv', "
        "loader: matomo_csv, site_id: 3}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_lists_what_can_be_fetched_and_what_variables_lack(place, observ, monkeypatch):
    code, out, err = observ("fetch")
    assert (code, err) == (0, "") and out.splitlines()[0] == "essai: matomo"
    assert json.loads(observ("fetch", "--json")[1]) == {"devices": {"essai": "matomo"}}
    monkeypatch.delenv("OBSERV_MATOMO_URL", raising=False)
    monkeypatch.setenv("OBSERV_MATOMO_TOKEN", KEY)
    code, out, err = observ("fetch", "essai")
    assert (code, out) == (2, "") and "OBSERV_MATOMO_URL: not set" in err and KEY not in err
    assert err.count("\n") == 1 and not (place / "data" / "raw").exists()


def test_the_command_fetches_tells_how_far_it_is_never_the_key(place, observ, standin, monkeypatch):
    monkeypatch.setenv("OBSERV_MATOMO_URL", standin.url)
    monkeypatch.setenv("OBSERV_MATOMO_TOKEN", KEY)
    standin.answer = lambda asked: {"2026-01": {"nb_visits": 7}}
    code, out, err = observ("fetch", "essai", "--since", "2026-01-01", "--json")
    path = place / "data" / "raw" / f"essai_{date.today()}.csv"
    assert code == 0 and json.loads(out) == {"path": str(path)} and KEY not in out + err
    assert path.read_text(encoding="utf-8") == "date,nb_visits\n2026-01,7\n"
    assert standin.asked[0].form["date"].startswith("2026-01-01,")


@pytest.mark.parametrize(("name", "since", "said"), [
    ("table", date(2026, 1, 1), "--since 2026-01-01: does not go with address"),
    ("site", TODAY, "--since 2026-03-04: is not before today"),
    ("other", None, "device 'other': cannot be fetched; such devices are: table, site$"),
    ("site", date(2026, 3, 3), "holds the demonstration, with which real data is never mixed"),
])  # fmt: skip
def test_what_cannot_be_fetched_is_told(catalogue, device, tmp_path, name, since, said):
    known = {
        "table": device(id="table", loader="tickets", address="a.parquet"),
        "site": device(id="site", loader="matomo_csv", site_id=3),
    }
    (tmp_path / "demonstration.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        known = catalogue.model_copy(update={"devices": known})
        fetch(name, known, tmp_path / "raw", since=since, today=TODAY)


TOKEN = "jeton-très-secret"
DAY = date(2026, 3, 20)
PERSONS = ("Jeanne", "jeanne", "pension", "61309", "06 00", "Où ?", "192.0.2", "Bof", "userid")


@pytest.fixture
def named(monkeypatch, standin):
    """Tell the environment a tool's address and keys."""

    def name(tool: str, path: str = "", **keys: str) -> None:
        for key, value in {"URL": standin.url + path, **keys}.items():
            monkeypatch.setenv(f"OBSERV_{tool}_{key}", value)

    return name


def ingested(known, folder, rows: int) -> None:
    done = store.ingest(folder / "raw", folder, known)
    assert done.devices["rows"].tolist() == [rows] and done.rejects.empty and not done.problems


def safe(folder, standin) -> None:
    """Neither persons nor keys are on disk, or in an address."""
    text = "".join(one.read_text("utf-8", "replace") for one in folder.rglob("*") if one.is_file())
    told = text + "".join(str(asked.query) for asked in standin.asked)
    assert text and not [word for word in (*PERSONS, TOKEN, "session-42") if word in told]


# --- Matomo


@pytest.fixture
def matomo(standin, named, single):
    named("MATOMO", "/", TOKEN=TOKEN)

    def answer(asked: Asked) -> object:
        if asked.form["token_auth"] != TOKEN:
            message = f"You can't access this resource with {asked.form['token_auth']}"
            return Reply({"result": "error", "message": message}, 401)
        first, last = map(date.fromisoformat, asked.form["date"].split(","))
        if asked.form["period"] == "month":
            months = range(first.month, last.month + 1)
            return {f"{first.year}-{month:02d}": VISITS for month in months}
        days = range(first.toordinal(), last.toordinal() + 1)
        found: dict[str, Any] = {str(date.fromordinal(day)): VISITS for day in days}
        return found | ({"2026-03-01": []} if "2026-03-01" in found else {})

    standin.answer = answer
    return single(site_id=5, loader="matomo_csv")


def test_days_are_asked_for_a_month_at_a_time_and_ingested(matomo, single, standin, tmp_path):
    found = single(site_id=5, loader="matomo_csv", frequency="daily")
    path = fetch("essai", found, tmp_path / "raw", since=date(2026, 2, 27), today=date(2026, 3, 4))
    assert path == tmp_path / "raw" / "essai_2026-03-04.csv"
    spans = [asked.form["date"] for asked in standin.asked]
    assert spans == ["2026-02-27,2026-02-28", "2026-03-01,2026-03-03"]
    asked = standin.asked[0]
    assert (asked.path, asked.query, asked.form["method"]) == ("/index.php", {}, "API.get")
    assert (asked.form["idSite"], asked.form["period"]) == ("5", "day")
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    assert header.split(",") == ["date", *VISITS][:-1]
    assert rows[0] == "2026-02-27,7,5,12,1,2,700" and rows[2] == "2026-03-01,0,0,0,0,0,0"
    ingested(found, tmp_path, 5)
    safe(tmp_path, standin)


def test_whole_months_are_asked_for_by_year(matomo, single, standin, tmp_path):
    found = single(site_id=5, loader="matomo_json", pattern="essai*.json")
    path = fetch("essai", found, tmp_path / "raw", today=DAY)
    assert path.name == "essai_2026-03-20.json"
    spans = [asked.form["date"] for asked in standin.asked]
    assert spans[0] == "2024-01-01,2024-12-31" and spans[2] == "2026-01-01,2026-02-28"
    ingested(found, tmp_path, 26)
    standin.asked.clear()
    with pytest.raises(UsageError, match="no month has begun and ended since"):
        fetch("essai", matomo, tmp_path, since=date(2026, 3, 1), today=DAY)
    assert not standin.asked
    message = "An unexpected website was found in the request: website id was set to '5'"
    standin.answer = lambda asked: {"result": "error", "message": message}
    with pytest.raises(ObservError, match=r"website id was set to '5'.*the device's entry"):
        fetch("essai", matomo, tmp_path, today=DAY)


# --- data.gouv.fr

DATASET = "559395f1c751df0f51a453b9"
MONTHS = [f"{2019 + at // 12}-{at % 12 + 1:02d}" for at in range(60)]  # until December 2023


@pytest.fixture
def datagouv(single, standin, monkeypatch):
    def answer(asked: Asked) -> object:
        page, size = int(asked.query["page"]), int(asked.query["page_size"])
        data = [
            {"metric_month": month, "monthly_visit": 1000 + at, "monthly_download_resource": 3}
            for at, month in enumerate(MONTHS[(page - 1) * size : page * size])
        ]
        more = f"{standin.url}/?page={page + 1}" if page * size < len(MONTHS) else None
        return {"data": data, "links": {"next": more}, "meta": {"total": len(MONTHS)}}

    standin.answer = answer
    monkeypatch.setattr(fetching, "DATAGOUV", standin.url)
    given = {"loader": "datagouv_metrics", "dataset_id": DATASET, "channel": "open_data"}
    return single(**given, pattern="essai_*.json")


def test_all_months_are_fetched_and_ingested_as_a_dump(datagouv, standin, tmp_path):
    path = fetch("essai", datagouv, tmp_path / "raw", today=date(2024, 1, 5))
    (first, second) = standin.asked
    assert first.path == "/api/datasets/data/" and first.query["dataset_id__exact"] == DATASET
    assert (first.query["page"], second.query["page"]) == ("1", "2")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["monthlyStats"][0] == {"month": "2019-01", "visits": 1000, "downloads": 3}
    ingested(datagouv, tmp_path, 60)
    standin.answer = lambda asked: {"data": [], "links": {"next": None}, "meta": {"total": 0}}
    with pytest.raises(ObservError, match="nothing to fetch; check the device's entry"):
        fetch("essai", datagouv, tmp_path / "other")
    assert not [*(tmp_path / "other").iterdir()]


# --- Zendesk


@pytest.fixture
def zendesk(single, standin, named):
    key = base64.b64encode(f"moi@example.fr/token:{TOKEN}".encode()).decode()
    named("ZENDESK", USER="moi@example.fr", TOKEN=TOKEN)

    def answer(asked: Asked) -> object:
        if asked.headers["Authorization"] != f"Basic {key}":
            return Reply({"error": "Couldn't authenticate you"}, 401)
        return ANSWERS["zendesk"][asked.query.get("cursor", "")]

    standin.answer = answer
    return single(loader="zendesk_api", channel="mail", pattern="zendesk/essai_*.json")


def test_tickets_and_their_metrics_are_ingested_as_the_export(zendesk, standin, tmp_path):
    parts: list[str] = []
    answer = standin.answer

    def looking(asked: Asked) -> object:
        parts.extend(one.read_text("utf-8", "replace") for one in tmp_path.rglob(".*.part"))
        return answer(asked)

    standin.answer = looking
    path = fetch("essai", zendesk, tmp_path / "raw", since=date(2026, 2, 1), today=DAY)
    assert path == tmp_path / "raw" / "zendesk" / "essai_2026-03-20.json"
    first, second = standin.asked
    assert first.path == "/api/v2/incremental/tickets/cursor.json"
    assert first.query == {"start_time": "1769904000", "include": "metric_sets"}
    assert second.query == {"cursor": "MTc=", "include": "metric_sets"}
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [one["id"] for one in found["tickets"]] == [2, 1, 3]  # 7 only changed since then
    assert len(parts) == 2 and not [*tmp_path.rglob(".*.part")]
    assert not [word for word in (*PERSONS, TOKEN) for part in parts if word in part]
    safe(tmp_path, standin)
    ingested(zendesk, tmp_path, 2)
    rows = store.read(tmp_path, "tickets").sort_values("received", ignore_index=True)
    fetched = pd.Timestamp.now() - rows["extracted"].max()  # and not the latest moment of a ticket
    assert abs(fetched) < pd.Timedelta(days=1)
    assert rows["answered"].astype(str).tolist() == ["2026-03-01 10:00:00", "2026-03-02 09:30:00"]
    assert str(rows.loc[0, "closed"]) == "2026-03-04 10:00:00"


def test_many_old_tickets_that_changed_lately_are_no_pages_without_end(zendesk, standin, tmp_path):
    ticket = ANSWERS["zendesk"][""]["tickets"][0]

    def answer(asked: Asked) -> object:
        page = int(asked.query.get("cursor", 0))
        old = {**ticket, "id": 100 + page, "created_at": "2012-01-05T09:00:00Z"}
        some = ticket if page == 40 else old
        return {"tickets": [some], "after_cursor": str(page + 1), "end_of_stream": page == 40}

    standin.answer = answer
    path = fetch("essai", zendesk, tmp_path, today=DAY)
    assert [one["id"] for one in json.loads(path.read_text("utf-8"))["tickets"]] == [1]


# --- GLPI

GONE = Reply(["ERROR_RANGE_EXCEED_TOTAL", "La plage dépasse le total"], 400)


@pytest.fixture
def glpi(single, standin, named, monkeypatch):
    named("GLPI", "/apirest.php/", USER_TOKEN="jeton-de-moi", APP_TOKEN="jeton-appli")
    monkeypatch.setattr(fetching, "_MOST_TICKETS", 2)

    def answer(asked: Asked) -> object:
        if asked.headers["App-Token"] != "jeton-appli":
            return Reply(["ERROR_WRONG_APP_TOKEN_PARAMETER", "paramètre incorrect"], 400)
        if asked.path.endswith("/initSession"):
            good = asked.headers["Authorization"] == "user_token jeton-de-moi"
            wrong = Reply(["ERROR_GLPI_LOGIN_USER_TOKEN", "Jeanne Martin inconnue"], 401)
            return {"session_token": "session-42"} if good else wrong
        assert asked.headers["Session-Token"] == "session-42"
        if asked.path.endswith("/killSession"):
            return True
        first, last = map(int, asked.query["range"].split("-"))
        found = {"totalcount": len(TICKETS), "data": TICKETS[first : last + 1]}
        return Reply(found, 200 if last + 1 >= len(TICKETS) else 206)

    standin.answer = answer
    return single(loader="glpi", channel="mail", pattern="glpi_*.csv")


def test_tickets_are_ingested_as_the_list_that_glpi_saves(glpi, standin, tmp_path):
    began = pd.Timestamp.now("UTC").floor("s")
    path = fetch("essai", glpi, tmp_path / "raw", since=date(2026, 1, 1), today=DAY)
    lines = path.read_text(encoding="utf-8").splitlines()
    told = "8;2026-01-06 08:02:00;2026-01-06 10:15:00;", "9;2026-03-30 23:50:00;2026-03-31 11:00:00"
    assert lines[0] == "ID;Date d'ouverture;Date de résolution;Catégorie;extracted"
    assert lines[1].startswith("7;2026-01-05 16:24:00;;Site > Formulaires;20")
    assert all(line.startswith(start) for line, start in zip(lines[2:], told, strict=True))
    paths = [asked.path.rpartition("/")[2] for asked in standin.asked]
    assert paths == ["initSession", "Ticket", "Ticket", "killSession"]
    assert standin.asked[1].path == "/apirest.php/search/Ticket"
    query = standin.asked[1].query
    assert (query["range"], query["sort"]) == ("0-1", "2")
    assert query["criteria[0][value]"] == "2025-12-31 23:59:59"
    # open tickets wait until the fetch, and not until the last ticket
    seen = load(path, glpi.devices["essai"], glpi).rows["extracted"].dt.tz_localize("UTC")
    assert seen.between(began, pd.Timestamp.now("UTC")).all()
    ingested(glpi, tmp_path, 3)
    safe(tmp_path, standin)


@pytest.mark.parametrize("deleted", [False, True])
def test_a_fetch_that_failed_ends_its_session_and_resumes(glpi, standin, tmp_path, deleted):
    answer, replies = standin.answer, iter([None, None, Reply(b"", 500)])
    standin.answer = lambda asked: next(replies, None) or answer(asked)
    with pytest.raises(ObservError, match="status 500"):
        fetch("essai", glpi, tmp_path, today=DAY)
    assert standin.asked[-1].path.endswith("killSession")
    if deleted:  # more than are left: it begins anew
        standin.answer = lambda asked: GONE if asked.query else answer(asked)
        with pytest.raises(ObservError, match="deleted meanwhile"):
            fetch("essai", glpi, tmp_path, today=DAY)
        standin.answer = answer
        standin.asked.clear()
    assert len(fetch("essai", glpi, tmp_path, today=DAY).read_text("utf-8").splitlines()) == 4
    ranges = [asked.query["range"] for asked in standin.asked if asked.query]
    assert ranges == (["0-1", "2-3"] if deleted else ["0-1", "2-3", "2-3"])


def test_tickets_deleted_meanwhile_make_no_file_that_may_lack_others(glpi, standin, tmp_path):
    fewer = iter([{"totalcount": n, "data": TICKETS[:1]} for n in (3, 2)])
    answer = standin.answer
    standin.answer = lambda asked: next(fewer) if asked.query else answer(asked)
    with pytest.raises(ObservError, match=r"deleted meanwhile.*fetch again"):
        fetch("essai", glpi, tmp_path, today=DAY)
    assert not [*tmp_path.iterdir()]


# --- LimeSurvey


@pytest.fixture
def rpc(standin, named) -> Any:
    """LimeSurvey's methods as they were called; `answers` replaces what one answers."""
    exported = base64.b64encode(b"\xef\xbb\xbf" + ANSWERS["limesurvey"].encode()).decode()
    usual = {"export_responses": exported, "release_session_key": "OK"}
    found = SimpleNamespace(answers={}, calls=[])

    def answer(asked: Asked) -> Any:
        body = json.loads(asked.body)
        method, params = body["method"], body["params"]
        found.calls.append((method, params))
        wrong = method == "get_session_key" and params[1] != TOKEN
        result = {"status": "Invalid user name or password"} if wrong else None
        result = result or found.answers.get(method, usual.get(method, "clé-de-session"))
        return result() if callable(result) else {"id": 1, "result": result, "error": None}

    standin.answer = answer
    named("LIMESURVEY", "/index.php", USER="analyste", PASSWORD=TOKEN)
    return found


@pytest.fixture
def limesurvey(single, rpc):
    known = single(
        loader="limesurvey", questionnaire="enquete", survey_id=271828, family="consultation",
        pattern="limesurvey/enquete_*.csv",
    )  # fmt: skip
    asked = Questionnaire.model_validate(ANSWERS["questionnaire"])
    return known.model_copy(update={"questionnaires": {"enquete": asked}})


def test_responses_are_ingested_as_they_are_without_persons(limesurvey, rpc, standin, tmp_path):
    path = fetch("essai", limesurvey, tmp_path / "raw", today=DAY)
    assert path == tmp_path / "raw" / "limesurvey" / "enquete_2026-03-20.csv"
    loaded = load(path, limesurvey.devices["essai"], limesurvey)
    assert loaded.rejects.empty and loaded.notices == ()
    assert loaded.rows["category"].dropna().tolist() == ["Autre", "Démarche"]
    assert set(loaded.rows["response_id"]) == {"1", "2"}
    methods = [method for method, _ in rpc.calls]
    assert methods == ["get_session_key", "export_responses", "release_session_key"]
    assert rpc.calls[1][1][1:6] == [271828, "csv", None, "all", "code"]
    header = path.read_text(encoding="utf-8").splitlines()[0]
    assert header == "id,submitdate,startdate,Q01,Q02[SQ001],Q02[other]"
    safe(tmp_path, standin)


@pytest.mark.parametrize(("method", "answer", "word"), [
    ("export_responses", {"status": "No Data, survey table does not exist."}, "not active"),
    ("export_responses", {"status": "No permission"}, "ask for the right"),
    ("export_responses", {"status": "Error: Invalid survey ID"}, "check the device's `survey_id`"),
    ("export_responses", {"status": f"Oops {TOKEN}"}, "Oops …"),
    ("export_responses", base64.b64encode(b"\xff\xfe\xff").decode(), "not UTF-8"),
    ("export_responses", base64.b64encode(b"<html>").decode(), "missing column"),
    ("export_responses", base64.b64encode(b"").decode(), "empty file"),
    ("get_session_key", lambda: Reply(b"<html>Accueil</html>"), "switch on the JSON-RPC interface"),
])  # fmt: skip
def test_no_password_is_told(limesurvey, rpc, tmp_path, caplog, method, answer, word):
    rpc.answers[method] = answer
    path = tmp_path / "limesurvey" / "enquete_2026-03-20.csv"
    path.parent.mkdir()
    path.write_text("an earlier one", encoding="utf-8")
    with caplog.at_level(logging.DEBUG), pytest.raises(ObservError) as error:
        fetch("essai", limesurvey, tmp_path, today=DAY)
    assert word in str(error.value) and "\n" not in str(error.value)
    assert TOKEN not in str(error.value) + caplog.text
    assert path.read_text(encoding="utf-8") == "an earlier one"
    assert len(list(path.parent.iterdir())) == 1


@pytest.mark.parametrize("pattern", ["a_*.lsa", "a_?.csv", "*_a_*.csv", "/a_*.csv"])
def test_a_pattern_that_makes_no_file_name_says_how_to_write_it(limesurvey, tmp_path, pattern):
    device = limesurvey.devices["essai"].model_copy(update={"pattern": pattern})
    with pytest.raises(ObservError, match="write it with one"):
        fetch("essai", limesurvey.model_copy(update={"devices": {"essai": device}}), tmp_path)


# --- What is told of all alike

NO_TICKETS = {"tickets": [], "end_of_stream": False}


@pytest.mark.parametrize(("tool", "name", "answers"), [
    ("matomo", "Matomo", [[], {"value": 3}, {"2026-02-30": VISITS}, {"2026-02": [[1]]}]),
    ("datagouv", r"data\.gouv\.fr", [[], {}, {"data": [3], "links": {}, "meta": {"total": 1}}]),
    ("zendesk", "Zendesk", [
        [], {"tickets": []}, {"tickets": [{"id": "x"}], "end_of_stream": True},
        {"tickets": [{"id": 1}], "end_of_stream": True}, NO_TICKETS,
    ]),
    ("glpi", "GLPI", [[], {"totalcount": 1, "data": [{"1": "x"}]}, {"data": []}]),
    ("limesurvey", "LimeSurvey", [[], {"id": -1}, {"result": "pas du base64 !", "error": None}]),
])  # fmt: skip
def test_an_answer_that_is_not_the_tool_s_is_one_line(
    request, standin, tmp_path, tool, name, answers
):
    known, usual = request.getfixturevalue(tool), standin.answer
    for answer in answers:
        standin.answer = lambda asked, answer=answer: (
            usual(asked) if tool == "glpi" and not asked.query else answer
        )
        with pytest.raises(ObservError, match=f"answers, but not as {name} does; check") as error:
            fetch("essai", known, tmp_path, today=DAY)
        assert "\n" not in str(error.value)
    assert not [path for path in tmp_path.rglob("*.csv")]


@pytest.mark.parametrize(("tool", "variable", "told"), [
    ("matomo", "MATOMO_TOKEN", 'with …"; check OBSERV_MATOMO_TOKEN'),
    ("zendesk", "ZENDESK_TOKEN", r"Couldn't authenticate you.*USER and OBSERV"),
    ("glpi", "GLPI_USER_TOKEN", "GLPI says 'ERROR_GLPI_LOGIN_USER"),
    ("glpi", "GLPI_APP_TOKEN", "GLPI says 'ERROR_WRONG_APP"),
    ("limesurvey", "LIMESURVEY_PASSWORD", "check OBSERV_LIMESURVEY_USER and OBSERV_LIMESURVEY_PA"),
])  # fmt: skip
def test_a_wrong_key_says_what_to_check_and_shows_nothing(
    request, tmp_path, monkeypatch, tool, variable, told
):
    known = request.getfixturevalue(tool)
    monkeypatch.setenv(f"OBSERV_{variable}", "faux-jeton")
    with pytest.raises(ObservError, match=told) as error:
        fetch("essai", known, tmp_path, today=DAY)
    assert "faux-jeton" not in str(error.value) and "Jeanne" not in str(error.value)
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".csv", ".json")]
