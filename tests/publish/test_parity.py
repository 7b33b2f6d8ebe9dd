"""Both publishers give the same pages, of the same sources: whoever reads one reads the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lxml import html

from observlib.publish import publish
from observlib.publish.quarto_command import find_quarto

DOWNLOADS = (".pdf", ".docx", ".csv", ".ipynb", ".xlsx", ".zip")
TELLS = ("headings", "captions", "alternatives", "tables", "references", "downloads")


def _text(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def _texts(elements: Iterable[Any]) -> list[str]:
    return [found for found in map(_text, elements) if found]


def told(page: str) -> dict[str, list[Any]]:
    """What a page tells, in the order of reading, whichever publisher made it."""
    whole = html.fromstring(page)
    main = whole.find(".//main")
    assert main is not None, "a page has one main part"
    for aside in main.xpath(".//nav | .//script | .//style"):
        aside.drop_tree()
    tables = main.xpath(".//table")
    return {
        "headings": _texts(main.xpath(".//h1 | .//h2 | .//h3 | .//h4")),
        "captions": _texts(main.xpath(".//figcaption | .//caption")),
        "alternatives": [a for a in main.xpath(".//img/@alt | .//svg/@aria-label") if a],
        "tables": [[_texts(row.xpath("./th | ./td")) for row in t.iter("tr")] for t in tables],
        "references": _texts(main.xpath(".//*[contains(@class, 'csl-entry')]")),
        "downloads": sorted(
            {h.rpartition("/")[2] for h in whole.xpath("//a/@href") if h.endswith(DOWNLOADS)}
        ),
    }


def asked_outside(page: str) -> list[str]:
    """What a browser would ask of other sites, to show a page."""
    whole = html.fromstring(page)
    asked = whole.xpath("//@src | //link/@href | //*[local-name()='use']/@href")
    return [address for address in asked if re.match(r"(?:https?:)?//", address)]


EMBEDDED = """<body><nav><h2>Menu</h2></nav><main><h1>Un titre</h1><h2>Notes</h2>
<figure id="fig-a"><figcaption><span class="label">Figure\u00a01\u00a0: </span>Hausse</figcaption>
<img src="a.svg" alt="Une courbe"></figure><table><caption>Tableau\u00a01\u00a0: T</caption>
<tr><th scope="col">A</th><td>1</td></tr></table><div class="csl-entry">B.</div></main>
<a href="page.csv">Données</a></body>"""
QUARTO = """<body><main class="content"><header><h1 class="title">Un titre</h1></header>
<nav id="TOC"><h2>Dans cette page</h2></nav><section><h2 data-anchor-id="n">Notes</h2>
<div id="fig-a" class="quarto-float"><figure><figcaption>Figure\u00a01\u00a0: Hausse</figcaption>
<div><img src="a.svg" alt="Une courbe"></div></figure></div><div id="tbl-a"><figure><figcaption>
Tableau\u00a01\u00a0: T</figcaption><table><tr><th>A</th><td>1</td></tr></table></figure></div>
</section><div id="refs"><div class="csl-entry">B.</div></div></main>
<a href="./page.csv">Données</a></body>"""


def test_the_same_page_of_either_publisher_tells_the_same():
    assert told(EMBEDDED) == told(QUARTO)
    found = told(EMBEDDED)
    assert [*found] == [*TELLS] and all(found.values())


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("Figure\u00a01", "Figure\u00a02", "captions"),
        ("<td>1</td>", "<td>2</td>", "tables"),
        ("Une courbe", "Deux courbes", "alternatives"),
        ("<h2 data-anchor-id", '<h2 class="x">Un de plus</h2><h2 data-anchor-id', "headings"),
        ("./page.csv", "./page.ods", "downloads"),
    ],
)
def test_a_difference_is_seen_where_it_is(before, after, where):
    one, other = told(EMBEDDED), told(QUARTO.replace(before, after))
    assert [name for name in TELLS if one[name] != other[name]] == [where]


def test_what_a_page_asks_of_other_sites_is_seen():
    page = '<p><a href="https://a.fr">a</a><script src="//cdn.fr/x.js"></script></p>'
    assert asked_outside(page) == ["//cdn.fr/x.js"]


@pytest.mark.slow
@pytest.mark.skipif(find_quarto() is None, reason="Quarto is not installed")
def test_quarto_and_the_embedded_publisher_tell_the_same_and_ask_nothing(
    tmp_path: Path, sample: ModuleType
) -> None:
    """On the sample, which has all kinds of pages; run it wherever Quarto is."""
    made = {}
    for name in ("embedded", "quarto"):
        project = sample.make_project(tmp_path / name / "project")
        site = publish(project, tmp_path / name / "site", name).parent
        pages = {path.relative_to(site): path.read_text("utf-8") for path in site.rglob("*.html")}
        made[name] = pages
    assert {*made["embedded"]} == {*made["quarto"]}
    wrong = []
    for path, page in made["embedded"].items():
        one, other = told(page), told(made["quarto"][path])
        wrong += [f"{path}: {name} differ" for name in TELLS if one[name] != other[name]]
        wrong += [f"{path}: asks {address}" for address in asked_outside(made["quarto"][path])]
    assert not wrong, "\n".join(wrong)
