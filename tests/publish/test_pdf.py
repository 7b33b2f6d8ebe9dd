"""The PDF must be tagged, in French, and read the same on every machine."""

import json
import re
import shutil
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import typst

from observlib.base.errors import ObservError
from observlib.base.files import write_all
from observlib.display.style import Brand
from observlib.publish import downloads, pandoc, publish, publishers
from observlib.publish.downloads import (
    FEW_LINES,
    Draft,
    Setting,
    fonts,
    full_report_parts,
    is_gap,
    literal,
)
from observlib.publish.project import read_project


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


def test_any_title_is_only_text(published):
    site = published(title='Un "titre" #let [x] <b> & 5 € ', finding="Un #constat [entre] `signes`")
    assert "&lt;b&gt;" in (site / "index.html").read_text(encoding="utf-8")
    assert literal('a "b" \\ #c') == '"a \\"b\\" \\\\ #c"'


def test_a_picture_that_typst_refuses_is_named(published, sample):
    with pytest.raises(ObservError, match=r"page.ipynb: its PDF cannot be made: .*"):
        published(sample.code('#| fig-alt: "Rien"', sample.shown(svg="<svg")))


def test_a_wide_table_has_a_page_turned_for_it_alone(published, sample):
    heads = "".join(f"<th>Recommandation {i}</th>" for i in range(10))
    cells = "".join("<td>62 %</td>" for _ in range(10))
    table = f"<table><thead><tr><th>Produit</th>{heads}</tr></thead>"
    table += f"<tbody><tr><th>BOAMP</th>{cells}</tr></tbody></table>"
    cell = sample.code('#| label: tbl-wide\n#| tbl-cap: "Dix mesures"', sample.shown(html=table))
    text = objects(published(cell) / "page.pdf")
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


CHART = Path(__file__).with_name("chart.md").read_text(encoding="utf-8")


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


ABOVE = range(0, 700, 35)  # points between the top of the first page and the table
PLACE = "`#context [#metadata(here().page()) <{}>]`{{=typst}}"
HEAD = "| Réponse | Part |\n|:--------|-----:|\n"


def pages(source: str, label: str, folder: Path) -> list[int]:
    """The pages on which the marks of a label are, in order."""
    main = folder / "page.typ"
    main.write_text(source, encoding="utf-8")
    found = typst.query(
        main, f"<{label}>", field="value", font_paths=fonts(), ignore_system_fonts=True
    )
    return [int(page) for page in json.loads(found)]


def document(markdown: str) -> str:
    """Typst's source of a page, in which `{above}` points stand before the text."""
    text = "\n```{=typst}\n#v(ABOVEpt)\n```\n\n" + markdown
    names = ("name", "title-text", "document-text", "description-text", "sitetitle", "edition")
    quoted = {name: '"x"' for name in names}
    quoted |= {name: literal(look) for name, look in Brand().for_paper().items()}
    return pandoc.convert(
        text, "typst", name="page", template=pandoc.TEMPLATES / "page.typ", variables=quoted
    )


@pytest.fixture
def looked_at(tmp_path: Path) -> Callable[[str, str], list[list[int]]]:
    """The pages of the marks of a label, with the table ever lower on the first page."""

    def look(markdown: str, label: str) -> list[list[int]]:
        source = document(markdown)
        return [pages(source.replace("ABOVE", str(above)), label, tmp_path) for above in ABOVE]

    return look


def rows(count: int, text: str = "une réponse") -> str:
    return "".join(f"| {PLACE.format('row')}{text} | 1 |\n" for _ in range(count))


@pytest.mark.parametrize("text", ["une réponse", "une réponse longue " * 12])
def test_no_page_holds_a_lone_row_of_a_table_that_is_cut(looked_at, text):
    markdown = f"## Titre\n\nUne phrase.\n\n{HEAD}{rows(24, text)}\n: Des parts {{#tbl-a}}\n"
    cuts = 0
    for found in looked_at(markdown, "row"):
        assert len(found) == 24
        shares = [count for _, count in sorted(Counter(found).items())]
        cuts += len(shares) > 1
        assert shares[0] >= 2 and (len(shares) == 1 or shares[-1] >= 3), shares
    assert cuts > 5, "or the test tests nothing"


