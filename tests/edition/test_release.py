"""A release changes what is published as a whole or not at all, whatever interrupts it.

Studies are not executed here: a copy of each notebook, which holds its outputs, stands for its
execution. All else is real: the plan, the pages, the embedded publisher, the exchange of folders.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from tests.copies import copy_catalogue

from observlib import estimates
from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.base.period import Quarter
from observlib.edition import make as making
from observlib.edition import release as module
from observlib.edition.execute import Outcome
from observlib.edition.plan import Page
from observlib.pipeline import archive, disclosed
from observlib.publish.editions import record
from observlib.store.ledger import Entry, Ledger, write_ledger
from observlib.themes import quotes

PROJECT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
T3 = "2026-T3"
QUARTO = """project:
  type: website
  output-dir: _rendered
  render: [index.qmd, "*.ipynb"]
lang: fr-FR
website:
  title: Essai
  sidebar:
    contents: [index.qmd, {auto: "*.ipynb"}]
format:
  html: default
"""
PDF = """  typst: default
"""
PREVIOUS = {
    "_site/index.html": "le site d'avant",
    "_site/2026-T3/panorama.html": "la page d'avant",
    "editions/2026-T3/manifest.json": "{}",
    "editions/2026-T3/panorama.ipynb": "le carnet d'avant",
    "editions/2026-T2/panorama.ipynb": "un autre trimestre",
}
FRAME = ("estimates.parquet", "comparisons.parquet", "disclosure.json")
STUDIES = ("panorama.ipynb", "satisfaction.ipynb")
PACKAGE = (
    *("donnees/estimates.csv", "donnees/comparisons.csv", "donnees/dictionary.csv"),
    *("donnees/datapackage.json", "donnees/dataset.jsonld"),
    *("donnees/observatoire-2026-t3.xlsx", "donnees/observatoire-2026-t3.zip"),
)
Release = Callable[..., tuple[Path, list[str]]]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_study(root: Path, name: str, header: str = "", words: str = "Fin.") -> None:
    text = f"title: {name.title()}\norder: 10\nquestion: Quoi ?\n" + (
        header or "parameters: {quarter: {type: quarter}, data: {type: data}}"
    )
    shown = new_output("display_data", {"text/markdown": f"Constat de {name}."})
    notebook = new_notebook(
        cells=[
            new_raw_cell(f"---\n{text}\n---"),
            new_code_cell(
                "\n".join(f"{key} = None" for key in re.findall(r"(\w+): \{type", text)),
                metadata={"tags": ["parameters"]},
            ),
            new_code_cell(f"say()  # {words}", metadata={"tags": ["finding"]}, outputs=[shown]),
            new_markdown_cell(words),
        ]
    )
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata.update(kernelspec=kernel, language_info={"name": "python"})
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)


def write_store(
    root: Path, kind: str = "demonstration", end: str = "2026-09-30", folder: str = "data"
) -> Path:
    """A data folder whose store has answers on one product; its pages read none of them."""
    content = f"{kind}{end}"
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    entry = Entry(
        device="jdma-vie-publique", name="x.csv", content=content, digest=content, catalogue="",
        read=end, table="ratings", rejected=0, span=None, part="ratings/x.parquet", sha256=sha256,
        rows=3, start="2025-01-01", end=end, corrected={},
    )  # fmt: skip
    (root / folder / "store").mkdir(parents=True, exist_ok=True)
    write(root / folder / "store" / "ratings" / "x.parquet", content)
    write_ledger(root / folder / "store", Ledger(kind, [entry]))
    return root / folder


def tree(folder: Path) -> dict[str, bytes]:
    """Everything below a folder: hidden files and empty folders too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in sorted(folder.rglob("*"))
    }


def published(root: Path) -> dict[str, bytes]:
    """What is published, but for what no two builds have alike."""
    return {
        f"{name}/{key}": content
        for name in ("_site", "editions")
        for key, content in tree(root / "reports" / name).items()
        if Path(key).name not in record.APART
    }


def leftovers(root: Path) -> list[str]:
    """Hidden files and folders in `reports/`, but for what is kept: the work of runs."""
    names = {path.name for path in (root / "reports").iterdir() if path.name.startswith(".")}
    return sorted(names - {".kept"})


