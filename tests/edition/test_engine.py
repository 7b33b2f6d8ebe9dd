"""What a page's cells show, what they leave behind, and which is named where it is ended."""

import os
import re
import signal
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from observlib.base.kept import USED
from observlib.catalogue.tables import TABLES
from observlib.edition import engine
from observlib.edition.execute import execute
from observlib.pipeline import frame

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(not engine.CAN_FORK, reason="pages are forked on Linux only")
ROOT = Path(__file__).parents[2]
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
CELLS = {
    "exit": ["import os; os._exit(1)", *AFTER],
    "killed": ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", *AFTER],
    "endless": ["import time; time.sleep(300)", *AFTER],
    "leaver": [LEAVE.format("leaver")],
    "dying": [LEAVE.format("dying"), "import os; os._exit(1)", *AFTER],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def errors(root: Path, make: Any) -> dict[str, str]:
    """Why each page failed, each executed once, with temporary files in a deep folder."""
    pages = []
    for name, cells in CELLS.items():
        path = make.write(root / "notebooks" / f"{name}.ipynb", make.markdown("Texte."), *cells)
        pages.append(make.page(path, quarter="2026-T3"))
    (root / "out").mkdir()
    deep = root / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(deep))
        ending = [page for page in pages if page.name != "endless"]
        outcomes = execute(ending, root / "out", root, cell_seconds=60)
        endless = [page for page in pages if page.name == "endless"]
        outcomes += execute(endless, root / "out", root, cell_seconds=10)
    return {outcome.page.name: outcome.error for outcome in outcomes}


@pytest.mark.parametrize(("name", "told"), [
    ("leaver", ""), ("exit", "cell 4: its process died, perhaps for want of memory"),
    ("killed", "cell 4: its process died, perhaps for want of memory"),
    ("dying", "cell 5: its process died, perhaps for want of memory"),
    ("endless", "cell 4: ran for over 10 seconds"),
])  # fmt: skip
def test_a_death_or_a_cell_without_end_names_that_cell_and_ends_no_other(errors, name, told):
    assert errors[name] == told


@linux
@pytest.mark.parametrize("name", ["leaver", "dying"])
def test_no_process_that_a_study_starts_outlives_its_page_detached_or_not(root, errors, name):
    notes = [root / f"{name}-{which}" for which in ("one", "two", "attached")]
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
def shown(request: pytest.FixtureRequest, tmp_path_factory: Any, make: Any) -> list[Any]:
    """The outputs of the cells of a page, as Jupyter's kernel would show them."""
    if request.param == "forked" and not engine.CAN_FORK:
        pytest.skip("pages are forked on Linux only")
    folder = tmp_path_factory.mktemp("shown")
    path = make.write(folder / "notebooks" / "page.ipynb", *SHOWS)
    if request.param == "forked":
        execute([make.page(path, quarter="2026-T3")], folder, folder, 1)
        made = folder / "page.ipynb"
    else:
        made = folder / "out.ipynb"
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


@linux
@pytest.mark.parametrize(("code", "tables"), [
    ("Study('2026-T3', 'data/demo').estimates('satisfaction')", ["ratings"]),
    ("Study('2026-T3', 'data/demo').estimates('contacts')", None),
    ("store.read(project.data_folder('data/demo'), 'polls')", ["polls"]),
    ("store.kind(project.data_folder('data/demo'))", []),
    ("store.devices(project.data_folder('data/demo'))", list(TABLES)),
])  # fmt: skip
def test_a_page_depends_on_the_tables_that_it_and_its_families_read(tmp_path, make, code, tables):
    first = "from observlib import Study, store\nfrom observlib.pipeline import project"
    path = make.write(tmp_path / "page.ipynb", f"{first}\n{code};")
    (outcome,) = execute([make.page(path)], tmp_path, ROOT, 1)
    assert outcome.error == ""
    read = nbformat.read(outcome.path, as_version=4).metadata[USED]["tables"]
    assert set(read) == (frame.tables_read("contacts") if tables is None else set(tables))


@linux
@pytest.mark.parametrize(("code", "said"), [
    ("study.say.polls.polls_and_votes", ["polls.sentences"]),
    ("study.say.surveys", []),  # it says nothing of them yet
    ("dir(study.say.surveys)", ["surveys.sentences"]),
    ("study.help('polls')", ["polls.sentences"]),
    ("study.say.comparisons.evolution, study.say.year_on_year", []),
])  # fmt: skip
def test_a_page_is_known_to_depend_on_the_sentences_that_it_says(tmp_path, make, code, said):
    first = "from observlib import Study\nstudy = Study('2026-T3', 'data/demo')"
    path = make.write(tmp_path / "page.ipynb", f"{first}\n{code};")
    (outcome,) = execute([make.page(path)], tmp_path, ROOT, 1)
    assert outcome.error == ""
    found = nbformat.read(outcome.path, as_version=4).metadata[USED]["sentences"]
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
def test_a_page_reads_no_file_that_could_change_unseen(tmp_path, make):
    root = tmp_path.resolve() / "project"
    for folder in ("data/reference", "data/raw", "out"):
        (root / folder).mkdir(parents=True)
    rows = pd.DataFrame({"a": [1, 2]})
    for name in ("own.csv", "../aside.csv", "data/raw/own.csv", "data/reference/own.csv"):
        rows.to_csv(root / name)
    rows.to_parquet(root / "own.parquet")
    (root / "helper.py").write_text("a = 1", "utf-8")
    cells = READS | MAY_READ
    pages = []
    for name, cell in cells.items():
        path = make.write(root / "notebooks" / f"{name.replace(' ', '-')}.ipynb", cell)
        pages.append(make.page(path, quarter="2026-T3"))
    told = [outcome.error for outcome in execute(pages, root / "out", root, 2)]
    for name, error in zip(cells, told, strict=True):
        if name in MAY_READ:
            assert error == "", name
        else:
            assert re.match(r"cell 3: reads .*, and no edition would know that it changed", error)
            assert "data/reference" in error and "observ device new --from" in error, name
