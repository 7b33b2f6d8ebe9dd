import json
import re
import subprocess
from pathlib import Path

import pytest

from observlib import display, estimates
from observlib.display.style import PAPER, Brand
from observlib.publish import embedded, pandoc, pdf
from observlib.publish.downloads import write_figures
from observlib.publish.project import read_project

FILTER = Path(__file__).parents[2] / "reports" / "drawings.lua"
KINDS = {".csv", "-narrow.svg", ".png", ".svg"}


@pytest.fixture
def page(tmp_path, sample, feelings, catalogue) -> Path:
    """An executed notebook with two charts, one of which an analyst made without observlib."""
    chart = display.share_chart(feelings({"boamp": (60, 15, 25)}), catalogue, caption="Une")
    ours = {"output_type": "display_data", "metadata": {}, "data": chart._repr_mimebundle_()}
    other = sample.shown(svg=sample.SVG.format(width=10))
    cells = [sample.code("#| label: fig-ours", ours), sample.code("#| label: fig-other", other)]
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(sample.notebook(*cells)), encoding="utf-8")
    return path


def inlined(folder: Path, picture: str) -> str:
    return subprocess.run(
        [pandoc.executable(), "--to", "html", "--lua-filter", str(FILTER)],
        input=f"![]({picture})", cwd=folder, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def test_a_figure_can_be_taken_away_as_drawing_picture_and_data(page, tmp_path):
    write_figures(page, tmp_path, Brand())
    made = {path.name: path for path in (tmp_path / "page").iterdir()}
    assert set(made) == {f"fig-ours{kind}" for kind in KINDS}
    assert made["fig-ours.png"].read_bytes().startswith(b"\x89PNG")
    lines = made["fig-ours.csv"].read_text().splitlines()
    assert lines[0].split(",") == list(estimates.COLUMNS) and len(lines) == 4


@pytest.mark.parametrize(
    "picture", ["page/fig-ours.svg", "page_files/figure-html/fig-ours-output-1.svg"]
)
def test_both_publishers_put_both_drawings_into_the_page_under_names_of_their_own(
    picture, page, tmp_path
):
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


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<g onload="alert(1)"/>',
        "<g onload='alert(1)'/>",
        '<use href="https://exemple.invalid/a.svg#b"/>',
        '<path style="fill:url(https://exemple.invalid/a)"/>',
        "<foreignObject/>",
        "<style>*{display:none}</style>",
        "<!--a-->",
    ],
)
def test_a_drawing_that_could_do_more_than_draw_stays_a_picture(hostile, page, tmp_path):
    write_figures(page, tmp_path, Brand())
    drawing = tmp_path / "page" / "fig-ours-narrow.svg"
    drawing.write_text(drawing.read_text().replace("</svg>", f"{hostile}</svg>"))
    text = inlined(tmp_path, "page/fig-ours.svg")
    assert "<svg" not in text and '<img src="page/fig-ours.svg"' in text


def test_letters_of_charts_on_paper_are_those_of_the_text_around_them(tmp_path, sample, catalogue):
    """Their own look larger than the captions there."""
    marks = estimates.make(sample.rows()).assign(device="jdma")
    chart = display.dot_chart(marks, catalogue, caption="Usagers satisfaits")
    drawn = {"svg": chart.shown["image/svg+xml"], "estimates": sample.carried()}
    options = "#| label: fig-satisfaits\n#| fig-cap: Usagers\n#| fig-alt: Deux points"
    front = sample.front(title="Essai", description="Un essai.", order=1, date="2026-11-24")
    cells = sample.notebook(front, sample.code(options, sample.shown(**drawn)))
    project = read_project(sample.make_project(tmp_path / "project", essai=cells))
    page = next(page for page in project.pages if page.is_study)
    with embedded._on_paper(project, page) as (_, folder):
        picture = (folder / "essai" / "fig-satisfaits.svg").read_text(encoding="utf-8")
        pdf.page_pdf(project, page, embedded._text(project, page, "typst").text, folder)
        assert f'font: ("{PAPER}"' in (folder / "essai.typ").read_text(encoding="utf-8")
    assert f'font-family="{PAPER},' in picture
    assert PAPER not in chart.shown["image/svg+xml"]  # nor on screens
