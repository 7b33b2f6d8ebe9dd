"""An executed notebook becomes a page that says what its study showed, not where it ran.

What two pages tell differently, or a table calls unmeasured, stops an edition.
"""

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
import yaml
from nbformat.v4 import new_output
from tests.copies import demonstration_catalogue

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.edition import finalise as checks
from observlib.edition.finalise import PageError, check_pages, finalise, linked
from observlib.edition.plan import Page
from observlib.estimates import make_comparisons
from observlib.language.prose import NBSP, typography
from observlib.publish.pandoc import cell_options

ROOT, HOME = Path("/srv/observatoire"), Path("/home/marie")
EDITION = {"quarter": "2026-T3", "kind": "real", "site": "Baromètre de l’eau"}
LABELS = {"chart": "#| label: fig-a\n", "table": "#| label: tbl-a\n", "text": ""}


def finalised(make: Any, *cells: Any, page: Page | None = None) -> Any:
    return finalise(make.notebook(*cells), page or make.page(), EDITION, ROOT)


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
    ('data = "/srv/observatoire/data/demo"', 'data = "data/demo"'),
    ('data = "/srv/secret/enquete"', 'data = "enquete"'),
    ('data = "/srv/secret/l\\"enquete"', 'data = "l\\"enquete"'),
    ('data = "/srv/secret/\\xe9t\\xe9"', 'data = "\\u00e9t\\u00e9"'),
    ('data = "/srv/observatoire2/data"', 'data = "data"'), ("years = 3", "years = 3"),
])  # fmt: skip
def test_the_parameters_of_a_page_do_not_tell_where_its_data_was(make, written, published):
    text = f'# Parameters\nquarter = "2026-T3"\n{written}\n'
    injected = make.shows(text, tags=("injected-parameters",))
    page = finalised(make, injected, make.finding())
    assert page.cells[2].source == text.replace(written, published)


def test_nothing_of_the_run_or_the_machine_stays(make):
    notebook = make.notebook(
        make.shows("warn()", stream(f"{ROOT}: careful", "stderr")), make.finding()
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
    titled = replace(make.page(), title="Le *Journal* <b>")
    made = finalised(make, make.finding("Dit **\\*fort\\***, \\@ici."), page=titled)
    assert header(made)["title"] == "Le \\*Journal\\* \\<b\\>"
    assert header(made)["description"] == "Dit \\*fort\\*, \\@ici."


def lecture(make: Any, caption: str) -> tuple[str, str]:
    """The title of a chart of this caption, and what stands below it."""
    titled = {"caption": caption, "title": "Visites, 3e trimestre 2026"}
    page = finalised(make, showing(make, "chart", **titled), make.finding("Douze."))
    (at,) = [i for i, source in enumerate(sources(page)) if "label: fig-a" in source]
    return cell_options(sources(page)[at])["fig-cap"], sources(page)[at + 1]


def test_a_long_caption_is_no_title_but_says_how_the_chart_is_read(make):
    answer = " ".join(["mot"] * 16)
    title, below = lecture(make, answer)
    assert title == "Visites, 3e trimestre 2026"
    assert below.startswith(f"**Lecture{NBSP}:** {answer}\n\n")
    title, below = lecture(make, "Deux mots")
    assert title == "Deux mots" and "Lecture" not in below


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(HOME))
    monkeypatch.setenv("USERPROFILE", str(HOME))


def checked(make: Any, *cells: Any) -> Any:
    given = make.shows(f'data = "{ROOT}/data"', tags=(checks.INJECTED,))
    return finalised(make, given, *cells, make.finding())


def stream(text: str, name: str = "stdout") -> Any:
    return new_output("stream", name=name, text=text)


def result(**data: Any) -> Any:
    names = {"plain": "text/plain", "markdown": "text/markdown", "html": "text/html"}
    return new_output("execute_result", {names[key]: text for key, text in data.items()})


