"""The publisher that needs nothing installed beside the package: pandoc and typst, from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path, PurePosixPath

from observlib.errors import ObservError
from observlib.publish import html, pdf
from observlib.publish.downloads import estimates_csv
from observlib.publish.links import by_page
from observlib.publish.markdown import Converted, Format, notebook_to_markdown
from observlib.publish.project import Page, PagesError, Project

Progress = Callable[[int, int, str], None]


def build(project: Project, site: Path, progress: Progress) -> None:
    """Make the whole site in the new folder `site`.

    Raises
    ------
    PagesError
        With the problems of all pages.
    """
    site.mkdir(parents=True)
    shutil.copyfile(html.style(), site / "site.css")
    problems: dict[PurePosixPath, list[str]] = {}
    workers = min(len(project.pages), os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        jobs = {pool.submit(_page, project, page, site): page for page in project.pages}
        try:
            for done, job in enumerate(as_completed(jobs), start=1):
                try:
                    job.result()
                except ObservError as error:
                    page = jobs[job]
                    name = f"{project.folder / page.source}: "
                    problems[page.source] = [line.removeprefix(name) for line in error.problems]
                progress(done, len(jobs), jobs[job].title)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if not problems:
        broken = by_page(site)
        made = {str(page.output(".html")): page.source for page in project.pages}
        problems = {made[name]: found for name, found in broken.items()}
    if problems:
        raise PagesError(problems)


def _page(project: Project, page: Page, site: Path) -> None:
    """Make one page in all its forms."""
    target = site / page.source
    target.parent.mkdir(parents=True, exist_ok=True)
    downloads = []
    if "typst" in page.formats:
        content = target.with_suffix(".pdf")
        content.write_bytes(_pdf(project, page))
        downloads.append(_download("PDF", content))
    if page.is_study:
        downloads += write_downloads(project, page, site)
    if "html" in page.formats:
        converted = _text(project, page, "html")
        _write_files(converted, target.parent)
        _copy_pictures(converted.text, project.folder / page.source, target.parent)
        text = html.page_html(project, page, converted.text, downloads)
        target.with_suffix(".html").write_text(text, encoding="utf-8", newline="\n")


def write_downloads(project: Project, page: Page, site: Path) -> list[dict[str, str]]:
    """Put a study's notebook and open data beside its page; the links to them."""
    source, target = project.folder / page.source, site / page.source
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    links = [_download("Carnet exécuté", target)]
    table = estimates_csv(source)
    if table is not None:
        data = target.with_suffix(".csv")
        data.write_text(table, encoding="utf-8", newline="\n")
        links.append(_download("Données", data))
    return links


def _pdf(project: Project, page: Page) -> bytes:
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        folder = Path(place).resolve()
        converted = _text(project, page, "typst")
        _write_files(converted, folder)
        _copy_pictures(converted.text, project.folder / page.source, folder)
        return pdf.page_pdf(project, page, converted.text, folder)


def _text(project: Project, page: Page, to: Format) -> Converted:
    source = project.folder / page.source
    if page.is_study:
        return notebook_to_markdown(source, to)
    return Converted(source.read_text(encoding="utf-8"))


def _write_files(converted: Converted, folder: Path) -> None:
    for name, content in converted.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _copy_pictures(text: str, source: Path, folder: Path) -> None:
    """Copy the pictures that a text names and that are files beside its source."""
    for name in dict.fromkeys(re.findall(r"!\[[^\]]*\]\(([^)\s]+)", text)):
        found, target = source.parent / name, folder / name
        if found.is_file() and not target.exists() and ".." not in Path(name).parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)


def _download(text: str, path: Path) -> dict[str, str]:
    size = path.stat().st_size
    kilobytes = max(1, round(size / 1000))
    kind = {".ipynb": "IPYNB"}.get(path.suffix, path.suffix[1:].upper())
    detail = f"{kilobytes}\u00a0ko" if text == kind else f"{kind}, {kilobytes}\u00a0ko"
    return {"text": text, "href": path.name, "detail": detail}
