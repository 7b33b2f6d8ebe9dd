"""What the accessibility rules ask of each page: read in its markup, and by axe in a browser."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from tests.publish.test_filters import Nesting
from tests.site.axe import violations
from tests.site.conftest import pages_of


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Any]:
    found = {name: html.parse(site / name).getroot() for name in pages_of(site)}
    assert len(found) == 8
    return found


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_markup_is_well_nested(site):
    for name in pages_of(site):
        nesting = Nesting()
        nesting.feed((site / name).read_text(encoding="utf-8"))
        assert nesting.open == [], name


def test_menu_marks_the_page_that_is_read_and_links_say_where_they_lead(pages):
    for name, page in pages.items():
        (current,) = page.xpath("//details//a[@aria-current]/@href")
        assert current.endswith(Path(name).name), name
    vague = re.compile(r"(?i)^(ici|cliquez ici|lien|en savoir plus|)$")
    for name, page in pages.items():
        assert not [link for link in page.iter("a") if vague.match(words(link))], name


def test_downloads_say_their_format_and_weight(pages):
    texts = [words(link) for link in pages["panorama.html"].xpath("//a[@download]")]
    assert [re.sub(r"\d+", "N", text) for text in texts] == [
        *("PDF (N ko)", "Word (DOCX, N ko)", "Carnet exécuté (IPYNB, N ko)"),
        *("Données (CSV, N ko)", "Toute l’édition (PDF)"),
    ]


def test_every_page_leads_to_its_statement_and_licence_and_opens_no_window(pages):
    for name, page in pages.items():
        links = page.xpath("//footer//a/@href")
        assert any(link.endswith("accessibilite.html") for link in links), name
        assert any("licence-ouverte" in link for link in links), name
        assert not page.xpath("//@target | //font | //center | //big | //u"), name


def test_style_and_script_ask_nothing_from_outside(site):
    script = "".join((site / name).read_text("utf-8") for name in ("search.js", "values.js"))
    asks = r"https?:|fetch|XMLHttp|import|eval|innerHTML|cookie|[lL]ocalStorage"
    assert not re.search(asks, script)
    text = "".join((site / name).read_text("utf-8") for name in ("site.css", "access.css"))
    assert "url(" not in text and "@import" not in text and "http" not in text
    assert ":focus-visible" in text and "@media print" in text


def test_no_page_breaks_a_rule_of_axe_on_a_phone_or_a_desk(site, dump, tmp_path):
    found = violations(shutil.copytree(site, tmp_path / "site"), dump)
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_axe_would_tell_what_is_wrong(dump, tmp_path):
    (tmp_path / "page.html").write_text('<img src="x.png"><p>Sans langue', encoding="utf-8")
    (broken,) = violations(tmp_path, dump, widths=[375]).values()
    assert {rule.split(" ")[0] for rule in broken} >= {"image-alt", "html-has-lang"}
