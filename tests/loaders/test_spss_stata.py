"""Files of SPSS and Stata: names or labels of variables, values or labels of answers."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.loaders import Loaded, load

Survey = Callable[..., Any]
Answers = Callable[[Loaded, str], dict[str, list[Any]]]
FRAME = pd.DataFrame(
    {
        "id": [1.0, 2.0, 3.0], "submitdate": ["2026-03-12 23:50:00", "", "2026-03-14 10:00:00"],
        "startdate": ["2026-03-12 23:40:00", "2026-03-13 10:00:00", "2026-03-14 09:50:00"],
        "Q01": [5.0, 1.0, None], "reussi": [1.0, 0.0, 1.0], "Q03_SQ001": [2.0, None, 5.0],
        "Q04_SQ001": [1.0, 0.0, 0.0], "Q05": ["A1", "A2", ""], "nom": ["Jeanne", "Jean", "Ana"],
    }
)  # fmt: skip
LABELS = {"Q01": "Globalement, êtes-vous satisfait du site ?", "reussi": "Avez-vous réussi ?"}
VALUES: dict[str, Any] = {
    "Q01": {1.0: "Pas du tout", 5.0: "Tout à fait"},
    "reussi": {1.0: "Oui", 0.0: "Non"},
    "Q04_SQ001": {1.0: "Oui", 0.0: "Non sélectionné"},
}


@pytest.fixture(params=["sav", "zsav", "dta"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"enquete-test_a.{request.param}"
    if request.param == "dta":
        pyreadstat.write_dta(FRAME, path, column_labels=LABELS, variable_value_labels=VALUES)
    else:
        pyreadstat.write_sav(
            FRAME, path, column_labels=LABELS, variable_value_labels=VALUES,
            row_compress=request.param == "zsav"
        )  # fmt: skip
    return path


def test_a_labelled_file_gives_the_answers_of_its_export(file, survey, answers):
    loaded = load(file, *survey("spss_stata"))
    assert loaded.table == "responses" and loaded.rejects.empty
    assert answers(loaded, "satisfaction") == {"1": [5], "2": [1]}
    assert answers(loaded, "task_success") == {"1": [1], "2": [0], "3": [1]}
    assert answers(loaded, "ces") == {"1": [4], "3": [1]}
    assert answers(loaded, "reason") == {"1": ["Démarche"]}
    assert answers(loaded, "age") == {"1": ["15-29 ans"], "2": ["30 ans et plus"]}
    finished = loaded.rows.drop_duplicates("response_id").set_index("response_id")["finished"]
    assert finished.to_dict() == {"1": True, "2": False, "3": True}
    assert "Jean" not in loaded.rows.to_csv()


def test_an_institute_s_file_has_a_date_and_only_finished_interviews(tmp_path, survey):
    path = tmp_path / "a.sav"
    frame = pd.DataFrame({"id": [1, 2], "DATE": [date(2026, 3, 12)] * 2, "Q01": [1.0, 7.0]})
    pyreadstat.write_sav(frame, path)
    loaded = load(path, *survey("spss_stata"))
    assert (
        set(loaded.rows["date"]) == {pd.Timestamp("2026-03-12")} and loaded.rows["finished"].all()
    )
    assert any("all count as finished" in notice for notice in loaded.notices)
    assert loaded.rejects[["row", "value"]].values.tolist() == [[2, "7"]]


def test_without_the_extra_the_error_says_how_to_install_it(file, survey, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(ObservError, match=r"pip install 'observlib\[spss\]'"):
        load(file, *survey("spss_stata"))


def test_a_file_without_identifier_or_questions_says_what_it_has(tmp_path, survey):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(FRAME.drop(columns="id"), path)
    with pytest.raises(ObservError, match=r"missing column 'id'; .* number them"):
        load(path, *survey("spss_stata"))
    pyreadstat.write_sav(FRAME[["id", "submitdate", "nom"]], path)
    with pytest.raises(ObservError, match="no question of 'enquete-test'"):
        load(path, *survey("spss_stata"))


@examples(8)
@given(place=st.integers(0, 5_000), junk=st.binary(min_size=1, max_size=16), cut=st.booleans())
def test_any_damage_gives_rows_or_one_plain_error(file, tmp_path, survey, place, junk, cut):
    whole = file.read_bytes()
    place %= len(whole)
    damaged = tmp_path / f"damaged{file.suffix}"
    damaged.write_bytes(whole[:place] + junk + (b"" if cut else whole[place + len(junk) :]))
    try:
        assert load(damaged, *survey("spss_stata")).table == "responses"
    except ObservError as error:
        assert "\n" not in str(error)


CELL = st.none() | st.sampled_from(["", "A1", "Oui", "2026-03-12", "05/13/2026", "Total", "-0"])
CELL |= st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
NUMBER = st.none() | st.floats(width=32) | st.sampled_from([-0.0, 1.0, 2.5, 1e18])


@examples(4)
@given(rows=st.lists(st.tuples(CELL, CELL, NUMBER, NUMBER, CELL), min_size=1, max_size=4))
def test_any_table_gives_rows_and_rejects_or_one_plain_error(tmp_path, survey, rows):
    frame = pd.DataFrame(rows, columns=["id", "submitdate", "Q01", "reussi", "Q05"])
    good = {"id": "9", "submitdate": "2026-03-12", "Q01": 5.0, "reussi": 1.0, "Q05": "A1"}
    frame = pd.concat([pd.DataFrame([good]), frame], ignore_index=True)
    path = tmp_path / "any.sav"
    pyreadstat.write_sav(frame, path, column_labels=LABELS)
    loaded = load(path, *survey("spss_stata"))
    if sum(row[1] == "05/13/2026" for row in rows) > 1:  # a column is written as most of it is
        first = loaded.rejects[loaded.rejects["row"] == 1]
        assert set(first["column"]) <= {"submitdate"}
    else:
        assert "9" in set(loaded.rows["response_id"])
    assert "-0.0" not in loaded.rows.astype(str).to_csv()
    assert set(loaded.rejects["row"]) <= set(range(1, len(frame) + 1))
