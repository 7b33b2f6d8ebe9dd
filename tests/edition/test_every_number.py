"""The whole demonstration: no number that nobody can follow back on a page, nor in its PDF."""

import pytest
from tests.edition.conftest import NOW
from tests.every_number import (
    Edition,
    lost_in_pdf,
    lost_in_workbook,
    lost_on_page,
)

from observlib.pipeline import project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def edition(root) -> Edition:
    site = root / "reports" / "_site" / NOW
    return Edition(site, project.catalogue(root / "data" / "demo", root))


def test_each_number_of_each_page_is_of_a_figure_or_listed_as_no_estimate(edition):
    pages = edition.studies()
    assert len(pages) > 30
    assert [line for page in pages for line in lost_on_page(edition, page)] == []


def test_each_number_of_a_pdf_or_of_the_data_is_that_of_its_page_or_row(edition):
    assert [line for page in edition.studies() for line in lost_in_pdf(edition, page)] == []
    assert [*lost_in_workbook(edition)] == []
