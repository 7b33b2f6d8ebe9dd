"""A new sheet harms no edition, is never written over another, and is whole once filled in."""

import errno
import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import copy_catalogue
from tests.examples import examples

from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.desk.scaffold.device import new_practice, slug_of
from observlib.records.practices import load_practices

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 25)
DATA = Path("data")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    copy_catalogue(tmp_path)
    (tmp_path / "data" / "practices").mkdir()
    shutil.copy(ROOT / "data" / "practices" / "vocabulary.yml", tmp_path / "data" / "practices")
    return tmp_path


def test_a_new_sheet_is_a_draft_that_no_edition_publishes(root, catalogue):
    path = new_practice(
        root, Path("data"), "L’écoute : un essai", {"tool": "limesurvey"}, ["boamp"], TODAY
    )
    assert path == root / "data" / "practices" / "l-ecoute-un-essai.md"
    assert load_practices(path.parent, catalogue).sheets == ()


def test_without_its_draft_line_it_says_all_that_is_still_to_be_filled_in(root, catalogue):
    path = new_practice(root, DATA, "Un essai", {}, today=TODAY)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("draft: true", "draft: false"), encoding="utf-8")
    with pytest.raises(ObservError) as caught:
        load_practices(path.parent, catalogue)
    for key in ("department", "contact", "verdict", "cost", "redo", "avoid", "has no text"):
        assert any(key in problem for problem in caught.value.problems), key


def test_filled_in_it_is_the_sheet_that_was_asked_for(root, catalogue):
    words = {"department": "annonces", "tool": "matomo", "method": None, "verdict": "à éviter"}
    path = new_practice(root, DATA, 'Un "titre": #1', words, ["boamp", "bodacc"], TODAY)
    text = path.read_text(encoding="utf-8")
    text = "".join(line for line in text.splitlines(True) if not line.startswith("draft"))
    for key in ("contact", "cost", "redo", "avoid"):
        text = text.replace(f"\n{key}:  #", f"\n{key}: ceci  #")
    path.write_text(text + "\nUn récit.\n", encoding="utf-8")
    (sheet,) = load_practices(path.parent, catalogue).sheets
    assert (sheet.title, sheet.origin, sheet.date) == ('Un "titre": #1', "own", TODAY)
    assert (sheet.department, sheet.tool, sheet.method) == ("annonces", "matomo", None)
    assert (sheet.verdict, sheet.products, sheet.contact) == (
        "à éviter",
        ("boamp", "bodacc"),
        "ceci",
    )


def test_a_sheet_that_exists_is_not_written_over(root):
    path = new_practice(root, DATA, "Un essai", {}, today=TODAY)
    path.write_text("---\ndraft: true\n---\nprécieux", encoding="utf-8")
    with pytest.raises(UsageError, match=r"data/practices/un-essai\.md: exists already"):
        new_practice(root, DATA, "Un  ESSAI !", {}, today=TODAY)
    assert "précieux" in path.read_text(encoding="utf-8")


def test_all_that_does_not_exist_is_told_at_once_and_nothing_is_written(root):
    before = sorted((root / "data" / "practices").iterdir())
    with pytest.raises(UsageError) as caught:
        new_practice(root, DATA, "???", {"tool": "excel", "verdict": "bof"}, ["minitel"])
    told = "\n".join(caught.value.problems)
    for said in ("tool 'excel'", "verdict 'bof'", "product 'minitel'", "makes no file name"):
        assert said in told
    assert sorted((root / "data" / "practices").iterdir()) == before


def test_a_disk_that_is_full_leaves_no_half_sheet(root, monkeypatch):
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(ObservError, match=r"the disk is full; .*no sheet was written"):
        new_practice(root, DATA, "Un essai", {}, today=TODAY)
    assert [path.name for path in (root / "data" / "practices").iterdir()] == ["vocabulary.yml"]


@given(title=st.text(min_size=1, max_size=60))
@examples(60)
def test_any_title_makes_a_draft_that_reads_or_is_refused(root, catalogue, title):
    for path in (root / "data" / "practices").glob("*.md"):
        path.unlink()
    try:
        new_practice(root, DATA, title, {}, today=TODAY)
    except UsageError:
        assert slug_of(title) in ("", "index") or not title.isprintable()
    else:
        assert load_practices(root / "data" / "practices", catalogue).sheets == ()


def test_a_sheet_joins_those_of_its_data_folder_where_it_has_some(root):
    own = Path("data/essai")
    assert new_practice(root, own, "Un essai", {}).parent == root / "data" / "practices"
    (root / own / "practices").mkdir(parents=True)
    assert new_practice(root, own, "Un essai", {}).parent == root / own / "practices"