def make_root(root: Path, previous: bool = True) -> Path:
    copy_catalogue(root)
    write(root / "reports" / "_quarto.yml", QUARTO)
    write(root / "reports" / "index.qmd", "---\ntitle: Accueil\n---\n\nBonjour.\n")
    for name in ("_editions.qmd", "_calendar.qmd", "_reviews.qmd", "_errata.qmd", "_series.qmd"):
        shutil.copy(PROJECT / "reports" / name, root / "reports")
    for name, text in PREVIOUS.items() if previous else ():
        write(root / "reports" / name, text)
    write_study(root, "panorama")
    write_study(root, "satisfaction")
    write_store(root)
    return root


def execute(
    pages: list[Page],
    folder: Path,
    root: Path,
    workers: Any = 2,
    progress: Callable[[int, int, str], None] | None = None,
    errors: dict[str, str] | None = None,
) -> list[Outcome]:
    """What `edition.execute` does, without running anything."""
    outcomes = []
    for done, page in enumerate(pages, start=1):
        path = folder / f"{page.name}.ipynb"
        notebook = nbformat.read(page.study.path, as_version=4)
        lines = [f"{key} = {json.dumps(value)}" for key, value in page.parameters.items()]
        cell = new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]})
        notebook.cells.insert(2, cell)
        nbformat.write(notebook, path)
        outcomes.append(Outcome(page, path, (errors or {}).get(page.name, "")))
        if progress:
            progress(done, len(pages), page.name)
    return outcomes


@pytest.fixture(scope="session")
def kept_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the published pages of all these small projects are kept, most of which are alike."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_site: Path | None) -> Path:
    made = make_root(tmp_path.resolve() / "project")
    prepare(made, monkeypatch, kept_site)
    return made


def prepare(root: Path, patch: pytest.MonkeyPatch, kept_site: Path | None) -> None:
    """Let a project publish without executing anything."""
    if kept_site:
        (root / "reports" / ".kept").mkdir()
        (root / "reports" / ".kept" / "site").symlink_to(kept_site)
    patch.chdir(root)
    patch.setattr(making, "execute", execute)
    patch.setattr(disclosed, "jobs", lambda _: [])  # no page reads a family


