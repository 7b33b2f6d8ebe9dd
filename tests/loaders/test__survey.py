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


def test_what_a_questionnaire_does_not_have_is_told_shortly(read):
    header = CODES + [f"X{number} {'mot ' * 40}" for number in range(200)]
    (notice,) = read(export(header, row(1, SAID) + [""] * 200)).notices
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
