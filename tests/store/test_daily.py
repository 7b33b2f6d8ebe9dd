"""What is watched day by day is what the tables hold, to the answer."""

import pytest

from observlib import store


@pytest.fixture(scope="module")
def days(demonstration):
    return store.by_day(demonstration)


def test_marks_and_their_number_are_those_of_the_ratings(demonstration, days):
    device = "jdma-service-public"
    ratings = store.read(demonstration, "ratings", device=device)
    own = days[(days["device"] == device) & (days["table"] == "ratings")]
    marks = ratings[ratings["question"] == "satisfaction"]
    assert own["n"].sum() == len(marks)
    assert own["count"].sum() == ratings["answer_id"].nunique()
    ten = 10 * (marks["value"] - marks["scale_min"]) / (marks["scale_max"] - marks["scale_min"])
    assert (own["value"] * own["n"]).sum() == pytest.approx(ten.sum())
    alike = ten.groupby(marks["date"].dt.normalize()).var()
    assert own["variance"].dropna().tolist() == pytest.approx(alike.dropna().tolist())


def test_waits_are_of_answered_calls_alone(demonstration, days):
    calls = store.read(demonstration, "calls")
    own = days[days["table"] == "calls"]
    answered = calls[(calls["outcome"] == "answered") & calls["wait"].notna()]
    assert own["count"].sum() == len(calls) and own["n"].sum() == len(answered)
    assert (own["value"] * own["n"]).sum() == pytest.approx(answered["wait"].sum())


def test_months_are_no_days(days):
    assert "matomo-legifrance" not in set(days["device"])  # whose export is monthly
    assert "matomo-service-public" in set(days["device"])


def test_an_empty_store_has_no_days(tmp_path, catalogue):
    (tmp_path / "raw").mkdir()
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    assert store.by_day(tmp_path).empty
