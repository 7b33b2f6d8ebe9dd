"""What the filters of pages make of what people write: inert, ordinals, annexes, empty sections."""

import re
from pathlib import Path, PurePosixPath

import pytest
import typst
import yaml

from observlib import estimates
from observlib.display.dots import point, points, small_line
from observlib.publish import pandoc, publishers
from observlib.publish.pandoc import Converted
from observlib.publish.project import read_project
from observlib.publish.publishers import stage_pages
from observlib.study import narratives

CASES = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
REPORTS = Path(__file__).parents[2] / "reports"
FILTER = REPORTS / "inert.lua"


def written(markdown: str, to: str = "html") -> str:
    text = pandoc.convert(markdown, to, name="page", filters=[FILTER])
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(("text", "left"), CASES["made inert"])
def test_nothing_that_runs_or_loads_is_left(text, left):
    assert written(text) == left


@pytest.mark.parametrize(("text", "left"), CASES["left"])
def test_what_shows_or_links_stays(text, left):
    assert written(text) == left


def test_nothing_raw_reaches_the_pdf():
    assert written('a `#read("/etc/passwd")`{=typst} [b](javascript:x)', "typst") == "a b"


def test_no_text_sets_what_stands_around_a_page(tmp_path, sample):
    config = yaml.safe_load((REPORTS / "_quarto.yml").read_text(encoding="utf-8"))
    assert config["filters"][0] == FILTER.name  # before all others, of both publishers
    project = sample.make_project(tmp_path / "project")
    (project / "practices").mkdir()
    sheet = (
        "---\ntitle: Fiche\nformat: html\n---\n\nUn récit.\n\n---\n"
        "downloads: [{text: Données, href: 'javascript:x', detail: CSV}]\n"
        "outline: true\nhome: true\n---\n"
    )
    (project / "practices" / "fiche.qmd").write_text(sheet, encoding="utf-8")
    read = read_project(project)
    page = read.page(PurePosixPath("practices/fiche.qmd"))
    (tmp_path / "site" / "practices").mkdir(parents=True)
    made = publishers.write_html(read, page, tmp_path / "site").read_text(encoding="utf-8")
    assert "javascript:" not in made and "breadcrumb" in made


def test_a_title_with_marks_and_an_ordinal_is_read_the_same_wherever_it_stands(tmp_path, published):
    site = published(
        title="Le 1er Journal \\*officiel\\* & \\<b\\>lois\\</b\\> #let [x]",
        finding="Au 3e trimestre, un #record [entre] `signes`.",
    )
    project = tmp_path / "project"
    page, home = (
        re.sub(r"\s+", " ", (site / f"{name}.html").read_text(encoding="utf-8"))
        for name in ("page", "index")
    )
    shown = "Journal *officiel* &amp; &lt;b&gt;lois&lt;/b&gt; #let [x]"
    assert page.count(shown) >= 4  # window, menu, way and heading
    assert f"<title>Le 1er {shown} – " in page and f"<h1>Le 1<sup>er</sup> {shown}</h1>" in page
    told = "Chiffres synthétiques. Au 3e trimestre, un #record [entre] signes."
    assert f'<meta name="description" content="{told}">' in page
    assert "Au 3<sup>e</sup> trimestre, un #record" in page
    assert f"Le 1<sup>er</sup> {shown}</a>" in home
    stage_pages(read_project(project), [], lambda _: Converted(""), tmp_path / "staged")
    config = (tmp_path / "staged" / "_quarto.yml").read_text(encoding="utf-8")
    assert "Journal \\*officiel\\* \\& \\<b\\>lois\\</b\\> \\#let \\[x\\]" in config


ORDINALS = REPORTS / "ordinals.lua"


def with_ordinals(markdown: str, to: str = "html") -> str:
    text = pandoc.convert(markdown, to, name="page", filters=[ORDINALS])
    return re.sub(r"[ \n]+", " ", text).strip()


@pytest.mark.parametrize(("text", "letters"), CASES["ordinals"])
def test_the_letters_of_an_ordinal_stand_above_the_line(text, letters):
    assert re.findall(r"<sup>(\w+)</sup>", with_ordinals(text)) == letters


