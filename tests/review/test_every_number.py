"""No number stands on a page, in its PDF or in the workbook that nobody can follow back."""

import pytest
from tests.every_number import Edition, lost_in_pdf, lost_in_workbook, lost_on_page
from tests.review.conftest import STUDIES, Small

from observlib.pipeline import project


@pytest.fixture(scope="module")
def edition(small: Small) -> Edition:
    return Edition(small.edition, project.catalogue(small.data, small.root))


@pytest.mark.parametrize("page", STUDIES)
def test_each_number_of_a_page_and_its_pdf_is_of_a_figure_or_listed_as_no_estimate(edition, page):
    assert [*lost_on_page(edition, page)] == []
    assert [*lost_in_pdf(edition, page)] == []


def test_the_workbook_tells_what_the_edition_does(edition):
    assert [*lost_in_workbook(edition)] == []


def test_a_number_that_nobody_computed_would_be_seen(small, edition, tmp_path):
    page = (small.edition / "avis.html").read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text(page.replace("</p>", " Soit 43,21.</p>"), "utf-8")
    for end in (".csv", "-comparaisons.csv"):
        (tmp_path / f"page{end}").write_bytes((small.edition / f"avis{end}").read_bytes())
    moved = Edition(small.edition, project.catalogue(small.data, small.root))
    moved.folder = tmp_path
    assert any("43,21" in line for line in lost_on_page(moved, "page"))
