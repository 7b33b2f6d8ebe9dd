"""Tickets fetched from a stand-in of GLPI's REST API."""

from datetime import date

import pandas as pd
import pytest
from tests.desk.fetching.conftest import Asked, Reply

from observlib import store
from observlib.base.errors import ObservError
from observlib.desk.fetching import fetch, servers
from observlib.loaders import load

DAY = date(2026, 4, 20)
TICKETS = [
    {"1": "Je suis Jeanne", "2": 7, "15": "2026-01-05 16:24:00", "17": None, "80": "Entité",
     "7": "Site &#62; Formulaires", "4": "jeanne@example.fr"},
    {"1": "Où ?", "2": 8, "15": "2026-01-06 08:02:00", "17": "2026-01-06 10:15:00", "7": None},
    {"1": "Rien", "2": 9, "15": "2026-03-30 23:50:00", "17": "2026-03-31 11:00:00",
     "7": "Contenus"},
]  # fmt: skip


@pytest.fixture
def known(catalogue, device, standin, monkeypatch):
    monkeypatch.setenv("OBSERV_GLPI_URL", standin.url + "/apirest.php/")
    monkeypatch.setenv("OBSERV_GLPI_USER_TOKEN", "jeton-de-moi")
    monkeypatch.setenv("OBSERV_GLPI_APP_TOKEN", "jeton-appli")
    monkeypatch.setattr(servers, "_MOST_TICKETS", 2)

    def answer(asked: Asked) -> object:
        if asked.headers["App-Token"] != "jeton-appli":
            return Reply(["ERROR_WRONG_APP_TOKEN_PARAMETER", "paramètre app_token incorrect"], 400)
        if asked.path.endswith("/initSession"):
            good = asked.headers["Authorization"] == "user_token jeton-de-moi"
            wrong = Reply(["ERROR_GLPI_LOGIN_USER_TOKEN", "Jeanne Martin inconnue"], 401)
            return {"session_token": "session-42"} if good else wrong
        assert asked.headers["Session-Token"] == "session-42"
        if asked.path.endswith("/killSession"):
            return True
        first, last = map(int, asked.query["range"].split("-"))
        some = TICKETS[first : last + 1]
        found = {"totalcount": len(TICKETS), "count": len(some), "data": some}
        return Reply(found, 200 if last + 1 >= len(TICKETS) else 206)

    standin.answer = answer
    only = device(loader="glpi", channel="mail", pattern="glpi_*.csv")
    return catalogue.model_copy(update={"devices": {only.id: only}})


def test_tickets_are_fetched_and_ingested_as_the_list_that_glpi_saves(known, standin, tmp_path):
    path = fetch("essai", known, tmp_path / "raw", since=date(2026, 1, 1), today=DAY)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(";")[0] for line in lines] == [
        "ID;Date d'ouverture;Date de résolution;Catégorie",
        "7;2026-01-05 16:24:00;;Site > Formulaires",
        "8;2026-01-06 08:02:00;2026-01-06 10:15:00;",
        "9;2026-03-30 23:50:00;2026-03-31 11:00:00;Contenus",
    ]
    paths = [asked.path.rpartition("/")[2] for asked in standin.asked]
    assert paths == ["initSession", "Ticket", "Ticket", "killSession"]
    assert standin.asked[1].path == "/apirest.php/search/Ticket"
    query = standin.asked[1].query
    assert (query["range"], query["sort"]) == ("0-1", "2")
    assert query["criteria[0][value]"] == "2025-12-31 23:59:59"
    done = store.ingest(tmp_path / "raw", tmp_path, known)
    assert done.devices["rows"].tolist() == [3] and done.rejects.empty and not done.problems


