"""Execution of pages: papermill's API in worker processes, one fresh kernel a page.

Kernels speak over sockets in a private folder (`ipc`), where the platform has them: two kernels
that start at once race for network ports. No kernel is ever used twice: state would leak.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from observlib.edition.plan import Page

CELL_SECONDS = 600
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a page: its executed notebook and, where it failed, why."""

    page: Page
    path: Path
    error: str = ""


def execute(
    pages: Sequence[Page],
    folder: Path,
    root: Path,
    workers: int = 2,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Execute every page's notebook into a folder; a failure does not stop the others.

    Parameters
    ----------
    pages
        What to execute, in order.
    folder
        Where `<page>.ipynb` is written; a failed page's holds what ran and its error.
    root
        The project's root: the kernels' working folder.
    workers
        Worker processes.
    progress
        Called with pages done, pages in all and the page just done.

    Returns
    -------
    list of Outcome
        In the order of `pages`.
    """
    outcomes: dict[str, Outcome] = {}
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="obs-") as private,
        ProcessPoolExecutor(workers, context, _prepare, (private,)) as pool,
    ):
        waiting = {}
        for page in pages:
            path = folder / f"{page.name}.ipynb"
            job = pool.submit(_run, str(page.study.path), str(path), page.parameters, str(root))
            waiting[job] = Outcome(page, path)
        try:
            for job in as_completed(waiting):
                done = waiting[job]
                outcomes[done.page.name] = Outcome(done.page, done.path, job.result())
                if progress:
                    progress(len(outcomes), len(pages), done.page.name)
        except BaseException:
            # Ctrl-C or a worker that died: kernels die with their worker.
            for process in list((pool._processes or {}).values()):
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [outcomes[page.name] for page in pages]


def _prepare(private: str) -> None:
    """Keep a worker's kernels from the user's own Jupyter and IPython settings."""
    os.environ["JUPYTER_RUNTIME_DIR"] = private
    os.environ["IPYTHONDIR"] = str(Path(private) / "ipython")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


def _run(notebook: str, output: str, parameters: dict[str, Any], root: str) -> str:
    """Execute one notebook in this worker; the text of its failure, or nothing."""
    import papermill
    from jupyter_client.manager import AsyncKernelManager
    from papermill.exceptions import PapermillExecutionError

    class PrivateKernelManager(AsyncKernelManager):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            if sys.platform != "win32":
                self.transport = "ipc"
                stem = tempfile.mkdtemp(dir=os.environ["JUPYTER_RUNTIME_DIR"], prefix="k")
                self.connection_file = str(Path(stem) / "c.json")
                self.ip = str(Path(stem) / "s")

    try:
        papermill.execute_notebook(
            notebook,
            output,
            parameters,
            kernel_name="python3",
            cwd=root,
            progress_bar=False,
            execution_timeout=CELL_SECONDS,
            kernel_manager_class=PrivateKernelManager,
            shutdown_kernel="immediate",  # a page's kernel holds nothing to be saved
        )
    except PapermillExecutionError as error:
        words = error.evalue if error.ename == "ObservError" else f"{error.ename}: {error.evalue}"
        return f"cell {error.cell_index + 1}: {words}"
    except (TimeoutError, RuntimeError) as error:  # a cell over its time; a kernel that died
        return " ".join(str(error).split())[:300] or type(error).__name__
    return ""
