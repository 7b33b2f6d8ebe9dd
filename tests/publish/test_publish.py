"""Publishing ends with a whole new site, or with the old one and the reasons."""

import errno
import functools
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from observlib.base.errors import ObservError, UsageError
from observlib.publish import pandoc, publish, publishers

RUN = """
import sys
from pathlib import Path
from observlib.publish import publish
print("started", flush=True)
publish(Path(sys.argv[1]), Path(sys.argv[2]), "embedded")
"""


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def old_site(tmp_path: Path, made_site: Path) -> Path:
    """A site published before, with a mark that a new one would not have."""
    site = tmp_path / "_site"
    shutil.copytree(made_site, site)
    (site / "mark.txt").write_text("old", encoding="utf-8")
    return site


def test_same_edition_gives_the_same_bytes_and_all_is_counted(tmp_path, made_project, made_site):
    told: list[tuple[int, int, str]] = []
    place = tmp_path / "elsewhere" / "site"
    again = publish(made_project, place, "embedded", lambda *step: told.append(step))
    assert again == place / "index.html"
    assert digest(again.parent) == digest(made_site)
    assert [step[:2] for step in told] == [(number, 10) for number in range(1, 11)]
    assert {"Panorama", "Glossaire"} < {step[2] for step in told}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
def test_no_name_of_the_project_s_folder_changes_a_page(tmp_path, sample, made_site, monkeypatch):
    place = tmp_path / "é %41 [x] 'q' #h?a=1 {b} $HOME *"
    shutil.copytree(pandoc.TEMPLATES, place / "templates")  # the package may stand there too
    monkeypatch.setattr(pandoc, "TEMPLATES", place / "templates")
    site = publish(sample.make_project(place / "project"), place / "_site", "embedded").parent
    assert digest(site) == digest(made_site)


def test_a_list_of_pages_says_where_there_is_none(published):
    text = (published() / "retours.html").read_text(encoding="utf-8")
    assert "Aucune page publiée." in text


def test_problems_of_all_pages_are_told_and_the_old_site_stays(tmp_path, sample, old_site):
    bad = {
        name: sample.study(name, "Constat.", 1, sample.markdown(f"Voir @fig-{name}.\n"))
        for name in ("absent", "parti")
    }
    project = sample.make_project(tmp_path / "project", **bad)
    before = digest(old_site)
    with pytest.raises(ObservError) as caught:
        publish(project, old_site, "embedded")
    text = str(caught.value)
    assert "absent.ipynb: unresolved reference @fig-absent" in text
    assert "parti.ipynb: unresolved reference @fig-parti" in text
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
    monkeypatch.setattr(Path, "write_bytes", full)
    told = r"the disk is full; free some space; what was published is as"
    with pytest.raises(ObservError, match=told):
        publish(made_project, old_site, "embedded")
    monkeypatch.undo()
    assert digest(old_site) == before
    with pytest.raises(KeyboardInterrupt):
        publish(made_project, old_site, "embedded", interrupted)
    assert digest(old_site) == before
    assert not list(old_site.parent.glob(".work-*"))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX systems")
