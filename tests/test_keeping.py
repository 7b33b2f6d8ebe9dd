"""An edition is kept by content: what did not change is neither made again nor touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.edition import test_release as small

from observlib import store
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.edition import make as making
from observlib.edition.release import explain_release
from observlib.publish import standing

root, release, failing = small.root, small.release, small.failing  # fixtures
kept_site = small.kept_site
T2, T3, TODAY, LATER = "2026-T2", "2026-T3", date(2026, 11, 24), date(2026, 12, 2)
NOTHING: set[str] = set()
Release = Callable[..., tuple[Path, list[str]]]


@pytest.fixture
def ran(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were executed, in order."""
    names: list[str] = []
    before = making.execute

    def execute(pages: Sequence[Any], *words: Any, **named: Any) -> Any:
        names.extend(page.name for page in pages)
        return before(pages, *words, **named)

    monkeypatch.setattr(making, "execute", execute)
    return names


@pytest.fixture
def again(release: Release, ran: list[str]) -> Callable[..., set[str]]:
    """Release, and say which pages were executed for it."""

    def run(*words: Any, **named: Any) -> set[str]:
        ran.clear()
        release(*words, **named)
        return set(ran)

    return run


def states(root: Path) -> dict[str, tuple[int, int]]:
    """Every file that is published, by its number and the moment of its last change."""
    return {
        str(path): (path.stat().st_ino, path.stat().st_mtime_ns)
        for folder in ("_site", "editions", "practices")
        for path in sorted((root / "reports" / folder).rglob("*"))
    }


def stands(
    root: Path, quarter: str | None = T3, today: date = TODAY, **words: Any
) -> standing.StandingPublication | None:
    """What the command `observ edition` looks at before anything else."""
    named = {"data": root / "data", "only": [], "given": {}, "publisher": "embedded"} | words
    wanted = Quarter(quarter) if quarter else None
    return standing.since(root, standing.now(root, quarter=wanted, today=today, **named))


def fresh(root: Path, release: Release, *words: Any, **named: Any) -> dict[str, bytes]:
    """What the same release makes where nothing is kept and nothing was published."""
    for name in (".kept", "_site", "editions", "practices"):
        shutil.rmtree(root / "reports" / name, ignore_errors=True)
    release(*words, **named)
    found: dict[str, bytes] = small.published(root)
    return found


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_an_unchanged_edition_runs_nothing_and_touches_no_file_on_any_day(again, root):
    assert again() == {"panorama", "satisfaction"}
    before = states(root)
    for today in (TODAY, LATER):
        record = stands(root, today=today)
        assert record and (record.made, record.quarter) == ("2026-11-24", T3)
        assert again(today=today) == NOTHING
        assert states(root) == before


COMMAND = """
import sys
from observlib.cli import main
sys.argv[1:] = ["edition", "2025-T1", "--publisher", "embedded"]
main()
heavy = {"pandas", "scipy", "matplotlib", "nbformat", "rich.progress", "observlib.edition.release"}
print(*sorted(heavy & sys.modules.keys()), "loaded")
"""


def test_the_command_says_since_when_and_loads_nothing_heavy_for_it(release, root):
    today = date.today()  # the command's own
    release("2025-T1", today=today)
    before = states(root)
    done = subprocess.run(
        [sys.executable, "-c", COMMAND], cwd=root, capture_output=True, text=True, check=True
    )
    index = root / "reports" / "_site" / "index.html"
    said = f"Nothing has changed since {today}; {index}"
    assert (done.stdout.splitlines(), done.stderr) == ([said, "loaded"], "")
    assert states(root) == before


def test_a_full_report_is_made_when_asked_and_stays_in_the_edition(again, root):
    report = root / "reports" / "_site" / T3 / "edition-2026-T3.pdf"
    small.write(root / "reports" / "_quarto.yml", small.QUARTO + small.PDF)
    again()
    assert not report.exists() and stands(root) and not stands(root, full_report=True)
    assert again(full_report=True) == NOTHING and report.exists()
    assert stands(root) and stands(root, full_report=True)
    made = report.read_bytes()
    small.write_study(root, "panorama", words="Autre.")
    again()
    assert report.read_bytes() != made, "it is of the pages as they are"


@pytest.mark.slow
def test_a_published_file_that_was_touched_by_hand_is_noticed_and_mended(again, root):
    again()
    before = small.published(root)
    reports = root / "reports"
    (reports / "_site" / T3 / "site.css").unlink()
    (reports / "editions" / T3 / "added.html").write_text("x", encoding="utf-8")
    assert not stands(root) and again() == NOTHING and small.published(root) == before
    path = reports / "_site" / T3 / "panorama.html"
    state, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-3] + b"zzz")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # as who hides it leaves it
    assert not stands(root)
    assert again() == NOTHING  # the pages are kept, and published again
    assert small.published(root) == before


