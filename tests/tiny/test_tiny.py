"""The tiny edition is to the byte what is committed, made cold, and again from what was kept."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.review.conftest import small as small
from tests.tiny import digests, project
from tests.tiny.__main__ import TINY, compared

from observlib import dataset, estimates


def test_the_edition_is_to_the_byte_what_is_committed(small):
    if lines := compared(small.root, TINY):
        pytest.fail("\n".join(lines), pytrace=False)


def test_made_again_it_is_taken_from_what_was_kept_and_is_the_same_to_the_byte(small, tmp_path):
    root = shutil.copytree(small.root, tmp_path / "p")
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


def test_the_frame_has_rows_of_the_contracts_and_open_data_tells_the_same(small):
    folder = small.root / "reports" / "editions" / project.QUARTER
    for name, columns, check in (
        ("estimates", estimates.COLUMNS, estimates.check),
        ("comparisons", estimates.COMPARISON_COLUMNS, estimates.check_comparisons),
    ):
        rows = pd.read_parquet(folder / f"{name}.parquet")
        assert [*rows.columns] == columns and len(rows) > 20 and not rows.duplicated().any()
        check(rows)
        said = dataset.read_table((folder / "donnees" / f"{name}.csv").read_bytes())
        assert estimates.csv_lines(said[columns]) == estimates.csv_lines(rows)


def _kept(root: Path) -> dict[str, int]:
    """What was kept, by the files on the disk: what is made again has another."""
    entries = (root / "reports" / ".kept").glob("*/*")
    # what is withheld, and that it is public, is written down again at each publication
    again = ("disclosure", "published")
    return {path.name: path.stat().st_ino for path in entries if path.parent.name not in again}
