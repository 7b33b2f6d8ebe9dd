"""A page runs alone in a worker, in the root: what its cells show, read and leave; how it ends."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError
from tests.copies import ROOT
from tests.edition.conftest import Make

from observlib.base.errors import ObservError
from observlib.base.kept import USED
from observlib.catalogue.tables import TABLES
from observlib.edition import engine
from observlib.edition.execute import Outcome, execute
from observlib.pipeline import frame

linux = pytest.mark.skipif(not engine.CAN_FORK, reason="pages are forked on Linux only")


def executed(
    root: Path, cells: Mapping[str, Sequence[Any]], data: str = "data", **words: Any
) -> dict[str, Outcome]:
    """The outcomes of pages of these cells, executed in a root."""
    pages = []
    for name, own in cells.items():
        path = Make.write(root / "notebooks" / f"{name}.ipynb", *own)
        pages.append(Make.page(path, quarter="2026-T3", data=data))
    (root / "out").mkdir(exist_ok=True)
    found = execute(pages, root / "out", root, **words)
    assert [outcome.page.name for outcome in found] == list(cells)
    return {outcome.page.name: outcome for outcome in found}


def used(outcome: Outcome) -> dict[str, Any]:
    """What a page that succeeded says that it has used."""
    assert outcome.error == ""
    return dict(nbformat.read(outcome.path, as_version=4).metadata[USED])


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
def outcomes(root: Path, progress: list[tuple[int, int]]) -> dict[str, Outcome]:
    """All of them executed once, by a user whose own start-up files plant a name."""
    startup = root / "ipython" / "profile_default" / "startup" / "planted.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("planted = 1\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(root / "ipython"))
        patch.setenv("PYTHONSTARTUP", str(startup))
        return executed(
            root, CELLS, 'l"été', progress=lambda done, of, name: progress.append((done, of))
        )


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


def test_a_page_tells_the_memory_that_it_took_at_most(outcomes):
    """Who runs out of it sees which page, and how much a worker must have."""
    assert 240 < used(outcomes["large"])["memory"] - used(outcomes["one"])["memory"] < 300


@pytest.mark.slow
def test_a_worker_ended_by_the_system_is_told_without_a_traceback(tmp_path):
    kill = "import os, signal\nos.kill(os.getppid(), signal.SIGTERM)"
    with pytest.raises(ObservError, match="was ended from outside, perhaps for want of memory"):
        executed(tmp_path, {"essai": [kill]}, workers=1)


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


AFTER = ("x = 1", "y = 2")  # cells that never run
LEAVE = """
import pathlib, subprocess, sys, time
script = '''
import os, pathlib, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
        time.sleep(300)
'''
for name in ("{0}-one", "{0}-two"):
    subprocess.Popen([sys.executable, "-c", script, name], start_new_session=True)
attached = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
pathlib.Path("{0}-attached").write_text(str(attached.pid))
while not all(pathlib.Path(name).is_file() for name in ("{0}-one", "{0}-two")):
    time.sleep(0.05)
"""
ENDING = {
    "killed": ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", *AFTER],
    "leaver": [LEAVE.format("leaver")],
    "dying": [LEAVE.format("dying"), "import os; os._exit(1)", *AFTER],
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The root, and why each page failed, with temporary files in a deep folder."""
    root = tmp_path_factory.mktemp("ended")
    deep = root / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(deep))
        outcomes = executed(root, ENDING, cell_seconds=60)
        endless = {"endless": ["import time; time.sleep(300)", *AFTER]}
        outcomes |= executed(root, endless, cell_seconds=10)
    return root, {name: outcome.error for name, outcome in outcomes.items()}


DIED = "its process died, perhaps for want of memory"


@pytest.mark.slow
def test_a_death_or_a_cell_without_end_names_that_cell_and_ends_no_other(ended):
    assert ended[1] == {
        "leaver": "", "killed": f"cell 3: {DIED}", "dying": f"cell 4: {DIED}",
        "endless": "cell 3: ran for over 10 seconds",
    }  # fmt: skip


