"""What an ingestion takes counts once, whatever came before it, and is read as it was taken."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO, as_written
from tests.examples import examples
from tests.store.conftest import Counts, counted, export, held

from observlib import store
from observlib.base import processes
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Product
from observlib.edition import checklist
from observlib.store import ingestion
from observlib.store.ledger import LedgerEntry, read_ledger

JULY = {"a": ("2026-07-01", 3), "b": ("2026-07-15", 4), "c": ("2026-07-30", 5)}
NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september")
EXPORT = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), min_size=1)


def months(**visits: int) -> Counts:
    """Visits by month of 2026, of `may` or `june` …"""
    return {("boamp", f"2026-{NAMES.index(name) + 1:02d}"): n for name, n in visits.items()}


def entries(data: Path) -> list[LedgerEntry]:
    ledger = read_ledger(data / "store")
    assert ledger
    return ledger.files


def told(done: store.Ingested) -> list[int]:
    """Files, unchanged, rows, rejected."""
    assert done.devices["rejected"].sum() == len(done.rejects)
    return [int(done.devices[name].sum()) for name in ("files", "unchanged", "rows", "rejected")]


def test_a_corrected_export_replaces_its_period_and_no_other(tmp_path, take):
    take(x={**JULY, "z": ("2026-06-30", 1)})
    # b was withdrawn, c was 5 and is 2; z lies outside the corrected period
    done = take(y={"a": ("2026-07-01", 3), "c": ("2026-07-30", 2)})
    assert held(tmp_path) == {"a": 3, "c": 2, "z": 1} and told(done) == [2, 1, 2, 0]
    assert done.replaced == [
        "allo-service-public_satisfaction_y.csv: corrects 3 rows of "
        "allo-service-public_satisfaction_x.csv"
    ]


def test_two_files_of_one_month_are_told_with_the_figures_of_both(tmp_path, catalogue):
    header = "mois;liste;abonnés;inscriptions;désabonnements\n"
    for name, stock in (("2026-03", 120), ("2026-03 (1)", 100), ("2026-03_bis", 120)):
        text = f"{header}2026-03;Lettre;{stock};3;1\n2026-02;Lettre;90;3;1\n"
        export(tmp_path / "raw", f"lettre-service-public_{name}.csv", text)
    assert store.ingest(tmp_path / "raw", tmp_path, catalogue).replaced == [
        "lettre-service-public_2026-03.csv: corrects 2 rows of "
        "lettre-service-public_2026-03 (1).csv (2026-03: stock 100, now 120)"
    ]


def test_overlapping_months_are_not_added_up_and_a_day_takes_the_place_of_its_month(tmp_path, take):
    take(old=months(may=100, june=200, july=300))
    take(new=months(june=220, july=300, august=400))
    assert [*counted(tmp_path).values()] == [100, 220, 300, 400]
    days = "start,visits\n2026-06-10,100\n2026-06-11,100\n"
    export(tmp_path / "raw", "boamp_audience_days.csv", days)
    take()
    visits = store.read(tmp_path, "audience")["visits"]
    assert visits.tolist() == [100, 100, 100, 300, 400]


@pytest.mark.parametrize("names", [("a", "a"), ("a", "b")])
def test_a_team_is_told_codes_of_sessions_of_one_file_or_of_a_file_each(tmp_path, catalogue, names):
    heard = []
    for name, session, codes in zip(names, "ab", (("P1", "P2"), ("p1", "P3")), strict=True):
        path = tmp_path / "raw" / f"tests_legifrance_{name}.csv"
        text = path.read_text("utf-8") if path.exists() else "session,participant,date,task,success"
        text += "".join(f"\n{session},{code},2026-03-05,T,oui" for code in codes)
        export(path.parent, path.name, text)
        heard.append(store.ingest(tmp_path / "raw", tmp_path, catalogue).notices)
    assert heard[0] == [] and len(heard[1]) == 1
    assert "1 code of participants are in several of the sessions a, b, and count" in heard[1][0]


def test_an_export_saved_in_another_format_says_which_one_its_device_reads(tmp_path, take):
    for name in ("jdma_legifrance_2026.xlsx", "holiday.xlsx"):
        export(tmp_path / "raw", name, "PK")
    done = take(x=JULY)
    assert done.unclaimed == ["holiday.xlsx", "jdma_legifrance_2026.xlsx"]
    assert [one.partition(":")[0] for one in done.notices] == ["jdma_legifrance_2026.xlsx"]
    assert "exports of jdma-legifrance end with .csv" in done.notices[0]


@examples(15)
@given(exports=st.lists(EXPORT, min_size=1, max_size=4))
def test_an_answer_is_never_counted_twice_of_any_exports(
    tmp_path_factory, catalogue, ratings, exports
):
    folder = tmp_path_factory.mktemp("exports")
    for number, marks in enumerate(exports):
        raw = folder / f"raw{number}"
        ratings(raw, "x", {key: (f"2026-07-{ord(key) - 96:02d}", n) for key, n in marks.items()})
        store.ingest(raw, folder, catalogue)
        # what a new export says holds; one already read is not read again
        if marks not in exports[:number]:
            assert marks.items() <= held(folder).items()
    assert {*held(folder)} <= {*"".join(map("".join, exports))}


@pytest.mark.slow
def test_an_ingestion_killed_at_any_moment_leaves_a_store_that_reads(tmp_path, take):
    take(july=JULY)
    first = set(store.read(tmp_path, "ratings")["answer_id"])
    more = {
        f"n{number}": {f"{number}-{i}": ("2026-07-20", 3) for i in range(20)}
        for number in range(15)
    }
    raw = tmp_path / "later" / "raw"
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from observlib import store
        from observlib.pipeline import project
        catalogue = project.catalogue(Path({str(DEMO)!r}), Path({str(DEMO)!r}))
        print("ready", flush=True)
        store.ingest(Path({str(raw)!r}), Path({str(tmp_path)!r}), catalogue)
        """
    )
    take(raw="later/raw", data=tmp_path / "other", **more)
    for delay in (0.05, 0.3):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert first <= set(store.read(tmp_path, "ratings")["answer_id"])
    take(raw="later/raw")
    assert len(store.read(tmp_path, "ratings")) == 3 + 15 * 20


