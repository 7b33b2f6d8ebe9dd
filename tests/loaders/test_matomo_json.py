"""Matomo's JSON answers: their shapes, empty days, and answers that must be refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError

DEVICE, FILE = "matomo-vie-publique", "m.json"
KEYS = {"loader": "matomo_json", "period": None, "extracted": None}


@pytest.fixture
def ask(read: Any) -> Any:
    return lambda data, *name, **keys: read(json.dumps(data), *name, **keys)


DAY = {
    "nb_uniq_visitors": 7, "nb_visits": "9", "nb_actions": 20.0, "bounce_count": 2,
    "sum_visit_length": 542, "bounce_rate": "22%",
}  # fmt: skip


def test_days_without_visits_are_zero_and_not_lost(ask):
    data = {"2026-03-02": [], "2026-03-01": DAY, "2026-03-03": [DAY]}
    loaded = ask(data)
    assert loaded.rejects.empty
    assert loaded.rows["visits"].tolist() == [0, 9, 9]
    assert loaded.rows["seconds"].tolist() == [0, 542, 542]
    assert loaded.rows["downloads"].isna().all(), "what was not exported is unknown, not zero"
    assert loaded.rows["complete"].all()
    none = ask({"2026-03-01": [], "2026-03-02": []})
    assert none.rows["visits"].tolist() == [0, 0] and none.rejects.empty


def test_a_list_of_dated_objects_keeps_the_place_of_what_it_rejects(ask):
    data = [
        {"date": "2019-01", "visites": 119541}, {"date": "2019-02", "visites": None},
        {"visites": 3}, 5, {"date": "2019-03", "visites": float("nan")},
        {"date": "2019-04", "visites": float("inf")}, {"date": "2019-05", "visites": 10**30},
        {"date": "2019-06", "visites": True}, {"date": "2019-07", "visites": [1]},
        {"date": {"x": 1}, "visites": 1}, {"date": "2019-08", "visites": 1.5},
        {"date": "9998-03", "visites": 1},
    ]  # fmt: skip
    loaded = ask(data)
    assert loaded.rows["visits"].tolist() == [119541]
    assert loaded.rejects["row"].tolist() == list(range(2, 13))
    assert loaded.rejects["reason"].iat[1] == "is empty"
    assert loaded.rejects["column"].iat[1] == "date"


@pytest.mark.parametrize(("data", "says"), [
    ({"result": "error", "message": "no access " * 100}, "Matomo answered with an error"),
    ([], "no row under the header"),
    (3, "holds no records"),
    ({"2026-03-01": 12}, "holds no records"),
    ({"1": {"2026-03-01": DAY}}, "missing column 'nb_visits'"),
    ([{"date": "2026-03", "nb_actions": 1}], "visits are named nb_visits, Visits, Visites"),
    ([{"label": "/page", "nb_visits": 3}], "no visits by period"),
    ({"2026-03-01": [{"label": "/", "nb_visits": 3}, {"label": "/a"}]}, "broken down"),
    ([{"2026-03-01": DAY}, {"2026-03-01": DAY}], "several answers in one file"),
    ({"idVisit": "124", "nb_visits": 1}, "personal data and is not read"),
    ({"2026-03-01": [{"idVisit": 1}, {"idVisit": 2}]}, "personal data and is not read"),
    ('{"a":' * 5_000 + "1" + "}" * 5_000, "nested too deeply|missing column"),
])  # fmt: skip
def test_answers_that_cannot_be_used_say_which_to_ask_for(read, data, says):
    with pytest.raises(ObservError, match=says) as caught:
        read(data if isinstance(data, str) else json.dumps(data), "m_2026-03.json")
    assert len(str(caught.value).splitlines()) == 1 and len(str(caught.value)) < 600


WORDS = st.one_of(
    st.sampled_from(
        ["2026-03-01", "2026-03", "2026", "date", "nb_visits", "Visites", "nb_actions"]
    ),
    st.sampled_from(["label", "idVisit", "result", "monthlyStats", "sum_visit_length"]),
    st.text(max_size=5),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["2026-03-01", "12", "error", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)


@examples(120)
@given(data=VALUES)
def test_any_json_loads_or_is_refused(ask, data):
    try:
        loaded = ask(data)
    except ObservError as error:
        str(error).encode("utf-8")
        return
    loaded.rejects.to_csv().encode("utf-8")
    assert loaded.rejects["row"].is_unique


def test_the_real_monthly_series_of_a_public_service(read, shared_data):
    path = shared_data / "matomo" / "mon-entreprise_matomoVisitHistory.json"
    loaded = read(path)
    assert loaded.rejects.empty and len(loaded.rows) == 26
    assert loaded.rows["visits"].sum() == sum(
        month["visites"] for month in json.loads(path.read_text(encoding="utf-8"))
    )
    assert loaded.rows["complete"].all()


@pytest.mark.parametrize(("name", "says"), [
    ("pagesStats.json", "gives no visits by period"),
    ("visit.json", "personal data and is not read"),
    ("exportDataSubject_oneVisitGiven.json", "personal data and is not read"),
])  # fmt: skip
def test_real_answers_that_are_refused(read, shared_data, name, says):
    with pytest.raises(ObservError, match=says):
        read(shared_data / "matomo" / name)
