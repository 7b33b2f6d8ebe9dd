"""What an ingestion takes counts once, whatever came before it, and is read as it was taken."""

import signal
import subprocess
import sys
import textwrap
import time
from datetime import date
from pathlib import Path
from string import ascii_lowercase

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO, as_written
from tests.examples import examples

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter

TESTS = "session,participant,date,task,success\n"
JULY = {"a": ("2026-07-01", 3), "b": ("2026-07-15", 4), "c": ("2026-07-30", 5)}
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september")
EXPORT = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), min_size=1)


def months(**visits: int) -> dict[tuple[str, str], int]:
    """Visits by month of 2026, of `may` or `june` …"""
    return {("boamp", f"2026-{MONTHS.index(name) + 1:02d}"): n for name, n in visits.items()}


def held(data: Path) -> dict[str, float]:
    rows = store.read(data, "ratings")
    answers = as_written(data, "satisfaction-3939", ascii_lowercase, rows["answer_id"])
    return dict(zip(answers, rows["value"], strict=True))


def test_a_corrected_export_replaces_its_period(tmp_path, take):
    take(x={**JULY, "z": ("2026-06-30", 1)})
    # b was withdrawn, c was 5 and is 2; z lies outside the corrected period
    done = take(y={"a": ("2026-07-01", 3), "c": ("2026-07-30", 2)})
    assert held(tmp_path) == {"a": 3, "c": 2, "z": 1}
    assert done.replaced and "corrects 3 rows of" in done.replaced[0]


def test_two_files_of_one_month_are_told_with_the_figures_of_both(tmp_path, catalogue):
    (tmp_path / "raw").mkdir()
    header = "mois;liste;abonnés;inscriptions;désabonnements\n"
    for name, stock in (("2026-03", 120), ("2026-03 (1)", 100), ("2026-03_bis", 120)):
        text = f"{header}2026-03;Lettre;{stock};3;1\n2026-02;Lettre;90;3;1\n"
        path = tmp_path / "raw" / f"lettre-service-public_{name}.csv"
        path.write_text(text, encoding="utf-8")
    done = store.ingest(tmp_path / "raw", tmp_path, catalogue)
    assert done.replaced == [
        "lettre-service-public_2026-03.csv: corrects 2 rows of "
        "lettre-service-public_2026-03 (1).csv (2026-03: stock 100, now 120)"
    ]


def test_visits_of_overlapping_exports_are_not_added_up(tmp_path, take):
    take(old=months(may=100, june=200, july=300))
    take(new=months(june=220, july=300, august=400))
    assert store.read(tmp_path, "audience")["visits"].tolist() == [100, 220, 300, 400]


def test_a_day_inside_a_month_already_held_takes_the_month_s_place(tmp_path, take):
    take(months=months(may=3100, june=3000))
    path = tmp_path / "raw" / "boamp_audience_days.csv"
    path.write_text("start,visits\n2026-06-10,100\n2026-06-11,100\n", encoding="utf-8")
    take()
    assert store.read(tmp_path, "audience")["visits"].tolist() == [3100, 100, 100]


@pytest.mark.parametrize("names", [("a", "a"), ("a", "b")])
def test_a_team_is_told_codes_of_sessions_of_one_file_or_of_a_file_each(tmp_path, catalogue, names):
    (tmp_path / "raw").mkdir()
    told = []
    for name, session, codes in zip(names, "ab", (("P1", "P2"), ("p1", "P3")), strict=True):
        path = tmp_path / "raw" / f"tests_legifrance_{name}.csv"
        before = path.read_text("utf-8") if path.exists() else TESTS
        rows = "".join(f"{session},{code},2026-03-05,T,oui\n" for code in codes)
        path.write_text(before + rows, encoding="utf-8")
        told.append(store.ingest(tmp_path / "raw", tmp_path, catalogue).notices)
    assert told[0] == [] and len(told[1]) == 1
    assert "1 code of participants are in several of the sessions a, b, and count" in told[1][0]


def test_an_export_saved_in_another_format_says_which_one_its_device_reads(tmp_path, take):
    (tmp_path / "raw").mkdir()
    for name in ("jdma_legifrance_2026.xlsx", "holiday.xlsx"):
        (tmp_path / "raw" / name).write_bytes(b"PK")
    done = take(x=JULY)
    assert done.unclaimed == ["holiday.xlsx", "jdma_legifrance_2026.xlsx"]
    (told,) = done.notices
    assert told.startswith("jdma_legifrance_2026.xlsx: is not read; exports of jdma-legifrance")
    assert "end with .csv" in told


def test_reading_some_quarters_reads_these_and_no_other(tmp_path, take):
    take(x=months(**{name: 100 * n for n, name in enumerate(MONTHS, 1)}))
    q2 = Quarter("2026-T2")
    assert store.read(tmp_path, "audience", q2, q2)["visits"].tolist() == [400, 500, 600]
    assert store.read(tmp_path, "audience", last=Quarter("2026-T1"))["visits"].sum() == 600
    sources = store.read(tmp_path, "audience")["source"].str.split("@").str[0]
    assert set(sources) == {"audience-boamp"}


