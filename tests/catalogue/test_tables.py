from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import contract, tables

AUDIENCE = {"device": "d", "product": "p", "channel": "web", "complete": True, "visits": 100}


def audience(rows: list[tuple[str, str]], **words: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = pd.DataFrame(rows, columns=["start", "end"], index=range(2, len(rows) + 2))
    return contract.conform(frame.assign(**{**AUDIENCE, **words}), "audience", "f.csv")


def test_a_day_counted_twice_is_kept_once_and_told():
    kept, rejects = audience(
        [("2026-01-01", "2026-01-31"), ("2026-01-15", "2026-01-15"), ("2026-02-01", "2026-02-28")]
    )
    assert len(kept) == 2
    assert rejects[["row", "reason"]].values.tolist() == [
        [3, "counts days that row 2 counts; keep one of them"]
    ]


@pytest.mark.parametrize(
    "day", [date(2062, 1, 1), date(9999, 12, 31), date(1, 1, 1), datetime(1950, 1, 1)]
)
def test_an_impossible_day_rejects_its_row_and_no_other(day):
    frame = pd.DataFrame(
        {
            "device": "d", "product": "p", "channel": "web", "answer_id": ["a", "b"],
            "date": [day, date(2026, 1, 1)], "question": "satisfaction", "value": 3.0,
            "scale_min": 1.0, "scale_max": 5.0,
        },
        index=[7, 8],
    )  # fmt: skip
    kept, rejects = contract.conform(frame, "ratings", "f.csv")
    assert kept["answer_id"].tolist() == ["b"]
    assert rejects[["row", "column"]].values.tolist() == [[7, "date"]]


def test_a_part_never_stands_as_the_whole_where_the_column_of_the_parts_was_dropped():
    months = [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")]
    with pytest.raises(ObservError) as caught:
        audience(months * 3, visits=[10, 20, 30, 40, 50, 20])
    (told,) = caught.value.problems
    assert told.startswith(
        "f.csv: rows 2 and 4 have the same product, channel, area, start, end and "
    )
    assert "as 2 more have" in told and "add up the parts" in told


marks = st.one_of(st.floats(-20, 20), st.just(float("nan")))


@examples(15)
@given(st.lists(st.tuples(st.sampled_from("abc"), marks, st.sampled_from([0.0, 1.0]))))
def test_every_row_is_kept_or_rejected_and_none_is_lost(rows):
    frame = pd.DataFrame(rows, columns=["answer_id", "value", "scale_min"]).assign(
        device="d", product="p", channel="web", date=pd.Timestamp("2026-01-01"),
        question="satisfaction", scale_max=10.0,
    )  # fmt: skip
    frame.index = range(2, len(rows) + 2)
    kept, rejects = contract.conform(frame, "ratings", "f.csv")
    assert len(kept) + len(rejects) == len(rows)
    assert kept["answer_id"].is_unique and kept["value"].between(kept["scale_min"], 10).all()
    assert rejects["row"].is_unique and (rejects["reason"] != "").all()


def test_a_mark_of_no_product_is_refused_and_an_unknown_table_told():
    rows, rejects = audience([("2026-01-01", "2026-01-01")], product=None)
    assert rows.empty
    (told,) = rejects["reason"]
    mend = "name one in the file, or in the device's entry in its devices.yml"
    assert told == f"is empty; {mend}"  # whichever data folder's catalogue that is
    with pytest.raises(ObservError, match="tables are audience, sections, subscriptions"):
        contract.columns("nothing")


@pytest.mark.parametrize("table", tables.TABLES)
def test_an_empty_table_has_the_types_of_a_full_one(table):
    empty = contract.empty(table)
    assert list(empty.columns) == contract.columns(table) and empty.empty
    kept, rejects = contract.conform(empty, table, "f")
    assert kept.empty and rejects.empty
    assert kept.dtypes.to_dict() == empty.dtypes.to_dict()


def towns(*areas: str | None, **words: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    return audience([("2026-01-01", "2026-01-31")] * len(areas), area=[*areas], **words)


def test_towns_of_one_month_never_repeat_nor_count_with_their_sum():
    kept, rejects = towns("Lyon", "01", "2A", "Lyon", visits=[10, 20, 30, 10])
    assert kept[["area", "visits"]].values.tolist() == [["Lyon", 10], ["01", 20], ["2A", 30]]
    assert rejects["reason"].tolist() == ["repeats row 2"]
    kept, rejects = towns("Lyon", None, "Paris", visits=[10, 30, 20])
    assert kept["visits"].sum() == 30 and rejects["row"].tolist() == [3]
    assert rejects["reason"][0].startswith("is empty, and told in row 2 of the same month: take")


@examples(15)
@given(
    st.lists(
        st.fixed_dictionaries({
            "answer_id": st.sampled_from(["a", "b", None]),
            "date": st.sampled_from(["2026-01-05", "1994-12-31", "2199-01-01", None]),
            "question": st.sampled_from(["satisfaction", "humour"]),
            "value": st.sampled_from([3.0, 9.0, 1e13, None]),
            "scale_max": st.sampled_from([5.0, 10.0]),
        }),
        min_size=1,
        max_size=3,
    )
)  # fmt: skip
def test_a_row_is_judged_alike_by_the_quick_look_and_by_the_schema(rows):
    frame = pd.DataFrame(rows).assign(device="d", product="p", channel="web", scale_min=1.0)
    frame = frame.assign(date=pd.to_datetime(frame["date"]), value=frame["value"].astype(float))
    quick = contract.conform(frame, "ratings", "f.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contract, "typed_rows", lambda *_: None)
        asked = contract.conform(frame, "ratings", "f.csv")
    for one, other in zip(quick, asked, strict=True):
        pd.testing.assert_frame_equal(one, other)
