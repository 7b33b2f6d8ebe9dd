"""The whole demonstration, published: read in ten minutes, in sentences that a newspaper has.

No number on a page or in its PDF is one that nobody can follow back to the edition's frame.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.copies import ROOT
from tests.edition.conftest import NOW
from tests.every_number import Edition, lost_in_pdf, lost_in_workbook, lost_on_page
from tests.plain_french import faults, sentences
from tests.site.conftest import asked

from observlib import estimates
from observlib.base.errors import bounded
from observlib.pipeline import archive, project

WORDS, SCREENS = 900, 6  # of what is open when a page is opened, on a screen of 1,280 by 800
OTHERS = ("methode", "accessibilite")  # pages that explain the studies
LARGE = "facile"  # the page in easy French, whose letters and lines are larger
MEASURE = Path(__file__).with_name("measure_reading.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("sentence", "told"), [
    ("Les visites augmentent de 5 %.", []), ("mot " * 26, ["26 words"]),
    ("Les notes sont de 7,1, 7,2, 7,3 et 7,4 sur 10.", ["4 numbers"]),
    ("3 produits baissent.", ["begins with digits"]),
    ("« Le « bon » mot. »", ["a quotation inside a quotation"]),
    ("Le détail : @tbl-effet.", ["a reference that leads nowhere"]),
])  # fmt: skip
def test_each_fault_of_a_sentence_is_seen(sentence, told):
    assert faults(sentence) == told


def test_captions_and_lists_are_read_and_quotations_and_references_are_not():
    page = """<main><p>Un. Deux <b>mots</b>.</p><ul><li>« Les siens. »</li><li>Trois</li></ul>
    <figure><svg><text>4</text></svg><figcaption>Quatre.</figcaption></figure>
    <p lang="en">Five.</p><div id="refs"><p>Six.</p></div></main>"""
    assert [*sentences(page)] == ["Un.", "Deux mots.", "Trois", "Quatre."]


@pytest.fixture(scope="module")
def site(root: Path) -> Path:
    """The demonstration's edition, published."""
    return root / "reports" / "_site" / NOW


@pytest.mark.slow
def test_every_sentence_of_the_demonstration_is_plain(site: Path) -> None:
    pages = sorted(site.glob("*.html"))
    wrong = [
        f"{page.stem}: {', '.join(found)}: {sentence}"
        for page in pages
        for sentence in sentences(page.read_text(encoding="utf-8"))
        if (found := faults(sentence))
    ]
    assert len(pages) > 35
    assert not wrong, f"{len(wrong)} sentences:\n{bounded(wrong, 20, chr(10))}"


@pytest.fixture(scope="module")
def measured(
    site: Path, dump: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What a browser tells of each study and product, and of the pages that explain them."""
    names = [path.stem for path in sorted(site.glob("*.ipynb")) if path.stem != LARGE]
    own = shutil.copytree(site, tmp_path_factory.mktemp("read") / "site")
    pages = [f"{name}.html" for name in (*names, *OTHERS)]
    return dict(asked(dump, own, MEASURE % json.dumps(pages)))


@pytest.mark.slow
def test_no_page_is_longer_than_ten_minutes_before_its_annexes(measured) -> None:
    assert len(measured) > 30
    assert min(page["words"] for page in measured.values()) > 100, "words are not counted"
    assert {name: page for name, page in measured.items() if page["words"] > WORDS} == {}
    assert {name: page for name, page in measured.items() if page["screens"] > SCREENS} == {}


@pytest.mark.slow
def test_a_link_to_a_table_of_an_annex_opens_it(measured) -> None:
    opened = [page["opened"] for page in measured.values() if "opened" in page]
    assert len(opened) > 20 and all(opened)


@pytest.fixture(scope="module")
def edition(root: Path, site: Path) -> Edition:
    return Edition(site, project.catalogue(root / "data" / "demo", root))


@pytest.mark.slow
def test_each_number_of_each_page_is_of_a_figure_or_listed_as_no_estimate(edition):
    pages = edition.studies()
    assert len(pages) > 30
    assert [line for page in pages for line in lost_on_page(edition, page)] == []


@pytest.mark.slow
def test_each_number_of_a_pdf_or_of_the_data_is_that_of_its_page_or_row(edition):
    assert [line for page in edition.studies() for line in lost_in_pdf(edition, page)] == []
    assert [*lost_in_workbook(edition)] == []


@pytest.mark.slow
def test_whatever_a_page_shows_is_a_row_of_the_frame_and_no_quantity_has_two(root: Path) -> None:
    rows, pairs = archive.archive_tables(root / "reports" / "editions" / NOW)
    quantity = ["indicator", "product", "channel", "device", "period", "group", "group_value"]
    assert not rows.duplicated(quantity).any()
    known = {*estimates.csv_lines(rows), *estimates.csv_lines(pairs)}
    shown: list[str] = []
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                carried = output.get("data", {}).get(estimates.MIME, {})
                shown += carried.get("rows", [])
                shown += carried.get("comparisons", {}).get("rows", [])
    assert len(shown) > 1000 and set(shown) <= known