@pytest.mark.parametrize(("output", "told"), [
    (stream("environ({'LOGNAME': 'marie'})"), "^cell 4 prints; end it with what it is to show"),
    (result(plain="PosixPath('x')"), "^cell 4 shows a bare Python value; show a sentence"),
    (result(markdown=f"Voir {HOME}/notes."), "^cell 4 holds a path of this machine"),
    (result(html=f"<p>{ROOT}</p>", plain="x"), "^cell 4 holds a path of this machine"),
    (result(markdown="x", plain=f"file://{ROOT}/data"), "^cell 4 holds a path"),
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


MARK = {"indicator": "satisfaction_10", "unit": "sur 10", "n": 200, "channel": "web"}


def mark(product: str, device: str, estimate: float = 7.0, **more: Any) -> dict[str, Any]:
    row = {**MARK, "product": product, "device": device, "period": "2026-T3"}
    return {**row, "estimate": estimate, **more}


def telling(make: Any, *told: pd.DataFrame) -> str:
    """A page that tells estimates, or comparisons."""
    return showing_what(make, display.text("Note").carrying([*told], demonstration_catalogue()))


def showing_what(make: Any, shown: display.Output) -> str:
    output = new_output("display_data", shown._repr_mimebundle_())
    return nbformat.writes(make.notebook(make.shows("", output)))


RATINGS = estimates.make(
    [mark("service-public", "jdma-service-public"), mark("boamp", "jdma-boamp")]
)
SURVEY = estimates.make([mark("service-public", "enquete-service-public", 6.8)])


def unmeasured(make: Any, surveys: pd.DataFrame, *others: pd.DataFrame, **pages: str) -> list[str]:
    """What a page hides whose table has the marks of ratings and of surveys in a column each."""
    columns, known = {"Avis": RATINGS, "Enquêtes": surveys}, demonstration_catalogue()
    table = display.dashboard_table(columns, known, caption="Notes", rows="product")
    rows = pd.concat([RATINGS, surveys, *others], ignore_index=True)
    try:
        check_pages({"panorama": showing_what(make, table)}, pages, rows)
    except ObservError as error:
        return list(error.problems[:-1])
    return []


def test_a_survey_that_a_table_calls_unmeasured_is_told_with_both_pages(make):
    """The panorama said that nothing measures what the page of the survey tells."""
    asked = estimates.make([mark("legifrance", "enquete-legifrance")])
    (found,) = unmeasured(make, asked, SURVEY, enquete=telling(make, SURVEY))
    assert found.startswith("panorama: a table says that no device measures satisfaction_10")
    assert "enquete-service-public" in found and "and enquete tells it" in found
    (alone,) = unmeasured(make, asked, SURVEY)
    assert "the edition's frame tells it" in alone


WITHHELD = {"estimate": float("nan"), "n": float("nan"), "status": "suppressed"}


@pytest.mark.parametrize("other", [
    {"product": "legifrance"}, {"period": "2026-T2"}, {"channel": "phone"},
    {"group": "age", "group_value": "18-24"}, WITHHELD,
], ids=["another row", "another quarter", "another channel", "a group", "withheld"])  # fmt: skip
def test_what_is_of_another_thing_or_withheld_is_not_hidden(make, other):
    more = estimates.make([mark("boamp", "enquete-boamp") | other])
    assert not unmeasured(make, SURVEY, more)


def test_two_pages_or_one_and_the_frame_that_tell_an_estimate_otherwise_are_named(make):
    frame = estimates.make([mark("boamp", "jdma-boamp", 7.0)])
    halved = estimates.make([mark("boamp", "jdma-boamp", 3.5)])
    own = estimates.make([mark("boamp", "jdma-boamp", 3.5, group="age", group_value="18-24")])
    pair = {**halved.iloc[0], **halved.iloc[0].add_prefix("reference_")}
    pairs = make_comparisons(pd.DataFrame([{**pair, "against": "before", "verdict": "unknown"}]))
    line = r"boamp, web, jdma-boamp, 2026-T3: the edition's frame tells 7 sur 10, and a tells 3\.5"
    for shown, is_told in ((frame, False), (halved, True), (own, False), (pairs, True)):
        now = {"a": telling(make, shown), "c": telling(make, shown)}
        with pytest.raises(ObservError, match=line) if is_told else nullcontext():
            check_pages(now, {}, frame)
    others = {"b": telling(make, halved)}
    check_pages({}, others, frame)  # it was made of another frame
    with pytest.raises(
        ObservError, match=r"b tells 3\.5 sur 10, and a tells 7 sur 10; select both"
    ):
        check_pages({"a": telling(make, frame)}, others, frame)


EVENT = {"id": "robots", "title": "Les robots", "words": "Les robots (changement de mesure)"}


def carrying(make: Any, source: str, **content: object) -> Any:
    data = {estimates.MIME: {"rows": [], **content}, "text/plain": "x"}
    return make.shows(source, new_output("display_data", data))


def curve(make: Any, page: str, label: str = "fig-visites", *events: dict[str, str]) -> list[Any]:
    drawn = {"kind": "chart", "title": "Visites", "events": [*events]}
    files = f"::: {{.figure-files}}\n[SVG]({page}/{label}.svg)\n:::"
    return [carrying(make, f"#| label: {label}", **drawn), make.markdown(files)]


def prose(text: str) -> str:
    cells = json.loads(text)["cells"]
    found = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return "\n".join(found).replace("\xa0", " ")


def test_links_lead_from_a_curve_to_what_happened_to_it_and_back(make):
    cells = {
        "actions": [carrying(make, "each", kind="text", tells=["robots", "lettre"])],
        "audience": curve(make, "audience", "fig-visites", EVENT),
        "fiche": curve(make, "fiche", "fig-a", EVENT) + curve(make, "fiche", "fig-b"),
        "autre": curve(make, "autre"),
    }
    pages = {
        name: nbformat.writes(make.notebook(*own, header=f"title: {name.title()}"))
        for name, own in cells.items()
    }
    found = linked(pages, pages)
    link = "Sur la courbe : [Les robots (changement de mesure)](actions.ipynb#action-robots)."
    assert f"::: {{.figure-files}}\n{link}\n\n[SVG](audience/" in prose(found["audience"])
    assert prose(found["fiche"]).count(link) == 1  # and none below the other figure
    told = prose(found["actions"])
    assert "- Les robots\n  - [Audience : Visites](audience.ipynb#fig-visites)" in told
    assert "  - [Fiche : Visites](fiche.ipynb#fig-a)" in told
    assert "fig-b" not in told and "lettre" not in told
    assert found["autre"] == pages["autre"]  # which has no marked curve
    alone = {"audience": pages["audience"]}
    assert linked(alone, alone) == alone  # no link leads to what no page tells
    assert linked(pages, ["actions"]) == {"actions": found["actions"]}  # a page that stays does
