"""Visits fetched from a stand-in of Matomo's Reporting API."""

import json
from datetime import date

import pytest
from tests.desk.fetching.conftest import Asked, Reply

from observlib import store
from observlib.base.errors import ObservError, UsageError
from observlib.catalogue import Catalogue
from observlib.desk.fetching import fetch

TOKEN = "0123456789abcdef"
DAY = date(2026, 3, 4)
VISITS = {"nb_visits": 7, "nb_uniq_visitors": 5, "nb_actions": 12, "nb_downloads": 1}
MORE = {"bounce_count": 2, "sum_visit_length": 700, "userid": "jeanne@example.fr"}


@pytest.fixture
def matomo(standin, monkeypatch):
    monkeypatch.setenv("OBSERV_MATOMO_URL", standin.url + "/")
    monkeypatch.setenv("OBSERV_MATOMO_TOKEN", TOKEN)

    def answer(asked: Asked) -> object:
        if asked.form["token_auth"] != TOKEN:
            message = f"You can't access this resource with {asked.form['token_auth']}"
            return Reply({"result": "error", "message": message}, 401)
        first, last = map(date.fromisoformat, asked.form["date"].split(","))
        if asked.form["period"] == "month":
            months = range(first.month, last.month + 1)
            return {f"{first.year}-{month:02d}": VISITS | MORE for month in months}
        days = range(first.toordinal(), last.toordinal() + 1)
        found = {str(date.fromordinal(day)): VISITS | MORE for day in days}
        return found | ({"2026-03-01": []} if "2026-03-01" in found else {})

    standin.answer = answer
    return standin


@pytest.fixture
def known(catalogue, device):
    def made(**given: object) -> Catalogue:
        only = device(site_id=5, **given)
        return catalogue.model_copy(update={"devices": {only.id: only}})

    return made


def test_days_are_asked_for_a_month_at_a_time_and_ingested_as_an_export(matomo, known, tmp_path):
    found = known(loader="matomo_csv", frequency="daily")
    path = fetch("essai", found, tmp_path / "raw", since=date(2026, 2, 27), today=DAY)
    assert path == tmp_path / "raw" / "essai_2026-03-04.csv"
    assert [asked.form["date"] for asked in matomo.asked] == [
        "2026-02-27,2026-02-28",
        "2026-03-01,2026-03-03",
    ]
    assert all(asked.path == "/index.php" and not asked.query for asked in matomo.asked)
    asked = matomo.asked[0].form
    assert (asked["method"], asked["idSite"], asked["period"]) == ("API.get", "5", "day")
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    assert header.split(",") == ["date", "nb_visits", "nb_uniq_visitors", "nb_actions",
                                 "nb_downloads", "bounce_count", "sum_visit_length"]  # fmt: skip
    assert rows[0] == "2026-02-27,7,5,12,1,2,700" and rows[2] == "2026-03-01,0,0,0,0,0,0"
    done = store.ingest(tmp_path / "raw", tmp_path, found)
    assert done.devices["rows"].tolist() == [5] and done.rejects.empty and not done.problems


def test_whole_months_are_asked_for_by_year_from_the_year_before_last(matomo, known, tmp_path):
    found = known(loader="matomo_json", pattern="essai*.json")
    path = fetch("essai", found, tmp_path / "raw", today=DAY)
    assert path.name == "essai_2026-03-04.json"
    spans = [asked.form["date"] for asked in matomo.asked]
    assert spans[0] == "2024-01-01,2024-12-31" and spans[2] == "2026-01-01,2026-02-28"
    months = json.loads(path.read_text(encoding="utf-8"))
    assert len(months) == 26 and months["2026-02"]["nb_visits"] == 7
    done = store.ingest(tmp_path / "raw", tmp_path, found)
    assert done.devices["rows"].tolist() == [26] and done.rejects.empty and not done.problems


def test_neither_the_token_nor_who_visited_is_on_disk_or_in_an_address(matomo, known, tmp_path):
    fetch("essai", known(loader="matomo_csv"), tmp_path, today=DAY)
    text = "".join(one.read_text(encoding="utf-8") for one in tmp_path.rglob("*") if one.is_file())
    assert TOKEN not in text and "jeanne" not in text and "userid" not in text


def test_a_wrong_token_or_site_is_told_with_what_to_check(matomo, known, tmp_path, monkeypatch):
    monkeypatch.setenv("OBSERV_MATOMO_TOKEN", "faux-jeton")
    with pytest.raises(ObservError, match='with …"; check OBSERV_MATOMO_TOKEN') as error:
        fetch("essai", known(loader="matomo_csv"), tmp_path, today=DAY)
    assert "faux-jeton" not in str(error.value)
    message = "An unexpected website was found in the request: website id was set to '5'"
    matomo.answer = lambda asked: {"result": "error", "message": message}
    with pytest.raises(ObservError, match=r"website id was set to '5'.*the device's entry"):
        fetch("essai", known(loader="matomo_csv"), tmp_path, today=DAY)


@pytest.mark.parametrize(
    "answer", [[], 3, {"value": 3}, {"2026-02-30": VISITS}, {"2026-02": [[1]]}, {"2026-02": "x"}]
)
def test_an_answer_that_is_not_matomo_s_is_one_line(matomo, known, tmp_path, answer):
    matomo.answer = lambda asked: answer
    with pytest.raises(ObservError, match="answers, but not as Matomo does; check OBSERV_MATOMO"):
        fetch("essai", known(loader="matomo_csv"), tmp_path, since=date(2026, 2, 1), today=DAY)
    assert not [*tmp_path.glob("*.csv")]


def test_no_month_that_has_not_ended_is_asked_for(matomo, known, tmp_path):
    with pytest.raises(UsageError, match="no month has begun and ended since"):
        fetch("essai", known(loader="matomo_csv"), tmp_path, since=date(2026, 3, 1), today=DAY)
    assert not matomo.asked
