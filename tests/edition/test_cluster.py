"""An edition on a Dask cluster is the one that is made here, whoever of the cluster is lost."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from datetime import date
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import LocalCluster
from tests import test_cli
from tests.copies import published_project, write_study
from tests.edition.conftest import NOW
from tests.edition.test_execute import until
from tests.edition.test_release import leftovers, published
from tests.review import conftest as small_project
from tests.review.conftest import DAY, STUDIES

from observlib.base.errors import ObservError, UsageError
from observlib.edition import execute as module
from observlib.edition.execute import cluster_workers
from observlib.edition.release import release

small = small_project.small  # a fixture
pytestmark = pytest.mark.slow  # processes of a scheduler and its workers
LOOP = "127.0.0.1"
ALONE = {"host": LOOP, "dashboard_address": f"{LOOP}:0", "worker_dashboard_address": f"{LOOP}:0"}
OBSERV = [sys.executable, "-c", "from observlib.cli import main; main()"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    place = str(tmp_path_factory.mktemp("cluster"))
    # a worker that is killed may take long to come back on a busy machine, and is else given up
    patient = dask.config.set({"distributed.deploy.lost-worker-timeout": "10 minutes"})
    with (
        patient,
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, local_directory=place, **ALONE
        ) as cluster,
    ):
        yield cluster


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    return tmp_path.resolve()


@pytest.fixture(scope="module")
def pool(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    root = tmp_path_factory.mktemp("root")
    (root / "reports").mkdir()
    with cluster_workers(cluster.scheduler_address, root, root) as pool:
        yield pool


def test_a_task_s_mistake_is_the_user_s_as_it_is_here(pool: Executor, place: Path) -> None:
    assert pool.submit(ObservError, "a.csv: empty file").result().problems == ("a.csv: empty file",)
    with pytest.raises(FileNotFoundError, match=r"absent\.csv"):
        pool.submit(Path.read_text, place / "absent.csv").result()


@pytest.mark.parametrize(("address", "error", "told"), [
    ("localhost", UsageError, r"^--dask localhost: write it as tcp://HOST:PORT"),
    ("http://localhost:8786", UsageError, "write it as tcp://HOST:PORT"),
    ("tcp://127.0.0.1:1", ObservError, r"^tcp://127.0.0.1:1: no scheduler answers there; "),
])  # fmt: skip
def test_who_names_no_cluster_is_told_in_one_line(place, monkeypatch, address, error, told):
    monkeypatch.setattr(module, "_REACHED", 1)
    with pytest.raises(error, match=told) as caught, cluster_workers(address, place, place):
        pass
    assert "\n" not in str(caught.value) and leftovers(place) == []
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = r"pip install 'observlib\[dask\]'"
    with pytest.raises(ObservError, match=told), cluster_workers("tcp://127.0.0.1:1", place, place):
        pass


def test_a_cluster_without_workers_is_told_and_not_waited_for_for_ever(place, monkeypatch):
    monkeypatch.setattr(module, "_WORKER", 1.0)
    with (
        LocalCluster(n_workers=0, processes=True, **ALONE) as empty,
        pytest.raises(ObservError, match="no worker came within 1 seconds; start some"),
        cluster_workers(empty.scheduler_address, place, place),
    ):
        pass
    assert leftovers(place) == []


@pytest.mark.parametrize(("change", "told"), [
    ({"the packages/pandas": "0.1"}, r"differs .* in the packages \(pandas\); install the "),
    ({"the library/study/__init__.py": "x"},
     r"differs .* in the library \(study/__init__.py\); install the "),
    ({"the store": "x"}, "has another store in .*; let all workers share the data folder"),
])  # fmt: skip
def test_a_worker_that_would_make_other_numbers_is_named(cluster, place, monkeypatch, change, told):
    measured = module._measured
    monkeypatch.setattr(module, "_measured", lambda run: measured(run) | change)
    address = cluster.scheduler_address
    until(lambda: len(cluster.scheduler_info["workers"]) == 2)  # others are killed above
    with pytest.raises(ObservError, match=told) as caught, cluster_workers(address, place, place):
        pass
    workers = [f"{worker.worker_address}: this worker " for worker in cluster.workers.values()]
    lines = str(caught.value).splitlines()
    assert len(lines) == 2 and all(any(map(line.startswith, workers)) for line in lines)
    run = module.Run(place, place / "elsewhere", place)
    assert "share the project's folder, at the same path" in module._refusal(run)


def test_an_edition_is_the_same_though_a_worker_is_killed(cluster, small, tmp_path, monkeypatch):
    root = small.root
    there = Path(shutil.copytree(root, tmp_path / "there", ignore=_made(root)))
    monkeypatch.chdir(there)
    workers = [nanny.pid for nanny in cluster.workers.values()]
    told: list[str] = []

    def executing(done: int, total: int, page: str) -> None:
        told.append(page)
        if done == 1:
            os.kill(workers[0], signal.SIGKILL)

    data, day = there / "data", date.fromtimestamp(int(DAY))
    with cluster_workers(cluster.scheduler_address, there, data) as pool:
        words = {"publisher": "embedded", "today": day, "executing": executing, "workers": pool}
        _, failed = release(there, data, NOW, **words)
    assert failed == [] and sorted(told) == sorted(STUDIES)
    assert published(there) == published(root)
    build = json.loads((there / "reports/_site" / NOW / "build.json").read_text("utf-8"))
    assert build["memory"].keys() == set(told) and min(build["memory"].values()) > 50
    assert leftovers(there) == []


def _made(root: Path) -> Callable[[str, list[str]], set[str]]:
    """Leaves out of a copy of a project what it has made."""
    reports, data = root / "reports", root / "data"
    made = {reports / ".kept", reports / "_site", reports / "editions", data / "published"}
    return lambda folder, names: {name for name in names if Path(folder, name) in made}


@pytest.fixture
def project(tmp_path: Path, observ: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project of one study, which was published before."""
    published_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    test_cli.answers(tmp_path / "raw", "2025", {"a": ("2025-01-01", 4), "b": ("2025-03-31", 5)})
    assert observ("ingest", "raw")[0] == 0
    return tmp_path


