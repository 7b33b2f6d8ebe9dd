"""A ministry's departments: a page tells of its own products, and loses no row of nobody's."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.words import plain

from observlib import Study
from observlib.pipeline import frame
from observlib.pipeline.frame import department_of, departments_with_pages, part_of_department

DATA = ("2026-T3", "data/demo")


def keys(rows: pd.DataFrame) -> set[tuple[str, ...]]:
    """Rows by all that they hold."""
    return {*rows.astype(str).itertuples(index=False, name=None)}


def test_where_products_are_many_each_department_that_is_heard_has_pages(catalogue, monkeypatch):
    assert departments_with_pages(catalogue.devices, catalogue) == [frame.ALL_DEPARTMENTS]
    monkeypatch.setattr(frame, "MANY", 2)
    fed = ["jdma-legifrance", "audience-boamp", "jdma-vie-publique", "parti-du-catalogue"]
    heard = ["information-legale", "annonces", "vie-publique"]
    assert departments_with_pages(fed, catalogue) == heard
    assert departments_with_pages(fed[:2], catalogue) == [frame.ALL_DEPARTMENTS]


def test_a_device_of_no_product_is_its_owner_s_and_a_source_of_figures_nobody_s(catalogue):
    alone = [one for one in catalogue.devices.values() if not one.product]
    found = {one.id: department_of("", one.id, catalogue) for one in alone}
    assert found == {one.id: one.owner if one.listens else frame.ALL_DEPARTMENTS for one in alone}
    assert {one.listens for one in alone} == {True, False}


def test_a_department_reads_its_product_beside_another_s_and_beside_a_neighbour(catalogue):
    rows = [
        ("boamp", "legifrance", "product"),  # of two departments
        ("boamp", "bodacc", "product"),
        ("legifrance", "caisse-fictive", "peer"),
        ("boamp", "caisse-fictive", "peer"),
    ]
    pairs = pd.DataFrame(rows, columns=["product", "reference_product", "against"])
    assert part_of_department(pairs, "information-legale", catalogue).index.tolist() == [0, 2]
    assert part_of_department(pairs, "annonces", catalogue).index.tolist() == [0, 1, 3]
    words = pd.DataFrame({"reading": ["demande"], "kappa": [0.8]})  # of no product
    assert part_of_department(words, "edition", catalogue) is words


@given(data=st.data())
def test_departments_share_rows_out_and_only_nobody_s_are_told_twice(catalogue, data):
    places = st.tuples(
        st.sampled_from(["", "caisse-fictive", *catalogue.products]),
        st.sampled_from(["", "inconnu", *catalogue.devices]),
    )
    rows = pd.DataFrame(data.draw(st.lists(places, max_size=9)), columns=["product", "device"])
    told = [part_of_department(rows, name, catalogue).index for name in catalogue.departments]
    times = pd.Series([i for index in told for i in index], dtype=int).value_counts()
    for i, product, device in rows.itertuples():
        own = department_of(product, device, catalogue)
        assert times[i] == (1 if own else len(catalogue.departments))


@pytest.mark.parametrize("family", ["satisfaction", "contacts", "partners"])
def test_departments_together_tell_all_that_the_page_of_all_tells(family):
    whole = Study(*DATA)
    parts = [Study(*DATA, department=name) for name in whole.catalogue.departments]
    for asked in ("estimates", "comparisons"):
        found = [keys(getattr(one, asked)(family)) for one in parts]
        assert set().union(*found) == keys(getattr(whole, asked)(family))


def test_what_was_tested_together_is_counted_whole_on_a_department_s_page():
    whole, own = Study(*DATA), Study(*DATA, department="information-legale")
    moved = own.comparisons("satisfaction", against="before")
    count = int(whole.comparisons("satisfaction")["level"].notna().sum())
    assert len(moved) < len(whole.comparisons("satisfaction", against="before"))
    table = plain(own.differences(moved, label="tbl-evolutions"))
    assert f"parmi {count} testées ensemble" in table


def test_a_department_s_page_leads_to_its_own_and_tells_no_action_of_another(monkeypatch):
    study = Study(*DATA)
    assert study.page("contacts", "legifrance") == "contacts"
    monkeypatch.setattr(frame, "MANY", 2)
    assert study.page("contacts", "legifrance") == "contacts-information-legale"
    assert Study(*DATA, department="edition").page("panorama") == "panorama-edition"
    # actions and expectations of others are not told
    study = Study(*DATA, department="annonces")
    assert {one.product for one in study.actions} == {"boamp"}
    assert study.expectations == []
    assert {*study.main_points["product"]} <= {"boamp", "bodacc"}
