"""What a page can be taken away as: a PDF that all can read, a document, its data, its figures."""

import io
import json
import re
import shutil
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import typst
from PIL import Image

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.base.files import write_all
from observlib.display.style import Brand
from observlib.estimates import make_comparisons
from observlib.indicators import pairs as comparing
from observlib.publish import downloads, pandoc, publishers
from observlib.publish.downloads import (
    FEW_LINES,
    Draft,
    Setting,
    fonts,
    full_report_parts,
    is_gap,
    literal,
    open_data,
    write_figures,
)
from observlib.publish.project import HOME, read_project


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


def text_of(pdf: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed here")
    made = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return made.stdout.decode("utf-8")


def test_a_title_is_only_text_and_a_picture_that_typst_refuses_is_named(published, sample):
    assert downloads.literal('a "b" \\ #c') == '"a \\"b\\" \\\\ #c"'
    with pytest.raises(ObservError, match=r"page.ipynb: its PDF cannot be made: .*"):
        published(sample.code('#| fig-alt: "Rien"', sample.shown(svg="<svg")))


def test_lines_are_tighter_only_where_that_spares_a_last_page_of_a_few_lines(tmp_path):
    template, found = document("HERE"), {}
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
    draft = Draft(document(text.replace("## Section", "\n\n## Section")), tmp_path / "page.typ")
    assert gaps(draft.filled(Setting())), "or the test tests nothing"
    setting = draft.settled()
    assert setting.floats and not gaps(draft.filled(setting))


def test_a_cut_table_says_again_on_each_page_what_it_is(tmp_path):
    rows = "".join(f"| Réponse {n} | {n} % |\n" for n in range(120))
    main, pdf = tmp_path / "page.typ", tmp_path / "page.pdf"
    table = f"| Réponse | Part |\n|:--|--:|\n{rows}\n: Des parts {{#tbl-a}}\n"
    main.write_text(document(table), encoding="utf-8")
    typst.compile(main, output=pdf, font_paths=fonts(), ignore_system_fonts=True)
    first, *others = text_of(pdf).replace("\u00a0", " ").strip("\f").split("\f")
    assert "Tableau 1 : Des parts" in first and "(suite)" not in first
    assert len(others) >= 2
    assert all("Tableau 1 (suite) : Des parts" in page for page in others)


# what the checker says of PDFs that are well made: heads repeated on the next page of a table are
# artifacts, as PDF/UA asks; and it counts a paragraph's own text before the links inside it
NOT_FAULTS = {"TAG-002", "ORD-001"}


@pytest.mark.slow
def test_an_independent_checker_finds_no_fault(made_site, tmp_path):
    path, report = made_site / "edition-2026-T3.pdf", tmp_path / "report.json"
    call = [sys.executable, "-m", "outloud.cli", str(path), "--fail-on", "never"]
    subprocess.run([*call, "--json", str(report)], check=True, capture_output=True)
    (result,) = json.loads(report.read_text(encoding="utf-8"))["results"]
    found = {one["rule"]: one["message"] for one in result["findings"]}
    assert not found.keys() - NOT_FAULTS, found


ABOVE = range(0, 700, 50)  # points between the top of the first page and the table
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


def document(markdown: str, above: str = "0") -> str:
    """Typst's source of a page, in which so many points stand before the text."""
    text = f"\n```{{=typst}}\n#v({above}pt)\n```\n\n{markdown}"
    names = ("name", "title-text", "document-text", "description-text", "sitetitle", "edition")
    quoted = {name: '"x"' for name in names}
    quoted |= {name: literal(look) for name, look in Brand().for_paper().items()}
    return pandoc.convert(
        text, "typst", name="page", template=pandoc.TEMPLATES / "page.typ", variables=quoted
    )


def test_no_page_holds_a_lone_row_of_a_table_that_is_cut(tmp_path):
    rows = f"| {PLACE.format('row')}une réponse | 1 |\n" * 24
    source = document(f"## Titre\n\nUne phrase.\n\n{HEAD}{rows}\n: Des parts {{#tbl-a}}\n", "ABOVE")
    cuts = 0
    for above in ABOVE:
        found = pages(source.replace("ABOVE", str(above)), "row", tmp_path)
        assert len(found) == 24
        shares = [count for _, count in sorted(Counter(found).items())]
        cuts += len(shares) > 1
        assert shares[0] >= 2 and (len(shares) == 1 or shares[-1] >= 3), shares
    assert cuts > 3, "or the test tests nothing"


def test_whole_edition_is_kept_until_a_chapter_changes(tmp_path, made_project, monkeypatch):
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
    monkeypatch.setattr(downloads, "MOST", 1)
    assert full_report_parts(project) == {}, "nobody prints an edition of so many chapters"
    downloads.put_full_report(project, folder, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    home = project.page(HOME)
    assert downloads.full_report_download(project, home) == []


@pytest.mark.parametrize("content", [
    {},
    {"columns": estimates.COLUMNS, "rows": ["1"]},
    {
        "columns": estimates.COLUMNS,
        "rows": [],
        "comparisons": {"columns": ["a"], "rows": ["1"]},
    },
])  # fmt: skip
def test_output_that_breaks_the_contract_names_its_cell(tmp_path, sample, content):
    cell = sample.code("", sample.shown(estimates={estimates.MIME: content}))
    with pytest.raises(ObservError, match=r"page.ipynb: cell 1: not estimates"):
        open_data(sample.write_page(tmp_path, cell))


def test_comparisons_have_a_file_with_both_sides_and_the_verdict(tmp_path, sample, catalogue):
    mark = {"indicator": "satisfied_share", "unit": "%", "product": "boamp"}
    frame = estimates.make(
        {**mark, "period": period, "estimate": value, "n": 400, "n_eff": 400}
        for period, value in (("2025-T3", 62.0), ("2026-T3", 74.0))
    )
    waves = comparing.across_periods(frame, catalogue, "2026-T3", "2025-T3")
    pairs = make_comparisons(comparing.tested(catalogue, waves))
    content = {"kind": "text", **estimates.to_json(frame)}
    table = {"columns": estimates.COMPARISON_COLUMNS, "rows": estimates.csv_lines(pairs)}
    carried = {estimates.MIME: {**content, "comparisons": table}}
    cells = [sample.code("", sample.shown(estimates=carried))] * 2
    found = open_data(sample.write_page(tmp_path, *cells))
    assert list(found) == [".csv", "-comparaisons.csv"]
    (row,) = pd.read_csv(io.StringIO(found["-comparaisons.csv"])).to_dict("records")
    assert (row["estimate"], row["reference_estimate"], row["verdict"]) == (74.0, 62.0, "rise")
    assert row["difference"] == 12.0 and row["level"] == 0.95


FILTER = Path(__file__).parents[2] / "reports" / "drawings.lua"
KINDS = {".csv", "-narrow.svg", ".png", ".svg"}


@pytest.fixture
def page(tmp_path, sample, feelings, catalogue) -> Path:
    """An executed notebook with two charts, one of which an analyst made without observlib."""
    chart = display.share_chart(feelings({"boamp": (60, 15, 25)}), catalogue, caption="Une")
    ours = {"output_type": "display_data", "metadata": {}, "data": chart._repr_mimebundle_()}
    other = sample.shown(svg=sample.SVG.format(width=10))
    cells = [sample.code("#| label: fig-ours", ours), sample.code("#| label: fig-other", other)]
    return sample.write_page(tmp_path, *cells)


def inlined(folder: Path, picture: str) -> str:
    return subprocess.run(
        [pandoc.executable(), "--to", "html", "--lua-filter", str(FILTER)],
        input=f"![]({picture})", cwd=folder, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def test_a_figure_can_be_taken_away_as_drawing_picture_and_data(page, tmp_path):
    write_figures(page, tmp_path, Brand())
    made = {path.name: path for path in (tmp_path / "page").iterdir()}
    assert set(made) == {f"fig-ours{kind}" for kind in KINDS}
    picture = Image.open(made["fig-ours.png"])
    assert (picture.format, picture.mode) == ("PNG", "P"), "with a palette, half as large"
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    lines = made["fig-ours.csv"].read_text().splitlines()
    assert lines[0].split(",") == list(estimates.COLUMNS) and len(lines) == 4


@pytest.mark.parametrize(
    "picture", ["page/fig-ours.svg", "page_files/figure-html/fig-ours-output-1.svg"]
)
def test_both_publishers_put_both_drawings_into_the_page(picture, page, tmp_path):
    write_figures(page, tmp_path, Brand())
    text = inlined(tmp_path, picture)
    assert text.count("<svg") == 2 and "<img" not in text
    assert 'class="wide"' in text and 'class="narrow"' in text
    assert "Positif" in text and "var(--c-000091,#000091)" in text
    assert "style=" not in text  # or without style sheets a line would be filled, in black
    assert re.search(r'<path [^>]*stroke="var\(--c-666666,#666666\)"', text)
    for tag in re.findall(r"<\w+( [^>]*)>", text):
        told = re.findall(r' ([\w-]+)="', tag)
        assert len(told) == len(set(told)), tag
    names = [part.split('"')[0] for part in text.split(' id="')[1:]]
    assert names and len(set(names)) == len(names)
    assert all(f"#{name}" in text for name in names if "-m" in name)


@pytest.mark.parametrize("hostile", [
    "<script>alert(1)</script>",
    '<g onload="alert(1)"/>',
    "<g onload='alert(1)'/>",
    '<use href="https://exemple.invalid/a.svg#b"/>',
    '<path style="fill:url(https://exemple.invalid/a)"/>',
    "<foreignObject/>",
    "<style>*{display:none}</style>",
    "<!--a-->",
])  # fmt: skip
def test_a_drawing_that_could_do_more_than_draw_stays_a_picture(hostile, page, tmp_path):
    write_figures(page, tmp_path, Brand())
    drawing = tmp_path / "page" / "fig-ours-narrow.svg"
    drawing.write_text(drawing.read_text().replace("</svg>", f"{hostile}</svg>"))
    text = inlined(tmp_path, "page/fig-ours.svg")
    assert "<svg" not in text and '<img src="page/fig-ours.svg"' in text
