"""An edition of a store at an address is that of a store in a folder, to the byte."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import SECRET
from tests.edition.test_faults import change
from tests.review import conftest as small_project
from tests.test_release import published

small = small_project.small  # a fixture


def observ(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command by the project's own code, with what the tests' server needs."""
    return subprocess.run(
        [sys.executable, "-c", small_project.COMMAND, *words, "--data", "data/demo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "SOURCE_DATE_EPOCH": small_project.DAY},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.slow
def test_an_edition_of_a_store_at_an_address_is_that_of_one_in_a_folder(small, server, tmp_path):
    near, far = (shutil.copytree(small.root, tmp_path / name) for name in ("near", "far"))
    (far / "data" / "demo" / "store.yml").write_text(
        f"address: s3://observatory/{tmp_path.name}/store\n", encoding="utf-8"
    )
    shutil.rmtree(far / "reports" / ".kept")  # all is computed again, from there
    for root in (near, far):
        change(root, "Une phrase de plus.")
        where = f"s3://observatory/{tmp_path.name}/{root.name}"
        done = observ(root, "edition", small_project.T3, "--publisher", "embedded", "--to", where)
        assert done.returncode == 0, done.stderr
        assert f"Put: {where}/2026-T3.zip" in done.stdout
        assert SECRET not in done.stdout + done.stderr
    assert published(far) == published(near)
    assert not [*(far / "data" / "demo" / "store").rglob("*.parquet")]
    done = observ(far, "review", f"{where}/2026-T3.zip", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "reproduced"