# Which file counts: one that is read again, put back, or taken away ------------------------------

NEW = Product(id="guichet-neuf", label="Guichet neuf", department="numerique", description="x")
COUNTS = {("boamp", "2025-05"): 5, (NEW.id, "2025-05"): 50, (NEW.id, "2025-06"): 60}


def changed(catalogue: Catalogue, part: str, entry: Any) -> Catalogue:
    return catalogue.model_copy(update={part: {**getattr(catalogue, part), entry.id: entry}})


@pytest.fixture(scope="module")
def later(catalogue: Catalogue) -> Catalogue:
    """The catalogue, to which the product that an export had too early was added."""
    return changed(catalogue, "products", NEW)


def test_rejected_rows_come_back_once_the_product_is_in_the_catalogue(tmp_path, take, later):
    done = take(x=COUNTS)
    assert told(done) == [1, 0, 1, 2] and counted(tmp_path) == {("boamp", "2025-05"): 5}
    assert len(list((tmp_path / "store" / "rejects").iterdir())) == 1
    done = take(later)
    assert told(done) == [1, 0, 3, 0] and counted(tmp_path) == COUNTS and not done.replaced
    assert not list((tmp_path / "store" / "rejects").iterdir())
    assert told(take(later)) == [1, 1, 0, 0]


def test_rows_that_a_wrong_clock_rejected_as_future_come_back(tmp_path, take, clock):
    clock("2019-12-31")
    visits = {("boamp", f"2025-{month:02}"): month for month in (5, 6, 7)}
    assert told(take(x={"a": ("2019-11-01", 1), "b": ("2025-05-02", 2)}, y=visits)) == [2, 0, 1, 4]
    clock("2025-07-10")
    for _ in range(2):
        take()
        assert held(tmp_path) == {"a": 1, "b": 2}
        assert store.read(tmp_path, "audience")["complete"].tolist() == [True, True, False]