def test_a_page_of_one_product_reads_what_filtering_the_whole_table_would(demonstration):
    whole, column = store.read(demonstration, "ratings"), "product"
    for value in whole[column].dropna().unique()[:3]:
        part = store.read(demonstration, "ratings", **{column: value})
        expected = whole[whole[column] == value].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected)
    assert store.read(demonstration, "ratings", **{column: "no-one"}).empty


def test_what_came_in_is_counted_by_device_as_reading_it_all_would(tmp_path, take):
    take(x=JULY | {"d": ("2026-10-01", 1)}, y=months(june=9, july=5, august=6))
    counted = {"ratings": ("answer_id", "question"), "audience": (), "calls": ("call_id",)}
    found = store.count_received(tmp_path, counted, Quarter("2026-T3"))
    of_both = [["satisfaction-3939", "ratings", 3], ["audience-boamp", "audience", 2]]
    assert found[["device", "table", "count"]].values.tolist() == of_both
    read = pd.concat([store.read(tmp_path, name) for name in ("ratings", "audience")])
    assert set(found["source"]) == set(read["source"])
    assert store.count_received(tmp_path, counted, Quarter("2020-T1")).empty
    none = store.count_received(tmp_path, {}, Quarter("2026-T3"))
    assert none.columns.tolist() == ["device", "table", "count", "source"]


def test_who_was_heard_is_told_by_device_and_product_of_the_quarters_asked_for(demonstration):
    first, last = Quarter("2025-T4"), Quarter("2026-T3")
    heard = store.heard(demonstration, first, last)
    pairs = set(zip(heard["device"], heard["product"], strict=True))
    assert len(pairs) == len(heard)
    sheets = store.read(demonstration, "workshops", first, last)
    expected = set(zip(sheets["device"], sheets["product"], strict=True))
    assert expected and expected == {pair for pair in pairs if pair[0] == "ateliers"}
    assert set(heard["source"]) >= set(sheets["source"])
    assert heard.index.is_unique
    assert store.heard(demonstration, Quarter("2001-T1"), Quarter("2001-T1")).empty


@pytest.mark.parametrize(("known", "today", "latest"), [
    *((8, "2026-10-05", "2026-T2"), (8, "2026-06-30", "2026-T1")),
    *((5, "2026-09-05", "2026-T1"), (6, "2026-09-05", "2026-T2")),
])  # fmt: skip
def test_the_latest_quarter_is_over_and_data_reach_it(tmp_path, take, known, today, latest):
    take(x=months(**dict.fromkeys(MONTHS[:known], 100)))
    assert str(store.latest_quarter(tmp_path, date.fromisoformat(today))) == latest


def test_a_store_of_nothing_but_the_month_in_progress_says_so(tmp_path, take):
    take(x={("boamp", f"{date.today():%Y-%m}"): 100})
    with pytest.raises(ObservError, match="no complete period"):
        store.latest_quarter(tmp_path, date.today())
    with pytest.raises(ObservError, match="observ ingest"):  # where there is no store
        store.read(tmp_path / "elsewhere", "ratings")


@examples(15)
@given(exports=st.lists(EXPORT, min_size=1, max_size=4))
def test_an_answer_is_never_counted_twice_of_any_exports(
    tmp_path_factory, catalogue, ratings, exports
):
    folder = tmp_path_factory.mktemp("exports")
    latest: dict[str, float] = {}
    for number, export in enumerate(exports):
        raw = folder / f"raw{number}"
        days = {key: f"2026-07-{ord(key) - 96:02d}" for key in export}
        ratings(raw, "x", {key: (days[key], mark) for key, mark in export.items()})
        store.ingest(raw, folder, catalogue)
        latest |= export
        rows = store.read(folder, "ratings")
        assert rows["answer_id"].is_unique
        # what a new export says holds; one already read is not read again
        if export not in exports[:number]:
            assert {key: held(folder)[key] for key in export} == export
    assert set(held(folder)) <= set(latest)


@pytest.mark.slow
def test_an_ingestion_killed_at_any_moment_leaves_a_store_that_reads(tmp_path, catalogue, ratings):
    ratings(tmp_path / "raw", "2026-07", JULY)
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    first = set(store.read(tmp_path, "ratings")["answer_id"])
    for number in range(15):
        marks = {f"{number}-{i}": ("2026-07-20", 3) for i in range(20)}
        ratings(tmp_path / "raw", f"n{number}", marks)
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from observlib import store
        from observlib.pipeline import project
        catalogue = project.catalogue(Path({str(DEMO)!r}), Path({str(DEMO)!r}))
        print("ready", flush=True)
        store.ingest(Path({str(tmp_path / "raw")!r}), Path({str(tmp_path)!r}), catalogue)
        """
    )
    for delay in (0.05, 0.3):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert first <= set(store.read(tmp_path, "ratings")["answer_id"])
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    assert len(store.read(tmp_path, "ratings")) == 3 + 15 * 20
