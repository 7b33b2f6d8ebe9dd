"""Whoever writes something wrong into the catalogue is told it, with its line and what is right."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, load_catalogue
from observlib.catalogue.formats import fetched_from, load_formats
from observlib.catalogue.questionnaires import plain_code
from observlib.catalogue.tables import TABLES, load_tables
from observlib.loaders import loader_names

TOLD = yaml.safe_load(Path(__file__).with_name("mistakes.yml").read_text(encoding="utf-8"))
DEVICES, FORMATS, TABLE = TOLD["devices"], TOLD["formats"], TOLD["tables"]
SURVEY = TOLD["questionnaires"]["good"]
LISTS = ("partners", "tasks", "revisions")
Write = Callable[..., Catalogue]
Told = Callable[..., list[str]]


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    return copy_catalogue(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture
def write(copied: Path) -> Write:
    """Load the catalogue with another text in a file of it, which is then as it was."""

    def load(name: str, text: str, **given: Any) -> Catalogue:
        path, tasks = copied / name, copied / "tasks.yml"
        before = {one: one.read_bytes() for one in (path, tasks) if one.exists()}
        if name == "partners.yml":
            tasks.unlink()  # which name other partners
        path.write_text(text, encoding="utf-8")
        try:
            return load_catalogue(copied, loader_names(), TABLES, **given)
        finally:
            path.unlink()
            for one, content in before.items():
                one.write_bytes(content)

    return load


@pytest.fixture
def told(write: Write) -> Told:
    """What is said of a file with a text."""

    def say(name: str, text: str, **given: Any) -> list[str]:
        with pytest.raises(ObservError) as caught:
            write(name, text, **given)
        return [problem.partition("/catalogue/")[2] for problem in caught.value.problems]

    return say


def listed(*entries: dict[str, Any]) -> str:
    return yaml.safe_dump([*entries], allow_unicode=True, sort_keys=False)


@pytest.mark.parametrize(
    ("name", "keys", "said"), [(name, *one) for name in LISTS for one in TOLD[name]["mistakes"]]
)
def test_what_entries_say_against_each_other_or_of_nothing_is_told(told, name, keys, said):
    entry = {**TOLD[name]["good"], **keys}
    found = told(f"{name}.yml", listed(*TOLD[name]["beside"], entry))
    assert any(said in problem for problem in found), found


def test_a_theme_that_each_of_two_partners_shares_is_taken(write):
    both = [TOLD["partners"]["beside"][0], TOLD["partners"]["good"]]
    shared = listed(*({**one, "shared": ["Logement"]} for one in both))
    assert len(write("partners.yml", shared).partners) == 2


def test_the_shipped_policy_of_revisions_is_read_and_each_routine_has_a_limit(copied):
    found = load_catalogue(copied).revisions
    assert found and all(one.kind == "routine" for one in found.values())
    assert all(one.at_most is not None and one.at_most <= 1 for one in found.values())


def test_a_shared_rule_of_devices_does_not_stop_a_data_folder_that_has_others(tmp_path):
    folder = copy_catalogue(tmp_path)
    own = tmp_path / "own"
    own.mkdir()
    shutil.move(folder / "devices.yml", own / "devices.yml")
    (folder / "devices.yml").write_text("[]\n", encoding="utf-8")
    text = listed(TOLD["revisions"]["good"] | {"device": ["of-real-exports"]})
    (folder / "revisions.yml").write_text(text, encoding="utf-8")
    assert "seasons" in load_catalogue(folder, own=own).revisions
    (own / "revisions.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ObservError, match=r"own/revisions.yml:\d+: 'seasons': unknown device"):
        load_catalogue(folder, own=own)


# Questionnaires ----------------------------------------------------------------------------------


def test_a_questionnaire_is_read_with_what_its_answers_mean(write):
    found = write("questionnaires/enquete.yml", SURVEY).questionnaires["enquete"]
    success, ces, reason, comment = found.questions
    assert success.labels == {"Oui": 1.0, "Non": 0.0, "Sans opinion": None}
    assert ces.asked_if is not None and ces.asked_if.values == (1.0,)
    assert (ces.turned(1), ces.turned(4), ces.ends) == (5, 2, (1, 5))
    assert reason.answers == {"1": "Une démarche", "2": "Un renseignement"}
    assert comment.variable is None


@pytest.mark.parametrize(("old", "new", "said"), TOLD["questionnaires"]["mistakes"])
def test_a_mistake_in_a_questionnaire_is_told_with_its_line(told, old, new, said):
    assert old in SURVEY
    found = told("questionnaires/enquete.yml", SURVEY.replace(old, new, 1))
    assert any(said in problem for problem in found), found


MARGINS = {"sex": ["Femme", "Homme"], "age": ["15 à 24 ans", "25 à 34 ans"]}
PROFILE = """\
  - {variable: sex, code: Q05, text: Vous êtes, kind: choice, labels: {F: %s, M: Homme}}
  - {variable: age, code: Q06, text: Votre âge, kind: choice, labels: {a: %s, b: %s}}
