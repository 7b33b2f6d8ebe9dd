"""Surveys: however headers and cells are written, the answers and weights are the same."""

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.loaders.conftest import asked

from observlib.base.errors import ObservError
from observlib.loaders import Loaded, load
from observlib.loaders._survey import read_weight
from observlib.loaders.surveys import without_the_rest

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


@pytest.mark.parametrize(("header", "said", "delimiter", "encoding"), [
    (CODES, SAID, ",", "utf-8"), (TEXTS, LONG, ";", "utf-8-sig"), (R_NAMES, SAID, "\t", "utf-16"),
    (BOTH, LONG, ",", "utf-8"), (WHOLE, LONG, ";", "utf-8"),
], ids=["codes", "texts", "R", "both", "both everywhere"])  # fmt: skip
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


def weighted(folder: Path, *weights: str, head: str = "poids", sign: str = ";") -> Path:
    """A LimeSurvey export of as many responses as weights."""
    path = folder / "enquete-test_a.csv"
    rows = [[str(i), SENT, "A5", weight] for i, weight in enumerate(weights, start=1)]
    lines = [sign.join(row) for row in [["id", "submitdate", "Q01", head], *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def weights(loaded: Loaded) -> dict[str, float]:
    """The weight of each response, which all of its rows have."""
    of = loaded.rows.groupby("response_id")["weight"]
    assert (of.nunique(dropna=False) == 1).all()
    return {str(name): float(value) for name, value in of.first().items()}


@pytest.mark.parametrize("head", ["poids", "POIDS", "poids. Poids de sondage", "Poids"])
def test_weights_are_read_with_point_or_comma_by_code_or_text(tmp_path, survey, head):
    name = "poids. Poids de sondage" if "." in head else "poids"
    for written in (["1,25", "0,5", "3"], ["1.25", "0.5", "3.0000000000"]):
        loaded = load(weighted(tmp_path, *written, head=head), *survey("limesurvey", weight=name))
        assert weights(loaded) == {"1": 1.25, "2": 0.5, "3": 3}
        assert loaded.rejects.empty and not any("poids" in told for told in loaded.notices)


@pytest.mark.parametrize("cell", ["0", "-1", "0,0", "nan", "inf", "1 250", "1.234,5", "lourd", "٣"])
def test_what_is_no_weight_refuses_its_response_with_file_and_row(tmp_path, survey, cell):
    loaded = load(weighted(tmp_path, "1,5", cell, "2"), *survey("limesurvey", weight="poids"))
    assert weights(loaded) == {"1": 1.5, "3": 2}
    (told,) = loaded.rejects.to_dict("records")
    assert (told["file"], told["row"], told["column"]) == ("enquete-test_a.csv", 3, "poids")
    assert "write a number above 0 such as 1.25 or 1,25" in told["reason"]


def test_a_response_without_a_weight_stays_and_is_told(tmp_path, survey):
    loaded = load(weighted(tmp_path, "1,5", "", "N/A"), *survey("limesurvey", weight="poids"))
    found = weights(loaded)
    assert found["1"] == 1.5 and math.isnan(found["2"]) and math.isnan(found["3"])
    assert any("2 of 3 responses have no weight" in told for told in loaded.notices)
    assert not any("of 1 resp" in told for told in loaded.notices)
    whole = load(weighted(tmp_path, "1,5"), *survey("limesurvey", weight="poids"))
    assert not any("weight" in told for told in whole.notices)


@pytest.mark.parametrize(("cells", "head", "said"), [
    (["1"], "ponderation", "no columns are named 'poids'"),
    (["1;2"], "poids;Poids", "2 columns are named 'poids'"),
    (["", ""], "poids", "no response has a weight in the column 'poids'"),
    (["2", "1.5", "1,234"], "poids", r"decimal point \(row 3\) and with a comma \(row 4\)"),
])  # fmt: skip
def test_weights_that_cannot_be_meant_refuse_the_file(tmp_path, survey, cells, head, said):
    with pytest.raises(ObservError, match=said) as error:
        load(weighted(tmp_path, *cells, head=head), *survey("limesurvey", weight="poids"))
    assert "enquete-test_a.csv" in str(error.value) and "\n" not in str(error.value)


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


def test_a_download_keeps_the_weights(tmp_path, survey):
    device, catalogue = survey("limesurvey", weight="poids")
    path = weighted(tmp_path, "1.5", sign=",")
    asked = catalogue.questions_of(device)
    kept = without_the_rest(path, path.read_text(encoding="utf-8"), asked, texts=False)
    assert kept.splitlines() == ["id,submitdate,Q01,poids", f"1,{SENT},A5,1.5"]


def test_a_plain_file_of_responses_may_have_weights_above_0(tmp_path, catalogue):
    path = tmp_path / "plain.csv"
    rows = [("a", "1,25"), ("b", "0"), ("c", ""), ("d", "-1")]
    lines = [f"{name};2026-03-12;oui;response;{weight}" for name, weight in rows]
    head = "response_id;date;finished;variable;weight"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    device = catalogue.devices["enquete-service-public"].model_copy(
        update={"loader": "plain_csv", "table": "responses", "questionnaire": None}
    )
    loaded = load(path, device, catalogue)
    assert loaded.rows["response_id"].tolist() == ["a", "c"]
    assert loaded.rejects[["row", "column"]].values.tolist() == [[3, "weight"], [5, "weight"]]
    assert set(loaded.rejects["reason"]) == {"is no weight: a number above 0, or empty"}
