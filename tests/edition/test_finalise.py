"""An executed notebook becomes a page that says what its study showed, not where it ran."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.edition.finalise import PageError, finalise
from observlib.language.prose import NBSP, THIN, typography
from observlib.publish.notebook import cell_options

ROOT = Path("/home/someone/observatoire")
EDITION = {"quarter": "2026-T3", "kind": "real", "site": "Baromètre de l’eau"}
DEMONSTRATION = EDITION | {"kind": "demonstration"}
LABELS = {"chart": "#| label: fig-a\n", "table": "#| label: tbl-a\n", "text": ""}


def finalised(make: Any, *cells: Any, edition: dict[str, str] = EDITION, **words: Any) -> Any:
    notebook = make.notebook(*cells, **words)
    return finalise(notebook, make.page(), edition, ROOT)


def sources(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells]


def header(notebook: Any) -> dict[str, Any]:
    return dict(yaml.safe_load(notebook.cells[0].source.strip("-")))


def showing(make: Any, kind: str, label: str | None = None, **carried: str) -> Any:
    return make.shows(
        f"{LABELS[kind] if label is None else label}draw()", make.output(kind, **carried)
    )


def test_the_front_matter_is_what_both_publishers_read(make):
    page = finalised(make, make.finding("Douze visites, **dont** deux (@fig-a)."))
    assert page.cells[0].cell_type == "raw"
    assert header(page) == {
        "title": "Essai",
        "subtitle": f"Que voit-on{THIN}?",
        "description": "Douze visites, dont deux.",
        "order": 10,
        "section": "Autres études",
    }


def test_a_study_that_asks_for_slides_has_them_on_its_page(make):
    asked = {"html": "default", "typst": "default", "revealjs": {"slide-number": True}}
    page = make.page()
    page = replace(page, study=page.study.model_copy(update={"format": asked}))
    made = finalise(make.notebook(make.finding("Douze visites.")), page, EDITION, ROOT)
    assert header(made)["format"] == asked


@pytest.mark.parametrize(
    "text", ['Il a dit : « "non" » - 62 %', "--- # [x]: {y}", "l'été : 'x'", "long " * 400 + "fin"]
)
def test_a_finding_is_the_same_text_in_the_front_matter_whatever_its_signs(make, text):
    assert header(finalised(make, make.finding(text)))["description"] == typography(text)


def test_the_finding_is_hidden_where_its_page_is_headed_by_it_and_printed_in_the_pdf(make):
    page = finalised(make, make.finding("Douze visites."))
    assert page.cells[2].outputs[0].data["text/markdown"] == (
        '::: {.content-hidden when-format="html"}\nDouze visites.\n:::'
    )


@pytest.mark.parametrize("lengths", [[10], [20, 30, 5], [20, 31], [60, 3], [25, 25, 25], [3] * 30])
def test_a_page_is_headed_by_fifty_words_at_most_and_tells_the_others_once(make, lengths):
    """But for a first sentence that is longer: none is cut."""
    sentences = [" ".join(["Mot", *["mot"] * (length - 1)]) + "." for length in lengths]
    whole = " ".join(sentences)
    page = finalised(make, make.finding(whole))
    lead = header(page)["description"]
    assert len(lead.split()) <= 50 or lead == sentences[0]
    hidden, _, visible = page.cells[2].outputs[0].data["text/markdown"].partition("\n:::")
    assert hidden == f'::: {{.content-hidden when-format="html"}}\n{whole}'
    told = "".join(line for line in visible.splitlines() if not line.startswith(":::"))
    assert f"{lead} {told}".strip() == whole


@pytest.mark.parametrize("text", ["", "  \n "])
def test_a_finding_that_says_nothing_is_none(make, text):
    with pytest.raises(PageError, match="states no finding: tag the cell"):
        finalised(make, make.finding(text))


def test_a_study_without_a_finding_is_no_page(make):
    with pytest.raises(PageError, match="states no finding"):
        finalised(make, make.shows("say()", make.output("text")))


@pytest.mark.parametrize("kind", ["chart", "table"])
@pytest.mark.parametrize(
    "label",
    [
        "",
        "#| label: a\n",
        "#| label: {other}-a\n",
        "#| label: {own}-A\n",
        "#| label: {own}-é\n",
        "x = 1\n#| label: {own}-a\n",
    ],
)
def test_a_chart_or_table_without_its_own_sort_of_label_on_top_is_no_page(make, kind, label):
    own, other = ("fig", "tbl") if kind == "chart" else ("tbl", "fig")
    label = label.replace("{own}", own).replace("{other}", other)
    with pytest.raises(PageError, match=rf"cell 4 shows a {kind} and has no `#\| label: {own}-…`"):
        finalised(make, make.finding(), showing(make, kind, label))


def test_cells_are_counted_as_the_author_sees_them_and_not_as_papermill_leaves_them(make):
    injected = make.shows('# Parameters\nquarter = "2026-T2"', tags=("injected-parameters",))
    with pytest.raises(PageError, match="cell 3 shows a chart"):
        finalised(make, injected, showing(make, "chart", ""))


def test_two_charts_in_a_cell_have_one_label_and_are_no_page(make):
    two = make.shows("#| label: fig-a\ndraw()", make.output("chart"), make.output("table"))
    with pytest.raises(PageError, match="cell 3 shows 2 charts or tables; show one a cell"):
        finalised(make, two, make.finding())


def test_a_cell_s_other_options_stay_with_its_label(make):
    page = finalised(
        make, make.finding(), showing(make, "chart", "#| echo: false\n#| label: fig-a\n")
    )
    assert cell_options(page.cells[3].source) == {
        "fig-cap": "Douze visites",
        "fig-alt": "Une barre de 12.",
        "echo": False,
        "label": "fig-a",
    }


@pytest.mark.parametrize(
    "text",
    [
        'Il dit "non" : 62 %',
        "L'été : 'x'",
        "Une ligne\nune autre",
        "# pas un commentaire",
        "{a: b} [c] & *d !e %f @g `h`",
        "C:\\dossier",
        "oui",
        "12",
        "- a",
        "« Bien » ; vraiment ?",
        "saut\u2028de ligne",
    ],
)
def test_captions_and_alternative_texts_are_read_back_as_they_were_said(make, text):
    chart = showing(make, "chart", caption=text, alt=text)
    table = showing(make, "table", caption=text)
    page = finalised(make, make.finding(), chart, table)
    said = typography(text)
    drawn, _, listed = page.cells[3:6]
    assert cell_options(drawn.source) == {"fig-cap": said, "fig-alt": said, "label": "fig-a"}
    assert cell_options(listed.source) == {"tbl-cap": said, "label": "tbl-a"}
    assert drawn.source.endswith("\ndraw()")


@examples(50)
@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_any_caption_and_alternative_text_is_read_back(make, caption, alt):
    page = finalised(make, make.finding(), showing(make, "chart", caption=caption, alt=alt))
    options = cell_options(page.cells[3].source)
    assert options["fig-cap"] == typography(caption)
    assert options["fig-alt"] == typography(alt)


def test_each_chart_is_followed_by_its_data_folded_and_a_table_is_not(make):
    page = finalised(
        make,
        make.finding(),
        showing(make, "chart", "#| label: fig-a\n", data_markdown="| A |\n|:-|\n| 1 |"),
        showing(make, "table"),
        showing(make, "chart", "#| label: fig-b\n", data_markdown="| B |\n|:-|\n| 2 |"),
    )
    kinds = [cell.cell_type for cell in page.cells[3:]]
    assert kinds == ["code", "markdown", "code", "code", "markdown"]
    assert "| A |" in page.cells[4].source and "| B |" in page.cells[7].source
    assert (
        'when-format="html"' in page.cells[4].source and 'collapse="true"' in page.cells[4].source
    )


@pytest.mark.parametrize(("edition", "count"), [(DEMONSTRATION, 1), (EDITION, 0)])
def test_synthetic_figures_are_said_to_be_so_and_real_ones_never(make, edition, count):
    page = finalised(make, make.markdown("## Titre"), make.finding(), edition=edition)
    warned = ["::: {.callout-warning}" in source for source in sources(page)]
    assert sum(warned) == count
    assert warned[1] is bool(count)  # first of all that is read


def test_prose_gets_french_spaces_and_code_does_not(make):
    page = finalised(
        make,
        make.markdown("« Bien » : `a : b` ?"),
        make.finding("Oui : 62 % !"),
        make.shows("x = {1 : 2}", make.output("text", "Non ; rien ?")),
    )
    assert page.cells[2].source == f"«{NBSP}Bien{NBSP}»{NBSP}: `a : b`{THIN}?"
    assert header(page)["description"] == f"Oui{NBSP}: 62{NBSP}%{THIN}!"
    assert page.cells[4].source == "x = {1 : 2}"
    assert page.cells[4].outputs[0].data["text/markdown"] == f"Non{THIN}; rien{THIN}?"


def test_a_title_gets_french_spaces(make):
    page = make.page()
    titled = type(page)(page.study, page.name, "Visites : le détail", {})
    made = finalise(make.notebook(make.finding()), titled, EDITION, ROOT)
    assert header(made)["title"] == f"Visites{NBSP}: le détail"


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ('data = "data/demo"', 'data = "data/demo"'),
        ('data = "/home/someone/observatoire/data/demo"', 'data = "data/demo"'),
        ('data = "/srv/secret/enquete"', 'data = "enquete"'),
        ('data = "/srv/secret/l\\"enquete"', 'data = "l\\"enquete"'),
        ('data = "/srv/secret/\\xe9t\\xe9"', 'data = "\\u00e9t\\u00e9"'),
        ('data = "/home/someone/observatoire2/data"', 'data = "data"'),
        ("years = 3", "years = 3"),
    ],
)
def test_the_parameters_of_a_page_do_not_tell_where_its_data_was(make, written, published):
    text = f'# Parameters\nquarter = "2026-T3"\n{written}\n'
    injected = make.shows(text, tags=("injected-parameters",))
    page = finalised(make, injected, make.finding())
    assert page.cells[2].source == text.replace(written, published)


def test_nothing_of_the_run_or_the_machine_stays(make):
    notebook = make.notebook(
        make.shows(
            "warn()", nbformat.v4.new_output("stream", name="stderr", text=f"{ROOT}: careful")
        ),
        make.finding(),
    )
    notebook.metadata["papermill"] = {"input_path": f"{ROOT}/a.ipynb", "duration": 2.5}
    notebook.metadata["widgets"] = {"state": 1}
    for cell in notebook.cells:
        cell.metadata["papermill"] = {"start_time": "2026-11-24T10:00:00"}
        cell.metadata["execution"] = {"iopub.execute_input": "2026-11-24T10:00:00"}
    page = finalise(notebook, make.page(), EDITION, ROOT)
    text = nbformat.writes(page)
    for trace in (str(ROOT), "papermill", "start_time", "iopub", "widgets", "10:00"):
        assert trace not in text
    assert set(page.metadata) == {"kernelspec", "language_info"}
    assert page.cells[1].metadata == {"tags": ["parameters"]}


def test_a_page_is_a_valid_notebook_whose_cells_have_identifiers_of_their_own(make):
    notebook = make.notebook(
        make.shows("a = 1", tags=("injected-parameters",)),
        make.finding(),
        showing(make, "chart"),
        make.markdown("Fin."),
    )
    for cell in notebook.cells:
        cell.id = "data-4"  # as a copied cell's, or one of ours
    page = finalise(notebook, make.page(), DEMONSTRATION, ROOT)
    nbformat.validate(page)
    identifiers = [cell.id for cell in page.cells]
    assert len(set(identifiers)) == len(identifiers) == 8


def test_two_runs_of_a_page_give_the_same_bytes(make):
    def run(count: int) -> str:
        injected = make.shows('# Parameters\nquarter = "2026-T3"', tags=("injected-parameters",))
        injected = copy.deepcopy(injected)
        notebook = make.notebook(injected, make.finding(), showing(make, "chart"))
        for number, cell in enumerate(notebook.cells):
            cell.id = f"random-{count}-{number}"  # papermill's own cells get new ones each time
            cell.metadata["papermill"] = {"duration": count}
            for output in cell.get("outputs", []):
                output.execution_count = count
        return nbformat.writes(finalise(notebook, make.page(), DEMONSTRATION, ROOT))

    assert run(1) == run(2)


def test_estimates_stay_beside_what_they_made(make):
    page = finalised(make, make.finding(), showing(make, "chart"))
    carried = page.cells[3].outputs[0].data["application/vnd.observlib.estimates+json"]
    assert json.loads(json.dumps(carried))["rows"]


def test_labels_in_a_title_or_finding_are_plain_text_in_the_front_matter(make):
    page = make.page()
    titled = type(page)(page.study, page.name, "Le *Journal* <b>", {})
    made = finalise(
        make.notebook(make.finding("Dit **\\*fort\\***, \\@ici.")), titled, EDITION, ROOT
    )
    assert header(made)["title"] == "Le \\*Journal\\* \\<b\\>"
    assert header(made)["description"] == "Dit \\*fort\\*, \\@ici."


def around_chart(notebook: Any) -> tuple[str, str]:
    """The cell of the one chart, and the one under it."""
    (at,) = [i for i, source in enumerate(sources(notebook)) if "label: fig-a" in source]
    return sources(notebook)[at], sources(notebook)[at + 1]


def test_a_long_caption_is_no_title_but_says_how_the_chart_is_read(make):
    answer = " ".join(["mot"] * 16)
    carried = {"caption": answer, "title": "Visites, 3e trimestre 2026"}
    page = finalised(make, showing(make, "chart", **carried), make.finding("Douze."))
    chart, below = around_chart(page)
    assert cell_options(chart)["fig-cap"] == carried["title"]
    assert below.startswith(f"**Lecture{NBSP}:** {answer}\n\n")
    short = finalised(
        make, showing(make, "chart", **carried | {"caption": "Deux mots"}), make.finding("Douze.")
    )
    chart, below = around_chart(short)
    assert cell_options(chart)["fig-cap"] == "Deux mots"
    assert "Lecture" not in below


def test_under_each_figure_of_a_web_page_stand_its_files_and_a_line_to_cite(make):
    page = finalised(make, showing(make, "chart"), make.finding("Douze."))
    below = around_chart(page)[1]
    assert below.startswith('::: {.content-visible when-format="html"}')
    for kind in ("svg", "png", "csv"):
        assert f'- [{kind.upper()}](essai/fig-a.{kind}){{aria-label="{kind.upper()}, ' in below
    assert f"«{NBSP}Essai{NBSP}», édition 2026-T3, [@fig-a]" in below