WAITS = "import pathlib, time\npathlib.Path('began').touch()\ntime.sleep(300)"
CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    made = LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1",
                        dashboard_address="127.0.0.1:0", worker_dashboard_address="127.0.0.1:0")
    print(made.scheduler_address, flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def waiting(project: Path, address: str) -> Iterator[subprocess.Popen[str]]:
    """An edition whose study has begun on a cluster."""
    write_study(project, WAITS)
    command = [*OBSERV, "edition", "2025-T1", "--publisher", "embedded", "--dask", address]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=project, stdout=pipe, stderr=pipe, encoding="utf-8", start_new_session=True
    ) as process:
        try:
            until(lambda: (project / "began").exists() or process.poll() is not None)
            yield process
        finally:
            process.kill()


def test_a_scheduler_that_is_lost_is_told_and_the_site_is_as_it_was(project, tmp_path_factory):
    place = tmp_path_factory.mktemp("lost")
    (place / "cluster.py").write_text(CLUSTER, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "cluster.py"], cwd=place, stdout=subprocess.PIPE, encoding="utf-8"
    ) as scheduler:
        assert scheduler.stdout
        address = scheduler.stdout.readline().strip()
        with waiting(project, address) as process:
            scheduler.kill()
            out, err = process.communicate(timeout=120)
    (line,) = [line for line in err.splitlines() if line.startswith("observ: ")]
    assert (process.returncode, out) == (1, "") and "Traceback" not in err
    assert line.startswith(f"observ: {address}: the scheduler was lost")
    assert err.endswith(f"{line}\n")
    assert test_cli.is_untouched(project) and leftovers(project) == []
