"""Exports of survey tools, read through a questionnaire: the tools' samples, and bad ones."""

import csv
import io

import pytest
from tests.formats.test_samples import SAMPLES, same
from tests.loaders.conftest import asked

from observlib.base.errors import ObservError
from observlib.catalogue import Device, Questionnaire
from observlib.loaders import load


def ignored(code, text):
    return {"code": code, "text": text, "kind": "ignored"}


def boxes(*names, **others):
    return {name: name for name in names} | others


MEANS = "Quels moyens avez-vous essayés ?"
WENT = "Comment s'est passée votre démarche ?"
GOOD = {"scale": [1, 5], "labels": {"Très bien": 5, "Mal": 1}}
HELP = {"scale": [0, 1], "labels": {"Bonne": 1, "Mauvaise": 0, "Oui": 1, "Non": 0}}
YES = {"scale": [0, 1], "labels": {"Yes": 1, "No": 0}}
CHOICE = [
    asked("reason", "Q1", "This is a multiple choice question.", "choice",
          answers={"1": "Un", "2": "Deux"}),
    ignored("Q2", "This is a free text question."),
]  # fmt: skip
QUESTIONS = {
    "qualtrics": CHOICE,
    "qualtrics_legacy": CHOICE,
    "drupal_webform": [
        asked("satisfaction", "avis", WENT, "scale", **GOOD),
        asked("means", "moyens", "Quels moyens ?", "multiple",
              labels=boxes("Téléphone", "Guichet") | {"Autre...": "Autre"}),
        asked("help_desk", "aide_guichet", "L'aide [Au guichet]", "scale", **HELP),
        asked("help_phone", "aide_telephone", "L'aide [Par téléphone]", "scale", **HELP),
        asked("topic", "themes", "Quels thèmes ?", "multiple", labels=boxes("Téléphone", "Droit")),
    ],
    "surveymonkey": [
        asked("satisfaction", "avis", WENT, "scale", **GOOD),
        asked("means", "moyens", MEANS, "multiple",
              labels=boxes("Téléphone", "Guichet") | {"Autre (veuillez préciser)": "Autre"}),
        ignored("commentaire", "Un commentaire ?"),
    ],
    "kobo": [
        ignored("nom", "Restaurant name"),
        asked("enjoyed", "avis", "Did you enjoy your dining experience?", "scale", **YES),
        asked("means", "kind", "Which kind?", "multiple",
              answers={"sit_down": "Place", "takeaway": "Emporter"},
              labels={"Sit down": "Place", "Take away": "Emporter"}),
    ],
    "odk_central": [
        asked("means", "q1", "Q1", "multiple", answers={"a": "Site", "b": "Guichet"}),
        asked("topic", "g1-q2", "Q2", "multiple", answers={"m": "M", "x": "X", "y": "Y", "z": "Z"}),
    ],
    "nextcloud_forms": [
        asked("satisfaction", "avis", "Votre avis ?", "scale", scale=[1, 5]),
        asked("help_phone", "aide_telephone", "Aide [Téléphone]", "scale", **HELP),
        asked("help_desk", "aide_guichet", "Aide [Guichet]", "scale", **HELP),
        asked("topic", "themes", "Thèmes", "multiple",
              labels=boxes("Droit", "Emploi") | {"autre, à préciser": "Autre"}),
        asked("speed", "delai", "Classez [Délai]", "scale", scale=[2, 1]),
        asked("clarity", "clarte", "Classez [Clarté]", "scale", scale=[2, 1]),
    ],
}  # fmt: skip


@pytest.fixture
def of(catalogue):
    def made(form, questions=None, **keys):
        device = Device(
            id="d", label="D", family="consultation", channel="web", owner="relation-usagers",
            product="boamp", frequency="monthly", personal_data="Aucune.", pattern="*",
            loader=form, questionnaire="q", **keys,
        )  # fmt: skip
        survey = Questionnaire.model_validate(
            {"id": "q", "label": "Q", "questions": questions or QUESTIONS[form]}
        )
        return device, catalogue.model_copy(update={"questionnaires": {"q": survey}})

    return made


@pytest.fixture
def read(tmp_path, of):
    def loaded(form, *lines, delimiter=",", **keys):
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(lines)
        path = tmp_path / "export.csv"
        path.write_text(out.getvalue(), encoding="utf-8")
        return load(path, *of(form, **keys))

    return loaded


def said(found, variable):
    rows = found.rows[found.rows["variable"] == variable]
    answers = {}
    for row in rows.itertuples():
        told = row.category if isinstance(row.category, str) else row.value
        answers.setdefault(row.response_id, []).append(told)
    return answers


def reasons(found):
    return found.rejects[["row", "reason"]].to_numpy().tolist()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
@pytest.mark.parametrize(("form", "sample"), [
    ("qualtrics", "qualtrics/sample.csv"), ("qualtrics_legacy", "qualtrics/sample_legacy.csv"),
    ("drupal_webform", "drupal-webform/satisfaction.csv"),
    ("surveymonkey", "surveymonkey/Sheet_1.csv"), ("kobo", "kobo/customer_satisfaction.csv"),
])  # fmt: skip
def test_each_answer_of_a_tool_s_export_is_read_as_it_means(of, form, sample):
    found = load(SAMPLES / sample, *of(form))
    same(found, form)
    assert found.rejects.empty, reasons(found)
    lacking = [notice for notice in found.notices if "no column answers: kind" in notice]
    assert len(found.notices) == len(lacking) == (form == "kobo")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
