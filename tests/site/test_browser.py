"""What a reader meets: pages in a real browser, on a phone's screen and on a wide one; markup."""

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import html
from tests.site.axe import looked_at
from tests.site.conftest import pages_of

PAGES = ["index.html", "panorama.html"]
ASKED = ["VERIFICATION intervalle", "vérifications des intervalles", "dispositifs ecoute"]
ASKED += ["Accessibilités critères", "zzz", "<b>", "e", "la de"]


@pytest.fixture(scope="module")
def seen(
    site: Path, dump: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What the browser saw, in one pass."""
    copy = shutil.copytree(site, tmp_path_factory.mktemp("browser") / "site")
    for name in ("produit", "methode", "origines", "accessibilite"):  # long, or as others are
        (copy / f"{name}.html").unlink()
    return looked_at(copy, dump, (1280, 320), more=(1500,), words=dict.fromkeys(PAGES, ASKED))


@pytest.fixture
def found(seen):
    return seen["pages"]


@pytest.fixture
def answers(seen):
    return seen["search"]


def test_no_page_measured_shows_any_of_these_faults(found):
    for fault in ("unseen", "wide", "contrasts", "blank", "rules"):
        assert {name: page[fault] for name, page in found.items() if page.get(fault)} == {}, fault
    for fault in ("overflow", "airy"):
        assert {name: page[fault] for name, page in found.items() if page[fault] > 0} == {}, fault


def test_no_table_is_cut_and_the_menu_is_open_on_a_desk_alone(found):
    assert {
        name: page["tables"] for name, page in found.items() if max(page["tables"], default=0) > 1
    } == {}
    assert any(page["tables"] for page in found.values())
    for name, page in found.items():
        assert page["menu"] == name.endswith((" 1280", " 1500")), name
        assert page["scrolling"] == 0, f"{name}: a menu that scrolls does not say so"
    places = {(name.rsplit(" ")[-1], page["search"]) for name, page in found.items()}
    assert len(places) == 3 and None not in dict(places).values()


def test_keyboard_meets_the_skip_link_first_and_lines_can_be_read(found):
    for name, page in found.items():
        assert page["first"] == "skip", name
        assert page["skip"] >= 0, f"{name}: the skip link stays hidden when it has the focus"
        assert page["text"] <= 46 * 16, name
        assert page["size"] >= 16, name
        assert page["h1"] < 300, f"{name}: its title is not on the first screen of a phone"


def test_nothing_is_asked_from_outside_and_no_script_runs_but_those_of_the_site(found):
    for name, page in found.items():
        root = "../" * name.count("/")
        assert page["scripts"][0] == f"{root}search.js", name
        others = [f"{root}origins-data.js", f"{root}origins.js"]
        assert page["scripts"][1:] in ([], [f"{root}values.js"], others), name
        assert all(address.startswith("file:") for address in page["requests"]), name


def test_words_are_found_without_their_accents_and_in_the_plural_on_each_page(answers):
    one, other = (answers[f"{words}|index.html"] for words in ASKED[:2])
    assert one == other and one["links"]
    for words in ASKED:
        first, second = (answers[f"{words}|{page}"] for page in PAGES)
        assert first == second, words


def test_links_lead_to_pages_that_are_there_and_to_their_headings(answers, site):
    for name, answer in answers.items():
        for link in answer["links"]:
            place, _, anchor = unquote(link).split("/site/")[1].partition("#")
            page = (site / place).read_text(encoding="utf-8")
            assert not anchor or f'id="{anchor}"' in page, name
    assert any("#" in link for answer in answers.values() for link in answer["links"])


def test_how_many_pages_are_found_is_told(answers):
    assert answers["zzz|index.html"] == {"status": "Aucune page trouvée", "links": []}
    count = len(answers["dispositifs ecoute|index.html"]["links"])
    expected = f"{count} pages trouvées" if count > 1 else "1 page trouvée"
    assert count and answers["dispositifs ecoute|index.html"]["status"] == expected
    for name in ("e", "after"):  # a letter finds nothing yet, and Escape empties the search
        assert answers[f"{name}|index.html"] == {"status": "", "links": []}


VOID = {"meta", "link", "img", "br", "hr", "input", "col", "wbr", "source"}


class Nesting(HTMLParser):
    """Whether each element ends where the one that it is in has not."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [tag] if tag not in VOID else []

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Any]:
    for name in pages_of(site):
        nesting = Nesting()
        nesting.feed((site / name).read_text(encoding="utf-8"))
        assert nesting.open == [], f"{name} is not well nested"
    found = {name: html.parse(site / name).getroot() for name in pages_of(site)}
    assert len(found) == 8
    return found


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


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
