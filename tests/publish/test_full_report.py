"""The whole edition as one PDF: every study is in it, in order, and each work is named once."""

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
