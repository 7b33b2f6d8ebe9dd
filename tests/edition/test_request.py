"""An edition has the studies of which its store holds something, and no empty pages of others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.copies import ROOT, copy_catalogue
from tests.edition.conftest import HEADER, Make

from observlib.edition.request import check_request
from observlib.errors import UsageError

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
