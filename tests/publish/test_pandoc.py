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
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.publish import pandoc
from observlib.publish.pandoc import cell_options, notebook_to_markdown

FIGURE = '::: {#fig-a}\n![](a.svg){fig-alt="Une barre"}\n\nPremière\n:::\n\n'
TABLE = "| a | b |\n|---|--:|\n| x | 1 |\n\n: Nombres {#tbl-a}\n\n"
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


def test_labels_are_those_that_quarto_is_told_and_links_lead_to_pages():
    crossref = yaml.safe_load((REPORTS / "_quarto.yml").read_text(encoding="utf-8"))["crossref"]
    text = words(html(FIGURE + TABLE))
    assert f"{crossref['fig-title']}\u00a01{crossref['title-delim']} Première" in text
    assert f"{crossref['tbl-title']}\u00a01{crossref['title-delim']} Nombres" in text
    found = html("[a](/methode.qmd#x) [b](produit.ipynb) [c](https://example.org)", root="../../")
    assert 'href="../../methode.html#x"' in found
    assert 'href="produit.html"' in found
    assert 'href="https://example.org"' in found
    assert "#link" not in typst("[a](methode.qmd)"), "paper has no neighbour page"
    table = "| a |\n|---|\n| [b](methode.qmd) |\n"
    assert 'href="methode.html"' in html(table), "in a table too"
    assert "methode" not in typst(table)


@pytest.mark.parametrize(("written", "read"), [
    ("Voir @fig-a.", "Voir Figure\u00a01."), ("(voir [@fig-a])", "(voir Figure\u00a01)"),
    ("figure -@fig-a", "figure 1"), ("figure [-@fig-a]", "figure 1"),
    ("[Schéma @fig-a]", "Schéma\u00a01"), ("[@fig-a; @tbl-a]", "Figure\u00a01, Tableau\u00a01"),
])  # fmt: skip
def test_every_form_of_reference_leads_to_its_place(written, read):
    found = html(FIGURE + TABLE + written)
    assert words(found).endswith(read)
    assert '<a href="#fig-a"' in found
    assert "#link(<fig-a>)" in typst(FIGURE + TABLE + written)


def test_paper_tables_have_bold_heads_and_groups_and_room_for_their_words():
    markup = (
        '<table><thead><tr><th>Produit</th><th style="text-align: right">n</th></tr></thead><tbody>'
        '<tr><th colspan="2">Sites</th></tr><tr><th>Entreprendre.Service-public.fr</th>'
        '<td style="text-align: right">1</td></tr></tbody></table>'
    )
    found = typst(f"::: {{#tbl-a}}\n```{{=html}}\n{markup}\n```\n\nTitre\n:::\n")
    assert found.startswith("#[ #show figure: set block(breakable: false) #figure(kind: table,")
    assert "columns: (32fr, 6fr,)" in found
    assert "#strong[Produit]" in found and "#strong[Sites]" in found
    assert "strong[Entreprendre" not in found
    assert "table.cell(align: right)[1]" in found
    assert found.count("table.hline()") == 1


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


def test_callouts_are_notes_and_content_of_the_other_format_is_left_out():
    found = html("## Avant\n\n::: {.callout-warning}\n### Prudence\n\nTexte\n:::\n")
    assert 'class="callout callout-warning" role="note" aria-label="Prudence"' in found
    assert "<h3" not in found
    assert '#callout("warning", [Prudence])[' in typst(
        "::: {.callout-warning}\n## Prudence\n\na\n:::"
    )
    assert "Avertissement" in html("::: {.callout-warning}\nTexte\n:::")
    text = (
        '::: {.content-visible when-format="html"}\nsite\n:::\n\n'
        '::: {.content-hidden when-format="html"}\npapier\n:::\n\n'
        '[même]{.content-visible unless-format="typst"}\n'
    )
    assert words(html(text)) == "site même"
    assert typst(text) == "papier"


@pytest.mark.parametrize(("text", "message"), [
    ("@fig-z", "unresolved reference @fig-z; the page has no labelled figure or table"),
    (FIGURE + "@tbl-a", "unresolved reference @tbl-a; the page has @fig-a"),
    ("@sec-a", "unresolved reference @sec-a"),
    ("[@inconnu]", "unknown citation key @inconnu"),
    (FIGURE + "[@fig-a; @inconnu]", "stands in one bracket with a figure or table"),
    (FIGURE + FIGURE, "@fig-a labels two things"),
    ("![Titre](a.svg){#fig-a}", "picture a.svg has no alternative text"),
    ("Une ![](a.svg) image", "picture a.svg has no alternative text"),
    ("::: {#fig-a}\ntexte\n:::", "@fig-a holds no picture and no table"),
    ("::: {.callout-foo}\na\n:::", "unknown callout foo; allowed: note, tip"),
    ('::: {.content-visible when-format="pdf"}\na\n:::', "content for format pdf"),
    ("# Titre", 'heading "Titre" is of level 1'),
    ("## A\n\n#### B", 'heading "B" jumps from level 2 to 4'),
    ("::: {.a}\ntexte", "pandoc: "),
])  # fmt: skip
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


def test_on_paper_a_heading_or_line_stays_with_what_it_announces():
    text = "## Titre\n\nVoici.\n\n" + FIGURE
    assert "#announcement[Voici.]" in typst(text)
    assert "#announcement" not in typst("## Titre\n\nUn.\n\nDeux.\n\nTrois.\n")
    assert "announcement" not in html(text)
    assert "#announcement[#strong[Réserves]]" in typst("**Réserves**\n\n- Une.\n")
    assert "#announcement[On y lit~:]" in typst("On y lit :\n\n- Une.\n")
    assert "#announcement" not in typst("**Réserves.** Une.\n\n- Une.\n")


def test_on_paper_a_drawing_is_as_wide_as_the_text_and_at_most_half_a_page_high():
    drawing = '::: {#fig-a}\n![](a.svg){fig-alt="Un" width=480 height=200}\n\nTitre\n:::\n'
    assert '#chart(1, "a.svg", 464.0pt, "Un"' in typst(drawing)
    assert '#chart(1, "a.svg", 206.4pt, "Un"' in typst(drawing.replace("200", "1000"))
    assert '#chart(1, "a.svg", auto, "Un"' in typst(drawing.replace(" width=480 height=200", ""))


def test_the_user_s_own_files_for_pandoc_change_no_page(tmp_path, monkeypatch):
    own = tmp_path / "pandoc"
    own.mkdir()
    (own / "abbreviations").write_text("mot.\n", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "mot. fin" in pandoc.convert("Un mot. fin", "html", name="page")


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


def test_the_first_picture_of_a_cell_alone_has_its_label(tmp_path, sample, svg):
    options = '#| label: fig-a\n#| fig-cap: T\n#| fig-alt: "\\"A\\" & B"'
    cell = sample.code(options, sample.shown(svg=svg), sample.shown(svg=svg))
    found = notebook_to_markdown(write(tmp_path, sample.notebook(cell)))
    about = '{fig-alt="&quot;A&quot; &amp; B" width=480 height=160}\n\nT\n:::\n'
    names = {"#fig-a": "page/fig-a.svg", ".figure": "page/cell-2.svg"}
    blocks = [f"::: {{{one}}}\n![]({name}){about}" for one, name in names.items()]
    assert found.text == "\n".join(blocks)
    assert found.files == dict.fromkeys(names.values(), svg.encode())


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
    ("", "estimates", "output 1 has only application/vnd.observlib.estimates"),
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