OF_PANORAMA = {"editions/2026-T3/panorama.ipynb", "editions/2026-T3/manifest.json"}
OF_PANORAMA |= {f"_site/2026-T3/panorama.{end}" for end in ("docx", "html", "ipynb")}
OF_PANORAMA |= {f"_site/2026-T3/{name}.json" for name in ("manifest", "ro-crate-metadata")}


def test_a_changed_sentence_runs_its_page_alone_and_renews_what_the_home_page_says(again, root):
    listing = "listing: {contents: '*.ipynb', fields: [title, description]}"
    small.write(
        root / "reports" / "index.qmd", f"---\ntitle: Accueil\n{listing}\n---\n\n## Études\n"
    )
    again()
    small.write_study(root, "panorama", words="Autre.")
    change(root / "notebooks" / "panorama.ipynb", "Constat de panorama", "Un autre constat")
    assert not stands(root)
    before = small.published(root)
    assert again() == {"panorama"}
    after = small.published(root)
    changed = {name for name in after if after[name] != before.get(name)}
    home = {"_site/index.html", "_site/2026-T3/index.html", "_site/2026-T3/search-index.js"}
    assert changed == OF_PANORAMA | home
    assert b"Un autre constat" in after["_site/index.html"]


def test_a_link_to_a_page_that_is_no_longer_there_is_still_refused(release, root):
    small.write_study(root, "satisfaction", words="Voir [la page](panorama.ipynb).")
    release()
    (root / "notebooks" / "panorama.ipynb").unlink()
    with pytest.raises(ObservError, match=r"'panorama\.html' leads to no file of the site"):
        release()


EVERY = {"panorama", "satisfaction"}
CHANGES: dict[str, tuple[Callable[[Path], Any], set[str]]] = {
    "another study": (lambda root: small.write_study(root, "third"), {"third"}),
    "the data": (lambda root: small.write_store(root, end="2026-10-31"), EVERY),
    "the catalogue": (
        lambda root: change(root / "data" / "catalogue" / "departments.yml", "\n", "\n# x\n"),
        EVERY,
    ),
    "style": (lambda root: small.write(root / "reports" / "style.css", "p {}"), NOTHING),
    "the site's name": (  # its pages say how to cite them
        lambda root: change(root / "reports" / "_quarto.yml", "title: Essai", "title: Autre"),
        EVERY,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_each_change_runs_what_it_must_for_the_bytes_of_a_new_edition(again, release, root, name):
    again()
    act, expected = CHANGES[name]
    act(root)
    assert not stands(root)
    assert again() == expected
    assert stands(root)
    found = small.published(root)
    own = {key: found[key] for key in found if not key.startswith("editions/2026-T2")}
    assert own == fresh(root, release)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "expected"), [
    ("the library/edition/finalise.py", EVERY),
    ("the library/publish/html.py", NOTHING),
    ("the packages/pandas", EVERY),
])  # fmt: skip
def test_a_change_of_the_library_runs_pages_that_see_it(again, root, monkeypatch, name, expected):
    again()
    for asked in ("installed_packages",) if "packages" in name else ("library_files", "loaded"):
        changed = {**getattr(kept, asked)(), name: "changed"}
        monkeypatch.setattr(kept, asked, lambda changed=changed: changed)
    assert not stands(root)
    assert again() == expected
    assert stands(root)


def of_quarter(root: Path) -> dict[str, bytes]:
    """What is published of the quarter itself."""
    return {name: text for name, text in small.published(root).items() if f"/{T3}/" in name}


def write_text(root: Path, name: str, text: str) -> None:
    """Change the text of a study, and nothing of its code."""
    path = root / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = text
    nbformat.write(notebook, path)


def test_a_sentence_that_changed_is_published_and_no_code_is_run_again(again, release, root):
    again()
    write_text(root, "panorama", "Une phrase de plus.")
    assert explained(root)["panorama"] == "would be made again, not run: its notebook"
    assert again() == NOTHING
    page = root / "reports" / "_site" / T3 / "panorama.html"
    assert "Une phrase de plus." in page.read_text(encoding="utf-8")
    made = of_quarter(root)
    fresh(root, release)
    assert of_quarter(root) == made
    write_text(root, "panorama", "Une autre.")
    small.write_store(root, end="2026-10-31")
    assert again() == EVERY


def test_pages_that_succeeded_beside_a_failure_are_not_executed_again(ran, release, root, failing):
    failing(satisfaction="cell 3: E: 1")
    with pytest.raises(ObservError, match="nothing was published"):
        release()
    failing()
    small.write_study(root, "satisfaction", words="Réparé.")
    seen: list[str] = []
    release(executing=lambda done, total, name: seen.append(name))
    assert seen == ["satisfaction"]


