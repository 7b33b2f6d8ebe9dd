"""What the store tells of what it holds is what whoever reads all its rows would tell."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.records.sheets import write
from tests.store.conftest import export

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract, tables
from observlib.catalogue.tables import ALIKE
from observlib.indicators import counts
from observlib.store.ledger import Ledger, LedgerEntry, write_ledger
from observlib.themes import contacts, experiences, partners, satisfaction

JULY = {"a": ("2026-07-01", 3), "b": ("2026-07-15", 4)}
LAST = Quarter("2026-T1")
QUARTERS = LAST.back(2)
SPAN = ("2025-10", "2026-03")


def months(first: int, *visits: int) -> dict[tuple[str, str], int]:
    """Visits of months of 2026."""
    return {("boamp", f"2026-{month:02}"): n for month, n in enumerate(visits, first)}


def test_the_digest_of_a_table_changes_with_its_own_data_and_with_no_other(tmp_path, take):
    take(x=JULY, z=months(5, 50))
    before, whole = store.table_digests(tmp_path), store.store_digest(tmp_path)
    assert set(before) == {"kind", "ratings", "audience"} and before["kind"] == "real"
    assert before["ratings"] != before["audience"]
    take()
    assert store.table_digests(tmp_path) == before and store.store_digest(tmp_path) == whole
    take(y={"c": ("2026-07-20", 1)})
    after = store.table_digests(tmp_path)
    assert after["audience"] == before["audience"] and after["ratings"] != before["ratings"]
    assert store.store_digest(tmp_path) != whole


def test_each_device_is_told_with_its_rows_and_its_days(tmp_path, take):
    take(x=JULY, y={"c": ("2026-08-20", 1)}, z=months(5, 50))
    assert store.devices(tmp_path).values.tolist() == [
        ["audience-boamp", "audience", 1, "2026-05-01", "2026-05-31"],
        ["satisfaction-3939", "ratings", 3, "2026-07-01", "2026-08-20"],
    ]
    assert store.kind(tmp_path) == "real"
    rows = store.exports(tmp_path)[["table", "rows", "rejected"]].values.tolist()
    assert rows == [["ratings", 2, 0], ["ratings", 1, 0], ["audience", 1, 0]]


@pytest.mark.parametrize("ask", [store.devices, store.store_digest])
def test_a_page_that_asks_the_store_is_made_again_by_an_export(tmp_path, take, monkeypatch, ask):
    take(x=JULY)
    asked: set[str] = set()
    monkeypatch.setattr("observlib.store.TABLES_READ", asked)
    store.read(tmp_path, "ratings")
    assert asked == {"ratings"}
    ask(tmp_path)
    assert asked == set(tables.TABLES)


def test_reading_some_quarters_products_or_devices_reads_these_and_no_other(tmp_path, take):
    take(x=months(1, *range(100, 1000, 100)) | {("bodacc", "2026-05"): 7}, y=JULY)
    q2 = Quarter("2026-T2")
    spring = store.read(tmp_path, "audience", q2, q2, device="audience-boamp")
    assert spring["visits"].tolist() == [400, 500, 600, 7]
    assert store.read(tmp_path, "audience", last=Quarter("2026-T1"))["visits"].sum() == 600
    assert store.count_rows(tmp_path, "audience", q2, product="boamp") == 6
    assert store.count_rows(tmp_path, "audience", device="satisfaction-3939") == 0
    assert {*spring["source"].str.split("@").str[0]} == {"audience-boamp"}


def test_what_came_in_is_counted_by_device_as_reading_it_all_would(tmp_path, take):
    take(x=JULY | {"d": ("2026-10-01", 1)}, y=months(6, 9, 5, 6))
    counted = {"ratings": ("answer_id", "question"), "audience": (), "calls": ("call_id",)}
    found = store.count_received(tmp_path, counted, Quarter("2026-T3"))
    of_both = [["satisfaction-3939", "ratings", 2], ["audience-boamp", "audience", 2]]
    assert found[["device", "table", "count"]].values.tolist() == of_both
    read = pd.concat([store.read(tmp_path, name) for name in ("ratings", "audience")])
    assert set(found["source"]) == set(read["source"])
    assert store.count_received(tmp_path, counted, Quarter("2020-T1")).empty
    none = store.count_received(tmp_path, {}, Quarter("2026-T3"))
    assert none.columns.tolist() == ["device", "table", "count", "source"]
    given = store.marks_given(tmp_path).drop(columns="device").values.tolist()
    assert given == [["satisfaction", mark, 1, 5] for mark in (1, 3, 4)]


def test_who_was_heard_is_told_by_device_and_product_of_the_quarters_asked_for(tmp_path, take):
    take(x=JULY, z=months(5, 50) | {("bodacc", "2026-08"): 1})
    heard = store.heard(tmp_path, Quarter("2026-T3"), Quarter("2026-T3"))
    assert sorted(heard[["device", "product"]].values.tolist()) == [
        ["audience-boamp", "bodacc"], ["satisfaction-3939", "allo-service-public"],
    ]  # fmt: skip
    assert set(heard["source"]) <= {
        *store.read(tmp_path, "audience")["source"], *store.read(tmp_path, "ratings")["source"],
    }  # fmt: skip
    assert store.heard(tmp_path, Quarter("2001-T1"), Quarter("2001-T1")).empty


def test_the_themes_of_some_quarters_are_those_of_no_other(tmp_path, catalogue):
    days = {"2026-02-03": "Famille", "2026-08-04": "Logement", "2026-08-05": ""}
    rows = [f"c{day},{day},{day}T09:00:00,answered,{theme}\n" for day, theme in days.items()]
    path = export(
        tmp_path / "raw", "appels.csv", "call_id,date,moment,outcome,theme\n" + "".join(rows)
    )
    plain = {"loader": "plain_csv", "table": "calls", "pattern": path.name}
    known = catalogue.devices["appels-3939-journal"].model_copy(update=plain)
    own = catalogue.model_copy(update={"devices": {known.id: known}})
    assert not store.ingest(tmp_path / "raw", tmp_path, own).problems
    for first, last, told in [("2026-T1", "2026-T1", ["Famille"]), ("2027-T1", "2027-T1", []),
                              ("2026-T1", "2026-T3", ["Famille", "Logement"])]:  # fmt: skip
        found = store.contact_themes(tmp_path, Quarter(first), Quarter(last))
        assert sorted(theme for _, theme in found) == told


@pytest.mark.parametrize(("known", "today", "latest"), [
    *((8, "2026-10-05", "2026-T2"), (8, "2026-06-30", "2026-T1")),
    *((5, "2026-09-05", "2026-T1"), (6, "2026-09-05", "2026-T2")),
])  # fmt: skip
def test_the_latest_quarter_is_over_and_data_reach_it(tmp_path, take, known, today, latest):
    take(x=months(1, *[100] * known))
    assert str(store.latest_quarter(tmp_path, date.fromisoformat(today))) == latest


def test_a_store_of_nothing_but_the_month_in_progress_says_so(tmp_path, take):
    take(x={("boamp", f"{date.today():%Y-%m}"): 100})
    with pytest.raises(ObservError, match="no complete period"):
        store.latest_quarter(tmp_path, date.today())
    with pytest.raises(ObservError, match="observ ingest"):  # where there is no store
        store.read(tmp_path / "elsewhere", "ratings")


def test_what_exports_and_corrections_change_of_many_people_is_known_by_month(tmp_path, take):
    right = {f"r{n}": ("2026-05-04", 4.0) for n in range(20)}
    june = {f"s{n}": ("2026-06-04", 5.0) for n in range(15)}
    few = {name: ("2026-05-04", 2.0) for name in [*right][:10]}
    take(a=right | june)
    for more in ({"b": right | june | {"late": ("2026-05-30", 1.0)}}, {"c": right | june | few}):
        take(**more)
        assert store.amended(tmp_path, "satisfaction-3939") == []
    take(d={name: ("2026-05-04", 1.0) for name in right} | june)
    (may,) = store.amended(tmp_path, "satisfaction-3939")
    assert may[:3] == ("satisfaction-3939", "allo-service-public", "2026-05")
    write(tmp_path, "corrections", device="satisfaction-3939", column="value", first="2026-06-01",
          last="2026-06-30", expect=5, becomes=4, status="permanent")  # fmt: skip
    months = [month for _, _, month, _ in store.amended(tmp_path, "satisfaction-3939")]
    assert months == ["2026-05", "2026-06"] and store.amended(tmp_path, "audience-boamp") == []


# Rows that are alike as one: whoever counts them tells what all rows of the table tell ----------

# months and quarters end among them, and summer time begins: 31 March 22:00 is 1 April in Paris
_ENDS = [f"{day} {hour}:59:59" for day in ("2025-12-31", "2026-03-31") for hour in (21, 22, 23)]
MOMENTS = st.datetimes(pd.Timestamp("2025-12-28"), pd.Timestamp("2026-04-02")).map(
    lambda moment: pd.Timestamp(moment).floor("10min")
) | st.sampled_from([pd.Timestamp(end) for end in _ENDS])
MANY = st.integers(1, 25)  # how often a row comes again: few are withheld, and many told
ABOUT = {
    "theme": st.sampled_from([None, "Famille", "Logement", "Papiers"]),
    "area": st.sampled_from([None, "01", "2A"]),
}


def paris_day(moment: pd.Timestamp) -> date:
    return moment.tz_localize("UTC").tz_convert("Europe/Paris").date()


def call(drawn: dict[str, Any]) -> dict[str, Any]:
    return {**drawn, "date": paris_day(drawn["moment"])}


def ticket(drawn: dict[str, Any]) -> dict[str, Any]:
    received = drawn["received"]
    later = {name: drawn[name] and max(drawn[name], received) for name in ("answered", "closed")}
    last = max(filter(None, (drawn["extracted"], received, *later.values())))
    return {**drawn, **later, "date": paris_day(received), "extracted": last}


def of_ratings(read: Callable[[str], pd.DataFrame], _: Catalogue) -> list[pd.DataFrame]:
    marks = read("ratings_by_mark")
    return [satisfaction.quarterly_marks(marks, QUARTERS), satisfaction.monthly_marks(marks, *SPAN)]


def of_experiences(read: Callable[[str], pd.DataFrame], known: Catalogue) -> list[pd.DataFrame]:
    return [experiences.estimate_feelings(read("experiences_by_feeling"), known, LAST)]


def of_calls(read: Callable[[str], pd.DataFrame], known: Catalogue) -> list[pd.DataFrame]:
    none = contract.empty("call_intervals").assign(source="")
    led = partners.contacts_of_partners(read("calls_by_theme"), known)
    return [
        contacts.quarterly_calls(read("calls_by_day"), none, QUARTERS, read("calls_by_wait")),
        contacts.monthly_calls(read("calls_by_day"), none, *SPAN),
        contacts.theme_shares(read("calls_by_theme"), "call", QUARTERS),
        partners.routed(led, "call", known, QUARTERS),
    ]


def of_tickets(read: Callable[[str], pd.DataFrame], known: Catalogue) -> list[pd.DataFrame]:
    states, delays = read("tickets_by_state"), read("tickets_by_delay")
    return [
        contacts.quarterly_tickets(states, QUARTERS, {"d": 5}, delays),
        contacts.monthly_tickets(states, *SPAN, {"d": 5}, delays),
        contacts.answers_in_time(states, LAST, delays=delays),
        contacts.theme_shares(read("tickets_by_theme"), "ticket", QUARTERS),
    ]


DRAWN = {
    "calls": (of_calls, st.fixed_dictionaries({
        "moment": MOMENTS, "outcome": st.sampled_from(["answered", "abandoned"]),
        "wait": st.none() | st.integers(0, 3), **ABOUT,
    }).map(call)),
    "tickets": (of_tickets, st.fixed_dictionaries({
        "received": MOMENTS, "answered": st.none() | MOMENTS,
        "closed": st.none() | MOMENTS, "extracted": MOMENTS, "theme": ABOUT["theme"],
        "reopened": st.sampled_from([None, "true", "false"]),
        "unknown": st.sampled_from([None, None, "answered", "closed reopened"]),
    }).map(ticket)),
    "ratings": (of_ratings, st.fixed_dictionaries({
        "date": MOMENTS.map(lambda moment: moment.date()), "area": ABOUT["area"],
        "question": st.sampled_from(["satisfaction", "clarity", "help_reached"]),
        "value": st.integers(1, 4), "scale_min": st.sampled_from([0, 1]),
        "scale_max": st.sampled_from([4, 5, 10]),
    })),
    "experiences": (of_experiences, st.fixed_dictionaries({
        "date": MOMENTS.map(lambda moment: moment.date()),
        "feeling": st.sampled_from(["positive", "neutral", "negative"]),
    })),
}  # fmt: skip


def stored(
    place: Path, catalogue: Catalogue, table: str, rows: list[tuple[dict[str, Any], int]]
) -> Path:
    """A data folder with rows of a table, each as often as it says."""
    device = next(iter(catalogue.devices.values())).model_copy(
        update={"id": "d", "loader": "plain_csv", "table": table, "pattern": "d_*.csv"}
    )
    every = pd.DataFrame([row for row, times in rows for _ in range(times)])
    if (key := tables.TABLES[table].key[0]) not in every:
        every.insert(0, key, [f"n{nth}" for nth in range(len(every))])
    text = every.to_csv(index=False, date_format="%Y-%m-%d %H:%M:%S")
    export(place / "raw", "d_1.csv", text)
    only = catalogue.model_copy(update={"devices": {"d": device}})
    done = store.ingest(place / "raw", place, only)
    assert not done.problems and done.rejects.empty
    return place


@pytest.mark.parametrize("table", DRAWN)
def test_rows_that_are_alike_tell_what_all_rows_do(tmp_path_factory, catalogue, table):
    told, row = DRAWN[table]

    @examples(12)
    @given(st.lists(st.tuples(row, MANY), min_size=1, max_size=12))
    def holds(rows: list[tuple[dict[str, Any], int]]) -> None:
        data = stored(tmp_path_factory.mktemp("alike"), catalogue, table, rows)
        each = told(lambda name: store.read(data, ALIKE[name].table), catalogue)
        few = told(lambda name: store.alike(data, name), catalogue)
        for one, other in zip(each, few, strict=True):
            # of marks the last digit of a sum hangs on its order
            pd.testing.assert_frame_equal(one, other, rtol=1e-12, atol=1e-12)
        all_rows = store.read(data, table)
        for name in (name for name, wanted in ALIKE.items() if wanted.table == table):
            found = store.alike(data, name)
            assert found["rows"].sum() == len(all_rows) >= len(found) > 0
            assert set(found["source"]) == set(all_rows["source"])
            for known in (found, store.alike(data, name, LAST + 40)):  # where there is nothing yet
                types = known.drop(columns="rows").dtypes
                pd.testing.assert_series_equal(types, all_rows.dtypes[[*types.index]])

    holds()


def test_intervals_of_a_day_and_of_an_hour_are_added_up(tmp_path, catalogue):
    hours = ("2026-02-03T08:00", "2026-02-03T08:30", "2026-02-03T09:00", "2026-02-04T08:00")
    rows = [
        {"date": hour[:10], "moment": hour, "offered": n + 1, "answered": n, "abandoned": 1}
        | {"wait": 20 * n, "product": "boamp"}
        for n, hour in enumerate(hours, 1)
    ]
    data = stored(tmp_path, catalogue, "call_intervals", [(row, 1) for row in rows])
    days, of_hours = (store.alike(data, f"intervals_by_{name}") for name in ("day", "hour"))
    assert days[["offered", "answered", "rows"]].values.tolist() == [[9, 6, 3], [5, 4, 1]]
    assert of_hours[["offered", "rows"]].values.tolist() == [[5, 2], [4, 1], [5, 1]]
    own = store.by_day(data)
    assert own[["count", "value", "n"]].values.tolist() == [[9, 20, 3], [5, 20, 1]]


DAYS = st.dictionaries(
    st.tuples(st.dates(date(2025, 1, 25), date(2025, 2, 8)), st.sampled_from(["01", "2A"])),
    st.tuples(st.integers(0, 99), st.none() | st.integers(0, 99), st.booleans()),
    min_size=1,
    max_size=25,
)


@examples(20)
@given(DAYS, st.booleans())
def test_months_and_areas_are_those_of_all_days(tmp_path_factory, catalogue, told, by_area):
    data = tmp_path_factory.mktemp("spans")
    days = {(day, area if by_area else ""): row for (day, area), row in told.items()}
    lines = [
        f"{day},{visits},{'' if downloads is None else downloads},{area},{complete}\n".lower()
        for (day, area), (visits, downloads, complete) in days.items()
    ]
    text = "start,visits,downloads,area,complete\n" + "".join(lines)
    export(data / "raw", "boamp_audience_1.csv", text)
    done = store.ingest(data / "raw", data, catalogue)
    assert not done.problems and done.rejects.empty
    rows, spans = store.read(data, "audience"), store.spans(data, "audience")
    kept, rejects = contract.conform(spans.drop(columns="source"), "audience", "spans")
    assert len(kept) == len(spans) <= len(rows) and rejects.empty
    pd.testing.assert_series_equal(rows.dtypes, spans.dtypes)
    for measure in ("visits", "downloads"):
        pd.testing.assert_frame_equal(
            *(counts.monthly_counts(of, "2025-01", "2025-02", measure) for of in (spans, rows))
        )


def test_a_month_of_days_is_one_row_and_a_day_that_lacks_makes_it_two(tmp_path, take):
    lines = [f"2025-01-{day:02},{day}\n" for day in range(1, 32) if day != 10]
    export(tmp_path / "raw", "boamp_audience_1.csv", "start,visits\n" + "".join(lines))
    take()
    found = store.spans(tmp_path, "audience")
    ends = [[str(day.date()) for day in found[name]] for name in ("start", "end")]
    assert ends == [["2025-01-01", "2025-01-11"], ["2025-01-09", "2025-01-31"]]
    assert found["visits"].tolist() == [45, sum(range(11, 32))]
    assert found["source"].tolist() == store.read(tmp_path, "audience")["source"].tolist()[:2]


def test_each_day_has_the_marks_waits_and_counts_of_its_rows(tmp_path, take, catalogue):
    take(x={"a": ("2026-07-01", 1), "b": ("2026-07-01", 4), "c": ("2026-07-02", 5)},
         z=months(7, 31))  # fmt: skip
    days = store.by_day(tmp_path)
    assert set(days["table"]) == {"ratings"}, "a month is no day"
    assert days[["count", "value", "n"]].values.tolist() == [[2, 3.75, 2], [1, 10, 1]]
    assert days["variance"].dropna().tolist() == [pytest.approx(7.5**2 / 2)]
    outcomes = [("answered", 10), ("answered", None), ("answered", 40), ("abandoned", 99)]
    calls = [
        ({"date": "2026-07-01", "moment": "2026-07-01T09:00:00", "outcome": o, "wait": w}, 1)
        for o, w in outcomes
    ]
    own = store.by_day(stored(tmp_path / "calls", catalogue, "calls", calls))
    assert own[["count", "value", "n"]].values.tolist() == [[4, 25, 2]]


# A device that someone forgot to export is noticed, and one that has nothing to give is not ------

DAY = date(2026, 10, 20)
RHYTHMS = ("continuous", "monthly", "quarterly", "yearly", "occasional")


@pytest.fixture
def status(tmp_path, catalogue):
    """What is told of a device of each rhythm, some of which gave an export of a span."""
    one = catalogue.devices["jdma-legifrance"]
    known = [one.model_copy(update={"id": name, "frequency": name}) for name in RHYTHMS]

    def told(read: str, **spans: tuple[str, str]) -> pd.DataFrame:
        entries = [
            LedgerEntry(
                device=device, name="a.csv", content=device, digest="", catalogue="", read=read,
                table="ratings", rejected=3, span=tuple(f"{day}T00:00:00" for day in span),
                part="", sha256="", rows=9, start=None, end=None, corrected={},
            )
            for device, span in spans.items()
        ]  # fmt: skip
        if spans:
            (tmp_path / "store").mkdir()
            write_ledger(tmp_path / "store", Ledger("real", entries))
        return store.status(tmp_path, known, DAY)

    return told


def test_a_forgotten_month_is_late_and_told_with_what_to_do(status):
    found = status("2026-09-02", monthly=("2026-01-01", "2026-08-31"))
    row = found.set_index("device").loc["monthly"].tolist()
    assert row == ["monthly", 1, "2026-01-01", "2026-08-31", "2026-10-15", 5, 3]
    told = store.missing_devices(found)
    assert told[0].startswith("monthly: 5 days late: nothing after 2026-08-31")
    assert [line.partition(":")[0] for line in told] == [
        "monthly", "continuous", "quarterly", "yearly",
    ]  # fmt: skip
    assert all("never gave anything" in line for line in told[1:])


def test_last_days_on_which_nobody_wrote_make_nobody_late_nor_do_days_to_come(status):
    expected = {
        "continuous": (("2026-07-03", "2026-09-22"), "2026-09-22", "2026-11-15"),
        "monthly": (("2026-01-01", "2027-12-31"), "2026-10-20", "2026-11-15"),
        "quarterly": (("2026-07-01", "2026-07-01"), "2026-07-01", "2027-01-15"),
        "yearly": (("2025-03-01", "2025-03-31"), "2025-03-31", "2027-01-15"),
    }
    spans = {name: span for name, (span, *_) in expected.items()}
    found = status("2026-10-02", **spans).set_index("device").loc[[*spans]]
    told = found[["last", "expected", "late"]].values.tolist()
    assert told == [[*days, 0] for _, *days in expected.values()]


@pytest.mark.parametrize(
    ("day", "told"),
    [("2026-11-19", " changes on"), ("2026-11-20", None), ("2026-10-20", " has changed on")],
)
def test_a_questionnaire_about_to_change_is_told_a_month_before(catalogue, day, told):
    device = next(d for d in catalogue.devices.values() if d.questionnaire)
    asked = catalogue.questionnaires[device.questionnaire]
    asked = asked.model_copy(update={"changes_on": date.fromisoformat(day)})
    lines = store.changing([device], {asked.id: asked}, DAY)
    assert [told in line and day in line for line in lines] == ([True] if told else [])


# Exports far longer than the memory that they may take, in a process that is measured ------------

ROWS = 3_000_000  # 200 MB of text, which pandas holds in 600 MB and more
MOST = 700  # MiB, of which 250 are Python and what is imported
INGEST = """
import json, sys
from pathlib import Path
from observlib.pipeline import project
from observlib import store
data = Path(sys.argv[1])
done = store.ingest(data / "raw", data, project.catalogue_with_devices(data))
assert not done.problems, done.problems
days = store.by_day(data)
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
rows = days.astype({"day": str})[["product", "day", "count"]].values.tolist()
print(json.dumps({"peak": peak, "days": rows}))
"""
DEVICE = Path(__file__).with_name("device.yml").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_millions_of_visits_by_page_are_summed_in_little_memory_and_as_pandas_would(tmp_path):
    export(tmp_path / "catalogue", "devices.yml", DEVICE)
    numbers = np.arange(ROWS)
    rows = pd.DataFrame({
        "date": (np.datetime64("2025-01-01") + numbers * 365 // ROWS).astype("datetime64[D]"),
        "product": np.array(["boamp", "bodacc"])[numbers % 2],
        "url": [f"/fiche/{number % 30_000}/mobile" for number in numbers],
        "entry_nb_visits": np.random.default_rng(1).poisson(30, ROWS),
    })  # fmt: skip
    (tmp_path / "raw").mkdir()
    rows.to_csv(tmp_path / "raw" / "pages_2025.csv", sep=";", index=False)
    ingest = [sys.executable, "-c", INGEST, str(tmp_path)]
    told = json.loads(subprocess.run(ingest, capture_output=True, text=True, check=True).stdout)
    assert told["peak"] < MOST
    day = rows["date"].dt.strftime("%Y-%m-%d")
    wanted = rows.groupby(["product", day])["entry_nb_visits"].sum().reset_index()
    assert sorted(told["days"]) == wanted.values.tolist()
