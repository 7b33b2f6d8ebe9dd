"""What differs between two editions is named; what no two commits have alike is no difference."""

import json
from pathlib import Path

import pytest
from tests.tiny import digests

T3 = "2026-T3"


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Editions of two commits that tell the same."""
    return _edition(tmp_path / "one", "1" * 40), _edition(tmp_path / "other", f"{'2' * 40}-dirty")


def _edition(root: Path, commit: str) -> Path:
    edited = ", modifiée depuis" if "dirty" in commit else ""
    manifest = {"quarter": T3, "commit": commit, "made_from": {"the library": commit}}
    texts = {
        "manifest.json": json.dumps(manifest),
        "build.json": commit,
        "documentation/index.html": commit,
        "avis.html": f"<p>7,9 sur 10</p>\n<code>{commit[:12]}</code>{edited}",
        "avis/fig-notes.svg": "<svg/>",
    }
    for name, text in texts.items():
        path = root / "reports" / "_site" / T3 / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_editions_of_two_commits_that_tell_the_same_are_the_same(two):
    one, other = (digests.digests(root, T3) for root in two)
    assert one == other and one.keys() == {"avis", "manifest"}
    assert digests.first_differences(*two, T3) == []


def test_a_page_that_differs_is_named_with_its_kinds_and_its_first_difference(two, tmp_path):
    page = two[1] / "reports" / "_site" / T3 / "avis.html"
    page.write_text(page.read_text(encoding="utf-8").replace("7,9", "7,8"), encoding="utf-8")
    page.with_suffix(".pdf").touch()
    committed = tmp_path / "committed.txt"
    committed.write_text(digests.written(digests.digests(two[0], T3)), encoding="utf-8")
    now = digests.digests(two[1], T3)
    assert digests.different(digests.read(committed), now) == ["avis: html, pdf"]
    page_line, pdf_line = digests.first_differences(*two, T3)
    assert page_line.startswith(f"{T3}/avis.html: line 1\n  - ") and "7,8" in page_line
    assert pdf_line == f"{T3}/avis.pdf: new"
