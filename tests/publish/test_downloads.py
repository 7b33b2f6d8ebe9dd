"""The open data must be what the page shows, once, in the columns that were promised."""

import io
import json
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display.style import PAPER, Brand
from observlib.estimates.comparisons import comparisons_to_json, make_comparisons
from observlib.indicators import pairs as comparing
from observlib.publish import downloads, pandoc, publishers
from observlib.publish.downloads import open_data, write_figures
from observlib.publish.project import read_project


@pytest.mark.parametrize("content", [
    {},
    {"columns": ["a"], "rows": ["1"]},
    {"columns": estimates.COLUMNS, "rows": ["1"]},
    {
        "columns": estimates.COLUMNS,
        "rows": [],
        "comparisons": {"columns": ["a"], "rows": ["1"]},
    },
])  # fmt: skip
def test_output_that_breaks_the_contract_names_its_cell(tmp_path, sample, content):
    cell = sample.code("", sample.shown(estimates={estimates.MIME: content}))
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(sample.notebook(cell)), encoding="utf-8")
    with pytest.raises(ObservError, match=r"page.ipynb: cell 1: not estimates"):
        open_data(path)


def test_no_text_of_the_open_data_is_a_formula_and_numbers_stay_numbers(tmp_path, sample):
    words = {
        "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0", "+1": "'+1", "-1+1": "'-1+1",
        "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "' =1", "a\r=1": "a =1", "＝1": "'＝1",
        "\u200b=1": "'=1", "\ufeff=1": "'=1", "Oui, et =1": "Oui, et =1",
    }  # fmt: skip
    row = {"indicator": "poll_share", "period": "2026-T3", "unit": "%", "group": "Question"}
    row |= {"estimate": 4.5, "n": 100}
    frame = estimates.make([{**row, "group_value": word, "source": word} for word in words])
    carried = {estimates.MIME: {"kind": "chart", **estimates.to_json(frame)}}
    cell = sample.code("", sample.shown(estimates=carried))
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(sample.notebook(cell)), encoding="utf-8")
    table = pd.read_csv(io.StringIO(open_data(path)[".csv"]), keep_default_na=False, dtype=str)
    for column in ("group_value", "source"):
        assert table[column].tolist() == [*words.values()]
    assert set(table["estimate"]) == {"4.5"}


def test_comparisons_have_a_file_with_both_sides_and_the_verdict(tmp_path, sample, catalogue):
    mark = {"indicator": "satisfied_share", "unit": "%", "product": "boamp"}
    frame = estimates.make(
        {**mark, "period": period, "estimate": value, "n": 400, "n_eff": 400}
        for period, value in (("2025-T3", 62.0), ("2026-T3", 74.0))
    )
    waves = comparing.across_periods(frame, catalogue, "2026-T3", "2025-T3")
    pairs = make_comparisons(comparing.tested(catalogue, waves))
    content = {"kind": "text", **estimates.to_json(frame)}
    carried = {estimates.MIME: {**content, "comparisons": comparisons_to_json(pairs)}}
    path = tmp_path / "page.ipynb"
    cells = [sample.code("", sample.shown(estimates=carried))] * 2
    path.write_text(json.dumps(sample.notebook(*cells)), encoding="utf-8")
    found = open_data(path)
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


def test_letters_of_charts_on_paper_are_those_of_the_text_around_them(tmp_path, sample, catalogue):
    marks = estimates.make(sample.rows()).assign(device="jdma")
    chart = display.dot_chart(marks, catalogue, caption="Usagers satisfaits")
    drawn = {"svg": chart.shown["image/svg+xml"], "estimates": sample.carried()}
    options = "#| label: fig-satisfaits\n#| fig-cap: Usagers\n#| fig-alt: Deux points"
    front = sample.front(title="Essai", description="Un essai.", order=1, date="2026-11-24")
    cells = sample.notebook(front, sample.code(options, sample.shown(**drawn)))
    project = read_project(sample.make_project(tmp_path / "project", essai=cells))
    page = next(page for page in project.pages if page.is_study)
    with publishers._on_paper(project, page) as (_, folder):
        picture = (folder / "essai" / "fig-satisfaits.svg").read_text(encoding="utf-8")
        downloads.page_pdf(project, page, publishers._text(project, page, "typst").text, folder)
        assert f'font: ("{PAPER}"' in (folder / "essai.typ").read_text(encoding="utf-8")
    assert f'font-family="{PAPER},' in picture
    assert PAPER not in chart.shown["image/svg+xml"]  # nor on screens