def test_one_study_is_renewed_and_the_others_stay_as_they_are(again, root):
    again()
    before = small.published(root)
    small.write_study(root, "panorama", words="Autre.")
    small.write_store(root, end="2026-10-31")  # the others would run too, if they were asked for
    assert again(only=["panorama"]) == {"panorama"}
    after = small.published(root)
    changed = {name for name in before.keys() | after if after.get(name) != before.get(name)}
    assert changed == OF_PANORAMA
    about = {study["page"]: study for study in small.manifest(root)["studies"]}
    assert list(about) == ["panorama", "satisfaction"]
    assert about["panorama"]["data"]["ratings"] == store.table_digests(root / "data")["ratings"]
    assert about["satisfaction"]["data"] != about["panorama"]["data"]
    assert stands(root, only=["panorama"]) and not stands(root)
    assert again() == {"satisfaction"}


def test_one_study_of_an_edition_that_does_not_exist_is_partial_until_all_are_there(again, root):
    shutil.rmtree(root / "reports" / "editions")
    small.write_study(root, "satisfaction", words="Voir [Panorama](panorama.ipynb).")
    assert again(only=["satisfaction"]) == {"satisfaction"}
    site = small.published(root)
    assert "Seule une partie des études" in site["_site/index.html"].decode("utf-8")
    page = site["_site/2026-T3/satisfaction.html"].decode("utf-8")
    assert "<p>Voir Panorama.</p>" in page  # a link to a page that is not there
    assert again(only=["panorama"]) == {"panorama"}
    found = small.published(root)
    assert "Seule une partie" not in found["_site/index.html"].decode("utf-8")
    assert again() == NOTHING
    assert small.published(root) == found


@pytest.mark.slow
def test_a_study_of_another_kind_of_data_is_never_put_beside_the_others(again, root):
    again()
    real = small.write_store(root, "real", folder="private")
    again(data=real, only=["panorama"])
    found = small.published(root)
    assert not [name for name in found if "satisfaction" in name]
    assert [study.get("asked") for study in small.manifest(root)["studies"]] == [None, False]


@pytest.mark.slow
def test_a_page_that_was_changed_by_hand_does_not_stay_in_an_edition(again, root):
    again()
    path = root / "reports" / "editions" / T3 / "satisfaction.ipynb"
    site = small._part(small.published(root), "_site")
    for spoil in (lambda: path.write_bytes(path.read_bytes() + b"\n"), path.unlink):
        spoil()
        with pytest.raises(ObservError, match=r"satisfaction\.ipynb: .*`observ edition 2026-T3`"):
            again(only=["panorama"])
    assert small._part(small.published(root), "_site") == site
    (path.parent / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ObservError, match="is no manifest; make the whole edition again"):
        again(only=["panorama"])
    again()
    assert small._part(small.published(root), "_site") == site


def explained(root: Path, **words: Any) -> dict[str, str]:
    named = {"quarter": Quarter("2026-T3"), "publisher": "embedded", "today": TODAY} | words
    return explain_release(root, root / "data", **named)


def test_it_is_told_why_a_page_would_run_and_nothing_is_made(release, root, ran):
    shutil.rmtree(root / "reports" / "_site")
    assert explained(root) == {
        "panorama": "would run: never made",
        "satisfaction": "would run: never made",
        "the site": "would be made again: never made",
    }
    assert ran == [] and not (root / "reports" / "_site").exists()
    assert explained(root, only=["panorama"])["satisfaction"] == "is not asked for"
    release()
    both = {"panorama": "is kept", "satisfaction": "is kept"}
    assert explained(root) == {**both, "the site": "would stay as it is"}
    small.write_study(root, "panorama", words="Autre.")
    assert explained(root) == {
        "panorama": "would run: its notebook",
        "satisfaction": "is kept",
        "the site": "would be made again: its pages (panorama)",
    }
    release()
    assert explained(root, only=["panorama"])["satisfaction"] == "would stay as the edition has it"
    small.write(root / "reports" / "images" / "a.svg", "<svg/>")
    assert explained(root)["the site"] == "would be made again: the site's sources (images/a.svg)"
    release()
    (root / "reports" / "_site" / "index.html").unlink()
    assert explained(root)["the site"] == "would be made again: files of the site (index.html)"
    small.write_store(root, end="2026-10-31")
    assert explained(root)["panorama"] == "would run: the data (ratings)"
    told = explained(root, quarter=Quarter("2026-T2"))
    assert told["panorama"] == "would run: the data (ratings), the parameter quarter"
    assert "the quarter" in told["the site"]
