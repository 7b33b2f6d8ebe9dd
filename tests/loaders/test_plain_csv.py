"""The documented CSV of a tidy table: what a hand-made file may say, and how mistakes are told."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import contract, tables

DEVICE = "audience-boamp"
KEYS: dict[str, Any] = {"loader": "plain_csv", "table": "audience", "extracted": None}


def test_the_example_of_the_documentation_loads(read, catalogue):
    text = "month;visits;visitors\n2026-02;12 450;9 310\n2026-03;13\u202f020;\n"
    loaded = read(text)
    assert loaded.table == "audience" and loaded.rejects.empty
    assert loaded.rows["visits"].tolist() == [12450, 13020]
    assert loaded.rows["end"].tolist() == [pd.Timestamp("2026-02-28"), pd.Timestamp("2026-03-31")]
    assert loaded.rows["complete"].all()
    assert set(loaded.rows["product"]) == {catalogue.devices[DEVICE].product}
    assert set(loaded.rows["channel"]) == {catalogue.devices[DEVICE].channel}
    assert list(loaded.rows.columns) == contract.columns("audience")


def test_a_start_alone_is_a_day_and_completeness_follows_the_rule(read):
    today = date.today()
    text = f"start,visits,complete\n2026-01-30,1,\n2026-01-31,2,\n2026-01-29,3,non\n{today},4,\n"
    loaded = read(text)
    assert (loaded.rows["start"] == loaded.rows["end"]).all()
    assert loaded.rows["complete"].tolist() == [True, True, False, False]
    loaded = read(text, extracted=date(2026, 1, 31))
    assert loaded.rows["complete"].tolist() == [True, False, False, False]


def test_every_bad_row_is_told_with_its_line_column_and_mend(read):
    text = (
        "device,product,channel,start,end,complete,visits\n"
        "audience-boamp,bodacc,phone,2026-01-01,2026-01-31,oui,5\n"
        "another,,,2026-02-01,2026-02-28,,5\n"
        ",nonesuch,,2026-02-01,2026-02-28,,5\n"
        ",,telex,2026-02-01,2026-02-28,,5\n"
        ",,,01/02/2026,2026-02-28,,5\n"
        ",,,2026-02-01,,,5\n"
        ",,,2026-02-01,2026-03-31,,5\n"
        ",,,2026-02-01,2026-02-28,maybe,5\n"
        f",,,{date.today()},{date.today()},true,5\n"
        ",,,2026-02-01,2026-02-28,,\n"
        ",,,2026-02-01,2026-02-28,,1.5\n"
        ',,,2026-02-01,2026-02-28,,"1,234"\n'
        ",,,2026-02-01,2026-02-28,,-4\n"
        ",,,0026-02-01,0026-02-28,,4\n"
        ",,,2026-02-01,2026-02-28,,4,9\n"
        ",,,2026-02-01\n"
        ",bodacc,phone,2026-01-01,2026-01-31,oui,5\n"
    )
    loaded = read(text)
    assert loaded.rows[["product", "channel", "visits"]].values.tolist() == [["bodacc", "phone", 5]]
    told = loaded.rejects.set_index("row")
    assert told.index.tolist() == list(range(3, 19))
    assert told["column"].loc[3] == "device" and "'audience-boamp'" in told["reason"].loc[3]
    assert told["reason"].loc[4].startswith("is no product of the catalogue; known: service-public")
    assert told["reason"].loc[4].endswith(" more"), "a long catalogue must not flood the report"
    assert told["reason"].loc[5].startswith("is not one of web, ")
    assert told["reason"].loc[6] == "cannot be read; write a day such as 2026-03-31"
    assert told[["column", "reason"]].loc[7].tolist() == ["end", "is empty"]
    assert told["reason"].loc[8] == "covers more than one month; export by day or by month"
    assert told["reason"].loc[9].endswith("write true, false, 1, 0, oui or non")
    assert told["reason"].loc[10].endswith("write false")
    assert told[["column", "reason"]].loc[11].tolist() == ["visits", "is empty"]
    assert told["reason"].loc[12] == "cannot be read; write a whole number such as 1234"
    assert told["reason"].loc[13] == "cannot be read; write a whole number such as 1234"
    assert told["reason"].loc[14].startswith("is negative")
    assert told["reason"].loc[15] == "is in the year 0026; check the year"
    assert told["reason"].loc[16].startswith("has 8 cells, and the header 7; a cell")
    assert told["reason"].loc[17].startswith("has 4 cells, and the header 7; is it cut")
    assert told["reason"].loc[18] == "repeats row 2"


RATINGS = "answer_id;date;question;value;scale_min;scale_max\n"


def test_a_decimal_comma_is_read_with_semicolons_and_only_with_them(read):
    text = RATINGS + "a;2026-01-05;satisfaction;7,5;0;10\nb;2026-01-05;clarity;8.25;0;10\n"
    loaded = read(text, table="ratings")
    assert loaded.rows["value"].tolist() == [7.5, 8.25]
    quoted = RATINGS.replace(";", ",") + 'a,2026-01-05,satisfaction,"7,5",0,10\n'
    loaded = read(quoted, table="ratings")
    assert loaded.rejects["reason"].tolist() == ["cannot be read; write a number such as 7.5"]


@pytest.mark.parametrize(("row", "column", "reason"), [
    ("T;3;1.234;0", "revenue", "is one for some and a thousand for others"),
    ("T;3;9999999999999;0", "revenue", "is larger than anything measured"),
    ("Total;3;5;0", "title", "is a total"),
])  # fmt: skip
def test_what_may_be_two_numbers_or_counts_twice_is_refused(read, row, column, reason):
    text = f"month;title_id;format;title;units;revenue;returns\n2026-01;R;print;{row}\n"
    loaded = read(text, table="sales")
    ((told, value, why),) = loaded.rejects[["column", "value", "reason"]].values.tolist()
    assert loaded.rows.empty and told == column and reason in why and value


@pytest.mark.parametrize(("sexes", "told"), [
    ("Femmes Hommes", ["sex has 'Femmes' (is it 'Femme'?), 'Hommes' (is it 'Homme'?), by"]),
    ("Femme Homme Autre", []),
])  # fmt: skip
def test_categories_that_would_leave_a_weighting_empty_are_told_here_too(read, sexes, told):
    header = "response_id,date,finished,variable,category,value\n"
    text = header + "".join(
        f"r{row},2026-03-05,true,response,,\nr{row},2026-03-05,true,sex,{sex},\n"
        f"r{row},2026-03-05,true,reason,Une démarche,\n"
        for row, sex in enumerate(sexes.split())
    )
    loaded = read(text, table="responses")
    assert loaded.rejects.empty and len(loaded.notices) == len(told)
    for notice, start in zip(loaded.notices, told, strict=True):
        assert notice.startswith(start) and "margins.csv has Femme, Homme: write these" in notice


def test_every_mistake_of_a_header_or_a_device_is_told(read):
    with pytest.raises(ObservError) as caught:
        read("end,hits,Visits,end\n2026-01-31,1,2,3\n")
    unknown, twice, missing = caught.value.problems
    assert "unknown columns 'hits', 'Visits'; columns of the table audience are device" in unknown
    assert "column 'end' given twice; keep one" in twice
    assert "missing columns 'start', 'visits' (or 'month' instead)" in missing
    with pytest.raises(ObservError, match="needs the key `table`; tables are audience, sections"):
        read("a\n1\n", table=None)


CELLS = st.one_of(
    st.sampled_from(
        ["2026-01-05", "2026-01", "0001-01-01", "12", "7,5", "-1", "1e400", "nan", "oui"]
    ),
    st.sampled_from(["boamp", "web", "satisfaction", "2026-T1", "positive", "value", ""]),
    st.text(st.characters(codec="utf-8"), max_size=6),
)


@examples(40)
@given(
    table=st.sampled_from(sorted(tables.TABLES)),
    dropped=st.sets(st.integers(0, 14), max_size=2),
    rows=st.lists(st.lists(CELLS, min_size=13, max_size=14), max_size=4),
    delimiter=st.sampled_from(",;"),
)
def test_any_table_loads_or_is_refused(read, table, dropped, rows, delimiter):
    header = [name for place, name in enumerate(contract.columns(table)) if place not in dropped]
    lines = [header, *(cells[: len(header)] for cells in rows)]
    text = "\n".join(delimiter.join(cells) for cells in lines)
    try:
        loaded = read(text, table=table)
    except ObservError as error:
        assert all("export.csv" in problem for problem in error.problems)
        return
    assert loaded.rejects["row"].is_unique
    assert len(loaded.rows) + len(loaded.rejects) >= 1


def test_a_long_file_is_read_in_pieces_of_which_no_row_counts_twice(read, monkeypatch):
    days = [f"2026-01-{day:02},{day}\n" for day in range(1, 11)]
    whole = read("start,visits\n" + "".join(days))
    monkeypatch.setattr("observlib.loaders.sheets.PIECE", 3)
    text = "start,visits\n" + "".join([*days, "2026-01-11,none\n"])
    found = read(text)
    pd.testing.assert_frame_equal(found.rows, whole.rows)
    assert found.rejects[["row", "column"]].values.tolist() == [[12, "visits"]]
    with pytest.raises(ObservError, match="row 12 counts what an earlier row counts"):
        read("start,visits\n" + "".join([*days, "2026-01-02,7\n"]))