@pytest.fixture
def release(root: Path) -> Release:
    def run(
        quarter: str | None = T3, data: Path | None = None, **words: Any
    ) -> tuple[Path, list[str]]:
        wanted = Quarter.parse(quarter) if quarter else None
        about = {"publisher": "embedded", "today": TODAY} | words
        return module.release(root, data or root / "data", wanted, **about)

    return run


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the execution of some pages fail."""

    def fail(**errors: str) -> None:
        monkeypatch.setattr(
            making, "execute", lambda *words, **named: execute(*words, **named, errors=errors)
        )

    return fail


@pytest.fixture
def unchanged(root: Path) -> Iterator[None]:
    """What was published before the test is there after it, byte by byte, and nothing beside."""
    before = published(root)
    assert "_site/index.html" in before
    yield
    assert published(root) == before
    assert leftovers(root) == []


def manifest(root: Path, quarter: str = T3) -> dict[str, Any]:
    path = root / "reports" / "editions" / quarter / "manifest.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


# What a release makes


def test_a_release_replaces_its_quarter_s_pages_and_notebooks_and_leaves_those_of_other_quarters(
    release, root
):
    index, failed = release()
    assert failed == []
    assert index == root / "reports" / "_site" / "index.html"
    found = published(root)
    assert b"d'avant" not in b"".join(found.values())
    assert found["editions/2026-T2/panorama.ipynb"] == PREVIOUS[
        "editions/2026-T2/panorama.ipynb"
    ].encode("utf-8")
    assert {name for name in found if name.startswith("editions/2026-T3/")} == {
        f"editions/2026-T3/{name}"
        for name in ("manifest.json", *FRAME, "donnees", *PACKAGE, *STUDIES)
    }
    assert {"_site/2026-T3/panorama.html", "_site/2026-T3/panorama.ipynb"} <= set(found)
    assert not [name for name in found if "2026-T2" in name and name.startswith("_site/")]
    assert leftovers(root) == []


def test_all_data_stand_beside_the_notebooks_and_readers_get_the_package_of_them(release, root):
    place = "<!-- donnees -->\n<!-- /donnees -->\n"
    write(root / "reports" / "index.qmd", f"---\ntitle: Accueil\n---\n\n{place}")
    release()
    edition = root / "reports" / "editions" / T3
    told = (*FRAME, *PACKAGE)
    digests = {name: hashlib.sha256((edition / name).read_bytes()).hexdigest() for name in told}
    assert manifest(root)["frame"] == digests
    site = root / "reports" / "_site"
    assert not [*site.rglob("*.parquet")]
    for name in PACKAGE:
        assert (site / T3 / name).read_bytes() == (edition / name).read_bytes()
    home = (site / "index.html").read_text(encoding="utf-8")
    assert {name for name in PACKAGE if f'href="{T3}/{name}"' in home} == {*PACKAGE}
    page = (site / T3 / "panorama.html").read_text(encoding="utf-8")
    assert 'href="donnees/observatoire-2026-t3.zip" download>' in page


def test_the_same_release_twice_is_the_same_bytes(release, root):
    release()
    first = published(root)
    release()
    assert published(root) == first


def test_a_first_release_needs_nothing_published_before(release, root):
    for name in ("_site", "editions"):
        shutil.rmtree(root / "reports" / name)
    release()
    assert manifest(root)["quarter"] == T3
    assert leftovers(root) == []


def copy_sheets(root: Path) -> None:
    for name in ("practices", "demo/practices"):
        shutil.copytree(PROJECT / "data" / name, root / "data" / name)


def copy_site(root: Path) -> None:
    """The project's own site but for its home page and glossary, which have one of their own."""
    names = ["_quarto.yml", "retours.qmd", "methode.qmd", "accessibilite.qmd"]
    names += ["drawings.css", "style.css", "origines.qmd"]
    for name in (*names, "_redaction.md", "_machine.md", "references.bib", "references.csl"):
        shutil.copy(PROJECT / "reports" / name, root / "reports")
    for path in (PROJECT / "reports").glob("*.lua"):
        shutil.copy(path, root / "reports")
    (root / "reports" / "glossaire.qmd").write_text("---\ntitle: Mots\n---\nMots.\n", "utf-8")


def test_the_method_page_tells_what_was_measured_of_texts_and_by_which_rule_they_are_quoted(
    release, root
):
    copy_sheets(root)
    copy_site(root)
    release(data=write_store(root, folder="data/demo"))
    page = (root / "reports" / "_site" / T3 / "methode.html").read_text(encoding="utf-8")
    found = re.sub(r"<[^>]*>", " ", page)
    assert f"de {quotes.SHORTEST} à {quotes.LONGEST} signes" in found
    assert "Adresses électroniques" in found and "Toujours la plus fréquente" in found
    assert "pour chaque édition" not in found  # which stands where nothing was put
    (root / "reports" / "_redaction.md").unlink()
    with pytest.raises(ObservError, match=r"reports/_redaction\.md: is absent"):
        release(data=root / "data" / "demo")


def test_a_figure_that_changes_in_silence_publishes_nothing_until_its_reason_is_written(
    release, root, monkeypatch
):
    figure = {"indicator": "visits", "product": "boamp", "period": T3, "unit": "visites"}
    real, today = making.frame_files, date(2026, 12, 2)

    def tell(value: float) -> None:
        rows = estimates.make([figure | {"estimate": value, "source": "x@1"}])
        told_ = {archive.ESTIMATES: rows.to_parquet(index=False)}
        for place in (making, module):
            monkeypatch.setattr(place, "frame_files", lambda *words: real(*words) | told_)

    tell(1000.0)
    release()
    tell(1200.0)
    before = published(root)
    with pytest.raises(ObservError, match=r"visits, boamp, 2026-T3: 1000 in 2026-T3, now 1200\n"):
        release(today=today)
    assert published(root) == before
    assert archive.names(root / "data") == ("0001-2026-T3",)
    policy = root / "data" / "catalogue" / "revisions.yml"
    entry = f"- {{id: x, kind: correction, why: Des robots étaient comptés., since: {today}"
    with policy.open("a", encoding="utf-8") as stream:
        stream.write(f"{entry}, product: [boamp]}}\n")
    release(today=today)
    series = (root / "reports" / "_site" / "series.csv").read_text(encoding="utf-8")
    assert [line.split(",")[-2] for line in series.splitlines()] == ["reason", "", "x"]
    release(today=date(2026, 12, 3))  # nothing changes any more
    assert archive.names(root / "data") == ("0001-2026-T3", "0002-2026-T3")


