"""Rows that are alike as one: whoever counts them tells what all rows of the table tell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract, tables
from observlib.catalogue.tables import ALIKE
from observlib.indicators import counts
from observlib.themes import contacts, experiences, partners, satisfaction

LAST = Quarter("2026-T1")
QUARTERS = LAST.back(2)
SPAN = ("2025-10", "2026-03")
# months and quarters end among them, and summer time begins: 31 March 22:00 is 1 April in Paris
_ENDS = [f"{day} {hour}:59:59" for day in ("2025-12-31", "2026-03-31") for hour in (21, 22, 23)]
MOMENTS = st.datetimes(pd.Timestamp("2025-12-28"), pd.Timestamp("2026-04-02")).map(
    lambda moment: pd.Timestamp(moment).floor("10min")
) | st.sampled_from([pd.Timestamp(end) for end in _ENDS])
MANY = st.integers(1, 25)  # how often a row comes again: few are withheld, and many told
AREAS = st.sampled_from([None, "01", "2A"])
THEMES = st.sampled_from([None, "Famille", "Logement", "Papiers"])


def paris_day(moment: pd.Timestamp) -> pd.Timestamp:
    return moment.tz_localize("UTC").tz_convert("Europe/Paris").tz_localize(None).normalize()


@st.composite
def of_calls(draw: Any) -> dict[str, Any]:
    moment = draw(MOMENTS)
    return {
        "date": paris_day(moment).date(), "moment": moment,
        "outcome": draw(st.sampled_from(["answered", "abandoned"])),
        "wait": draw(st.none() | st.integers(0, 3)), "theme": draw(THEMES), "area": draw(AREAS)
    }  # fmt: skip


@st.composite
def of_tickets(draw: Any) -> dict[str, Any]:
    received = draw(MOMENTS)
    after = st.none() | MOMENTS.filter(lambda moment: moment >= received)
    answered, closed = draw(after), draw(after)
    last = max(moment for moment in (received, answered, closed) if moment)
    return {
        "date": paris_day(received).date(), "received": received, "answered": answered,
        "closed": closed, "extracted": max(last, draw(MOMENTS)),
        "reopened": draw(st.sampled_from([None, "true", "false"])), "theme": draw(THEMES),
        "unknown": draw(st.sampled_from([None, None, "answered", "closed reopened"]))
    }  # fmt: skip


@st.composite
def of_ratings(draw: Any) -> dict[str, Any]:
    least, most = draw(st.sampled_from([(1, 5), (1, 5), (1, 4), (0, 10)]))
    return {
        "date": draw(MOMENTS).date(),
        "question": draw(st.sampled_from(["satisfaction", "clarity", "help_reached"])),
        "value": draw(st.integers(least, most)), "scale_min": least, "scale_max": most,
        "area": draw(AREAS)
    }  # fmt: skip


@st.composite
def of_experiences(draw: Any) -> dict[str, Any]:
    feeling = draw(st.sampled_from(["positive", "neutral", "negative"]))
    return {"date": draw(MOMENTS).date(), "feeling": feeling}


def stored(place: Path, catalogue: Catalogue, table: str, rows: list[tuple[dict, int]]) -> Path:
    """A data folder with rows of a table, each as often as it says."""
    device = next(iter(catalogue.devices.values())).model_copy(
        update={"id": "d", "loader": "plain_csv", "table": table, "pattern": "d_*.csv"}
    )
    every = pd.DataFrame([row for row, times in rows for _ in range(times)])
    every.insert(0, tables.TABLES[table].key[0], [f"n{nth}" for nth in range(len(every))])
    (place / "raw").mkdir()
    every.to_csv(place / "raw" / "d_1.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")
    only = catalogue.model_copy(update={"devices": {"d": device}})
    done = store.ingest(place / "raw", place, only)
    assert not done.problems and done.rejects.empty
    return place


Read = Callable[[str], pd.DataFrame]


def told_of_calls(read: Read, catalogue: Catalogue) -> list[pd.DataFrame]:
    none = contract.empty("call_intervals").assign(source="")
    led = partners.contacts_of_partners(read("calls_by_theme"), catalogue)
    return [
        contacts.quarterly_calls(read("calls_by_day"), none, QUARTERS, read("calls_by_wait")),
        contacts.monthly_calls(read("calls_by_day"), none, *SPAN),
        contacts.theme_shares(read("calls_by_theme"), "call", QUARTERS),
        partners.routed(led, "call", catalogue, QUARTERS),
    ]


def told_of_tickets(read: Read, catalogue: Catalogue) -> list[pd.DataFrame]:
    states, delays = read("tickets_by_state"), read("tickets_by_delay")
    led = partners.contacts_of_partners(read("tickets_by_theme"), catalogue)
    return [
        contacts.quarterly_tickets(states, QUARTERS, {"d": 5}, delays),
        contacts.monthly_tickets(states, *SPAN, {"d": 5}, delays),
        contacts.answers_in_time(states, LAST, delays=delays),
        contacts.theme_shares(read("tickets_by_theme"), "ticket", QUARTERS),
        partners.routed(led, "ticket", catalogue, QUARTERS),
    ]


def told_of_ratings(read: Read, catalogue: Catalogue) -> list[pd.DataFrame]:
    marks = read("ratings_by_mark")
    return [
        satisfaction.quarterly_marks(marks, QUARTERS),
        satisfaction.monthly_marks(marks, *SPAN),
    ]


def told_of_experiences(read: Read, catalogue: Catalogue) -> list[pd.DataFrame]:
    return [experiences.estimate_feelings(read("experiences_by_feeling"), catalogue, LAST)]


@pytest.mark.parametrize(("table", "row", "told"), [
    ("calls", of_calls(), told_of_calls), ("tickets", of_tickets(), told_of_tickets),
    ("ratings", of_ratings(), told_of_ratings),
    ("experiences", of_experiences(), told_of_experiences),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_rows_that_are_alike_tell_what_all_rows_do(tmp_path_factory, catalogue, table, row, told):
    @examples(12)
    @given(st.lists(st.tuples(row, MANY), min_size=1, max_size=12))
    def holds(rows: list[tuple[dict, int]]) -> None:
        data = stored(tmp_path_factory.mktemp("alike"), catalogue, table, rows)
        each = told(lambda name: store.read(data, ALIKE[name].table), catalogue)
        few = told(lambda name: store.alike(data, name), catalogue)
        for one, other in zip(each, few, strict=True):
            # of marks the last digit of a sum hangs on its order
            pd.testing.assert_frame_equal(one, other, rtol=1e-12, atol=1e-12)

    holds()


@pytest.mark.parametrize("name", ALIKE)
def test_every_row_is_counted_once_and_a_column_has_its_table_s_name_and_type(demonstration, name):
    wanted, last = ALIKE[name], Quarter("2026-T3")
    found = store.alike(demonstration, name, last - 1, last)
    rows = store.read(demonstration, wanted.table, last - 1, last)
    assert found["rows"].sum() == len(rows) >= len(found) > 0
    for names in (found, store.alike(demonstration, name, last + 40)):  # where there is nothing yet
        known = names.drop(columns="rows")
        pd.testing.assert_series_equal(known.dtypes, rows.dtypes[list(known)])
    assert all(found[column].sum() == rows[column].sum() for column in wanted.sums)
    assert set(found["source"]) == set(rows["source"])


DAYS = st.dictionaries(
    st.tuples(st.dates(pd.Timestamp("2025-01-25").date(), pd.Timestamp("2025-02-08").date()),
              st.sampled_from(["01", "2A"])),
    st.tuples(st.integers(0, 99), st.none() | st.integers(0, 99), st.booleans()),
    min_size=1,
    max_size=25,
)  # fmt: skip


@examples(40)
@given(DAYS, st.booleans())
def test_months_and_areas_are_those_of_all_days(tmp_path_factory, catalogue, told, by_area):
    data = tmp_path_factory.mktemp("spans")
    (data / "raw").mkdir()
    days = {(day, area if by_area else ""): row for (day, area), row in told.items()}
    lines = [
        f"{day},{visits},{'' if downloads is None else downloads},{area},{complete}\n".lower()
        for (day, area), (visits, downloads, complete) in days.items()
    ]
    text = "start,visits,downloads,area,complete\n" + "".join(lines)
    (data / "raw" / "boamp_audience_1.csv").write_text(text, encoding="utf-8")
    done = store.ingest(data / "raw", data, catalogue)
    assert not done.problems and done.rejects.empty
    rows, spans = store.read(data, "audience"), store.spans(data, "audience")
    kept, rejects = contract.conform(spans.drop(columns="source"), "audience", "spans")
    assert len(kept) == len(spans) <= len(rows) and rejects.empty
    pd.testing.assert_series_equal(rows.dtypes, spans.dtypes)
    for measure in ("visits", "downloads"):
        pd.testing.assert_frame_equal(
            counts.monthly_counts(spans, "2025-01", "2025-02", measure),
            counts.monthly_counts(rows, "2025-01", "2025-02", measure),
        )


def test_a_month_of_days_is_one_row_and_a_day_that_lacks_makes_it_two(tmp_path, catalogue):
    lines = [f"2025-01-{day:02},{day}\n" for day in range(1, 32) if day != 10]
    (tmp_path / "raw").mkdir()
    path = tmp_path / "raw" / "boamp_audience_1.csv"
    path.write_text("start,visits\n" + "".join(lines), encoding="utf-8")
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    found = store.spans(tmp_path, "audience")
    ends = [[str(day.date()) for day in found[name]] for name in ("start", "end")]
    assert ends == [["2025-01-01", "2025-01-11"], ["2025-01-09", "2025-01-31"]]
    assert found["visits"].tolist() == [45, sum(range(11, 32))]
    assert found["source"].tolist() == store.read(tmp_path, "audience")["source"].tolist()[:2]


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


def test_waits_are_of_answered_calls_and_months_are_no_days(demonstration, days):
    calls = store.read(demonstration, "calls")
    own = days[days["table"] == "calls"]
    answered = calls[(calls["outcome"] == "answered") & calls["wait"].notna()]
    assert own["count"].sum() == len(calls) and own["n"].sum() == len(answered)
    assert (own["value"] * own["n"]).sum() == pytest.approx(answered["wait"].sum())
    assert "matomo-legifrance" not in set(days["device"])  # whose export is monthly
    assert "matomo-service-public" in set(days["device"])
