"""User tests: tasks, times, the usability scale once a participant, and nobody's name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded, load
from observlib.tables import columns
from observlib.themes.user_tests.estimates import sus_scores

ITEMS = ",".join(f"Q{item}" for item in range(1, 11))
HEADER = "session,participant,date,task,success,time,errors,problems\n"
FULL = "3,2,4,1,5,2,4,1,5,2"


@pytest.fixture
def device(catalogue: Catalogue) -> Device:
    return catalogue.devices["tests-legifrance"]


def read(
    folder: Path, device: Device, catalogue: Catalogue, text: str, name: str = "tests.csv"
) -> Loaded:
    file = folder / name
    file.write_text(text, encoding="utf-8", newline="")
    return load(file, device, catalogue)


def values(loaded: Loaded, measure: str) -> list[float]:
    return loaded.rows.loc[loaded.rows["measure"] == measure, "value"].tolist()


def test_each_measure_of_a_task_is_a_row(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    text = HEADER + (
        "s1,P01,2026-03-05,Chercher,oui,83,2,bouton invisible (gravité 3); Mot inconnu (1)\n"
        "s1,P02,2026-03-05,chercher,non,02:05,0,Bouton Invisible (gravité 4)\n"
    )
    loaded = read(tmp_path, device, catalogue, text)
    assert loaded.rejects.empty and list(loaded.rows.columns) == columns("user_tests")
    assert values(loaded, "success") == [1, 0]
    assert values(loaded, "time") == [83, 125]
    assert values(loaded, "errors") == [2, 0]
    problems = loaded.rows[loaded.rows["measure"] == "problem"]
    assert problems[["participant", "label", "value"]].values.tolist() == [
        ["P01", "bouton invisible", 3],
        ["P01", "Mot inconnu", 1],
        ["P02", "bouton invisible", 4],
    ]
    assert set(loaded.rows["task"].dropna()) == {"Chercher"}


def test_french_headers_decimal_commas_and_no_break_spaces_are_read(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    text = (
        "\ufeffSession;Participant;Date;Tâche;Réussite;Temps;Erreurs;Problèmes\n"
        "s1;P01;05/03/2026;Chercher;Réussi;83,5;1;\ns1;P02;06/03/2026;Chercher;échec;2\u00a0min\u00a005\u00a0s;;\n"
    )
    loaded = read(tmp_path, device, catalogue, text)
    assert loaded.rejects.empty
    assert values(loaded, "time") == [83.5, 125]
    assert loaded.rows["date"].max() == pd.Timestamp("2026-03-06")


def test_a_partial_success_is_a_failure_and_is_told(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    loaded = read(tmp_path, device, catalogue, HEADER + "s,P1,2026-03-05,T,partiel,,,\n")
    assert values(loaded, "success") == [0]
    assert loaded.notices == ("1 partial successes are counted as failures",)


@pytest.mark.parametrize(
    "name",
    ["Camille", "Camille Exemple", "Mme Exemple 2", "camille@exemple.invalid", "Camille75",
     "0612345678", "06 12 34 56 78", "C. E.", "12/03/1985"],
)  # fmt: skip
def test_a_participant_who_may_be_named_is_refused_without_being_shown(
    tmp_path: Path, device: Device, catalogue: Catalogue, name: str
) -> None:
    loaded = read(tmp_path, device, catalogue, HEADER + f"s,{name},2026-03-05,T,oui,,,\n")
    assert loaded.rows.empty and len(loaded.rejects) == 1
    assert name not in loaded.rejects.to_string()


@pytest.mark.parametrize("code", ["P01", "p-3", "12", "U12", "SP-P03", "participant 4", "2026-03"])
def test_codes_are_read(tmp_path: Path, device: Device, catalogue: Catalogue, code: str) -> None:
    loaded = read(tmp_path, device, catalogue, HEADER + f"s,{code},2026-03-05,T,oui,,,\n")
    assert loaded.rejects.empty and len(loaded.rows) == 1


def test_notes_and_other_columns_are_never_read(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    text = "nom,participant,date,task,success,observations\n"
    text += "Camille Exemple,P1,2026-03-05,T,oui,a appelé le 06 12 34 56 78\n"
    loaded = read(tmp_path, device, catalogue, text)
    assert loaded.rejects.empty and "Camille" not in loaded.rows.to_string()


def test_the_scale_counts_once_whether_on_one_row_or_on_all(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    header = f"participant,date,task,success,{ITEMS}\n"
    once = f"P1,2026-03-05,A,oui,{FULL}\nP1,2026-03-05,B,oui,{',' * 9}\n"
    each = f"P2,2026-03-05,A,oui,{FULL}\nP2,2026-03-05,B,oui,{FULL}\n"
    loaded = read(tmp_path, device, catalogue, header + once + each)
    assert loaded.rejects.empty
    assert sus_scores(loaded.rows).tolist() == [82.5, 82.5]


def test_answers_that_contradict_each_other_give_no_score(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    header = f"participant,date,task,success,{ITEMS}\n"
    other = FULL.replace("3,2", "1,2", 1)
    text = header + f"P1,2026-03-05,A,oui,{FULL}\nP1,2026-03-05,B,oui,{other}\n"
    loaded = read(tmp_path, device, catalogue, text)
    assert loaded.rejects[["row", "column", "value"]].values.tolist() == [[3, "Q1", "1"]]
    assert "is 3 in row 2" in loaded.rejects["reason"].iat[0]
    assert sus_scores(loaded.rows).empty and values(loaded, "success") == [1, 1]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("s,P1,2026-03-05,T,peut-être,,,", "success", "neither oui nor non"),
        ("s,P1,2026-03-05,T,oui,0,,", "time", "no time"),
        ("s,P1,2026-03-05,T,oui,-4,,", "time", "no time"),
        ("s,P1,2026-03-05,T,oui,83000,,", "time", "no time"),
        ("s,P1,2026-03-05,T,oui,1:30:00,,", "time", "no time"),
        ("s,P1,2026-03-05,T,oui,12:75,,", "time", "no time"),
        ("s,P1,2026-03-05,T,oui,1.234,,", "time", "no time"),
        ("s,P1,2026-03-05,Total,,600,,", "task", "is the total of the tasks"),
        ("s,P1,2026-03-05,T,oui,,-1,", "errors", "no count"),
        ("s,P1,2026-03-05,T,oui,,,bouton", "problems", "has no severity"),
        ("s,P1,2026-03-05,T,oui,,,bouton (gravité 5)", "problems", "from 1"),
        ("s,P1,2026-03-05,T,oui,,,a (gravité 2); A (gravité 3)", "problems", "told twice"),
        ("s,P1,2126-03-05,T,oui,,,", "date", "in the future"),
        ("s,P1,2026-13-05,T,oui,,,", "date", "is no day"),
        ("s,P1,2026-03-05,,oui,,,", "task", "is empty, and success"),
        ("s,,2026-03-05,T,oui,,,", "participant", "is empty"),
        ("s,P1,2026-03-05,T,oui", "", "has 5 cells"),
    ],
)
def test_a_bad_cell_is_told_with_its_row(
    tmp_path: Path, device: Device, catalogue: Catalogue, row: str, column: str, reason: str
) -> None:
    good = "s,P9,2026-03-05,T,oui,12,,\n"
    loaded = read(tmp_path, device, catalogue, HEADER + good + row + "\n")
    assert (loaded.rejects["row"] == 3).all() and len(loaded.rejects) == 1
    assert loaded.rejects["column"].iat[0] == column
    assert reason in loaded.rejects["reason"].iat[0]
    assert "P9" in set(loaded.rows["participant"])


def test_a_participant_and_task_told_twice_count_once(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    row = "s,P1,2026-03-05,T,oui,12,,\n"
    loaded = read(tmp_path, device, catalogue, HEADER + row + row)
    assert values(loaded, "success") == [1] and loaded.rejects["row"].tolist() == [3]


def test_days_in_two_ways_are_refused(tmp_path: Path, device: Device, catalogue: Catalogue) -> None:
    text = HEADER + "s,P1,05/03/2026,T,oui,,,\ns,P2,2026-03-06,T,oui,,,\n"
    loaded = read(tmp_path, device, catalogue, text)
    assert loaded.rejects["row"].tolist() == [3]
    assert "all in one way" in loaded.rejects["reason"].iat[0]


def test_the_scale_alone_is_read_with_the_day_of_the_file_s_name(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    loaded = read(tmp_path, device, catalogue, f"{ITEMS}\n{FULL}\n{FULL}\n", "sus_2026-T3.csv")
    assert sus_scores(loaded.rows).tolist() == [82.5, 82.5]
    assert set(loaded.rows["date"]) == {pd.Timestamp("2026-07-01")}
    dated = device.model_copy(update={"period": "2025-11"})
    loaded = read(tmp_path, dated, catalogue, f"{ITEMS}\n{FULL}\n", "sus_2026-T3.csv")
    assert set(loaded.rows["date"]) == {pd.Timestamp("2025-11-01")}


def test_the_real_answers_are_read_whole(
    tmp_path: Path, device: Device, catalogue: Catalogue, shared_data: Path
) -> None:
    dated = device.model_copy(update={"period": "2020-10"})
    loaded = load(shared_data / "sus" / "hcitools_SUSresponses.csv", dated, catalogue)
    scores = sus_scores(loaded.rows)
    assert loaded.rejects.empty
    assert (len(scores), round(scores.mean(), 2), round(scores.std(), 2)) == (45, 50.11, 11.22)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty file"),
        (HEADER, "no row"),
        ("task,success,date\nT,oui,2026-03-05\n", "missing column 'participant'"),
        (f"{ITEMS[:-4]}\n", "missing column 'Q1 to Q10'"),
        ("participant,date\nP1,2026-03-05\n", "no column tells what participants did"),
        ("participant,task,success\nP1,T,oui\n", "nothing tells the day"),
        ("participant,code,date,success\nP1,P1,2026-03-05,oui\n", "both give 'participant'"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, device: Device, catalogue: Catalogue, text: str, told: str
) -> None:
    with pytest.raises(ObservError, match=told):
        read(tmp_path, device, catalogue, text)


CELL = st.sampled_from(
    ["P1", "P2", "Camille", "", "T", "oui", "partiel", "12", "1:05", "5", "2026-03-05",
     "05/03/2026", "x (gravité 2)", "; ;", "(3)", "x@y.z"]
)  # fmt: skip


def test_numbered_rows_of_two_files_are_different_people(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    text = f"{ITEMS}\n{FULL}\n{FULL}\n"
    both = [
        read(tmp_path, device, catalogue, text, f"sus_2026-T{number}.csv").rows for number in (1, 2)
    ]
    assert pd.concat(both)["participant"].nunique() == 4


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=st.lists(st.lists(CELL, min_size=9, max_size=10), max_size=6))
def test_any_table_loads_or_is_refused(
    tmp_path: Path, device: Device, catalogue: Catalogue, rows: list[list[str]]
) -> None:
    header = [*HEADER.strip().split(","), "Q1"]
    text = "\n".join("\t".join(row) for row in [header, *rows])
    try:
        loaded = read(tmp_path, device, catalogue, text)
    except ObservError:
        return
    assert "Camille" not in loaded.rows["participant"].str.title().tolist()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(raw=st.binary(max_size=120), start=st.sampled_from([b"", HEADER.encode(), ITEMS.encode()]))
def test_any_bytes_load_or_are_refused(
    tmp_path: Path, device: Device, catalogue: Catalogue, raw: bytes, start: bytes
) -> None:
    file = tmp_path / "tests_2026-03.csv"
    file.write_bytes(start + raw)
    try:
        load(file, device, catalogue)
    except ObservError as error:
        assert str(error)


def test_a_tool_that_times_to_the_millisecond_loses_no_time(
    tmp_path: Path, device: Device, catalogue: Catalogue
) -> None:
    text = HEADER + "s,P1,2026-03-05,T,oui,83.512,,\ns,P2,2026-03-05,T,oui,0.875,,\n"
    loaded = read(tmp_path, device, catalogue, text)
    assert values(loaded, "time") == [83.512, 0.875] and loaded.rejects.empty