@pytest.mark.parametrize("text", CASES["no ordinals"])
def test_what_only_looks_like_an_ordinal_is_left_alone(text):
    assert "<sup>" not in with_ordinals(text)
    plain = pandoc.convert(text, "html", name="p")
    assert with_ordinals(text) == re.sub(r"[ \n]+", " ", plain).strip()


def test_a_caption_is_prose_and_its_alternative_text_is_not():
    figure = with_ordinals('![Au 3e trimestre](a.svg){#fig-a fig-alt="Au 3e trimestre"}')
    assert 'alt="Au 3e trimestre"' in figure and "Au 3<sup>e</sup> trimestre</figcaption>" in figure


FOLDING = [REPORTS / "empty_sections.lua", REPORTS / "annex.lua"]
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n"
TESTS = f"## Tests {{.annex}}\n\n::: {{#tbl-a}}\n{TABLE}\nUne légende\n:::\n"


def with_annex(markdown: str, to: str = "html") -> str:
    bibliography = {"bibliography": [str(REPORTS / "references.bib")]}
    return pandoc.convert(markdown, to, name="page", filters=FOLDING, metadata=bibliography)


def folds(markdown: str) -> dict[str, tuple[str, str]]:
    """By heading of an annex: its line, and what it holds."""
    pattern = (
        r'<h2 class="annex"[^>]*>(.*?)</h2>\n(?:<div>\n)?<details class="annex">\n<summary>(.*?)'
        r"</summary>(.*?)</details>"
    )
    found = re.findall(pattern, with_annex(markdown), re.S)
    return {title: (line.strip().replace("\xa0", " "), body) for title, line, body in found}


def test_a_section_is_folded_and_its_heading_stays_in_sight_after_all_others():
    page = f"## Un\n\nVoir le @tbl-a.\n\n{TESTS}\n## Deux\n\nUn mot.\n"
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", with_annex(page)) == ["Un", "Deux", "Tests"]
    (line, body) = folds(page)["Tests"]
    assert line == "Afficher : 1 tableau" and 'id="tbl-a"' in body and "Un mot." not in body
    assert 'href="#tbl-a"' in with_annex(page)


def test_a_heading_in_the_division_of_a_cell_begins_an_annex_and_a_callout_s_does_not():
    page = (
        "::: {.cell .markdown}\n## Tests {.annex}\n\nUn mot.\n:::\n\n::: {.cell}\nUn résultat.\n"
        ":::\n\n::: {.cell .markdown}\n## Deux\n\nAutre mot.\n:::\n"
    )
    (_, body) = folds(page)["Tests"]
    assert "Un mot." in body and "Un résultat." in body and "Autre mot." not in body
    page = f"{TESTS}\n::: {{.callout-note}}\n## Prudence\n\nUn mot.\n:::\n\nLa suite.\n"
    (_, body) = folds(page)["Tests"]
    assert "Prudence" in body and "La suite." in body


@pytest.mark.parametrize(("inside", "line"), [
    (f"{TABLE}\n\n{TABLE}", "Afficher : 2 tableaux"),
    (f'{TABLE}\n\n![](a.svg){{fig-alt="Une courbe"}}', "Afficher : 1 tableau et 1 graphique"),
    ("**Réserves**\n\n- une\n\n### Indicateurs\n\n- un", "Afficher : Indicateurs ; Réserves"),
    ("Un mot.", "Afficher le texte"),
    (
        f'Un mot.\n\n::: {{.callout-note collapse="true"}}\n## Données\n\n{TABLE}:::',
        "Afficher le texte",  # the data of a chart is no table more
    ),
])  # fmt: skip
def test_the_line_that_opens_it_tells_what_is_inside(inside, line):
    found, _ = folds(f"## Tests {{.annex}}\n\n{inside}\n")["Tests"]
    told = sorted(re.split(" : | et | ; ", found))
    assert told == sorted(re.split(" : | et | ; ", line))


def test_an_empty_annex_leaves_no_heading():
    page = with_annex(f"## Vide {{.annex}}\n\n{TESTS}\n## Vide aussi {{.annex}}\n")
    assert "Vide" not in page and "Tests" in page
    none = "*Aucune note n’est disponible au 3e trimestre 2026.*"
    page = with_annex(f"## A\n\n{none}\n\n## B {{.annex}}\n\n{none}\n\n## C\n\nUn mot.\n")
    assert "<details" not in page and "«\xa0A\xa0» et «\xa0B\xa0»" in page


