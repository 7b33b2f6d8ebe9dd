"""Studies as their authors write them: a new one, executed in place, and shown as a page."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import nbformat

from observlib import store
from observlib.base import files, kept, period
from observlib.base.errors import ObservError, UsageError
from observlib.catalogue.tables import TABLES
from observlib.edition import finalise, make
from observlib.edition.execute import Outcome, execute
from observlib.edition.finalise import DATA
from observlib.edition.notices import write_sources
from observlib.edition.plan import Page, PlannedStudy, Request, check_request, load_studies
from observlib.pipeline import disclosed, project
from observlib.publish import find_quarto, html, publishers, standing
from observlib.publish.project import read_project

# --- Whether a committed notebook shows what its code makes now: it holds what it was made of

FRESH, NEVER = "fresh", "never executed"
_UNKNOWN = "executed outside `make notebooks`: not known"
_OUTPUTS, _OF_TABLE = "its outputs", "the data/"
_DIGITS = 12  # of a digest: enough to tell two states of one notebook


def notebook_inputs(root: Path) -> kept.Inputs:
    """What notebooks may follow from, as it is now: each group of files, and each tidy table."""
    data = root / DATA
    library = make.page_library(root / "notebooks")
    tables = {f"{_OF_TABLE}{name}": value for name, value in store.table_digests(data).items()}
    return kept.by_group(library | project.knowledge(data, root)) | tables


def made_of(notebook: Any, now: kept.Inputs, tables: Iterable[str]) -> kept.Inputs:
    """What a notebook is made of, where its outputs are those of what is `notebook_inputs` now."""
    found = {name: value for name, value in now.items() if not name.startswith(_OF_TABLE)}
    found |= {name: now.get(name, "none") for name in (f"{_OF_TABLE}{table}" for table in tables)}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found["its code"] = _digest([[cell.source, cell.metadata.get("tags", [])] for cell in code])
    found[_OUTPUTS] = _digest([_shown(cell) for cell in notebook.cells if cell.get("outputs")])
    return {name: found[name][:_DIGITS] for name in sorted(found)}


def state(notebook: Any, now: kept.Inputs) -> str:
    """Whether a notebook is `fresh`; else what changed since it ran, or why none can know."""
    if not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
        return NEVER
    then = notebook.metadata.get(kept.MADE_OF)
    if not isinstance(then, dict):
        return _UNKNOWN
    read = [name.removeprefix(_OF_TABLE) for name in then if name.startswith(_OF_TABLE)]
    found = made_of(notebook, now, read)
    if then.get(_OUTPUTS) != found[_OUTPUTS]:
        return _UNKNOWN
    return ", ".join(kept.difference_words(then, found)) or FRESH


def states(root: Path) -> dict[str, str]:
    """The `state` of each study of `notebooks/`, by its name."""
    now = notebook_inputs(root)
    return {
        study.name: state(nbformat.read(study.path, as_version=4), now)
        for study in load_studies(root / "notebooks").values()
    }


def _shown(cell: Any) -> list[Any]:
    """What a cell shows, without the numbers of executions."""
    return [{k: v for k, v in one.items() if k != "execution_count"} for one in cell.outputs]


def _digest(content: Any) -> str:
    return kept.bytes_digest(json.dumps(content, sort_keys=True).encode())


# --- Execute the committed notebooks in place, on their own parameters: `make notebooks`


def tidy(notebook: Any) -> Any:
    """An executed notebook as it is committed: its cells numbered, and nothing of the run."""
    number = 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.NotebookNode({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = number
    metadata = {key: notebook.metadata[key] for key in ("kernelspec", "language_info")}
    metadata["language_info"].pop("version", None)
    if made := notebook.metadata.get(kept.MADE_OF):
        metadata[kept.MADE_OF] = made
    notebook.metadata = nbformat.NotebookNode(metadata)
    return notebook


def executed(studies: Iterable[PlannedStudy], root: Path) -> list[tuple[PlannedStudy, Any]]:
    """Each study with its notebook, executed with the parameters it holds and tidied."""
    pages = [Page(study, study.name, study.title, {}) for study in studies]
    now = notebook_inputs(root)
    with files.temporary_files() as folder:
        outcomes = execute(pages, folder, root)
        ObservError.raise_any(f"{o.page.study.path}: {o.error}" for o in outcomes if o.error)
        done = []
        for outcome in outcomes:
            notebook = nbformat.read(outcome.path, as_version=4)
            read = notebook.metadata.get(kept.USED, {"tables": TABLES})["tables"]
            notebook = tidy(notebook)
            notebook.metadata[kept.MADE_OF] = nbformat.from_dict(made_of(notebook, now, read))
            done.append((outcome.page.study, notebook))
        return done


def refresh(root: Path) -> list[Path]:
    """Execute every study of `notebooks/` with the parameters it holds, and write it back."""
    done = executed(load_studies(root / "notebooks").values(), root)
    for study, notebook in done:
        files.write_text(study.path, nbformat.writes(notebook) + "\n")
    return [study.path for study, _ in done]


_STEP = 2  # between the orders of pages, so that one may come between
_QUESTION = "Que veut-on savoir ?"


def new_study(
    root: Path,
    name: str,
    title: str | None = None,
    question: str = _QUESTION,
    order: int | None = None,
) -> Path:
    """Write a notebook on the visits, executed on the demonstration data, and give its path."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", name):
        raise UsageError(f"name {name!r}: allowed: a-z, 0-9, - and _, such as avis_par_page")
    path = root / "notebooks" / f"{name}.ipynb"
    if path.exists():
        raise UsageError(f"{path.relative_to(root)}: exists already; give another name")
    title = re.sub("[-_]", " ", name).capitalize() if title is None else title
    for what, text in (("title", title), ("question", question)):
        if not text.strip():
            raise UsageError(f"{what} {text!r}: is empty")
    if not (root / DATA / "store" / "ledger.json").is_file():
        raise ObservError(
            f"{DATA}: has no store, and a study is written with what it shows on demonstration "
            f"data; run `python -m tools.demo {DATA}/raw`, then `observ ingest {DATA}/raw "
            f"--data {DATA}`"
        )
    studies = load_studies(root / "notebooks")
    if order is None:
        order = max((study.order for study in studies.values()), default=0) + _STEP
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        draft = Path(place) / f"{name}.ipynb"
        header: dict[str, str | int] = {"title": title, "order": order, "question": question}
        nbformat.write(_notebook(name, header), draft)
        ((_, notebook),) = executed(load_studies(Path(place)).values(), root)
    with files.telling_write_errors(path.parent, "no study was written"):
        files.write_text(path, nbformat.writes(notebook) + "\n")
    return path


