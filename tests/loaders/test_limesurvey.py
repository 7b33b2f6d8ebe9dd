"""LimeSurvey's exports: however headers and cells are written, the answers are the same."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.loaders.conftest import asked

from observlib.base.errors import ObservError
from observlib.loaders import Loaded, load

Survey = Callable[..., Any]
Answers = Callable[[Loaded, str], dict[str, list[Any]]]
CODES = ["id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate"]
CODES += ["datestamp", "ipaddr", "refurl", "Q01", "Q02", "Q03[SQ001]", "Q04[SQ001]"]
CODES += ["Q04[SQ002]", "Q04[other]", "Q05", "Q05[other]", "Q06"]
TEXTS = ["ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ"]
TEXTS += ["Tête de série", "Code d’accès", "Date de lancement", "Date de la dernière action"]
TEXTS += ["Adresse IP", "URL de référence", "Globalement, êtes-vous satisfait du site ?"]
TEXTS += ["Avez-vous réussi ?", "L’effort [C’était difficile]"]
TEXTS += [
    f"Pourquoi êtes-vous venu ? [{box}]" for box in ("Une démarche", "Me renseigner", "Autre")
]
TEXTS += ["Quel est votre âge ?", "Quel est votre âge ? [Autre]", "Un commentaire\n?"]
R_NAMES = [name.replace("[", "_").replace("]", "") for name in CODES]
WHOLE = [f"{code}. {text}" for code, text in zip(CODES, TEXTS, strict=True)]
BOTH = CODES[:10] + WHOLE[10:]
SENT, BEGUN = "2026-03-12 23:50:00", "2026-03-12 23:40:00"
OWN = ["6", "fr", "90717", "jeton42", BEGUN, SENT, "192.0.2.7", "https://exemple.invalid/?u=1"]
SAID = ["A5", "Y", "2", "Y", "", "autre chose", "A1", "", "Je m'appelle Jeanne"]
LONG = ["Tout à fait", "Oui", "2", "Oui", "Non", "autre chose", "15-29 ans", "", "Je m'appelle"]


def row(number: object, said: list[str], sent: str = SENT) -> list[str]:
    return [str(number), sent, *OWN, *said]


def export(header: list[str], *rows: list[str], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    return out.getvalue()


def changed(place: int, cell: str, said: list[str] = SAID) -> list[str]:
    return [*said[:place], cell, *said[place + 1 :]]


@pytest.fixture
def read(tmp_path: Path, survey: Survey) -> Callable[..., Loaded]:
    def from_text(
        text: str, name: str = "enquete-test_a.csv", encoding: str = "utf-8", **keys: Any
    ) -> Loaded:
        file = tmp_path / name
        file.write_bytes(text.encode(encoding))
        return load(file, *survey("limesurvey", **keys))

    return from_text


@pytest.mark.parametrize("header", [
    CODES, TEXTS, R_NAMES, BOTH, WHOLE,
], ids=["codes", "texts", "R", "both", "both everywhere"])  # fmt: skip
@pytest.mark.parametrize("said", [SAID, LONG], ids=["codes", "full"])
@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")]
)
def test_any_way_of_exporting_gives_the_same(read, answers, header, said, delimiter, encoding):
    text = export(header, row(1, said), delimiter=delimiter)
    loaded = read(text, encoding=encoding)
    assert loaded.rejects.empty and loaded.notices == () and loaded.table == "responses"
    assert answers(loaded, "satisfaction") == {"1": [5]}
    assert answers(loaded, "task_success") == {"1": [1]}
    assert answers(loaded, "ces") == {"1": [4]}  # 1 is best: turned round
    assert answers(loaded, "reason") == {"1": ["Autre", "Démarche"]}
    assert answers(loaded, "age") == {"1": ["15-29 ans"]}
    assert set(loaded.rows["date"]) == {pd.Timestamp("2026-03-12")}
    assert loaded.rows["finished"].all()


def test_what_names_a_person_or_is_free_text_is_nowhere(read):
    loaded = read(
        export(CODES, row(1, SAID), row(2, changed(6, "Jeanne, 12 rue Haute, 06 12 34 56")))
    )
    everything = loaded.rows.to_csv() + loaded.rejects.to_csv() + str(loaded.notices)
    for word in ("Jeanne", "jeton42", "192.0.2.7", "exemple.invalid", "autre chose", "06 12"):
        assert word not in everything
    assert loaded.rejects[["row", "column"]].values.tolist() == [[3, "Q05"]]


def test_a_formula_s_error_ticks_no_box_and_two_of_a_category_are_one(read, answers):
    loaded = read(export(CODES, row(1, changed(5, "#N/A"))))
    assert answers(loaded, "reason") == {"1": ["Démarche"]}
    assert loaded.rejects[["column", "value"]].values.tolist() == [["Q04[other]", "#N/A"]]
    same = {"SQ001": "Démarche", "SQ002": "Démarche", "other": None}
    questions = [asked("reason", "Q04", "Pourquoi ?", "multiple", answers=same)]
    loaded = read(export(CODES, row(1, changed(4, "Y"))), questions=questions)
    assert answers(loaded, "reason") == {"1": ["Démarche"]} and loaded.rejects.empty


def test_each_response_has_a_row_and_an_unfinished_one_its_first_day(read):
    loaded = read(export(CODES, row(1, [""] * 9), row(2, [""] * 9, sent="")))
    assert loaded.rows["variable"].tolist() == ["response", "response"]
    assert loaded.rows["finished"].tolist() == [True, False]
    assert loaded.rows[["category", "value", "scale_min"]].isna().all(axis=None)
    cells = row(1, SAID, sent="")
    cells[6:8] = ["2026-03-31 23:59:00", "2026-04-01 00:10:00"]
    assert set(read(export(CODES, cells)).rows["date"]) == {pd.Timestamp("2026-03-31")}


@pytest.mark.parametrize(("name", "keys", "start", "day"), [
    ("enquete_2026-T3.csv", {}, "", "2026-07-01"), ("enquete_2026-03.csv", {}, "", "2026-03-01"),
    ("enquete.csv", {"period": "2026-02"}, "", "2026-02-01"),
    ("enquete_2026-T3.csv", {"period": "2026-02-14"}, "", "2026-02-14"),
    ("enquete.csv", {}, BEGUN, "2026-03-12"),  # the day of its start
    ("enquete.csv", {}, "", None), ("enquete_2026-03-12.csv", {}, "", None),
])  # fmt: skip
def test_anonymous_responses_have_the_period_that_is_told(read, name, keys, start, day):
    cells = row(1, SAID, sent="1980-01-01 00:00:00")
    cells[6:8] = [start, start and SENT]
    loaded = read(export(CODES, cells), name=name, **keys)
    if day is None:
        assert loaded.rows.empty and "1980-01-01" in loaded.rejects["reason"][0]
        return
    assert set(loaded.rows["date"]) == {pd.Timestamp(day)} and loaded.rows["finished"].all()
    assert start or day in loaded.notices[-1]


@pytest.mark.parametrize(("cells", "column"), [
    (row("", SAID), "id"), (row("jeanne@exemple.invalid", SAID), "id"),
    (row(1, SAID, sent="hier"), "submitdate"),
    (row(1, SAID, sent="2026-02-30 10:00:00"), "submitdate"), (row(1, SAID)[:-2], ""),
])  # fmt: skip
def test_a_response_that_cannot_be_placed_is_rejected_whole(read, cells, column):
    loaded = read(export(CODES, cells))
    assert loaded.rows.empty and set(loaded.rejects["column"]) == {column}
    assert set(loaded.rejects["row"]) == {2} and "@" not in loaded.rejects.to_csv()


@pytest.mark.parametrize(
    ("place", "cell"), [(0, "A9"), (0, "6"), (0, "-1"), (2, "2,75x"), (3, "peut-être"), (6, "A7")]
)
def test_a_bad_answer_takes_no_other_with_it(read, place, cell):
    loaded, whole = (
        read(export(CODES, row(1, changed(place, cell)))),
        read(export(CODES, row(1, SAID))),
    )
    assert loaded.rejects[["row", "value"]].values.tolist() == [[2, cell]]
    assert len(loaded.rows) == len(whole.rows) - 1


@pytest.mark.parametrize(
    ("cell", "value"), [("3", 3), ("3.0", 3), ("2,5", 2.5), ("A6", None), ("Sans opinion", None)]
)
def test_plain_numbers_and_no_opinion_are_read(read, answers, cell, value):
    loaded = read(export(CODES, row("7.0", changed(0, cell))))
    assert loaded.rejects.empty
    assert answers(loaded, "satisfaction") == ({} if value is None else {"7": [value]})


def test_who_should_not_have_been_asked_is_left_out_and_told(read, answers):
    loaded = read(export(CODES, row(1, SAID), row(2, changed(1, "N")), row(3, changed(1, ""))))
    assert answers(loaded, "ces") == {"1": [4]}
    (notice,) = loaded.notices
    assert notice.startswith(
        "Q03[SQ001]: 2 answers of people who were not to be asked are left out"
    )
    unreadable = read(export(CODES, row(1, changed(1, "A9"))))  # a filter that takes no answer
    assert answers(unreadable, "ces") == {"1": [4]} and unreadable.notices == ()


def test_what_export_and_questionnaire_lack_of_each_other_is_told_shortly(read):
    header = ["Q99" if name == "Q01" else name for name in CODES]
    missing, unknown = read(export(header, row(1, SAID))).notices
    assert missing.endswith("has questions that no column answers: Q01")
    assert unknown.endswith("does not have are not loaded: 'Q99'")
    header = CODES + [f"X{number} {'mot ' * 40}" for number in range(200)]
    (notice,) = read(export(header, row(1, SAID) + [""] * 200)).notices
    assert len(notice) < 600 and notice.endswith("and 192 more")


def test_questions_of_one_text_are_told_apart_by_their_order(read, answers):
    of = (("first", "X1"), ("second", "X2"))
    questions = [asked(name, code, "Note []", "scale", scale=[0, 10]) for name, code in of]
    text = export(
        ["Response ID", "Date submitted", "Note []", "Note []", "[]", "[]"],
        ["1", SENT, "3", "8", "un mot", ""],
    )
    loaded = read(text, questions=questions)
    assert answers(loaded, "first") == {"1": [3]} and answers(loaded, "second") == {"1": [8]}
    with pytest.raises(ObservError, match="2 columns are named 'Note \\[\\]'"):
        read(text, questions=questions[:1])


@pytest.mark.parametrize(("text", "word"), [
    (export(["id", *CODES[2:]], row(1, SAID)[1:]), "missing column 'Date submitted'"),
    (export(["id", "submitdate", "X"], ["1", SENT, ""]), "no question of 'enquete-test'"),
    ('<?xml version="1.0"?><document/>', "is XML"),
])  # fmt: skip
def test_an_unusable_file_is_one_line_with_the_mend(read, text, word):
    with pytest.raises(ObservError, match=word) as error:
        read(text)
    assert "\n" not in str(error.value)


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
