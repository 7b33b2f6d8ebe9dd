"""What a source got wrong is read right, until the source is mended: then everything stops."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.records.sheets import write
from tests.store.conftest import export

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.loaders import _format
from observlib.store import correcting

Write = Callable[..., Path]
MAY = {("boamp", "2026-04"): 40, ("boamp", "2026-05"): 100}


@pytest.fixture
def filled(tmp_path: Path, take) -> Path:
    take(x=MAY, y={"a": ("2026-05-04", 3), "b": ("2026-05-05", 4)})
    return tmp_path


def counted(data: Path) -> dict[str, int]:
    rows = store.read(data, "audience")
    return {f"{day:%Y-%m}": int(n) for day, n in zip(rows["start"], rows["visits"], strict=True)}


def problem(data: Path) -> str:
    with pytest.raises(ObservError) as caught:
        store.check_store(data)
    return str(caught.value)


def test_every_way_of_reading_gives_what_is_right_and_the_parts_stay_as_they_were(filled):
    parts = {path: path.read_bytes() for path in (filled / "store").rglob("*.parquet")}
    write(filled, "corrections")
    assert counted(filled) == {"2026-04": 40, "2026-05": 50}
    assert store.spans(filled, "audience")["visits"].tolist() == [40, 50]
    assert parts == {path: path.read_bytes() for path in (filled / "store").rglob("*.parquet")}
    (filled / "corrections" / "double.yml").unlink()
    assert counted(filled)["2026-05"] == 100


def test_what_depends_on_the_table_is_computed_again_and_nothing_else_is(filled):
    before, whole = store.table_digests(filled), store.store_digest(filled)
    source = store.read(filled, "audience")["source"].iat[0]
    write(filled, "corrections")
    after = store.table_digests(filled)
    assert {name for name in after if after[name] != before[name]} == {"audience"}
    assert store.store_digest(filled) != whole
    assert store.read(filled, "audience")["source"].iat[0] != source
    write(filled, "corrections", reason="L'outil a compté chaque visite deux fois.")
    assert store.table_digests(filled) == after  # other words, the same numbers


def test_the_day_the_source_is_mended_all_stops_with_one_line(filled, take):
    path = write(filled, "corrections")
    (line,) = take(z={("boamp", "2026-05"): 50}).problems
    assert line == (
        f"{path}:7: 'double': the source no longer gives 100 as visits; "
        "if the source is mended, delete the file or write `status: mended`"
    )
    assert problem(filled) == line
    with pytest.raises(ObservError, match="no longer gives"):
        store.read(filled, "audience")
    write(filled, "corrections", status="mended")
    assert counted(filled)["2026-05"] == 50 and not store.open_corrections(filled)


@pytest.mark.parametrize(("keys", "said"), [
    ({"first": "2026-06-01", "last": "2026-06-30"}, "no row that the source gives lies within"),
    ({"last": "2026-05-30"}, "no row that the source gives lies within"),  # a month is whole
    ({"device": "audience-bomap"}, "gave nothing to the store; allowed: audience-boamp, satis"),
    ({"expect": ..., "total": 99.0}, "no longer gives 99.0 as the total of visits"),
    ({"expect": ..., "rows": 2}, "no longer gives 2 as the number of rows"),
    ({"column": "visitors"}, "no longer gives 100 as visitors"),  # of which it gives none
    ({"status": "mended"}, "the source still gives what was wrong; write `status: open`"),
    ({"where": {"area": "x'); DROP TABLE y; --"}}, "no row that the source gives lies within"),
])  # fmt: skip
def test_one_that_matches_nothing_or_not_all_is_an_error(filled, keys, said):
    write(filled, "corrections", **keys)
    told = problem(filled)
    assert said in told and "\n" not in told


def test_two_that_change_the_same_rows_are_an_error_and_apart_they_are_not(filled):
    write(filled, "corrections")
    write(
        filled, "corrections", "autre", expect=40, becomes=20, first="2026-04-01", last="2026-04-30"
    )
    assert counted(filled) == {"2026-04": 20, "2026-05": 50}
    write(filled, "corrections", "autre", becomes=30)
    assert "changes rows that 'autre' changes; make them one" in problem(filled)
    write(filled, "corrections", "autre", becomes=..., drop=True)
    assert "changes rows that 'autre' changes" in problem(filled)


def test_rows_that_are_taken_off_are_counted_nowhere(filled):
    write(filled, "corrections", becomes=..., drop=True)
    assert counted(filled) == {"2026-04": 40}
    may = Quarter("2026-T2")
    assert len(store.count_received(filled, {"audience": ()}, may)) == 1
    assert store.count_received(filled, {"audience": ()}, may)["count"].tolist() == [1]


def test_a_product_that_was_mistaken_is_the_right_one_and_must_exist(filled, catalogue):
    write(filled, "corrections", column="product", expect="boamp", becomes="bodacc")
    rows = store.read(filled, "audience").query("product == 'bodacc'")
    assert rows["visits"].tolist() == [100]
    assert set(store.heard(filled, Quarter("2026-T2"), Quarter("2026-T2"))["product"]) == {
        "boamp", "bodacc", "allo-service-public",
    }  # fmt: skip
    write(filled, "corrections", column="product", expect="boamp", becomes="bodac")
    (fault,) = store.corrections_of(filled, catalogue).faults
    assert ":8: 'double': unknown product; allowed: service-public" in fault


def test_one_that_would_count_a_month_twice_is_refused(filled, take):
    take(z={("bodacc", "2026-05"): 7})
    where = {"where": {"product": "bodacc"}}
    write(filled, "corrections", column="product", expect="bodacc", becomes="boamp", **where)
    assert "rows" in problem(filled) and "same product" in problem(filled)


def test_a_value_off_its_scale_is_refused_and_no_answer_is_told(filled):
    own = {"device": "satisfaction-3939", "column": "value", "first": "2026-05-04"}
    write(filled, "corrections", last="2026-05-04", expect=3, becomes=9, **own)
    told = problem(filled)
    assert "makes rows that the table ratings refuses: value 9 is outside the scale" in told
    assert "2026" not in told.replace(str(filled), "")
    write(filled, "corrections", last="2026-05-04", expect=3, becomes=5, **own)
    assert sorted(store.read(filled, "ratings")["value"]) == [4, 5]


def test_a_damaged_part_is_told_as_one_and_not_as_a_mistake_of_duckdb(filled):
    write(filled, "corrections")
    (part,) = (filled / "store" / "audience").glob("*.parquet")
    part.write_bytes(b"x")
    assert f"{part}: is missing or damaged" in problem(filled)
    with pytest.raises(ObservError, match="is missing or damaged"):
        store.corrections_of(filled, Catalogue.model_construct(products={}))


def test_those_that_are_asked_of_the_source_are_listed_for_a_release(filled, catalogue):
    write(filled, "corrections")
    april = {"expect": 40, "becomes": 20, "first": "2026-04-01", "last": "2026-04-30"}
    write(filled, "corrections", "jamais", status="permanent", **april)
    (one,) = json.loads(json.dumps(store.open_corrections(filled)))
    assert (one["id"], one["provider"], one["first"]) == (
        "double", "équipe des annonces", "2026-05-01",
    )  # fmt: skip
    known, faults = store.corrections_of(filled, catalogue)
    assert [one["id"] for one in known] == ["double", "jamais"] and not faults
    assert [one.id for one in store.applied_corrections(filled, Quarter("2026-T2").start)] == [
        "jamais"
    ]


COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@examples(10)
@given(counts=COUNTS, times=st.floats(0.001, 1000))
def test_a_multiplied_total_is_off_by_roundings(tmp_path_factory, catalogue, visits, counts, times):
    data = tmp_path_factory.mktemp("times")
    months = {("boamp", f"2025-{i + 1:02d}"): n for i, n in enumerate(counts)}
    visits(data / "raw", "x", months)
    store.ingest(data / "raw", data, catalogue)
    whole = {"first": "2025-01-01", "last": "2025-12-31", "becomes": ..., "expect": ...}
    write(data, "corrections", total=float(sum(counts)), times=times, **whole)
    got = [*counted(data).values()]
    wanted = [n * times for n in counts]
    assert got == pytest.approx(
        wanted, abs=0.5 + 1e-9, rel=1e-12
    )  # of numbers that are near a half
    assert abs(sum(got) - sum(wanted)) <= len(counts) / 2 + 1e-6 * sum(wanted)


# Exports longer than what is read at once: counted once, corrected, told while they are read ------


@pytest.fixture
def calls(tmp_path, catalogue, monkeypatch):
    """Ingest one more export of one call a day, each after the same wait, in pieces of three."""
    monkeypatch.setattr(_format, "PIECE", 3)
    device = next(iter(catalogue.devices.values()))
    device = device.model_copy(update={"id": "appels", "loader": "calls", "pattern": "calls_*.csv"})
    only = catalogue.model_copy(update={"devices": {device.id: device}})

    def ingest(name, count, wait, progress=lambda *_: None, end=""):
        rows = [f"c{n},2025-07-{n + 1:02} 10:00,answered,{wait},60\n" for n in range(count)]
        text = "id,start,outcome,wait,talk\n" + "".join(rows) + end
        export(tmp_path / "raw", f"calls_{name}.csv", text)
        return store.ingest(tmp_path / "raw", tmp_path, only, progress)

    return ingest


def test_a_long_export_is_corrected_corrects_and_is_counted(tmp_path, calls):
    calls("1", 8, 1)
    assert calls("2", 10, 2).replaced == ["calls_2.csv: corrects 8 rows of calls_1.csv"]
    rows = store.read(tmp_path, "calls")
    assert len(rows) == 10 and set(rows["wait"]) == {2}
    assert store.count_rows(tmp_path, "calls") == 10


def test_while_a_long_export_is_read_it_says_how_far(calls, monkeypatch):
    monkeypatch.setattr("observlib.store.ingestion._MILLION", 3)
    told = []
    calls("1", 10, 1, lambda *one: told.append(one))
    assert told[0] == told[1] == (0, 1, "calls_1.csv")  # looked at, and then read
    assert told[-1] == (1, 1, "")
    assert [name.split(", ")[1] for _, _, name in told[2:-1]] == [
        f"{million} million rows" for million in (1, 2, 3, 3, 3)
    ]


def test_an_export_of_too_many_rejects_or_that_breaks_far_below_changes_nothing(
    tmp_path, calls, monkeypatch
):
    (problem,) = calls("3", 10, 1, end='c99,"2025').problems
    assert "not a CSV row" in problem and not [*(tmp_path / "store").rglob("*.parquet")]
    (tmp_path / "raw" / "calls_3.csv").unlink()
    calls("1", 10, 1)
    before = {path: path.read_bytes() for path in (tmp_path / "store").rglob("*.parquet")}
    monkeypatch.setattr(correcting, "_MOST_REJECTS", 4)
    (problem,) = calls("2", 10, -1).problems
    assert "6 rows are rejected, such as row 2: wait is no time up to a day" in problem
    assert len(before) == 1 and all(path.read_bytes() == raw for path, raw in before.items())
    assert len(store.read(tmp_path, "calls")) == 10


def test_a_correction_that_cannot_be_written_leaves_the_store_as_it_was(tmp_path, calls):
    calls("1", 8, 1)
    (tmp_path / "store" / "calls" / "kept.parquet").mkdir()  # where rows that stay would go
    with pytest.raises(ObservError, match=r"cannot be written .*; it is as it was"):
        calls("2", 4, 2)
    assert set(store.read(tmp_path, "calls")["wait"]) == {1}
    (tmp_path / "store" / "calls" / "kept.parquet").rmdir()
    calls("2", 4, 2)
    assert sorted(store.read(tmp_path, "calls")["wait"]) == [1] * 4 + [2] * 4
    assert not (tmp_path / "store" / ".spill").exists()
