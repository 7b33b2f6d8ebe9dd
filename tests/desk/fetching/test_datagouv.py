"""Metrics fetched from a stand-in of data.gouv.fr's public API."""

import json
from datetime import date

import pytest
from tests.desk.fetching.conftest import Asked

from observlib import store
from observlib.base.errors import ObservError
from observlib.desk.fetching import fetch, servers

DATASET = "559395f1c751df0f51a453b9"
MONTHS = [f"{2019 + at // 12}-{at % 12 + 1:02d}" for at in range(60)]  # until December 2023


@pytest.fixture
def known(catalogue, device, standin, monkeypatch):
    def answer(asked: Asked) -> object:
        page, size = int(asked.query["page"]), int(asked.query["page_size"])
        some = MONTHS[(page - 1) * size : page * size]
        data = [
            {"__id": 1, "dataset_id": DATASET, "metric_month": month, "monthly_visit": 1000 + at,
             "monthly_download_resource": 3}
            for at, month in enumerate(some)
        ]  # fmt: skip
        more = f"{standin.url}/?page={page + 1}" if page * size < len(MONTHS) else None
        return {"data": data, "links": {"next": more}, "meta": {"total": len(MONTHS)}}

    standin.answer = answer
    monkeypatch.setattr(servers, "DATAGOUV", standin.url)
    only = device(
        loader="datagouv_metrics", dataset_id=DATASET, channel="open_data", pattern="essai_*.json"
    )
    return catalogue.model_copy(update={"devices": {only.id: only}})


def test_all_months_are_fetched_and_ingested_as_a_dump(known, standin, tmp_path):
    path = fetch("essai", known, tmp_path / "raw", today=date(2024, 1, 5))
    (first, second) = standin.asked
    assert first.path == "/api/datasets/data/" and first.query["dataset_id__exact"] == DATASET
    assert (first.query["page"], second.query["page"]) == ("1", "2")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["monthlyStats"][0] == {"month": "2019-01", "visits": 1000, "downloads": 3}
    done = store.ingest(tmp_path / "raw", tmp_path, known)
    assert done.devices["rows"].tolist() == [60] and done.rejects.empty and not done.problems


@pytest.mark.parametrize("answer", [[], {}, {"data": [3], "links": {}, "meta": {"total": 1}}])
def test_an_answer_that_is_not_of_the_api_is_one_line(known, standin, tmp_path, answer):
    standin.answer = lambda asked: answer
    with pytest.raises(ObservError, match=r"answers, but not as data\.gouv\.fr does"):
        fetch("essai", known, tmp_path)


def test_a_data_set_without_months_says_to_check_the_entry(known, standin, tmp_path):
    standin.answer = lambda asked: {"data": [], "links": {"next": None}, "meta": {"total": 0}}
    with pytest.raises(ObservError, match="nothing to fetch; check the device's entry"):
        fetch("essai", known, tmp_path)
    assert not [*tmp_path.iterdir()]
