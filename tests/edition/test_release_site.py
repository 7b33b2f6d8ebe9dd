"""An edition that was cited stays as it was, whatever is published later; readers find them all."""

import json
import os
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.edition import test_release as small
from tests.links import broken_links_of

from observlib.base.errors import ObservError
from observlib.base.period import Quarter

root, release, kept_site = small.root, small.release, small.kept_site  # fixtures
T2, T3 = "2026-T2", "2026-T3"
CALENDAR = """editions:
  - {quarter: 2026-T2, date: 2026-08-17, fixed: 2026-07-06}
  - {quarter: 2026-T4, date: 2027-02-15, fixed: 2026-11-02}
"""
FIRST, SECOND, LATER = date(2026, 8, 17), date(2026, 11, 24), date(2026, 12, 2)


@pytest.fixture(scope="module")
def made(tmp_path_factory, kept_site):
    """Two editions, the later one published three months after; the first one's files then."""
    root = small.make_root(tmp_path_factory.mktemp("both").resolve() / "project", previous=False)
    small.write(root / "data" / "calendar.yml", CALENDAR)
    before = {}
    with pytest.MonkeyPatch.context() as patch:
        small.prepare(root, patch, kept_site)
        for quarter, today in ((T2, FIRST), (T3, SECOND)):
            about = {"publisher": "embedded", "today": today}
            small.module.release(root, root / "data", Quarter(quarter), **about)
            before = before or of(root, T2)
    return root, before


@pytest.fixture
def both(made, root):
    """The project of a test, with both editions."""
    (root / "reports" / ".kept" / "site").unlink()
    shutil.rmtree(root)
    shutil.copytree(made[0], root, symlinks=True)
    os.chdir(root)


def of(root: Path, quarter: str) -> dict[str, bytes]:
    return small.tree(root / "reports" / "_site" / quarter)


def text(root: Path, name: str) -> str:
    page = root / "reports" / "_site" / name
    return page.read_text(encoding="utf-8").replace("\u00a0", " ")


def mend(root: Path, words: str = "Un constat corrigé") -> None:
    small.write_study(root, "panorama", words=f"{words}.")  # else its page is kept
    path = root / "notebooks" / "panorama.ipynb"
    old = path.read_text(encoding="utf-8")
    path.write_text(old.replace("Constat de panorama", words), encoding="utf-8")


def entries(root: Path) -> list[str]:
    feed = ElementTree.parse(root / "reports" / "_site" / "feed.xml")
    return [title.text or "" for title in feed.iterfind(".//{*}entry/{*}title")]


def test_a_site_of_another_name_says_it_everywhere(release, root):
    name = "Baromètre de l’eau"
    small.write(root / "reports" / "_brand.yml", f"meta: {{name: {name}}}")
    release(T3, today=SECOND)
    site = root / "reports" / "_site"
    texts = {
        path.relative_to(site).as_posix(): path.read_bytes().decode("utf-8", "replace")
        for path in site.rglob("*")
        if path.suffix not in (".js", ".png", ".pdf", ".zip") and path.is_file()
    }
    for path in site.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            texts[path.name] = book.read("xl/sharedStrings.xml").decode()
    assert [path for path, said in texts.items() if "bservatoire des usagers" in said] == []
    package = ("datapackage.json", "dataset.jsonld")
    told = ("feed.xml", "calendrier.ics", "index.html", f"{T3}/ro-crate-metadata.json")
    for path in (*told, f"{T3}/panorama.html", *(f"{T3}/donnees/{own}" for own in package)):
        assert name in texts[path], path


def test_readers_find_both_editions_of_which_the_former_is_the_same_to_the_byte(made):
    root, before = made
    assert before and of(root, T2) == before
    home = text(root, "index.html")
    assert "Édition 2026-T3" in home and "Édition 2026-T2" not in home
    assert 'href="2026-T3/panorama.html"' in home
    assert broken_links_of(root / "reports" / "_site") == []
    synthetic = " (chiffres synthétiques)"
    assert entries(root) == [f"Édition du {n}e trimestre 2026{synthetic}" for n in (3, 2)]
    listed = text(root, "editions/index.html")
    assert 0 < listed.index('href="../2026-T3/index.html"') < listed.index("../2026-T2/index.html")
    assert "Publiée le 17 août 2026" in listed and 'href="calendrier.html"' in listed
    dates = text(root, "editions/calendrier.html")
    assert "15 février 2027" in dates and "8 h 45" in dates and "le jour dit" in dates
    assert re.search("Aucun changement n.est établi sur un an", listed)  # its headline
    assert '<a class="name" href="../index.html">Essai</a>' in listed
    for page in ("index.html", "editions/index.html"):
        assert 'type="application/atom+xml"' in text(root, page)
    assert 'href="changements-2026-T3.html">Ce qui a changé de 2026-T2 à 2026-T3</a>' in listed
    changes = " ".join(text(root, "editions/changements-2026-T3.html").split())
    assert "établit aucune évolution" in changes