"""


@pytest.mark.parametrize(("sex", "ages", "said"), [
    ("Femmes", ("15 à 24 ans", "Autre"), "Q05: sex has 'Femmes' (is it 'Femme'?), by which"),
    ("Femme", ("15-24 ans", "25 à 34 ans"), "Q06: age has '15-24 ans' (is it '15 à 24 ans'?)"),
])  # fmt: skip
def test_a_category_that_would_leave_a_weighting_empty_is_told(told, sex, ages, said):
    text = SURVEY + PROFILE % (sex, *ages)
    found = told("questionnaires/enquete.yml", text, margins=MARGINS)
    (problem,) = (problem for problem in found if "enquete.yml" in problem)
    assert said in problem and "margins.csv has" in problem


def test_people_outside_the_population_are_no_mistake(write):
    few = SURVEY + PROFILE % ("Femme", "15 à 24 ans", "Je vis à l'étranger")
    margins = {**MARGINS, "age": ["15 à 24 ans"]}
    assert write("questionnaires/enquete.yml", few, margins=margins).questionnaires


def test_the_codes_of_csv_r_and_spss_are_one():
    assert {plain_code(code) for code in ("Q05[SQ001]", "Q05_SQ001", "q05.sq001")} == {"q05_sq001"}


# Devices, and from where their exports are fetched -----------------------------------------------


def device(more: str) -> str:
    return DEVICES["good"] + "".join(f"  {line.strip()}\n" for line in more.split(";"))


def from_base(address: str) -> str:
    return device(f"loader: tickets; address: '{address}'; address_table: t")


@pytest.mark.parametrize(("more", "kind"), DEVICES["fetched"])
def test_a_device_says_from_where_it_is_fetched(write, more, kind):
    assert fetched_from(write("devices.yml", device(more)).devices["essai"]) == kind


@pytest.mark.parametrize(("more", "said"), DEVICES["mistakes"])
def test_keys_that_do_not_go_together_are_told_at_their_line(told, more, said):
    (problem,) = told("devices.yml", device(more))
    assert said in problem and problem.startswith("devices.yml:1") and "'essai'" in problem


@pytest.mark.parametrize("address", DEVICES["elsewhere"])
def test_an_address_that_leads_elsewhere_is_refused(told, address):
    (problem,) = told("devices.yml", from_base(address))
    assert "and no more; what else" in problem


@pytest.mark.parametrize("address", DEVICES["secret"])
def test_a_password_in_an_address_is_refused_and_not_shown(told, address):
    (problem,) = told("devices.yml", from_base(address))
    assert "holds a password; leave it out" in problem and "secret-42" not in problem


# Formats, of which some lean on others, and declared tables --------------------------------------


@pytest.fixture
def formats(tmp_path):
    def load(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
        return load_formats([tmp_path], TABLES)

    return load


def test_a_format_like_another_adds_its_keys_to_the_other_s(formats):
    known, problems = formats(
        base=FORMATS["good"],
        other="like: base\nlabel: Outil (JSON)\nlayout: {kind: json}\n"
        "columns: {visits: nb_visits}\nother_exports: {result: it failed}\n",
    )
    assert not problems
    assert known["other"].columns["visits"].headers == ("nb_visits",)
    assert known["other"].columns["month"].headers == ("mois",)
    assert list(known["other"].other_exports) == ["idVisit", "result"]
    assert known["base"].label == "Outil" and known["other"].layout.kind == "json"


def test_a_format_of_a_data_folder_may_be_like_one_of_the_project(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "base.yml").write_text(FORMATS["good"], encoding="utf-8")
    (tmp_path / "own" / "mine.yml").write_text("like: base\nlabel: Le nôtre\n", encoding="utf-8")
    known, problems = load_formats([tmp_path, tmp_path / "own"], None)
    assert not problems and known["mine"].columns == known["base"].columns


@pytest.mark.parametrize(("table", "text", "said"), FORMATS["mistakes"])
def test_a_mistake_in_a_format_is_told_with_its_place(formats, table, text, said):
    _, problems = formats(outil=f"label: O\ntable: {table}\n{text}\n")
    places = [problem for problem in problems if "outil" in problem or "nowhere.yml:" in problem]
    assert any(said in problem for problem in places), problems


@pytest.mark.parametrize(("right", "wrong", "said"), TABLE["mistakes"])
def test_a_mistake_in_a_declared_table_is_told_at_its_line(tmp_path, right, wrong, said):
    path = tmp_path / "tables.yml"
    path.write_text(TABLE["good"].replace(right, wrong), encoding="utf-8")
    with pytest.raises(ObservError) as caught:
        load_tables(path)
    assert f"{path}:{said}" in str(caught.value)


def test_a_declared_table_has_what_each_row_has_beside_its_own(tmp_path):
    path = tmp_path / "tables.yml"
    path.write_text(TABLE["good"], encoding="utf-8")
    table = load_tables(path)["visitors"]
    assert [*table.columns] == ["device", "product", "channel", "date", "visits"]
    assert table.columns["visits"].optional and not table.columns["product"].optional
    assert (table.start, table.end) == ("date", "date")
    assert TABLES["polls"].columns["product"].optional  # of several products, or of none
    assert [*TABLES["audience"].columns][3:6] == ["start", "end", "complete"]
