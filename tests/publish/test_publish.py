"""Publishing ends with a whole new site, or with the old one and the reasons."""

import errno
import gzip
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from observlib.base.errors import ObservError, UsageError
from observlib.publish import pandoc, publish

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


def test_same_edition_gives_the_same_bytes_and_every_page_and_pdf_is_counted(
    tmp_path, made_project, made_site
):
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


def test_a_list_of_pages_says_where_there_is_none(tmp_path, sample):
    project = sample.make_project(tmp_path / "project", page=sample.study("Page", "Un constat.", 1))
    site = publish(project, tmp_path / "site", "embedded").parent
    assert "Aucune page publiée." in (site / "retours.html").read_text(encoding="utf-8")


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


def test_a_link_that_leads_nowhere_stops_the_site(tmp_path, sample):
    cell = sample.markdown("[a](absent.qmd) [b](/methode.qmd#nulle-part)\n")
    project = sample.make_project(
        tmp_path / "project", page=sample.study("Page", "Constat.", 1, cell)
    )
    page = "page.ipynb"
    with pytest.raises(ObservError) as caught:
        publish(project, tmp_path / "site", "embedded")
    assert caught.value.problems == (
        f"{page}: 'absent.html' leads to no file of the site",
        f"{page}: 'methode.html#nulle-part' leads to no place of its page",
    )


def test_full_disk_is_told_and_the_old_site_stays(monkeypatch, made_project, old_site):
    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    before = digest(old_site)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(
        ObservError, match=r"the disk is full; free some space; what was published is as"
    ):
        publish(made_project, old_site, "embedded")
    monkeypatch.undo()
    assert digest(old_site) == before
    assert not list(old_site.parent.glob(".work-*"))


def test_interruption_between_pages_leaves_the_old_site(monkeypatch, made_project, old_site):
    def interrupted(done: int, total: int, name: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    before = digest(old_site)
    with pytest.raises(KeyboardInterrupt):
        publish(made_project, old_site, "embedded", interrupted)
    assert digest(old_site) == before
    assert not list(old_site.parent.glob(".work-*"))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX systems")
def test_kill_while_publishing_leaves_the_old_site_and_is_cleared_next_time(
    made_project, made_site, old_site
):
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