def _notebook(name: str, header: dict[str, str | int]) -> nbformat.NotebookNode:
    """The cells of a study, before it ran; the quarter is the demonstration's last."""
    notebook = nbformat.read(Path(__file__).with_suffix(".ipynb"), as_version=4)
    said = "".join(f"{key}: {json.dumps(v, ensure_ascii=False)}\n" for key, v in header.items())
    notebook.cells[0].source = notebook.cells[0].source.replace("---\n", f"---\n{said}", 1)
    for position, cell in enumerate(notebook.cells):
        cell.id = f"{name[:50]}-{position:02d}"
    return notebook


# --- A folder of pages that a browser of this machine shows, and that renew themselves

_NEWER = "/.newer"
_PATIENCE = 20.0  # seconds after which a waiting page asks again
_SCRIPT = (
    "const wait = () => fetch('%s?than=%d').then("
    "answer => answer.ok ? location.reload() : wait(), () => setTimeout(wait, 1000)); wait()"
)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Serve a folder to this machine alone: its address, and a function that renews open pages."""
    changed = threading.Condition()
    version = 0

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *words: Any) -> None:
            super().__init__(*words, directory=str(folder))

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            host = self.headers.get("Host", "").partition(":")[0]
            if host not in ("127.0.0.1", "localhost"):  # a site that took this machine's address
                self.send_error(403)
            elif asked.path == _NEWER:
                than = asked.query.removeprefix("than=")
                with changed:
                    newer = changed.wait_for(lambda: str(version) != than, _PATIENCE)
                self._answer(b"", 200 if newer else 503)
            elif asked.path.endswith(".html") and Path(self.translate_path(asked.path)).is_file():
                text = Path(self.translate_path(asked.path)).read_text(encoding="utf-8")
                self._answer(_renewing(text, version).encode("utf-8"))
            else:
                super().do_GET()

        def _answer(self, content: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *words: Any) -> None:
            pass  # a browser that has closed the page

    def renew() -> None:
        nonlocal version
        with changed:
            version += 1
            changed.notify_all()

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False  # a page that waits is not waited for
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", renew
        finally:
            server.shutdown()


def _renewing(text: str, version: int) -> str:
    """A page with the script that renews it, which its policy then allows."""
    script = _SCRIPT % (_NEWER, version)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    given = "script-src 'self' file:; connect-src 'none'"
    added = f"script-src 'self' 'sha256-{digest}'; connect-src 'self'"
    allowed = text.replace(given, added, 1)
    return allowed.replace("</body>", f"<script>{script}</script>\n</body>", 1)


def saves(stamp: Callable[[], object], pause: float = 0.2) -> Iterator[None]:
    """Give once at first, and then each time that a stamp has changed since it was given."""
    while True:
        before = stamp()
        yield
        while stamp() == before:
            time.sleep(pause)


# --- The page of one study as the site would show it, made aside: nothing is published

_NO_PAGES = shutil.ignore_patterns("*.pdf", "*.ipynb", "*.csv", "*.svg", "*.png")


def page_preview(
    root: Path,
    data: Path,
    study: str,
    given: Mapping[str, str],
    workers: Executor,
    today: date | None = None,
) -> Path:
    """Make the HTML of one page of a study, for the latest quarter; its code runs if it must."""
    request = check_request(root, data, None, [study], given, today or period.today())
    page = next(page for page in request.pages if page.name in request.wanted)
    request = replace(request, wanted=frozenset([page.name]))
    target = root / standing.PREVIEWS / page.name
    with (
        files.telling_write_errors(target.parent, "nothing was published"),
        files.workspace(target) as work,
    ):
        try:
            is_computed = make.is_computed(request)
            made = make.made_page(_execution(request, page, work, workers, is_computed), request)
        except finalise.PageError as error:
            raise ObservError(f"study {page.name}: {error}") from error
        if is_computed or make.is_computed(request):  # else the page has asked for no estimate
            rows = make.frame_table(make.frame_files(request, None))
            finalise.check_pages({page.name: made.notebook}, {}, rows)
        copy = work / "project"
        write_sources(request, copy)
        entries = [*make.take_over(request, copy).values(), make.entry_for(page)]
        about = {**request.about, "published": request.today.isoformat()}
        make.write_manifest({**about, "studies": entries}, copy)
        (copy / f"{page.name}.ipynb").write_text(made.notebook, encoding="utf-8", newline="\n")
        project = read_project(copy, find_quarto() or "embedded")
        published, site = root / "reports" / "_site" / request.quarter, work / "site"
        if published.is_dir():
            shutil.copytree(published, site, ignore=_NO_PAGES)
        site.mkdir(exist_ok=True)
        own = project.page(PurePosixPath(f"{page.name}.ipynb"))
        path = publishers.write_html(project, own, site)
        html.finish_pages(project, site, [path.relative_to(site).as_posix()])
        return files.replace_folder(site, target) / path.relative_to(site)


def _execution(
    request: Request, page: Page, folder: Path, workers: Executor, is_computed: bool
) -> Outcome:
    """What a page's code gives: as it is kept, where all that it follows from is as it was."""
    outcomes: list[Outcome] = []
    if is_computed and kept.library_files() == kept.loaded():
        decided = disclosed.disclosure_decisions(request.data, request.quarter).digest
        shared, cache = make.shared_inputs(request, decided), request.root / kept.KEPT_FOLDER
        known = make.KeptPages(cache / "pages", shared).executions
        outcomes = make.kept_outcomes(known, [page], folder)
    (outcome,) = outcomes or execute([page], folder, request.root, workers)
    return outcome


if __name__ == "__main__":
    try:
        for written in refresh(project.root()):
            print(written)
    except ObservError as error:
        sys.exit(str(error))
