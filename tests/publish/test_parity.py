"""Both publishers give the same pages, of the same sources: whoever reads one reads the other."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from lxml import html
from tests.publish import sample
from tests.site.axe import violations
from tests.site.conftest import dump

from observlib.publish import find_quarto, publish, publishers
from observlib.publish.html import finish_pages, with_downloads
from observlib.publish.pandoc import Converted, notebook_to_markdown
from observlib.publish.project import SitePage, read_project
from observlib.publish.publishers import framed, render_pages

__all__ = ["dump"]
RECORDED = Path(__file__).with_name("quarto-panorama.html")
DOWNLOADS = (".pdf", ".docx", ".csv", ".ipynb", ".xlsx", ".zip")
TELLS = ("headings", "captions", "alternatives", "tables", "summaries", "references", "downloads")
MENU = 'aria-label="Pages du site"'
DETAIL = Path(__file__).with_name("detail.md").read_text(encoding="utf-8")


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
        "summaries": _texts(main.xpath(".//summary")),
        "references": _texts(main.xpath(".//*[contains(@class, 'csl-entry')]")),
        "downloads": sorted({
            h.rpartition("/")[2]
            for h in whole.xpath("//a/@href")
            if h.endswith(DOWNLOADS) and "#" not in h
        }),
    }  # fmt: skip


def asked_outside(page: str) -> list[str]:
    """What a browser would ask of other sites, to show a page."""
    whole = html.fromstring(page)
    asked = whole.xpath("//@src | //link/@href | //*[local-name()='use']/@href")
    return [address for address in asked if re.match(r"(?:https?:)?//", address)]


def counted(page: str) -> int:
    """Numbers that lead to their origins."""
    return len(re.findall(r'href="origines\.html#', page))


def make_project(folder: Path) -> Path:
    """The sample, with all that a page may hold: origins, an annex, lists, works, downloads."""
    annex = "## Citer et refaire cette page {.annex}\n\n**Citer.** Observatoire.\n"
    more = map(sample.markdown, (DETAIL, annex))
    study = sample.study("Panorama", "Au 3e trimestre, 82 % de satisfaits.", 1, *more)
    sample.make_project(folder, panorama=study)
    figures = [["a1", [82, 80, 85, 1240], ["service-public.fr"], True]]
    told = {"figures": figures, "cells": {"tbl-parts": [0], "finding": [0]}, "sections": {"": [0]}}
    page = folder / "origines" / "panorama.qmd"
    page.parent.mkdir()
    page.with_suffix(".json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("parity") / "project")


def finished(project: Path, document: str, place: Path) -> str:
    """A page as it is published, of what its publisher made."""
    read = read_project(project)
    place.mkdir()
    (place / "panorama.html").write_text(document, encoding="utf-8")
    finish_pages(read, place, ["panorama.html"])
    return (place / "panorama.html").read_text(encoding="utf-8")


def test_a_page_that_a_real_quarto_made_tells_what_the_embedded_one_tells(project, tmp_path):
    page = read_project(project).page(PurePosixPath("panorama.ipynb"))
    publishers.write_html(read_project(project), page, tmp_path)
    one = (tmp_path / "panorama.html").read_text(encoding="utf-8")
    (tmp_path / "quarto").mkdir()
    shutil.copy(RECORDED, tmp_path / "quarto" / "panorama.html")
    other = with_downloads(framed(tmp_path / "quarto", page), [])
    pages = [finished(project, text, tmp_path / f"{n}") for n, text in enumerate((one, other))]
    found, made = map(told, pages)
    assert found == made
    assert all(found[name] for name in TELLS if name != "downloads")
    assert counted(pages[0]) == counted(pages[1]) == 2


@pytest.mark.slow
@pytest.mark.skipif(find_quarto() is None, reason="Quarto is not installed")
def test_quarto_and_the_embedded_publisher_tell_the_same_and_ask_nothing(project, tmp_path, dump):
    made: dict[str, dict[str, str]] = {}
    for name in ("embedded", "quarto"):
        site = publish(project, tmp_path / name, name).parent
        paths = site.rglob("*.html")
        made[name] = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in paths}
    assert {*made["embedded"]} == {*made["quarto"]}
    wrong = []
    for path, page in made["embedded"].items():
        other = made["quarto"][path]
        one, two = told(page), told(other)
        wrong += [f"{path}: {name} differ" for name in TELLS if one[name] != two[name]]
        wrong += [f"{path}: origins differ"] if counted(page) != counted(other) else []
        wrong += [f"{path}: has no menu"] if MENU not in other or MENU not in page else []
        wrong += [f"{path}: asks {address}" for address in asked_outside(other)]
    found = violations(tmp_path / "quarto", dump)
    wrong += [f"{path}: {one}" for path, told in found.items() for one in told]
    assert not wrong, "\n".join(wrong)
    assert recorded(project, tmp_path / "frames") == RECORDED.read_text("utf-8"), (
        "another Quarto: look at its pages, then `python -m tests.publish.test_parity` renews "
        f"{RECORDED.name}"
    )


def recorded(project: Path, folder: Path) -> str:
    """What Quarto makes of the sample's study, without scripts, styles, and the frame around it."""
    read = read_project(project, "quarto")
    page = read.page(PurePosixPath("panorama.ipynb"))

    def text(one: SitePage) -> Converted:
        return notebook_to_markdown(project / one.source)

    render_pages(read, [page], text, folder, lambda _: None)
    made = (folder / "panorama.html").read_text(encoding="utf-8")
    main = made[made.index("<main") : made.index("</main>") + len("</main>")]
    return f"<!doctype html>\n<html><head></head><body>\n{main}\n</body></html>\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        parts = Path(place) / "project", Path(place) / "frames"
        RECORDED.write_text(recorded(make_project(parts[0]), parts[1]), encoding="utf-8")
