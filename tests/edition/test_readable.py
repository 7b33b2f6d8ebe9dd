"""A study is read in ten minutes: its finding and evidence, in sentences that a newspaper has."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.edition.conftest import NOW
from tests.plain_french import faults, sentences
from tests.site.conftest import asked

from observlib.base.errors import bounded

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