def test_a_firm_date_is_never_published_as_another_without_its_reason(root, release, both):
    moved = CALENDAR.replace("2027-02-15", "2027-02-16")
    small.write(root / "data" / "calendar.yml", moved)
    before = small.tree(root / "reports" / "_site")
    with pytest.raises(ObservError, match="was announced for 2027-02-15, which is firm"):
        release(T3, today=LATER)
    assert small.tree(root / "reports" / "_site") == before
    why = "changed: [{from: 2027-02-15, decided: 2026-11-30, reason: Une panne.}]"
    small.write(root / "data" / "calendar.yml", moved.replace("-11-02}", f"-11-02, {why}}}"))
    release(T3, today=LATER)
    assert "Une panne." in text(root, "editions/calendrier.html")


def test_a_corrected_edition_keeps_its_address_and_tells_it_everywhere(root, release, both):
    latest = of(root, T3)
    mend(root)
    release(T2, today=LATER)
    label = "Édition 2026-T2, révision 1 du 2 décembre 2026"
    assert all(label in text(root, f"2026-T2/{page}.html") for page in ("panorama", "index"))
    assert small.manifest(root, T2)["revisions"] == ["2026-12-02"]
    about = json.loads(text(root, "2026-T2/manifest.json"))
    assert (about["published"], about["revisions"]) == ("2026-08-17", ["2026-12-02"])
    told = "Publiée le 17 août 2026, révision 1 le 2 décembre 2026"
    assert told in text(root, "editions/index.html")
    assert entries(root)[0] == "Édition du 2e trimestre 2026, révision 1 (chiffres synthétiques)"
    assert len(entries(root)) == 3 and of(root, T3) == latest
    assert "Édition 2026-T3" in text(root, "index.html")


def test_what_is_made_again_on_its_day_or_tells_the_same_is_no_revision(root, release, both):
    mend(root, "Relu le jour même")
    release(T3, today=SECOND)
    assert small.manifest(root)["revisions"] == []
    small.write(root / "reports" / "index.qmd", "---\ntitle: Accueil\n---\n\nMieux dit.\n")
    release(T3, today=LATER)
    assert "Mieux dit." in text(root, "index.html")
    assert small.manifest(root)["revisions"] == []
    assert small.manifest(root)["published"] == "2026-11-24"


def test_a_former_edition_that_was_spoilt_is_not_carried_on_as_whole(root, release, both, made):
    page = root / "reports" / "_site" / T2 / "panorama.html"
    mend(root)
    for harm in ("deleted", "new.html", ".htaccess", "changed"):
        shutil.rmtree(page.parent)
        shutil.copytree(made[0] / "reports" / "_site" / T2, page.parent)
        if harm == "deleted":
            page.unlink()
        else:
            (page if harm == "changed" else page.with_name(harm)).write_text("x", "utf-8")
        spoilt = of(root, T2)
        told = r"2026-T2: is not as it was published \((panora|new|.hta)"
        with pytest.raises(ObservError, match=told):
            release(T3, today=LATER)
        assert of(root, T2) == spoilt
    release(T2, today=LATER)  # which mends it
    release(T3, today=LATER)


def test_an_edition_that_another_run_publishes_meanwhile_is_not_lost(root, release):
    shutil.rmtree(root / "reports" / "_site")
    others: list[str] = [T2]

    def meanwhile(done: int, total: int, name: str) -> None:
        if others:
            release(others.pop())

    release(T3, publishing=meanwhile)
    assert len(entries(root)) == 2
    assert of(root, T2)["index.html"] and of(root, T3)["index.html"]


def test_a_page_beside_an_edition_that_leads_nowhere_stops_the_site(root, release):
    shutil.rmtree(root / "reports" / "_site")
    small.write_study(root, "panorama", words="Voir [avant](../2025-T1/index.html).")
    with pytest.raises(ObservError, match=r"2026-T3/panorama\.html: '\.\./2025-T1/index\.html'"):
        release()
    assert not (root / "reports" / "_site").exists()
