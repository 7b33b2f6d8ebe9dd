"""The page of one study as the site would show it, made aside: nothing is published."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from observlib.base import files, period
from observlib.base.errors import ObservError
from observlib.base.files import replace_folder, workspace
from observlib.edition import finalise, make
from observlib.edition.compute import frame_files, is_computed
from observlib.edition.execute import execute
from observlib.edition.make import estimates_of, made_page
from observlib.edition.notices import write_documentation, write_sheet_pages
from observlib.edition.plan import check_request
from observlib.publish import embedded, find_quarto, html, standing
from observlib.publish.project import read_project

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


_NO_PAGES = shutil.ignore_patterns("*.pdf", "*.ipynb", "*.csv", "*.svg", "*.png")


def page_preview(
    root: Path,
    data: Path,
    study: str,
    given: Mapping[str, str],
    workers: Executor,
    today: date | None = None,
) -> Path:
    """Execute one page of a study for the latest quarter, and make its HTML."""
    request = check_request(root, data, None, [study], given, today or period.today())
    page = next(page for page in request.pages if page.name in request.wanted)
    request = replace(request, wanted=frozenset([page.name]))
    target = root / standing.PREVIEWS / page.name
    with (
        files.telling_write_errors(target.parent, "nothing was published"),
        workspace(target) as work,
    ):
        (outcome,) = execute([page], work, root, workers)
        try:
            made = made_page(outcome, request)
        except finalise.PageError as error:
            raise ObservError(f"study {page.name}: {error}") from error
        if is_computed(request):  # else the page has asked for no estimate
            rows = estimates_of(frame_files(request, None))
            finalise.check_pages({page.name: made.notebook}, {}, rows)
        copy = work / "project"
        standing.copy_sources(root, copy)
        write_sheet_pages(request.practices, request.catalogue, copy / "practices")
        write_documentation(root / "docs", copy / "documentation")
        entries = [*make.take_over(request, copy).values(), make.entry_for(page)]
        about = {**request.about, "published": request.today.isoformat()}
        make.write_manifest({**about, "studies": entries}, copy)
        (copy / f"{page.name}.ipynb").write_text(made.notebook, encoding="utf-8", newline="\n")
        project = read_project(copy, find_quarto() or "embedded")
        published, site = root / "reports" / "_site" / request.quarter, work / "site"
        if published.is_dir():
            shutil.copytree(published, site, ignore=_NO_PAGES)
        site.mkdir(exist_ok=True)
        source = PurePosixPath(f"{page.name}.ipynb")
        path = embedded.write_html(project, project.page(source), site)
        html.finish_pages(project, site, [path.relative_to(site).as_posix()])
        return replace_folder(site, target) / path.relative_to(site)