def test_a_file_with_a_month_to_come_beside_others_tells_of_no_wrong_clock(tmp_path, take, clock):
    clock("2025-06-15")
    assert told(take(x={("boamp", "2025-06"): 60, ("boamp", "2025-07"): 0})) == [1, 0, 1, 1]
    clock("2025-09-01")
    take()
    assert not store.read(tmp_path, "audience")["complete"].iat[1]
    assert [entry.read for entry in entries(tmp_path)] == ["2025-06-15"]


def test_a_running_month_is_not_complete_as_its_export_is_read_again(tmp_path, take, later, clock):
    clock("2025-06-15")
    take(x=COUNTS)
    clock("2025-09-01")
    renamed = changed(later, "products", NEW.model_copy(update={"label": "Autre"}))
    for known in (later, renamed):
        take(known)
        rows = store.read(tmp_path, "audience")
        assert rows["complete"].tolist() == [start.month == 5 for start in rows["start"]]
    # whoever knows better says so
    device = later.devices["audience-boamp"].model_copy(update={"extracted": date(2025, 8, 1)})
    take(changed(later, "devices", device))
    assert store.read(tmp_path, "audience")["complete"].all()


def test_what_two_later_exports_withdrew_does_not_come_back(tmp_path, take):
    take(raw="0", x={"a": ("2025-07-05", 3), "f": ("2025-07-06", 9)})
    take(raw="1", x={"a": ("2025-07-05", 3), "b": ("2025-07-01", 3), "c": ("2025-07-09", 3)})
    take(raw="2", x={"b": ("2025-07-01", 4), "c": ("2025-07-09", 4)})  # a was withdrawn for good
    assert told(take(raw="0")) == [1, 1, 0, 1] and held(tmp_path) == {"b": 4, "c": 4}


def test_a_file_that_is_refused_when_read_again_keeps_the_rows_it_gave(tmp_path, take, catalogue):
    take(x=COUNTS)
    device = catalogue.devices["audience-boamp"].model_copy(update={"table": "ratings"})
    done = take(changed(catalogue, "devices", device))
    assert done.problems and counted(tmp_path) == {("boamp", "2025-05"): 5}


@pytest.mark.parametrize(("what", "key", "again", "is_source"), [
    (("devices", "enquete-service-public"), "note", True, True),
    (("questionnaires", "enquete-service-public"), "label", True, True),
    (("indicators", "visits"), "label", True, False),
    (("devices", "audience-boamp"), "note", False, False),
    (("peers", "cnaf"), "label", False, False),
])  # fmt: skip
def test_a_file_is_read_again_as_its_judges_change(
    tmp_path, take, catalogue, monkeypatch, what, key, again, is_source
):
    text = "id,submitdate,Q04\n1,2025-03-12 23:50:00,A1\n"
    path, read = export(tmp_path / "raw", "enquete_service-public_2025.csv", text), []
    loaded = ingestion.batches
    monkeypatch.setattr(ingestion, "batches", lambda *of: read.append(of[0]) or loaded(*of))
    take()
    take()
    assert read == [path]
    (before,) = entries(tmp_path)
    part, name = what
    entry = getattr(catalogue, part)[name].model_copy(update={key: "Autre"})
    take(changed(catalogue, part, entry))
    assert read == [path] * (1 + again)
    assert (entries(tmp_path)[0].digest != before.digest) == is_source


B, N = "boamp", NEW.id
ORDERS: dict[str, list[Counts]] = {
    "by rows rejected at first": [{(N, "2025-01"): 1, (B, "2025-02"): 2}, {(N, "2025-01"): 3}],
    "over a longer span": [
        {(B, "2025-01"): 1, (B, "2025-02"): 1},
        {(B, "2025-01"): 2, (N, "2025-02"): 2},
    ],
    "of which one month comes in late": [COUNTS, {(B, "2025-05"): 7, (N, "2025-05"): 70}],
    "by two": [
        {(B, "2025-01"): 1, (N, "2025-01"): 1, (N, "2025-04"): 1},
        {(B, "2025-01"): 2, (N, "2025-03"): 2},
        {(N, "2025-01"): 3, (B, "2025-02"): 3, (N, "2025-03"): 3},
    ],
}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("exports", ORDERS.values(), ids=ORDERS)
def test_a_product_added_late_counts_alike(tmp_path, take, catalogue, later, exports, backwards):
    raws = [str(number) for number in range(len(exports))]
    for raw, counts in zip(raws, exports, strict=True):
        take(catalogue, tmp_path / "late", raw, x=counts)
        take(later, tmp_path / "early", raw)
    for raw in raws[::-1] if backwards else raws:  # exports keep their order
        take(later, tmp_path / "late", raw)
    assert counted(tmp_path / "late") == counted(tmp_path / "early")


