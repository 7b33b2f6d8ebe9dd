"""Sheets that people fill (codes of texts, workshops, tidy tables): mistakes are told by line."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import contract, tables
from observlib.catalogue.contract import columns

TOLD = yaml.safe_load(Path(__file__).with_name("workshop.yml").read_text(encoding="utf-8"))
SHEET = TOLD["good"]
DEVICE, FILE = "ateliers", "ateliers_2026.yml"


def indented(sheet: str) -> str:
    return "- " + sheet.replace("\n", "\n  ").rstrip() + "\n"


def test_a_sheet_gives_its_profiles_and_ideas(read):
    loaded = read(SHEET)
    assert loaded.rejects.empty and list(loaded.rows.columns) == columns("workshops")
    assert loaded.rows[["kind", "label", "count"]].values.tolist() == [
        ["participants", "Étudiants", 14], ["participants", "Agents publics", 0],
        ["idea", "Un glossaire", 1], ["idea", "Un filtre", 1], ["idea", "Un plan", 1]
    ]  # fmt: skip
    ideas = loaded.rows[loaded.rows["kind"] == "idea"]
    assert ideas["state"].tolist() == ["done", "decided", "proposed"]
    assert (
        ideas["done"].iat[0] == pd.Timestamp("2026-05-02") and ideas["done"].iloc[1:].isna().all()
    )
    assert set(loaded.rows["workshop_id"]) == {"2026-03-05 page d'accueil"}


def test_a_list_of_sheets_is_read_and_a_bad_one_does_not_stop_the_others(read):
    bad = SHEET.replace("2026-03-05", "2026-03").replace("Étudiants: 14", "Étudiants: beaucoup")
    good = SHEET.replace("accueil", "recherche")
    loaded = read(indented(bad) + indented(good))
    assert set(loaded.rows["title"]) == {"Page d'recherche"}
    assert loaded.rejects[["row", "column"]].values.tolist() == [
        [1, "date"],
        [5, "participants.Étudiants"],
    ]


@pytest.mark.parametrize(("old", "new", "line", "reason"), TOLD["mistakes"])
def test_a_mistake_is_told_with_its_line(read, old, new, line, reason):
    assert old in SHEET
    loaded = read(SHEET.replace(old, new))
    told = loaded.rejects[loaded.rejects["reason"].str.contains(reason, regex=False)]
    assert len(told) == 1, loaded.rejects.to_string()
    assert told["row"].iat[0] == line
    assert "Camille" not in loaded.rejects.to_string()
    assert loaded.rows.empty == (line < 7)  # the head refuses the sheet, an idea itself alone


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *TOLD["no_sheet"],
        (SHEET.replace("14", "014"), ":5: YAML reads 014 as another number"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(read, text, told):
    with pytest.raises(ObservError, match=told):
        read(text)


# --- A tidy table as CSV


@pytest.fixture
def plain(read, catalogue):
    """Load a text as the CSV of a device that counts visits."""
    whole = catalogue.devices["audience-boamp"].model_dump()
    own = whole | {"loader": "plain_csv", "table": "audience", "extracted": None}
    return lambda text, **keys: read(text, "export.csv", **(own | keys))


def test_a_day_that_is_not_over_is_incomplete_and_a_device_has_a_table(plain):
    assert plain(f"start,visits\n{date.today()},4\n").rows["complete"].tolist() == [False]
    told = plain(f"start,visits,complete\n{date.today()},4,true\n").rejects
    assert told["reason"].tolist() == [
        f"is true, and the period ends on {date.today()}; write false"
    ]
    with pytest.raises(ObservError, match="needs the key `table`; tables are audience, sections"):
        plain("a\n1\n", table=None)


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
def test_any_table_loads_or_is_refused(plain, table, dropped, rows, delimiter):
    header = [name for place, name in enumerate(contract.columns(table)) if place not in dropped]
    lines = [header, *(cells[: len(header)] for cells in rows)]
    text = "\n".join(delimiter.join(cells) for cells in lines)
    try:
        loaded = plain(text, table=table)
    except ObservError as error:
        assert all("export.csv" in problem for problem in error.problems)
        return
    assert loaded.rejects["row"].is_unique
    assert len(loaded.rows) + len(loaded.rejects) >= 1


def test_a_long_file_is_read_in_pieces_of_which_no_row_counts_twice(plain, monkeypatch):
    days = [f"2026-01-{day:02},{day}\n" for day in range(1, 11)]
    whole = plain("start,visits\n" + "".join(days))
    monkeypatch.setattr("observlib.loaders.sheets.PIECE", 3)
    text = "start,visits\n" + "".join([*days, "2026-01-11,none\n"])
    found = plain(text)
    pd.testing.assert_frame_equal(found.rows, whole.rows)
    assert found.rejects[["row", "column"]].values.tolist() == [[12, "visits"]]
    with pytest.raises(ObservError, match="row 12 counts what an earlier row counts"):
        plain("start,visits\n" + "".join([*days, "2026-01-02,7\n"]))
