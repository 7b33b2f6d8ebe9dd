"""An edition of a store at an address is that of a store in a folder, to the byte."""

import json
import shutil

import pytest
from tests.conftest import SECRET
from tests.edition.test_faults import change
from tests.edition.test_release import published
from tests.review import conftest as small_project
from tests.review.conftest import DAY, T3, git, observ

small = small_project.small  # a fixture
WORDS = ("--publisher", "embedded", "--data", "data/demo")


@pytest.mark.slow
def test_an_edition_of_a_store_at_an_address_is_that_of_one_in_a_folder(small, server, tmp_path):
    near, far = (shutil.copytree(small.root, tmp_path / name) for name in ("near", "far"))
    (far / "data" / "demo" / "store.yml").write_text(
        f"address: s3://observatory/{tmp_path.name}/store\n", encoding="utf-8"
    )
    shutil.rmtree(far / "reports" / ".kept")  # all is computed again, from there
    for root in (near, far):
        change(root, "Une phrase de plus.")
        git(root, "commit", "--quiet", "--all", "--message", "A sentence")  # and not `store.yml`
        where = f"s3://observatory/{tmp_path.name}/{root.name}"
        done = observ(root, "edition", T3, *WORDS, "--to", where, SOURCE_DATE_EPOCH=DAY)
        assert done.returncode == 0, done.stderr
        assert f"Put: {where}/2026-T3.zip" in done.stdout
        assert SECRET not in done.stdout + done.stderr
    assert published(far) == published(near)
    assert not [*(far / "data" / "demo" / "store").rglob("*.parquet")]
    done = observ(far, "review", f"{where}/2026-T3.zip", "--json", "--data", "data/demo")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "reproduced"
