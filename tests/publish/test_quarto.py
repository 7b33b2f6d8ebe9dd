"""Quarto must be given a project that it can render as it is, and its failures must be told."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from observlib import estimates
from observlib.errors import ObservError
from observlib.publish import publish, quarto
from observlib.publish.project import read_project
from observlib.publish.quarto import stage
from observlib.yaml_files import split_front_matter

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in command is a script")

STAND_IN = r"""#!{python}
import json, sys
from pathlib import Path
Path({log!r}).write_text(json.dumps([sys.argv[1:], str(Path.cwd())]), encoding="utf-8")
print("\x1b[1m[ 1/12] index.qmd\x1b[22m", file=sys.stderr)
print("\x1b[33mWARN: something\x1b[39m", file=sys.stderr)
if {status}:
    print("ERROR: broken page", file=sys.stderr)
    sys.exit({status})
site = Path("_site")
for source in [*Path(".").glob("*.qmd"), *Path(".").glob("*.ipynb")]:
    page = site / source.with_suffix(".html")
    page.parent.mkdir(parents=True, exist_ok=True)
    if source.stem not in {skipped!r}:
        page.write_text(
            '<head></head><main><a href="panorama.ipynb.download">Carnet</a><table></table></main>',
            encoding="utf-8",
        )
"""


@pytest.fixture
def project(tmp_path: Path, sample: ModuleType) -> Path:
    folder: Path = sample.make_project(tmp_path / "project")
    return folder


def install(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int = 0,
    skipped: str = "",
    beside: bool = False,
) -> Path:
    """A command named `quarto`, on PATH or beside Python, that notes how it was called."""
    folder, log = tmp_path / "bin", tmp_path / "log.json"
    folder.mkdir()
    command = folder / "quarto"
    text = STAND_IN.format(python=sys.executable, log=str(log), status=status, skipped=[skipped])
    command.write_text(text, encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    if beside:
        monkeypatch.setenv("PATH", str(tmp_path / "empty"))
        monkeypatch.setattr(sys, "executable", str(folder / "python"))
    else:
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setattr(sys, "executable", str(tmp_path / "empty" / "python"))
    return log


@pytest.mark.parametrize("publisher", ["auto", "quarto"])
def test_a_quarto_that_pip_installed_is_found_though_its_folder_is_not_on_path(
    tmp_path, monkeypatch, project, publisher
):
    log = install(tmp_path, monkeypatch, beside=True)
    publish(project, tmp_path / "site", publisher)
    assert log.exists()


@pytest.mark.parametrize("publisher", ["auto", "quarto"])
def test_quarto_renders_a_copy_and_executes_nothing(tmp_path, monkeypatch, project, publisher):
    log = install(tmp_path, monkeypatch)
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    site = publish(project, tmp_path / "site", publisher).parent
    arguments, place = json.loads(log.read_text(encoding="utf-8"))
    assert arguments == ["render", ".", "--no-execute"]
    assert not any(part.startswith(".") for part in Path(place).parts), "Quarto finds no page there"
    assert not Path(place).exists(), "the copy is cleared away"
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    study = site
    assert (study / "panorama.csv").is_file() and (study / "panorama.ipynb").is_file()
    assert 'href="panorama.ipynb"' in (study / "panorama.html").read_text(encoding="utf-8")


def test_the_data_package_is_beside_the_pages_and_each_study_leads_to_it(
    tmp_path, monkeypatch, project, sample
):
    names = sample.add_package(project)
    install(tmp_path, monkeypatch)
    site = publish(project, tmp_path / "site", "quarto").parent
    found = {path.relative_to(site).as_posix() for path in site.glob("donnees/*")}
    assert found == {*names} and not (site / "estimates.parquet").exists()
    stage(read_project(project), tmp_path / "staged")
    notebook = tmp_path / "staged" / "panorama.ipynb"
    head = "".join(json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"])
    links = yaml.safe_load(split_front_matter(head)[0])["format-links"]
    everything = "Toutes les données de l’édition (ZIP)"
    assert {"text": everything, "href": names[1], "icon": "file-zip"} in links


def test_quarto_numbers_no_sentence_and_loads_no_script_for_a_table(tmp_path, sample):
    shows = {
        "a sentence where a table is not": ("tbl", {"markdown": "Rien n'est mesuré."}),
        "a table that has its own label": ("tbl", {"markdown": "| a |\n|---|\n| 1 |"}),
        "a table": ("tbl", {"html": "<table><tr><th>a</th></tr></table>"}),
        "a picture": ("fig", {"svg": "<svg/>"}),
    }
    cells = [
        sample.code(f"#| label: {kind}-un\n#| {kind}-cap: Un titre", sample.shown(**data))
        for kind, data in shows.values()
    ]
    project = sample.make_project(tmp_path / "project", page=sample.study("P", "Un.", 1, *cells))
    stage(read_project(project), tmp_path / "staged")
    staged = json.loads((tmp_path / "staged" / "page.ipynb").read_text(encoding="utf-8"))["cells"]
    found = dict(zip(shows, staged[-4:], strict=True))
    sources = {name: "".join(cell["source"]) for name, cell in found.items()}
    assert {name for name, text in sources.items() if "label" in text or "cap" in text} == {
        "a table",
        "a picture",
    }
    assert all("show()" in text for text in sources.values())
    outputs = [output["data"] for cell in staged for output in cell.get("outputs", [])]
    assert not any("text/html" in data for data in outputs)
    assert "```{=html}\n<table>" in found["a table"]["outputs"][0]["data"]["text/markdown"]


def test_failure_of_quarto_is_told_with_its_last_lines(tmp_path, monkeypatch, project):
    install(tmp_path, monkeypatch, status=3)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old").write_text("old", encoding="utf-8")
    with pytest.raises(ObservError, match=r"(?s)status 3.*ERROR: broken page"):
        publish(project, tmp_path / "site", "quarto")
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["old"]


def test_pages_and_warnings_of_quarto_are_told_as_they_come(tmp_path, monkeypatch, project, capsys):
    install(tmp_path, monkeypatch)
    told: list[tuple[int, int, str]] = []
    publish(project, tmp_path / "site", "quarto", lambda *step: told.append(step))
    total = told[0][1]
    pdfs = [(total, total, f"PDF, {title}") for title in ("Panorama", "service-public.fr")]
    assert told == [
        *((0, total, "Quarto"), (0, total, "index.qmd")),
        *pdfs,
        (total, total, "Quarto"),
    ]
    assert capsys.readouterr().err == "quarto: WARN: something\n"


def test_a_quarto_that_says_nothing_more_is_ended_with_what_it_began(
    tmp_path, monkeypatch, project
):
    log = install(tmp_path, monkeypatch)
    command = tmp_path / "bin" / "quarto"
    waiting = f"(sleep 60; echo late > {log}) &\necho '[1/2] index.qmd' >&2\nwait\n"
    command.write_text(f"#!/bin/sh\n{waiting}", encoding="utf-8")
    monkeypatch.setattr(quarto, "SILENCE", 0.5)
    with pytest.raises(ObservError, match=r"(?s)said nothing.*\[1/2\] index.qmd"):
        publish(project, tmp_path / "site", "quarto")
    assert not log.exists() and not (tmp_path / "site").exists()


def test_a_page_that_quarto_did_not_make_is_told(tmp_path, monkeypatch, project):
    install(tmp_path, monkeypatch, skipped="glossaire")
    with pytest.raises(ObservError, match=r"made no glossaire\.html"):
        publish(project, tmp_path / "site", "quarto")


def test_whoever_publishes_readers_have_the_same_pdfs(tmp_path, monkeypatch, project):
    install(tmp_path, monkeypatch)
    sites = [publish(project, tmp_path / name, name).parent for name in ("quarto", "embedded")]
    one, other = ({path.name: path.read_bytes() for path in site.glob("*.pdf")} for site in sites)
    assert "panorama.pdf" in one and "<pdfuaid:part>1" in one["panorama.pdf"].decode("latin-1")
    assert one == other


def test_pages_of_quarto_have_the_search_and_the_tables_of_the_others(
    tmp_path, monkeypatch, project
):
    install(tmp_path, monkeypatch)
    site = publish(project, tmp_path / "site", "quarto").parent
    text = (site / "panorama.html").read_text(encoding="utf-8")
    assert '<script src="search.js" data-root="" defer></script>' in text
    assert '<div class="scroll"' in text
    assert "panorama.html" in (site / "search-index.js").read_text(encoding="utf-8")
    assert all((site / name).is_file() for name in ("search.js", "values.js"))


def test_quarto_wanted_and_absent_says_how_to_get_it(tmp_path, monkeypatch, project):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ObservError, match=r'pip install "observlib\[quarto\]"'):
        publish(project, tmp_path / "site", "quarto")


def test_staged_navigation_is_explicit_and_in_order(tmp_path, project):
    stage(read_project(project), tmp_path / "staged")
    config = yaml.safe_load((tmp_path / "staged" / "_quarto.yml").read_text(encoding="utf-8"))
    section = next(item for item in config["website"]["sidebar"]["contents"] if "section" in item)
    assert [item["href"] for item in section["contents"]] == [
        "panorama.ipynb",
        "produit.ipynb",
    ]


def test_staged_pages_are_named_so_that_quarto_renders_no_other(tmp_path, project):
    (project / "brouillon.ipynb").write_text("{}", encoding="utf-8")
    stage(read_project(project), tmp_path / "staged")
    config = yaml.safe_load((tmp_path / "staged" / "_quarto.yml").read_text(encoding="utf-8"))
    assert config["project"]["render"] == [
        *("index.qmd", "retours.qmd", "methode.qmd", "origines.qmd", "glossaire.qmd"),
        "accessibilite.qmd",
        *("panorama.ipynb", "produit.ipynb"),
    ]


def test_staged_study_links_its_downloads_and_warns_once(tmp_path, project):
    stage(read_project(project), tmp_path / "staged")
    path = tmp_path / "staged" / "panorama.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    front = yaml.safe_load(split_front_matter("".join(notebook["cells"][0]["source"]))[0])
    texts = ["PDF", "Word", "Carnet exécuté", "Données (CSV)", "Toute l’édition (PDF)"]
    assert [link["text"] for link in front["format-links"]] == texts
    assert front["title"] == "Panorama"
    text = path.read_text(encoding="utf-8")
    assert text.count("Données de démonstration") == 1
    assert all(isinstance(cell["source"], list) for cell in notebook["cells"])
    outputs = [cell for cell in notebook["cells"] if cell.get("outputs")]
    assert len(outputs) == 3, "outputs stay: nothing is executed again"


def test_a_drawing_that_a_text_shows_is_staged_beside_its_page(tmp_path, project, sample):
    carried = sample.carried()
    carried[estimates.MIME]["pictures"] = {"line-1.svg": "<svg/>"}
    shown = sample.shown(markdown='![](line-1.svg){fig-alt="T"}', estimates=carried)
    sample.add_study(project, "traits", sample.study("Traits", "F.", 9, sample.code("", shown)))
    stage(read_project(project), tmp_path / "staged")
    staged = tmp_path / "staged"
    assert "![](traits/line-1.svg)" in (staged / "traits.ipynb").read_text("utf-8")
    assert (staged / "traits" / "line-1.svg").read_text("utf-8") == "<svg/>"


def test_quarto_makes_no_pdf_and_pages_lead_to_ours(tmp_path, project):
    sheet = "---\ntitle: Une méthode\n---\n\nUn texte.\n"
    (project / "methode.qmd").write_text(sheet, encoding="utf-8")
    stage(read_project(project), tmp_path / "staged")
    config = yaml.safe_load((tmp_path / "staged" / "_quarto.yml").read_text(encoding="utf-8"))
    assert {*config["format"]} == {"html"}
    assert config["format"]["html"]["format-links"] == ["html"]
    text = (tmp_path / "staged" / "methode.qmd").read_text(encoding="utf-8")
    links = yaml.safe_load(split_front_matter(text)[0])["format-links"]
    assert {"text": "PDF", "href": "methode.pdf", "icon": "file-pdf"} in links


def test_staged_home_page_warns_and_names_its_edition(tmp_path, project):
    stage(read_project(project), tmp_path / "staged")
    text = (tmp_path / "staged" / "index.qmd").read_text(encoding="utf-8")
    meta = yaml.safe_load(split_front_matter(text)[0])
    assert (meta["subtitle"], str(meta["date"])) == ("Édition 2026-T3", "2026-11-24")
    assert "Données de démonstration" in text
    assert "::: {#etudes}" in text


def test_quarto_is_told_to_keep_outputs_and_hide_code(project):
    config = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    assert config["execute"] == {"enabled": False, "echo": False, "warning": False}
    assert "eval" not in config["execute"], "it would delete the outputs"
    assert set(config["format"]) == {"html", "typst"}


def test_pdf_is_linked_once_under_its_name(project):
    config = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    # without a plain name in the list, Quarto adds each format again, and calls the PDF "Typst"
    assert config["format"]["html"]["format-links"] == [
        "html",
        {"format": "typst", "text": "PDF", "icon": "file-pdf"},
    ]


def test_plain_quarto_renders_a_fresh_clone(project):
    text = (project / "_quarto.yml").read_text(encoding="utf-8")
    globs = re.findall(r'auto: "(.*)"', text)
    assert len(globs) == 4
    # Quarto takes what stands before `/*` for a folder, and fails where nothing below it matches
    assert not [glob for glob in globs if "/*" in glob]
    front = split_front_matter((project / "index.qmd").read_text(encoding="utf-8"))[0]
    for listing in yaml.safe_load(front)["listing"]:
        assert (project / listing["template"]).is_file()
        assert f"::: {{#{listing['id']}}}" in (project / "index.qmd").read_text(encoding="utf-8")