def test_a_loader_s_fault_costs_a_file_and_no_secret(tmp_path, take, visits, monkeypatch):
    def break_down(*_: object) -> None:
        raise ValueError("Jeanne Martin")

    monkeypatch.setattr("observlib.loaders.sheets.period_fault", break_down)
    path = visits(tmp_path / "raw", "x", {("boamp", "2025-07"): 5})
    (problem,) = take(x={"a": ("2025-07-01", 3)}).problems
    assert problem.startswith(f"{path}: was not read, by a fault of observlib")
    assert "ValueError in loaders/sheets.py:" in problem and "report it" in problem
    assert "Martin" not in problem and held(tmp_path) == {"a": 3}
    monkeypatch.undo()
    assert not take().problems


RIGHT = {f"r{n}": ("2026-05-04", 4.0) for n in range(20)}
WRONG = {name: (day, 1.0) for name, (day, _) in RIGHT.items()}
JUNE = {f"s{n}": ("2026-06-04", 5.0) for n in range(15)}


def marks(data: Path) -> list[float]:
    return sorted(store.read(data, "ratings")["value"].tolist())


def of_3939(data: Path, name: str) -> Path:
    return data / "raw" / f"allo-service-public_satisfaction_{name}.csv"


def test_a_right_export_put_back_in_place_of_a_wrong_one_counts_again(tmp_path, take):
    take(may=RIGHT)
    path, again = of_3939(tmp_path, "may"), of_3939(tmp_path, "other")
    right = path.read_bytes()
    take(may=WRONG)
    again.write_bytes(right)
    (notice,) = take().notices
    assert notice.endswith(f"if {path.name} is wrong, delete it and ingest the folder again")
    assert marks(tmp_path) == [1.0] * 20
    path.unlink()
    assert take().replaced == [f"{again.name}: corrects 20 rows of {path.name}"]
    for _ in range(2):
        assert marks(tmp_path) == [4.0] * 20
        assert take().devices["unchanged"].tolist() == [1]


def test_an_export_deleted_or_in_another_folder_undoes_nothing(tmp_path, take):
    take(raw="raw/2026-T2", may=WRONG)
    take()
    take(raw="raw/2026-T3", may=RIGHT | JUNE)
    take()
    now = marks(tmp_path)
    take(raw="raw/2026-T2")
    assert marks(tmp_path) == now
    next((tmp_path / "raw" / "2026-T2").iterdir()).unlink()
    take()
    assert marks(tmp_path) == now


def test_exports_of_which_a_wrong_one_goes_keep_their_order(tmp_path, take):
    take(z=RIGHT)
    take(a=RIGHT | {"r1": ("2026-05-04", 5.0)})
    before = marks(tmp_path)
    take(wrong=WRONG)
    of_3939(tmp_path, "wrong").unlink()
    take()
    assert marks(tmp_path) == before
    take(wrong=WRONG)
    take(last={name: (day, 5.0) for name, (day, _) in RIGHT.items()} | JUNE)
    of_3939(tmp_path, "wrong").unlink()
    take()
    assert marks(tmp_path) == [5.0] * 35


# Rejected rows stop a release while they are to be mended, and not a day longer ------------------

GOOD = {f"b{number}": (f"2025-05-{number:02}", 3) for number in range(1, 21)}
BAD = {f"a{number}": (f"2025-05-{number:02}", 9) for number in range(1, 11)}  # marks of 1-5
MENDED = {name: (day, 5) for name, (day, _) in BAD.items()} | {"c": ("2025-05-30", 4)}


@pytest.fixture
def place(tmp_path: Path, take) -> Path:
    """A data folder in which a right export and one with ten wrong rows were ingested."""
    take(right=GOOD, wrong={**BAD, "c": ("2025-05-30", 4)})
    assert blocked(tmp_path)
    return tmp_path


