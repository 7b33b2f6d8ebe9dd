"""What a notebook shows must reach the page, and what cannot be published must stop it."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.publish.notebook import cell_options, notebook_to_markdown

FIGURE = '#| label: fig-a\n#| fig-cap: "Titre"\n#| fig-alt: "Une barre"'


def write(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "page.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def svg(sample: ModuleType) -> str:
    return str(sample.SVG.format(width=10))


def test_non_breaking_spaces_of_a_text_survive(tmp_path, sample):
    spaced = "82\u00a0%, 86\u202f712"
    figure = sample.code(f"#| fig-alt: {spaced}", sample.shown(svg=sample.SVG.format(width=1)))
    table = (
        f'<table><tr><td>{spaced}</td></tr><tr><td class="gt_sourcenote">{spaced}</td></tr></table>'
    )
    content = sample.notebook(figure, sample.code("", sample.shown(html=table)))
    assert notebook_to_markdown(write(tmp_path, content)).text.count(spaced) == 3


def test_outputs_choose_among_their_types_as_quarto_does(tmp_path, sample):
    both = sample.shown(html=sample.TABLE, markdown="En *mots*")
    path = write(tmp_path, sample.notebook(sample.code("", both)))
    assert "<table>" in notebook_to_markdown(path, "html").text
    assert "En *mots*" in notebook_to_markdown(path, "typst").text
    assert "<table>" not in notebook_to_markdown(path, "typst").text


def test_only_what_was_printed_on_purpose_is_shown(tmp_path, sample):
    streams = [
        {"output_type": "stream", "name": "stdout", "text": "imprimé ```"},
        {"output_type": "stream", "name": "stderr", "text": "UserWarning"},
    ]
    hidden = sample.code("#| output: false", sample.shown(markdown="caché"))
    path = write(tmp_path, sample.notebook(sample.code("", *streams), hidden))
    text = notebook_to_markdown(path).text
    assert "````\nimprimé ```\n````" in text
    assert "UserWarning" not in text and "caché" not in text


@pytest.mark.parametrize(("options", "output", "message"), [
    ('#| label: fig-a\n#| fig-cap: "T"', "svg", "picture without alternative text"),
    ('#| label: fig-a\n#| fig-alt: "T"', "svg", "figure fig-a has no caption"),
    ("#| lable: fig-a", "svg", "unknown option lable; allowed: label,"),
    ("#| eval: false", "svg", "`eval` makes Quarto drop the outputs"),
    ('#| label: tbl-a\n#| fig-alt: "T"', "svg", "shows a picture; use fig-a"),
    ('#| label: fig-a\n#| fig-alt: "T"', "table", "shows a table; use tbl-a"),
    ("#| label: tbl-a", "untitled", "table tbl-a has no caption"),
    ("#| label: fig-a", "none", "labelled fig-a but shows nothing"),
    ("#| label: [", "svg", "did not find expected node content"),
    ("#| only text", "svg", "its `#|` lines: holds one value; `key: value` is expected"),
    ("", "div", "HTML that is not a table"),
    ("", "estimates", "has only application/vnd.observlib.estimates"),
    ("", "error", "raised KeyError: x"),
])  # fmt: skip
def test_what_cannot_be_published_names_its_cell(tmp_path, sample, svg, options, output, message):
    outputs = {
        "svg": [sample.shown(svg=svg)],
        "table": [sample.shown(html=sample.TABLE)],
        "untitled": [sample.shown(html="<table><tr><td>1</td></tr></table>")],
        "none": [],
        "div": [sample.shown(html="<div>1</div>")],
        "estimates": [sample.shown(estimates=sample.carried())],
        "error": [{"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []}],
    }
    path = write(tmp_path, sample.notebook(sample.code(options, *outputs[output])))
    with pytest.raises(ObservError) as caught:
        notebook_to_markdown(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}: cell 1: ")


def test_all_bad_cells_are_told_at_once(tmp_path, sample, svg):
    bad = [sample.code("", sample.shown(svg=svg)) for _ in range(3)]
    with pytest.raises(ObservError) as caught:
        notebook_to_markdown(write(tmp_path, sample.notebook(*bad)))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 1}', '{"worksheets": []}'])
def test_a_file_that_is_no_notebook_is_told(tmp_path, content):
    path = tmp_path / "page.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ObservError, match="not a notebook"):
        notebook_to_markdown(path)


@given(
    st.dictionaries(
        st.sampled_from(["label", "fig-cap", "fig-alt", "tbl-cap"]),
        st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1),
    )
)
def test_options_written_as_json_are_read_back(options):
    lines = [f"#| {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in options.items()]
    assert cell_options("\n".join([*lines, "show()"])) == options
