"""Archives of LimeSurvey, and files of SPSS and Stata: read whole or refused, never unpacked."""

import io
import sys
import zipfile
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
from tests.loaders.conftest import QUESTIONS, asked

from observlib.base.errors import ObservError
from observlib.loaders import Loaded, load, surveys

Survey = Callable[..., Any]
Answers = Callable[[Loaded, str], dict[str, list[Any]]]


def section(name: str, *records: dict[str, str]) -> str:
    rows = "".join(
        "<row>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in record.items()) + "</row>"
        for record in records
    )
    fields = "".join(f"<fieldname>{key.removeprefix('_')}</fieldname>" for key in records[0])
    return f"<{name}><fields>{fields}</fields><rows>{rows}</rows></{name}>"


def document(*sections: str, before: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<document>{"".join(sections)}</document>'


def question(qid: str, title: str, parent: str = "0", **more: str) -> dict[str, str]:
    return {"qid": qid, "parent_qid": parent, "sid": "77", "gid": "5", "title": title} | more


# Field 77X5X31 is question 31, and box "1" of question 3 would be so too: LimeSurvey refuses that.
STRUCTURE = document(
    section(
        "answers", {"aid": "1", "qid": "31", "code": "A1"}, {"aid": "2", "qid": "31", "code": "A2"}
    ),
    section(
        "answer_l10ns", {"aid": "1", "answer": "15-29 ans", "language": "fr"},
        {"aid": "2", "answer": "<b>60 ans</b> et plus", "language": "fr"}
    ),
    section(
        "questions", question("3", "Q04", other="Y"), question("31", "AGE"), question("9", "G")
    ),
    section(
        "subquestions", question("10", "SQ001", "3"), question("11", "SQ002", "3"),
        question("12", "R1", "9", scale_id="0"), question("13", "C1", "9", scale_id="1")
    ),
    section(
        "question_l10ns",
        {"qid": "3", "question": "<p>Pourquoi&nbsp;êtes-vous venu ?</p>", "language": "fr"},
        {"qid": "10", "question": "Une démarche", "language": "fr"},
        {"qid": "11", "question": "Me renseigner", "language": "fr"},
        {"qid": "31", "question": "Quel est votre âge ?", "language": "fr"},
        {"qid": "9", "question": "Grille", "language": "fr"},
        {"qid": "12", "question": "Ligne", "language": "fr"},
        {"qid": "13", "question": "Colonne", "language": "fr"},
    ),
)  # fmt: skip
ANSWER = {
    "id": "1", "token": "jeton42", "submitdate": "2026-03-12 23:50:00", "_77X5X3SQ001": "Y",
    "_77X5X3SQ002": "", "_77X5X3other": "Jeanne", "_77X5X31": "A2", "_77X5X9R1_C1": "3",
}  # fmt: skip
RESPONSES = document(section("responses", ANSWER))


def archive(members: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, text in members.items():
            target.writestr(name, text)
    return out.getvalue()


MEMBERS = {"survey_77.lss": STRUCTURE, "survey_77_responses.lsr": RESPONSES}


@pytest.fixture
def read(tmp_path: Path, survey: Survey) -> Callable[..., Loaded]:
    def from_bytes(content: bytes, **keys: Any) -> Loaded:
        file = tmp_path / "enquete-test_a.lsa"
        file.write_bytes(content)
        return load(file, *survey("limesurvey", **keys))

    return from_bytes


def refused(read: Any, content: bytes, word: str) -> None:
    with pytest.raises(ObservError, match=word) as error:
        read(content)
    assert "\n" not in str(error.value)


def test_the_structure_tells_codes_texts_and_answers(read, answers):
    grid = asked("grid", "X", "Grille [Ligne][Colonne]", "scale", scale=[1, 5])
    loaded = read(archive(MEMBERS), questions=[*QUESTIONS[3:5], grid])
    assert loaded.rejects.empty and loaded.notices == ()
    assert answers(loaded, "reason") == {"1": ["Autre", "Démarche"]}
    assert answers(loaded, "age") == {"1": ["30 ans et plus"]}  # by its text: AGE is not Q05
    assert answers(loaded, "grid") == {"1": [3]}
    assert "Jeanne" not in loaded.rows.to_csv() and "jeton42" not in loaded.rows.to_csv()


@pytest.mark.parametrize("name", ["../survey_77.lss", "/etc/x", "a/../../x", "C:\\x", "..\\x"])
def test_a_name_that_leads_out_of_the_archive_is_refused(read, tmp_path, name):
    refused(read, archive(MEMBERS | {name: "x"}), "which no survey's archive does")
    assert [path.name for path in tmp_path.rglob("*")] == ["enquete-test_a.lsa"]


def test_an_entity_bomb_is_refused_before_it_grows(read):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
    bomb = document("<x>&l29;</x>", before=f'<!DOCTYPE d [<!ENTITY l0 "ha">{entities}]>')
    refused(read, archive(MEMBERS | {"survey_77.lss": bomb}), "document type")
    outside = document(before='<!DOCTYPE d SYSTEM "file:///etc/passwd">')
    refused(read, archive(MEMBERS | {"survey_77_responses.lsr": outside}), "document type")


def test_an_archive_with_a_password_is_told(read):
    locked = bytearray(archive(MEMBERS))
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(start)
        while place >= 0:
            locked[place + flags] |= 1
            place = locked.find(start, place + 4)
    refused(read, bytes(locked), "not read .*password")


@pytest.mark.parametrize(("members", "word"), [
    ({}, r"no files \*.lss"),
    ({"survey_77.lss": STRUCTURE}, r"no files \*_responses.lsr"),
    (MEMBERS | {"survey_78.lss": STRUCTURE}, r"2 files \*.lss"),
    (MEMBERS | {"survey_77.lss": STRUCTURE[:-40]}, "no whole XML"),
    (MEMBERS | {"survey_77_responses.lsr": document()}, "name no field"),
    (MEMBERS | {"survey_77.lss": document()}, "no question of 'enquete-test'"),
    (MEMBERS | {"survey_77.lss": STRUCTURE.replace("UTF-8", "klingon")}, "no whole XML"),
])  # fmt: skip
def test_an_unusable_archive_is_one_line(read, members, word):
    refused(read, archive(members), word)


@examples(30)
@given(place=st.integers(0, 10_000), junk=st.binary(min_size=1, max_size=20), stored=st.booleans())
def test_any_damage_of_an_archive_gives_rows_or_one_plain_error(read, place, junk, stored):
    whole = archive(MEMBERS, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    place %= len(whole)
    try:
        assert read(whole[:place] + junk + whole[place + len(junk) :]).table == "responses"
    except ObservError as error:
        assert "\n" not in str(error)


def test_a_real_archive_is_loaded(shared_data, survey, answers):
    favourite = "What colors are your favorite? Pick at least two."
    codes = {"SQ001": "Rouge", "SQ009": "Noir", "SQ011": "Brun"}
    colours = asked("colour", "Q00", favourite, "multiple", answers=codes, labels={"green": "Vert"})
    pictures = {"AO01": "Feu", "AO02": "Feuille"}
    picture = asked("picture", "G02Q04", "?", "choice", answers=pictures)
    file = shared_data / "limesurvey" / "colors.lsa"
    loaded = load(file, *survey("limesurvey", [colours, picture], period="2023-05"))
    assert loaded.rejects.empty
    assert answers(loaded, "colour") == {"1": ["Brun", "Noir"], "2": ["Rouge", "Vert"]}
    assert answers(loaded, "picture") == {"1": ["Feu"], "2": ["Feu"]}
    assert "metal" not in loaded.rows.to_csv()  # a comment
    undated = load(file, *survey("limesurvey", [colours, picture]))
    assert undated.rows.empty and len(undated.rejects) == 2


@pytest.mark.parametrize(
    "name", ["survey.lss", "answers.lss", "ls191_sample_survey_multilingual.lss"]
)
def test_real_structures_of_old_and_new_versions_name_their_questions(shared_data, name):
    text = (shared_data / "limesurvey" / name).read_text(encoding="utf-8")
    sections = surveys._sections(io.BytesIO(text.encode()), [1_000_000])
    fields = surveys._columns(sections)
    titles = {column.names[0] for column in fields.values()}
    assert len(titles) >= 4 and all(column.names[0] for column in fields.values())
    assert any(len(column.names) > 1 for column in fields.values())
    if name == "answers.lss":
        labels = [column.labels for column in fields.values() if column.labels]
        assert ("Just Right",) in labels[0].values()


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


@pytest.fixture(params=["zsav", "dta"])
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


@examples(3)
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


@examples(2)
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
