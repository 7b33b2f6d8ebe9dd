"""What people write in Markdown shows and links: nothing runs, loads from elsewhere or dresses."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
import yaml

from observlib import display, estimates
from observlib.publish import pandoc, publish
from observlib.publish.notebook import Converted
from observlib.publish.project import read_project
from observlib.publish.quarto import stage

REPORTS = Path(__file__).parents[2] / "reports"
FILTER = REPORTS / "inert.lua"


def written(markdown: str, to: str = "html") -> str:
    text = pandoc.convert(markdown, to, name="page", filters=[FILTER])
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<script>x()</script>", ""),
        ("a <b onclick='x()'>b</b>", "<p>a <b>b</b></p>"),
        ("<iframe src='x'></iframe>", ""),
        ("<div onclick='x()' style='position:fixed' class='a'>b</div>", '<div class="a"> b </div>'),
        ("[a]{ONCLICK=x .b style='top:0'}", '<p><span class="b">a</span></p>'),
        ("[a](javascript:x) [b](&#106;avascript:x)", "<p>a b</p>"),
        ("[a](data:text/html,x) [b](vbscript:x) <javascript:x>", "<p>a b javascript:x</p>"),
        ("<a href='javascript:x'>a</a>", "<p><a>a</a></p>"),
        ("<a href='java&#115;cript:x'>a</a>", "<p><a>a</a></p>"),
        ("![a](data:image/svg+xml,x)", "a"),
        ("![a](//exemple.invalid/x.png)", "a"),
        ("b ![a](page.html){fig-alt='c'}", "<p>b a</p>"),
        ("`<svg onload=x>`{=html}b", "<p>b</p>"),
        ('```{=html}\n<table><tr><td onclick="x" class="a">1</td></tr></table>\n```',
         '<table><tr><td class="a">1</td></tr></table>'),
        ('```{=html}\n<table><style>@import "x";</style><tr><td>1</td></tr></table>\n```',
         "<table><tr><td>1</td></tr></table>"),
    ],
)  # fmt: skip
def test_nothing_that_runs_or_loads_is_left(text, left):
    assert written(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[a](https://exemple.invalid/?a=1&b=2)",
         '<p><a href="https://exemple.invalid/?a=1&amp;b=2">a</a></p>'),
        ("<mailto:a@exemple.invalid>",
         '<p><a href="mailto:a@exemple.invalid" class="uri">mailto:a@exemple.invalid</a></p>'),
        ("<!-- note -->", "<!-- note -->"),
        ("[a](#b)", '<p><a href="#b">a</a></p>'),
        ("[a](/methode.qmd#b)", '<p><a href="methode.html#b">a</a></p>'),
        ("b ![](a.svg){fig-alt='c' width=5}",
         '<p>b <img src="a.svg" alt="c" width="5" /></p>'),
        ('```{=html}\n<table><tr><td style="text-align: right">1</td></tr></table>\n```',
         '<table><tr><td style="text-align: right">1</td></tr></table>'),
    ],
)  # fmt: skip
def test_what_shows_or_links_stays(text, left):
    assert written(text) == left


def test_a_table_as_a_notebook_holds_it_is_left_as_it_is_for_quarto(catalogue):
    row = {"indicator": "poll_share", "period": "2026-T3", "unit": "%", "n": 90, "estimate": 50.0}
    frame = estimates.make(
        {**row, "group": group, "group_value": value}
        for group in ("<b onclick=x>", "B") for value in ("{{< env HOME >}}", "Non")
    )  # fmt: skip
    table = display.table(frame, catalogue, caption="C", rows=["group", "group_value"])
    markup = table.shown["text/html"]
    assert written(f"```{{=html}}\n{markup}\n```") == re.sub(r"\s+", " ", markup).strip()
    assert "<style>" in markup and "{{<" not in markup


def test_nothing_raw_reaches_the_pdf():
    assert written('a `#read("/etc/passwd")`{=typst} [b](javascript:x)', "typst") == "a b"


def test_it_is_the_first_filter_of_both_publishers():
    config = yaml.safe_load((REPORTS / "_quarto.yml").read_text(encoding="utf-8"))
    assert config["filters"][0] == FILTER.name


def test_no_text_sets_what_stands_around_a_page(tmp_path, sample):
    project = sample.make_project(tmp_path / "project")
    (project / "practices").mkdir()
    sheet = (
        "---\ntitle: Fiche\nformat: html\n---\n\nUn récit.\n\n---\n"
        "downloads: [{text: Données, href: 'javascript:x', detail: CSV}]\n"
        "outline: true\nhome: true\n---\n"
    )
    (project / "practices" / "fiche.qmd").write_text(sheet, encoding="utf-8")
    site = publish(project, tmp_path / "site", "embedded").parent
    page = (site / "practices" / "fiche.html").read_text(encoding="utf-8")
    assert "javascript:" not in page and "breadcrumb" in page


def test_a_title_with_marks_is_read_the_same_in_navigation_page_card_and_quarto_s_menu(
    tmp_path, sample
):
    title = "Journal \\*officiel\\* & \\<b\\>lois\\</b\\>"
    project = sample.make_project(tmp_path / "project", page=sample.study(title, "Constat.", 1))
    site = publish(project, tmp_path / "site", "embedded").parent
    text = (site / "page.html").read_text(encoding="utf-8")
    page = re.sub(r"\s+", " ", text)
    shown = "Journal *officiel* &amp; &lt;b&gt;lois&lt;/b&gt;"
    assert page.count(shown) >= 4  # window, menu, way and heading
    home = re.sub(r"\s+", " ", (site / "index.html").read_text(encoding="utf-8"))
    assert f">{shown}</a></li>" in home
    study = read_project(project).page(PurePosixPath("page.ipynb"))
    assert study.title == "Journal *officiel* & <b>lois</b>"
    stage(read_project(project), [], lambda _: Converted(""), tmp_path / "staged")
    config = yaml.safe_load((tmp_path / "staged" / "_quarto.yml").read_text(encoding="utf-8"))
    section = next(item for item in config["website"]["sidebar"]["contents"] if "section" in item)
    marked = "Journal \\*officiel\\* \\& \\<b\\>lois\\</b\\>"
    assert section["contents"][0]["text"] == marked
