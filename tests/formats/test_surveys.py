"""Exports of survey tools, read through a questionnaire: the tools' samples, and bad ones.

The samples lie outside the project; without them their tests skip. The tables in `expected/` were
written by looking at the samples, never by the code.
"""

import csv
import io

import pytest
from tests.formats.test_samples import SAMPLES, same

from observlib.catalogue import Device, Questionnaire, needed_by
from observlib.errors import ObservError
from observlib.loaders import load


def asked(variable, code, text, kind, **keys):
    return {"variable": variable, "code": code, "text": text, "kind": kind, **keys}


def ignored(code, text):
    return {"code": code, "text": text, "kind": "ignored"}


def boxes(*names, **others):
    return {name: name for name in names} | others


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
        asked("means", "moyens", "Quels moyens avez-vous essayés ?", "multiple",
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
    """The device of a format and the catalogue with its questionnaire."""

    def made(form, **keys):
        device = Device(
            id="d", label="D", family="consultation", channel="web", owner="relation-usagers",
            product="boamp", frequency="monthly", personal_data="Aucune.", pattern="*",
            loader=form, questionnaire="q", **keys,
        )  # fmt: skip
        survey = Questionnaire.model_validate(
            {"id": "q", "label": "Q", "questions": QUESTIONS[form]}
        )
        return device, catalogue.model_copy(update={"questionnaires": {"q": survey}})

    return made


@pytest.fixture
def read(tmp_path, of):
    """Read lines, or their cells, as an export of a format."""

    def loaded(form, *lines, delimiter=",", **keys):
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(lines)
        path = tmp_path / "export.csv"
        path.write_text(out.getvalue(), encoding="utf-8")
        return load(path, *of(form, **keys))

    return loaded


def said(found, variable):
    """The answers to a question, by response."""
    rows = found.rows[found.rows["variable"] == variable]
    answers = {}
    for row in rows.itertuples():
        told = row.category if isinstance(row.category, str) else row.value
        answers.setdefault(row.response_id, []).append(told)
    return answers


def reasons(found):
    return found.rejects[["row", "reason"]].to_numpy().tolist()


def test_a_device_of_a_survey_s_format_must_name_its_product_and_questionnaire(catalogue):
    assert needed_by("kobo", catalogue.formats) == ["product", "questionnaire"]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
@pytest.mark.parametrize(
    ("form", "sample"),
    [
        ("qualtrics", "qualtrics/sample.csv"),
        ("qualtrics_legacy", "qualtrics/sample_legacy.csv"),
        ("drupal_webform", "drupal-webform/satisfaction.csv"),
        ("surveymonkey", "surveymonkey/Sheet_1.csv"),
        ("kobo", "kobo/customer_satisfaction.csv"),
    ],
)
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