ABSENT = "*Aucune note n’est disponible au 3e trimestre 2026.*"


def headings(markdown: str) -> list[str]:
    return re.findall(r"<h\d[^>]*>([^<]+)</h\d>", without_empty(markdown))


def without_empty(markdown: str) -> str:
    text = pandoc.convert(markdown, "html", name="page", filters=FOLDING[:1])
    return re.sub(r"[ \n]+", " ", text)


def test_several_sections_without_result_become_one_sentence_and_a_lone_one_stays():
    found = without_empty(
        f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n\n{ABSENT}\n\n"
        f"## D\n\nUn autre.\n\n## E\n\n{ABSENT}\n"
    )
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", found) == ["A", "D", "Sans donnée ce trimestre"]
    assert "pour\u00a0: «\u00a0B\u00a0», «\u00a0C\u00a0» et «\u00a0E\u00a0»." in found
    assert "Un résultat." in found and "Un autre." in found
    assert headings(f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n") == ["A", "B"]
    other = ABSENT.replace("note", "donnée")
    found = without_empty(f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n\n{other}\n")
    assert "n’est disponible pour\u00a0: «\u00a0B\u00a0»." in found and "Aucune note" not in found
    found = without_empty(f"## A\n\n{ABSENT}\n\n```\n1\n```\n\n{ABSENT}\n\n## B\n\n{ABSENT}\n")
    assert found.count("Aucune note") == 2  # one a section


def test_a_section_that_shows_anything_else_stays():
    withheld = "Aucune note n’est publiée (secret statistique)."
    for more in ("Un mot.", withheld, "- un", "### F", "*Aucun mois ne s’écarte.*"):
        shown = f"::: {{.cell}}\n{more}\n:::"
        page = f"## A\n\n{ABSENT}\n\n{shown}\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n"
        assert headings(page)[0] == "A", more
        assert headings(page)[-1] == "Sans donnée ce trimestre"
    for table in ("```\ncode\n```", "| a |\n|---|\n| 1 |"):
        page = f"## A\n\n{ABSENT}\n\n{table}\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n"
        assert headings(page)[0] == "A", table


def test_the_sentence_of_the_library_is_the_one_that_is_looked_for():
    said = repr(narratives.absent("note", "2026-T3", estimates.make([])))
    assert headings(f"## A\n\n{said}\n\n## B\n\n{said}\n") == ["Sans donnée ce trimestre"]


PAPER = Path(__file__).parents[2] / "reports" / "paper.lua"
MADE = points(
    point(f"Titre {n}", "86,7 & 2", ["en petit"], "line.svg", "Un trait", verdict="Stable")
    for n in range(6)
)


def on_paper(markdown: str, to: str) -> str:
    return pandoc.convert(f"## Un\n\n{markdown}", to, name="page", filters=[PAPER])


def test_a_pdf_has_them_in_a_grid_with_their_headings_and_alternatives(tmp_path):
    text = on_paper(MADE, "typst")
    assert text.count("point[") == 6 and text.count("#heading(") == 6
    assert text.count('alt: "Un trait"') == 6 and text.count("weight: ") == 12
    (tmp_path / "line.svg").write_text(small_line([1, 2, 1]), encoding="utf-8")
    main = tmp_path / "main.typ"
    head = '#let accent = black\n#set document(title: "T")\n#set text(lang: "fr")\n= Page'
    main.write_text(f"{head}\n{text}", encoding="utf-8")
    assert bytes(typst.compile(main, pdf_standards=["ua-1"]))[:4] == b"%PDF"  # type: ignore[arg-type]


@pytest.mark.parametrize(("to", "large"), [("typst", True), ("html", False)])
def test_a_page_in_easy_french_has_clear_letters_on_paper_to_its_end(to, large):
    text = on_paper("::: {.easy}\nUn mot.\n:::\n\nUn autre.", to)
    assert ("#set text(size: 14pt" in text) is large
    assert "#block[" not in text  # or what follows would be small again
