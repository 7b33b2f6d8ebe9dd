"""An executed notebook becomes a page that says what its study showed, not where it ran."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_output

from observlib import estimates
from observlib.edition import finalise as checks
from observlib.edition.finalise import PageError, finalise
from observlib.language.prose import NBSP, typography
from observlib.publish.pandoc import cell_options

ROOT = Path("/home/someone/observatoire")
EDITION = {"quarter": "2026-T3", "kind": "real", "site": "Baromètre de l’eau"}
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


@pytest.mark.parametrize(
    "text", ['Il a dit : « "non" » - 62 %', "--- # [x]: {y}", "l'été : 'x'", "long " * 400 + "fin"]
)
def test_a_finding_is_the_same_text_in_the_front_matter_whatever_its_signs(make, text):
    assert header(finalised(make, make.finding(text)))["description"] == typography(text)


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


def test_a_study_without_a_finding_or_with_one_that_says_nothing_is_no_page(make):
    untagged = make.shows("say()", make.output("text"))
    for cell in (make.finding(""), make.finding("  \n "), untagged):
        with pytest.raises(PageError, match="states no finding: tag the cell"):
            finalised(make, cell)


@pytest.mark.parametrize("kind", ["chart", "table"])
@pytest.mark.parametrize("label", ["", "a", "{other}-a", "{own}-A", "{own}-é", "after"])
def test_a_chart_or_table_without_its_own_sort_of_label_on_top_is_no_page(make, kind, label):
    own, other = ("fig", "tbl") if kind == "chart" else ("tbl", "fig")
    line = f"#| label: {label.format(own=own, other=other)}\n" if label else ""
    line = f"x = 1\n#| label: {own}-a\n" if label == "after" else line
    with pytest.raises(PageError, match=rf"cell 4 shows a {kind} and has no `#\| label: {own}-…`"):
        finalised(make, make.finding(), showing(make, kind, line))


def test_cells_are_counted_as_their_author_sees_them_and_show_one_chart_each(make):
    injected = make.shows('# Parameters\nquarter = "2026-T2"', tags=("injected-parameters",))
    with pytest.raises(PageError, match="cell 3 shows a chart"):
        finalised(make, injected, showing(make, "chart", ""))
    two = make.shows("#| label: fig-a\ndraw()", make.output("chart"), make.output("table"))
    with pytest.raises(PageError, match="cell 3 shows 2 charts or tables; show one a cell"):
        finalised(make, two, make.finding())


SIGNS = (
    'Il dit "non" : 62 %', "L'été : 'x'", "Une ligne\nune autre", "# pas un commentaire",
    "{a: b} [c] & *d !e %f @g `h`", "C:\\dossier", "oui", "12", "- a", "« Bien » ; vraiment ?",
    "saut\u2028de ligne",
)  # fmt: skip


@pytest.mark.parametrize("text", SIGNS)
def test_captions_and_alternative_texts_are_read_back_as_they_were_said(make, text):
    chart = showing(make, "chart", "#| echo: false\n#| label: fig-a\n", caption=text, alt=text)
    page = finalised(make, make.finding(), chart, showing(make, "table", caption=text))
    said = typography(text)
    drawn, _, listed = page.cells[3:6]
    own = {"echo": False, "label": "fig-a"}  # a cell's other options stay with its label
    assert cell_options(drawn.source) == {"fig-cap": said, "fig-alt": said, **own}
    assert cell_options(listed.source) == {"tbl-cap": said, "label": "tbl-a"}
    assert drawn.source.endswith("\ndraw()")


@pytest.mark.parametrize(("written", "published"), [
    ('data = "data/demo"', 'data = "data/demo"'),
    ('data = "/home/someone/observatoire/data/demo"', 'data = "data/demo"'),
    ('data = "/srv/secret/enquete"', 'data = "enquete"'),
    ('data = "/srv/secret/l\\"enquete"', 'data = "l\\"enquete"'),
    ('data = "/srv/secret/\\xe9t\\xe9"', 'data = "\\u00e9t\\u00e9"'),
    ('data = "/home/someone/observatoire2/data"', 'data = "data"'), ("years = 3", "years = 3"),
])  # fmt: skip
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


ABOUT = {"quarter": "2026-T3", "kind": "real", "site": "Observatoire"}
MACHINE = Path("/srv/observatoire")
HOME = Path("/home/marie")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(HOME))
    monkeypatch.setenv("USERPROFILE", str(HOME))


def checked(make: Any, *cells: Any) -> Any:
    given = new_code_cell('data = "/srv/observatoire/data"', metadata={"tags": [checks.INJECTED]})
    notebook = make.notebook(given, *cells, make.finding())
    return finalise(notebook, make.page(), ABOUT, MACHINE)


def stream(text: str, name: str = "stdout") -> Any:
    return new_output("stream", name=name, text=text)


def result(**data: Any) -> Any:
    names = {"plain": "text/plain", "markdown": "text/markdown", "html": "text/html"}
    return new_output("execute_result", {names[key]: text for key, text in data.items()})


@pytest.mark.parametrize(("output", "told"), [
    (stream("environ({'LOGNAME': 'marie'})"), "^cell 4 prints; end it with what it is to show"),
    (result(plain="PosixPath('x')"), "^cell 4 shows a bare Python value; show a sentence"),
    (result(markdown=f"Voir {HOME}/notes."), "^cell 4 holds a path of this machine"),
    (result(html=f"<p>{MACHINE}</p>", plain="x"), "^cell 4 holds a path of this machine"),
    (result(markdown="x", plain=f"file://{MACHINE}/data"), "^cell 4 holds a path"),
])  # fmt: skip
def test_what_no_page_may_show_is_refused_and_its_cell_named(make, output, told):
    with pytest.raises(PageError, match=told):
        checked(make, make.shows("x = 1"), make.shows("show()", output))


def test_a_path_in_a_source_is_refused_and_all_that_is_wrong_is_told_at_once(make):
    with pytest.raises(PageError, match=r"^cell 3 holds a path of this machine"):
        checked(make, make.shows(f"read('{HOME}/ventes.csv')"))
    with pytest.raises(PageError, match=r"^cell 3 prints; .*; cell 4 shows a bare"):
        checked(make, make.shows("print(1)", stream("1")), make.shows("1", result(plain="1")))


def test_a_sentence_on_a_ministry_may_carry_more_than_a_page_shows(make, monkeypatch):
    assert (checks.PAGE_BYTES, checks.DATA_BYTES) == (10_000_000, 100_000_000)
    output = make.output("text", "Sur 120 produits, 60 progressent.")
    output["data"][estimates.MIME]["rows"] *= 30_000
    cells = (make.shows("x = 1"), make.shows("say()", output), make.finding())
    outputs = [output for cell in cells for output in cell.outputs]
    rows = [len(json.dumps(one.data[estimates.MIME]["rows"])) for one in outputs]
    whole = [len(json.dumps(one, ensure_ascii=False)) for one in outputs]
    for bound, bytes_of, what in (
        ("DATA_BYTES", sum(rows), r"carry estimates of 1\.\d MB, of which cell 4 has 1\.\d"),
        ("PAGE_BYTES", sum(whole) - sum(rows), r"have 0\.0 MB, of which cell \d has 0\.0"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(checks, bound, bytes_of)
            checked(make, *cells[:2])
            patch.setattr(checks, bound, bytes_of - 1)
            with pytest.raises(PageError, match=rf"its outputs {what}; a page may have \d; show"):
                checked(make, *cells[:2])


@pytest.mark.parametrize(
    "number", ["6,4458", "6.445783132530121", "_6,445_", "1 234,567", "6.4458e-05", "6,4458/10"]
)
def test_digits_that_tell_what_each_answered_are_refused_in_all_that_is_read(make, number):
    said = f"La note est de {number}, contre 3,1."
    told = r"^cell 3 tells .*\d[.,]\d{3}.*, with more decimals than a page tells; "
    told += r"say it with `study\.say`, or write it with `french\.number\(x, 1\)`$"
    shown = [result(markdown=said, plain="x"), result(html=f"<p>{said}</p>", plain="x")]
    for part in ("caption", "alt", "data_markdown"):
        shown.append(make.output("table", **{part: said}))
    for cell in [make.markdown(said), *(make.shows("show()", output) for output in shown)]:
        with pytest.raises(PageError, match=told):
            checked(make, cell)


@pytest.mark.parametrize("words", [
    "La note est de 6,45 sur 10 pour 1 234 567 visites, 98,5 % et −0,25 point.",
    "Version 3.14.159, version 3.141, v3.141, le 24.11.2026 à 12:30:05.123.",
    "DOI 10.1016/j.socec.2014, [la suite](https://a.fr/1.2345), <https://a.fr/1.2345>.",
    "`x = 1.2345` et l'adresse 127.0.0.1, arXiv:2101.12345, article R.123-456.",
    "Un écart d'au moins 0,004 à 1,234 point.",  # which would read 0,00
])  # fmt: skip
def test_versions_dates_links_code_and_what_pages_write_are_no_such_digits(make, words):
    checked(make, make.markdown(words), make.shows("show()", result(markdown=words, plain="x")))
    shown = make.output("table", "<table><tr><td>0,1234</td></tr></table>", rows=["x,-0.1234"])
    checked(make, make.shows("#| label: tbl-x\nshow()", shown))  # the cell carries its value


def test_words_that_only_look_like_a_path_and_warnings_are_no_mistake(make, monkeypatch):
    address = "https://exemple.fr/home/marie-curie et /srv/observatoires"
    warns = make.shows("warn()", stream(f"{HOME}: attention", "stderr"))
    shows = make.shows("show()", result(markdown=address, plain="x"))
    assert str(HOME / "x") not in str(checked(make, warns, shows))
    monkeypatch.setenv("HOME", "/")
    checked(make, make.shows("show()", result(markdown="a / b, /c")))