def test_kill_leaves_the_old_site_and_is_cleared_next_time(made_project, made_site, old_site):
    before = digest(old_site)
    moments = random.Random(3)
    for _ in range(2):
        run = subprocess.Popen(
            [sys.executable, "-c", RUN, str(made_project), str(old_site)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert run.stdout and run.stdout.readline() == "started\n"
        time.sleep(moments.uniform(0.1, 0.7))
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        assert digest(old_site) in (before, digest(made_site))
    publish(made_project, old_site, "embedded")
    assert digest(old_site) == digest(made_site)
    assert [path.name for path in old_site.parent.iterdir()] == ["_site"]


def test_unknown_publisher_is_a_mistake_of_the_command(tmp_path):
    with pytest.raises(
        UsageError, match="unknown publisher 'latex'; allowed: auto, quarto, embedded"
    ):
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


STUDY = Path("panorama.ipynb")
EVERY = {
    *("index.qmd", "methode.qmd", "glossaire.qmd", "accessibilite.qmd", "retours.qmd"),
    "origines.qmd",
    *("panorama.ipynb", "produit.ipynb"),
}


def tree(site: Path) -> dict[str, bytes]:
    found = [path for path in sorted(site.rglob("*")) if path.is_file()]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The pages that were made, and not taken from what is kept."""
    return noted(monkeypatch)


def noted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    names: set[str] = set()
    page = publishers._page

    @functools.wraps(page)
    def note(
        project: publishers.Project, one: publishers.SitePage, frames: Path | None
    ) -> dict[str, bytes]:
        names.add(str(one.source))
        return page(project, one, frames)

    monkeypatch.setattr(publishers, "_page", note)
    return names


def replace(name: str | Path, before: str, after: str) -> Callable[[Path], None]:
    def act(project: Path) -> None:
        text = (project / name).read_text(encoding="utf-8")
        assert before in text
        (project / name).write_text(text.replace(before, after), encoding="utf-8")

    return act


def add_package(project: Path) -> None:
    manifest = project / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.with_name("donnees").mkdir()
    manifest.with_name("donnees").joinpath("x.zip").write_bytes(b"PK")
    told["frame"] = {"donnees/x.zip": "digest"}
    manifest.write_text(json.dumps(told), encoding="utf-8")


CHANGES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "nothing": (lambda project: None, set()),
    "a sentence": (replace(STUDY, "prudence !", "patience !"), {str(STUDY)}),
    "a finding": (replace(STUDY, "reste en retrait", "progresse"), {str(STUDY), "index.qmd"}),
    "a title": (replace(STUDY, "Panorama", "Vue"), EVERY),
    "a fixed page": (replace("glossaire.qmd", "---\n\n", "---\n\nUn mot.\n\n"), {"glossaire.qmd"}),
    "the day": (replace("manifest.json", "2026-11-24", "2026-12-02"), EVERY),
    "the data": (replace("manifest.json", "demonstration", "real"), EVERY),
    "a package": (add_package, EVERY),
    "settings": (replace("_quarto.yml", "Contenus sous", "Textes sous"), EVERY),
    "a filter": (lambda project: (project / "ordinals.lua").write_text("\n"), EVERY),
    "the bibliography": (replace("references.bib", "Wilson", "Autre"), EVERY),
    "a picture": (lambda project: (project / "a.svg").write_text("<svg/>"), EVERY),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    """A project, its site, and what was kept of it when it was first made."""
    place = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        names = noted(patch)
        publish(
            sample.make_project(place / "project"), place / "site", "embedded", cache=place / "kept"
        )
    assert names == EVERY
    return place


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_is_made_again_as_in_a_new_site(tmp_path, first, made, name):
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    project, site, kept = (tmp_path / each for each in ("project", "site", "kept"))
    act, expected = CHANGES[name]
    act(project)
    publish(project, site, "embedded", cache=kept)
    assert made == expected
    publish(project, tmp_path / "other", "embedded")
    assert tree(site) == tree(tmp_path / "other")


def test_a_page_that_is_refused_is_refused_again_and_the_others_are_kept(tmp_path, project, made):
    replace(STUDY, "@fig-parts)", "@fig-nowhere)")(project)
    for expected in (EVERY, {str(STUDY)}):
        made.clear()
        with pytest.raises(ObservError, match="unresolved reference @fig-nowhere"):
            publish(project, tmp_path / "site", "embedded", cache=tmp_path / "kept")
        assert made == expected


@pytest.mark.slow
def test_a_library_that_changes_meanwhile_keeps_nothing(tmp_path, project, made, monkeypatch):
    monkeypatch.setattr(
        publishers.kept, "library_files", lambda: {"the library/publish/html.py": "2"}
    )
    for _ in range(2):
        made.clear()
        publish(project, tmp_path / "site", "embedded", cache=tmp_path / "kept")
        assert made == EVERY