def test_practice_sheets_become_pages_that_the_edition_s_pages_may_link_to(release, root):
    copy_sheets(root)
    copy_site(root)
    write(root / "reports" / "practices" / "oubliee.qmd", "---\ntitle: Vieille\n---\nFin.\n")
    write_study(root, "panorama", words="Voir [la fiche](/practices/sus-a-chaud.qmd).")
    release(data=write_store(root, folder="data/demo"))
    slugs = {path.stem for path in (root / "data").rglob("practices/*.md")}
    site = root / "reports" / "_site" / T3
    assert {path.stem for path in (site / "practices").iterdir()} == slugs
    page = (site / "panorama.html").read_text(encoding="utf-8")
    assert '<a href="practices/sus-a-chaud.html">' in page
    sheet = (site / "practices" / "sus-a-chaud.html").read_text(encoding="utf-8")
    assert "récit inventé" in sheet and "Retours d’expérience" in sheet
    listed = (site / "retours.html").read_text(encoding="utf-8")
    assert all(f'href="practices/{slug}.html"' in listed for slug in slugs)


def test_real_data_stand_beside_no_invented_sheet(release, root):
    copy_sheets(root)
    copy_site(root)
    write_store(root, kind="real")
    release()
    assert {path.stem for path in (root / "reports" / "_site" / T3 / "practices").iterdir()} == {
        path.stem for path in (root / "data" / "practices").glob("*.md")
    }


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("practices/fiche.md", "---\ntitle: Une fiche\n---\nFin.\n", "'verdict' is missing"),
        ("actions/refonte.yml", "id: refonte\n", "'refonte': key 'expected' is missing"),
        ("partners/reponse.yml", "id: reponse\n", "'reponse': key 'will_do' is missing"),
    ],
)
def test_a_wrong_sheet_action_or_reply_stops_the_edition_before_anything_runs(
    release, root, unchanged, name, text, told
):
    write(root / "data" / "practices" / "vocabulary.yml", "tools: {}\nmethods: {}\n")
    write(root / "data" / name, text)

    def never(*words: Any) -> None:
        raise AssertionError("a study ran")

    with pytest.raises(ObservError, match=rf"{Path(name).name}:1: .*{told}"):
        release(executing=never)


def test_files_of_the_site_s_own_settings_reach_the_publisher_and_what_was_made_does_not(
    release, root, monkeypatch
):
    write(root / "reports" / "_extensions" / "a" / "_extension.yml", "x")
    write(root / "reports" / "images" / "a.svg", "x")
    write(root / "reports" / "_failed" / "old.ipynb", "x")
    seen: list[str] = []
    real = module.publish

    def look(copy: Path, *words: Any) -> Path:
        seen[:] = seen or [*tree(copy)]  # the list of editions comes after
        return real(copy, *words)

    monkeypatch.setattr(module, "publish", look)
    release()
    assert {"_quarto.yml", "_extensions/a/_extension.yml", "images/a.svg", "index.qmd"} <= set(seen)
    assert not {"_site", "_failed", "editions/2026-T2"} & set(seen)


def test_a_page_for_each_product_with_data_and_no_other(release, root):
    write_study(root, "fiche", "parameters: {product: {type: product, each: true}}")
    release()
    names = {path.name for path in (root / "reports" / "editions" / T3).glob("fiche*")}
    assert names == {"fiche-vie-publique.ipynb"}


# Which quarter


@pytest.mark.parametrize(
    ("today", "end", "quarter"),
    [
        (date(2026, 11, 24), "2026-09-30", "2026-T3"),
        (date(2026, 11, 24), "2026-09-29", "2026-T2"),  # the data does not go to the end
        (date(2026, 10, 1), "2026-10-01", "2026-T3"),
        (date(2026, 9, 30), "2026-09-30", "2026-T2"),  # the quarter has not ended today
        (date(2026, 11, 24), "2026-11-20", "2026-T3"),
    ],
)
def test_the_quarter_is_the_latest_complete_one_with_data(release, root, today, end, quarter):
    write_store(root, end=end)
    release(None, today=today)
    assert manifest(root, quarter)["quarter"] == quarter