def blocked(data: Path) -> bool:
    return checklist.rejects(entries(data), Quarter("2025-T2")).state == "blocking"


def test_an_export_that_is_mended_under_its_name_lets_the_release_go_on(place, take):
    take(wrong=MENDED)
    assert not blocked(place) and len(marks(place)) == 31
    take(wrong=BAD)  # and is wrong again, in whole
    assert blocked(place)


@pytest.mark.parametrize("name", ["wrong", "of-may"])
def test_a_right_export_in_another_folder_lets_the_release_go_on(place, take, name):
    take(raw="mended", **{name: MENDED})
    assert not blocked(place) and len(marks(place)) == 31
    take()  # where the wrong one still lies
    assert not blocked(place)


def test_an_export_that_is_deleted_lets_the_release_go_on_and_its_right_rows_stay(place, take):
    path = of_3939(place, "wrong")
    content = path.read_bytes()
    path.unlink()
    (notice,) = take().notices
    assert f"{path.name}: was taken away or replaced; its 10 rejected rows" in notice
    assert not blocked(place) and len(marks(place)) == 21
    path.write_bytes(content)  # it comes back as it was
    take()
    assert blocked(place)


def test_a_ledger_of_a_former_version_is_read_and_its_rejected_rows_still_count(place, take):
    path = place / "store" / "ledger.json"
    ledger = json.loads(path.read_text(encoding="utf-8"))
    for entry in ledger["files"]:
        del entry["place"]
    del ledger["sha256"]
    path.write_text(json.dumps(ledger), encoding="utf-8")
    assert blocked(place)
    take()
    assert blocked(place)
    take(wrong={"c": ("2025-05-30", 4)})
    assert not blocked(place)


# Counts by place: a file a town, and what was told of all towns together -------------------------


@pytest.fixture
def towns(tmp_path, take):
    """Ingest one more export of visits by area; give the visits that the store then holds."""

    def run(name: str, **visits: int) -> dict[str, int]:
        rows = [f"boamp,2025-07,{count},{area.strip('_')}\n" for area, count in visits.items()]
        text = "product,month,visits,area\n" + "".join(rows)
        export(tmp_path / "raw", f"boamp_audience_{name}.csv", text)
        assert take().rejects.empty
        found = store.read(tmp_path, "audience")
        return dict(zip(found["area"].fillna(""), found["visits"], strict=True))

    return run


def test_a_file_a_town_leaves_the_others_and_never_counts_with_the_whole(towns):
    towns("1", Lyon=10)
    assert towns("2", _01=20) == {"Lyon": 10, "01": 20}
    assert towns("3", Lyon=11) == {"Lyon": 11, "01": 20}
    assert towns("4", _=30) == {"": 30}
    assert towns("5", Lyon=12) == {"Lyon": 12}
    assert towns("6", Paris=20) == {"Lyon": 12, "Paris": 20}


def test_a_store_of_before_areas_were_known_is_read_and_corrected(towns, tmp_path, monkeypatch):
    towns("1", _=30)
    (part,) = (tmp_path / "store" / "audience").glob("*.parquet")
    pd.read_parquet(part).drop(columns="area").to_parquet(part, index=False)
    monkeypatch.setattr("observlib.store.ledger.check_parts", lambda *_: None)
    assert store.read(tmp_path, "audience")["area"].isna().all()
    assert towns("2", Lyon=10) == {"Lyon": 10}


# Folders with names that mean something elsewhere, and links: read, or told in a line ------------

FOLDERS = ["%41", "a[x]b", "it's", "sp ace é", "device=x", "{1,2}"]
if sys.platform != "win32":
    FOLDERS += ["a*b", 'q"q', "new\nline"]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_of_any_name_reads_its_own_store_and_no_other(tmp_path, take, name):
    other, own = tmp_path / "axb", tmp_path / name
    take(data=other, raw="axb/raw", x=JULY)  # which a pattern would match, with the same rows
    done = take(data=own, raw=f"{name}/raw/{name}", **{name.replace("\n", ""): JULY})
    assert not done.problems and done.devices["rows"].sum() == 3
    store.check_store(own)
    rows = store.read(own, "ratings")
    assert sorted(as_written(own, "satisfaction-3939", "abc", rows["answer_id"])) == ["a", "b", "c"]
    assert set(rows["product"]) == {"allo-service-public"}
    assert take(data=own, raw=f"{name}/raw", later={"a": ("2026-07-01", 5)}).replaced
    assert sorted(store.read(own, "ratings")["value"]) == [4, 5, 5]


