"""Publishing, by either publisher, ends with a whole new site, or the old one and the reasons."""

import errno
import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.publish.sample import configure, restate

from observlib.base.errors import ObservError, UsageError
from observlib.base.yaml_files import split_front_matter
from observlib.publish import pandoc, publish, publishers
from observlib.publish.pandoc import notebook_to_markdown
from observlib.publish.project import SitePage, read_project
from observlib.publish.publishers import stage_pages

STUDY = "panorama.ipynb"


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def old_site(tmp_path: Path, made_site: Path) -> Path:
    """A site published before, with a mark that a new one would not have."""
    site = shutil.copytree(made_site, tmp_path / "_site")
    (site / "mark.txt").write_text("old", encoding="utf-8")
    return site


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
def test_the_same_bytes_are_made_in_a_folder_of_any_name_and_all_is_counted(
    tmp_path, sample, made_site, monkeypatch
):
    place = tmp_path / "é %41 [x] 'q' #h?a=1 {b} $HOME *"
    shutil.copytree(pandoc.TEMPLATES, place / "templates")  # the package may stand there too
    monkeypatch.setattr(pandoc, "TEMPLATES", place / "templates")
    told: list[tuple[int, int, str]] = []
    project, site = sample.make_project(place / "project"), place / "new" / "site"
    made = publish(project, site, "embedded", lambda *step: told.append(step))
    assert made == site / "index.html"
    assert digest(site) == digest(made_site)
    assert [step[:2] for step in told] == [(number, 10) for number in range(1, 11)]
    assert {"Panorama", "Glossaire"} < {step[2] for step in told}


def test_problems_of_all_pages_are_told_and_the_old_site_stays(tmp_path, sample, old_site):
    bad = {
        name: sample.study(name, "Constat.", 1, sample.markdown(f"Voir @fig-{name}.\n"))
        for name in ("absent", "parti")
    }
    before = digest(old_site)
    with pytest.raises(ObservError) as caught:
        publish(sample.make_project(tmp_path / "project", **bad), old_site, "embedded")
    for name in bad:
        assert f"{name}.ipynb: unresolved reference @fig-{name}" in str(caught.value)
    assert digest(old_site) == before
    assert not list(tmp_path.glob(".work-*"))


def test_a_link_that_leads_nowhere_stops_the_site(published, sample):
    with pytest.raises(ObservError) as caught:
        published(sample.markdown("[a](absent.qmd) [b](/methode.qmd#nulle-part)\n"))
    assert caught.value.problems == (
        "page.ipynb: 'absent.html' leads to no file of the site",
        "page.ipynb: 'methode.html#nulle-part' leads to no place of its page",
    )


def test_a_full_disk_or_an_interruption_leaves_the_old_site(monkeypatch, made_project, old_site):
    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    def interrupted(done: int, total: int, name: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    before = digest(old_site)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ObservError, match=r"the disk is full; .*what was published is as"):
            publish(made_project, old_site, "embedded")
    with pytest.raises(KeyboardInterrupt):
        publish(made_project, old_site, "embedded", interrupted)
    assert digest(old_site) == before
    assert not list(old_site.parent.glob(".work-*"))


def test_unknown_publisher_is_a_mistake_of_the_command(tmp_path):
    with pytest.raises(UsageError, match="unknown publisher 'latex'; allowed: auto, quarto, embed"):
        publish(tmp_path, tmp_path / "site", "latex")


def compressed(path: Path) -> int:
    """How many bytes a server sends of a file."""
    return len(gzip.compress(path.read_bytes()))


def test_pages_are_light(made_site):
    shared = ("site.css", "access.css", "search.js", "values.js")
    style = sum(compressed(made_site / name) for name in shared)
    for page in made_site.rglob("*.html"):
        pictures = re.findall(r'<img src="([^"]+)"', page.read_text(encoding="utf-8"))
        sizes = [compressed(page.parent / name) for name in pictures]
        assert compressed(page) + style + sum(sizes) < 50_000


