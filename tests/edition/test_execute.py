"""Execution in worker processes: each page alone, in the root, and no failure stops the others."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from observlib.base.errors import ObservError
from observlib.base.kept import USED
from observlib.edition.execute import Outcome, execute

SOUND = """
import os
print(quarter, data, os.getcwd(), "planted" in globals(), sep="|")"""
# two pages that run at once leave notes to each other; neither may read the other's state
CELLS = {
    "one": [SOUND, "mine = 'one'"],
    "two": [SOUND, "assert 'mine' not in globals()"],
    "wrong": ["x = 1", "raise ValueError('first line\\nsecond line')", "print('never')"],
    "dead": ["import os; os._exit(3)"],
    "large": ["x = b'1' * 2**28; del x"],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project {braces}").resolve()


@pytest.fixture(scope="module")
def progress() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def outcomes(root: Path, make: Any, progress: list[tuple[int, int]]) -> dict[str, Outcome]:
    """All of them executed once, by a user whose own start-up files plant a name."""
    pages = []
    for name, cells in CELLS.items():
        path = make.write(root / "notebooks" / f"{name}.ipynb", *cells)
        pages.append(make.page(path, quarter="2026-T3", data='l"été'))
    startup = root / "ipython" / "profile_default" / "startup" / "planted.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("planted = 1\n", encoding="utf-8")
    (root / "out").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(root / "ipython"))
        patch.setenv("PYTHONSTARTUP", str(startup))
        found = execute(
            pages, root / "out", root, progress=lambda done, of, name: progress.append((done, of))
        )
    assert [outcome.page.name for outcome in found] == list(CELLS)
    return {outcome.page.name: outcome for outcome in found}


def printed(outcome: Outcome) -> list[str]:
    notebook = nbformat.read(outcome.path, as_version=4)
    return [output.text.strip() for cell in notebook.cells for output in cell.get("outputs", [])]


def test_a_page_gets_its_parameters_in_the_root_and_no_start_up_file_of_its_user(outcomes, root):
    for name in ("one", "two"):
        assert outcomes[name].error == ""
        assert printed(outcomes[name]) == [f'2026-T3|l"été|{root}|False']


def test_a_failure_names_the_author_s_cell_and_the_error_in_one_line(outcomes):
    # after the front matter, the parameters and `x = 1`; papermill's own cell is not counted
    assert outcomes["wrong"].error == "cell 4: ValueError: first line; second line"
    notebook = nbformat.read(outcomes["wrong"].path, as_version=4)
    assert notebook.cells[-1].source == "print('never')" and notebook.cells[-1].outputs == []


def test_a_page_that_dies_is_a_failure_and_progress_goes_on(outcomes, progress):
    assert outcomes["dead"].error == "cell 3: its process died, perhaps for want of memory"
    assert progress == [(done, len(CELLS)) for done in range(1, len(CELLS) + 1)]


@pytest.mark.skipif(sys.platform == "win32", reason="which tells no peak")
def test_a_page_tells_the_memory_that_it_took_at_most(outcomes):
    """Who runs out of it sees which page, and how much a worker must have."""
    took = {
        name: nbformat.read(outcomes[name].path, as_version=4).metadata[USED]["memory"]
        for name in ("one", "large")
    }
    assert 240 < took["large"] - took["one"] < 300


@pytest.mark.slow
def test_a_worker_ended_by_the_system_is_told_without_a_traceback(tmp_path, make):
    kill = "import os, signal\nos.kill(os.getppid(), signal.SIGTERM)"
    page = make.page(make.write(tmp_path / "essai.ipynb", kill))
    with pytest.raises(ObservError, match="was ended from outside, perhaps for want of memory"):
        execute([page], tmp_path, tmp_path, workers=1)


DRIVER = """
import sys
from pathlib import Path
from types import SimpleNamespace
from observlib.edition.execute import execute

if __name__ == "__main__":
    root = Path(sys.argv[1])
    study = SimpleNamespace(path=root / "essai.ipynb")
    try:
        execute([SimpleNamespace(study=study, name="essai", parameters={})], root / "out", root)
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGKILL, -9, marks=pytest.mark.slow),
    ],
)
def test_no_process_outlives_a_run_that_is_interrupted_or_killed(tmp_path, make, sent, code):
    note = tmp_path / "pids"
    cell = (
        "import os, pathlib, time\n"
        f"pathlib.Path({str(note)!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}')\n"
        "time.sleep(120)"
    )
    make.write(tmp_path / "essai.ipynb", cell)
    (tmp_path / "out").mkdir()
    driver = tmp_path / "driver.py"
    driver.write_text(DRIVER, encoding="utf-8")
    command = [sys.executable, str(driver), str(tmp_path)]
    # not into a pipe: a process that outlived the run would hold it open for ever
    with (
        (tmp_path / "stderr").open("wb") as stderr,
        subprocess.Popen(command, stderr=stderr, start_new_session=True) as run,
    ):
        until(lambda: note.is_file() and len(note.read_text(encoding="utf-8").split()) == 2)
        pids = [int(pid) for pid in note.read_text(encoding="utf-8").split()]
        if sent == signal.SIGINT:
            os.killpg(run.pid, sent)  # as a terminal does: to the workers too
        else:
            run.kill()
    try:
        until(lambda: not any(alive(pid) for pid in pids))
    finally:
        for pid in filter(alive, pids):
            os.kill(pid, signal.SIGKILL)
    assert run.returncode == code
    assert "Traceback" not in (tmp_path / "stderr").read_text(encoding="utf-8")


def alive(pid: int) -> bool:
    """Whether a process runs: one that no parent has waited for is none."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self/stat").exists()


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
