"""The PDF must be tagged, in French, and read the same on every machine."""

import json
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pikepdf
import pytest
import typst

from observlib.base.errors import ObservError
from observlib.display.style import Brand
from observlib.publish import pandoc, publish
from observlib.publish.pdf import FEW_LINES, Draft, Setting, fonts, is_gap, literal


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
    looks = {name: literal(look) for name, look in Brand().for_paper().items()}
    quoted = {name: '"x"' for name in names} | looks
    template = pandoc.TEMPLATES / "page.typ"
    return pandoc.convert(markdown, "typst", name="p", template=template, variables=quoted)


def test_lines_are_tighter_only_where_that_spares_a_last_page_of_a_few_lines(tmp_path):
    template, found = source("HERE"), {}
    for paragraphs in range(24, 40):
        text = template.replace("HERE", "Une phrase d’une ligne.\n\n" * paragraphs)
        draft = Draft(text, tmp_path / "page.typ")
        usual, setting = draft.filled(Setting()), draft.settled()
        last = len(usual), usual[-1] <= FEW_LINES
        found[(*last, setting.tight, len(draft.filled(setting)))] = paragraphs
    assert (1, False, False, 1) in found, "a page that is not full is set as usual"
    assert (2, True, True, 1) in found, "a second page of a line is spared"
    assert all(before == after for before, _, tight, after in found if not tight)


def gaps(ends: list[float]) -> list[int]:
    return [page for page, end in enumerate(ends[:-1], start=1) if is_gap(end)]


CHART = """## Section {number}

Une phrase.

::: {{#fig-{number}}}
![](a.svg){{fig-alt="Un dessin" width=480 height=420}}

Titre {number}
:::

"""


def test_a_chart_that_does_not_fit_lets_the_text_after_it_fill_the_page(tmp_path):
    (tmp_path / "a.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="360pt" height="315pt">'
        '<rect width="360" height="315" fill="#000091"/></svg>',
        encoding="utf-8",
    )
    text = "".join(CHART.format(number=n) + "Un paragraphe assez long. " * 90 for n in range(3))
    draft = Draft(source(text.replace("## Section", "\n\n## Section")), tmp_path / "page.typ")
    assert gaps(draft.filled(Setting())), "or the test tests nothing"
    setting = draft.settled()
    assert setting.floats and not gaps(draft.filled(setting))


def test_a_cut_table_says_again_on_each_page_what_it_is(tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed here")
    rows = "".join(f"| Réponse {n} | {n} % |\n" for n in range(120))
    main, pdf = tmp_path / "page.typ", tmp_path / "page.pdf"
    table = f"| Réponse | Part |\n|:--|--:|\n{rows}\n: Des parts {{#tbl-a}}\n"
    main.write_text(source(table), encoding="utf-8")
    typst.compile(main, output=pdf, font_paths=fonts(), ignore_system_fonts=True)
    made = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    first, *others = made.stdout.decode("utf-8").replace("\u00a0", " ").strip("\f").split("\f")
    assert "Tableau 1 : Des parts" in first and "(suite)" not in first
    assert len(others) >= 2
    assert all("Tableau 1 (suite) : Des parts" in page for page in others)


# what the checker says of PDFs that are well made: heads repeated on the next page of a table are
# artifacts, as PDF/UA asks; and it counts a paragraph's own text before the links inside it
NOT_FAULTS = {"TAG-002", "ORD-001"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["panorama.pdf", "edition-2026-T3.pdf"])
def test_an_independent_checker_finds_no_fault(made_site, tmp_path, name):
    path, report = made_site / name, tmp_path / "report.json"
    call = [sys.executable, "-m", "outloud.cli", str(path), "--fail-on", "never"]
    subprocess.run([*call, "--json", str(report)], check=True, capture_output=True)
    (result,) = json.loads(report.read_text(encoding="utf-8"))["results"]
    found = {one["rule"]: one["message"] for one in result["findings"]}
    assert not found.keys() - NOT_FAULTS, found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["panorama.pdf", "edition-2026-T3.pdf"])
def test_each_page_is_painted_in_the_order_of_its_tags(made_site, name):
    with pikepdf.open(made_site / name) as document:
        sheets = {page.obj.objgen: number for number, page in enumerate(document.pages)}
        told: dict[int, list[int]] = {number: [] for number in sheets.values()}

        def walk(element, sheet):
            if isinstance(element, pikepdf.Array):
                for child in element:
                    walk(child, sheet)
            elif not isinstance(element, pikepdf.Dictionary):
                told[sheet].append(int(element))
            else:
                sheet = sheets[element.Pg.objgen] if "/Pg" in element else sheet
                if element.get("/Type") == "/MCR":
                    told[sheet].append(int(element.MCID))
                elif "/K" in element:
                    walk(element.K, sheet)

        walk(document.Root.StructTreeRoot.K, None)
        for number, page in enumerate(document.pages):
            marks = [
                int(operands[1].MCID)
                for operands, operator in pikepdf.parse_content_stream(page)
                if str(operator) == "BDC" and "/MCID" in operands[1]
            ]
            assert [mark for mark in marks if mark in told[number]] == told[number] != []