@pytest.mark.parametrize("today", [date(2019, 5, 2), date(2026, 9, 28)])
def test_a_clock_behind_the_data_publishes_nothing_until_a_quarter_is_named(
    release, root, unchanged, today
):
    told = f"^today is {today} by this machine's clock, and the store has data to 2026-09-30; set"
    with pytest.raises(ObservError, match=told):
        release(None, today=today)


def test_a_quarter_that_has_ended_can_be_named_whatever_the_clock(release, root):
    release("2025-T1", today=date(2026, 9, 1))
    assert manifest(root, "2025-T1")["quarter"] == "2025-T1"


def test_the_default_quarter_is_checked_for_data_as_a_given_one(release, root, unchanged):
    ledger = root / "data" / "store" / "ledger.json"
    held = json.loads(ledger.read_text(encoding="utf-8"))
    held["files"][0] |= {"start": "2026-10-02", "end": "2026-11-20"}  # no quarter of it has ended
    del held["sha256"]
    ledger.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(ObservError, match="2026-T3: the store has no data for it; it goes from"):
        release(None)


@pytest.mark.parametrize(("quarter", "today"), [("2026-T4", TODAY), (T3, date(2026, 9, 30))])
def test_a_quarter_that_has_not_ended_is_refused(release, unchanged, quarter, today):
    with pytest.raises(UsageError, match=f"{quarter}: has not ended; the latest with data is"):
        release(quarter, today=today)


def test_a_data_folder_without_store_or_with_an_empty_one_is_refused(release, root, unchanged):
    with pytest.raises(ObservError, match="has no store; run `observ ingest"):
        release(data=root / "nowhere")
    write(root / "empty" / "store" / "ledger.json", '{"kind": "real", "files": []}')
    with pytest.raises(ObservError, match="the store is empty"):
        release(data=root / "empty")


# What an edition remembers


def test_the_manifest_says_of_which_store_kind_and_day_it_is(release, root):
    release()
    first = manifest(root)
    assert (first["kind"], first["published"]) == ("demonstration", "2026-11-24")
    write_store(root, end="2026-10-31")
    release()
    now = manifest(root)["studies"][0]
    assert now["data"] != first["studies"][0]["data"]


def test_nothing_of_a_demonstration_stays_in_a_real_edition_nor_takes_its_place(release, root):
    real = write_store(root, "real", folder="private")
    release()
    assert b"synth\xc3\xa9tiques" in published(root)["editions/2026-T3/panorama.ipynb"]
    (root / "notebooks" / "satisfaction.ipynb").unlink()
    release(data=real)
    found = published(root)
    assert manifest(root)["kind"] == "real"
    mine = {name: text for name, text in found.items() if T3 in name or name.startswith("_site")}
    assert not [name for name, text in mine.items() if b"synth\xc3\xa9tique" in text]
    assert not [name for name in mine if "satisfaction" in name]
    with pytest.raises(UsageError, match=r"holds editions of real data \(2026-T3\)"):
        release()
    assert published(root) == found


def test_no_file_of_a_release_tells_where_it_was_made(release, root, tmp_path):
    outside = write_store(tmp_path.resolve(), folder="secret place")
    release(data=outside)
    for name, content in published(root).items():
        assert str(tmp_path).encode() not in content, name


def test_a_store_that_changes_meanwhile_is_not_published_as_one(release, root, unchanged):
    def ingest(done: int, total: int, name: str) -> None:
        write_store(root, end="2026-12-31")

    with pytest.raises(ObservError, match="the store changed while the studies ran"):
        release(executing=ingest)


# Failures


def test_a_project_without_studies_or_site_settings_is_told_so(release, root, unchanged):
    (root / "reports" / "_quarto.yml").rename(root / "aside")
    with pytest.raises(ObservError, match=r"_quarto\.yml"):
        release()
    shutil.rmtree(root / "notebooks")
    with pytest.raises(ObservError, match="holds no study"):
        release()