@linux
@pytest.mark.slow
@pytest.mark.parametrize("name", ["leaver", "dying"])
def test_no_process_that_a_study_starts_outlives_its_page_detached_or_not(ended, name):
    notes = [ended[0] / f"{name}-{which}" for which in ("one", "two", "attached")]
    pids = [int(note.read_text(encoding="utf-8")) for note in notes]
    left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


SHOWS = [
    "print('one'); print('two'); 3",
    "import sys; print('aside', file=sys.stderr)",
    "from IPython.display import Image, display; shown = display('first', display_id=True)",
    "shown.update('second'); display(Image(b'\\x89PNG', format='png'))",
    "import asyncio; await asyncio.sleep(0); quarter",
    "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "print('gone'); from IPython.display import clear_output; clear_output(); 4",
    "1 / 0",
    "never",
]


@pytest.fixture(scope="module", params=["forked", pytest.param("new", id="new process")])
def shown(request: pytest.FixtureRequest, tmp_path_factory: Any) -> list[Any]:
    """The outputs of the cells of a page, as Jupyter's kernel would show them."""
    if request.param == "forked" and not engine.CAN_FORK:
        pytest.skip("pages are forked on Linux only")
    folder = tmp_path_factory.mktemp("shown")
    if request.param == "forked":
        made = executed(folder, {"page": SHOWS}, workers=1)["page"].path
    else:
        path, made = Make.write(folder / "page.ipynb", *SHOWS), folder / "out.ipynb"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "CAN_FORK", False)
            patch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
            patch.setenv("IPYTHONDIR", str(folder / "ipython"))
            with pytest.raises(PapermillExecutionError):
                papermill.execute_notebook(
                    path, made, engine_name=engine.ENGINE, progress_bar=False
                )
    cells = nbformat.read(made, as_version=4).cells
    return [cell.outputs for cell in cells if cell.cell_type == "code"][-len(SHOWS) :]


@pytest.mark.slow
def test_what_cells_print_show_and_end_with_is_what_a_kernel_would_give(shown):
    printed, aside, first, second, awaited, chart, cleared, failed, never = shown
    assert [o.get("text") or o.data["text/plain"] for o in printed] == ["one\ntwo\n", "3"]
    assert [(o.name, o.text) for o in aside] == [("stderr", "aside\n")]
    assert [o.data["text/plain"] for o in first] == ["'second'"], "a display is not updated"
    assert second[0].data["image/png"].strip() == "iVBORw=="
    assert awaited[0].data["text/plain"] == "'2026-T3'"
    assert [o.output_type for o in chart][-1] == "display_data" and "image/png" in chart[-1].data
    assert [o.data["text/plain"] for o in cleared] == ["4"]
    assert failed[0].ename == "ZeroDivisionError" and failed[0].traceback
    assert never == []


USES = """from observlib import Study, store
from observlib.pipeline import project
study = Study('2026-T3', 'data/demo')
data = project.data_folder('data/demo')
"""


def used_by(place: Path, code: str) -> dict[str, Any]:
    """What a page of the project says that it has used."""
    page = Make.page(Make.write(place / "page.ipynb", f"{USES}{code};"))
    (outcome,) = execute([page], place, ROOT, 1)
    return used(outcome)


@linux
@pytest.mark.slow
@pytest.mark.parametrize(("code", "tables"), [
    ("study.estimates('satisfaction')", ["ratings"]),
    ("study.estimates('contacts')", None),
    ("store.read(data, 'polls')", ["polls"]), ("store.kind(data)", []),
    ("store.devices(data)", list(TABLES)),
])  # fmt: skip
def test_a_page_depends_on_the_tables_that_it_and_its_families_read(tmp_path, code, tables):
    wanted = frame.tables_read("contacts") if tables is None else set(tables)
    assert set(used_by(tmp_path, code)["tables"]) == wanted


