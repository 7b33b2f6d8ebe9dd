"""The publisher that hands the project to Quarto, where it is installed. It executes nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from pathlib import Path, PurePosixPath
from queue import Empty, Queue
from typing import Any

from observlib.display.prose import plain
from observlib.errors import ObservError
from observlib.publish import docx
from observlib.publish.downloads import EVERYTHING, TITLES, open_data, whole_package, write_package
from observlib.publish.embedded import (
    Progress,
    chapter,
    whole_download,
    write_downloads,
    write_files,
    write_whole,
)
from observlib.publish.figures import write_figures
from observlib.publish.markdown import IMAGES
from observlib.publish.notebook import joined, markdown_of, read_notebook
from observlib.publish.project import Entry, Page, Project
from observlib.publish.quarto_command import require_quarto
from observlib.publish.tables import clean_table
from observlib.scratch import end_all
from observlib.yaml_files import as_front_matter, dump, read_front_matter

SILENCE = 900.0  # seconds without a word, which no page takes
_PAGE = re.compile(r"\[ *(\d+)/\d+\] *(.+)")  # as Quarto tells that it begins one
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# options that make a float of whatever a cell shows
_FLOATING = re.compile(r"(?m)^#\| (?:label|fig-cap|fig-alt|tbl-cap):.*\n?")
# Quarto turns a link to a notebook into one to its page: the name is put right afterwards
_NOTEBOOK = ".ipynb.download"


def build(project: Project, site: Path, progress: Progress) -> None:
    """Render a staged copy of the project with Quarto, into the new folder `site`.

    Raises
    ------
    ObservError
        Where Quarto is absent, fails (with the last lines it said) or makes no page.
    """
    command = [require_quarto(), "render", ".", "--no-execute"]
    total = len(project.pages)
    progress(0, total, "Quarto")
    # in a folder of its own: Quarto finds no page below a folder whose name starts with a dot
    with tempfile.TemporaryDirectory(prefix="observlib-", ignore_cleanup_errors=True) as place:
        staged = Path(place).resolve() / "project"
        stage(project, staged)
        tail = _run(command, staged, total, progress)
        made = staged / _output(project)
        missing = [str(path) for path in _expected(project) if not (made / path).is_file()]
        if missing:
            raise ObservError(f"quarto: made no {', '.join(missing)}; its last lines follow", *tail)
        write_package(project.manifest, project.folder, made)
        chapters = Path(place).resolve() / "chapters"
        for page in project.pages:
            if page.is_study:
                write_downloads(project, page, made)
                write_figures(project.folder / page.source, (made / page.source).parent)
                _mend_links(made / page.output(".html"))
            if "typst" in page.formats:
                progress(total, total, f"PDF, {page.title}")
                content, made_of = chapter(project, page)
                (made / page.output(".pdf")).write_bytes(content)
                write_files(made_of, chapters)
        write_whole(project, made, chapters)
        shutil.move(made, site)
    progress(total, total, "Quarto")


def _run(command: list[str], folder: Path, total: int, progress: Progress) -> list[str]:
    """Run Quarto, telling its pages and warnings as they come; the last lines that it said."""
    told: deque[str] = deque(maxlen=8)
    try:
        # a session of its own, which ends as one: Quarto is a script that begins other programs
        quarto = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ObservError(f"quarto: {command[0]} cannot be run: {error}") from error
    lines: Queue[str | None] = Queue()  # none ends them
    with quarto:
        threading.Thread(target=_read, args=(quarto, lines), daemon=True).start()
        try:
            while (line := lines.get(timeout=SILENCE)) is not None:
                told.extend([line] if line else [])
                if page := _PAGE.search(line):
                    progress(int(page[1]) - 1, total, page[2])
                elif "WARN" in line:
                    print(f"quarto: {line}", file=sys.stderr)
        except Empty:
            end_all(quarto)
            raise ObservError(
                f"quarto: said nothing for {SILENCE / 60:.0f} minutes and was ended; its last "
                "lines follow",
                *told,
            ) from None
        except BaseException:
            end_all(quarto)
            raise
    if quarto.returncode:
        raise ObservError(
            f"quarto: failed with status {quarto.returncode}; its last lines follow", *told
        )
    return [*told]


def _read(quarto: subprocess.Popen[str], lines: Queue[str | None]) -> None:
    for line in quarto.stderr or ():
        lines.put(_COLOUR.sub("", line).strip())
    lines.put(None)


def _expected(project: Project) -> list[PurePosixPath]:
    return [page.output(".html") for page in project.pages if "html" in page.formats]


def _output(project: Project) -> str:
    return str((project.config.get("project") or {}).get("output-dir") or "_site")


def stage(project: Project, folder: Path) -> None:
    """Copy the project, with what Quarto cannot know: its pages, navigation, links to downloads.

    Pages are named one by one, and not by globs, which would publish what the manifest does not
    hold, and nest every page in sections named after its folders.
    """
    ignored = shutil.ignore_patterns(".*", _output(project), "__pycache__")
    shutil.copytree(project.folder, folder, ignore=ignored)
    config = json.loads(json.dumps(project.config, default=str))
    config.setdefault("project", {})["render"] = [str(page.source) for page in project.pages]
    website, manifest = config["website"], project.manifest
    website["sidebar"]["contents"] = [_sidebar_item(entry) for entry in project.navigation]
    if isinstance(website.get("page-footer"), dict):  # it is on every page
        website["page-footer"]["center"] = str(plain(manifest.label))
    if address := website.get("site-url"):
        website["site-url"] = f"{address.rstrip('/')}/{project.place}"
    # PDFs are ours, for whichever publisher: PDF/UA-1, without white gaps, captions said again
    config["format"] = {"html": {**project.html_options, "format-links": ["html"]}}
    (folder / "_quarto.yml").write_text(dump(config), encoding="utf-8", newline="\n")
    for page in project.pages:
        path = folder / page.source
        if page.is_study:
            _stage_notebook(project, page, path)
            write_figures(project.folder / page.source, path.parent)  # a filter reads them
            continue
        extra: dict[str, Any] = {}
        if links := [*_pdf_link(page), *_whole_link(project, page)]:
            extra["format-links"] = links
        if page.source.stem == "index":
            extra |= {"subtitle": manifest.label, "date": manifest.made.isoformat()}
        if extra:
            text = _with_meta(path.read_text(encoding="utf-8"), extra, path)
            path.write_text(text, encoding="utf-8", newline="\n")


def _stage_notebook(project: Project, page: Page, path: Path) -> None:
    """Add the links to the downloads.

    Tables are staged as Markdown: for HTML Quarto loads scripts from elsewhere. A label stands
    where a picture or a table is shown: Quarto would number a sentence too.
    """
    notebook = read_notebook(path)
    name = page.source.stem
    links = _pdf_link(page)
    links.append({"text": docx.TITLE, "href": f"{name}.docx", "icon": "file-word"})
    links.append({"text": "Carnet exécuté", "href": name + _NOTEBOOK, "icon": "journal-code"})
    for end in open_data(path):
        links.append({"text": f"{TITLES[end]} (CSV)", "href": f"{name}{end}", "icon": "table"})
    links += _whole_link(project, page)
    if everything := whole_package(project.manifest):
        links.append({"text": f"{EVERYTHING} (ZIP)", "href": everything, "icon": "file-zip"})
    cells = notebook["cells"]
    front = _with_meta(
        joined(cells[0]["source"]),
        {"format-links": links, "date": project.manifest.made.isoformat()},
        path,
    )
    cells[0]["source"] = front.splitlines(keepends=True)
    for cell in cells:
        if cell.get("cell_type") == "code":
            _stage_cell(cell, path)
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _stage_cell(cell: dict[str, Any], path: Path) -> None:
    floats = False
    for output in cell.get("outputs") or []:
        data = output.get("data") or {}
        floats = floats or "text/html" in data or any(mime in data for mime in IMAGES)
        if "text/html" in data:
            table = clean_table(joined(data.pop("text/html")))
            data["text/markdown"] = table.as_markdown()
        if "text/markdown" in data:
            data["text/markdown"], drawings = markdown_of(data, path.stem)
            for name, drawing in drawings.items():
                (path.parent / name).parent.mkdir(exist_ok=True)
                (path.parent / name).write_bytes(drawing)
    if not floats:
        source = joined(cell.get("source", ""))
        cell["source"] = _FLOATING.sub("", source).splitlines(keepends=True)


def _pdf_link(page: Page) -> list[dict[str, str]]:
    """The link to the page's PDF, where it has one, as `format-links` has it."""
    if "typst" not in page.formats:
        return []
    return [{"text": "PDF", "href": page.output(".pdf").name, "icon": "file-pdf"}]


def _whole_link(project: Project, page: Page) -> list[dict[str, str]]:
    """The link to the whole edition's PDF, as `format-links` has it."""
    return [
        {"text": f"{link['text']} (PDF)", "href": link["href"], "icon": "file-pdf"}
        for link in whole_download(project, page)
    ]


def _with_meta(text: str, extra: dict[str, Any], name: Path) -> str:
    """A Markdown text whose front matter has more keys."""
    meta, body = read_front_matter(text.strip() + "\n", name)
    return as_front_matter({**meta, **extra}) + body


def _sidebar_item(entry: Entry) -> dict[str, Any]:
    if entry.entries:
        inside = [_sidebar_item(child) for child in entry.entries]
        return {"section": str(plain(entry.text)), "contents": inside}
    return {"href": str(entry.page or entry.address), "text": str(plain(entry.text))}


def _mend_links(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(_NOTEBOOK, ".ipynb"), encoding="utf-8", newline="\n")
