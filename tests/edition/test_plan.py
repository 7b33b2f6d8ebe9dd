"""The plan: which pages, with which parameters; nothing runs on a parameter that is not allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import UsageError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.edition.plan import Page, Study, Subjects, plan

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


def study(
    name: str = "essai",
    title: str = "Essai",
    order: int = 1,
    overview_of: str | None = None,
    **parameters: Any,
) -> Study:
    about = {
        "path": Path(f"{name}.ipynb"),
        "order": order,
        "question": "Q ?",
        "overview_of": overview_of,
    }
    return Study.model_validate({"name": name, "title": title, "parameters": parameters, **about})


def pages_of(
    *studies: Study,
    catalogue: Catalogue,
    products: list[str] = FED,
    only: list[str] | None = None,
    surveys: list[str] = ASKED,
    partners: tuple[str, ...] = PARTNERS,
    departments: tuple[str, ...] = ("",),
    **given: str,
) -> list[Page]:
    known = {one.name: one for one in studies}
    quarter = Quarter(2026, 3)
    led = {partner: departments[:1] for partner in partners}
    subjects = Subjects(products, surveys, led, departments)
    return plan(known, quarter, "data/demo", catalogue, subjects, only or [], given)


def problems_of(*studies: Study, **words: Any) -> tuple[str, ...]:
    with pytest.raises(UsageError) as caught:
        pages_of(*studies, **words)
    return caught.value.problems


def test_quarter_and_data_are_the_command_line_s_and_reach_every_page_that_takes_them(catalogue):
    first, second = pages_of(study("a", **OWN), study("b"), catalogue=catalogue)
    assert first.parameters == {"quarter": "2026-T3", "data": "data/demo"}
    assert second.parameters == {}


@pytest.mark.parametrize("name", ["quarter", "data"])
def test_quarter_and_data_are_not_given_as_parameters(catalogue, name):
    (problem,) = problems_of(study(**OWN), catalogue=catalogue, **{name: "2026-T2"})
    assert f"parameter {name!r} is set by the command line's own words" in problem


def test_defaults_stand_where_nothing_is_given(catalogue):
    (page,) = pages_of(study(**EVERY), catalogue=catalogue)
    assert page.parameters == {
        "years": 3,
        "share": 0.5,
        "mode": "court",
        "detail": False,
        "since": "2024-T1",
        "one": "boamp",
    }


def test_a_default_of_nought_or_false_is_a_default(catalogue):
    nought = study(n={"type": "integer", "default": 0}, b={"type": "boolean", "default": False})
    (page,) = pages_of(nought, catalogue=catalogue)
    assert page.parameters == {"n": 0, "b": False}


def test_given_texts_become_the_types_that_the_study_declares(catalogue):
    words = {"years": "5", "share": "2", "mode": "long", "detail": "true", "since": "2025-T4"}
    (page,) = pages_of(study(**EVERY), catalogue=catalogue, one="bodacc", **words)
    assert page.parameters == {
        "years": 5,
        "share": 2.0,
        "mode": "long",
        "detail": True,
        "since": "2025-T4",
        "one": "bodacc",
    }
    assert type(page.parameters["years"]) is int and type(page.parameters["share"]) is float


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("years", "0", "a whole number from 1 up to 10"),
        ("years", "11", "a whole number from 1 up to 10"),
        ("years", "2.5", "a whole number from 1 up to 10"),
        ("years", "", "a whole number from 1 up to 10"),
        ("share", "-0.1", "a number from 0"),
        ("share", "nan", "a number from 0"),
        ("share", "inf", "a number from 0"),
        ("mode", "Court", "court, long"),
        ("detail", "True", "true, false"),
        ("since", "T1 2024", "a quarter such as 2026-T3"),
        ("one", "boam", "service-public"),
    ],
)
def test_a_text_that_is_not_allowed_is_told_with_what_is(catalogue, name, text, allowed):
    (problem,) = problems_of(study(**EVERY), catalogue=catalogue, **{name: text})
    assert problem.startswith(f"study 'essai': parameter {name!r} is {text!r}; allowed: ")
    assert allowed in problem


def test_limits_are_allowed_themselves(catalogue):
    for text in ("1", "10"):
        (page,) = pages_of(study(**EVERY), catalogue=catalogue, years=text)
        assert page.parameters["years"] == int(text)


@pytest.mark.parametrize(
    "parameter",
    [
        {"type": "integer", "default": "abc"},
        {"type": "integer", "default": 2.5},
        {"type": "integer", "default": True},
        {"type": "integer", "minimum": 1, "default": 0},
        {"type": "choice", "choices": ["a"], "default": "b"},
        {"type": "product", "default": "nowhere"},
        {"type": "quarter", "default": "Q1"},
        {"type": "boolean", "default": 1},
    ],
)
def test_a_default_that_is_not_allowed_is_a_mistake_of_the_study(catalogue, parameter):
    (problem,) = problems_of(study(p=parameter), catalogue=catalogue)
    assert "study 'essai': parameter 'p' has the default" in problem


def test_a_parameter_without_default_must_be_given_and_the_way_is_told(catalogue):
    needs = study(mode={"type": "choice", "choices": ["a", "b"]})
    (problem,) = problems_of(needs, catalogue=catalogue)
    assert problem.endswith("'mode' is missing; allowed: a, b; give -p mode=VALUE")
    assert pages_of(needs, catalogue=catalogue, mode="a")[0].parameters == {"mode": "a"}


def test_each_makes_one_page_for_each_product_with_data(catalogue):
    pages = pages_of(study("fiche", title="{product}", **OWN, **EACH), catalogue=catalogue)
    assert [page.name for page in pages] == ["fiche-service-public", "fiche-vie-publique"]
    assert [page.title for page in pages] == [catalogue.label(product) for product in FED]
    assert [page.parameters["product"] for page in pages] == FED


def test_each_makes_the_one_page_that_is_asked_for(catalogue):
    pages = pages_of(study("fiche", **EACH), catalogue=catalogue, product="boamp")
    assert [page.name for page in pages] == ["fiche-boamp"]


def test_each_without_any_product_with_data_makes_no_page_and_stops_no_other(catalogue):
    both = study("a", **OWN), study("fiche", **EACH)
    assert [p.name for p in pages_of(*both, catalogue=catalogue, products=[])] == ["a"]


def test_each_survey_makes_one_page_for_each_survey_with_responses(catalogue):
    pages = pages_of(study("enquete", title="{survey}", **OWN, **EACH_SURVEY), catalogue=catalogue)
    assert [page.name for page in pages] == ASKED  # which begin with the study's name already
    assert [page.title for page in pages] == [catalogue.devices[name].label for name in ASKED]
    assert [page.parameters["survey"] for page in pages] == ASKED


def test_no_page_takes_the_place_of_another(catalogue):
    devices = catalogue.devices
    one = devices["enquete-legifrance"].model_copy(update={"id": "legifrance"})
    both = catalogue.model_copy(update={"devices": devices | {"legifrance": one}})
    asked = ["enquete-legifrance", "legifrance"]
    (problem,) = problems_of(study("enquete", **EACH_SURVEY), catalogue=both, surveys=asked)
    assert "two pages would be named 'enquete-legifrance'; rename a device" in problem


def test_a_device_that_asks_nothing_is_no_survey(catalogue):
    for device in ("matomo-legifrance", "invitations-legifrance", "nowhere"):
        (problem,) = problems_of(study(**EACH_SURVEY), catalogue=catalogue, survey=device)
        assert f"parameter 'survey' is {device!r}; allowed: " in problem
        assert "enquete-legifrance" in problem.split("allowed: ")[1]


def test_without_any_survey_the_edition_of_no_page_says_how_to_ask_for_one(catalogue):
    (problem,) = problems_of(study("enquete", **EACH_SURVEY), catalogue=catalogue, surveys=[])
    assert "enquete makes one for each survey with responses" in problem
    assert problem.endswith("give -p survey=VALUE")


def test_an_edition_of_no_page_is_refused(catalogue):
    (problem,) = problems_of(study("fiche", **EACH), catalogue=catalogue, products=[])
    assert "no page to make: fiche makes one for each product" in problem


def test_only_the_studies_wanted_make_pages_in_the_studies_order(catalogue):
    three = study("a"), study("b"), study("c")
    assert [p.name for p in pages_of(*three, catalogue=catalogue, only=["c", "a"])] == ["a", "c"]


def test_a_parameter_of_one_study_does_not_stop_the_others(catalogue):
    pages = pages_of(study("a", years=EVERY["years"]), study("b"), catalogue=catalogue, years="4")
    assert [page.parameters for page in pages] == [{"years": 4}, {}]


def test_a_parameter_of_a_study_that_is_not_wanted_is_unknown(catalogue):
    both = study("a", years=EVERY["years"]), study("b")
    (problem,) = problems_of(*both, catalogue=catalogue, only=["b"], years="4")
    assert problem == "parameter 'years' does not exist in b; parameters are none"


def test_all_problems_are_told_at_once_and_each_once(catalogue):
    found = problems_of(
        study("a", **EVERY),
        study("fiche", **EACH, years=EVERY["years"]),
        catalogue=catalogue,
        only=["a", "fiche", "nowhere"],
        yeers="3",
        years="99",
        mode="x",
    )
    text = "\n".join(found)
    assert "study 'nowhere' does not exist; studies are a, fiche" in text
    assert "parameter 'yeers' does not exist in a, fiche; parameters are detail, mode" in text
    assert "study 'a': parameter 'years'" in text and "study 'a': parameter 'mode'" in text
    assert text.count("study 'fiche': parameter 'years'") == 1  # though it has two pages
    assert len(found) == 5


def test_titles_have_labels_in_french_in_the_place_of_parameters(catalogue):
    titled = study(title="{product}, {quarter} ({years} ans) {autre}", **OWN, **EACH, **EVERY)
    page = pages_of(titled, catalogue=catalogue)[0]
    assert page.title.startswith(catalogue.label("service-public"))
    assert "2026-T3" not in page.title and "2026" in page.title
    assert page.title.endswith("(3 ans) {autre}")


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
        pages = plan(both, Quarter(2026, 3), "data", catalogue, Subjects(FED), (), given_)
    except UsageError as error:
        assert error.problems and all(error.problems)
        return
    years, share = pages[0].parameters["years"], pages[0].parameters["share"]
    assert 1 <= years <= 10 and 0 <= share < float("inf")
    assert all(page.name.isascii() and "/" not in page.name for page in pages)


def test_a_study_of_partners_makes_a_page_for_each_and_an_overview(catalogue):
    overview = study("partenaires", overview_of="partner")
    each = study("fiche", "{partner}", **EACH_PARTNER)
    pages = pages_of(overview, each, catalogue=catalogue)
    assert [(page.name, page.title) for page in pages] == [
        ("partenaires", "Essai"),
        ("fiche-caisse-fictive", "Caisse fictive"),
        ("fiche-ville-fictive", "Ville fictive"),
    ]


def test_without_a_partner_an_edition_has_its_other_pages_and_no_failure(catalogue):
    studies = study("a"), study("b", overview_of="partner"), study("c", **EACH_PARTNER)
    assert [page.name for page in pages_of(*studies, catalogue=catalogue, partners=())] == ["a"]


@pytest.mark.parametrize("alone", [{"overview_of": "partner"}, EACH_PARTNER])
def test_a_study_that_lacks_a_partner_says_so_where_it_alone_is_asked_for(catalogue, alone):
    (problem,) = problems_of(study("b", **alone), catalogue=catalogue, partners=())
    assert "partner that something leads to, and there is none" in problem


def test_a_partner_that_does_not_exist_is_told_with_those_that_do(catalogue):
    (problem,) = problems_of(study("c", **EACH_PARTNER), catalogue=catalogue, partner="caise")
    assert "parameter 'partner' is 'caise'; allowed: caisse-fictive, agence-des-titres" in problem


def test_a_ministry_s_reader_gets_a_page_of_each_department_named_and_titled_after_it(catalogue):
    page, other = pages_of(
        study("contacts", "Appels", **EACH_DEPARTMENT),
        catalogue=catalogue,
        departments=DEPARTMENTS,
    )
    assert (page.name, other.name) == ("contacts-edition", "contacts-annonces")
    assert page.title == f"Appels – {catalogue.departments['edition'].label}"
    assert page.parameters == {"department": "edition"}


def test_where_products_are_few_a_page_of_all_keeps_its_name_and_title(catalogue):
    (page,) = pages_of(study("contacts", "Appels", **EACH_DEPARTMENT), catalogue=catalogue)
    assert (page.name, page.title, page.parameters) == ("contacts", "Appels", {"department": ""})


def test_a_department_may_ask_for_its_own_pages_where_products_are_few(catalogue):
    both = study("contacts", **EACH_DEPARTMENT), study("fiche", **EACH_DEPARTMENT, **EACH_PARTNER)
    only = [one.name for one in both]
    found = pages_of(*both, catalogue=catalogue, only=only, department="edition")
    assert [page.name for page in found] == [
        "contacts-edition", "fiche-edition-caisse-fictive", "fiche-edition-ville-fictive",
    ]  # fmt: skip


def test_a_partner_has_no_page_of_a_department_in_which_nothing_leads_to_it(catalogue):
    fiche = study("fiche", **EACH_PARTNER, **EACH_DEPARTMENT)
    found = pages_of(fiche, catalogue=catalogue, departments=DEPARTMENTS)
    assert [page.name for page in found] == [
        f"fiche-{partner}-{DEPARTMENTS[0]}" for partner in PARTNERS
    ]


def test_an_unknown_department_is_told_with_those_that_there_are(catalogue):
    given_ = {"only": ["essai"], "department": "nulle-part"}
    (problem,) = problems_of(study(**EACH_DEPARTMENT), catalogue=catalogue, **given_)
    assert "'nulle-part'; allowed: renseignement, " in problem


def test_all_studies_of_one_department_are_refused_as_product_pages_would_link_to_none(catalogue):
    asked = {"department": "edition"}
    (problem,) = problems_of(study(**EACH_DEPARTMENT), catalogue=catalogue, **asked)
    assert problem.startswith("parameter 'department' needs names of studies")