def test_notes_and_heads_of_groups_are_never_cut_from_their_rows(tmp_path):
    groups = "".join(
        f'<tr><th colspan="2">Groupe {g}</th></tr>'
        + "".join(f"<tr><th>Réponse {g}{i}</th><td>1</td></tr>" for i in range(size))
        for g, size in enumerate((1, 9, 2, 8, 1))
    )
    table = f"<table><thead><tr><th>Réponse</th><th>Part</th></tr></thead><tbody>{groups}</tbody>"
    markdown = f"::: {{#tbl-a}}\n```{{=html}}\n{table}</table>\n```\n\n"
    markdown += "```{=html}\n<p>Une note.</p>\n```\n\nTitre\n:::\n"
    source = document(markdown)
    marked = {"Une note.": "note", "Réponse 40": "last"}
    marked |= {f"Groupe {g}": f"group-{g}" for g in range(5)}
    marked |= {f"Réponse {g}0": f"row-{g}" for g in range(4)}
    for words, label in marked.items():
        at = f"{words}#context [#metadata(here().page()) <{label}>]"
        assert source.count(words) == 1
        source = source.replace(words, at)
    seen = set()
    for above in ABOVE:
        text = source.replace("ABOVE", str(above))
        at = {label: pages(text, label, tmp_path) for label in marked.values()}
        assert at["note"] == at["last"] == at["group-4"]
        for group in range(4):
            assert at[f"group-{group}"] == at[f"row-{group}"], f"{above} points above"
        seen.add((*at["row-0"], *at["last"]))
    assert {(1, 1), (1, 2), (2, 2)} <= seen, "or the test tests nothing"


def test_columns_of_long_texts_are_the_wider_and_all_words_fit():
    long = "Verbatims libres, jamais chargés ; identifiant d’avis sans lien avec la personne"
    text = pandoc.convert(
        f"| Dispositif | Rythme | Données | n |\n|:--|:--|:--|--:|\n"
        f"| Entreprendre.Service-public.fr | en continu | {long} | 1 |\n\n: Titre {{#tbl-a}}\n",
        "typst",
        name="page",
    )
    found = re.search(r"columns: \((.*),\),", text)
    assert found
    name, rhythm, words, count = (int(part.removesuffix("fr")) for part in found[1].split(", "))
    assert words > 2 * rhythm and name >= len("Entreprendre.Service-") and count < rhythm


def test_a_table_too_wide_for_a_page_does_not_stop_the_text(tmp_path):
    heads = "".join(f" Recommandation{i} |" for i in range(9))
    table = f"| Produit |{heads}\n|:--|{'--:|' * 9}\n| BOAMP |{' 1 |' * 9}\n\n: Neuf {{#tbl-a}}\n"
    marks = [PLACE.format("text"), PLACE.format("end-of-text")]
    source = document(f"{marks[0]}Avant.\n\n{table}\nAprès. {marks[1]}\n").replace("ABOVE", "0")
    assert pages(source, "text", tmp_path) == pages(source, "end-of-text", tmp_path) == [1]
    in_table = source.replace("[1]", "[#context [#metadata(here().page()) <cell>]]", 1)
    assert pages(in_table, "cell", tmp_path) == [2]


def text_of(pdf: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed here")
    made = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return made.stdout.decode("utf-8")


def test_whole_edition_is_kept_until_a_chapter_changes(tmp_path, made_project):
    project = read_project(made_project)
    assert [len(pages) for pages in full_report_parts(project).values()] == [2]
    chapters: dict[str, bytes] = {}
    for page in full_report_parts(project)["Ce qu’ils disent"]:
        chapters |= publishers._printed(project, page)
    kept, site = tmp_path / "kept", tmp_path / "site"
    name = f"{downloads.CHAPTERS}/panorama/panorama.typ"
    for number, (changed, expected) in enumerate(((False, 1), (False, 1), (True, 2))):
        if changed:
            chapters[name] = chapters[name].replace(b"progresse", b"recule")
        write_all(chapters, folder := tmp_path / str(number))
        downloads.put_full_report(project, folder, site, kept)
        assert len(list(kept.iterdir())) == expected


def test_an_edition_of_too_many_chapters_has_no_whole(tmp_path, made_project, monkeypatch):
    monkeypatch.setattr(downloads, "MOST", 1)
    site = publish(made_project, tmp_path / "site", "embedded").parent
    assert not [*site.glob("edition-*.pdf")] and (site / "panorama.pdf").exists()
    assert "Toute l’édition" not in (site / "index.html").read_text(encoding="utf-8")
