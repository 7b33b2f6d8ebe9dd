"""Questionnaires are data that people write: every mistake is told, with its line and the mend."""

from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import load_catalogue
from observlib.catalogue.questionnaires import plain_code

GOOD = Path(__file__).with_name("questionnaire.yml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = copy_catalogue(tmp_path)
    (target / "questionnaires").mkdir(exist_ok=True)
    return target


def problems(folder: Path, text: str) -> list[str]:
    (folder / "questionnaires" / "enquete.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ObservError) as error:
        load_catalogue(folder)
    return [problem.replace(f"{folder}/questionnaires/", "") for problem in error.value.problems]


def test_a_questionnaire_is_read_with_what_its_answers_mean(folder):
    (folder / "questionnaires" / "enquete.yml").write_text(GOOD, encoding="utf-8")
    success, ces, reason, comment = load_catalogue(folder).questionnaires["enquete"].questions
    assert success.labels == {"Oui": 1.0, "Non": 0.0, "Sans opinion": None}
    assert ces.asked_if is not None and ces.asked_if.values == (1.0,)
    assert (ces.turned(1), ces.turned(4), ces.ends) == (5, 2, (1, 5))
    assert reason.answers == {"1": "Une démarche", "2": "Un renseignement"}
    assert comment.variable is None


@pytest.mark.parametrize(("old", "new", "line", "word"), [
    ("    kind: multiple", "    kinds: multiple", 20, "unknown key 'questions.2.kinds'"),
    ("    scale: [0, 1]\n", "", 4, "goes with the kind scale"),
    ("{Y: 1, N: 0}", "{Y: 7, N: 0}", 4, "numbers from 0 to 1"),
    ("1: Une démarche", "1: 2024", 17, "categories (texts, in quotes)"),
    ("    answers: {1: Une démarche, 2: Un renseignement}\n", "", 17, "needs 'answers'"),
    ("- variable: ces", "- variable: response", 11, "counts the responses"),
    ("  - variable: reason\n    code", "  - code", 17, "key 'variable' is missing"),
    ("kind: ignored", "kind: ignored\n    variable: x", 22, "has no variable"),
    ("variable: reason", "variable: ces", 1, "fed by Q02[SQ001] and Q03"),
    ("code: Q03", "code: Q02_SQ001", 1, "codes are unique"),
    ("{variable: task_success, is: [1]}", "{variable: reason, is: [1]}", 1, "task_success"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line(folder, old, new, line, word):
    assert old in GOOD
    found = problems(folder, GOOD.replace(old, new, 1))
    assert any(f"enquete.yml:{line}: " in p and word in p for p in found), found


def test_a_device_s_unknown_questionnaire_is_an_error_with_those_that_exist(folder):
    devices = folder / "devices.yml"
    added = (
        "\n- id: survey\n  label: E\n  family: consultation\n  channel: web\n  owner: numerique\n"
        "  product: boamp\n  frequency: daily\n  personal_data: Aucune.\n  pattern: zz_*.csv\n"
        "  loader: limesurvey\n"
    )
    before = devices.read_text(encoding="utf-8")
    devices.write_text(before + added, encoding="utf-8")
    (problem,) = problems(folder, GOOD)
    assert "'survey': key 'questionnaire' is missing" in problem
    devices.write_text(before + added + "  questionnaire: enquette\n", encoding="utf-8")
    (problem,) = problems(folder, GOOD)
    assert "unknown questionnaire 'enquette'; allowed: " in problem and "enquete" in problem


MARGINS = {"sex": ["Femme", "Homme"], "age": ["15 à 24 ans", "25 à 34 ans"]}
PROFILE = """
  - {variable: sex, code: Q05, text: Vous êtes, kind: choice, labels: {F: %s, M: Homme}}
  - {variable: age, code: Q06, text: Votre âge, kind: choice, labels: {a: %s, b: %s}}
"""


@pytest.mark.parametrize(("sex", "ages", "told"), [
    ("Femmes", ("15 à 24 ans", "Autre"), "Q05: sex has 'Femmes' (is it 'Femme'?), by which"),
    ("Femme", ("15-24 ans", "25 à 34 ans"), "Q06: age has '15-24 ans' (is it '15 à 24 ans'?)"),
])  # fmt: skip
def test_a_category_that_would_leave_a_weighting_empty_is_told(folder, sex, ages, told):
    path = folder / "questionnaires" / "enquete.yml"
    path.write_text(GOOD + PROFILE.lstrip("\n") % (sex, *ages), encoding="utf-8")
    with pytest.raises(ObservError) as error:
        load_catalogue(folder, margins=MARGINS)
    (problem,) = (problem for problem in error.value.problems if "enquete.yml" in problem)
    assert told in problem and "margins.csv has" in problem


def test_people_outside_the_population_are_no_mistake(folder):
    path = folder / "questionnaires" / "enquete.yml"
    few = PROFILE.lstrip("\n") % ("Femme", "15 à 24 ans", "Je vis à l'étranger")
    path.write_text(GOOD + few, encoding="utf-8")
    assert load_catalogue(folder, margins={**MARGINS, "age": ["15 à 24 ans"]}).questionnaires


def test_the_codes_of_csv_r_and_spss_are_one():
    assert {plain_code(code) for code in ("Q05[SQ001]", "Q05_SQ001", "q05.sq001")} == {"q05_sq001"}