def test_the_joined_cell_counts_where_columns_do_not_know_an_older_answer(of, tmp_path):
    text = (SAMPLES / "odk-central" / "submissions.csv").read_text()
    path = tmp_path / "submissions.csv"
    for name, key in (("one", "uuid:0a000001"), ("two", "uuid:0b000002")):  # words are no ids
        text = text.replace(f",{name},,,", f",{key},,,")
    path.write_text(text)
    found = load(path, *of("odk_central"))
    same(found, "odk_central")
    assert found.rejects.empty and found.notices == ()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
def test_a_line_of_which_one_cell_has_slid_is_refused_whole(of):
    path = SAMPLES / "nextcloud-forms" / "Satisfaction (réponses).csv"
    found = load(path, *of("nextcloud_forms"))
    same(found, "nextcloud_forms")
    assert found.rejects["row"].tolist() == [3] and found.notices == ()
    assert "is no answer to aide_guichet" in found.rejects["reason"].iat[0]
    assert found.rejects["reason"].iat[0].endswith("may have slid to other columns")


TYPES = '{"ImportId":"x"}'
CODES = ["StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId", "Q1"]
SENT = "2026-03-02 09:00:00"


def qualtrics(*rows, texts=(), types=True):
    """An export, of rows of status, finished, identifier and answers."""
    wide = len(rows[0]) - 4
    names = [*CODES, *[f"Q1_{n}" for n in range(1, wide + 1)]]
    head = [names, [*names[:6], *(texts or names[6:])], *([[TYPES] * len(names)] if types else [])]
    return [*head, *([SENT, SENT, row[0], row[1], SENT, *row[2:]] for row in rows)]


def test_what_its_author_tried_or_wrote_beside_the_codes_is_read_as_meant(read):
    lines = qualtrics(["0", "1", "R_1", "1"], ["1", "1", "R_2", "2"], ["2", "1", "R_3", "2"])
    found = read("qualtrics", *lines)
    assert said(found, "reason") == {"R_1": ["Un"]} and found.rejects.empty
    assert found.notices == ("2 rows do not count: Status is none of 0, IP Address",)
    lines = qualtrics(["IP Address", "True", "R_1", "Un"], texts=[CHOICE[0]["text"]])
    lines[0][6] = "QID7"
    assert said(read("qualtrics", *lines), "reason") == {"R_1": ["Un"]}


def test_a_response_that_was_not_finished_counts_as_such_on_the_day_it_began(read):
    lines = qualtrics(["0", "0", "R_1", ""])
    lines[3][:2] = "2026-02-28 23:59:00", "2026-03-08 00:01:00"
    rows = read("qualtrics", *lines).rows
    assert rows[["finished", "variable"]].to_numpy().tolist() == [[False, "response"]]
    assert str(rows["date"].iat[0])[:10] == "2026-02-28"


def test_a_word_that_is_no_answer_costs_it_alone_and_a_lost_line_the_file(read):
    found = read("qualtrics", *qualtrics(["0", "1", "R_1", "3"], ["0", "peut-être", "R_2", "1"]))
    assert said(found, "response").keys() == {"R_1"} and not said(found, "reason")
    assert reasons(found) == [
        [4, "is no answer to Q1: no code or label of the questionnaire"],
        [5, "is neither oui, non nor a number of times"],
    ]
    with pytest.raises(ObservError, match="lacks one of its rows of headers; export it again"):
        read("qualtrics", *qualtrics(["0", "1", "R_1", "1"], types=False))


def test_an_identifier_that_is_a_name_or_a_lost_header_shows_nobody(read):
    lines = qualtrics(["0", "1", "Jean Dupont", "1"], ["0", "1", "Dupont", "1"])
    found = read("qualtrics", *lines, *qualtrics(["0", "1", "R_3", "1"])[3:])
    assert set(found.rows["response_id"]) == {"R_3"} and set(found.rejects["row"]) == {4, 5}
    assert "Dupont" not in found.rejects.to_csv()
    row = ["11", SENT, SENT, "Zoé", "mon fils est malade", "", ""]
    with pytest.raises(ObservError, match=r"missing column 'Respondent ID'.* in row 2") as caught:
        read("surveymonkey", NESTED[0], row, [*row[:4], "Mal", "", ""])
    assert "mon fils" not in str(caught.value)


NESTED = [
    ["Respondent ID", "Start Date", "End Date", "First Name", WENT, MEANS, ""],
    ["", "", "", "", "Response", "Téléphone", "Guichet"],
]


def monkey(read, *rows, top=NESTED[0], **keys):
    return read("surveymonkey", top, NESTED[1], *rows, **keys)