def test_open_tickets_wait_until_the_fetch_and_not_until_the_last_ticket(known, standin, tmp_path):
    began = pd.Timestamp.now("UTC").floor("s")
    path = fetch("essai", known, tmp_path / "raw", since=date(2026, 1, 1), today=DAY)
    found = load(path, known.devices["essai"], known)
    seen = found.rows["extracted"].dt.tz_localize("UTC")
    assert seen.between(began, pd.Timestamp.now("UTC")).all()
    assert not any("latest moment" in notice for notice in found.notices)


def test_no_person_text_or_token_is_on_disk_nor_in_an_address(known, standin, tmp_path):
    fetch("essai", known, tmp_path, today=DAY)
    text = "".join(one.read_text(encoding="utf-8") for one in tmp_path.iterdir())
    for word in ("Jeanne", "jeanne", "Où ?", "jeton", "session-42"):
        assert word not in text and not any(word in str(asked.query) for asked in standin.asked)


def cut_off(standin, known, tmp_path):
    """Fetch until the server fails, after two answers; how it answers otherwise."""
    answer, replies = standin.answer, iter([None, None, Reply(b"", 500)])
    standin.answer = lambda asked: next(replies, None) or answer(asked)
    with pytest.raises(ObservError, match="status 500"):
        fetch("essai", known, tmp_path, today=DAY)
    return answer


def test_a_fetch_that_failed_ends_its_session_and_resumes_where_it_was(known, standin, tmp_path):
    cut_off(standin, known, tmp_path)
    assert standin.asked[-1].path.endswith("killSession")
    assert len(fetch("essai", known, tmp_path, today=DAY).read_text("utf-8").splitlines()) == 4
    ranges = [asked.query["range"] for asked in standin.asked if asked.query]
    assert ranges == ["0-1", "2-3", "2-3"]


def test_tickets_deleted_meanwhile_make_no_file_that_may_lack_others(known, standin, tmp_path):
    answer, totals = standin.answer, iter([3, 2])

    def fewer(asked: Asked) -> object:
        if asked.query:
            return {"totalcount": next(totals), "data": TICKETS[:1]}
        return answer(asked)

    standin.answer = fewer
    with pytest.raises(ObservError, match=r"deleted meanwhile.*fetch again"):
        fetch("essai", known, tmp_path, today=DAY)
    standin.answer = answer
    assert len(fetch("essai", known, tmp_path, today=DAY).read_text("utf-8").splitlines()) == 4


def test_a_fetch_of_more_tickets_than_are_left_begins_anew(known, standin, tmp_path):
    answer = cut_off(standin, known, tmp_path)
    gone = Reply(["ERROR_RANGE_EXCEED_TOTAL", "La plage dépasse le total"], 400)
    standin.answer = lambda asked: gone if asked.query else answer(asked)
    with pytest.raises(ObservError, match="deleted meanwhile"):
        fetch("essai", known, tmp_path, today=DAY)
    standin.answer = answer
    assert len(fetch("essai", known, tmp_path, today=DAY).read_text("utf-8").splitlines()) == 4


@pytest.mark.parametrize(("name", "code"), [("USER", "GLPI_LOGIN_USER"), ("APP", "WRONG_APP")])
def test_a_wrong_token_is_told_by_glpi_s_code_alone(known, tmp_path, monkeypatch, name, code):
    monkeypatch.setenv(f"OBSERV_GLPI_{name}_TOKEN", "faux-jeton")
    with pytest.raises(ObservError, match=f"GLPI says 'ERROR_{code}") as error:
        fetch("essai", known, tmp_path, today=DAY)
    assert "faux-jeton" not in str(error.value) and "Jeanne" not in str(error.value)


@pytest.mark.parametrize("answer", [[], {"totalcount": 1, "data": [{"1": "x"}]}, {"data": []}])
def test_an_answer_that_is_not_glpi_s_is_one_line(known, standin, tmp_path, answer):
    usual = standin.answer
    standin.answer = lambda asked: answer if asked.query else usual(asked)
    with pytest.raises(ObservError, match="answers, but not as GLPI does"):
        fetch("essai", known, tmp_path, today=DAY)