def test_a_failing_study_changes_nothing_and_its_notebook_is_kept(
    release, root, failing, unchanged
):
    failing(satisfaction="cell 3: ValueError: no")
    with pytest.raises(ObservError, match="study satisfaction: cell 3: ValueError: no; see "):
        release()
    assert set(tree(root / "reports" / "_failed")) == {"satisfaction.ipynb"}


def test_a_partial_edition_is_published_only_where_it_is_asked_for_and_says_so(
    release, root, failing
):
    failing(satisfaction="cell 3: ValueError: no")
    _, failed = release(keep_going=True)
    kept = root / "reports" / "_failed" / "satisfaction.ipynb"
    assert failed == [f"study satisfaction: cell 3: ValueError: no; see {kept}"]
    assert kept.is_file()
    found = published(root)
    assert "_site/2026-T3/panorama.html" in found
    assert not [name for name in found if "satisfaction" in name]


def test_nothing_is_published_where_every_study_fails(release, failing, unchanged):
    failing(panorama="cell 3: E: 1", satisfaction="cell 3: E: 2")
    with pytest.raises(ObservError, match="nothing was published"):
        release(keep_going=True)


def test_pages_that_cannot_be_published_change_nothing_and_are_all_told(release, root, unchanged):
    write_study(root, "panorama", words="Suivez-vous @servicepublic ?")
    write_study(root, "satisfaction", words="Voir @fig-nulle-part.")
    with pytest.raises(ObservError) as caught:
        release()
    assert caught.value.problems == (
        "panorama.ipynb: unknown citation key @servicepublic; add it to the bibliography",
        "satisfaction.ipynb: unresolved reference @fig-nulle-part; "
        "the page has no labelled figure or table",
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Suivez-vous @servicepublic ?", "unknown citation key @servicepublic"),
        ("Voir @fig-nulle-part.", "unresolved reference @fig-nulle-part"),
        ("[a](nulle-part.qmd)", "'nulle-part.html' leads to no file of the site"),
        ("::: {.a}\ntexte", "pandoc: "),
        ('![](absent.svg){fig-alt="Un"}', "its PDF cannot be made: .*absent.svg"),
    ],
)
def test_with_keep_going_a_page_that_cannot_be_published_is_left_out_and_told(
    release, root, words, told
):
    write(root / "reports" / "_quarto.yml", QUARTO + ("" if "nulle" in words else PDF))
    links = "Voir [Panorama](panorama.ipynb) et [lui](/panorama.ipynb)."
    write_study(root, "panorama", words=words)
    write_study(root, "satisfaction", words=links)
    _, (line,) = release(keep_going=True)
    kept = root / "reports" / "_failed" / "panorama.ipynb"
    assert re.fullmatch(f"study panorama: {told}.*; see {re.escape(str(kept))}", line)
    assert kept.is_file()
    about = manifest(root)
    assert [study["page"] for study in about["studies"] if "sha256" in study] == ["satisfaction"]
    found = published(root)
    assert not [name for name in found if "panorama" in name and "T2" not in name]
    page = found["_site/2026-T3/satisfaction.html"].decode("utf-8")
    assert "<p>Voir Panorama et lui.</p>" in page
    home = found["_site/index.html"].decode("utf-8")
    assert home.count("n’a pas pu être établie") == 1 and "panorama.html" not in home
    assert leftovers(root) == []


def test_where_no_page_can_be_published_or_a_fixed_one_fails_keep_going_changes_nothing(
    release, root, unchanged
):
    for name in ("panorama", "satisfaction"):
        write_study(root, name, words="Suivez-vous @servicepublic ?")
    with pytest.raises(
        ObservError, match=r"study satisfaction: unknown .*\n.*nothing was published"
    ):
        release(keep_going=True)
    write_study(root, "panorama")
    write(root / "reports" / "index.qmd", "---\ntitle: Accueil\n---\n\nVoir @fig-a.\n")
    with pytest.raises(ObservError, match=r"index\.qmd: unresolved reference @fig-a"):
        release(keep_going=True)


def test_a_link_to_a_page_whose_study_failed_is_its_text_alone(release, root, failing):
    failing(panorama="cell 3: ValueError: no")
    write_study(root, "satisfaction", words="Voir [Panorama](panorama.ipynb).")
    release(keep_going=True)
    page = published(root)["_site/2026-T3/satisfaction.html"].decode("utf-8")
    assert "<p>Voir Panorama.</p>" in page


