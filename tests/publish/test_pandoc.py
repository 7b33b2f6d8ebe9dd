"""The filter must number, refer, hide and refuse as Quarto's readers expect."""

import json
import os
import re
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.publish import pandoc
from observlib.publish.pandoc import cell_options, notebook_to_markdown

FIGURE = '::: {#fig-a}\n![](a.svg){fig-alt="Une barre"}\n\nPremière\n:::\n\n'
TABLE = "| a | b |\n|---|--:|\n| x | 1 |\n\n: Nombres {#tbl-a}\n\n"
GIVEN = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
REPORTS = Path(__file__).parents[2] / "reports"


def html(text: str, **metadata: Any) -> str:
    return flat(pandoc.convert(text, "html", name="page", metadata=metadata))


def typst(text: str) -> str:
    return flat(pandoc.convert(text, "typst", name="page"))


def flat(text: str) -> str:
    """The text on one line; its non-breaking spaces stay."""
    return re.sub(r"[ \n]+", " ", text).strip()


def words(markup: str) -> str:
    return flat(re.sub(r"<[^>]+>", "", markup))


def wide(columns: int, word: str) -> str:
    """A table with a column of names and others of numbers under long heads."""
    head = "".join(f"<th>{word}{i}</th>" for i in range(columns))
    row = "".join("<td>1</td>" for _ in range(columns))
    return typst(
        f"::: {{#tbl-a}}\n```{{=html}}\n<table><thead><tr><th>Produit</th>{head}</tr></thead>"
        f"<tbody><tr><th>Entreprendre.Service-public.fr</th>{row}</tr></tbody></table>\n```\n\n"
        "Titre\n:::\n"
    )


def test_a_wide_table_on_paper_is_smaller_and_then_on_a_turned_page():
    assert "text(size" not in wide(3, "Satisfaction") and "#page(" not in wide(3, "Satisfaction")
    smaller = wide(5, "Satisfaction")
    assert "#show table: set text(size: " in smaller and "#page(" not in smaller
    turned = wide(7, "Satisfaction")
    assert turned.startswith("#elsewhere(<tbl-a--page>)[Le tableau\u00a01, large, est]")
    assert "#page(flipped: true)[" in turned, "after the text, which it does not stop"
    sizes = [re.search(r"text\(size: ([\d.]+)pt\)", wide(n, "Satisfaction")) for n in (9, 14)]
    assert [size and float(size[1]) < 9.5 for size in sizes] == [True, True]


def on_screen_and_paper(text: str) -> str:
    """What a page of a text is, on a screen and on paper."""
    how = {"name": "page", "metadata": {"root": "../../"}}
    return "\n\n".join(pandoc.convert(text, to, **how) for to in ("html", "typst"))


PAGES = {
    name: lambda _, text=text: on_screen_and_paper(text) for name, text in GIVEN["pages"].items()
}
test_what_pages_are_made_of_texts = said.test("pandoc", PAGES, by_line=True)


def test_labels_are_those_that_quarto_is_told():
    crossref = yaml.safe_load((REPORTS / "_quarto.yml").read_text(encoding="utf-8"))["crossref"]
    text = words(html(FIGURE + TABLE))
    assert f"{crossref['fig-title']}\u00a01{crossref['title-delim']} Première" in text
    assert f"{crossref['tbl-title']}\u00a01{crossref['title-delim']} Nombres" in text


@pytest.mark.parametrize(("text", "message"), GIVEN["mistakes"])
def test_mistakes_stop_the_page_and_are_named(text, message):
    with pytest.raises(ObservError) as caught:
        html(text)
    assert f"page: {message}" in str(caught.value) or message in str(caught.value)
    assert all(line.startswith("page: ") for line in str(caught.value).splitlines())


def test_a_page_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(pandoc, "_TIME_LIMIT", 0.001)
    with pytest.raises(ObservError, match=r"page: pandoc was stopped after 0 s"):
        pandoc.convert("texte\n\n" * 20_000, "html", name="page")


def processes() -> list[Any]:
    """The processes of pandoc that wait for a page of this process."""
    return [*pandoc._IDLE[os.getpid()]]


def test_pages_are_made_by_one_process_or_by_another_if_it_ends(monkeypatch):
    monkeypatch.setattr(pandoc, "_IDLE", defaultdict(list))
    with pytest.raises(ObservError, match="page: unresolved reference @fig-z"):
        html("@fig-z")
    assert not processes(), "it has ended, as a filter may leave it anyhow"
    assert html("un") == html("un") == "<p>un</p>"
    [first] = processes()
    first.kill()
    first.wait()
    assert html("deux") == "<p>deux</p>"
    [second] = processes()
    assert second != first
    with pytest.raises(ObservError, match=r"page: pandoc: .*unclosed"):
        html("::: {.a}\ntexte")
    assert html("trois") == "<p>trois</p>", "and its warning is not the next page's"


