"""A page is made again for what it was made from, and for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from observlib.edition.page_cache import MadePage, changed_inputs, keep, recall
from observlib.edition.plan import Page

NOW = {
    "the library/a.py": "1",
    "the data/kind": "real",
    "the data/ratings": "1",
    "the data/calls": "1",
}
MADE = MadePage("{}", "Douze avis.", "2026-11-26", ("the data/ratings",))


@pytest.fixture
def page(tmp_path: Path, make: Any) -> Page:
    found: Page = make.page(make.write(tmp_path / "notebooks" / "avis.ipynb"), quarter="2026-T3")
    keep(tmp_path, found, NOW, MADE)
    return found


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"the data/calls": "2"}, []),  # whose table it does not read
        ({"the data/polls": "1"}, []),
        ({"the data/ratings": "2"}, ["the data (ratings)"]),
        ({"the data/kind": "demonstration"}, ["the data (kind)"]),
        ({"the library/a.py": "2"}, ["the library (a.py)"]),
    ],
)
def test_a_new_export_runs_the_pages_that_read_its_table_and_no_other(
    tmp_path: Path, page: Page, changed: dict[str, str], told: list[str]
) -> None:
    now = NOW | changed
    assert recall(tmp_path, page, now) == (None if told else MADE)
    assert changed_inputs(tmp_path, page, now) == told


def test_a_table_that_a_page_asked_for_in_vain_is_noticed_once_it_is_there(
    tmp_path: Path, page: Page
) -> None:
    made = MadePage("{}", "Aucun sondage.", "2026-11-26", ("the data/polls", "the data/ratings"))
    keep(tmp_path, page, NOW, made)
    assert recall(tmp_path, page, NOW | {"the data/ratings": "2"}) is None
    assert recall(tmp_path, page, NOW | {"the data/polls": "1", "the data/ratings": "1"}) == MADE
    assert changed_inputs(
        tmp_path, page, NOW | {"the data/ratings": "2", "the data/polls": "1"}
    ) == ["the data (ratings)"]


def test_going_back_to_former_data_finds_the_page_made_of_them(tmp_path: Path, page: Page) -> None:
    later = NOW | {"the data/ratings": "2"}
    made = MadePage("{}", "Treize avis.", "2026-11-27", ("the data/ratings",))
    keep(tmp_path, page, later, made)
    assert recall(tmp_path, page, NOW) == MADE
    assert recall(tmp_path, page, later) == made