@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_link_that_leads_out_is_told_and_not_followed(tmp_path, take, ratings, what):
    target = ratings(tmp_path / "outside", "2025", JULY)
    target = target if what == "file" else target.parent
    (tmp_path / "raw").mkdir()
    link = tmp_path / "raw" / target.name
    link.symlink_to(target, target_is_directory=what == "folder")
    done = take()
    (problem,) = done.problems
    assert problem.startswith(f"{link}: is a link to {target.resolve()}, which is not followed")
    assert "put a copy in its place, or ingest" in problem
    assert done.devices.empty and store.read(tmp_path, "ratings").empty


def test_a_link_that_stays_inside_loses_nothing_and_says_nothing(tmp_path, take, ratings):
    folder = ratings(tmp_path / "raw" / "2025", "x", JULY).parent
    for name, target in {"latest": folder, "circle": tmp_path / "raw", ".hid": tmp_path}.items():
        (tmp_path / "raw" / name).symlink_to(target, target_is_directory=True)
    done = take()
    assert not done.problems and done.devices["files"].tolist() == [1]


# Many exports, which several processes read, are kept and told as one process would --------------

MANY = 2 * ingestion._FEW + 4


@pytest.fixture
def many(tmp_path, ratings) -> Path:
    """A folder of many exports: most right, some with rejects, twice the same, or no export."""
    raw = tmp_path / "raw"
    for number in range(MANY):
        day = f"2026-{1 + number % 6:02d}-{1 + number:02d}"
        ratings(raw, f"{number:02d}", {f"{number}a": (day, 3), f"{number}b": (day, 1 + number % 7)})
    for copied in ("97", "98"):
        shutil.copy(
            raw / "allo-service-public_satisfaction_03.csv",
            raw / f"allo-service-public_satisfaction_{copied}.csv",
        )
    export(raw, "allo-service-public_satisfaction_99.csv", "not an export\n")
    return raw


def kept_of(data: Path) -> dict[str, bytes]:
    """All files of a store, but for its lock."""
    files = (path for path in (data / "store").rglob("*") if path.is_file())
    return {p.relative_to(data).as_posix(): p.read_bytes() for p in files if p.name != "lock"}


def test_many_processes_keep_and_tell_what_one_does(tmp_path, many, catalogue, monkeypatch):
    told = []
    for count in (1, 2):
        monkeypatch.setattr(processes, "PROCESSES", count)
        data = tmp_path / f"data-{count}"
        done = store.ingest(many, data, catalogue)
        lines = done.problems + done.notices + done.replaced
        told.append((lines, done.devices.to_csv(), done.rejects.to_csv(), kept_of(data)))
        if count == 1:  # by which both hide identifiers alike
            shutil.copytree(data / "identifiers", tmp_path / "data-2" / "identifiers")
    one, several = told
    assert one == several and done.problems and len(done.rejects)


def test_a_worker_that_is_killed_is_told_in_a_line_and_leaves_nothing(
    tmp_path, many, catalogue, monkeypatch
):
    monkeypatch.setattr(processes, "PROCESSES", 2)

    def kill_one(*_: object) -> None:
        for worker in multiprocessing.active_children()[:1]:
            os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(ObservError) as error:
        store.ingest(many, tmp_path, catalogue, kill_one)
    (line,) = error.value.problems
    assert line.startswith("exports: a process that worked on them was ended from outside")
    assert not (tmp_path / "store" / "ledger.json").exists()
    rows = store.ingest(many, tmp_path, catalogue).devices["rows"].sum()
    assert rows == len(store.read(tmp_path, "ratings"))
    assert not [*(tmp_path / "store").glob("*/new*.parquet")]
