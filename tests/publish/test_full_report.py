"""The whole edition as one PDF: every study is in it, in order, and each work is named once."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from observlib.base.files import write_all
from observlib.publish import embedded, publish
from observlib.publish import pdf as full_report
from observlib.publish.pdf import full_report_parts
from observlib.publish.project import read_project


def text_of(pdf: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed here")
    made = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return made.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def pages(made_site: Path) -> list[str]:
    """The text of each page of the sample's edition."""
    whole = made_site / "edition-2026-T3.pdf"
    return [" ".join(page.split()) for page in text_of(whole).split("\f") if page.strip()]


def test_cover_tells_edition_day_and_that_the_data_are_invented(pages):
    for words in ("Observatoire des usagers", "Édition 2026-T3", "24 novembre 2026", "fabriqués"):
        assert words in pages[0]


def test_contents_tell_the_page_on_which_each_study_begins(pages):
    assert pages[1].index("Sommaire") < pages[1].index("Panorama")
    for title in ("Panorama", "service-public.fr", "Références"):
        found = re.search(rf"{re.escape(title)} [. \u2060]*?(\d+)\b", pages[1])
        assert found, f"{title} is not in the contents"
        assert title in pages[int(found[1]) - 1].removeprefix("Observatoire des usagers")[:120]


def test_each_work_is_referred_to_once_at_the_end(pages):
    assert sum(page.count("Wilson E. B. (1927), «") for page in pages) == 1
    assert "Wilson E. B. (1927), «" in pages[-1]


def test_running_heads_tell_study_edition_and_page_of_all_pages(pages):
    assert "Édition 2026-T3" in pages[2][:120]
    assert pages[2].replace(" ", "").endswith(f"Panorama3/{len(pages)}")


def test_a_real_edition_says_nothing_of_invented_data(tmp_path, sample):
    site = publish(sample.make_project(tmp_path / "p", kind="real"), tmp_path / "s", "embedded")
    text = text_of(site.parent / "edition-2026-T3.pdf")
    assert "démonstration" not in text and "fabriqués" not in text


def test_home_page_and_studies_lead_to_the_whole_edition(made_site):
    home = (made_site / "index.html").read_text(encoding="utf-8")
    assert 'href="edition-2026-T3.pdf" download' in home
    study = (made_site / "panorama.html").read_text(encoding="utf-8")
    assert 'href="edition-2026-T3.pdf" download' in study


def test_whole_edition_is_kept_until_a_chapter_changes(tmp_path, made_project):
    project = read_project(made_project)
    assert [len(pages) for pages in full_report_parts(project).values()] == [2]
    chapters: dict[str, bytes] = {}
    for page in full_report_parts(project)["Ce qu’ils disent"]:
        chapters |= embedded._printed(project, page)
    kept, site = tmp_path / "kept", tmp_path / "site"
    name = f"{full_report.CHAPTERS}/panorama/panorama.typ"
    for number, (changed, expected) in enumerate(((False, 1), (False, 1), (True, 2))):
        if changed:
            chapters[name] = chapters[name].replace(b"progresse", b"recule")
        write_all(chapters, folder := tmp_path / str(number))
        full_report.put_full_report(project, folder, site, kept)
        assert len(list(kept.iterdir())) == expected


def test_an_edition_of_more_chapters_than_anyone_prints_has_no_whole_and_no_link_to_one(
    tmp_path, made_project, monkeypatch
):
    monkeypatch.setattr(full_report, "MOST", 1)
    site = publish(made_project, tmp_path / "site", "embedded").parent
    assert not [*site.glob("edition-*.pdf")] and (site / "panorama.pdf").exists()
    assert "Toute l’édition" not in (site / "index.html").read_text(encoding="utf-8")
