"""An edition has the studies of which its store holds something, and no empty pages of others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.copies import ROOT, copy_catalogue
from tests.edition.conftest import HEADER, Make

from observlib.base.errors import UsageError
from observlib.edition.plan import check_request
from observlib.pipeline import frame

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


def test_a_study_that_needs_what_the_store_has_not_is_left_out(place):
    asked = check_request(place, place / "data", None, [], None, TODAY)
    assert [page.name for page in asked.pages] == ["essai"]


def test_asked_for_by_name_it_says_what_it_needs(place):
    with pytest.raises(UsageError, match=r"study 'autre': needs what no export .*: population"):
        check_request(place, place / "data", None, ["autre"], None, TODAY)


def test_with_what_it_needs_it_is_a_page(place):
    header = NEEDS.replace("population", "ratings, experiences")
    Make.write(place / "notebooks" / "autre.ipynb", header=header)
    asked = check_request(place, place / "data", None, [], None, TODAY)
    assert {page.name for page in asked.pages} == {"essai", "autre"}


def test_where_products_are_many_studies_of_all_are_pages_of_departments(
    demonstration, monkeypatch
):
    """The committed notebooks, as a ministry would have them planned."""
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