FIXED = ("index", "methode", "glossaire", "accessibilite", "retours", "origines")
EVERY = {*(f"{name}.qmd" for name in FIXED), STUDY, "produit.ipynb"}


def kept_pages(folder: Path) -> set[tuple[str, int]]:
    """The pages that are kept, by the files on the disk: what is made again has another."""
    found = folder.glob("*.page.*")
    return {(path.name.partition(".page.")[0], path.stat().st_ino) for path in found}


def made_again(folder: Path, before: set[tuple[str, int]]) -> set[str]:
    return {name for name, _ in kept_pages(folder) - before}


CHANGES: dict[str, tuple[tuple[str, str, str], set[str]]] = {
    "nothing": ((STUDY, "", ""), set()),
    "a sentence": ((STUDY, "prudence !", "patience !"), {STUDY}),
    "a finding": ((STUDY, "reste en retrait", "progresse"), {STUDY, "index.qmd"}),
    "a fixed page": (("glossaire.qmd", "---\n\n", "---\n\nUn mot.\n\n"), {"glossaire.qmd"}),
    "the day": (("manifest.json", "2026-11-24", "2026-12-02"), EVERY),
    "a filter": (("ordinals.lua", "-- French", "-- The French"), EVERY),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    """A project, its site, and what was kept of it when it was first made."""
    place = tmp_path_factory.mktemp("first")
    project = sample.make_project(place / "project")
    publish(project, place / "site", "embedded", cache=place / "kept")
    assert made_again(place / "kept", set()) == EVERY
    return place


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_is_made_again_as_in_a_new_site(tmp_path, first, name):
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    project, site, kept = (tmp_path / each for each in ("project", "site", "kept"))
    (file, *change), expected = CHANGES[name]
    replace(project / file, *change)
    before = kept_pages(kept)
    publish(project, site, "embedded", cache=kept)
    assert made_again(kept, before) == expected
    publish(project, tmp_path / "other", "embedded")
    assert digest(site) == digest(tmp_path / "other")


def test_no_page_of_a_draft_leads_to_the_full_report_and_a_release_makes_no_page_again(
    tmp_path, project
):
    name, kept = 'edition-2026-T3.pdf" download', tmp_path / "kept"
    leading: list[set[str]] = []
    for stated in (True, False, True):
        restate(project, full_report=stated)
        site = tmp_path / str(stated)
        before = kept_pages(kept) if kept.exists() else set()
        publish(project, site, "embedded", cache=kept)
        assert made_again(kept, before) == (set() if before else EVERY)
        pages = {path.name: path.read_text("utf-8") for path in site.glob("*.html")}
        leading.append({page for page, text in pages.items() if name in text})
        assert not [text for text in pages.values() if re.search("<ul[^>]*>\\s*</ul>", text)]
        assert (site / "edition-2026-T3.pdf").exists() == stated
    assert {"index.html", "panorama.html"} <= leading[0] == leading[2] and not leading[1]


def test_a_page_that_is_refused_is_refused_again_and_the_others_are_kept(tmp_path, project):
    replace(project / STUDY, "@fig-parts)", "@fig-nowhere)")
    kept, before = tmp_path / "kept", set[tuple[str, int]]()
    for expected in (EVERY - {STUDY}, set[str]()):
        with pytest.raises(ObservError, match="unresolved reference @fig-nowhere"):
            publish(project, tmp_path / "site", "embedded", cache=kept)
        assert made_again(kept, before) == expected
        before = kept_pages(kept)


@pytest.mark.slow
def test_a_library_that_changes_meanwhile_keeps_nothing(tmp_path, project, monkeypatch):
    changed = {"the library/publish/html.py": "2"}
    monkeypatch.setattr(publishers.kept, "library_files", lambda: changed)
    publish(project, tmp_path / "site", "embedded", cache=tmp_path / "kept")
    assert kept_pages(tmp_path / "kept") == set()


# what a run tells, fails with and makes; what its pages hold is asked of the real one
STAND_IN = Path(__file__).with_name("stand_in_quarto.txt").read_text(encoding="utf-8")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a command named `quarto` on PATH or beside Python; gives where its calls are noted."""

    def put(script: str = "", status: int = 0, skipped: str = "", beside: bool = False) -> Path:
        folder, log = tmp_path / "bin", tmp_path / "log.jsonl"
        folder.mkdir()
        told = {"python": sys.executable, "log": str(log), "status": status, "skipped": [skipped]}
        text = f"#!/bin/sh\n{script.format(log=log)}" if script else STAND_IN.format(**told)
        (folder / "quarto").write_text(text, encoding="utf-8")
        (folder / "quarto").chmod(0o755)
        monkeypatch.setattr(publishers, "_PROCESSES", 1)
        path = str(tmp_path / "empty") if beside else f"{folder}{os.pathsep}{os.environ['PATH']}"
        monkeypatch.setenv("PATH", path)
        python = (folder if beside else tmp_path / "empty") / "python"
        monkeypatch.setattr(sys, "executable", str(python))
        return log

    return put


def runs(log: Path) -> list[Any]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_quarto_beside_python_renders_a_copy_without_a_run(tmp_path, install, project, capsys):
    log, before = install(beside=True), digest(project)
    told: list[tuple[int, int, str]] = []
    site = publish(project, tmp_path / "site", "quarto", lambda *step: told.append(step)).parent
    (_, total, first), *_, (done, of, _) = told  # pages and warnings are told as they come
    assert first == "index.qmd" and done == of == total
    assert capsys.readouterr().err == "quarto: WARN: something\nquarto: of two lines\n"
    ((arguments, place, rendered),) = runs(log)
    assert arguments == ["render", ".", "--no-execute"]
    assert not any(part.startswith(".") for part in Path(place).parts), "Quarto finds no page there"
    assert not Path(place).exists(), "the copy is cleared away"
    assert digest(project) == before
    assert "panorama.qmd" in rendered and not [name for name in rendered if "ipynb" in name]
    page = (site / "panorama.html").read_text(encoding="utf-8")
    assert 'href="panorama.ipynb" download' in page and 'href="panorama.pdf" download' in page
    assert 'href="./index.html"' in page, "a link to a folder leads nowhere from a disk"
    skip = page.index('class="skip"', page.index("<body"))
    assert skip < page.index("<nav></nav>"), "who uses a keyboard passes by the menu"
    assert [path.name for path in site.glob("site_libs/*")] == ["theme"], "slides are on no page"


def test_quarto_is_asked_again_for_the_pages_that_changed_alone(tmp_path, install, project):
    """And `index.html`, a way to another page, is none of what that run gives."""
    log, site, kept = install(), tmp_path / "site", tmp_path / "kept"
    publish(project, site, "quarto", cache=kept)
    before = digest(site)
    publish(project, site, "quarto", cache=kept)
    assert digest(site) == before
    replace(project / STUDY, "prudence !", "patience !")
    publish(project, site, "quarto", cache=kept)
    (_, _, all_of_them), (_, _, again) = runs(log)
    assert len(all_of_them) == 8 and again == ["panorama.qmd"]


def test_ctrl_c_ends_quarto_and_what_it_began(tmp_path, install, project):
    late = tmp_path / "late"
    install(f"echo '[1/2] index.qmd' >&2\nsleep 20\ntouch {late}\n")

    def interrupt(done: int, total: int, title: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        publish(project, tmp_path / "site", "quarto", interrupt)
    assert time.monotonic() - began < 15 and not late.exists()


WAITING = "(sleep 60; echo late > {log}) &\necho '[1/2] index.qmd' >&2\nwait\n"


@pytest.mark.parametrize(("given", "told"), [
    ({"status": 3}, r"failed with status 3.*ERROR: broken page"),
    ({"skipped": "glossaire"}, r"made no glossaire\.html"),
    ({"script": WAITING}, r"ended after 0 minutes.*\[1/2\] index.qmd"),
])  # fmt: skip
def test_a_quarto_that_fails_is_told_with_its_last_lines(
    tmp_path, install, project, monkeypatch, old_site, given, told
):
    log, before = install(**given), digest(old_site)
    if "script" in given:
        monkeypatch.setattr(publishers, "TIME_LIMIT", 0.1)
    with pytest.raises(ObservError, match=rf"(?s){told}"):
        publish(project, old_site, "quarto")
    assert digest(old_site) == before
    assert log.exists() == ("script" not in given), "what it began was ended too"


def test_quarto_wanted_and_absent_says_how_to_get_it(tmp_path, monkeypatch, project):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ObservError, match=r'pip install "observlib\[quarto\]"'):
        publish(project, tmp_path / "site", "quarto")


def test_a_quarto_that_fails_its_check_is_not_chosen(tmp_path, install, project, capsys):
    log = install()
    publishers.quarto_fault.cache_clear()
    site = publish(project, tmp_path / "site", "auto", cache=tmp_path / "kept").parent
    assert "Huit usagers" in (site / "panorama.html").read_text(encoding="utf-8")
    assert [own for _, _, own in runs(log)] == [["index.qmd"]], "a small page, once"
    said = capsys.readouterr().err
    assert "quarto: a small page of it says" in said
    assert "pages are made by the embedded publisher" in said


def staged(project: Path, folder: Path) -> dict[str, Any]:
    """The settings of a project as Quarto is handed it."""
    read = read_project(project, "a quarto")

    def text(page: SitePage) -> Any:
        return notebook_to_markdown(project / page.source)

    stage_pages(read, [page for page in read.pages if page.is_study], text, folder)
    found: dict[str, Any] = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8"))
    return found


def test_a_staged_study_tells_its_edition_and_no_code_nor_another_notebook(tmp_path, project):
    (project / "brouillon.ipynb").write_text("{}", encoding="utf-8")
    config = staged(project, folder := tmp_path / "staged")
    assert not [*folder.rglob("*.ipynb"), *folder.glob("brouillon*")]
    assert (config["edition"], str(config["made"])) == ("Édition 2026-T3", "2026-11-24")
    front, body = split_front_matter((folder / "panorama.qmd").read_text(encoding="utf-8"))
    assert yaml.safe_load(front)["title"] == "Panorama"
    assert body.count("Données de démonstration") == 1
    assert "show()" not in body and "```{python}" not in body


def test_formats_and_filters_of_the_user_are_handed_over(tmp_path, project, sample):
    study = sample.study("Diapos", "Un constat.", 9)
    formats = {"html": {}, "typst": {}, "revealjs": {"slide-number": True}, "docx": {}}
    study["cells"][0] = sample.front(title="Diapos", description="Un.", order=9, format=formats)
    sample.add_study(project, "diapos", study)
    configure(project, filters=["ordinals.lua", "lightbox"])
    (project / "_extensions" / "lightbox").mkdir(parents=True)
    (project / "_extensions" / "lightbox" / "_extension.yml").write_text("title: L\n", "utf-8")
    config = staged(project, tmp_path / "staged")
    named = {name for name in config["filters"] if isinstance(name, str)}
    assert named == {"ordinals.lua", "lightbox"}
    assert (tmp_path / "staged" / "_extensions" / "lightbox" / "_extension.yml").is_file()
    text = (tmp_path / "staged" / "diapos.qmd").read_text(encoding="utf-8")
    asked = yaml.safe_load(split_front_matter(text)[0])["format"]
    assert [*asked] == ["html", "revealjs", "docx"]
    slides = asked["revealjs"]
    assert slides["slide-number"] and slides["output-file"] == "diapos-revealjs"
    drawing = tmp_path / "staged" / "diapos" / "fig-parts.png"
    assert drawing.read_bytes().startswith(b"\x89PNG"), "word processors show no SVG"


@pytest.mark.parametrize("place", ["_site", "./_site/", "", "_site/2026-T3", "x/../_site", "."])
def test_plain_quarto_never_empties_the_archive_of_editions(project, place):
    config = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    assert config["project"]["output-dir"] != "_site"
    assert config["execute"] == {"enabled": False, "echo": False, "warning": False}
    configure(project, project={"type": "website", "output-dir": place})
    with pytest.raises(ObservError, match="_site is the archive of all editions"):
        read_project(project)
