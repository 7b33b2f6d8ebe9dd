"""The tiny edition is to the byte what is committed, made cold, and again from what was kept."""

import shutil
from pathlib import Path

import pytest
from tests.tiny import digests, project
from tests.tiny.__main__ import TINY, compared


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project, which has published its edition."""
    root = tmp_path_factory.mktemp("tiny")
    project.write(root)
    project.publish(root)
    return root


def test_the_edition_is_to_the_byte_what_is_committed(root):
    if lines := compared(root, TINY):
        pytest.fail("\n".join(lines), pytrace=False)


def test_made_again_it_is_taken_from_what_was_kept_and_is_the_same_to_the_byte(root):
    cold = {name: path.read_bytes() for name, path in digests.files(root, project.QUARTER).items()}
    kept = _kept(root)
    for name in ("_site", "editions"):
        shutil.rmtree(root / "reports" / name)
    words = ("edition", project.QUARTER, "--publisher", "embedded")
    explained = project.observ(root, *words, "--explain").splitlines()
    assert [line for line in explained if not line.endswith(": is kept")] == [
        "the site: would be made again: its estimates"
    ]
    project.observ(root, *words)
    warm = {name: path.read_bytes() for name, path in digests.files(root, project.QUARTER).items()}
    assert [name for name in cold if warm.get(name) != cold[name]] == []
    assert warm.keys() == cold.keys() and _kept(root) == kept


def _kept(root: Path) -> dict[str, int]:
    """What was kept, by the files on the disk: what is made again has another."""
    entries = (root / "reports" / ".kept").glob("*/*")
    # what is withheld, and that it is public, is written down again at each publication
    again = ("disclosure", "published")
    return {path.name: path.stat().st_ino for path in entries if path.parent.name not in again}
