"""A release changes what is published as a whole or not at all, whatever interrupts it.

Studies are not executed here: a copy of each notebook, which holds its outputs, stands for its
execution. All else is real: the plan, the pages, the embedded publisher, the exchange of folders.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from tests.copies import copy_catalogue

from observlib import estimates
from observlib.base.errors import ObservError, UsageError
from observlib.base.period import Quarter
from observlib.edition import make as making
from observlib.edition import release as module
from observlib.edition.execute import Outcome
from observlib.edition.plan import Page
from observlib.pipeline import archive, disclosed
from observlib.publish import record
from observlib.store.ledger import Ledger, LedgerEntry, write_ledger
from observlib.themes import quotes

PROJECT = Path(__file__).parents[2]
FIRST, TODAY = date(2026, 8, 17), date(2026, 11, 24)
T2, T3 = "2026-T2", "2026-T3"
SITE, EDITION = "reports/_site", f"reports/editions/{T3}"
QUARTO = Path(__file__).with_name("small_quarto.yml").read_text(encoding="utf-8")
PDF = "  typst: default\n"
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


def write_study(
    root: Path, name: str, header: str = "", words: str = "Fin.", finding: str | None = None
) -> None:
    from tests.edition.conftest import Make  # not in processes that fork: see `run`

    text = f"title: {name.title()}\norder: 10\nquestion: Quoi ?\n" + (
        header or "parameters: {quarter: {type: quarter}, data: {type: data}}"
    )
    told = f"Constat de {name}." if finding is None else finding
    shown = new_output("display_data", {"text/markdown": told})
    say = new_code_cell(f"say()  # {words}", metadata={"tags": ["finding"]}, outputs=[shown])
    parameters = "\n".join(f"{key} = None" for key in re.findall(r"(\w+): \{type", text))
    path = root / "notebooks" / f"{name}.ipynb"
    Make.write(path, say, new_markdown_cell(words), header=text, parameters=parameters)


def write_store(
    root: Path, kind: str = "demonstration", end: str = "2026-09-30", folder: str = "data"
) -> Path:
    """A data folder whose store has answers on one product; its pages read none of them."""
    content = f"{kind}{end}"
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    entry = LedgerEntry(
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
        if Path(key).name not in record.UNREPEATED
    }


def leftovers(root: Path) -> list[str]:
    """Hidden files and folders in `reports/`, but for what is kept: the work of runs."""
    names = {path.name for path in (root / "reports").iterdir() if path.name.startswith(".")}
    return sorted(names - {".gitignore", ".kept"})


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
        path, error = folder / f"{page.name}.ipynb", (errors or {}).get(page.name, "")
        notebook = nbformat.read(page.study.path, as_version=4)
        lines = [f"{key} = {json.dumps(value)}" for key, value in page.parameters.items()]
        cell = new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]})
        notebook.cells.insert(2, cell)
        nbformat.write(notebook, path)
        outcomes.append(Outcome(page, path, error))
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


def release_both(root: Path) -> Path:
    """Publish two editions one after the other."""
    for quarter, today in ((T2, FIRST), (T3, TODAY)):
        about: dict[str, Any] = {"publisher": "embedded", "today": today}
        module.release(root, root / "data", Quarter(quarter), **about)
    return root


@pytest.fixture
def release(root: Path) -> Release:
    def run(
        quarter: str | None = T3, data: Path | None = None, **words: Any
    ) -> tuple[Path, list[str]]:
        wanted = Quarter(quarter) if quarter else None
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


def test_a_release_replaces_its_quarter_and_brings_its_pages_and_data(release, root, monkeypatch):
    reports, site, edition = (root / name for name in ("reports", f"{SITE}/{T3}", EDITION))
    place = "<!-- donnees -->\n<!-- /donnees -->\n"
    write(reports / "index.qmd", f"---\ntitle: Accueil\n---\n\n{place}")
    for name in ("_extensions/a/_extension.yml", "images/a.svg", "_failed/old.ipynb"):
        write(reports / name, "x")
    write_study(root, "fiche", "parameters: {product: {type: product, each: true}}")
    handed, real = [], module.publish
    look = lambda copy, *words: (handed.append({*tree(copy)}), real(copy, *words))[1]  # noqa: E731
    monkeypatch.setattr(module, "publish", look)
    assert release() == (reports / "_site" / "index.html", [])
    settings = {"_quarto.yml", "_extensions/a/_extension.yml", "images/a.svg", "index.qmd"}
    assert settings <= handed[0] and not {"_site", "_failed", "editions/2026-T2"} & handed[0]
    found = published(root)
    assert b"d'avant" not in b"".join(found.values())
    former = "editions/2026-T2/panorama.ipynb"
    assert found[former].decode("utf-8") == PREVIOUS[former]
    told = (*FRAME, *PACKAGE)
    assert {name for name in found if name.startswith("editions/2026-T3/")} == {
        f"editions/2026-T3/{name}"  # a page for each product with data and no other
        for name in ("manifest.json", *told, "donnees", *STUDIES, "fiche-vie-publique.ipynb")
    }
    assert {"_site/2026-T3/panorama.html", "_site/2026-T3/panorama.ipynb"} <= set(found)
    assert not [name for name in found if "2026-T2" in name and name.startswith("_site/")]
    assert leftovers(root) == [] and not (reports / "_failed").exists()
    assert not (site / "practices").exists()  # as there is no sheet
    digests = {name: hashlib.sha256((edition / name).read_bytes()).hexdigest() for name in told}
    assert manifest(root)["frame"] == digests and not [*site.rglob("*.parquet")]
    home = (root / SITE / "index.html").read_text(encoding="utf-8")
    for name in PACKAGE:
        assert (site / name).read_bytes() == (edition / name).read_bytes()
        assert f'href="{T3}/{name}"' in home
    page = (site / "panorama.html").read_text(encoding="utf-8")
    assert 'href="donnees/observatoire-2026-t3.zip" download>' in page
    release()
    assert published(root) == found  # to the byte


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


def test_no_figure_changes_in_silence_until_its_reason_is_written(release, root, monkeypatch):
    figure = {"indicator": "visits", "product": "boamp", "period": T3, "unit": "visites"}
    real, today = making.frame_files, date(2026, 12, 2)

    def tell(value: float) -> None:
        rows = estimates.make([figure | {"estimate": value, "source": "x@1"}])
        told_ = {archive.ESTIMATES: rows.to_parquet(index=False)}
        monkeypatch.setattr(making, "frame_files", lambda *words: real(*words) | told_)

    tell(1000.0)
    release()
    tell(1200.0)
    before = published(root)
    with pytest.raises(ObservError, match=r"visits, boamp, 2026-T3: 1000 in 2026-T3, now 1200\n"):
        release(today=today)
    assert published(root) == before
    assert archive.published_names(root / "data") == ("0001-2026-T3",)
    policy = root / "data" / "catalogue" / "revisions.yml"
    entry = f"- {{id: x, kind: correction, why: Des robots étaient comptés., since: {today}"
    with policy.open("a", encoding="utf-8") as stream:
        stream.write(f"{entry}, product: [boamp]}}\n")
    release(today=today)
    series = (root / "reports" / "_site" / "series.csv").read_text(encoding="utf-8")
    assert [line.split(",")[-2] for line in series.splitlines()] == ["reason", "", "x"]
    release(today=date(2026, 12, 3))  # nothing changes any more
    assert archive.published_names(root / "data") == ("0001-2026-T3", "0002-2026-T3")


@pytest.mark.slow
def test_sheets_become_pages_that_are_linked_to_and_the_method_tells_measures(release, root):
    copy_sheets(root)
    copy_site(root)
    write(root / "reports" / "practices" / "oubliee.qmd", "---\ntitle: Vieille\n---\nFin.\n")
    write_study(root, "panorama", words="Voir [la fiche](/practices/sus-a-chaud.qmd).")
    release(data=write_store(root, folder="data/demo"))
    slugs = {path.stem for path in (root / "data").rglob("practices/*.md")}
    site = root / "reports" / "_site" / T3
    assert {path.stem for path in (site / "practices").iterdir()} == slugs
    page, sheet, listed, method = (
        (site / f"{name}.html").read_text(encoding="utf-8")
        for name in ("panorama", "practices/sus-a-chaud", "retours", "methode")
    )
    assert '<a href="practices/sus-a-chaud.html">' in page
    assert "récit inventé" in sheet and "Retours d’expérience" in sheet
    assert all(f'href="practices/{slug}.html"' in listed for slug in slugs)
    found = re.sub(r"<[^>]*>", " ", method)
    assert f"de {quotes.SHORTEST} à {quotes.LONGEST} signes" in found
    assert "Adresses électroniques" in found and "Toujours la plus fréquente" in found
    assert "pour chaque édition" not in found  # which stands where nothing was put
    (root / "reports" / "_redaction.md").unlink()
    with pytest.raises(ObservError, match=r"reports/_redaction\.md: is absent"):
        release(data=root / "data" / "demo")


def test_a_clock_behind_the_data_publishes_nothing_until_a_quarter_is_named(release, root):
    before = published(root)
    told = "^today is 2019-05-02 by this machine's clock, and the store has data to 2026-09-30; set"
    with pytest.raises(ObservError, match=told):
        release(None, today=date(2019, 5, 2))
    assert published(root) == before
    release("2025-T1", today=date(2026, 9, 1))
    assert manifest(root, "2025-T1")["quarter"] == "2025-T1"


def test_a_quarter_that_has_not_ended_or_has_no_data_is_refused(release, root, unchanged):
    for quarter, today in (("2026-T4", TODAY), (T3, date(2026, 9, 30))):
        with pytest.raises(UsageError, match=f"{quarter}: has not ended; the latest with data is"):
            release(quarter, today=today)
    ledger = root / "data" / "store" / "ledger.json"
    held = json.loads(ledger.read_text(encoding="utf-8"))
    held["files"][0] |= {"start": "2026-10-02", "end": "2026-11-20"}  # no quarter of it has ended
    del held["sha256"]
    ledger.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(ObservError, match="2026-T3: the store has no data for it; it goes from"):
        release(None)
    write(root / "empty" / "store" / "ledger.json", '{"kind": "real", "files": []}')
    with pytest.raises(ObservError, match="the store is empty"):
        release(data=root / "empty")


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


def test_a_failing_study_changes_nothing_and_is_kept(release, root, failing, unchanged):
    kept = root / "reports" / "_failed" / "satisfaction.ipynb"
    failing(satisfaction="cell 3: ValueError: no")
    with pytest.raises(ObservError) as caught:
        release()
    assert caught.value.problems == (
        f"study satisfaction: cell 3: ValueError: no; see {kept}",
        "nothing was published; mend what failed, or publish the others with --keep-going",
    )
    assert set(tree(kept.parent)) == {kept.name}
    failing(panorama="cell 1: no")
    write_study(root, "panorama", words="Autre.")  # else it is kept
    write_study(root, "satisfaction", finding="")
    with pytest.raises(ObservError) as caught:  # each is told, and no flag that was given
        release(keep_going=True)
    first, second, last = sorted(caught.value.problems, reverse=True)
    assert first.startswith("study satisfaction: states no finding")
    assert (second, last) == (
        f"study panorama: cell 1: no; see {kept.with_name('panorama.ipynb')}",
        "nothing was published; mend what failed",
    )
    assert set(tree(kept.parent)) == {kept.name, "panorama.ipynb"}


def test_a_partial_edition_is_published_where_it_is_asked_for_and_says_so(release, root, failing):
    failing(satisfaction=f"cell 3: FileNotFoundError: {root}/data/x")
    write_study(root, "panorama", words="Voir [Satisfaction](satisfaction.ipynb).")
    _, failed = release(keep_going=True)
    kept = root / "reports" / "_failed" / "satisfaction.ipynb"
    assert failed == [f"study satisfaction: cell 3: FileNotFoundError: data/x; see {kept}"]
    assert kept.is_file()
    found = published(root)
    assert "<p>Voir Satisfaction.</p>" in found["_site/2026-T3/panorama.html"].decode("utf-8")
    assert "Cette page n’a pas pu être établie" in found["_site/index.html"].decode("utf-8")
    assert not [name for name in found if "satisfaction" in name]
    told = {study["page"]: study.get("error") for study in manifest(root)["studies"]}
    assert told == {"panorama": None, "satisfaction": "cell 3: FileNotFoundError: data/x"}


def test_with_keep_going_pages_that_cannot_be_published_are_left_out_and_told(release, root):
    write(root / "reports" / "_quarto.yml", QUARTO + PDF)
    faults = {
        "citation": ("Suivez-vous @servicepublic ?", "unknown citation key @servicepublic"),
        "reference": ("Voir @fig-nulle-part.", "unresolved reference @fig-nulle-part"),
        "lien": ("[a](nulle-part.qmd)", "'nulle-part.html' leads to no file of the site"),
        "pandoc": ("::: {.a}\ntexte", "pandoc: "),
        "image": ('![](absent.svg){fig-alt="Un"}', "its PDF cannot be made: .*absent.svg"),
    }
    for name, (words, _) in faults.items():
        write_study(root, name, words=words)
    write_study(root, "panorama", words="Voir [Image](image.ipynb) et [lui](/image.ipynb).")
    _, lines = release(keep_going=True)
    assert len(lines) == len(faults)
    for name, (_, told) in faults.items():
        kept = root / "reports" / "_failed" / f"{name}.ipynb"
        line = f"study {name}: {told}.*; see {re.escape(str(kept))}"
        assert [one for one in lines if re.fullmatch(line, one)], name
        assert kept.is_file()
    made = [study["page"] for study in manifest(root)["studies"] if "sha256" in study]
    assert made == ["panorama", "satisfaction"]
    found = published(root)
    assert not [name for name in found for fault in faults if fault in name and "T2" not in name]
    assert "<p>Voir Image et lui.</p>" in found["_site/2026-T3/panorama.html"].decode("utf-8")
    home = found["_site/index.html"].decode("utf-8")
    assert home.count("n’ont pas pu l’être") == 1 and "image.html" not in home
    assert leftovers(root) == []


def test_keep_going_without_a_page_or_a_fixed_one_changes_nothing(release, root, unchanged):
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


def _part(found: dict[str, bytes], folder: str) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if name.startswith(f"{folder}/")}


def test_a_page_in_easy_french_that_is_hard_to_read_is_refused_with_its_words(release, root):
    (root / "reports" / "glossaire.qmd").write_text("Usager\n:   Une personne.\n", "utf-8")
    words = "Il y a 2 pages et 3 livres. Un **usager** lit."
    header = "easy: true\nparameters: {quarter: {type: quarter}, data: {type: data}}"
    write_study(root, "facile", header, words, "Le quantile bouge.")
    with pytest.raises(ObservError, match="study facile: ") as failed:
        release()
    assert "'quantile' of 'Le quantile bouge.' is no common word" in str(failed.value)
    assert "has 2 numbers" in str(failed.value) and "usager" not in str(failed.value)
