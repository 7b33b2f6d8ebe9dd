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


SENT = "2026-03-02 09:00:00"
UUID = "uuid:85cb9aff-005e-4edd-9739-dc9c1a829c4"
SPOILED = ["", "#N/A", "-", "n.d.", "-0", "9" * 25, "NaN", "Total", "05/06/2026", "a\nb", "=1+1"]
SPOILED += [
    "31/02/2026 10:00", "2026-03-29 02:30", "0001-01-01", "06\u00a012\u00a034\u00a056\u00a078"
]  # fmt: skip
SPOILED += ["jean.dupont@exemple.invalid", "mon fils est malade", ", ;", "'"]
WHOLE = {
    "qualtrics": [
        ["StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId", "Q1"],
        ["", "", "", "", "", "", CHOICE[0]["text"]],
        ['{"ImportId":"x"}'] * 7,
        [SENT, SENT, "0", "1", SENT, "R_1", "1"],
    ],
    "surveymonkey": [
        ["Respondent ID", "Start Date", "End Date", "First Name", WENT, MEANS, ""],
        ["", "", "", "", "Response", "Téléphone", "Guichet"],
        ["11", SENT, SENT, "Zoé", "Mal", "Téléphone", ""],
    ],
    "drupal_webform": [
        ["Titre", "", "", "", "", "", ""],
        ["Submission Details", "", "", "", "", "Quels moyens ?", ""],
        ["SID", "Submitted Time", "Completed Time", "Draft", WENT, "Téléphone", "Guichet"],
        ["7", "13/03/2026 - 09:00", "13/03/2026 - 09:00", "0", "Mal", "X", ""],
    ],
    "kobo": [["kind", "_uuid", "_submission_time"], ["takeaway", f"{UUID}1", SENT]],
    "odk_central": [["SubmissionDate", "q1", "KEY", "ReviewState"], [SENT, "a", f"{UUID}1", ""]],
    "nextcloud_forms": [
        ["User display name", "Horodatage", "Votre avis ?", "Aide (Guichet)", "Thèmes"],
        ["", SENT, "5", "Oui", "Droit; Emploi"],
    ],
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