def test_no_page_has_what_another_was_given(tmp_path):
    (tmp_path / "page.html").write_text("$title$$for(list)$<li>$endfor$$body$", encoding="utf-8")
    (tmp_path / "sets.lua").write_text("Word = os.getenv 'WORD'; print 'a'", encoding="utf-8")
    says = "function Str(el) return (Word or '') .. (os.getenv 'WORD' or '') .. el.text end"
    (tmp_path / "says.lua").write_text(says, encoding="utf-8")
    names = [tmp_path / "sets.lua", tmp_path / "says.lua"]
    given = {"metadata": {"title": "T"}, "environment": {"WORD": "é"}, "filters": names}
    how = {"name": "page", "template": tmp_path / "page.html"}
    text = "---\nlist: [c]\n---\nun"
    assert pandoc.convert(text, "html", variables={"list": ["a", "b"]}, **how, **given) == (
        "T<li><li><p>éun</p>"
    )
    assert pandoc.convert(text, "html", variables={"list": []}, **how) == "<p>un</p>"
    (tmp_path / "page.html").write_text("autre", encoding="utf-8")
    assert pandoc.convert(text, "html", **how) == "autre", "a template that changed"


def test_what_a_filter_raises_names_it(tmp_path):
    (tmp_path / "wrong.lua").write_text("function Str() error 'mot' end", encoding="utf-8")
    with pytest.raises(
        ObservError, match=r"^page: pandoc: Error running filter .*wrong\.lua: .*mot"
    ):
        pandoc.convert("un", "html", name="page", filters=[tmp_path / "wrong.lua"])


@examples(15)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60))
def test_any_prose_gives_a_page_or_a_named_problem(text):
    try:
        assert isinstance(pandoc.convert(text, "typst", name="page"), str)
    except ObservError as error:
        assert all(line.startswith("page: ") for line in error.problems)


def tall(rows: int, text: str = "une réponse") -> str:
    """A table of so many rows, as typst's source."""
    cells = "\n".join(f"| {text} | 1 |" for _ in range(rows))
    return typst(f"::: {{#tbl-a}}\n| Rang | n |\n|:---|---:|\n{cells}\n\nTitre\n:::\n")


def test_on_paper_a_short_table_is_kept_whole_and_a_long_one_fills_its_page():
    whole = "set block(breakable: false)"
    assert whole in tall(6) and whole not in tall(20)
    assert whole not in tall(6, "une longue réponse " * 12), "rows of several lines are long too"


def test_the_user_s_own_files_for_pandoc_change_no_page(tmp_path, monkeypatch):
    own = tmp_path / "pandoc"
    own.mkdir()
    (own / "abbreviations").write_text("mot.\n", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "mot. fin" in pandoc.convert("Un mot. fin", "html", name="page")


@pytest.fixture
def svg(sample: ModuleType) -> str:
    return str(sample.SVG.format(width=10))


def test_non_breaking_spaces_of_a_text_survive(tmp_path, sample):
    spaced = "82\u00a0%, 86\u202f712"
    figure = sample.code(f"#| fig-alt: {spaced}", sample.shown(svg=sample.SVG.format(width=1)))
    table = (
        f'<table><tr><td>{spaced}</td></tr><tr><td class="gt_sourcenote">{spaced}</td></tr></table>'
    )
    path = sample.write_page(tmp_path, figure, sample.code("", sample.shown(html=table)))
    assert notebook_to_markdown(path).text.count(spaced) == 3


def test_the_first_picture_of_a_cell_alone_has_its_label(tmp_path, sample, svg):
    options = '#| label: fig-a\n#| fig-cap: T\n#| fig-alt: "\\"A\\" & B"'
    cell = sample.code(options, sample.shown(svg=svg), sample.shown(svg=svg))
    found = notebook_to_markdown(sample.write_page(tmp_path, cell))
    about = '{fig-alt="&quot;A&quot; &amp; B" width=480 height=160}\n\nT\n:::\n'
    names = {"#fig-a": "page/fig-a.svg", ".figure": "page/cell-2.svg"}
    blocks = [f"::: {{{one}}}\n![]({name}){about}" for one, name in names.items()]
    assert found.text == "\n".join(blocks)
    assert found.files == dict.fromkeys(names.values(), svg.encode())


def test_outputs_choose_among_their_types_as_quarto_does(tmp_path, sample):
    both = sample.shown(html=sample.TABLE, markdown="En *mots*")
    path = sample.write_page(tmp_path, sample.code("", both))
    assert "<table>" in notebook_to_markdown(path, "html").text
    assert "En *mots*" in notebook_to_markdown(path, "typst").text
    assert "<table>" not in notebook_to_markdown(path, "typst").text


def test_only_what_was_printed_on_purpose_is_shown(tmp_path, sample):
    streams = [
        {"output_type": "stream", "name": "stdout", "text": "imprimé ```"},
        {"output_type": "stream", "name": "stderr", "text": "UserWarning"},
    ]
    hidden = sample.code("#| output: false", sample.shown(markdown="caché"))
    path = sample.write_page(tmp_path, sample.code("", *streams), hidden)
    text = notebook_to_markdown(path).text
    assert "````\nimprimé ```\n````" in text
    assert "UserWarning" not in text and "caché" not in text


@pytest.mark.parametrize(("options", "output", "message"), GIVEN["cells"])
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
    path = sample.write_page(tmp_path, sample.code(options, *outputs[output]))
    with pytest.raises(ObservError) as caught:
        notebook_to_markdown(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}: cell 1: ")


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
