"""What is put into an annex is folded on a page, comes last, and is lost nowhere."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from observlib.publish import pandoc

REPORTS = Path(__file__).parents[2] / "reports"
FILTERS = [REPORTS / "empty_sections.lua", REPORTS / "annex.lua"]
FILTER_PATHS = [str(path) for path in FILTERS]
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n"
TESTS = f"## Tests {{.annex}}\n\n::: {{#tbl-a}}\n{TABLE}\nUne légende\n:::\n"


def written(markdown: str, to: str = "html") -> str:
    bibliography = {"bibliography": [str(REPORTS / "references.bib")]}
    return pandoc.convert(markdown, to, name="page", filters=FILTERS, metadata=bibliography)


def folds(markdown: str) -> dict[str, tuple[str, str]]:
    """By heading of an annex: its line, and what it holds."""
    pattern = (
        r'<h2 class="annex"[^>]*>(.*?)</h2>\n(?:<div>\n)?<details class="annex">\n<summary>(.*?)'
        r"</summary>(.*?)</details>"
    )
    found = re.findall(pattern, written(markdown), re.S)
    return {title: (line.strip().replace("\xa0", " "), body) for title, line, body in found}


class Nesting(HTMLParser):
    """Whether each element ends where the one that it is in has not."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "col", "img", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_section_is_folded_and_its_heading_stays_in_sight_after_all_others():
    page = f"## Un\n\nVoir le @tbl-a.\n\n{TESTS}\n## Deux\n\nUn mot.\n"
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", written(page)) == ["Un", "Deux", "Tests"]
    (line, body) = folds(page)["Tests"]
    assert line == "Afficher : 1 tableau" and 'id="tbl-a"' in body and "Un mot." not in body
    assert 'href="#tbl-a"' in written(page)


def test_a_heading_in_the_division_of_a_cell_begins_an_annex_and_ends_one():
    page = (
        "::: {.cell .markdown}\n## Tests {.annex}\n\nUn mot.\n:::\n\n::: {.cell}\nUn résultat.\n"
        ":::\n\n::: {.cell .markdown}\n## Deux\n\nAutre mot.\n:::\n"
    )
    (_, body) = folds(page)["Tests"]
    assert "Un mot." in body and "Un résultat." in body and "Autre mot." not in body


def test_the_title_of_a_callout_begins_no_section():
    page = f"{TESTS}\n::: {{.callout-note}}\n## Prudence\n\nUn mot.\n:::\n\nLa suite.\n"
    (_, body) = folds(page)["Tests"]
    assert "Prudence" in body and "La suite." in body


def test_headings_within_stay_in_it_and_what_pandoc_makes_of_them_ends_in_it():
    page = f"{TESTS}\n### Sous-titre\n\nUn mot.\n\n## Autres {{.annex}}\n\nUn autre.\n"
    found = folds(page)
    assert list(found) == ["Tests", "Autres"]
    assert "Sous-titre" in found["Tests"][1] and "Un autre." in found["Autres"][1]
    options = {"from": "markdown", "to": "html", "section-divs": True, "filters": FILTER_PATHS}
    text = pandoc._run(options, page, "page", {}, (), None).decode()
    assert text.count("<section") == 3
    nesting = Nesting()
    nesting.feed(text)
    assert not nesting.open


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        (f"{TABLE}\n\n{TABLE}", "Afficher : 2 tableaux"),
        (f'{TABLE}\n\n![](a.svg){{fig-alt="Une courbe"}}', "Afficher : 1 tableau et 1 graphique"),
        ("**Réserves**\n\n- une\n\n### Indicateurs\n\n- un", "Afficher : Indicateurs ; Réserves"),
        ("Un mot.", "Afficher le texte"),
        (
            f'Un mot.\n\n::: {{.callout-note collapse="true"}}\n## Données\n\n{TABLE}:::',
            "Afficher le texte",  # the data of a chart is no table more
        ),
    ],
)
def test_the_line_that_opens_it_tells_what_is_inside(inside, line):
    found, _ = folds(f"## Tests {{.annex}}\n\n{inside}\n")["Tests"]
    told = sorted(re.split(" : | et | ; ", found))
    assert told == sorted(re.split(" : | et | ; ", line))


def test_an_annex_without_anything_leaves_no_heading():
    page = written(f"## Vide {{.annex}}\n\n{TESTS}\n## Vide aussi {{.annex}}\n")
    assert "Vide" not in page and "Tests" in page


def test_an_annex_that_has_no_result_is_told_with_the_sections_that_have_none():
    none = "*Aucune note n’est disponible au 3e trimestre 2026.*"
    page = written(f"## A\n\n{none}\n\n## B {{.annex}}\n\n{none}\n\n## C\n\nUn mot.\n")
    assert "<details" not in page and "«\xa0A\xa0» et «\xa0B\xa0»" in page


def test_a_page_without_annex_is_as_it_was():
    page = f"## Un\n\nUn mot.\n\n{TABLE}"
    plain = pandoc.convert(page, "html", name="page", filters=FILTERS[:1])
    assert pandoc.convert(page, "html", name="page", filters=FILTERS) == plain


def test_a_pdf_and_a_document_show_it_whole_and_last():
    page = f"{TESTS}\n## Deux\n\nUn mot.\n"
    typst = written(page, "typst")
    assert "details" not in typst and "Afficher" not in typst
    assert typst.index("== Deux") < typst.index("== Tests") < typst.index("Une légende")
    options = {"from": "markdown", "to": "docx", "output-file": "-", "filters": FILTER_PATHS}
    with zipfile.ZipFile(io.BytesIO(pandoc._run(options, page, "page", {}, (), None))) as docx:
        text = docx.read("word/document.xml").decode()
    assert text.index("Deux") < text.index("Tests") < text.index("Une légende")
    assert "Afficher" not in text


def test_works_cited_are_folded_on_a_page_and_whole_on_paper():
    page = "## Un\n\nComme le dit @welch1947.\n"
    (line, body) = folds(page)["Références"]
    assert line == "Afficher : les travaux cités" and 'id="ref-welch1947"' in body
    assert "details" not in written(page, "typst")
