"""What the accessibility rules ask of a page's markup, checked on every page of a site."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from tests.links import broken_links_of

VOID = {"meta", "link", "img", "br", "hr", "input", "col", "wbr", "source"}


class Page(HTMLParser):
    """A page as a list of elements, each with its attributes, ancestors and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[dict[str, object]] = []
        self.open: list[dict[str, object]] = []
        self.unclosed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element: dict[str, object] = {
            "tag": tag,
            "inside": [str(parent["tag"]) for parent in self.open],
            "text": "",
            **{f"@{key}": value or "" for key, value in attrs},
        }
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1]["tag"] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element["text"] = str(element["text"]) + data

    def all(self, *tags: str) -> list[dict[str, object]]:
        return [element for element in self.elements if element["tag"] in tags]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    found = {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
    assert len(found) == 8
    return found


def test_links_identifiers_and_fragments_hold(site):
    assert broken_links_of(site) == []


def test_markup_is_well_nested(pages):
    for name, page in pages.items():
        assert page.unclosed == [], name
        assert page.open == [], name


def test_page_declares_its_language_and_a_title_of_its_own(pages):
    titles = set()
    for name, page in pages.items():
        assert page.all("html")[0]["@lang"] == "fr", name
        titles.add(str(page.all("title")[0]["text"]))
    assert len(titles) == len(pages)
    assert all("Observatoire des usagers" in title for title in titles)


def test_landmarks_are_there_and_menus_are_named(pages):
    for name, page in pages.items():
        assert len(page.all("main")) == 1, name
        assert any(element.get("@class") == "site" for element in page.all("header")), name
        assert any(element.get("@class") == "site" for element in page.all("footer")), name
        names = [str(element.get("@aria-label", "")) for element in page.all("nav")]
        assert all(names) and len(names) == len(set(names)), name


def test_one_title_and_levels_that_do_not_jump(pages):
    for name, page in pages.items():
        levels = [int(str(element["tag"])[1]) for element in page.all("h1", "h2", "h3", "h4")]
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_menu_marks_the_page_that_is_read(pages):
    for name, page in pages.items():
        current = [
            str(element["@href"])
            for element in page.all("a")
            if element.get("@aria-current") and "details" in str(element["inside"])
        ]
        assert len(current) == 1, name
        assert current[0].endswith(Path(name).name), name


def test_pictures_have_alternative_texts(pages):
    images = [image for page in pages.values() for image in page.all("img")]
    assert len(images) == 2
    assert all(len(str(image.get("@alt", ""))) > 10 for image in images)


def test_result_tables_have_a_caption_and_scoped_headers(pages):
    page = pages["panorama.html"]
    assert [str(caption["text"]) for caption in page.all("caption")] == [
        "Tableau\u00a01\u00a0: Usagers satisfaits par produit"
    ]
    heads = [head for page in pages.values() for head in page.all("th")]
    assert heads and all(head.get("@scope") in ("col", "row", "colgroup") for head in heads)
    for page in pages.values():
        scrolled = [e for e in page.all("div") if e.get("@class") == "scroll"]
        assert len(scrolled) == len(page.all("table"))
        assert all(e.get("@tabindex") == "0" and e.get("@aria-label") for e in scrolled)


def test_links_say_where_they_lead(pages):
    vague = re.compile(r"(?i)^(ici|cliquez ici|lien|en savoir plus|)$")
    for name, page in pages.items():
        for link in page.all("a"):
            assert not vague.match(" ".join(str(link["text"]).split())), name


def test_downloads_say_their_format_and_weight(pages):
    page = pages["panorama.html"]
    texts = [" ".join(str(a["text"]).split()) for a in page.all("a") if "@download" in a]
    assert [re.sub(r"\d+", "N", text) for text in texts] == [
        "PDF (N ko)",
        "Word (DOCX, N ko)",
        "Carnet exécuté (IPYNB, N ko)",
        "Données (CSV, N ko)",
        "Toute l’édition (PDF)",
    ]


def test_every_page_leads_to_the_accessibility_statement_and_licence(pages):
    for name, page in pages.items():
        links = [str(link["@href"]) for link in page.all("a") if "footer" in str(link["inside"])]
        assert any(link.endswith("accessibilite.html") for link in links), name
        assert any("licence-ouverte" in link for link in links), name


def test_no_link_opens_a_window_and_no_code_dresses(pages):
    for name, page in pages.items():
        assert not any("@target" in element for element in page.elements), name
        assert not page.all("font", "center", "big", "u"), name


def test_style_and_script_ask_nothing_from_outside(site):
    script = "".join((site / name).read_text("utf-8") for name in ("search.js", "values.js"))
    assert not re.search(
        r"https?:|fetch|XMLHttp|import|eval|innerHTML|cookie|[lL]ocalStorage", script
    )
    text = "".join((site / name).read_text("utf-8") for name in ("site.css", "access.css"))
    assert "url(" not in text and "@import" not in text and "http" not in text
    assert ":focus-visible" in text and "@media print" in text