def test_a_response_without_a_day_is_left_out_and_no_person_s_column_answers(read):
    found = monkey(read, ["11", "", "", "Zoé", "Mal", "", ""], ["12", SENT, "", "", "", "", ""])
    assert reasons(found) == [[3, "is empty, and the day of the response is not known"]]
    assert set(found.rows["response_id"]) == {"12"}
    names = asked("who", "prenom", "First Name", "choice", labels={"Zoé": "Zoé"})
    row = ["11", SENT, SENT, "Zoé", "Mal", "", ""]
    found = monkey(read, row, questions=[*QUESTIONS["surveymonkey"], names])
    assert "Zoé" not in found.rows.to_csv()
    assert found.notices == ("'q' has questions that no column answers: prenom",)


UUID = "uuid:85cb9aff-005e-4edd-9739-dc9c1a829c4"


def test_a_day_is_that_of_paris_and_a_joined_cell_counts_where_its_columns_are_empty(read):
    found = read(
        "kobo", ["kind", "kind/sit_down", "kind/takeaway", "g/avis", "_uuid", "_submission_time"],
        ["sit_down takeaway", "1", "1", "", f"{UUID}1", "2026-06-30T22:30:00"],
        ["takeaway", "", "", "", f"{UUID}2", "2026-06-30T21:30:00"],
        ["takeaway drive", "1", "0", "", f"{UUID}3", "2026-06-30T21:30:00"], delimiter=";"
    )  # fmt: skip
    assert list(said(found, "means").values()) == [["Emporter", "Place"], ["Emporter"]]
    assert found.rows["date"].astype(str).drop_duplicates().tolist() == ["2026-07-01", "2026-06-30"]
    assert reasons(found) == [[4, "is no answer to kind: no code or label of the questionnaire"]]


CLOUD = ["User display name", "Horodatage", "Votre avis ?", "Aide (Guichet)", "Thèmes"]


def test_a_response_without_an_identifier_is_the_same_later_and_counts_once(read):
    rows = [["Zoé", f"2026-03-02T10:00:0{n}+01:00", "5", "Oui", "Droit"] for n in range(3)]
    first, later = read("nextcloud_forms", CLOUD, *rows[:2]), read("nextcloud_forms", CLOUD, *rows)
    assert set(first.rows["response_id"]) < set(later.rows["response_id"])
    anonymous = [["", "2026-03-02T09:00:00+00:00", *rows[0][2:]]]  # asked from elsewhere
    assert set(read("nextcloud_forms", CLOUD, *anonymous).rows["response_id"]) < set(
        first.rows["response_id"]
    )
    row = ["", "2026-03-02T10:00:00+01:00", "5", "Oui", "Droit"]
    found = read("nextcloud_forms", CLOUD, row, row)
    assert found.rows["response_id"].nunique() == 1 and set(found.rejects["row"]) == {3}


SPOILED = ["", "#N/A", "-", "n.d.", "-0", "9" * 25, "NaN", "Total", "05/06/2026", "a\nb", "=1+1"]
SPOILED += [
    "31/02/2026 10:00", "2026-03-29 02:30", "0001-01-01", "06\u00a012\u00a034\u00a056\u00a078"
]  # fmt: skip
SPOILED += ["jean.dupont@exemple.invalid", "mon fils est malade", ", ;", "'"]
WHOLE = {
    "qualtrics": qualtrics(["0", "1", "R_1", "1"], texts=[CHOICE[0]["text"]]),
    "surveymonkey": [*NESTED, ["11", SENT, SENT, "Zoé", "Mal", "Téléphone", ""]],
    "drupal_webform": [
        ["Titre", "", "", "", "", "", ""],
        ["Submission Details", "", "", "", "", "Quels moyens ?", ""],
        ["SID", "Submitted Time", "Completed Time", "Draft", WENT, "Téléphone", "Guichet"],
        ["7", "13/03/2026 - 09:00", "13/03/2026 - 09:00", "0", "Mal", "X", ""],
    ],
    "kobo": [["kind", "_uuid", "_submission_time"], ["takeaway", f"{UUID}1", SENT]],
    "odk_central": [["SubmissionDate", "q1", "KEY", "ReviewState"], [SENT, "a", f"{UUID}1", ""]],
    "nextcloud_forms": [CLOUD, ["", SENT, "5", "Oui", "Droit; Emploi"]],
}


@pytest.mark.parametrize("form", WHOLE)
def test_a_bad_cell_is_read_refused_or_rejected_and_shows_nobody(read, form):
    *head, row = WHOLE[form]
    assert read(form, *head, row).rejects.empty
    for place in range(len(row)):
        bad = [[*row[:place], spoiled, *row[place + 1 :]] for spoiled in SPOILED]
        if not told(read, form, *head, row, *bad):  # one cell refuses the file
            for cells in bad:
                told(read, form, *head, row, cells)


def told(read, form, *lines):
    """Whether lines are read; what is said of them shows nobody."""
    try:
        found = read(form, *lines)
        said, is_read = found.rejects.to_csv() + str(found.notices) + found.rows.to_csv(), True
    except ObservError as error:
        said, is_read = str(error), False
        assert "\n" not in said
    assert not any(one in said for one in ("06\u00a012", "@exemple", "mon fils", "Zoé"))
    return is_read
