"""What a tidy table takes: rows that keep to its contract; nobody enters by a label or a title."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import contract
from observlib.catalogue.tables import TABLES, Column, Seen

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


@pytest.mark.parametrize("table", TABLES)
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


# What earlier pieces of a long export hold, so that nothing in it counts twice -------------------

DAYS = pd.Timestamp("2026-03-01")


@given(st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=12))
def test_a_key_is_told_again_wherever_in_a_long_export_it_was_before(pieces):
    seen, before = Seen("calls"), set()
    for piece in pieces:
        piece = list(dict.fromkeys(piece))  # repeats within a piece are told elsewhere
        rows = pd.DataFrame({"device": "d", "call_id": [str(call) for call in piece]})
        assert seen.again(rows).tolist() == [call in before for call in piece]
        before |= set(piece)


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 5), st.sampled_from("ab"))))
def test_no_day_of_a_product_counts_twice_in_a_long_export(spans):
    seen, before = Seen("audience"), set()
    for first, more, product in spans:
        start = DAYS + pd.Timedelta(days=first)
        row = {"device": "d", "product": product, "start": start}
        rows = pd.DataFrame([row | {"end": start + pd.Timedelta(days=more)}])
        days = {(product, day) for day in range(first, first + more + 1)}
        assert seen.again(rows).tolist() == [bool(days & before)]
        before |= set() if days & before else days


# Whose name, number or story a text may hold ------------------------------------------------------

TOLD = yaml.safe_load(Path(__file__).with_name("persons.yml").read_text(encoding="utf-8"))
NAMES, TITLED, AMONG_WORDS, NUMBERS = map(TOLD.get, ("names", "titled", "among_words", "numbers"))
SENTENCES = [*TOLD["sentences"], "x" * 121]


def row_of(table: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "count": 1, "number": 1.0, "flag": True,
        "day": pd.Timestamp("2026-03-05"), "moment": pd.Timestamp("2026-03-05"),
    }  # fmt: skip
    return {
        name: values.get(column.kind, column.allowed[0] if column.allowed else "T1")
        for name, column in TABLES[table].columns.items()
    }


def refused(table: str, name: str, texts: list[str]) -> list[str]:
    """Which texts a column does not take; no message repeats any of them."""
    rows = pd.DataFrame([row_of(table) | {name: text} for text in texts])
    pieces = [rows]
    if TABLES[table].columns[name].person:  # where one tells of others
        pieces = [rows.iloc[[place]] for place in range(len(rows))]
    spoiled = []
    for piece in pieces:
        kept, rejects = contract.conform(piece, table, "a.csv")
        assert len(kept) + len(rejects) == len(piece)
        assert not [text for text in texts if text in rejects.to_csv()], name
        spoiled += [texts[place] for place in rejects.loc[rejects["column"] == name, "row"]]
    return spoiled


COLUMNS = [
    (table, name, column)
    for table, shape in TABLES.items()
    for name, column in shape.columns.items()
    if column.kind == "text"
]
KNOWN = ("label", "cites", "person", "named", "allowed")


@pytest.mark.parametrize(("table", "name", "column"), COLUMNS, ids=lambda part: str(part)[:20])
def test_a_column_takes_nobody_s_name_number_or_story(table, name, column):
    assert column.allowed or not refused(table, name, ["T2"]), "else nothing below proves anything"
    planted = [*NUMBERS]
    if not column.cites:
        planted += [*NAMES, *TITLED]
    if not (column.cites or column.named or column.person):
        planted += AMONG_WORDS
    if column.label:
        planted += SENTENCES
    if column.person:  # a plate is no more than a code there, and hashed
        planted.remove("AB-123-CD")
    assert refused(table, name, planted) == planted


def test_every_column_of_a_list_is_a_label_but_what_is_asked_or_named():
    common = ("device", "product", "channel")
    told = [x for x in COLUMNS if x[1] not in common and not any(getattr(x[2], k) for k in KNOWN)]
    others = {f"{table}.{name}" for table, name, _ in told}
    assert others == {
        "subscriptions.cohort", "tickets.unknown", "polls.question", "polls.option",
        "responses.category", "experiences.region", "procedures.edition", "procedures.procedure_id",
        "procedures.indicator", "procedures.label", "figures.subject", "figures.measure",
        "figures.unit", "figures.mode", "figures.comparable_with", "figures.reservation",
        "figures.definition", "figures.published", "figures.url", "figures.licence",
        "counters.counter_id", "counters.departement", "counters.format", "population.area"
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "texts"), [("label", TOLD["labels"]), ("named", TOLD["offices"])])
def test_a_good_label_and_what_is_named_after_someone_is_nobody(kind, texts):
    column = Column(kind="text", **{kind: True})
    assert [text for text in texts if contract.fault(text, column)] == []


def test_towns_and_offices_of_the_country_are_nobody(shared_data):
    (path,) = (shared_data / "france_services").glob("liste-fs-*.csv")
    listed = pd.read_csv(path, sep=None, engine="python", dtype=str)
    for name in ("lib_fs", "lib_com", "groupe_fs"):
        texts = listed[name].dropna().unique()
        assert not [x for x in texts if contract.fault(x, Column(kind="text", named=True))], name


@pytest.mark.parametrize("text", TOLD["shown"])
def test_a_refused_value_that_helps_to_mend_is_shown(text):
    assert contract.shown_cell("note", text) == text


@pytest.mark.parametrize(
    "text", [*NAMES, *TITLED, *AMONG_WORDS, *NUMBERS, *SENTENCES, *TOLD["hidden"]]
)
def test_a_refused_value_that_may_hold_someone_is_not_shown(text):
    assert contract.shown_cell("note", text) == "(not shown: it may tell of someone)"


def test_the_product_that_a_row_names_is_shown_unless_it_is_somebody():
    assert contract.shown_cell("product", "Journal Officiel") == "Journal Officiel"
    assert "not shown" in contract.shown_cell("product", "Zoé Martin")
