"""Whatever happens to a run, readers find a whole edition, and the next run makes the new one."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest
from tests.conftest import SECRET
from tests.edition.test_release import leftovers, published, tree
from tests.review import conftest as small_project
from tests.review.conftest import DAY, T3, git, observ

from observlib.base import kept
from observlib.publish import record

small = small_project.small  # a fixture
KILLS = 10
WORDS = ("edition", small_project.T3, "--publisher", "embedded")
RUN = [sys.executable, "-c", small_project.COMMAND, *WORDS]
posix = pytest.mark.skipif(sys.platform != "linux", reason="kill -9, /proc and limits of Linux")


@pytest.fixture
def root(small, tmp_path) -> Path:
    """A project of which an edition is published, with a place of its own for temporary files."""
    (tmp_path / "temporary").mkdir()
    return shutil.copytree(small.root, tmp_path / "p", symlinks=True)


@pytest.fixture
def begin(root):
    """Begin a run, once an author has changed the home page, and a study."""
    number = count(1)

    def run(*before: str, study: bool = True, **environment: str) -> subprocess.Popen[str]:
        nth = next(number)
        change(root, f"Une phrase de plus, la {nth}e.", study)
        return subprocess.Popen(
            [*before, *RUN, "--json", "--data", str(root / "data")], cwd=root,
            env=own(root) | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip

    return run


def own(root: Path) -> dict[str, str]:
    """The environment of a project's runs, by which its processes are known."""
    place = str(root.parent / "temporary")
    return {**os.environ, "PYTHONPATH": str(root / "src"), "TMPDIR": place, "OF_RUN": str(root)}


def change(root: Path, sentence: str, study: bool = True) -> None:
    """Change the home page, and the code of a study too, which is run again."""
    home, path = root / "reports" / "index.qmd", root / "notebooks" / "visites.ipynb"
    home.write_text(f"{home.read_text('utf-8').rstrip()}\n\n{sentence}\n", "utf-8")
    if not study:
        return
    content = json.loads(path.read_text("utf-8"))
    last = [cell for cell in content["cells"] if cell["cell_type"] == "code"][-1]
    last["source"] = ["".join(last["source"]), f"\n# {sentence}"]
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def whole(root: Path) -> str:
    """The digest of the site, whose edition has every file as its manifest says."""
    site = root / "reports" / "_site"
    edition = site / small_project.T3
    manifest = json.loads((edition / record.MANIFEST_FILE).read_text("utf-8"))
    assert record.edition_files(edition) == manifest["files"]
    return kept.bytes_digest(repr(sorted(tree(site).items())).encode())


def processes(root: Path) -> Iterator[str]:
    """The processes that a project's runs have left."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"OF_RUN={root}".encode() in path.read_bytes().split(b"\0"):
                yield path.parent.joinpath("cmdline").read_text("utf-8").replace("\0", " ")
        except OSError:
            continue


def all_end(root: Path) -> None:
    """All processes of a project's runs end within some seconds."""
    end = time.monotonic() + 30
    while left := [*processes(root)]:
        if time.monotonic() > end:
            raise AssertionError(left)
        time.sleep(0.1)


def steps_of(run: subprocess.Popen[str]) -> Iterator[float]:
    """The moments at which a run tells of a step."""
    assert run.stderr
    for _ in run.stderr:
        yield time.monotonic()


def finished(run: subprocess.Popen[str]) -> str:
    """What a run prints that ends well."""
    out, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    return out


@posix
@pytest.mark.slow
def test_killed_at_ten_moments_the_site_is_whole_and_the_next_run_makes_the_new_one(begin, root):
    seen = [whole(root)]
    # from the first study to the last folder; then those that swap folders, after the last step
    for study, over, late in ((True, 4, 0), (False, 2, 4)):
        run = begin(study=study)
        moments = [*steps_of(run)]
        finished(run)
        tail = time.monotonic() - moments[-1]
        kills = [(len(moments) * nth // over, 0.0) for nth in range(over)]
        kills += [(len(moments), tail * nth / 3) for nth in range(late)]
        for step, seconds in kills:
            run = begin(study=study)
            told = steps_of(run)
            for _ in range(step):
                next(told, None)
            time.sleep(seconds)
            run.send_signal(signal.SIGKILL)
            run.communicate()
            seen.append(whole(root))
    assert len(seen) == KILLS + 1
    assert any(now == before for before, now in pairwise(seen)), "no kill came before the end"
    finished(begin())
    assert whole(root) not in seen and leftovers(root) == []
    all_end(root)
    assert [*(root.parent / "temporary").iterdir()] == []


@posix
@pytest.mark.slow
def test_few_files_that_may_be_open_are_told_in_lines_and_change_nothing(begin, root):
    before = whole(root)
    run = begin("sh", "-c", 'ulimit -n 16; exec "$@"', "sh")
    _, err = run.communicate()
    told = [json.loads(line) for line in err.splitlines()]
    assert run.returncode == 1 and "Traceback" not in err
    assert any("open" in one.get("problem", "") for one in told), err
    assert whole(root) == before and leftovers(root) == []
    all_end(root)


OF_DATA = ("--publisher", "embedded")


@pytest.mark.slow
def test_an_edition_of_a_store_at_an_address_is_that_of_one_in_a_folder(small, server, tmp_path):
    near, far = (shutil.copytree(small.root, tmp_path / name) for name in ("near", "far"))
    (far / "data" / "store.yml").write_text(
        f"address: s3://observatory/{tmp_path.name}/store\n", encoding="utf-8"
    )
    shutil.rmtree(far / "reports" / ".kept")  # all is computed again, from there
    for root in (near, far):
        change(root, "Une phrase de plus.")
        git(root, "commit", "--quiet", "--all", "--message", "A sentence")  # and not `store.yml`
        where = f"s3://observatory/{tmp_path.name}/{root.name}"
        done = observ(root, "edition", T3, *OF_DATA, "--to", where, SOURCE_DATE_EPOCH=DAY)
        assert done.returncode == 0, done.stderr
        assert f"Put: {where}/2026-T3.zip" in done.stdout
        assert SECRET not in done.stdout + done.stderr
    assert published(far) == published(near)
    assert not [*(far / "data" / "store").rglob("*.parquet")]
