"""What the filters of pages make of what people write: inert, ordinals, annexes, empty sections."""

import re
from pathlib import Path, PurePosixPath

import pytest
import typst
import yaml
from tests import said

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


def with_annex(markdown: str, to: str = "html") -> str:
    bibliography = {"bibliography": [str(REPORTS / "references.bib")]}
    return pandoc.convert(markdown, to, name="page", filters=FOLDING, metadata=bibliography)


FOLDED = {name: lambda _, text=text: with_annex(text) for name, text in CASES["folded"].items()}
test_annexes_are_folded_and_empty_sections_told_in_one_sentence = said.test(
    "filters", FOLDED, by_line=True
)


ABSENT = "*Aucune note n’est disponible au 3e trimestre 2026.*"


def headings(markdown: str) -> list[str]:
    return re.findall(r"<h\d[^>]*>([^<]+)</h\d>", without_empty(markdown))


def without_empty(markdown: str) -> str:
    text = pandoc.convert(markdown, "html", name="page", filters=FOLDING[:1])
    return re.sub(r"[ \n]+", " ", text)


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
