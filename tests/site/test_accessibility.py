"""What the accessibility rules ask of a page's markup, checked on every page of a site."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.site.axe import violations

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


def test_markup_is_well_nested(pages):
    for name, page in pages.items():
        assert page.unclosed == [], name
        assert page.open == [], name


def test_menu_marks_the_page_that_is_read(pages):
    for name, page in pages.items():
        current = [
            str(element["@href"])
            for element in page.all("a")
            if element.get("@aria-current") and "details" in str(element["inside"])
        ]
        assert len(current) == 1, name
        assert current[0].endswith(Path(name).name), name


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


def test_no_page_breaks_a_rule_of_axe_on_a_phone_or_a_desk(site, dump, tmp_path):
    found = violations(shutil.copytree(site, tmp_path / "site"), dump)
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_axe_would_tell_what_is_wrong(dump, tmp_path):
    (tmp_path / "page.html").write_text('<img src="x.png"><p>Sans langue', encoding="utf-8")
    (broken,) = violations(tmp_path, dump, widths=[375]).values()
    assert {rule.split(" ")[0] for rule in broken} >= {"image-alt", "html-has-lang"}