def test_ctrl_c_just_before_the_exchange_changes_nothing(release, unchanged, monkeypatch):
    def interrupt(*words: Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_exchange", interrupt)
    with pytest.raises(KeyboardInterrupt):
        release()


# Runs that die, and runs at once


def run(jobs: dict[str, list[Path]]) -> dict[str, list[int]]:
    """Release in processes of their own, which a name tells when to kill themselves.

    All are forked from one that has imported the library. The exit codes, by name.
    """
    names = {name: [str(path) for path in paths] for name, paths in jobs.items()}
    command = [sys.executable, "-m", "tests.edition.test_release", json.dumps(names)]
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=120, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def main(jobs: dict[str, list[str]]) -> None:
    """The forking process of `run`."""
    import observlib.publish.embedded

    assert observlib.publish.embedded
    codes = {}
    for moment, roots in jobs.items():
        pids = []
        for root in roots:
            pid = os.fork()
            if not pid:
                _release_and_die(Path(root), moment)
            pids.append(pid)
        codes[moment] = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    print(json.dumps(codes))


def _release_and_die(root: Path, moment: str) -> None:
    """Release in this process, and kill it as nothing can be caught: at `moment`, or at the end."""
    os.chdir(root)
    making.execute = execute  # type: ignore[assignment]
    disclosed.jobs = lambda _: []
    exchange = files._exchange

    def die(*words: Any) -> Any:
        os.kill(os.getpid(), 9)

    def exchange_and_die(*words: Any) -> Any:
        exchange(*words)
        die()

    if moment == "before the site":
        files._exchange = die
    elif moment == "after the site":
        files._exchange = exchange_and_die
    elif moment == "before the notebooks":
        replace = module.replace_folder
        module.replace_folder = lambda new, target: (
            replace(new, target) if target.name == "_site" else die()
        )
    steps = {moment: die} if moment in ("executing", "publishing") else {}
    code = 1
    try:
        module.release(
            root,
            root / "data",
            Quarter(2026, 3),
            publisher="embedded",
            today=TODAY,
            **steps,  # type: ignore[arg-type]
        )
        code = 0
    finally:
        os._exit(code)


OLD, NEW = "old", "new"
MOMENTS = {  # the site and the notebooks, each whole, after a kill at the moment
    "executing": (OLD, OLD),
    "publishing": (OLD, OLD),
    "before the site": (OLD, OLD),
    "after the site": (NEW, OLD),
    "before the notebooks": (NEW, OLD),
}
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
needs_exchange = pytest.mark.skipif(
    sys.platform not in ("linux", "darwin"), reason="folders are exchanged in one call there only"
)


@needs_fork
@needs_exchange
@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_whole_folders_and_the_next_run_cleans_up(
    release, root, tmp_path, monkeypatch
):
    old = published(root)
    roots = {
        moment: shutil.copytree(root, tmp_path / moment.replace(" ", "-")) for moment in MOMENTS
    }
    release()
    new = published(root)
    codes = run({moment: [path] for moment, path in roots.items()})
    assert codes == {moment: [-9] for moment in MOMENTS}
    for moment, (site, notebooks) in MOMENTS.items():
        killed = roots[moment]
        versions = {OLD: old, NEW: new}
        wanted = _part(versions[site], "_site") | _part(versions[notebooks], "editions")
        assert published(killed) == wanted, moment
        assert leftovers(killed) != [], moment  # else the kill was not at that moment
        monkeypatch.chdir(killed)
        about = {"publisher": "embedded", "today": TODAY}
        module.release(killed, killed / "data", Quarter(2026, 3), **about)  # type: ignore[arg-type]
        assert published(killed) == new, moment
        assert leftovers(killed) == [], moment


def _part(found: dict[str, bytes], folder: str) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if name.startswith(f"{folder}/")}


@pytest.mark.slow
@needs_fork
def test_releases_at_once_do_not_disturb_each_other(release, root):
    assert run({"at once": [root, root]}) == {"at once": [0, 0]}
    found = published(root)
    assert leftovers(root) == []
    release()
    assert published(root) == found


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
