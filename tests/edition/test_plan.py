"""The plan: which pages, with which parameters; nothing runs on a parameter that is not allowed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import ROOT, copy_catalogue
from tests.edition.conftest import HEADER, Make

from observlib.base.errors import ObservError, UsageError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.edition.plan import (
    Page,
    PlannedStudy,
    Subjects,
    check_request,
    load_studies,
    plan_pages,
)
from observlib.pipeline import frame

OWN = {"quarter": {"type": "quarter"}, "data": {"type": "data"}}
EACH = {"product": {"type": "product", "each": True}}
FED = ["service-public", "vie-publique"]
EACH_SURVEY = {"survey": {"type": "device", "each": True}}
ASKED = ["enquete-service-public", "enquete-legifrance"]
EACH_PARTNER = {"partner": {"type": "partner", "each": True}}
PARTNERS = ("caisse-fictive", "ville-fictive")
EACH_DEPARTMENT = {"department": {"type": "department", "each": True}}
DEPARTMENTS = ("edition", "annonces")
EVERY = {
    "years": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3},
    "share": {"type": "number", "minimum": 0, "default": 0.5},
    "mode": {"type": "choice", "choices": ["court", "long"], "default": "court"},
    "detail": {"type": "boolean", "default": False},
    "since": {"type": "quarter", "default": "2024-T1"},
    "one": {"type": "product", "default": "boamp"},
}


def study(name: str = "essai", title: str = "Essai", **words: Any) -> PlannedStudy:
    about = {"path": Path(f"{name}.ipynb"), "order": 1, "question": "Q ?"}
    about["overview_of"] = words.pop("overview_of", None)
    return PlannedStudy.model_validate({"name": name, "title": title, "parameters": words, **about})


def pages_of(
    *studies: PlannedStudy,
    catalogue: Catalogue,
    products: list[str] = FED,
    only: list[str] | None = None,
    surveys: list[str] = ASKED,
    partners: tuple[str, ...] = PARTNERS,
    departments: tuple[str, ...] = ("",),
    **given: str,
) -> list[Page]:
    known = {one.name: one for one in studies}
    quarter = Quarter("2026-T3")
    led = {partner: departments[:1] for partner in partners}
    subjects = Subjects(products, surveys, led, departments)
    return plan_pages(known, quarter, "data/demo", catalogue, subjects, only or [], given)


def problems_of(*studies: PlannedStudy, **words: Any) -> tuple[str, ...]:
    with pytest.raises(UsageError) as caught:
        pages_of(*studies, **words)
    return caught.value.problems


CHOICE = {"type": "choice", "choices": ["a", "b"]}
NOUGHT = {"n": {"type": "integer", "default": 0}, "b": {"type": "boolean", "default": False}}
DEFAULTS = {name: parameter["default"] for name, parameter in EVERY.items()}
CONTACTS = study("contacts", "Appels", **EACH_DEPARTMENT)
FICHE = study("fiche", **EACH_PARTNER, **EACH_DEPARTMENT)


@pytest.mark.parametrize(("studies", "words", "pages"), [
    ([study("a", **OWN), study("b")], {},
     {"a": {"quarter": "2026-T3", "data": "data/demo"}, "b": {}}),
    ([study("a", **EVERY)], {}, {"a": DEFAULTS}),
    ([study("a", **NOUGHT)], {}, {"a": {"n": 0, "b": False}}),
    ([study("a", mode=CHOICE)], {"mode": "a"}, {"a": {"mode": "a"}}),
    ([study("a", **EVERY)], {"years": "1"}, {"a": DEFAULTS | {"years": 1}}),
    ([study("a", **EVERY)], {"years": "10"}, {"a": DEFAULTS | {"years": 10}}),
    ([study("a", years=EVERY["years"]), study("b")], {"years": "4"},
     {"a": {"years": 4}, "b": {}}),
    ([study("a"), study("b"), study("c")], {"only": ["c", "a"]}, {"a": {}, "c": {}}),
    ([study("fiche", **EACH)], {},
     {f"fiche-{product}": {"product": product} for product in FED}),
    ([study("fiche", **EACH)], {"product": "boamp"}, {"fiche-boamp": {"product": "boamp"}}),
    ([study("a"), study("fiche", **EACH)], {"products": []}, {"a": {}}),
    ([study("enquete", **EACH_SURVEY)], {}, {name: {"survey": name} for name in ASKED}),
    ([study("b", overview_of="partner"), study("c", **EACH_PARTNER)], {},
     {"b": {}, **{f"c-{partner}": {"partner": partner} for partner in PARTNERS}}),
    ([study("a"), study("b", overview_of="partner"), study("c", **EACH_PARTNER)],
     {"partners": ()}, {"a": {}}),
    ([CONTACTS], {"departments": DEPARTMENTS},
     {f"contacts-{name}": {"department": name} for name in DEPARTMENTS}),
    ([CONTACTS], {}, {"contacts": {"department": ""}}),  # where products are few
    ([CONTACTS, FICHE], {"only": ["contacts", "fiche"], "department": "edition"},
     {"contacts-edition": {"department": "edition"},
      **{f"fiche-{one}-edition": {"partner": one, "department": "edition"}
         for one in PARTNERS}}),
    ([FICHE], {"departments": DEPARTMENTS},  # nothing leads to a partner in the other
     {f"fiche-{one}-edition": {"partner": one, "department": "edition"} for one in PARTNERS}),
])  # fmt: skip
def test_each_study_makes_a_page_of_all_that_it_is_of(catalogue, studies, words, pages):
    found = pages_of(*studies, catalogue=catalogue, **words)
    assert {page.name: page.parameters for page in found} == pages


LEADS_TO_NONE = "partner that something leads to, and there is none"


@pytest.mark.parametrize(("studies", "words", "told"), [
    ([study(**OWN)], {"quarter": "2026-T2"}, "'quarter' is set by the command line's own"),
    ([study(**OWN)], {"data": "2026-T2"}, "'data' is set by the command line's own words"),
    ([study(mode=CHOICE)], {}, "'mode' is missing; allowed: a, b; give -p mode=VALUE"),
    *(([study(**EACH_SURVEY)], {"survey": name},
       f"'survey' is {name!r}; allowed: enquete-service-public, enquete-legifrance, ")
      for name in ("matomo-legifrance", "invitations-legifrance", "nowhere")),
    ([study("enquete", **EACH_SURVEY)], {"surveys": []},
     "enquete makes one for each survey with responses"),
    ([study("fiche", **EACH)], {"products": []}, "no page to make: fiche makes one for each"),
    ([study("a", years=EVERY["years"]), study("b")], {"only": ["b"], "years": "4"},
     "parameter 'years' does not exist in b; parameters are none"),
    ([study("b", overview_of="partner")], {"partners": ()}, LEADS_TO_NONE),
    ([study("b", **EACH_PARTNER)], {"partners": ()}, LEADS_TO_NONE),
    ([study("c", **EACH_PARTNER)], {"partner": "caise"},
     "'partner' is 'caise'; allowed: caisse-fictive, agence-des-titres"),
    ([CONTACTS], {"only": ["contacts"], "department": "nulle-part"},
     "'nulle-part'; allowed: renseignement, "),
    ([CONTACTS], {"department": "edition"},  # product pages would link to none
     "parameter 'department' needs names of studies"),
])  # fmt: skip
def test_what_cannot_be_planned_is_told_with_what_is_allowed(catalogue, studies, words, told):
    (problem,) = problems_of(*studies, catalogue=catalogue, **words)
    assert told in problem


def test_given_texts_become_the_types_that_the_study_declares(catalogue):
    words = {"years": "5", "share": "2", "mode": "long", "detail": "true", "since": "2025-T4"}
    (page,) = pages_of(study(**EVERY), catalogue=catalogue, one="bodacc", **words)
    typed = {"years": 5, "share": 2.0, "mode": "long", "detail": True}
    assert page.parameters == typed | {"since": "2025-T4", "one": "bodacc"}
    assert type(page.parameters["years"]) is int and type(page.parameters["share"]) is float


@pytest.mark.parametrize(("name", "text", "allowed"), [
    ("years", "0", "a whole number from 1 up to 10"),
    ("years", "11", "a whole number from 1 up to 10"),
    ("years", "2.5", "a whole number from 1 up to 10"),
    ("years", "", "a whole number from 1 up to 10"), ("share", "-0.1", "a number from 0"),
    ("share", "nan", "a number from 0"), ("share", "inf", "a number from 0"),
    ("mode", "Court", "court, long"), ("detail", "True", "true, false"),
    ("since", "T1 2024", "a quarter such as 2026-T3"), ("one", "boam", "service-public"),
])  # fmt: skip
def test_a_text_that_is_not_allowed_is_told_with_what_is(catalogue, name, text, allowed):
    (problem,) = problems_of(study(**EVERY), catalogue=catalogue, **{name: text})
    assert problem.startswith(f"study 'essai': parameter {name!r} is {text!r}; allowed: ")
    assert allowed in problem


@pytest.mark.parametrize("parameter", [
    {"type": "integer", "default": "abc"}, {"type": "integer", "default": 2.5},
    {"type": "integer", "default": True}, {"type": "integer", "minimum": 1, "default": 0},
    {"type": "choice", "choices": ["a"], "default": "b"}, {"type": "product", "default": "nowhere"},
    {"type": "quarter", "default": "Q1"}, {"type": "boolean", "default": 1},
])  # fmt: skip
def test_a_default_that_is_not_allowed_is_a_mistake_of_the_study(catalogue, parameter):
    (problem,) = problems_of(study(p=parameter), catalogue=catalogue)
    assert "study 'essai': parameter 'p' has the default" in problem


def test_no_page_takes_the_place_of_another(catalogue):
    devices = catalogue.devices
    one = devices["enquete-legifrance"].model_copy(update={"id": "legifrance"})
    both = catalogue.model_copy(update={"devices": devices | {"legifrance": one}})
    asked = ["enquete-legifrance", "legifrance"]
    (problem,) = problems_of(study("enquete", **EACH_SURVEY), catalogue=both, surveys=asked)
    assert "two pages would be named 'enquete-legifrance'; rename a device" in problem


def test_titles_have_labels_in_french_in_the_place_of_parameters(catalogue):
    titled = study(title="{product}, {quarter} ({years} ans) {autre}", **OWN, **EACH, **EVERY)
    page = pages_of(titled, catalogue=catalogue)[0]
    assert page.title.startswith(catalogue.label("service-public"))
    assert "2026-T3" not in page.title and "2026" in page.title
    assert page.title.endswith("(3 ans) {autre}")
    survey, partner = study("a", "{survey}", **EACH_SURVEY), study("b", "{partner}", **EACH_PARTNER)
    titles = [page.title for page in pages_of(survey, partner, catalogue=catalogue)]
    asked = [catalogue.devices[name].label for name in ASKED]
    assert titles == [*asked, "Caisse fictive", "Ville fictive"]
    page = pages_of(CONTACTS, catalogue=catalogue, departments=DEPARTMENTS)[0]
    assert page.title == f"Appels – {catalogue.departments['edition'].label}"


@given(
    given_=st.dictionaries(
        st.sampled_from([*EVERY, "product", "quarter"]) | st.text(max_size=8),
        st.text(max_size=12)
        | st.integers().map(str)
        | st.floats().map(str)
        | st.sampled_from(["9" * 400, "true", "court", "boamp", "2026-T1", "1e999", "１２"]),
        max_size=3,
    )
)
def test_any_text_for_any_parameter_is_a_plan_or_a_usage_error(catalogue, given_):
    both = {one.name: one for one in (study("a", **OWN, **EVERY), study("fiche", **EACH))}
    try:
        pages = plan_pages(both, Quarter("2026-T3"), "data", catalogue, Subjects(FED), (), given_)
    except UsageError as error:
        assert error.problems and all(error.problems)
        return
    years, share = pages[0].parameters["years"], pages[0].parameters["share"]
    assert 1 <= years <= 10 and 0 <= share < float("inf")
    assert all(page.name.isascii() and "/" not in page.name for page in pages)


NEEDS = HEADER.replace("parameters:", "needs: [population]\nparameters:")
TODAY = date(2026, 11, 1)


@pytest.fixture
def place(tmp_path: Path, demonstration: Path) -> Path:
    """A small project of two studies, one of which needs a table that its store lacks."""
    copy_catalogue(tmp_path)
    (tmp_path / "data" / "reference").symlink_to(ROOT / "data" / "reference")
    (tmp_path / "data" / "practices").symlink_to(ROOT / "data" / "practices")
    (tmp_path / "data" / "store").symlink_to(demonstration / "store")
    (tmp_path / "notebooks").mkdir()
    Make.write(tmp_path / "notebooks" / "essai.ipynb")
    Make.write(tmp_path / "notebooks" / "autre.ipynb", header=NEEDS)
    return tmp_path


def test_a_study_without_what_it_needs_is_left_out_or_says_it_if_named(place):
    asked = check_request(place, place / "data", None, [], None, TODAY)
    assert [page.name for page in asked.pages] == ["essai"]
    with pytest.raises(UsageError, match=r"study 'autre': needs what no export .*: population"):
        check_request(place, place / "data", None, ["autre"], None, TODAY)


def test_where_products_are_many_studies_are_pages_of_departments(demonstration, monkeypatch):
    monkeypatch.setattr(frame, "MANY", 2)
    asked = check_request(ROOT, demonstration, None, [], None, TODAY)
    names = {page.name for page in asked.pages}
    heard = {"annonces", "edition", "information-legale", "relation-usagers", "renseignement"}
    for study in ("contacts", "panorama", "profils", "facile"):
        assert study not in names and {f"{study}-{name}" for name in heard} <= names
    assert "pratiques" in names  # which tells of no product
    assert {"fiche_produit-boamp", "enquete-legifrance"} <= names
    of = [page.parameters for page in asked.pages if page.study.name == "fiche_partenaire"]
    led = {(one["partner"], one["department"]) for one in of}
    # nobody who speaks of the agency of titles is heard in the department of books
    assert ("caisse-fictive", "relation-usagers") in led
    assert ("agence-des-titres", "edition") not in led


def problems(folder: Path) -> str:
    with pytest.raises(ObservError) as caught:
        load_studies(folder)
    for problem in caught.value.problems:
        assert problem.startswith(f"{folder}/") and "\n" not in problem
    return str(caught.value)


def test_studies_come_in_the_order_of_their_pages_then_by_name(tmp_path, make):
    for name, order in (("b", 2), ("z", 1), ("a", 2)):
        header = f"title: T\nquestion: Q ?\nparameters: {{}}\norder: {order}"
        make.write(tmp_path / f"{name}.ipynb", header=header, parameters="")
    make.write(tmp_path / "essai.ipynb", parameters='quarter: str = "2026-T3"\ndata = "data"')
    make.write(tmp_path / ".ipynb_checkpoints" / "essai-checkpoint.ipynb")  # is no study
    (tmp_path / "notes.md").write_text("x", encoding="utf-8")
    found = load_studies(tmp_path)
    assert list(found) == ["z", "a", "b", "essai"]
    study = found["essai"]
    assert (study.title, study.order, study.question) == ("Essai", 10, "Que voit-on ?")
    types = {name: p.type for name, p in study.parameters.items()}
    assert types == {"quarter": "quarter", "data": "data"}


WHOLE = "title: T\norder: 1\nquestion: Q\nparameters: {}"
OF_ONE = WHOLE.replace("{}", "\n  p: ")
NO_PYTHON = "the parameters cell is no Python"


@pytest.mark.parametrize(("words", "told"), [
    *(({"header": header}, said) for header, said in (
        ("title: a: b", "essai.ipynb, first cell:2: not valid YAML: mapping values"),
        ("just words", "holds one value; `key: value` is expected"),
        ("title: T\ntitle: U", "essai.ipynb, first cell:3: key 'title' is given twice"),
        (WHOLE.replace("question: Q\n", ""), "key 'question' is missing"),
        (WHOLE.replace("title: T", "title: ''"), "title is '': at least 1 characters are"),
        (f"{WHOLE}\nauthor: A", "unknown key 'author'; allowed: name"),
        (f"{WHOLE}\nname: A", "name: the file's name"),
        (f"{WHOLE}\nneeds: [textes]", "needs: 'textes' is no tidy table; allowed: audience"),
    )),
    # a parameter that could never be given
    *(({"header": OF_ONE + parameter, "parameters": "p = None"}, said) for parameter, said in (
        ("{type: color}", "parameters.p.type is 'color': allowed: 'quarter'"),
        ("{type: choice}", "`choices` go with the type choice, and it needs them"),
        ("{type: integer, choices: [a]}", "`choices` go with the type choice"),
        ("{type: choice, choices: [a], maximum: 2}", "`minimum` and `maximum` go with"),
        ("{type: quarter, each: true}", "`each` goes with the types product, device, partner"),
    )),
    # a cell that gives others than are declared, or is no Python
    ({"parameters": 'quarter = ""'}, "parameter 'data' is declared and not in the parameters cell"),
    ({"parameters": 'quarter = data = ""\nyears: int = 3'},
     "parameter 'years' is in the parameters cell and not declared"),
    *(({"parameters": cell}, NO_PYTHON) for cell in ("%matplotlib inline", "x = =", "x = '\x00'")),
])  # fmt: skip
def test_a_wrong_front_matter_or_parameter_is_told_with_its_file_and_key(
    tmp_path, make, words, told
):
    make.write(tmp_path / "essai.ipynb", **words)
    assert told in problems(tmp_path)


@pytest.mark.parametrize(("old", "new", "told"), [
    ('"cell_type": "raw"', '"cell_type": "markdown"', "the first cell is no front matter: raw"),
    ('"language": "python"', '"language": "R"', "has no Python kernel"),
    ('"parameters"\n', '"other"\n', "has 0 cells tagged `parameters`; one is needed"),
])  # fmt: skip
def test_what_would_be_printed_or_no_python_runs_is_refused(tmp_path, make, old, new, told):
    path = make.write(tmp_path / "essai.ipynb")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert told in problems(tmp_path)


def test_all_notebooks_problems_are_told_at_once(tmp_path, make):
    make.write(tmp_path / "a.ipynb", header="title: T")
    make.write(tmp_path / "b.ipynb", parameters="")
    make.write(tmp_path / "right.ipynb")
    (tmp_path / "c.ipynb").write_bytes(b"\xff\xfe")
    (tmp_path / "d.ipynb").mkdir()
    make.write(tmp_path / "e.ipynb", make.shows("", tags=("parameters",)))
    told = problems(tmp_path)
    assert "e.ipynb: has 2 cells tagged `parameters`; one is needed" in told
    for name in "abcd":
        assert f"{name}.ipynb: " in told
    assert "right" not in told
    assert told.count("a.ipynb: front matter: ") == 3


@given(
    st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b'{"nbformat": 4}', b'{"cells": 1}'])
)
def test_whatever_bytes_a_notebook_holds_the_answer_is_a_line(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    (folder / "essai.ipynb").write_bytes(content)
    problems(folder)
