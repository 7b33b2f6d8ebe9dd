"""The PDF must be tagged, in French, and read the same on every machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from observlib.errors import ObservError
from observlib.publish import pandoc, publish
from observlib.publish.pdf import FEW_LINES, Setting, filled, fonts, literal, settled


@pytest.fixture(scope="module")
def pdf(made_site: Path) -> Path:
    return made_site / "panorama.pdf"


def objects(path: Path | bytes) -> str:
    """The PDF's objects as text, those in compressed streams too."""
    raw = path if isinstance(path, bytes) else path.read_bytes()
    parts = [raw]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.S):
        try:
            parts.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(parts).decode("latin-1")


def test_pdf_declares_its_language_title_and_conformance(pdf):
    text = objects(pdf)
    assert re.search(r"/Lang ?\(fr-FR\)", text)
    assert "<pdfuaid:part>1</pdfuaid:part>" in text
    assert "/MarkInfo" in text and "/StructTreeRoot" in text
    assert "/DisplayDocTitle true" in text


def test_pdf_tags_headings_figure_table_and_alternative_text(pdf):
    text = objects(pdf)
    for tag in ("/H1", "/Figure", "/Table", "/TH", "/Caption", "/Link"):
        assert re.search(rf"/S ?{tag}\b", text), f"no {tag} in the structure"
    assert text.count("/Alt") >= 1


def test_pdf_says_what_the_page_says(pdf):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed here")
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    text = " ".join(text.split())
    for words in (
        "Panorama",
        "Figure 1 : Part d’usagers satisfaits",
        "Tableau 1 : Usagers satisfaits par produit",
        "Source : essai.",
        "Édition 2026-T3",
        "Cette phrase n’est que dans le PDF.",
        "7,8 sur 10",
        "Références",
    ):
        assert words in text
    assert "Données de la figure" not in text
    assert text.replace(" ", "").endswith("Panorama1/1"), "the foot tells page and pages"


def test_fonts_are_those_of_typst_and_matplotlib_only():
    ours = ("Libertinus", "New Computer", "DejaVu", "STIX", "cm", "Last Resort")
    families = fonts().families()
    assert {"Libertinus Serif", "DejaVu Sans"} <= set(families)
    assert [name for name in families if not name.startswith(ours)] == []


def test_any_title_is_only_text(tmp_path, sample):
    title = 'Un "titre" #let [x] <b> & 5 € '
    project = sample.make_project(
        tmp_path / "project", page=sample.study(title, "Un #constat [entre] `signes`", 1)
    )
    site = publish(project, tmp_path / "site", "embedded").parent
    assert "&lt;b&gt;" in (site / "index.html").read_text(encoding="utf-8")
    assert literal('a "b" \\ #c') == '"a \\"b\\" \\\\ #c"'


def test_a_picture_that_typst_refuses_is_named(tmp_path, sample):
    cell = sample.code('#| fig-alt: "Rien"', sample.shown(svg="<svg"))
    project = sample.make_project(
        tmp_path / "project", page=sample.study("Page", "Constat.", 1, cell)
    )
    with pytest.raises(ObservError, match=r"page.ipynb: its PDF cannot be made: .*"):
        publish(project, tmp_path / "site", "embedded")


def test_a_wide_table_has_a_page_turned_for_it_alone(tmp_path, sample):
    heads = "".join(f"<th>Recommandation {i}</th>" for i in range(10))
    cells = "".join("<td>62 %</td>" for _ in range(10))
    table = f"<table><thead><tr><th>Produit</th>{heads}</tr></thead>"
    table += f"<tbody><tr><th>BOAMP</th>{cells}</tr></tbody></table>"
    cell = sample.code('#| label: tbl-wide\n#| tbl-cap: "Dix mesures"', sample.shown(html=table))
    page = sample.study("Page", "Constat.", 1, cell)
    project = sample.make_project(tmp_path / "project", page=page)
    site = publish(project, tmp_path / "site", "embedded").parent
    text = objects(site / "page.pdf")
    boxes = re.findall(r"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+) ?\]", text)
    turned = [float(width) > float(height) for width, height in boxes]
    assert turned.count(True) == 1 and turned.count(False) >= 1


def source(markdown: str) -> str:
    """Typst's source of a page."""
    names = ("name", "title-text", "document-text", "description-text", "sitetitle", "edition")
    quoted = {name: '"x"' for name in names}
    template = pandoc.TEMPLATES / "page.typ"
    return pandoc.convert(markdown, "typst", name="p", template=template, variables=quoted)


def test_lines_are_tighter_only_where_that_spares_a_last_page_of_a_few_lines(tmp_path):
    template, main, found = source("HERE"), tmp_path / "page.typ", {}

    def ends(text: str, setting: Setting) -> list[float]:
        main.write_text(setting.of(text), encoding="utf-8")
        return filled(main)

    for paragraphs in range(24, 40):
        text = template.replace("HERE", "Une phrase d’une ligne.\n\n" * paragraphs)
        usual, setting = ends(text, Setting()), settled(text, main)
        last = len(usual), usual[-1] <= FEW_LINES
        found[(*last, setting.tight, len(ends(text, setting)))] = paragraphs
    assert (1, False, False, 1) in found, "a page that is not full is set as usual"
    assert (2, True, True, 1) in found, "a second page of a line is spared"
    assert all(before == after for before, _, tight, after in found if not tight)