@linux
@pytest.mark.slow
@pytest.mark.parametrize(("code", "said"), [
    ("study.say.polls.polls_and_votes", ["polls.sentences"]),
    ("study.say.surveys", []),  # it says nothing of them yet
    ("dir(study.say.surveys)", ["surveys.sentences"]),
    ("study.help('polls')", ["polls.sentences"]),
    ("study.say.comparisons.evolution, study.say.year_on_year", []),
])  # fmt: skip
def test_a_page_is_known_to_depend_on_the_sentences_that_it_says(tmp_path, code, said):
    found = used_by(tmp_path, code)["sentences"]
    themes = [name for name in found if re.match(r"observlib\.themes\.\w+\.", name)]
    assert themes == [f"observlib.themes.{name}" for name in said]


READS = {
    "pandas": "import pandas as pd; pd.read_csv('own.csv')",
    "pathlib": "import pathlib; n = 'own'; pathlib.Path(n + '.csv').read_text()",
    "another folder": "import os; n = '../aside'; os.open(n + '.csv', os.O_RDONLY)",
    "a thread": "import concurrent.futures as c, pandas as pd; n = 'own'\n"
    "with c.ThreadPoolExecutor() as pool: list(pool.map(pd.read_csv, [n + '.csv']))",
    "a module": "import sys; sys.path.insert(0, ''); import helper",
    "pyarrow": "import pyarrow.parquet as pq; pq.read_table('own.parquet')",
    "a query": "import duckdb; duckdb.sql(\"from 'own.csv'\").df()",
    "an export": "import pandas as pd; pd.read_csv('data/raw/own.csv')",
}
MAY_READ = {
    "the reference": "import pandas as pd; pd.read_csv('data/reference/own.csv')",
    "what it wrote": "open('new.txt', 'w').write('a'); open('new.txt').read()",
    "what a program of its wrote": "import subprocess, sys\n"
    "subprocess.run([sys.executable, '-c', 'open(\"made.txt\", \"w\").write(\"a\")'])\n'made.txt'",
    "what it put aside": "import pathlib, tempfile\nwith tempfile.TemporaryDirectory() as place:\n"
    "    path = pathlib.Path(place, 'a'); path.write_text('a'); path.read_text()",
    "packages": "import json.tool, zoneinfo, seaborn, sklearn.linear_model",
    "time zones and fonts": "import matplotlib.pyplot as plt, zoneinfo\n"
    "zoneinfo.ZoneInfo('Asia/Tokyo'); plt.title('é'); plt.show()",
    "the system": "open('/proc/self/status').read()",
    "a frame in a query": "import duckdb, pandas as pd; d = pd.DataFrame({'a': [1]}); "
    "duckdb.sql('select a from d').df()",
}


@linux
@pytest.mark.slow
def test_a_page_reads_no_file_that_could_change_unseen(tmp_path):
    root = tmp_path.resolve() / "project"
    for folder in ("data/reference", "data/raw"):
        (root / folder).mkdir(parents=True)
    rows = pd.DataFrame({"a": [1, 2]})
    for name in ("own.csv", "../aside.csv", "data/raw/own.csv", "data/reference/own.csv"):
        rows.to_csv(root / name)
    rows.to_parquet(root / "own.parquet")
    (root / "helper.py").write_text("a = 1", "utf-8")
    cells = {name.replace(" ", "-"): [cell] for name, cell in (READS | MAY_READ).items()}
    told = [outcome.error for outcome in executed(root, cells, workers=2).values()]
    assert told[len(READS) :] == [""] * len(MAY_READ)
    for name, error in zip(READS, told, strict=False):
        assert re.match(r"cell 3: reads .*, and no edition would know that it changed", error), name
        assert "data/reference" in error and "observ device new --from" in error, name
